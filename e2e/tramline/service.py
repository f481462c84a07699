"""The executable as a service on a folder of its own, which may die at any instant and be started again."""

import atexit
import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from tramline import wait
from tramline.client import Client

ROOT = Path(__file__).resolve().parents[2]
NAME, PASSWORD = "adviser", "correct horse battery"
READY_SECONDS = wait.LONG  # until it must listen
STOP_SECONDS = wait.LONG  # until it must have ended when it is asked to


class NotStarted(Exception):
    """The process ended, or said nothing, before it listened."""


def executable() -> Path:
    """The one that TRAMLINE_BIN names, else the release build."""
    target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
    found = Path(os.environ.get("TRAMLINE_BIN") or Path(target) / "release/tramline")
    if not found.is_file():
        raise SystemExit(f"no executable {found}: build it, or name it in TRAMLINE_BIN")
    return found.resolve()


def temporary() -> tempfile.TemporaryDirectory:
    """A folder that goes at the end of its `with`."""
    return tempfile.TemporaryDirectory(prefix="tramline-e2e-")


class Service:
    """One folder with `data` and `service.log`; without one a temporary folder, which goes when the service is closed.

    Settings are those of docs/configuration.md, in capitals: `Service(WORKERS=0)`.
    """

    def __init__(self, folder: Path | None = None, program: Path | None = None, **settings: object) -> None:
        self._own = tempfile.mkdtemp(prefix="tramline-e2e-") if folder is None else None
        self.folder = Path(folder or self._own)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data, self.log = self.folder / "data", self.folder / "service.log"
        self.program = program
        self.settings = settings
        self.process: subprocess.Popen | None = None
        self.port: int | None = None
        self._groups: list[int] = []  # each process leads one, in which its converters are
        atexit.register(self.close)

    def __enter__(self) -> "Service":
        """Started; raises as `start` does, with nothing left behind."""
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Ended as an operator ends it, and closed."""
        try:
            self.stop()
        finally:
            self.close()

    @property
    def base(self) -> str:
        """The address of the running process."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, more: dict[str, object]) -> dict[str, str]:
        """That of this process, with no settings of the service but those that are given."""
        settings = {"LISTEN": "127.0.0.1:0", "DATA": self.data, "BOOTSTRAP_USER": NAME, "BOOTSTRAP_PASSWORD": PASSWORD,
                    "FREE_BYTES_MIN": 0, "LOG": "info", **self.settings, **more}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRAMLINE_")}
        return kept | {f"TRAMLINE_{name}": str(value) for name, value in settings.items()}

    def start(self, failpoint: str | None = None, **more: object) -> float:
        """Starts the process with further settings; seconds until it listens. At a failpoint it dies later."""
        if failpoint:
            more["FAILPOINT"] = failpoint
        begin = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.program or executable(), "serve"], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=log, env=self.environment(more),
                                            start_new_session=True)
        self._groups = [*filter(is_alive, self._groups), self.process.pid]
        timer = threading.Timer(READY_SECONDS, self.process.kill)
        timer.start()
        line = self.process.stdout.readline().decode()
        timer.cancel()
        if "listening on" not in line:
            self.kill()
            raise NotStarted(f"no service after {time.monotonic() - begin:.0f} s, code {self.process.returncode}: "
                             f"{line!r}, log: {self.log_text()[-2000:]}")
        self.port = int(line.rsplit(":", 1)[1])
        return time.monotonic() - begin

    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """Ends the process alone as a power cut would; converters that it has see their pipes close."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def wait_for_end(self, seconds: float = STOP_SECONDS) -> None:
        """Waits until the process has ended by itself."""
        self.process.wait(seconds)
        self.process.stdout.close()

    def stop(self) -> None:
        """Asks the process to end, and waits; nothing if it has ended."""
        if self.is_running():
            self.process.terminate()
            self.wait_for_end()

    def close(self) -> None:
        """Kills the process and every child that is left, and removes a temporary folder."""
        atexit.unregister(self.close)
        for group in filter(is_alive, self._groups):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
            self.process.stdout.close()
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)

    def add_account(self, name: str, password: str) -> None:
        """A further account, by the command line."""
        subprocess.run([self.program or executable(), "account", "add", name, "--password-stdin", "--data", self.data],
                       input=password, text=True, check=True, stdout=subprocess.DEVNULL)

    def client(self, name: str = NAME, password: str = PASSWORD) -> Client:
        """A client with a token of the account."""
        return Client(self).log_in(name, password)

    def log_text(self) -> str:
        """Everything that was logged."""
        return self.log.read_text(errors="replace") if self.log.is_file() else ""

    def defects(self) -> str:
        """The end of the log if it tells of a defect, else nothing."""
        text = self.log_text()
        marks = ("stopped on a defect", "because of a defect", "panicked")
        return text[-2000:] if any(mark in text for mark in marks) else ""

    def memory(self, key: str) -> int:
        """A line of the process's status in bytes: VmHWM, VmRSS."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024
        return 0

    def open_files(self) -> int:
        """How many files and connections the process has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def rows(self, sql: str, *values: object) -> list[tuple]:
        """Answers of the database, read beside the process."""
        with contextlib.closing(sqlite3.connect(f"file:{self.data / 'tramline.db'}?mode=ro", uri=True, timeout=60)) as own:
            return own.execute(sql, values).fetchall()

    def change(self, sql: str, *values: object) -> None:
        """Changes the database beside the process, as the passing of time would."""
        with contextlib.closing(sqlite3.connect(self.data / "tramline.db", timeout=60)) as own, own:
            own.execute(sql, values)

    def blob(self, key: str) -> Path:
        """Where a blob is stored."""
        return self.data / "blobs" / key


def is_alive(group: int) -> bool:
    """Whether a process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
