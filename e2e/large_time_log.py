#!/usr/bin/env python3
"""Measures `tramline convert` on one time log of 97 MB, made of a combine's log 26 times over.

    e2e/large_time_log.py [--times N] [--cores N] [--runs N] [--keep FOLDER]

Prints wall clock, processor seconds and the largest memory of each run, and beside them the seconds
that zlib takes on this machine to compress a fixed text: the ratio of both holds on other machines.
Needs the corpus (TRAMLINE_CORPUS, default ../shared/corpus) and the program (TRAMLINE_BIN, default
target/release/tramline). A measurement, not a test: nothing fails for being slow.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import time
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOG = "TLG00001"


def build(folder: pathlib.Path, into: pathlib.Path, times: int) -> int:
    """Writes the zip with one task that has one log; gives the log's size in bytes."""
    log = (folder / f"{LOG}.bin").read_bytes() * times
    task_data = (folder / "TASKDATA.XML").read_text(encoding="utf-8-sig")
    # The other logs of the task are left out.
    task_data = re.sub(r'<TLG\b(?![^>]*A="%s")[^>]*?(/>|>\s*</TLG>)' % LOG, "", task_data)
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as stick:
        stick.writestr("TASKDATA/TASKDATA.XML", task_data)
        stick.writestr(f"TASKDATA/{LOG}.xml", (folder / f"{LOG}.xml").read_bytes())
        stick.writestr(f"TASKDATA/{LOG}.bin", log)
    return len(log)


def yardstick() -> float:
    """Seconds to compress a fixed text of 32 MiB."""
    text = b"".join(b"%d;%d\n" % (i, i * i % 9973) for i in range(2_800_000))[: 32 << 20]
    start = time.process_time()
    zlib.compress(text, 6)
    return time.process_time() - start


def main() -> None:
    """Builds the zip, and converts it so many times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=26)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=pathlib.Path, help="folder that holds the zip and the results afterwards")
    arguments = parser.parse_args()
    corpus = pathlib.Path(os.environ.get("TRAMLINE_CORPUS", ROOT.parent / "shared" / "corpus"))
    program = os.environ.get("TRAMLINE_BIN", str(ROOT / "target" / "release" / "tramline"))
    work = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix="tramline-large-"))
    work.mkdir(parents=True, exist_ok=True)
    stick = work / "large.zip"
    size = build(corpus / "isoxml" / "pya-fendt-combine", stick, arguments.times)
    cores = sorted(os.sched_getaffinity(0))[: arguments.cores]
    unit = yardstick()
    print(f"log {size / 1e6:.1f} MB, zip {stick.stat().st_size / 1e6:.1f} MB, {len(cores)} cores, zlib {unit:.2f} s")
    for run in range(arguments.runs):
        out = work / "out"
        shutil.rmtree(out, ignore_errors=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        subprocess.run(
            [program, "convert", str(stick), "--out", str(out)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        wall = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        report = json.loads((out / "report.json").read_text())
        written = sum(f.stat().st_size for f in out.rglob("*") if f.is_file())
        records = sum(file["records"]["read"] for file in report["files"])
        processor = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        print(
            f"run {run + 1}: {[f['status'] for f in report['files']]} {records} records, {wall:.1f} s "
            f"({wall / unit:.1f} x zlib), user {after.ru_utime - before.ru_utime:.1f} s, "
            f"system {after.ru_stime - before.ru_stime:.1f} s, all {processor:.1f} s, "
            f"largest memory {after.ru_maxrss / 1024:.0f} MiB, written {written / 1e9:.2f} GB"
        )
    if arguments.keep is None:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
