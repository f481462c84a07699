#!/usr/bin/env python3
"""Every operation of the served description with five credentials and four kinds of id: another
account's id answers byte for byte as an unknown one, nothing answers 5xx, no list shows another's."""

import json
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

from tramline import report
from tramline.client import API, CONFIGS, FIELDS, HOOKS, USERS, Answer, Client, form
from tramline.report import Faults
from tramline.samples import POLYGON, stick_file
from tramline.service import Service, temporary

METHODS = ("get", "post", "put", "patch", "delete")
OPEN = ("/api/authenticate", "/api/formats", "/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs")
KEYS = "/services/usermanagement/api/api-keys"
ACCOUNT = "/api/account"
OTHER_PASSWORD = "stubble after rain"
LISTS = (API + "/files", API + "/batch", FIELDS + "/fields", USERS, HOOKS, ACCOUNT + "/tokens", ACCOUNT + "/audit")
ENDS_TOKENS = ("post", ACCOUNT + "/revoke-tokens")  # what it is asked with ends: it comes last, by itself
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
TRIANGLE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
# Kind of id behind each word of a path; of parameters that are named otherwise, their own.
BEHIND = {"users": "user", "batch": "batch", "files": "file", "fields": "field", "webhooks": "webhook", "api-keys": "key",
          "tokens": "token", "operations": "operation", "machines": "machine", "implements": "implement",
          "operators": "operator", "farms": "farm", "growers": "grower"}
# Of these there are none yet.
NOT_YET = ("operation", "machine", "implement", "operator")
NUMBERED = {"farm": ("8215907341", "8215907342"), "grower": ("8215907343", "8215907344")}
NAMED = {"leafUserId": "user", "boundaryId": "boundary", "fileId": "file", **dict.fromkeys(("kind", "name", "z", "x", "y"))}
Ids = dict[str, str]


def world(client: Client, stick: bytes) -> Ids:
    """An account's things: kind of id to id."""
    user = client.add_user()
    batch = client.settled(client.upload(user, "stick.zip", stick)["id"])
    field = client.json("POST", f"{FIELDS}/users/{user}/fields", {"geometry": POLYGON})
    hook = {"events": ["fieldCreated"], "name": "h", "secret": "s", "url": "https://example.org/"}
    hook = client.json("POST", HOOKS, hook)
    key = client.json("POST", KEYS, {"leafUserId": user})
    client.json("POST", f"{CONFIGS}/{user}", {})
    token = client.json("GET", ACCOUNT + "/tokens")[0]
    return {"user": user, "batch": batch["id"], "file": batch["leafFiles"][0], "field": field["id"],
            "boundary": field["boundaries"][0], "webhook": hook["id"], "key": key["id"], "token": token["id"],
            **{kind: str(uuid.uuid4()) for kind in NOT_YET}, **{kind: one for kind, (one, _) in NUMBERED.items()}}


def kinds(path: str) -> dict[str, str | None]:
    """Which kind of id stands at each place of a path."""
    found = {}
    for name in re.findall(r"{(\w+)}", path):
        before = path.split("{" + name + "}")[0].rstrip("/").split("/")[-1]
        found[name] = NAMED[name] if name in NAMED else BEHIND[before]
    return found


def body(method: str, path: str, ids: Ids) -> object:
    """A body that names these ids where an operation takes any."""
    if path.endswith("/merge"):
        return {"ids": [ids["file"], "ffffffff-ffff-4fff-bfff-ffffffffffff"]}
    if path.endswith("/intersect"):
        return [ids["field"]]
    if path.endswith("/api-keys"):
        return {"leafUserId": ids["user"]}
    if path.endswith("/operations/reprocess"):
        return {"leafUserId": ids["user"], "fieldId": ids["field"]}
    if path.endswith("/cropOperationByField"):
        return {"id": ids["operation"]}
    if path.endswith("/users") and method == "put":
        return {"id": ids["user"]}
    return {"geometry": TRIANGLE, "name": "x"}


def plain(answer: Answer, ids: Ids) -> tuple[int, str]:
    """Status and text without the ids."""
    text = answer.text
    for value in ids.values():
        text = text.replace(value, "ID")
    return answer.status, text


def names_things(path: str) -> bool:
    """Whether an operation is told ids, in its path or otherwise."""
    return any(kinds(path).values()) or path.endswith(("/merge", "/batch", "uncoveredFiles", "api-keys", "/operations/reprocess"))


@dataclass
class Tenancy:
    """The service as two accounts and three strangers see it; `checked` counts the answers."""

    paths: dict
    own: Client
    other: Client
    strangers: dict[str, Client]
    mine: Ids
    theirs: Ids
    faults: Faults
    checked: int = 0

    def call(self, method: str, path: str, ids: Ids, client: Client) -> Answer:
        """Calls an operation with these ids."""
        url = path
        for name, kind in kinds(path).items():
            url = url.replace("{" + name + "}", "standardGeojson" if kind is None else ids[kind])
        self.checked += 1
        operation = self.paths[path][method]
        if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
            data, kind = form([("file", "a.zip", EMPTY_ZIP)])
            return client.ask(method.upper(), url, data, {"Content-Type": kind},
                              {"leafUserId": ids["user"], "provider": "Other"})
        if "requestBody" in operation:
            return client.ask(method.upper(), url, json_body=body(method, path, ids))
        query = {"leafUserId": ids["user"]} if path.endswith("uncoveredFiles") else None
        return client.ask(method.upper(), url, query=query)

    def check_strangers(self, method: str, path: str) -> None:
        """Without a token that holds there is nothing."""
        for who, client in self.strangers.items():
            status = self.call(method, path, self.mine, client).status
            self.faults.expect(status == 401, f"{method} {path} {who}: {status}")

    def check_other(self, method: str, path: str) -> None:
        """The other account with ids of mine, and with ids of nobody."""
        unknown = {kind: str(uuid.uuid4()) for kind in self.mine} | {kind: other for kind, (_, other) in NUMBERED.items()}
        malformed = dict.fromkeys(self.mine, "not-an-id")
        answers = {}
        documented = self.paths[path][method]["responses"]
        for label, ids in (("mine", self.mine), ("unknown", unknown), ("malformed", malformed)):
            answers[label] = self.call(method, path, ids, self.other)
            status = answers[label].status
            described = documented.keys() & {str(status), f"{status // 100}XX"}
            self.faults.expect(status < 500 and bool(described), f"{method} {path} {label}: {status} is not documented")
        if names_things(path) and method != "get" or kinds(path):
            ours, nobodys = plain(answers["mine"], self.mine), plain(answers["unknown"], unknown)
            self.faults.expect(ours == nobodys, f"{method} {path}: {ours} is not {nobodys}")
            status = answers["mine"].status
            self.faults.expect(not kinds(path) or status >= 400, f"{method} {path}: another account's id is answered with {status}")
        for value in self.mine.values():
            self.faults.expect(value not in answers["unknown"].text, f"{method} {path}: shows {value} to the other account")

    def check_lists(self) -> None:
        """Lists show each their own, on every page, and mine is all there."""
        for path in LISTS:
            shown, others = (json.dumps(list(client.items(path))) for client in (self.own, self.other))
            self.checked += 2
            mixed = any(value in others for value in self.mine.values()) or any(value in shown for value in self.theirs.values())
            self.faults.expect(not mixed, f"{path} mixes accounts")
        for path, kind in ((API + "/files/", "file"), (API + "/batch/", "batch")):
            self.checked += 1
            self.faults.expect(self.own.get(path + self.mine[kind]).status == 200, f"{kind} was harmed by the other account")

    def check_all(self) -> None:
        """Every operation; deleting comes last, of all that is there."""
        order = sorted(((method, path) for path in self.paths for method in self.paths[path] if method in METHODS),
                       key=lambda operation: operation[0] == "delete")
        for method, path in order:
            if path not in OPEN:
                self.check_strangers(method, path)
                if (method, path) != ENDS_TOKENS:
                    self.check_other(method, path)
        self.check_lists()
        self.check_end_of_tokens()

    def check_end_of_tokens(self) -> None:
        """Ending all tokens ends those of one account, and of no other."""
        method, path = ENDS_TOKENS
        self.faults.expect(self.call(method, path, self.theirs, self.other).status == 204, f"{method} {path}")
        statuses = [client.get(ACCOUNT).status for client in (self.other, self.own)]
        self.faults.expect(statuses == [401, 200], f"after {method} {path} both accounts get {statuses}")


def check(faults: Faults) -> str:
    """Two accounts with the same things, and everybody else."""
    with Service() as service, temporary() as folder:
        stick = stick_file(Path(folder)).read_bytes()
        service.add_account("other", OTHER_PASSWORD)
        own, other = service.client(), service.client("other", OTHER_PASSWORD)
        changed = own.token[:-2] + ("aa" if own.token[-2:] != "aa" else "bb")
        strangers = {"none": Client(service), "broken": Client(service, "x.y.z"), "changed": Client(service, changed)}
        paths = own.json("GET", "/openapi.json")["paths"]
        tenancy = Tenancy(paths, own, other, strangers, world(own, stick), world(other, stick), faults)
        tenancy.check_all()
    return f"{tenancy.checked} answers"


if __name__ == "__main__":
    raise SystemExit(report.run("tenancy", check))
