#!/usr/bin/env python3
"""Converts real and made input and has other programs read what came out; then runs the checks of the service.

    e2e/run.py [NAME…] [INPUT…]

A NAME is `inputs` or a check beside this file (CHECKS below), an INPUT anything that `tramline convert` takes. Without any:
the inputs, which are the sample stick and, if it is there, the corpus; then all checks. Inputs and checks run side by
side, as many as there are processors; a table with the seconds of each check ends it.

Each result is looked at by check_outputs.py; an INPUT, the stick and the chosen sets of the corpus (inputs.toml) are
converted with polygons and exports too, for every check of look.py.
  TRAMLINE_BIN     the program, default target/release/tramline
  TRAMLINE_CORPUS  folder of sets, default ../shared/corpus; each set with a machine file is converted
  E2E_OUT          where results go, kept; else a temporary folder
Exit code: 0 all agree or skipped loudly, 1 something differs.
"""

import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import look
from tramline import report, samples
from tramline.service import executable, temporary

HERE = Path(__file__).resolve().parent
# The longest begin first.
SIDE_BY_SIDE = (
    "same_bytes",
    "cli_disk",
    "renderings",
    "requests_hostile",
    "fuzz",
    "crash",
    "nth_write",
    "full_disk",
    "tenancy",
    "contract",
    "shut_in",
    "deploy",
    "webhooks",
    "clients",
    "old_clients",
    "generated",
    "openapi",
    "answers",
    "operations",
    "accounts",
    "test_same",
    "test_contract",
)
ALONE = (  # limits by the clock
    "poison",
    "flood",
)
CHECKS = SIDE_BY_SIDE + ALONE
PLAN = tomllib.loads((HERE / "inputs.toml").read_text())
CONVERTED = (0, 1, 3)  # all processed, some file failed, nothing recognised: all are answers
SHOWN = 5  # last lines of a conversion that failed


@dataclass(frozen=True)
class Outcome:
    """What one input or check said, how it ended, and its seconds."""

    name: str
    code: int
    said: str
    seconds: float


@dataclass(frozen=True)
class Input:
    """What is converted; `whole` with everything that can be looked at."""

    path: Path
    whole: bool

    @property
    def name(self) -> str:
        """Short, and no other input's."""
        return f"{self.path.parent.name}-{self.path.name}"


def command(words: Iterable[object]) -> tuple[int, str]:
    """Runs a program; its code, and both of its streams in the order in which they were written."""
    done = subprocess.run([*map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(errors="replace")


def convert(one: Input, out: Path, configuration: Path) -> tuple[int, str]:
    """Converts an input into a folder."""
    whole = ("--export", PLAN["exports"], "--export-output", "standard", "--config", configuration) if one.whole else ()
    return command([executable(), "convert", one.path, "--out", out, "--outputs", "parquet,geojson,raw,images", *whole])


def looked_at(one: Input, folder: Path, configuration: Path) -> Outcome:
    """Converts an input and has its results looked at."""
    begin, out = time.monotonic(), folder / one.name
    shutil.rmtree(out, ignore_errors=True)

    def outcome(code: int, said: str) -> Outcome:
        """With the seconds so far."""
        return Outcome(one.name, code, said, time.monotonic() - begin)

    code, said = convert(one, out, configuration)
    if code not in CONVERTED:
        last = "\n".join(said.splitlines()[-SHOWN:])
        return outcome(look.DIFFER, f"FAIL {one.name}: convert ended with {code}\n{last}\n")
    if not (out / "report.json").is_file():
        return outcome(look.NOTHING, "") if code == 3 else outcome(look.DIFFER, f"FAIL {one.name}: no report.json\n")
    code, said = command([sys.executable, HERE / "look.py", out, *(look.CHECKS if one.whole else ("outputs",))])
    if not os.environ.get("E2E_OUT"):
        shutil.rmtree(out, ignore_errors=True)
    return outcome(code, f"== {one.name}\n{said}")


def check(name: str) -> Outcome:
    """One of the checks beside this file."""
    begin = time.monotonic()
    code, said = command([sys.executable, HERE / f"{name}.py"])
    seconds = time.monotonic() - begin
    failed = f"FAIL {name}\n" if code else ""
    return Outcome(name, code, f"== {name}\n{said}{name}: {seconds:.0f} s\n{failed}", seconds)


def side_by_side(work: Callable[[object], Outcome], what: Iterable[object], at_once: int) -> Iterator[Outcome]:
    """Does so many at once. What each says comes in their order, at the end of each."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for outcome in pool.map(work, what):
            print(outcome.said, end="", flush=True)
            yield outcome


def known_inputs(folder: Path) -> Iterator[Input]:
    """The sample stick, the sets of the corpus, and the chosen ones of it."""
    yield Input(samples.stick_file(folder), True)
    corpus = samples.corpus()
    if not corpus.is_dir():
        report.skipped(f"the corpus: no folder {corpus}")
        return
    chosen = [corpus / choice for choice in PLAN["chosen"]]
    for path in sorted(corpus.glob("*/*/")):
        if path.is_dir():
            yield Input(path, path in chosen)
    for path in chosen:
        if path.is_file():  # a part of a set
            yield Input(path, True)
        elif not path.exists():
            report.skipped(f"{path}: the corpus lacks it")


def run_inputs(given: list[Path], at_once: int) -> int:
    """Converts and looks; how many differ."""
    begin = time.monotonic()
    with temporary() as scratch:
        folder = Path(scratch)
        out = Path(os.environ.get("E2E_OUT") or folder / "out")
        out.mkdir(parents=True, exist_ok=True)
        configuration = folder / "polygons.json"
        configuration.write_text(json.dumps(PLAN["configuration"]))
        inputs = [Input(path, True) for path in given] or list(known_inputs(folder / "demo"))
        done = list(side_by_side(lambda one: looked_at(one, out, configuration), inputs, at_once))
    agree, nothing = (sum(one.code == code for one in done) for code in (look.AGREE, look.NOTHING))
    differ = len(done) - agree - nothing
    print(f"inputs: {agree} agree, {differ} differ, {nothing} without points; {time.monotonic() - begin:.0f} s", flush=True)
    if not agree and not differ:
        report.skipped("e2e/run.py: no input gave any points")
    return differ


def run_checks(names: list[str], at_once: int) -> int:
    """Runs checks, and prints the seconds of each; how many failed."""
    done = list(side_by_side(check, [name for name in SIDE_BY_SIDE if name in names], at_once))
    done += side_by_side(check, [name for name in ALONE if name in names], 1)
    for one in done:
        print(f"{one.name:<18}{one.seconds:>6.0f} s  {'FAILED' if one.code else 'ok'}")
    return sum(one.code != 0 for one in done)


def main(arguments: list[str]) -> int:
    """Names and inputs in any order."""
    if {"-h", "--help"} & set(arguments):
        print(__doc__.strip())
        return 0
    names = [word for word in arguments if word in (*CHECKS, "inputs")]
    paths = [Path(word) for word in arguments if word not in names]
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        print(f"no check and no input: {', '.join(missing)}; checks are {', '.join(CHECKS)}", file=sys.stderr)
        return 1
    at_once = os.cpu_count() or 1
    failed = run_inputs(paths, at_once) if paths or "inputs" in names or not arguments else 0
    if names or not arguments:
        failed += run_checks(names if arguments else list(CHECKS), at_once)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
