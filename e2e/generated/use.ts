// What a new user writes with the TypeScript client that `@hey-api/openapi-ts` generates:
// node use.ts BASE USER PASSWORD STICK.zip
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  authenticate, createField, createUser, createWebhook, deleteUser, deleteWebhook, downloadArtifact, downloadImage,
  findIntersectingFields, followBatch, getBatch, getField, getFile, getFileSummary, getUser, listBatches, listFiles,
  listImages, listWebhooks, mergeFiles, uploadBatch,
} from "./client/index.ts";
import type { Batch, BatchProgress, MachineFile, Problem, User } from "./client/index.ts";
import { client } from "./client/client.gen.ts";

const SECONDS = 120;
let checks = 0;

function check(holds: unknown, what: string): asserts holds {
  checks += 1;
  if (!holds) throw new Error(`FAIL: ${what}`);
}

interface Answer<Data> {
  data: Data | undefined;
  error: unknown;
  response?: Response;
}

/** What an answer holds; any other answer ends the program. */
function good<Data>(answer: Answer<Data>, status = 200): Data {
  check(answer.response?.status === status, `${answer.response?.url}: ${answer.response?.status} ${JSON.stringify(answer.error)}`);
  check(answer.data !== undefined, `${answer.response.url}: no data`);
  return answer.data;
}

/** The problem that an answer tells, which must be this one. */
function problem(answer: { error?: Problem; response?: Response }, status: number): Problem {
  check(answer.response?.status === status && answer.error, `${answer.response?.url}: ${answer.response?.status}, not ${status}`);
  check(answer.error.status === status && answer.error.detail, "a problem says its status and what failed");
  return answer.error;
}

function header(answer: { response?: Response }, name: string): string {
  return answer.response?.headers.get(name) ?? "";
}

async function fileWhen(id: string, state: (file: MachineFile) => boolean, what: string): Promise<MachineFile> {
  const end = Date.now() + SECONDS * 1000;
  for (;;) {
    const file = good(await getFile({ path: { id } }));
    if (state(file)) return file;
    check(Date.now() < end, `not within ${SECONDS} s: ${what}`);
    await pause(100);
  }
}

async function signIn(baseUrl: string, username: string, password: string): Promise<void> {
  client.setConfig({ baseUrl });
  problem(await authenticate({ body: { username, password: "wrong" } }), 401);
  const token = good(await authenticate({ body: { username, password, rememberMe: true } }));
  client.setConfig({ auth: () => token.id_token });
}

async function upload(user: User, stick: string): Promise<Batch> {
  const bytes = await readFile(stick);
  const file = new File([bytes], basename(stick), { type: "application/zip" });
  const sent = await uploadBatch({ body: { file }, query: { leafUserId: user.id, provider: "Other" } });
  const received = good(sent, 201);
  const path = { id: received.id };
  check(header(sent, "location").endsWith(received.id) && received.size === bytes.length, "the batch");
  const { stream } = await followBatch({ path });
  let last: unknown;
  for await (const event of stream) last = event;
  check((last as BatchProgress | undefined)?.status === "PROCESSED", `the progress ends with ${JSON.stringify(last)}`);
  const batch = good(await getBatch({ path }));
  check(batch.status === "PROCESSED" && batch.leafFiles?.length === 6, "six files");
  check(good(await listBatches())[0]?.id === batch.id, "it is listed");
  return batch;
}

async function harvests(user: User, batch: Batch): Promise<MachineFile[]> {
  const query = { leafUserId: user.id, batchId: batch.id, status: "processed", operationType: "harvested" } as const;
  const answer = await listFiles({ query: { ...query, sort: ["createdTime,desc"], size: 50 } });
  const files = good(answer);
  check(Array.isArray(files) && files.length > 1 && header(answer, "x-total-count") === String(files.length), "several harvests");
  const second = await listFiles({ query: { leafUserId: user.id, page: 1, size: 4 } });
  const rest = good(second);
  check(Array.isArray(rest) && rest.length === 2 && header(second, "link").includes('rel="prev"'), "the second page of four");
  check(files.every((file) => file.operationType === "harvested" && file.status === "processed"), "harvests that are done");
  return files;
}

async function download(file: MachineFile): Promise<void> {
  const path = { id: file.id };
  const points = good(await downloadArtifact({ path: { ...path, kind: "standardGeojson" } }));
  check(!(points instanceof Blob) && points.features[0]?.geometry?.type === "Point", "points, as they are described");
  const text = good(await downloadArtifact({ path: { ...path, kind: "standardGeojson" }, parseAs: "blob" }));
  check(text instanceof Blob && JSON.parse(await text.text()).features.length === points.features.length, "the same as bytes");
  const columns = good(await downloadArtifact({ path: { ...path, kind: "standardGeoparquet" } }));
  check(columns instanceof Blob, "columns are bytes");
  check((await columns.slice(0, 4).text()) === "PAR1" && (await columns.slice(-4).text()) === "PAR1", "GeoParquet, byte for byte");
  check(problem(await downloadArtifact({ path: { ...path, kind: "polygonGeoparquet" } }), 404).detail, "no polygons, and why");
  check(good(await getFileSummary({ path })).properties?.totalArea, "the area of the work");
  const images = good(await listImages({ path }));
  check(images.length > 5, "images of the columns");
  const image = good(await downloadImage({ path: { ...path, name: `${images[0]?.property}.png` } }));
  check((await image.slice(1, 4).text()) === "PNG", "an image");
}

async function merge(files: MachineFile[]): Promise<void> {
  const ids = files.map((file) => file.id);
  const sent = good(await mergeFiles({ body: { ids } }));
  const merged = await fileWhen(sent.id, (file) => file.status !== "processing", "the end of the merge");
  check(merged.status === "processed" && merged.origin === "merged", `merged: ${merged.status}`);
  check([...(merged.sources ?? [])].sort().join() === ids.sort().join(), "its sources");
}

async function field(user: User, file: MachineFile): Promise<void> {
  const ring = [[-93.63, 41.97], [-93.6, 41.97], [-93.6, 41.99], [-93.63, 41.99], [-93.63, 41.97]];
  const geometry = { type: "MultiPolygon" as const, coordinates: [[ring]] };
  const path = { leafUserId: user.id };
  const made = good(await createField({ path, body: { name: "West", geometry } }), 201);
  const again = good(await getField({ path: { ...path, id: made.id } }));
  check(again.name === "West" && (again.area?.value ?? 0) > 100, "the field");
  const met = good(await findIntersectingFields({ path, body: { geometry, intersectionThreshold: 10 } }));
  check(met.map((one) => one.id).join() === made.id, "it intersects itself");
  await fileWhen(file.id, (one) => one.fields.join() === made.id, "the field of a file");
  const bow = { type: "Polygon" as const, coordinates: [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]] };
  check(problem(await createField({ path, body: { geometry: bow } }), 400).errorKey === "invalidGeometry", "a bow is no field");
}

async function webhook(): Promise<void> {
  const body = { events: ["batchUploadProcessingFinished" as const], name: "hook", secret: "secret", url: "https://example.org/hook" };
  const made = good(await createWebhook({ body }), 201);
  check(good(await listWebhooks()).map((one) => one.id).join() === made.id, "one webhook");
  good(await deleteWebhook({ path: { id: made.id } }), 204);
}

const [base, username, password, stick] = process.argv.slice(2);
check(base && username && password && stick, "arguments are BASE USER PASSWORD STICK.zip");
await signIn(base, username, password);
const user = good(await createUser({ body: { name: "Example Farm", email: "farm@example.org" } }), 201);
const batch = await upload(user, stick);
const files = await harvests(user, batch);
const first = files[0];
check(first, "a first file");
await download(first);
await merge(files.slice(0, 2));
await field(user, first);
await webhook();
good(await deleteUser({ path: { id: user.id } }), 204);
problem(await getUser({ path: { id: user.id } }), 404);
console.log(`generated TypeScript client: ${checks} checks`);
