"""A server that a person entered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """`id` is what stands before the slash in `provider/model`; that of a known provider gives it another address.

    `protocol` is openai-chat, openai-responses or anthropic.
    """

    id: str
    name: str
    protocol: str
    base_url: str
    needs_key: bool = True
