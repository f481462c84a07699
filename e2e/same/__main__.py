"""Compares everything that two `tramline` executables make.

    cd e2e && python3 -m same OLD NEW [FILTER…] [--quick] [--part command|service]

On the command line: every artifact, report.json, exit code and both streams, of the corpus (TRAMLINE_CORPUS, default
../shared/corpus), of samples of our own writers (TRAMLINE_SAMPLES) and of hostile uploads (TRAMLINE_TOOLS, default
../shared/tools), each converted in several ways. Over HTTP: status, headers and bodies of a season of requests, then
database and blobs. What is not there is left out, loudly. Exit code 0: no difference, 1: some, 2: wrong usage.
"""

import argparse
import os
import resource
import sys
import time
from pathlib import Path

from same import command, inputs, scenario
from same.difference import Differences
from same.pair import Pair
from tramline.service import ROOT, temporary

MUTANTS = 150
QUICK_SECONDS = 50


def arguments() -> argparse.Namespace:
    """What was given on the command line."""
    given = argparse.ArgumentParser(prog="same", description=__doc__.splitlines()[0])
    given.add_argument("old", type=Path, help="executable that is right")
    given.add_argument("new", type=Path, help="executable that is compared with it")
    given.add_argument("filter", nargs="*", help="only cases of the command line whose name has one of these texts")
    given.add_argument("--quick", action="store_true", help="a sample of the cases, in less than 90 seconds")
    given.add_argument("--part", choices=("command", "service"), help="only this part")
    given.add_argument("--list", action="store_true", help="name the cases of the command line, and end")
    given.add_argument("--remember", type=Path, help="file that keeps what OLD made, for the next time")
    return given.parse_intermixed_args()


def found(variable: str, default: str, what: str) -> Path | None:
    """A folder that may be missing."""
    folder = Path(os.environ.get(variable) or ROOT / default)
    if folder.is_dir():
        return folder
    print(f"SKIPPED {what}: no folder {folder} ({variable})")
    return None


def gathered(given: argparse.Namespace, folder: Path, corpus: Path | None, samples: Path | None,
             hostile: Path | None) -> tuple[list[command.Case], dict[str, Path]]:
    """Cases of the command line, and where their links lead."""
    links, all_inputs = {"configs": folder / "configs"}, []
    inputs.write_configurations(links["configs"])
    for name, where, gather in (("corpus", corpus, inputs.of_corpus), ("samples", samples, inputs.of_samples),
                                ("hostile", hostile, inputs.of_hostile)):
        if where is not None:
            links[name] = where
            all_inputs += gather(where)
    cases = inputs.cases(all_inputs)
    if given.quick:
        cases = inputs.quick(all_inputs, cases)
    cases += inputs.alone(samples)
    return [case for case in cases if not given.filter or any(text in case.name for text in given.filter)], links


def took(begin: float) -> str:
    """Seconds since then, and of all processors since the start."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return f"{time.monotonic() - begin:.0f} s ({sum(one.ru_utime + one.ru_stime for one in used):.0f} s of processors)"


def main() -> int:
    """Compares; the exit code."""
    given = arguments()
    for executable in (given.old, given.new):
        if not os.access(executable, os.X_OK) or executable.is_dir():
            print(f"{executable} is no executable", file=sys.stderr)
            return 2
    begin = time.monotonic()
    corpus, samples = found("TRAMLINE_CORPUS", "../shared/corpus", "corpus"), found("TRAMLINE_SAMPLES", "samples", "samples")
    tools = found("TRAMLINE_TOOLS", "../shared/tools", "hostile uploads")
    differences = Differences(lambda line: print(line, flush=True))
    counts, answers = {"cases": 0, "artifacts": 0, "left out": 0}, 0
    with temporary() as scratch:
        folder = Path(scratch)
        old = command.Program.of(given.old, folder / "old")
        new = command.Program.of(given.new, folder / "new")
        hostile = folder / "hostile" if tools and inputs.make_hostile(tools, folder / "hostile", MUTANTS) else None
        cases, links = gathered(given, folder, corpus, samples, hostile)
        if given.list:
            print("\n".join(case.name for case in cases))
            return 0
        if given.part != "service":
            seconds = QUICK_SECONDS if given.quick else None
            memory = command.Memory(given.remember)
            counts = command.compare(old, new, cases, folder, links, memory, differences, seconds)
            for seconds, name in counts["slowest"][:3]:
                print(f"     {seconds:.0f} s: {name}")
            print(f"command line: {counts['cases']} cases, {counts['artifacts']} artifacts ({counts['remembered']} of the "
                  f"old remembered, {counts['left out']} left out for time); {took(begin)}", flush=True)
        if given.part != "command" and not given.filter:
            differences.begin_part()
            begin_service = time.monotonic()
            os.environ["TRAMLINE_BIN"] = str(old.link)
            pair = Pair(old, new, folder, differences)
            try:
                scenario.play(pair, folder, corpus, hostile, given.quick)
            finally:
                pair.stop()
                answers = pair.answers
            statuses = ", ".join(f"{count} {status}" for status, count in sorted(pair.statuses.items()))
            print(f"service: {answers} answers ({statuses}); {took(begin_service)}", flush=True)
    print(f"{counts['cases']} inputs, {counts['artifacts']} artifacts, {answers} answers compared in {took(begin)}: "
          f"{differences.count} differences")
    return 1 if differences.count else 0


if __name__ == "__main__":
    sys.exit(main())
