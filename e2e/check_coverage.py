#!/usr/bin/env python3
"""Holds the covered area of each summary against the union of the polygons beside it.

    check_coverage.py DIR [PERCENT]      DIR holds report.json; converted with enablePolygonOutput

The polygons of `polygon.parquet` are joined by shapely, the area on the ellipsoid is pyproj's; it may
differ by PERCENT (0.1) from the summary's covered area. Rows must be those of the standard file, and the
ground of most records as wide as their swath. Prints a line for each machine file.
Exit code 0 all agree, 1 some differ, 2 nothing to check.
"""

import functools
import sys
from collections.abc import Iterator
from pathlib import Path

import look
import numpy as np
import pyarrow.parquet as pq
import shapely
from pyproj import Geod
from tables import covered_area, expect, metres, polygons, summary_of

PERCENT = 0.1
LEAST_M2 = 2.0  # the summary leaves out steps whose ground is known on a grid of 25 cm: a machine that stands
SWATH_PART = 0.02  # part of its swath by which a polygon's width may differ
LIKE_SWATH = 0.9  # of polygons at least
ELLIPSOID = Geod(ellps="WGS84")


def about_equator(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Degrees with the first corner at 0, so that sums of small steps keep their digits."""
    corner = shapely.get_coordinates(shapes)[0]
    return corner, shapely.transform(shapes, lambda places: places - corner)


def union_of(shapes: np.ndarray) -> tuple[shapely.Geometry, int]:
    """All together, and how many have crossing corners, which are repaired first."""
    bad = ~shapely.is_valid(shapes)
    shapes = np.where(bad, shapely.make_valid(shapes), shapes)
    return shapely.union_all(shapes), int(bad.sum())


def area_of(shape: shapely.Geometry, corner: np.ndarray) -> float:
    """Square metres on the ellipsoid of a shape that was moved to the equator."""
    shape = shapely.orient_polygons(shapely.transform(shape, lambda places: places + corner))
    return ELLIPSOID.geometry_area_perimeter(shape)[0]


def widths_of(shapes: np.ndarray) -> np.ndarray:
    """Metres across, from the first corner to the second: left back to right back. NaN for no quadrilaterals."""
    out = np.full(len(shapes), np.nan)
    four = shapely.get_num_coordinates(shapes) == 5
    if four.any():
        corners = shapely.get_coordinates(shapes[four]).reshape(-1, 5, 2)
        out[four] = ELLIPSOID.inv(corners[:, 0, 0], corners[:, 0, 1], corners[:, 1, 0], corners[:, 1, 1])[2]
    return out


def check_widths(path: Path, shapes: np.ndarray) -> None:
    """Most polygons are as wide as their swath."""
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


def check_file(folder: Path, file: dict, percent: float) -> str:
    """Number and width of the polygons, and the area of all."""
    path = folder / file["artifacts"]["polygonGeoparquet"]
    shapes = polygons(path)
    check_widths(path, shapes)
    rows = pq.read_metadata(folder / file["artifacts"]["standardGeoparquet"]).num_rows
    expect(len(shapes) == rows, f"{len(shapes)} polygons for {rows} points")
    covered = covered_area(summary_of(folder, file))
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


def looks(folder: Path, file: dict, percent: float = PERCENT) -> Iterator[look.Look]:
    """The ground of a machine file that has polygons."""
    if "polygonGeoparquet" in file.get("artifacts", {}):
        yield f"{file['dir']} coverage", functools.partial(check_file, folder, file, percent)


def main(arguments: list[str]) -> int:
    """Like other checks, with another share if one is given."""
    if len(arguments) not in (1, 2):
        return look.usage(__doc__)
    return look.through(Path(arguments[0]), functools.partial(looks, percent=float((arguments[1:] or [PERCENT])[0])))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
