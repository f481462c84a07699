"""What is uploaded: the stick that the executable makes, zips of it, and the folders of the corpus and the tools."""

import hashlib
import io
import os
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tramline.service import ROOT, executable

STICK_SECONDS = 300  # until the stick must be made, on a machine that has other work
INSTANT = (2026, 5, 4, 12, 0, 0)  # of every member, so that a zip has the same bytes each time
# Lies over the corn harvest of the stick.
RING = [[-93.63, 41.97], [-93.6, 41.97], [-93.6, 41.99], [-93.63, 41.99], [-93.63, 41.97]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}


def sha256(data: bytes) -> str:
    """The digest of bytes, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """The digest of a file, in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stick_file(folder: Path) -> Path:
    """The sample stick that `tramline demo` makes in the folder."""
    done = subprocess.run([executable(), "demo", "--end", "--dir", folder], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=STICK_SECONDS)
    path = Path(folder) / "stick.zip"
    if done.returncode or not path.is_file():
        raise SystemExit(f"`tramline demo` made no stick, code {done.returncode}: {done.stderr.decode()[-1000:]}")
    return path


def stick(folder: Path) -> dict[str, bytes]:
    """Members of the sample stick by name."""
    with zipfile.ZipFile(stick_file(folder)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(members: Mapping[str, bytes] | Iterable[tuple[str, bytes | str]], method: int = zipfile.ZIP_DEFLATED,
         level: int | None = 1) -> bytes:
    """A zip of names and bytes; the same each time."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method, compresslevel=level) as archive:
        for name, data in members.items() if isinstance(members, Mapping) else members:
            archive.writestr(zipfile.ZipInfo(name, INSTANT), data, method)
    return into.getvalue()


def members_of(folder: Path) -> Iterable[tuple[str, bytes]]:
    """Names (from the folder on) and bytes of all files below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder.parent)), path.read_bytes()


def corpus() -> Path:
    """The folder of real data, whether it is there or not."""
    return Path(os.environ.get("TRAMLINE_CORPUS") or ROOT / "../shared/corpus")


def tools() -> Path:
    """The folder with the generator of hostile inputs, whether it is there or not."""
    return Path(os.environ.get("TRAMLINE_TOOLS") or ROOT / "../shared/tools")
