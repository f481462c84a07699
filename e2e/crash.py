#!/usr/bin/env python3
"""Kills the service again and again while it takes uploads, and looks whether anything was lost.

    e2e/crash.py [--kills N] [--uploads N] [--seed N] [--keep DIR]

Half of the kills are `kill -9` at random moments, half happen at the named points of
`crates/server/src/failpoint.rs`. Eight clients upload at once and send again what was not
acknowledged. Then, with the service quiet, the invariants:

  I1  what was acknowledged is there, and is what was sent
  I2  each batch is PROCESSED or FAILED
  I3  the machine files of a batch are those of a calm run on the same bytes, each once
  I4  each artifact is downloaded and has the hash that its row says
  I5  points add up in each report
  I6  each artifact has the bytes of the calm run
  I7  trying again leaves finished files alone, though the service dies meanwhile
  I8  each batch and file has its end events, each with one id
  I9  after one sweep nothing is there without an owner
  I10 a run that is begun again keeps the files that it has published

The lease is the default of 60 s: a service that starts takes up what its predecessor left, since the
lock of the data folder says that there is no other. Exit code 0: all hold.
"""

import argparse
import collections
import http.client
import io
import json
import os
import pathlib
import queue
import random
import shutil
import sqlite3
import threading
import time
import zipfile

from harness import API, Answer, Client, Service, program, sha256, sha256_file, stick, temporary

AWAY = (OSError, http.client.HTTPException)
POINTS = [
    "upload.written", "upload.flushed", "upload.compared", "upload.checked", "upload.adopted",
    "upload.committing", "upload.committed", "run.leased", "file.announcing", "file.announced", "file.adopted",
    "file.publishing", "file.published", "run.converted", "run.publishing", "run.published", "run.told",
]


def pack(members, method=zipfile.ZIP_DEFLATED):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 5, 4, 12, 0, 0)), data, method)
    return into.getvalue()


def variants(members, count, seed):
    """Zips of different sizes and fates, no two with the same bytes: name to bytes."""
    chance = random.Random(seed)
    groups = {
        "isoxml": {n: d for n, d in members.items() if n.startswith("TASKDATA/")},
        "shape": {n: d for n, d in members.items() if n.startswith("Office export/")},
        "text": {n: d for n, d in members.items() if n.startswith("agleader/")},
    }
    zips = {}
    for number in range(count):
        kind = number % 10
        if kind == 0:
            chosen = dict(members)
        elif kind == 1:
            chosen = dict(groups["isoxml"])
        elif kind == 2:
            chosen = dict(groups["shape"])
        elif kind == 3:
            chosen = {f"Säule {number}/{n}": d for n, d in groups["text"].items()}
        elif kind == 4:  # logs that end early
            chosen = {n: d[: len(d) * 2 // 3] if n.endswith(".BIN") else d
                      for n, d in groups["isoxml"].items()}
        elif kind == 5:  # one dataset is broken, its neighbour is good
            chosen = dict(groups["text"])
            chosen |= {n: b"no shapefile" if n.endswith(".shp") else d for n, d in groups["shape"].items()}
        elif kind == 6:  # nothing to be found
            chosen = {"notes.txt": b"bring the stick back\n"}
        elif kind == 7:  # the file names another name
            chosen = {n.replace("TASKDATA/", "Backup/TASKDATA/"): d for n, d in groups["isoxml"].items()}
        elif kind == 8:
            chosen = {**groups["shape"], **groups["text"]}
        else:
            chosen = dict(groups["text"])
        chosen["number.txt"] = f"{seed} {number}\n".encode()
        method = zipfile.ZIP_STORED if number % 3 == 0 else zipfile.ZIP_DEFLATED
        if number % 7 == 0:
            chosen["photos/big.jpg"] = chance.randbytes(chance.randrange(1, 4) << 20)
        zips[f"stick-{number:03}.zip"] = pack(chosen, method)
    return zips


class Feed:
    """Eight clients that send each zip until it is acknowledged."""

    def __init__(self, service, token, user, zips):
        self.service, self.token, self.user, self.zips = service, token, user, zips
        self.todo = queue.Queue()
        self.names = iter(zips)
        self.given = 0
        self.again = 0
        self.refused = []
        self.acknowledged = {}
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(8)]
        for thread in self.threads:
            thread.start()

    def give(self, upto):
        """Lets so many uploads begin in all."""
        while self.given < min(upto, len(self.zips)):
            self.todo.put(next(self.names))
            self.given += 1

    def work(self):
        client = Client(self.service, self.token)
        while True:
            name = self.todo.get()
            if name is None:
                return
            # Every other client sends a key, so that sending again is the same upload.
            key = f"key {name}" if int(name[6:9]) % 2 else None
            while True:
                try:
                    batch = client.upload(self.user, name, self.zips[name], key)
                except AWAY:
                    self.again += 1
                    time.sleep(0.02)
                    continue
                except Answer as answer:
                    self.refused.append(str(answer))
                    break
                with self.lock:
                    self.acknowledged[name] = batch
                break
            self.todo.task_done()

    def join(self):
        for _ in self.threads:
            self.todo.put(None)
        for thread in self.threads:
            thread.join()


class Resumed:
    """How long interrupted runs wait until a worker has them again."""

    def __init__(self, service):
        self.service = service
        self.waiting = {}
        self.published = {}
        self.worst = 0.0
        self.count = 0

    def died(self):
        for run, fence in self.service.rows("SELECT id, fence FROM runs WHERE state = 'running'"):
            if run not in self.waiting:
                self.waiting[run] = (fence, None)
            self.published |= published(self.service, run)

    def started(self, when):
        self.waiting = {run: (fence, since or when) for run, (fence, since) in self.waiting.items()}

    def look(self):
        for run, (fence, since) in list(self.waiting.items()):
            found = self.service.rows("SELECT fence, state FROM runs WHERE id = ?", run)
            if since and (not found or found[0][0] > fence or found[0][1] == "done"):
                self.worst = max(self.worst, time.monotonic() - since)
                self.count += 1
                del self.waiting[run]


def wait_for_death(service, seconds, resumed, more=lambda: None):
    """Whether the process ends by itself."""
    until = time.monotonic() + seconds
    nudge = time.monotonic() + 1.0
    while time.monotonic() < until:
        if service.process.poll() is not None:
            return True
        if time.monotonic() > nudge:
            more()
            nudge += 1.0
        resumed.look()
        time.sleep(0.02)
    return False


def storm(service, feed, kills, chance, resumed):
    """The kills. Counts of what happened, and the slowest start."""
    counts, slowest = collections.Counter(), 0.0
    names = [POINTS[i % len(POINTS)] for i in range(kills // 2)]
    plan = names + [None] * (kills - len(names))
    chance.shuffle(plan)
    pace = len(feed.zips) / kills
    for number, point in enumerate(plan):
        ready = service.start(f"{point}:{chance.randrange(1, 3)}" if point else None)
        resumed.started(time.monotonic())
        if ready is not None:
            slowest = max(slowest, ready)
        feed.give(8 + int(pace * number))
        if point is None:
            wait_for_death(service, chance.uniform(0.02, 0.9), resumed)
            service.kill()
            counts["random"] += 1
        elif wait_for_death(service, 8, resumed, lambda: feed.give(feed.given + 2)):
            counts[point] += 1
        else:
            service.kill()
            counts["random"] += 1
        resumed.died()
    return counts, slowest


def published(service, run):
    """The artifacts of the files that a run has published: where they are stored."""
    keys = collections.defaultdict(list)
    for file, key in service.rows("SELECT f.id, a.blob_key FROM files f JOIN artifacts a ON a.file_id = f.id "
                                  "WHERE f.run_id = ? AND f.status <> 'processing' ORDER BY a.kind", run):
        keys[file].append(key)
    return dict(keys)


def check_kept(service, resumed, checks):
    """I10: where the files are stored that were published before their run was interrupted."""
    for file, keys in resumed.published.items():
        now = [key for (key,) in service.rows("SELECT blob_key FROM artifacts WHERE file_id = ? ORDER BY kind", file)]
        checks.expect("I10", now == keys, f"{file} was made again")


class Checks:
    def __init__(self):
        self.faults = []
        self.counts = collections.Counter()

    def expect(self, invariant, holds, text):
        self.counts[invariant] += 1
        if not holds:
            self.faults.append(f"{invariant}: {text}")


def kinds(service, file):
    return dict(service.rows("SELECT kind, sha256 FROM artifacts WHERE file_id = ?", file))


def portrait(service, client, batch, checks=None):
    """What a batch is, without ids and times: the same for the same bytes."""
    files = []
    for file in batch["leafFiles"]:
        body = client.file(file)
        hashes = {}
        for kind, said in kinds(service, file).items():
            hashes[kind] = sha256(client.artifact(file, kind))
            if checks:
                checks.expect("I4", hashes[kind] == said, f"{kind} of {file} is not what its row says")
            if kind == "standardGeoparquet":
                hashes["standardGeojson"] = sha256(client.artifact(file, "standardGeojson"))
        report = body.get("report", {})
        files.append(json.dumps([body["status"], body["fileFormat"] if "fileFormat" in body else None,
                                 report.get("name"), report.get("entries"), hashes], sort_keys=True))
    return [batch["status"], batch.get("statusDetails"), sorted(files)]


def calm(folder, zips):
    """Portraits of the same zips from a service that nobody disturbs."""
    service = Service(folder / "calm")
    service.start()
    client = Client(service).log_in()
    user = client.add_user()
    batches = {name: client.upload(user, name, data)["id"] for name, data in zips.items()}
    settled = client.settled(batches.values(), 600)
    found = {name: portrait(service, client, settled[batch]) for name, batch in batches.items()}
    service.stop()
    return found


def adds_up(points):
    dropped = points["dropped"].items()
    standard = sum(count for reason, count in dropped if not reason.startswith("filter."))
    filtered = sum(count for reason, count in dropped if reason.startswith("filter."))
    return (points["read"] == points["standard"] + standard
            and points["standard"] + points.get("restored", 0) == points["filtered"] + filtered)


def check_batches(service, client, feed, expected, checks):
    ids = {name: batch["id"] for name, batch in feed.acknowledged.items()}
    settled = client.settled(ids.values(), 300)
    for name, batch in ids.items():
        sent = sha256(feed.zips[name])
        body = settled[batch]
        first = body.get("duplicateOf") or batch
        key, stored = service.rows("SELECT blob_key, sha256 FROM uploads WHERE id = ?", first)[0]
        checks.expect("I1", body["sha256"] == stored == sent, f"{name}: another hash")
        checks.expect("I1", sha256_file(service.blob(key)) == sent, f"{name}: other bytes")
        checks.expect("I2", body["status"] in ("PROCESSED", "FAILED"), f"{name}: {body['status']}")
        for file in body["leafFiles"][:1]:
            original = client.artifact(file, "originalFile")
            checks.expect("I1", sha256(original) == sent, f"{name}: the original file differs")
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


def check_events(service, checks):
    told = collections.defaultdict(set)
    for event, body in service.rows("SELECT id, body FROM events"):
        body = json.loads(body)
        told[body.get("batchId") or body.get("fileId")].add(event)
    subjects = service.rows("SELECT id FROM uploads WHERE duplicate_of IS NULL UNION ALL SELECT id FROM files")
    for (subject,) in subjects:
        checks.expect("I8", len(told[subject]) == 1, f"{subject} has {len(told[subject])} end events")


def retry(service, client, batches, checks):
    """I7: retries of batches that have a failed file, with the service killed before it publishes."""
    mixed = []
    for batch in batches.values():
        rows = service.rows("SELECT id, status FROM files WHERE upload_id = ?", batch["id"])
        if {status for _, status in rows} >= {"processed", "failed"}:
            mixed.append((batch["id"], [file for file, status in rows if status == "processed"]))
    question = "SELECT kind, blob_key, sha256 FROM artifacts WHERE file_id = ? ORDER BY kind"
    state = "SELECT status, created, updated, report FROM files WHERE id = ?"
    before = {f: (service.rows(state, f), service.rows(question, f)) for _, fs in mixed for f in fs}
    service.stop()
    service.start("file.adopted")
    for batch, _ in mixed[:8]:
        try:
            client.json("PUT", f"{API}/batch/{batch}/retry")
        except AWAY:
            break
    service.process.wait(60)
    service.start()
    client.settled([batch for batch, _ in mixed])
    for file, was in before.items():
        now = (service.rows(state, file), service.rows(question, file))
        checks.expect("I7", now == was, f"{file}: retrying its batch changed it")
    processing = service.rows("SELECT COUNT(*) FROM files WHERE status = 'processing'")[0][0]
    checks.expect("I7", processing == 0, f"{processing} files wait for ever")


def unowned(service):
    """Files that no row names, and folders that hold nothing."""
    named = {key for (key,) in service.rows("SELECT blob_key FROM artifacts UNION SELECT blob_key FROM uploads "
                                            "WHERE duplicate_of IS NULL")}
    found = [str(p) for name in ("incoming", "work") for p in (service.data / name).iterdir()]
    blobs = service.data / "blobs"
    # The sweeper is at work meanwhile: a folder that goes while it is looked at is passed over.
    for folder, folders, files in os.walk(blobs):
        folder = pathlib.Path(folder)
        if not folders and not files and folder != blobs and folder.parent != blobs:
            found.append(str(folder))
        for path in (folder / name for name in files):
            if str(path.relative_to(blobs)) not in named:
                found.append(str(path))
    return found


def check_sweep(service, checks):
    before = unowned(service)
    service.stop()
    service.start(SWEEP_SECONDS=1, SWEEP_SAFETY_SECONDS=0)
    until = time.monotonic() + 20
    while unowned(service) and time.monotonic() < until:
        time.sleep(0.2)
    time.sleep(1.5)  # one more, to see that it takes nothing that is owned
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


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--kills", type=int, default=60)
    arguments.add_argument("--uploads", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--keep", type=pathlib.Path)
    given = arguments.parse_args()
    begin = time.monotonic()
    checks = Checks()
    with temporary() as scratch:
        folder = pathlib.Path(scratch)
        zips = variants(stick(folder / "demo"), given.uploads, given.seed)
        expected = calm(folder, zips)
        print(f"calm run of {len(zips)} uploads, {sum(map(len, zips.values())) >> 20} MiB: "
              f"{time.monotonic() - begin:.0f} s", flush=True)
        service = Service(folder / "data")
        service.start()
        client = Client(service).log_in()
        user = client.add_user()
        service.stop()
        feed, resumed = Feed(service, client.token, user, zips), Resumed(service)
        counts, slowest = storm(service, feed, given.kills, random.Random(given.seed), resumed)
        service.start()
        resumed.started(time.monotonic())
        feed.give(len(zips))
        while feed.todo.unfinished_tasks:
            resumed.look()
            time.sleep(0.05)
        feed.join()
        checks.expect("I1", not feed.refused, f"refused: {feed.refused[:3]}")
        until = time.monotonic() + 100
        while resumed.waiting and time.monotonic() < until:
            resumed.look()
            time.sleep(0.05)
        checks.expect("resume", not resumed.waiting and resumed.worst < 90, f"worst {resumed.worst:.1f} s")
        checks.expect("ready", slowest < 5, f"slowest start {slowest:.1f} s")
        print(f"{sum(counts.values())} kills: {dict(sorted(counts.items()))}", flush=True)
        settled = check_batches(service, client, feed, expected, checks)
        check_events(service, checks)
        check_kept(service, resumed, checks)
        retry(service, client, settled, checks)
        orphans = check_sweep(service, checks)
        service.stop()
        if given.keep:
            shutil.copytree(folder, given.keep, dirs_exist_ok=True)
    for fault in checks.faults[:40]:
        print("FAIL", fault)
    held = ", ".join(f"{name} {count}" for name, count in sorted(checks.counts.items()))
    print(f"crash: {sum(counts.values())} kills, {len(feed.acknowledged)} uploads acknowledged, {feed.again} sent again, "
          f"{orphans} orphans swept, {resumed.count} runs resumed, worst {resumed.worst:.2f} s, "
          f"slowest start {slowest:.2f} s; checks: {held}; {len(checks.faults)} faults; "
          f"{time.monotonic() - begin:.0f} s")
    return 1 if checks.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
