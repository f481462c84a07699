"""What crash.py looks at when the service is quiet: the invariants that its documentation names."""

import collections
import json
import os
from pathlib import Path

from crash_storm import Resumed
from crash_uploads import Feed
from tramline import wait
from tramline.client import API, AWAY, Client
from tramline.report import Faults
from tramline.samples import sha256, sha256_file
from tramline.service import NotStarted, Service

SWEPT_SECONDS = wait.LONG
RETRIED = 8  # batches
Portrait = list[object]


class Checks:
    """Faults, and how often each invariant was looked at."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.counts: collections.Counter[str] = collections.Counter()

    def expect(self, invariant: str, holds: object, text: str) -> None:
        """Notes a fault unless the invariant holds."""
        self.counts[invariant] += 1
        self.faults.expect(holds, f"{invariant}: {text}")


def portrait(service: Service, client: Client, batch: dict, checks: Checks | None = None) -> Portrait:
    """What a batch is, without ids and times: the same for the same bytes. I4 on the way."""
    files = []
    for file in batch["leafFiles"]:
        body = client.file(file)
        hashes = {}
        for kind, said in service.rows("SELECT kind, sha256 FROM artifacts WHERE file_id = ?", file):
            hashes[kind] = sha256(client.artifact(file, kind))
            if checks:
                checks.expect("I4", hashes[kind] == said, f"{kind} of {file} is not what its row says")
            if kind == "standardGeoparquet":
                hashes["standardGeojson"] = sha256(client.artifact(file, "standardGeojson"))
        report = body.get("report", {})
        files.append(json.dumps([body["status"], body.get("fileFormat"), report.get("name"), report.get("entries"), hashes],
                                sort_keys=True))
    return [batch["status"], batch.get("statusDetails"), sorted(files)]


def adds_up(points: dict) -> bool:
    """Whether the points of a report add up, step by step."""
    dropped = points["dropped"].items()
    standard = sum(count for reason, count in dropped if not reason.startswith("filter."))
    filtered = sum(count for reason, count in dropped if reason.startswith("filter."))
    return (points["read"] == points["standard"] + standard
            and points["standard"] + points.get("restored", 0) == points["filtered"] + filtered)


def check_stored(service: Service, client: Client, name: str, sent: str, body: dict, checks: Checks) -> None:
    """I1 and I2 of one upload: it is there, is what was sent, and has ended."""
    first = body.get("duplicateOf") or body["id"]
    key, stored = service.rows("SELECT blob_key, sha256 FROM uploads WHERE id = ?", first)[0]
    checks.expect("I1", body["sha256"] == stored == sent, f"{name}: another hash")
    checks.expect("I1", sha256_file(service.blob(key)) == sent, f"{name}: other bytes")
    checks.expect("I2", body["status"] in ("PROCESSED", "FAILED"), f"{name}: {body['status']}")
    for file in body["leafFiles"][:1]:
        original = client.artifact(file, "originalFile")
        checks.expect("I1", sha256(original) == sent, f"{name}: the original file differs")


def check_batches(service: Service, client: Client, feed: Feed, expected: dict[str, Portrait],
                  checks: Checks) -> dict[str, dict]:
    """I1 to I6 of each upload; the batches."""
    ids = {name: batch["id"] for name, batch in feed.acknowledged.items()}
    settled = client.all_settled(ids.values())
    for name, batch in ids.items():
        sent, body = sha256(feed.zips[name]), settled[batch]
        check_stored(service, client, name, sent, body, checks)
        same = service.rows("SELECT COUNT(*) FROM uploads WHERE sha256 = ? AND duplicate_of IS NULL", sent)
        checks.expect("I3", same[0][0] == 1, f"{name}: converted {same[0][0]} times")
        checks.expect("I3", len(set(body["leafFiles"])) == len(body["leafFiles"]), f"{name}: a file twice")
        checks.expect("I6", portrait(service, client, body, checks) == expected[name],
                      f"{name}: not what the calm run made")
        for file in body["leafFiles"]:
            report = client.file(file).get("report")
            if report:
                checks.expect("I5", adds_up(report["points"]), f"{file}: {report['points']}")
    return settled


def check_events(service: Service, checks: Checks) -> None:
    """I8: one end event of each batch and file."""
    told = collections.defaultdict(set)
    for event, body in service.rows("SELECT id, body FROM events"):
        body = json.loads(body)
        told[body.get("batchId") or body.get("fileId")].add(event)
    subjects = service.rows("SELECT id FROM uploads WHERE duplicate_of IS NULL UNION ALL SELECT id FROM files")
    for (subject,) in subjects:
        checks.expect("I8", len(told[subject]) == 1, f"{subject} has {len(told[subject])} end events")


def check_kept(service: Service, resumed: Resumed, checks: Checks) -> None:
    """I10: where the files are stored that were published before their run was interrupted."""
    for file, keys in resumed.published.items():
        now = [key for (key,) in service.rows("SELECT blob_key FROM artifacts WHERE file_id = ? ORDER BY kind", file)]
        checks.expect("I10", now == keys, f"{file} was made again")


def finished_of_mixed(service: Service, batches: dict[str, dict]) -> dict[str, list[str]]:
    """Batches that have a failed file beside finished ones, with those."""
    mixed = {}
    for batch in batches.values():
        rows = service.rows("SELECT id, status FROM files WHERE upload_id = ?", batch["id"])
        if {status for _, status in rows} >= {"processed", "failed"}:
            mixed[batch["id"]] = [file for file, status in rows if status == "processed"]
    return mixed


def state_of(service: Service, file: str) -> tuple[list[tuple], list[tuple]]:
    """Rows of a machine file and of its artifacts."""
    return (service.rows("SELECT status, created, updated, report FROM files WHERE id = ?", file),
            service.rows("SELECT kind, blob_key, sha256 FROM artifacts WHERE file_id = ? ORDER BY kind", file))


def check_retry(service: Service, client: Client, batches: dict[str, dict], checks: Checks) -> None:
    """I7: retries of batches that have a failed file, with the service killed before it publishes."""
    mixed = finished_of_mixed(service, batches)
    before = {file: state_of(service, file) for files in mixed.values() for file in files}
    service.stop()
    try:
        service.start("file.adopted")
        for batch in list(mixed)[:RETRIED]:
            client.json("PUT", f"{API}/batch/{batch}/retry")
    except (NotStarted, *AWAY):
        pass  # it has died already
    service.wait_for_end()
    service.start()
    client.all_settled(mixed)
    for file, was in before.items():
        checks.expect("I7", state_of(service, file) == was, f"{file}: retrying its batch changed it")
    processing = service.rows("SELECT COUNT(*) FROM files WHERE status = 'processing'")[0][0]
    checks.expect("I7", processing == 0, f"{processing} files wait for ever")


def unowned(service: Service) -> list[str]:
    """Files that no row names, and folders that hold nothing."""
    named = {key for (key,) in service.rows("SELECT blob_key FROM artifacts UNION SELECT blob_key FROM uploads "
                                            "WHERE duplicate_of IS NULL")}
    found = [str(path) for name in ("incoming", "work") for path in (service.data / name).iterdir()]
    blobs = service.data / "blobs"
    # The sweeper is at work meanwhile: a folder that goes while it is looked at is passed over.
    for folder, folders, files in os.walk(blobs):
        folder = Path(folder)
        if not folders and not files and folder != blobs and folder.parent != blobs:
            found.append(str(folder))
        for path in (folder / name for name in files):
            if str(path.relative_to(blobs)) not in named:
                found.append(str(path))
    return found


def wait_for_sweep(service: Service) -> bool:
    """Waits for a sweep that begins after now: it takes what lies in `incoming`, and looks at the blobs before that."""
    marker = service.data / "incoming" / "marker of a check"
    marker.write_bytes(b"")
    return wait.within(lambda: not marker.exists(), SWEPT_SECONDS)


def check_sweep(service: Service, checks: Checks) -> int:
    """I9: what has no owner goes, what has one stays; how much there was to go."""
    before = unowned(service)
    service.stop()
    service.start(SWEEP_SECONDS=1, SWEEP_SAFETY_SECONDS=0)
    wait.within(lambda: not unowned(service), SWEPT_SECONDS)
    checks.expect("I9", wait_for_sweep(service), "no further sweep")  # to see that it takes nothing that is owned
    left = unowned(service)
    checks.expect("I9", not left, f"{len(left)} without an owner, such as {left[:3]}")
    for key, size, said in service.rows("SELECT blob_key, size, sha256 FROM artifacts UNION "
                                        "SELECT blob_key, size, sha256 FROM uploads WHERE duplicate_of IS NULL"):
        path = service.blob(key)
        there = path.is_file() and path.stat().st_size == size and sha256_file(path) == said
        checks.expect("I9", there, f"{key} is gone or changed")
    open_runs = service.rows("SELECT COUNT(*) FROM runs WHERE state IN ('queued', 'running')")[0][0]
    checks.expect("I9", open_runs == 0, f"{open_runs} runs left over")
    return len(before)
