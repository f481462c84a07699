"""The kills of crash.py: half at random moments, half at the points of `crates/server/src/failpoint.rs`."""

import collections
import random
import time
from collections.abc import Callable

from crash_uploads import Feed
from tramline import wait
from tramline.service import NotStarted, Service

POINTS = [
    "upload.written", "upload.flushed", "upload.compared", "upload.checked", "upload.adopted",
    "upload.committing", "upload.committed", "run.leased", "file.announcing", "file.announced", "file.adopted",
    "file.publishing", "file.published", "run.converted", "run.publishing", "run.published", "run.told",
]
POINT_SECONDS = 8  # until the process must have died at its point
RANDOM_SECONDS = (0.02, 0.9)  # until it is killed at a random moment
Keys = dict[str, list[str]]


def published(service: Service, run: str) -> Keys:
    """The artifacts of the files that a run has published: where they are stored."""
    keys = collections.defaultdict(list)
    for file, key in service.rows("SELECT f.id, a.blob_key FROM files f JOIN artifacts a ON a.file_id = f.id "
                                  "WHERE f.run_id = ? AND f.status <> 'processing' ORDER BY a.kind", run):
        keys[file].append(key)
    return dict(keys)


class Resumed:
    """How long interrupted runs wait until a worker has them again."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.waiting: dict[str, tuple[int, float | None]] = {}
        self.published: Keys = {}
        self.worst = 0.0
        self.count = 0

    def died(self) -> None:
        """Notes the runs that were interrupted, and what they had published."""
        for run, fence in self.service.rows("SELECT id, fence FROM runs WHERE state = 'running'"):
            if run not in self.waiting:
                self.waiting[run] = (fence, None)
            self.published |= published(self.service, run)

    def started(self) -> None:
        """From now on a worker may take them up."""
        now = time.monotonic()
        self.waiting = {run: (fence, since or now) for run, (fence, since) in self.waiting.items()}

    def look(self) -> None:
        """Notes the runs that are taken up since the last look."""
        for run, (fence, since) in list(self.waiting.items()):
            found = self.service.rows("SELECT fence, state FROM runs WHERE id = ?", run)
            if since and (not found or found[0][0] > fence or found[0][1] == "done"):
                self.worst = max(self.worst, time.monotonic() - since)
                self.count += 1
                del self.waiting[run]

    def all_resumed(self) -> bool:
        """Looks once more; whether none waits."""
        self.look()
        return not self.waiting


def dies(service: Service, seconds: float, resumed: Resumed, nudge: Callable[[], None] = lambda: None) -> bool:
    """Whether the process ends by itself in that time; once a second it is nudged to."""
    nudges = iter(range(1, int(seconds) + 1))
    begin, following = time.monotonic(), next(nudges, None)

    def look() -> bool:
        """Nudges, if it is time to, and looks for runs that are resumed."""
        nonlocal following
        if not service.is_running():
            return True
        if following is not None and time.monotonic() - begin > following:
            nudge()
            following = next(nudges, None)
        resumed.look()
        return False

    return wait.within(look, seconds, wait.CLOSE)


def one_kill(service: Service, feed: Feed, point: str | None, chance: random.Random, resumed: Resumed) -> str:
    """Lets the running process die at its point, or kills it; how it died."""
    if point is None:
        dies(service, chance.uniform(*RANDOM_SECONDS), resumed)
    elif dies(service, POINT_SECONDS, resumed, lambda: feed.give(feed.given + 2)):
        return point
    service.kill()
    return "random"


def storm(service: Service, feed: Feed, kills: int, chance: random.Random, resumed: Resumed) -> tuple[dict[str, int], float]:
    """The kills. Counts of what happened, and the slowest start."""
    counts, slowest = collections.Counter(), 0.0
    names = [POINTS[number % len(POINTS)] for number in range(kills // 2)]
    plan = names + [None] * (kills - len(names))
    chance.shuffle(plan)
    for number, point in enumerate(plan):
        failpoint = f"{point}:{chance.randrange(1, 3)}" if point else None
        try:
            slowest = max(slowest, service.start(failpoint))
        except NotStarted:
            if not failpoint:  # at a point it may die before it listens
                raise
        resumed.started()
        feed.give(8 + int(len(feed.zips) / kills * number))
        counts[one_kill(service, feed, point, chance, resumed)] += 1
        resumed.died()
    return counts, slowest
