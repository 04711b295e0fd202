"""The decision record as plain data and back. What is empty is not written, so that older records stay as they were."""

from __future__ import annotations

from typing import Any

from workbench.domain.basis import Basis, OptionBasis, PriceBasis
from workbench.domain.decision import (
    Condition,
    Consequence,
    Decision,
    DecisionStatus,
    Effect,
    Rejection,
    Risk,
    SignOff,
    Watch,
)
from workbench.store.plain import LARGEST_NUMBER, Faults, Fields, Path, number, text

Plain = dict[str, Any]


def decision_to_plain(decision: Decision) -> Plain:
    """The record; the parts that came with later versions only where they hold something."""
    later: Plain = {
        "thresholds": [condition_to_plain(each) for each in decision.thresholds],
        "rejections": [{"option": each.option, "why": each.why} for each in decision.rejections],
        "consequences": [{"text": each.text, "effect": each.effect.value} for each in decision.consequences],
        "sign_offs": [
            {"name": each.name, "role": each.role, "signed_at": each.signed_at, "digest": each.digest}
            for each in decision.sign_offs
        ],
        "basis": None if decision.basis is None else basis_to_plain(decision.basis),
    }
    return {
        "option": decision.option,
        "because": decision.because,
        "status": decision.status.value,
        "decided_at": decision.decided_at,
        "review_on": decision.review_on,
        "deciders": list(decision.deciders),
        "consulted": list(decision.consulted),
        "informed": list(decision.informed),
        "risks": [{"text": risk.text, "owner": risk.owner, "mitigation": risk.mitigation} for risk in decision.risks],
        "dissent": decision.dissent,
        "triggers": [condition_to_plain(each) for each in decision.triggers],
        "confirmation": decision.confirmation,
        **{name: value for name, value in later.items() if value},
    }


def condition_to_plain(condition: Condition) -> str | Plain:
    """A condition in words is a text; one that the watch can measure has fields."""
    if condition == Condition(condition.text):
        return condition.text
    bounds = {"above": condition.above, "below": condition.below}
    return {
        "text": condition.text,
        "watch": condition.watch.value,
        "subject": condition.subject,
        **{name: bound for name, bound in bounds.items() if bound is not None},
    }


def basis_to_plain(basis: Basis) -> Plain:
    return {
        "computed_on": basis.computed_on,
        "catalog": basis.catalog,
        "collected": basis.collected,
        "recommended": basis.recommended,
        "requests_per_day": basis.requests_per_day,
        "options": [
            {
                "id": option.id,
                "score": option.score,
                "figures": dict(option.figures),
                "excluded_by": list(option.excluded_by),
            }
            for option in basis.options
        ],
        "prices": [
            {"offer": price.offer, "input": price.input_usd_per_mtok, "output": price.output_usd_per_mtok}
            for price in basis.prices
        ],
    }


def decision_from_plain(value: object, path: Path, faults: Faults) -> Decision:
    read = Fields(value, path, faults)
    basis = read.raw("basis", None)
    decision = Decision(
        option=read.text("option"),
        because=read.text("because", ""),
        status=read.choice("status", DecisionStatus, DecisionStatus.DRAFT),
        decided_at=read.text("decided_at", ""),
        review_on=read.text("review_on", ""),
        deciders=read.texts("deciders"),
        consulted=read.texts("consulted"),
        informed=read.texts("informed"),
        risks=read.items("risks", _risk_from_plain),
        dissent=read.text("dissent", ""),
        triggers=read.items("triggers", condition_from_plain),
        confirmation=read.text("confirmation", ""),
        thresholds=read.items("thresholds", condition_from_plain),
        rejections=read.items("rejections", _rejection_from_plain),
        consequences=read.items("consequences", _consequence_from_plain),
        sign_offs=read.items("sign_offs", _sign_off_from_plain),
        basis=None if basis is None else basis_from_plain(basis, (*path, "basis"), faults),
    )
    read.finish()
    return decision


def condition_from_plain(value: object, path: Path, faults: Faults) -> Condition:
    if not isinstance(value, dict):
        return Condition(text(value, path, faults))
    read = Fields(value, path, faults)
    condition = Condition(
        text=read.text("text"),
        watch=read.choice("watch", Watch, Watch.WORDS),
        subject=read.text("subject", ""),
        above=_bound(read, "above", path, faults),
        below=_bound(read, "below", path, faults),
    )
    read.finish()
    needs_bound = condition.watch not in (Watch.WORDS, Watch.SHUTDOWN)
    if needs_bound and (condition.above is None) == (condition.below is None):
        faults.note(path, "The condition needs one bound", "Write either `above: …` or `below: …`.")
    return condition


def _bound(read: Fields, name: str, path: Path, faults: Faults) -> float | None:
    value = read.raw(name, None)
    return None if value is None else number(value, (*path, name), faults, low=0, high=LARGEST_NUMBER)


def _risk_from_plain(value: object, path: Path, faults: Faults) -> Risk:
    read = Fields(value, path, faults)
    risk = Risk(text=read.text("text"), owner=read.text("owner", ""), mitigation=read.text("mitigation", ""))
    read.finish()
    return risk


def _rejection_from_plain(value: object, path: Path, faults: Faults) -> Rejection:
    read = Fields(value, path, faults)
    rejection = Rejection(option=read.text("option"), why=read.text("why"))
    read.finish()
    return rejection


def _consequence_from_plain(value: object, path: Path, faults: Faults) -> Consequence:
    read = Fields(value, path, faults)
    consequence = Consequence(text=read.text("text"), effect=read.choice("effect", Effect, Effect.NEUTRAL))
    read.finish()
    return consequence


def _sign_off_from_plain(value: object, path: Path, faults: Faults) -> SignOff:
    read = Fields(value, path, faults)
    sign_off = SignOff(
        name=read.text("name"),
        role=read.text("role", ""),
        signed_at=read.text("signed_at"),
        digest=read.text("digest"),
    )
    read.finish()
    return sign_off


def basis_from_plain(value: object, path: Path, faults: Faults) -> Basis:
    read = Fields(value, path, faults)
    basis = Basis(
        computed_on=read.text("computed_on"),
        catalog=read.text("catalog"),
        collected=read.text("collected", ""),
        recommended=read.text("recommended", ""),
        requests_per_day=read.number("requests_per_day", low=0),
        options=read.items("options", _option_basis_from_plain),
        prices=read.items("prices", _price_from_plain),
    )
    read.finish()
    return basis


def _option_basis_from_plain(value: object, path: Path, faults: Faults) -> OptionBasis:
    read = Fields(value, path, faults)
    figures = read.raw("figures", {})
    if not isinstance(figures, dict):
        faults.note((*path, "figures"), "Expected figures", "Write them as `name: number` lines.")
        figures = {}
    option = OptionBasis(
        id=read.text("id"),
        score=read.number("score"),
        figures={
            text(name, path, faults): number(item, (*path, "figures", str(name)), faults)
            for name, item in figures.items()
        },
        excluded_by=read.texts("excluded_by"),
    )
    read.finish()
    return option


def _price_from_plain(value: object, path: Path, faults: Faults) -> PriceBasis:
    read = Fields(value, path, faults)
    price = PriceBasis(
        offer=read.text("offer"),
        input_usd_per_mtok=_bound(read, "input", path, faults),
        output_usd_per_mtok=_bound(read, "output", path, faults),
    )
    read.finish()
    return price
