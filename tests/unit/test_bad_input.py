"""Nonsense at the doors of the services that window and command line use: refused with the field's name, or answered;
nowhere "nan", "inf" or "1e-05" among the words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate
from workbench.domain.scenario import Scenario
from workbench.services.options import WEIGHT

from matching_values import changed, options, sample, shortlists, tradeoffs

NONSENSE = (math.nan, math.inf, -math.inf, -5.0, 0.0, 1e308, 1e30, 1e-308)
NOT_A_NUMBER_OF_OURS = re.compile(r"\bnan\b|\binf\b|infinity|[0-9]e[+-]?[0-9]", re.IGNORECASE)
KEYS = (
    "C.monthly_usd", "C.setup_usd", "C.weeks", "C.quality", "C.privacy", "C.independence", "weight.privacy",
    "requests_per_day", "horizon_months", "weeks_limit", "discount_rate", "growth_per_month", "monthly_cap_usd",
)  # fmt: skip


def words_of(asked: Scenario) -> Iterator[str]:
    """Everything that the Options, Shortlist and Trade-offs pages would say."""
    service = options()
    found = service.options(asked)
    insights = service.insights(asked, found=found)
    yield from (found.recommendation.sentence, found.recommendation.detail, *found.notes)
    yield from (flip.text for flip in found.flips)
    yield from (item.text for item in found.breakevens)
    for option in found.options:
        yield from (reason.text for reason in option.reasons)
    volume = service.requirements(asked).workload.requests_per_day.likely
    charts = {**service.charts(found), **service.insight_charts(insights, found, volume)}
    for chart in charts.values():
        yield from (chart.description, chart.note, *(cell for row in chart.rows for cell in row))
    for section in service.sections(insights, found):
        yield from (section.answer, section.note, *(cell for row in section.rows for cell in row))
    for conflict in found.conflicts:
        yield from (conflict.text, conflict.way_out)
    yield shortlists().shortlist(asked).sentence
    view = tradeoffs().points(asked)
    yield from (view.sentence, view.order_words, view.chart.description)


def refused_with_its_field(do: Callable[[], object], field: str) -> bool:
    """Whether it is refused; then the error names the field. An answer is checked by who asks."""
    try:
        do()
    except WorkbenchError as error:
        assert field in error.where or error.where in field, error
        return True
    return False


@pytest.mark.parametrize("key", KEYS)
def test_that_nonsense_tried_in_what_if_is_refused_by_its_name_or_answered(key: str) -> None:
    for value in NONSENSE:
        service = options()
        if not refused_with_its_field(lambda: service.changed(sample(), {key: value}), key):  # noqa: B023
            assert math.isfinite(value) and value >= 0
            assert service.what_if(sample(), {key: value}).recommendation.sentence


@pytest.mark.parametrize("value", NONSENSE)
def test_that_trade_offs_refuse_a_volume_or_a_weight_that_is_no_number(value: float) -> None:
    if value not in (0.0, 1e-308):
        assert refused_with_its_field(
            lambda: tradeoffs().points(sample(), weights={"quality": value, "monthly_usd": 50}), "weights.quality"
        )
    with pytest.raises(WorkbenchError) as caught:
        tradeoffs().points(sample(), requests_per_day=value)
    assert caught.value.where == "requests_per_day"


@pytest.mark.parametrize("weights", [{"quality": 0, "monthly_usd": 1}, {"quality": 1e-300, "monthly_usd": 1}])
def test_that_weights_of_nothing_are_said_in_plain_numbers(weights: dict[str, float]) -> None:
    assert not NOT_A_NUMBER_OF_OURS.search(tradeoffs().points(sample(), weights=weights).order_words)


def with_figure(asked: Scenario, name: str, value: float) -> Scenario:
    drafts = [
        replace(d, figures={**d.figures, name: replace(d.figures[name], value=Estimate.exact(value))})
        for d in asked.options
    ]
    return replace(asked, options=tuple(drafts))


def volume(requests: float) -> dict[str, Any]:
    return {"requests_per_day": {"low": requests, "likely": requests, "high": requests}}


ODD: dict[str, Scenario] = {
    "identical options": replace(sample(), options=tuple(replace(sample().options[2], id=i) for i in "XYZ")),
    "one option": replace(sample(), options=sample().options[2:]),
    "no option": replace(sample(), options=()),
    "all excluded": changed(sample(), weeks_limit=1),
    "the least volume": changed(sample(), **volume(0.1)),
    "the largest volume": changed(sample(), **volume(1e10)),
    "the shortest horizon": changed(sample(), horizon_months=1),
    "nothing answered": replace(sample(), answers={}),
    "nearly free": with_figure(sample(), "monthly_usd", 1e-12),
    "free": with_figure(with_figure(sample(), "monthly_usd", 0.0), "setup_usd", 0.0),
    "dear": with_figure(sample(), "monthly_usd", 1e12),
    "hardly anything sensitive": changed(sample(), sensitive_share=1e-9),
}


@pytest.mark.parametrize("asked", ODD.values(), ids=[name.replace(" ", "-") for name in ODD])
def test_that_what_is_odd_but_allowed_is_answered_in_plain_numbers(asked: Scenario) -> None:
    for told in words_of(asked):
        assert not NOT_A_NUMBER_OF_OURS.search(told), told


def test_that_without_a_criterion_or_with_no_points_there_is_no_ranking_and_the_error_says_so() -> None:
    for asked in (
        options().changed(sample(), {f"{WEIGHT}{item.id}": 0 for item in sample().criteria}),
        replace(sample(), criteria=tuple(replace(item, points=0.0) for item in sample().criteria)),
    ):
        with pytest.raises(WorkbenchError) as caught:
            options().options(asked)
        assert caught.value.where == "Weights"


def test_that_a_range_the_wrong_way_round_never_becomes_a_range() -> None:
    with pytest.raises(WorkbenchError, match="wrong way round"):
        Estimate(3, 2, 1)
    with pytest.raises(WorkbenchError) as caught:
        options().changed(sample(), {"requests_per_day": {"low": 9, "likely": 3, "high": 1}})
    assert caught.value.where == "requests_per_day"
