#!/usr/bin/env bash
# Installs the official MCP clients of Python and TypeScript and the MCP inspector (tests/mcp) under target/mcp-clients, pinned by hash.
# Running it again changes nothing, and takes no time, until a pin changes.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { echo "mcp clients: $*"; }
fail() { echo "mcp clients: $*" >&2; exit 1; }

pins=tests/mcp/requirements.txt
node_pins=tests/mcp/drivers/node
inspector_pins=tests/mcp/drivers/inspector
to=target/mcp-clients
python=$(command -v python3) || fail "python3 is missing (scripts/setup.sh installs it)"
stamp=$({ echo "$python"; "$python" --version; cat "$pins" "$node_pins"/package-lock.json "$inspector_pins"/package-lock.json "$0"; } | sha256sum)
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
say "installing the MCP inspector, with a Node of its own: it needs a newer one than most systems have"
mkdir -p "$to/inspector"
cp "$inspector_pins/package.json" "$inspector_pins/package-lock.json" "$to/inspector/"
# Not `npm ci`: an optional package of the inspector for Windows is in no registry, which `ci` takes for a lock that is out of step.
(cd "$to/inspector" && npm install --no-save --silent --no-audit --no-fund --ignore-scripts)
set -- "$to"/inspector/node_modules/node-linux-*/bin/node
[ -x "$1" ] || fail "there is no Node for this machine in $inspector_pins: add node-linux-ARCH to its package.json"
echo "$stamp" > "$to/stamp"
say "two clients and the inspector are ready (the Rust client is built with the tests)"
