#!/usr/bin/env python3
"""Generates a Python and a TypeScript client from the served OpenAPI document, compiles what a new user writes with them
(generated/use.py and use.ts), and runs it against the service: sign in, upload, follow, list, download, merge, field, webhook.

    e2e/generated.py [DOCUMENT]

A DOCUMENT (a JSON file) stands for the served one. A warning of a generator is a fault: something would be missing in the client.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tramline import node, report
from tramline.client import Client
from tramline.report import Faults
from tramline.samples import stick_file
from tramline.service import NAME, PASSWORD, Service, temporary

HERE = Path(__file__).resolve().parent / "generated"
PROGRAMS = Path(sys.executable).parent
WARNS = ("WARNING", "warning", "⚠", "Unable to")
RUN_SECONDS = 300


class Work:
    """A folder in which a client is generated and used; what its programs say ends in the faults."""

    def __init__(self, folder: Path, faults: Faults, files: Iterable[str]) -> None:
        self.folder, self.faults = folder, faults
        folder.mkdir()
        for name in files:
            shutil.copy(HERE / name, folder)

    def does(self, what: str, *words: object) -> bool:
        """Runs a program; whether it ended well and without a warning."""
        done = subprocess.run([*map(str, words)], cwd=self.folder, env=node.environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=RUN_SECONDS)
        warned = [line for line in done.stdout.splitlines() if any(mark in line for mark in WARNS)]
        return self.faults.expect(done.returncode == 0, f"{what} ended with {done.returncode}: {done.stdout[:700]}") \
            and self.faults.expect(not warned, f"{what} warns: {warned}")


def python(folder: Path, document: Path, faults: Faults) -> list[object] | None:
    """The command of the Python use, if it compiles."""
    work = Work(folder, faults, ["use.py"])
    made = work.does("openapi-python-client", PROGRAMS / "openapi-python-client", "generate", "--path", document, "--meta", "none",
                     "--output-path", folder / "tramline_client", "--config", HERE / "python.yaml", "--fail-on-warning")
    compiled = made and work.does("mypy", PROGRAMS / "mypy", "--strict", "--cache-dir", folder / "cache", "tramline_client", "use.py")
    return [sys.executable, folder / "use.py"] if compiled else None


def typescript(folder: Path, document: Path, faults: Faults) -> list[object] | None:
    """The command of the TypeScript use, if it compiles."""
    modules = node.packages(HERE)
    if modules is None:
        report.skipped("the TypeScript client")
        return None
    work = Work(folder, faults, ["use.ts", "generate.mjs", "package.json", "tsconfig.json"])
    (folder / "node_modules").symlink_to(modules)
    made = work.does("openapi-ts", node.program(), "generate.mjs", document, folder / "client")
    compiled = made and work.does("tsc", node.program(), "node_modules/typescript/bin/tsc", "--project", ".")
    return [node.program(), "use.ts"] if compiled else None


def served(folder: Path) -> Path:
    """The document as the service serves it, in a file."""
    path = folder / "openapi.json"
    with Service() as service:
        path.write_bytes(Client(service).get("/openapi.json").expected().body)
    return path


def check(faults: Faults, given: Path | None = None) -> str:
    """Each client gets a service of its own: what one leaves does not help the next."""
    ran = []
    with temporary() as scratch:
        folder = Path(scratch)
        stick = stick_file(folder / "demo")
        document = given or served(folder)
        for language in (python, typescript):
            place = folder / language.__name__
            command = language(place, document, faults)
            if command is None:
                continue
            with Service() as service:
                work = subprocess.run([*map(str, command), service.base, NAME, PASSWORD, str(stick)], cwd=place, check=False,
                                      timeout=RUN_SECONDS)
                faults.expect(work.returncode == 0, f"the generated {language.__name__} client ended with {work.returncode}")
                faults.expect(not service.defects(), f"the log tells of a defect: {service.defects()}")
            ran.append(language.__name__)
    return f"generated clients: {', '.join(ran) or 'none'}"


if __name__ == "__main__":
    named = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    raise SystemExit(report.run("generated", lambda faults: check(faults, named)))
