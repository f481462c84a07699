#!/usr/bin/env bash
# What a user of the hosted service writes with cURL, against the base URL given as argument:
# curl.sh BASE USER PASSWORD STICK.zip
set -euo pipefail
base=$1 user=$2 password=$3 stick=$4
checks=0
field() { python3 -c "import json,sys; value=json.load(sys.stdin)
for key in sys.argv[1:]: value=value[int(key) if key.isdigit() else key]
print(value)" "$@"; }
# expect STATUS what curl-arguments…: the body goes to the file `body`
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
expect() {
  local wanted=$1 what=$2 status; shift 2
  status=$(curl -sS -o "$scratch/body" -D "$scratch/head" -w '%{http_code}' "$@")
  checks=$((checks + 1))
  if [ "$status" != "$wanted" ]; then echo "FAIL: $what: $status $(head -c 300 "$scratch/body")" >&2; exit 1; fi
}

expect 200 authenticate -X POST "$base/api/authenticate" -H 'Content-Type: application/json' \
  -d "{\"username\":\"$user\",\"password\":\"$password\",\"rememberMe\":\"true\"}"
TOKEN=$(field id_token <"$scratch/body")
auth=(-H "Authorization: Bearer $TOKEN")
api=$base/services/operations/api

expect 201 'create a user' -X POST "${auth[@]}" -H 'Content-Type: application/json' \
  -d '{"name":"cURL","email":"curl@example.org","phone":"1","address":"2"}' "$base/services/usermanagement/api/users"
leaf=$(field id <"$scratch/body")
expect 200 'list users' "${auth[@]}" "$base/services/usermanagement/api/users/?name=cURL"
expect 201 upload -X POST "${auth[@]}" -F "file=@$stick" "$api/batch?leafUserId=$leaf&provider=Other"
batch=$(field id <"$scratch/body")
expect 200 progress -N "${auth[@]}" "$api/batch/$batch/progress"
# the progress has ended, and with it the batch
expect 200 batch "${auth[@]}" "$api/batch/$batch"
status=$(field status <"$scratch/body")
if [ "$status" != PROCESSED ]; then echo "FAIL: the batch is $status when its progress has ended" >&2; exit 1; fi
expect 200 'batch status' "${auth[@]}" "$api/batch/$batch/status"
expect 200 batches "${auth[@]}" "$api/batch?leafUserId=$leaf&status=PROCESSED&uploadStartTime=2020-01-01T00:00&sort=uploadTimestamp,desc"
expect 200 files "${auth[@]}" "$api/files?leafUserId=$leaf&operationType=applied&page=0&size=20"
grep -qi '^x-total-count: 1' "$scratch/head"
file=$(field 0 id <"$scratch/body")
url=$(field 0 downloadStandardGeojson <"$scratch/body")
for part in '' /summary /units /status /images; do expect 200 "file$part" "${auth[@]}" "$api/files/$file$part"; done
expect 404 'GeoParquet is off' "${auth[@]}" "$api/files/$file/standardGeoparquet"
expect 200 'GeoParquet on' -X PATCH "${auth[@]}" -H 'Content-Type: application/json' \
  -d '{"enableGeoparquetOutput":true}' "$base/services/config/api/configs"
expect 200 GeoParquet "${auth[@]}" "$api/files/$file/standardGeoparquet"
expect 404 'no polygons' "${auth[@]}" "$api/files/$file/polygonGeoparquet"
expect 404 'no points outside' "${auth[@]}" "$api/files/$file/outsideFieldGeojson"
expect 200 'points outside' "${auth[@]}" "$api/files/outsideFieldGeojson?leafUserId=$leaf"
expect 200 'uncovered files' "${auth[@]}" "$api/files/uncoveredFiles?leafUserId=$leaf"
expect 200 download "${auth[@]}" "$url"
etag=$(tr -d '\r' <"$scratch/head" | awk 'tolower($1)=="etag:"{print $2}')
expect 304 'not modified' "${auth[@]}" -H "If-None-Match: $etag" "$url"
expect 206 range "${auth[@]}" -r 0-99 "$url"
[ "$(wc -c <"$scratch/body")" = 100 ]
expect 200 compressed "${auth[@]}" --compressed "$url"
expect 200 harvests "${auth[@]}" "$api/files?leafUserId=$leaf&operationType=harvested"
ids=$(python3 -c 'import json,sys; print(json.dumps([f["id"] for f in json.load(sys.stdin)]))' <"$scratch/body")
expect 200 merge -X POST "${auth[@]}" -H 'Content-Type: application/json' -d "{\"ids\":$ids}" "$api/files/merge"
[ "$(field status <"$scratch/body")" = SENT_TO_MERGE ]
expect 200 retry -X PUT "${auth[@]}" "$api/batch/$batch/retry"
expect 200 reprocess -X POST "${auth[@]}" "$api/files/$file/reprocess"
expect 401 'without a token' "$api/files"
expect 400 'no zip' -X POST "${auth[@]}" -F "file=@$0" "$api/batch?leafUserId=$leaf&provider=Other"
expect 204 'delete a batch' -X DELETE "${auth[@]}" "$api/batch/$batch"
expect 404 'it is gone' "${auth[@]}" "$api/files/$file"
echo "curl client: $checks checks"
