#!/usr/bin/env python3
"""Kills the service again and again while it takes uploads, and looks whether anything was lost.

    e2e/crash.py [--kills N] [--uploads N] [--seed N] [--keep DIR]

Half of the kills are `kill -9` at random moments, half happen at the named points of
`crates/server/src/failpoint.rs`. Eight clients upload at once and send again what was not
acknowledged. Then, with the service quiet, the invariants:

  I1  what was acknowledged is there, and is what was sent
  I2  each batch is PROCESSED or FAILED
  I3  the machine files of a batch are those of a calm run on the same bytes, each once
  I4  each artifact is downloaded and has the hash that its row says
  I5  points add up in each report
  I6  each artifact has the bytes of the calm run
  I7  trying again leaves finished files alone, though the service dies meanwhile
  I8  each batch and file has its end events, each with one id
  I9  after one sweep nothing is there without an owner
  I10 a run that is begun again keeps the files that it has published

The lease is the default of 60 s: a service that starts takes up what its predecessor left, since the
lock of the data folder says that there is no other. Exit code 0: all hold.
"""

import argparse
import random
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from crash_invariants import (
    Checks,
    Portrait,
    check_batches,
    check_events,
    check_kept,
    check_retry,
    check_sweep,
    portrait,
)
from crash_storm import Resumed, storm
from crash_uploads import Feed, variants
from tramline import report, wait
from tramline.report import Faults
from tramline.samples import stick
from tramline.service import Service, temporary

FED_SECONDS = 1_800
RESUMED_SECONDS = 330
LONGEST_RESUME, LONGEST_START = 300, 60  # seconds, on a slow machine that has other work; what was measured is told


@dataclass(frozen=True)
class Size:
    """How much is done, and where the folder is copied to afterwards."""

    kills: int
    uploads: int
    seed: int
    keep: Path | None


def calm(folder: Path, zips: dict[str, bytes]) -> dict[str, Portrait]:
    """Portraits of the same zips from a service that nobody disturbs."""
    with Service(folder) as service:
        client = service.client()
        user = client.add_user()
        batches = {name: client.upload(user, name, data)["id"] for name, data in zips.items()}
        settled = client.all_settled(batches.values(), FED_SECONDS)
        return {name: portrait(service, client, settled[batch]) for name, batch in batches.items()}


def feed_through(service: Service, feed: Feed, size: Size, resumed: Resumed, checks: Checks) -> tuple[int, float]:
    """The storm, then the rest of the uploads and of the runs in peace; how many kills, and the slowest start."""
    counts, slowest = storm(service, feed, size.kills, random.Random(size.seed), resumed)
    service.start()
    resumed.started()
    feed.give(len(feed.zips))

    def fed() -> bool:
        """Looks for runs that are resumed, meanwhile."""
        resumed.look()
        return feed.is_idle()
    wait.until(fed, "an answer to each upload", FED_SECONDS, lambda: f"{len(feed.acknowledged)} of {len(feed.zips)}",
               wait.CLOSE)
    feed.join()
    checks.expect("I1", not feed.refused, f"refused: {feed.refused[:3]}")
    wait.within(resumed.all_resumed, RESUMED_SECONDS, wait.CLOSE)
    quick = not resumed.waiting and resumed.worst < LONGEST_RESUME
    checks.expect("resume", quick, f"worst {resumed.worst:.1f} s, {len(resumed.waiting)} wait")
    checks.expect("ready", slowest < LONGEST_START, f"slowest start {slowest:.1f} s")
    print(f"{sum(counts.values())} kills: {dict(sorted(counts.items()))}", flush=True)
    return sum(counts.values()), slowest


def check(faults: Faults, size: Size) -> str:
    """A calm run, the storm, and everything that must hold after it."""
    begin, checks = time.monotonic(), Checks(faults)
    with temporary() as scratch:
        folder = Path(scratch)
        zips = variants(stick(folder / "demo"), size.uploads, size.seed)
        expected = calm(folder / "calm", zips)
        print(f"calm run of {len(zips)} uploads, {sum(map(len, zips.values())) >> 20} MiB: "
              f"{time.monotonic() - begin:.0f} s", flush=True)
        with Service(folder / "storm") as service:
            client = service.client()
            user = client.add_user()
            service.stop()
            feed, resumed = Feed(service, client.token, user, zips), Resumed(service)
            kills, slowest = feed_through(service, feed, size, resumed, checks)
            settled = check_batches(service, client, feed, expected, checks)
            check_events(service, checks)
            check_kept(service, resumed, checks)
            check_retry(service, client, settled, checks)
            orphans = check_sweep(service, checks)
        if size.keep:
            shutil.copytree(folder, size.keep, dirs_exist_ok=True)
    held = ", ".join(f"{name} {count}" for name, count in sorted(checks.counts.items()))
    return (f"{kills} kills, {len(feed.acknowledged)} uploads acknowledged, {feed.again} sent again, "
            f"{orphans} orphans swept, {resumed.count} runs resumed, worst {resumed.worst:.2f} s, "
            f"slowest start {slowest:.2f} s; checks: {held}")


def main() -> int:
    """Reads the arguments and runs the check."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--kills", type=int, default=60)
    arguments.add_argument("--uploads", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--keep", type=Path)
    size = Size(**vars(arguments.parse_args()))
    return report.run("crash", lambda faults: check(faults, size))


if __name__ == "__main__":
    raise SystemExit(main())
