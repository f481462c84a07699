"""A machine to be set up and spoiled: the files of this one, with a systemd, a network and users of its own."""

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tramline import wait

START_SECONDS = 120
NAMESPACES = ("--pid", "--mount", "--uts", "--ipc", "--net", "--cgroup")
NEEDED = ("unshare", "nsenter", "setsid", "setpriv", "systemctl", "bash")
CLONE_NEWNET = 0x40000000
# What belongs to real hardware, or changes what all machines of a kernel share.
NOT_STARTED = (
    "systemd-udevd.service", "systemd-udev-trigger.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket",
    "systemd-timesyncd.service", "systemd-networkd.service", "systemd-resolved.service", "systemd-binfmt.service",
    "systemd-sysctl.service", "systemd-modules-load.service", "systemd-remount-fs.service", "systemd-random-seed.service",
    "systemd-firstboot.service", "systemd-sysusers.service", "systemd-pstore.service", "systemd-journal-flush.service",
    "dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
    "sys-kernel-config.mount", "sys-fs-fuse-connections.mount", "proc-sys-fs-binfmt_misc.automount",
    "systemd-tmpfiles-setup.service", "modprobe@.service", "kmod-static-nodes.service", "keyboard-setup.service", "console-setup.service", "apparmor.service", "networking.service",
    "timers.target", "paths.target",
)


class Impossible(Exception):
    """Why this machine cannot hold another."""


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote."""

    code: int
    text: str


def control_groups() -> Path:
    """Where the second version of control groups is mounted."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        words = line.split()
        if words[words.index("-") + 1] == "cgroup2":
            return Path(words[4])
    raise Impossible("no control groups of version 2")


class Machine:
    """Runs from `with` on; commands are run as root, in its own root folder."""

    def __init__(self) -> None:
        self._group: Path | None = None
        self._outer: subprocess.Popen | None = None
        self._init: int | None = None
        self._folder: Path | None = None

    def __enter__(self) -> "Machine":
        """Started; `Impossible` where this machine does not allow it."""
        if os.geteuid() != 0:
            raise Impossible("not root")
        missing = [name for name in NEEDED if not shutil.which(name)]
        if missing or not Path("/lib/systemd/systemd").exists():
            raise Impossible(f"no {', '.join(missing) or 'systemd'}")
        try:
            self._boot()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _boot(self) -> None:
        """Starts systemd in a control group of its own, and waits until it answers."""
        self._folder = Path(tempfile.mkdtemp(prefix="tramline-machine-"))
        self._group = control_groups() / self._folder.name
        try:
            self._group.mkdir()
        except OSError as cause:
            raise Impossible(f"no control group: {cause}") from cause
        script = Path(__file__).with_name("machine.sh")
        # The shell enters the group before namespaces are made, so that the group is the root of the machine's groups.
        enter = f'echo $$ > {self._group}/cgroup.procs; exec setpriv --pdeathsig KILL unshare {" ".join(NAMESPACES)} --fork --kill-child bash "$@"'
        log = self._folder.with_suffix(".log")
        with open(log, "wb") as said:
            self._outer = subprocess.Popen(["bash", "-c", enter, "bash", script, self._folder, *NOT_STARTED],
                                           stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            if not wait.within(self._is_up, START_SECONDS):
                raise Impossible(f"systemd does not answer: {log.read_text(errors='replace')[-500:]}")
        finally:
            log.unlink()

    def _is_up(self) -> bool:
        """Whether systemd takes commands; `Impossible` once it has ended."""
        if self._outer.poll() is not None:
            return True if self._init else self._ended()
        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children").read_text().split()
        if not children:
            return False
        self._init = int(children[0])
        if Path(f"/proc/{self._init}/comm").read_text().strip() != "systemd":
            return False
        return "basic.target" in self.run("systemctl is-active basic.target >/dev/null && echo basic.target").text

    def _ended(self) -> bool:
        raise Impossible(f"namespaces, an overlay or systemd are refused (code {self._outer.returncode})")

    def _entering(self, *command: str) -> list[str]:
        """A command in the machine."""
        return ["nsenter", "-t", str(self._init), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w", *command]

    def run(self, script: str, answers: Mapping[str, str] | None = None, seconds: float = 300) -> Done:
        """Runs a shell script, which ends at the first command that fails. It has a terminal, at which each question
        that holds a key of the answers is answered."""
        own, other = os.openpty()
        words = self._entering("setsid", "-w", "-c", "bash", "-euo", "pipefail", "-c", script)
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8",
                       "TERM": "dumb", "SYSTEMD_PAGER": "cat"}
        process = subprocess.Popen(words, stdin=other, stdout=other, stderr=other, env=environment, start_new_session=True)
        os.close(other)
        try:
            text = self._talk(process, own, answers or {}, time.monotonic() + seconds)
            code = process.wait(60)
        except (wait.NotInTime, subprocess.TimeoutExpired):
            process.kill()
            process.wait()
            return Done(124, f"not done within {seconds:.0f} s")
        finally:
            os.close(own)
        return Done(code, text)

    @staticmethod
    def _talk(process: subprocess.Popen, terminal: int, answers: Mapping[str, str], end: float) -> str:
        """Everything that is written until the process ends; what it leaves running may keep the terminal."""
        text, answered = "", 0
        while True:
            ended = process.poll() is not None
            if not select.select([terminal], [], [], 0 if ended else wait.LONGEST_PAUSE)[0]:
                if ended:
                    return text.replace("\r\n", "\n")
                if time.monotonic() > end:
                    raise wait.NotInTime(text)
                continue
            try:
                data = os.read(terminal, 65536)
            except OSError:  # the other end is closed
                data = b""
            if not data:
                return text.replace("\r\n", "\n")
            text += data.decode(errors="replace")
            for question, answer in answers.items():
                if question in text[answered:]:
                    answered = len(text)
                    wait.within(lambda: not echoes(terminal), 30)  # a program that asks for a secret hides it
                    os.write(terminal, answer.encode() + b"\n")

    def path(self, path: str) -> Path:
        """A file of the machine, as this one reaches it."""
        return Path(f"/proc/{self._init}/root") / path.lstrip("/")

    def write(self, path: str, text: str | bytes, mode: int = 0o644) -> None:
        """Writes a file, and makes the folders above it."""
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        target.chmod(mode)

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """Sockets that this thread makes within are on the machine's network."""
        libc = ctypes.CDLL(None, use_errno=True)

        def enter(descriptor: int) -> None:
            if libc.setns(descriptor, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")

        with open("/proc/self/ns/net", "rb") as here, open(f"/proc/{self._init}/ns/net", "rb") as there:
            enter(there.fileno())
            try:
                yield
            finally:
                enter(here.fileno())

    def close(self) -> None:
        """Ends every process of the machine, and takes away what was made for it."""
        if self._outer is not None and self._outer.poll() is None:
            if self._init:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._init, signal.SIGKILL)  # the kernel ends all others of its namespace
            else:
                self._outer.kill()
            self._outer.wait()
        if self._group is not None and self._group.exists():
            for folder, _, _ in os.walk(self._group, topdown=False):
                wait.within(lambda folder=Path(folder): removed(folder), 5)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def echoes(terminal: int) -> bool:
    """Whether what is typed at a terminal is shown."""
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def removed(folder: Path) -> bool:
    """Whether a control group is gone, which waits for the end of its processes."""
    with contextlib.suppress(OSError):
        folder.rmdir()
    return not folder.exists()
