"""Whatever is written in place of a price, a wrong one never loads."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from workbench.catalog import load_catalog
from workbench.domain.errors import Problems

from catalog_folder import GPT_4O, change, copy_catalog

FIELDS = ("input_usd_per_mtok: 2.5", "output_usd_per_mtok: 10", "cache_read_usd_per_mtok: 1.25", "value: 1336")
WORDS = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.sampled_from(
        [".nan", "-.inf", ".inf", "nan", "inf", "1e999", "-0.0", "free", "'2.5'", "2,5", "$2.5", "null", "~"]
    ),
    st.text(alphabet="0123456789.-+eE_x", min_size=1, max_size=8),
)


@settings(deadline=None, max_examples=150)
@given(field=st.sampled_from(FIELDS), word=WORDS)
@example(field=FIELDS[0], word="-1")
@example(field=FIELDS[1], word="1e999")
@example(field=FIELDS[2], word=".nan")
@example(field=FIELDS[0], word="1_0")
def test_that_only_a_plain_price_within_bounds_ever_loads(field: str, word: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = copy_catalog(Path(place) / "catalog", ("openai/gpt-4o",))
        change(folder / GPT_4O, field, f"{field.split(':', maxsplit=1)[0]}: {word}")
        try:
            model = load_catalog(folder).models[0]
        except Problems:
            return
    prices = model.offers[0].prices
    for usd in (prices.input_usd_per_mtok, prices.output_usd_per_mtok, prices.cache_read_usd_per_mtok):
        assert usd is None or (math.isfinite(usd) and 0 <= usd <= 1_000_000)
    assert all(math.isfinite(score.value) for score in model.scores)
    written = None if word in {"null", "~"} else float(word)
    assert written in (
        prices.input_usd_per_mtok,
        prices.output_usd_per_mtok,
        prices.cache_read_usd_per_mtok,
        *(score.value for score in model.scores),
    )
