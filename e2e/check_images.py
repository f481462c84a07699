#!/usr/bin/env python3
"""Opens the images that `tramline convert` made and holds them against the points they are of.

    check_images.py DIR      DIR holds report.json

Each `images/<property>.png` is read by GDAL (through rasterio): its place and size, the palette by the
ramp of images.json, the colours below and around a few hundred points and in a few hundred pixels, the
painted ground against the covered area, and the bytes of images.zip. Images of classes (folder `classes`)
are held against their ranges in the same way, and these must hold as much area each. A GeoTIFF of the
folders `geotiff` and `geotiff-utm` must have the columns' values at those points. What is expected comes of the points, the ramp and the legend; with polygon.parquet, which check_coverage.py looks
at, each place must have the colour of the one record that owns it, else that of a record within a swath.
Prints a line for each machine file. Exit code 0 all agree, 1 some differ, 2 nothing to check.
"""

import functools
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import look
import numpy as np
import pyarrow.parquet as pq
import rasterio
import shapely
from image_ground import Ground, Samples, ground_of, pixel_samples, pixels_at, rows_at
from image_legend import agreeing, check_legend, check_palette, check_place
from rasterio import DatasetReader
from rasterio.features import rasterize
from tables import Differs, covered_area, expect, summary_of, unit_of, values_of

SHARE = 0.90  # of samples that agree with a record near them: a neighbour without value may own the ground
OWNED = 0.99  # the same where polygons tell who owns it
PAINTED = 0.03  # part by which the painted ground may differ from the covered area, beside half a pixel along its edge
WGS84_M, WGS84_E2 = 6378137.0, 6.69437999014e-3


@dataclass(frozen=True)
class Painted:
    """Painted pixels of an image, their ground and that of half a pixel along their edges."""

    mask: np.ndarray
    m2: float
    edge_m2: float
    transform: rasterio.Affine


def painted_of(indices: np.ndarray, image: DatasetReader) -> Painted:
    """Painted pixels, and their ground and that of half a pixel along their edges on the ellipsoid."""
    north = image.transform.f - (np.arange(image.height) + 0.5) * image.transform.a
    latitude = np.arctan(np.sinh(north / WGS84_M))
    root = 1 - WGS84_E2 * np.sin(latitude) ** 2
    radii = WGS84_M**2 * (1 - WGS84_E2) / root**2  # along the meridian times across it
    pixel = (image.transform.a / WGS84_M * np.cos(latitude)) ** 2 * radii
    painted = np.pad(indices > 0, 1)
    edges = (painted[:, 1:] != painted[:, :-1])[1:-1].sum(axis=1) + (painted[1:] != painted[:-1])[1:, 1:-1].sum(axis=1)
    painted = painted[1:-1, 1:-1]
    return Painted(painted, float((painted.sum(axis=1) * pixel).sum()), float((edges * pixel).sum() / 2), image.transform)


def check_png(folder: Path, entry: dict, ground: Ground, samples_in: Callable[[DatasetReader], Samples]) -> Painted:
    """Place, palette, legend and colours of one image; what it paints."""
    name = entry["property"]
    expect((folder / f"{entry['file']}.aux.xml").is_file(), f"{name}: no sidecar")
    with rasterio.open(folder / entry["file"]) as image:
        check_place(image, entry)
        palette = check_palette(image, entry)
        values = values_of(ground.table, name)
        areas = values_of(ground.table, "area") if "area" in ground.table.column_names else np.ones(len(values))
        check_legend(entry, values, unit_of(ground.table.schema.field(name)), areas)
        indices = image.read(1)
        at = samples_in(image)
        below = len(ground.samples) - at.outside  # the first so many are below points
        expect(not at.outside, f"{name}: the ground of {at.outside} points lies outside of the image")
        colours = palette[indices[at.pixels]]
        stray = int(((colours[:, 3] > 0) & at.far).sum())
        expect(not stray, f"{name}: {stray} of {len(at.far)} pixels have a colour far from all ground")
        judged = np.arange(len(at.far)) < below if ground.polygons is None else True
        owned = np.flatnonzero([bool(rows) for rows in at.rows] & (judged | (colours[:, 3] > 0)))
        share = agreeing(colours[owned], entry, values, [at.rows[one] for one in owned])
        least = SHARE if ground.polygons is None else OWNED
        expect(share >= least, f"{name}: only {share:.1%} of {len(owned)} places have the colour of their record")
        return painted_of(indices, image)


def check_zip(folder: Path, entries: list[dict]) -> None:
    """The list, the folder and the zip hold the same."""
    files = {path.name for path in (folder / "images").iterdir()}
    listed = {Path(entry["file"]).name for entry in entries}
    expect(files == listed | {f"{name}.aux.xml" for name in listed}, f"images.json does not list what is there: {sorted(files)}")
    raw = (folder / "images.zip").read_bytes()
    with zipfile.ZipFile(folder / "images.zip") as archive:
        expect(archive.testzip() is None and set(archive.namelist()) == files, f"images.zip has {archive.namelist()}")
        for name in sorted(files):
            expect(archive.read(name) == (folder / "images" / name).read_bytes(), f"images.zip: other bytes of {name}")
    for entry in entries:
        for key, ending in (("inZip", ""), ("sidecarInZip", ".aux.xml")):
            part = entry[key]
            own = (folder / f"{entry['file']}{ending}").read_bytes()
            expect(raw[part["offset"] : part["offset"] + part["size"]] == own, f"{entry['property']}: `{key}` is not its place")


def check_painted(most: Painted | None, summary: dict, shapes: np.ndarray | None) -> str:
    """The image with most paint, as the others lack what has no value, has the ground of all records, and no more."""
    expect(most, "no sound image to measure")
    if shapes is not None:
        ground = rasterize(shapes[~shapely.is_missing(shapes)], out_shape=most.mask.shape, transform=most.transform)
        bare = int(((ground > 0) & ~most.mask).sum())
        expect(bare <= 2 + 0.001 * ground.sum(), f"{bare} of {ground.sum()} pixels whose middle has ground have no colour")
    covered = covered_area(summary)
    if covered is None:
        return "no covered area"
    text = f"painted {most.m2:.0f} m², covered {covered:.0f} m²: {most.m2 / covered - 1:+.2%}"
    expect(abs(most.m2 - covered) <= PAINTED * covered + most.edge_m2, text)
    return text


def check_tif(path: Path, ground_in: Callable[[int], Ground]) -> None:
    """Values of a GeoTIFF below the points, and its limits."""
    name = path.stem
    with rasterio.open(path) as raster:
        code = raster.crs.to_epsg() if raster.crs else None
        utm = code is not None and (32601 <= code <= 32660 or 32701 <= code <= 32760)
        expect(code == 3857 or utm, f"{path.name}: coordinate system {raster.crs}")
        expect(raster.count == 1 and raster.dtypes[0] == "float32", f"{path.name}: {raster.count} bands of {raster.dtypes[0]}")
        expect(raster.nodata is not None and np.isnan(raster.nodata), f"{path.name}: nodata {raster.nodata}")
        step = raster.transform
        expect(step.a > 0 and step.e == -step.a and step.b == 0 and step.d == 0, f"{path.name}: pixels are not square and north up")
        ground = ground_in(code)
        values = values_of(ground.table, name).astype(np.float32)
        band = raster.read(1)
        known, own = band[~np.isnan(band)], values[np.isfinite(values)]
        expect(len(known), f"{path.name}: no pixel has a value")
        limits = known.min() >= own.min() and known.max() <= own.max()
        expect(limits, f"{path.name}: {known.min()} to {known.max()}, the points {own.min()} to {own.max()}")
        lines, columns, inside = pixels_at(raster, ground.samples)
        expect(inside.all(), f"{path.name}: the ground of {(~inside).sum()} points lies outside")
        centres = np.column_stack(step * (columns + 0.5, lines + 0.5))
        good = [same_value(value, values[rows]) for value, rows in zip(band[lines, columns], rows_at(ground, centres, step.a)) if rows]
        share = np.mean(good) if good else 1.0
        expect(share >= SHARE, f"{path.name}: only {share:.1%} of {len(good)} points have the value of their record")


def same_value(value: float, theirs: np.ndarray) -> bool:
    """Whether one of the records has this value, or none."""
    return bool((np.isnan(theirs) if np.isnan(value) else theirs == value).any())


def attempt(faults: list[str], check: Callable, *arguments: object) -> object:
    """One fault does not hide the next."""
    try:
        return check(*arguments)
    except Differs as cause:
        faults.append(str(cause))
        return None


def grounds(folder: Path, file: dict) -> Callable[[int], Ground]:
    """The ground of a machine file by the code of a coordinate system, worked out once for each."""
    artifacts = file["artifacts"]
    table = pq.read_table(folder / artifacts["standardGeoparquet"])
    polygon = folder / artifacts["polygonGeoparquet"] if "polygonGeoparquet" in artifacts else None
    return functools.cache(lambda code: ground_of(table, summary_of(folder, file), polygon, code))


def check_file(folder: Path, file: dict) -> str:
    """Every image of a machine file; all faults at once."""
    own, ground_in, faults = folder / file["dir"], grounds(folder, file), []
    entries = json.loads((folder / file["artifacts"]["images"]).read_text())
    ground = ground_in(3857)
    pixels = pixel_samples(ground)
    attempt(faults, check_zip, own, entries)
    most = None  # only one mask is kept
    for entry in entries:
        painted = attempt(faults, check_png, own, entry, ground, pixels)
        most = max(filter(None, (most, painted)), key=lambda image: image.m2, default=None)
    classes = own / "classes" / "imagesV2.json"
    classes = json.loads(classes.read_text()) if classes.is_file() else []
    for entry in classes:
        attempt(faults, check_png, own / "classes", entry, ground, pixels)
    rasters = sorted([*(own / "geotiff").glob("*.tif"), *(own / "geotiff-utm").glob("*.tif")])
    for path in rasters:
        attempt(faults, check_tif, path, ground_in)
    text = attempt(faults, check_painted, most, summary_of(folder, file), ground.polygons)
    expect(not faults, "; ".join(faults))
    more = (f", {len(classes)} of classes" if classes else "") + (f", {len(rasters)} GeoTIFFs" if rasters else "")
    return f"{len(entries)} images{more}, {text}"


def looks(folder: Path, file: dict) -> Iterator[look.Look]:
    """All images of a machine file at once."""
    if {"images", "standardGeoparquet"} <= file.get("artifacts", {}).keys():
        yield f"{file['dir']} images", functools.partial(check_file, folder, file)


if __name__ == "__main__":
    sys.exit(look.alone(looks, __doc__))
