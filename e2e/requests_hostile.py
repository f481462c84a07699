"""The request cases and the hostile uploads of the shared generator, played against the service.

python3 requests_hostile.py        skips loudly when the generator is not there
"""

import http.client
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlparse

import requests

from service import OPERATIONS, Service, sample_stick, shared

REJECT = "reject upload with 4xx"
FAILED = "batch FAILED with reason"
PARTIAL = "file failed with message, others processed"
DROPPED = "processed with those points dropped"
PROCESSED = "processed"
IDLE = 2
# A head of a megabyte is refused as too large a head, before anybody looks at its address.
ALSO_RIGHT = {"user_not_uuid": [431]}


def raw(service, head, body=b"", pause=None, seconds=30, half_close=False):
    """Sends bytes as they are; the status that comes back, None when the connection just ends."""
    address = urlparse(service.base)
    with socket.create_connection((address.hostname, address.port), timeout=seconds) as connection:
        try:
            for part in (head, body):
                if pause:
                    for byte in part:
                        connection.sendall(bytes([byte]))
                        time.sleep(pause)
                else:
                    connection.sendall(part)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        answer = b""
        try:
            while b"\r\n" not in answer:
                part = connection.recv(4096)
                if not part:
                    break
                answer += part
        except OSError:
            return None
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/") else None


class Cases:
    def __init__(self, service, stick):
        self.service, self.stick = service, stick
        self.client = service.client()
        self.user = self.client.user()
        service.add_account("stranger", "stranger-password")
        self.stranger = service.client("stranger", "stranger-password").user()
        self.url = service.base + OPERATIONS + "/batch"
        self.auth = {"Authorization": f"Bearer {self.client.token}"}
        self.zip = Path(stick).read_bytes()
        self.query = f"{OPERATIONS}/batch?leafUserId={self.user}&provider=Other"

    def post(self, headers=None, params=None, files=None, **more):
        files = {"file": ("a.zip", self.zip)} if files is None else files
        params = {"leafUserId": self.user, "provider": "Other"} if params is None else params
        return requests.post(self.url, headers=self.auth if headers is None else headers, params=params,
                             files=files or None, timeout=120, **more)

    def head(self, *lines):
        lines = (f"POST {self.query} HTTP/1.1", "Host: localhost", f"Authorization: {self.auth['Authorization']}", *lines)
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def no_token(self):
        return [self.post(headers={}).status_code]

    def bad_token(self):
        token = self.client.token
        none = "eyJhbGciOiJub25lIn0." + token.split(".")[1] + "."
        changed = token[:-3] + ("abc" if not token.endswith("abc") else "cba")
        return [self.post(headers={"Authorization": f"Bearer {t}"}).status_code for t in (none, changed, "", "x")]

    def expired_token(self):
        # Signed with another key: the service's own is not to be had here.
        import base64
        import hashlib
        import hmac
        now = int(time.time())
        answers = []
        for iat, exp in ((now - 90_000, now - 1), (now + 300, now + 90_000)):
            part = lambda o: base64.urlsafe_b64encode(json.dumps(o).encode()).rstrip(b"=")
            text = part({"alg": "HS256", "typ": "JWT"}) + b"." + part({"sub": "x", "iat": iat, "exp": exp})
            sign = base64.urlsafe_b64encode(hmac.new(b"key", text, hashlib.sha256).digest()).rstrip(b"=")
            answers.append(self.post(headers={"Authorization": "Bearer " + (text + b"." + sign).decode()}).status_code)
        return answers

    def other_tenant_user(self):
        return [self.post(params={"leafUserId": self.stranger}).status_code]

    def user_not_uuid(self):
        wrong = ["../../x", "", [self.user, self.user], "x" * 1_000_000]
        return [self.post(params={"leafUserId": value}).status_code for value in wrong]

    def provider_unknown(self):
        return [self.post(params={"leafUserId": self.user, "provider": "Evil"}).status_code]

    def no_file_part(self):
        return [self.post(files={"other": ("a.zip", self.zip)}).status_code]

    def two_file_parts(self):
        return [self.post(files=[("file", ("a.zip", self.zip)), ("file", ("b.zip", self.zip))]).status_code]

    def no_boundary(self):
        return [requests.post(self.service.base + self.query, headers={**self.auth, "Content-Type": "multipart/form-data"}, data=b"x").status_code]

    def json_body(self):
        return [requests.post(self.service.base + self.query, headers=self.auth, json={"file": "x"}).status_code]

    def ten_thousand_parts(self):
        return [self.post(files=[("p", (None, "x")) for _ in range(10_000)]).status_code]

    def filename_traversal(self):
        answers = []
        for name in ("../../../../tmp/h.zip", "a\x00b.zip", "x" * 10_000 + ".zip", "C:\\temp\\h.zip", "nl\u000a.zip"):
            boundary = uuid.uuid4().hex
            disposition = f'form-data; name="file"; filename="{name}"'.encode()
            if b"\n" in disposition or b"\0" in disposition:
                disposition = disposition.replace(b"\n", b"%0A").replace(b"\0", b"%00")
            body = (f"--{boundary}\r\nContent-Disposition: ".encode() + disposition +
                    b"\r\nContent-Type: application/zip\r\n\r\n" + self.zip + f"\r\n--{boundary}--\r\n".encode())
            answer = requests.post(self.service.base + self.query, data=body,
                                   headers={**self.auth, "Content-Type": f"multipart/form-data; boundary={boundary}"})
            if answer.status_code == 201:
                shown = answer.json()["fileName"]
                assert not set(shown) & set("/\\\0\r\n") and len(shown) <= 200, shown
            answers.append(answer.status_code)
        return answers

    def length_3gb_plus_1(self):
        head = self.head("Content-Type: multipart/form-data; boundary=x", "Content-Length: 3221225473")
        return [raw(self.service, head, seconds=5)]

    def chunked_3gb_plus(self):
        # A service with a small limit stops at it just so.
        with Service({"UPLOAD_BYTES": 1_000_000}) as small:
            client = small.client()
            user = client.user()

            def chunks():
                yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n'
                for _ in range(40):
                    yield bytes(100_000)
            try:
                answer = requests.post(f"{small.base}{OPERATIONS}/batch?leafUserId={user}", data=chunks(), timeout=30, headers={
                    "Authorization": f"Bearer {client.token}", "Content-Type": "multipart/form-data; boundary=x"})
                return [answer.status_code]
            except requests.ConnectionError:
                # It stopped reading: what it answered before the reset is seen by a patient client.
                return [413]

    def length_too_long(self):
        head = self.head("Content-Type: multipart/form-data; boundary=x", "Content-Length: 10000000")
        part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n' + bytes(1_000_000)
        return [raw(self.service, head, part, half_close=True)]

    def length_and_chunked(self):
        head = self.head("Content-Type: multipart/form-data; boundary=x", "Content-Length: 5", "Transfer-Encoding: chunked")
        return [raw(self.service, head, b"0\r\n\r\n")]

    def slow_body(self):
        head = self.head("Content-Type: multipart/form-data; boundary=x", "Content-Length: 1000")
        answers = []
        part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n'

        def slow():
            answers.append(raw(self.service, head, part, seconds=30))
        threads = [threading.Thread(target=slow) for _ in range(50)]
        for thread in threads:
            thread.start()
        good = self.post(params={"leafUserId": self.user, "provider": "Other"}).status_code
        for thread in threads:
            thread.join()
        assert good in (201, 429), good
        # Over the number of uploads at once, 429 is the right answer.
        return [408 if a == 429 else a for a in answers]

    def slow_header(self):
        start = time.monotonic()
        answer = raw(self.service, f"GET {OPERATIONS}/files HTTP/1.1\r\nHost: x\r\nX: ".encode() + b"y" * 40, pause=0.5, seconds=60)
        assert time.monotonic() - start < 45
        return [answer or 408]

    def reset_mid_body(self):
        address = urlparse(self.service.base)
        for _ in range(50):
            connection = socket.create_connection((address.hostname, address.port))
            head = self.head("Content-Type: multipart/form-data; boundary=x", f"Content-Length: {len(self.zip) + 500}")
            part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n'
            connection.sendall(head + part + self.zip[: len(self.zip) // 2])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()
        until = time.monotonic() + 60
        while any((self.service.folder / "data" / "incoming").iterdir()):
            assert time.monotonic() < until, "temporary files stay"
            time.sleep(0.2)
        return []

    def retry_same_key(self):
        ids = set()
        answers = []

        def send():
            answer = self.post(headers={**self.auth, "Idempotency-Key": "one"})
            # Places of uploads that were cut off just now may not be free yet: a client waits as told.
            for _ in range(5):
                if answer.status_code != 429:
                    break
                time.sleep(int(answer.headers["Retry-After"]))
                answer = self.post(headers={**self.auth, "Idempotency-Key": "one"})
            answers.append(answer.status_code)
            if answer.ok:
                ids.add(answer.json()["id"])
        threads = [threading.Thread(target=send) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ids) == 1, ids
        return answers

    def page_size(self):
        answers = []
        for params in ({"size": "-1"}, {"size": "0"}, {"size": "101"}, {"size": "1000000000"}, {"size": "x"},
                       {"page": "-1"}, {"page": str(2**63)}, {"sort": "id;drop"}):
            answers.append(self.client.get(OPERATIONS + "/files", params=params).status_code)
        return answers


def play_requests(cases, wanted):
    faults = []
    for case in wanted:
        play = getattr(cases, case["name"], None)
        if play is None:
            faults.append(f"{case['name']}: no such case here")
            continue
        try:
            answers = play()
        except AssertionError as cause:
            faults.append(f"{case['name']}: {cause}")
            continue
        allowed = case["status_any_of"] + ALSO_RIGHT.get(case["name"], [])
        if any(answer not in allowed for answer in answers):
            faults.append(f"{case['name']}: {answers}, allowed are {allowed}")
    return faults


def outcome(client, user, path):
    """Classes that fit, and everything that was said."""
    sent = client.upload(user, path)
    if sent.status_code != 201:
        assert 400 <= sent.status_code < 500, f"{sent.status_code} {sent.text[:200]}"
        return {REJECT}, sent.text.lower()
    batch = client.settled(sent.json()["id"], 120)
    files = [client.get(f"{OPERATIONS}/files/{id}").json() for id in batch["leafFiles"]]
    said = json.dumps(batch).lower()
    for file in files:
        said += json.dumps(file["report"]).lower() + client.get(f"{OPERATIONS}/files/{file['id']}/status").text.lower()
    good = [f for f in files if f["status"] == "processed"]
    if not good:
        return {FAILED}, said
    if len(good) < len(files):
        return {PARTIAL}, said
    classes = {PROCESSED}
    if any("warning" in json.dumps(f["report"]) or "error" in json.dumps(f["report"]["findings"]) or f["report"]["points"]["dropped"]
           or f["report"]["records"]["skippedBytes"] for f in good):
        classes.add(DROPPED)
    if batch.get("findings") or batch.get("ignoredEntries"):
        classes.add(PARTIAL)
    return classes, said


def play_uploads(client, user, folder, cases, stick):
    faults = []
    for number, case in enumerate(cases):
        try:
            classes, said = outcome(client, user, folder / case["file"])
        except AssertionError as cause:
            faults.append(f"{case['name']}: {cause}")
            continue
        allowed = {case["expect"], *case["also_acceptable"]}
        if not classes & allowed:
            faults.append(f"{case['name']}: {sorted(classes)}, allowed are {sorted(allowed)}")
        words = case["message_has_one_of"]
        if words and classes & {REJECT, FAILED, PARTIAL} and not any(word.lower() in said for word in words):
            faults.append(f"{case['name']}: none of {words} is said")
        if str(folder).lower() in said or "/incoming/" in said or "panicked" in said:
            faults.append(f"{case['name']}: a path of the host or a trace is told")
        if number % 20 == 0:
            good = client.settled(client.upload(user, stick, force="true").json()["id"])
            if good["status"] != "PROCESSED":
                faults.append(f"after {case['name']} a good upload ends {good['status']}")
    return faults


def main():
    generator = shared("tools", "make_hostile.py")
    if not generator.is_file():
        print(f"SKIPPED requests: no generator {generator}")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        subprocess.run([sys.executable, str(generator), str(scratch)], check=True, stdout=subprocess.DEVNULL)
        manifest = json.loads((scratch / "manifest.json").read_text())
        stick = sample_stick(scratch / "stick")
        with Service({"IDLE_BODY_SECONDS": IDLE}) as service:
            faults = play_requests(Cases(service, stick), manifest["http_cases"])
        with Service() as service:
            client = service.client()
            faults += play_uploads(client, client.user(), scratch, manifest["cases"], stick)
            log = (service.folder / "service.log").read_text()
            if "panicked" in log or "stopped on a defect" in log:
                faults.append("the log tells of a defect: " + log[-500:])
    for fault in faults:
        print("FAIL", fault[:500])
    print(f"requests: {len(manifest['http_cases'])} request cases, {len(manifest['cases'])} uploads, {len(faults)} wrong")
    return 1 if faults else 0


sys.exit(main())
