"""The uploads of crash.py: zips of different sizes and fates, and the clients that send them until they are acknowledged."""

import queue
import random
import threading
import zipfile
from functools import partial

from tramline import wait
from tramline.client import AWAY, Client, Problem
from tramline.samples import pack
from tramline.service import Service

CLIENTS = 8
ACKNOWLEDGED_SECONDS = 900  # for one upload, however often the service dies meanwhile
Members = dict[str, bytes]


def groups(members: Members) -> tuple[Members, Members, Members]:
    """Task data, shapefiles and texts of the stick."""
    folders = ("TASKDATA/", "Office export/", "agleader/")
    return tuple({name: data for name, data in members.items() if name.startswith(folder)} for folder in folders)


def variant(members: Members, number: int) -> Members:
    """Members of one zip; each number modulo ten has a fate of its own."""
    isoxml, shape, text = groups(members)
    return {
        0: lambda: dict(members),
        1: lambda: isoxml,
        2: lambda: shape,
        3: lambda: {f"Säule {number}/{name}": data for name, data in text.items()},
        # logs that end early
        4: lambda: {name: data[: len(data) * 2 // 3] if name.endswith(".BIN") else data for name, data in isoxml.items()},
        # one dataset is broken, its neighbour is good
        5: lambda: text | {name: b"no shapefile" if name.endswith(".shp") else data for name, data in shape.items()},
        # nothing to be found
        6: lambda: {"notes.txt": b"bring the stick back\n"},
        # the file names another name
        7: lambda: {name.replace("TASKDATA/", "Backup/TASKDATA/"): data for name, data in isoxml.items()},
        8: lambda: {**shape, **text},
        9: lambda: text,
    }[number % 10]()


def variants(members: Members, count: int, seed: int) -> dict[str, bytes]:
    """Zips of different sizes and fates, no two with the same bytes: name to bytes."""
    chance = random.Random(seed)
    zips = {}
    for number in range(count):
        chosen = variant(members, number) | {"number.txt": f"{seed} {number}\n".encode()}
        if number % 7 == 0:
            chosen["photos/big.jpg"] = chance.randbytes(chance.randrange(1, 4) << 20)
        zips[f"stick-{number:03}.zip"] = pack(chosen, zipfile.ZIP_STORED if number % 3 == 0 else zipfile.ZIP_DEFLATED)
    return zips


class Feed:
    """Clients that send each zip until it is acknowledged."""

    def __init__(self, service: Service, token: str, user: str, zips: dict[str, bytes]) -> None:
        self.service, self.token, self.user, self.zips = service, token, user, zips
        self.todo: queue.Queue[str | None] = queue.Queue()
        self.names = iter(zips)
        self.given = 0
        self.again = 0
        self.refused: list[str] = []
        self.acknowledged: dict[str, dict] = {}
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def give(self, upto: int) -> None:
        """Lets so many uploads begin in all."""
        while self.given < min(upto, len(self.zips)):
            self.todo.put(next(self.names))
            self.given += 1

    def work(self) -> None:
        """One client: a zip after the other, until there is none."""
        client = Client(self.service, self.token)
        while (name := self.todo.get()) is not None:
            try:
                batch = wait.until(partial(self.send, client, name), f"an answer to {name}", ACKNOWLEDGED_SECONDS,
                                   longest=wait.CLOSE)
                with self.lock:
                    self.acknowledged[name] = batch
            except (Problem, wait.NotInTime) as cause:
                self.refused.append(str(cause))
            self.todo.task_done()

    def send(self, client: Client, name: str) -> dict | None:
        """Sends once; the batch, or nothing while the service is away."""
        # Every other client sends a key, so that sending again is the same upload.
        key = f"key {name}" if int(name[6:9]) % 2 else None
        try:
            return client.upload(self.user, name, self.zips[name], key)
        except AWAY:
            with self.lock:
                self.again += 1
            return None

    def is_idle(self) -> bool:
        """Whether all that was given is acknowledged or refused."""
        return not self.todo.unfinished_tasks

    def join(self) -> None:
        """Ends the clients."""
        for _ in self.threads:
            self.todo.put(None)
        for thread in self.threads:
            thread.join()
