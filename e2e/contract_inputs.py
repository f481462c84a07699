"""What the prepared account uploads beside the stick: small collections of points, each of which meets one rule of the
contract."""

import io
import json
import zipfile
from collections.abc import Mapping

from tramline.samples import pack

POINTS = 120
NORTH, EAST = 42.10, -93.70  # far from the fields of the stick
STEP = 0.000018  # degrees between points, two metres
SPEED = 2.0  # metres a second

# What is wrong with each file, and what its status says.
FAILING = {
    "no-crop": {"operationType": "planted", "seedRate": 80000.0},
    "no-rate": {"operationType": "planted", "crop": "corn"},
    "nothing-applied": {"operationType": "applied"},
    "never-on": {"operationType": "harvested", "crop": "corn", "wetMass": 10.0, "harvestMoisture": 15.0,
                 "recordingStatus": "Off"},
    "survey": {"operationType": "DataCollection", "fuelRate": 15.0},
}
TILLAGE = {"operationType": "tillage", "tillageDepthActual": 15.0, "tillageDepthTarget": 16.0,
           "tillType": ["Closing Disk"]}
HARVEST = {"operationType": "harvested", "crop": "corn", "wetMass": 12.0, "harvestMoisture": 15.0}
# Points of a harvest that a rule of the contract drops, and one that has a moisture which cannot be.
UNFIT = {10: {"wetMass": 0.0}, 20: {"recordingStatus": "Off"}, 30: {"crop": "unknown"}, 40: {"harvestMoisture": 100.0}}
SLOW = {number: {"speed": 0.2} for number in range(50, 70)}


def points(properties: Mapping[str, object], day: int = 4, others: Mapping[int, Mapping[str, object]] | None = None,
           at_zero: int | None = None) -> bytes:
    """A straight track as GeoJSON, with the same properties at each point but the others, and one point at 0/0 if asked."""
    features = []
    for number in range(POINTS):
        common = {"timestamp": f"2025-05-{day:02d}T10:{number // 60:02d}:{number % 60:02d}Z", "heading": 0.0, "distance": 2.0,
                  "elevation": 300.0, "speed": SPEED, "equipmentWidth": 6.0, "area": 12.0, "recordingStatus": "On"}
        place = [0, 0] if number == at_zero else [EAST, round(NORTH + number * STEP, 7)]
        features.append({"type": "Feature", "properties": {**common, **properties, **(others or {}).get(number, {})},
                         "geometry": {"type": "Point", "coordinates": place}})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def mixed() -> bytes:
    """One file that is tilled, and one for each reason to fail."""
    failing = {f"{name}.geojson": points(properties) for name, properties in FAILING.items()}
    return pack({"tillage.geojson": points(TILLAGE), **failing})


def tilled(day: int) -> bytes:
    """A file of tillage; other bytes on another day."""
    return pack({"tillage.geojson": points(TILLAGE, day)})


def ruled() -> bytes:
    """A harvest with points that rules drop, and a file of tillage with slow points and one at 0/0."""
    return pack({"harvest.geojson": points(HARVEST, 12, UNFIT), "tillage.geojson": points(TILLAGE, 12, SLOW, 0)})


def nested(depth: int) -> bytes:
    """A file of tillage in so many zips."""
    data = tilled(9)
    for level in range(depth):
        data = pack({f"level-{level}.zip": data})
    return data


def deep_corner() -> bytes:
    """A file of tillage, and a zip nested deeper than two levels beside it."""
    return pack({"tillage.geojson": points(TILLAGE, 10), "corner.zip": nested(4)})


def boundaries() -> bytes:
    """A zip with one field as GeoJSON."""
    ring = [[11, 50], [11.01, 50], [11.01, 50.01], [11, 50.01], [11, 50]]
    feature = {"type": "Feature", "properties": {"Name": "Good"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return pack({"fields.geojson": json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()})


def members(archive: bytes, folder: str) -> bytes:
    """A zip of those members of a zip that lie in a folder."""
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        return pack({name: whole.read(name) for name in whole.namelist() if name.startswith(folder)})
