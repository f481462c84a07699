"""The real executable as a service on a folder of its own, for the checks beside this file."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import requests

NAME, PASSWORD = "check", "check-password"
OPERATIONS = "/services/operations/api"
USERS = "/services/usermanagement/api"


def executable():
    """The release build, unless TRAMLINE_BIN names another."""
    root = Path(__file__).resolve().parent.parent
    return os.environ.get("TRAMLINE_BIN", str(root / "target" / "release" / "tramline"))


class Service:
    """Started with `with`; ended and its folder removed at the end."""

    def __init__(self, settings=None, folder=None):
        self.settings = settings or {}
        self.own = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="tramline-e2e-"))
        self.process = None
        self.base = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, environment=None):
        variables = {
            **os.environ,
            "TRAMLINE_BOOTSTRAP_USER": NAME,
            "TRAMLINE_BOOTSTRAP_PASSWORD": PASSWORD,
            "TRAMLINE_LOG": "warn",
            **{f"TRAMLINE_{key}": str(value) for key, value in self.settings.items()},
            **(environment or {}),
        }
        self.log = open(self.folder / "service.log", "ab")
        self.process = subprocess.Popen(
            [executable(), "serve", "--listen", "127.0.0.1:0", "--data", str(self.folder / "data")],
            env=variables, stdout=subprocess.PIPE, stderr=self.log, text=True,
        )
        line = self.process.stdout.readline()
        if "listening on " not in line:
            raise RuntimeError(f"the service did not start: {line!r}, see {self.folder}/service.log")
        self.base = line.split("listening on ")[1].strip()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def kill(self):
        """Ends it as a power cut would end the process."""
        self.process.kill()
        self.process.wait()
        self.log.close()

    def add_account(self, name, password):
        subprocess.run(
            [executable(), "account", "add", name, "--password-stdin", "--data", str(self.folder / "data")],
            input=password, text=True, check=True, stdout=subprocess.DEVNULL,
        )

    def client(self, name=NAME, password=PASSWORD):
        return Client(self.base, name, password)


class Client:
    """An account's session."""

    def __init__(self, base, name, password):
        self.base = base
        self.http = requests.Session()
        answer = self.http.post(
            base + "/api/authenticate",
            json={"username": name, "password": password, "rememberMe": True}, timeout=30,
        )
        answer.raise_for_status()
        self.token = answer.json()["id_token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path, **more):
        return self.http.get(self.base + path, timeout=60, **more)

    def post(self, path, **more):
        return self.http.post(self.base + path, timeout=600, **more)

    def user(self, name="Farm"):
        answer = self.post(USERS + "/users", json={"name": name, "email": "farm@example.org"})
        answer.raise_for_status()
        return answer.json()["id"]

    def upload(self, user, path, name=None, **query):
        with open(path, "rb") as file:
            return self.post(
                OPERATIONS + "/batch", params={"leafUserId": user, "provider": "Other", **query},
                files={"file": (name or Path(path).name, file, "application/zip")},
            )

    def settled(self, batch, seconds=300):
        """The batch when it is no longer RECEIVED."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            answer = self.get(f"{OPERATIONS}/batch/{batch}")
            answer.raise_for_status()
            body = answer.json()
            if body["status"] != "RECEIVED":
                return body
            time.sleep(0.1)
        raise RuntimeError(f"batch {batch} is not settled after {seconds} s")


def sample_stick(folder):
    """The demo's stick, made by the executable."""
    subprocess.run(
        [executable(), "demo", "--end", "--dir", str(folder)], check=True,
        stdout=subprocess.DEVNULL,
    )
    return Path(folder) / "stick.zip"


def shared(*parts):
    """A folder beside the repository, if it is there: corpus and tools of the team."""
    root = Path(__file__).resolve().parent.parent.parent / "shared"
    corpus = os.environ.get("TRAMLINE_CORPUS")
    if corpus and parts[:1] == ("corpus",):
        return Path(corpus).joinpath(*parts[1:])
    return root.joinpath(*parts)
