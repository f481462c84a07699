#!/usr/bin/env python3
"""Schemathesis against the served description: examples, coverage, fuzzing and stateful sequences as the
owner of an account with things in it. No 5xx, no status or shape that is not documented."""

import subprocess
import sys
from pathlib import Path

from tramline import report
from tramline.report import Faults
from tramline.samples import stick_file
from tramline.service import Service, temporary

EXAMPLES = 50
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Ids that exist, so that more than 404 is met.
CONFIGURATION = """
[parameters]
leafUserId = "{user}"
batchId = "{batch}"
fileId = "{file}"
"""


# What ends the token that it is asked with: these are asked last, by themselves.
ENDING = "^/api/account/(revoke-tokens|tokens)"
UNASKED = "/progress$|^/docs$"


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
        batch = client.settled(client.upload(user, "stick.zip", stick_file(folder).read_bytes())["id"])
        config = CONFIGURATION.format(user=user, batch=batch["id"], file=batch["leafFiles"][0])
        (folder / "schemathesis.toml").write_text(config)
        code = schemathesis(service, folder, client.token, "--exclude-path-regex", f"{UNASKED}|{ENDING}")
        faults.expect(code == 0, f"schemathesis ended with {code}")
        faults.expect(client.get("/api/account").status == 200, "its token ended: it asked nothing as the owner")
        code = schemathesis(service, folder, client.token, "--include-path-regex", ENDING)
        faults.expect(code == 0, f"schemathesis ended with {code} where tokens end")
        faults.expect(not service.defects(), f"the log tells of a defect: {service.defects()}")
    return f"{EXAMPLES} examples of each operation"


if __name__ == "__main__":
    raise SystemExit(report.run("fuzz", check))
