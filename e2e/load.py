#!/usr/bin/env python3
"""Memory under large uploads, and answers a second on a large list. By hand: it takes minutes and 35 GB.

    e2e/load.py [memory] [requests] [--size BYTES] [--at-once N] [--files N] [--seconds N]

`memory` sends one upload of 3 GiB, then ten of them at once, and prints what the server's memory grew
by (VmHWM). `requests` fills the database with copies of one real machine file and measures with wrk
(apt-get install wrk). Exit code 0: the targets are met.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import time
import uuid
import zipfile

from crash import pack
from harness import API, Client, Service, stick, temporary

MIB = 1 << 20
# Answers a second, and milliseconds of the 99th percentile.
TARGETS = {"list": (500, 100), "file": (2_000, 20), "status": (2_000, 20)}


def large(path, size, members):
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

    def __init__(self, path):
        self.mark = uuid.uuid4().hex
        self.head = (f'--{self.mark}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
                     "Content-Type: application/zip\r\n\r\n").encode()
        self.tail = f"\r\n--{self.mark}--\r\n".encode()
        self.path = path
        self.length = len(self.head) + path.stat().st_size + len(self.tail)

    def __iter__(self):
        yield self.head
        with open(self.path, "rb") as file:
            while data := file.read(MIB):
                yield data
        yield self.tail


def send(service, token, user, path):
    client, part = Client(service, token), Part(path)
    headers = {"Content-Type": f"multipart/form-data; boundary={part.mark}", "Content-Length": str(part.length)}
    client.timeout = 1800
    client.request("POST", f"{API}/batch?leafUserId={user}&provider=Other&force=true", iter(part), headers)


def memory(folder, size, at_once):
    """Largest memory of the server above its rest, for one and for many."""
    folder.mkdir()
    members = stick(folder / "demo")
    path = folder / "large.zip"
    large(path, size, members)
    grown = {}
    for count in (1, at_once):
        # No worker: the conversion is a child's, and not asked here.
        service = Service(folder / f"data-{count}", WORKERS=0, UPLOAD_BYTES=4 << 30)
        service.start()
        client = Client(service).log_in()
        user = client.add_user()
        rest = service.memory("VmRSS")
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            for done in [pool.submit(send, service, client.token, user, path) for _ in range(count)]:
                done.result()
        took = time.monotonic() - begin
        grown[count] = service.memory("VmHWM") - rest
        print(f"{count} x {path.stat().st_size / 2**30:.2f} GiB at once: {took:.0f} s, {count * size / MIB / took:.0f} MiB/s; "
              f"memory at rest {rest / MIB:.0f} MiB, grew by {grown[count] / MIB:.0f} MiB", flush=True)
        service.stop()
        shutil.rmtree(service.data)
    path.unlink()
    return grown[1] <= 64 * MIB and grown[at_once] <= 256 * MIB


def multiply(service, count):
    """Files like those of one real upload, each twenty in an upload of their own."""
    database = sqlite3.connect(service.data / "tramline.db")
    columns = [row[1] for row in database.execute("PRAGMA table_info(files)")]
    place = {name: columns.index(name) for name in ("id", "upload_id", "created")}
    models = [list(row) for row in database.execute("SELECT * FROM files")]
    parts = {table: {model[0]: database.execute(f"SELECT * FROM {table} WHERE file_id = ?", [model[0]]).fetchall()
                     for model in models} for table in ("file_summaries", "artifacts")}
    upload = list(database.execute("SELECT * FROM uploads").fetchone())

    def insert(table, row):
        database.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)

    for number in range(count):
        if number % 20 == 0:
            upload[0] = str(uuid.uuid4())
            insert("uploads", upload)
        model = models[number % len(models)]
        new = list(model)
        new[place["id"]], new[place["upload_id"]] = str(uuid.uuid4()), upload[0]
        new[place["created"]] += number
        insert("files", new)
        for table, rows in parts.items():
            for part in rows[model[0]]:
                insert(table, [new[0], *part[1:]])
    database.commit()
    database.execute("PRAGMA optimize")
    database.close()


def wrk(service, token, path, seconds, script):
    """wrk has no rate of its own: `script` makes each connection wait."""
    command = ["wrk", "-t2", "-c100", f"-d{seconds}s", "--latency", "-H", f"Authorization: Bearer {token}"]
    command += ["-s", str(script)]
    said = subprocess.run([*command, f"http://127.0.0.1:{service.port}{path}"],
                          capture_output=True, text=True, check=True).stdout
    number = {"us": 0.001, "ms": 1.0, "s": 1000.0}
    ms = {p: float(v) * number[u] for p, v, u in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s)\b", said)}
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    size = re.search(r"([\d.]+[KMG]?B) read", said)[1]
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    timeouts = re.search(r"Socket errors:.*", said)
    return rate, ms["50"], ms["99"], size, int(bad[1]) if bad else 0, timeouts[0] if timeouts else ""


def lua(path, ids, rate):
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


def requests(folder, files, seconds):
    service = Service(folder / "data")
    service.start()
    client = Client(service).log_in()
    user = client.add_user()
    client.settled([client.upload(user, "stick.zip", pack(stick(folder / "demo")))["id"]])
    service.stop()
    begin = time.monotonic()
    multiply(service, files)
    print(f"{files} files added in {time.monotonic() - begin:.0f} s", flush=True)
    service.start()
    _, headers = client.request("GET", f"{API}/files?size=1")
    print("X-Total-Count", headers["x-total-count"], flush=True)
    ids = [row[0] for row in service.rows("SELECT id FROM files WHERE status = 'processed' ORDER BY id LIMIT 5000")]
    met = True
    for name, path in (("list", f"{API}/files"), ("list of a user, page 50", f"{API}/files?leafUserId={user}&page=50"),
                       ("list of 100", f"{API}/files?size=100"),
                       ("file", f"{API}/files/{{}}"), ("status", f"{API}/files/{{}}/status"),
                       ("summary", f"{API}/files/{{}}/summary"), ("batches", f"{API}/batch")):
        wanted, most = TARGETS.get(name, (0, 1e9))
        client.close()  # the service ends what was silent for long
        one = len(client.request("GET", path.replace("{}", ids[0]))[0])
        # As fast as it goes; then, for the time of one answer, at a tenth above the wanted rate.
        for rate in (0, wanted * 1.1) if wanted else (0,):
            script = folder / "requests.lua"
            script.write_text(lua(path, ids, rate))
            reached, p50, p99, size, bad, errors = wrk(service, client.token, path.replace("{}", ids[0]), seconds, script)
            met &= reached >= wanted and bad == 0 and (rate == 0 or p99 <= most)
            how = f"at {rate:.0f}/s" if rate else "at most"
            print(f"{name}, {how}: {reached:.0f} answers/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms; {one} bytes each, "
                  f"{size} in all; {bad} not 2xx {errors}", flush=True)
    print(f"memory {service.memory('VmHWM') / MIB:.0f} MiB")
    # What belongs to a user goes with them, and the total with it.
    client.close()
    client.request("DELETE", f"/services/usermanagement/api/users/{user}")
    _, headers = client.request("GET", f"{API}/files?size=1")
    print("total after the user went:", headers["x-total-count"])
    met &= headers["x-total-count"] == "0"
    service.stop()
    return met


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("what", nargs="*", choices=["memory", "requests", []], default=[])
    arguments.add_argument("--size", type=int, default=(3 << 30) - (1 << 20))
    arguments.add_argument("--at-once", type=int, default=10)
    arguments.add_argument("--files", type=int, default=100_000)
    arguments.add_argument("--seconds", type=int, default=15)
    given = arguments.parse_args()
    met = True
    with temporary() as scratch:
        folder = pathlib.Path(scratch)
        if not given.what or "requests" in given.what:
            met &= requests(folder, given.files, given.seconds)
        if not given.what or "memory" in given.what:
            met &= memory(folder / "memory", given.size, given.at_once)
    print("load: targets met" if met else "load: targets MISSED")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
