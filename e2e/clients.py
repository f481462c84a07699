"""Runs the clients of `clients/` against the service: cURL, Python, JavaScript (when there is a node)."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from service import NAME, PASSWORD, Service, sample_stick

here = Path(__file__).resolve().parent / "clients"
commands = [["bash", here / "curl.sh"], [sys.executable, here / "client.py"]]
if shutil.which("node"):
    commands.append(["node", here / "client.mjs"])
else:
    print("SKIPPED the JavaScript client: no node")
wrong = 0
with tempfile.TemporaryDirectory() as folder:
    stick = sample_stick(folder)
    for command in commands:
        # A service each: what one client leaves does not help the next.
        with Service() as service:
            done = subprocess.run([*command, service.base, NAME, PASSWORD, stick], check=False)
            if done.returncode != 0:
                wrong += 1
                print((service.folder / "service.log").read_text()[-2000:])
sys.exit(1 if wrong else 0)
