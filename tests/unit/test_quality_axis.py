"""The axis says what stands behind each point, and what to doubt (quality.md, "Evidence of one's own")."""

from __future__ import annotations

from dataclasses import replace

import pytest
from workbench.analysis.quality_axis import axis, benchmark_flags
from workbench.domain.evidence import Evidence, Quality
from workbench.domain.requirements import Task

from matching_values import catalog

TEXT = frozenset({Task.ANSWERING})


def test_that_a_point_names_its_benchmarks_with_the_effort_they_were_run_at() -> None:
    found = axis(catalog(), TEXT).qualities["anthropic/claude-opus-4-6"]
    assert found.n == len(found.behind) == 4
    assert any(row.variant for row in found.behind)
    assert [row.as_of for row in found.behind] == sorted((row.as_of for row in found.behind), reverse=True)


def test_that_saturated_and_leaked_benchmarks_keep_their_rows_and_carry_a_flag() -> None:
    flags = {item.id: benchmark_flags(item) for item in catalog().benchmarks}
    assert "saturated" in flags["mmlu"] and "likely in training data" in flags["mmlu"]
    assert flags["livebench-2026-06-25"] == ()
    flagged = [row for q in axis(catalog(), TEXT).qualities.values() for row in q.behind if row.flags]
    assert flagged


def test_that_a_model_without_any_independent_score_has_no_point() -> None:
    scored = axis(catalog(), TEXT).qualities
    unscored = [model.id for model in catalog().models if model.kind.value == "llm" and not model.scores]
    assert unscored and not set(unscored) & set(scored)


def test_that_little_coverage_widens_the_interval() -> None:
    found = axis(catalog(), TEXT).qualities.values()
    width = {n: [q.high - q.low for q in found if q.n == n and 20 < q.value < 80] for n in (1, 4)}
    assert sum(width[1]) / len(width[1]) > sum(width[4]) / len(width[4])


def test_that_the_own_eval_replaces_calibrates_from_three_models_on_and_the_label_says_which() -> None:
    own = Quality(70, 62, 77, "your eval", 100, "your eval of 26 November")
    names = ("meta/llama-4-scout", "anthropic/claude-opus-4-6", "openai/gpt-5.2")
    one = axis(catalog(), TEXT, Evidence({names[0]: own}, own.label))
    assert one.qualities[names[0]] == own
    assert "not comparable with your eval" in one.label
    three = axis(catalog(), TEXT, Evidence({n: replace(own, value=50 + 15 * k, low=40 + 15 * k, high=60 + 15 * k)
                                            for k, n in enumerate(names)}, own.label))  # fmt: skip
    assert "moved to your eval's scale" in three.label
    other = three.qualities["google/gemini-3-flash"]
    assert other.basis == "public benchmarks" and "your eval's scale" in other.label


@pytest.mark.parametrize(
    "tasks", [frozenset({Task.CODE}), frozenset({Task.WRITING}), frozenset({Task.IMAGE_GENERATION})]
)
def test_that_every_task_has_an_axis_whose_intervals_contain_their_points(tasks: frozenset[Task]) -> None:
    found = axis(catalog(), tasks)
    assert found.qualities and found.label
    for quality in found.qualities.values():
        assert 0 <= quality.low <= quality.value <= quality.high <= 100
        assert len(quality.behind) >= 1
