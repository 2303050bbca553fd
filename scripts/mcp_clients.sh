#!/usr/bin/env bash
# Installs the official MCP clients of Python and TypeScript (tests/mcp) under target/mcp-clients, pinned by hash.
# Running it again changes nothing, and takes no time, until a pin changes.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { echo "mcp clients: $*"; }
fail() { echo "mcp clients: $*" >&2; exit 1; }

pins=tests/mcp/requirements.txt
node_pins=tests/mcp/drivers/node
to=target/mcp-clients
python=$(command -v python3) || fail "python3 is missing (scripts/setup.sh installs it)"
stamp=$({ echo "$python"; "$python" --version; cat "$pins" "$node_pins"/package-lock.json "$0"; } | sha256sum)
if [ "$(cat "$to/stamp" 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi
"$python" -c 'import ensurepip, venv' 2>/dev/null \
  || fail "python3 cannot make virtual environments: install python3-venv (scripts/setup.sh does)"
command -v npm >/dev/null || fail "node and npm are missing: install nodejs and npm (scripts/setup.sh does)"
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' \
  || fail "node $(node --version) is too old: @modelcontextprotocol/client needs 20 or newer"

rm -rf "$to"
mkdir -p "$to/node"
say "installing mcp for Python"
"$python" -m venv "$to/venv"
"$to/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement "$pins"
say "installing @modelcontextprotocol/sdk and @modelcontextprotocol/client"
cp "$node_pins/package.json" "$node_pins/package-lock.json" "$to/node/"
(cd "$to/node" && npm ci --silent --no-audit --no-fund --ignore-scripts)
echo "$stamp" > "$to/stamp"
say "two clients are ready (the Rust one is built with the tests)"
