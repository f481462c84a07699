#!/usr/bin/env bash
# Converts real and made input with the built program and has other programs read what came out.
#
#   e2e/run.sh [INPUT…]      an INPUT is anything `tramline convert` takes
#
# Each result is looked at by check_outputs.py; an INPUT, the sample stick and the chosen sets of the corpus are
# converted with polygons and exports too, for check_exports, check_geoparquet, check_coverage and check_images.
# Without INPUT: the sample stick and, if it is there, the corpus; then the checks beside this file. Inputs and checks
# run side by side, as many as there are processors.
#   TRAMLINE_BIN     the program; else it is built (release)
#   TRAMLINE_CORPUS  folder of sets, default ../shared/corpus; each set with a machine file is converted
#   E2E_OUT          where results go, kept; else a temporary folder
#   E2E_PYTHON       a python that has requirements.txt; else a virtual environment in target/e2e-venv
# Exit code: 0 all agree or skipped loudly, 1 something differs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
say() { printf '%s\n' "$*" >&2; }

has_requirements() {
  "$1" - "$here/requirements.txt" >/dev/null 2>&1 <<'PY'
import sys
from importlib.metadata import version
for line in open(sys.argv[1]):
    name, _, wanted = line.strip().partition("==")
    if name and version(name) != wanted:
        sys.exit(1)
PY
}

find_python() {
  local candidate venv="$root/target/e2e-venv"
  for candidate in "${E2E_PYTHON:-}" "$venv/bin/python" python3; do
    if [ -n "$candidate" ] && has_requirements "$candidate"; then python=$candidate; return 0; fi
  done
  say "installing $here/requirements.txt"
  if python3 -m venv "$venv" >&2 && "$venv/bin/python" -m pip install -q -r "$here/requirements.txt" >&2; then
    python="$venv/bin/python"; return 0
  fi
  if python3 -m pip install -q --user -r "$here/requirements.txt" >&2; then python=python3; return 0; fi
  return 1
}

if ! find_python; then
  say "SKIPPED e2e/run.sh: the readers of requirements.txt are not installed and pip reaches no registry"
  exit 0
fi

if [ -z "${TRAMLINE_BIN:-}" ]; then
  (cd "$root" && cargo build --release -p tramline-cli) >&2
  TRAMLINE_BIN="${CARGO_TARGET_DIR:-$root/target}/release/tramline"
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
out=${E2E_OUT:-$scratch/out}
mkdir -p "$out"

# Sets and files of the corpus that every check looks at: harvest, planting, application, tillage; CSV, shapefiles,
# ISOXML; several machine files; with and without covered ground. None is large: CI has little time.
chosen=(
  agro/pacu-basswood
  agro/ofpedata2/FarmerC_SR_2019.csv.gz
  isoxml/adapt-agco-c100-jd900-short
  isoxml/armw-b49660be
  isoxml/dn-cc-simplified
  isoxml/dn-duplicated-timelog
  vendor/csv-pyprecag
  vendor/deere-ofpedata/FarmerB_AA1617_POLY_AA_N_sec35middle.zip
  vendor/deere-ofpedata/FarmerI_AA16_AA_N_2016_henrys.zip
  vendor/sms-stripsyield
)
exports=gpkg,fgb,csv,shp,geojson,parquet,classes,geotiff,geotiff-utm
echo '{"enablePolygonOutput": true}' >"$scratch/polygons.json"

inputs=("$@") whole=("$@")
if [ ${#inputs[@]} -eq 0 ]; then
  timeout 60 "$TRAMLINE_BIN" demo --end --dir "$scratch/demo" >"$scratch/log" 2>&1 </dev/null || true
  if [ -f "$scratch/demo/stick.zip" ]; then
    inputs+=("$scratch/demo/stick.zip") whole+=("$scratch/demo/stick.zip")
  else
    say "SKIPPED the sample stick: \`tramline demo\` made none"; tail -n 3 "$scratch/log" >&2
  fi
  corpus=${TRAMLINE_CORPUS:-$root/../shared/corpus}
  if [ -d "$corpus" ]; then
    for set in "$corpus"/*/*/; do inputs+=("${set%/}"); done
    for choice in "${chosen[@]}"; do
      whole+=("$corpus/$choice")
      if [ -f "$corpus/$choice" ]; then inputs+=("$corpus/$choice"); fi  # a part of a set
      if [ ! -e "$corpus/$choice" ]; then say "SKIPPED $choice: the corpus lacks it"; fi
    done
  else
    say "SKIPPED the corpus: no folder $corpus"
  fi
fi

is_whole() {
  local one
  for one in "${whole[@]}"; do if [ "$one" = "$1" ]; then return 0; fi; done
  return 1
}

# Converts one input and has its results looked at. Code: 0 agree, 1 differ, 2 nothing to look at.
look_at() {
  local input=$1 name folder log code=0
  local checks=(outputs) options=()
  name=$(basename "$(dirname "$input")")-$(basename "$input")
  folder=$out/$name log=$scratch/convert-$name.log
  rm -rf "$folder"
  if is_whole "$input"; then
    checks+=(exports geoparquet coverage images)
    options=(--export "$exports" --export-output standard --config "$scratch/polygons.json")
  fi
  "$TRAMLINE_BIN" convert "$input" --out "$folder" --outputs parquet,geojson,raw "${options[@]}" >"$log" 2>&1 || code=$?
  # 0 all processed, 1 some file failed, 3 nothing recognised: all are answers
  if [ "$code" -ne 0 ] && [ "$code" -ne 1 ] && [ "$code" -ne 3 ]; then
    say "FAIL $name: convert ended with $code"; tail -n 5 "$log" >&2
    return 1
  fi
  if [ ! -f "$folder/report.json" ]; then
    if [ "$code" -eq 3 ]; then return 2; fi
    say "FAIL $name: no report.json"
    return 1
  fi
  echo "== $name"
  code=0
  "$python" "$here/checks.py" "$folder" "${checks[@]}" || code=$?
  [ -n "${E2E_OUT:-}" ] || rm -rf "$folder"
  return "$code"
}

# One of the checks beside this file.
check() {
  local code=0 begin=$SECONDS
  echo "== $1"
  "$python" "$here/$1.py" || code=$?
  echo "$1: $((SECONDS - begin)) s"
  if [ "$code" -ne 0 ]; then say "FAIL $1"; return 1; fi
}

# Does `$1` of each further word, as many at once as there are processors. What each says comes in their order, at the
# end of each; `codes` are how they ended.
side_by_side() {
  local work=$1 word number=0 shown=0
  shift
  codes=()
  rm -f "$scratch"/part-*
  for word in "$@"; do
    while [ "$(jobs -rp | wc -l)" -ge "$at_once" ]; do wait -n || true; done
    show
    {
      code=0
      "$work" "$word" || code=$?
      echo "$code" >"$scratch/part-$number.new"
      mv "$scratch/part-$number.new" "$scratch/part-$number.code"
    } >"$scratch/part-$number.log" 2>&1 &
    number=$((number + 1))
  done
  wait
  show
}

# Says what the next ones said, as far as they have ended.
show() {
  while [ -f "$scratch/part-$shown.code" ]; do
    cat "$scratch/part-$shown.log"
    codes+=("$(cat "$scratch/part-$shown.code")")
    shown=$((shown + 1))
  done
}

at_once=$(nproc)
failed=0 checked=0 nothing=0
side_by_side look_at "${inputs[@]}"
for code in "${codes[@]}"; do
  case $code in
    0) checked=$((checked + 1)) ;;
    2) nothing=$((nothing + 1)) ;;
    *) failed=$((failed + 1)) ;;
  esac
done
echo "inputs: $checked agree, $failed differ, $nothing without points; $SECONDS s"

if [ $# -eq 0 ]; then
  export TRAMLINE_BIN
  # tests of the yardstick; clients of every endpoint; two accounts; hostile requests and uploads; made-up requests; the
  # same bytes as on the command line; kill -9; poisonous data. The longest begin first.
  side_by_side check same_bytes renderings requests_hostile fuzz crash tenancy webhooks clients test_same
  ended=("${codes[@]}")
  side_by_side check poison  # alone: one of its limits is by the clock
  for code in "${ended[@]}" "${codes[@]}"; do
    if [ "$code" -ne 0 ]; then failed=$((failed + 1)); fi
  done
fi
if [ "$failed" -gt 0 ]; then exit 1; fi
if [ "$checked" -eq 0 ]; then say "SKIPPED e2e/run.sh: no input gave any points"; fi
