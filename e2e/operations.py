#!/usr/bin/env python3
"""The service as its operator sees it: what it answers beside the contract, what it logs and counts, how it starts, and
what it says when it cannot.

    e2e/operations.py

Headers of every kind of answer, preflights, `/metrics` on a listener of its own, the access log without names and
secrets, files that are closed to others, sealed secrets, settings that nobody knows, ports and names, the lock of the
data folder, and databases of other versions and programs. Exit code 0: all hold.
"""

from pathlib import Path

from operations_start import STARTS
from operations_watch import watch
from tramline import report
from tramline.report import Faults
from tramline.service import temporary


def check(faults: Faults) -> str:
    """A session that is watched, then starts of every kind."""
    with temporary() as scratch:
        folder = Path(scratch)
        said = watch(folder / "watched", faults)
        for number, start in enumerate(STARTS):
            start(folder / f"start-{number}", faults)
    return f"{said}; {len(STARTS)} kinds of start"


if __name__ == "__main__":
    raise SystemExit(report.run("operations", check))
