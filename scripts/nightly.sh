#!/usr/bin/env bash
# What is too slow for every change: Next with webpack and turbopack, Bun, Deno, Node 22 and 24, a release to a registry on
# loopback, every golden file at its published size through onnxruntime-node, the shipped model in onnxruntime-web,
# streams of cameras in a page, a soak of it and fruits and nuts learned in it, every published network.
set -euo pipefail
cd "$(dirname "$0")/.."

npm run setup
SEG_CHROMIUM="$(bash scripts/install-chromium.sh)" node scripts/check-bundlers.mjs --all
node scripts/release.mjs --loopback
node scripts/build-tfjs-node.mjs
for backend in wasm node; do node scripts/run-presets.mjs --backend "$backend" '-coco(-panoptic)?$'; done

for golden in mask2former_r50 mask2former_swin_t maskformer_r50 maskformer_swin_t solo_r50_fpn decoupled_solo_r50_fpn \
  solov2_r50_fpn max_deeplab_s max_deeplab_l panoptic_segformer_r50 pvtv2_b2 swin_l; do
  node packages/cli/bin/seg.mjs verify "packages/verify/test/goldens/$golden.json" --backend wasm --runtime onnx --all | tail -1
done
SEG_CHROMIUM="$(bash scripts/install-chromium.sh)" node scripts/check-onnx-web.mjs
SEG_CHROMIUM="$(bash scripts/install-chromium.sh)" node scripts/check-page-video.mjs
SEG_CHROMIUM="$(bash scripts/install-chromium.sh)" node examples/browser/test.mjs measure

# 50 kills at random moments of a prediction over 300 images
SEG_KILLS=50 SEG_KILL_IMAGES=300 npx vitest run packages/cli/test/predict-killed.wide.test.ts

for reader in images checkpoints evaluations panoptic-json goldens configs; do
  node scripts/fuzz/main.mjs "$reader" --cases 100000 --seed "$(date +%Y%m%d)"
done
