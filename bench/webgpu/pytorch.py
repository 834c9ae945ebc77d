"""A forward pass of transformers' Mask2Former, float32, for every line on standard input, on CUDA where there is one.

    python pytorch.py r50|swin-large HEIGHTxWIDTH
"""

import json
import sys
import time

import torch
from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, ResNetConfig, SwinConfig

STAGES = ["stage1", "stage2", "stage3", "stage4"]
BACKBONES = {
    "r50": lambda: ResNetConfig(out_features=STAGES),
    "swin-large": lambda: SwinConfig(
        image_size=384,
        embed_dim=192,
        depths=[2, 2, 18, 2],
        num_heads=[6, 12, 24, 48],
        window_size=12,
        out_features=STAGES,
    ),
}
QUERIES = {"r50": 100, "swin-large": 200}

name, size = sys.argv[1:3]
height, width = map(int, size.split("x"))
device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(0)
config = Mask2FormerConfig(backbone_config=BACKBONES[name](), num_queries=QUERIES[name], num_labels=133)
model = Mask2FormerForUniversalSegmentation(config).eval().to(device)
pixels = torch.rand(1, 3, height, width, device=device)
for _ in sys.stdin:
    start = time.perf_counter()
    with torch.no_grad():
        output = model(pixel_values=pixels)
        output.class_queries_logits.cpu(), output.masks_queries_logits.cpu()
    seconds = time.perf_counter() - start
    megabytes = torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else None
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "device": device}), flush=True)
