#!/usr/bin/env python3
"""Reads what `tramline convert` wrote with other programs' readers and compares what they see.

    check_outputs.py DIR      DIR holds report.json

Each GeoParquet file is opened by pyarrow, geopandas and DuckDB, the GeoJSON file beside it by GDAL
(through pyogrio). All must agree: number of points, the report's count, position to 1e-9 degrees,
every number and instant exactly, texts, and what JSON columns hold. Prints a line for each pair.
Exit code 0 all agree, 1 some differ, 2 nothing to check.
"""

import functools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import geopandas
import look
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
from tables import Column, expect, is_json, is_number, milliseconds, plain, wkb_points

PAIRS = [
    ("standardGeojson", "standardGeoparquet", "standard"),
    ("filteredGeojson", "filteredGeoparquet", "filtered"),
]
DEGREES = 1e-9


def same_points(ours: np.ndarray, theirs: np.ndarray, who: str) -> None:
    """Positions agree, and the same points have none."""
    expect(len(ours) == len(theirs), f"{who}: {len(theirs)} points instead of {len(ours)}")
    expect(np.array_equal(np.isnan(ours), np.isnan(theirs)), f"{who}: other points have no position")
    if len(ours) and not np.isnan(ours).all():
        worst = np.nanmax(np.abs(ours - theirs))
        expect(worst <= DEGREES, f"{who}: position off by {worst} degrees")


@functools.lru_cache(maxsize=65536)
def loads(text: str) -> object:
    """JSON, of which many rows have the same."""
    return json.loads(text)


def as_json(value: object) -> object:
    """A value of a JSON column, whether a reader left it text or made a list of it."""
    if value is None or value == "":
        return None
    return loads(value) if isinstance(value, str) else value


def numbers(column: Column, name: str) -> pa.Array:
    """A column of numbers as such: whole ones stay exact."""
    column = plain(column)
    kind = column.type
    expect(is_number(kind), f"column `{name}` of type {kind} instead of a number")
    return column if pa.types.is_integer(kind) else pc.cast(column, pa.float64())


def texts(column: Column) -> pa.Array:
    """What GDAL takes for whole numbers stays a text here."""
    return pc.cast(plain(column), pa.string())


def same_column(name: str, field: pa.Field, ours: Column, theirs: Column, who: str) -> None:
    """`ours` is the column as pyarrow reads it from Parquet."""
    if is_json(field):
        left = [as_json(value) for value in plain(ours).to_pylist()]
        right = [as_json(value) for value in plain(theirs).to_pylist()]
        expect(left == right, f"{who}: JSON of column `{name}` differs")
        return
    if pa.types.is_timestamp(field.type):
        left, right = milliseconds(ours), milliseconds(theirs)
    elif is_number(field.type):
        left, right = numbers(ours, name), numbers(theirs, name)
        if left.type != right.type:
            left, right = pc.cast(left, pa.float64(), safe=False), pc.cast(right, pa.float64(), safe=False)
        if pa.types.is_floating(left.type):  # GeoJSON has no number that is none
            left, right = (pc.if_else(pc.is_finite(side), side, None) for side in (left, right))
    else:
        left, right = texts(ours), texts(theirs)
    if left.equals(right):
        return
    left, right = left.to_pylist(), right.to_pylist()
    for row, (one, other) in enumerate(zip(left, right, strict=True)):
        expect(one == other, f"{who}: column `{name}`, row {row}: {other!r} instead of {one!r}")


def check_metadata(path: Path, table: pa.Table) -> tuple[dict, dict]:
    """What the file says of itself; its geometry column and its units."""
    metadata = pq.read_metadata(path).metadata
    geo = json.loads(metadata[b"geo"])
    expect(geo["version"].startswith("1.1") and geo["primary_column"] == "geometry", "`geo` metadata is not of 1.1")
    # Readers that show the Arrow schema only find the same there.
    shown = pq.read_schema(path).metadata or {}
    for key in (b"geo", b"units", b"tramline"):
        expect(shown.get(key) == metadata[key], f"pyarrow.parquet.read_schema shows another `{key.decode()}`")
    units = json.loads(metadata[b"units"])
    for name in units:
        expect(name in table.column_names, f"`units` names `{name}`, which is no column")
    return geo["columns"]["geometry"], units


def check_covering(table: pa.Table, points: np.ndarray, column: dict) -> None:
    """The box of each row, and of all."""
    bbox = plain(table.column("bbox"))
    for corner, axis in (("xmin", 0), ("ymin", 1), ("xmax", 0), ("ymax", 1)):
        values = pc.struct_field(bbox, corner).to_numpy(zero_copy_only=False).astype(float)
        expect(np.array_equal(values, points[:, axis], equal_nan=True), f"covering: `{corner}` is not the point's")
    if "bbox" in column:
        bounds = [*np.nanmin(points, axis=0), *np.nanmax(points, axis=0)]
        expect(column["bbox"] == bounds, f"`geo` metadata: bbox {column['bbox']} instead of {bounds}")


def check_geopandas(path: Path, points: np.ndarray) -> None:
    """Positions, and a search by a box."""
    frame = geopandas.read_parquet(path)
    expect(frame.crs is not None and frame.crs.equals("OGC:CRS84"), f"geopandas: coordinate system {frame.crs}")
    theirs = np.column_stack([frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()])
    same_points(points, theirs, "geopandas")
    if len(frame) and not np.isnan(points).all():  # the covering is what a box is looked up by
        west, east = np.nanquantile(points[:, 0], [0.25, 0.75])
        south, north = np.nanquantile(points[:, 1], [0.25, 0.75])
        inside = (points[:, 0] >= west) & (points[:, 0] <= east) & (points[:, 1] >= south) & (points[:, 1] <= north)
        found = len(geopandas.read_parquet(path, bbox=(west, south, east, north)))
        expect(found == inside.sum(), f"geopandas: {found} points in a box instead of {inside.sum()}")


def check_duckdb(path: Path, table: pa.Table, points: np.ndarray) -> None:
    """Every column."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    # without the spatial extension, which would have to be downloaded: WKB comes as bytes
    connection.execute("SET enable_geoparquet_conversion = false")
    theirs = connection.sql("SELECT * FROM read_parquet(?)", params=[str(path)]).to_arrow_table()
    same_points(points, wkb_points(theirs.column("geometry")), "DuckDB")
    for field in table.schema:
        if field.name not in ("geometry", "bbox"):
            same_column(field.name, field, table.column(field.name), theirs.column(field.name), "DuckDB")


def check_gdal(path: Path, table: pa.Table, points: np.ndarray) -> None:
    """Every column that GeoJSON has, and that it lacks only empty ones."""
    meta, theirs = pyogrio.read_arrow(path, DATE_AS_STRING="YES")
    geometry = meta["geometry_name"] or "wkb_geometry"
    same_points(points, wkb_points(theirs.column(geometry)), "GDAL")
    ours = set(table.column_names) - {"geometry", "bbox"}
    extra = set(theirs.column_names) - {geometry, "OGC_FID", "id"} - ours
    expect(not extra, f"GDAL: GeoJSON alone has {sorted(extra)}")
    for name in sorted(ours):
        field, column = table.schema.field(name), table.column(name)
        if name in theirs.column_names:
            same_column(name, field, column, theirs.column(name), "GDAL")
        else:
            rest = [value for value in column.unique().to_pylist() if value not in (None, "") and value == value]
            expect(not rest, f"GDAL: GeoJSON lacks `{name}`")


def check_pair(folder: Path, file: dict, geojson: str | None, parquet: str, step: str) -> str:
    """One GeoParquet file by all readers, and the GeoJSON beside it."""
    path = folder / parquet
    table = pq.read_table(path)
    count = file.get("points", {}).get(step)
    expect(count in (None, table.num_rows), f"report says {count} points, the file has {table.num_rows}")
    column, units = check_metadata(path, table)
    points = wkb_points(table.column("geometry"))
    check_covering(table, points, column)
    check_geopandas(path, points)
    check_duckdb(path, table, points)
    if geojson is not None:
        check_gdal(folder / geojson, table, points)
    if step == "standard" and "units" in file["artifacts"]:
        listed = json.loads((folder / file["artifacts"]["units"]).read_text())
        for name, unit in units.items():
            expect(listed.get(name, unit) == unit, f"units.json has {listed.get(name)} for `{name}`, Parquet {unit}")
    beside = "" if geojson is not None else ", no GeoJSON beside it"
    return f"{table.num_rows} points, {len(table.column_names)} columns{beside}"


def check_counts(folder: Path, file: dict) -> str:
    """What was left out and what was logged, against the report."""
    artifacts, points, read = file.get("artifacts", {}), file["points"], file["records"]["read"]
    dropped = sum(points["dropped"].values())
    left = points["read"] + points.get("restored", 0) - points["filtered"] - dropped
    expect(left == 0 or points["standard"] == 0 or "filteredGeoparquet" not in artifacts, f"{left} points not accounted for")
    if "droppedGeoparquet" in artifacts:
        rows = pq.read_metadata(folder / artifacts["droppedGeoparquet"]).num_rows
        expect(rows == dropped, f"{rows} dropped points in the file, {dropped} in the report")
    if "rawGeojson" in artifacts:
        rows = pyogrio.read_info(folder / artifacts["rawGeojson"], force_feature_count=True)["features"]
        expect(rows == read, f"GDAL: raw.geojson has {rows} features, the report {read} records")
    return f"{read} records, {dropped} points dropped"


def looks(folder: Path, file: dict) -> Iterator[look.Look]:
    """Counts of a machine file, then its standard and its filtered points."""
    artifacts, name = file.get("artifacts", {}), file.get("dir", "?")
    if "records" in file:
        yield f"{name} counts", functools.partial(check_counts, folder, file)
    for geojson, parquet, step in PAIRS:
        if parquet in artifacts:
            yield f"{name} {step}", functools.partial(check_pair, folder, file, artifacts.get(geojson), artifacts[parquet], step)


if __name__ == "__main__":
    sys.exit(look.alone(looks, __doc__))
