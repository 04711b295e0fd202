"""Results as columns: the figures of costs, waits, tags and runs side by side, and how they are put in their places."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from workbench.domain.chat import Sampling
from workbench.domain.evals import CaseOutcome, CaseResult, Design, EvalRun, EvalSettings, EvalStatus, PairVerdict
from workbench.evals.columns import ERROR, NOT_ASKED, SCORED, UNSCORED, columns_of
from workbench.evals.paired import gap_between_runs, instruction_gap
from workbench.evals.results import compare_runs, summarise
from workbench.services.eval_words import (
    cost_words,
    cut_words,
    ends_words,
    free_words,
    kept_words,
    runs_words,
    slices_words,
    wait_words,
)


def eval_run(models: str = "ab", scorers: tuple[str, ...] = ("exact",)) -> EvalRun:
    return EvalRun(
        "run", None, "Try", "set", "00", 9, tuple(models), scorers, EvalStatus.FINISHED,
        datetime(2026, 11, 27, tzinfo=UTC),
    )  # fmt: skip


def result(case: str, model: str, score: float | None, **more: object) -> CaseResult:
    outcome = CaseOutcome.ERROR if score is None else CaseOutcome.SCORED
    blank = CaseResult("run", case, model, "exact", outcome, score=score)
    return replace(blank, **more)  # type: ignore[arg-type]


def test_that_every_result_lies_at_its_case_and_model_and_the_last_of_equals_counts() -> None:
    found = columns_of(eval_run(), [result("x", "b", 0.0), result("y", "a", None), result("x", "b", 1.0)])
    assert found.case_ids == ("x", "y")
    assert found.outcomes("exact")[0].tolist() == [[NOT_ASKED, SCORED], [ERROR, NOT_ASKED]]
    assert found.scores("exact")[0, 1] == 1.0 and np.isnan(found.scores("exact")[1]).all()


def test_that_an_answer_without_a_score_is_no_error_of_the_model_and_no_0() -> None:
    rows = [result("x", "a", None, outcome=CaseOutcome.UNSCORED), result("y", "a", 1.0), result("z", "a", None)]
    found = columns_of(eval_run("a"), rows)
    assert found.outcomes("exact")[0, :, 0].tolist() == [UNSCORED, SCORED, ERROR]
    row = summarise(eval_run("a"), found).models[0]
    assert (row.n, row.mean, row.unscored, row.errors) == (1, 1.0, 1, 1)


def test_that_cases_can_be_put_in_the_order_of_their_file() -> None:
    found = columns_of(eval_run("a"), [result(name, "a", float(name in "ac")) for name in "abcd"])
    turned = found.in_order(("d", "nobody", "a", "d"))
    assert turned.case_ids == ("d", "a", "b", "c")
    assert turned.scores("exact")[:, 0].tolist() == [0, 1, 0, 1]
    assert found.of(np.array([False, True, False, True])).case_ids == ("b", "d")


def test_that_a_score_given_by_hand_takes_the_place_of_the_scorer_s() -> None:
    before = columns_of(eval_run("a"), [result("x", "a", 0.0), result("y", "a", None)])
    after = before.with_scores([("x", "a", 0, "exact", 1.0), ("y", "a", 0, "exact", 0.5), ("z", "a", 0, "exact", 1.0)])
    assert after.scores("exact")[:, 0].tolist() == [1.0, 0.5]
    assert before.scores("exact")[0, 0] == 0.0
    assert summarise(eval_run("a"), after).models[0].errors == 0


def test_that_repeats_of_a_case_count_as_one_case_with_their_mean() -> None:
    rows = [result("x", "a", score, repeat=repeat) for repeat, score in enumerate([1.0, 0.0, 1.0])]
    found = columns_of(eval_run("a"), [*rows, result("y", "a", None, repeat=1)])
    assert found.repeats == 3
    assert found.scores("exact")[0, 0] == pytest.approx(2 / 3) and np.isnan(found.scores("exact")[1, 0])
    row = summarise(eval_run("a"), found).models[0]
    assert (row.n, row.right, row.errors) == (1, 0, 1)
    half = [result("z", "a", score, repeat=repeat) for repeat, score in enumerate([1.0, None, 0.0])]
    assert columns_of(eval_run("a"), half).scores("exact")[0, 0] == 0.5, "of those that have a score"


def test_that_times_of_answers_given_together_or_before_say_nothing_of_waiting() -> None:
    rows = [
        result("x", "a", 1.0, ttft_s=0.5, cost_usd=0.2),
        result("y", "a", 1.0, ttft_s=9.0, cost_usd=0.4, at_once=8),
        result("z", "a", 1.0, ttft_s=7.0, cost_usd=0.5, cached=True),
    ]
    row = summarise(eval_run("a"), columns_of(eval_run("a"), rows)).models[0]
    assert row.first_token is not None and (row.first_token.n, row.first_token.p50) == (1, 0.5)
    assert row.cost_usd == pytest.approx(0.6), "what was paid: the third cost what it cost in an earlier eval"
    assert row.cost_per_case_usd == pytest.approx(0.3), "what a case costs when it is asked"
    assert not row.from_kept


def test_that_a_model_with_kept_answers_only_has_the_times_and_costs_of_when_they_were_asked() -> None:
    asked = [result("x", "a", 1.0, ttft_s=0.5, total_s=2.0, cost_usd=0.2), result("y", "a", 0.0, at_once=8, ttft_s=9.0)]
    rows = [replace(each, cached=True, cost_usd=0.2) for each in asked]
    row = summarise(eval_run("a"), columns_of(eval_run("a"), rows)).models[0]
    assert row.from_kept and row.cost_per_case_usd == pytest.approx(0.2) and row.cost_usd == 0
    assert row.first_token is not None and (row.first_token.n, row.first_token.p50) == (1, 0.5)
    assert kept_words([row], str.upper).startswith(
        f"All answers of {row.model_id.upper()} were kept from earlier evals"
    )


def test_that_a_right_answer_costs_what_the_wrong_ones_cost_too() -> None:
    scores = [1.0] * 30 + [0.0] * 20
    rows = [result(f"c{n}", "a", score, cost_usd=0.01) for n, score in enumerate(scores)]
    row = summarise(eval_run("a"), columns_of(eval_run("a"), rows)).models[0]
    assert row.cost_per_case_usd == pytest.approx(0.01)
    assert row.cost_per_right_usd == pytest.approx(0.01 / 0.6)
    assert row.low is not None and row.high is not None
    assert row.cost_per_right_low_usd == pytest.approx(0.01 / row.high)
    assert row.cost_per_right_high_usd == pytest.approx(0.01 / row.low)
    assert cost_words(row).startswith("$0.0167 ($0.0138 to $0.0217)") and free_words([row]) == ""
    never = summarise(eval_run("a"), [replace(each, score=0.0) for each in rows]).models[0]
    assert never.cost_per_right_usd is None and cost_words(never).startswith("No answer is right")
    unknown = summarise(eval_run("a"), [*rows, result("more", "a", 1.0)]).models[0]
    assert unknown.cost_usd is None and unknown.cost_per_right_usd is None
    assert cost_words(unknown) == "The price of an answer is not known."


def test_that_answers_that_had_to_end_and_are_not_right_are_counted() -> None:
    run = replace(eval_run("ab"), sampling=Sampling(max_tokens=96))
    ends = ((1.0, 96), (0.0, 96), (0.0, 96), (0.0, 12), (0.0, None))
    rows = [result(f"c{n}", name, score, tokens_out=out) for name in "ab" for n, (score, out) in enumerate(ends)]
    rows = [row for row in rows if row.model_id == "a" or row.score == 1]
    models = summarise(run, rows).models
    assert [model.cut for model in models] == [2, 0]
    assert cut_words(models, str.upper).startswith(
        "Ended at the longest length allowed, and not right: 2 answers of A."
    )
    assert cut_words(models[1:], str) == ""
    assert cut_words([*models, *(replace(each, scorer="contains") for each in models)], str) == cut_words(models, str)
    other = replace(run, id="imported-1")
    assert summarise(other, [replace(row, eval_run_id=other.id) for row in rows]).models[0].cut == 0


def test_that_what_costs_nothing_is_said_to_run_here_and_to_cost_no_money() -> None:
    here, there = (
        [result(f"c{n}", name, 1.0, cost_usd=cost) for n in range(3)] for name, cost in (("a", 0.0), ("b", 0.1))
    )
    rows = summarise(eval_run("ab"), [*here, *there]).models
    assert cost_words(rows[0]) == "On this machine: no money for an answer."
    assert free_words(rows).startswith("$0: an answer of a model on this machine costs no money")
    assert free_words(rows[:1]).startswith("An answer of a model on this machine costs no money")


def test_that_waits_are_told_with_what_is_not_known_about_them() -> None:
    rows = [result(f"c{n}", "a", 1.0, ttft_s=0.1 + n / 100) for n in range(30)]
    row = summarise(eval_run("a"), rows).models[0]
    assert row.first_token is not None and row.first_token.p95_high is None
    assert wait_words(row.first_token, upper=True).endswith("or more)")
    assert wait_words(None) == "—"


def tagged(n: int, tag: str, a: float, b: float, seed: int) -> list[CaseResult]:
    rng = np.random.default_rng(seed)
    return [
        result(f"{tag}{k}", model, float(rng.random() < share), tags=(tag, "all"))
        for k in range(n)
        for model, share in (("a", a), ("b", b))
    ]


def test_that_slices_by_tag_are_judged_together() -> None:
    rows = tagged(60, "hr", 0.95, 0.4, 1) + tagged(60, "it", 0.7, 0.6, 2) + tagged(5, "odd", 1, 0, 3)
    summary = summarise(eval_run(), rows)
    assert [found.tag for found in summary.slices] == ["hr", "it"], "a tag of all cases, and one of five, are none"
    assert (summary.slice_tests, summary.slices_left_out) == (2, 1)
    hr, it = (found.pairs[0] for found in summary.slices)
    assert hr.verdict is PairVerdict.BETTER and it.verdict is PairVerdict.NOT_SHOWN
    assert hr.p is not None and hr.p_adjusted == pytest.approx(min(1, 2 * hr.p)), "Holm counts both looks"
    told = slices_words(summary, "exact", str)
    assert "2 comparisons in 2 tags" in told and "a better than b on “hr”" in told
    assert "“it”" not in told, "what is not shown is not told"
    alone = summarise(eval_run("a"), [row for row in rows if row.model_id == "a"])
    assert alone.slices and slices_words(alone, "exact", str) == "", "one model is compared with nobody"


def test_that_a_difference_seen_in_one_of_many_tags_is_not_shown_when_all_are_counted() -> None:
    def pair(tag: str, only_a: int, only_b: int) -> list[CaseResult]:
        both = [(1.0, 0.0)] * only_a + [(0.0, 1.0)] * only_b + [(1.0, 1.0)] * (40 - only_a - only_b)
        return [
            result(f"{tag}{k}", model, score, tags=(tag,))
            for k, scores in enumerate(both)
            for model, score in zip("ab", scores, strict=True)
        ]

    alone = summarise(eval_run(), pair("one", 9, 1) + pair("two", 0, 0))
    assert alone.slices[0].pairs[0].verdict is PairVerdict.BETTER
    rows = pair("one", 9, 1) + [each for tag in "pqrstu" for each in pair(tag, 2, 3)]
    among = next(found for found in summarise(eval_run(), rows).slices if found.tag == "one").pairs[0]
    assert among.p is not None and among.p < 0.05
    assert among.verdict is PairVerdict.NOT_SHOWN


def test_that_only_cases_that_every_model_has_a_score_for_stand_side_by_side() -> None:
    rows = [result("1", "a", 1.0), result("1", "b", 0.0), result("2", "a", 0.0), result("2", "b", None)]
    assert columns_of(eval_run(), rows).shared("exact").tolist() == [[1.0, 0.0]]
    assert columns_of(eval_run(), []).shared("exact").shape == (0, 2)


def test_that_two_runs_are_compared_on_the_cases_they_share() -> None:
    before, after = eval_run("a"), replace(eval_run("ac"), id="later")
    old = columns_of(before, [result(f"c{n}", "a", float(n >= 30)) for n in range(60)])
    rows = [replace(result(f"c{n}", "a", float(n >= 5)), eval_run_id="later") for n in range(1, 70)]
    (found,) = compare_runs(before, old, after, columns_of(after, rows))
    assert (found.model_id, found.pair.n) == ("a", 59)
    assert found.pair.verdict is PairVerdict.BETTER and len(found.gained) == 25 and found.lost == ()
    assert runs_words(found, str).startswith("a is better than before: +42 points")
    assert found.after is not None and found.before is not None and found.after > found.before


def test_that_a_model_that_a_later_run_did_not_ask_is_not_said_to_have_been_tested_again() -> None:
    run = eval_run("a")
    old = columns_of(run, [result(f"c{n}", "a", float(n >= 3)) for n in range(20)])
    for cached, right_from, kept in ((True, 3, True), (False, 3, False), (True, 4, False)):
        rows = [result(f"c{n}", "a", float(n >= right_from), cached=cached) for n in range(20)]
        (found,) = compare_runs(run, old, run, columns_of(run, rows))
        assert found.kept is kept and ("was not asked again" in runs_words(found, str)) is kept


def test_that_a_later_run_that_is_under_way_is_compared_by_what_holds_whenever_one_looks() -> None:
    before, after = eval_run("a"), replace(eval_run("a"), id="later")
    old = columns_of(before, [result(f"c{n}", "a", float(n >= 13)) for n in range(60)])
    rows = [replace(result(f"c{n}", "a", float(n not in (20, 21, 22))), eval_run_id="later") for n in range(60)]
    for status, verdict in ((EvalStatus.FINISHED, PairVerdict.BETTER), (EvalStatus.PAUSED, PairVerdict.NOT_SHOWN)):
        run = replace(after, status=status)
        (found,) = compare_runs(before, old, run, columns_of(run, rows))
        assert found.pair.verdict is verdict, "thirteen cases became right and three wrong"
        assert (found.pair.e_value is None) is (status is EvalStatus.FINISHED)


def test_that_two_runs_of_many_cases_are_compared_at_once() -> None:
    run = eval_run("a")
    many = columns_of(run, [result(f"c{n}", "a", float(n % 2)) for n in range(20_000)])
    begin = time.process_time()
    (found,) = compare_runs(run, many, run, many)
    assert found.pair.n == 20_000 and time.process_time() - begin < 1.5


def test_that_the_ends_of_an_interval_are_rounded_outwards() -> None:
    assert ends_words(0.499, 0.7801) == "49 to 79"
    assert ends_words(0.5, 0.78) == "50 to 78"


def test_that_a_run_that_may_end_early_is_judged_by_its_e_value() -> None:
    def rows(wins: int, losses: int) -> list[CaseResult]:
        scores = [(1.0, 0.0)] * wins + [(0.0, 1.0)] * losses + [(1.0, 1.0)] * 20
        return [
            result(f"c{k}", model, score)
            for k, pair in enumerate(scores)
            for model, score in zip("ab", pair, strict=True)
        ]

    early = replace(eval_run(), settings=EvalSettings(design=Design.SEQUENTIAL))
    assert summarise(eval_run(), rows(13, 3)).pairs[0].verdict is PairVerdict.BETTER
    patient = summarise(early, rows(13, 3)).pairs[0]
    assert patient.verdict is PairVerdict.NOT_SHOWN and patient.e_value is not None and patient.e_value < 20
    enough = summarise(early, rows(20, 4)).pairs[0]
    assert enough.verdict is PairVerdict.BETTER and enough.e_value == pytest.approx(54.126, abs=1e-3)
    for status in (EvalStatus.RUNNING, EvalStatus.PAUSED):  # looked at on its way, whatever its design
        unfinished = summarise(replace(eval_run(), status=status), rows(13, 3)).pairs[0]
        assert unfinished.verdict is PairVerdict.NOT_SHOWN and unfinished.e_value == patient.e_value


def test_that_models_of_a_run_on_its_way_are_not_called_equally_good() -> None:
    rows = [result(f"c{n}", model, float(n > 20)) for n in range(200) for model in "ab"]
    sequential = EvalSettings(design=Design.SEQUENTIAL)
    for status, settings, verdict in (
        (EvalStatus.FINISHED, EvalSettings(), PairVerdict.EQUIVALENT),
        (EvalStatus.FINISHED, sequential, PairVerdict.EQUIVALENT),
        (EvalStatus.RUNNING, EvalSettings(), PairVerdict.NOT_SHOWN),
        (EvalStatus.PAUSED, sequential, PairVerdict.NOT_SHOWN),
    ):
        (pair,) = summarise(replace(eval_run(), status=status, settings=settings), rows).pairs
        assert pair.verdict is verdict, "the test of equivalence is made for one look at the end"


def test_that_one_graded_score_among_ones_does_not_pass_for_a_measured_spread() -> None:
    def rows(last: float) -> list[CaseResult]:
        return [result(f"c{k}", model, last if (k, model) == (0, "b") else 1.0) for k in range(27) for model in "ab"]

    alike, marked = (summarise(eval_run(), rows(last)) for last in (1.0, 2 / 3))
    assert alike.pairs[0].verdict is marked.pairs[0].verdict is PairVerdict.NOT_SHOWN, "27 cases show no equivalence"
    for same, one in ((alike.pairs[0], marked.pairs[0]), (alike.models[1], marked.models[1])):
        assert same.low is not None and same.high is not None and one.low is not None and one.high is not None
        assert one.high - one.low > 0.5 * (same.high - same.low)


def test_that_an_e_value_does_not_make_many_cases_of_few_documents_into_evidence() -> None:
    rows = [
        result(f"c{k}", model, score, source_document=f"d{k // 20}")
        for k, a in enumerate([1.0] * 20 + [0.0] * 20)
        for model, score in (("a", a), ("b", 0.0))
    ]
    pair = summarise(replace(eval_run(), settings=EvalSettings(design=Design.SEQUENTIAL)), rows).pairs[0]
    assert pair.e_value is not None and pair.e_value > 1000 and pair.p is not None and pair.p > 0.05
    assert pair.verdict is PairVerdict.NOT_SHOWN


def test_that_a_gap_of_the_ladder_counts_cases_of_one_document_together() -> None:
    def rows(scores: list[float], document: bool) -> list[CaseResult]:
        return [
            result(f"c{n}", "a", score, source_document=f"d{n // 5}" if document else None)
            for n, score in enumerate(scores)
        ]

    better, worse = [1.0] * 20 + [0.0] * 10, [0.0] * 10 + [1.0] * 10 + [0.0] * 10
    plain = gap_between_runs(rows(better, False), rows(worse, False), "a", "exact")
    careful = gap_between_runs(rows(better, True), rows(worse, True), "a", "exact")
    assert plain is not None and careful is not None and plain.likely == careful.likely
    assert careful.low < plain.low, "the difference lies in two documents of six"


def test_that_a_lenient_and_a_strict_scorer_with_options_show_what_a_format_costs() -> None:
    lenient, strict = 'contains(ignore_case="yes")', "exact"
    rows = [
        result(f"c{n}", "a", float(n < (16 if scorer == lenient else 8)), scorer=scorer)
        for n in range(20)
        for scorer in (lenient, strict)
    ]
    found = instruction_gap(rows, "a", (lenient, strict))
    assert found is not None and found.likely == pytest.approx(40) and found.low > 0
