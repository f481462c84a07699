#!/usr/bin/env python3
"""Holds the covered area of each summary against the union of the polygons beside it.

    check_coverage.py DIR [PERCENT]      DIR holds report.json; converted with enablePolygonOutput

The polygons of `polygon.parquet` are joined by shapely, the area on the ellipsoid is pyproj's; it may
differ by PERCENT (0.1) from the summary's covered area. Rows must be those of the standard file, and the
ground of most records as wide as their swath. Prints a line for each machine file.
Exit code 0 all agree, 1 some differ, 2 nothing to check.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import shapely
from check_images import metres, square_metres
from check_outputs import expect, plain
from pyproj import Geod

PERCENT = 0.1
LEAST_M2 = 2.0  # the summary leaves out steps whose ground is known on a grid of 25 cm: a machine that stands
SWATH_PART = 0.02  # part of its swath by which a polygon's width may differ
LIKE_SWATH = 0.9  # of polygons at least
ELLIPSOID = Geod(ellps="WGS84")


def polygons(path):
    table = pq.read_table(path, columns=["geometry"])
    return shapely.from_wkb(plain(table.column("geometry")).to_pylist())


def about_equator(shapes):
    """Degrees with the first corner at 0, so that sums of small steps keep their digits."""
    corner = shapely.get_coordinates(shapes)[0]
    return corner, shapely.transform(shapes, lambda places: places - corner)


def union_of(shapes):
    """Crossing corners of a footprint are repaired first."""
    bad = ~shapely.is_valid(shapes)
    shapes = np.where(bad, shapely.make_valid(shapes), shapes)
    return shapely.union_all(shapes), int(bad.sum())


def area_of(shape, corner):
    shape = shapely.orient_polygons(shapely.transform(shape, lambda places: places + corner))
    return ELLIPSOID.geometry_area_perimeter(shape)[0]


def covered_area(folder, file):
    summary = json.loads((folder / file["artifacts"]["summary"]).read_text())
    covered = summary["properties"].get("coverage", {}).get("coveredArea")
    return None if covered is None else square_metres(covered)


def widths_of(shapes):
    """Metres across, from the first corner to the second: left back to right back. NaN for no quadrilaterals."""
    out = np.full(len(shapes), np.nan)
    four = shapely.get_num_coordinates(shapes) == 5
    if four.any():
        corners = shapely.get_coordinates(shapes[four]).reshape(-1, 5, 2)
        out[four] = ELLIPSOID.inv(corners[:, 0, 0], corners[:, 0, 1], corners[:, 1, 0], corners[:, 1, 1])[2]
    return out


def check_widths(path, shapes):
    table = pq.read_table(path)
    if "equipmentWidth" not in table.column_names:
        return
    with np.errstate(invalid="ignore", divide="ignore"):
        part = widths_of(shapes) / metres(table, "equipmentWidth")
    part = part[np.isfinite(part)]
    if len(part):
        like = (np.abs(part - 1) <= SWATH_PART).mean()
        text = f"only {like:.0%} of polygons are as wide as their swath, the median has {np.median(part):.3f} of it"
        expect(like >= LIKE_SWATH, text)


def check_file(folder, file, percent):
    path = folder / file["artifacts"]["polygonGeoparquet"]
    shapes = polygons(path)
    check_widths(path, shapes)
    rows = pq.read_metadata(folder / file["artifacts"]["standardGeoparquet"]).num_rows
    expect(len(shapes) == rows, f"{len(shapes)} polygons for {rows} points")
    covered = covered_area(folder, file)
    known = shapes[~shapely.is_missing(shapes)]
    if covered is None:
        expect(not len(known), f"{len(known)} polygons, but the summary has no covered area")
        return "no covered area and no polygons"
    expect(len(known), f"no polygon, but the summary has {covered:.1f} m² covered")
    corner, moved = about_equator(known)
    shape, bad = union_of(moved)
    area = area_of(shape, corner)
    text = f"{len(known)} of {rows} with a polygon, union {area:.1f} m², summary {covered:.1f} m²"
    off = (area - covered) / covered * 100 if covered else 0.0
    text += f", {off:+.4f} %" + (f", {bad} with crossing sides" if bad else "")
    expect(abs(off) <= percent or abs(area - covered) < LEAST_M2, text)
    return text


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    percent = float(arguments[1]) if len(arguments) == 2 else PERCENT
    report = json.loads((folder / "report.json").read_text())
    passed = failed = 0
    for file in report["files"]:
        if "polygonGeoparquet" not in file.get("artifacts", {}):
            continue
        try:
            print(f"ok   {file['dir']} coverage: {check_file(folder, file, percent)}")
            passed += 1
        except Exception as cause:  # a reader that fails is what this looks for
            print(f"FAIL {file['dir']} coverage: {type(cause).__name__}: {cause}")
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0 if passed else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
