#!/usr/bin/env python3
"""Opens what `tramline convert --export gpkg,fgb,csv,shp,geojson,parquet` wrote with other programs.

    check_exports.py DIR      DIR holds report.json

Each export is read by GDAL (through pyogrio) or, CSV and GeoParquet, by DuckDB and geopandas, and held
against the standard GeoParquet of its machine file as pyarrow reads it: number of rows, geometry to 1e-9
degrees, numbers to 1e-9 of their size (exactly but in a shapefile), texts, instants. A GeoPackage must
also have its index and a style for each number. Prints a line for each export.
Exit code 0 all agree, 1 some differ, 2 nothing to check.
"""

import csv
import functools
import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import geopandas
import look
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
import shapely
from tables import Column, expect, geometries, is_json, is_number, is_text, milliseconds, plain, unit_of

SLACK = 1e-9
MOST_BYTES = 254  # of a text in a shapefile
Columns = dict[str, tuple[pa.Field, Column]]


def stored(path: Path) -> tuple[np.ndarray, Columns]:
    """Geometries and columns of the standard file; JSON and instants as text and milliseconds."""
    table = pq.read_table(path)
    geometry = geometries(table.column("geometry"))
    columns = {}
    for field in table.schema:
        if field.name not in ("geometry", "bbox") and not pa.types.is_null(field.type):
            columns[field.name] = (field, plain(table.column(field.name)))
    return geometry, columns


def same_geometry(ours: np.ndarray, theirs: np.ndarray, who: str) -> None:
    """The same rows have the same place."""
    expect(len(ours) == len(theirs), f"{who}: {len(theirs)} rows instead of {len(ours)}")
    theirs = np.asarray(theirs, dtype=object)
    gone = shapely.is_missing(ours)
    expect(np.array_equal(gone, shapely.is_missing(theirs) | shapely.is_empty(theirs)), f"{who}: other rows have no place")
    # A layer of multipolygons holds polygons as such of one part, and rings may begin elsewhere.
    left, right = shapely.normalize(ours[~gone]), shapely.normalize(theirs[~gone])
    if len(left) and shapely.get_type_id(left).max() == 0:
        worst = np.abs(shapely.get_coordinates(left) - shapely.get_coordinates(right)).max()
        expect(worst <= SLACK, f"{who}: a point is off by {worst} degrees")
    else:
        expect(shapely.equals(left, right).all(), f"{who}: a polygon differs")


def numbers(column: Column) -> np.ndarray:
    """As float64, NaN where absent or not finite; True and False, T and F as 1 and 0."""
    column = plain(column)
    if is_text(column.type):
        known = {"T": 1.0, "F": 0.0, "true": 1.0, "false": 0.0, None: np.nan, "": np.nan, "?": np.nan}
        return np.array([known[v] if v in known else float(v) for v in column.to_pylist()], dtype=float)
    values = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False).astype(float)
    return np.where(np.isfinite(values), values, np.nan)


def texts(column: Column, most: int | None = None) -> list[str]:
    """Absent and empty are one; `most` bytes are kept."""
    out = []
    for value in plain(column).to_pylist():
        value = "" if value is None else value if isinstance(value, str) else json.dumps(value)
        if most is not None:
            value = value.encode()[:most].decode(errors="ignore").rstrip(" ")
        out.append(value)
    return out


def same_column(name: str, field: pa.Field, ours: Column, theirs: Column, who: str, shapefile: bool = False) -> None:
    """A column has the same values; in a shapefile nearly, and texts may be cut."""
    kind = field.type
    if pa.types.is_timestamp(kind):
        left, right = milliseconds(ours).to_pylist(), instants(theirs)
        expect(left == right, f"{who}: instants of `{name}` differ")
    elif is_number(kind):
        left, right = numbers(ours), numbers(theirs)
        expect(np.array_equal(np.isnan(left), np.isnan(right)), f"{who}: `{name}` is absent in other rows")
        with np.errstate(invalid="ignore"):
            off = np.abs(left - right) > (SLACK * np.abs(left) if shapefile else 0)
        row = int(np.argmax(off))
        expect(not off.any(), f"{who}: `{name}`, row {row}: {right[row]!r} instead of {left[row]!r}")
    else:
        most = MOST_BYTES if shapefile else None
        left, right = texts(ours, most), texts(theirs, most)
        if is_json(field) and not shapefile:
            left, right = ([json.loads(v) if v else None for v in side] for side in (left, right))
        for row, (one, other) in enumerate(zip(left, right, strict=True)):
            expect(one == other, f"{who}: `{name}`, row {row}: {other!r} instead of {one!r}")


def instants(column: Column) -> list[int | None]:
    """Milliseconds since 1970, of texts and of timestamps."""
    column = plain(column)
    if is_text(column.type):
        column = pc.if_else(pc.equal(column, ""), None, column)
    return milliseconds(column).to_pylist()


def gdal(path: Path) -> tuple[dict, np.ndarray, dict[str, Column]]:
    """Geometries and columns in the order of the file, as GDAL sees them."""
    meta, table = pyogrio.read_arrow(path, layer=layer(path))
    place = meta["geometry_name"] or "wkb_geometry"
    geometry = geometries(table.column(place))
    return meta, geometry, {name: table.column(name) for name in table.column_names if name != place}


def layer(path: Path) -> str:
    """The layer of the features, beside which a GeoPackage has its styles."""
    return pyogrio.list_layers(path)[0][0]


def pair_names(columns: Columns, theirs: dict[str, Column] | list[str], who: str) -> Iterator:
    """Exported names in the order of the columns."""
    names = [name for name in theirs if name not in ("fid", "OGC_FID")]
    expect(len(names) == len(columns), f"{who}: {len(names)} columns instead of {len(columns)}")
    return zip(columns.items(), names, strict=True)


def check_layer(path: Path, geometry: np.ndarray, columns: Columns) -> None:
    """Every column, and a search by the index."""
    who = f"GDAL {path.suffix[1:]}"
    meta, place, table = gdal(path)
    expect("4326" in str(meta["crs"]) or "CRS84" in str(meta["crs"]), f"{who}: coordinate system {meta['crs']}")
    same_geometry(geometry, place, who)
    for (name, (field, ours)), theirs in pair_names(columns, table, who):
        same_column(name, field, ours, table[theirs], who)
    check_box(path, geometry, who)


def check_geojson(path: Path, geometry: np.ndarray, columns: Columns) -> None:
    """Columns by name: GeoJSON has none for a column in which no row has a value."""
    who = "GDAL geojson"
    meta, place, table = gdal(path)
    expect("4326" in str(meta["crs"]) or "CRS84" in str(meta["crs"]), f"{who}: coordinate system {meta['crs']}")
    same_geometry(geometry, place, who)
    extra = set(table) - {"fid", "OGC_FID", "id"} - set(columns)
    expect(not extra, f"{who}: columns {sorted(extra)} beside the standard ones")
    for name, (field, ours) in columns.items():
        if name in table:
            same_column(name, field, ours, table[name], who)
        else:
            rest = [value for value in pc.unique(ours).to_pylist() if value not in (None, "") and value == value]
            expect(not rest, f"{who}: `{name}` is missing, which has values as {rest[:1]}")


def check_geopackage(path: Path, geometry: np.ndarray, columns: Columns) -> None:
    """As a layer; its index, and a style for each number."""
    check_layer(path, geometry, columns)
    with sqlite3.connect(path) as database:
        one = lambda sql: database.execute(sql).fetchone()[0]
        name = one("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'")
        expect(one("PRAGMA integrity_check") == "ok", "SQLite: the database is damaged")
        index = one(f'SELECT count(*) FROM "rtree_{name}_geom"')
        expect(index == int((~shapely.is_missing(geometry)).sum()), f"SQLite: the index has {index} rows")
        styles = one("SELECT count(*) FROM layer_styles")
        for (qml,) in database.execute("SELECT styleQML FROM layer_styles"):
            root = ElementTree.fromstring(qml)
            ranges, symbols = len(root.findall(".//range")), len(root.findall(".//symbol"))
            expect(ranges == symbols <= 7, f"a style with {ranges} classes and {symbols} symbols")
    count = sum(pa.types.is_floating(f.type) or pa.types.is_integer(f.type) for f, _ in columns.values())
    expect(styles == count, f"{styles} styles for {count} numbers")


def check_box(path: Path, geometry: np.ndarray, who: str) -> None:
    """A search by the index finds the same as a look at every row."""
    known = geometry[~shapely.is_missing(geometry)]
    if len(known):
        west, south, east, north = shapely.total_bounds(known)
        box = (west, south, (west + east) / 2, (south + north) / 2)
        found = len(pyogrio.read_bounds(path, layer=layer(path), bbox=box)[0])
        own = int(shapely.intersects(known, shapely.box(*box)).sum())
        expect(found == own, f"{who}: {found} rows in a box instead of {own}")


def check_shapefile(path: Path, geometry: np.ndarray, columns: Columns) -> None:
    """Columns by the key beside it, whose names and units are whole."""
    who = "GDAL shp"
    meta, place, table = gdal(path)
    expect("4326" in str(meta["crs"]) or "WGS" in str(meta["crs"]), f"{who}: coordinate system {meta['crs']}")
    same_geometry(geometry, place, who)
    with open(path.with_name(path.stem + "-columns.csv"), newline="", encoding="utf-8") as key:
        key = list(csv.DictReader(key))
    expect([row["name"] for row in key] == list(columns), "the key names other columns")
    for row in key:
        field, ours = columns[row["name"]]
        unit = unit_of(field)
        expect(row["unit"] == unit, f"the key says `{row['unit']}` of `{row['name']}` instead of `{unit}`")
        same_column(row["name"], field, ours, table[row["column"]], who, shapefile=True)


def check_csv(path: Path, geometry: np.ndarray, columns: Columns) -> None:
    """Columns by their titles, which have the units."""
    who = "DuckDB csv"
    table = duckdb.sql(f"SELECT * FROM read_csv('{path}', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', parallel = false)").to_arrow_table()
    first = table.column_names[0]
    skip = 1 if first == "geometry" else 2
    if skip == 1:
        place = shapely.from_wkt([v or None for v in plain(table.column(0)).to_pylist()])
    else:
        x, y = numbers(table.column(0)), numbers(table.column(1))
        place = np.array([None if np.isnan(a) else shapely.Point(a, b) for a, b in zip(x, y)], dtype=object)
    same_geometry(geometry, place, who)
    titles = table.column_names[skip:]
    for at, ((name, (field, ours)), title) in enumerate(pair_names(columns, titles, who)):
        unit = unit_of(field)
        expect(title.endswith(f" [{unit}]") if unit else True, f"{who}: title `{title}` without {unit}")
        same_column(name, field, ours, table.column(skip + at), who)


def check_parquet(path: Path, geometry: np.ndarray, columns: Columns) -> None:
    """Every column, exactly or as numbers."""
    frame = geopandas.read_parquet(path)
    same_geometry(geometry, frame.geometry.values, "geopandas parquet")
    table = pq.read_table(path)
    for name, (field, ours) in columns.items():
        expect(plain(table.column(name)).equals(plain(ours)) or numbers_equal(ours, table.column(name)), f"pyarrow: `{name}` differs")


def numbers_equal(ours: Column, theirs: Column) -> bool:
    """Whether two columns have the same numbers, whatever their types."""
    return np.array_equal(numbers(ours), numbers(theirs), equal_nan=True)


CHECKS = {
    ".gpkg": check_geopackage,
    ".fgb": check_layer,
    ".shp": check_shapefile,
    ".csv": check_csv,
    ".geojson": check_geojson,
    ".parquet": check_parquet,
}


def check_file(path: Path, geometry: np.ndarray, columns: Columns) -> str:
    """One export, by its ending."""
    CHECKS[path.suffix](path, geometry, columns)
    return f"{len(geometry)} rows, {len(columns)} columns"


def looks(folder: Path, file: dict) -> Iterator[look.Look]:
    """Each export of a machine file; its standard points are read once for all."""
    standard = file.get("artifacts", {}).get("standardGeoparquet")
    exports = folder / file.get("dir", "?") / "export"
    if standard is None or not exports.is_dir():
        return
    geometry, columns = stored(folder / standard)
    for path in sorted(exports.iterdir()):
        if path.suffix in CHECKS and not path.name.endswith("-columns.csv"):
            yield f"{file['dir']} {path.suffix[1:]}", functools.partial(check_file, path, geometry, columns)


if __name__ == "__main__":
    sys.exit(look.alone(looks, __doc__))
