#!/usr/bin/env bash
# What is too slow for every change: Next with webpack and turbopack, Bun, Deno, Node 22 and 24, and a release to a
# registry on loopback.
set -euo pipefail
cd "$(dirname "$0")/.."

npm run setup
SEG_CHROMIUM="$(bash scripts/install-chromium.sh)" node scripts/check-bundlers.mjs --all
node scripts/release.mjs --loopback

# 50 kills at random moments of a prediction over 300 images
SEG_KILLS=50 SEG_KILL_IMAGES=300 npx vitest run packages/cli/test/predict-killed.test.ts

for reader in images checkpoints evaluations panoptic-json goldens configs; do
  node scripts/fuzz/main.mjs "$reader" --cases 100000 --seed "$(date +%Y%m%d)"
done
