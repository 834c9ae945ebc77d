"""Trains transformers' Mask2Former on batches of another process: python3 pytorch.py FOLDER THREADS

FOLDER has setting.json (config, loss, recipe, trace) and first.safetensors, the first values by their published names. A line
of JSON tells the step that it goes on from; then every batch on standard input, a length of eight bytes and a safetensors file, is
answered with a line of its step. Every 50 steps training.pt keeps all, for a process that is killed; at the end
trained.safetensors has the averaged parameters. A trace keeps the gradients of the first step and the last parameters, too.
"""

import json
import math
import os
import re
import struct
import sys
import time
from pathlib import Path
from unittest import mock

import torch
from safetensors.torch import load, load_file, save_file
from torch import nn
from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, ResNetConfig

SAVE_EVERY = 50
UNTRAINED = re.compile(r"criterion\.|num_batches_tracked$")  # of neither side's checkpoints


def mask2former(config, loss):
    """Mask2Former of one of our configs, all that is random in it a step's points."""
    resnet = config["backbone"]
    backbone = ResNetConfig(
        embedding_size=resnet["stemDim"],
        hidden_sizes=resnet["dims"],
        depths=resnet["depths"],
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    return Mask2FormerForUniversalSegmentation(
        Mask2FormerConfig(
            backbone_config=backbone,
            id2label={k: str(k) for k in range(config["numClasses"])},
            num_queries=config["numQueries"],
            feature_size=config["dim"],
            hidden_dim=config["dim"],
            mask_feature_size=config["maskDim"],
            num_attention_heads=config["numHeads"],
            encoder_layers=config["numEncoderLayers"],
            encoder_feedforward_dim=config["encoderFfnDim"],
            decoder_layers=config["numDecoderLayers"] + 1,
            dim_feedforward=config["decoderFfnDim"],
            dropout=0.0,
            class_weight=float(loss["classWeight"]),
            mask_weight=float(loss["maskWeight"]),
            dice_weight=float(loss["diceWeight"]),
            no_object_weight=float(loss["noObjectWeight"]),
            train_num_points=loss["numPoints"],
            oversample_ratio=float(loss["oversampleRatio"]),
            importance_sample_ratio=float(loss["importanceRatio"]),
        )
    )


class Aided(nn.Module):
    """Mask2Former, and a linear layer over the pixel decoder's finest map that says the class of every pixel."""

    def __init__(self, config, loss):
        super().__init__()
        self.model = mask2former(config, loss)
        self.auxiliary = nn.Linear(config["dim"], config["numClasses"] + 1)
        self.finest = None
        self.model.model.pixel_level_module.decoder.register_forward_hook(self.see)

    def see(self, _module, _inputs, output):
        self.finest = output.multi_scale_features[-1]

    def forward(self, batch, weight):
        loss = self.model(pixel_values=batch["pixels"], mask_labels=batch["masks"], class_labels=batch["classes"]).loss.sum()
        logits = self.auxiliary(self.finest.permute(0, 2, 3, 1)).flatten(0, 2)
        labels = torch.cat([label_map(*one, self.finest.shape[2:], logits.shape[1] - 1) for one in targets_of(batch)])
        if not (labels < logits.shape[1] - 1).any():
            return loss + 0 * logits.sum()
        return loss + weight * nn.functional.cross_entropy(logits, labels, ignore_index=logits.shape[1] - 1)

    def named(self):
        """Every parameter and statistic by its published name."""
        own = {f"auxiliary.{name}": value for name, value in self.auxiliary.state_dict().items()}
        published = {name: value for name, value in self.model.state_dict().items() if not UNTRAINED.search(name)}
        return {**published, **own}

    def trained(self):
        """Parameters by their published names."""
        own = [(f"auxiliary.{name}", value) for name, value in self.auxiliary.named_parameters()]
        return [*self.model.named_parameters(), *own]


def targets_of(batch):
    return zip(batch["masks"], batch["classes"])


def label_map(masks, classes, size, nothing):
    """Class of every pixel at a smaller size by its center, of the last mask where some overlap: [h * w]"""
    labels = torch.full(masks.shape[1:], nothing)
    for mask, label in zip(masks, classes):
        labels[mask > 0.5] = label
    rows, columns = (((torch.arange(n) + 0.5) * side / n).long() for n, side in zip(size, labels.shape))
    return labels[rows][:, columns].flatten()


def next_batch():
    (length,) = struct.unpack("<Q", sys.stdin.buffer.read(8))
    tensors = load(sys.stdin.buffer.read(length))
    images = range(tensors["pixels"].shape[0])
    return {
        "pixels": tensors["pixels"].permute(0, 3, 1, 2).contiguous(),
        "masks": [tensors[f"masks.{i}"] for i in images],
        "classes": [tensors[f"classes.{i}"].long() for i in images],
        "points": [tensors[f"points.{k}"] for k in range(sum(name.startswith("points.") for name in tensors))],
    }


def forward_at(model, batch, weight):
    """The loss, at the points of the batch where it has some."""
    if not batch["points"]:
        return model(batch, weight)
    random, points = torch.rand, iter(batch["points"])

    def given(*shape, **options):
        return next(points).reshape(shape) if len(shape) == 3 else random(*shape, **options)

    with mock.patch.object(torch, "rand", given):
        return model(batch, weight)


def learning_rate(step, recipe):
    """Half a cosine, behind a linear warm-up."""
    cosine = recipe["learningRate"] / 2 * (1 + math.cos(math.pi * step / recipe["steps"]))
    return cosine * min(1, (step + 1) / recipe["warmup"])


def adamw(model, recipe):
    """AdamW with the weight decay of the first group that finds a parameter by name."""

    def decay(name):
        found = [group["weightDecay"] for group in recipe["groups"] if re.search(group["keys"], name)]
        return recipe["weightDecay"] * math.prod(found)

    return torch.optim.AdamW([{"params": [value], "weight_decay": decay(name)} for name, value in model.trained()])


def follow(average, model, step, decay):
    """Moving average of parameters and statistics, whose decay grows with the steps."""
    weight = 1 - min(decay, (1 + step) / (10 + step))
    for name, value in model.named().items():
        average[name].lerp_(value, weight)


def write(path, tensors):
    save_file({name: value.detach().contiguous() for name, value in tensors.items()}, path)


def main(folder, threads):
    torch.set_num_threads(threads)
    setting = json.loads((folder / "setting.json").read_text())
    recipe, trace = setting["recipe"], setting["trace"]
    torch.manual_seed(recipe["seed"])
    model = Aided(setting["config"], setting["loss"]).train()
    first = load_file(folder / "first.safetensors")
    named = model.named()
    assert first.keys() == named.keys(), f"other names: {sorted(first.keys() ^ named.keys())}"
    for name, value in named.items():
        value.copy_(first[name])
    optimizer = adamw(model, recipe)
    average = {name: value.clone() for name, value in named.items()}
    step, kept = 0, folder / "training.pt"
    if kept.exists():
        state = torch.load(kept)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        average, step = state["average"], state["step"]
        torch.set_rng_state(state["random"])
    print(json.dumps({"from": step}), flush=True)
    for step in range(step, recipe["steps"] if trace is None else trace):
        batch, used = next_batch(), time.process_time()
        loss = forward_at(model, batch, recipe["semanticWeight"])
        loss.backward()
        if trace is not None and step == 0:
            write(folder / "gradients.safetensors", {k: v.grad for k, v in model.trained() if v.grad is not None})
        norm = nn.utils.clip_grad_norm_([value for _, value in model.trained()], recipe["clipNorm"])
        rate = learning_rate(step, recipe)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        optimizer.zero_grad()
        with torch.no_grad():
            follow(average, model, step, recipe["average"])
        if (step + 1) % SAVE_EVERY == 0:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "average": average}
            torch.save({**state, "step": step + 1, "random": torch.get_rng_state()}, folder / "training.part")
            os.replace(folder / "training.part", kept)
        line = {"step": step, "loss": loss.item(), "norm": norm.item(), "rate": rate}
        print(json.dumps({**line, "processor": time.process_time() - used}), flush=True)
    write(folder / "trained.safetensors", average)
    if trace is not None:
        write(folder / "last.safetensors", model.named())


main(Path(sys.argv[1]), int(sys.argv[2]))
