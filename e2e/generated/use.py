"""What a new user writes with the Python client that `openapi-python-client` generates:
python3 use.py BASE USER PASSWORD STICK.zip"""

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx

from tramline_client import AuthenticatedClient, Client
from tramline_client.api.authentication import authenticate
from tramline_client.api.batches import follow_batch, get_batch, list_batches, upload_batch
from tramline_client.api.fields import create_field, find_intersecting_fields, get_field
from tramline_client.api.files import (
    download_artifact, download_image, get_file, get_file_summary, list_files, list_images, merge_files,
)
from tramline_client.api.users import create_user, delete_user, get_user
from tramline_client.api.webhooks import create_webhook, delete_webhook, list_webhooks
from tramline_client.models import (
    AreaUnit, Batch, BatchProgress, Credentials, DownloadArtifactKind, EventName, Field, FieldInput, FileOrigin, FileStatus,
    FileSummary, Image, IntersectsInput, ListFilesOperationType, ListFilesStatus, MachineFile, MergeInput, Merging,
    MultiPolygon, MultiPolygonType, Polygon, PolygonType, Problem, Token, UploadBatchProvider, UploadForm, UploadStatus,
    User, UserInput, Webhook, WebhookInput,
)
from tramline_client.types import File, Response

Kind = TypeVar("Kind")
Item = TypeVar("Item")
Parsed = TypeVar("Parsed")
SECONDS = 120
checks = 0


def check(holds: object, what: str) -> None:
    """Ends with what did not hold."""
    global checks
    checks += 1
    if not holds:
        raise SystemExit(f"FAIL: {what}")


def good(answer: Response[Parsed], kind: type[Kind], status: int = 200) -> Kind:
    """What an answer holds, as its type; any other answer ends the program."""
    check(answer.status_code == status, f"{kind.__name__}: {int(answer.status_code)} {answer.content[:300]!r}")
    if not isinstance(answer.parsed, kind):
        raise SystemExit(f"FAIL: {type(answer.parsed).__name__} instead of {kind.__name__}: {answer.content[:300]!r}")
    return answer.parsed


def listed(answer: Response[Parsed], kind: type[Item]) -> list[Item]:
    """The items of a list."""
    items = good(answer, list)
    check(all(isinstance(item, kind) for item in items), f"a list of {kind.__name__}")
    return items


def file_when(client: AuthenticatedClient, id: UUID, state: Callable[[MachineFile], bool], what: str) -> MachineFile:
    """The file as soon as it is so."""
    end = time.monotonic() + SECONDS
    while not state(file := good(get_file.sync_detailed(id, client=client), MachineFile)):
        check(time.monotonic() < end, f"not within {SECONDS} s: {what}")
        time.sleep(0.1)
    return file


def signed_in(base: str, username: str, password: str) -> AuthenticatedClient:
    """A client with a token."""
    with Client(base_url=base) as client:
        refused = authenticate.sync_detailed(client=client, body=Credentials(username=username, password="wrong"))
        check(good(refused, Problem, 401).status == 401, "a wrong password is a problem")
        token = good(authenticate.sync_detailed(client=client, body=Credentials(username=username, password=password)), Token)
    timeout = httpx.Timeout(SECONDS)  # the progress of a batch is silent for seconds
    return AuthenticatedClient(base_url=base, token=token.id_token, timeout=timeout, raise_on_unexpected_status=True)


def uploaded(client: AuthenticatedClient, user: User, stick: Path) -> Batch:
    """The batch of the stick, when it is processed."""
    form = UploadForm(file=File(payload=io.BytesIO(stick.read_bytes()), file_name=stick.name, mime_type="application/zip"))
    answer = upload_batch.sync_detailed(client=client, body=form, leaf_user_id=user.id, provider=UploadBatchProvider.OTHER)
    batch = good(answer, Batch, 201)
    check(answer.headers["location"].endswith(str(batch.id)), "the location of the batch")
    check(batch.file_name == stick.name and batch.size == stick.stat().st_size, "the stick is known by name and size")
    events = good(follow_batch.sync_detailed(batch.id, client=client), str).split("\n\n")
    last = next(event for event in events if event.startswith("event: end"))
    ended = json.loads(last.split("data: ", 1)[1])
    check(BatchProgress.from_dict(ended).status == UploadStatus.PROCESSED, f"the progress ends with {ended['status']}")
    batch = good(get_batch.sync_detailed(batch.id, client=client), Batch)
    check(batch.status == UploadStatus.PROCESSED and batch.leaf_files and len(batch.leaf_files) == 6, "six files")
    check([one.id for one in listed(list_batches.sync_detailed(client=client), Batch)] == [batch.id], "one batch")
    return batch


def harvested(client: AuthenticatedClient, user: User, batch: Batch) -> list[MachineFile]:
    """The files of the harvest, by filters and pages."""
    answer = list_files.sync_detailed(client=client, leaf_user_id=user.id, batch_id=batch.id,
                                      status=ListFilesStatus.PROCESSED, operation_type=ListFilesOperationType.HARVESTED,
                                      sort=["createdTime,desc"], size=50)
    files = listed(answer, MachineFile)
    check(answer.headers["x-total-count"] == str(len(files)) and len(files) > 1, "several harvests")
    page = list_files.sync_detailed(client=client, leaf_user_id=user.id, page=1, size=4)
    check(len(listed(page, MachineFile)) == 2 and 'rel="prev"' in page.headers["link"], "the second page of four")
    check(all(file.operation_type == "harvested" and file.status == FileStatus.PROCESSED for file in files), "harvests that are done")
    return files


def downloaded(client: AuthenticatedClient, file: MachineFile) -> None:
    """Artifacts as bytes, an image, the summary."""
    def artifact(kind: DownloadArtifactKind) -> bytes:
        """Its bytes."""
        return good(download_artifact.sync_detailed(file.id, kind, client=client), File).payload.read()

    points = json.loads(artifact(DownloadArtifactKind.STANDARDGEOJSON))["features"]
    check(points and points[0]["geometry"]["type"] == "Point", "points")
    columns = artifact(DownloadArtifactKind.STANDARDGEOPARQUET)
    check(columns[:4] == b"PAR1" == columns[-4:], "GeoParquet, byte for byte")
    missing = download_artifact.sync_detailed(file.id, DownloadArtifactKind.POLYGONGEOPARQUET, client=client)
    check(good(missing, Problem, 404).detail, "no polygons without the setting, and why")
    summary = good(get_file_summary.sync_detailed(file.id, client=client), FileSummary)
    check(summary.properties and summary.properties.total_area, "the area of the work")
    images = listed(list_images.sync_detailed(file.id, client=client), Image)
    check(len(images) > 5, "images of the columns")
    image = good(download_image.sync_detailed(file.id, f"{images[0].property_}.png", client=client), File).payload.read()
    check(image[:4] == b"\x89PNG", "an image")


def merged(client: AuthenticatedClient, files: list[MachineFile]) -> None:
    """Two passes of one field as one file."""
    sent = good(merge_files.sync_detailed(client=client, body=MergeInput(ids=[file.id for file in files])), Merging)
    file = file_when(client, sent.id, lambda file: file.status != FileStatus.PROCESSING, "the end of the merge")
    check(file.status == FileStatus.PROCESSED and file.origin == FileOrigin.MERGED, f"merged: {file.status}")
    check(isinstance(file.sources, list) and set(file.sources) == {one.id for one in files}, "its sources")


def with_field(client: AuthenticatedClient, user: User, files: list[MachineFile]) -> None:
    """A field with a boundary, into which a file falls."""
    ring = [[-93.63, 41.97], [-93.6, 41.97], [-93.6, 41.99], [-93.63, 41.99], [-93.63, 41.97]]
    geometry = MultiPolygon(type_=MultiPolygonType.MULTIPOLYGON, coordinates=[[ring]])
    made = create_field.sync_detailed(user.id, client=client, body=FieldInput(name="West", geometry=geometry))
    field = good(made, Field, 201)
    again = good(get_field.sync_detailed(user.id, field.id, client=client), Field)
    check(again.name == "West" and again.geometry == field.geometry == geometry, "the field")
    check(again.area and again.area.unit == AreaUnit.HA and again.area.value > 100, "its area")
    inside = IntersectsInput(geometry=geometry, intersection_threshold=10)
    met = find_intersecting_fields.sync_detailed(user.id, client=client, body=inside)
    check([one.id for one in listed(met, Field)] == [field.id], "it intersects itself")
    file_when(client, files[0].id, lambda file: file.fields == [field.id], "the field of a file")
    bow = Polygon(type_=PolygonType.POLYGON, coordinates=[[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]])
    wrong = create_field.sync_detailed(user.id, client=client, body=FieldInput(geometry=bow))
    check(good(wrong, Problem, 400).error_key == "invalidGeometry", "a bow is no field")


def with_webhook(client: AuthenticatedClient) -> None:
    """A webhook that is registered, listed and removed."""
    body = WebhookInput(events=[EventName.BATCHUPLOADPROCESSINGFINISHED], name="hook", secret="secret", url="https://example.org/hook")
    hook = good(create_webhook.sync_detailed(client=client, body=body), Webhook, 201)
    check([one.id for one in listed(list_webhooks.sync_detailed(client=client), Webhook)] == [hook.id], "one webhook")
    check(delete_webhook.sync_detailed(hook.id, client=client).status_code == 204, "it is removed")


def main(base: str, username: str, password: str, stick: str) -> None:
    """From signing in to an empty account."""
    with signed_in(base, username, password) as client:
        user = good(create_user.sync_detailed(client=client, body=UserInput(name="Example Farm", email="farm@example.org")), User, 201)
        batch = uploaded(client, user, Path(stick))
        files = harvested(client, user, batch)
        downloaded(client, files[0])
        merged(client, files[:2])
        with_field(client, user, files)
        with_webhook(client)
        check(delete_user.sync_detailed(user.id, client=client).status_code == 204, "the user is removed")
        check(good(get_user.sync_detailed(user.id, client=client), Problem, 404).status == 404, "it is gone")
    print(f"generated Python client: {checks} checks")


if __name__ == "__main__":
    main(*sys.argv[1:])
