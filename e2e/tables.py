"""Columns of the files that `tramline convert` wrote, as plain values whoever read them; and what a difference is."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

METRES = {"m": 1.0, "ft": 0.3048, "in": 0.0254, "cm": 0.01, "mm": 0.001, "km": 1000.0, "yd": 0.9144}
SQUARE_METRES = {"m2": 1.0, "ha": 1e4, "ac": 4046.8564224}
Column = pa.Array | pa.ChunkedArray


class Differs(Exception):
    """Two readers, or a reader and the report, disagree."""


def expect(condition: object, text: str) -> None:
    """Raises unless the condition holds."""
    if not condition:
        raise Differs(text)


def plain(column: Column) -> pa.Array:
    """One chunk, without dictionary."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column


def is_text(kind: pa.DataType) -> bool:
    """Whether a column holds texts."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def is_number(kind: pa.DataType) -> bool:
    """Whether a column holds numbers, or true and false."""
    return pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)


def wkb_points(column: Column) -> np.ndarray:
    """Coordinates of little-endian WKB points, NaN where null, decoded by hand."""
    points = np.full((len(column), 2), np.nan)
    for row, value in enumerate(plain(column).to_pylist()):
        if value is not None:
            expect(len(value) == 21 and bytes(value[:5]) == b"\x01\x01\x00\x00\x00", f"row {row}: no WKB point")
            points[row] = np.frombuffer(value, "<f8", 2, 5)
    return points


def geometries(column: Column) -> np.ndarray:
    """Shapes of a column of WKB."""
    return shapely.from_wkb(plain(column).to_pylist())


def polygons(path: Path) -> np.ndarray:
    """Shapes of a GeoParquet file."""
    return geometries(pq.read_table(path, columns=["geometry"]).column("geometry"))


def milliseconds(column: Column) -> pa.Array:
    """Instants as whole milliseconds since 1970, whatever a reader made of them."""
    column = plain(column)
    if is_text(column.type):
        iso = pc.replace_substring_regex(column, r"(Z|\+00(:?00)?)$", "")
        column = pc.strptime(pc.utf8_slice_codeunits(iso, 0, 19), format="%Y-%m-%dT%H:%M:%S", unit="ms")
        fraction = pc.cast(pc.utf8_slice_codeunits(iso, 20, 23), pa.int64())
        return pc.add(pc.cast(column, pa.int64()), fraction)
    expect(pa.types.is_timestamp(column.type), f"an instant of type {column.type}")
    return pc.cast(pc.cast(column, pa.timestamp("ms", tz=column.type.tz)), pa.int64())


def is_json(field: pa.Field) -> bool:
    """Whether the texts of a column are JSON."""
    return (field.metadata or {}).get(b"tramline.json") == b"1"


def unit_of(field: pa.Field) -> str:
    """The unit of a column, nothing if it has none."""
    return (field.metadata or {}).get(b"tramline.unit", b"").decode()


def values_of(table: pa.Table, name: str) -> np.ndarray:
    """A column as numbers, NaN where absent."""
    return pc.cast(plain(table.column(name)), "float64").to_numpy(zero_copy_only=False).astype(float)


def metres(table: pa.Table, name: str) -> np.ndarray:
    """A length of each row in metres, 0 where there is none."""
    if name not in table.column_names:
        return np.zeros(table.num_rows)
    values = values_of(table, name) * METRES[unit_of(table.schema.field(name))]
    return np.nan_to_num(values, nan=0.0)


def square_metres(quantity: dict) -> float:
    """An area of the summary in square metres."""
    return quantity["value"] * SQUARE_METRES[quantity["unit"]]


def summary_of(folder: Path, file: dict) -> dict:
    """The properties of a machine file's summary."""
    return json.loads((folder / file["artifacts"]["summary"]).read_text())["properties"]


def covered_area(summary: dict) -> float | None:
    """The covered area of a summary in square metres."""
    covered = summary.get("coverage", {}).get("coveredArea")
    return None if covered is None else square_metres(covered)
