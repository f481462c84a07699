#!/usr/bin/env python3
"""Runs several checks on one folder of results in one process: starting Python costs more than most of them.

    checks.py DIR CHECK…      DIR holds report.json; a CHECK is outputs, exports, geoparquet, coverage, images

Exit code 0 all agree, 1 some differ, 2 nothing to check.
"""

import importlib
import sys


def main(arguments):
    if len(arguments) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    codes = [importlib.import_module(f"check_{name}").main(arguments[:1]) for name in arguments[1:]]
    return 1 if 1 in codes else 0 if 0 in codes else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
