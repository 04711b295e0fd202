"""Measured speeds of local models on this machine: one small file each, found again by what the model is.

They are this machine's and no part of a scenario, so they lie beside the data file and not in it: a team's shared store
holds no speeds of another computer. A file for each means that window and command line never write over each other.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.inference.local.gguf import GgufFile
from workbench.inference.local.machine import fingerprint
from workbench.paths import replace_file

MOST_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Measurement:
    """The best of `rounds` short runs. Tokens per second are those after the first; seconds run from the question.

    `slowest_tokens_per_s` is that of the worst round: far below the best when the machine was busy. `at` is ISO text.
    """

    tokens_per_s: float
    slowest_tokens_per_s: float
    ttft_s: float
    prompt_tokens: int
    prompt_tokens_per_s: float
    answer_tokens: int
    rounds: int
    threads: int
    load_s: float
    memory_bytes: int | None
    at: str
    engine: str

    @property
    def sound(self) -> bool:
        numbers = (self.tokens_per_s, self.slowest_tokens_per_s, self.ttft_s, self.prompt_tokens_per_s)
        return all(math.isfinite(value) and value > 0 for value in numbers) and self.prompt_tokens > 0


class Measurements:
    """Safe to use from any thread. `count` grows with every one that is kept."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self.count = 0

    def of(self, file: GgufFile) -> Measurement | None:
        """The latest of this model on this machine."""
        if self._folder is None:
            return None
        try:
            with (self._folder / f"{_key(file)}.json").open("rb") as stream:
                values = json.loads(stream.read(MOST_BYTES))
            if values.pop("machine") != fingerprint():
                return None
            found = Measurement(**values)
            return found if found.sound else None
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None

    def keep(self, file: GgufFile, measurement: Measurement) -> None:
        """Replaces an earlier one. Raises OSError when the disk does not take it."""
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps({**asdict(measurement), "machine": fingerprint()}, indent=1)
            replace_file(self._folder / f"{_key(file)}.json", text.encode("ascii"))
        self.count += 1


def _key(file: GgufFile) -> str:
    """Of what decides the speed, and the name: a file that was moved or downloaded again keeps its measurement."""
    what = (file.name, file.bytes, file.architecture, file.layers, file.width, file.heads, file.weights)
    return hashlib.blake2b(repr(what).encode("utf-8", "replace"), digest_size=12).hexdigest()
