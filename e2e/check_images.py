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

import json
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import rasterio
import shapely
from check_outputs import Differs, expect, plain, wkb_points
from pyproj import Transformer
from rasterio.features import rasterize

MOST_PX = 4096
SAMPLES = 300
SHARE = 0.90  # of samples that agree with a record near them: a neighbour without value may own the ground
OWNED = 0.99  # the same where polygons tell who owns it
SEAM_PX = 3  # further from all ground no pixel has a colour: narrow ground is widened, seams are closed
MAIN = ("wetMassPerArea", "seedRate", "appliedRate", "tillageDepthActual")
PAINTED = 0.03  # part by which the painted ground may differ from the covered area, beside half a pixel along its edge
SQUARE_M = 3.0  # records without footprint are squares
METRES = {"m": 1.0, "ft": 0.3048, "in": 0.0254, "cm": 0.01, "mm": 0.001, "km": 1000.0, "yd": 0.9144}
WGS84_M, WGS84_E2 = 6378137.0, 6.69437999014e-3


def unit_of(field):
    return (field.metadata or {}).get(b"tramline.unit", b"").decode()


def metres(table, name):
    """A length of each row in metres, 0 where there is none."""
    if name not in table.column_names:
        return np.zeros(table.num_rows)
    values = values_of(table, name) * METRES[unit_of(table.schema.field(name))]
    return np.nan_to_num(values, nan=0.0)


def values_of(table, name):
    return pc.cast(plain(table.column(name)), "float64").to_numpy(zero_copy_only=False).astype(float)


def evenly(count, most=SAMPLES):
    """Up to `most` of `count` places, the same every time."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(int)) if count else np.array([], int)


def reach_of(table, summary):
    """How far from each record its ground goes, in metres on the ground."""
    width = metres(table, "equipmentWidth")
    swath = summary.get("coverage", {}).get("swath")
    if swath is None:
        return np.full(table.num_rows, SQUARE_M)
    return np.maximum(width, swath["value"] * METRES[swath["unit"]]) + metres(table, "distance") + 1.0


def near(points, reach, samples):
    """For each sample the rows within their reach of it, in the order of rows. Metres of the raster's system."""
    tree = shapely.STRtree(shapely.points(samples))
    known = np.flatnonzero(~np.isnan(points).any(axis=1))
    rows, at = tree.query(shapely.points(points[known]), predicate="dwithin", distance=reach[known])
    found = [[] for _ in samples]
    for row, sample in zip(known[rows], at, strict=True):
        found[sample].append(row)
    return found


def ramp_colours(ramp, places):
    """Colours at places between 0 and 1, between the stops of the list."""
    stops = sorted((float(name.rstrip("%")) / 100, rgb) for name, rgb in ramp.items() if name != "nv")
    at, colours = [stop[0] for stop in stops], np.array([stop[1] for stop in stops], float)
    return np.column_stack([np.interp(places, at, colours[:, channel]) for channel in range(3)])


def class_colours(ranges):
    return np.array([[int(one["colorCode"][at : at + 2], 16) for at in (1, 3, 5)] for one in ranges], float)


def class_of(ranges, values):
    """The class that holds each value: above its least up to its greatest."""
    upper = [one["max"] for one in ranges]
    return np.minimum(np.searchsorted(upper, values, side="left"), len(ranges) - 1)


def has_colour(colour, entry, values):
    """Whether a value has this colour: that of its class, or of the 254th part below or above its place in the ramp."""
    if ranges := entry["legend"].get("ranges"):
        return (class_colours(ranges)[class_of(ranges, values)] == colour[:3]).all(axis=1).any()
    low, high = entry["legend"]["min"], entry["legend"]["max"]
    parts = np.clip((values - low) / (high - low), 0, 1) * 254 if high > low else np.full(len(values), 127.0)
    colours = ramp_colours(entry["ramp"], np.concatenate([np.floor(parts), np.ceil(parts)]) / 254)
    return (np.abs(colours - colour[:3]).max(axis=1) <= 1).any()


def check_place(image, entry):
    name = entry["property"]
    expect(image.crs is not None and image.crs.to_epsg() == 3857, f"{name}: coordinate system {image.crs}")
    step = image.transform
    expect(step.a > 0 and step.e == -step.a and step.b == 0 and step.d == 0, f"{name}: pixels are not square and north up: {step}")
    expect(max(image.width, image.height) <= MOST_PX, f"{name}: {image.width} by {image.height} pixels")
    degrees = Transformer.from_crs(3857, 4326, always_xy=True)
    edges = [*degrees.transform(image.bounds.left, image.bounds.bottom), *degrees.transform(image.bounds.right, image.bounds.top)]
    listed = [entry["extent"][key] for key in ("xmin", "ymin", "xmax", "ymax")]
    worst = np.abs((np.array(edges) - listed + 180) % 360 - 180).max()
    expect(worst < 1e-9, f"{name}: the list's extent {listed} is off by {worst} degrees from the raster's {edges}")


def check_palette(image, entry):
    expect(image.count == 1 and image.dtypes[0] == "uint8", f"{entry['property']}: {image.count} bands of {image.dtypes[0]}")
    colours = image.colormap(1)
    palette = np.array([colours[index] for index in range(len(colours))], float)
    expect(palette[0, 3] == 0 and (palette[1:, 3] == 255).all(), f"{entry['property']}: index 0 is not the one transparent colour")
    ranges = entry["legend"].get("ranges")
    ramp = class_colours(ranges) if ranges else ramp_colours(entry["ramp"], np.arange(255) / 254)  # an image has those of its colours that it needs
    off = [np.abs(ramp - colour[:3]).max(axis=1).min() for colour in palette[1:]]
    expect(max(off, default=0) <= 1, f"{entry['property']}: a colour of the palette is {max(off, default=0)} from the ramp")
    return palette


def check_ranges(name, ranges, values, areas):
    """Classes touch, reach from the least to the greatest value, and hold as much area each."""
    expect(1 <= len(ranges) <= 7, f"{name}: {len(ranges)} classes")
    for one, other in zip(ranges, ranges[1:]):
        expect(one["max"] == other["min"] and one["min"] < one["max"], f"{name}: ranges {one} and {other}")
    use = np.isfinite(values) & (areas > 0)
    values, areas = (values[use], areas[use]) if use.any() else (values[np.isfinite(values)], np.ones(np.isfinite(values).sum()))
    limits = (ranges[0]["min"], ranges[-1]["max"])
    expect(limits == (values.min(), values.max()), f"{name}: ranges {limits}, the points {values.min()} to {values.max()}")
    _, which = np.unique(values, return_inverse=True)
    heaviest = np.bincount(which, areas).max() / areas.sum()
    if len(ranges) == 7:
        shares = np.bincount(class_of(ranges, values), areas, 7) / areas.sum()
        expect(np.abs(shares - 1 / 7).max() <= heaviest + 0.01, f"{name}: classes hold {np.round(shares, 3)} of the area")
    else:
        expect(heaviest > 1 / 14 or len(values) < 100, f"{name}: only {len(ranges)} classes")


def check_legend(entry, values, unit, areas):
    known = values[np.isfinite(values)]
    if ranges := entry["legend"].get("ranges"):
        check_ranges(entry["property"], ranges, values, areas)
        expect(entry["legend"]["unit"] == unit, f"{entry['property']}: legend: unit `{entry['legend']['unit']}`")
        return
    for key, own in (("min", known.min()), ("max", known.max())):
        expect(entry["legend"][key] == own, f"{entry['property']}: legend: {key} {entry['legend'][key]!r}, the points' is {own!r}")
    expect(entry["legend"]["unit"] == unit, f"{entry['property']}: legend: unit `{entry['legend']['unit']}`, the column's `{unit}`")


def pixels_at(raster, places):
    """Line and column of places, and which are inside."""
    columns, lines = ~raster.transform * (places[:, 0], places[:, 1])
    lines, columns = np.floor(lines).astype(int), np.floor(columns).astype(int)
    return lines, columns, (lines >= 0) & (columns >= 0) & (lines < raster.height) & (columns < raster.width)


def agreeing(colours, entry, values, rows_of):
    """Share of samples whose colour is that of one of their records, or transparent as one without value is."""
    good = 0
    for colour, rows in zip(colours, rows_of, strict=True):
        own = values[rows]
        known = own[np.isfinite(own)]
        if colour[3] == 0:
            good += len(known) < len(own) or not len(rows)
        elif len(known):
            good += has_colour(colour, entry, known)
    return good / len(colours) if len(colours) else 1.0


def painted_of(indices, image):
    """Painted pixels, and their ground and that of half a pixel along their edges on the ellipsoid."""
    north = image.transform.f - (np.arange(image.height) + 0.5) * image.transform.a
    latitude = np.arctan(np.sinh(north / WGS84_M))
    root = 1 - WGS84_E2 * np.sin(latitude) ** 2
    radii = WGS84_M**2 * (1 - WGS84_E2) / root**2  # along the meridian times across it
    pixel = (image.transform.a / WGS84_M * np.cos(latitude)) ** 2 * radii
    painted = np.pad(indices > 0, 1)
    edges = (painted[:, 1:] != painted[:, :-1])[1:-1].sum(axis=1) + (painted[1:] != painted[:-1])[1:, 1:-1].sum(axis=1)
    painted = painted[1:-1, 1:-1]
    return SimpleNamespace(
        mask=painted, m2=float((painted.sum(axis=1) * pixel).sum()), edge_m2=float((edges * pixel).sum() / 2),
        transform=image.transform,
    )


def own_ground(path, transformer):
    """The ground of each record in the raster's system, None where it has none; nothing if nobody has any."""
    if path is None:
        return None
    column = pq.read_table(path, columns=["geometry"]).column("geometry")
    polygons = shapely.from_wkb(plain(column).to_pylist())
    if shapely.is_missing(polygons).all():  # then the image has squares
        return None
    return shapely.transform(polygons, lambda places: np.column_stack(transformer.transform(*places.T)))


def owners(polygons, main, samples):
    """The record that owns each place: the first with a main rate whose ground has it, else the first; -1 for nobody."""
    at, rows = shapely.STRtree(polygons).query(shapely.points(samples), predicate="within")
    order = np.lexsort((rows, np.isnan(main[rows]), at))[::-1]
    found = np.full(len(samples), -1)
    found[at[order]] = rows[order]  # the last that is written is the first of the order
    return found


def main_rate(table):
    for name in MAIN:
        if name in table.column_names and np.isfinite(values_of(table, name)).any():
            return values_of(table, name)
    return np.zeros(table.num_rows)


def rows_at(ground, samples, pixel):
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


def far_off(ground, samples, pixel):
    """Which places are too far from all ground to have a colour."""
    if ground.polygons is None:
        return np.array([not rows for rows in near(ground.places, ground.reach, samples)])
    at, _ = shapely.STRtree(ground.polygons).query(shapely.points(samples), predicate="dwithin", distance=SEAM_PX * pixel)
    return ~np.isin(np.arange(len(samples)), at)


def ground_of(table, summary, polygon_path, code):
    """Points of a machine file in the system of its rasters, and what is near its samples."""
    transformer = Transformer.from_crs(4326, code, always_xy=True)
    polygons = own_ground(polygon_path, transformer)
    degrees = wkb_points(table.column("geometry"))
    x, y = transformer.transform(degrees[:, 0], degrees[:, 1])
    places = np.where(np.isfinite(x)[:, None], np.column_stack([x, y]), np.nan)
    reach = reach_of(table, summary)
    if code == 3857:
        reach = reach / np.cos(np.radians(np.nan_to_num(degrees[:, 1])))
    owning = ~np.isnan(places).any(axis=1)
    if polygons is not None:
        owning &= ~shapely.is_missing(polygons)
    rows = np.flatnonzero(owning)[evenly(owning.sum())]
    samples = places[rows]
    if polygons is not None:  # a place may be at the edge of its ground
        samples = shapely.get_coordinates(shapely.centroid(polygons[rows]))
    return SimpleNamespace(table=table, places=places, reach=reach, samples=samples, polygons=polygons)


def check_png(folder, entry, ground, samples_in):
    name = entry["property"]
    expect((folder / f"{entry['file']}.aux.xml").is_file(), f"{name}: no sidecar")
    with rasterio.open(folder / entry["file"]) as image:
        check_place(image, entry)
        palette = check_palette(image, entry)
        values = values_of(ground.table, name)
        areas = values_of(ground.table, "area") if "area" in ground.table.column_names else np.ones(len(values))
        check_legend(entry, values, unit_of(ground.table.schema.field(name)), areas)
        indices = image.read(1)
        samples, outside, rows_of, far = samples_in(image)
        below = len(ground.samples) - outside  # the first so many are below points
        expect(not outside, f"{name}: the ground of {outside} points lies outside of the image")
        colours = palette[indices[samples]]
        stray = int(((colours[:, 3] > 0) & far).sum())
        expect(not stray, f"{name}: {stray} of {len(far)} pixels have a colour far from all ground")
        judged = np.arange(len(far)) < below if ground.polygons is None else True
        owned = np.flatnonzero([bool(rows) for rows in rows_of] & (judged | (colours[:, 3] > 0)))
        share = agreeing(colours[owned], entry, values, [rows_of[at] for at in owned])
        least = SHARE if ground.polygons is None else OWNED
        expect(share >= least, f"{name}: only {share:.1%} of {len(owned)} places have the colour of their record")
        return painted_of(indices, image)


def pixel_samples(ground):
    """Pixels below the points and in a grid over the image, with their records; the images of a file are of one grid."""
    kept = {}

    def at(image):
        grid = (tuple(image.transform), image.shape)
        if grid not in kept:
            lines, columns, inside = pixels_at(image, ground.samples)
            steps = int(SAMPLES**0.5)
            over, across = evenly(image.height, steps), evenly(image.width, steps)
            lines = np.concatenate([lines[inside], np.repeat(over, len(across))])
            columns = np.concatenate([columns[inside], np.tile(across, len(over))])
            places = np.column_stack(image.transform * (columns + 0.5, lines + 0.5))
            far = far_off(ground, places, image.transform.a)
            kept[grid] = ((lines, columns), int((~inside).sum()), rows_at(ground, places, image.transform.a), far)
        return kept[grid]

    return at


def check_zip(folder, entries):
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


def square_metres(quantity):
    return quantity["value"] * {"m2": 1.0, "ha": 1e4, "ac": 4046.8564224}[quantity["unit"]]


def check_painted(most, summary, polygons):
    """The image with most paint, as the others lack what has no value, has the ground of all records, and no more."""
    expect(most, "no sound image to measure")
    if polygons is not None:
        ground = rasterize(polygons[~shapely.is_missing(polygons)], out_shape=most.mask.shape, transform=most.transform)
        bare = int(((ground > 0) & ~most.mask).sum())
        expect(bare <= 2 + 0.001 * ground.sum(), f"{bare} of {ground.sum()} pixels whose middle has ground have no colour")
    covered = summary.get("coverage", {}).get("coveredArea")
    if covered is None:
        return "no covered area"
    covered = square_metres(covered)
    text = f"painted {most.m2:.0f} m², covered {covered:.0f} m²: {most.m2 / covered - 1:+.2%}"
    expect(abs(most.m2 - covered) <= PAINTED * covered + most.edge_m2, text)
    return text


def check_tif(path, ground_in):
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


def same_value(value, theirs):
    return bool((np.isnan(theirs) if np.isnan(value) else theirs == value).any())


def attempt(faults, check, *arguments):
    """One fault does not hide the next."""
    try:
        return check(*arguments)
    except Differs as cause:
        faults.append(str(cause))
        return None


def check_file(folder, file):
    artifacts = file["artifacts"]
    own = folder / file["dir"]
    entries = json.loads((folder / artifacts["images"]).read_text())
    summary = json.loads((folder / artifacts["summary"]).read_text())["properties"]
    table = pq.read_table(folder / artifacts["standardGeoparquet"])
    grounds = {}

    def ground_in(code):
        if code not in grounds:
            polygon = folder / artifacts["polygonGeoparquet"] if "polygonGeoparquet" in artifacts else None
            grounds[code] = ground_of(table, summary, polygon, code)
        return grounds[code]

    ground = ground_in(3857)
    pixels = pixel_samples(ground)
    faults = []
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
    text = attempt(faults, check_painted, most, summary, ground.polygons)
    expect(not faults, "; ".join(faults))
    more = (f", {len(classes)} of classes" if classes else "") + (f", {len(rasters)} GeoTIFFs" if rasters else "")
    return f"{len(entries)} images{more}, {text}"


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    report = json.loads((folder / "report.json").read_text())
    passed = failed = 0
    for file in report["files"]:
        if not {"images", "standardGeoparquet"} <= file.get("artifacts", {}).keys():
            continue
        try:
            print(f"ok   {file['dir']} images: {check_file(folder, file)}")
            passed += 1
        except Exception as cause:  # a reader that fails is what this looks for
            print(f"FAIL {file['dir']} images: {type(cause).__name__}: {cause}")
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0 if passed else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
