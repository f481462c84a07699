"""Every operation of the served description with five credentials and four kinds of id: another
account's id answers byte for byte as an unknown one, nothing answers 5xx, no list shows another's."""

import json
import re
import sys
import tempfile
import uuid

import requests

from service import OPERATIONS, Client, Service, sample_stick

METHODS = ("get", "post", "put", "patch", "delete")
OPEN = ("/api/authenticate", "/api/formats", "/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs")


def world(client, stick):
    """An account's things: kind of id to id."""
    user = client.user()
    batch = client.settled(client.upload(user, stick).json()["id"])
    ring = [[-93.63, 41.97], [-93.6, 41.97], [-93.6, 41.99], [-93.63, 41.99], [-93.63, 41.97]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    field = client.post(f"/services/fields/api/users/{user}/fields", json={"geometry": geometry}).json()
    hook = client.post("/services/alerts/api/alerts/webhooks", json={
        "events": ["fieldCreated"], "name": "h", "secret": "s", "url": "https://example.org/"}).json()
    key = client.post("/services/usermanagement/api/api-keys", json={"leafUserId": user}).json()
    client.post(f"/services/config/api/configs/{user}", json={})
    return {"user": user, "batch": batch["id"], "file": batch["leafFiles"][0], "field": field["id"],
            "boundary": field["boundaries"][0], "webhook": hook["id"], "key": key["id"]}


def kinds(path):
    """Which kind of id stands at each place of a path."""
    found = {}
    for name in re.findall(r"{(\w+)}", path):
        if name == "leafUserId":
            found[name] = "user"
        elif name == "boundaryId":
            found[name] = "boundary"
        elif name in ("kind", "name", "z", "x", "y"):
            found[name] = None
        else:
            before = path.split("{" + name + "}")[0].rstrip("/").split("/")[-1]
            found[name] = {"users": "user", "batch": "batch", "files": "file", "fields": "field",
                           "webhooks": "webhook", "api-keys": "key"}[before]
    return found


def body(method, path, ids):
    geometry = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    if path.endswith("/merge"):
        return {"ids": [ids["file"], "ffffffff-ffff-4fff-bfff-ffffffffffff"]}
    if path.endswith("/intersect"):
        return [ids["field"]]
    if path.endswith("/api-keys"):
        return {"leafUserId": ids["user"]}
    if path.endswith("/users") and method == "put":
        return {"id": ids["user"]}
    return {"geometry": geometry, "name": "x"}


def main():
    faults, checked = [], 0
    with Service() as service, tempfile.TemporaryDirectory() as folder:
        stick = sample_stick(folder)
        service.add_account("other", "other-password")
        own, other = service.client(), service.client("other", "other-password")
        mine, theirs = world(own, stick), world(other, stick)
        api = requests.get(service.base + "/openapi.json").json()
        unknown = {kind: str(uuid.uuid4()) for kind in mine}
        malformed = {kind: "not-an-id" for kind in mine}
        expired = own.token[:-2] + ("aa" if own.token[-2:] != "aa" else "bb")
        credentials = {"none": {}, "broken": {"Authorization": "Bearer x.y.z"},
                       "changed": {"Authorization": f"Bearer {expired}"},
                       "other": {"Authorization": f"Bearer {other.token}"},
                       "own": {"Authorization": f"Bearer {own.token}"}}

        def call(method, path, ids, headers):
            url = path
            for name, kind in kinds(path).items():
                url = url.replace("{" + name + "}", "standardGeojson" if kind is None else ids[kind])
            more = {}
            if "requestBody" in api["paths"][path][method]:
                content = api["paths"][path][method]["requestBody"]["content"]
                if "multipart/form-data" in content:
                    more = {"files": {"file": ("a.zip", b"PK\x05\x06" + bytes(18))}, "params": {"leafUserId": ids["user"]}}
                else:
                    more = {"json": body(method, path, ids)}
            elif path.endswith("uncoveredFiles"):
                more = {"params": {"leafUserId": ids["user"]}}
            return requests.request(method, service.base + url, headers=headers, timeout=60, **more)

        def plain(answer, ids):
            text = answer.text
            for value in ids.values():
                text = text.replace(value, "ID")
            return answer.status_code, text

        # Deleting comes last, of all that is there.
        order = sorted(((m, p) for p in api["paths"] for m in api["paths"][p] if m in METHODS),
                       key=lambda mp: mp[0] == "delete")
        for method, path in order:
            documented = set(api["paths"][path][method]["responses"])
            for who, headers in credentials.items():
                if path in OPEN:
                    continue
                if who in ("none", "broken", "changed"):
                    answer = call(method, path, mine, headers)
                    checked += 1
                    if answer.status_code != 401:
                        faults.append(f"{method} {path} {who}: {answer.status_code}")
                    continue
                if who == "own":
                    continue
                # The other account with ids of mine, and with ids of nobody.
                answers = {}
                for label, ids in (("mine", mine), ("unknown", unknown), ("malformed", malformed)):
                    answers[label] = call(method, path, ids, headers)
                    checked += 1
                    status = answers[label].status_code
                    if status >= 500 or str(status) not in documented:
                        faults.append(f"{method} {path} {label}: {status} is not documented")
                needs = [k for k in kinds(path).values() if k] or path.endswith(("/merge", "/batch", "uncoveredFiles", "api-keys"))
                if needs and method != "get" or kinds(path):
                    if plain(answers["mine"], mine) != plain(answers["unknown"], unknown):
                        faults.append(f"{method} {path}: {plain(answers['mine'], mine)} is not {plain(answers['unknown'], unknown)}")
                    if kinds(path) and answers["mine"].status_code < 400:
                        faults.append(f"{method} {path}: another account's id is answered with {answers['mine'].status_code}")
                for value in mine.values():
                    if value in answers["unknown"].text:
                        faults.append(f"{method} {path}: shows {value} to the other account")
        # Mine is all there, and lists show each their own.
        for path in (OPERATIONS + "/files", OPERATIONS + "/batch", "/services/fields/api/fields",
                     "/services/usermanagement/api/users", "/services/alerts/api/alerts/webhooks"):
            a, b = own.get(path).text, other.get(path).text
            checked += 2
            if any(value in b for value in mine.values()) or any(value in a for value in theirs.values()):
                faults.append(f"{path} mixes accounts")
        for path, kind in ((OPERATIONS + "/files/", "file"), (OPERATIONS + "/batch/", "batch")):
            checked += 1
            if own.get(path + mine[kind]).status_code != 200:
                faults.append(f"{kind} was harmed by the other account")
    for fault in faults:
        print("FAIL", fault[:400])
    print(f"tenancy: {checked} answers, {len(faults)} wrong")
    return 1 if faults else 0


sys.exit(main())
