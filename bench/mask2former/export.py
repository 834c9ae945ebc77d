"""Exports the peer of the benchmark: transformers' Mask2Former with a ResNet-50 backbone and random weights, 512 x 512.

    python export.py OUT.onnx      needs torch, transformers, onnx, onnxscript
"""

import sys

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


if __name__ == "__main__":
    peer = Peer(build())
    pixels = torch.rand(1, 3, 512, 512)
    with torch.no_grad():
        torch.onnx.export(peer, (pixels,), sys.argv[1], opset_version=20, input_names=["pixels"], dynamo=False)
    float_grids(sys.argv[1])
