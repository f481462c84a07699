#!/usr/bin/env python3
"""Memory under large uploads, and answers a second on a large list. By hand: it takes minutes and 35 GB.

    e2e/load.py [memory] [requests] [--size BYTES] [--at-once N] [--files N] [--seconds N]

`memory` sends one upload of 3 GiB, then ten of them at once, and prints what the server's memory grew
by (VmHWM). `requests` fills the database with copies of one real machine file and measures with wrk
(apt-get install wrk). Exit code 0: the targets are met.
"""

import argparse
import concurrent.futures
import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import time
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tramline import report
from tramline.client import API, USERS, Client
from tramline.report import Faults
from tramline.samples import pack, stick
from tramline.service import Service, temporary

MIB = 1 << 20
MOST_ONE, MOST_MANY = 64 * MIB, 256 * MIB  # by which the memory may grow
# Answers a second, and milliseconds of the 99th percentile.
TARGETS = {"list": (500, 100), "file": (2_000, 20), "status": (2_000, 20)}


def large(path: Path, size: int, members: dict[str, bytes]) -> None:
    """A zip of that size: the sample stick beside pictures that nothing compresses."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        left = size - sum(map(len, members.values())) - 64 * 1024
        number = 0
        while left > 0:
            part = min(left, 64 * MIB)
            archive.writestr(f"photos/{number:04}.jpg", os.urandom(part))
            left -= part
            number += 1


class Part:
    """The form of an upload, read from the disk as it is sent."""

    def __init__(self, path: Path) -> None:
        self.mark = uuid.uuid4().hex
        self.head = (f'--{self.mark}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
                     "Content-Type: application/zip\r\n\r\n").encode()
        self.tail = f"\r\n--{self.mark}--\r\n".encode()
        self.path = path
        self.length = len(self.head) + path.stat().st_size + len(self.tail)

    def __iter__(self) -> Iterator[bytes]:
        """The body, piece by piece."""
        yield self.head
        with open(self.path, "rb") as file:
            while data := file.read(MIB):
                yield data
        yield self.tail


def send(service: Service, token: str, user: str, path: Path) -> None:
    """Uploads a file without reading it as a whole."""
    client, part = Client(service, token, timeout=1800), Part(path)
    headers = {"Content-Type": f"multipart/form-data; boundary={part.mark}", "Content-Length": str(part.length)}
    query = {"leafUserId": user, "provider": "Other", "force": "true"}
    client.ask("POST", f"{API}/batch", iter(part), headers, query).expected()


def grown_by(folder: Path, path: Path, count: int) -> int:
    """How much memory above its rest a service needs for so many uploads at once."""
    size = path.stat().st_size
    # No worker: the conversion is a child's, and not asked here.
    with Service(folder, WORKERS=0, UPLOAD_BYTES=4 << 30) as service:
        client = service.client()
        user = client.add_user()
        rest = service.memory("VmRSS")
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            for done in [pool.submit(send, service, client.token, user, path) for _ in range(count)]:
                done.result()
        took = time.monotonic() - begin
        grown = service.memory("VmHWM") - rest
    print(f"{count} x {size / 2**30:.2f} GiB at once: {took:.0f} s, {count * size / MIB / took:.0f} MiB/s; "
          f"memory at rest {rest / MIB:.0f} MiB, grew by {grown / MIB:.0f} MiB", flush=True)
    shutil.rmtree(folder)
    return grown


def memory(folder: Path, size: int, at_once: int, faults: Faults) -> None:
    """Largest memory of the server above its rest, for one and for many."""
    folder.mkdir()
    members = stick(folder / "demo")
    path = folder / "large.zip"
    large(path, size, members)
    for count, most in ((1, MOST_ONE), (at_once, MOST_MANY)):
        grown = grown_by(folder / f"service-{count}", path, count)
        faults.expect(grown <= most, f"memory of {count} at once grew by {grown / MIB:.0f} MiB, at most {most / MIB:.0f}")


def insert(database: sqlite3.Connection, table: str, row: list) -> None:
    """Adds a row as it is."""
    database.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)


def multiply(service: Service, count: int) -> None:
    """Files like those of one real upload, each twenty in an upload of their own."""
    with contextlib.closing(sqlite3.connect(service.data / "tramline.db")) as database, database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(files)")]
        place = {name: columns.index(name) for name in ("id", "upload_id", "created")}
        models = [list(row) for row in database.execute("SELECT * FROM files")]
        parts = {table: {model[0]: database.execute(f"SELECT * FROM {table} WHERE file_id = ?", [model[0]]).fetchall()
                         for model in models} for table in ("file_summaries", "artifacts")}
        upload = list(database.execute("SELECT * FROM uploads").fetchone())
        for number in range(count):
            if number % 20 == 0:
                upload[0] = str(uuid.uuid4())
                insert(database, "uploads", upload)
            model = models[number % len(models)]
            new = list(model)
            new[place["id"]], new[place["upload_id"]] = str(uuid.uuid4()), upload[0]
            new[place["created"]] += number
            insert(database, "files", new)
            for table, rows in parts.items():
                for part in rows[model[0]]:
                    insert(database, table, [new[0], *part[1:]])
        database.commit()
        database.execute("PRAGMA optimize")


@dataclass(frozen=True)
class Measured:
    """What wrk told: answers a second, milliseconds of two percentiles, bytes in all, and what went wrong."""

    rate: float
    p50_ms: float
    p99_ms: float
    size: str
    bad: int
    errors: str

    @classmethod
    def of(cls, said: str) -> "Measured":
        """Read from its output."""
        number = {"us": 0.001, "ms": 1.0, "s": 1000.0}
        ms = {p: float(v) * number[u] for p, v, u in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s)\b", said)}
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        errors = re.search(r"Socket errors:.*", said)
        return cls(float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), ms["50"], ms["99"],
                   re.search(r"([\d.]+[KMG]?B) read", said)[1], int(bad[1]) if bad else 0, errors[0] if errors else "")


def wrk(service: Service, token: str, path: str, seconds: int, script: Path) -> Measured:
    """wrk has no rate of its own: `script` makes each connection wait."""
    command = ["wrk", "-t2", "-c100", f"-d{seconds}s", "--latency", "-H", f"Authorization: Bearer {token}", "-s", script]
    return Measured.of(subprocess.run([*command, service.base + path], capture_output=True, text=True, check=True).stdout)


def lua(path: str, ids: list[str], rate: float) -> str:
    """Requests for one path after the other; `rate` a second over 100 connections, 0 as fast as it goes."""
    listed = ",".join(f'"{path.replace("{}", one)}"' for one in (ids if "{}" in path else ids[:1]))
    text = f"""local paths = {{{listed}}}
local n = math.random(#paths)
request = function() n = n % #paths + 1 return wrk.format("GET", paths[n]) end
"""
    if rate:
        pause = 100_000 / rate
        text += f"delay = function() return math.random({int(pause * 0.5)}, {int(pause * 1.3)}) end\n"
    return text


def measure(service: Service, client: Client, name: str, path: str, ids: list[str], seconds: int, script: Path,
            faults: Faults) -> None:
    """One endpoint as fast as it goes; then, for the time of one answer, at a tenth above the wanted rate."""
    wanted, most_ms = TARGETS.get(name, (0, 1e9))
    one = path.replace("{}", ids[0])
    size = len(client.get(one).expected().body)
    for rate in (0, wanted * 1.1) if wanted else (0,):
        script.write_text(lua(path, ids, rate))
        got = wrk(service, client.token, one, seconds, script)
        how = f"at {rate:.0f}/s" if rate else "at most"
        told = (f"{name}, {how}: {got.rate:.0f} answers/s, p50 {got.p50_ms:.1f} ms, p99 {got.p99_ms:.1f} ms; "
                f"{size} bytes each, {got.size} in all; {got.bad} not 2xx {got.errors}")
        print(told, flush=True)
        faults.expect(got.rate >= wanted and got.bad == 0 and (rate == 0 or got.p99_ms <= most_ms), f"missed: {told}")


def total(client: Client) -> str:
    """How many machine files the list says that there are."""
    return client.get(f"{API}/files", size=1).expected().headers["x-total-count"]


def requests(folder: Path, files: int, seconds: int, faults: Faults) -> None:
    """Answers a second on a list of so many files."""
    with Service(folder / "service") as service:
        client = service.client()
        user = client.add_user()
        client.settled(client.upload(user, "stick.zip", pack(stick(folder / "demo")))["id"])
        service.stop()
        begin = time.monotonic()
        multiply(service, files)
        print(f"{files} files added in {time.monotonic() - begin:.0f} s", flush=True)
        service.start()
        print("X-Total-Count", total(client), flush=True)
        ids = [row[0] for row in service.rows("SELECT id FROM files WHERE status = 'processed' ORDER BY id LIMIT 5000")]
        for name, path in (("list", f"{API}/files"), ("list of a user, page 50", f"{API}/files?leafUserId={user}&page=50"),
                           ("list of 100", f"{API}/files?size=100"),
                           ("file", f"{API}/files/{{}}"), ("status", f"{API}/files/{{}}/status"),
                           ("summary", f"{API}/files/{{}}/summary"), ("batches", f"{API}/batch")):
            measure(service, client, name, path, ids, seconds, folder / "requests.lua", faults)
        print(f"memory {service.memory('VmHWM') / MIB:.0f} MiB")
        # What belongs to a user goes with them, and the total with it.
        client.json("DELETE", f"{USERS}/{user}")
        left = total(client)
        print("total after the user went:", left)
        faults.expect(left == "0", f"{left} files after the user went")


def check(faults: Faults, given: argparse.Namespace) -> str:
    """What was asked for, or both."""
    with temporary() as scratch:
        folder = Path(scratch)
        if not given.what or "requests" in given.what:
            requests(folder, given.files, given.seconds, faults)
        if not given.what or "memory" in given.what:
            memory(folder / "memory", given.size, given.at_once, faults)
    return "targets MISSED" if faults else "targets met"


def main() -> int:
    """Reads the arguments and runs the measurement."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("what", nargs="*", choices=["memory", "requests", []], default=[])
    arguments.add_argument("--size", type=int, default=(3 << 30) - (1 << 20))
    arguments.add_argument("--at-once", type=int, default=10)
    arguments.add_argument("--files", type=int, default=100_000)
    arguments.add_argument("--seconds", type=int, default=15)
    given = arguments.parse_args()
    return report.run("load", lambda faults: check(faults, given))


if __name__ == "__main__":
    raise SystemExit(main())
