#!/usr/bin/env python3
"""Runs the clients of `clients/` against the service: cURL, Python, JavaScript (when there is a Node.js)."""

import subprocess
import sys
from pathlib import Path

from tramline import node, report
from tramline.report import Faults
from tramline.samples import stick_file
from tramline.service import NAME, PASSWORD, Service, temporary

CLIENTS = Path(__file__).resolve().parent / "clients"


def commands() -> list[list[object]]:
    """How each client is called, before its arguments."""
    found = [["bash", CLIENTS / "curl.sh"], [sys.executable, CLIENTS / "client.py"]]
    if node.program():
        found.append([node.program(), CLIENTS / "client.mjs"])
    else:
        report.skipped("the JavaScript client: no node")
    return found


def check(faults: Faults) -> str:
    """A service for each client: what one leaves does not help the next."""
    known = commands()
    with temporary() as folder:
        stick = stick_file(Path(folder))
        for command in known:
            with Service() as service:
                done = subprocess.run([*command, service.base, NAME, PASSWORD, stick], check=False)
                if not faults.expect(done.returncode == 0, f"{command[-1].name} ended with {done.returncode}"):
                    print(service.log_text()[-2000:])
    return f"{len(known)} clients"


if __name__ == "__main__":
    raise SystemExit(report.run("clients", check))
