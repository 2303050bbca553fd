#!/usr/bin/env bash
# Installs the third-party clients of the conformance suite (tests/clients) under target/clients,
# pinned by hash. Running it again changes nothing, and takes no time, until a pin changes.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { echo "clients: $*"; }
fail() { echo "clients: $*" >&2; exit 1; }

pins=tests/clients/requirements
node_pins=tests/clients/drivers/stoqey
to=target/clients
python=$(command -v python3) || fail "python3 is missing (scripts/setup.sh installs it)"
stamp=$({ echo "$python"; "$python" --version; cat "$pins"/*.txt "$node_pins"/package-lock.json "$0"; } | sha256sum)
if [ "$(cat "$to/stamp" 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi
"$python" -c 'import ensurepip, venv' 2>/dev/null \
  || fail "python3 cannot make virtual environments: install python3-venv (scripts/setup.sh does)"
command -v npm >/dev/null || fail "node and npm are missing: install nodejs and npm (scripts/setup.sh does)"
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' \
  || fail "node $(node --version) is too old: @stoqey/ib needs 18 or newer"

rm -rf "$to"
mkdir -p "$to"
say "making a Python environment"
"$python" -m venv "$to/venv"
# A directory each: ib_async and ib_insync bring different packages of the same name, `eventkit`.
for client in ib_async ib_insync ibapi; do
  say "installing $client"
  "$to/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --target "$to/$client" --requirement "$pins/$client.txt"
done
say "installing @stoqey/ib"
mkdir -p "$to/stoqey"
cp "$node_pins/package.json" "$node_pins/package-lock.json" "$to/stoqey/"
(cd "$to/stoqey" && npm ci --silent --no-audit --no-fund --ignore-scripts)
echo "$stamp" > "$to/stamp"
say "five clients are ready (the Rust one is built with the tests)"
