"""What an option leans on and what it lets out: developers behind the traffic, clean requests, leaks.

Source: methods.md sections 4.3 and 7.4. Shares in [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.analysis.concentration import concentration
from workbench.analysis.matching import Matching
from workbench.analysis.option_figures import candidate_of
from workbench.analysis.sensitivity import clean_share, expected_leaks, recall_needed, sticky_clean_share
from workbench.domain.insight import Leaks, Vendors
from workbench.domain.option import DataFlow, ModelRole, Option, Technique
from workbench.domain.requirements import Requirements, ThirdParty
from workbench.domain.verdict import Hosting


def vendors(
    options: Sequence[Option], matching: Matching, names: Mapping[str, str] | None = None
) -> tuple[Vendors, ...]:
    """Traffic by developer of the model, by `names` of their ids; an option with an unknown model is left out."""
    found = []
    for option in options:
        shares: dict[str, float] = {}
        for role in option.draft.models:
            judged = candidate_of(role, matching)
            if judged is None or judged.candidate.model is None:
                shares = {}
                break
            maker = judged.candidate.model.developer
            maker = (names or {}).get(maker, maker)
            shares[maker] = shares.get(maker, 0.0) + role.share
        if not shares or sum(shares.values()) <= 0:
            continue
        result = concentration(list(shares.values()))
        scaled = dict(zip(shares, (float(value) for value in result.shares), strict=True))
        largest = max(scaled, key=lambda name: scaled[name])
        found.append(Vendors(option.id, scaled, result.hhi, result.effective_vendors, largest, scaled[largest]))
    return tuple(found)


def leaks(options: Sequence[Option], requirements: Requirements, matching: Matching) -> tuple[Leaks, ...]:
    """For each option that sends clean requests out: how many those are, and how many sensitive ones go with them."""
    if requirements.third_party is not ThirdParty.SENSITIVE_STAYS:
        return ()
    details, sensitive = requirements.details, requirements.sensitive_share
    found = []
    for option in options:
        if option.draft.data_flow is not DataFlow.CLEAN_LEAVES:
            continue
        passages = 1 if option.draft.technique is Technique.PROMPT else max(1, details.passages)
        clean = clean_share(sensitive, passages)
        planned = sum(role.share for role in option.draft.models if _leaves(role, matching))
        month = requirements.workload.requests_per_month.likely
        exposed = min(1.0, 1.0 - clean), details.hard_share
        found.append(
            Leaks(
                option=option.id,
                planned_share=planned,
                clean_share=clean,
                clean_in_conversation=sticky_clean_share(1.0 - clean, details.turns),
                hard_and_clean=details.hard_share * clean,
                leaks_month=expected_leaks(month, *exposed, details.router_recall),
                recall=details.router_recall,
                recall_for_one=recall_needed(month, *exposed, 1.0),
            )
        )
    return tuple(found)


def _leaves(role: ModelRole, matching: Matching) -> bool:
    judged = candidate_of(role, matching)
    return judged is not None and judged.candidate.hosting is Hosting.API
