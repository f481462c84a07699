#!/usr/bin/env python3
"""Fills the disk of the service again and again, and looks whether it waits, says so, and goes on by itself.

    e2e/full_disk.py [--rounds N] [--held SECONDS] [--seed N]

On a small disk in memory; without the right to mount one it is skipped loudly. In half of the rounds somebody
else fills the disk while a conversion runs, in the other half uploads and conversions fill it themselves. While
it is full:

  uploads are answered 507, or 503, and never 500; what is small may be written or refused
  batches, files and artifacts are read
  /health/ready is 503 with a reason, /health/live is 200
  a batch that waits says so

When there is space again all goes on in the same process: every batch that was acknowledged is PROCESSED with the bytes
of a calm run, no attempt was counted, and nothing is left in `incoming` and `work`. How soon the service is ready again is
told: within 15 seconds where it has no other work beside it. Last, somebody else holds the lock of the database for some
seconds. Exit code 0: all hold.
"""

import argparse
import contextlib
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crash_invariants import Checks, Portrait, portrait
from tramline import report, wait
from tramline.client import API, AWAY, USERS, Answer, Client, form
from tramline.disk import Disk, small_disk
from tramline.report import Faults
from tramline.samples import pack, stick
from tramline.service import Service, temporary

MEBIBYTES = 96  # of the small disk
LEAST = 4 << 20  # bytes below which the service takes nothing
ROOM = 3 << 20  # bytes that are left where the service fills the disk by itself
SETTLED_SECONDS = wait.LONG
HELD_SECONDS = 12  # for which somebody else holds the lock: longer than anybody waits for it
MOMENT_SECONDS = 3  # for which a moment of a conversion is waited for; any other is as good
REFUSED = (503, 507)
EXPORTS = ("gpkg", "fgb", "csv", "shp", "geojson", "parquet", "pmtiles", "adapt", "report")
MOST_UPLOADS = 60  # in a round in which the service fills the disk


@dataclass
class Round:
    """What is uploaded in a round, and what became of it."""

    service: Service
    client: Client
    user: str
    checks: Checks
    zips: dict[str, bytes]
    accepted: dict[str, dict] = field(default_factory=dict)
    refused: int = 0

    def send(self, name: str) -> int:
        """Uploads a zip; the status."""
        body, kind = form([("file", name, self.zips[name])])
        answer = self.client.ask("POST", f"{API}/batch", body, {"Content-Type": kind},
                                 {"leafUserId": self.user, "provider": "Other", "force": "true"})
        if answer.ok:
            self.accepted[name] = answer.json()
        else:
            self.refused += 1
            self.checks.expect("507", answer.status in REFUSED and answer.headers.get("Retry-After"),
                               f"{name}: {answer.status} {answer.text[:200]}")
        return answer.status


def calm(folder: Path, zipped: bytes) -> Portrait:
    """The portrait of a zip from a service that nobody disturbs."""
    with Service(folder, FREE_BYTES_MIN=0) as service:
        client = service.client()
        batch = client.upload(client.add_user(), "calm.zip", zipped)["id"]
        return portrait(service, client, client.settled(batch))


def ready(client: Client) -> Answer:
    """Whether the service says that it can work."""
    return client.get("/health/ready")


def check_reads(now: Round, before: str) -> None:
    """What needs no disk is served."""
    client, checks = now.client, now.checks
    for path in (f"{API}/batch", f"{API}/files", f"{API}/batch/{before}", "/health/live", "/openapi.json"):
        checks.expect("reads", client.get(path).status == 200, f"{path}: {client.get(path).status}")
    files = map(client.file, client.batch(before)["leafFiles"])
    file = next(file["id"] for file in files if file["status"] == "processed")
    for kind in ("standardGeoparquet", "summary", "originalFile"):
        answer = client.get(f"{API}/files/{file}/artifacts/{kind}")
        checks.expect("reads", answer.status == 200, f"{kind}: {answer.status}")
    for kind in EXPORTS:
        answer = client.get(f"{API}/files/{file}/export", format=kind)
        checks.expect("reads", answer.status in (200, *REFUSED), f"export {kind}: {answer.status} {answer.text[:200]}")
    with contextlib.suppress(AWAY):  # its transfer breaks where the disk becomes full meanwhile
        rendered = client.get(f"{API}/files/{file}/artifacts/standardGeojson")
        checks.expect("reads", rendered.status in (200, *REFUSED), f"a rendering: {rendered.status}")


def check_short(now: Round) -> None:
    """The service says that it is short of space; small writes are done or refused, reads are answered."""
    client, checks = now.client, now.checks
    begin = time.monotonic()
    said = wait.within(lambda: ready(client).status == 503, SETTLED_SECONDS)
    checks.expect("ready", said, f"it is said to be ready after {time.monotonic() - begin:.1f} s on a full disk")
    answer = ready(client)
    if answer.status == 503:
        checks.expect("ready", answer.json().get("reasons"), f"no reason: {answer.text}")
    for batch in now.accepted.values():
        body = client.batch(batch["id"])
        if body["status"] == "RECEIVED":
            checks.expect("waits", body.get("statusDetails") == "waits for disk space", f"{body.get('statusDetails')}")
    small = client.ask("POST", USERS, json_body={"name": "Small Farm", "email": "small@example.org"})
    checks.expect("507", small.status in (201, *REFUSED), f"a user: {small.status} {small.text[:200]}")


def check_back(now: Round) -> float:
    """All goes on by itself; seconds until the service was ready."""
    begin = time.monotonic()
    back = wait.within(lambda: ready(now.client).status == 200, SETTLED_SECONDS)
    seconds = time.monotonic() - begin
    now.checks.expect("back", back, f"not ready {SETTLED_SECONDS} s after space came back: {ready(now.client).text}")
    return seconds


def check_settled(now: Round, expected: Portrait) -> None:
    """Every batch has become what it becomes in peace; then all make room for the next round."""
    client, service, checks = now.client, now.service, now.checks
    settled = client.all_settled((batch["id"] for batch in now.accepted.values()), SETTLED_SECONDS)
    for batch, body in settled.items():
        checks.expect("I2", body["status"] == "PROCESSED", f"{batch}: {body['status']} {body.get('findings')}")
        checks.expect("I6", portrait(service, client, body, checks) == expected, f"{batch}: not what the calm run made")
        attempts = service.rows("SELECT MAX(attempt) FROM runs WHERE subject = ?", batch)[0][0]
        checks.expect("attempts", attempts == 1, f"{batch}: {attempts} attempts")
    for folder in ("incoming", "work"):
        def left(folder: str = folder) -> list[Path]:
            return list((service.data / folder).iterdir())
        wait.within(lambda: not left(), SETTLED_SECONDS)
        checks.expect("I9", not left(), f"{folder}: {left()}")
    for batch in settled:
        client.ask("DELETE", f"{API}/batch/{batch}").expected()


def by_others(now: Round, disk: Disk, chance: random.Random, before: str) -> None:
    """Somebody else fills the disk while conversions run."""
    names = list(now.zips)
    for name in names[:2]:
        now.checks.expect("calm", now.send(name) == 201, f"{name} is refused on an empty disk")
    at = chance.choice(("at once", "leased", "work"))
    if at == "leased":
        wait.within(lambda: now.service.rows("SELECT 1 FROM runs WHERE state = 'running'"), MOMENT_SECONDS, wait.CLOSE)
    elif at == "work":
        wait.within(lambda: any((now.service.data / "work").glob("*/*")), MOMENT_SECONDS, wait.CLOSE)
    disk.fill(chance.choice((0, 0, 64 << 10, LEAST // 2)))
    for name in names[2:4]:
        now.send(name)
    check_short(now)
    check_reads(now, before)


def by_itself(now: Round, disk: Disk, chance: random.Random, before: str) -> None:
    """The service fills the disk with what it is sent and what it makes."""
    disk.fill(ROOM + chance.randrange(ROOM))
    for name in now.zips:
        if now.send(name) in REFUSED:
            break
    def settled_or_full() -> bool:
        waiting = now.service.rows("SELECT 1 FROM runs WHERE state IN ('queued', 'running')")
        return not waiting or ready(now.client).status == 503
    wait.until(settled_or_full, "a full disk, or the end of all runs", SETTLED_SECONDS)
    checks = now.checks
    for name in list(now.zips)[-2:]:
        if name not in now.accepted:
            now.send(name)
    checks.expect("507", now.refused or ready(now.client).status == 503, "the disk did not become full")
    check_reads(now, before)


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Somebody else holds the lock of the database meanwhile."""
    with contextlib.closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


def timed(ask: Client, method: str, path: str, **words: object) -> tuple[int, float]:
    """The status of an answer, and its seconds."""
    begin = time.monotonic()
    try:
        status = ask.ask(method, path, **words).status
    except AWAY:
        status = 0
    return status, time.monotonic() - begin


def check_wedged(now: Round, before: str, expected: Portrait, held_seconds: int) -> None:
    """The lock of the database is held for long: who writes hears of it in time, who reads does not notice."""
    service, checks = now.service, now.checks
    name = next(iter(now.zips))
    body, kind = form([("file", name, now.zips[name])])
    writes = [("POST", USERS, {"json_body": {"name": "Late Farm", "email": "late@example.org"}}),
              ("POST", f"{API}/batch", {"body": body, "headers": {"Content-Type": kind},
                                        "query": {"leafUserId": now.user, "provider": "Other"}})]
    answers: list[tuple[str, int, float]] = []
    begin, slowest = time.monotonic(), 0.0
    with held(service.data / "tramline.db"):
        def write(method: str, path: str, words: dict) -> None:
            """One client that writes."""
            answers.append((path, *timed(Client(service, now.client.token), method, path, **words)))
        threads = [threading.Thread(target=write, args=one) for one in writes for _ in range(3)]
        for thread in threads:
            thread.start()
        checks.expect("wedged", wait.within(lambda: ready(now.client).status == 503, SETTLED_SECONDS),
                      "it is said to be ready")
        check_reads(now, before)
        while time.monotonic() - begin < held_seconds:
            status, seconds = timed(now.client, "GET", "/health/ready")
            checks.expect("wedged", status == 503, f"ready: {status} after {seconds:.1f} s")
            slowest = max(slowest, seconds)
            wait.within(lambda: time.monotonic() - begin >= held_seconds, 1)
        # They are answered while the lock is held: who waits for it waits for ever.
        for thread in threads:
            thread.join()
    for path, status, seconds in answers:
        checks.expect("wedged", status == 503, f"{path}: {status} after {seconds:.1f} s")
    print(f"the lock is held: readiness told after {slowest:.1f} s at most, writes refused after "
          f"{max(seconds for _, _, seconds in answers):.1f} s at most", flush=True)
    check_back(now)
    checks.expect("wedged", now.send(name) == 201, "an upload is refused when the lock is free again")
    check_settled(now, expected)


def check(faults: Faults, rounds: int, held_seconds: int, seed: int) -> str:
    """Rounds of both kinds on one small disk for each, and the lock."""
    checks, chance = Checks(faults), random.Random(seed)
    slowest, accepted, refused = 0.0, 0, 0
    with temporary() as scratch:
        folder = Path(scratch)
        members = stick(folder / "demo")
        zipped = pack(members)
        expected = calm(folder / "calm", zipped)
        for fill, least in ((by_others, LEAST), (by_itself, 0)):
            with small_disk(folder / fill.__name__ / "disk", MEBIBYTES) as disk:
                if disk is None:
                    report.skipped("a full disk: this process may not mount a file system")
                    return "nothing"
                service = Service(folder / fill.__name__, FREE_BYTES_MIN=least, UPLOADS_AT_ONCE_PER_ACCOUNT=20)
                service.data = disk.folder / "data"
                with service:
                    first, client = service.process.pid, service.client()
                    user = client.add_user()
                    before = client.settled(client.upload(user, "before.zip", zipped)["id"])["id"]
                    zips = {f"stick-{number}.zip": zipped for number in range(MOST_UPLOADS)}
                    for _ in range(rounds):
                        now = Round(service, client, user, checks, zips)
                        fill(now, disk, chance, before)
                        disk.relieve()
                        slowest = max(slowest, check_back(now))
                        check_settled(now, expected)
                        accepted, refused = accepted + len(now.accepted), refused + now.refused
                    if least:
                        now = Round(service, client, user, checks, zips)
                        check_wedged(now, before, expected, held_seconds)
                    same = service.is_running() and service.process.pid == first
                    checks.expect("same", same and not service.defects(), f"the service ended: {service.defects()}")
    held_up = ", ".join(f"{name} {count}" for name, count in sorted(checks.counts.items()))
    return (f"{rounds} rounds of each kind, {accepted} uploads accepted, {refused} refused, ready again after at most "
            f"{slowest:.1f} s; checks: {held_up}")


def main() -> int:
    """Reads the arguments and runs the check."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=3, help="of each kind")
    arguments.add_argument("--held", type=int, default=HELD_SECONDS, help="seconds")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    return report.run("full_disk", lambda faults: check(faults, given.rounds, given.held, given.seed))


if __name__ == "__main__":
    raise SystemExit(main())
