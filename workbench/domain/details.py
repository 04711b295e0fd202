"""What refines an estimate but is not asked by the wizard: each has an assumption that counts until it is answered.

The pages ask these beside the result they change; the answers lie with the others in the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.domain.figures import Estimate

# The five measured gaps of the adaptation ladder, in points of 100, by the name analysis knows them by.
GAPS = ("instruction", "knowledge", "retrieval", "skill", "style")


@dataclass(frozen=True, slots=True)
class Details:
    """Tokens per request; shares in [0, 1]; money USD; `gaps` in points of 100 by name of GAPS, only measured ones.

    `peak_hours_share` None: requests come evenly over the day. `users` None: the volume comes from the wizard alone.
    `one_vendor` and `fallback` None: no policy. `corpus_tokens` None: not known.
    """

    think_tokens: Estimate = Estimate.exact(0.0)  # noqa: RUF009  (frozen, so it is safe to share)
    retry_share: float = 0.0
    batch_share: float = 0.0
    cache_write_share: float = 0.0
    peak_hours_share: float | None = None
    passages: int = 5
    turns: int = 1
    hard_share: float = 0.2
    router_recall: float = 0.98
    week_value_usd: float = 0.0
    users: float | None = None
    usage_profile: str = "chat"
    wait_limit_s: float = 1.0
    grid_kg_per_kwh: float = 0.4
    pue: float = 1.2
    gaps: Mapping[str, Estimate] = field(default_factory=dict)
    corpus_tokens: float | None = None
    corpus_changes: bool | None = None
    good_examples: int = 0
    example_tokens: float = 1_000.0
    training_tokens: float = 10e6
    unique_data: bool = False
    training_budget_usd: float = 0.0
    one_vendor: bool | None = None
    fallback: bool | None = None
