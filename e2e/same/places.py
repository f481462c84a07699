"""Places over the corn harvest of the sample stick, for fields and tiles of the scenario."""

import math

# The corn harvest of the sample stick lies in this box.
WEST, SOUTH = -93.611, 41.9855
WIDE, HIGH = 0.0026, 0.0036


def box(west: float, south: float, east: float, north: float) -> dict:
    """A rectangle in degrees."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def part(share: float) -> dict:
    """A field that covers this share of the corn harvest, from the west."""
    return box(WEST, SOUTH, WEST + WIDE * share, SOUTH + HIGH)


def tile(zoom: int) -> tuple[int, int, int]:
    """The vector tile in the middle of the corn harvest, as z, x, y."""
    latitude = math.radians(SOUTH + HIGH / 2)
    x = (WEST + WIDE / 2 + 180) / 360
    y = (1 - math.asinh(math.tan(latitude)) / math.pi) / 2
    return zoom, int(x * 2**zoom), int(y * 2**zoom)
