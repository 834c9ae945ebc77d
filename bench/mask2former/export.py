"""Exports the peer of the benchmark: transformers' Mask2Former with a ResNet-50 backbone and random weights, 512 x 512.

    python export.py OUT.onnx      needs torch, transformers, onnx, onnxscript
    python export.py OUT.onnx --dynamo HEIGHT WIDTH    by the newer exporter, opset 18, for `bench/onnx.mjs --torch OUT.onnx`
"""

import sys
import time

import torch
from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, ResNetConfig


class Peer(torch.nn.Module):
    """Class and mask logits of the last layer alone."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        output = self.model(pixel_values=pixel_values)
        return output.class_queries_logits, output.masks_queries_logits


def build():
    torch.manual_seed(0)
    backbone = ResNetConfig(out_features=["stage1", "stage2", "stage3", "stage4"])
    config = Mask2FormerConfig(backbone_config=backbone, num_labels=133)
    return Mask2FormerForUniversalSegmentation(config).eval()


def float_grids(path):
    """Exporters leave some GridSample grids in double precision; runtimes want one type."""
    import onnx

    model = onnx.load(path)
    graph = model.graph
    for index, node in enumerate(list(graph.node)):
        if node.op_type != "GridSample":
            continue
        name = f"{node.input[1]}_float_{index}"
        cast = onnx.helper.make_node("Cast", [node.input[1]], [name], to=onnx.TensorProto.FLOAT)
        node.input[1] = name
        graph.node.insert(list(graph.node).index(node), cast)
    onnx.save(model, path)


def export_dynamo(path, height, width):
    import onnx

    begin = time.time()
    pixels = (torch.rand(1, 3, height, width),)
    with torch.no_grad():
        torch.onnx.export(Peer(build()), pixels, path, opset_version=18, input_names=["pixel_values"], dynamo=True)
    count = len(onnx.load(path, load_external_data=False).graph.node)
    print(f"{count} nodes, exported in {time.time() - begin:.0f} s")


if __name__ == "__main__" and "--dynamo" in sys.argv:
    export_dynamo(sys.argv[1], *map(int, sys.argv[-2:]))
elif __name__ == "__main__":
    peer = Peer(build())
    pixels = torch.rand(1, 3, 512, 512)
    with torch.no_grad():
        torch.onnx.export(peer, (pixels,), sys.argv[1], opset_version=20, input_names=["pixels"], dynamo=False)
    float_grids(sys.argv[1])
