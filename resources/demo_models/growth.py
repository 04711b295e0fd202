"""Growing a trained model: take over its weights, in a network of the same or of twice the width.

The wide network holds everything twice, so it answers just as the narrow one did; a little noise then lets the two
halves go different ways in training.
"""

from __future__ import annotations

import torch
from model import Decoder
from torch import Tensor

NOISE_SHARE = 0.005
PARTS = {"qkv": 3, "gate_up": 2}


@torch.no_grad()
def grow(model: Decoder, trained: dict[str, Tensor]) -> None:
    """Load weights of a model of the same width, or of half the width with half the heads and feed-forward part."""
    if trained["embedding.weight"].shape[1] < model.shape.width:
        trained = {name: _with_noise(_twice(name, weight)) for name, weight in trained.items()}
    model.load_state_dict(trained)


def _twice(name: str, weight: Tensor) -> Tensor:
    """The weight for a stream that is two copies of the narrow one, side by side."""
    if name == "embedding.weight":
        return torch.cat((weight, weight), dim=1)
    if name == "norm.weight":
        return torch.cat((weight, weight)) / 2
    if weight.dim() == 1:
        return torch.cat((weight, weight))
    layer = name.split(".")[-2]
    rows = torch.cat([torch.cat((part, part)) for part in weight.chunk(PARTS.get(layer, 1))])
    return torch.cat((rows, rows), dim=1) / 2


def _with_noise(weight: Tensor) -> Tensor:
    if weight.dim() == 1:
        return weight
    return weight + torch.randn_like(weight) * weight.std() * NOISE_SHARE
