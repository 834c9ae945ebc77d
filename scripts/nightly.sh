#!/usr/bin/env bash
# What is too slow for every change: Next with webpack and turbopack, Bun, Deno, Node 22 and 24, and a release to a
# registry on loopback.
set -euo pipefail
cd "$(dirname "$0")/.."

npm run setup
SEG_CHROMIUM="$(bash scripts/install-chromium.sh)" node scripts/check-bundlers.mjs --all
node scripts/release.mjs --loopback
