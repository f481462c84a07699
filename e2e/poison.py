#!/usr/bin/env python3
"""Data that kills the converter costs one machine file, not its neighbours and not the service.

    e2e/poison.py [--each N]

The service is given a converter that behaves badly for a named dataset (it stops on a defect, runs
for ever, eats memory, is killed once, dies before it begins) and is the real one else. Then the real
converter alone, with little processor time and little memory. Exit code 0: every bad dataset is one
failed file with a message, every neighbour is as good as alone, and the process is still the first.
"""

import argparse
import collections
import math
import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tramline import report
from tramline.client import API, Client
from tramline.report import Faults
from tramline.samples import pack, stick
from tramline.service import Service, executable, temporary

# How the converter behaves: words of the message, words of the hint.
FAILED = {
    "abort": ("defect", "report"),
    "loop": ("processor time", "convert_cpu_seconds"),
    "hang": ("took more than {} s", "convert_seconds"),
    "eat": ("memory", "convert_memory_bytes"),
    "killed": ("killed", "memory"),
}
CPU_SECONDS = 2
# One conversion may take this many seconds by the clock, or this many times what a calm one took on this machine.
LEAST_SECONDS, TIMES_CALM = 12, 15
SETTLED_SECONDS = 900
Members = dict[str, bytes]


def states(client: Client, batch: dict) -> collections.Counter:
    """How many machine files of a batch are in each state."""
    return collections.Counter(client.file(file)["status"] for file in batch["leafFiles"])


def failed_step(client: Client, batch: dict) -> dict:
    """What the status of the first failed file says."""
    for file in batch["leafFiles"]:
        if client.file(file)["status"] == "failed":
            return client.json("GET", f"{API}/files/{file}/status")["rawGeojson"]
    return {}


def launcher(folder: Path) -> Path:
    """A program that is the bad converter with its arguments: the service starts it without an environment."""
    (folder / "notes").mkdir(parents=True)
    words = [sys.executable, Path(__file__).resolve().parent / "bad_converter.py", executable(), folder / "notes"]
    path = folder / "converter.sh"
    path.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, words))} "$@"\n')
    path.chmod(0o755)
    return path


@dataclass
class Datasets:
    """Members of the stick: good ones, and one that the converter behaves badly for."""

    good: Members
    bad: Members

    @classmethod
    def of(cls, members: Members) -> "Datasets":
        """The text of the stick is the bad dataset."""
        good = {name: data for name, data in members.items() if name.startswith(("TASKDATA/", "Office export/"))}
        bad = {name.replace("agleader/", "poison/"): data for name, data in members.items() if name.startswith("agleader/")}
        return cls(good, bad)

    def zip(self, how: str, number: int) -> bytes:
        """An upload of its own for each behaviour and number."""
        return pack({**self.good, **self.bad, "number.txt": str(number).encode(), "how.txt": how.encode()})

    def several(self) -> Members:
        """Five bad datasets beside the good ones."""
        return {**self.good, **{name.replace("poison/", f"poison/{number}/"): data
                                for name, data in self.bad.items() for number in range(5)}}

    def late(self) -> Members:
        """A dataset of several machine files that kills the converter when the first of them is published."""
        return {name.replace("TASKDATA/", "poison/TASKDATA/"): data for name, data in self.good.items()}

    def shapefiles(self) -> int:
        """How many good ones are shapefiles."""
        return sum(name.startswith("Office export/") and name.endswith(".shp") for name in self.good)


class Poisoned:
    """A service with the bad converter, and what was uploaded to it."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.notes = folder / "notes"
        self.service = Service(folder, CONVERTER=launcher(folder), CONVERT_CPU_SECONDS=CPU_SECONDS,
                               UPLOADS_AT_ONCE_PER_ACCOUNT=20, **settings)
        self.service.start()
        self.first = self.service.process.pid
        self.client = self.service.client()
        self.user = self.client.add_user()
        self.batches: dict[str, str] = {}

    def upload(self, name: str, zipped: bytes) -> str:
        """Sends a zip whose name says how the converter behaves."""
        self.batches[name] = self.client.upload(self.user, name, zipped)["id"]
        return self.batches[name]

    def settled(self) -> dict[str, dict]:
        """Name of each upload to its batch, when all are settled."""
        found = self.client.all_settled(self.batches.values(), SETTLED_SECONDS)
        return {name: found[batch] for name, batch in self.batches.items()}

    def begun(self, name: str) -> int:
        """How often the upload was begun to be converted."""
        return len((self.notes / name).read_text().splitlines())

    def end(self, faults: Faults) -> None:
        """The process is still the first, and ends when it is asked to."""
        same = self.service.is_running() and self.service.process.pid == self.first
        faults.expect(same, "the service ended")
        self.service.stop()
        self.service.close()


def check_bad(poisoned: Poisoned, name: str, batch: dict, good: int, wanted: tuple[str, str], faults: Faults) -> None:
    """Each bad dataset is one failed file, and its neighbours are as without it."""
    count = 5 if name == "abort-many.zip" else 1
    now, begun = states(poisoned.client, batch), poisoned.begun(name)
    step = failed_step(poisoned.client, batch)
    faults.expect(now["failed"] == count, f"{name}: {dict(now)}: {step}")
    faults.expect(now["processed"] == good, f"{name}: {dict(now)}, neighbours {good}")
    faults.expect(begun <= (6 if count == 5 else 3), f"{name}: begun {begun} times")
    faults.expect(wanted[0] in step.get("detail", ""), f"{name}: {step}")
    faults.expect(wanted[1] in step.get("hint", ""), f"{name}: {step}")
    if name.endswith("-0.zip"):
        print(f"{name.split('-')[0]}: {step.get('detail')}; {step.get('hint')}", flush=True)


def check_early(poisoned: Poisoned, name: str, batch: dict, faults: Faults) -> None:
    """What dies before it begins is tried three times, and the upload fails with a finding."""
    begun = poisoned.begun(name)
    faults.expect(batch["status"] == "FAILED", f"{name}: {batch['status']}")
    faults.expect(begun == 3, f"{name}: begun {begun} times")
    faults.expect(batch.get("findings"), f"{name}: nothing is said")


def check_late(poisoned: Poisoned, name: str, batch: dict, shapefiles: int, faults: Faults) -> None:
    """The machine file that was published stays, the next one of its dataset failed."""
    now, step = states(poisoned.client, batch), failed_step(poisoned.client, batch)
    faults.expect(now == {"processed": shapefiles + 1, "failed": 1}, f"{name}: {dict(now)}")
    faults.expect("defect" in step.get("detail", ""), f"{name}: {step}")


def bad_converter(folder: Path, members: Members, each: int, faults: Faults) -> int:
    """All behaviours at once, those that hang in a service of their own, which has a limit by the clock."""
    datasets = Datasets.of(members)
    killing = Poisoned(folder / "killing")
    begin = time.monotonic()
    calm = killing.client.settled(killing.upload("fine-calm.zip", datasets.zip("fine", -1)), SETTLED_SECONDS)
    longest = max(LEAST_SECONDS, math.ceil(TIMES_CALM * (time.monotonic() - begin)))
    expected = states(killing.client, calm)
    hanging = Poisoned(folder / "hanging", CONVERT_SECONDS=longest)
    for number in range(each):
        for how in (*FAILED, "once", "fine"):
            to = hanging if how == "hang" else killing
            to.upload(f"{how}-{number}.zip", datasets.zip(how, number))
        hanging.upload(f"fine-beside-{number}.zip", datasets.zip("fine", number))
    killing.upload("abort-many.zip", pack(datasets.several()))
    killing.upload("late-0.zip", pack(datasets.late()))
    killing.upload("early-0.zip", pack({**datasets.good, "early.txt": b"1"}))
    for poisoned in (killing, hanging):
        for name, batch in poisoned.settled().items():
            how = name.split("-")[0]
            if how in ("once", "fine"):
                now = states(poisoned.client, batch)
                faults.expect(now == expected, f"{name}: {now}")
            elif how == "early":
                check_early(poisoned, name, batch, faults)
            elif how == "late":
                check_late(poisoned, name, batch, datasets.shapefiles(), faults)
            else:
                message, hint = FAILED[how]
                # What died is not counted among the good.
                check_bad(poisoned, name, batch, expected["processed"] - 1, (message.format(longest), hint), faults)
        poisoned.end(faults)
    return len(killing.batches) + len(hanging.batches) - 1  # the calm one is of the measurement


def real_limits(folder: Path, members: Members, faults: Faults) -> None:
    """The limits of the child itself, met by honest but large data."""
    name, text = next((name, data) for name, data in members.items() if name.startswith("agleader/"))
    head, _, rows = text.partition(b"\n")
    large = pack({**{name: data for name, data in members.items() if name.startswith("TASKDATA/")},
                  name: head + b"\n" + rows * 1_200})
    for setting, words in (({"CONVERT_CPU_SECONDS": 1}, "processor time"),
                           ({"CONVERT_FILE_BYTES": 8 << 20}, "grew")):
        with Service(folder / words.split()[0], **setting) as service:
            client = service.client()
            body = client.settled(client.upload(client.add_user(), "large.zip", large)["id"], SETTLED_SECONDS)
            now, step = states(client, body), failed_step(client, body)
            faults.expect(now["failed"] == 1 and now["processed"] >= 1, f"{setting}: {dict(now)}")
            faults.expect(words in step.get("detail", ""), f"{setting}: {step}")
            print(f"{setting}: {dict(now)}; {step.get('detail')}", flush=True)


def check(faults: Faults, each: int) -> str:
    """The bad converter, then the real one with little of everything."""
    with temporary() as scratch:
        folder = Path(scratch)
        members = stick(folder / "demo")
        count = bad_converter(folder, members, each, faults)
        real_limits(folder, members, faults)
    return f"{count} uploads"


def main() -> int:
    """Reads the arguments and runs the check."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--each", type=int, default=3)
    each = arguments.parse_args().each
    return report.run("poison", lambda faults: check(faults, each))


if __name__ == "__main__":
    raise SystemExit(main())
