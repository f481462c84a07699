#!/usr/bin/env python3
"""Whether the default pictures show the field.

    check_pictures.py DIR      DIR holds report.json

The picture of what the work is about must use its colours: from the 5th to the 95th percentile of the points at least a
quarter of the ramp, unless the values are really that even (they differ by no more than 1.25 percent of the median, a
quarter of the least range that a ramp has). Colours rise or fall in lightness all the way, so that grey print shows the same.
Exit code 0 all do, 1 some do not, 2 nothing to check.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import look
import numpy as np
import pyarrow.parquet as pq
from tables import expect, values_of

MAIN = ("wetMassPerArea", "seedRate", "appliedRate", "tillageDepthActual")
QUARTER = 0.25
EVEN = 0.0125  # of the median
WEIGHTS = (0.2126, 0.7152, 0.0722)  # of red, green and blue in luminance


def luminance(rgb: list[int]) -> float:
    """Linear luminance of a colour."""
    parts = np.array(rgb[:3]) / 255
    return float(np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ WEIGHTS)


def check_ramp(entry: dict) -> None:
    """Luminance goes one way."""
    stops = sorted((float(name.rstrip("%")), luminance(rgb)) for name, rgb in entry["ramp"].items() if name != "nv")
    steps = np.diff([one for _, one in stops])
    expect((steps > 0).all() or (steps < 0).all(), f"{entry['property']}: the lightness of the ramp turns: {np.round(steps, 3)}")


def check_main(folder: Path, entry: dict) -> str:
    """The share of its ramp that a picture uses; what is too little."""
    main, legend = entry["property"], entry["legend"]
    values = values_of(pq.read_table(folder / "standard.parquet", columns=[main]), main)
    values = values[np.isfinite(values)]
    low, high = np.percentile(values, [5, 95])
    width = legend["max"] - legend["min"]
    used = (min(high, legend["max"]) - max(low, legend["min"])) / width if width > 0 else 0.0
    even = high - low <= EVEN * abs(np.median(values)) + 1e-12
    text = f"{main}: nine tenths of the points use {used:.0%} of the ramp"
    expect(used >= QUARTER or even, text)
    return f"{text}, as even as they are" if even else text


def check_ramps(entries: list[dict]) -> str:
    """All ramps of a machine file."""
    for entry in entries:
        check_ramp(entry)
    return f"{len(entries)} ramps go one way"


def looks(folder: Path, file: dict) -> Iterator[look.Look]:
    """The pictures of a machine file, where it has some."""
    where = folder / file["dir"]
    if not (where / "images.json").is_file() or not (where / "standard.parquet").is_file():
        return
    entries = json.loads((where / "images.json").read_text())
    yield f"{file['dir']}: ramps", lambda: check_ramps(entries)
    by_name = {entry["property"]: entry for entry in entries}
    if main := next((name for name in MAIN if name in by_name), None):
        yield f"{file['dir']}: picture", lambda: check_main(where, by_name[main])


if __name__ == "__main__":
    sys.exit(look.alone(looks, __doc__))
