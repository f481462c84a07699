"""Waiting for a condition with a deadline: the only place where the checks poll."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
FIRST_PAUSE = 0.01  # seconds; each further one is longer
LONGEST_PAUSE = 0.2
CLOSE = 0.02  # the longest pause of a look at what goes by
LONG = 300  # seconds for what comes sooner or later: on a slow machine that has other work, too


class NotInTime(Exception):
    """What was waited for did not come."""


def within(condition: Callable[[], Found], seconds: float, longest: float = LONGEST_PAUSE) -> Found:
    """What the condition gives as soon as it is true, or its last answer when the time is over."""
    end, pause = time.monotonic() + seconds, FIRST_PAUSE
    while True:
        found = condition()
        left = end - time.monotonic()
        if found or left <= 0:
            return found
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, longest)


def until(condition: Callable[[], Found], what: str, seconds: float, tell: Callable[[], object] | None = None,
          longest: float = LONGEST_PAUSE) -> Found:
    """What the condition gives as soon as it is true; else `NotInTime` names `what` did not come and what `tell` says."""
    found = within(condition, seconds, longest)
    if not found:
        raise NotInTime(f"not within {seconds:.0f} s: {what}" + (f"; there is {tell()}" if tell else ""))
    return found
