"""Where a bundle's parts go in this store: what is new here, what is here already, what is kept beside ours.

Nothing here is ever overwritten. A scenario that is here with other content comes in as a copy beside it, under an id
that follows from its content, so that the same bundle twice brings nothing new; its evidence and history come with it
under ids of the copy. Data that must stay here stays as protected as it is: a copy is never freer than ours.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.domain.evals import CaseResult
from workbench.domain.questions import requirements_from
from workbench.domain.requirements import DataRule, Requirements, Sensitivity
from workbench.domain.scenario import AnswerValue, Scenario
from workbench.services.bundle_parts import Content
from workbench.store.arrivals import Arrival
from workbench.store.codec import scenario_to_plain

if TYPE_CHECKING:
    from workbench.store.store import Store

IMPORTED = " (imported)"
COLLEAGUE = "a colleague"
_LONGEST_NAME = 120
_ME = "me"
_PROTECTED = ("sensitivity", "third_party", "sensitive_share")
_RULES = (DataRule.FREE, DataRule.MIXED, DataRule.LOCAL_ONLY)
_LEVELS: Mapping[Sensitivity, int] = {
    Sensitivity.PUBLIC: 0,
    Sensitivity.INTERNAL: 1,
    Sensitivity.CONFIDENTIAL: 2,
    Sensitivity.HEALTH: 3,
    Sensitivity.EU_SPECIAL: 3,
}


class Standing(StrEnum):
    """What the scenario is to this store: not here; here and the same; here with other content; here, in the bin."""

    NEW = "new"
    SAME = "same"
    BESIDE = "beside"
    IN_BIN = "in the bin"


@dataclass(frozen=True, slots=True)
class Count:
    """Of one kind of thing: how many the bundle holds, how many of them are new here, and how many are here with other
    content (they stay as they are here)."""

    held: int
    new: int
    differ: int = 0


@dataclass(frozen=True, slots=True)
class Merge:
    """What an import would add. `ours` is the scenario of that id here; `target` the id under which parts arrive.

    `stricter` says that the copy keeps our rules for its data, which are stricter than the sender's.
    """

    standing: Standing
    ours: Scenario | None
    target: str
    arrival: Arrival
    evals: Count
    results: Count
    data_sets: Count
    marks: Count
    comparisons: Count
    votes: Count
    versions: Count
    stricter: bool = False


def merge_of(content: Content, store: Store, *, eval_dataset: str) -> Merge:
    """Looks at the store and changes nothing. `eval_dataset` is where the eval data will lie here ("" for none)."""
    theirs = replace(content.scenario, eval_dataset=eval_dataset, sample=False, deleted_at=None)
    theirs = replace(theirs, name=theirs.name[:_LONGEST_NAME])
    ours = store.scenarios.get(theirs.id)
    if ours is None:
        return _merge(content, store, Standing.NEW, None, theirs.id, theirs)
    if _digest(ours) == _digest(theirs):
        standing = Standing.SAME if ours.deleted_at is None else Standing.IN_BIN
        return _merge(content, store, standing, ours, ours.id, None)
    target = _follows(_digest(theirs), theirs.id)
    kept, stricter = _as_strict(theirs, ours)
    copy = replace(kept, id=target, name=f"{theirs.name[: _LONGEST_NAME - len(IMPORTED)]}{IMPORTED}")
    if (earlier := store.scenarios.get(target)) is not None:
        standing = Standing.SAME if earlier.deleted_at is None else Standing.IN_BIN
        return _merge(content, store, standing, earlier, target, None, stricter=stricter)
    return _merge(content, store, Standing.BESIDE, ours, target, copy, stricter=stricter)


def _merge(
    content: Content,
    store: Store,
    standing: Standing,
    ours: Scenario | None,
    target: str,
    scenario: Scenario | None,
    *,
    stricter: bool = False,
) -> Merge:
    moved = content if target == content.scenario.id else _moved(content, target)
    votes = tuple(replace(vote, rater=COLLEAGUE) if vote.rater == _ME else vote for vote in moved.votes)
    known = store.arrivals.known(
        runs=[run.id for run in moved.runs],
        marks=[mark.id for mark in moved.marks],
        comparisons=[one.id for one in moved.comparisons],
        votes=[vote.id for vote in votes],
        versions=[version.id for version in moved.versions],
    )
    results, differ = _lacking(moved, store, known.runs)
    arrival = Arrival(
        scenario_id=target,
        scenario=scenario,
        runs=tuple(run for run in moved.runs if run.id not in known.runs),
        results=results,
        marks=tuple(mark for mark in moved.marks if mark.id not in known.marks),
        comparisons=tuple(one for one in moved.comparisons if one.id not in known.comparisons),
        votes=tuple(vote for vote in votes if vote.id not in known.votes),
        data_sets=tuple(data for data in moved.data_sets if store.data_sets.version(data.hash) is None),
        versions=tuple(version for version in moved.versions if version.id not in known.versions),
    )
    return Merge(
        standing,
        ours,
        target,
        arrival,
        evals=Count(len(moved.runs), len(arrival.runs)),
        results=Count(len(moved.results), len(results), differ),
        data_sets=Count(len(moved.data_sets), len(arrival.data_sets)),
        marks=Count(len(moved.marks), len(arrival.marks)),
        comparisons=Count(len(moved.comparisons), len(arrival.comparisons)),
        votes=Count(len(votes), len(arrival.votes)),
        versions=Count(len(moved.versions), len(arrival.versions)),
        stricter=stricter,
    )


def _lacking(content: Content, store: Store, known_runs: frozenset[str]) -> tuple[tuple[CaseResult, ...], int]:
    """The results that are not here, and how many are here with another answer or score.

    A score of an answer that is another here is not lacking: it was not given to ours.
    """
    kept = [result for run_id in known_runs for result in store.eval_runs.results(run_id)]
    scores = {(result.eval_run_id, *result.key): result.score for result in kept}
    answers = {(result.eval_run_id, *result.question): result.answer for result in kept}
    lacking, differ = [], 0
    for result in content.results:
        key, question = (result.eval_run_id, *result.key), (result.eval_run_id, *result.question)
        if answers.get(question, result.answer) != result.answer or scores.get(key, result.score) != result.score:
            differ += 1
        elif key not in scores:
            lacking.append(result)
    return tuple(lacking), differ


def _moved(content: Content, target: str) -> Content:
    """The content as parts of another scenario, each under an id that follows from its own."""
    old_ids = [*(run.id for run in content.runs), *(one.id for one in content.comparisons)]
    ids = {old: _follows(target, old) for old in old_ids}
    return replace(
        content,
        runs=tuple(replace(run, id=ids[run.id], scenario_id=target) for run in content.runs),
        results=tuple(replace(result, eval_run_id=ids[result.eval_run_id]) for result in content.results),
        marks=tuple(
            replace(mark, id=_follows(target, mark.id), eval_run_id=ids[mark.eval_run_id]) for mark in content.marks
        ),
        comparisons=tuple(
            replace(one, id=ids[one.id], scenario_id=target, continues=ids.get(one.continues, ""))
            for one in content.comparisons
        ),
        votes=tuple(
            replace(vote, id=_follows(target, vote.id), comparison_id=ids[vote.comparison_id]) for vote in content.votes
        ),
        versions=tuple(
            replace(each, id=_follows(target, each.id), scenario=replace(each.scenario, id=target))
            for each in content.versions
        ),
    )


def _as_strict(theirs: Scenario, ours: Scenario) -> tuple[Scenario, bool]:
    """Theirs with our answers about the data where those protect it more, and whether they do."""
    asked, mine = requirements_from(theirs.answers), requirements_from(ours.answers)
    if not _protects_more(mine, asked):
        return theirs, False
    answers: dict[str, AnswerValue] = {key: value for key, value in theirs.answers.items() if key not in _PROTECTED}
    answers |= {key: ours.answers[key] for key in _PROTECTED if key in ours.answers}
    return replace(theirs, answers=answers), True


def _protects_more(mine: Requirements, theirs: Requirements) -> bool:
    if mine.data_rule is not theirs.data_rule:
        return _RULES.index(mine.data_rule) > _RULES.index(theirs.data_rule)
    if mine.sensitivity is not theirs.sensitivity:
        return _LEVELS[mine.sensitivity] >= _LEVELS[theirs.sensitivity]
    return mine.sensitive_share > theirs.sensitive_share


def _digest(scenario: Scenario) -> str:
    """What it says, whatever its place in a store, on a disk or in the window."""
    apart = ("created_at", "updated_at", "sample", "eval_dataset", "step", "filters")
    plain = {key: value for key, value in scenario_to_plain(scenario).items() if key not in apart}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _follows(*parts: str) -> str:
    """An id that is the same whenever it is made from the same parts."""
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
