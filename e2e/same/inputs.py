"""What both executables are given on the command line: inputs, and for each the ways in which it is converted.

Inputs are the sets and zips of the corpus, samples of our own writers, and hostile uploads. A way that costs much
is only for inputs up to a size.

Rule: a case names its input by a path below links (`corpus/…`), never by where it lies on this machine.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from same.command import Case

EVERY = 1 << 40
LARGE = 30_000_000  # a set of this weight is left to its zips
SMALL, EVERY_SO_MANY = 300_000, 10  # of a quick comparison
PACKED = 6  # bytes in a byte of a zip, about
EXPORTS = "gpkg,fgb,csv,shp,geojson,parquet,pmtiles,adapt,report,classes,geotiff,geotiff-utm"
# Kinds of input.
SET, FILE, SAMPLE, HOSTILE, MUTANT = "set", "file", "sample", "hostile", "mutant"
REAL = (SET, FILE, SAMPLE)

CONFIGURATIONS = {
    "outputs.json": {"enablePolygonOutput": True, "enableGeoparquetOutput": True, "imageRamp": "accessible"},
    "lenient.json": {
        "cropOptional": "optional", "seedRateOptional": "optional", "outOfStandardOperations": True,
        "originalOperationData": False, "operationsRemoveOutliers": False, "summarizeByProductEntry": False,
        "capDryMass": False, "cropTable": "market", "fileImages": False, "unitMeasurement": "METRIC",
    },
    "rules.json": {
        "cleanupRules": {"wetMass": [{"operator": "GT", "value": 100}], "harvestMoisture": [{"operator": "LT", "value": 20}]},
        "operationsOutliersLimit": 1.5, "reconcileMachines": True, "enablePolygonOutput": True,
        "filesImageAttributeCreation": {"harvested": {"wetMassPerArea": True}},
        "cropNumbers": {"corn": {"testWeight": 57, "standardMoisture": 14.5}},
    },
    "as-logged.json": {"cleanupStandardGeojson": False, "operationsFilteredGeojson": False},
    "wrong.json": {"operationsOutliersLimit": "many"},
    "factor.json": {"*": {"factor": 1.05}},
    "loads.json": {"*": {"loads": [{"startTime": "2025-10-01T00:00:00Z", "endTime": "2025-10-02T00:00:00Z",
                                    "scaleMass": {"value": 9, "unit": "t"}}]}},
    "nobody.json": {"Nobody's field": {"factor": 1.05}},
}


@dataclass(frozen=True)
class Input:
    """`path` is what a case names; `weight` its bytes, as if unpacked; `content` a digest of them."""

    path: str
    kind: str
    weight: int
    content: str


@dataclass(frozen=True)
class Way:
    """Arguments around an input (`{}`); for inputs of these kinds and at most this weight."""

    name: str
    arguments: str
    kinds: tuple = REAL
    most: int = EVERY


WAYS = (
    Way("convert", "convert {} --out out", (*REAL, HOSTILE, MUTANT)),
    Way("inspect", "inspect {}", (*REAL, HOSTILE, MUTANT)),
    Way("inspect --json", "inspect {} --json", (*REAL, HOSTILE)),
    Way("every export", f"convert {{}} --out out --export {EXPORTS} --config configs/outputs.json "
        "--units default,metric,imperial", REAL, 1_300_000),
    Way("polygons", "convert {} --out out --export csv,fgb,shp,pmtiles,adapt,classes,geotiff --export-output polygon "
        "--export-units imperial", REAL, 600_000),
    Way("recommended", "convert {} --out out --filter recommended --export csv,report,classes --export-output filtered",
        REAL, 2_000_000),
    Way("depurate", "convert {} --out out --filter depurate --units metric --json", REAL, 1_000_000),
    Way("none imperial", "convert {} --out out --filter none --units imperial", REAL, 1_000_000),
    Way("lenient", "convert {} --out out --config configs/lenient.json --crop Corn --width 9 --operation-type harvested",
        REAL, 1_500_000),
    Way("strict", "convert {} --out out --strict --set fileImages=false", REAL, 600_000),
    Way("rules", "convert {} --out out --config configs/rules.json", REAL, 600_000),
    Way("as logged", "convert {} --out out --config configs/as-logged.json", REAL, 600_000),
    Way("factor", "convert {} --out out --calibrate configs/factor.json", REAL, 1_000_000),
    Way("scale", "convert {} --out out --scale-mass 12.5t", REAL, 1_000_000),
    Way("loads", "convert {} --out out --calibrate configs/loads.json", (SAMPLE,)),
    Way("calibration of nobody", "convert {} --out out --calibrate configs/nobody.json", (SAMPLE,)),
    Way("format", "convert {} --out out --format SHAPEFILE --provider JohnDeere", REAL, 200_000),
    Way("columns", "convert {} --out out --export csv,geojson --export-columns timestamp,wetMass,speed "
        "--export-bbox -94,41,-93.6,42 --column Note=wetMass:kg", (SAMPLE,)),
)

# Without an input of their own, or with a small one: answers of the program about itself, and refusals.
ALONE = (
    "formats", "formats --json", "--version", "--help", "convert --help", "inspect --help", "demo --help",
    "serve --help", "account --help", "", "nothing", "convert", "convert no-such-file --out out", "inspect no-such-file",
    "convert configs/factor.json", "convert configs/factor.json --out out",
    "convert samples/kml --out out --filter some", "convert corpus --out out --units furlongs",
    "convert samples/kml --out out --provider Nobody", "convert corpus --out out --operation-type flying",
    "convert samples/kml --out out --set fileImage=no", "convert samples/kml --out out --set unitMeasurement=furlongs",
    "convert samples/kml --out out --format SHAPFILE", "convert samples/kml --out out --width -1", "convert corpus --out out --export gif",
    "convert samples/kml --out out --export csv --export-bbox 1,2,3", "convert corpus --out out --export-columns yield",
    "convert samples/kml --out out --column nonsense", "convert corpus --out out --config configs/wrong.json",
    "convert samples/kml --out out --config no-such-file", "convert corpus --out out --scale-mass heavy",
    "convert samples/kml --out out --calibrate configs/wrong.json", "convert corpus --out out --bridge nonsense",
    "convert samples/stick.zip samples/kml --out out", "convert samples/stick.zip samples/kml --out out --scale-mass 1t",
    "convert samples/stick.zip --out out --scale-mass 01-harvest=8t --scale-mass 01-harvest=9t",
    "convert samples/stick.zip --out configs/factor.json",
)


def digest(path: Path) -> tuple[str, int]:
    """Of the bytes of a file, or of names and bytes of a folder; with the weight."""
    hashed, weight = hashlib.sha256(), 0
    for one in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
        with open(one, "rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        weight += one.stat().st_size * (PACKED if one.suffix in (".zip", ".gz") else 1)
        hashed.update(f"{one.relative_to(path.parent)}\n{content}\n".encode(errors="surrogateescape"))
    return hashed.hexdigest(), weight


def inputs(root: Path, link: str, kind: str, paths: Iterable[Path]) -> Iterator[Input]:
    """Inputs of these paths, in their order."""
    for path in sorted(paths):
        content, weight = digest(path)
        yield Input(f"{link}/{path.relative_to(root)}", kind, weight, content)


def of_corpus(corpus: Path) -> list[Input]:
    """Each set as a folder, unless it is large, and each zip and gzip in a set by itself."""
    sets = [path for path in corpus.glob("*/*") if path.is_dir()]
    files = [path for one in sets for path in one.rglob("*") if path.suffix in (".zip", ".gz") and path.is_file()]
    folders = [one for one in inputs(corpus, "corpus", SET, sets) if one.weight < LARGE]
    return [*folders, *inputs(corpus, "corpus", FILE, files)]


def of_samples(samples: Path) -> list[Input]:
    """Everything in the folder of samples."""
    return list(inputs(samples, "samples", SAMPLE, samples.iterdir()))


def of_hostile(folder: Path) -> list[Input]:
    """What the generator made."""
    return [*inputs(folder, "hostile", HOSTILE, (folder / "cases").iterdir()),
            *inputs(folder, "hostile", MUTANT, (folder / "mutants").iterdir())]


def make_hostile(tools: Path, folder: Path, mutants: int) -> bool:
    """Runs the generator; whether there is one."""
    generator = tools / "make_hostile.py"
    if not generator.is_file():
        return False
    subprocess.run([sys.executable, generator, folder, "--mutants", str(mutants)], check=True, stdout=subprocess.DEVNULL)
    (folder / "mutants").mkdir(exist_ok=True)
    return True


def write_configurations(folder: Path) -> None:
    """A file for each configuration."""
    folder.mkdir()
    for name, content in CONFIGURATIONS.items():
        (folder / name).write_text(json.dumps(content))


def told_by(line: str, content: str = "") -> str:
    """A digest of what a case is told beside its arguments: of the input, and of configurations if it names one."""
    written = json.dumps(CONFIGURATIONS, sort_keys=True) if "configs/" in line else ""
    return content + (hashlib.sha256(written.encode()).hexdigest() if written else "")


def cases(given: list[Input]) -> list[Case]:
    """All ways of all inputs. The large ones come first, so that none is left alone at the end."""
    made = [(one.weight, Case(f"{one.path}: {way.name}",
                            tuple(word.replace("{}", one.path) for word in way.arguments.split(" ")),
                            told_by(way.arguments, one.content)))
            for one in given for way in WAYS if one.kind in way.kinds and one.weight <= way.most]
    made.sort(key=lambda pair: (-pair[0], pair[1].name))
    return [case for _, case in made]


def alone(samples: Path | None) -> list[Case]:
    """`samples` is their folder, if there is one: some name what is in it."""
    content = digest(samples)[0] if samples is not None else "no samples"
    return [Case(f"tramline {line}", tuple(line.split()), told_by(line, content if "samples/" in line else ""))
            for line in ALONE]


def quick(given: list[Input], made: list[Case]) -> list[Case]:
    """Every so-maniest case, of small inputs."""
    small = {one.path for one in given if one.weight <= SMALL}
    return [case for case in made if any(word in small for word in case.arguments)][::EVERY_SO_MANY]
