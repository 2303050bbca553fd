#!/usr/bin/env bash
# Builds the dashboard into dashboard/dist, which cargo then puts into the binary. Does nothing when nothing has changed since.
# `dashboard.sh tests` also sees that its tests can run. Without npm it says so and ends well: the gateway works without a dashboard.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { echo "dashboard: $*"; }

if ! command -v npm >/dev/null; then
  say "npm is missing; the binary will have no dashboard (scripts/setup.sh installs it)"
  exit 0
fi
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' || {
  say "$(node --version) is too old (20.19 or newer is needed); the binary will have no dashboard"
  exit 0
}
cd dashboard
pins=$(cat package.json package-lock.json | sha256sum)
if [ "$(cat node_modules/.pins 2>/dev/null)" != "$pins" ]; then
  say "installing what it is built with"
  if ! npm ci --loglevel error --no-audit --no-fund; then
    say "npm could not install it; the binary will have the dashboard of before, or none"
    exit 0
  fi
  echo "$pins" > node_modules/.pins
fi
sources=$({ cat ../openapi.json; find src public scripts index.html ./*.config.* tsconfig.json package.json package-lock.json -type f ! -name schema.d.ts ! -name third-party.txt | LC_ALL=C sort | xargs cat; } | sha256sum)
if [ "$(cat dist/.sources 2>/dev/null)" = "$sources" ] && [ -f dist/index.html ]; then
  exit 0
fi
say "building"
npm run --silent types >/dev/null
node scripts/licences.mjs
npx vite build --logLevel warn
node scripts/compress.mjs
echo "$sources" > dist/.sources
