"""Decisions taken together: spend and traffic by developer and provider, and which models fail on the same cases.

Source: methods.md 7.4 (Herfindahl index; shared failures after Bommasani et al. 2211.13972).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np

from workbench.analysis.concentration import concentration, shared_failure_ratio
from workbench.analysis.matching import Matching
from workbench.analysis.option_figures import candidate_of
from workbench.domain.option import Option
from workbench.domain.portfolio import Leaning, SharedFailure, Slice, Use
from workbench.domain.verdict import Hosting

OWN_SERVERS = "Own servers"
NOT_KNOWN = "Not known"
#: a graded score below this counts as a wrong answer
RIGHT_FROM = 0.5


def uses(
    scenario: str, option: Option, requests_month: float, matching: Matching, developers: Mapping[str, str]
) -> tuple[Use, ...]:
    """The models of an option with their part of its traffic and cost. `developers` names them by id.

    Each is charged what the catalog says it costs; where the option's own monthly figure is another, the parts are
    scaled to it, and split by share of requests where no part has a price.
    """
    total = option.figures.get("monthly_usd")
    parts = [(role, candidate_of(role, matching)) for role in option.draft.models]
    priced: list[float | None] = []
    for role, item in parts:
        month = item.candidate.usd_month_over_plan if item is not None else None
        cost = month.likely if month is not None else None
        by_request = item is not None and item.candidate.hosting is Hosting.API
        priced.append(cost if cost is None or not by_request else cost * role.share)
    known = sum(each for each in priced if each is not None)
    shares = sum(role.share for role, _ in parts)
    split: list[float | None] = [None] * len(parts)
    if total is not None and all(each is not None for each in priced) and known > 0:
        split = [total.likely * (each or 0.0) / known for each in priced]
    elif total is not None and shares > 0:
        split = [total.likely * role.share / shares for role, _ in parts]
    found = []
    for (role, item), usd in zip(parts, split, strict=True):
        model = item.candidate.model if item else None
        maker = developers.get(model.developer, model.developer) if model else NOT_KNOWN
        host = NOT_KNOWN if item is None else _host(item.candidate.hosting, item.candidate.processor)
        name = item.candidate.model_name if item else role.model_id
        found.append(Use(scenario, option.id, role.model_id, name, maker, host, usd, requests_month * role.share))
    return tuple(found)


def _host(hosting: Hosting, processor: str) -> str:
    return processor if hosting is Hosting.API else OWN_SERVERS


def leaning(found: Sequence[Use], name_of: Callable[[Use], str]) -> Leaning | None:
    """The uses grouped by a name, with how concentrated they are; None without any traffic."""
    groups: dict[str, list[Use]] = {}
    for use in found:
        groups.setdefault(name_of(use), []).append(use)
    traffic = {name: sum(use.requests_month for use in group) for name, group in groups.items()}
    spend = {name: sum(use.usd_month or 0.0 for use in group) for name, group in groups.items()}
    if sum(traffic.values()) <= 0:
        return None
    by_traffic = concentration(list(traffic.values()))
    paid = sum(spend.values())
    by_spend = concentration(list(spend.values())) if paid > 0 else None
    slices = [
        Slice(
            name=name,
            usd_month=spend[name],
            requests_month=traffic[name],
            usd_share=spend[name] / paid if paid > 0 else None,
            requests_share=float(by_traffic.shares[place]),
            scenarios=tuple(dict.fromkeys(use.scenario for use in group)),
        )
        for place, (name, group) in enumerate(groups.items())
    ]
    slices.sort(key=lambda each: (-each.requests_share, -each.usd_month, each.name))
    return Leaning(
        tuple(slices),
        by_traffic.hhi,
        by_traffic.effective_vendors,
        by_spend.hhi if by_spend else None,
        by_spend.effective_vendors if by_spend else None,
    )


def shared_failures(
    scenario: str, models: Sequence[str], scores: Sequence[Sequence[float]], name_of: Callable[[str], str]
) -> tuple[SharedFailure, ...]:
    """Every two models of one eval, those that share most failures first. `scores`: cases x models, 0 to 1."""
    if not scores or len(models) < 2:
        return ()
    wrong = (np.array(scores, dtype=np.float64) < RIGHT_FROM).astype(np.float64)
    found = []
    for a, b in combinations(range(len(models)), 2):
        pair = wrong[:, (a, b)]
        found.append(
            SharedFailure(
                scenario=scenario,
                first=name_of(models[a]),
                second=name_of(models[b]),
                cases=len(pair),
                wrong_first=float(pair[:, 0].mean()),
                wrong_second=float(pair[:, 1].mean()),
                wrong_both=float(pair.all(axis=1).mean()),
                ratio=shared_failure_ratio(pair),
            )
        )
    return tuple(sorted(found, key=lambda each: -(each.ratio or 0.0)))
