"""What a decision rests on: the figures of the day, kept with it, and the hash that a signature stands for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date

from workbench.domain.basis import Basis, OptionBasis, PriceBasis
from workbench.domain.catalog import Catalog
from workbench.domain.offer import Offer
from workbench.domain.option import OptionDraft, OptionSet
from workbench.domain.questions import requirements_from
from workbench.domain.requirements import Requirements
from workbench.domain.scenario import Scenario
from workbench.store.codec import scenario_to_plain

# What may change without changing what was decided, so what a signature does not cover.
_NOT_SIGNED = ("status", "sign_offs")
_DIGITS = 10


def basis_of(
    found: OptionSet, scenario: Scenario, catalog: Catalog, today: date, requirements: Requirements | None = None
) -> Basis:
    """The option set in short: figures, scores, limits broken, and the prices of the offers behind it.

    `requirements`: those of the scenario's answers, when at hand.
    """
    asked = requirements or requirements_from(scenario.answers)
    return Basis(
        computed_on=today.isoformat(),
        catalog=catalog.fingerprint,
        collected=catalog.collected,
        recommended=found.recommendation.option,
        requests_per_day=asked.workload.requests_per_day.likely,
        options=tuple(
            OptionBasis(
                id=option.id,
                score=_kept(option.score),
                figures={name: _kept(figure.likely) for name, figure in option.figures.items()},
                excluded_by=tuple(reason.rule for reason in option.excluded_by),
            )
            for option in found.options
        ),
        prices=tuple(
            PriceBasis(offer.id, offer.prices.input_usd_per_mtok, offer.prices.output_usd_per_mtok)
            for offer in offers_of((option.draft for option in found.options), catalog)
        ),
    )


def offers_of(drafts: Iterable[OptionDraft], catalog: Catalog) -> tuple[Offer, ...]:
    """The catalog's offers that the options use, each once, in the order of its id."""
    wanted = {(role.model_id, role.offer) for draft in drafts for role in draft.models}
    found: dict[str, Offer] = {}
    for model_id, part in wanted:
        model = catalog.model_by_id.get(model_id)
        for offer in model.offers if model else ():
            if part in (offer.provider, offer.part):
                found.setdefault(offer.id, offer)
    return tuple(found[name] for name in sorted(found))


def signed_digest(scenario: Scenario) -> str:
    """SHA-256 (hex) of what a signature covers: requirements, weights, options, and the record without its signatures.

    The JSON it is taken over has sorted keys and no spaces, so that anybody can take it again.
    """
    plain = scenario_to_plain(scenario)
    decision = {name: value for name, value in (plain["decision"] or {}).items() if name not in _NOT_SIGNED}
    covered = {name: plain[name] for name in ("id", "answers", "criteria", "options")}
    text = json.dumps({**covered, "decision": decision}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _kept(value: float) -> float:
    """Rounded to what no computation can tell apart, so that the last bit of another machine is no change."""
    return float(f"{value:.{_DIGITS}g}")
