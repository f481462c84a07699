#!/usr/bin/env python3
"""What public clients of the contract do, step by step, with nothing changed but the base address.

    e2e/old_clients.py [NAME…]

`old_clients/` has a file for each client: facts of what it sends and of what it goes by, in our own words. They go to one
service with one account, in the order of the files; some go by what one before has made.

A step: `say` what it is for; `request`; `query`, `json`, `form` (beside the stick as `file`), `headers`; then what must hold:
`status` (200), `list`, `count`, `has` (keys), `is` (values; a list names those that will do), `begins` (of the bytes),
`headers_have`, `headers_are`. `keep` and `keep_header` name what later steps use in braces. `until` asks again until a value
is there, `until_has` until a key is; `pages` turns pages until one is empty, or until there are as many as `X-Total-Count`
says. `anybody` sends no token.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tramline import report, wait
from tramline.client import Answer, Client, form
from tramline.report import Faults
from tramline.samples import stick_file
from tramline.service import NAME, PASSWORD, Service, temporary

CLIENTS = Path(__file__).with_suffix("")
SECONDS = 120  # until something must be as it is waited for
MOST_PAGES = 20  # a client that wants more would go on for ever
WHOLE = re.compile(r"\{(\w+)\}")


class Away(Exception):
    """A step that did not hold, so that the client's further steps say nothing."""


def filled(value: object, known: dict[str, object]) -> object:
    """With what is known in place of names in braces; a text that is only a name becomes the thing itself."""
    match value:
        case dict():
            return {key: filled(inner, known) for key, inner in value.items()}
        case list():
            return [filled(inner, known) for inner in value]
        case str():
            whole = WHOLE.fullmatch(value)
            if whole and whole[1] in known:
                return known[whole[1]]
            return WHOLE.sub(lambda name: str(known.get(name[1], name[0])), value)
    return value


def at(body: object, place: str) -> object:
    """What stands at `a.0.b`; `KeyError` if nothing does."""
    for part in filter(None, place.split(".")):
        try:
            body = body[int(part)] if isinstance(body, list) else body[part]
        except (IndexError, TypeError, ValueError) as cause:
            raise KeyError(place) from cause
    return body


def holds(answer: Answer, step: dict, known: dict[str, object]) -> str | None:
    """What of the step does not hold for the answer, if anything."""
    wanted = step.get("status", 200)
    if answer.status != wanted:
        return f"{answer.status} in place of {wanted}: {answer.text[:300]}"
    if begins := step.get("begins"):
        return None if answer.body.startswith(begins.encode("latin-1")) else f"begins with {answer.body[:8]!r}"
    for name, value in filled(step.get("headers_are", {}), known).items():
        if answer.headers.get(name) != value:
            return f"header {name} is {answer.headers.get(name)!r}"
    for name in step.get("headers_have", ()):
        if name not in answer.headers:
            return f"no header {name}"
    if not {"list", "has", "is", "keep", "count"} & step.keys():
        return None
    body = answer.json()
    if step.get("list") and not isinstance(body, list):
        return f"no list: {answer.text[:300]}"
    if "count" in step and len(body) != step["count"]:
        return f"{len(body)} items in place of {step['count']}"
    for place in step.get("has", ()):
        try:
            at(body, place)
        except KeyError:
            return f"no {place}: {answer.text[:300]}"
    for place, value in filled(step.get("is", {}), known).items():
        try:
            found = at(body, place)
        except KeyError:
            return f"no {place}: {answer.text[:300]}"
        if found != value and not (isinstance(value, list) and not isinstance(found, list) and found in value):
            return f"{place} is {found!r} in place of {value!r}"
    return None


class Replay:
    """One client: what it knows so far, and its connection."""

    def __init__(self, service: Service, stick: bytes) -> None:
        self.connection = Client(service)
        self.stick = stick
        self.known: dict[str, object] = {"name": NAME, "password": PASSWORD, "base": service.base}

    def asked(self, step: dict, **query: object) -> Answer:
        """The request of the step."""
        method, path = filled(step["request"], self.known).split(" ", 1)
        headers = filled(step.get("headers", {}), self.known)
        if "token" in self.known and "anybody" not in step:
            headers = {"Authorization": f"Bearer {self.known['token']}"} | headers
        body = None
        if "form" in step:
            parts = filled(step["form"], self.known)
            body, kind = form([("file", "stick.zip", self.stick)] + [(key, None, str(value).encode())
                                                                    for key, value in parts.items()])
            headers["Content-Type"] = kind
        if "json" in step:
            body = json.dumps(filled(step["json"], self.known))
            headers.setdefault("Content-Type", "application/json")
        if path.startswith("http"):
            parts = urlsplit(path)
            path = parts.path + ("?" + parts.query if parts.query else "")
        return self.connection.ask(method, path, body, headers, filled(step.get("query", {}), self.known) | query)

    def pages(self, step: dict) -> Iterator[Answer]:
        """Pages as the client turns them: until an empty one, or until it has as many as the service says."""
        had = 0
        for page in range(MOST_PAGES):
            answer = self.asked(step, page=page)
            yield answer
            items = answer.json()
            had += len(items) if isinstance(items, list) else 1
            if not items if step["pages"] == "empty" else had >= int(answer.headers.get("X-Total-Count", 0)):
                return
        raise Away(f"it would turn pages for ever: {answer.text[:200]}")

    def done(self, step: dict) -> None:
        """Does a step; `Away` with what does not hold."""
        if "pages" in step:
            for answer in self.pages(step):
                if wrong := holds(answer, step, self.known):
                    raise Away(wrong)
            return
        answer = self.asked(step)
        if "until" in step or "until_has" in step:
            answer = wait.until(lambda: self.settled(step), "what it waits for", SECONDS)
        if wrong := holds(answer, step, self.known):
            raise Away(wrong)
        for name, place in step.get("keep", {}).items():
            try:
                self.known[name] = at(answer.json(), place)
            except KeyError:
                raise Away(f"no {place}: {answer.text[:300]}") from None
        for name, header in step.get("keep_header", {}).items():
            if header not in answer.headers:
                raise Away(f"no header {header}")
            self.known[name] = answer.headers[header].removeprefix("Bearer ")

    def settled(self, step: dict) -> Answer | None:
        """The answer once it is as the client waits for it."""
        answer = self.asked(step)
        if not answer.ok:
            return None
        try:
            at(answer.json(), step.get("until_has", ""))
            as_wanted = all(at(answer.json(), place) in values for place, values in step.get("until", {}).items())
        except KeyError:
            return None
        return answer if as_wanted else None


def check(faults: Faults) -> str:
    """Each client, one after the other; the steps of a client end where one does not hold."""
    clients = {path.stem[3:]: tomllib.loads(path.read_text())["step"] for path in sorted(CLIENTS.glob("*.toml"))}
    chosen, steps = sys.argv[1:] or list(clients), 0
    with temporary() as folder:
        stick = stick_file(Path(folder)).read_bytes()
        with Service(LOG="warn") as service:
            for name in chosen:
                replay = Replay(service, stick)
                for step in clients[name]:
                    steps += 1
                    try:
                        replay.done(step)
                    except (Away, wait.NotInTime, ValueError) as cause:  # the last: no JSON
                        faults.append(f"{name}: {step['say']}: {cause}")
                        break
                replay.connection.close()
            faults.expect(not service.defects(), f"defects: {service.defects()}")
    return f"{len(chosen)} clients, {steps} steps"


if __name__ == "__main__":
    raise SystemExit(report.run("old_clients", check))
