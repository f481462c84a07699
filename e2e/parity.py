"""Uploads every set of the corpus over HTTP and compares with `tramline convert` on the same zip: as
many files, the same status, and every artifact byte for byte.

python3 parity.py [CORPUS]      sets are the folders two levels below CORPUS
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from service import OPERATIONS, Service, executable, shared

KINDS = {
    "rawGeojson", "standardGeojson", "filteredGeojson", "standardGeoparquet", "filteredGeoparquet",
    "droppedGeoparquet", "summary", "units", "status",
}


def pack(folder, target):
    """The folder as a zip with fixed dates, entries in order."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), (2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def digest(data):
    return hashlib.sha256(data).hexdigest()


def compare(client, user, zipped, scratch):
    """Faults, and how many artifacts were equal."""
    out = scratch / "out"
    subprocess.run([executable(), "convert", str(zipped), "--out", str(out), "--json"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    report = json.loads((out / "report.json").read_text()) if (out / "report.json").exists() else None
    sent = client.upload(user, zipped)
    if report is None:
        return ([] if sent.status_code == 400 else [f"convert refused it, HTTP said {sent.status_code}"]), 0
    if sent.status_code != 201:
        return [f"HTTP refused it: {sent.status_code} {sent.text[:200]}"], 0
    batch = client.settled(sent.json()["id"])
    files = []
    for page in range(100):
        listed = client.get(OPERATIONS + "/files", params={"batchId": batch["id"], "size": 100, "page": page, "sort": "id"})
        files += listed.json()
        if len(listed.json()) < 100:
            break
    faults, equal = [], 0
    if len(files) != len(report["files"]):
        faults.append(f"{len(report['files'])} files by convert, {len(files)} by HTTP")
    processed = any(f["status"] == "processed" for f in report["files"])
    if batch["status"] != ("PROCESSED" if processed else "FAILED"):
        faults.append(f"batch {batch['status']}")
    by_folder = {f["report"]["dir"]: f for f in files}
    for expected in report["files"]:
        found = by_folder.get(expected["dir"])
        if found is None:
            faults.append(f"{expected['dir']} is missing")
            continue
        if found["status"] != expected["status"] or found["report"]["points"] != expected["points"]:
            faults.append(f"{expected['dir']}: {found['status']} {found['report']['points']} and not {expected['points']}")
        for kind, name in expected["artifacts"].items():
            if kind not in KINDS:
                continue
            answer = client.get(f"{OPERATIONS}/files/{found['id']}/artifacts/{kind}")
            if answer.status_code != 200:
                faults.append(f"{expected['dir']}: {kind} answers {answer.status_code}")
            elif digest(answer.content) != digest((out / name).read_bytes()):
                faults.append(f"{expected['dir']}: {kind} differs")
            else:
                equal += 1
    return faults, equal


def main():
    corpus = Path(sys.argv[1]) if len(sys.argv) > 1 else shared("corpus")
    if not corpus.is_dir():
        print(f"SKIPPED parity: no folder {corpus}")
        return 0
    sets = sorted(p for p in corpus.glob("*/*") if p.is_dir())
    total, wrong = 0, 0
    with Service({"UPLOADS_AT_ONCE_PER_ACCOUNT": 100}) as service:
        client = service.client()
        user = client.user()
        for folder in sets:
            with tempfile.TemporaryDirectory() as scratch:
                zipped = Path(scratch) / f"{folder.name}.zip"
                pack(folder, zipped)
                faults, equal = compare(client, user, zipped, Path(scratch))
            total += equal
            wrong += bool(faults)
            for fault in faults:
                print(f"FAIL {folder.parent.name}/{folder.name}: {fault}")
        if wrong:
            print((service.folder / "service.log").read_text()[-2000:])
    print(f"parity: {len(sets)} sets, {total} artifacts equal, {wrong} sets differ")
    return 1 if wrong else 0


sys.exit(main())
