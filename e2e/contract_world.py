"""What the cases of `contract/` find: a service with an account whose users have files in every state, a second account,
a receiver of webhooks, and a second service that never begins its work.

Rule: what is prepared has a name, by which cases speak of it as `{name}`; cases change only what is named `spare`.
"""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import contract_inputs as inputs
from tramline import wait
from tramline.client import API, CONFIGS, FIELDS, HOOKS, USERS, Client
from tramline.samples import pack, stick_file
from tramline.service import NAME, PASSWORD, Service

STRANGER, STRANGER_PASSWORD = "neighbour", "stubble after rain"
SECONDS = 120  # for anything that is prepared
UNKNOWN = "ffffffff-ffff-4fff-bfff-ffffffffffff"
OUTPUTS = {"enableGeoparquetOutput": True, "enablePolygonOutput": True, "enableOutsideFieldGeojson": True}
CONFIGURATIONS = {"imperial": {"unitMeasurement": "IMPERIAL", "enableGeoparquetOutput": True},
                  "metric": {"unitMeasurement": "METRIC", "enablePolygonOutput": True},
                  "bare": {"fileImages": False, "operationsFilteredGeojson": False, "originalOperationData": False},
                  "strict": {"cleanupRules": {"tillageDepthActual": [{"operator": "GT", "value": 15.5}]}},
                  "uncleaned": {"cleanupStandardGeojson": False},
                  "lenient": {"cropOptional": "optional", "seedRateOptional": "optional"},
                  "loose": {"outOfStandardOperations": True}}
EVENTS = ["batchUploadProcessingFinished", "uploadedFileProcessingFinished", "uploadedFileProcessingFailed",
          "mergedFileProcessingFinished", "mergedFileProcessingFailed", "fieldCreated", "fieldUpdated",
          "fieldBoundaryCreated", "fieldBoundaryUpdated"]


def box(west: float, south: float, east: float, north: float) -> dict:
    """A polygon with four corners."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


class Receiver:
    """What webhooks are sent to: every call is noted, and answered well."""

    def __init__(self) -> None:
        calls: list[tuple[dict[str, str], bytes]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                calls.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.calls = calls
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def events(self, kind: str) -> list[dict]:
        """Bodies of the calls of a type; the confirmation has none."""
        bodies = [json.loads(body) for _, body in list(self.calls)]
        return [body for body in bodies if body.get("type", "confirmation") == kind]


class World:
    """Two services, what is prepared in them by name, and what can be uploaded by name."""

    def __init__(self, folder: Path) -> None:
        self.receiver = Receiver()
        self.service = Service(folder / "service", WEBHOOKS_ALLOW_PRIVATE="true")
        self.idle = Service(folder / "idle", WORKERS=0, UPLOAD_BYTES=100_000)
        self.names: dict[str, object] = {"unknown": UNKNOWN, "name": NAME, "password": PASSWORD, "stranger_name": STRANGER,
                                         "hook_address": self.receiver.address, "fresh": uuid.uuid4().hex, "long_text": "x" * 5000}
        self.bytes: dict[str, bytes] = {"stick": stick_file(folder / "demo").read_bytes(), "tilled": inputs.tilled(20),
                                        "other": inputs.tilled(21), "nothing": pack({"notes.txt": b"nothing to see"}),
                                        "text": b"no zip at all", "empty": b"", "corner": inputs.deep_corner(),
                                        "two-levels": inputs.nested(2), "boundaries": inputs.boundaries(),
                                        "geojson": inputs.points(inputs.TILLAGE, 22)}
        self.clients: dict[str, Client] = {}

    def __enter__(self) -> "World":
        """Started and prepared."""
        try:
            self.service.start()
            self.idle.start()
            self.prepare()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Everything is ended."""
        self.close()

    def close(self) -> None:
        """Ends both services and the receiver."""
        self.receiver.server.shutdown()
        for service in (self.service, self.idle):
            try:
                service.stop()
            finally:
                service.close()

    def prepare(self) -> None:
        """Accounts first, then what takes time."""
        self.service.add_account(STRANGER, STRANGER_PASSWORD)
        self.clients = {"owner": self.service.client(), "stranger": self.service.client(STRANGER, STRANGER_PASSWORD),
                        "idle": self.idle.client(), "nobody": Client(self.service), "key": Client(self.service)}
        self.names |= {"token": self.clients["owner"].token, "base": self.service.base}
        self.prepare_users()
        self.prepare_uploads()
        self.prepare_fields()
        self.prepare_strangers()
        self.prepare_idle()

    def prepare_users(self) -> None:
        """A farm that has everything, a plain user, one to change, and a webhook for every event."""
        owner = self.clients["owner"]
        owner.json("POST", HOOKS, {"events": EVENTS, "name": "hook", "secret": "a secret", "url": self.receiver.address})
        farm = {"name": "Farm", "email": "farm@example.org", "phone": "123", "address": "Road 1", "externalId": "farm-1"}
        self.names["farm"] = owner.json("POST", USERS, farm)["id"]
        for name in ("plain", "spare", "configured", *CONFIGURATIONS):
            self.names[name] = owner.json("POST", USERS, {"name": name.capitalize(), "email": f"{name}@example.org"})["id"]
        owner.json("POST", f"{CONFIGS}/{self.names['farm']}", OUTPUTS)
        for name, configuration in CONFIGURATIONS.items():
            owner.json("POST", f"{CONFIGS}/{self.names[name]}", configuration)
        key = owner.json("POST", "/services/usermanagement/api/api-keys", {"leafUserId": self.names["plain"]})
        self.names |= {"key": key["key"], "key_id": key["id"]}

    def upload(self, name: str, user: str, file_name: str, data: bytes, **parameters: str) -> None:
        """A batch under that name."""
        self.names[name] = self.clients["owner"].upload(str(self.names[user]), file_name, data, **parameters)["id"]

    def files_of(self, batch: str) -> list[dict]:
        """The machine files of a batch, once it is settled."""
        owner = self.clients["owner"]
        return [owner.file(file) for file in owner.settled(str(self.names[batch]), SECONDS)["leafFiles"]]

    def prepare_uploads(self) -> None:
        """Batches in every state; all are sent before any is waited for."""
        stick = self.bytes["stick"]
        self.upload("stick", "farm", "stick.zip", stick)
        self.upload("mixed", "farm", "mixed.zip", inputs.mixed(), provider="JohnDeere")
        self.upload("nothing", "farm", "nothing.zip", self.bytes["nothing"])
        self.upload("closed", "farm", "closed.zip", pack({"harvest_1.dat": b"\0\1\2\3" * 100}))
        for user in ("imperial", "metric"):
            self.upload(f"{user}_batch", user, f"{user}.zip", stick)
        self.upload("plain_batch", "plain", "plain.zip", inputs.tilled(5))
        self.upload("spare_batch", "spare", "spare.zip", inputs.tilled(6))
        self.upload("bare_batch", "bare", "bare.zip", inputs.tilled(11))
        self.upload("strict_batch", "strict", "strict.zip", inputs.tilled(13))
        for user in ("plain", "uncleaned"):
            self.upload(f"{user}_ruled", user, "ruled.zip", inputs.ruled())
        for user in ("lenient", "loose"):
            self.upload(f"{user}_mixed", user, "mixed.zip", inputs.mixed())
        self.upload("two_levels", "plain", "two-levels.zip", self.bytes["two-levels"])
        self.upload("mistaken_batch", "plain", "mistaken.zip", inputs.members(stick, "agleader/"), provider="Trimble")
        self.name_files()

    def name_files(self) -> None:
        """Names for the machine files by what they hold, and a merged one."""
        owner = self.clients["owner"]
        for file in self.files_of("stick"):
            self.names[f"{file.get('operationType', 'unread')}_{file['fileFormat'].lower()}"] = file["id"]
        for batch, start in (("mixed", ""), ("lenient_mixed", "lenient_"), ("loose_mixed", "loose_")):
            for file in self.files_of(batch):
                name = next((name for name in inputs.FAILING if f"{name}.geojson" in str(file["report"]["entries"])), "tilled")
                self.names[start + name.replace("-", "_")] = file["id"]
        for user in ("plain", "uncleaned"):
            self.names |= {f"{user}_{file['operationType']}": file["id"] for file in self.files_of(f"{user}_ruled")}
        harvests = [self.names["harvested_shapefile"], self.names["harvested_csv"]]
        self.names["merged"] = owner.json("POST", f"{API}/files/merge", {"ids": harvests})["id"]
        for user in ("imperial", "metric"):
            of_iso = {file["operationType"]: file["id"] for file in self.files_of(f"{user}_batch") if file["fileFormat"] == "ISO11783"}
            for kind, name in (("harvested", "harvest"), ("planted", "planted"), ("applied", "applied")):
                self.names[f"{user}_{name}"] = of_iso[kind]
        for batch in ("plain", "spare", "bare", "mistaken", "strict"):
            self.names[f"{batch}_file"] = self.files_of(f"{batch}_batch")[0]["id"]
        self.names |= {"without_images": self.names["bare_file"], "mistaken": self.names["mistaken_file"]}
        for batch in ("nothing", "closed", "two_levels"):
            self.files_of(batch)
        owner.file_settled(str(self.names["merged"]), SECONDS)

    def prepare_fields(self) -> None:
        """A field over a part of the harvest, one far away, and one to change; until files are looked at again."""
        owner, at = self.clients["owner"], f"{FIELDS}/users/{self.names['farm']}/fields"
        self.names["field"] = owner.json("POST", at, {"id": "west", "name": "West", "geometry": box(-93.63, 41.97, -93.6195, 41.99)})["id"]
        self.names["far"] = owner.json("POST", at, {"name": "Far", "geometry": box(10, 50, 10.01, 50.01)})["id"]
        spare = f"{FIELDS}/users/{self.names['spare']}/fields"
        self.names["spare_field"] = owner.json("POST", spare, {"name": "Spare", "geometry": box(20, 50, 20.01, 50.01)})["id"]
        self.names["boundary"] = owner.json("GET", f"{at}/west/boundary")["id"]
        outside = f"{API}/files/{self.names['harvested_iso11783']}/outsideFieldGeojson"
        wait.until(lambda: owner.get(outside).ok, "points outside fields", SECONDS, lambda: owner.get(outside).text)

    def prepare_strangers(self) -> None:
        """Another account, with one of everything."""
        stranger = self.clients["stranger"]
        user = stranger.add_user()
        batch = stranger.upload(user, "plain.zip", inputs.tilled(7))["id"]
        file = stranger.settled(batch, SECONDS)["leafFiles"][0]
        field = stranger.json("POST", f"{FIELDS}/users/{user}/fields", {"geometry": box(30, 50, 30.01, 50.01)})["id"]
        self.names |= {"stranger_user": user, "stranger_batch": batch, "stranger_file": file, "stranger_field": field}

    def prepare_idle(self) -> None:
        """A batch whose work does not begin."""
        idle = self.clients["idle"]
        self.names["idle_user"] = idle.add_user()
        self.names["idle_batch"] = idle.upload(str(self.names["idle_user"]), "idle.zip", inputs.tilled(8))["id"]
