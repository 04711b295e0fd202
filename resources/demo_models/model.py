"""A small decoder of the llama architecture, written so that its weights fit llama.cpp without any reordering."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

ROPE_BASE = 10_000.0
NORM_EPSILON = 1e-5
EMBEDDING_SCALE = 0.06


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a model; the width is a multiple of the heads, and each head's part of it is even."""

    layers: int
    width: int
    heads: int
    feed_forward: int
    vocabulary: int


def rotation(length: int, head_width: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the rotary positions, each (length, head_width / 2)."""
    frequencies = ROPE_BASE ** (-torch.arange(0, head_width, 2, dtype=torch.float32) / head_width)
    angles = torch.outer(torch.arange(length, dtype=torch.float32), frequencies)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair of neighbours (GPT-J's order, which llama.cpp's `llama` expects) by its position's angle."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


def attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Causal attention, spelled out: on a processor and for short text twice as fast as torch's fused one."""
    later = torch.full((q.shape[-2], q.shape[-2]), float("-inf")).triu(1)
    scores = (q @ k.transpose(-1, -2)).float() * q.shape[-1] ** -0.5 + later
    return scores.softmax(-1).to(v.dtype) @ v


class Norm(nn.Module):
    """RMSNorm with a learned gain."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.weight.shape, self.weight.to(x.dtype), NORM_EPSILON)


class Block(nn.Module):
    """Causal self-attention and a SwiGLU feed-forward part, each behind a norm and added to the stream."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.attention_norm = Norm(shape.width)
        self.qkv = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.attention_out = nn.Linear(shape.width, shape.width, bias=False)
        self.feed_forward_norm = Norm(shape.width)
        self.gate_up = nn.Linear(shape.width, 2 * shape.feed_forward, bias=False)
        self.down = nn.Linear(shape.feed_forward, shape.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self._attend(self.attention_norm(x), cos, sin)
        gate, up = self.gate_up(self.feed_forward_norm(x)).chunk(2, dim=-1)
        return x + self.down(F.silu(gate) * up)

    def _attend(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, width = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = attention(rotate(q, cos, sin), rotate(k, cos, sin), v)
        return self.attention_out(mixed.transpose(1, 2).reshape(batch, length, width))


class Decoder(nn.Module):
    """Token ids (batch, length) to logits (batch, length, vocabulary). The output layer is the embedding itself."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width)
        self._initialise()

    def _initialise(self) -> None:
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5)
        nn.init.normal_(self.embedding.weight, std=EMBEDDING_SCALE)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if name.endswith(("attention_out.weight", "down.weight")):
                    parameter.mul_(EMBEDDING_SCALE)

    def forward(self, tokens: Tensor) -> Tensor:
        cos, sin = rotation(tokens.shape[1], self.shape.width // self.shape.heads)
        x: Tensor = self.embedding(tokens)
        cos, sin = cos.to(x.dtype), sin.to(x.dtype)
        for block in self.blocks:
            x = block(x, cos, sin)
        return F.linear(self.norm(x), self.embedding.weight)

    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())
