#!/usr/bin/env python3
"""Asks a service everything that the contract says, row by row: the cases are data, in `contract/`.

    e2e/contract.py [WORD…]    runs the cases, or those whose id, file or call has one of the words
    e2e/contract.py --write    writes the tables of docs/ that say which case holds which row

Each case is a request and what must come; the expectation comes from the contract, never from what the service answers. A
case that is `owed` does not hold yet, for the reason that stands there and in the tables; one that holds after all is a fault.
"""

import json
import re
import sys
from pathlib import Path

import contract_cases as cases
import contract_conditions as conditions
import contract_table as table
from contract_world import World
from tramline import report, wait
from tramline.client import Answer, form
from tramline.report import Faults
from tramline.service import temporary

EVENT_SECONDS = 3  # until a webhook is called, or what a case waits for is there
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def filled(value: object, names: dict[str, object]) -> object:
    """With what was prepared in place of each `{name}`, wherever it stands."""
    if isinstance(value, str):
        return PLACE.sub(lambda match: str(names[match[1]]) if match[1] in names else match[0], value)
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    if isinstance(value, dict):
        return {filled(name, names): filled(one, names) for name, one in value.items()}
    return value


def body_of(case: dict, world: World) -> tuple[bytes | str | None, dict[str, str]]:
    """The body of a request and its media type."""
    if "json" in case:
        return json.dumps(case["json"]), {"Content-Type": "application/json"}
    if "form" in case:
        parts = [(name, file or None, world.bytes[text[1:]] if text.startswith("@") else text.encode()) for name, file, text in case["form"]]
        body, kind = form(parts)
        return body, {"Content-Type": kind}
    if "body" in case:
        return case["body"], {"Content-Type": "application/json"}
    return None, {}


def ask(case: dict, base: str, world: World) -> Answer:
    """The answer to a case's request."""
    method, _, path = case["ask"].partition(" ")
    body, headers = body_of(case, world)
    who = case.get("as", "owner")
    own = {"X-Api-Key": str(world.names["key"])} if who == "key" else {}
    path = path.removeprefix(str(world.names["base"]))
    at = path if path.startswith("/services") or path.startswith("/api/") else base + path
    return world.clients[who].ask(method, at, body, {**headers, **own, **case.get("headers", {})})


def event_faults(case: dict, world: World) -> list[str]:
    """What does not hold for the calls of the webhook with an event, once there are any."""
    wait.within(lambda: world.receiver.events(case["event"]), EVENT_SECONDS)
    return conditions.of_body(world.receiver.events(case["event"]), case)


def run(row: cases.Row, given: dict, world: World) -> str | None:
    """Runs a case; the request, the answer and what does not hold, or nothing."""
    case = filled(given, world.names)
    if "event" in case:
        told = event_faults(case, world)
        return f"{case['id']}: event {case['event']}: {'; '.join(told)}" if told else None

    def look() -> tuple[Answer, list[str]]:
        answer = ask(case, row.file.base, world)
        return answer, conditions.faults(answer, case)

    answer, told = look()
    if told and case.get("until"):
        def again() -> bool:
            nonlocal answer, told
            answer, told = look()
            return not told
        wait.within(again, EVENT_SECONDS)
    if answer.ok and "keep" in case:  # even if something does not hold, so that one fault is told once
        kept = {name: next(value for _, value in conditions.found(answer.json(), path)) for name, path in case["keep"].items()}
        world.names |= {name: value for name, value in kept.items() if value is not conditions.MISSING}
    if told:
        return f"{case['id']}: {answer.method} {answer.url}: {'; '.join(told)[:500]}; answered {answer.status} {answer.text[:200]}"
    return None


def chosen(rows: list[cases.Row], words: list[str]) -> list[tuple[cases.Row, dict]]:
    """Every case, or those that a word names."""
    every = [(row, case) for row in rows for case in row.cases]
    return [(row, case) for row, case in every
            if not words or any(word in case["id"] or word == row.file.name or word == row.call for word in words)]


def check(faults: Faults) -> str:
    """The tables are current, and every case holds."""
    words = sys.argv[1:]
    rows = cases.all_rows()
    faults.extend(table.stale(rows))
    with temporary() as folder, World(Path(folder)) as world:
        some = chosen(rows, words)
        for row, case in some:
            fault = run(row, case, world)
            if "owed" in case:
                faults.expect(fault, f"{case['id']}: holds now; take `owed` away")
            elif fault:
                faults.append(fault)
        faults.expect(not world.service.defects(), world.service.defects())
    owed = sum("owed" in case for _, case in some)
    return f"{len(some)} cases of {len(rows)} rows, {owed} of them owed"


def main() -> int:
    """Writes the tables, or runs the cases."""
    try:
        if sys.argv[1:] == ["--write"]:
            table.write(cases.all_rows())
            return 0
        return report.run("contract", check)
    except cases.Wrong as cause:
        print(f"FAIL {cause}")
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
