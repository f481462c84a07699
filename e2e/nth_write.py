#!/usr/bin/env python3
"""Has the N-th write of the service fail, for every N until none is left, and looks whether it goes on.

    e2e/nth_write.py [--stride N] [--kinds KIND,…] [--at-once N]

A call is one of `crates/server/src/faults.rs`: a file made, written, flushed or moved, or a step of the database. For
each N a service is started in which that call fails once: no space, an I/O error or no share of the disk in turn. It is
sent a zip with one dataset, a zip with several, and a file of boundaries; what is refused is sent once more. Then:

  no answer is 500; what is refused is 507 or 503 and says when to come again
  each batch is PROCESSED, in the same process, and is what a calm run makes of it
  a full disk is no attempt of a run, and no finding about anybody's data
  each batch and file has one end event, nothing is left over, and what has no owner is swept

The short form looks at every N up to 3, then at each so many further; `--stride 1` looks at all. Exit code 0: all hold.
"""

import argparse
import concurrent.futures
import itertools
import json
import random
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crash_invariants import Checks, Portrait, check_events, check_sweep, portrait, unowned
from tramline import report, wait
from tramline.client import API, FIELDS, Client, Problem, form
from tramline.report import Faults
from tramline.samples import POLYGON, pack, stick
from tramline.service import NotStarted, Service, temporary

KINDS = ("open", "write", "fsync", "rename", "db")
ERRORS = ("ENOSPC", "EIO", "EDQUOT")
FULL = ("ENOSPC", "EDQUOT")
FIRST = 3  # every N up to it is looked at
STRIDE = 12
AT_ONCE = 6  # most of the time is waiting
BACK_SECONDS = wait.LONG  # until what was refused is taken
SETTLED_SECONDS = wait.LONG
BOUNDARIES = "/services/uploadservice/api/upload"
REFUSED = (503, 507)
FIRED = "a fault that was asked for"


@dataclass(frozen=True)
class Ground:
    """A data folder with an account and a user, what is sent to it, and what becomes of that in peace."""

    data: Path
    token: str
    user: str
    zips: dict[str, bytes]
    calm: dict[str, Portrait]


def prepare(folder: Path) -> Ground:
    """The ground, and a calm run on it."""
    members = stick(folder / "demo")
    text = {name: data for name, data in members.items() if name.startswith("agleader/")}
    shapes = {name: data for name, data in members.items() if name.startswith("Office export/")}
    zips = {"one.zip": pack(text), "several.zip": pack(shapes | {f"again/{name}": data for name, data in text.items()})}
    with Service(folder / "ground") as service:
        client = service.client()
        user, token = client.add_user(), client.token
    ground = Ground(folder / "ground" / "data", token, user, zips, {})
    with started(folder / "calm", ground) as service:
        client = Client(service, token)
        for name, data in zips.items():
            batch = client.settled(client.upload(user, name, data)["id"])
            ground.calm[name] = portrait(service, client, batch)
    return ground


def started(folder: Path, ground: Ground) -> Service:
    """A service on a copy of the ground, which is still to be started."""
    folder.mkdir(parents=True)
    shutil.copytree(ground.data, folder / "data")
    return Service(folder, FREE_BYTES_MIN=0, WORKERS=1)


class Sender:
    """Sends until it is taken, and notes what is said meanwhile."""

    def __init__(self, client: Client, ground: Ground, checks: Checks, what: str) -> None:
        self.client, self.ground, self.checks, self.what = client, ground, checks, what

    def send(self, path: str, name: str, data: bytes, query: dict[str, str]) -> dict | None:
        """Sends once; what came of it, if it was taken."""
        body, kind = form([("file", name, data)])
        answer = self.client.ask("POST", path, body, {"Content-Type": kind}, query)
        if answer.ok:
            return answer.json()
        said = answer.status in REFUSED and answer.headers.get("Retry-After")
        self.checks.expect("refused", said, f"{self.what}: {name}: {answer.status} {answer.text[:300]}")
        return None

    def taken(self, path: str, name: str, data: bytes, query: dict[str, str]) -> dict:
        """What came of it, sooner or later."""
        return wait.until(lambda: self.send(path, name, data, query), f"{self.what}: {name} to be taken", BACK_SECONDS)

    def portrait(self, service: Service, batch: dict) -> Portrait:
        """What became of a batch; where the call that fails is one of a rendering, as it is asked for again."""
        try:
            return portrait(service, self.client, batch, self.checks)
        except Problem as cause:
            self.checks.expect("refused", cause.status in REFUSED, f"{self.what}: {cause}")
            return portrait(service, self.client, batch, self.checks)


def check_one(folder: Path, ground: Ground, call: str, number: int, checks: Checks) -> bool:
    """One service in which one call fails; whether there was such a call."""
    error = ERRORS[number % len(ERRORS)]
    what = f"{call}:{number}:{error}"
    service = started(folder, ground)
    try:
        try:
            service.start(FAULT=what)
        except NotStarted:
            # It says why, and starts when it is started again.
            checks.expect("start", FIRED in service.log_text() and "panicked" not in service.log_text(),
                          f"{what}: {service.log_text()[-500:]}")
            service.start()
        first = service.process.pid
        sender = Sender(Client(service, ground.token), ground, checks, what)
        query = {"leafUserId": ground.user, "provider": "Other"}
        batches = {name: sender.taken(f"{API}/batch", name, data, query) for name, data in ground.zips.items()}
        settled = sender.client.all_settled((batch["id"] for batch in batches.values()), SETTLED_SECONDS)
        boundary = json.dumps({"type": "Feature", "properties": {"name": "North"}, "geometry": POLYGON}).encode()
        made = sender.taken(BOUNDARIES, "north.geojson", boundary, {"leafUserId": ground.user})
        check_quiet(service, sender, made["fields"], checks, error)
        for name, batch in batches.items():
            body = settled[batch["id"]]
            checks.expect("I2", body["status"] == "PROCESSED", f"{what}: {name}: {body['status']} {body.get('findings')}")
            checks.expect("I6", sender.portrait(service, body) == ground.calm[name],
                          f"{what}: {name} is not what the calm run made")
        check_events(service, checks)
        same = service.is_running() and service.process.pid == first
        checks.expect("same", same and not service.defects(), f"{what}: the service ended: {service.defects()}")
        fired = FIRED in service.log_text()
        if unowned(service):
            check_sweep(service, checks)
        service.stop()
    finally:
        service.close()
        shutil.rmtree(folder, ignore_errors=True)
    return fired


def check_quiet(service: Service, sender: Sender, fields: Iterable[str], checks: Checks, error: str) -> None:
    """All runs end, the fields are there, and nothing is held against a run that found no space."""
    what = sender.what
    def open_runs() -> list[tuple]:
        return service.rows("SELECT kind, attempt, reason FROM runs WHERE state IN ('queued', 'running')")
    wait.until(lambda: not open_runs(), f"{what}: the end of all runs", SETTLED_SECONDS, open_runs)
    dead = service.rows("SELECT kind, reason FROM runs WHERE state = 'dead'")
    checks.expect("I2", not dead, f"{what}: {dead}")
    attempts = service.rows("SELECT MAX(attempt) FROM runs")[0][0]
    checks.expect("attempts", attempts <= (1 if error in FULL else 2), f"{what}: {attempts} attempts")
    for field in fields:
        path = f"{FIELDS}/users/{sender.ground.user}/fields/{field}"
        checks.expect("fields", sender.client.get(path).ok, f"{what}: no field {field}")
    def left() -> list[str]:
        return [str(path) for name in ("incoming", "work") for path in (service.data / name).iterdir()]
    wait.within(lambda: not left(), SETTLED_SECONDS)  # a folder goes just after its run
    checks.expect("I9", not left(), f"{what}: {left()}")


def numbers(stride: int, chance: random.Random) -> Iterable[int]:
    """Those N that are looked at."""
    yield from range(1, FIRST + 1)
    yield from itertools.count(FIRST + 1 + chance.randrange(stride), stride)


def check_kind(folder: Path, ground: Ground, call: str, pool: concurrent.futures.Executor, stride: int,
               checks: Checks) -> int:
    """Every N of a kind of call, several at once, until there is no such call; how many failed."""
    wanted, fired = numbers(stride, random.Random(call)), 0
    while True:
        some = list(itertools.islice(wanted, AT_ONCE if stride == 1 else 2))
        done = [pool.submit(check_one, folder / f"{call}-{number}", ground, call, number, checks) for number in some]
        results = [one.result() for one in done]
        fired += sum(results)
        if not all(results):
            return fired


def check(faults: Faults, kinds: list[str], stride: int, at_once: int) -> str:
    """All kinds of calls side by side."""
    checks, fired = Checks(faults), {}
    with temporary() as scratch:
        folder = Path(scratch)
        ground = prepare(folder)
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            def one(call: str) -> None:
                """A kind of call."""
                try:
                    fired[call] = check_kind(folder, ground, call, pool, stride, checks)
                except Exception as cause:  # noqa: BLE001 - whatever it was, the other kinds go on
                    faults.append(f"{call}: {cause!r}")
            threads = [threading.Thread(target=one, args=(call,)) for call in kinds]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    failed = ", ".join(f"{call} {fired.get(call, 0)}" for call in kinds)
    held = ", ".join(f"{name} {count}" for name, count in sorted(checks.counts.items()))
    return f"calls that failed: {failed}; checks: {held}"


def main() -> int:
    """Reads the arguments and runs the check."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--stride", type=int, default=STRIDE)
    arguments.add_argument("--kinds", default=",".join(KINDS))
    arguments.add_argument("--at-once", type=int, default=AT_ONCE)
    given = arguments.parse_args()
    return report.run("nth_write", lambda faults: check(faults, given.kinds.split(","), given.stride, given.at_once))


if __name__ == "__main__":
    raise SystemExit(main())
