"""Two services beside each other, one of each executable, that are asked the same and whose answers are compared.

Requests are written in the words of `normal.Normal` (an id is «1»); each service hears them in its own. What is
compared: status, headers, body; at the end the rows of the database and the names and bytes of the blobs.

Rule: an answer is compared as it is, but for ids, times and tokens. Where the order follows from random ids (the
machine files of one upload), the request says so, and items of lists are put in order first.
"""

import collections
import concurrent.futures
import gzip
import hashlib
import http.server
import json
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path

from same import difference
from same.command import Program
from same.normal import Normal
from tramline import client, wait
from tramline.client import API, Client
from tramline.service import Service

PUBLIC = "http://tramline.test"
SECONDS = 300  # for one upload
TEXTS = ("application/json", "application/problem+json", "application/geo+json", "text/")
# Of the connection, of the clock, random, or following from bodies that have other ids.
IGNORED = {"date", "x-request-id", "connection", "keep-alive", "transfer-encoding"}
OF_THE_BODY = {"content-length", "etag"}
# A text that is rendered is sent as it grows, without them, unless it is complete by then: that depends on the speed.
OF_THE_RENDERING = {"content-length", "accept-ranges"}
UNDER_WAY = {"datasets", "files", "file", "step", "points"}
RANDOM = {("accounts", "password_hash"), ("api_keys", "digest"), ("api_keys", "masked"), ("secrets", "value"),
          ("runs", "worker"), ("runs", "progress")}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple
    body: object  # str, or bytes

    def json(self) -> object:
        """The body, decoded."""
        return json.loads(self.body)


def in_order(value: object) -> object:
    """Lists whose items are objects with ids, or ids, put in an order that does not follow from the ids' bytes."""
    if isinstance(value, dict):
        return {key: in_order(one) for key, one in value.items()}
    if isinstance(value, list):
        items = [in_order(one) for one in value]
        if items and all("«" in json.dumps(one, ensure_ascii=False) for one in items):
            items.sort(key=lambda one: json.dumps(one, sort_keys=True))
        return items
    return value


def steady_events(data: bytes) -> bytes:
    """Events of progress without what was under way when it was last written down: that depends on the speed."""
    lines = []
    for line in data.decode().splitlines():
        if line.startswith("data: {"):
            told = json.loads(line.removeprefix("data: "))
            line = "data: " + json.dumps({key: told[key] for key in told if key not in UNDER_WAY}, ensure_ascii=False)
        lines.append(line)
    return "\n".join(lines).encode()


class Receiver:
    """Takes the calls of webhooks. Their bodies, in the order in which they came."""

    def __init__(self) -> None:
        bodies = self.bodies = []

        class Take(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Take)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Ends what was started."""
        self.server.shutdown()
        self.server.server_close()


class Side:
    """One service with its words."""

    def __init__(self, executable: Path, folder: Path) -> None:
        self.service = Service(folder, executable, PUBLIC_URL=PUBLIC, LOG="warn", WORKERS=1, WEBHOOKS_ALLOW_PRIVATE="true")
        begin = time.time()
        self.service.start()
        self.receiver = Receiver()
        self.normal = Normal(begin, {str(folder): "«folder»", f"127.0.0.1:{self.receiver.port}": "«receiver»"})
        self.client = self.service.client()
        self.client.timeout = SECONDS

    def own(self, text: str) -> str:
        """A text of the requests in the words of this service."""
        return self.normal.own(text).replace("«receiver»", f"127.0.0.1:{self.receiver.port}")

    def ask(self, method: str, path: str, body: object, headers: dict[str, str], token: str | None,
            unordered: bool) -> Answer:
        """One request, and its answer in words."""
        if isinstance(body, str):
            body = self.own(body).encode()
        headers = {name: self.own(value) for name, value in headers.items()}
        asker = self.client if token is None else Client(self.service, self.own(token), SECONDS)
        answer = asker.ask(method, self.own(path), body, headers)
        rendered = answer.status == 200 and path.endswith("Geojson")
        return self.words(answer.status, answer.body, answer.headers, unordered, rendered)

    def words(self, status: int, data: bytes, got: HTTPMessage, unordered: bool, rendered: bool) -> Answer:
        """An answer in words."""
        kind = got.get("Content-Type") or ""
        if got.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)  # how well it is packed depends on how the bytes came
        if kind.startswith("text/event-stream"):
            data = steady_events(data)
        text = kind.startswith(TEXTS)
        body, replaced = data, False
        if text:
            try:
                body = self.normal.text(data.decode())
                replaced = body.encode() != data
            except UnicodeDecodeError:
                pass
        left_out = IGNORED | (OF_THE_BODY if replaced else set()) | (OF_THE_RENDERING if rendered else set())
        headers = tuple(sorted((name.lower(), self.normal.text(value)) for name, value in got.items()
                               if name.lower() not in left_out))
        if unordered and isinstance(body, str):
            body = json.dumps(in_order(json.loads(body)), ensure_ascii=False)
        return Answer(status, headers, body)

    def settle(self, batch: str) -> None:
        """Waits for the end of an upload; then names its machine files in the order of their folders, not of their ids."""
        own = self.normal.own(batch)
        files = self.client.settled(own, SECONDS)["leafFiles"]

        def place(file: str) -> tuple[str, str]:
            report = self.client.file(file).get("report") or {}
            return report.get("dir", ""), json.dumps(report, sort_keys=True)

        for file in sorted(files, key=place):
            self.normal.ordinal(file)

    def idle(self) -> None:
        """Waits until no work is left, nor an event to tell."""
        open_work = ("SELECT (SELECT COUNT(*) FROM runs WHERE state IN ('queued', 'running')) + "
                     "(SELECT COUNT(*) FROM events WHERE spread = 0) + "
                     "(SELECT COUNT(*) FROM deliveries WHERE state = 'waiting')")
        wait.until(lambda: not self.service.rows(open_work)[0][0], "the end of all work", SECONDS,
                   lambda: self.service.rows("SELECT * FROM runs")[-3:], longest=wait.CLOSE)

    def tables(self) -> dict[str, list[str]]:
        """Name of each table to its statement and rows in words. Rows are in order of their text."""
        connection = sqlite3.connect(f"file:{self.service.data / 'tramline.db'}?mode=ro", uri=True)
        found = {}
        try:
            schema = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
            found["schema"] = [f"{name}: {sql}" for name, sql in schema]
            for name, sql in schema:
                if not sql.startswith("CREATE TABLE") or name.startswith("_sqlx"):
                    continue
                cursor = connection.execute(f"SELECT * FROM {name} ORDER BY rowid")
                columns = [column for column, *_ in cursor.description]
                rows = [{column: self.value(name, column, value) for column, value in zip(columns, row)} for row in cursor]
                found[name] = sorted(json.dumps(row, ensure_ascii=False) for row in rows)
        finally:
            connection.close()
        return found

    def value(self, table: str, column: str, value: object) -> object:
        """A value of the database in words."""
        if (table, column) in RANDOM:
            return "«random»"
        if isinstance(value, bytes):
            return hashlib.sha256(value).hexdigest()
        if isinstance(value, str):
            if (table, column) == ("events", "body") or column == "request_body":
                return json.dumps(in_order(json.loads(self.normal.text(value))), ensure_ascii=False)
            return self.normal.text(value)
        return self.normal.number(value) if isinstance(value, int) else value

    def blobs(self) -> dict[str, str]:
        """Name of each blob in words, to the digest of its bytes."""
        root = self.service.data / "blobs"
        return {self.normal.text(str(path.relative_to(root))): hashlib.sha256(self.plain(path)).hexdigest()
                for path in sorted(root.rglob("*")) if path.is_file()}

    def plain(self, path: Path) -> bytes:
        """The bytes of a blob, in words where they are text."""
        data = path.read_bytes()
        try:
            return self.normal.text(data.decode()).encode()
        except UnicodeDecodeError:
            return data

    def stop(self) -> None:
        """Ends what was started."""
        self.service.stop()
        self.service.close()
        self.receiver.stop()


class Pair:
    """Both services. What `ask` gives is the old one's answer in words."""

    def __init__(self, old: Program, new: Program, scratch: Path, differences: difference.Differences) -> None:
        self.differences = differences
        self.answers = 0
        self.statuses = collections.Counter()
        self.threads = concurrent.futures.ThreadPoolExecutor(2)
        self.sides = []
        for name, program in (("old", old), ("new", new)):
            folder = scratch / f"service-{name}"
            folder.mkdir()
            self.sides.append(Side(program.link, folder))

    def both(self, work: Callable[[Side], object]) -> list:
        """What `work` gives of each side; both at once."""
        return list(self.threads.map(work, self.sides))

    def ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None, token: str | None = None,
            unordered: bool = False, form: tuple[str, bytes] | None = None) -> Answer:
        """Asks both. `body` is JSON, text, or bytes as they are; `form` is (name, bytes) of a file to upload."""
        headers = dict(headers or {})
        if form is not None:
            body, headers["Content-Type"] = client.form([("file", *form)])
        elif body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body, ensure_ascii=False)
            headers["Content-Type"] = "application/json"
        old, new = self.both(lambda side: side.ask(method, path, body, headers, token, unordered))
        self.compare(f"{method} {path}", old, new)
        return old

    def compare(self, where: str, old: Answer, new: Answer) -> None:
        """Notes where two answers differ."""
        self.answers += 1
        self.statuses[f"{old.status // 100}xx"] += 1
        if old.status != new.status:
            self.differences.add(where, f"status {new.status}, was {old.status}: {difference.shown(str(new.body))}")
            return
        if old.headers != new.headers:
            changed = sorted(set(old.headers) ^ set(new.headers))
            self.differences.add(where, f"headers: {changed}")
        if old.body != new.body:
            one, other = (body if isinstance(body, bytes) else body.encode() for body in (old.body, new.body))
            self.differences.add(where, f"body: {difference.of_bytes(one, other)}")

    def get(self, path: str, **more: object) -> Answer:
        """A GET of both."""
        return self.ask("GET", path, **more)

    def upload(self, user: str, name: str, data: bytes, query: str = "provider=Other",
               headers: dict[str, str] | None = None, settle: bool = True) -> str | None:
        """Uploads, waits for the end; the batch in words, or `None` where it is refused."""
        answer = self.ask("POST", f"{API}/batch?leafUserId={user}&{query}", form=(name, data), headers=headers)
        if answer.status != 201:
            return None
        batch = answer.json()["id"]
        if settle:
            self.both(lambda side: side.settle(batch))
        return batch

    def idle(self) -> None:
        """Waits until both have no work left."""
        self.both(lambda side: side.idle())

    def order_of(self, one: str, other: str) -> bool:
        """Whether both services have the two ids in the same order, in which some answers follow."""
        return len({side.normal.own(one) < side.normal.own(other) for side in self.sides}) == 1

    def calls(self) -> None:
        """Compares the calls that the webhooks made; in order of their text, as several are made at once."""
        old, new = self.both(lambda side: sorted(
            json.dumps(in_order(json.loads(side.normal.text(body))), ensure_ascii=False) for body in side.receiver.bodies))
        self.lines("calls of webhooks", old, new)

    def lines(self, where: str, old: list[str], new: list[str]) -> None:
        """Compares rows, and tells the first that differ."""
        self.answers += 1
        if old != new:
            gone = [line for line in old if line not in new][:2]
            came = [line for line in new if line not in old][:2]
            what = difference.of_bytes(gone[0].encode(), came[0].encode()) if gone and came else gone or came
            self.differences.add(where, f"{len(new)} rows, was {len(old)}: {what or 'another order or number'}")

    def stored(self) -> None:
        """Compares the database and the blobs."""
        tables, others = self.both(lambda side: side.tables())
        for name in sorted(tables.keys() | others.keys()):
            self.lines(f"table {name}", tables.get(name, []), others.get(name, []))
        blobs, more = self.both(lambda side: side.blobs())
        self.answers += 1
        for name in sorted(blobs.keys() | more.keys()):
            if blobs.get(name) != more.get(name):
                state = "is new" if name not in blobs else "is gone" if name not in more else "other bytes"
                self.differences.add(f"blob {name}", state)

    def stop(self) -> None:
        """Ends what was started."""
        self.both(lambda side: side.stop())
        self.threads.shutdown()
