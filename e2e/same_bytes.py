#!/usr/bin/env python3
"""The service makes of an upload what the command line makes of it: every artifact byte for byte, and every
rendering too.

    e2e/same_bytes.py [--only TEXT] [--most BYTES]

Zips every set of the corpus (TRAMLINE_CORPUS, default ../shared/corpus), converts each zip on the command line with the
service's configuration and through HTTP, and compares number of machine files, status and the SHA-256 of each
artifact. A zip that one refuses must be refused by the other. `--most` leaves out larger sets.
Exit code 0: all agree, or there is no corpus (said loudly).
"""

import argparse
import collections
import concurrent.futures
import json
import shutil
import subprocess
import time
from pathlib import Path

from tramline import report, samples
from tramline.client import CONFIGS, Client, Problem
from tramline.report import Faults
from tramline.samples import sha256, sha256_file
from tramline.service import Service, executable, temporary

SECONDS = 900  # for one set
TOLD_SECONDS = 10  # of a set that took longer this is told
SHOWN = 10  # differences of a set
RENDERED = {"rawGeoparquet", "standardGeoparquet", "filteredGeoparquet", "outsideFieldGeoparquet"}
Files = dict[str, tuple[str, dict, dict[str, str]]] | None  # status, points, hashes by folder; nothing if refused


def by_command(zipped: Path, configuration: Path, out: Path) -> Files:
    """What the command line makes of a zip."""
    done = subprocess.run([executable(), "convert", zipped, "--config", configuration, "--out", out,
                           "--outputs", "parquet,geojson,raw"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=SECONDS)
    if done.returncode not in (0, 1, 3):
        return None
    told = json.loads((out / "report.json").read_text())
    if any(finding["code"] == "source.refused" for finding in told["findings"]):
        return None
    files = {}
    for file in told["files"]:
        # The service keeps the whole upload as the original.
        hashes = {kind: sha256_file(out / name) for kind, name in file["artifacts"].items() if kind != "originalFile"}
        files[file["dir"]] = (file["status"], file["points"], hashes)
    return files


def by_service(service: Service, token: str, user: str, zipped: Path) -> Files:
    """What the service makes of it."""
    client = Client(service, token)
    try:
        batch = client.upload(user, zipped.name, zipped.read_bytes())["id"]
    except Problem as problem:
        if problem.status == 400:
            return None
        raise
    files = {}
    for file in client.settled(batch, SECONDS)["leafFiles"]:
        body = client.file(file)
        known = service.rows("SELECT kind FROM artifacts WHERE file_id = ? AND kind <> 'originalFile'", file)
        stored = {kind for (kind,) in known}
        # Text is not stored: it is rendered from the columns.
        text = {kind.replace("Geoparquet", "Geojson") for kind in stored & RENDERED}
        hashes = {kind: sha256(client.artifact(file, kind)) for kind in sorted(stored | text)}
        files[body["report"]["dir"]] = (body["status"], body["report"]["points"], hashes)
    return files


def differences(command: Files, served: Files) -> list[str]:
    """Where both do not agree."""
    if command is None or served is None:
        return [] if command is served else [f"refused by {'the service' if served is None else 'the command'} only"]
    found = [f"{name}: only by {'the service' if name in served else 'the command'}"
             for name in sorted(command.keys() ^ served.keys())]
    for name in sorted(command.keys() & served.keys()):
        (status, points, hashes), (other, counted, others) = command[name], served[name]
        if (status, points) != (other, counted):
            found.append(f"{name}: {status} {points}, by the service {other} {counted}")
        found += [f"{name}: {kind} differs" for kind in sorted(hashes.keys() | others.keys())
                  if hashes.get(kind) != others.get(kind)]
    return found


class Comparison:
    """Both ways of one set after the other, at the same time."""

    def __init__(self, folder: Path, service: Service, faults: Faults) -> None:
        self.folder, self.service, self.faults = folder, service, faults
        self.client = service.client()
        self.user = self.client.add_user()
        self.configuration = folder / "configuration.json"
        self.configuration.write_text(json.dumps(self.client.json("GET", CONFIGS)))
        self.counts = collections.Counter(dict.fromkeys(("sets", "refused", "files", "artifacts", "differences"), 0))

    def compare(self, zipped: Path, beside: concurrent.futures.Executor) -> None:
        """One zip by both."""
        begin = time.monotonic()
        served = beside.submit(by_service, self.service, self.client.token, self.user, zipped)
        command = by_command(zipped, self.configuration, self.folder / "out")
        found = differences(command, served.result())
        self.counts["sets"] += 1
        self.counts["refused"] += command is None
        self.counts["files"] += len(command or ())
        self.counts["artifacts"] += sum(len(hashes) for _, _, hashes in (command or {}).values())
        self.counts["differences"] += len(found)
        self.faults.extend(f"{zipped.stem}: {line}" for line in found[:SHOWN])
        if (took := time.monotonic() - begin) > TOLD_SECONDS:
            print(f"     {zipped.stem}: {took:.0f} s", flush=True)
        shutil.rmtree(self.folder / "out", ignore_errors=True)

    def compare_all(self, sets: list[Path], most: int) -> None:
        """Every set whose zip is not larger."""
        with concurrent.futures.ThreadPoolExecutor(1) as beside:
            for one in sets:
                zipped = self.folder / f"{one.parent.name}-{one.name}.zip"
                zipped.write_bytes(samples.pack(samples.members_of(one)))
                if zipped.stat().st_size > most:
                    self.counts["left out for their size"] += 1
                else:
                    self.compare(zipped, beside)
                zipped.unlink()


def check(faults: Faults, only: str, most: int) -> str:
    """Every set of the corpus whose path has the text."""
    corpus = samples.corpus()
    if not corpus.is_dir():
        report.skipped(f"e2e/same_bytes.py: no folder {corpus}")
        return "no sets"
    sets = [path for path in sorted(corpus.glob("*/*")) if path.is_dir() and only in str(path)]
    with temporary() as scratch, Service() as service:
        comparison = Comparison(Path(scratch), service, faults)
        comparison.compare_all(sets, most)
    return ", ".join(f"{count} {what}" for what, count in comparison.counts.items())


def main() -> int:
    """Reads the arguments and runs the check."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--only", default="")
    arguments.add_argument("--most", type=int, default=1 << 40)
    given = arguments.parse_args()
    return report.run("same bytes", lambda faults: check(faults, given.only, given.most))


if __name__ == "__main__":
    raise SystemExit(main())
