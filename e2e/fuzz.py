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


def check(faults: Faults) -> str:
    """Runs schemathesis once, and looks at its code and at the service's log."""
    with temporary() as scratch, Service(UPLOADS_AT_ONCE_PER_ACCOUNT=100) as service:
        folder, client = Path(scratch), service.client()
        user = client.add_user()
        batch = client.settled(client.upload(user, "stick.zip", stick_file(folder).read_bytes())["id"])
        config = folder / "schemathesis.toml"
        config.write_text(CONFIGURATION.format(user=user, batch=batch["id"], file=batch["leafFiles"][0]))
        done = subprocess.run([
            Path(sys.executable).parent / "schemathesis", "--config-file", config, "run", service.base + "/openapi.json",
            "--header", f"Authorization: Bearer {client.token}", "--max-examples", str(EXAMPLES), "--workers", "2",
            "--checks", CHECKS, "--exclude-path-regex", "/progress$|^/docs$", "--seed", "1", "--request-timeout", "60",
            "--no-color",
        ], check=False, cwd=folder)
        faults.expect(done.returncode == 0, f"schemathesis ended with {done.returncode}")
        faults.expect(not service.defects(), f"the log tells of a defect: {service.defects()}")
    return f"{EXAMPLES} examples of each operation"


if __name__ == "__main__":
    raise SystemExit(report.run("fuzz", check))
