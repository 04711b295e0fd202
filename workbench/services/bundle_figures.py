"""Every figure of a bundle computed from what it holds, and what differs from the figures it was sent with.

Nothing of this machine plays a part: catalog, local models, results and the day come from the bundle.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, cast

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseResult, EvalRun, EvalSummary, Mark
from workbench.domain.evidence import Evidence
from workbench.reports import figures as shapes
from workbench.services.bundle_parts import Content
from workbench.services.decision_basis import basis_of, signed_digest

if TYPE_CHECKING:
    from workbench.evals.columns import Columns
    from workbench.services.bundle_scores import Rescored
    from workbench.services.eval_results import EvalReading
    from workbench.services.options import OptionService
    from workbench.services.shortlist import ShortlistService
    from workbench.services.tradeoffs import TradeoffService

#: what rounding on another machine may change
NEAR = 1e-9
MOST_DIFFERENCES = 1_000
_log = logging.getLogger(__name__)
Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure that is not what it was; "" where there was none. `path` leads to it: `options.C.score`."""

    path: str
    then: str
    now: str


class EvalsAtHand:
    """Runs, results and marks in memory, asked like the store's repository, in the orders that it gives."""

    def __init__(self, runs: Sequence[EvalRun], results: Sequence[CaseResult], marks: Sequence[Mark] = ()) -> None:
        self._marks = tuple(sorted(marks, key=lambda mark: (mark.at, mark.id)))
        self._runs = tuple(sorted(runs, key=lambda run: (run.started_at, run.id), reverse=True))
        self._results: dict[str, list[CaseResult]] = {}
        for result in results:
            self._results.setdefault(result.eval_run_id, []).append(result)

    def runs(self, scenario_id: str | None = None) -> tuple[EvalRun, ...]:
        return tuple(run for run in self._runs if scenario_id in (None, run.scenario_id))

    def run(self, run_id: str) -> EvalRun | None:
        return next((run for run in self._runs if run.id == run_id), None)

    def results(self, run_id: str) -> tuple[CaseResult, ...]:
        return tuple(self._results.get(run_id, ()))

    def marks(self, run_id: str) -> tuple[Mark, ...]:
        return tuple(mark for mark in self._marks if mark.eval_run_id == run_id)


@dataclass(frozen=True, slots=True)
class House:
    """The services that compute, over a bundle's own facts."""

    shortlist: ShortlistService
    tradeoffs: TradeoffService
    options: OptionService
    evals: EvalReading


def house_of(content: Content) -> House:
    """Services that know nothing but this content. Raises WorkbenchError when its day is none."""
    from workbench.services.options import OptionService
    from workbench.services.shortlist import ShortlistService
    from workbench.services.tradeoffs import TradeoffService

    day, evals = _day(content.computed_on), EvalsAtHand(content.runs, content.results, content.marks)
    shortlist = ShortlistService(catalog=lambda: content.catalog, local=lambda: content.local, today=lambda: day)
    return House(
        shortlist,
        TradeoffService(shortlist=shortlist),
        OptionService(shortlist=shortlist),
        _reading_once(evals),
    )


def _reading_once(evals: EvalsAtHand) -> EvalReading:
    """What is at hand does not change: each run is laid out and summed up once, whoever asks."""
    from workbench.services.eval_results import EvalReading

    columns: dict[str, Columns] = {}
    summaries: dict[str, EvalSummary] = {}
    evidence: dict[str, Evidence | None] = {}

    class Once(EvalReading):
        def columns(self, run: EvalRun) -> Columns:
            if run.id not in columns:
                columns[run.id] = super().columns(run)
            return columns[run.id]

        def summary_of(self, run: EvalRun, results: Sequence[CaseResult] | Columns) -> EvalSummary:
            return self.summary(run)

        def summary(self, run: EvalRun) -> EvalSummary:
            if run.id not in summaries:
                summaries[run.id] = super().summary(run)
            return summaries[run.id]

        def evidence(self, scenario_id: str) -> Evidence | None:
            if scenario_id not in evidence:
                evidence[scenario_id] = super().evidence(scenario_id)
            return evidence[scenario_id]

    return Once(evals)


def figures_of(content: Content, house: House | None = None) -> Plain:
    """What follows from the content, JSON-ready: options and what stands behind them, shortlist, trade-offs, evals,
    votes, and the figures that the decision rests on. `house`: the content's, when at hand."""
    computed: Plain = _finite(_computed(content, house or house_of(content)))
    return computed


def foreign_figures_of(content: Content) -> Plain:
    """The same of content from elsewhere. Raises WorkbenchError when its facts make no sense."""
    try:
        return figures_of(content)
    except (ArithmeticError, ValueError, LookupError, TypeError, AttributeError) as error:
        # The facts are a stranger's: what would be a bug with our own catalog may be theirs to mend.
        _log.warning("a bundle's figures cannot be computed", exc_info=True)
        raise WorkbenchError(
            "The figures cannot be computed from the facts in this bundle",
            where=content.scenario.name,
            mend="Ask for it again; if it was not changed, report the log as a fault of the workbench.",
        ) from error


def _computed(content: Content, house: House) -> Plain:
    scenario = content.scenario
    evidence = house.evals.evidence(scenario.id)
    options = house.options.options(scenario, evidence=evidence)
    kept = house.options.keep(scenario, options)
    view = house.tradeoffs.points(scenario, evidence=evidence)
    summaries = [(run, house.evals.summary(run)) for run in house.evals.runs(scenario.id)]
    decision = scenario.decision
    return {
        "options": shapes.options_shape(options, ""),
        "shortlist": shapes.shortlist_shape(house.shortlist.shortlist(scenario, evidence=evidence), ""),
        "tradeoffs": {
            "points": shapes.value_shape(view.points),
            "mixes": shapes.value_shape(view.mixes),
            "sentence": view.sentence,
        },
        "insights": shapes.insights_shape(house.options.insights(scenario, evidence=evidence, found=options)),
        "evals": [{**shapes.eval_shape(run, summary), "id": run.id} for run, summary in summaries],
        "votes": shapes.value_shape(_preferences(content)),
        "basis": shapes.value_shape(basis_of(options, kept, content.catalog, _day(content.computed_on))),
        "signed": signed_digest(scenario) if decision is not None else None,
    }


def _preferences(content: Content) -> object:
    from workbench.services.votes import preferences_of

    return preferences_of(content.votes, content.comparisons)


def basis_changes(content: Content, now: Mapping[str, Any]) -> Iterator[FigureChange]:
    """Where the figures kept with the decision are not those of today's computation, and signatures that no longer
    hold. The kept ones are compared only when they rest on the same facts and day."""
    decision = content.scenario.decision
    if decision is None:
        return
    basis = decision.basis
    if basis and basis.catalog == content.catalog.fingerprint and basis.computed_on == content.computed_on:
        yield from changes(_finite(shapes.value_shape(basis)), now["basis"], "decision.basis")
    for each in decision.sign_offs:
        if each.digest != now["signed"]:
            yield FigureChange(f"decision.signed.{each.name}", each.digest, str(now["signed"]))


def score_change(found: Rescored) -> FigureChange:
    """A score that its answer does not get again."""
    result = found.result
    path = f"results.{result.eval_run_id}.{result.case_id}.{result.model_id}.{result.scorer}"
    return FigureChange(path, _shown(result.score), _shown(found.now))


def changes(then: object, now: object, path: str = "") -> Iterator[FigureChange]:
    """Every figure that differs, numbers by more than another machine's rounding. Lists are matched by their ids.

    What a later version computes besides is no difference.
    """
    match then, now:
        case dict(), dict():
            for key in then:
                yield from changes(then.get(key), now.get(key), f"{path}.{key}".removeprefix("."))
        case list(), list():
            yield from _list_changes(then, now, path)
        case bool() | str() | None, _:
            if type(then) is not type(now) or then != now:
                yield FigureChange(path, _shown(then), _shown(now))
        case _:
            if not _near(then, now):
                yield FigureChange(path, _shown(then), _shown(now))


def count_of(shape: object) -> int:
    """How many single values it holds."""
    match shape:
        case dict():
            return sum(map(count_of, shape.values()))
        case list():
            return sum(map(count_of, shape))
    return 1


def _list_changes(then: list[Any], now: list[Any], path: str) -> Iterator[FigureChange]:
    old, new = _by_id(then), _by_id(now)
    if old is not None and new is not None:
        yield from changes(old, new, path)
        for key in new.keys() - old.keys():
            yield FigureChange(f"{path}.{key}", "", _shown(new[key]))
        return
    if all(isinstance(item, str) for item in (*then, *now)):
        gone, come = [item for item in then if item not in now], [item for item in now if item not in then]
        for before, after in zip_longest(gone, come, fillvalue=""):
            yield FigureChange(path, _shown(before), _shown(after))
        return
    if len(then) != len(now):
        yield FigureChange(f"{path}.length", str(len(then)), str(len(now)))
    for place, (left, right) in enumerate(zip(then, now, strict=False)):
        yield from changes(left, right, f"{path}.{place}")


def _by_id(items: list[Any]) -> dict[str, Any] | None:
    if not all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in items):
        return None
    found = {item["id"]: item for item in items}
    return found if len(found) == len(items) else None


def _near(then: object, now: object) -> bool:
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (then, now))
    if not numbers:
        return type(then) is type(now) and then == now
    return math.isclose(cast(float, then), cast(float, now), rel_tol=NEAR, abs_tol=NEAR)


def _shown(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _finite(shape: object) -> Any:
    """The same with null for numbers without end, and tuples as lists: what JSON gives back."""
    match shape:
        case float():
            return shape if math.isfinite(shape) else None
        case Mapping():
            return {str(key): _finite(value) for key, value in shape.items()}
        case list() | tuple():
            return [_finite(value) for value in shape]
    return shape


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        mend = "It was not made by a workbench; do not trust it."
        raise WorkbenchError("The bundle does not say which day it was computed for", mend=mend) from error
