"""A head start for copying: the weights of two kinds of attention heads, set by hand before training.

An assistant that answers from a passage must find what stood after a word it knows, and copy it. To discover that by
gradient descent takes thousands of steps; here a model gets a first version of it and training does the rest.

* Heads of the first layer look one and two tokens back and write down what they saw.
* Heads of the second layer look for a place whose previous token is the one now at hand, and say what stands there.
"""

from __future__ import annotations

import torch
from model import ROPE_BASE, Block, Decoder
from torch import Tensor

CONSTANT_PLACE = 5.0
LOOK_BACK_LOGIT_GAP = 4.0
MATCH_LOGIT = 8.0
WRITTEN_SCALE = 2.0
SLOW_ROTATION = 0.02


@torch.no_grad()
def wire_copying(model: Decoder) -> None:
    """Set two heads of the first and two of the second layer. Lengths are in units of the embedding's scale."""
    scale = model.embedding.weight.std()
    model.embedding.weight[:, 0] = CONSTANT_PLACE * scale
    head_width = model.shape.width // model.shape.heads
    written = [_orthonormal(head_width, model.shape.width) for _ in range(2)]
    read = [_orthonormal(head_width, model.shape.width) for _ in range(2)]
    first, second = model.blocks[0], model.blocks[1]
    assert isinstance(first, Block) and isinstance(second, Block)
    for head in range(2):
        _look_back(first, head, head + 1, head_width)
        _set_value_path(first, head, read[head], WRITTEN_SCALE * scale * written[head].T)
        _match(second, head, read[0], written[0])
        value = _orthonormal(head_width, model.shape.width)
        _set_value_path(second, head, value, WRITTEN_SCALE * scale * value.T)


def _orthonormal(rows: int, columns: int) -> Tensor:
    """Random rows of length one at right angles to each other; none reads the first place."""
    matrix = torch.randn(columns - 1, rows)
    basis = torch.linalg.qr(matrix).Q.T
    return torch.cat((torch.zeros(rows, 1), basis), dim=1)


def _frequencies(head_width: int) -> Tensor:
    return ROPE_BASE ** (-torch.arange(0, head_width, 2) / head_width)


def _rows(block: Block, part: int, head: int) -> slice:
    """The rows of the query (0), key (1) or value (2) part of the head in `qkv`."""
    width = block.qkv.weight.shape[1]
    head_width = width // block.heads
    start = part * width + head * head_width
    return slice(start, start + head_width)


def _look_back(block: Block, head: int, distance: int, head_width: int) -> None:
    """Make a head attend to the token at that distance before each token.

    Query and key read only the first place, which is the same in all embeddings, as arrows in each rotary pair; they
    are turned so that they point the same way at the distance and drift apart off it.
    """
    frequencies = _frequencies(head_width)
    gap_to_neighbour = (1 - frequencies.cos()).sum()
    length = (LOOK_BACK_LOGIT_GAP * head_width**0.5 / gap_to_neighbour).sqrt() / CONSTANT_PLACE
    for part, angles in ((0, -distance * frequencies), (1, torch.zeros_like(frequencies))):
        arrows = torch.stack((angles.cos(), angles.sin()), dim=-1) * (frequencies > SLOW_ROTATION)[:, None]
        rows = _rows(block, part, head)
        block.qkv.weight[rows] = 0.0
        block.qkv.weight[rows, 0] = length * arrows.flatten()


def _match(block: Block, head: int, read: Tensor, written: Tensor) -> None:
    """Make a head attend where the token written down equals the token at hand.

    Only the rotary pairs that turn slowly take part, so that the distance hardly matters.
    """
    slow = (_frequencies(read.shape[0]) <= SLOW_ROTATION).repeat_interleave(2)
    strength = MATCH_LOGIT * read.shape[0] ** 0.5 / (WRITTEN_SCALE * slow.sum())
    block.qkv.weight[_rows(block, 0, head)] = strength * read * slow[:, None]
    block.qkv.weight[_rows(block, 1, head)] = written * slow[:, None]


def _set_value_path(block: Block, head: int, value: Tensor, out: Tensor) -> None:
    rows = _rows(block, 2, head)
    block.qkv.weight[rows] = value
    start = head * value.shape[0]
    block.attention_out.weight[:, start : start + value.shape[0]] = out
