"""Times the peer in PyTorch on request: reads a line, runs once, answers with seconds. One resident process.

    python pytorch.py THREADS
"""

import sys
import time

import torch
from export import build

torch.set_num_threads(int(sys.argv[1]))
model = build()
pixels = torch.rand(1, 3, 512, 512)
for _ in sys.stdin:
    with torch.no_grad():
        start = time.perf_counter()
        model(pixel_values=pixels)
        print(time.perf_counter() - start, flush=True)
