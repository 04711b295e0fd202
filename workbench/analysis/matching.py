"""Requirements against every candidate: verdicts with a reason for each rule, and what removed how many.

Source: methods.md section 6. The whole catalog takes less than 10 ms with its prices and ranks, because a finding about
a host or a model is made once and shared by all candidates alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

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


_PLACE_OF = {rule.id: place for place, rule in enumerate(RULES)}


def _in_order(found: RuleFinding) -> int:
    return _PLACE_OF[found[0].id]


class Judged(NamedTuple):
    """One candidate with what the rules found; `blocked_by` are the excluding findings, in the order of RULES.

    `parts` hold the findings as they were made, those that candidates share once for all of them. A tuple, as a match
    makes one for each candidate.
    """

    candidate: Candidate
    parts: tuple[list[RuleFinding], ...]
    blocked_by: tuple[RuleFinding, ...]

    @property
    def findings(self) -> tuple[RuleFinding, ...]:
        """What each rule found, in the order of RULES; put in order when asked, as ranking asks only what excludes."""
        return tuple(sorted(chain.from_iterable(self.parts), key=_in_order))

    @property
    def kept(self) -> bool:
        """Whether no rule excludes it."""
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
    shared: dict[str, _Found] = {}
    return Matching(tuple([_judge(candidate, context, shared) for candidate in candidates]))


_Judge = tuple[Rule, Callable[[Context, Candidate], Finding | None]]


def _about(about: About) -> tuple[_Judge, ...]:
    return tuple((rule, rule.judge) for rule in RULES if rule.about is about)


_OF_HOST, _OF_MODEL, _OF_WAY, _OF_OFFER = map(_about, (About.HOST, About.MODEL, About.WAY, About.OFFER))
_NOTHING: list[RuleFinding] = []


# Findings, with those among them that exclude.
_Found = tuple[list[RuleFinding], list[RuleFinding]]


def _judge(candidate: Candidate, context: Context, shared: dict[str, _Found]) -> Judged:
    """What hosts and models share is found once; `shared` holds it by host, by model, and by model and hosting."""
    hosting = candidate.hosting
    host = candidate.offer_id.partition("#")[0] if hosting is Hosting.API else hosting
    # The spaces keep the kinds of names apart: no host's id has one.
    way = f"{candidate.model_id} {hosting}"
    by_host, by_way = shared.get(host), shared.get(way)
    if by_host is None:
        by_host = shared[host] = _found(_OF_HOST, context, candidate)
    if by_way is None:
        # A file on this machine is a model of its own, whatever it is called.
        model = f"{candidate.model_id} " if hosting is not Hosting.LOCAL_FILE else f"{way} "
        by_model = shared.get(model)
        if by_model is None:
            by_model = shared[model] = _found(_OF_MODEL, context, candidate)
        own = _found(_OF_WAY, context, candidate)
        by_way = shared[way] = (by_model[0] + own[0], by_model[1] + own[1])
    by_offer = _found(_OF_OFFER, context, candidate)
    blocked = by_host[1] + by_way[1] + by_offer[1]
    if len(blocked) > 1:
        blocked.sort(key=_in_order)
    return Judged(candidate, (by_host[0], by_way[0], by_offer[0]), tuple(blocked))


def _found(rules: tuple[_Judge, ...], context: Context, candidate: Candidate) -> _Found:
    found, excluding, excluded = [], _NOTHING, Outcome.EXCLUDED
    for rule, judge in rules:
        finding = judge(context, candidate)
        if finding is not None:
            pair = (rule, finding)
            found.append(pair)
            if finding[0] is excluded:
                excluding = [*excluding, pair]
    return found, excluding
