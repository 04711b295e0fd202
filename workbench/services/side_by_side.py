"""Two decisions, or two states of one, side by side: what was asked, what was known, what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalRun, EvalStatus, EvalSummary
from workbench.domain.questions import QUESTIONS
from workbench.domain.scenario import Scenario
from workbench.reports.sections.context import answer_words
from workbench.services.comparing import LISTS, criterion_words, decision_words, entries, option_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.domain.evidence import Evidence
    from workbench.domain.history import DecisionVersion
    from workbench.domain.option import OptionSet
    from workbench.domain.secret import Secret
    from workbench.services.bundle_parts import Content
    from workbench.services.bundles import BundleService
    from workbench.services.eval_results import EvalResults
    from workbench.services.options import OptionService
    from workbench.services.scenarios import ScenarioService
    from workbench.services.votes import VoteService

INPUTS, EVIDENCE, OUTCOME = "Inputs", "Evidence", "Outcome"
_MONEY = ("setup_usd", "monthly_usd")
_FIGURES = {
    "setup_usd": "set-up",
    "monthly_usd": "a month",
    "weeks": "weeks to launch",
    "quality": "quality, 0 to 100",
    "privacy": "privacy, 0 to 100",
    "independence": "independence, 0 to 100",
}


@dataclass(frozen=True, slots=True)
class Stand:
    """One option as the figures had it: its score, likely figures by name, and the rules that excluded it."""

    id: str
    name: str
    score: float
    figures: dict[str, float]
    excluded_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. `facts` says of when the catalog was that the figures come from; `evals` are finished runs, the
    newest first."""

    title: str
    scenario: Scenario
    facts: str
    recommended: str
    options: tuple[Stand, ...]
    evals: tuple[tuple[EvalRun, EvalSummary], ...]
    comparisons: int
    votes: int


@dataclass(frozen=True, slots=True)
class Line:
    """One thing on both sides; "" where it is not there."""

    what: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        return self.left != self.right


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its lines."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Both sides in words, part by part, with the outcome in a sentence."""

    left: str
    right: str
    sentence: str
    parts: tuple[Part, ...]

    @property
    def differences(self) -> int:
        return sum(line.differs for part in self.parts for line in part.lines)


class SideBySideService:
    """Finds what a person names and puts it side by side. Plain, blocking: not for the GUI thread."""

    def __init__(
        self,
        *,
        scenarios: ScenarioService,
        options: OptionService,
        evals: EvalResults,
        votes: VoteService,
        bundles: Callable[[], BundleService],
        facts: Callable[[], str],
    ) -> None:
        self._scenarios = scenarios
        self._options = options
        self._evals = evals
        self._votes = votes
        self._bundles = bundles
        self._facts = facts

    def find(self, ref: str, passphrase: Secret | None = None) -> Side:
        """What `ref` names: a scenario, `scenario@2` for the second recorded state of its decision, a YAML file or a
        bundle. Raises WorkbenchError."""
        if ref.casefold().endswith(".mswb"):
            opened = self._bundles().open(Path(ref).expanduser(), passphrase)
            return _of_bundle(opened.content, f"{opened.manifest.scenario_name}, {opened.file}")
        name, at, number = ref.rpartition("@")
        if at and number.isdecimal():
            return self.of_version(self._scenarios.load(name).id, int(number))
        scenario, stored = self._scenarios.resolve(ref)
        return self.of_scenario(scenario, stored=stored)

    def of_scenario(self, scenario: Scenario, *, stored: bool = True) -> Side:
        """The scenario as it is, with the figures of its decision's day, or of today without one."""
        runs = self._finished(scenario.id) if stored else ()
        evidence = self._evals.evidence(scenario.id) if stored else None
        facts, recommended, stands = _outcome(scenario, self._computed(scenario, evidence), self._facts)
        return Side(
            scenario.name,
            scenario,
            facts,
            recommended,
            stands,
            runs,
            len(self._scenarios.comparisons(scenario.id)) if stored else 0,
            self._votes.given(scenario.id) if stored else 0,
        )

    def of_version(self, scenario_id: str, number: int) -> Side:
        """The recorded state of that number, 1 for the first, with the evidence that there was then.

        Raises WorkbenchError when there is none."""
        versions = self._scenarios.versions(scenario_id)
        if not 1 <= number <= len(versions):
            mend = f"There are {len(versions)}; `workbench decide --history` lists them." if versions else ""
            raise WorkbenchError(
                f"There is no recorded state {number}", where=scenario_id, mend=mend or "Record the decision first."
            )
        return self.of_state(versions[number - 1], number)

    def of_state(self, version: DecisionVersion, number: int) -> Side:
        """The same from a version at hand."""
        scenario = version.scenario
        runs = tuple(each for each in self._finished(scenario.id) if _ended_by(each[0], version.at))
        comparisons = self._scenarios.comparisons(scenario.id)
        facts, recommended, stands = _outcome(scenario, self._computed(scenario, None), self._facts)
        title = f"{scenario.name}, state {number} ({version.why}, {words.day(version.at.date().isoformat())})"
        earlier = sum(one.at <= version.at.isoformat() for one in comparisons)
        votes = self._votes.given(scenario.id, until=version.at.isoformat())
        return Side(title, scenario, facts, recommended, stands, runs, earlier, votes)

    def compare(self, left: Side, right: Side) -> SideBySide:
        """The two side by side."""
        return side_by_side(left, right)

    def _finished(self, scenario_id: str) -> tuple[tuple[EvalRun, EvalSummary], ...]:
        runs = (run for run in self._evals.runs(scenario_id) if run.status is EvalStatus.FINISHED)
        return tuple((run, self._evals.summary(run)) for run in runs)

    def _computed(self, scenario: Scenario, evidence: Evidence | None) -> Callable[[], OptionSet]:
        return lambda: self._options.options(scenario, evidence=evidence)


def _of_bundle(content: Content, title: str) -> Side:
    """What a bundle holds, computed with its own facts."""
    from workbench.services.bundle_figures import house_of

    house, scenario = house_of(content), content.scenario
    runs = (run for run in house.evals.runs(scenario.id) if run.status is EvalStatus.FINISHED)

    def computed() -> OptionSet:
        return house.options.options(scenario, evidence=house.evals.evidence(scenario.id))

    facts, recommended, stands = _outcome(scenario, computed, lambda: content.catalog.collected)
    return Side(
        title,
        scenario,
        facts,
        recommended,
        stands,
        tuple((run, house.evals.summary(run)) for run in runs),
        len(content.comparisons),
        len(content.votes),
    )


def _outcome(
    scenario: Scenario, computed: Callable[[], OptionSet], facts: Callable[[], str]
) -> tuple[str, str, tuple[Stand, ...]]:
    """Facts' date, advice and options: as kept with the decision, else as computed now."""
    names = {option.id: option.name for option in scenario.options}
    basis = scenario.decision.basis if scenario.decision else None
    if basis is not None:
        stands = (
            Stand(each.id, names.get(each.id, each.id), each.score, dict(each.figures), each.excluded_by)
            for each in basis.options
        )
        return f"{words.day(basis.collected)}, as recorded", basis.recommended, tuple(stands)
    found = computed()
    stands = (
        Stand(
            option.id,
            option.name,
            option.score,
            {name: figure.likely for name, figure in option.figures.items()},
            tuple(reason.rule for reason in option.excluded_by),
        )
        for option in found.options
    )
    return f"{words.day(facts())}, computed now", found.recommendation.option, tuple(stands)


def side_by_side(left: Side, right: Side) -> SideBySide:
    """Both sides in words. Titles that are the same tell the sides apart by number."""
    parts = (
        Part(INPUTS, tuple(_inputs(left.scenario, right.scenario))),
        Part(EVIDENCE, tuple(_evidence(left, right))),
        Part(OUTCOME, tuple(_outcomes(left, right))),
    )
    titles = (left.title, right.title) if left.title != right.title else (f"{left.title} (1)", f"{right.title} (2)")
    return SideBySide(*titles, _sentence(left, right, parts), parts)


def _sentence(left: Side, right: Side, parts: Sequence[Part]) -> str:
    chosen = [_chosen(side) for side in (left, right)]
    if not all(chosen):
        first = "Neither is decided." if not any(chosen) else "Only one of the two is decided."
    elif chosen[0] == chosen[1]:
        first = f"Both are decided for {chosen[0]}."
    else:
        first = f"They are decided differently: {chosen[0]} against {chosen[1]}."
    counts = [(part.title.casefold(), sum(line.differs for line in part.lines)) for part in parts]
    apart = [f"{words.count(number, 'line')} of the {name}" for name, number in counts if number]
    if not apart:
        return f"{first} Nothing differs."
    verb = "differs" if [number for _, number in counts if number] == [1] else "differ"
    return f"{first} {words.listed(apart)} {verb}."


def _chosen(side: Side) -> str:
    decision = side.scenario.decision
    return "" if decision is None or not decision.option else _named(side, decision.option)


def _named(side: Side, option_id: str) -> str:
    names = {**{stand.id: stand.name for stand in side.options}, **{o.id: o.name for o in side.scenario.options}}
    name = names.get(option_id, "")
    return f"{option_id} · {name}" if name and name != option_id else option_id


def _inputs(left: Scenario, right: Scenario) -> Iterator[Line]:
    for question_id, question in QUESTIONS.items():
        given = [side.answers.get(question_id) for side in (left, right)]
        if any(value is not None for value in given):
            yield Line(question.title, *("" if value is None else answer_words(question, value) for value in given))
    weights = [{criterion.id: criterion for criterion in side.criteria} for side in (left, right)]
    for key in dict.fromkeys((*weights[0], *weights[1])):
        title = (weights[0].get(key) or weights[1][key]).title
        yield Line(f"Weight of {title.casefold()}", *(criterion_words(side.get(key)) for side in weights))
    options = [{option.id: option_words(option) for option in side.options} for side in (left, right)]
    for key in dict.fromkeys((*options[0], *options[1])):
        said = [side.get(key, {}) for side in options]
        for what in dict.fromkeys((*said[0], *said[1])):
            yield Line(f"Option {key}: {what}", *(side.get(what, "") for side in said))


def _evidence(left: Side, right: Side) -> Iterator[Line]:
    yield Line("Facts of", left.facts, right.facts)
    yield Line("Finished evals", *(f"{len(side.evals)}" for side in (left, right)))
    newest = [side.evals[0] if side.evals else None for side in (left, right)]
    if any(newest):
        yield Line("Newest eval", *(_eval_words(found) for found in newest))
        means = [_means(found) for found in newest]
        for key in dict.fromkeys((*means[0], *means[1])):
            yield Line(key, *(side.get(key, "") for side in means))
    yield Line("Comparisons in the playground", f"{left.comparisons}", f"{right.comparisons}")
    yield Line("Votes", f"{left.votes}", f"{right.votes}")


def _eval_words(found: tuple[EvalRun, EvalSummary] | None) -> str:
    if found is None:
        return ""
    run = found[0]
    day = words.day(run.started_at.date().isoformat())
    return f"{run.name}: {run.dataset_name}, {words.count(run.case_count, 'case')}, {day}"


def _means(found: tuple[EvalRun, EvalSummary] | None) -> dict[str, str]:
    if found is None:
        return {}
    said = {}
    for model in found[1].models:
        if model.mean is not None and model.low is not None and model.high is not None:
            figures = f"{words.share(model.mean)} ({words.share(model.low)} to {words.share(model.high)})"
            said[f"{model.model_id}, {model.scorer}"] = f"{figures}, {words.count(model.n, 'case')}"
    return said


def _outcomes(left: Side, right: Side) -> Iterator[Line]:
    sides = (left, right)
    fields = [decision_words(side.scenario.decision) for side in sides]
    for what in fields[0]:
        said = [_chosen(s) for s in sides] if what == "Decided for" else [each[what] for each in fields]
        if any(said):
            yield Line(what, *said)
    yield Line("Recommended by the figures", *(_named(s, s.recommended) if s.recommended else "none" for s in sides))
    stands = [{stand.id: stand for stand in side.options} for side in sides]
    for key in dict.fromkeys((*stands[0], *stands[1])):
        yield from _stand_lines(key, [side.get(key) for side in stands])
    for name, title in LISTS.items():
        found = [entries(side.scenario.decision, name) for side in sides]
        if any(found):
            yield Line(title, *("\n".join(each) for each in found))


def _stand_lines(key: str, found: Sequence[Stand | None]) -> Iterator[Line]:
    yield Line(f"{key}: score", *("" if each is None else f"{each.score:.3f}" for each in found))
    for name, title in _FIGURES.items():
        if any(each is not None and name in each.figures for each in found):
            yield Line(f"{key}: {title}", *(_figure(each, name) for each in found))
    yield Line(f"{key}: limits", *(_limits(each) for each in found))


def _figure(stand: Stand | None, name: str) -> str:
    value = None if stand is None else stand.figures.get(name)
    if value is None:
        return ""
    return words.usd(value) if name in _MONEY else words.rounded(value, 4)


def _limits(stand: Stand | None) -> str:
    if stand is None:
        return ""
    return f"out: {words.listed(stand.excluded_by)}" if stand.excluded_by else "inside"


def _ended_by(run: EvalRun, at: datetime) -> bool:
    return (run.finished_at or run.started_at) <= at


def different(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Those that differ."""
    return tuple(line for line in lines if line.differs)
