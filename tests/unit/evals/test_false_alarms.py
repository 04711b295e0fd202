"""How often the verdict is wrong, by simulating whole evals: 10,000 in which nothing differs, and planned ones.

The code under test is the one that judges real results (`evals.results`), not a formula beside it. 10,000 evals at a
true 5 % give 5.0 ± 0.4 %.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from workbench.analysis import power
from workbench.analysis.sequential import sequential_test
from workbench.domain.evals import PairVerdict
from workbench.evals.columns import Columns
from workbench.evals.results import Look, adjust, pairs_of

EVALS = 10_000
Draw = Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray | None]]
DECIDED = (PairVerdict.BETTER, PairVerdict.WORSE)


def columns(scores: np.ndarray, documents: np.ndarray | None = None) -> Columns:
    """Scores (cases, models) as the columns of a run."""
    cases, models = scores.shape
    unknown = np.full((1, cases, models), np.nan)
    document = np.full(cases, -1) if documents is None else documents
    return Columns(
        tuple(map(str, range(cases))), tuple("abcdefgh"[:models]), ("exact",),
        np.ones((1, 1, cases, models), np.int8), scores[None, None], *[unknown] * 6,
        np.zeros((1, cases, models), np.bool_), document, tuple(map(str, range(int(document.max()) + 1))),
        np.zeros(cases, np.bool_), (), np.zeros((cases, 0), np.bool_),
    )  # fmt: skip


def right_or_wrong(n: int, accuracy: float, models: int = 2, alike: float = 0.5) -> Draw:
    """Models equally good, whose answers go together on a share `alike` of the cases."""

    def draw(rng: np.random.Generator) -> tuple[np.ndarray, None]:
        own, common = rng.random((n, models)), rng.random((n, 1))
        return (np.where(rng.random((n, 1)) < alike, common, own) < accuracy).astype(float), None

    return draw


def graded(n: int) -> Draw:
    """Equally good, the scores skewed and half of their spread the case's."""

    def draw(rng: np.random.Generator) -> tuple[np.ndarray, None]:
        return np.clip(0.5 * rng.beta(4, 1, (n, 1)) + 0.5 * rng.beta(4, 1, (n, 2)), 0, 1), None

    return draw


def by_document(documents: int, each: int, *, binary: bool, uneven: bool = False) -> Draw:
    """Equally good overall, but each document suits one model or the other: its cases move together."""

    def draw(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        sizes = rng.integers(1, 2 * each, documents) if uneven else np.full(documents, each)
        place = np.repeat(np.arange(documents), sizes)
        lean = 0.35 * rng.uniform(-1, 1, documents)[place]
        chance = np.stack((0.6 + lean, 0.6 - lean), axis=1)
        drawn = rng.random(chance.shape)
        return ((drawn < chance).astype(float) if binary else np.clip(chance + 0.2 * (drawn - 0.5), 0, 1)), place

    return draw


DESIGNS = {
    "30 cases, 60 % right": right_or_wrong(30, 0.6),
    "100 cases, 80 % right": right_or_wrong(100, 0.8),
    "100 cases, 97 % right": right_or_wrong(100, 0.97),
    "400 cases, 60 % right, independent": right_or_wrong(400, 0.6, alike=0.0),
    "four models, six pairs, 150 cases": right_or_wrong(150, 0.7, models=4),
    "20 graded cases": graded(20),
    "200 graded cases": graded(200),
    "5 documents of 10 cases": by_document(5, 10, binary=True),
    "10 documents of 8 cases": by_document(10, 8, binary=True),
    "30 uneven documents": by_document(30, 6, binary=True, uneven=True),
    "10 documents, graded": by_document(10, 8, binary=False),
    "30 uneven documents, graded": by_document(30, 6, binary=False, uneven=True),
}


def share_decided(draw: Draw, evals: int, seed: int) -> float:
    """Share of the evals in which any pair is called better or worse."""
    rng, decided = np.random.default_rng(seed), 0
    for _ in range(evals):
        scores, documents = draw(rng)
        pairs = pairs_of(columns(scores, documents), "exact", 0.05)
        decided += any(pair.verdict in DECIDED for pair in pairs)
    return decided / evals


def test_that_a_quick_look_at_300_null_evals_raises_few_false_alarms() -> None:
    assert share_decided(right_or_wrong(100, 0.8), 300, 1) <= 0.09
    assert share_decided(by_document(10, 8, binary=True), 300, 2) <= 0.09


@pytest.mark.slow
@pytest.mark.parametrize("design", DESIGNS)
def test_that_the_paired_verdict_raises_false_alarms_in_at_most_5_5_percent(design: str) -> None:
    found = share_decided(DESIGNS[design], EVALS, 7)
    print(f"{design}: {found:.2%}")
    assert found <= 0.055


def looks(rng: np.random.Generator, evals: int, most: int, chance: float) -> Iterator[int | None]:
    """After how many discordant cases a comparison stops that looks after every one of them; None: never."""
    for wins in rng.random((evals, most)) < chance:
        yield sequential_test(wins.tolist()).stop_after


@pytest.mark.slow
def test_that_looking_after_every_case_raises_false_alarms_in_at_most_5_percent() -> None:
    stops = list(looks(np.random.default_rng(8), EVALS, 300, 0.5))
    found = sum(stop is not None for stop in stops) / EVALS
    print(f"sequential, looked at 300 times: {found:.2%}")
    assert found <= 0.05


def test_that_looking_at_graded_scores_on_their_way_raises_few_false_alarms() -> None:
    rng, decided = np.random.default_rng(12), 0
    for _ in range(150):
        gain = rng.choice([0.1, -0.9], 240, p=[0.9, 0.1])  # wins nine cases of ten, and is no better
        scores = np.stack((0.5 + gain / 2, 0.5 - gain / 2), axis=1)
        looked = (
            pairs_of(columns(scores[:seen]), "exact", 0.05, look=Look.ON_ITS_WAY)[0] for seen in range(40, 241, 40)
        )
        decided += any(pair.verdict in DECIDED for pair in looked)
    assert decided <= 13, "5 % of 150 are 8; 13 is two standard errors more"


@pytest.mark.slow
@pytest.mark.parametrize(("difference", "discordant"), [(0.05, 0.10), (0.05, 0.15), (0.1, 0.25), (0.2, 0.4)])
def test_that_planned_power_is_within_two_points_of_what_simulated_evals_show(
    difference: float, discordant: float
) -> None:
    n = power.cases_exact(difference, discordant)
    rng = np.random.default_rng(9)
    chances = [(discordant + difference) / 2, (discordant - difference) / 2, 0.6 * (1 - discordant)]
    kinds = rng.choice(4, (EVALS, n), p=[*chances, 1 - sum(chances)])
    shown = 0
    for row in kinds:
        scores = np.stack(((row == 0) | (row == 2), (row == 1) | (row == 2)), axis=1).astype(float)
        shown += pairs_of(columns(scores), "exact", 0.05)[0].verdict is PairVerdict.BETTER
    planned = power.mcnemar_power(n, difference, discordant)
    print(f"{n} cases for {difference:.0%} at {discordant:.0%}: planned {planned:.2%}, simulated {shown / EVALS:.2%}")
    assert abs(shown / EVALS - planned) <= 0.02


@pytest.mark.slow
@pytest.mark.parametrize(("difference", "spread"), [(0.05, 0.2), (0.03, 1 / 3), (0.1, 0.2)])
def test_that_planned_power_of_graded_scores_is_within_two_points_of_simulated(
    difference: float, spread: float
) -> None:
    n = power.cases_graded(difference, spread**2)
    rng = np.random.default_rng(10)
    shown = 0
    for gain in rng.normal(difference, spread, (EVALS, n)):
        scores = np.stack((0.5 + gain / 2, 0.5 - gain / 2), axis=1)
        pair = pairs_of(columns(scores), "exact", 0.01)[0]
        shown += pair.verdict is PairVerdict.BETTER
    print(f"{n} graded cases for {difference:.0%}: planned 80 %, simulated {shown / EVALS:.2%}")
    assert abs(shown / EVALS - 0.8) <= 0.02


def test_that_holm_judges_all_pairs_of_a_scorer_together() -> None:
    rng = np.random.default_rng(11)
    scores = (rng.random((80, 3)) < [0.9, 0.7, 0.7]).astype(float)
    pairs = pairs_of(columns(scores), "exact", 0.05)
    assert adjust(pairs) == pairs
    assert all((pair.p_adjusted or 0) >= (pair.p or 0) for pair in pairs)
