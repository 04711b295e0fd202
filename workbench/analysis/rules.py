"""What a rule is, and how rules judge a candidate.

A rule is data: id, tier, condition, effect, title, source and date, and a judge that words its finding. The tiers are
those of methods.md section 6: 0 law, contract and licence; 1 physics; 2 stated limits; 3 preference (categories.py).
A lower tier wins; within a tier `exclude` beats `require` beats `prefer` beats `warn`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from workbench.analysis.candidates import Candidate
from workbench.domain.evidence import MeasuredSpeed, Quality
from workbench.domain.model import Model
from workbench.domain.requirements import Requirements
from workbench.domain.scenario import AnswerValue
from workbench.domain.verdict import Reason


class Outcome(StrEnum):
    KEPT = "kept"
    WARNING = "warning"
    EXCLUDED = "excluded"


class Effect(StrEnum):
    """The most a rule does, strongest first: what precedence within a tier follows."""

    EXCLUDE = "exclude"
    REQUIRE = "require"
    PREFER = "prefer"
    WARN = "warn"


# When the rules were last held against their sources.
CHECKED = "2026-11"


class About(StrEnum):
    """What a rule looks at; its finding is shared by all candidates alike in it.

    HOST: who runs it. MODEL: the model, however it is had. WAY: the model and the kind of hosting. OFFER: all of it,
    nothing is shared.
    """

    HOST = "host"
    MODEL = "model"
    WAY = "way"
    OFFER = "offer"


class Finding(NamedTuple):
    """What a rule found for one candidate. `answer` is the answer to the rule's question that would let it in.

    A tuple, because a match makes thousands of them.
    """

    outcome: Outcome
    text: str
    asked: str
    offered: str
    source: str = ""
    answer: AnswerValue | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What judges may look at beside the candidate. `countries` are those of developers, by id; `models` are the
    catalog's by id and short name; `speeds` what the own eval measured, by model as the eval names it."""

    requirements: Requirements
    today: date
    qualities: Mapping[str, Quality] = field(default_factory=dict)
    countries: Mapping[str, str | None] = field(default_factory=dict)
    models: Mapping[str, Model] = field(default_factory=dict)
    speeds: Mapping[str, MeasuredSpeed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """`requirement` is the question's id ("" when no answer can change it). `condition` says in words when the rule
    applies; `judge` returns None when it does not apply to the candidate. `as_of` is when the rule was last checked."""

    id: str
    tier: int
    requirement: str
    about: About
    title: str
    source: str
    judge: Callable[[Context, Candidate], Finding | None]
    condition: str
    effect: Effect = Effect.EXCLUDE
    as_of: str = CHECKED

    def reason(self, finding: Finding) -> Reason:
        """The finding as the reason that is shown."""
        return Reason(
            rule=self.id,
            tier=self.tier,
            kept=finding.outcome is not Outcome.EXCLUDED,
            text=finding.text,
            asked=finding.asked,
            offered=finding.offered,
            source=finding.source or self.source,
            requirement=self.requirement,
            warning=finding.outcome is Outcome.WARNING,
        )


# A match makes three thousand findings: the named constructor would be a sixth of its time.
_new = tuple.__new__


def kept(text: str, asked: str, offered: str, source: str = "") -> Finding:
    """A finding that speaks for the candidate."""
    return _new(Finding, (Outcome.KEPT, text, asked, offered, source, None))


def warned(text: str, asked: str, offered: str, source: str = "") -> Finding:
    """A finding that keeps the candidate but has to be looked at: unproven, conditional, or near a limit."""
    return _new(Finding, (Outcome.WARNING, text, asked, offered, source, None))


def excluded(text: str, asked: str, offered: str, source: str = "", answer: AnswerValue | None = None) -> Finding:
    """A finding that removes the candidate; `answer` would let it in."""
    return _new(Finding, (Outcome.EXCLUDED, text, asked, offered, source, answer))
