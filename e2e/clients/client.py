"""What a user of the hosted service writes in Python, against the base URL given as argument:
python3 client.py BASE USER PASSWORD STICK.zip"""

import io
import json
import sys
import time
import zipfile

import requests

base, username, password, stick = sys.argv[1:5]
OPERATIONS = base + "/services/operations/api"
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        raise SystemExit(f"FAIL: {what}")


def answer(response, status, what):
    check(response.status_code == status, f"{what}: {response.status_code} {response.text[:300]}")
    return response.json() if response.content and "json" in response.headers.get("content-type", "") else None


def until(look, what, seconds=300):
    """What `look` gives as soon as it gives anything."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise SystemExit(f"FAIL: not within {seconds} s: {what}")
        time.sleep(0.1)
    return found


# rememberMe as text and as a boolean
for remember in ("true", "false", True, False):
    data = {"username": username, "password": password, "rememberMe": remember}
    token = answer(requests.post(base + "/api/authenticate", json=data), 200, "authenticate")["id_token"]
bad = requests.post(base + "/api/authenticate", json={"username": username, "password": "no"})
check(bad.status_code == 401, "wrong password")
check(requests.post(base + "/api/authenticate", json={"username": username}).status_code == 400, "no password")
headers = {"Authorization": f"Bearer {token}"}

# users, with and without the trailing slash
USERS = base + "/services/usermanagement/api/users"
user = answer(
    requests.post(USERS + "/", headers=headers, json={
        "name": "User Name", "email": "user@example.org", "phone": "1234", "address": "Farm 1",
        "externalId": "ext-1"}),
    201, "create user")
user_id = user["id"]
for slash in ("", "/"):
    listed = requests.get(USERS + slash, headers=headers, params={"externalId": "ext-1", "page": 0, "size": 5})
    check(user_id in [u["id"] for u in answer(listed, 200, "list users")], "user is listed")
check(answer(requests.get(f"{USERS}/{user_id}", headers=headers), 200, "user")["email"] == "user@example.org", "email")
changed = requests.put(USERS, headers=headers, json={**user, "name": "New Name"})
check(answer(changed, 200, "put user")["name"] == "New Name", "put changes the name")
changed = requests.patch(f"{USERS}/{user_id}", headers=headers, json={"phone": "99"})
check(answer(changed, 200, "patch user")["name"] == "New Name", "patch keeps the name")

# configuration: GeoParquet on
CONFIGS = base + "/services/config/api/configs"
check(answer(requests.get(CONFIGS, headers=headers), 200, "owner's configuration")["unitMeasurement"] == "DEFAULT", "default")
check(requests.get(f"{CONFIGS}/{user_id}", headers=headers).status_code == 404, "no own configuration")
own = {"enableGeoparquetOutput": False, "unitMeasurement": "METRIC"}
answer(requests.post(f"{CONFIGS}/{user_id}", headers=headers, json=own), 201, "own configuration")
check(requests.post(f"{CONFIGS}/{user_id}", headers=headers, json=own).status_code == 400, "it exists")


def upload(**how):
    with open(stick, "rb") as file:
        return requests.post(OPERATIONS + "/batch", headers=headers, files={"file": file}, **how)


def settled(batch_id):
    # the progress ends by itself when the batch is settled
    followed = requests.get(f"{OPERATIONS}/batch/{batch_id}/progress", headers=headers)
    check(followed.status_code == 200 and "event: end" in followed.text, "the progress ends")
    batch = answer(requests.get(f"{OPERATIONS}/batch/{batch_id}", headers=headers), 200, "batch")
    check(batch["status"] != "RECEIVED", "the batch is settled when its progress ends")
    return batch


def file_when(url, condition, what):
    """A machine file as soon as it is so."""
    def look():
        body = requests.get(url, headers=headers).json()
        return body if condition(body) else None
    until(look, what)
    return answer(requests.get(url, headers=headers), 200, what)  # counted once, however often it was looked at


# upload with parameters in the query
sent = upload(params={"leafUserId": user_id, "provider": "Other"})
batch = answer(sent, 201, "upload")
check(batch["status"] == "RECEIVED" and batch["leafUserId"] == user_id, "the answer of an upload")
check(sent.headers["location"].endswith(batch["id"]), "location")
done = settled(batch["id"])
check(done["status"] == "PROCESSED" and len(done["leafFiles"]) == 6, f"the stick holds six files: {done}")

# the same with form fields: known content, no second work
again = answer(upload(data={"leafUserId": user_id, "provider": "Other"}), 201, "upload by form fields")
known = settled(again["id"])
check(known["leafFiles"] == done["leafFiles"], "the same bytes are the same files")
check(known["duplicateOf"] == batch["id"], "the first batch is named")
forced = answer(upload(params={"leafUserId": user_id, "provider": "Other", "force": "true"}), 201, "forced")
check(not set(settled(forced["id"])["leafFiles"]) & set(done["leafFiles"]), "forced: files of its own")
answer(requests.delete(f"{OPERATIONS}/batch/{forced['id']}", headers=headers), 204, "delete a batch")

# batches, with each filter and forms of time
for params in (
    {"leafUserId": user_id}, {"status": "PROCESSED"}, {"uploadStartTime": "2020-01-01"},
    {"uploadEndTime": "2100-01-01T00:00"}, {"processStartTime": "2020-01-01T00:00Z"},
    {"processEndTime": "2100-01-01T00:00:00.000Z"}, {"sort": "uploadTimestamp,desc"},
    {"page": "0", "size": "1", "sort": ["status", "id,asc"]},
):
    response = requests.get(OPERATIONS + "/batch", headers=headers, params=params)
    check(len(answer(response, 200, f"batches {params}")) >= 1, f"batches {params}")
check(answer(requests.get(OPERATIONS + "/batch", headers=headers, params={"status": "FAILED"}), 200, "failed") == [], "none failed")
groups = answer(requests.get(f"{OPERATIONS}/batch/{batch['id']}/status", headers=headers), 200, "status")
check(len(groups["converted"]["leafFiles"]) == 5, "five converted")
check(list(groups["failed"]) == ["rawGeojson"], "the closed format stopped at rawGeojson")
check(groups["processing"] == {"leafFiles": []}, "none in work")

# files, with each filter
files = answer(requests.get(OPERATIONS + "/files", headers=headers, params={"leafUserId": user_id}), 200, "files")
check(len(files) == 6, "six files")
harvest = next(f for f in files if f.get("operationType") == "harvested" and f["fileFormat"] == "ISO11783")
filters = {
    "leafUserId": user_id, "provider": harvest["provider"], "status": "processed", "origin": "uploaded",
    "batchId": batch["id"], "fileId": harvest["id"], "fileFormat": "ISO11783", "createdTime": "2020-01-01T00:00",
    "updatedTime": "2020-01-01T00:00:00.000Z", "startTime": "2000-01-01T00:00:00",
    "endTime": "2100-01-01T00:00:00+02:00", "operationStartTime": "2000-01-01", "operationEndTime": "2100-01-01",
    "operationType": "harvested", "minArea": "1000", "standard": "true",
}
for name, value in filters.items():
    found = answer(requests.get(OPERATIONS + "/files", headers=headers, params={name: value}), 200, name)
    check(harvest["id"] in [f["id"] for f in found], f"{name} finds it")
both = answer(requests.get(OPERATIONS + "/files", headers=headers, params=filters), 200, "all filters")
check([f["id"] for f in both] == [harvest["id"]], "all filters at once")
for name, value in {"organizationId": "x", "providerFileId": "x", "operationType": "tillage", "minArea": 1e9,
                    "startTime": "2100-01-01", "status": "processing", "origin": "merged"}.items():
    found = requests.get(OPERATIONS + "/files", headers=headers, params={name: value})
    check(answer(found, 200, name) == [], f"{name} leaves it out")
for params in ({"provider": "Nobody"}, {"status": "x"}, {"leafUserId": "x"}, {"sort": "x"}, {"createdTime": "x"}, {"minArea": "x"}):
    response = requests.get(OPERATIONS + "/files", headers=headers, params=params)
    check(response.status_code == 400 and response.headers["content-type"] == "application/problem+json", f"{params}")
    problem = response.json()
    check({"type", "title", "status", "detail", "path", "message", "fieldErrors"} <= set(problem), "problem details")

# paging
first = requests.get(OPERATIONS + "/files", headers=headers, params={"size": 4, "sort": "createdTime,desc"})
check(first.headers["X-Total-Count"] == "6" and 'rel="next"' in first.headers["Link"], "paging headers")
ids = [f["id"] for f in first.json()]
ids += [f["id"] for f in requests.get(first.links["next"]["url"], headers=headers).json()]
check(len(set(ids)) == 6, "two pages hold all")
for size in ("-1", "0", "101", "x"):
    answer(requests.get(OPERATIONS + "/files", headers=headers, params={"size": size}), 200, f"size={size}")
wrapped = requests.get(OPERATIONS + "/files", headers=headers, params={"envelope": "operations"})
check(answer(wrapped, 200, "envelope")["message"] == "SUCCESS", "envelope")

# one file and its documents
FILE = f"{OPERATIONS}/files/{harvest['id']}"
one = answer(requests.get(FILE, headers=headers), 200, "file")
check({"id", "leafUserId", "apiOwnerUsername", "provider", "fileName", "status", "origin", "createdTime",
       "updatedTime", "fields", "batchId", "summary", "originalFile", "downloadOriginalFile",
       "downloadRawGeojson", "downloadStandardGeojson"} <= set(one), "keys of a file")
summary = answer(requests.get(FILE + "/summary", headers=headers), 200, "summary")
check(summary == one["summary"] and summary["geometry"]["type"] == "MultiPolygon", "summary")
properties = summary["properties"]
check(properties["totalArea"]["unit"] == "ha" and 4.5 < properties["totalArea"]["value"] < 5.5, "5 ha")
check(3 < properties["wetMassPerArea"]["avg"] < 5 and properties["wetMassPerArea"]["unit"] == "t/ha", "t/ha of soybeans")
check(answer(requests.get(FILE + "/units", headers=headers), 200, "units")["speed"] == "m/s", "units")
steps = answer(requests.get(FILE + "/status", headers=headers), 200, "status")
check(steps["standardGeojson"] == {"status": "processed", "message": "ok"}, "status")
check(len(steps) == 8, "eight steps")
off = requests.get(FILE + "/standardGeoparquet", headers=headers)
check(off.status_code == 404 and "enableGeoparquetOutput" in off.json()["detail"], "GeoParquet is off")
answer(requests.patch(f"{CONFIGS}/{user_id}", headers=headers, json={"enableGeoparquetOutput": True}), 200, "patch")
url = answer(requests.get(FILE + "/standardGeoparquet", headers=headers), 200, "on")["downloadStandardGeoparquet"]
check(requests.get(url, headers=headers).content[:4] == b"PAR1", "GeoParquet")
check(requests.get(FILE + "/polygonGeoparquet", headers=headers).status_code == 404, "no polygons yet")
images = answer(requests.get(FILE + "/images", headers=headers), 200, "images")
check(isinstance(images, list) and len(images) > 5, "images: one for each numeric property")
for image in images[:3]:
    png = requests.get(image["url"], headers=headers)
    check(png.status_code == 200 and png.content[:8] == b"\x89PNG\r\n\x1a\n", f"image of {image['property']}")
    sidecar = requests.get(image["url"] + ".aux.xml", headers=headers)
    check(sidecar.status_code == 200 and "<GeoTransform>" in sidecar.text, f"sidecar of {image['property']}")
    check(set(image["extent"]) == {"xmin", "ymin", "xmax", "ymax"} and "nv" in image["ramp"], "extent and ramp")
check(requests.get(FILE + "/images/nothing.png", headers=headers).status_code == 404, "no such image")

# downloads
url = one["downloadStandardGeojson"]
check(requests.get(url).status_code == 401, "a download needs the token")
whole = requests.get(url, headers=headers)
points = whole.json()["features"]
check(len(points) == one["report"]["points"]["standard"], "points of the standard output")
part = requests.get(url, headers={**headers, "Range": "bytes=10-19"})
check(part.status_code == 206 and part.content == whole.content[10:20], "range")
check(requests.get(url, headers={**headers, "Range": "bytes=999999999-"}).status_code == 416, "range beyond the end")
same = requests.get(url, headers={**headers, "If-None-Match": whole.headers["etag"]})
check(same.status_code == 304, "entity tag")
original = requests.get(one["downloadOriginalFile"], headers=headers).content
check(original == open(stick, "rb").read(), "the original comes back byte for byte")

# fields
FIELDS = base + f"/services/fields/api/users/{user_id}/fields"
ring = [[-93.63, 41.97], [-93.619, 41.97], [-93.619, 41.99], [-93.63, 41.99], [-93.63, 41.97]]
geometry = {"type": "MultiPolygon", "coordinates": [[ring]]}
field = answer(requests.post(FIELDS, headers=headers, json={"id": "my-field", "name": "West", "geometry": geometry}), 201, "field")
check(field["id"] == "my-field" and 150 < field["area"]["value"] < 250, "field of 200 ha")
bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
wrong = requests.post(FIELDS, headers=headers, json={"geometry": bow})
check(wrong.status_code == 400 and wrong.json()["errorKey"] == "invalidGeometry", "invalid geometry")
covered = until(lambda: answer(requests.get(FILE, headers=headers), 200, "file")["fields"], "a field of the file")
check(covered == ["my-field"], "existing files are looked at again")
uncovered = requests.get(OPERATIONS + "/files/uncoveredFiles", headers=headers, params={"leafUserId": user_id})
check(len(answer(uncovered, 200, "uncovered")["files"]) == 2, "two files lie elsewhere")
check(requests.get(OPERATIONS + "/files/uncoveredFiles", headers=headers).status_code == 400, "leafUserId is required")
answer(requests.patch(f"{CONFIGS}/{user_id}", headers=headers, json={"enableOutsideFieldGeojson": True}), 200, "outside on")
smaller = [[-93.63, 41.97], [-93.6195, 41.97], [-93.6195, 41.99], [-93.63, 41.99], [-93.63, 41.97]]
boundary = answer(requests.put(FIELDS + "/my-field/boundary", headers=headers, json={"geometry": {"type": "Polygon", "coordinates": [smaller]}}), 200, "boundary")
check(boundary["status"] == "ACTIVE", "a new boundary")
check(len(answer(requests.get(FIELDS + "/my-field/boundaries", headers=headers), 200, "boundaries")) == 2, "the old one stays")


def points_outside():
    """The answer, once there are any."""
    response = requests.get(FILE + "/outsideFieldGeojson", headers=headers)
    return response.status_code == 200 and response


outside = answer(until(points_outside, "points outside"), 200, "points outside")
check(outside["fields"] == ["my-field"] and outside["featureCount"] > 0, "points outside")
features = requests.get(outside["downloadOutsideFieldGeojson"], headers=headers).json()["features"]
check(len(features) == outside["featureCount"], "as many points as it says")
listed = requests.get(OPERATIONS + "/files/outsideFieldGeojson", headers=headers, params={"leafUserId": user_id, "size": 50})
check(harvest["id"] in [o["id"] for o in answer(listed, 200, "list of outside points")], "it is listed")
met = requests.post(FIELDS + "/intersects", headers=headers, json={"geometry": geometry, "intersectionThreshold": 10})
check([f["id"] for f in answer(met, 200, "intersects")] == ["my-field"], "intersects")
common = requests.post(FIELDS + "/intersect", headers=headers, json=["my-field"])
check(answer(common, 200, "intersect")["type"] == "MultiPolygon", "intersect")
check(len(answer(requests.get(base + "/services/fields/api/fields", headers=headers, params={"leafUserId": user_id, "name": "West"}), 200, "fields")) == 1, "fields")

# boundary files: GeoJSON and KML in a zip; one bad part does no harm to the others
kml = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Far &amp; away</name><Polygon>
<outerBoundaryIs><LinearRing><coordinates>10,50,0 10.01,50,0 10.01,50.01,0 10,50.01,0 10,50,0</coordinates></LinearRing>
</outerBoundaryIs></Polygon></Placemark></Document></kml>"""
collection = {"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"Name": "Good"}, "geometry": {"type": "Polygon", "coordinates": [[[11, 50], [11.01, 50], [11.01, 50.01], [11, 50]]]}},
    {"type": "Feature", "properties": {"Name": "Bad"}, "geometry": bow}]}
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w") as archive:
    archive.writestr("fields.kml", kml)
    archive.writestr("fields.geojson", json.dumps(collection))
    archive.writestr("broken.json", "{")
UPLOAD = base + "/services/uploadservice/api/upload"
made = answer(requests.post(UPLOAD, headers=headers, params={"leafUserId": user_id}, files={"file": ("fields.zip", packed.getvalue())}), 201, "boundary file")
check(len(made["fields"]) == 2 and len(made["refused"]) == 2, f"two fields, two refused: {made}")
names = sorted(answer(requests.get(f"{FIELDS}/{id}", headers=headers), 200, "field")["name"] for id in made["fields"])
check(names == ["Far & away", "Good"], names)
check(requests.post(UPLOAD, headers=headers, params={"leafUserId": user_id}, files={"file": ("x.kml", "<kml/>")}).status_code == 400, "no polygon")

# merge
corn = [f["id"] for f in files if f.get("operationType") == "harvested"]
merged = answer(requests.post(OPERATIONS + "/files/merge", headers=headers, json={"ids": corn}), 200, "merge")
check(merged["status"] == "SENT_TO_MERGE", "merge")
body = file_when(f"{OPERATIONS}/files/{merged['id']}", lambda file: file["status"] != "processing",
                 "merged file")
check(body["status"] == "processed" and body["origin"] == "merged" and sorted(body["sources"]) == sorted(corn), "merged")
area = sum(f["summary"]["properties"]["totalArea"]["value"] for f in files if f["id"] in corn)
check(abs(body["summary"]["properties"]["totalArea"]["value"] / area - 1) < 1e-9, "areas add up")
planted = next(f["id"] for f in files if f.get("operationType") == "planted")
for ids, key in (([corn[0], planted], "differentOperationTypes"), ([corn[0], "00000000-0000-4000-8000-000000000000"], "fileNotFound")):
    response = requests.post(OPERATIONS + "/files/merge", headers=headers, json={"ids": ids})
    check(response.status_code == 400 and response.json()["errorKey"] == key, key)
check(requests.post(OPERATIONS + "/files/merge", headers=headers, json={"ids": corn[:1]}).status_code == 400, "one is no merge")

# retry: what is done stays
before = answer(requests.get(FILE, headers=headers), 200, "file")
retried = answer(requests.put(f"{OPERATIONS}/batch/{batch['id']}/retry", headers=headers), 200, "retry")
check(retried["status"] == "RECEIVED" and "leafFiles" not in retried, "retry")
check(settled(batch["id"])["leafFiles"] == done["leafFiles"], "the files keep their ids")
after = answer(requests.get(FILE, headers=headers), 200, "file")
check(after["updatedTime"] == before["updatedTime"], "a converted file is left alone")
answer(requests.post(FILE + "/reprocess", headers=headers), 200, "reprocess")
body = file_when(FILE, lambda file: file["status"] == "processed" and file["updatedTime"] != after["updatedTime"],
                 "reprocessed file")
check(body["id"] == harvest["id"] and body["status"] == "processed", "reprocessed")

# webhooks
HOOKS = base + "/services/alerts/api/alerts/webhooks"
hook = {"events": ["batchUploadProcessingFinished"], "name": "hook", "secret": "secret", "url": "https://example.org/hook"}
created = requests.post(HOOKS, headers=headers, json=hook)
body = answer(created, 201, "webhook")
check(created.headers["location"].endswith(body["id"]) and body["secret"] == "secret", "webhook")
twice = requests.post(HOOKS, headers=headers, json=hook)
check(twice.status_code == 400 and twice.json()["errorKey"] == "eventRegisteredTwice", "registered twice")
private = requests.post(HOOKS, headers=headers, json={**hook, "events": ["fieldCreated"], "url": "http://169.254.169.254/"})
check(private.status_code == 400, "no private address")
check(len(answer(requests.get(HOOKS, headers=headers), 200, "webhooks")) == 1, "webhooks")
check("items" in answer(requests.get(HOOKS + "/failed-calls", headers=headers), 200, "failed calls"), "failed calls")
answer(requests.delete(f"{HOOKS}/{body['id']}", headers=headers), 204, "delete a webhook")

# an API key uploads for its user and sees nothing else
KEYS = base + "/services/usermanagement/api/api-keys"
key = answer(requests.post(KEYS, headers=headers, json={"leafUserId": user_id, "expiresIn": 900}), 201, "key")
by_key = {"X-Api-Key": key["key"]}
check(len(answer(requests.get(OPERATIONS + "/batch", headers=by_key), 200, "batches by key")) >= 1, "batches by key")
check(requests.get(OPERATIONS + "/files", headers=by_key).status_code == 401, "files need the token")
check(answer(requests.get(KEYS, headers=headers, params={"leafUserId": user_id}), 200, "keys")[0]["valid"], "keys")
answer(requests.delete(f"{KEYS}/{key['id']}", headers=headers), 204, "revoke")
check(requests.get(OPERATIONS + "/batch", headers=by_key).status_code == 401, "revoked")

# delete
answer(requests.delete(f"{OPERATIONS}/files/{planted}", headers=headers), 204, "delete a file")
check(requests.get(f"{OPERATIONS}/files/{planted}", headers=headers).status_code == 404, "it is gone")
check(requests.get(one["downloadOriginalFile"], headers=headers).status_code == 200, "its neighbours keep the upload")
answer(requests.delete(f"{FIELDS}/my-field", headers=headers), 204, "delete a field")
answer(requests.delete(f"{USERS}/{user_id}", headers=headers), 204, "delete a user")
check(requests.get(FILE, headers=headers).status_code == 404, "with all their files")
print(f"python client: {checks} checks")
