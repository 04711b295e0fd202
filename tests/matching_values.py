"""The shipped catalog, the shipped sample and the services over them, for tests of matching, trade-offs and options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from workbench.catalog import load_catalog
from workbench.domain.catalog import Catalog
from workbench.domain.scenario import Scenario
from workbench.domain.verdict import LocalModel, Shortlist, Verdict
from workbench.paths import data_dir
from workbench.services.options import OptionService
from workbench.services.scenario_text import read_text_file
from workbench.services.shortlist import ShortlistService
from workbench.services.tradeoffs import TradeoffService

TODAY = date(2026, 11, 21)
SAMPLE_FILE = data_dir("resources") / "scenarios" / "knowledge-assistant.yaml"
# A plain text workload without any limit; tests add the one they are about.
OPEN_ANSWERS: dict[str, Any] = {
    "tasks": ["answering"],
    "requests_per_day": {"low": 5_000, "likely": 10_000, "high": 20_000},
    "tokens_in": {"low": 1_000, "likely": 3_000, "high": 4_000},
    "tokens_out": {"low": 200, "likely": 400, "high": 600},
    "sensitivity": "internal",
    "third_party": "free",
    "papers": [],
    "staff_fte": 0,
    "company_in_eu": False,
    "skill": "operations",
}


@cache
def catalog() -> Catalog:
    return load_catalog(data_dir("models_catalog"))


@cache
def sample() -> Scenario:
    return read_text_file(SAMPLE_FILE)


def scenario(**answers: Any) -> Scenario:
    """A scenario without limits but those given; a value of None takes the answer away."""
    merged = {**OPEN_ANSWERS, **answers}
    kept = {key: value for key, value in merged.items() if value is not None}
    return replace(sample(), answers=kept, options=(), decision=None, sample=False)


def changed(found: Scenario, **answers: Any) -> Scenario:
    return replace(found, answers={**found.answers, **answers})


def shortlists(local: Sequence[LocalModel] = ()) -> ShortlistService:
    return ShortlistService(catalog=catalog, local=lambda: tuple(local), today=lambda: TODAY)


def shortlist(**answers: Any) -> Shortlist:
    return shortlists().shortlist(scenario(**answers))


def options() -> OptionService:
    return OptionService(shortlist=shortlists())


def tradeoffs(local: Sequence[LocalModel] = ()) -> TradeoffService:
    return TradeoffService(shortlist=shortlists(local))


def verdict(found: Shortlist, model: str, offer: str) -> Verdict:
    """The verdict on the first offer whose id begins with `offer`."""
    return next(v for v in found.verdicts if v.model_id == model and v.offer.startswith(offer))


def rules_against(found: Verdict) -> set[str]:
    return {reason.rule for reason in found.reasons if not reason.kept}


def warnings_of(found: Verdict) -> set[str]:
    return {reason.rule for reason in found.reasons if reason.warning}
