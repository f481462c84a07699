#!/usr/bin/env python3
"""What `tramline convert` leaves on a disk that fills, and after a signal: nothing half.

    e2e/cli_disk.py [--long]

A disk of every size from next to nothing to enough (a tmpfs, as root; else it is skipped loudly) takes the results of the
sample stick, first empty and then with results of before; the temporary folder is such a disk too. Each run that fails must
say path, reason, free and needed bytes and what to do in one message with exit code 4, leave no `.partial`, nothing that
differs from the whole run, and results of before as they were. Then Ctrl-C, SIGTERM, SIGHUP and kill -9 at random moments.
Exit code: 0 all as promised or skipped loudly, 1 something is not.
"""

import argparse
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tramline import report, samples
from tramline.service import executable, temporary

SHORT_SIZES, LONG_SIZES = 16, 200
SHORT_STOPS, LONG_STOPS = 30, 300
STOP_SECONDS = 1.0  # until a signal has ended the run on a machine that has no other work: the longest is told
LONGEST_STOP = 20  # on any machine
RUN_SECONDS = 600
STOPS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
EXPORTS = "gpkg,csv,pmtiles,report,classes"
UNITS = {"bytes": 1, "byte": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}
FREE = re.compile(r"free on the disk of `[^`]+`: ([\d.]+) (bytes?|[kMG]B); needed: "
                  r"(?:at least (?:([\d.]+) (bytes?|[kMG]B)(?: more)?|one more file)|more than that)")
Tree = dict[str, bytes]


def tree(folder: Path) -> Tree:
    """All files below a folder, by their names from there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Failures(list[str]):
    """What is not as promised."""

    def unless(self, holds: bool, text: str) -> None:
        """Notes the text where a promise does not hold."""
        if not holds:
            self.append(text)
            print(f"FAIL {text}", flush=True)


@contextlib.contextmanager
def disk(folder: Path, size: int) -> Iterator[Path]:
    """An empty disk of that size."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True, stderr=subprocess.PIPE)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def can_mount(folder: Path) -> bool:
    """Whether this user may have disks of a size."""
    try:
        with disk(folder, 1 << 20):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def words(source: Path, out: Path, *more: str) -> list[str]:
    """The command line of a conversion."""
    return [str(executable()), "convert", str(source), "--out", str(out), "--export", EXPORTS, *more]


def convert(source: Path, out: Path, *more: str, **environment: str) -> tuple[int, str]:
    """Converts; the exit code and what was said on standard error."""
    done = subprocess.run(words(source, out, *more), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          timeout=RUN_SECONDS, env=os.environ | environment)
    return done.returncode, done.stderr.decode()


def of_folder(files: Tree, name: str) -> Tree:
    """The files of one machine file."""
    return {path: data for path, data in files.items() if path.startswith(f"{name}/")}


def check_left(left: Tree, whole: Tree, what: str, failures: Failures) -> None:
    """Nothing half: each machine file that is there has all files and bytes of the whole run."""
    failures.unless(not any(".partial" in name for name in left), f"{what}: partial names: {[n for n in left if '.partial' in n]}")
    failures.unless("report.json" not in left, f"{what}: a report of a run that did not end")
    for name in sorted({path.split("/")[0] for path in left}):
        failures.unless(of_folder(left, name) == of_folder(whole, name), f"{what}: {name} is not as in the whole run")


def check_said(code: int, said: str, out: Path, missing: int, what: str, failures: Failures) -> None:
    """One message, with all that a person needs."""
    errors = [line for line in said.splitlines() if line.startswith("error: ")]
    failures.unless(code == 4, f"{what}: exit code {code}: {said}")
    failures.unless(len(errors) == 1 and f"`{out}" in errors[0], f"{what}: not one message with the path: {said}")
    failures.unless("what to do: " in said and "panic" not in said, f"{what}: {said}")
    told = FREE.search(said)
    failures.unless(told is not None, f"{what}: free and needed are not told: {said}")
    if told and told[3]:
        needed = float(told[3]) * UNITS[told[4]]
        failures.unless(needed <= missing * 1.1 + 100_000, f"{what}: {needed:.0f} bytes needed, {missing} were missing")


def used_by(files: Tree) -> int:
    """Bytes that files take on a disk with blocks of 4 kB, about."""
    return sum((len(data) + 4095) // 4096 * 4096 for data in files.values())


def full_disks(source: Path, whole: Tree, folder: Path, sizes: int, failures: Failures) -> None:
    """Every size of disk, empty and with results of before."""
    most = used_by(whole)
    succeeded = 0
    for step in range(sizes + 1):
        size = 4096 + (most * 23 // 20 - 4096) * step // sizes
        with disk(folder, size) as mounted:
            out = mounted / "results"
            code, said = convert(source, out)
            what = f"empty disk of {size} bytes"
            left = tree(mounted)
            if code == 0 and (out / "report.json").is_file():
                succeeded += 1
                failures.unless(tree(out) == whole, f"{what}: the results differ")
                continue
            left = {name.removeprefix("results/"): data for name, data in left.items()}
            check_left(left, whole, what, failures)
            check_said(code, said, out, most - size + used_by(left) + (1 << 20), what, failures)
    failures.unless(0 < succeeded < sizes, f"{succeeded} of {sizes} sizes were enough: the steps prove nothing")
    for step in range(sizes // 4):
        size = most + (4 << 20) + most * step // (sizes // 4)
        with disk(folder, size) as mounted:
            out = mounted / "results"
            code, said = convert(source, out, "--outputs", "parquet")
            failures.unless(code == 0, f"disk with results of before: {said}")
            (out / "02-mine.txt").write_text("mine")
            before = tree(mounted)
            code, said = convert(source, out)
            what = f"disk of {size} bytes with results of before"
            if code == 0:
                failures.unless(tree(out) == whole | {"02-mine.txt": b"mine"}, f"{what}: the results differ")
                continue
            failures.unless(tree(mounted) == before, f"{what}: they are not as they were")
            check_said(code, said, out, most, what, failures)


def full_temporary(folder: Path, scratch: Path, failures: Failures) -> None:
    """The temporary folder fills while an archive in the input is unpacked."""
    inner = samples.pack({"noise.csv": random.Random(1).randbytes(40 << 20)}, level=0)
    source = scratch / "nested.zip"
    source.write_bytes(samples.pack({f"inner{number}.zip": inner for number in range(4)}, level=0))
    with disk(folder, 8 << 20) as mounted:
        out = scratch / "of-nested"
        code, said = convert(source, out, TMPDIR=str(mounted))
        failures.unless(code == 4 and "TMPDIR" in said and f"`{mounted}`" in said and FREE.search(said) is not None,
                        f"full temporary folder: exit code {code}: {said}")
        failures.unless(not out.exists(), "full temporary folder: results are left")


def stops(source: Path, whole: Tree, scratch: Path, times: int, failures: Failures) -> None:
    """Signals at random moments of a run, into an empty folder and over results of before."""
    begin = time.monotonic()
    convert(source, scratch / "timed")
    seconds = time.monotonic() - begin
    chance = random.Random(17)
    stopped = killed = 0
    longest = 0.0
    for turn in range(times):
        out = scratch / f"stopped-{turn % 2}"
        over = turn % 2 == 1 and (out / "report.json").is_file()
        if turn % 2 == 1 and not over:
            convert(source, out)
            over = True
        before = tree(out) if over else {}
        which = chance.choice([*STOPS, signal.SIGKILL])
        process = subprocess.Popen(words(source, out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(chance.uniform(0.0, seconds))  # the moment is what is tried
        process.send_signal(which)
        begin = time.monotonic()
        said = process.communicate(timeout=RUN_SECONDS)[1].decode()
        took, code = time.monotonic() - begin, process.returncode
        what = f"{which.name} at turn {turn}"
        left = tree(out) if out.exists() else {}
        if which == signal.SIGKILL and code < 0:
            killed += 1
            left = {name: data for name, data in left.items() if ".partial" not in name}
        elif code < 0:
            continue  # before the program waited for signals
        elif code == 0:
            failures.unless(left == whole, f"{what}: the run ended, and the results differ")
            continue
        else:
            stopped += 1
            failures.unless(code == STOPS[which], f"{what}: exit code {code}: {said}")
            failures.unless(took < LONGEST_STOP, f"{what}: {took:.1f} s until the end")
            longest = max(longest, took)
            failures.unless(said.count("\n") == 1 and said.startswith("stopped "), f"{what}: said {said!r}")
        if over:
            failures.unless(left in (before, whole), f"{what}: results of before are not as they were")
        elif "report.json" not in left:
            check_left(left, whole, what, failures)
    for turn in range(2):
        out = scratch / f"stopped-{turn}"
        convert(source, out)
        failures.unless(tree(out) == whole, f"after {turn}: the next run does not mend what was left")
    failures.unless(stopped > 0 and killed > 0, f"{stopped} stopped, {killed} killed: nothing was tried")
    print(f"signals: {stopped} stopped, {killed} killed of {times}, the longest end {longest:.2f} s (wanted {STOP_SECONDS} s)")


def main() -> int:
    """All of it; 1 where a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="ten times as many sizes and signals")
    long = parser.parse_args().long
    failures = Failures()
    with temporary() as name:
        scratch = Path(name)
        source = samples.stick_file(scratch / "demo")
        code, said = convert(source, scratch / "whole")
        failures.unless(code == 0, f"the whole run: exit code {code}: {said}")
        whole = tree(scratch / "whole")
        stops(source, whole, scratch, LONG_STOPS if long else SHORT_STOPS, failures)
        mounted = Path(tempfile.mkdtemp(dir=scratch))
        if can_mount(mounted):
            full_disks(source, whole, mounted, LONG_SIZES if long else SHORT_SIZES, failures)
            full_temporary(mounted, scratch, failures)
        else:
            report.skipped("cli_disk.py, disks that fill: only root can mount them here")
    print(f"cli_disk: {len(failures)} promises broken")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
