"""Keeps whose answers a blind comparison holds out of sight until the vote is locked, in the data file as well.

It hides from the eye of whoever looks into the file, not from somebody who takes the trouble to compute: the key is the
comparison's id. No secret depends on it.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import zlib
from collections.abc import Sequence

from workbench.domain.chat import Sampling
from workbench.domain.evidence import Answer

FAILED = "This answer failed"


def letter(place: int) -> str:
    """What the model at a place is called while it is hidden: A, B, …"""
    return chr(ord("A") + place)


def masked(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """The answers with nothing left of them but their text."""
    return tuple(
        Answer(
            model=letter(place),
            text=answer.text,
            finish="",
            ttft_s=None,
            tokens_per_s=None,
            tokens_in=0,
            tokens_out=0,
            total_s=None,
            cost_usd=None,
            memory_bytes=None,
            error_what=FAILED if answer.error_what else "",
        )
        for place, answer in enumerate(answers)
    )


def hide(comparison_id: str, answers: Sequence[Answer], settings: Sequence[Sampling]) -> str:
    """Answers and settings as text that shows nothing."""
    plain = {"answers": [dataclasses.asdict(a) for a in answers], "settings": [dataclasses.asdict(s) for s in settings]}
    packed = zlib.compress(json.dumps(plain).encode(), 9)
    return base64.b85encode(_mixed(packed, comparison_id)).decode()


def show(comparison_id: str, hidden: str) -> tuple[tuple[Answer, ...], tuple[Sampling, ...]]:
    """What `hide` put away. Raises ValueError for text that it did not write."""
    try:
        plain = json.loads(zlib.decompress(_mixed(base64.b85decode(hidden), comparison_id)))
        answers = tuple(Answer(**answer) for answer in plain["answers"])
        return answers, tuple(sampling_from(settings) for settings in plain["settings"])
    except (zlib.error, KeyError, TypeError) as error:
        raise ValueError(str(error)) from error


def sampling_from(plain: dict[str, object]) -> Sampling:
    """A sampling from its JSON."""
    stop = plain.get("stop") or ()
    assert isinstance(stop, list | tuple)
    return Sampling(**{**plain, "stop": tuple(stop)})  # type: ignore[arg-type]


def _mixed(data: bytes, key: str) -> bytes:
    """Exclusive-or with a stream of SHA-256 over the key and a counter; twice gives the data again."""
    blocks = (hashlib.sha256(f"{key}:{number}".encode()).digest() for number in range(len(data) // 32 + 1))
    return bytes(a ^ b for a, b in zip(data, b"".join(blocks), strict=False))
