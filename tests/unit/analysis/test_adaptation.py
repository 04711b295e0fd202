"""methods.md section 6: the adaptation ladder and rules A1 to A5."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis import adaptation
from workbench.analysis.adaptation import Circumstances, Gaps
from workbench.analysis.statistics import Interval
from workbench.domain.errors import WorkbenchError
from workbench.domain.option import Technique

SHOWN, OPEN = Interval(0.10, 0.04, 0.16), Interval(0.02, -0.03, 0.07)


def state(gaps: Gaps, circumstances: Circumstances, rung: str) -> tuple[str, str]:
    step = next(s for s in adaptation.climb(gaps, circumstances).steps if s.rung == rung)
    return step.state, step.rule


def test_that_nothing_measured_means_a_good_prompt() -> None:
    ladder = adaptation.climb(Gaps())
    assert ladder.technique is Technique.PROMPT
    assert {s.state for s in ladder.steps[:-1]} == {"not measured"}
    assert ladder.reasons == ("Nothing measured so far calls for more than a good prompt.",)


def test_that_a_gap_whose_interval_reaches_zero_is_not_climbed() -> None:
    ladder = adaptation.climb(Gaps(OPEN, OPEN, OPEN, OPEN, OPEN), Circumstances(good_examples=500))
    assert ladder.technique is Technique.PROMPT
    assert "climb" not in {s.state for s in ladder.steps}
    assert "2 points (-3 to 7)" in ladder.steps[0].because


def test_that_a_knowledge_gap_asks_for_rag_before_tuning() -> None:
    ladder = adaptation.climb(Gaps(knowledge=SHOWN), Circumstances(corpus_tokens=5e6, corpus_changes=True))
    assert ladder.technique is Technique.RAG
    assert ladder.steps[1].rule == "A2"
    assert ladder.reasons[0].startswith("What the right documents add is 10 points (4 to 16)")


def test_that_a_small_still_corpus_goes_into_the_prompt() -> None:
    small = Circumstances(corpus_tokens=150_000, corpus_changes=False)
    assert state(Gaps(knowledge=SHOWN), small, "context") == ("climb", "A1")
    assert adaptation.climb(Gaps(knowledge=SHOWN), small).technique is Technique.PROMPT
    moving = Circumstances(corpus_tokens=150_000, corpus_changes=True)
    unknown = Circumstances(corpus_tokens=150_000)
    large = Circumstances(corpus_tokens=200_000, corpus_changes=False)
    for circumstances in (moving, unknown, large):
        assert state(Gaps(knowledge=SHOWN), circumstances, "rag") == ("climb", "A2")


def test_that_own_documents_are_expected_to_need_rag_until_measured() -> None:
    ladder = adaptation.climb(Gaps(), Circumstances(needs_own_facts=True))
    assert (ladder.technique, ladder.steps[1].state) == (Technique.RAG, "expected")
    measured = adaptation.climb(Gaps(knowledge=OPEN), Circumstances(needs_own_facts=True))
    assert measured.technique is Technique.PROMPT


def test_that_lost_retrieval_is_mended_before_the_model() -> None:
    ladder = adaptation.climb(Gaps(retrieval=SHOWN))
    assert ladder.technique is Technique.RAG
    assert "mend the retrieval" in ladder.reasons[0]


def test_that_a_skill_gap_asks_for_a_stronger_model_first() -> None:
    assert state(Gaps(skill=SHOWN), Circumstances(), "stronger model") == ("climb", "skill")
    alone = Circumstances(stronger_model_exists=False, good_examples=60, provider_tunes=True)
    assert state(Gaps(skill=SHOWN), alone, "fine-tuning") == ("climb", "skill")
    assert adaptation.climb(Gaps(skill=SHOWN), alone).technique is Technique.FINE_TUNING


def test_that_fine_tuning_needs_examples_and_a_provider_that_offers_it() -> None:
    few = Circumstances(good_examples=49, provider_tunes=True)
    assert state(Gaps(style=SHOWN), few, "fine-tuning") == ("blocked", "A3")
    closed = Circumstances(good_examples=50, provider_tunes=False)
    assert state(Gaps(style=SHOWN), closed, "fine-tuning") == ("blocked", "A4")
    unknown = adaptation.climb(Gaps(style=SHOWN), Circumstances(good_examples=50))
    assert unknown.technique is Technique.FINE_TUNING
    assert "Check first" in unknown.reasons[-1]


def test_that_tuning_for_style_has_to_pay_back_within_a_year() -> None:
    cheap = Circumstances(good_examples=80, provider_tunes=True, examples_usd_month=20, tuning_usd=2_000)
    assert state(Gaps(style=SHOWN), cheap, "fine-tuning") == ("not shown", "style")
    dear = Circumstances(good_examples=80, provider_tunes=True, examples_usd_month=400, tuning_usd=2_000)
    assert state(Gaps(style=SHOWN), dear, "fine-tuning") == ("climb", "style")


def test_that_training_from_scratch_is_the_last_resort() -> None:
    rich = Circumstances(
        stronger_model_exists=False, unique_data=True, training_budget_usd=2e6, training_usd=1e6, good_examples=10
    )
    assert state(Gaps(skill=SHOWN), rich, "from scratch") == ("climb", "last")
    poor = Circumstances(stronger_model_exists=False, unique_data=True, training_budget_usd=1e5, training_usd=1e6)
    assert state(Gaps(skill=SHOWN), poor, "from scratch") == ("blocked", "last")
    assert state(Gaps(skill=SHOWN), Circumstances(), "from scratch") == ("not shown", "last")


def test_that_compute_is_not_the_cost_of_fine_tuning() -> None:
    small, large = (adaptation.tuning_cost(params, 10e6, 3) for params in (8.03e9, 70.55e9))
    assert (small.gpu_hours, small.usd) == pytest.approx((1.35, 3.38), abs=5e-3)
    assert (large.gpu_hours, large.usd) == pytest.approx((11.9, 29.7), abs=0.05)


def test_that_long_prompts_cost_tokens_times_volume() -> None:
    assert adaptation.long_prompt_usd_month(2_000, 100_000, 3) == pytest.approx(600)
    assert adaptation.tuning_payback_months(1_200, 600) == 2
    assert adaptation.tuning_payback_months(1_200, 0) is None


def test_that_a_gap_between_two_scores_is_wider_than_either() -> None:
    gap = adaptation.gap_between(Interval(0.9, 0.85, 0.94), Interval(0.7, 0.6, 0.78))
    assert gap.point == pytest.approx(0.2)
    assert gap.low == pytest.approx(0.2 - (0.05**2 + 0.08**2) ** 0.5)
    assert gap.high == pytest.approx(0.2 + (0.04**2 + 0.10**2) ** 0.5)


triples = st.lists(st.floats(-1, 1), min_size=3, max_size=3).map(sorted)
intervals = st.none() | triples.map(lambda three: Interval(three[1], three[0], three[2]))


@given(st.builds(Gaps, intervals, intervals, intervals, intervals, intervals), st.booleans(), st.integers(0, 200))
def test_that_every_climbed_rung_has_a_gap_above_zero(gaps: Gaps, stronger: bool, examples: int) -> None:
    ladder = adaptation.climb(gaps, Circumstances(stronger_model_exists=stronger, good_examples=examples))
    shown = [g for g in (gaps.instruction, gaps.knowledge, gaps.retrieval, gaps.skill, gaps.style) if g and g.low > 0]
    assert sum(s.state == "climb" for s in ladder.steps) <= len(shown)
    assert all(s.because.endswith((".", ")")) for s in ladder.steps)
    if not shown:
        assert ladder.technique is Technique.PROMPT


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: Gaps(skill=Interval(0.1, 0.2, 0.3)), "Gap in skill"),
        (lambda: Gaps(style=Interval(0.1, float("nan"), 0.3)), "Gap in style (low)"),
        (lambda: Circumstances(corpus_tokens=-1), "Tokens of the documents"),
        (lambda: Circumstances(good_examples=-1), "Good examples"),
        (lambda: Circumstances(training_usd=0), "Training cost"),
        (lambda: adaptation.tuning_cost(8e9, 0, 3), "Training tokens"),
        (lambda: adaptation.gap_between(Interval(1, 2, 3), SHOWN), "Gap"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field
