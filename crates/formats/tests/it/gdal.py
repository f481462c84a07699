"""Layers as GDAL writes them, for the test beside this file: files into a folder, and what they
hold as JSON on the standard output. Needs geopandas and pyogrio."""

import json
import sys
from pathlib import Path

import geopandas
import numpy
import pandas
from shapely.geometry import MultiPoint, Point

folder = Path(sys.argv[1])
count = 2_000
random = numpy.random.default_rng(1)
times = pandas.date_range("2025-05-04T14:00:00Z", periods=count, freq="s")
x = -93.62 + numpy.cumsum(random.normal(0, 1, count)) * 1e-5
y = 41.98 + numpy.cumsum(random.normal(0, 1, count)) * 1e-5
points = geopandas.GeoDataFrame(
    {
        "Yield (t/ha)": random.uniform(5, 12, count),
        "Moisture": random.uniform(12, 20, count).astype("float32"),
        "Time": times,
        "working": True,
        "pass": numpy.arange(count) // 100,
        "Crop": "corn",
        "Field": "Öst",
    },
    geometry=geopandas.points_from_xy(x, y),
    crs=4326,
)
high = points.set_geometry([MultiPoint([Point(p.x, p.y, 5)]) for p in points.geometry], crs=4326)
squares = points.to_crs(32615)
squares["geometry"] = squares.geometry.buffer(3, cap_style=3)

points.to_file(folder / "two.gpkg", layer="degrees é", driver="GPKG")
points.to_crs(5070).to_file(folder / "two.gpkg", layer="albers", driver="GPKG")
points.to_crs(26915).to_file(folder / "nad.gpkg", driver="GPKG")
high.to_file(folder / "high.gpkg", driver="GPKG")
squares.to_file(folder / "squares.gpkg", driver="GPKG")
points.to_file(folder / "indexed.fgb", driver="FlatGeobuf")
points.to_file(folder / "plain.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO")
points.to_crs(5070).to_file(folder / "albers.fgb", driver="FlatGeobuf")
high.to_file(folder / "high.fgb", driver="FlatGeobuf")
squares.to_file(folder / "squares.fgb", driver="FlatGeobuf")
squares[["Field", "geometry"]].head(5).to_file(folder / "drawing.fgb", driver="FlatGeobuf")
squares[["Field", "geometry"]].head(5).to_file(folder / "drawing.gpkg", driver="GPKG")
points.drop(columns=["Time"]).to_file(folder / "data.kml", driver="LIBKML")

print(
    json.dumps(
        {
            "rows": count,
            "yield": float(points["Yield (t/ha)"].sum()),
            "longitude": float(x.sum()),
            "latitude": float(y.sum()),
            "first_ms": int(times[0].timestamp() * 1000),
            "area_m2": count * 36.0,
        }
    )
)
