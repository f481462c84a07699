"""One session of a service with all kinds of requests: the headers of its answers, its figures and its log."""

import http.client
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

from tramline.client import API, HOOKS, USERS, Answer, Client, artifact_path, form
from tramline.report import Faults
from tramline.samples import stick_file
from tramline.service import NAME, PASSWORD, Service

KEYS = "/services/usermanagement/api/api-keys"
# What a session writes into requests, and no log may hold.
SECRETS = ("Nightingale", "nightingale@example.org", "whsec_c3dvcmRmaXNo", "wrong password", "stick.zip", "externalId=Quelle",
           "Harvester of Ann", "receiver.example", NAME, PASSWORD)
SET = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY"}
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
EXPOSED = ("accept-ranges", "content-disposition", "content-range", "etag", "link", "location", "retry-after",
           "www-authenticate", "x-request-id", "x-total-count")
SENT = ("authorization", "content-type", "idempotency-key", "if-none-match", "if-range", "range", "x-api-key",
        "x-request-id")


def expect_headers(faults: Faults, what: str, answer: Answer) -> None:
    """The headers that every answer has."""
    headers = answer.headers
    for name, value in SET.items():
        faults.expect(headers.get_all(name) == [value], f"{what}: {name} is {headers.get_all(name)}")
    policy = headers.get_all("content-security-policy") or []
    strict = len(policy) == 1 and all(f"{rule} 'none'" in policy[0] for rule in (
        "default-src", "base-uri", "form-action", "frame-ancestors"))
    faults.expect(strict, f"{what}: policy {policy}")
    faults.expect(headers.get_all("cache-control") in (["no-store"], ["private, no-cache"]),
                  f"{what}: cache-control {headers.get_all('cache-control')}")
    faults.expect(re.fullmatch(r"[\w.-]{1,64}", headers.get("x-request-id", "")), f"{what}: {headers.get('x-request-id')}")


def answers(client: Client, file: str, user: str) -> Iterator[tuple[str, int, Answer]]:
    """One answer of each kind: what it is, and the status that it must have."""
    artifact = artifact_path(file, "standardGeoparquet")
    tag = client.get(artifact).headers["etag"]
    nobody = Client(client.service)
    yield "a list", 200, client.get(f"{API}/files", leafUserId=user, externalId="Quelle")
    yield "an artifact", 200, client.get(artifact)
    yield "a part", 206, client.part(artifact, range="bytes=0-9")
    yield "no part", 416, client.part(artifact, range="bytes=999999999-")
    yield "unchanged", 304, client.part(artifact, if_none_match=tag)
    yield "compressed", 200, client.part(artifact_path(file, "standardGeojson"), accept_encoding="gzip")
    yield "a report", 200, client.get(f"{API}/files/{file}/report")
    yield "the reference", 200, nobody.get("/docs")
    yield "the description", 200, nobody.get("/openapi.json")
    yield "alive", 200, nobody.get("/health/live")
    yield "figures on the public port", 404, nobody.get("/metrics")
    yield "nobody", 401, nobody.get(f"{API}/files")
    yield "no such file", 404, client.get(f"{API}/files/00000000-0000-4000-8000-000000000000")
    yield "no such path", 404, client.get("/Nightingale/" + (client.token or ""))
    yield "no such method", 405, client.ask("PATCH", f"{API}/files")
    yield "no such word", 400, client.get(f"{API}/files", sort="Nightingale")
    yield "no JSON", 400, client.ask("POST", USERS, "{", {"Content-Type": "application/json"})
    yield "no farm data", 400, upload(client, user, b"Nightingale")
    yield "a slash at the end", 200, client.get(f"{USERS}/")
    yield "own number", 200, client.ask("GET", f"{API}/files", headers={"X-Request-Id": "client-7.a_b"})
    yield "a name as number", 200, client.ask("GET", f"{API}/files", headers={"X-Request-Id": "Nightingale Farm"})
    yield "a made-up method", 405, client.ask("NIGHTINGALE", f"{API}/files")


def upload(client: Client, user: str, data: bytes) -> Answer:
    """A file that is no zip."""
    body, kind = form([("file", "stick.zip", data)])
    return client.ask("POST", f"{API}/batch", body, {"Content-Type": kind}, {"leafUserId": user, "provider": "Other"})


def check_headers(client: Client, file: str, user: str, faults: Faults) -> int:
    """Every kind of answer; how many."""
    count = 0
    for what, status, answer in answers(client, file, user):
        count += 1
        faults.expect(answer.status == status, f"{what}: {answer.status} is not {status}: {answer.body[:200]!r}")
        expect_headers(faults, what, answer)
        if what == "own number":
            faults.expect(answer.headers["x-request-id"] == "client-7.a_b", "a client's own number is not given back")
        if what in ("an artifact", "unchanged", "a report"):
            faults.expect(answer.headers["cache-control"] == "private, no-cache", f"{what} may not be asked for again")
        if what == "an artifact":
            faults.expect("attachment" in answer.headers["content-disposition"], "an artifact opens in the browser")
    return count


def words(answer: Answer, name: str) -> set[str]:
    """A list in a header, in lower case."""
    return {word.strip().lower() for word in (answer.headers.get(name) or "").split(",")}


def check_cors(client: Client, faults: Faults) -> None:
    """Pages of any origin may ask with a token, and read what they need."""
    origin = {"Origin": "https://farm.example"}
    asked = {**origin, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization, range"}
    preflight = Client(client.service).ask("OPTIONS", f"{API}/files", headers=asked)
    faults.expect(preflight.status == 200, f"preflight: {preflight.status}")
    expect_headers(faults, "preflight", preflight)
    faults.expect(words(preflight, "access-control-allow-origin") == {"*"}, "preflight: not any origin")
    missing = set(SENT) - words(preflight, "access-control-allow-headers")
    faults.expect(not missing, f"preflight: clients cannot send {missing}")
    missing = {"get", "head", "post", "put", "patch", "delete"} - words(preflight, "access-control-allow-methods")
    faults.expect(not missing, f"preflight: clients cannot use {missing}")
    faults.expect(int(preflight.headers.get("access-control-max-age", 0)) >= 600, "preflight: asked for each time")
    for answer in (client.ask("GET", f"{API}/files", headers=origin), Client(client.service).ask("GET", API, headers=origin)):
        missing = set(EXPOSED) - words(answer, "access-control-expose-headers")
        faults.expect(not missing, f"{answer.status}: pages cannot read {missing}")
        faults.expect("access-control-allow-credentials" not in answer.headers, "cookies are allowed")


def samples(text: str, faults: Faults) -> dict[str, float]:
    """Prometheus' text form, read strictly: each sample by its name and labels."""
    found, kinds = {}, {}
    for line in text.splitlines():
        if not line:
            continue
        if line.startswith("# "):
            _, what, name, rest = line.split(" ", 3)
            faults.expect(what in ("HELP", "TYPE"), f"metrics: {line}")
            if what == "TYPE":
                faults.expect(name not in kinds and rest in ("counter", "gauge", "histogram", "summary"), f"metrics: {line}")
                kinds[name] = rest
            continue
        match = SAMPLE.fullmatch(line)
        if not faults.expect(match, f"metrics: no sample: {line}"):
            continue
        labels = match[3] or ""
        left = LABEL.sub("", labels)
        faults.expect(not left, f"metrics: labels {labels}")
        family = re.sub(r"_(bucket|sum|count)$", "", match[1])
        faults.expect(match[1] in kinds or kinds.get(family) in ("histogram", "summary"), f"metrics: no type of {match[1]}")
        key = match[1] + (match[2] or "")
        faults.expect(key not in found, f"metrics: twice {key}")
        found[key] = float(match[4])
    return found


def figures(service: Service, metrics_port: int, faults: Faults) -> dict[str, float]:
    """What the listener of figures tells."""
    connection = http.client.HTTPConnection("127.0.0.1", metrics_port, timeout=120)
    connection.request("GET", "/metrics")
    response = connection.getresponse()
    faults.expect(response.headers["content-type"].startswith("text/plain; version=0.0.4"), "metrics: content type")
    text = response.read().decode()
    connection.request("GET", f"{API}/files")
    faults.expect(connection.getresponse().status == 404, "the listener of figures answers the API")
    connection.close()
    for secret in SECRETS:
        faults.expect(secret not in text, f"metrics tell {secret}")
    return samples(text, faults)


def check_figures(service: Service, metrics_port: int, faults: Faults) -> int:
    """Figures against what the session did; how many."""
    found = figures(service, metrics_port, faults)
    stored = sum(path.stat().st_size for path in (service.data / "blobs").rglob("*") if path.is_file())
    for name, wanted in (("tramline_uploads_total", 1), ("tramline_conversions_finished_total", 1),
                         ("tramline_logins_failed_total", 1), ("tramline_stored_bytes", stored),
                         ("tramline_runs_oldest_waiting_seconds", 0), ('tramline_runs{state="queued"}', 0)):
        faults.expect(found.get(name) == wanted, f"metrics: {name} is {found.get(name)}, not {wanted}")
    for name, least in (("tramline_upload_bytes_total", 1_000), ("tramline_free_bytes", 1_000_000),
                        ("tramline_connections_open", 1), ("tramline_connections_total", 2),
                        ('tramline_responses_total{class="2xx"}', 10), ('tramline_responses_total{class="4xx"}', 5),
                        ("tramline_resident_memory_bytes", 1_000_000)):
        faults.expect(found.get(name, 0) >= least, f"metrics: {name} is {found.get(name)}, not {least} or more")
    timed = [name for name in found if name.startswith("tramline_request_seconds_bucket")]
    faults.expect(any('route="/services/operations/api/files/{id}' in name for name in timed), "metrics: no durations by route")
    faults.expect(not any("NIGHTINGALE" in name for name in found), "metrics: a client made a series of its own")
    return len(found)


def lines(service: Service) -> Iterator[dict]:
    """The fields of the lines of the access log."""
    for line in service.log_text().splitlines():
        event = json.loads(line)
        if event["target"] == "access":
            yield event["fields"] | {"level": event["level"]}


def check_log(service: Service, client: Client, account: str, said: list[str], faults: Faults) -> int:
    """A line for each request, and nothing in the log that a client wrote; how many."""
    text = service.log_text()
    for secret in (*SECRETS, *said):
        faults.expect(secret not in text, f"the log holds {secret[:40]}")
    found = list(lines(service))
    uploads = [line for line in found if line.get("route") == f"{API}/batch" and line.get("status") == 201]
    if faults.expect(len(uploads) == 1, f"the log has {len(uploads)} uploads"):
        line = uploads[0]
        faults.expect(line["method"] == "POST" and line["bytes_in"] > 1_000 and line["bytes_out"] > 100, f"log: {line}")
        faults.expect(line["account"] == account and line["ms"] >= 0 and re.fullmatch(r"[\w-]{36}", line["id"]), f"log: {line}")
    faults.expect(any(line["id"] == "client-7.a_b" for line in found), "log: a client's own number is missing")
    faults.expect(not any((line.get("route") or "").startswith("/health") for line in found), "log: probes are told")
    refused = [line for line in found if line.get("status") == 401]
    faults.expect(refused and not any("account" in line for line in refused), f"log: {refused}")
    return len(found)


def hang_up(service: Service, client: Client) -> None:
    """A client that goes before its answer."""
    with socket.create_connection(("127.0.0.1", service.port)) as own:
        own.sendall(f"POST {API}/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n"
                    f"Authorization: Bearer {client.token}\r\n\r\n".encode())


def watch(folder: Path, faults: Faults) -> str:
    """The whole session; what it counted."""
    zipped = stick_file(folder / "demo").read_bytes()
    with Service(folder / "service", METRICS_LISTEN="127.0.0.1:0") as service:
        metrics_port = int(service.process.stdout.readline().decode().split(":")[-1].split("/")[0])
        client = service.client()
        user = client.json("POST", USERS, {"name": "Nightingale", "email": "nightingale@example.org"})["id"]
        key = client.json("POST", KEYS, {"leafUserId": user, "description": "Harvester of Ann", "expiresIn": 3600})
        hook = {"name": "Harvester of Ann", "events": ["fieldCreated"], "secret": "whsec_c3dvcmRmaXNo",
                "url": "https://receiver.example/hook"}
        client.json("POST", HOOKS, hook)
        batch = client.settled(client.upload(user, "stick.zip", zipped)["id"])
        file = next(file for file in batch["leafFiles"] if client.file(file)["status"] == "processed")
        refused = Client(service).ask("POST", "/api/authenticate", json_body={"username": NAME, "password": "wrong password"})
        faults.expect(refused.status == 401, f"a wrong password: {refused.status}")
        kinds = check_headers(client, file, user, faults)
        check_cors(client, faults)
        told = check_figures(service, metrics_port, faults)
        hang_up(service, client)
        account = service.rows("SELECT id FROM accounts")[0][0]
        service.stop()
        said = [client.token, *(text for text in key.values() if isinstance(text, str) and len(text) > 30 and text != key.get("id"))]
        logged = check_log(service, client, account, [word for word in said if word != user], faults)
    return f"{kinds} kinds of answers, {told} figures, {logged} lines of the access log"
