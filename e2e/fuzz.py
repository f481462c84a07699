"""Schemathesis against the served description: examples, coverage, fuzzing and stateful sequences as the
owner of an account with things in it. No 5xx, no status or shape that is not documented."""

import subprocess
import sys
import tempfile
from pathlib import Path

from service import Service, sample_stick

EXAMPLES = 50

with tempfile.TemporaryDirectory() as folder, Service({"UPLOADS_AT_ONCE_PER_ACCOUNT": 100}) as service:
    client = service.client()
    user = client.user()
    batch = client.settled(client.upload(user, sample_stick(folder)).json()["id"])
    config = Path(folder) / "schemathesis.toml"
    # Ids that exist, so that more than 404 is met.
    config.write_text(f"""
[parameters]
leafUserId = "{user}"
batchId = "{batch['id']}"
fileId = "{batch['leafFiles'][0]}"
""")
    done = subprocess.run([
        Path(sys.executable).parent / "schemathesis", "--config-file", config, "run", service.base + "/openapi.json",
        "--header", f"Authorization: Bearer {client.token}", "--max-examples", str(EXAMPLES), "--workers", "2",
        "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        "--exclude-path-regex", "/progress$|^/docs$", "--seed", "1", "--request-timeout", "60", "--no-color",
    ], check=False, cwd=folder)
    log = (service.folder / "service.log").read_text()
    if "stopped on a defect" in log or "panicked" in log:
        print("the log tells of a defect:", log[-2000:])
        sys.exit(1)
sys.exit(done.returncode)
