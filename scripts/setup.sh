#!/usr/bin/env bash
# Installs what is missing to build (`setup.sh build`), also to test (`setup.sh test`), or also to measure the REST face
# (`setup.sh bench`).
# Running it again changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
want="${1:-test}"
NEXTEST_VERSION=0.9.143
DENY_VERSION=0.20.2

say() { echo "setup: $*"; }
fail() { echo "setup: $*" >&2; exit 1; }

packages=()
command -v cc >/dev/null || packages+=(gcc libc6-dev)
# The dashboard is built with them (scripts/dashboard.sh); the third-party clients of tests/clients need node too.
command -v npm >/dev/null || packages+=(nodejs npm)
if [ "$want" != build ]; then
  command -v pkg-config >/dev/null || packages+=(pkg-config)
  command -v python3 >/dev/null || packages+=(python3)
  # The third-party clients of tests/clients need an environment of their own.
  python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || packages+=(python3-venv)
  # The dashboard's tests drive it.
  [ -x /usr/bin/chromium ] || packages+=(chromium)
  command -v curl >/dev/null || packages+=(curl)
  # The pages of docs/ that tests run use it.
  command -v jq >/dev/null || packages+=(jq)
fi
if [ "$want" = bench ]; then
  command -v wrk >/dev/null || packages+=(wrk)
fi
if [ "${#packages[@]}" -gt 0 ]; then
  command -v apt-get >/dev/null || fail "install by hand: ${packages[*]}"
  sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "as root, run: apt-get install ${packages[*]}"
    sudo=(sudo)
  fi
  say "installing ${packages[*]}"
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi

command -v cargo >/dev/null || fail "cargo is missing: install Rust from https://rustup.rs"
if ! cargo --version >/dev/null 2>&1; then
  channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  say "installing the Rust toolchain $channel"
  rustup toolchain install "$channel" --profile minimal -c rustfmt -c clippy \
    || fail "the Rust toolchain $channel is missing and could not be installed"
fi
[ "$want" != build ] || exit 0
if [ "$want" = bench ]; then
  scripts/clients.sh
  exit 0
fi

if ! cargo nextest --version >/dev/null 2>&1; then
  say "installing cargo-nextest $NEXTEST_VERSION (a few minutes)"
  cargo install --locked cargo-nextest --version "$NEXTEST_VERSION"
fi
if ! cargo deny --version >/dev/null 2>&1; then
  say "installing cargo-deny $DENY_VERSION (a few minutes)"
  cargo install --locked cargo-deny --version "$DENY_VERSION" \
    || say "WARNING: cargo-deny could not be installed; licences and advisories will NOT be checked"
fi
scripts/dashboard.sh
scripts/clients.sh
scripts/mcp_clients.sh
scripts/schemathesis.sh
scripts/python.sh
