#!/usr/bin/env python3
"""Looks at one folder of results with several checks in one process: starting Python costs more than most of them.

    look.py DIR [CHECK…]      DIR holds report.json; a CHECK is outputs, exports, geoparquet, coverage, images, pictures

Without CHECK all of them. Each check_NAME.py has `looks`, which gives for a machine file what is to be looked at, and can
be run alone: `check_NAME.py DIR`. Prints a line for each look.
Exit code 0 all agree, 1 some differ, 2 nothing to look at.
"""

import importlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

CHECKS = ("outputs", "exports", "geoparquet", "coverage", "images", "pictures")
AGREE, DIFFER, NOTHING = 0, 1, 2
Look = tuple[str, Callable[[], str]]  # what is looked at, and a function that tells what was seen, or raises
Looks = Callable[[Path, dict], Iterator[Look]]


def attempt(label: str, work: Callable[[], str]) -> bool:
    """Looks once; whether all agrees."""
    try:
        print(f"ok   {label}: {work()}")
        return True
    except Exception as cause:  # a reader that fails is what this looks for
        print(f"FAIL {label}: {type(cause).__name__}: {cause}")
        return False


def through(folder: Path, looks: Looks) -> int:
    """One check over all machine files of the folder; the exit code."""
    report = json.loads((folder / "report.json").read_text())
    results = [attempt(label, work) for file in report["files"] for label, work in looks(folder, file)]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return NOTHING if not results else AGREE if all(results) else DIFFER


def through_all(folder: Path, names: Iterable[str]) -> int:
    """Several checks; nothing to look at is only what none of them has anything of."""
    codes = [through(folder, importlib.import_module(f"check_{name}").looks) for name in names]
    return DIFFER if DIFFER in codes else AGREE if AGREE in codes else NOTHING


def usage(text: str) -> int:
    """Says how a check is called."""
    print(text.strip(), file=sys.stderr)
    return NOTHING


def alone(looks: Looks, text: str) -> int:
    """What `python check_NAME.py DIR` does."""
    return through(Path(sys.argv[1]), looks) if len(sys.argv) == 2 else usage(text)


if __name__ == "__main__":
    known = len(sys.argv) > 1 and set(sys.argv[2:]) <= set(CHECKS)
    sys.exit(through_all(Path(sys.argv[1]), sys.argv[2:] or CHECKS) if known else usage(__doc__))
