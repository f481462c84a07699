#!/usr/bin/env python3
"""The service makes of an upload what the command line makes of it: every artifact byte for byte, and every
rendering too.

    e2e/same_bytes.py [--only TEXT] [--most BYTES]

Zips every set of the corpus (TRAMLINE_CORPUS, default ../shared/corpus), converts each zip on the
command line with the service's configuration and through HTTP, and compares number of machine files, status and the SHA-256 of each
artifact. A zip that one refuses must be refused by the other. `--most` leaves out larger sets.
Exit code 0: all agree, or there is no corpus (said loudly).
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import time
import zipfile

from harness import ROOT, Answer, Client, Service, program, sha256, sha256_file, temporary

SECONDS = 900  # for one set
CONFIGURATION = "/services/config/api/configs"
RENDERED = {"rawGeoparquet", "standardGeoparquet", "filteredGeoparquet", "outsideFieldGeoparquet"}


def pack(folder, into):
    """The same zip each time."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = str(path.relative_to(folder.parent))
                info = zipfile.ZipInfo(name, (2026, 5, 4, 12, 0, 0))
                archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return into.stat().st_size


def by_command(zipped, configuration, out):
    """Machine files by their folder: status and hashes. `None`: refused."""
    done = subprocess.run([program(), "convert", str(zipped), "--config", str(configuration), "--out", str(out),
                           "--outputs", "parquet,geojson,raw"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=SECONDS)
    if done.returncode not in (0, 1, 3):
        return None
    report = json.loads((out / "report.json").read_text())
    if any(finding["code"] == "source.refused" for finding in report["findings"]):
        return None
    files = {}
    for file in report["files"]:
        # The service keeps the whole upload as the original.
        hashes = {kind: sha256_file(out / name) for kind, name in file["artifacts"].items() if kind != "originalFile"}
        files[file["dir"]] = (file["status"], file["points"], hashes)
    return files


def by_service(service, token, user, zipped):
    client = Client(service, token)
    try:
        batch = client.upload(user, zipped.name, zipped.read_bytes())["id"]
    except Answer as answer:
        if ": 400 " in str(answer):
            return None
        raise
    batch = client.settled([batch], SECONDS)[batch]
    files = {}
    for file in batch["leafFiles"]:
        body = client.file(file)
        known = service.rows("SELECT kind FROM artifacts WHERE file_id = ? AND kind <> 'originalFile'", file)
        stored = {kind for (kind,) in known}
        # Text is not stored: it is rendered from the columns.
        text = {kind.replace("Geoparquet", "Geojson") for kind in stored & RENDERED}
        hashes = {kind: sha256(client.artifact(file, kind)) for kind in sorted(stored | text)}
        files[body["report"]["dir"]] = (body["status"], body["report"]["points"], hashes)
    return files


def differences(command, served):
    if command is None or served is None:
        return [] if command is served else [f"refused by {'the service' if served is None else 'the command'} only"]
    found = [f"{name}: only by {'the service' if name in served else 'the command'}"
             for name in sorted(command.keys() ^ served.keys())]
    for name in sorted(command.keys() & served.keys()):
        (status, points, hashes), (other, counted, others) = command[name], served[name]
        if (status, points) != (other, counted):
            found.append(f"{name}: {status} {points}, by the service {other} {counted}")
        for kind in sorted(hashes.keys() | others.keys()):
            if hashes.get(kind) != others.get(kind):
                found.append(f"{name}: {kind} differs")
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--only", default="")
    arguments.add_argument("--most", type=int, default=1 << 40)
    given = arguments.parse_args()
    corpus = pathlib.Path(os.environ.get("TRAMLINE_CORPUS") or ROOT / "../shared/corpus")
    if not corpus.is_dir():
        print(f"SKIPPED e2e/same_bytes.py: no folder {corpus}")
        return 0
    begin, counts = time.monotonic(), collections.Counter()
    sets = [s for s in sorted(corpus.glob("*/*")) if s.is_dir() and given.only in str(s)]
    with temporary() as scratch, concurrent.futures.ThreadPoolExecutor(1) as beside:
        folder = pathlib.Path(scratch)
        service = Service(folder / "data")
        service.start()
        client = Client(service).log_in()
        user = client.add_user()
        configuration = folder / "configuration.json"
        configuration.write_text(json.dumps(client.json("GET", CONFIGURATION)))
        for one in sets:
            zipped = folder / f"{one.parent.name}-{one.name}.zip"
            if pack(one, zipped) > given.most:
                counts["left out for their size"] += 1
                zipped.unlink()
                continue
            started = time.monotonic()
            served = beside.submit(by_service, service, client.token, user, zipped)
            command = by_command(zipped, configuration, folder / "out")
            found = differences(command, served.result())
            counts["sets"] += 1
            counts["refused"] += command is None
            counts["files"] += len(command or ())
            counts["artifacts"] += sum(len(hashes) for _, _, hashes in (command or {}).values())
            counts["differences"] += len(found)
            for line in found[:10]:
                print(f"FAIL {zipped.stem}: {line}", flush=True)
            if time.monotonic() - started > 10:
                print(f"     {zipped.stem}: {time.monotonic() - started:.0f} s", flush=True)
            shutil.rmtree(folder / "out", ignore_errors=True)
            zipped.unlink()
        service.stop()
    print("same bytes: " + ", ".join(f"{count} {what}" for what, count in counts.items())
          + f"; {time.monotonic() - begin:.0f} s")
    return 1 if counts["differences"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
