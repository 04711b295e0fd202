"""Which models qualify for a scenario, why the others do not, and what would let them in.

Matching, and numpy with it, is loaded at the first question and not with the service: the first page is painted first.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from workbench.domain.catalog import Catalog
from workbench.domain.evidence import Evidence
from workbench.domain.model import Tier
from workbench.domain.questions import requirements_from
from workbench.domain.requirements import Requirements, Task, ThirdParty
from workbench.domain.scenario import AnswerValue, Scenario
from workbench.domain.verdict import Hosting, LocalModel, Shortlist, Verdict, standing
from workbench.services.wording import cheapest_words, kept_sentence, limit_name

if TYPE_CHECKING:
    from workbench.analysis.candidates import Candidate, CandidateTable
    from workbench.analysis.matching import Matching
    from workbench.analysis.quality_axis import Axis

# The filter that also shows models with thinner facts.
EXTENDED_FILTER = "extended"
# Tables of a few models each, kept for a look at many decisions.
_NARROW_TABLES = 64


@dataclass(frozen=True, slots=True)
class LiveLine:
    """The wizard's line: how many models remain. `removed_by` counts models by the question that removed them."""

    sentence: str
    kept: int
    all: int
    removed_by: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """Everything later steps build on, for one scenario and evidence."""

    catalog: Catalog
    requirements: Requirements
    axis: Axis
    matching: Matching
    day: date
    local: tuple[LocalModel, ...]
    extended: bool

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every candidate, in the order in which they were judged."""
        return tuple(item.candidate for item in self.matching.judged)


class ShortlistService:
    """Matches scenarios against the catalog. Safe to call from any thread; the same question twice is answered once.

    `catalog` gives the catalog, `local` the GGUF files of this machine, `today` the day prices and dates count for.
    """

    def __init__(
        self,
        *,
        catalog: Callable[[], Catalog],
        local: Callable[[], Sequence[LocalModel]] = tuple,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._catalog = catalog
        self._local = local
        self._today = today
        self._lock = threading.Lock()
        self._table: CandidateTable | None = None
        self._axes: dict[tuple[str, frozenset[Task]], Axis] = {}
        self._narrow: dict[tuple[str, frozenset[str]], CandidateTable] = {}
        self._last: tuple[object, Matched] | None = None

    def shortlist(self, scenario: Scenario, *, evidence: Evidence | None = None) -> Shortlist:
        """Every offer of every model with its verdict, nearest to the bar first, then the cheapest.

        Without a bar the best value first (as Trade-offs weighs quality and cost), with mixed data that of own models.
        """
        from workbench.analysis.categories import categories, preferences, rows_that_hold
        from workbench.analysis.conflicts import model_conflicts
        from workbench.analysis.relaxing import relaxations

        matched = self.matched(scenario, evidence=evidence)
        matching, requirements = matched.matching, matched.requirements
        rows = rows_that_hold(requirements, matching)
        found = matching.verdicts(matched.axis.qualities, preferences(rows))
        if requirements.quality_target is None:
            verdicts = _by_value(found, scenario, requirements)
        else:
            verdicts = sorted(found, key=partial(_order, requirements.quality_target))
        kept, total = len(matching.kept_models), len(matching.by_model)
        removed = self._merged(matching.removed_by)

        def kept_with(answers: Mapping[str, AnswerValue]) -> int:
            other = replace(scenario, answers={**scenario.answers, **answers})
            return len(self._matched_anew(other, evidence).matching.kept_models)

        return Shortlist(
            scenario_id=scenario.id,
            categories=categories(rows),
            verdicts=tuple(verdicts),
            relaxations=relaxations(matching, scenario.answers, kept_with=kept_with),
            kept_models=kept,
            all_models=total,
            removed_most=removed,
            sentence=" ".join(
                (
                    kept_sentence(kept, total, removed),
                    *_open_data(verdicts, requirements),
                    *_cheapest(verdicts, requirements),
                )
            ),
            quality_target=requirements.quality_target,
            fired=matching.fired,
            conflicts=model_conflicts(
                requirements, matching, matched.axis.qualities, oracle=evidence.oracle if evidence else None
            ),
        )

    def counts(self, scenario: Scenario, *, evidence: Evidence | None = None) -> LiveLine:
        """How many models remain with the answers given so far, and what removed the rest."""
        matching = self.matched(scenario, evidence=evidence).matching
        kept, total = len(matching.kept_models), len(matching.by_model)
        removed = self._merged(matching.removed_by)
        parts = [f"{limit_name(name)} removed {number}" for name, number in removed[:2]]
        tail = "; ".join(parts)
        verb = "remains" if kept == 1 else "remain"
        sentence = f"{kept} of {total} models {verb}{f'; {tail}' if tail else ''}."
        return LiveLine(sentence, kept, total, removed)

    def matched(self, scenario: Scenario, *, evidence: Evidence | None = None) -> Matched:
        """The scenario's candidates, judged; for the steps that build on it. Raises WorkbenchError for a bad answer."""
        key = (
            self._catalog().fingerprint,
            self._today(),
            tuple(self._local()),
            scenario.filters.get(EXTENDED_FILTER) is True,
            _frozen(scenario.answers),
            _evidence_key(evidence),
        )
        with self._lock:
            if self._last is None or self._last[0] != key:
                self._last = (key, self._matched_anew(scenario, evidence))
            return self._last[1]

    def matched_among(
        self,
        scenario: Scenario,
        model_ids: Collection[str],
        *,
        evidence: Evidence | None = None,
        requirements: Requirements | None = None,
    ) -> Matched:
        """The same for these models alone, judged exactly as among all: a millisecond. Raises as `matched` does.

        `requirements`: those of the scenario's answers, when at hand.
        """
        catalog, day = self._catalog(), self._today()
        local = tuple(item for item in self._local() if item.id in model_ids)
        key = (catalog.fingerprint, frozenset(model_ids))
        from workbench.analysis.candidates import CandidateTable

        with self._lock:
            table = self._narrow.pop(key, None) or CandidateTable(catalog, key[1])
            self._narrow[key] = table
            while len(self._narrow) > _NARROW_TABLES:
                del self._narrow[next(iter(self._narrow))]
        extended = scenario.filters.get(EXTENDED_FILTER) is True
        asked = requirements or requirements_from(scenario.answers)
        return self._match(catalog, asked, evidence, local, day, extended=extended, table=table)

    def _matched_anew(self, scenario: Scenario, evidence: Evidence | None) -> Matched:
        catalog, day, local = self._catalog(), self._today(), tuple(self._local())
        extended = scenario.filters.get(EXTENDED_FILTER) is True
        return self._match(catalog, requirements_from(scenario.answers), evidence, local, day, extended=extended)

    def _match(
        self,
        catalog: Catalog,
        requirements: Requirements,
        evidence: Evidence | None,
        local: tuple[LocalModel, ...],
        day: date,
        *,
        extended: bool,
        table: CandidateTable | None = None,
    ) -> Matched:
        from workbench.analysis.matching import match
        from workbench.analysis.rules import Context

        candidates = self._candidates(catalog, requirements, local, day, extended=extended, table=table)
        found = self._axis(catalog, requirements, evidence)
        countries = {developer.id: developer.country for developer in catalog.developers}
        speeds = evidence.speeds if evidence is not None else {}
        context = Context(requirements, day, found.qualities, countries, catalog.model_by_any_name, speeds)
        return Matched(catalog, requirements, found, match(candidates, context), day, local, extended)

    def priced(self, matched: Matched, requirements: Requirements) -> tuple[Candidate, ...]:
        """The candidates of `matched`, in their order, at the volume of other requirements; nothing is judged again."""
        return self._candidates(matched.catalog, requirements, matched.local, matched.day, extended=matched.extended)

    def _candidates(
        self,
        catalog: Catalog,
        requirements: Requirements,
        local: tuple[LocalModel, ...],
        day: date,
        *,
        extended: bool,
        table: CandidateTable | None = None,
    ) -> tuple[Candidate, ...]:
        from workbench.analysis.candidates import CandidateTable

        table = table or self._table
        if table is None or table.catalog.fingerprint != catalog.fingerprint:
            table = self._table = CandidateTable(catalog)
        return tuple(
            candidate
            for candidate in table.candidates(requirements, local, today=day)
            if extended or candidate.model is None or candidate.model.tier is Tier.CORE or candidate.local is not None
        )

    def _axis(self, catalog: Catalog, requirements: Requirements, evidence: Evidence | None) -> Axis:
        """The fit over all benchmarks depends on the catalog and the tasks only; own results are laid over it."""
        from workbench.analysis.quality_axis import axis

        if evidence is not None and evidence.qualities:
            return axis(catalog, requirements.tasks, evidence)
        key = (catalog.fingerprint, requirements.tasks)
        if key not in self._axes:
            self._axes[key] = axis(catalog, requirements.tasks)
        return self._axes[key]

    @staticmethod
    def _merged(removed: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
        """Limits that share a name in words count together, under the first of them."""
        first: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for question_id, number in removed:
            counts[first.setdefault(limit_name(question_id), question_id)] += number
        return tuple(counts.most_common())


def _order(bar: float | None, verdict: Verdict) -> tuple[int, tuple[float, float], str, str]:
    return (standing(verdict, bar).rank, _by_cost(verdict), verdict.model_name, verdict.offer)


def _by_value(verdicts: Sequence[Verdict], scenario: Scenario, requirements: Requirements) -> list[Verdict]:
    """Kept ones first, with mixed data one's own, then the best value; what has no price or score after those."""
    from workbench.analysis.criteria import criteria_in_force
    from workbench.analysis.tradeoffs import Weights, stands_apart, value_of

    weights = Weights.of({item.id: item.points for item in criteria_in_force(scenario, requirements)})
    own_first = stands_apart(requirements)

    def key(verdict: Verdict) -> tuple[bool, bool, bool, float, tuple[float, float], str, str]:
        value = value_of(verdict.quality, verdict.monthly_usd, weights)
        leaves = own_first and verdict.hosting is Hosting.API
        first = (not verdict.kept, leaves, value is None, -(value or 0.0))
        return (*first, _by_cost(verdict), verdict.model_name, verdict.offer)

    return sorted(verdicts, key=key)


def _by_cost(verdict: Verdict) -> tuple[float, float]:
    """The cheapest first; of two that cost the same, the one with the better score."""
    usd = verdict.monthly_usd.likely if verdict.monthly_usd else float("inf")
    return usd, -verdict.quality.value if verdict.quality else float("inf")


def _open_data(verdicts: Sequence[Verdict], requirements: Requirements) -> list[str]:
    """What hangs on the question who may process the data, as long as nobody has answered it."""
    if not requirements.data_is_open:
        return []
    own = {verdict.model_id for verdict in verdicts if verdict.kept and verdict.hosting is not Hosting.API}
    many = f"{len(own)} remain" if len(own) != 1 else "1 remains"
    return [f"Who may process the data is not answered yet: if no other company may, {many}."]


def _cheapest(verdicts: Sequence[Verdict], requirements: Requirements) -> list[str]:
    """The cheapest offer that meets the bar (without one, the best value and the cheapest), and for mixed data those
    that may see the sensitive part. `verdicts` in the order in which they are shown."""
    kept = [verdict for verdict in verdicts if verdict.kept and verdict.monthly_usd is not None]
    if not kept:
        return []
    mixed = requirements.third_party is ThirdParty.SENSITIVE_STAYS
    shown = [verdict for verdict in kept if verdict.hosting is not Hosting.API] if mixed else kept
    inside = sorted(shown, key=_by_cost)
    if not inside:
        return ["None of them may see the sensitive part: it needs a model of your own."]
    bar = requirements.quality_target
    proven = [v for v in inside if bar is not None and v.quality is not None and v.quality.low >= bar]
    what = "for the sensitive part" if mixed else "of them"
    if bar is None:
        cheapest = f"Cheapest {what}: {cheapest_words(inside[0])}."
        if shown[0].quality is None or shown[0].model_id == inside[0].model_id:
            return [cheapest]
        return [f"Best value {what}: {cheapest_words(shown[0])}. {cheapest}"]
    if proven:
        return [f"Cheapest {what} that meets the bar: {cheapest_words(proven[0])}."]
    known = [verdict for verdict in inside if verdict.quality is not None]
    best = max(known, key=lambda verdict: verdict.quality.value if verdict.quality else 0.0, default=None)
    leader = f" Best {what} by public benchmarks: {cheapest_words(best)}." if best else ""
    return [f"None {what} is proven to meet your bar yet.{leader} Cheapest {what}: {cheapest_words(inside[0])}."]


def _frozen(answers: object) -> object:
    """Answers as something that can be compared and kept: lists and dictionaries become tuples."""
    if isinstance(answers, dict) or hasattr(answers, "items"):
        return tuple(sorted((key, _frozen(value)) for key, value in answers.items()))
    return tuple(answers) if isinstance(answers, list) else answers


def _evidence_key(evidence: Evidence | None) -> object:
    if evidence is None:
        return None
    parts = (evidence.qualities, evidence.speeds, evidence.gaps)
    return (evidence.label, evidence.oracle, *(tuple(sorted(part.items(), key=lambda x: x[0])) for part in parts))
