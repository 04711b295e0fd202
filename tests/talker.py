"""A real model that says the same word until it is stopped."""

from __future__ import annotations

import zlib
from pathlib import Path

import gguf

from gguf_files import vocabulary, write_model


def write_talker(path: Path) -> Path:
    """With temperature 0 it answers "on on on …" to everything, some hundred tokens a second, up to its context.

    Its last matrix is zero, so the first token of the vocabulary always wins, and that is a word, not the end.
    """
    texts, _, kinds = vocabulary()
    texts[0], kinds[0] = "▁on".encode(), int(gguf.TokenType.NORMAL)
    keys = {"tokenizer.ggml.tokens": texts, "tokenizer.ggml.token_type": kinds}
    seed = zlib.crc32(path.stem.encode())  # two files of one content would be one model to the workbench
    return write_model(path, seed=seed, context=8192, layers=4, width=256, output=0, keys=keys)
