#!/usr/bin/env bash
# One run for a machine with a GPU that Vulkan, Metal or Direct3D 12 serves: all that computes on WebGPU against its references, golden
# files at published sizes included, every published network with random weights, and seconds of Mask2Former-R50 and Swin-L
# at 800 x 1344 beside onnxruntime's WebGPU on the same adapter and PyTorch. Logs are kept.
#   bash scripts/on-gpu.sh [FOLDER]    default out/on-gpu
#   SEG_PYTHON     a python3 with torch and transformers; without it PyTorch is left out
#   SEG_SOFTWARE=1 a software adapter is welcome, for trying this script: a small network at a small size
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-out/on-gpu}
mkdir -p "$folder"

npm run setup

adapter=$(node scripts/webgpu-adapter.mjs)
echo "adapter: $adapter" | tee "$folder/adapter.txt"
if [[ "$adapter" =~ llvmpipe|[Ss]wift[Ss]hader|lavapipe ]] && [ -z "${SEG_SOFTWARE:-}" ]; then
  echo "on-gpu: expected a GPU, got a software adapter: $adapter (SEG_SOFTWARE=1 takes it)" >&2
  exit 1
fi

engines=webgpu,onnxruntime
[ -z "${SEG_PYTHON:-}" ] || engines=$engines,pytorch
times=(--engines "$engines")
networks='-coco(-panoptic)?$'
if [ -n "${SEG_SOFTWARE:-}" ]; then
  times+=(--preset r50 --size 64x96 --rounds 1)
  networks='^mask2former-r50-coco-panoptic$'
fi

# all parts run, whichever fails
status=0
node bench/webgpu/run.mjs "${times[@]}" | tee "$folder/times.txt" || status=1
node scripts/test.mjs --backends webgpu packages/core packages/attention packages/matching packages/heads packages/losses \
  packages/models packages/postprocess packages/train packages/verify/test packages/onnx/test 2>&1 |
  tee "$folder/suite.txt" | tail -3 || status=1
node scripts/run-presets.mjs --backend webgpu "$networks" | tee "$folder/presets.txt" || status=1
exit "$status"
