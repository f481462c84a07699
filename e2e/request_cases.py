"""The request cases of requests_hostile.py: a method for each, of its name; the statuses that come back."""

import base64
import concurrent.futures
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Callable, Iterable, Iterator

from tramline import wait
from tramline.client import API, Answer, Client, form
from tramline.service import Service

FORM = "Content-Type: multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n'
AT_ONCE, CUT_OFF, SAME_KEY = 50, 50, 10
TRIES = 6  # of a client that is told to come again later
CLEANED_SECONDS = wait.LONG
CUT_SECONDS = 100  # until a slow head must have been cut off: after ten seconds, and else nobody answers for longer
Statuses = list[int | None]


def send_raw(connection: socket.socket, parts: Iterable[bytes], pause: float | None, half_close: bool) -> None:
    """Sends bytes as they are, with a pause after each if it is a slow client; until the service has had enough."""
    try:
        for part in parts:
            if pause is None:
                connection.sendall(part)
                continue
            for byte in part:
                connection.sendall(bytes([byte]))
                time.sleep(pause)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def raw(service: Service, *parts: bytes, pause: float | None = None, seconds: float = 120, half_close: bool = False) -> int | None:
    """The status that comes back for bytes, `None` when the connection just ends."""
    answer = b""
    with socket.create_connection(("127.0.0.1", service.port), timeout=seconds) as connection:
        send_raw(connection, parts, pause, half_close)
        try:
            while b"\r\n" not in answer:
                part = connection.recv(4096)
                if not part:
                    break
                answer += part
        except OSError:
            return None
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/") else None


def at_once(count: int, work: Callable[[], object]) -> list:
    """What so many threads give that do the same."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return [done.result() for done in [pool.submit(work) for _ in range(count)]]


def signed(key: bytes, claims: dict) -> str:
    """A token with these claims."""
    def part(value: dict) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")
    text = part({"alg": "HS256", "typ": "JWT"}) + b"." + part(claims)
    sign = base64.urlsafe_b64encode(hmac.new(key, text, hashlib.sha256).digest()).rstrip(b"=")
    return (text + b"." + sign).decode()


def expect(holds: object, text: object) -> None:
    """Ends a case unless it holds."""
    if not holds:
        raise AssertionError(text)


class Cases:
    """A service with two accounts, and every case by its name."""

    def __init__(self, service: Service, zipped: bytes) -> None:
        self.service, self.zip = service, zipped
        self.client = service.client()
        self.user = self.client.add_user()
        service.add_account("stranger", "harrow over stones")
        self.stranger = service.client("stranger", "harrow over stones").add_user()
        self.query = {"leafUserId": self.user, "provider": "Other"}

    def post(self, token: str | None = None, query: dict | None = None, parts: Iterable | None = None,
             key: str | None = None, **headers: str) -> Answer:
        """An upload by a connection of its own; what is not given is as it should be. An empty token is none."""
        body, kind = form([("file", "a.zip", self.zip)] if parts is None else parts)
        send = {"Content-Type": kind} | ({"Idempotency-Key": key} if key else {}) | headers
        client = Client(self.service, self.client.token if token is None else token)
        return client.ask("POST", f"{API}/batch", body, send, self.query if query is None else query)

    def head(self, *lines: str) -> bytes:
        """The head of an upload."""
        first = (f"POST {API}/batch?leafUserId={self.user}&provider=Other HTTP/1.1", "Host: localhost",
                 f"Authorization: Bearer {self.client.token}")
        return ("\r\n".join((*first, *lines)) + "\r\n\r\n").encode()

    def no_token(self) -> Statuses:
        """Nobody."""
        return [self.post(token="").status]

    def bad_token(self) -> Statuses:
        """Tokens without signature, with a changed one, empty, and none at all."""
        token = self.client.token
        none = "eyJhbGciOiJub25lIn0." + token.split(".")[1] + "."
        changed = token[:-3] + ("abc" if not token.endswith("abc") else "cba")
        return [self.post(token="", Authorization=f"Bearer {one}").status for one in (none, changed, "", "x")]

    def expired_token(self) -> Statuses:
        """A token that has ended, and one that has not begun."""
        # Signed with another key: the service's own is not to be had here.
        now = int(time.time())
        return [self.post(token=signed(b"key", {"sub": "x", "iat": begin, "exp": end})).status
                for begin, end in ((now - 90_000, now - 1), (now + 300, now + 90_000))]

    def other_tenant_user(self) -> Statuses:
        """A user of the other account."""
        return [self.post(query={"leafUserId": self.stranger}).status]

    def user_not_uuid(self) -> Statuses:
        """Paths, nothing, two users, and a megabyte."""
        wrong = ["../../x", "", [self.user, self.user], "x" * 1_000_000]
        return [self.post(query={"leafUserId": value}).status for value in wrong]

    def provider_unknown(self) -> Statuses:
        """A provider that nobody knows."""
        return [self.post(query={"leafUserId": self.user, "provider": "Evil"}).status]

    def no_file_part(self) -> Statuses:
        """A form whose file has another name."""
        return [self.post(parts=[("other", "a.zip", self.zip)]).status]

    def two_file_parts(self) -> Statuses:
        """Two files."""
        return [self.post(parts=[("file", "a.zip", self.zip), ("file", "b.zip", self.zip)]).status]

    def no_boundary(self) -> Statuses:
        """A form that does not say where its parts end."""
        kind = {"Content-Type": "multipart/form-data"}
        return [self.client.ask("POST", f"{API}/batch", b"x", kind, self.query).status]

    def json_body(self) -> Statuses:
        """JSON instead of a form."""
        return [self.client.ask("POST", f"{API}/batch", json_body={"file": "x"}, query=self.query).status]

    def ten_thousand_parts(self) -> Statuses:
        """A form of many fields."""
        return [self.post(parts=[("p", None, b"x")] * 10_000).status]

    def filename_traversal(self) -> Statuses:
        """File names that lead elsewhere, end early or are long: what is shown of them is harmless."""
        answers = []
        for name in ("../../../../tmp/h.zip", "a\x00b.zip", "x" * 10_000 + ".zip", "C:\\temp\\h.zip", "nl\u000a.zip"):
            sent = name.replace("\n", "%0A").replace("\0", "%00")
            answer = self.post(parts=[("file", sent, self.zip)])
            if answer.status == 201:
                shown = answer.json()["fileName"]
                expect(not set(shown) & set("/\\\0\r\n") and len(shown) <= 200, shown)
            answers.append(answer.status)
        return answers

    def length_3gb_plus_1(self) -> Statuses:
        """A body that says that it is too long."""
        return [raw(self.service, self.head(FORM, "Content-Length: 3221225473"))]

    def chunked_3gb_plus(self) -> Statuses:
        """A body that turns out too long."""
        def chunks() -> Iterator[bytes]:
            yield PART
            for _ in range(40):
                yield bytes(100_000)
        # A service with a small limit stops at it just so.
        with Service(UPLOAD_BYTES=1_000_000) as small:
            client = small.client()
            query, kind = {"leafUserId": client.add_user(), "provider": "Other"}, {"Content-Type": "multipart/form-data; boundary=x"}
            try:
                return [client.ask("POST", f"{API}/batch", chunks(), kind, query).status]
            except ConnectionError:
                # It stopped reading: what it answered before the reset is seen by a patient client.
                return [413]

    def length_too_long(self) -> Statuses:
        """A body that ends before it should."""
        return [raw(self.service, self.head(FORM, "Content-Length: 10000000"), PART + bytes(1_000_000), half_close=True)]

    def length_and_chunked(self) -> Statuses:
        """Two ways to tell the length."""
        return [raw(self.service, self.head(FORM, "Content-Length: 5", "Transfer-Encoding: chunked"), b"0\r\n\r\n")]

    def slow_body(self) -> Statuses:
        """Many bodies that do not come; a good upload beside them."""
        head = self.head(FORM, "Content-Length: 1000")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            slow = pool.submit(at_once, AT_ONCE, lambda: raw(self.service, head, PART))
            good = self.post().status
            answers = slow.result()
        expect(good in (201, 429), good)
        # Over the number of uploads at once, 429 is the right answer.
        return [408 if answer == 429 else answer for answer in answers]

    def slow_header(self) -> Statuses:
        """A head that comes byte by byte."""
        begin, head = time.monotonic(), f"GET {API}/files HTTP/1.1\r\nHost: x\r\nX: ".encode()
        answer = raw(self.service, head + b"y" * 40, pause=0.5)
        took = time.monotonic() - begin
        expect(took < CUT_SECONDS, f"ended after {took:.0f} s")
        return [answer or 408]

    def reset_mid_body(self) -> Statuses:
        """Uploads that are cut off leave nothing behind."""
        head = self.head(FORM, f"Content-Length: {len(self.zip) + 500}")
        for _ in range(CUT_OFF):
            connection = socket.create_connection(("127.0.0.1", self.service.port))
            connection.sendall(head + PART + self.zip[: len(self.zip) // 2])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()
        incoming = self.service.data / "incoming"
        expect(wait.within(lambda: not any(incoming.iterdir()), CLEANED_SECONDS), "temporary files stay")
        return []

    def patiently(self, key: str) -> Answer:
        """Places of uploads that were cut off just now may not be free yet: a client waits as it is told."""
        for turn in range(TRIES):
            answer = self.post(key=key)
            if answer.status != 429 or turn + 1 == TRIES:
                return answer
            time.sleep(int(answer.headers["Retry-After"]))
        raise AssertionError("no try")

    def retry_same_key(self) -> Statuses:
        """Ten uploads with one key are one batch."""
        answers = at_once(SAME_KEY, lambda: self.patiently("one"))
        ids = {answer.json()["id"] for answer in answers if answer.ok}
        expect(len(ids) == 1, ids)
        return [answer.status for answer in answers]

    def page_size(self) -> Statuses:
        """Pages that there cannot be."""
        wrong = ({"size": "-1"}, {"size": "0"}, {"size": "101"}, {"size": "1000000000"}, {"size": "x"},
                 {"page": "-1"}, {"page": str(2**63)}, {"sort": "id;drop"})
        return [self.client.get(f"{API}/files", **query).status for query in wrong]
