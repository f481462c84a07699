#!/usr/bin/env python3
"""The converter of a real service is shut in: a reader that tries to get out costs one machine file, nothing gets out,
and what honest files give is what the command line gives, bridges too.

    e2e/shut_in.py

Runs the service as root (whose converters become another user) and as a user without rights; without root as the
present user alone. Datasets of one upload try the network, a new program, the database, another upload and a signal.
What the kernel lacks (`tramline doctor` tells) is said loudly and not tried. Exit code 0: all holds.
"""

import collections
import contextlib
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from same_bytes import by_service, differences
from tramline import report, wait
from tramline.client import API, CONFIGS
from tramline.report import Faults
from tramline.samples import pack, sha256_file, stick
from tramline.service import Service, executable, temporary

NOBODY = 65534
SECONDS = wait.LONG
KILLED, DIED = "operating system stopped it", "defect"  # words of the failure
# A converter of a closed format that gives task data; one that is told to looks around first.
BRIDGE = """
import os, shutil, socket, sys
from pathlib import Path
own, (source, target) = Path(sys.argv[0]).parent, sys.argv[1:]
def tries(what):
    try:
        what()
    except OSError:
        return False
    return True
if (own / "look-around").exists():
    port, database = (own / "look-around").read_text().split("\\n")
    out = [tries(lambda: socket.create_connection(("127.0.0.1", int(port)), 2)), tries(lambda: open(database)),
           tries(lambda: open(own / "mark", "w"))]
    if any(out):
        sys.exit(f"network, database, beside itself: {out}")
(Path(os.environ["TMPDIR"]) / "note").write_text(" ".join(os.listdir(source)))
shutil.copytree(own / "TASKDATA", Path(target) / "TASKDATA", copy_function=shutil.copyfile)
"""


@dataclass
class Place:
    """A folder that the user of the service reaches, with the program and what it must not reach."""

    folder: Path
    user: int | None  # None: the present one

    def uid(self) -> int:
        """Of the user."""
        return os.getuid() if self.user is None else self.user

    def own_folder(self, name: str) -> Path:
        """A folder that is the user's own."""
        path = self.folder / name
        path.mkdir()
        os.chown(path, self.uid(), -1)
        return path

    def script(self, name: str, *lines: str) -> Path:
        """A program of the shell."""
        path = self.folder / name
        path.write_text("#!/bin/sh\n" + "\n".join(lines) + "\n")
        path.chmod(0o755)
        return path

    def program(self) -> Path:
        """The executable, where that user can start it, and as that user."""
        copy = self.folder / "tramline"
        shutil.copyfile(executable(), copy)
        copy.chmod(0o755)
        if self.user is None:
            return copy
        become = f"setpriv --reuid {self.user} --regid {self.user} --clear-groups"
        return self.script("as-user.sh", f'exec {become} {copy} "$@"')

    def converter(self, attempts: list[dict]) -> Path:
        """A converter that makes these attempts: the service starts it without an environment."""
        planned = shlex.quote(json.dumps(attempts))
        return self.script("converter.sh", f'TRAMLINE_ATTEMPT={planned} exec {self.folder / "tramline"} "$@"')

    def bridge(self, name: str, members: dict[str, bytes], look_around: str = "") -> list[str]:
        """The command of a bridge, in a folder of its own."""
        own = self.folder / name
        for member, data in members.items():
            (own / member).parent.mkdir(parents=True, exist_ok=True)
            (own / member).write_bytes(data)
        (own / "bridge.py").write_text(BRIDGE)
        if look_around:
            (own / "look-around").write_text(look_around)
        for path in [own, *own.rglob("*")]:
            path.chmod(0o755)
        return ["/usr/bin/python3", str(own / "bridge.py"), "{input}", "{output}"]


def protections(place: Place, program: Path) -> dict[str, bool]:
    """Landlock and seccomp, by what doctor says."""
    data = place.own_folder("doctor")
    done = subprocess.run([program, "doctor", "--data", data], capture_output=True, text=True, timeout=SECONDS,
                          env={"TRAMLINE_UPLOAD_BYTES": "1", "PATH": os.environ["PATH"]})
    lines = done.stdout.splitlines()
    return {word: any(word in line and line.startswith("good") for line in lines) for word in ("landlock", "seccomp")}


def attempts(place: Place, service: Service, listener: socket.socket, other: str, held: dict[str, bool]) -> dict[str, tuple]:
    """Name of a dataset's folder to what is tried in it, and the words of its failure."""
    blob = service.data / service.rows("SELECT blob_key FROM uploads WHERE id = ?", other)[0][0]
    blob = blob if blob.is_file() else next(path for path in service.data.rglob(other))
    database = service.data / "tramline.db"
    marked = place.script("mark.sh", f": > {place.folder / 'marked'}")
    address = "{}:{}".format(*listener.getsockname())
    known = {"network": ({"network": address}, KILLED, "seccomp"), "program": ({"program": str(marked)}, KILLED, "seccomp"),
             "signal": ({"signal": service.process.pid}, KILLED, "seccomp"),
             "database": ({"read": str(database.resolve())}, DIED, "landlock"),
             "other": ({"read": str(blob.resolve())}, DIED, "landlock"),
             "written": ({"write": str(service.data.resolve() / "written")}, DIED, "landlock")}
    for name in [name for name, (_, _, needed) in known.items() if not held[needed]]:
        report.skipped(f"{name}: this kernel lacks {known.pop(name)[2]}")
    return known


def check_attempts(place: Place, program: Path, members: dict[str, bytes], held: dict[str, bool], faults: Faults) -> int:
    """One upload with a dataset for each attempt beside good ones."""
    good = {name: data for name, data in members.items() if name.startswith(("TASKDATA/", "Office export/"))}
    bad = {name: data for name, data in members.items() if name.startswith("agleader/")}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        converter = place.converter([])
        with Service(place.own_folder("attempts"), program, CONVERTER=converter) as service:
            client = service.client()
            user = client.add_user()
            calm = client.settled(client.upload(user, "calm.zip", pack(good))["id"], SECONDS)
            known = attempts(place, service, listener, calm["id"], held)
            place.converter([{"dataset": f"try-{name}/", "attempt": attempt} for name, (attempt, _, _) in known.items()])
            tried = {f"try-{name}/{member}": data + b"\n" * number for number, name in enumerate(known, 1)
                     for member, data in bad.items()}
            batch = client.settled(client.upload(user, "tried.zip", pack({**good, **tried}))["id"], SECONDS)
            files = [(client.file(file), client.json("GET", f"{API}/files/{file}/status"))
                     for file in batch["leafFiles"]]
            counts = collections.Counter(body["status"] for body, _ in files)
            faults.expect(counts == {"processed": len(calm["leafFiles"]), "failed": len(known)}, f"{dict(counts)}")
            for name, (_, words, _) in known.items():
                said = [status.get("rawGeojson", {}) for body, status in files
                        if body["status"] == "failed" and f"try-{name}/" in json.dumps(body)]
                faults.expect(len(said) == 1 and words in said[0].get("detail", "") and said[0].get("hint"), f"{name}: {said}")
            faults.expect(service.is_running(), "the service ended")
            def left() -> list[str]:
                return [path.name for folder in ("incoming", "work") for path in (service.data / folder).iterdir()]
            wait.within(lambda: not left(), SECONDS)  # a folder goes just after its run
            faults.expect(not left(), f"left behind: {left()}")
            strangers = {path.stat().st_uid for path in (service.data / "blobs").rglob("*")} - {place.uid()}
            faults.expect(not strangers, f"blobs of other users: {strangers}")
        faults.expect(not (place.folder / "marked").exists(), "the program ran")
        with contextlib.suppress(BlockingIOError):
            listener.accept()
            faults.append("the network was reached")
    return len(known)


def check_same(place: Place, program: Path, members: dict[str, bytes], faults: Faults) -> int:
    """The stick and a closed card, by the service with a bridge that looks around, and by the command line."""
    tasks = {name: data for name, data in members.items() if name.startswith("TASKDATA/")}
    zipped = place.folder / "all.zip"
    zipped.write_bytes(pack({**members, "Card.cn1/index.vy1": b"closed", "Card.cn1/shared/A.FMD": b"closed"}))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        data = place.own_folder("same")
        looking = place.bridge("looking", tasks, f"{listener.getsockname()[1]}\n{data / 'data/tramline.db'}")
        with Service(data, program, BRIDGE_CN1=" ".join(looking)) as service:
            client = service.client()
            configuration = place.folder / "configuration.json"
            configuration.write_text(json.dumps(client.json("GET", CONFIGS)))
            served = by_service(service, client.token, client.add_user(), zipped)
            log = service.log_text()
    out = place.folder / "out"
    plain = " ".join(place.bridge("plain", tasks))
    subprocess.run([executable(), "convert", zipped, "--config", configuration, "--out", out, "--outputs",
                    "parquet,geojson,raw", "--bridge", f"CN1={plain}"], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=SECONDS)
    command = {}
    for file in json.loads((out / "report.json").read_text())["files"]:
        hashes = {kind: sha256_file(out / name) for kind, name in file["artifacts"].items() if kind != "originalFile"}
        command[file["dir"]] = (file["status"], file["points"], hashes)
        if file["fileFormat"] == "CN1":
            faults.expect(file["status"] == "processed", f"the bridge gave nothing: {file['steps']}")
    faults.expect(any(body["fileFormat"] == "CN1" for body in json.loads((out / "report.json").read_text())["files"]),
                  "no file of the closed format")
    faults.extend(differences(command, served))
    lacking = [line for line in log.splitlines() if "not wholly shut in" in line]
    for line in lacking:
        report.skipped(line[:300])
    return sum(len(hashes) for _, _, hashes in command.values())


def places(folder: Path) -> Iterator[Place]:
    """As which users the service runs."""
    yield Place(folder / "own", None)
    if os.getuid() == 0:
        yield Place(folder / "nobody", NOBODY)
    else:
        report.skipped("e2e/shut_in.py: not root, so the present user alone")


def check(faults: Faults) -> str:
    """Every user."""
    counts = collections.Counter()
    with temporary() as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        members = stick(folder / "demo")
        for place in places(folder):
            place.folder.mkdir()
            place.folder.chmod(0o755)
            program = place.program()
            held = protections(place, program)
            counts["users"] += 1
            counts["attempts"] += check_attempts(place, program, members, held, faults)
            counts["artifacts compared"] += check_same(place, program, members, faults)
    return ", ".join(f"{count} {what}" for what, count in counts.items())


if __name__ == "__main__":
    sys.exit(report.run("shut in", check))
