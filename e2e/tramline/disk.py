"""A small disk of its own, which is filled and emptied."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

PIECE = 1 << 20


class Disk:
    """A file system in memory at a folder, with ballast on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ballast = folder / "ballast"

    def free(self) -> int:
        """Bytes that are free."""
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def fill(self, leave: int = 0) -> None:
        """Lays on ballast until no more than so many bytes are free."""
        with open(self.ballast, "ab", buffering=0) as file, contextlib.suppress(OSError):
            while (more := self.free() - leave) > 0:
                file.write(bytes(min(more, PIECE)))

    def relieve(self) -> None:
        """Takes the ballast away."""
        self.ballast.unlink(missing_ok=True)


@contextlib.contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Disk | None]:
    """The disk, which goes at the end of its `with`; nothing where this process may not mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", folder]
    try:
        done = subprocess.run(mount, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except FileNotFoundError:
        yield None
        return
    if done.returncode:
        yield None
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
