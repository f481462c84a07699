#!/usr/bin/env python3
"""A converter that behaves badly for datasets in a folder `poison`, by the name of their upload, and is the real one else.

    bad_converter.py PROGRAM NOTES ARGUMENT…

poison.py gives it to the service. PROGRAM is the real one, NOTES a folder in which each beginning is noted.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

ALWAYS = ("abort", "loop", "eat", "hang", "killed")


def end(child: subprocess.Popen) -> None:
    """The real one goes with this one, as they stand for one process."""
    child.kill()
    child.wait()


def misbehave(how: str, cpu_seconds: int, first_time: bool, child: subprocess.Popen) -> None:
    """What the name of the upload asks for; nothing for others."""
    if how in ALWAYS or (how == "once" and first_time):
        end(child)
    if how == "abort":
        os.abort()
    if how == "loop":
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, resource.RLIM_INFINITY))
        while True:
            pass
    if how == "eat":
        sys.stderr.write("memory allocation of 99999999999 bytes failed\n")
        sys.stderr.flush()
        os.abort()
    if how == "hang":
        signal.pause()
    if how == "killed" or (how == "once" and first_time):
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    """Hands the order on and the answers back, until it is time to misbehave."""
    program, notes, *arguments = sys.argv[1:]
    text = sys.stdin.read()
    task = json.loads(text).get("convert")
    name = task["name"] if task else ""
    how, note = name.split("-")[0], Path(notes) / name
    if task:
        with open(note, "a") as file:
            file.write("begun\n")
    if how == "early":
        os.abort()
    child = subprocess.Popen([program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdin.write(text.encode())
    child.stdin.close()
    dataset = ""
    for line in child.stdout:
        sys.stdout.write(line.decode())
        sys.stdout.flush()
        said = json.loads(line)
        dataset = said.get("progress", {}).get("dataset") or dataset
        if task and dataset.startswith("poison/") and dataset not in task["refused"]:
            misbehave(how, task["cpu_seconds"], note.read_text() == "begun\n", child)
            if how == "late" and "made" in said:
                end(child)
                os.abort()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
