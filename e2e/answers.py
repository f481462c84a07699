#!/usr/bin/env python3
"""Answers of the service against the schemas of its own document: each is valid, and no answer has a member or a word
that the document does not describe.

    e2e/answers.py [SUMMARY.json…]

With files, those are held against the schema of summaries instead.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tramline import report
from tramline.client import API, CONFIGS, FIELDS, HOOKS, USERS, Client
from tramline.report import Faults
from tramline.samples import stick_file
from tramline.service import Service, temporary

WEST = [[-93.63, 41.97], [-93.619, 41.97], [-93.619, 41.99], [-93.63, 41.99], [-93.63, 41.97]]
EVERYTHING = {"enableGeoparquetOutput": True, "enableOutsideFieldGeojson": True, "filterProfile": "recommended",
              "reconcileMachines": True}
ADDRESS = "https://example.org/hook"


def resolved(document: dict, schema: dict) -> dict:
    """The schema behind its reference."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def undescribed(document: dict, schema: dict, value: object, place: str) -> Iterator[str]:
    """Members of a value that its schema does not list."""
    schema = resolved(document, schema)
    for choice in schema.get("oneOf", ()):
        choice = resolved(document, choice)
        kinds = {"array": list, "object": dict}
        if isinstance(value, kinds.get(choice.get("type"), ())):
            yield from undescribed(document, choice, value, place)
    if isinstance(value, list) and "items" in schema:
        for element in value:
            yield from undescribed(document, schema["items"], element, f"{place}[]")
    if isinstance(value, dict) and ("properties" in schema or "additionalProperties" in schema):
        others = schema.get("additionalProperties")
        for name, member in value.items():
            inside = schema.get("properties", {}).get(name, others if isinstance(others, dict) else None)
            if inside is not None:
                yield from undescribed(document, inside, member, f"{place}.{name}")
            elif not others:
                yield f"{place}.{name} is described nowhere"


class Described:
    """The document, ready for questions."""

    def __init__(self, document: dict) -> None:
        self.document = document
        whole = Resource(contents=document, specification=DRAFT202012)
        self.registry = Registry().with_resource("urn:document", whole)

    def faults(self, schema: dict, value: object, place: str) -> list[str]:
        """What is wrong with a value of a schema, each fault once."""
        pointed = json.loads(json.dumps(schema).replace('"#/', '"urn:document#/'))
        found = Draft202012Validator(pointed, registry=self.registry).iter_errors(value)
        told = [f"{place}{error.json_path[1:]}: {error.message[:200]}" for error in found]
        return sorted({*told, *undescribed(self.document, schema, value, place)})

    def schema(self, path: str) -> dict:
        """What `GET path` answers."""
        answer = self.document["paths"][path]["get"]["responses"]["200"]["content"]
        return answer["application/json"]["schema"]


def lived_in(client: Client, folder: Path) -> dict[str, dict[str, str]]:
    """An account with something of everything; the paths that it has answers for, with their parameters."""
    user = client.add_user()
    client.json("POST", f"{CONFIGS}/{user}", EVERYTHING)
    shape = {"type": "Polygon", "coordinates": [WEST]}
    field = client.json("POST", f"{FIELDS}/users/{user}/fields", {"name": "West", "geometry": shape})["id"]
    batch = client.settled(client.upload(user, "stick.zip", stick_file(folder).read_bytes())["id"])
    client.json("POST", "/services/usermanagement/api/api-keys", {"leafUserId": user, "expiresIn": 900})
    client.json("POST", HOOKS, {"events": ["fieldCreated"], "name": "hook", "secret": "secret", "url": ADDRESS})
    paths = {
        f"{API}/files": {}, f"{API}/batch": {}, f"{API}/files/outsideFieldGeojson": {},
        f"{API}/batch/{{id}}": {"id": batch["id"]}, f"{API}/batch/{{id}}/status": {"id": batch["id"]},
        USERS: {}, f"{USERS}/{{id}}": {"id": user}, CONFIGS: {}, f"{CONFIGS}/{{leafUserId}}": {"leafUserId": user},
        f"{FIELDS}/fields": {}, HOOKS: {}, f"{HOOKS}/failed-calls": {},
        "/services/usermanagement/api/api-keys": {}, "/api/account": {}, "/api/account/tokens": {},
        "/api/account/audit": {}, "/api/formats": {}, "/health/ready": {},
    }
    of_field = {"leafUserId": user, "id": field}
    for rest in ("", "/boundaries", "/boundary", "/operations/files"):
        paths[f"{FIELDS}/users/{{leafUserId}}/fields/{{id}}{rest}"] = of_field
    return paths


def of_files(client: Client) -> Iterator[tuple[str, str]]:
    """Paths of the document with those of each machine file; a file that failed has only some."""
    for file in client.get(f"{API}/files").json():
        rests = ["", "/status", "/units"]
        if file["status"] == "processed":
            rests += ["/summary", "/images", "/imagesV2", "/geotiffImages", "/standardGeoparquet", "/polygonGeoparquet"]
        for rest in rests:
            yield f"{API}/files/{{id}}{rest}", f"{API}/files/{file['id']}{rest}"


def check(faults: Faults) -> str:
    """Asks a lived-in account for everything that is JSON."""
    asked = 0
    with temporary() as scratch, Service() as service:
        client = service.client()
        described = Described(client.get("/openapi.json").json())
        given = lived_in(client, Path(scratch))
        whole = [(path, path.format(**parameters)) for path, parameters in given.items()] + list(of_files(client))
        for path, url in whole:
            answer = client.get(url)
            asked += 1
            if faults.expect(answer.status == 200, f"{url}: {answer.status} {answer.text[:200]}"):
                faults.extend(described.faults(described.schema(path), answer.json(), path))
        points = described.document["components"]["schemas"]["PointCollection"]
        for file in client.get(f"{API}/files?status=processed").json():
            for key in ("standardGeojson", "filteredGeojson", "rawGeojson"):
                answer = client.get(file[key])
                asked += 1
                faults.extend(described.faults(points, answer.json(), f"{key} of {file['name']}")[:5])
    return f"{asked} answers, each as its schema says"


def summaries(paths: list[str], faults: Faults) -> str:
    """Holds summaries of files against their schema."""
    reviewed = Path(__file__).resolve().parents[1] / "crates/server/openapi.json"
    described = Described(json.loads(reviewed.read_text()))
    for path in map(Path, paths):
        faults.extend(described.faults({"$ref": "#/components/schemas/FileSummary"}, json.loads(path.read_text()), str(path)))
    return f"{len(paths)} summaries"


if __name__ == "__main__":
    raise SystemExit(report.run("answers", (lambda faults: summaries(sys.argv[1:], faults)) if sys.argv[1:] else check))
