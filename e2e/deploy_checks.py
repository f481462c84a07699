"""What docs/deploy.md promises, looked at between its blocks: each function takes what is deployed so far."""

import http.client
import json
import os
import re
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

from deploy_page import Block
from tramline import samples, wait
from tramline.client import API, Client, artifact_path
from tramline.machine import Machine
from tramline.report import Faults, skipped
from tramline.service import temporary

NAME = "tramline.example.org"
PUBLIC = f"https://{NAME}"
ACCOUNT, PASSWORD, NEXT_PASSWORD = "adviser", "seed drill under rain", "cultivator in the fog"
ELSEWHERE = "127.0.9.9"  # an address of the client that is not the proxy's
LARGE = 100 << 20  # beyond what proxies allow or keep in memory by default
FIGURES = "http://127.0.0.1:9464/metrics"
SETTLED_SECONDS = wait.LONG


class Tls(http.client.HTTPSConnection):
    """A connection to the proxy by its public name, from an address of the client's."""

    def __init__(self, context: ssl.SSLContext, timeout: float) -> None:
        super().__init__(NAME, context=context, timeout=timeout)

    def connect(self) -> None:
        """As it is on a network where the name is known."""
        plain = socket.create_connection(("127.0.0.1", 443), self.timeout, (ELSEWHERE, 0))
        self.sock = self._context.wrap_socket(plain, server_hostname=NAME)


class Public(Client):
    """A client that reaches the service through the proxy."""

    port = 443

    def __init__(self, certificate: Path) -> None:
        super().__init__(self)
        self._context = ssl.create_default_context(cafile=str(certificate))

    def connect(self, timeout: float) -> http.client.HTTPConnection:
        """Over TLS."""
        return Tls(self._context, timeout)


class Deployed:
    """The machine, and what is known of the service on it."""

    def __init__(self, machine: Machine, program: Path, page: str, faults: Faults) -> None:
        self.machine, self.page, self.faults = machine, page, faults
        self.said: list[str] = []
        self.written: set[str] = set()  # files of the page
        self.password = PASSWORD
        self.restore: Block | None = None
        self.output = ""  # of the last block
        self.batch = self.file = self.digest = ""
        machine.write("/root/tramline", program.read_bytes(), 0o755)
        hosts = machine.path("/etc/hosts").read_text()
        machine.write("/etc/hosts", f"{hosts}\n127.0.0.1 {NAME}\n")
        machine.run(f"mkdir -p /etc/ssl/tramline; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
                    f"-subj /CN={NAME} -addext subjectAltName=DNS:{NAME} -keyout /etc/ssl/tramline/privkey.pem "
                    "-out /etc/ssl/tramline/fullchain.pem || true")

    def shell(self, script: str) -> str:
        """What a script writes; a fault if it fails."""
        answers = {"new password for": self.password, "once more": self.password}
        script = f"export CURL_CA_BUNDLE=/etc/ssl/tramline/fullchain.pem; cd /root\n{script}"
        done = self.machine.run(script, answers)
        self.faults.expect(done.code == 0, f"code {done.code} of {script.splitlines()[-1]}: {done.text[-600:]}")
        return done.text

    def do(self, block: Block) -> bool:
        """Writes the file or runs the commands; whether that went well."""
        if block.path:
            self.written.add(block.path)
            self.machine.write(block.path, block.text, 0o644)
            return True
        if "cp -a /var/backups" in block.text:
            self.restore = block
        if "account passwd" in block.text:
            self.password = NEXT_PASSWORD
        before = len(self.faults)
        self.output = self.shell(block.text)
        if len(self.faults) > before:
            self.faults.append(f"{block.name} failed: the rest of the page is not tried")
            print(self.journal()[-6000:])
        return len(self.faults) == before

    def journal(self) -> str:
        """The log of the service."""
        return self.machine.run("journalctl -u tramline -o cat --no-pager").text

    def logged(self) -> list[dict]:
        """The entries of the log."""
        entries = [line for line in self.journal().splitlines() if line.startswith("{")]
        return [json.loads(line) for line in entries]

    def client(self) -> Public:
        """Logged in through the proxy."""
        own = Public(self.machine.path("/etc/ssl/tramline/fullchain.pem"))
        return own.log_in(ACCOUNT, self.password)

    def plain(self, url: str) -> http.client.HTTPResponse:
        """The answer to a request without TLS."""
        _, _, where, path = url.split("/", 3)
        host, _, port = where.partition(":")
        with self.machine.network():
            own = http.client.HTTPConnection("127.0.0.1", int(port or 80), timeout=120)
            own.request("GET", f"/{path}", headers={"Host": host})
            answer = own.getresponse()
            answer.text = answer.read().decode()
            own.close()
        return answer

    def workers(self, count: int | None) -> None:
        """Starts the service again with so many; `None` for those of the page."""
        folder = "/etc/systemd/system/tramline.service.d"
        if count is None:
            self.shell(f"rm -r {folder}; systemctl daemon-reload; systemctl restart tramline")
        else:
            self.machine.write(f"{folder}/workers.conf", f"[Service]\nEnvironment=TRAMLINE_WORKERS={count}\n")
            self.shell("systemctl daemon-reload; systemctl restart tramline")
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """The service takes requests."""
        self.shell("curl -sf -o /dev/null --retry 50 --retry-delay 1 --retry-connrefused http://127.0.0.1:8080/health/ready")


def installed(on: Deployed) -> None:
    """The unit is right, and hardened; nothing of the converter's protections is lost in it."""
    on.faults.expect(on.output.startswith("ready\n") and "the converter is shut in" in on.output, f"it does not work: {on.output}")
    said = on.machine.run("systemd-analyze verify /etc/systemd/system/tramline.service").text
    on.faults.expect("tramline.service" not in said, f"the unit: {said}")
    said = on.machine.run("systemd-analyze security --no-pager tramline.service").text
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", said)
    on.faults.expect(exposure and float(exposure[1]) < 2.5, f"the unit leaves much open: {said[-300:]}")
    weak = [entry for entry in on.logged() if entry["level"] in ("WARN", "ERROR")]
    on.faults.expect(not weak, f"a start by the page warns: {weak[:5]}")
    user = on.shell("ps -o user= -p $(systemctl show -P MainPID tramline)").strip()
    on.faults.expect(user == "tramline", f"the service runs as {user}")
    others = on.shell("find /var/lib/tramline -perm /077 | head").strip()
    on.faults.expect(not others, f"open to others: {others}")
    on.said.append(f"exposure of the unit {exposure[1] if exposure else 'unknown'} of 10")


def proxied(on: Deployed) -> None:
    """Clients come through the proxy in front of the service, then through the other one, then through a firewall."""
    on.workers(0)
    through(on, "nginx")
    with_caddy(on)
    with_firewall(on)
    on.workers(None)
    converted(on)


def through(on: Deployed, proxy: str) -> None:
    """Uploads, small and large, progress that is not held back, addresses and links, as clients meet them."""
    begin = time.monotonic()
    moved = on.plain(f"http://{NAME}/docs")
    on.faults.expect(moved.status in (301, 308) and moved.headers["location"] == f"{PUBLIC}/docs",
                     f"{proxy}: http answers {moved.status} {moved.headers['location']}")
    with on.machine.network(), temporary() as scratch:
        client = on.client()
        hidden = client.get("/metrics").status
        on.faults.expect(hidden == 404, f"{proxy}: /metrics answers {hidden}")
        wrong = client.ask("POST", "/api/authenticate", headers={"X-Forwarded-For": "203.0.113.7"},
                           json_body={"username": "nobody", "password": "not a password"})
        on.faults.expect(wrong.status == 401, f"{proxy}: a wrong password is answered {wrong.status}")
        user = client.add_user()
        stick = samples.stick(Path(scratch))
        on.batch = client.upload(user, "stick.zip", samples.pack(stick))["id"]
        unheld(on, client, proxy)
        large = samples.pack({"noise.bin": os.urandom(LARGE)}, 0)
        taken = client.upload(user, "large.zip", large)
        on.faults.expect(taken["status"] == "RECEIVED", f"{proxy}: a large upload is {taken}")
        listed = client.get(f"{API}/batch", size=1)
        on.faults.expect(f"<{PUBLIC}/" in listed.headers.get("link", ""), f"{proxy}: links are {listed.headers.get('link')}")
        on.faults.expect("strict-transport-security" in listed.headers, f"{proxy}: no Strict-Transport-Security")
    refused = on.shell(f"head -c {LARGE} /dev/zero > large.zip; curl -s -o /dev/null -w '%{{http_code}}' -F file=@large.zip "
                       f"'{PUBLIC}{API}/batch?leafUserId={user}&provider=Other'").strip()
    on.faults.expect(refused == "401", f"{proxy}: a large upload of nobody is answered {refused}")
    seen = [entry["fields"] for entry in on.logged()]
    tried = [entry for entry in seen if "wrong name or password" in entry.get("message", "")]
    on.faults.expect(tried and tried[-1]["client"] == ELSEWHERE, f"{proxy}: the address of a wrong password is {tried[-1:]}")
    access = {entry.get("client") for entry in seen if entry.get("route") == "/api/authenticate"}
    on.faults.expect(access == {ELSEWHERE}, f"{proxy}: logins come from {access}")
    on.said.append(f"{proxy} {time.monotonic() - begin:.0f} s")


def unheld(on: Deployed, client: Public, proxy: str) -> None:
    """The progress of an upload that cannot end, as nothing is converted, arrives all the same."""
    connection = client.connect(60)
    try:
        connection.request("GET", f"{API}/batch/{on.batch}/progress", headers={"Authorization": f"Bearer {client.token}"})
        answer = connection.getresponse()
        line = answer.readline().decode()
        while line.strip() and not line.startswith("data:"):
            line = answer.readline().decode()
        on.faults.expect(line.startswith("data:"), f"{proxy}: progress begins with {line!r}, {answer.status}")
    except TimeoutError:
        on.faults.append(f"{proxy}: progress is held back")
    finally:
        connection.close()


def with_caddy(on: Deployed) -> None:
    """The same through Caddy, whose certificate is of its own authority here: there is no other to ask."""
    if "/etc/caddy/Caddyfile" not in on.written:
        return  # its block was skipped, loudly
    file = on.machine.path("/etc/caddy/Caddyfile")
    on.shell("caddy validate --config /etc/caddy/Caddyfile")
    on.shell("systemctl stop nginx")
    on.machine.write("/root/Caddyfile", "{\n\tskip_install_trust\n\tlocal_certs\n}\n" + file.read_text())
    on.shell("cp -a /etc/ssl/tramline /root/ssl\n"
             "systemd-run -q --unit=caddy-alone -E XDG_DATA_HOME=/root/caddy caddy run --config /root/Caddyfile\n"
             f"curl -sk -o /dev/null --retry 40 --retry-delay 1 --retry-all-errors {PUBLIC}/health/live\n"
             "cp /root/caddy/caddy/pki/authorities/local/root.crt /etc/ssl/tramline/fullchain.pem")
    through(on, "Caddy")
    on.shell("systemctl kill -s KILL caddy-alone; rm -r /etc/ssl/tramline; mv /root/ssl /etc/ssl/tramline; systemctl start nginx")


def with_firewall(on: Deployed) -> None:
    """The rules are taken, and let clients pass."""
    if "/etc/nftables.conf" not in on.written:
        return
    tried = on.machine.run("nft -f /etc/nftables.conf && nft list ruleset")
    if "not supported" in tried.text or "Protocol error" in tried.text:
        skipped(f"the firewall: this kernel has none ({tried.text.strip()[-100:]})")
        return
    on.faults.expect(tried.code == 0 and "dport { 22, 80, 443 }" in tried.text, f"the firewall: {tried.text[-400:]}")
    on.shell(f"curl -sf -o /dev/null {PUBLIC}/health/ready")


def converted(on: Deployed) -> None:
    """What was uploaded before becomes machine files, to be downloaded."""
    with on.machine.network():
        client = on.client()
        batch = client.settled(on.batch, SETTLED_SECONDS)
        on.faults.expect(batch["status"] == "PROCESSED", f"the upload is {batch}")
        files = client.json("GET", f"{API}/files", batchId=on.batch, size=1)
        files = files["operations"] if isinstance(files, dict) else files
        on.file = files[0]["id"]
        on.digest = samples.sha256(client.artifact(on.file, "standardGeojson"))
        shown = client.get(f"{API}/files/{on.file}").text
    links = re.findall(r'https?://[^"/]+', shown)
    on.faults.expect(set(links) == {PUBLIC}, f"links of a machine file: {set(links)}")


def watched(on: Deployed) -> None:
    """Figures that the page names exist, where Prometheus looks for them; so does what its commands find in the log."""
    page = on.machine.path("/etc/prometheus/prometheus.yml").read_text()
    where = re.search(r'targets: \["([^"]+)"\]', page)[1]
    on.faults.expect(f"http://{where}/metrics" == FIGURES, f"Prometheus looks at {where}")
    if on.machine.path("/usr/bin/promtool").exists():
        on.shell("promtool check config /etc/prometheus/prometheus.yml")
    else:
        skipped("promtool check config: no promtool")
    figures = on.plain(FIGURES)
    on.faults.expect(figures.status == 200, f"figures: {figures.status}")
    for name in sorted(set(re.findall(r"\btramline_[a-z_]+\b", on.page))):
        on.faults.expect(f"\n{name}" in figures.text, f"the page names a figure {name} that is not there")


def lose(on: Deployed) -> None:
    """What the backup holds is removed, as by mistake."""
    with on.machine.network():
        client = on.client()
        gone = client.ask("DELETE", f"{API}/files/{on.file}")
        on.faults.expect(gone.ok, f"a file cannot be removed: {gone.status}")
        on.faults.expect(client.get(f"{API}/files/{on.file}").status == 404, "a removed file is there")


def restored(on: Deployed) -> None:
    """All is as it was when the backup was made."""
    on.wait_until_ready()
    with on.machine.network():
        client = on.client()
        whole = client.get(artifact_path(on.file, "standardGeojson"))
        on.faults.expect(whole.ok and samples.sha256(whole.body) == on.digest, f"after restoring a file is {whole.status}")
    others = on.shell("find /var/lib/tramline -not -user tramline | head; ls /etc/cron.d/tramline > /dev/null").strip()
    on.faults.expect(not others, f"not the service's own: {others}")


def taken_back(on: Deployed) -> None:
    """The executable of before serves the restored data."""
    on.shell(on.restore.text)
    restored(on)


def helped(on: Deployed) -> None:
    """The lost password is replaced, tokens have ended, and the account's log says so."""
    on.faults.expect(ACCOUNT in on.output, f"the account is not listed: {on.output}")
    with on.machine.network():
        on.client().json("GET", "/api/account")
        old = Public(on.machine.path("/etc/ssl/tramline/fullchain.pem"))
        refused = old.ask("POST", "/api/authenticate", json_body={"username": ACCOUNT, "password": PASSWORD})
        on.faults.expect(refused.status == 401, f"the lost password is answered {refused.status}")


def attacked(on: Deployed) -> None:
    """The address of whom it was is found."""
    on.faults.expect(ELSEWHERE in on.output, f"who tried passwords: {on.output}")
    warned = [entry for entry in on.logged() if entry["level"] == "ERROR"]
    on.faults.expect(not warned, f"errors in the log: {warned[:5]}")


Look = Callable[[Deployed], None]
AFTER: dict[str, Look] = {
    "Install": installed,
    "A proxy with TLS": proxied,
    "Watch": watched,
    "Backup": restored,
    "Upgrade": taken_back,
    "If something is wrong": helped,
    "Attacks on logins": attacked,
}
PROXIED = ("A proxy with TLS", "Backup", "Upgrade", "If something is wrong", "Attacks on logins")
BEFORE: dict[str, Look] = {"mv /var/lib/tramline ": lose}
