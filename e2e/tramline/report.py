"""How a check ends: its faults, what it counted, its seconds and its exit code."""

import signal
import sys
import time
from collections.abc import Callable

SHOWN = 40  # faults


class Faults(list[str]):
    """What did not hold."""

    def expect(self, holds: object, text: str) -> bool:
        """Notes the text unless it holds; whether it does."""
        if not holds:
            self.append(text)
        return bool(holds)


def skipped(what: str) -> None:
    """Says loudly that something was not looked at."""
    print(f"SKIPPED {what}", flush=True)


def run(name: str, check: Callable[[Faults], str]) -> int:
    """Runs a check, which notes faults and gives in words what it counted; the exit code, 0 when all holds."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that services are ended, too
    begin, faults = time.monotonic(), Faults()
    counted = check(faults)
    for fault in faults[:SHOWN]:
        print("FAIL", fault[:800])
    print(f"{name}: {counted}; {len(faults)} faults; {time.monotonic() - begin:.0f} s", flush=True)
    return 1 if faults else 0
