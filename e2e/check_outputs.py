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
from pathlib import Path

import duckdb
import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio

PAIRS = [
    ("standardGeojson", "standardGeoparquet", "standard"),
    ("filteredGeojson", "filteredGeoparquet", "filtered"),
]
DEGREES = 1e-9


class Differs(Exception):
    """Two readers, or a reader and the report, disagree."""


def expect(condition, text):
    if not condition:
        raise Differs(text)


def plain(column):
    """One chunk, without dictionary."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column


def wkb_points(column):
    """Coordinates of little-endian WKB points, NaN where null, decoded by hand."""
    points = np.full((len(column), 2), np.nan)
    for row, value in enumerate(plain(column).to_pylist()):
        if value is not None:
            expect(len(value) == 21 and bytes(value[:5]) == b"\x01\x01\x00\x00\x00", f"row {row}: no WKB point")
            points[row] = np.frombuffer(value, "<f8", 2, 5)
    return points


def same_points(ours, theirs, who):
    expect(len(ours) == len(theirs), f"{who}: {len(theirs)} points instead of {len(ours)}")
    expect(np.array_equal(np.isnan(ours), np.isnan(theirs)), f"{who}: other points have no position")
    if len(ours) and not np.isnan(ours).all():
        worst = np.nanmax(np.abs(ours - theirs))
        expect(worst <= DEGREES, f"{who}: position off by {worst} degrees")


@functools.lru_cache(maxsize=65536)
def loads(text):
    return json.loads(text)


def as_json(value):
    """A value of a JSON column, whether a reader left it text or made a list of it."""
    if value is None or value == "":
        return None
    return loads(value) if isinstance(value, str) else value


def milliseconds(column):
    """Instants as whole milliseconds since 1970, whatever a reader made of them."""
    column = plain(column)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        iso = pc.replace_substring_regex(column, r"(Z|\+00(:?00)?)$", "")
        column = pc.strptime(pc.utf8_slice_codeunits(iso, 0, 19), format="%Y-%m-%dT%H:%M:%S", unit="ms")
        fraction = pc.cast(pc.utf8_slice_codeunits(iso, 20, 23), pa.int64())
        return pc.add(pc.cast(column, pa.int64()), fraction)
    expect(pa.types.is_timestamp(column.type), f"an instant of type {column.type}")
    return pc.cast(pc.cast(column, pa.timestamp("ms", tz=column.type.tz)), pa.int64())


def numbers(column, name):
    column = plain(column)
    kind = column.type
    known = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)
    expect(known, f"column `{name}` of type {kind} instead of a number")
    return column if pa.types.is_integer(kind) else pc.cast(column, pa.float64())


def texts(column):
    """What GDAL takes for whole numbers stays a text here."""
    return pc.cast(plain(column), pa.string())


def same_column(name, field, ours, theirs, who):
    """`ours` is the column as pyarrow reads it from Parquet."""
    if field.metadata and field.metadata.get(b"tramline.json") == b"1":
        left = [as_json(value) for value in plain(ours).to_pylist()]
        right = [as_json(value) for value in plain(theirs).to_pylist()]
        expect(left == right, f"{who}: JSON of column `{name}` differs")
        return
    if pa.types.is_timestamp(field.type):
        left, right = milliseconds(ours), milliseconds(theirs)
    elif pa.types.is_floating(field.type) or pa.types.is_integer(field.type) or pa.types.is_boolean(field.type):
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


def check_metadata(path, table):
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


def check_covering(table, points, column):
    bbox = plain(table.column("bbox"))
    for corner, axis in (("xmin", 0), ("ymin", 1), ("xmax", 0), ("ymax", 1)):
        values = pc.struct_field(bbox, corner).to_numpy(zero_copy_only=False).astype(float)
        expect(np.array_equal(values, points[:, axis], equal_nan=True), f"covering: `{corner}` is not the point's")
    if "bbox" in column:
        bounds = [*np.nanmin(points, axis=0), *np.nanmax(points, axis=0)]
        expect(column["bbox"] == bounds, f"`geo` metadata: bbox {column['bbox']} instead of {bounds}")


def check_geopandas(path, points):
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


def check_duckdb(path, table, points):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    # without the spatial extension, which would have to be downloaded: WKB comes as bytes
    connection.execute("SET enable_geoparquet_conversion = false")
    theirs = connection.sql("SELECT * FROM read_parquet(?)", params=[str(path)]).to_arrow_table()
    same_points(points, wkb_points(theirs.column("geometry")), "DuckDB")
    for field in table.schema:
        if field.name not in ("geometry", "bbox"):
            same_column(field.name, field, table.column(field.name), theirs.column(field.name), "DuckDB")


def check_gdal(path, table, points):
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


def check_pair(folder, file, geojson, parquet, step):
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
    return table.num_rows, len(table.column_names)


def check_counts(folder, file):
    """What was left out and what was logged, against the report."""
    artifacts, points = file.get("artifacts", {}), file["points"]
    dropped = sum(points["dropped"].values())
    left = points["read"] + points.get("restored", 0) - points["filtered"] - dropped
    expect(left == 0 or points["standard"] == 0 or "filteredGeoparquet" not in artifacts, f"{left} points not accounted for")
    if "droppedGeoparquet" in artifacts:
        rows = pq.read_metadata(folder / artifacts["droppedGeoparquet"]).num_rows
        expect(rows == dropped, f"{rows} dropped points in the file, {dropped} in the report")
    if "rawGeojson" in artifacts:
        rows = pyogrio.read_info(folder / artifacts["rawGeojson"], force_feature_count=True)["features"]
        read = file["records"]["read"]
        expect(rows == read, f"GDAL: raw.geojson has {rows} features, the report {read} records")
    return dropped


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    report = json.loads((folder / "report.json").read_text())
    passed = failed = 0
    for file in report["files"]:
        if "records" in file:
            try:
                dropped = check_counts(folder, file)
                print(f"ok   {file['dir']} counts: {file['records']['read']} records, {dropped} points dropped")
                passed += 1
            except Exception as cause:
                print(f"FAIL {file['dir']} counts: {type(cause).__name__}: {cause}")
                failed += 1
        for geojson, parquet, step in PAIRS:
            artifacts = file.get("artifacts", {})
            if parquet not in artifacts:
                continue
            label = f"{file.get('dir', '?')} {step}"
            try:
                rows, columns = check_pair(folder, file, artifacts.get(geojson), artifacts[parquet], step)
                beside = "" if geojson in artifacts else ", no GeoJSON beside it"
                print(f"ok   {label}: {rows} points, {columns} columns{beside}")
                passed += 1
            except Exception as cause:  # a reader that fails is what this looks for
                print(f"FAIL {label}: {type(cause).__name__}: {cause}")
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0 if passed else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
