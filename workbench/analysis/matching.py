"""Requirements against every candidate: verdicts with a reason for each rule, and what removed how many.

Source: methods.md section 6. The whole catalog takes some 10 ms, because a finding about a host or a model is made once
and shared by all candidates alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from workbench.analysis.candidates import Candidate
from workbench.analysis.rules import About, Context, Finding, Outcome, Rule
from workbench.analysis.rules_law import LAW
from workbench.analysis.rules_limits import LIMITS
from workbench.analysis.rules_physics import PHYSICS
from workbench.domain.evidence import Quality
from workbench.domain.verdict import FiredRule, Hosting, Reason, Verdict

RULES: tuple[Rule, ...] = (*LAW, *PHYSICS, *LIMITS)
RuleFinding = tuple[Rule, Finding]
_PLACE = {Outcome.KEPT: 0, Outcome.WARNING: 1, Outcome.EXCLUDED: 2}


@dataclass(frozen=True, slots=True)
class Judged:
    """One candidate with what each rule found, in the order of RULES; `blocked_by` are the excluding ones."""

    candidate: Candidate
    findings: tuple[RuleFinding, ...]
    blocked_by: tuple[RuleFinding, ...]

    @property
    def kept(self) -> bool:
        return not self.blocked_by

    @property
    def blocking_questions(self) -> frozenset[str]:
        """Ids of the questions whose answers exclude it; "" stands for what no answer can change."""
        return frozenset(rule.requirement for rule, _ in self.blocked_by)


@dataclass(frozen=True)
class Matching:
    """All candidates judged. A model is kept when one of its candidates is."""

    judged: tuple[Judged, ...]

    @cached_property
    def by_model(self) -> Mapping[str, tuple[Judged, ...]]:
        """The candidates of each model, by model id, in catalog order."""
        groups: dict[str, list[Judged]] = {}
        for item in self.judged:
            groups.setdefault(item.candidate.model_id, []).append(item)
        return {model_id: tuple(items) for model_id, items in groups.items()}

    @cached_property
    def kept_models(self) -> frozenset[str]:
        """Ids of the models that at least one candidate offers within all limits."""
        return frozenset(item.candidate.model_id for item in self.judged if item.kept)

    @cached_property
    def removed_by(self) -> tuple[tuple[str, int], ...]:
        """Question ids with the number of models each removed, most first.

        A model counts once: for the first excluding rule of its candidate with the fewest.
        """
        counts: Counter[str] = Counter()
        for model_id, items in self.by_model.items():
            if model_id not in self.kept_models:
                nearest = min(items, key=lambda item: (len(item.blocked_by), item.blocked_by[0][0].id))
                counts[nearest.blocked_by[0][0].requirement] += 1
        return tuple(counts.most_common())

    @cached_property
    def fired(self) -> tuple[FiredRule, ...]:
        """Every rule that applied to some candidate, in the order of RULES, with how it found them."""
        found: dict[str, list[int]] = {}
        for item in self.judged:
            first = item.blocked_by[0][0].id if item.blocked_by else ""
            for rule, finding in item.findings:
                counts = found.setdefault(rule.id, [0, 0, 0, 0])
                counts[_PLACE[finding.outcome]] += 1
                counts[3] += rule.id == first and finding.outcome is Outcome.EXCLUDED
        return tuple(
            FiredRule(rule.id, rule.tier, rule.title, rule.condition, rule.effect.value, rule.source, rule.as_of,
                      *found[rule.id])
            for rule in RULES if rule.id in found
        )  # fmt: skip

    def verdicts(
        self,
        qualities: Mapping[str, Quality],
        preferences: Callable[[Candidate], tuple[Reason, ...]] | None = None,
    ) -> tuple[Verdict, ...]:
        """One verdict per candidate, in their order; `preferences` add what speaks for those that are kept."""
        made: dict[int, Reason] = {}

        def reason(found: RuleFinding) -> Reason:
            """Findings that candidates share become one reason."""
            if id(found) not in made:
                made[id(found)] = found[0].reason(found[1])
            return made[id(found)]

        return tuple(
            Verdict(
                model_id=item.candidate.model_id,
                model_name=item.candidate.model_name,
                offer=item.candidate.offer_id,
                offer_name=item.candidate.offer_name,
                hosting=item.candidate.hosting,
                kept=item.kept,
                reasons=(
                    *map(reason, item.findings),
                    *(preferences(item.candidate) if preferences is not None and item.kept else ()),
                ),
                monthly_usd=item.candidate.monthly_usd,
                quality=qualities.get(item.candidate.model_id),
            )
            for item in self.judged
        )


def match(candidates: Sequence[Candidate], context: Context) -> Matching:
    """Judges every candidate by every rule."""
    shared: dict[str, list[_Place]] = {}
    return Matching(tuple(_judge(candidate, context, shared) for candidate in candidates))


# A finding with its rule's place in RULES; places differ, so sorting never compares findings.
_Place = tuple[int, RuleFinding]
_Judge = tuple[int, Rule, Callable[[Context, Candidate], Finding | None]]
_ABOUT: Mapping[About, tuple[_Judge, ...]] = {
    about: tuple((place, rule, rule.judge) for place, rule in enumerate(RULES) if rule.about is about)
    for about in About
}


def _judge(candidate: Candidate, context: Context, shared: dict[str, list[_Place]]) -> Judged:
    """What hosts and models share is found once; `shared` holds it by host and by model."""
    is_api = candidate.hosting is Hosting.API
    host = candidate.offer_id.split("#")[0] if is_api else candidate.hosting.value
    # The space keeps the two kinds of names apart: no host's id has one.
    model = f"{candidate.model_id} {candidate.hosting.value}"
    if host not in shared:
        shared[host] = _findings(_ABOUT[About.HOST], context, candidate)
    if model not in shared:
        shared[model] = _findings(_ABOUT[About.MODEL], context, candidate)
    found = [*shared[host], *shared[model], *_findings(_ABOUT[About.OFFER], context, candidate)]
    found.sort()
    excluded = Outcome.EXCLUDED
    findings = tuple([finding for _, finding in found])
    return Judged(candidate, findings, tuple([each for each in findings if each[1][0] is excluded]))


def _findings(rules: tuple[_Judge, ...], context: Context, candidate: Candidate) -> list[_Place]:
    return [
        (place, (rule, finding)) for place, rule, judge in rules if (finding := judge(context, candidate)) is not None
    ]
