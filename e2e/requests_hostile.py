#!/usr/bin/env python3
"""The request cases and the hostile uploads of the shared generator, played against the service.

    e2e/requests_hostile.py

The generator is in the folder that TRAMLINE_TOOLS names (default ../shared/tools); without it this is said loudly.
Exit code 0: every status and end is one that the generator's manifest allows, and says why.
"""

import json
import subprocess
import sys
from pathlib import Path

from request_cases import Cases
from tramline import report, samples
from tramline.client import API, Client, Problem
from tramline.report import Faults
from tramline.samples import stick_file
from tramline.service import Service, temporary

REJECT = "reject upload with 4xx"
FAILED = "batch FAILED with reason"
PARTIAL = "file failed with message, others processed"
DROPPED = "processed with those points dropped"
PROCESSED = "processed"
IDLE = 2  # seconds after which a body that does not come is given up
GOOD_EVERY = 20  # uploads, a good one
# A head of a megabyte is refused as too large a head, before anybody looks at its address.
ALSO_RIGHT = {"user_not_uuid": [431]}


def play_requests(cases: Cases, wanted: list[dict], faults: Faults) -> None:
    """Each case of the manifest, whose statuses must be among those that it allows."""
    for case in wanted:
        play = getattr(cases, case["name"], None)
        if play is None:
            faults.append(f"{case['name']}: no such case here")
            continue
        try:
            answers = play()
        except AssertionError as cause:
            faults.append(f"{case['name']}: {cause}")
            continue
        allowed = case["status_any_of"] + ALSO_RIGHT.get(case["name"], [])
        faults.expect(all(answer in allowed for answer in answers), f"{case['name']}: {answers}, allowed are {allowed}")


def has_remarks(file: dict) -> bool:
    """Whether a processed file tells that something of it was left out or odd."""
    told = file["report"]
    return ("warning" in json.dumps(told) or "error" in json.dumps(told["findings"]) or bool(told["points"]["dropped"])
            or bool(told["records"]["skippedBytes"]))


def classes_of(batch: dict, files: list[dict]) -> set[str]:
    """How an upload ended, in the manifest's words; several may fit."""
    good = [file for file in files if file["status"] == "processed"]
    if not good:
        return {FAILED}
    if len(good) < len(files):
        return {PARTIAL}
    classes = {PROCESSED}
    if any(map(has_remarks, good)):
        classes.add(DROPPED)
    if batch.get("findings") or batch.get("ignoredEntries"):
        classes.add(PARTIAL)
    return classes


def outcome(client: Client, user: str, path: Path) -> tuple[set[str], str]:
    """Classes that fit, and everything that was said."""
    try:
        batch = client.upload(user, path.name, path.read_bytes())["id"]
    except Problem as problem:
        if not 400 <= problem.status < 500:
            raise AssertionError(f"{problem.status} {problem.text[:200]}") from problem
        return {REJECT}, problem.text.lower()
    batch = client.settled(batch)
    files = [client.file(file) for file in batch["leafFiles"]]
    said = json.dumps(batch)
    for file in files:
        said += json.dumps(file["report"]) + client.get(f"{API}/files/{file['id']}/status").text
    return classes_of(batch, files), said.lower()


def check_upload(client: Client, user: str, folder: Path, case: dict, faults: Faults) -> None:
    """One hostile upload: its end is allowed, says why, and tells nothing of the machine."""
    name = case["name"]
    try:
        classes, said = outcome(client, user, folder / case["file"])
    except AssertionError as cause:
        faults.append(f"{name}: {cause}")
        return
    allowed = {case["expect"], *case["also_acceptable"]}
    faults.expect(classes & allowed, f"{name}: {sorted(classes)}, allowed are {sorted(allowed)}")
    words = case["message_has_one_of"]
    if words and classes & {REJECT, FAILED, PARTIAL}:
        faults.expect(any(word.lower() in said for word in words), f"{name}: none of {words} is said")
    told = str(folder).lower() in said or "/incoming/" in said or "panicked" in said
    faults.expect(not told, f"{name}: a path of the host or a trace is told")


def play_uploads(client: Client, user: str, folder: Path, cases: list[dict], stick: bytes, faults: Faults) -> None:
    """Every hostile upload, and a good one between them."""
    for number, case in enumerate(cases):
        check_upload(client, user, folder, case, faults)
        if number % GOOD_EVERY == 0:
            good = client.settled(client.upload(user, "stick.zip", stick, force="true")["id"])
            faults.expect(good["status"] == "PROCESSED", f"after {case['name']} a good upload ends {good['status']}")


def check(faults: Faults) -> str:
    """Requests against a service with little patience, uploads against one as it is."""
    generator = samples.tools() / "make_hostile.py"
    if not generator.is_file():
        report.skipped(f"requests: no generator {generator}")
        return "no cases"
    with temporary() as scratch:
        folder = Path(scratch)
        subprocess.run([sys.executable, generator, folder], check=True, stdout=subprocess.DEVNULL)
        manifest = json.loads((folder / "manifest.json").read_text())
        stick = stick_file(folder / "stick").read_bytes()
        with Service(IDLE_BODY_SECONDS=IDLE) as service:
            play_requests(Cases(service, stick), manifest["http_cases"], faults)
        with Service() as service:
            client = service.client()
            play_uploads(client, client.add_user(), folder, manifest["cases"], stick, faults)
            faults.expect(not service.defects(), f"the log tells of a defect: {service.defects()[-500:]}")
    return f"{len(manifest['http_cases'])} request cases, {len(manifest['cases'])} uploads"


if __name__ == "__main__":
    raise SystemExit(report.run("requests", check))
