#!/usr/bin/env bash
# Finds or installs a Python with what the checks need, and the built program; then run.py beside this file does the rest.
#
#   e2e/run.sh [NAME…] [INPUT…]      as run.py takes them
#
#   TRAMLINE_BIN     the program; else it is built (release)
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
export TRAMLINE_BIN

exec "$python" "$here/run.py" "$@"
