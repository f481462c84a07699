"""What is asked of both services: a season of an account, by subject, in an order in which each sees what the ones
before left.

Rule: a user whose uploads have one machine file each is asked as it is; the stick, whose files are ordered by random
ids, belongs to a user of its own and is asked without order.
"""

from pathlib import Path

from same.pair import Pair
from same.places import WEST, WIDE, box, part, tile
from tramline.client import API, CONFIGS, FIELDS, HOOKS
from tramline.samples import members_of, pack, stick
from tramline.service import NAME, PASSWORD

USERS = "/services/usermanagement/api"
Members = list[tuple[str, bytes]]
UNKNOWN = "ffffffff-ffff-4fff-bfff-ffffffffffff"
KINDS = ("originalFile", "rawGeojson", "standardGeojson", "filteredGeojson", "outsideFieldGeojson", "standardGeoparquet",
         "filteredGeoparquet", "polygonGeoparquet", "droppedGeoparquet", "summary", "units", "status", "images",
         "zippedPNGs", "nothing")
EXPORTS = ("gpkg", "fgb", "csv", "shp", "geojson", "parquet", "pmtiles")
# Sets of the corpus for uploads: small, of several formats. Each has one machine file.
CORPUS = ("vendor/csv-pyprecag", "agro/pacu-basswood/2012-basswood.txt", "cases/pc04-cotton-picker",
          "vendor/deere-ofpedata/FarmerI_AA16_AA_N_2016_henrys.zip", "cases/pc14-no-coordinates")
SEVERAL = ("isoxml/dn-duplicated-timelog", "isoxml/dn-totals-zip", "isoxml/dn-invalid-xml")
HOSTILE = ("000_", "002_", "013_", "014_", "015_", "022_", "038_", "042_", "044_", "046_", "049_", "055_", "061_", "074_",
           "084_", "095_", "099_", "111_", "118_", "126_", "132_", "143_", "148_")


def packed_path(path: Path) -> bytes:
    """A zip of a file or a folder; a zip as it is."""
    if path.is_file():
        return path.read_bytes() if path.suffix == ".zip" else pack([(path.name, path.read_bytes())])
    return pack(members_of(path))


def open_doors(pair: Pair) -> None:
    """What needs no account, and what is refused without one."""
    for path in ("/api/formats", "/health/live", "/health/ready", "/docs", "/nothing", "/", API + "/files"):
        pair.get(path, token="")
    pair.get(API + "/files", token="x.y.z")
    for method, path in (("DELETE", "/api/formats"), ("PUT", API + "/files"), ("POST", "/health/live")):
        pair.ask(method, path)
    for body in ({"username": NAME, "password": "wrong"}, {"username": NAME}, {}, [], "{", {"username": "", "password": ""}):
        pair.ask("POST", "/api/authenticate", body, headers={"Content-Type": "application/json"})
    pair.ask("POST", "/api/authenticate", f"username={NAME}", headers={"Content-Type": "text/plain"})
    for remember in (True, False):
        pair.ask("POST", "/api/authenticate", {"username": NAME, "password": PASSWORD, "rememberMe": remember}, token="")


def users(pair: Pair) -> tuple[str, str]:
    """Users and keys; ids of the two users that the rest works with."""
    made = [pair.ask("POST", USERS + "/users", {"name": name, "email": f"{name.lower()}@example.org", "externalId": name})
            .json()["id"] for name in ("North", "Stick", "Gone")]
    for body in ({}, {"name": 7}, {"name": "x" * 2_000}, "{", {"unknown": 1}):
        answer = pair.ask("POST", USERS + "/users", body, headers={"Content-Type": "application/json"})
        if answer.status < 300:
            pair.ask("DELETE", f"{USERS}/users/{answer.json()['id']}")
    pair.ask("PATCH", f"{USERS}/users/{made[0]}", {"phone": "123", "address": "Road 1"})
    pair.ask("PUT", f"{USERS}/users", {"id": made[2], "name": "Going"})
    pair.ask("PUT", f"{USERS}/users", {"name": "without id"})
    key = pair.ask("POST", USERS + "/api-keys", {"leafUserId": made[0], "description": "gate"}).json()
    for body in ({"leafUserId": made[0], "expiresIn": 1}, {"leafUserId": UNKNOWN}, {"leafUserId": "x"}, {}):
        pair.ask("POST", USERS + "/api-keys", body)
    pair.get(f"{API}/batch?leafUserId={made[0]}", token="", headers={"X-Api-Key": key["key"]})
    pair.get(f"{API}/files", token="", headers={"X-Api-Key": key["key"]})
    pair.get(USERS + "/api-keys")
    pair.ask("DELETE", f"{USERS}/api-keys/{key['id']}")
    pair.ask("DELETE", f"{USERS}/api-keys/{key['id']}")
    pair.get(f"{USERS}/api-keys?leafUserId={made[0]}")
    for query in ("", "?name=North", "?externalId=Stick", "?page=1&size=1", "?size=0", "?email=nobody"):
        pair.get(f"{USERS}/users{query}")
    for path in (made[0], UNKNOWN, "x"):
        pair.get(f"{USERS}/users/{path}")
    pair.ask("DELETE", f"{USERS}/users/{made[2]}")
    pair.get(f"{USERS}/users/{made[2]}")
    return made[0], made[1]


def configurations(pair: Pair, user: str, other: str) -> None:
    """Configurations of the account and of a user, right and wrong."""
    pair.get(CONFIGS)
    pair.get(f"{CONFIGS}/{user}")
    pair.ask("PATCH", CONFIGS, {"enablePolygonOutput": True, "enableOutsideFieldGeojson": True, "farmsAutoSync": True})
    pair.ask("POST", f"{CONFIGS}/{user}", {"enableGeoparquetOutput": True, "operationsOutliersLimit": 2.5})
    pair.ask("POST", f"{CONFIGS}/{user}", {"enableGeoparquetOutput": True})
    pair.ask("PATCH", f"{CONFIGS}/{user}", {"imageRamp": "accessible", "summarizeByProductEntry": False})
    for body in ({"operationsOutliersLimit": "many"}, {"unitMeasurement": "FURLONG"}, {"fileImages": None}, [], "{",
                 {"cleanupRules": {"colour": [{"operator": "GT", "value": 0}]}}, {"filterParameters": {"x": []}},
                 {"cleanupRules": {"wetMass": [{"operator": "IN", "value": 0}]}}, {"fieldsAttachIntersection": 101},
                 {"cropNumbers": {"corn": {"testWeight": -1}}}, {"geoimagesColorRamp": {"x": [1, 2, 3]}}):
        pair.ask("PATCH", CONFIGS, body, headers={"Content-Type": "application/json"})
    pair.get(f"{CONFIGS}/{user}")
    pair.get(f"{CONFIGS}/{other}")
    for wrong in (UNKNOWN, "x"):
        pair.get(f"{CONFIGS}/{wrong}")
        pair.ask("POST", f"{CONFIGS}/{wrong}", {})


def webhooks(pair: Pair) -> None:
    """Two webhooks that the receiver takes, and wrong ones."""
    body = {"events": ["nothing"], "name": "h", "secret": "s", "url": "http://«receiver»/a"}
    # The refusal names the events.
    names = pair.ask("POST", HOOKS, body).json()["detail"].partition("none of ")[2].split(", ")
    made = pair.ask("POST", HOOKS, {**body, "events": names[:1]}).json()["id"]
    pair.ask("POST", HOOKS, {**body, "events": names[1:], "name": "rest"})
    for wrong in ({"events": names[:1]}, {"url": "x"}, {"url": "http://[::1]/"}, {"secret": ""}, {"events": []}):
        pair.ask("POST", HOOKS, {**body, "events": names, **wrong})
    pair.ask("POST", HOOKS, {})
    pair.get(HOOKS)
    pair.get(f"{HOOKS}/{made}")
    pair.get(f"{HOOKS}/{UNKNOWN}")
    pair.ask("DELETE", f"{HOOKS}/{UNKNOWN}")
    pair.get(f"{HOOKS}/failed-calls")


def fields(pair: Pair, user: str) -> tuple[str, str]:
    """Fields before there are files; ids of the one over the corn harvest and of one far away."""
    at = f"{FIELDS}/users/{user}/fields"
    near = pair.ask("POST", at, {"name": "Creek Bottom", "geometry": part(0.5)}).json()["id"]
    far = pair.ask("POST", at, {"id": "my-field", "name": "Far", "geometry": box(10, 50, 10.01, 50.01)}).json()["id"]
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    hole = {"type": "Polygon", "coordinates": [part(1)["coordinates"][0], box(0, 0, 1, 1)["coordinates"][0]]}
    for body in ({"geometry": bow}, {"geometry": hole}, {"geometry": {"type": "Point", "coordinates": [0, 0]}}, {},
                 {"geometry": {"type": "Polygon", "coordinates": []}}, {"geometry": box(170, 89, 181, 91)}, "{",
                 {"id": "my-field", "geometry": part(1)}, {"id": "a/b", "geometry": part(1)}, {"geometry": None},
                 {"name": "", "geometry": part(1)}):
        pair.ask("POST", at, body, headers={"Content-Type": "application/json"})
    pair.ask("PATCH", f"{at}/{far}", {"name": "Farther", "farmId": 7})
    pair.ask("PATCH", f"{at}/{far}", {"geometry": box(10, 50, 10.02, 50.01)})
    pair.ask("PATCH", f"{at}/{near}", {"geometry": bow})
    pair.ask("PUT", f"{at}/{far}/boundary", {"geometry": box(10, 50, 10.02, 50.02)})
    for path in (f"{at}/{near}", f"{at}/{far}", f"{at}/{near}/boundary", f"{at}/{far}/boundaries", f"{at}/nobody",
                 f"{at}/nobody/boundary", FIELDS + "/fields", FIELDS + "/fields?name=Farther", FIELDS + "/fields?farmId=7",
                 FIELDS + "/fields?sort=name,desc", FIELDS + "/fields?page=1&size=1", FIELDS + "/fields?type=LOST",
                 FIELDS + f"/fields?leafUserId={user}", FIELDS + f"/fields?leafUserId={UNKNOWN}"):
        pair.get(path)
    boundaries = pair.get(f"{at}/{far}/boundaries").json()
    if isinstance(boundaries, list) and boundaries:
        pair.get(f"{at}/{far}/boundaries/{boundaries[-1]['id']}")
    pair.ask("POST", f"{at}/intersects", {"geometry": part(0.7)})
    pair.ask("POST", f"{at}/intersects", {"geometry": part(0.7), "intersectionThreshold": 99.9})
    pair.ask("POST", f"{at}/intersects", {"geometry": bow, "intersectionThreshold": 200})
    pair.ask("POST", f"{at}/intersect", [near])
    pair.ask("POST", f"{at}/intersect", [near, far])
    pair.ask("POST", f"{at}/intersect", [near, "nobody"])
    geojson = ('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Up"},"geometry":'
               '{"type":"Polygon","coordinates":[[[20,50],[20.01,50],[20.01,50.01],[20,50]]]}},{"type":"Feature",'
               '"properties":{"name":"Bow"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}}]}')
    upload = f"/services/uploadservice/api/upload?leafUserId={user}"
    pair.ask("POST", upload, form=("fields.zip", pack([("fields.geojson", geojson)])))
    pair.ask("POST", upload, form=("nothing.zip", pack([("a.txt", "nothing")])))
    pair.ask("POST", upload, form=("no.zip", b"no zip"))
    pair.idle()
    return near, far


def refused_uploads(pair: Pair, user: str) -> None:
    # So short that all of it is sent before the refusal ends the connection.
    """Uploads that are refused at once."""
    data = pack([("a.txt", "nothing")])
    at = f"{API}/batch?provider=Other&leafUserId="
    for where in (at + UNKNOWN, at + "x", at, f"{API}/batch?leafUserId={user}&provider=Nobody",
                  at + f"{user}&operationType=flying", at + f"{user}&width=-3", at + f"{user}&column=nonsense",
                  at + f"{user}&fileFormat=GIF"):
        pair.ask("POST", where, form=("a.zip", data))
    pair.ask("POST", at + user, form=("empty.zip", b""))
    pair.ask("POST", at + user, form=("no.zip", b"no zip at all"))
    pair.ask("POST", at + user, b"x", headers={"Content-Type": "multipart/form-data"})
    pair.ask("POST", at + user, {"file": "x"})


def files_of(pair: Pair, batch: str) -> list[str]:
    """Files of an upload in words, in the order in which they were named."""
    return sorted(pair.get(f"{API}/batch/{batch}", unordered=True).json()["leafFiles"], key=lambda word: int(word[1:-1]))


def batch(pair: Pair, batch: str, unordered: bool) -> None:
    """All that is told of an upload."""
    at = f"{API}/batch/{batch}"
    for path in (at, at + "/status", f"{API}/files?batchId={batch}"):
        pair.get(path, unordered=unordered)
    pair.get(at + "/progress")


def file(pair: Pair, file: str, thorough: bool) -> None:
    """All that is told of a machine file."""
    at = f"{API}/files/{file}"
    pair.get(at)
    for path in ("summary", "units", "status", "standardGeoparquet", "polygonGeoparquet", "calibrate",
                 "outsideFieldGeojson", "report"):
        pair.get(f"{at}/{path}")
    for kind in KINDS:
        pair.get(f"{at}/artifacts/{kind}")
    lists = {name: pair.get(f"{at}/{name}") for name in ("images", "imagesV2", "geotiffImages")}
    for name, answer in lists.items():
        if answer.status != 200:
            continue
        for entry in answer.json()[: 40 if thorough else 2]:
            url = (entry.get("url") or entry.get("downloadUrl") or "").removeprefix("http://tramline.test")
            if url:
                pair.get(url)
                pair.get(url.replace(".png", ".png.aux.xml"))
    pair.get(f"{at}/export?format=adapt")
    pair.get(f"{at}/export?format=report")
    for name in EXPORTS if thorough else ("csv",):
        pair.get(f"{at}/export?format={name}")
    if thorough:
        more(pair, at)


def more(pair: Pair, at: str) -> None:
    """Exports, maps, tiles and parts of downloads, with right and wrong parameters."""
    for name in EXPORTS:
        pair.get(f"{at}/export?format={name}&output=polygon&units=imperial")
    pair.get(f"{at}/export?format=adapt&output=polygon")
    for query in ("format=csv&output=filtered&columns=timestamp,wetMass", "format=csv&columns=nothing", "format=gif",
                  f"format=csv&bbox=-94,41,{WEST + WIDE / 2},42", "format=csv&bbox=1,2,3", "format=csv&units=furlong", "",
                  "format=adapt&columns=speed", "format=geojson&output=raw"):
        pair.get(f"{at}/export?{query}")
    for name in ("imagesV2", "geotiffImages"):
        for query in ("?output=standard", "?output=filtered&ramp=accessible", "?crs=utm", "?output=raw", "?ramp=grey"):
            pair.get(f"{at}/{name}{query}")
        for wrong in ("nothing.png", "nothing.tif", "speed"):
            pair.get(f"{at}/{name}/{wrong}")
    pair.get(f"{at}/images/nothing.png")
    for z, x, y in (*map(tile, (0, 8, 12, 14, 15, 16, 18)), (16, 0, 0)):
        for query in ("", "?columns=speed,wetMass", "?output=filtered", "?output=polygon"):
            pair.get(f"{at}/tiles/{z}/{x}/{y}.mvt{query}")
    for wrong in ("0/0/0.png", "x/0/0.mvt", "30/0/0.mvt", "1/9/9.mvt", "0/0/0.mvt?columns=nothing", "0/0/0.mvt?output=raw"):
        pair.get(f"{at}/tiles/{wrong}")
    points = f"{at}/artifacts/standardGeojson"
    tag = dict(pair.get(points).headers).get("etag", "")
    for headers in ({"Range": "bytes=0-99"}, {"Range": "bytes=-10"}, {"Range": "bytes=999999999-"}, {"If-None-Match": tag},
                    {"Range": "bytes=5-9", "If-Range": '"x"'}, {"Range": "lines=1-2"}, {"Accept-Encoding": "gzip"}):
        pair.get(points, headers=headers)
    pair.ask("HEAD", points)


def lists(pair: Pair, user: str) -> None:
    """Lists by every parameter, and ids of nobody."""
    queries = ("", f"leafUserId={user}", "status=processed", "status=failed", "operationType=harvested", "page=1&size=2",
               "sort=fileName,desc", "sort=sizeInBytes", "sort=nothing", "provider=Other", "provider=Nobody", "standard=true",
               "standard=false", "minArea=1000", "fileFormat=shapefile", "startTime=2025-01-01T00:00:00Z",
               "endTime=2020-01-01T00:00:00Z", "startTime=yesterday", "envelope=operations", "origin=merged", "size=1000",
               "fileId=" + UNKNOWN, "batchId=x")
    for query in queries:
        pair.get(f"{API}/files?leafUserId={user}&{query}")
    for query in ("", "status=PROCESSED", "status=FAILED", "page=1&size=2", "sort=fileName", "provider=Other", "status=x"):
        pair.get(f"{API}/batch?leafUserId={user}&{query}")
    for path in (f"outsideFieldGeojson?leafUserId={user}", f"uncoveredFiles?leafUserId={user}", "uncoveredFiles",
                 f"uncoveredFiles?leafUserId={UNKNOWN}"):
        pair.get(f"{API}/files/{path}")
    for wrong in (UNKNOWN, "x"):
        for path in ("", "/status", "/progress"):
            pair.get(f"{API}/batch/{wrong}{path}")
        for path in ("", "/summary", "/units", "/status", "/images", "/imagesV2", "/export?format=csv", "/report",
                     "/artifacts/summary", "/tiles/0/0/0.mvt", "/calibrate", "/outsideFieldGeojson"):
            pair.get(f"{API}/files/{wrong}{path}")
        for method, path in (("PUT", f"batch/{wrong}/retry"), ("POST", f"files/{wrong}/reprocess"),
                             ("DELETE", f"files/{wrong}"), ("DELETE", f"batch/{wrong}")):
            pair.ask(method, f"{API}/{path}")


def located(pair: Pair, user: str, field: str, file: str) -> None:
    """Boundaries that change after the conversion: another share of the points, none, none but a new field."""
    at = f"{FIELDS}/users/{user}/fields/{field}"

    def look() -> None:
        pair.idle()
        for path in (f"{API}/files/{file}", f"{API}/files/{file}/outsideFieldGeojson", at, f"{at}/boundaries",
                     f"{API}/files/{file}/artifacts/outsideFieldGeojson", f"{API}/files/uncoveredFiles?leafUserId={user}",
                     f"{API}/files/outsideFieldGeojson?leafUserId={user}"):
            pair.get(path)

    look()
    for share in (0.8, 0.3):
        pair.ask("PUT", f"{at}/boundary", {"geometry": part(share)})
        look()
    pair.ask("PATCH", at, {"geometry": box(0, 0, 0.01, 0.01)})
    look()
    pair.ask("PATCH", at, {"geometry": part(0.6), "name": "Creek again"})
    look()
    pair.ask("DELETE", f"{FIELDS}/users/{user}/fields/my-field")
    pair.get(f"{FIELDS}/fields")


def calibrated(pair: Pair, file: str) -> None:
    """A harvest by the scale, in every form, and back."""
    at = f"{API}/files/{file}"
    for body in ({"factor": 1.034}, {"scaleMass": {"value": 12.5, "unit": "t"}},
                 {"loads": [{"startTime": "2020-01-01T00:00:00Z", "endTime": "2020-01-02T00:00:00Z",
                             "scaleMass": {"value": 9, "unit": "t"}}]}):
        pair.ask("POST", f"{at}/calibrate", body)
        pair.idle()
        for path in (at, at + "/calibrate", at + "/summary", at + "/status", at + "/artifacts/standardGeojson"):
            pair.get(path)
    for body in ({"factor": 9}, {"factor": "x"}, {}, [], {"scaleMass": {"value": 1, "unit": "stone"}}, {"loads": []}):
        pair.ask("POST", f"{at}/calibrate", body)
    pair.ask("DELETE", f"{at}/calibrate")
    pair.idle()
    pair.get(at)
    pair.get(at + "/summary")
    pair.ask("DELETE", f"{at}/calibrate")


def reprocessed(pair: Pair, user: str, file: str, batch: str) -> None:
    """A file and its upload again, with another configuration."""
    pair.ask("PATCH", f"{CONFIGS}/{user}", {"unitMeasurement": "IMPERIAL", "filterProfile": "recommended", "imageRamp": "model"})
    pair.ask("POST", f"{API}/files/{file}/reprocess")
    pair.idle()
    for path in ("", "/summary", "/units", "/status", "/images", "/artifacts/filteredGeojson", "/artifacts/images", "/report"):
        pair.get(f"{API}/files/{file}{path}")
    pair.ask("PUT", f"{API}/batch/{batch}/retry")
    pair.idle()
    pair.get(f"{API}/batch/{batch}")
    pair.ask("DELETE", f"{CONFIGS}/{user}")
    pair.get(f"{CONFIGS}/{user}")


def merged(pair: Pair, user: str, first: str, members: Members) -> str:
    """A merge of two harvests whose ids both services have in the same order: sources are taken in that order."""
    for body in ({"ids": [first]}, {"ids": [first, first]}, {"ids": [first, UNKNOWN]}, {"ids": ["x", first]}, {}, []):
        pair.ask("POST", f"{API}/files/merge", body)
    for attempt in range(1, 9):
        # Names and sizes differ, so that no list that is sorted by them has ties, which random ids settle.
        mark = "again" * attempt
        again = pair.upload(user, f"{mark}.zip", pack([*members, (f"{mark}.txt", "nothing")]))
        second = files_of(pair, again)[0]
        if pair.order_of(first, second):
            break
    made = pair.ask("POST", f"{API}/files/merge", {"ids": [second, first]}).json()["id"]
    pair.idle()
    file(pair, made, False)
    pair.ask("POST", f"{API}/files/{made}/reprocess")
    pair.idle()
    pair.get(f"{API}/files/{made}")
    return made


def play(pair: Pair, scratch: Path, corpus: Path | None, hostile: Path | None, quick: bool) -> None:
    """Everything, in order."""
    members = stick(scratch / "stick")
    groups = {name: pack([(path, data) for path, data in sorted(members.items()) if path.startswith(name)])
              for name in ("Office export", "TASKDATA")}
    text = [(path, data) for path, data in members.items() if path.lower().endswith((".txt", ".csv")) and path != "README.txt"]
    corn, tasks, harvest = groups["Office export"], groups["TASKDATA"], pack(text)
    open_doors(pair)
    user, other = users(pair)
    configurations(pair, user, other)
    webhooks(pair)
    near, _ = fields(pair, user)
    refused_uploads(pair, user)
    first = pair.upload(user, "corn.zip", corn, headers={"Idempotency-Key": "one"})
    pair.upload(user, "corn.zip", corn, headers={"Idempotency-Key": "one"})
    pair.upload(user, "again.zip", corn)
    batches = [first, pair.upload(user, "text.zip", harvest, query="provider=AgLeader&crop=Corn&width=9.144")]
    if corpus is not None and not quick:
        batches += [pair.upload(user, path.replace("/", "-"), packed_path(corpus / path)) for path in CORPUS
                    if (corpus / path).exists()]
    batches = [one for one in batches if one]
    for position, one in enumerate(batches):
        batch(pair, one, False)
        for word in files_of(pair, one):
            file(pair, word, position == 0)
    corn_file = files_of(pair, first)[0]
    lists(pair, user)
    located(pair, user, near, corn_file)
    calibrated(pair, corn_file)
    reprocessed(pair, user, corn_file, first)
    made = merged(pair, user, corn_file, text)
    several = [pair.upload(other, "tasks.zip", tasks), pair.upload(other, "stick.zip", pack(sorted(members.items())))]
    if corpus is not None and not quick:
        several += [pair.upload(other, path.replace("/", "-") + ".zip", packed_path(corpus / path)) for path in SEVERAL
                    if (corpus / path).exists()]
    for one in filter(None, several):
        batch(pair, one, True)
        for word in files_of(pair, one):
            file(pair, word, False)
    if hostile is not None:
        for path in sorted((hostile / "cases").iterdir()):
            if path.name.startswith(HOSTILE[:6] if quick else HOSTILE):
                one = pair.upload(other, path.name, path.read_bytes())
                if one:
                    batch(pair, one, True)
    lists(pair, user)
    pair.idle()
    pair.stored()
    for path in (f"files/{made}", f"files/{corn_file}", f"batch/{first}"):
        pair.ask("DELETE", f"{API}/{path}")
        pair.get(f"{API}/{path}")
    pair.ask("DELETE", f"{FIELDS}/users/{user}/fields/{near}")
    pair.ask("DELETE", f"{USERS}/users/{other}")
    pair.get(f"{API}/files")
    pair.get(f"{API}/batch")
    pair.idle()
    pair.calls()
    pair.get(f"{HOOKS}/failed-calls")
    pair.stored()
