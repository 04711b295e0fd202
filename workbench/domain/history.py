"""Earlier states of a decision, kept when it was recorded or signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workbench.domain.scenario import Scenario


@dataclass(frozen=True, slots=True)
class DecisionVersion:
    """The whole scenario as it was, with why it was kept ("recorded", "signed by Ann") and when (UTC)."""

    id: str
    at: datetime
    why: str
    scenario: Scenario
