#!/usr/bin/env python3
"""Points are stored as columns, and their text is rendered: what downloads answer, before and after a rendering is kept.

    e2e/renderings.py

A simulated stick and, where the corpus is (TRAMLINE_CORPUS), a large one are uploaded. Every artifact is asked for
whole, in parts, under conditions, and as gzip and zstd, first while nothing is rendered, then again. Then a file is
converted anew with another configuration while clients download it: each gets the old or the new, never a mixture.
Exit code 0: all as docs/api.md says.
"""

import collections
import gzip
import io
import json
import socket
import threading
import time
import urllib.request
from pathlib import Path

import pyarrow
from tramline import report, samples
from tramline.client import API, CONFIGS, Answer, Client, artifact_path
from tramline.report import Faults
from tramline.samples import pack, sha256, stick
from tramline.service import Service, temporary

TEXT = {"rawGeojson": "rawGeoparquet", "standardGeojson": "standardGeoparquet",
        "filteredGeojson": "filteredGeoparquet", "outsideFieldGeojson": "outsideFieldGeoparquet"}
# What the report of a machine file calls the points of a text.
COUNTED = {"standardGeojson": "standard", "filteredGeojson": "filtered"}
LARGE = "vendor/deere-sampledata/display/Gen4 - 4600 Planting Data.zip"
SYSTEMS = ("IMPERIAL", "METRIC", "IMPERIAL")  # of units, one conversion after the other
TABLES, TURNS, MOST_OPEN = 100, 100, 200
FIRST_BYTE_SECONDS = 30  # on any machine that has other work; docs/operating.md has what was measured


def unpacked(answer: Answer) -> bytes:
    """The body without its content coding."""
    coding = answer.headers.get("content-encoding")
    if coding == "gzip":
        return gzip.decompress(answer.body)
    if coding == "zstd":
        return pyarrow.CompressedInputStream(io.BytesIO(answer.body), "zstd").read()
    return answer.body


class Download:
    """One artifact, asked for in every way."""

    def __init__(self, client: Client, path: str, what: str, faults: Faults) -> None:
        self.client, self.path, self.what, self.faults = client, path, what, faults
        self.text = what in TEXT
        self.body, self.tag = b"", ""

    def ask(self, method: str = "GET", **headers: str) -> Answer:
        """Asks with these headers."""
        return self.client.part(self.path, method, **headers)

    def expect(self, holds: object, text: str) -> None:
        """Notes a fault unless it holds."""
        self.faults.expect(holds, f"{self.what}: {text}")

    def check_whole(self) -> None:
        """The whole twice: a text is rendered the first time."""
        first = self.ask()
        self.expect(first.status == 200, first.status)
        self.body, self.tag = first.body, first.headers.get("etag", "")
        self.expect(self.tag.startswith('"') and self.tag.endswith('"') and len(self.tag) > 64, f"entity tag {self.tag}")
        self.expect("accept-ranges" in first.headers or self.text, "no ranges of a stored artifact")
        again = self.ask()
        self.expect(again.body == self.body and again.headers["etag"] == self.tag, "another answer the second time")
        finished = again.headers.get("accept-ranges") == "bytes" and int(again.headers["content-length"]) == len(self.body)
        self.expect(finished, f"a finished rendering has a length and ranges: {again.headers.items()}")

    def check_conditions(self) -> None:
        """What a client that has it is answered, and its head alone."""
        self.expect(self.ask(if_none_match=self.tag).status == 304, "If-None-Match")
        self.expect(self.ask(if_none_match='"another"').body == self.body, "If-None-Match of another")
        head = self.ask("HEAD")
        self.expect(head.status == 200 and head.headers["etag"] == self.tag and head.body == b"", "HEAD")

    def check_ranges(self) -> None:
        """Parts from the beginning, the middle and the end; beyond it; under a condition."""
        size, middle = len(self.body), len(self.body) // 2
        for asked, expected in ((f"bytes=0-{min(99, size - 1)}", self.body[:100]), (f"bytes={middle}-", self.body[middle:]),
                                ("bytes=-7", self.body[-7:])):
            part = self.ask(range=asked)
            self.expect((part.status, part.body) == (206, expected), f"{asked} gave {part.status}, {len(part.body)} bytes")
            told = part.headers.get("content-range", "")
            self.expect(told.endswith(f"/{size}"), told)
        self.expect(self.ask(range=f"bytes={size}-").status == 416, "a range beyond the end")
        self.expect(self.ask(range="bytes=0-0", if_range=self.tag).status == 206, "If-Range")
        old = self.ask(range="bytes=0-0", if_range='"old"')
        self.expect((old.status, old.body) == (200, self.body), "If-Range of old")

    def check_coding(self, coding: str) -> None:
        """A compressed download has a tag of its own, and no ranges."""
        packed = self.ask(accept_encoding=coding)
        self.expect(packed.status == 200 and unpacked(packed) == self.body, coding)
        if "content-encoding" not in packed.headers:
            self.expect(not self.text, "text is not compressed")
            return
        tag = packed.headers["etag"]
        self.expect(tag != self.tag, f"{coding} has the tag of other bytes")
        known = self.ask(accept_encoding=coding, if_none_match=tag)
        self.expect((known.status, known.headers.get("etag")) == (304, tag), f"If-None-Match of {coding}")
        part = self.ask(accept_encoding=coding, range="bytes=1-3", if_range=tag)
        self.expect(part.status == 200, f"a range of other bytes than those of {coding}")
        part = self.ask(accept_encoding=coding, range="bytes=1-3")
        self.expect((part.status, part.body) == (206, self.body[1:4]), "a range is never compressed")

    def check(self) -> bytes:
        """Everything; the bytes."""
        self.check_whole()
        self.check_conditions()
        self.check_ranges()
        for coding in ("gzip", "zstd"):
            self.check_coding(coding)
        return self.body


def check_file(service: Service, client: Client, file: str, faults: Faults) -> int:
    """Every artifact of a machine file, stored or rendered; how many there are."""
    kinds = {kind for (kind,) in service.rows("SELECT kind FROM artifacts WHERE file_id = ?", file)}
    faults.expect(not kinds & TEXT.keys(), f"{file}: text is stored: {kinds & TEXT.keys()}")
    points = client.file(file)["report"]["points"]
    rendered = {text for text, columns in TEXT.items() if columns in kinds}
    for kind in sorted(kinds | rendered):
        data = Download(client, artifact_path(file, kind), kind, faults).check()
        if kind in TEXT:
            features = json.loads(data)["features"]
            known = COUNTED.get(kind)
            faults.expect(known is None or len(features) == points[known], f"{kind}: {len(features)}")
    for kind in TEXT.keys() - rendered:
        faults.expect(client.get(artifact_path(file, kind)).status == 404, f"{kind} of {file} is not missing")
    return len(kinds | rendered)


def check_mixture(service: Service, client: Client, file: str, faults: Faults) -> int:
    """Downloads while the file is converted anew in other units; how many there were."""
    path = artifact_path(file, "standardGeojson")
    old = sha256(client.get(path).body)
    seen, stop = collections.Counter(), threading.Event()

    def download() -> None:
        """One client, again and again."""
        own = Client(service, client.token)
        while not stop.is_set():
            answer = own.get(path)
            seen[(answer.status, answer.headers.get("etag"), sha256(answer.body))] += 1

    threads = [threading.Thread(target=download) for _ in range(4)]
    for thread in threads:
        thread.start()
    news = set()
    try:
        for system in SYSTEMS:
            client.json("PATCH", CONFIGS, {"unitMeasurement": system})
            client.json("POST", f"{API}/files/{file}/reprocess")
            client.file_settled(file)
            news.add(sha256(client.get(path).body))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    statuses = {status for status, _, _ in seen}
    faults.expect(statuses == {200}, f"downloads while converted anew: {statuses}")
    tags = collections.defaultdict(set)
    for _, tag, digest in seen:
        tags[tag].add(digest)
    faults.expect(all(len(digests) == 1 for digests in tags.values()), "one tag, two bodies")
    faults.expect({digest for _, _, digest in seen} <= news | {old}, "a mixture of old and new")
    return sum(seen.values())


def table(number: int) -> bytes:
    """A small harvest of its own."""
    rows = ["Longitude,Latitude,Yield (t/ha),Moisture (%),Speed (km/h),Width (m),Time"]
    rows += [f"{9.5 + i * 2e-5:.7f},{51 + number * 1e-3:.7f},{8 + i % 3},14.{number % 10},5.4,6,2026-08-01T10:00:{i:02}Z"
             for i in range(60)]
    return "\n".join(rows).encode()


def check_many(service: Service, client: Client, user: str, faults: Faults) -> int:
    """More renderings than are kept, and clients that go away: open files stay few, nobody else's download is cut."""
    zipped = pack({f"{number:03}.csv": table(number) for number in range(TABLES)})
    files = client.settled(client.upload(user, "tables.zip", zipped)["id"])["leafFiles"]
    paths = [artifact_path(file, kind) for file in files for kind in ("standardGeojson", "rawGeojson")]
    for path in paths:
        answer = client.get(path)
        faults.expect(answer.status == 200 and answer.body.endswith(b"]}\n"), f"{path}: {answer.status}")
    held = service.open_files()
    faults.expect(held < MOST_OPEN, f"{held} open files after {len(paths)} renderings")
    size = len(client.get(paths[0]).body)
    for path in paths[:TURNS]:
        # Of the oldest ones, which are not kept any more: asked for and left, asked for its head, and asked for.
        with socket.create_connection(("127.0.0.1", service.port)) as left:
            left.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.token}\r\n\r\n".encode())
        head = client.part(path, "HEAD")
        faults.expect(head.status == 200, f"HEAD: {head.status}")
        whole = client.get(path)
        faults.expect(whole.status == 200 and len(whole.body) > size / 2,
                      f"after one that went away: {whole.status}, {len(whole.body)} bytes")
    return len(paths)


def check_speed(client: Client, file: str, faults: Faults) -> str:
    """First byte and bytes a second of the largest rendering, before and after it is kept."""
    told = []
    for _ in range(2):
        begin = time.monotonic()
        request = urllib.request.Request(client.service.base + artifact_path(file, "standardGeojson"),
                                         headers={"authorization": f"Bearer {client.token}"})
        answer, size, first = urllib.request.urlopen(request, timeout=120), 0, None
        while piece := answer.read(1 << 20 if first else 1):
            first = first or time.monotonic() - begin
            size += len(piece)
        seconds = time.monotonic() - begin
        told.append(f"first byte {first * 1000:.0f} ms, {size / 1e6:.0f} MB at {size / 1e6 / seconds:.0f} MB/s")
        faults.expect(first < FIRST_BYTE_SECONDS, f"the first byte came after {first:.1f} s")
    return "; again ".join(told)


def check(faults: Faults) -> str:
    """The stick, many small files, one that is converted anew, and a large one."""
    with temporary() as scratch, Service() as service:
        client = service.client()
        user = client.add_user()
        stick_zip = pack(stick(Path(scratch)))
        files = client.settled(client.upload(user, "stick.zip", stick_zip)["id"])["leafFiles"]
        artifacts = sum(check_file(service, client, file, faults) for file in files)
        processed = [file for file in files if client.file(file)["status"] == "processed"]
        many = check_many(service, client, user, faults)
        downloads = check_mixture(service, client, processed[0], faults)
        told = (f"{artifacts} artifacts of {len(files)} files, {many} renderings of small ones, "
                f"{downloads} downloads while converted anew")
        large = samples.corpus() / LARGE
        if not large.is_file():
            report.skipped(f"the large stick of e2e/renderings.py: no {large}")
            return told
        file = client.settled(client.upload(user, "large.zip", large.read_bytes())["id"])["leafFiles"][0]
        return f"{told}; {check_speed(client, file, faults)}"


if __name__ == "__main__":
    raise SystemExit(report.run("renderings", check))
