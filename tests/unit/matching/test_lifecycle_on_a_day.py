"""Dates decide: an end within the plan is a risk, before go-live an exclusion; reroutes and announced prices count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from workbench.analysis.lifecycle import answered_by, as_date, billed_offer, ending_of, ending_words, horizon_end
from workbench.catalog import load_catalog
from workbench.domain.catalog import Catalog
from workbench.domain.model import Lifecycle, LifecycleStatus, Model
from workbench.domain.option import DataFlow, ModelRole, OptionDraft, Strategy, Technique
from workbench.domain.scenario import Scenario
from workbench.domain.verdict import Reason, Verdict
from workbench.paths import data_dir
from workbench.services.options import OptionService
from workbench.services.shortlist import ShortlistService

from matching_values import scenario

LITE = "google/gemini-3.1-flash-lite"  # active, ends on 2027-05-07


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog(data_dir("models_catalog"))


def _service(catalog: Catalog, today: date) -> ShortlistService:
    return ShortlistService(catalog=lambda: catalog, today=lambda: today)


def _verdict(catalog: Catalog, today: date, model: str, **answers: object) -> Verdict:
    found = _service(catalog, today).shortlist(_scenario(**answers))
    return next(v for v in found.verdicts if v.model_id == model and v.hosting == "api")


def _scenario(**answers: object) -> Scenario:
    return scenario(third_party="free", sensitivity="public", **answers)  # type: ignore[arg-type]


def _reason(verdict: Verdict, rule: str = "R1.4") -> Reason:
    return next(reason for reason in verdict.reasons if reason.rule == rule)


def test_that_an_end_within_the_plan_is_a_risk_of_an_active_model(shipped: Catalog) -> None:
    reason = _reason(_verdict(shipped, date(2026, 11, 25), LITE, horizon_months=24))
    assert reason.kept and reason.warning
    assert reason.text == "Within your 24 months: Ends on 7 May 2027; no source names a replacement."


def test_that_an_end_after_the_plan_is_none(shipped: Catalog) -> None:
    reason = _reason(_verdict(shipped, date(2026, 11, 25), LITE, horizon_months=3, weeks_limit=4))
    assert reason.kept and not reason.warning


def test_that_an_end_before_go_live_excludes(shipped: Catalog) -> None:
    reason = _reason(_verdict(shipped, date(2026, 11, 25), LITE, weeks_limit=40))
    assert not reason.kept
    assert reason.text.startswith("Ends on 7 May 2027")


def test_that_the_same_model_is_gone_when_the_clock_says_so(shipped: Catalog) -> None:
    reason = _reason(_verdict(shipped, date(2027, 6, 1), LITE, weeks_limit=1))
    assert not reason.kept
    assert reason.text.startswith("Ended on 7 May 2027")


def test_that_a_replacement_is_named_with_its_price_beside_todays(shipped: Catalog) -> None:
    reason = _reason(_verdict(shipped, date(2026, 11, 25), "openai/gpt-4o"))
    prices = "$0.10 in, $0.50 out a million tokens against $2.50 in, $10 out"
    assert reason.text.endswith(f"its maker names GPT-6 Luna instead ({prices}).")


def test_that_a_reroute_names_who_answers_from_when(shipped: Catalog) -> None:
    model = shipped.model_by_id["google/gemini-2.5-flash"]
    ending = ending_of(model, date(2027, 1, 1), shipped.model_by_any_name)
    assert ending is not None and ending.rerouted
    words = ending_words(ending, date(2026, 11, 25))
    assert words.startswith("Requests to it are answered by Gemini 3.5 Flash-Lite from 1 December 2026")
    assert ending_words(ending, date(2027, 1, 1)).startswith(
        "Requests to it are answered by Gemini 3.5 Flash-Lite since 1 December 2026"
    )


def test_that_a_rerouted_request_is_billed_at_the_answering_models_price(shipped: Catalog) -> None:
    models = shipped.model_by_any_name
    old, new = models["google/gemini-2.5-flash"], models["google/gemini-3.5-flash-lite"]
    offer = next(o for o in old.offers if o.provider == "google-gemini-api")
    expected = next(o for o in new.offers if o.provider == "google-gemini-api")
    assert billed_offer(old, offer, date(2026, 11, 30), models) is offer
    assert billed_offer(old, offer, date(2026, 12, 1), models) is expected


def test_that_a_circle_of_reroutes_ends() -> None:
    def model(name: str, target: str) -> Model:
        state = Lifecycle(LifecycleStatus.ACTIVE, None, None, None, None, target, "2026-01-01")
        return replace(_any_model(), id=name, lifecycle=state)

    models = {"a/a": model("a/a", "b/b"), "b/b": model("b/b", "a/a")}
    assert answered_by(models["a/a"], date(2026, 6, 1), models).id == "b/b"


def _any_model() -> Model:
    return load_catalog(data_dir("models_catalog")).models[0]


def test_that_an_announced_price_is_a_risk_until_it_holds(shipped: Catalog) -> None:
    argon = "google/gemini-4-argon"  # dearer from 2026-12-01
    before = _verdict(shipped, date(2026, 11, 25), argon)
    reason = _reason(before, "R1.4.price")
    assert reason.warning and reason.text.startswith("From 1 December 2026 it costs $4 in, $20 out")
    after = _verdict(shipped, date(2026, 12, 1), argon)
    assert not [reason for reason in after.reasons if reason.rule == "R1.4.price"]
    assert before.monthly_usd is not None and after.monthly_usd is not None
    assert after.monthly_usd.likely > before.monthly_usd.likely


def test_that_an_option_says_that_its_model_ends(shipped: Catalog) -> None:
    today = date(2026, 11, 25)
    options = OptionService(shortlist=_service(shipped, today))
    asked = _scenario(horizon_months=24)
    role = ModelRole(LITE, "google-gemini-api", "answers", 1.0)
    draft = OptionDraft("A", "Buy", Strategy.BUY, "", (role,), Technique.PROMPT, DataFlow.ALL_LEAVES)
    found = options.options(replace(asked, options=(draft,)))
    texts = [reason.text for reason in found.options[0].reasons if reason.warning]
    assert any("Ends on 7 May 2027" in text for text in texts), texts


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("2026-12", date(2026, 12, 1)),
        ("2026", date(2026, 1, 1)),
        ("", None),
        ("soon", None),
    ],
)
def test_that_partial_dates_mean_their_first_day(text: str, day: date | None) -> None:
    assert as_date(text) == day


def test_that_a_plan_of_twelve_months_ends_a_year_later() -> None:
    assert horizon_end(date(2026, 1, 1), 12) == date(2027, 1, 1)
