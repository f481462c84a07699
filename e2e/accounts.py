#!/usr/bin/env python3
"""The life of accounts: the command line beside a running service, at a terminal and without one; what it does holds for
the next request. Passwords, tokens, keys, limits, the log, removal to the last row and byte."""

import contextlib
import fcntl
import os
import pty
import subprocess
import termios
import threading
import time
from pathlib import Path

from tramline import report, wait
from tramline.client import API, AWAY, USERS, Client, Problem
from tramline.report import Faults
from tramline.samples import pack, stick_file
from tramline.service import NAME, PASSWORD, Service, executable, temporary

ACCOUNT = "/api/account"
KEYS = "/services/usermanagement/api/api-keys"
OTHER = "stubble after rain"
FIRST, AGAIN = "characters:", "once more:"  # ends of prompts
UNSEEN = (FIRST, AGAIN)
SECONDS = wait.LONG  # until a terminal has said what it will
SECRETS = (PASSWORD, OTHER, "Example Farm", "farm@example.org")


def command(service: Service, *words: str, given: str = "") -> tuple[int, str]:
    """`tramline account …` on the service's folder; its code and all that it said."""
    done = subprocess.run([executable(), "account", *words, "--data", service.data], input=given, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


def at_terminal(service: Service, words: tuple[str, ...], typed: tuple[tuple[str, str], ...]) -> tuple[int, str]:
    """The same at a terminal: each line is typed once its prompt is there. Its code and what the terminal showed."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([executable(), "account", *words, "--data", service.data], stdin=follower, stdout=follower,
                               stderr=follower, start_new_session=True, preexec_fn=lambda: take_terminal(follower))
    os.close(follower)
    timer = threading.Timer(SECONDS, process.kill)
    timer.start()
    shown, waiting = "", list(typed)
    with contextlib.suppress(OSError):  # the end of a terminal is an error of input and output
        while data := os.read(leader, 4096):
            shown += data.decode(errors="replace")
            if waiting and shown.rstrip(" ").endswith(waiting[0][0]):
                if waiting[0][0] in UNSEEN:
                    wait.within(lambda: not is_shown(leader), SECONDS)
                os.write(leader, (waiting.pop(0)[1] + "\n").encode())
                shown += "\n"
    code = process.wait()
    timer.cancel()
    os.close(leader)
    return code, shown


def is_shown(terminal: int) -> bool:
    """Whether the terminal shows what is typed: it is told a moment after the prompt not to."""
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def take_terminal(descriptor: int) -> None:
    """Makes it the terminal of this process, so that a prompt finds it."""
    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)


def says(faults: Faults, what: str, done: tuple[int, str], code: int, *words: str) -> None:
    """The code, and words that must be in what was said."""
    missing = [word for word in words if word not in done[1]]
    faults.expect(done[0] == code and not missing, f"{what}: code {done[0]}, without {missing}: {done[1]}")


def status(client: Client, path: str = ACCOUNT) -> int:
    """Of a GET."""
    return client.get(path).status


def log_in(service: Service, name: str, password: str) -> int:
    """The status of a login."""
    body = {"username": name, "password": password}
    return Client(service).ask("POST", "/api/authenticate", json_body=body).status


def check_start(faults: Faults, folder: Path) -> None:
    """A service without an account says how to make one; with a weak password of the first account it does not start."""
    service = Service(folder / "none", WORKERS=0, BOOTSTRAP_PASSWORD="")
    environment = service.environment({})
    del environment["TRAMLINE_BOOTSTRAP_PASSWORD"]
    process = subprocess.Popen([executable(), "serve"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = [process.stdout.readline().decode() for _ in range(2)]
    faults.expect("listening on" in lines[0] and "account add" in lines[1], f"a start without accounts says {lines}")
    service.port = int(lines[0].rsplit(":", 1)[1])
    faults.expect(log_in(service, "adviser", PASSWORD) == 401, "a login without accounts")
    says(faults, "add beside it", command(service, "add", "adviser", "--password-stdin", given=PASSWORD), 0, "added")
    faults.expect(log_in(service, "adviser", PASSWORD) == 200, "the new account cannot log in")
    process.terminate()
    _, log = process.communicate()
    faults.expect("there is no account" in log.decode(), "the log of a start without accounts does not say so")
    service.close()
    for weak, word in (("short", "at least 12"), ("password1234", "easy to guess"), ("adviser-adviser", "easy to guess")):
        service = Service(folder / f"weak-{weak}")
        done = subprocess.run([executable(), "serve"], env=service.environment({"BOOTSTRAP_PASSWORD": weak}),
                              capture_output=True, text=True, timeout=SECONDS, check=False)
        said = done.stderr
        faults.expect(done.returncode == 2 and "bootstrap_password" in said and word in said and weak not in said,
                      f"first password {weak}: code {done.returncode}: {said}")
        service.close()


def check_terminal(faults: Faults, service: Service) -> None:
    """Passwords are asked for twice and never shown; a removal has the name typed."""
    done = at_terminal(service, ("add", "typed"), ((FIRST, OTHER), (AGAIN, OTHER)))
    says(faults, "add at a terminal", done, 0, "account `typed` added")
    faults.expect(OTHER not in done[1], f"the terminal shows the password: {done[1]}")
    done = at_terminal(service, ("passwd", "typed"), ((FIRST, PASSWORD), (AGAIN, OTHER)))
    says(faults, "two passwords", done, 2, "differ")
    done = at_terminal(service, ("passwd", "typed"), ((FIRST, "qwertyuiop12"),))
    says(faults, "a weak password at a terminal", done, 2, "easy to guess")
    faults.expect(log_in(service, "typed", OTHER) == 200, "the password changed without being confirmed")
    done = at_terminal(service, ("remove", "typed"), (("remove it:", "another"),))
    says(faults, "another name", done, 2, "nothing was removed")
    done = at_terminal(service, ("remove", "typed"), (("remove it:", "typed"),))
    says(faults, "remove at a terminal", done, 0, "removed")
    faults.expect(log_in(service, "typed", OTHER) == 401, "a removed account logs in")


def check_commands(faults: Faults, service: Service) -> None:
    """Each command beside the running service holds for the next request."""
    client = service.client()
    user = client.add_user()
    key = client.json("POST", KEYS, {"leafUserId": user})["key"]
    keyed = {"X-Api-Key": key}
    faults.expect(Client(service).ask("GET", API + "/batch", headers=keyed).status == 200, "the key does not hold")
    says(faults, "disable", command(service, "disable", NAME), 0, "enable")
    answers = [status(client), log_in(service, NAME, PASSWORD), Client(service).ask("GET", API + "/batch", headers=keyed).status]
    faults.expect(answers == [403] * 3, f"a disabled account is answered with {answers}")
    faults.expect(log_in(service, NAME, "wrong") == 401, "a wrong password shows that an account is disabled")
    says(faults, "enable", command(service, "enable", NAME), 0)
    faults.expect(status(client) == 200, "a token of an enabled account")
    says(faults, "revoke-tokens", command(service, "revoke-tokens", NAME), 0, "log in again")
    faults.expect(status(client) == 401, "a revoked token")
    client = service.client()
    says(faults, "passwd", command(service, "passwd", NAME, "--password-stdin", given=OTHER), 0, "log in again")
    answers = [status(client), log_in(service, NAME, PASSWORD), log_in(service, NAME, OTHER)]
    faults.expect(answers == [401, 401, 200], f"after another password: {answers}")
    says(faults, "passwd back", command(service, "passwd", NAME, "--password-stdin", given=PASSWORD), 0)
    says(faults, "a near name", command(service, "disable", "advisor"), 2, "did you mean `adviser`")
    log = command(service, "audit", NAME, "--json", "--last", "100")
    says(faults, "audit", log, 0, "accountDisabled", "tokensRevoked", "passwordChanged", "loginFailed", "keyMade")
    shown = log[1] + service.log_text()
    faults.expect(not any(secret in shown for secret in (*SECRETS, key)), "the log of the account or the service tells secrets or names")


def check_at_once(faults: Faults, service: Service) -> int:
    """Commands and uploads at the same time: neither fails because of the other."""
    client = service.client()
    user = client.add_user()
    troubles: list[str] = []
    uploads = 30

    def send() -> None:
        """Uploads, one after the other."""
        own = service.client()
        for number in range(uploads):
            try:
                own.upload(user, "a.zip", pack({f"{number}.txt": str(number).encode()}))
            except (Problem, *AWAY) as cause:
                troubles.append(str(cause))

    def manage() -> None:
        """Accounts come and go."""
        for number in range(4):
            name = f"visitor-{number}"
            for words in (("add", name, "--password-stdin"), ("quota", name, "--files", "7"), ("disable", name),
                          ("list",), ("remove", name, "--yes")):
                code, said = command(service, *words, given=OTHER)
                if code:
                    troubles.append(said)

    threads = [threading.Thread(target=work) for work in (send, send, manage)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    faults.expect(not troubles, f"at once: {troubles[:3]}")
    counted = client.json("GET", ACCOUNT)["use"]["uploadsToday"]
    faults.expect(counted >= 2 * uploads, f"{counted} of {2 * uploads} uploads are counted")
    return counted


def check_removal(faults: Faults, service: Service, stick: bytes) -> None:
    """Use is exact; a removed account leaves no row and, after the sweeps, no byte; its work under way ends."""
    service.add_account("leaver", OTHER)
    client = service.client("leaver", OTHER)
    user = client.add_user()
    batch = client.settled(client.upload(user, "stick.zip", stick)["id"])
    use = client.json("GET", ACCOUNT)["use"]
    rows = service.rows("SELECT id FROM accounts WHERE username = 'leaver'")
    account = rows[0][0]
    stored = sum(path.stat().st_size for path in blobs(service, account))
    faults.expect(use["bytes"] == stored > 0, f"use says {use['bytes']} bytes, the folder holds {stored}")
    faults.expect(use["files"] == len(batch["leafFiles"]), f"use says {use}")
    removed = batch["leafFiles"][0]
    client.ask("DELETE", f"{API}/files/{removed}").expected()
    use = client.json("GET", ACCOUNT)["use"]
    stored = sum(path.stat().st_size for path in blobs(service, account))
    faults.expect(use["bytes"] == stored, f"after a deletion use says {use['bytes']} bytes, the folder holds {stored}")
    says(faults, "a quota", command(service, "quota", "leaver", "--bytes", "1kB"), 0)
    answer = client.ask("POST", f"{API}/batch", b"", query={"leafUserId": user})
    faults.expect(answer.status == 403 and answer.json()["errorKey"] == "quotaExceeded", f"over the quota: {answer.status}")
    says(faults, "a quota", command(service, "quota", "leaver", "--bytes", "default"), 0)
    client.upload(user, "again.zip", stick, force="true")
    kept = blobs(service, account)
    code, said = command(service, "remove", "leaver", "--yes")
    says(faults, "remove", (code, said), 0, "removed")
    faults.expect(status(client) == 401, "a token of a removed account")
    left = {table: count for table in tables(service)
            if (count := service.rows(f"SELECT COUNT(*) FROM {table} WHERE account_id = ?", account)[0][0])}
    faults.expect(not left, f"rows are left: {left}")
    wait.until(lambda: not any(path.exists() for path in kept) and not leftovers(service), "the bytes of a removed account go",
               wait.LONG, lambda: [str(path) for path in kept if path.exists()][:3] + leftovers(service)[:3])
    faults.expect(not service.defects(), service.defects())


def tables(service: Service) -> list[str]:
    """Tables whose rows are an account's."""
    sql = "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'account_id'"
    return [name for (name,) in service.rows(sql)]


def blobs(service: Service, account: str) -> list[Path]:
    """Stored files of an account."""
    keys = service.rows("SELECT blob_key FROM uploads WHERE account_id = ?1 UNION SELECT a.blob_key FROM artifacts a "
                        "JOIN files f ON f.id = a.file_id WHERE f.account_id = ?1", account)
    return [service.blob(key) for (key,) in keys]


def leftovers(service: Service) -> list[str]:
    """Folders of conversions that are gone."""
    known = {run for (run,) in service.rows("SELECT id FROM runs WHERE state = 'running'")}
    return [path.name for path in (service.data / "work").iterdir() if path.name[:36] not in known]


def check_owner(faults: Faults, service: Service) -> None:
    """The owner over HTTP: another password, one token, all tokens, the end."""
    service.add_account("owner", OTHER)
    first, second = (service.client("owner", OTHER) for _ in range(2))
    tokens = second.json("GET", ACCOUNT + "/tokens")
    old = next(token["id"] for token in tokens if not token["current"])
    second.ask("DELETE", f"{ACCOUNT}/tokens/{old}").expected()
    faults.expect([status(first), status(second)] == [401, 200], "one token ends")
    body = {"currentPassword": OTHER, "newPassword": PASSWORD}
    fresh = second.json("PUT", ACCOUNT + "/password", body)["id_token"]
    third = Client(service, fresh)
    faults.expect([status(second), status(third)] == [401, 200], "another password ends the other tokens")
    third.ask("POST", ACCOUNT + "/revoke-tokens").expected()
    faults.expect(status(third) == 401, "all tokens end")
    last = service.client("owner", PASSWORD)
    last.ask("DELETE", ACCOUNT, json_body={"password": PASSWORD}).expected()
    faults.expect(status(last) == 401 and log_in(service, "owner", PASSWORD) == 401, "the account is gone")
    # The name is free again, and nothing of the one of before is seen.
    service.add_account("owner", OTHER)
    faults.expect(service.client("owner", OTHER).json("GET", USERS) == [], "a new account of the name")


def check(faults: Faults) -> str:
    """One service for all; sweeps come quickly, but not before an upload has been taken in."""
    begin = time.monotonic()
    with temporary() as folder:
        check_start(faults, Path(folder))
        stick = stick_file(Path(folder) / "demo").read_bytes()
    with Service(SWEEP_SECONDS=1, SWEEP_SAFETY_SECONDS=20, LEASE_SECONDS=12) as service:
        check_terminal(faults, service)
        check_commands(faults, service)
        uploads = check_at_once(faults, service)
        check_removal(faults, service, stick)
        check_owner(faults, service)
    return f"{uploads} uploads beside commands, {time.monotonic() - begin:.0f} s"


if __name__ == "__main__":
    raise SystemExit(report.run("accounts", check))
