"""Looking models up by what a person may type."""

from __future__ import annotations

import numpy as np
import pytest
from workbench.analysis.browsing import BrowseIndex
from workbench.analysis.search_words import SearchedRows, in_words, terms
from workbench.domain.catalog_filters import CatalogFilter
from workbench.domain.model import Model

from matching_values import TODAY, catalog


@pytest.fixture(scope="module")
def index() -> BrowseIndex:
    return BrowseIndex(catalog(), TODAY)


def found(index: BrowseIndex, words: str) -> list[Model]:
    rows = index.arranged(CatalogFilter(), words, "name", descending=False)
    return [index.models[place] for place in rows]


@pytest.mark.parametrize(
    ("words", "ability"),
    [
        ("vision", "vision"),
        ("function calling", "tools"),
        ("reasoning", "reasoning"),
        ("JSON schema", "structured_output"),
    ],
)
def test_that_an_ability_is_found_by_the_words_for_it(index: BrowseIndex, words: str, ability: str) -> None:
    with_it = {model.id for model in index.models if getattr(model.capabilities, ability) is True}
    assert with_it <= {model.id for model in found(index, words)}
    assert len(with_it) > 20


def test_that_a_maker_and_an_ability_together_narrow_the_list(index: BrowseIndex) -> None:
    both = found(index, "gemma vision")
    assert both and all("gemma" in model.id and model.capabilities.vision for model in both)


def test_that_rows_come_in_the_order_of_their_names(index: BrowseIndex) -> None:
    names = [model.name.casefold() for model in found(index, "")]
    assert names == sorted(names) and len(names) == len(index.models)


def test_that_every_word_must_match_somewhere_in_any_order(index: BrowseIndex) -> None:
    one, other = found(index, "apache mistral"), found(index, "MISTRAL  apache")
    assert one == other and one
    assert all("apache" in (model.licence.name or "").casefold() for model in one)
    assert found(index, "apach mist") == one, "the beginnings of words are enough"


def test_that_a_phrase_in_quotation_marks_stays_a_phrase(index: BrowseIndex) -> None:
    words, phrase = found(index, "license apache"), found(index, '"apache license"')
    assert phrase and words == phrase
    assert found(index, '"license apache"') == []
    assert found(index, '"apache license" mistral') == found(index, "mistral apache license")
    assert found(index, '"apache lic') == phrase, "while it is being typed"


def test_that_a_phrase_does_not_run_from_one_figure_into_the_next(index: BrowseIndex) -> None:
    model = index.models[0]
    assert model in found(index, f'"{model.name}"')
    assert found(index, f'"{model.id} {model.name}"') == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("  Apache   LLAMA apache ", ("apache", "llama")),
        ('"Apache  License" llama', ("apache license", "llama")),
        ("„Llama 4“ “open weights”", ("llama 4", "open weights")),
        ('"', ()),
        ('gpt-4o"', ("gpt-4o",)),
    ],
)
def test_that_what_is_typed_is_words_and_phrases(text: str, expected: tuple[str, ...]) -> None:
    assert terms(text) == expected


def test_that_a_sentence_says_words_as_words(index: BrowseIndex) -> None:
    assert in_words("apache llama") == "“apache” and “llama”"
    assert in_words('"open weights"') == "“open weights”"


@pytest.mark.parametrize("term", ["7", "row 9", "row 9999", "maker 3", "nobody", "w 1\n"])
def test_that_many_rows_are_searched_as_if_one_by_one(term: str) -> None:
    own = [f"id-{number}\nrow {number}" for number in range(10_000)]
    shared = [f"maker {number % 7}" for number in range(10_000)]
    mask = np.arange(10_000) % 3 > 0
    expected = [kept and (term in mine or term in ours) for kept, mine, ours in zip(mask, own, shared, strict=True)]
    SearchedRows(own, shared).narrow(mask, term)
    assert mask.tolist() == expected
