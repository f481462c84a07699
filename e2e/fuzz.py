#!/usr/bin/env python3
"""Schemathesis against the served description: examples, coverage, fuzzing and stateful sequences as the
owner of an account with things in it. No 5xx, no status, header or shape that is not documented, nothing without a token."""

import math
import subprocess
import sys
from pathlib import Path

from tramline import report
from tramline.client import API, CONFIGS, FIELDS, Client
from tramline.report import Faults
from tramline.samples import POLYGON, stick_file
from tramline.service import Service, temporary

EXAMPLES = 50
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
          "response_schema_conformance,unsupported_method,ignored_auth,use_after_free")
# What ends the token that it is asked with: these are asked last, by themselves.
ENDING = "^/api/account/(revoke-tokens|tokens)"
UNASKED = "/progress$|^/docs$"
SETTINGS = {"enableGeoparquetOutput": True, "enableOutsideFieldGeojson": True}
ZOOM = 14


def tile(longitude: float, latitude: float) -> tuple[int, int]:
    """Column and row of the tile in which a place lies."""
    around = 1 << ZOOM
    up = math.asinh(math.tan(math.radians(latitude)))
    return int((longitude + 180) / 360 * around), int((1 - up / math.pi) / 2 * around)


def known(client: Client, batch: dict, user: str) -> str:
    """A configuration with ids and names of things that exist, for what only reads: more than 404 is met."""
    field = client.json("POST", f"{FIELDS}/users/{user}/fields", {"name": "West", "geometry": POLYGON})["id"]
    boundary = client.json("GET", f"{FIELDS}/users/{user}/fields/{field}/boundary")["id"]
    files = [client.file_settled(file) for file in batch["leafFiles"]]
    file = next(one["id"] for one in files if one.get("operationType") == "harvested")
    column = client.json("GET", f"{API}/files/{file}/images")[0]["property"]
    x, y = tile(*POLYGON["coordinates"][0][0])
    parts = [f'[parameters]\nleafUserId = "{user}"\nbatchId = "{batch["id"]}"\nfileId = "{file}"\n']

    def reading(path: str, **values: object) -> None:
        """What stands in paths that begin like this."""
        lines = "".join(f"parameters.{name} = {value!r}\n" for name, value in values.items())
        parts.append(f"[[operations]]\ninclude-name-regex = '^GET {path}'\n{lines}")

    reading(f"{API}/batch/[{{]id", id=batch["id"])
    reading(f"{API}/files/[{{]id[}}](/[a-zA-Z]+)?$", id=file)
    reading(f"{API}/files/[{{]id[}}]/artifacts", id=file)
    reading(f"{API}/files/[{{]id[}}]/images", id=file, name=f"{column}.png")
    reading(f"{API}/files/[{{]id[}}]/geotiffImages/", id=file, name=f"{column}.tif")
    reading(f"{API}/files/[{{]id[}}]/tiles", id=file, z=ZOOM, x=x, y=y)
    reading(f"{FIELDS}/users/", id=field, boundaryId=boundary)
    reading("/services/usermanagement/api/users/", id=user)
    return "\n".join(parts)


def schemathesis(service: Service, folder: Path, token: str, *which: str) -> int:
    """Asks some of the operations; its code."""
    return subprocess.run([
        Path(sys.executable).parent / "schemathesis", "--config-file", folder / "schemathesis.toml", "run",
        service.base + "/openapi.json", "--header", f"Authorization: Bearer {token}", "--max-examples", str(EXAMPLES),
        "--workers", "2", "--checks", CHECKS, *which, "--seed", "1", "--request-timeout", "60", "--no-color",
    ], check=False, cwd=folder).returncode


def check(faults: Faults) -> str:
    """Runs schemathesis on all but a few operations and then on those, and looks at its codes and at the service's log."""
    with temporary() as scratch, Service(UPLOADS_AT_ONCE_PER_ACCOUNT=100) as service:
        folder, client = Path(scratch), service.client()
        user = client.add_user()
        client.json("PATCH", CONFIGS, SETTINGS)
        batch = client.settled(client.upload(user, "stick.zip", stick_file(folder).read_bytes())["id"])
        (folder / "schemathesis.toml").write_text(known(client, batch, user))
        code = schemathesis(service, folder, client.token, "--exclude-path-regex", f"{UNASKED}|{ENDING}")
        faults.expect(code == 0, f"schemathesis ended with {code}")
        faults.expect(client.get("/api/account").status == 200, "its token ended: it asked nothing as the owner")
        code = schemathesis(service, folder, client.token, "--include-path-regex", ENDING)
        faults.expect(code == 0, f"schemathesis ended with {code} where tokens end")
        faults.expect(not service.defects(), f"the log tells of a defect: {service.defects()}")
    return f"{EXAMPLES} examples of each operation"


if __name__ == "__main__":
    raise SystemExit(report.run("fuzz", check))
