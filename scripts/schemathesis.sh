#!/usr/bin/env bash
# Installs Schemathesis for the tests of the REST face (tests/rest) under target/schemathesis, pinned by hash.
# Running it again changes nothing, and takes no time, until a pin changes.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { echo "schemathesis: $*"; }
fail() { echo "schemathesis: $*" >&2; exit 1; }

pins=tests/rest/requirements.txt
to=target/schemathesis
python=$(command -v python3) || fail "python3 is missing (scripts/setup.sh installs it)"
stamp=$({ echo "$python"; "$python" --version; cat "$pins" "$0"; } | sha256sum)
if [ "$(cat "$to/stamp" 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || fail "$("$python" --version) is too old: Schemathesis needs 3.11 or newer"
"$python" -c 'import ensurepip, venv' 2>/dev/null \
  || fail "python3 cannot make virtual environments: install python3-venv (scripts/setup.sh does)"

rm -rf "$to"
mkdir -p "$to"
say "installing"
"$python" -m venv "$to/venv"
"$to/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement "$pins"
echo "$stamp" > "$to/stamp"
say "$("$to/venv/bin/st" --version) is ready"
