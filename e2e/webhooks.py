"""A receiver of webhooks: signatures, the confirmation, each event once by its id, a failed call that is
tried again, the list of failed calls."""

import base64
import hashlib
import hmac
import json
import sqlite3
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from service import OPERATIONS, Service, sample_stick

SECRET = "a secret"
EVENTS = ["batchUploadProcessingFinished", "uploadedFileProcessingFinished", "uploadedFileProcessingFailed",
          "mergedFileProcessingFinished", "fieldCreated", "fieldBoundaryUpdated"]
calls, faults = [], []
refuse = {"batchUploadProcessingFinished"}


def sign(data):
    return base64.b64encode(hmac.new(SECRET.encode(), data, hashlib.sha256).digest()).decode()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = json.loads(body)
        kind = event.get("type", "confirmation")
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        for wanted, found in ((sign(body), self.headers["X-Leaf-Signature"]), ("v1," + sign(signed), self.headers["webhook-signature"])):
            if wanted != found:
                faults.append(f"{kind}: signature {found} is not {wanted}")
        if body.decode() != json.dumps(event):
            faults.append(f"{kind}: the body is not spaced as Python does: {body!r}")
        status = 500 if kind in refuse else 204
        refuse.discard(kind)
        calls.append((kind, self.headers["webhook-id"], status, event))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


def until(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            faults.append(f"not within {seconds} s: {what}; calls {[c[:3] for c in calls]}")
            return
        time.sleep(0.1)


receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{receiver.server_port}/hook"

with tempfile.TemporaryDirectory() as folder:
    stick = sample_stick(folder)
    with Service() as service:
        refused = service.client().post("/services/alerts/api/alerts/webhooks", json={
            "events": EVENTS, "name": "private", "secret": SECRET, "url": url})
        if refused.status_code != 400:
            faults.append(f"a private address is taken: {refused.status_code}")
    with Service({"WEBHOOKS_ALLOW_PRIVATE": "true"}) as service:
        client = service.client()
        hook = client.post("/services/alerts/api/alerts/webhooks", json={
            "events": EVENTS, "name": "hook", "secret": SECRET, "url": url})
        hook.raise_for_status()
        until(lambda: calls and calls[0][3] == {"message": "confirmation of webhook upon registration"}, "confirmation")
        user = client.user()
        batch = client.settled(client.upload(user, stick).json()["id"])
        kinds = lambda kind, status=None: [c for c in calls if c[0] == kind and status in (None, c[2])]
        until(lambda: len(kinds("uploadedFileProcessingFinished")) == 5, "five files finished")
        until(lambda: len(kinds("uploadedFileProcessingFailed")) == 1, "one file failed")
        until(lambda: len(kinds("batchUploadProcessingFinished", 500)) == 1, "the batch's event, refused")
        if kinds("uploadedFileProcessingFailed") and not kinds("uploadedFileProcessingFailed")[0][3]["message"]:
            faults.append("a failed file has no message")
        # A minute later, without the minute.
        with sqlite3.connect(service.folder / "data" / "tramline.db", timeout=10) as database:
            database.execute("UPDATE deliveries SET not_before = 0 WHERE state = 'waiting'")
        until(lambda: len(kinds("batchUploadProcessingFinished", 204)) == 1, "the batch's event, tried again")
        if len({c[1] for c in kinds("batchUploadProcessingFinished")}) != 1:
            faults.append("the second try has another id")
        failed = client.get("/services/alerts/api/alerts/webhooks/failed-calls").json()["items"]
        if len(failed) != 1 or failed[0]["status"] != 500 or json.loads(failed[0]["requestBody"])["batchId"] != batch["id"]:
            faults.append(f"failed calls: {failed}")
        harvests = [f["id"] for f in client.get(OPERATIONS + "/files", params={"operationType": "harvested"}).json()]
        client.post(OPERATIONS + "/files/merge", json={"ids": harvests}).raise_for_status()
        until(lambda: kinds("mergedFileProcessingFinished"), "merged")
        ring = [[-93.63, 41.97], [-93.6, 41.97], [-93.6, 41.99], [-93.63, 41.97]]
        made = client.post(f"/services/fields/api/users/{user}/fields", json={"geometry": {"type": "Polygon", "coordinates": [ring]}})
        made.raise_for_status()
        until(lambda: kinds("fieldCreated"), "field created")
        ids = [c[1] for c in calls if c[2] == 204]
        if len(ids) != len(set(ids)):
            faults.append("an event was delivered twice")
        client.http.delete(service.base + "/services/alerts/api/alerts/webhooks/" + hook.json()["id"]).raise_for_status()

for fault in faults:
    print("FAIL", fault)
print(f"webhooks: {len(calls)} calls, {len(faults)} wrong")
sys.exit(1 if faults else 0)
