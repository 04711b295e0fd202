"""Ids: UUIDv7 text, which sorts by the time it was made, and within a process by the order of making."""

from __future__ import annotations

import secrets
import threading
import time
import uuid

_RANDOM_BITS = 74
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A fresh UUIDv7 (RFC 9562): 48 bits of milliseconds, then version, variant and 74 random bits.

    Several within a millisecond count up from the first (the RFC's method 2), so that they sort as they were made.
    """
    global _last
    milliseconds = (time.time_ns() // 1_000_000) & (1 << 48) - 1
    with _lock:
        _last = made = max(milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS - 1), _last + 1)
    head, low = made >> 62, made & (1 << 62) - 1
    moment, middle = head >> 12, head & 0xFFF
    return str(uuid.UUID(int=moment << 80 | 0x7 << 76 | middle << 64 | 0x2 << 62 | low))
