#!/usr/bin/env python3
"""The served OpenAPI document: valid 3.1 by two validators of different makers, and what openapi_rules.py asks
beyond that. The rules must also notice the breaks of openapi_breaks.py.

    e2e/openapi.py [DOCUMENT]

With a DOCUMENT (a JSON file) that one is looked at, and all faults are printed.
"""

import json
import subprocess
import sys
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

import openapi_breaks as breaks
import openapi_places as places
import openapi_rules as rules
from tramline import node, report
from tramline.client import Client
from tramline.report import Faults
from tramline.service import Service, temporary

GENERATED = Path(__file__).resolve().parent / "generated"


def by_python(document: dict, faults: Faults) -> None:
    """The validator of PyPI."""
    for error in OpenAPIV31SpecValidator(document).iter_errors():
        place = places.Place(tuple(map(str, error.absolute_path)))
        faults.append(f"openapi-spec-validator: {place}: {str(error.message).splitlines()[0][:300]}")


def by_javascript(path: Path, faults: Faults) -> bool:
    """The validator of npm; whether there is one."""
    modules = node.packages(GENERATED)
    if modules is None:
        return False
    done = subprocess.run([node.program(), GENERATED / "validate.mjs", modules, path], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    faults.extend(done.stdout.splitlines())
    faults.expect(done.returncode == 0 or done.stdout, f"validate.mjs ended with {done.returncode}: {done.stderr[-500:]}")
    return True


def look(path: Path, faults: Faults) -> str:
    """Looks at a document in a file."""
    document = json.loads(path.read_text())
    faults.expect(document.get("openapi", "").startswith("3.1."), f"openapi is {document.get('openapi')}, not 3.1")
    by_python(document, faults)
    two = by_javascript(path, faults)
    faults.extend(f"{rule}: {fault}" for rule, fault in rules.faults(document))
    counts = (len(list(part(document))) for part in (places.operations, places.parameters, places.responses, places.headers))
    told = "{} operations, {} parameters, {} responses, {} headers".format(*counts)
    return f"{told}, {len(document['components']['schemas'])} schemas; {2 if two else 1} validators"


def check(faults: Faults) -> str:
    """Looks at what a service serves, asked without a token."""
    with temporary() as folder, Service() as service:
        answer = Client(service).get("/openapi.json").expected()
        path = Path(folder) / "openapi.json"
        path.write_bytes(answer.body)
        said = look(path, faults)
        faults.extend(breaks.unnoticed(answer.json()))
        return f"{said}; {len(breaks.BREAKS)} breaks"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        report.SHOWN = sys.maxsize
        raise SystemExit(report.run("openapi", lambda faults: look(Path(sys.argv[1]), faults)))
    raise SystemExit(report.run("openapi", check))
