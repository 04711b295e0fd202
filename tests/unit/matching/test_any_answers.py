"""Whatever the wizard accepts can be matched, traded off and compared: no answer is a crash."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from workbench.domain.questions import DETAILS, NO_LIMIT, QUESTIONS, UNKNOWN, Kind, Question
from workbench.services.options import OptionService
from workbench.services.tradeoffs import TradeoffService

from matching_values import sample, shortlists


def answers_to(question: Question) -> st.SearchStrategy[Any]:
    high = min(question.high, 1e12)
    whole = st.integers(int(question.low), int(min(high, 1e6)))
    number = whole if question.whole else st.floats(question.low, high)
    values: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.TEXT: st.just("a job"),
        Kind.CHOICE: st.sampled_from([choice.value for choice in question.choices] or ["x"]),
        Kind.MULTI: st.lists(st.sampled_from([c.value for c in question.choices] or ["anthropic", "CN"]), unique=True),
        Kind.RANGE: st.tuples(number, number, number).map(
            lambda three: dict(zip(("low", "likely", "high"), sorted(three), strict=True))
        ),
        Kind.YES_NO: st.booleans(),
    }
    strategy = values.get(question.kind, number)
    return strategy | st.just(UNKNOWN) | (st.just(NO_LIMIT) if question.limit else st.just(UNKNOWN))


SERVICE = shortlists()
ASKED = {**QUESTIONS, **DETAILS}
ANY_ANSWERS = st.fixed_dictionaries({}, optional={key: answers_to(question) for key, question in ASKED.items()})


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(ANY_ANSWERS, st.booleans())
@example({"staff_month_usd": 4e-270, "requests_per_day": {"low": 1.0, "likely": 1.0, "high": 1.0}}, False)
def test_that_any_accepted_answers_give_a_shortlist_points_and_options(answers, with_options) -> None:
    base = sample()
    asked = replace(base, answers=answers, options=base.options if with_options else ())
    service = SERVICE
    found = service.shortlist(asked)
    assert 0 <= found.kept_models <= found.all_models
    view = TradeoffService(shortlist=service).points(asked)
    assert view.sentence and view.chart.range_x[0] < view.chart.range_x[1]
    options = OptionService(shortlist=service)
    result = options.options(asked)
    assert result.recommendation.sentence
    options.charts(result)
