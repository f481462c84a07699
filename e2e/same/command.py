"""The command line: the same arguments to both executables, and a digest of everything that comes of them.

A case runs in a folder of its own with the inputs linked into it, so that both write the same paths. Outputs are
hashed as streams and removed. Only a case that differs is run again, to tell where.

Rule: what the old executable made of a case is remembered by the digests of executable, arguments and input, if a
file to remember in is given; the new one always runs.
"""

import concurrent.futures
import hashlib
import json
import os
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from same import difference

AT_ONCE = 2
SECONDS = 900  # for one run
EXPLAINED = 12  # cases that are run again to tell where they differ
PLACES = 3  # told of one case
KEPT_EVERY = 100  # outcomes


@dataclass(frozen=True)
class Case:
    """`name` for people, `arguments` as given to the program (`out` is the folder for results), `content` a digest of
    what the arguments name."""

    name: str
    arguments: tuple
    content: str = ""


@dataclass(frozen=True)
class Program:
    """An executable. It is started through a link named `tramline`, because messages name the program."""

    link: Path
    digest: str

    @classmethod
    def of(cls, path: Path, folder: Path) -> "Program":
        """Links to an executable from a folder of its own."""
        folder.mkdir(parents=True)
        link = folder / "tramline"
        link.symlink_to(path.resolve())
        with open(path, "rb") as file:
            return cls(link, hashlib.file_digest(file, "sha256").hexdigest())


def environment() -> dict[str, str]:
    """Ours without settings of the program and without colours."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TRAMLINE_")}
    return {**kept, "NO_COLOR": "1", "TERM": "dumb"}


def run(program: Program, case: Case, folder: Path) -> int | str:
    """Runs the case in `folder`, where `out` and the two streams are left; the exit code."""
    with open(folder / "stdout", "wb") as out, open(folder / "stderr", "wb") as err:
        try:
            done = subprocess.run([program.link, *case.arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=err, env=environment(), timeout=SECONDS)
            return done.returncode
        except subprocess.TimeoutExpired:
            return f"not ended after {SECONDS} s"


def outputs(folder: Path) -> dict[str, Path | None]:
    """Path below `folder` to file, of everything that a run left; folders that are empty are `None`."""
    found = {name: folder / name for name in ("stdout", "stderr")}
    for path in sorted((folder / "out").rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file():
            found[name] = path
        elif not any(path.iterdir()):
            found[name + "/"] = None
    return found


def remove(folder: Path) -> None:
    """Removes what a run left."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    for name in ("stdout", "stderr"):
        (folder / name).unlink(missing_ok=True)


def outcome(program: Program, case: Case, folder: Path) -> dict[str, str]:
    """Name of each output to its SHA-256, and the exit code. Leaves nothing."""
    remove(folder)
    made = {"exit code": str(run(program, case, folder))}
    for name, path in outputs(folder).items():
        if path is None:
            made[name] = "an empty folder"
            continue
        with open(path, "rb") as file:
            made[name] = hashlib.file_digest(file, "sha256").hexdigest()
    remove(folder)
    return made


def places(old: Program, new: Program, case: Case, folder: Path) -> list[str]:
    """Runs the case again with both, and tells the first places where their outputs differ."""
    found, kept = [], {}
    for name, program in (("old", old), ("new", new)):
        remove(folder)
        code = run(program, case, folder)
        kept[name] = folder / f"kept-{name}"
        shutil.rmtree(kept[name], ignore_errors=True)
        kept[name].mkdir()
        for part in ("stdout", "stderr", "out"):
            if (folder / part).exists():
                (folder / part).rename(kept[name] / part)
        (kept[name] / "exit").write_text(str(code))
    was, now = (outputs(kept[name]) for name in ("old", "new"))
    codes = [(kept[name] / "exit").read_text() for name in ("old", "new")]
    if codes[0] != codes[1]:
        found.append(f"exit code {codes[1]}, was {codes[0]}")
    for name in sorted(was.keys() | now.keys()):
        if name not in now or name not in was:
            found.append(f"{name}: {'is gone' if name not in now else 'is new'}")
        elif was[name] is not None and now[name] is not None:
            place = difference.of_bytes(was[name].read_bytes(), now[name].read_bytes())
            if place:
                found.append(f"{name}: {place}")
    for folder in kept.values():
        shutil.rmtree(folder)
    return found


class Memory:
    """What the old executable made, in a file from one run to the next; without a file in memory only."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.hits = 0
        self.known = self.read()
        self.lock = threading.Lock()
        self.unkept = 0

    def read(self) -> dict:
        """What the file remembers."""
        if self.path and self.path.is_file():
            try:
                return json.loads(self.path.read_text())
            except ValueError:
                pass  # cut off: made anew
        return {}

    def outcome(self, program: Program, case: Case, folder: Path) -> dict[str, str]:
        """What was remembered, or else made now."""
        text = json.dumps([program.digest, case.name, case.arguments, case.content])
        key = hashlib.sha256(text.encode()).hexdigest()
        if key in self.known:
            self.hits += 1
            return self.known[key]
        made = outcome(program, case, folder)
        with self.lock:
            self.known[key] = made
            self.unkept += 1
            if self.unkept >= KEPT_EVERY:
                self.keep()
        return made

    def keep(self) -> None:
        """Writes what is new to the file."""
        if not self.path or not self.unkept:
            return
        self.unkept = 0
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Several comparisons may run at once: what another kept meanwhile stays, and the file is replaced as a whole.
        self.known = {**self.read(), **self.known}
        new = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        new.write_text(json.dumps(self.known))
        new.replace(self.path)


def compare(old: Program, new: Program, cases: list[Case], scratch: Path, links: dict[str, Path], memory: Memory,
            differences: difference.Differences, seconds: float | None = None) -> dict[str, object]:
    """Compares all cases; counts of cases, artifacts and cases that were left out when the time was over."""
    local, made, explained = threading.local(), [], []
    begin, numbers = time.monotonic(), iter(range(1 << 30))
    slow = []

    def folder() -> Path:
        if not hasattr(local, "folder"):
            local.folder = scratch / f"run-{next(numbers)}"
            local.folder.mkdir()
            for name, target in links.items():
                (local.folder / name).symlink_to(target.resolve())
        return local.folder

    def one(case: Case) -> int | None:
        if seconds is not None and time.monotonic() - begin > seconds:
            return None
        started, own = time.monotonic(), folder()
        was, now = memory.outcome(old, case, own), outcome(new, case, own)
        slow.append((time.monotonic() - started, case.name))
        if was != now:
            parts = sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
            found = []
            if len(explained) < EXPLAINED:
                explained.append(case.name)
                found = places(old, new, case, own)
                if not found:
                    found = [f"{', '.join(parts)[:200]}: not when run again, so that one of both is not steady"]
            else:
                found = [f"{name}: differs" for name in parts]
            for place in found[:PLACES]:
                differences.add(case.name, place)
            if len(found) > PLACES:
                differences.add(case.name, f"and {len(found) - PLACES} further outputs: {', '.join(parts)[:200]}")
        return sum(name.startswith("out/") for name in now)

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as workers:
        made = list(workers.map(one, cases))
    memory.keep()
    done = [count for count in made if count is not None]
    return {"cases": len(done), "artifacts": sum(done), "left out": len(made) - len(done),
            "remembered": memory.hits, "slowest": sorted(slow, reverse=True)[:5]}
