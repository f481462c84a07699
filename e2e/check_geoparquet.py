#!/usr/bin/env python3
"""Holds every GeoParquet file that `tramline convert` wrote against GeoParquet's own rules.

    check_geoparquet.py DIR      DIR holds report.json

The judge is geoparquet-validator, of those who write the specification: the JSON schema of the declared
version and the abstract tests of its core and of the covering by bounding boxes, on every row. The
standard, filtered, dropped and polygon file of each machine file, and an exported one. The box of each row
must be that of its geometry, which the validator does not look at. Prints a line for each file.
Exit code 0 all conform, 1 some do not, 2 nothing to check.
"""

import functools
import sys
from collections.abc import Iterator
from pathlib import Path

import geoparquet_validator
import look
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from tables import expect, geometries, plain

VERSION = "1.1.0"
CLASSES = ("core", "covering")


def files_of(folder: Path, file: dict) -> list[Path]:
    """GeoParquet files of a machine file."""
    paths = [folder / path for key, path in sorted(file.get("artifacts", {}).items()) if key.endswith("Geoparquet")]
    return paths + sorted((folder / file.get("dir", "?") / "export").glob("*.parquet"))


def check_boxes(path: Path) -> None:
    """The covering column against the bounds that shapely sees; null where there is no geometry."""
    table = pq.read_table(path, columns=["geometry", "bbox"])
    bounds = shapely.bounds(geometries(table.column("geometry")))
    box = plain(table.column("bbox"))
    for corner, own in zip(("xmin", "ymin", "xmax", "ymax"), bounds.reshape(-1, 4).T, strict=True):
        listed = pc.struct_field(box, corner).to_numpy(zero_copy_only=False).astype(float)
        expect(np.array_equal(listed, own, equal_nan=True), f"`{corner}` of the covering is not the geometry's")


def check_file(path: Path) -> str:
    """What the validator says of one file, and its boxes."""
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
    check_boxes(path)
    return f"{pq.read_metadata(path).num_rows} rows, {counts['pass']} tests passed, {counts['skip']} do not apply"


def looks(folder: Path, file: dict) -> Iterator[look.Look]:
    """Each GeoParquet file."""
    for path in files_of(folder, file):
        yield str(path.relative_to(folder)), functools.partial(check_file, path)


if __name__ == "__main__":
    sys.exit(look.alone(looks, __doc__))
