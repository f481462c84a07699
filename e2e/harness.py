"""The real executable as a service that may die at any instant, and a client that goes on after it. Standard
library only: `service.py` beside it is for checks in which nothing dies."""

import hashlib
import http.client
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import uuid
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
API = "/services/operations/api"
NAME, PASSWORD = "adviser", "correct horse battery"
WAIT = 30  # seconds until the service must listen


def program():
    """The executable under test."""
    target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
    found = pathlib.Path(os.environ.get("TRAMLINE_BIN") or pathlib.Path(target) / "release/tramline")
    if not found.is_file():
        raise SystemExit(f"no executable {found}: build it, or name it in TRAMLINE_BIN")
    return found.resolve()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def sha256_file(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stick(folder):
    """Members of the sample stick that `tramline demo` makes, by name."""
    # The demo may go on to serve a page: it is ended as soon as the stick is there.
    demo = subprocess.Popen(
        [program(), "demo", "--dir", str(folder)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "TRAMLINE_LISTEN": "127.0.0.1:0"},
    )
    path = pathlib.Path(folder) / "stick.zip"
    try:
        for _ in range(600):
            if path.is_file() and zipfile.is_zipfile(path):
                break
            time.sleep(0.1)
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    finally:
        demo.kill()
        demo.wait()


class Service:
    """One data folder; the process on it may be killed and started again. Without `executable`, that under test."""

    def __init__(self, data, executable=None, **settings):
        self.data = pathlib.Path(data)
        self.executable = executable
        self.settings = settings
        self.process = None
        self.port = None
        self.log = self.data.parent / (self.data.name + ".log")

    def start(self, failpoint=None, **more):
        """Starts the process; seconds until it is ready. `None`: it ended before that."""
        settings = {"LISTEN": "127.0.0.1:0", "DATA": str(self.data), "BOOTSTRAP_USER": NAME,
                    "BOOTSTRAP_PASSWORD": PASSWORD, "LOG": "info", **self.settings, **more}
        if failpoint:
            settings["FAILPOINT"] = failpoint
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TRAMLINE_")}
        environment |= {f"TRAMLINE_{name}": str(value) for name, value in settings.items()}
        begin = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.executable or program(), "serve"], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=log, env=environment)
        timer = threading.Timer(WAIT, self.process.kill)
        timer.start()
        line = self.process.stdout.readline().decode()
        timer.cancel()
        if "listening on" not in line:
            self.process.wait()
            return None
        self.port = int(line.rsplit(":", 1)[1])
        return time.monotonic() - begin

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def memory(self, key):
        """A line of the process's status in bytes: VmHWM, VmRSS."""
        for line in open(f"/proc/{self.process.pid}/status", encoding="utf-8"):
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024
        return 0

    def rows(self, sql, *values):
        """Answers of the database, read beside the process."""
        path = self.data / "tramline.db"
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def blob(self, key):
        return self.data / "blobs" / key


class Answer(Exception):
    """A status that was not expected."""


class Client:
    """One connection; after trouble a new one is made, to wherever the service listens by then."""

    def __init__(self, service, token=None):
        self.service = service
        self.token = token
        self.connection = None
        self.connected_to = None
        self.timeout = 60

    def answer(self, method, path, body=None, headers=()):
        """Status, body and headers, whatever they are; OSError or HTTPException when the service is away."""
        if self.connected_to != self.service.port or self.connection is None:
            self.close()
            self.connected_to = self.service.port
            self.connection = http.client.HTTPConnection("127.0.0.1", self.connected_to, timeout=self.timeout)
        send = dict(headers)
        if self.token:
            send["Authorization"] = f"Bearer {self.token}"
        try:
            self.connection.request(method, path, body, send)
            response = self.connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        return response.status, data, response.headers

    def request(self, method, path, body=None, headers=(), expect=(200, 201, 204)):
        """Body and headers of an answer that is expected."""
        status, data, headers = self.answer(method, path, body, headers)
        if status not in expect:
            raise Answer(f"{method} {path}: {status} {data[:500]!r}")
        return data, headers

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def json(self, method, path, body=None, headers=()):
        if body is not None:
            body, headers = json.dumps(body), {"Content-Type": "application/json", **dict(headers)}
        data, _ = self.request(method, path, body, headers)
        return json.loads(data) if data else None

    def log_in(self):
        self.token = None
        self.token = self.json("POST", "/api/authenticate",
                               {"username": NAME, "password": PASSWORD, "rememberMe": True})["id_token"]
        return self

    def add_user(self, name="Example Farm"):
        return self.json("POST", "/services/usermanagement/api/users", {"name": name})["id"]

    def upload(self, user, name, data, key=None, extra=""):
        """Sends a zip; the batch."""
        mark = uuid.uuid4().hex
        head = (f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                "Content-Type: application/zip\r\n\r\n").encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        if key:
            headers["Idempotency-Key"] = key
        path = f"{API}/batch?leafUserId={user}&provider=Other{extra}"
        body, _ = self.request("POST", path, head + data + f"\r\n--{mark}--\r\n".encode(), headers)
        return json.loads(body)

    def batch(self, batch):
        return self.json("GET", f"{API}/batch/{batch}")

    def file(self, file):
        return self.json("GET", f"{API}/files/{file}")

    def artifact(self, file, kind):
        return self.request("GET", f"{API}/files/{file}/artifacts/{kind}")[0]

    def settled(self, batches, seconds=180):
        """Waits until none of the batches is RECEIVED; the batches."""
        until, found, open_ones = time.monotonic() + seconds, {}, list(batches)
        while open_ones:
            for batch in list(open_ones):
                body = self.batch(batch)
                if body["status"] == "RECEIVED":
                    break
                found[batch] = body
                open_ones.remove(batch)
            if time.monotonic() > until:
                raise Answer(f"{len(open_ones)} batches are not settled after {seconds} s: {open_ones[:3]}")
            if open_ones:
                time.sleep(0.1)
        return found


def temporary():
    return tempfile.TemporaryDirectory(prefix="tramline-e2e-")
