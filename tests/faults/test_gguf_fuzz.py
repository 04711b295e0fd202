"""Damaged headers by the thousand: each is described rightly or refused with a sentence.

`tests/benchmarks/bench_gguf_fuzz.py` does the same two hundred thousand times.
"""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gguf_fuzz import EDGES, KINDS, Damage, bases, damaged, drawn, examine

damages = st.builds(
    Damage,
    st.sampled_from(KINDS),
    st.integers(0, 2000),
    st.one_of(st.sampled_from(EDGES), st.integers(0, (1 << 64) - 1)),
)


def test_that_every_undamaged_base_is_described(tmp_path: Path) -> None:
    for number, base in enumerate(bases()):
        path = tmp_path / f"{number}.gguf"
        path.write_bytes(base)
        assert examine(path)


@settings(max_examples=200)
@given(base=st.sampled_from(bases()), changes=st.lists(damages, min_size=1, max_size=4))
def test_that_damage_is_read_rightly_or_refused_with_a_sentence(
    tmp_path_factory: object, base: bytes, changes: list[Damage]
) -> None:
    path = Path(tmp_path_factory.getbasetemp()) / "damaged.gguf"  # type: ignore[attr-defined]
    path.write_bytes(damaged(base, changes))
    examine(path)


def test_that_two_thousand_damaged_headers_are_read_rightly_or_refused_with_a_sentence(tmp_path: Path) -> None:
    draw = random.Random(4)
    path = tmp_path / "damaged.gguf"
    described = 0
    for number in range(2000):
        path.write_bytes(drawn(draw))
        try:
            described += examine(path)
        except AssertionError as error:
            raise AssertionError(f"file {number} of seed 4: {error}") from error
    assert 200 < described < 1800, "both ways must be taken often"
