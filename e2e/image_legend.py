"""Colours of an image and what its entry in the list says of them: ramp, classes, palette, legend, place."""

import numpy as np
from pyproj import Transformer
from rasterio import DatasetReader
from tables import expect

MOST_PX = 4096


def ramp_colours(ramp: dict, places: np.ndarray) -> np.ndarray:
    """Colours at places between 0 and 1, between the stops of the list."""
    stops = sorted((float(name.rstrip("%")) / 100, rgb) for name, rgb in ramp.items() if name != "nv")
    at, colours = [stop[0] for stop in stops], np.array([stop[1] for stop in stops], float)
    return np.column_stack([np.interp(places, at, colours[:, channel]) for channel in range(3)])


def class_colours(ranges: list[dict]) -> np.ndarray:
    """The colour of each class."""
    return np.array([[int(one["colorCode"][at : at + 2], 16) for at in (1, 3, 5)] for one in ranges], float)


def class_of(ranges: list[dict], values: np.ndarray) -> np.ndarray:
    """The class that holds each value: above its least up to its greatest."""
    upper = [one["max"] for one in ranges]
    return np.minimum(np.searchsorted(upper, values, side="left"), len(ranges) - 1)


def has_colour(colour: np.ndarray, entry: dict, values: np.ndarray) -> bool:
    """Whether a value has this colour: that of its class, or of the 254th part below or above its place in the ramp."""
    if ranges := entry["legend"].get("ranges"):
        return (class_colours(ranges)[class_of(ranges, values)] == colour[:3]).all(axis=1).any()
    low, high = entry["legend"]["min"], entry["legend"]["max"]
    parts = np.clip((values - low) / (high - low), 0, 1) * 254 if high > low else np.full(len(values), 127.0)
    colours = ramp_colours(entry["ramp"], np.concatenate([np.floor(parts), np.ceil(parts)]) / 254)
    return (np.abs(colours - colour[:3]).max(axis=1) <= 1).any()


def check_place(image: DatasetReader, entry: dict) -> None:
    """Coordinate system, pixels and extent."""
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


def check_palette(image: DatasetReader, entry: dict) -> np.ndarray:
    """One band whose colours are those of the ramp or of the classes; the colours."""
    expect(image.count == 1 and image.dtypes[0] == "uint8", f"{entry['property']}: {image.count} bands of {image.dtypes[0]}")
    colours = image.colormap(1)
    palette = np.array([colours[index] for index in range(len(colours))], float)
    expect(palette[0, 3] == 0 and (palette[1:, 3] == 255).all(), f"{entry['property']}: index 0 is not the one transparent colour")
    ranges = entry["legend"].get("ranges")
    ramp = class_colours(ranges) if ranges else ramp_colours(entry["ramp"], np.arange(255) / 254)  # an image has those of its colours that it needs
    off = [np.abs(ramp - colour[:3]).max(axis=1).min() for colour in palette[1:]]
    expect(max(off, default=0) <= 1, f"{entry['property']}: a colour of the palette is {max(off, default=0)} from the ramp")
    return palette


def check_ranges(name: str, ranges: list[dict], values: np.ndarray, areas: np.ndarray) -> None:
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


def check_legend(entry: dict, values: np.ndarray, unit: str, areas: np.ndarray) -> None:
    """Limits and unit are those of the points."""
    known = values[np.isfinite(values)]
    if ranges := entry["legend"].get("ranges"):
        check_ranges(entry["property"], ranges, values, areas)
        expect(entry["legend"]["unit"] == unit, f"{entry['property']}: legend: unit `{entry['legend']['unit']}`")
        return
    for key, own in (("least", known.min()), ("greatest", known.max())):
        expect(entry["legend"][key] == own, f"{entry['property']}: legend: {key} {entry['legend'][key]!r}, the points' is {own!r}")
    expect(entry["legend"]["unit"] == unit, f"{entry['property']}: legend: unit `{entry['legend']['unit']}`, the column's `{unit}`")


def agreeing(colours: np.ndarray, entry: dict, values: np.ndarray, rows_of: list[list[int]]) -> float:
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
