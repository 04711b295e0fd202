"""All accepted decisions together: on whom they lean, which models fail alike, what ends, what is due."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from workbench.analysis.portfolio import leaning, shared_failures
from workbench.app import Services, build
from workbench.cli.main import run
from workbench.domain.portfolio import Use

from decided import a_decision

TODAY = date(2026, 11, 24)


def use(scenario: str, developer: str, requests: float, usd: float | None = 1.0) -> Use:
    return Use(scenario, "A", f"{developer}/m", "M", developer, "host", usd, requests)


@pytest.mark.parametrize(
    ("shares", "hhi", "effective"), [((80, 20), 6_800, 1.47), ((50, 30, 20), 3_800, 2.63), ((1, 1, 1, 1), 2_500, 4.0)]
)
def test_that_the_published_concentrations_come_out(shares: tuple[float, ...], hhi: float, effective: float) -> None:
    found = leaning([use("s", f"maker {n}", each) for n, each in enumerate(shares)], lambda each: each.developer)
    assert found is not None
    assert found.hhi == pytest.approx(hhi) and found.effective == pytest.approx(effective, abs=0.01)
    assert [each.requests_share for each in found.slices] == sorted(
        (each / sum(shares) for each in shares), reverse=True
    )


def test_that_uses_of_one_maker_in_several_decisions_are_one_slice_and_spend_is_weighed_apart() -> None:
    uses = [use("a", "One", 90, 10.0), use("b", "One", 10, 20.0), use("b", "Two", 100, None)]
    found = leaning(uses, lambda each: each.developer)
    assert found is not None
    one = next(each for each in found.slices if each.name == "One")
    assert (one.scenarios, one.requests_month, one.usd_month) == (("a", "b"), 100, 30.0)
    assert one.requests_share == 0.5 and one.usd_share == 1.0
    assert found.effective == pytest.approx(2.0) and found.effective_spend == pytest.approx(1.0)
    assert leaning([], lambda each: each.developer) is None


def test_that_models_wrong_on_the_same_cases_share_blind_spots() -> None:
    scores = [(0, 0, 1), (0, 0, 0), (1, 1, 0.4), (1, 1, 0.6)]
    found = shared_failures("s", ("a", "b", "c"), scores, str.upper)
    first = found[0]
    assert (first.first, first.second, first.ratio) == ("A", "B", 2.0)
    assert (first.wrong_first, first.wrong_both, first.cases) == (0.5, 0.5, 4)
    never = shared_failures("s", ("a", "b"), [(1, 1), (0, 1)], str)
    assert never[0].ratio is None and never[0].wrong_both == 0.0
    assert shared_failures("s", ("a",), [(1,)], str) == ()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def services(home: Path) -> Iterator[Services]:
    """The sample with its eval, and a decision of one's own whose review is due."""
    made = build(home, today=lambda: TODAY)
    made.scenarios.open_sample()
    own = a_decision(made, "Clauses", {"tasks": ["extraction"], "third_party": "forbidden"})
    assert own.decision is not None
    made.scenarios.save(replace(own, decision=replace(own.decision, review_on="2026-11-01")))
    yield made
    made.close()


def test_that_cost_and_traffic_of_the_parts_add_up_to_the_decisions(services: Services) -> None:
    found = services.portfolio.read()
    assert {each.scenario for each in found.decisions} == {"Knowledge assistant", "Clauses"}
    for group in (found.developers, found.providers):
        assert group is not None
        assert sum(each.usd_month for each in group.slices) == pytest.approx(found.usd_month)
        assert sum(each.requests_month for each in group.slices) == pytest.approx(found.requests_month)
        assert sum(each.requests_share for each in group.slices) == pytest.approx(1.0)
    sample = next(each for each in found.decisions if each.scenario == "Knowledge assistant")
    assert sample.usd_month == 2_100 and sample.option.startswith("C · ")
    assert found.developers is not None and found.providers is not None
    assert {each.name for each in found.developers.slices} >= {"Meta AI", "Anthropic"}
    assert {each.name for each in found.providers.slices} == {"Own servers", "Claude API"}


def test_that_shared_failures_come_from_the_evals_and_reviews_that_are_due_stand_first(services: Services) -> None:
    found = services.portfolio.read()
    assert {(each.first, each.second) for each in found.failures} == {
        ("demo-nano", "demo-small"), ("demo-nano", "demo-medium"), ("demo-small", "demo-medium"),
    }  # fmt: skip
    assert all(each.cases == 160 and each.ratio and each.ratio > 1 for each in found.failures)
    assert [(each.scenario, each.is_due) for each in found.reviews] == [
        ("Clauses", True),
        ("Knowledge assistant", False),
    ]


def test_that_an_eval_of_time_shares_no_failures(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    past = services.watch.past()
    (quality,) = services.portfolio.tested(past)
    run = services.eval_results.latest_run(next(each.scenario.id for each in past if each.evidence is not None))
    assert run is not None
    timed = replace(run, scorers=('latency(expected="1 ms")', *run.scorers))
    monkeypatch.setattr(services.eval_results, "latest_run", lambda _: timed)
    assert services.portfolio.tested(past) == (quality,), "who is late is not who is wrong"
    monkeypatch.setattr(services.eval_results, "latest_run", lambda _: replace(run, scorers=timed.scorers[:1]))
    assert services.portfolio.tested(past) == ()


def test_that_a_model_that_ends_stands_in_the_calendar_with_its_decisions(services: Services) -> None:
    ending = next(
        model for model in services.catalog.catalog().models
        if model.offers and (model.lifecycle.shutdown_date or "") > TODAY.isoformat()
    )  # fmt: skip
    own = next(each for each in services.scenarios.whole() if each.name == "Clauses")
    assert own.decision is not None
    option = next(each for each in own.options if each.id == own.decision.option)
    role = replace(option.models[0], model_id=ending.id, offer=ending.offers[0].provider, share=1.0)
    options = tuple(replace(each, models=(role,)) if each.id == option.id else each for each in own.options)
    changed = services.scenarios.save(replace(own, options=options))
    try:
        (entry,) = services.portfolio.read().endings
        assert (entry.day, entry.model) == (ending.lifecycle.shutdown_date, ending.name)
        assert entry.scenarios == ("Clauses",) and "Ends on" in entry.words
    finally:
        services.scenarios.save(replace(changed, options=own.options))


def test_that_the_command_prints_it_and_writes_the_report_with_the_same_figures(
    services: Services, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("--home", str(home))
    found = services.portfolio.read()
    assert run([*here, "portfolio"]) == 0
    told = capsys.readouterr().out
    assert "2 accepted decisions" in told and "By developer" in told and "times what chance would give" in told
    assert run([*here, "portfolio", "-o", str(tmp_path), "--json"]) == 0
    shape = json.loads(capsys.readouterr().out)
    assert shape["usd_month"] == pytest.approx(found.usd_month, abs=0.01)
    assert [Path(file).name for file in shape["files"]] == [f"decisions-together.{e}" for e in ("html", "md", "json")]
    page = (tmp_path / "decisions-together.html").read_text(encoding="utf-8")
    assert f"${found.usd_month:,.0f}" in page and "Failures that models share" in page
    kept = json.loads((tmp_path / "decisions-together.json").read_text(encoding="utf-8"))
    assert found.usd_month in _numbers(kept)
    with pytest.raises(SystemExit, match="2"):
        run([*here, "portfolio", "-f", "docs", "-o", str(tmp_path)])


def _numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        return [number for each in value.values() for number in _numbers(each)]
    if isinstance(value, list):
        return [number for each in value for number in _numbers(each)]
    return [float(value)] if isinstance(value, (int, float)) else []
