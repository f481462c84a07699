#!/usr/bin/env python3
"""Holds every GeoParquet file that `tramline convert` wrote against GeoParquet's own rules.

    check_geoparquet.py DIR      DIR holds report.json

The judge is geoparquet-validator, of those who write the specification: the JSON schema of the declared
version and the abstract tests of its core and of the covering by bounding boxes, on every row. The
standard, filtered, dropped and polygon file of each machine file, and an exported one. Prints a line for
each file. Exit code 0 all conform, 1 some do not, 2 nothing to check.
"""

import json
import sys
from pathlib import Path

import geoparquet_validator
import pyarrow.parquet as pq
from check_outputs import expect

VERSION = "1.1.0"
CLASSES = ("core", "covering")


def files_of(folder, file):
    paths = [folder / path for key, path in sorted(file.get("artifacts", {}).items()) if key.endswith("Geoparquet")]
    return paths + sorted((folder / file.get("dir", "?") / "export").glob("*.parquet"))


def check_file(path):
    report = geoparquet_validator.check(str(path))
    expect(report["version"] == VERSION, f"version {report['version']} instead of {VERSION}")
    expect(not report["sampled"], "not every row was read")
    counts = {"pass": 0, "fail": 0, "skip": 0}
    faults = []
    for outcome in report["outcomes"]:
        if outcome["id"].split("/")[2] in CLASSES:
            counts[outcome["status"]] += 1
            if outcome["status"] == "fail":
                faults.append(f"{outcome['id']}: {outcome['message']}")
    expect(not faults, "; ".join(faults))
    claimed = [o["id"] for o in report["outcomes"] if "/covering/" in o["id"] and o["status"] == "pass"]
    expect(claimed, "no covering by bounding boxes is declared")
    return f"{pq.read_metadata(path).num_rows} rows, {counts['pass']} tests passed, {counts['skip']} do not apply"


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    report = json.loads((folder / "report.json").read_text())
    passed = failed = 0
    for file in report["files"]:
        for path in files_of(folder, file):
            label = path.relative_to(folder)
            try:
                print(f"ok   {label}: {check_file(path)}")
                passed += 1
            except Exception as cause:  # a reader that fails is what this looks for
                print(f"FAIL {label}: {type(cause).__name__}: {cause}")
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0 if passed else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
