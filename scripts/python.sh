#!/usr/bin/env bash
# Installs what the Python package (python/) and its tests need under target/python, pinned by hash.
# Running it again changes nothing, and takes no time, until a pin changes.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { echo "python: $*"; }
fail() { echo "python: $*" >&2; exit 1; }

pins=python/requirements.txt
to=target/python
python=$(command -v python3) || fail "python3 is missing (scripts/setup.sh installs it)"
stamp=$({ echo "$python"; "$python" --version; cat "$pins" scripts/python.sh; } | sha256sum)
if [ "$(cat "$to/stamp" 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || fail "$("$python" --version) is too old: the package needs 3.11 or newer"
"$python" -c 'import ensurepip, venv' 2>/dev/null \
  || fail "python3 cannot make virtual environments: install python3-venv (scripts/setup.sh does)"

rm -rf "$to"
mkdir -p "$to"
say "installing"
"$python" -m venv "$to/venv"
"$to/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement "$pins"
echo "$stamp" > "$to/stamp"
say "$("$to/venv/bin/python" --version) is ready"
