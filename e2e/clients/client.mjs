// What a user of the hosted service writes in JavaScript, against the base URL given as argument:
// node client.mjs BASE USER PASSWORD STICK.zip
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

const [base, username, password, stick] = process.argv.slice(2);
const operations = `${base}/services/operations/api`;
let checks = 0;

function check(condition, what) {
  checks += 1;
  if (!condition) throw new Error(`FAIL: ${what}`);
}

async function call(path, { method = "GET", body, token, status = 200, headers = {} } = {}) {
  const answer = await fetch(path.startsWith("http") ? path : base + path, {
    method,
    body: body instanceof FormData || body === undefined ? body : JSON.stringify(body),
    headers: {
      ...(body === undefined || body instanceof FormData ? {} : { "Content-Type": "application/json" }),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
  });
  const text = await answer.text();
  const json = answer.status !== 206 && answer.headers.get("content-type")?.includes("json");
  check(answer.status === status, `${method} ${path}: ${answer.status} ${text.slice(0, 200)}`);
  return { answer, body: json ? JSON.parse(text) : text };
}

const login = { username, password, rememberMe: "true" };
const token = (await call("/api/authenticate", { method: "POST", body: login })).body.id_token;
await call("/api/authenticate", { method: "POST", body: { ...login, password: "wrong" }, status: 401 });

const user = (await call("/services/usermanagement/api/users/", {
  method: "POST", token, status: 201, body: { name: "Node", email: "node@example.org", phone: "1", address: "2" },
})).body;

const form = new FormData();
form.append("file", new Blob([await readFile(stick)], { type: "application/zip" }), basename(stick));
form.append("leafUserId", user.id);
form.append("provider", "Other");
const sent = await call(`${operations}/batch`, { method: "POST", token, body: form, status: 201 });
check(sent.answer.headers.get("location"), "location");

// follow by server-sent events, then read
const stream = await fetch(`${operations}/batch/${sent.body.id}/progress`, { headers: { Authorization: `Bearer ${token}` } });
let events = "";
for await (const part of stream.body) events += Buffer.from(part).toString();
check(events.includes("event: end"), "the progress ends");
const ended = JSON.parse(events.split("event: end\ndata: ")[1].split("\n")[0]);
check(ended.machineFiles.length > 0 && ended.machineFiles.every((file) => file.id && file.name && file.status !== "processing"),
  "the progress tells each machine file");
const batch = (await call(`${operations}/batch/${sent.body.id}/`, { token })).body;
check(batch.status === "PROCESSED" && batch.leafFiles.length === 6, "processed");

const listed = await call(`${operations}/files?leafUserId=${user.id}&operationType=planted&startTime=2000-01-01T00:00&standard=true`, { token });
check(listed.body.length === 1 && listed.answer.headers.get("x-total-count") === "1", "one planting");
const file = listed.body[0];
for (const path of ["", "/summary", "/units", "/status", "/images"]) await call(`${operations}/files/${file.id}${path}`, { token });
await call(`${operations}/files/${file.id}/standardGeoparquet`, { token, status: 404 });
const points = await call(file.downloadStandardGeojson, { token });
check(points.body.features.length === file.report.points.standard, "points");
check(points.body.features[0].properties.seedRate > 0, "seed rate");
const part = await call(file.downloadStandardGeojson, { token, status: 206, headers: { Range: "bytes=0-9" } });
check(part.body.length === 10 || part.answer.headers.get("content-range").startsWith("bytes 0-9/"), "range");
const problem = (await call(`${operations}/files/nonsense`, { token, status: 400 })).body;
check(problem.status === 400 && problem.path.endsWith("nonsense") && problem.fieldErrors.length === 1, "problem details");
await call(`${operations}/files`, { status: 401 });
await call(`${operations}/batch/${batch.id}/retry`, { method: "PUT", token });
await call(`/services/usermanagement/api/users/${user.id}`, { method: "DELETE", token, status: 204 });
await call(`${operations}/files/${file.id}`, { token, status: 404 });
console.log(`javascript client: ${checks} checks`);
