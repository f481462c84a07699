"""A client of the HTTP API: every answer as it is, or what is expected of it."""

import http.client
import json
import select
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from tramline import wait

API = "/services/operations/api"
USERS = "/services/usermanagement/api/users"
CONFIGS = "/services/config/api/configs"
FIELDS = "/services/fields/api"
HOOKS = "/services/alerts/api/alerts/webhooks"
AWAY = (OSError, http.client.HTTPException)  # what is raised while no service answers
QUICK_SECONDS = 2  # a batch that is settled by then is not followed
Body = bytes | str | Iterable[bytes] | None


class Listening(Protocol):
    """What a client needs of a service: its port, which changes when it is started again."""

    port: int | None


@dataclass(frozen=True)
class Answer:
    """What came back, whatever the status."""

    method: str
    url: str
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the request was done."""
        return self.status < 300

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    def json(self) -> object:
        """The body, decoded; nothing of an empty one."""
        return json.loads(self.body) if self.body else None

    def expected(self) -> "Answer":
        """Itself, or `Problem` when the request was not done."""
        if not self.ok:
            raise Problem(self)
        return self


class Problem(Exception):
    """An answer that is not the expected one: its status, url and body (problem details as an object)."""

    def __init__(self, answer: Answer) -> None:
        self.status, self.url, self.text = answer.status, answer.url, answer.text
        kind = answer.headers.get("content-type", "")
        self.body = answer.json() if kind.startswith("application/problem+json") else answer.text
        super().__init__(f"{answer.method} {answer.url[:300]}: {answer.status} {answer.text[:500]}")


def form(parts: Iterable[tuple[str, str | None, bytes]]) -> tuple[bytes, str]:
    """A multipart body of (name, file name, bytes), and its content type."""
    mark = uuid.uuid4().hex
    pieces = []
    for name, file_name, data in parts:
        shown = "" if file_name is None else f'; filename="{file_name}"'
        kind = "" if file_name is None else "Content-Type: application/zip\r\n"
        pieces.append(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n{kind}\r\n'.encode() + data + b"\r\n")
    return b"".join(pieces) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


class Client:
    """One connection of an account; after trouble a new one is made, to wherever the service listens by then."""

    def __init__(self, service: Listening, token: str | None = None, timeout: float = 120) -> None:
        self.service = service
        self.token = token
        self.timeout = timeout
        self._connection: http.client.HTTPConnection | None = None
        self._port: int | None = None

    def close(self) -> None:
        """Ends the connection; the next request makes another."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _connected(self) -> tuple[http.client.HTTPConnection, bool]:
        """The connection, and whether it is an old one that the service has not ended."""
        if self._connection and self._port == self.service.port and not has_ended(self._connection):
            return self._connection, True
        self.close()
        self._port = self.service.port
        self._connection = self.connect(self.timeout)
        return self._connection, False

    def connect(self, timeout: float) -> http.client.HTTPConnection:
        """A new connection to the service, however it is reached."""
        return http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=timeout)

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """With the token, unless they have another."""
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {**own, **headers}

    def _exchange(self, method: str, url: str, body: Body, headers: Mapping[str, str]) -> Answer:
        """One request and its answer, which a service may give before it has read everything."""
        connection, _ = self._connected()
        broken = None
        try:
            connection.request(method, url, body, dict(headers))
        except (BrokenPipeError, ConnectionResetError) as cause:
            broken = cause
        try:
            response = connection.getresponse()
            data = response.read()
        except AWAY as cause:
            raise (broken or cause) from cause
        if broken or (body is not None and response.status >= 400):
            self.close()  # the service ends a connection on which it refused a body
        return Answer(method, url, response.status, response.headers, data)

    def ask(self, method: str, path: str, body: Body = None, headers: Mapping[str, str] | None = None,
            query: object = None, json_body: object = None) -> Answer:
        """The answer, whatever its status; one of `AWAY` is raised when there is none. A header `Authorization`
        stands for the token; `query` is a mapping, or pairs."""
        url = path + ("?" + urlencode(query, doseq=True) if query else "")
        headers = self._headers(headers or {})
        if json_body is not None:
            body, headers = json.dumps(json_body), {"Content-Type": "application/json", **headers}
        again = self._connected()[1] and method in ("GET", "HEAD")  # the service ends what was silent for long
        try:
            return self._exchange(method, url, body, headers)
        except AWAY:
            self.close()
            if not again:
                raise
        try:
            return self._exchange(method, url, body, headers)
        except AWAY:
            self.close()
            raise

    def get(self, path: str, headers: Mapping[str, str] | None = None, **query: object) -> Answer:
        """The answer of a GET, whatever its status."""
        return self.ask("GET", path, headers=headers, query=query)

    def json(self, method: str, path: str, body: object = None, **query: object) -> object:
        """What an answer holds; any other than a good one is a `Problem`."""
        return self.ask(method, path, json_body=body, query=query).expected().json()

    def log_in(self, name: str, password: str) -> "Client":
        """Takes a token of the account, for 30 days."""
        self.token = None
        account = {"username": name, "password": password, "rememberMe": True}
        self.token = self.json("POST", "/api/authenticate", account)["id_token"]
        return self

    def add_user(self, name: str = "Example Farm") -> str:
        """The id of a new user."""
        return self.json("POST", USERS, {"name": name, "email": "farm@example.org"})["id"]

    def items(self, path: str, **query: object) -> Iterator[object]:
        """Everything in a list, page after page, as each names the next."""
        answer = self.get(path, **query).expected()
        while True:
            yield from answer.json()
            following = next_page(answer)
            if following is None:
                return
            answer = self.get(following).expected()

    def upload(self, user: str, name: str, data: bytes, key: str | None = None, **parameters: object) -> dict:
        """Sends a zip, with an idempotency key and parameters of the upload if any; the batch."""
        body, kind = form([("file", name, data)])
        headers = {"Content-Type": kind} | ({"Idempotency-Key": key} if key else {})
        query = {"leafUserId": user, "provider": "Other", **parameters}
        return self.ask("POST", f"{API}/batch", body, headers, query).expected().json()

    def batch(self, batch: str) -> dict:
        """A batch as the API shows it."""
        return self.json("GET", f"{API}/batch/{batch}")

    def file(self, file: str) -> dict:
        """A machine file as the API shows it."""
        return self.json("GET", f"{API}/files/{file}")

    def settled(self, batch: str, seconds: float = 300) -> dict:
        """The batch when it is no longer RECEIVED: soon, or else when its progress ends."""
        end = time.monotonic() + seconds
        found = wait.within(lambda: self._if_settled(batch), min(QUICK_SECONDS, seconds))
        if not found:
            last = self.follow(batch, end)
            found = self._if_settled(batch)
            if not found:
                raise wait.NotInTime(f"batch {batch} is not settled after {seconds:.0f} s; its progress was {last[-500:]}")
        return found

    def _if_settled(self, batch: str) -> dict | None:
        """The batch, or nothing while it is RECEIVED."""
        body = self.batch(batch)
        return None if body["status"] == "RECEIVED" else body

    def all_settled(self, batches: Iterable[str], seconds: float = 300) -> dict[str, dict]:
        """All batches by their ids, when none is RECEIVED."""
        end = time.monotonic() + seconds
        return {batch: self.settled(batch, max(end - time.monotonic(), 0)) for batch in batches}

    def follow(self, batch: str, end: float) -> str:
        """Reads the events of a batch's progress until they end, or until then; the last one."""
        connection = self.connect(60)
        last = ""
        try:
            connection.request("GET", f"{API}/batch/{batch}/progress", headers=self._headers({}))
            response = connection.getresponse()
            if response.status != 200:
                raise Problem(Answer("GET", f"{API}/batch/{batch}/progress", response.status, response.headers,
                                     response.read()))
            while time.monotonic() < end and (line := response.readline()):
                if line.startswith(b"data: "):
                    last = line.decode().removeprefix("data: ").strip()
        finally:
            connection.close()
        return last

    def file_settled(self, file: str, seconds: float = 300) -> dict:
        """The machine file when it is no longer processing, for example after `reprocess` or a merge."""
        def look() -> dict | None:
            body = self.file(file)
            return None if body["status"] == "processing" else body
        return wait.until(look, f"the end of machine file {file}", seconds)

    def artifact(self, file: str, kind: str) -> bytes:
        """The bytes of an artifact."""
        return self.get(artifact_path(file, kind)).expected().body

    def part(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """A download under conditions, by headers: `part(path, range="bytes=0-9", if_range=tag, accept_encoding="gzip")`."""
        return self.ask(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def has_ended(connection: http.client.HTTPConnection) -> bool:
    """Whether the other end has closed an idle connection."""
    return connection.sock is not None and bool(select.select([connection.sock], [], [], 0)[0])


def artifact_path(file: str, kind: str) -> str:
    """Where an artifact is downloaded."""
    return f"{API}/files/{file}/artifacts/{kind}"


def next_page(answer: Answer) -> str | None:
    """Path and query of the page that the answer names as the next."""
    for link in answer.headers.get("link", "").split(","):
        address, _, relation = link.partition(";")
        if 'rel="next"' in relation:
            parts = urlsplit(address.strip(" <>"))
            return f"{parts.path}?{parts.query}"
    return None
