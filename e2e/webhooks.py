#!/usr/bin/env python3
"""A receiver of webhooks: signatures, the confirmation, each event once by its id, a failed call that is
tried again, the list of failed calls."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tramline import report, wait
from tramline.client import API, FIELDS, HOOKS, Client
from tramline.report import Faults
from tramline.samples import POLYGON, stick_file
from tramline.service import Service, temporary

SECRET = "a secret"
EVENTS = ["batchUploadProcessingFinished", "uploadedFileProcessingFinished", "uploadedFileProcessingFailed",
          "mergedFileProcessingFinished", "fieldCreated", "fieldBoundaryUpdated"]
CONFIRMATION = {"message": "confirmation of webhook upon registration"}
SECONDS = 120  # for each event


@dataclass(frozen=True)
class Call:
    """One call of the webhook, and what it was answered."""

    kind: str
    id: str
    status: int
    event: dict


@dataclass
class Received:
    """Calls so far, what was wrong with them, and the kinds that are refused once."""

    faults: Faults
    calls: list[Call] = field(default_factory=list)
    refuse: set[str] = field(default_factory=lambda: {"batchUploadProcessingFinished"})

    def of(self, kind: str, status: int | None = None) -> list[Call]:
        """Calls of a kind, with that answer if one is given."""
        return [call for call in self.calls if call.kind == kind and status in (None, call.status)]

    def expect(self, condition: Callable[[], object], what: str) -> None:
        """Waits for the condition; a fault when it does not come."""
        came = wait.within(condition, SECONDS)
        told = [(call.kind, call.id, call.status) for call in self.calls]
        self.faults.expect(came, f"not within {SECONDS} s: {what}; calls {told}")

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """One call; the status that it is answered with."""
        event = json.loads(body)
        kind = event.get("type", "confirmation")
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        for name, wanted in (("X-Leaf-Signature", sign(body)), ("webhook-signature", "v1," + sign(signed))):
            self.faults.expect(headers[name] == wanted, f"{kind}: signature {headers[name]} is not {wanted}")
        self.faults.expect(body.decode() == json.dumps(event), f"{kind}: the body is not spaced as Python does: {body!r}")
        status = 500 if kind in self.refuse else 204
        self.refuse.discard(kind)
        self.calls.append(Call(kind, headers["webhook-id"], status, event))
        return status


def sign(data: bytes) -> str:
    """The signature of bytes."""
    return base64.b64encode(hmac.new(SECRET.encode(), data, hashlib.sha256).digest()).decode()


def receiver(received: Received) -> ThreadingHTTPServer:
    """A server on a free port that notes every call."""
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(received.take(self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def check_private(hook: dict, faults: Faults) -> None:
    """Without the setting no address of this machine is taken."""
    with Service() as service:
        refused = service.client().ask("POST", HOOKS, json_body=hook)
        faults.expect(refused.status == 400, f"a private address is taken: {refused.status}")


def check_batch(service: Service, client: Client, user: str, stick: Path, received: Received, faults: Faults) -> None:
    """An upload tells each of its files, and its end again after that was refused."""
    batch = client.settled(client.upload(user, stick.name, stick.read_bytes())["id"])
    of, end = received.of, "batchUploadProcessingFinished"
    received.expect(lambda: len(of("uploadedFileProcessingFinished")) == 5, "five files finished")
    received.expect(lambda: len(of("uploadedFileProcessingFailed")) == 1, "one file failed")
    received.expect(lambda: len(of(end, 500)) == 1, "the batch's event, refused")
    failed = of("uploadedFileProcessingFailed")
    faults.expect(not failed or failed[0].event["message"], "a failed file has no message")

    def told_again() -> bool:
        # A minute later, without the minute. The service may note the refusal only after it was answered.
        service.change("UPDATE deliveries SET not_before = 0 WHERE state = 'waiting'")
        return len(of(end, 204)) == 1
    received.expect(told_again, "the batch's event, tried again")
    faults.expect(len({call.id for call in of(end)}) == 1, "the second try has another id")
    calls = client.json("GET", HOOKS + "/failed-calls")["items"]
    good = len(calls) == 1 and calls[0]["status"] == 500 and json.loads(calls[0]["requestBody"])["batchId"] == batch["id"]
    faults.expect(good, f"failed calls: {calls}")


def check(faults: Faults) -> str:
    """Every event of a stick, a merge and a field."""
    received = Received(faults)
    server = receiver(received)
    hook = {"events": EVENTS, "name": "hook", "secret": SECRET, "url": f"http://127.0.0.1:{server.server_port}/hook"}
    check_private(hook, faults)
    with temporary() as folder, Service(WEBHOOKS_ALLOW_PRIVATE="true") as service:
        client = service.client()
        made = client.json("POST", HOOKS, hook)
        received.expect(lambda: received.calls and received.calls[0].event == CONFIRMATION, "confirmation")
        user = client.add_user()
        check_batch(service, client, user, stick_file(Path(folder)), received, faults)
        harvests = [file["id"] for file in client.items(API + "/files", operationType="harvested")]
        client.json("POST", API + "/files/merge", {"ids": harvests})
        received.expect(lambda: received.of("mergedFileProcessingFinished"), "merged")
        client.json("POST", f"{FIELDS}/users/{user}/fields", {"geometry": POLYGON})
        received.expect(lambda: received.of("fieldCreated"), "field created")
        ids = [call.id for call in received.calls if call.status == 204]
        faults.expect(len(ids) == len(set(ids)), "an event was delivered twice")
        client.json("DELETE", f"{HOOKS}/{made['id']}")
    server.shutdown()
    return f"{len(received.calls)} calls"


if __name__ == "__main__":
    raise SystemExit(report.run("webhooks", check))
