"""Energy and carbon of each option a month, as a range with its basis in words.

Source: methods.md section 2.6. Own servers from their rated power; hosted models from the regression, with the size of
closed models guessed as a wide range. kWh and kg.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.analysis.candidates import Candidate
from workbench.analysis.energy import Site, own_servers_footprint, request_footprint_range
from workbench.analysis.matching import Matching
from workbench.analysis.option_figures import candidate_of
from workbench.domain.figures import Estimate
from workbench.domain.insight import Energy
from workbench.domain.option import ModelRole, Option
from workbench.domain.requirements import Requirements
from workbench.domain.verdict import Hosting

# Assumed: what share of their rated power the cards of a server take over a month, low to high.
SERVER_LOAD = Estimate(0.3, 0.5, 0.8)
# Assumed sizes of models whose makers do not say: parameters that work on a token, and in all.
GUESSED_ACTIVE = Estimate(17e9, 100e9, 400e9)
GUESSED_TOTAL = Estimate(70e9, 600e9, 2_000e9)
# Around a published size the regression itself is uncertain: half to twice.
_BAND = (0.5, 1.0, 2.0)


def energy(options: Sequence[Option], requirements: Requirements, matching: Matching) -> tuple[Energy, ...]:
    """Every option whose models are all known; others are left out."""
    found = (_option_energy(item, requirements, matching) for item in options)
    return tuple(item for item in found if item is not None)


def _option_energy(option: Option, requirements: Requirements, matching: Matching) -> Energy | None:
    total = Estimate.exact(0.0)
    words: list[str] = []
    for role in option.draft.models:
        judged = candidate_of(role, matching)
        part = _role(role, judged.candidate, requirements) if judged is not None else None
        if part is None:
            return None
        total, words = total + part[0], [*words, part[1]]
    if not words:
        return None
    grid = requirements.details.grid_kg_per_kwh
    return Energy(option.id, total, total.scaled(grid), "; ".join((*dict.fromkeys(words), f"{grid:g} kg a kWh")))


def _role(role: ModelRole, candidate: Candidate, requirements: Requirements) -> tuple[Estimate, str] | None:
    site = Site(requirements.details.pue, requirements.details.grid_kg_per_kwh)
    if candidate.plan is not None:
        watts = candidate.plan.server.hardware.tdp_w
        if watts is None:
            return None
        gpus = candidate.plan.replicas * candidate.plan.gpus
        ends = [own_servers_footprint(gpus, watts, load, site=site).kwh for load in _three(SERVER_LOAD)]
        return Estimate(*ends), f"{gpus} × {candidate.plan.server.hardware.name} at 30 to 80 % of their rated power"
    if candidate.hosting is not Hosting.API or candidate.model is None:
        return None
    model = candidate.model
    known = model.params_active_b and model.params_total_b
    active = Estimate.exact(model.params_active_b * 1e9) if known and model.params_active_b else GUESSED_ACTIVE
    whole = Estimate.exact(model.params_total_b * 1e9) if known and model.params_total_b else GUESSED_TOTAL
    load = requirements.workload
    ends = [
        print_.kwh * band * requests * role.share
        for print_, band, requests in zip(
            request_footprint_range(active, whole, load.tokens_out.likely, site=site),
            _BAND,
            _three(load.requests_per_month),
            strict=True,
        )
    ]
    size = "published size" if known else "its size is a guess"
    return Estimate(*ends), f"estimate for {model.name} ({size})"


def _three(value: Estimate) -> tuple[float, float, float]:
    return value.low, value.likely, value.high
