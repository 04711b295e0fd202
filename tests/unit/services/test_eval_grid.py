"""The grid of cases: filters, order and words over columns, with many cases as with few."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase, EvalRun, EvalStatus, Mark
from workbench.evals.columns import columns_of
from workbench.services.eval_grid import CaseGrid

RUN = EvalRun(
    "run", None, "Try", "set", "00", 6, ("a", "b"), ("exact",), EvalStatus.FINISHED, datetime(2026, 11, 27, tzinfo=UTC)
)
# case: scores of a and b (None: error, "?": no score, "-": not asked)
SCORES = {
    "both": (1.0, 1.0),
    "none": (0.0, 0.0),
    "only-a": (1.0, 0.0),
    "half": (0.5, 0.0),
    "broken": (None, 0.0),
    "unjudged": ("?", 1.0),
    "begun": (0.0, "-"),
}


def result(case: str, model: str, score: float | str | None, place: int) -> CaseResult:
    outcome = {None: CaseOutcome.ERROR, "?": CaseOutcome.UNSCORED}.get(score, CaseOutcome.SCORED)  # type: ignore[arg-type]
    value = score if isinstance(score, float) else None
    return CaseResult(
        "run", case, model, "exact", outcome, score=value, total_s=0.1 * (place + 1), sensitive=case == "none",
        tags=("hr",) if place % 2 else ("it",), source_document=f"doc {place % 3}",
    )  # fmt: skip


@pytest.fixture
def grid() -> CaseGrid:
    results = [
        result(case, model, score, place)
        for place, (case, scores) in enumerate(SCORES.items())
        for model, score in zip("ab", scores, strict=True)
        if score != "-"
    ]
    cases = {case: EvalCase(case, f"Policy\nQuestion: Is {case} allowed?", "yes") for case in SCORES if case != "half"}
    mark = Mark("m", "run", "only-a", "b", "exact", 0.0, 0.0, "2026-11-27T00:00:00+00:00")
    return CaseGrid(columns_of(RUN, results), "exact", cases, [mark]).prepare()


def kept(grid: CaseGrid, which: str) -> set[str]:
    return {grid.case_id(place) for place in grid.arrange("", "", False, which=which)}


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ("all", set(SCORES)),
        ("wrong", {"none", "half", "begun"}),
        ("disagree", {"only-a"}),
        ("only:a", {"only-a"}),
        ("only:b", set()),
        ("sensitive", {"none"}),
        ("errors", {"broken"}),
        ("unscored", {"unjudged"}),
        ("marked", {"only-a"}),
        ("slow", {"begun", "unjudged"}),
        ("tag:hr", {"none", "half", "unjudged"}),
    ],
)
def test_that_each_filter_keeps_its_cases(grid: CaseGrid, which: str, expected: set[str]) -> None:
    assert kept(grid, which) == expected


def test_that_every_filter_on_offer_counts_what_it_keeps(grid: CaseGrid) -> None:
    offered = grid.filters({"a": "Model A"})
    assert "Only Model A right" in [which.title for which in offered]
    assert all(which.count == len(kept(grid, which.id)) for which in offered)
    alone = columns_of(replace(RUN, model_ids=("a",)), [result("x", "a", 1.0, 0)])
    assert not any("right" in which.title for which in CaseGrid(alone, "exact").filters({}))


def test_that_cells_tell_scores_in_words(grid: CaseGrid) -> None:
    told = {grid.case_id(n): (grid.score_word(n, 0), grid.score_word(n, 1)) for n in range(len(grid))}
    assert told["only-a"] == ("right", "wrong")
    assert told["half"][0] == "50 % right" and told["broken"][0] == "error"
    assert told["unjudged"][0] == "no score" and told["begun"][1] == "—"
    assert grid.question(0) == "Is both allowed?" and grid.question(grid.place_of("half")) == "—"


def test_that_sorting_puts_the_unknown_last_either_way(grid: CaseGrid) -> None:
    for descending in (False, True):
        order = grid.arrange("", "a", descending)
        scores = [float(grid.score[place, 0]) for place in order]
        known = [score for score in scores if score == score]
        assert known == sorted(known, reverse=descending)
        assert all(np.isnan(scores[len(known) :])) and len(scores) == len(SCORES)
    assert grid.case_id(grid.arrange("", "slowest", True)[0]) == "begun"


def test_that_every_word_of_the_filter_must_stand_in_the_case_its_document_or_tags(grid: CaseGrid) -> None:
    def found(words: str) -> set[str]:
        return {grid.case_id(place) for place in grid.arrange(words, "", False)}

    assert found("allowed none") == {"none"}
    assert found("hr unjudged") == {"unjudged"} and found("hr nothing") == set()
    assert found("half") == {"half"}, "a case whose text is not at hand is found by its id"
    assert found("2") == {"only-a", "unjudged"}


def test_that_places_lead_back_to_cases(grid: CaseGrid) -> None:
    assert all(grid.place_of(grid.case_id(place)) == place for place in range(len(grid)))
    assert grid.place_of("nobody") == -1
    assert grid.tags(1) == ("hr",) and grid.document(1) == "doc 1" and grid.is_marked(grid.place_of("only-a"))
