"""Routing mixed data: how much traffic is really clean, what quality that leaves, and what leaks.

Source: methods.md section 4.3. A request may leave only if prompt, retrieved passages and conversation are clean;
unknown counts as sensitive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis import checks
from workbench.analysis.checks import BoolArray, Numbers


@dataclass(frozen=True, slots=True)
class SplitQuality:
    """A local model with a cloud model for what is hard and clean: quality, share of traffic sent out."""

    quality: float
    cloud_share: float
    local_only_quality: float


def clean_share(sensitive_share: float, passages: int) -> float:
    """Share of requests whose retrieved passages are all clean: `(1 - d)^m`, passages taken as independent."""
    return float((1 - checks.share(sensitive_share, "Sensitive share")) ** checks.count(passages, "Passages"))


def measured_clean_share(sensitive: Sequence[Sequence[bool]]) -> float:
    """The same from an index: one row of flags per test request, True for each sensitive passage retrieved."""
    flags = [any(row) for row in sensitive]
    clean = checks.vector([0.0 if flag else 1.0 for flag in flags], "Test requests")
    return float(clean.mean())


def sticky_clean_share(sensitive_share: float, turns: int) -> float:
    """Mean clean share of a conversation that stays local once it was: `(1/k)*sum_{t=1..k} (1 - s)^t`."""
    stays = 1 - checks.share(sensitive_share, "Sensitive share")
    k = checks.count(turns, "Turns", low=1, high=100_000)
    return float(np.mean(stays ** np.arange(1, k + 1)))


def split_quality(
    hard_share: float, easy_local: float, hard_local: float, hard_cloud: float, sensitive_share: float
) -> SplitQuality:
    """Hard clean requests go to the cloud, all others stay: quality and the traffic that leaves."""
    hard, sensitive = checks.share(hard_share, "Hard share"), checks.share(sensitive_share, "Sensitive share")
    easy = (1 - hard) * checks.share(easy_local, "Local quality on easy requests")
    local = checks.share(hard_local, "Local quality on hard requests")
    cloud = checks.share(hard_cloud, "Cloud quality on hard requests")
    out = hard * (1 - sensitive)
    return SplitQuality(easy + hard * sensitive * local + out * cloud, out, easy + hard * local)


def measured_split(
    local: Numbers, cloud: Numbers, may_leave: Sequence[bool] | BoolArray, wants_cloud: Sequence[bool] | BoolArray
) -> SplitQuality:
    """The same from paired results: an item goes out if the router wants the cloud **and** it may leave."""
    here = checks.vector(local, "Local scores", low=0.0, high=1.0)
    there = checks.vector(cloud, "Cloud scores", low=0.0, high=1.0, size=here.size)
    checks.same_length(may_leave, here.size, "May leave")
    checks.same_length(wants_cloud, here.size, "Wants the cloud")
    out = np.asarray(may_leave, dtype=np.bool_) & np.asarray(wants_cloud, dtype=np.bool_)
    return SplitQuality(float(np.where(out, there, here).mean()), float(out.mean()), float(here.mean()))


def expected_leaks(requests: float, sensitive_share: float, cloud_candidate_share: float, recall: float) -> float:
    """Sensitive requests that leave by mistake: `N * sensitive * cloud_candidates * (1 - recall)`."""
    exposed = _exposed(requests, sensitive_share, cloud_candidate_share)
    return exposed * (1 - checks.share(recall, "Recall of the classifier"))


def recall_needed(requests: float, sensitive_share: float, cloud_candidate_share: float, leaks_allowed: float) -> float:
    """Recall at which no more than `leaks_allowed` sensitive requests leave; 0 if that many are not even exposed."""
    exposed = _exposed(requests, sensitive_share, cloud_candidate_share)
    allowed = checks.number(leaks_allowed, "Leaks allowed", low=0.0)
    return max(0.0, 1 - allowed / exposed) if exposed > 0 else 0.0


def _exposed(requests: float, sensitive_share: float, cloud_candidate_share: float) -> float:
    share = checks.share(sensitive_share, "Sensitive share")
    share *= checks.share(cloud_candidate_share, "Share of cloud candidates")
    return checks.number(requests, "Requests", low=0.0) * share
