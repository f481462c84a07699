"""Starts of the service, those that cannot be too: files closed to others, secrets, settings, ports, the lock, versions."""

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

from tramline.client import HOOKS, Client
from tramline.report import Faults
from tramline.service import Service, executable

REFUSED_SECONDS = 300
SECRET = "whsec_c3dvcmRmaXNoIGFuZCBtb3Jl"
PLAIN_TOKENS = b"a secret of tokens that an earlier version stored as it was"
HOOK = {"name": "receiver", "events": ["fieldCreated"], "secret": SECRET, "url": "https://receiver.example/hook"}


def refused(service: Service, *words: str, **settings: object) -> str:
    """What the executable says when it cannot start or do its work."""
    command = [executable(), *(words or ("serve",))]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env=service.environment(settings), timeout=REFUSED_SECONDS)
    return f"{done.stderr}\ncode {done.returncode}"


def expect_refusal(faults: Faults, what: str, said: str, *parts: str) -> None:
    """All parts are said, and the exit code is that of wrong usage."""
    missing = [part for part in (*parts, "\ncode 2") if part not in said]
    faults.expect(not missing, f"{what}: {missing} is not in: {said}")


def open_files(data: Path) -> list[str]:
    """What others than its owner have rights on."""
    return [f"{path} {path.stat().st_mode & 0o777:o}" for path in [data, *data.rglob("*")] if path.stat().st_mode & 0o077]


def closed(folder: Path, faults: Faults) -> None:
    """Everything is for the service's own account; an open folder is told about."""
    before = os.umask(0o022)
    try:
        with Service(folder) as service:
            client = service.client()
            client.add_user()
            faults.expect(not open_files(service.data), f"open to others: {open_files(service.data)[:5]}")
            service.stop()
            faults.expect("may enter the data folder" not in service.log_text(), "a closed folder is told about")
            service.data.chmod(0o755)
            service.start()
            faults.expect("may enter the data folder" in service.log_text(), "an open folder is not told about")
            faults.expect("chmod -R go-rwx" in service.log_text(), "it is not said how to close it")
        added = Service(folder / "by-account")
        added.add_account("another", "correct horse battery staple")
        faults.expect(not open_files(added.data), f"account add: open to others: {open_files(added.data)[:5]}")
        added.close()
    finally:
        os.umask(before)


def holds(data: Path, secret: bytes) -> list[str]:
    """Files of the database that hold these bytes."""
    return [path.name for path in data.glob("tramline.db*") if secret in path.read_bytes()]


def sealed(folder: Path, faults: Faults) -> None:
    """Secrets are sealed, those of before too; another key or none ends the start."""
    with Service(folder, LISTEN="127.0.0.1:0") as service:
        client = service.client()
        shown = client.json("POST", HOOKS, HOOK)["secret"]
        faults.expect(shown == SECRET, f"its account is shown {shown}")
        key, data = service.data / "secrets.key", service.data
        faults.expect(key.stat().st_mode & 0o777 == 0o600, "the key is open to others")
        service.stop()
        faults.expect(not holds(data, SECRET.encode()), f"a secret is in {holds(data, SECRET.encode())}")
        # As an earlier version left it.
        key.unlink()
        service.change("UPDATE webhooks SET secret = ?", SECRET)
        service.change("DELETE FROM secrets")
        service.change("INSERT INTO secrets VALUES ('tokens', ?)", PLAIN_TOKENS)
        service.start()
        client = service.client()
        service.stop()
        for secret in (SECRET.encode(), PLAIN_TOKENS):
            faults.expect(not holds(data, secret), f"a secret of before is in {holds(data, secret)}")
        service.start()
        shown = [hook["secret"] for hook in client.json("GET", HOOKS)]
        faults.expect(shown == [SECRET], f"after two starts its account is shown {shown}")
        service.stop()
        refuse_keys(service, key, faults)
        forget(service, key, client, faults)


def refuse_keys(service: Service, key: Path, faults: Faults) -> None:
    """Starts with the wrong key, or none; and with the right one from a variable."""
    right = key.read_text().strip()
    expect_refusal(faults, "another key", refused(service, SECRETS_KEY="ab" * 32), "TRAMLINE_SECRETS_KEY", "not the one")
    said = refused(service, SECRETS_KEY="swordfish")
    expect_refusal(faults, "no key", said, "TRAMLINE_SECRETS_KEY", "64 hexadecimal digits")
    faults.expect("swordfish" not in said, "a key is repeated")
    key.write_text("cd" * 32)
    expect_refusal(faults, "another file", refused(service), str(key), "put back the file")
    key.unlink()
    expect_refusal(faults, "no file", refused(service), str(key), "is missing", "--forget-secrets")
    faults.expect(not key.exists(), "a new key is made beside sealed secrets")
    service.start(SECRETS_KEY=right)
    service.stop()
    faults.expect(not key.exists(), "a key from a variable is written down")


def forget(service: Service, key: Path, client: Client, faults: Faults) -> None:
    """Without the key a fresh start is possible."""
    words = ("migrate", "--forget-secrets", "--data", str(service.data))
    said = subprocess.run([executable(), *words], capture_output=True, text=True, timeout=REFUSED_SECONDS)
    faults.expect(said.returncode == 0 and "1 webhooks are removed" in said.stdout, f"forget: {said.stdout} {said.stderr}")
    service.start()
    faults.expect(client.get(HOOKS).status == 401, "a token outlives the secret that signed it")
    faults.expect(service.client().json("GET", HOOKS) == [], "webhooks are left")
    faults.expect(key.exists(), "no new key")


def settings(folder: Path, faults: Faults) -> None:
    """What nobody knows is refused with the nearest name."""
    service = Service(folder)
    said = refused(service, LISTN="127.0.0.1:0", SUNSHINE="1")
    expect_refusal(faults, "variables", said, "`TRAMLINE_LISTN`; did you mean `TRAMLINE_LISTEN`?", "`TRAMLINE_SUNSHINE`")
    file = folder / "settings.toml"
    file.write_text("workers = 0\nlease_second = 5\n")
    said = refused(service, "serve", "--settings", str(file))
    expect_refusal(faults, "keys", said, str(file), "`lease_second`; did you mean `lease_seconds`?")
    file.write_text("workers = 0\nlease_seconds = \"long\"\n")
    expect_refusal(faults, "values", refused(service, "serve", "--settings", str(file)), str(file), "line 2")
    expect_refusal(faults, "numbers", refused(service, WORKERS="two"), "`TRAMLINE_WORKERS` cannot be `two`")
    expect_refusal(faults, "log", refused(service, LOG="inof"), "`TRAMLINE_LOG`", "did you mean `info`?")
    expect_refusal(faults, "bounds", refused(service, UPLOADS_AT_ONCE=1 << 63), "`uploads_at_once` cannot be", "at most")
    expect_refusal(faults, "address", refused(service, LISTEN="8080"), "an address and a port")
    expect_refusal(faults, "option", refused(service, "serve", "--listen", "::1:80"), "--listen", "in brackets")
    faults.expect(not service.data.exists(), "a refused start made a data folder")
    service.close()


def has_six() -> bool:
    """Whether this machine has a loopback address of IPv6."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as own:
        own.bind(("::1", 0))
        return True
    return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        return own.getsockname()[1]


def ports(folder: Path, faults: Faults) -> None:
    """Names, IPv6, a port in use, and the warning of a service that others reach."""
    port = free_port()
    with Service(folder, LISTEN=f"localhost:{port}") as service:
        for host in ("127.0.0.1", *(["::1"] if has_six() else [])):
            with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=60):
                continue
            faults.expect(host == "::1" and "::1" not in Path("/etc/hosts").read_text(), f"localhost does not listen on {host}")
        other = Service(folder / "other")
        said = refused(other, LISTEN=f"127.0.0.1:{port}")
        expect_refusal(faults, "port", said, f"cannot listen on 127.0.0.1:{port}: another program listens there", "--listen")
        said = refused(other, METRICS_LISTEN=f"127.0.0.1:{port}")
        expect_refusal(faults, "port of metrics", said, "`/metrics` cannot listen", "`metrics_listen`")
        expect_refusal(faults, "name", refused(other, LISTEN="nobody.invalid:80"), "no address is known for `nobody.invalid`")
        other.close()
        faults.expect("`public_url` is not set" not in service.log_text(), "a service on loopback is warned of")
        service.stop()
        service.start(LISTEN="0.0.0.0:0")
        faults.expect("`public_url` is not set" in service.log_text(), "no warning of a service that others reach")
        if has_six():
            service.stop()
            service.start(LISTEN="[::1]:0")


def lock(folder: Path, faults: Faults) -> None:
    """The process that has the data folder is named."""
    with Service(folder) as service:
        for words in ("serve",), ("migrate", "--data", str(service.data)):
            said = refused(service, *words)
            expect_refusal(faults, words[0], said, f"process {service.process.pid} (`tramline serve` on ", ", since 2",
                           str(service.data), "--data")
        service.kill()
        service.start()


def versions(folder: Path, faults: Faults) -> None:
    """A newer database, another program's, a damaged one: left as they are, and said in one sentence."""
    with Service(folder) as service:
        service.client()
        service.stop()
        database = service.data / "tramline.db"
        shutil.copytree(service.data, folder / "copy")
        service.change("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) "
                       "VALUES (900, 'later', 1, x'00', 0)")
        service.change("INSERT INTO versions VALUES ('9.1.0', 900, 1)")
        expect_left(service, "newer", faults, "brought up to date by Tramline 9.1.0 (schema 900), and this is Tramline",
                    "restore the copy")
        database.write_bytes(b"a letter, and no database. " * 400)
        expect_left(service, "no database", faults, "is damaged, or it is no database")
        database.unlink()
        with contextlib.closing(sqlite3.connect(database)) as own:
            own.execute("CREATE TABLE recipes (name TEXT)")
        expect_left(service, "another program's", faults, "is a database of another program")
        shutil.rmtree(service.data)
        (folder / "copy").rename(service.data)
        service.start()
        service.client()


def expect_left(service: Service, what: str, faults: Faults, *parts: str) -> None:
    """Serve and account commands refuse, and nothing is changed."""
    database = service.data / "tramline.db"
    before = database.read_bytes()
    for words in ("serve",), ("account", "add", "x", "--password-stdin", "--data", str(service.data)):
        command = [executable(), *words]
        done = subprocess.run(command, input="correct horse battery staple", capture_output=True, text=True,
                              env=service.environment({}), timeout=REFUSED_SECONDS)
        said = f"{done.stderr}\ncode {done.returncode}"
        expect_refusal(faults, f"{what}, {words[0]}", said, str(database), *parts)
        faults.expect(len(done.stderr.splitlines()) == 1, f"{what}, {words[0]}: more than a sentence: {done.stderr}")
    faults.expect(database.read_bytes() == before, f"{what}: the database was changed")


STARTS: tuple[Callable[[Path, Faults], None], ...] = (closed, sealed, settings, ports, lock, versions)
