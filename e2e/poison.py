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
import pathlib
import sys
import time

from crash import pack
from harness import Client, Service, program, stick, temporary

WRAPPER = '''#!{python}
import json, os, resource, signal, subprocess, sys, pathlib
text = sys.stdin.read()
order = json.loads(text)
task = order.get("convert")
name = task["name"] if task else ""
how = name.split("-")[0]
notes = pathlib.Path({notes!r})
if task:
    with open(notes / name, "a") as file:
        file.write("begun\\n")
def misbehave():
    if how == "abort":
        os.abort()
    if how == "loop":
        resource.setrlimit(resource.RLIMIT_CPU, (task["cpu_seconds"], resource.RLIM_INFINITY))
        while True:
            pass
    if how == "eat":
        sys.stderr.write("memory allocation of 99999999999 bytes failed\\n")
        sys.stderr.flush()
        os.abort()
    if how == "hang":
        signal.pause()
    if how == "killed" or (how == "once" and (notes / name).read_text() == "begun\\n"):
        os.kill(os.getpid(), signal.SIGKILL)
if how == "early":
    os.abort()
child = subprocess.Popen([{program!r}, *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdin.write(text.encode())
child.stdin.close()
dataset = ""
for line in child.stdout:
    sys.stdout.write(line.decode())
    sys.stdout.flush()
    said = json.loads(line)
    dataset = said.get("progress", {{}}).get("dataset") or dataset
    if task and dataset.startswith("poison/") and dataset not in task["refused"]:
        misbehave()
        if how == "late" and "made" in said:
            os.abort()
sys.exit(child.wait())
'''

# How the converter behaves: words of the message, words of the hint.
FAILED = {
    "abort": ("defect", "report"),
    "loop": ("processor time", "convert_cpu_seconds"),
    "hang": ("took more than 12 s", "convert_seconds"),
    "eat": ("memory", "convert_memory_bytes"),
    "killed": ("killed", "memory"),
}


class Faults(list):
    def expect(self, holds, text):
        if not holds:
            self.append(text)


def states(client, batch):
    return collections.Counter(client.file(file)["status"] for file in batch["leafFiles"])


def failed_step(client, batch):
    for file in batch["leafFiles"]:
        if client.file(file)["status"] == "failed":
            return client.json("GET", f"/services/operations/api/files/{file}/status")["rawGeojson"]
    return {}


def bad_converter(folder, members, each, faults):
    notes, wrapper = folder / "notes", folder / "converter.py"
    notes.mkdir()
    wrapper.write_text(WRAPPER.format(python=sys.executable, notes=str(notes), program=str(program())))
    wrapper.chmod(0o755)
    service = Service(folder / "data", CONVERTER=wrapper, CONVERT_CPU_SECONDS=2, CONVERT_SECONDS=12,
                      UPLOADS_AT_ONCE_PER_ACCOUNT=20)
    service.start()
    first = service.process.pid
    client = Client(service).log_in()
    user = client.add_user()
    good = {n: d for n, d in members.items() if n.startswith(("TASKDATA/", "Office export/"))}
    bad = {n.replace("agleader/", "poison/"): d for n, d in members.items() if n.startswith("agleader/")}
    many = {n.replace("poison/", f"poison/{i}/"): d for n, d in bad.items() for i in range(5)}
    expected, batches = None, {}
    for number in range(each):
        mark = {"number.txt": str(number).encode()}
        for how in (*FAILED, "once", "fine"):
            zipped = pack({**good, **bad, **mark, "how.txt": how.encode()})
            batches[f"{how}-{number}.zip"] = client.upload(user, f"{how}-{number}.zip", zipped)["id"]
    batches["abort-many.zip"] = client.upload(user, "abort-many.zip", pack({**good, **many}))["id"]
    # A dataset of several machine files that kills the converter when the first of them is published.
    late = {n.replace("TASKDATA/", "poison/TASKDATA/"): d for n, d in good.items()}
    batches["late-0.zip"] = client.upload(user, "late-0.zip", pack(late))["id"]
    batches["early-0.zip"] = client.upload(user, "early-0.zip", pack({**good, "early.txt": b"1"}))["id"]
    settled = client.settled(batches.values(), 300)
    expected = states(client, settled[batches["fine-0.zip"]])
    for name, batch in batches.items():
        how, body = name.split("-")[0], settled[batch]
        begun = len((notes / name).read_text().splitlines())
        if how in ("once", "fine"):
            faults.expect(states(client, body) == expected, f"{name}: {states(client, body)}")
        elif how == "early":
            faults.expect(body["status"] == "FAILED", f"{name}: {body['status']}")
            faults.expect(begun == 3, f"{name}: begun {begun} times")
            faults.expect(body.get("findings"), f"{name}: nothing is said")
        elif how == "late":
            shape = sum(n.startswith("Office export/") and n.endswith(".shp") for n in good)
            now, step = states(client, body), failed_step(client, body)
            faults.expect(now == {"processed": shape + 1, "failed": 1}, f"{name}: {dict(now)}")
            faults.expect("defect" in step.get("detail", ""), f"{name}: {step}")
        else:
            count = 5 if name == "abort-many.zip" else 1
            # What died is not counted among the good: the others are as without it.
            neighbours = expected["processed"] - 1
            now = states(client, body)
            faults.expect(now["failed"] == count, f"{name}: {dict(now)}")
            faults.expect(now["processed"] == neighbours, f"{name}: {dict(now)}, neighbours {neighbours}")
            faults.expect(begun <= (6 if count == 5 else 3), f"{name}: begun {begun} times")
            step = failed_step(client, body)
            message, hint = FAILED[how]
            faults.expect(message in step.get("detail", ""), f"{name}: {step}")
            faults.expect(hint in step.get("hint", ""), f"{name}: {step}")
            if name.endswith("-0.zip"):
                print(f"{how}: {step.get('detail')}; {step.get('hint')}")
    faults.expect(service.process.poll() is None and service.process.pid == first, "the service ended")
    service.stop()
    return len(batches)


def real_limits(folder, members, faults):
    """The limits of the child itself, met by honest but large data."""
    name, text = next((n, d) for n, d in members.items() if n.startswith("agleader/"))
    head, _, rows = text.partition(b"\n")
    large = pack({**{n: d for n, d in members.items() if n.startswith("TASKDATA/")},
                  name: head + b"\n" + rows * 1_200})
    for setting, words in (({"CONVERT_CPU_SECONDS": 1}, "processor time"),
                           ({"CONVERT_FILE_BYTES": 8 << 20}, "grew")):
        service = Service(folder / words.split()[0], **setting)
        service.start()
        client = Client(service).log_in()
        batch = client.upload(client.add_user(), "large.zip", large)["id"]
        body = client.settled([batch], 300)[batch]
        now, step = states(client, body), failed_step(client, body)
        faults.expect(now["failed"] == 1 and now["processed"] >= 1, f"{setting}: {dict(now)}")
        faults.expect(words in step.get("detail", ""), f"{setting}: {step}")
        print(f"{setting}: {dict(now)}; {step.get('detail')}")
        service.stop()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--each", type=int, default=3)
    given = arguments.parse_args()
    begin, faults = time.monotonic(), Faults()
    with temporary() as scratch:
        folder = pathlib.Path(scratch)
        members = stick(folder / "demo")
        count = bad_converter(folder, members, given.each, faults)
        real_limits(folder, members, faults)
    for fault in faults[:40]:
        print("FAIL", fault)
    print(f"poison: {count} uploads, {len(faults)} faults; {time.monotonic() - begin:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
