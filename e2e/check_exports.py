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
import json
import sqlite3
import sys
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
import shapely
from check_outputs import expect, milliseconds, plain

SLACK = 1e-9


def stored(path):
    """Geometries and columns of the standard file; JSON and instants as text and milliseconds."""
    table = pq.read_table(path)
    geometry = shapely.from_wkb(plain(table.column("geometry")).to_pylist())
    columns = {}
    for field in table.schema:
        if field.name not in ("geometry", "bbox") and not pa.types.is_null(field.type):
            columns[field.name] = (field, plain(table.column(field.name)))
    return geometry, columns


def same_geometry(ours, theirs, who):
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


def numbers(column):
    """As float64, NaN where absent or not finite; True and False, T and F as 1 and 0."""
    column = plain(column)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        known = {"T": 1.0, "F": 0.0, "true": 1.0, "false": 0.0, None: np.nan, "": np.nan, "?": np.nan}
        return np.array([known[v] if v in known else float(v) for v in column.to_pylist()], dtype=float)
    values = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False).astype(float)
    return np.where(np.isfinite(values), values, np.nan)


def texts(column, most=None):
    """Absent and empty are one; `most` bytes are kept."""
    out = []
    for value in plain(column).to_pylist():
        value = "" if value is None else value if isinstance(value, str) else json.dumps(value)
        if most is not None:
            value = value.encode()[:most].decode(errors="ignore").rstrip(" ")
        out.append(value)
    return out


def same_column(name, field, ours, theirs, who, shapefile=False):
    kind = field.type
    if pa.types.is_timestamp(kind):
        left, right = milliseconds(ours).to_pylist(), instants(theirs)
        expect(left == right, f"{who}: instants of `{name}` differ")
    elif pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        left, right = numbers(ours), numbers(theirs)
        expect(np.array_equal(np.isnan(left), np.isnan(right)), f"{who}: `{name}` is absent in other rows")
        with np.errstate(invalid="ignore"):
            off = np.abs(left - right) > (SLACK * np.abs(left) if shapefile else 0)
        row = int(np.argmax(off))
        expect(not off.any(), f"{who}: `{name}`, row {row}: {right[row]!r} instead of {left[row]!r}")
    else:
        most = 254 if shapefile else None
        marked = (field.metadata or {}).get(b"tramline.json") == b"1"
        left, right = texts(ours, most), texts(theirs, most)
        if marked and not shapefile:
            left, right = ([json.loads(v) if v else None for v in side] for side in (left, right))
        for row, (one, other) in enumerate(zip(left, right, strict=True)):
            expect(one == other, f"{who}: `{name}`, row {row}: {other!r} instead of {one!r}")


def instants(column):
    """Milliseconds since 1970, of texts and of timestamps."""
    column = plain(column)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = pc.if_else(pc.equal(column, ""), None, column)
    return milliseconds(column).to_pylist()


def gdal(path):
    """Geometries and columns in the order of the file, as GDAL sees them."""
    meta, table = pyogrio.read_arrow(path, layer=layer(path))
    place = meta["geometry_name"] or "wkb_geometry"
    geometry = shapely.from_wkb(plain(table.column(place)).to_pylist())
    return meta, geometry, {name: table.column(name) for name in table.column_names if name != place}


def layer(path):
    """The layer of the features, beside which a GeoPackage has its styles."""
    return pyogrio.list_layers(path)[0][0]


def pair_names(columns, theirs, who):
    """Exported names in the order of the columns."""
    names = [name for name in theirs if name not in ("fid", "OGC_FID")]
    expect(len(names) == len(columns), f"{who}: {len(names)} columns instead of {len(columns)}")
    return zip(columns.items(), names, strict=True)


def check_layer(path, geometry, columns):
    who = f"GDAL {path.suffix[1:]}"
    meta, place, table = gdal(path)
    expect("4326" in str(meta["crs"]) or "CRS84" in str(meta["crs"]), f"{who}: coordinate system {meta['crs']}")
    same_geometry(geometry, place, who)
    for (name, (field, ours)), theirs in pair_names(columns, table, who):
        same_column(name, field, ours, table[theirs], who)
    check_box(path, geometry, who)


def check_geojson(path, geometry, columns):
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


def check_geopackage(path, geometry, columns):
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


def check_box(path, geometry, who):
    """A search by the index finds the same as a look at every row."""
    known = geometry[~shapely.is_missing(geometry)]
    if len(known):
        west, south, east, north = shapely.total_bounds(known)
        box = (west, south, (west + east) / 2, (south + north) / 2)
        found = len(pyogrio.read_bounds(path, layer=layer(path), bbox=box)[0])
        own = int(shapely.intersects(known, shapely.box(*box)).sum())
        expect(found == own, f"{who}: {found} rows in a box instead of {own}")


def check_shapefile(path, geometry, columns):
    who = "GDAL shp"
    meta, place, table = gdal(path)
    expect("4326" in str(meta["crs"]) or "WGS" in str(meta["crs"]), f"{who}: coordinate system {meta['crs']}")
    same_geometry(geometry, place, who)
    with open(path.with_name(path.stem + "-columns.csv"), newline="", encoding="utf-8") as key:
        key = list(csv.DictReader(key))
    expect([row["name"] for row in key] == list(columns), "the key names other columns")
    for row in key:
        field, ours = columns[row["name"]]
        unit = (field.metadata or {}).get(b"tramline.unit", b"").decode()
        expect(row["unit"] == unit, f"the key says `{row['unit']}` of `{row['name']}` instead of `{unit}`")
        same_column(row["name"], field, ours, table[row["column"]], who, shapefile=True)


def check_csv(path, geometry, columns):
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
        unit = (field.metadata or {}).get(b"tramline.unit", b"").decode()
        expect(title.endswith(f" [{unit}]") if unit else True, f"{who}: title `{title}` without {unit}")
        same_column(name, field, ours, table.column(skip + at), who)


def check_parquet(path, geometry, columns):
    frame = geopandas.read_parquet(path)
    same_geometry(geometry, frame.geometry.values, "geopandas parquet")
    table = pq.read_table(path)
    for name, (field, ours) in columns.items():
        expect(plain(table.column(name)).equals(plain(ours)) or numbers_equal(ours, table.column(name)), f"pyarrow: `{name}` differs")


def numbers_equal(ours, theirs):
    return np.array_equal(numbers(ours), numbers(theirs), equal_nan=True)


CHECKS = {
    ".gpkg": check_geopackage,
    ".fgb": check_layer,
    ".shp": check_shapefile,
    ".csv": check_csv,
    ".geojson": check_geojson,
    ".parquet": check_parquet,
}


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    report = json.loads((folder / "report.json").read_text())
    passed = failed = 0
    for file in report["files"]:
        parquet = file.get("artifacts", {}).get("standardGeoparquet")
        exports = folder / file.get("dir", "?") / "export"
        if parquet is None or not exports.is_dir():
            continue
        geometry, columns = stored(folder / parquet)
        for path in sorted(exports.iterdir()):
            check = CHECKS.get(path.suffix)
            if check is None or path.name.endswith("-columns.csv"):
                continue
            try:
                check(path, geometry, columns)
                print(f"ok   {file['dir']} {path.suffix[1:]}: {len(geometry)} rows, {len(columns)} columns")
                passed += 1
            except Exception as cause:  # a reader that fails is what this looks for
                print(f"FAIL {file['dir']} {path.suffix[1:]}: {type(cause).__name__}: {cause}")
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0 if passed else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
