"""The ground of records in the system of a raster: where samples are taken, and whose value may be at each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from pyproj import Transformer
from rasterio import DatasetReader
from tables import METRES, metres, polygons, values_of, wkb_points

SAMPLES = 300
SEAM_PX = 3  # further from all ground no pixel has a colour: narrow ground is widened, seams are closed
MAIN = ("wetMassPerArea", "seedRate", "appliedRate", "tillageDepthActual")
SQUARE_M = 3.0  # records without footprint are squares


@dataclass(frozen=True)
class Ground:
    """Points of a machine file in a raster's system, how far their ground goes, samples of them, and polygons if any."""

    table: pa.Table
    places: np.ndarray
    reach: np.ndarray
    samples: np.ndarray
    polygons: np.ndarray | None


@dataclass(frozen=True)
class Samples:
    """Pixels as lines and columns, points outside of the image, records of each pixel, and which are far from all ground."""

    pixels: tuple[np.ndarray, np.ndarray]
    outside: int
    rows: list[list[int]]
    far: np.ndarray


def evenly(count: int, most: int = SAMPLES) -> np.ndarray:
    """Up to `most` of `count` places, the same every time."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(int)) if count else np.array([], int)


def reach_of(table: pa.Table, summary: dict) -> np.ndarray:
    """How far from each record its ground goes, in metres on the ground."""
    width = metres(table, "equipmentWidth")
    swath = summary.get("coverage", {}).get("swath")
    if swath is None:
        return np.full(table.num_rows, SQUARE_M)
    return np.maximum(width, swath["value"] * METRES[swath["unit"]]) + metres(table, "distance") + 1.0


def near(points: np.ndarray, reach: np.ndarray, samples: np.ndarray) -> list[list[int]]:
    """For each sample the rows within their reach of it, in the order of rows. Metres of the raster's system."""
    tree = shapely.STRtree(shapely.points(samples))
    known = np.flatnonzero(~np.isnan(points).any(axis=1))
    rows, at = tree.query(shapely.points(points[known]), predicate="dwithin", distance=reach[known])
    found = [[] for _ in samples]
    for row, sample in zip(known[rows], at, strict=True):
        found[sample].append(row)
    return found


def pixels_at(raster: DatasetReader, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Line and column of places, and which are inside."""
    columns, lines = ~raster.transform * (places[:, 0], places[:, 1])
    lines, columns = np.floor(lines).astype(int), np.floor(columns).astype(int)
    return lines, columns, (lines >= 0) & (columns >= 0) & (lines < raster.height) & (columns < raster.width)


def own_ground(path: Path | None, transformer: Transformer) -> np.ndarray | None:
    """The ground of each record in the raster's system, None where it has none; nothing if nobody has any."""
    if path is None:
        return None
    shapes = polygons(path)
    if shapely.is_missing(shapes).all():  # then the image has squares
        return None
    return shapely.transform(shapes, lambda places: np.column_stack(transformer.transform(*places.T)))


def owners(shapes: np.ndarray, main: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """The record that owns each place: the first with a main rate whose ground has it, else the first; -1 for nobody."""
    at, rows = shapely.STRtree(shapes).query(shapely.points(samples), predicate="within")
    order = np.lexsort((rows, np.isnan(main[rows]), at))[::-1]
    found = np.full(len(samples), -1)
    found[at[order]] = rows[order]  # the last that is written is the first of the order
    return found


def main_rate(table: pa.Table) -> np.ndarray:
    """The rate that settles who owns ground of several records."""
    for name in MAIN:
        if name in table.column_names and np.isfinite(values_of(table, name)).any():
            return values_of(table, name)
    return np.zeros(table.num_rows)


def rows_at(ground: Ground, samples: np.ndarray, pixel: float) -> list[list[int]]:
    """The records whose value may be at each place: its owner where polygons tell, else all that reach it."""
    if ground.polygons is None:
        return near(ground.places, ground.reach, samples)
    found = [[row] if row >= 0 else [] for row in owners(ground.polygons, main_rate(ground.table), samples)]
    narrow = 2 * shapely.area(ground.polygons) < shapely.length(ground.polygons) * pixel
    # Ground narrower than a pixel is widened: beside it anyone within a pixel may own the place.
    at, rows = shapely.STRtree(ground.polygons).query(shapely.points(samples), predicate="dwithin", distance=pixel)
    beside = np.isin(at, at[narrow[rows]])
    for sample, row in zip(at[beside], rows[beside], strict=True):
        if found[sample]:
            found[sample].append(row)
    return found


def far_off(ground: Ground, samples: np.ndarray, pixel: float) -> np.ndarray:
    """Which places are too far from all ground to have a colour."""
    if ground.polygons is None:
        return np.array([not rows for rows in near(ground.places, ground.reach, samples)])
    at, _ = shapely.STRtree(ground.polygons).query(shapely.points(samples), predicate="dwithin", distance=SEAM_PX * pixel)
    return ~np.isin(np.arange(len(samples)), at)


def ground_of(table: pa.Table, summary: dict, polygon_path: Path | None, code: int) -> Ground:
    """Points of a machine file in the system of its rasters, and what is near its samples."""
    transformer = Transformer.from_crs(4326, code, always_xy=True)
    shapes = own_ground(polygon_path, transformer)
    degrees = wkb_points(table.column("geometry"))
    x, y = transformer.transform(degrees[:, 0], degrees[:, 1])
    places = np.where(np.isfinite(x)[:, None], np.column_stack([x, y]), np.nan)
    reach = reach_of(table, summary)
    if code == 3857:
        reach = reach / np.cos(np.radians(np.nan_to_num(degrees[:, 1])))
    owning = ~np.isnan(places).any(axis=1)
    if shapes is not None:
        owning &= ~shapely.is_missing(shapes)
    rows = np.flatnonzero(owning)[evenly(owning.sum())]
    samples = places[rows]
    if shapes is not None:  # a place may be at the edge of its ground
        samples = shapely.get_coordinates(shapely.centroid(shapes[rows]))
    return Ground(table, places, reach, samples, shapes)


def pixel_samples(ground: Ground) -> Callable[[DatasetReader], Samples]:
    """Pixels below the points and in a grid over the image, with their records; the images of a file are of one grid."""
    kept = {}

    def at(image: DatasetReader) -> Samples:
        grid = (tuple(image.transform), image.shape)
        if grid not in kept:
            lines, columns, inside = pixels_at(image, ground.samples)
            steps = int(SAMPLES**0.5)
            over, across = evenly(image.height, steps), evenly(image.width, steps)
            lines = np.concatenate([lines[inside], np.repeat(over, len(across))])
            columns = np.concatenate([columns[inside], np.tile(across, len(over))])
            places = np.column_stack(image.transform * (columns + 0.5, lines + 0.5))
            far = far_off(ground, places, image.transform.a)
            kept[grid] = Samples((lines, columns), int((~inside).sum()), rows_at(ground, places, image.transform.a), far)
        return kept[grid]

    return at
