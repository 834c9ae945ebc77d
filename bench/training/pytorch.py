"""Takes a training step of transformers' Mask2Former-R50 for every line on standard input: python3 pytorch.py SIZE THREADS"""

import json
import resource
import sys
import time

import torch
from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, ResNetConfig

OBJECTS = 10
size, threads = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(1)
backbone = ResNetConfig(out_features=["stage1", "stage2", "stage3", "stage4"])
config = Mask2FormerConfig(backbone_config=backbone, id2label={i: str(i) for i in range(133)})
model = Mask2FormerForUniversalSegmentation(config).train()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, weight_decay=0.05)
pixels = torch.randn(1, 3, size, size)
rows, columns = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
masks = torch.stack([((3 * columns + 5 * rows + 40 * t) % (size / 2) < size / 6).float() for t in range(OBJECTS)])
classes = 7 * torch.arange(OBJECTS)

for _ in sys.stdin:
    begin, used = time.perf_counter(), time.process_time()
    loss = model(pixel_values=pixels, mask_labels=[masks], class_labels=[classes]).loss.sum()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.01)
    optimizer.step()
    optimizer.zero_grad()
    seconds, processor = time.perf_counter() - begin, time.process_time() - used
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "processor": processor, "megabytes": megabytes, "loss": loss.item()}), flush=True)
