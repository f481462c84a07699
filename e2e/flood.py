#!/usr/bin/env python3
"""Attacks the logins and the connections of the service, and looks at what that costs everybody else.

    e2e/flood.py [--whole]

1. 200 wrong logins at once from one address, then from 200: the process stays below 200 MB, /health/live answers all the
   while (how soon is told: within 100 ms where the machine has no other work), each attempt is answered 401 or 429 with Retry-After, and the right password from elsewhere gets its token.
2. 3,000 requests whose bodies stop half way (logins, uploads, boundaries, heads without an end): all are cut (when is told:
   within 60 seconds where the machine has no other work), uploads that come meanwhile are taken, and nothing stays in memory or on disk. The short form has a shorter
   patience with uploads and 3,000 connections all the same.
3. Clients that read nothing of their answers are let go of (--whole only: that takes a minute).
Exit code: 0 all hold, 1 something does not.
"""

import json
import resource
import selectors
import socket
import statistics
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tramline import report, wait
from tramline.client import API, HOOKS
from tramline.report import Faults
from tramline.samples import stick_file
from tramline.service import NAME, PASSWORD, Service

LOGINS = 200
HALF_SENT = 3_000
MEMORY = 200 << 20
# Within which half of the answers come, and each one, on a slow machine that has other work: a full queue of connections alone
# costs a client some seconds.
HALF_SECONDS, EACH_SECONDS = 1, 60
SHORT_IDLE = 6  # seconds of patience with an upload in the short form


@dataclass
class Exchange:
    """A connection, what is sent on it, and what came back."""

    sent: bytes
    source: str = "127.0.0.1"
    answer: bytes = b""
    begun: float = 0.0
    ended: float = 0.0
    connection: socket.socket | None = field(default=None, repr=False)

    @property
    def status(self) -> int:
        """Of the answer; 0 without one."""
        words = self.answer[:20].split()
        return int(words[1]) if len(words) > 1 else 0


def post(path: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A request; with a length beyond the body's it never ends."""
    head = [f"POST {path} HTTP/1.1", "Host: tramline", f"Content-Length: {length or len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def login(name: str, password: str) -> bytes:
    """A request for a token."""
    return post("/api/authenticate", json.dumps({"username": name, "password": password}).encode(),
                "Content-Type: application/json")


def play(port: int, exchanges: list[Exchange], seconds: float) -> None:
    """Sends all at once and waits until the service has ended each, or the time is over."""
    selector = selectors.DefaultSelector()
    for exchange in exchanges:
        exchange.connection = socket.socket()
        exchange.connection.bind((exchange.source, 0))
        exchange.connection.setblocking(False)
        exchange.connection.connect_ex(("127.0.0.1", port))
        selector.register(exchange.connection, selectors.EVENT_WRITE, exchange)
    end, left = time.monotonic() + seconds, len(exchanges)
    while left and time.monotonic() < end:
        for key, _ in selector.select(0.2):
            exchange: Exchange = key.data
            try:
                if not exchange.begun:
                    exchange.connection.send(exchange.sent)
                    exchange.begun = time.monotonic()
                    selector.modify(exchange.connection, selectors.EVENT_READ, exchange)
                    continue
                data = exchange.connection.recv(65536)
            except ConnectionError:
                data = b""
            exchange.answer += data
            if not data:
                exchange.ended = time.monotonic()
                selector.unregister(exchange.connection)
                exchange.connection.close()
                left -= 1
    for exchange in exchanges:
        exchange.connection.close()
    selector.close()


class Watch:
    """Asks for /health/live all the while, each time on a new connection, from an address of its own."""

    def __init__(self, port: int) -> None:
        self.port, self.seconds, self.bad = port, [], Counter()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def _ask(self) -> None:
        while True:
            begin = time.monotonic()
            try:
                with socket.create_connection(("127.0.0.1", self.port), EACH_SECONDS, ("127.0.9.9", 0)) as connection:
                    connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: tramline\r\nConnection: close\r\n\r\n")
                    answer = connection.recv(12)
            except OSError as cause:
                answer = repr(cause).encode()
            self.seconds.append(time.monotonic() - begin)
            if answer != b"HTTP/1.1 200":
                self.bad[answer] += 1
            if self._stop.wait(0.02):
                return

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def judge(self, what: str, faults: Faults) -> str:
        """Faults where it was slow or bad; a text for the report."""
        faults.expect(not self.bad, f"{what}: health answered {dict(self.bad)}")
        half, slowest = statistics.median(self.seconds), max(self.seconds)
        faults.expect(half < HALF_SECONDS, f"{what}: half of the answers of health took {half * 1000:.0f} ms and more")
        return f"health {half * 1000:.0f} ms, at worst {slowest * 1000:.0f} ms of {len(self.seconds)}"


def flood_logins(faults: Faults) -> None:
    """Wrong passwords from one address, and from as many as there are attempts."""
    for what, source in (("one address", lambda _: "127.0.0.1"), ("200 addresses", lambda n: f"127.0.{1 + n // 200}.{1 + n % 200}")):
        with Service(WORKERS=0) as service:
            before = service.memory("VmRSS")
            wrong = [Exchange(login(NAME if n % 2 else f"name{n}", f"wrong {n}"), source(n)) for n in range(LOGINS)]
            with Watch(service.port) as watch:
                play(service.port, wrong, wait.LONG)
            said = watch.judge(f"login flood, {what}", faults)
            right = [Exchange(login(NAME, PASSWORD), "127.0.8.8")]
            play(service.port, right, wait.LONG)
            faults.expect(right[0].status == 200, f"login flood, {what}: the right password elsewhere got {right[0].status}")
            statuses = Counter(exchange.status for exchange in wrong)
            faults.expect(set(statuses) <= {401, 429}, f"login flood, {what}: {dict(statuses)}")
            dumb = [e for e in wrong if e.status == 429 and b"retry-after:" not in e.answer.lower()]
            faults.expect(not dumb, f"login flood, {what}: {len(dumb)} of 429 without Retry-After")
            peak, after = service.memory("VmHWM"), service.memory("VmRSS")
            faults.expect(peak < MEMORY, f"login flood, {what}: {peak >> 20} MB")
            slowest = max(e.ended - e.begun for e in wrong)
            print(f"{LOGINS} wrong logins, {what}: {dict(statuses)}, slowest {slowest:.1f} s, {peak >> 20} MB at most, "
                  f"{before >> 20} MB before, {after >> 20} MB after; {said}")
            faults.expect("wrong" not in service.log_text().replace("a wrong name or password", ""), "a password is in the log")


def half_sent(number: int, token: str, user: str) -> Exchange:
    """A request that stops half way, each time of another kind."""
    form = "Content-Type: multipart/form-data; boundary=x"
    allowed = f"Authorization: Bearer {token}"
    begun = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\nPK\x03\x04'
    upload = f"{API}/batch?leafUserId={user}&provider=Other"
    kinds = (
        post("/api/authenticate", b'{"username": "ad', "Content-Type: application/json", length=80),
        post("/api/authenticate", b"", "Content-Type: application/json", length=80),
        post(upload, begun, form, allowed, length=100_000),
        post(upload, b"", form, allowed, length=100_000),
        post("/services/uploadservice/api/upload", begun, form, allowed, length=100_000),
        post(upload, begun, form, length=100_000),  # nobody's
        post(HOOKS, b'{"name": "', "Content-Type: application/json", allowed, length=80),
        post("/no/such/path", b"abc", length=80),
        b"POST /api/authenticate HTTP/1.1\r\nHost: tra",
        b"",
    )
    return Exchange(kinds[number % len(kinds)])


def half_sent_bodies(whole: bool, faults: Faults) -> None:
    """Thousands of connections that wait for the rest of their requests, and an honest client among them."""
    settings = {} if whole else {"IDLE_BODY_SECONDS": SHORT_IDLE}
    with Service(WORKERS=0, **settings) as service:
        client = service.client()
        user = client.add_user()
        name, stick = "stick.zip", stick_file(service.folder / "made")
        before = service.open_files()
        slow = [half_sent(number, client.token, user) for number in range(HALF_SENT)]
        attack = threading.Thread(target=play, args=(service.port, slow, wait.LONG))
        with Watch(service.port) as watch:
            attack.start()
            attack.join()
        said = watch.judge("half-sent bodies", faults)
        uncut = [exchange for exchange in slow if not exchange.ended]
        faults.expect(not uncut, f"{len(uncut)} half-sent bodies were not cut: {Counter(e.sent[:60] for e in uncut).most_common(3)}")
        longest = max((e.ended - e.begun for e in slow if e.ended), default=0)
        statuses = Counter(e.status for e in slow)
        # A machine that has other work may take too long to look a token up: 503.
        faults.expect(set(statuses) <= {0, 401, 404, 408, 429, 503}, f"half-sent bodies: {dict(statuses)}")
        faults.expect(service.client().upload(user, name, stick.read_bytes())["status"] == "RECEIVED", "no upload after it")
        incoming = service.data / "incoming"
        wait.within(lambda: not any(incoming.iterdir()), wait.LONG)
        waiting = list(incoming.iterdir())
        faults.expect(not waiting, f"{len(waiting)} files wait in incoming")
        wait.within(lambda: service.open_files() < before + 20, wait.LONG)  # connections go just after their answers
        after, peak = service.open_files(), service.memory("VmHWM")
        faults.expect(after < before + 20, f"{after} files open after it, {before} before")
        faults.expect(peak < MEMORY, f"half-sent bodies: {peak >> 20} MB")
        print(f"{HALF_SENT} half-sent requests: {dict(statuses)}, the last cut after {longest:.1f} s, {peak >> 20} MB at most; {said}")


def unread_answers(faults: Faults) -> None:
    """Clients that ask for much and read nothing."""
    with Service(WORKERS=0) as service:
        before = service.open_files()
        request = b"GET /openapi.json HTTP/1.1\r\nHost: tramline\r\n\r\n" * 100
        deaf = []
        for _ in range(100):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", service.port))
            connection.sendall(request)
            deaf.append(connection)
        begin = time.monotonic()
        wait.within(lambda: service.open_files() <= before + 5, wait.LONG)
        took, left = time.monotonic() - begin, service.open_files() - before
        faults.expect(left <= 5, f"{left} connections of clients that read nothing are open after {took:.0f} s")
        for connection in deaf:
            connection.close()
        print(f"100 clients that read nothing: let go of after {took:.0f} s")


def attack(whole: bool, faults: Faults) -> str:
    """All attacks."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    flood_logins(faults)
    half_sent_bodies(whole, faults)
    if whole:
        unread_answers(faults)
    return f"{2 * LOGINS} logins, {HALF_SENT} half-sent requests"


if __name__ == "__main__":
    sys.exit(report.run("flood", lambda faults: attack("--whole" in sys.argv, faults)))
