"""Scenarios: made, answered, saved, kept in a bin, exported and imported. Every call is on the disk when it returns."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.domain.changes import Changes
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evidence import Comparison, ComparisonHead
from workbench.domain.history import DecisionVersion
from workbench.domain.ids import new_id
from workbench.domain.progress import steps_done
from workbench.domain.questions import check_answer, question
from workbench.domain.scenario import AnswerValue, Scenario
from workbench.paths import data_dir, replace_file
from workbench.store.codec import scenario_to_plain
from workbench.store.refusals import StaleScenario

if TYPE_CHECKING:
    from workbench.store.scenarios import Found
    from workbench.store.store import Store

__all__ = ["SAMPLE_ID", "SAMPLE_SLUG", "ScenarioRow", "ScenarioService", "StaleScenario"]

SAMPLE_SLUG = "knowledge-assistant"
SAMPLE_ID = "01980000-0000-7000-8000-000000000001"
LONGEST_NAME = 120
_SHIPPED = "resources/"


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One line of the scenario list.

    `steps_done` names the finished steps of the path in its order, as `domain.progress` says.
    `decision_status` is empty without a decision. `damaged` scenarios cannot be opened; the rest is then unknown.
    """

    id: str
    name: str
    slug: str
    updated_at: datetime | None
    sample: bool
    steps_done: tuple[str, ...]
    decision_status: str
    deleted_at: datetime | None = None
    damaged: bool = False


class ScenarioService:
    """What a person can do with scenarios. Plain, blocking: the window calls it in the `db` lane."""

    def __init__(self, *, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    # Reading

    def list(self) -> tuple[ScenarioRow, ...]:
        """All scenarios outside the bin, the last changed first."""
        return tuple(_row(found) for found in self._store.scenarios.all())

    def whole(self) -> tuple[Scenario, ...]:
        """All scenarios outside the bin, whole and in one look, the last changed first; damaged ones are left out."""
        return tuple(found.scenario for found in self._store.scenarios.all() if found.scenario is not None)

    def bin(self) -> tuple[ScenarioRow, ...]:
        """The deleted ones."""
        return tuple(_row(found) for found in self._store.scenarios.all(deleted=True))

    def load(self, ref: str) -> Scenario:
        """The scenario with this id, short name or name; the sample by its short name even before it was opened.

        Raises WorkbenchError with the closest names.
        """
        if ref == SAMPLE_SLUG and self._sample_is_new():
            return self.open_sample()
        found = self._store.scenarios.get(self._id_of(ref))
        if found is None:
            raise self._not_found(ref)
        return found

    def resolve(self, ref: str) -> tuple[Scenario, bool]:
        """The scenario that `ref` names, and whether it is stored; of a path to a YAML file nothing is written."""
        if _looks_like_file(ref):
            from workbench.services.scenario_text import read_text_file

            return read_text_file(Path(ref).expanduser()), False
        return self.load(ref), True

    def is_first_start(self) -> bool:
        """Whether the store has never held a scenario."""
        return self._store.scenarios.is_empty()

    def dataset_path(self, scenario: Scenario) -> Path | None:
        """Where the scenario's eval data lies; a path that starts with `resources/` is among the shipped files."""
        name = scenario.eval_dataset
        if not name:
            return None
        if name.startswith(_SHIPPED):
            return data_dir("resources") / name.removeprefix(_SHIPPED)
        return Path(name).expanduser()

    # Making

    def new(self, name: str) -> Scenario:
        """An empty scenario. Raises WorkbenchError when the name is empty or too long."""
        now = self._now()
        return self._store.scenarios.add(
            Scenario(id=new_id(), name=_checked_name(name), created_at=now, updated_at=now)
        )

    def open_sample(self) -> Scenario:
        """The shipped sample decision with its evidence, put into the store once; taken out of the bin when there."""
        stored = self._store.scenarios.get(SAMPLE_ID)
        if stored is not None:
            return stored if stored.deleted_at is None else self.restore(stored.id)
        from workbench.services.scenario_text import read_text_file
        from workbench.store.evidence_text import read_evidence

        folder = data_dir("resources") / "scenarios"
        shipped = read_text_file(folder / f"{SAMPLE_SLUG}.yaml")
        evidence = read_evidence(folder / f"{SAMPLE_SLUG}.evidence.json")
        return self._store.scenarios.add(replace(shipped, updated_at=self._now()), evidence)

    def duplicate(self, scenario_id: str) -> Scenario:
        """A copy under a new id, without the evidence; the sample's copy is the person's own."""
        original = self._got(scenario_id)
        now = self._now()
        name = f"{original.name[: LONGEST_NAME - 7]} (copy)"
        copy = replace(original, id=new_id(), name=name, created_at=now, updated_at=now, sample=False, deleted_at=None)
        return self._store.scenarios.add(copy)

    # Changing

    def answer(self, scenario_id: str, question_id: str, value: AnswerValue | None) -> Scenario:
        """Stores one answer; None takes the answer away. Raises WorkbenchError when the question does not take it."""
        return self.answer_all(scenario_id, {question_id: value})

    def answer_all(self, scenario_id: str, answers: dict[str, AnswerValue | None]) -> Scenario:
        """Stores several answers at once, or none when one of them is not taken."""
        checked = {key: None if value is None else check_answer(key, value) for key, value in answers.items()}

        def answered(scenario: Scenario) -> Scenario:
            merged = {**scenario.answers, **checked}
            return replace(scenario, answers={key: value for key, value in merged.items() if value is not None})

        return self._store.scenarios.change(scenario_id, answered)

    def answer_texts(self, scenario_id: str, texts: dict[str, str]) -> Scenario:
        """Stores answers as typed on a command line; an empty text takes an answer away.

        Raises Problems that names every answer that is not taken; then nothing is stored.
        """
        from workbench.services.scenario_text import answer_from_text

        read: dict[str, AnswerValue | None] = {}
        problems = []
        for question_id, text in texts.items():
            try:
                asked = question(question_id)
                read[question_id] = answer_from_text(asked, text) if text else None
            except WorkbenchError as problem:
                problems.append(problem)
        if problems:
            raise Problems("Nothing was changed", problems, mend="Mend these and try again.")
        return self.answer_all(scenario_id, read)

    def save(self, scenario: Scenario, *, kept_because: str = "") -> Scenario:
        """Stores a scenario that was loaded and changed. Raises StaleScenario when somebody saved in between.

        With `kept_because` the state also goes into the history of its decision.
        """
        named = replace(scenario, name=_checked_name(scenario.name))
        return self._store.scenarios.save(named, kept_because=kept_because)

    def keep_version(self, scenario: Scenario, why: str) -> Changes:
        """Puts a state that is stored into the history of its decision."""
        self._store.decision_versions.keep(scenario, why)
        return Changes(scenarios=frozenset({scenario.id}))

    def versions(self, scenario_id: str) -> tuple[DecisionVersion, ...]:
        """The kept states of its decision, the oldest first."""
        return self._store.decision_versions.of(scenario_id)

    def replace(self, scenario_id: str, scenario: Scenario, *, expected_version: int | None = None) -> Scenario:
        """Puts an earlier (undo) or later (redo) state back as the next version.

        With `expected_version`, raises StaleScenario when the stored one has another: somebody else saved since.
        """

        def swapped(current: Scenario) -> Scenario:
            if expected_version is not None and current.version != expected_version:
                raise StaleScenario(current.name)
            return scenario

        return self._store.scenarios.change(scenario_id, swapped)

    def rename(self, scenario_id: str, name: str) -> Scenario:
        checked = _checked_name(name)
        return self._store.scenarios.change(scenario_id, lambda scenario: replace(scenario, name=checked))

    # The bin

    def delete(self, scenario_id: str) -> Changes:
        """Puts it into the bin, with its evidence."""
        now = self._now().astimezone(UTC)
        changed = self._store.scenarios.change(
            scenario_id, lambda scenario: replace(scenario, deleted_at=scenario.deleted_at or now)
        )
        return Changes(scenarios=frozenset({changed.id}))

    def restore(self, scenario_id: str) -> Scenario:
        """Takes it out of the bin."""
        return self._store.scenarios.change(scenario_id, lambda scenario: replace(scenario, deleted_at=None))

    def purge(self, scenario_id: str) -> Changes:
        """Removes it and its evidence for good."""
        gone = self._store.scenarios.purge(scenario_id)
        return Changes(scenarios=frozenset({scenario_id}) if gone else frozenset())

    # Text form

    def plain(self, scenario: Scenario) -> dict[str, Any]:
        """The scenario as JSON-ready data, the same fields as the YAML."""
        return scenario_to_plain(scenario)

    def export_yaml(self, scenario: Scenario) -> str:
        """The scenario as YAML, to read, edit and share."""
        from workbench.services.scenario_text import write_text

        return write_text(scenario)

    def export_file(self, scenario: Scenario, file: Path) -> Path:
        """Writes the YAML to `file`, whole or not at all. Raises WorkbenchError; an older file is then untouched."""
        try:
            replace_file(file, self.export_yaml(scenario).encode("utf-8"))
        except OSError as error:
            raise WorkbenchError(
                f"The scenario cannot be written: {error.strerror}",
                where=str(file),
                mend="Choose a folder you may write to, with room on its disk.",
            ) from error
        return file

    def import_yaml(self, path: Path) -> Scenario:
        """Stores the scenario of a YAML file. Importing the same file again changes nothing.

        One whose id is here with other content comes in as a copy beside it. Raises WorkbenchError or Problems; then
        nothing is stored.
        """
        from workbench.services.scenario_text import read_text_file

        read = read_text_file(path)
        read = replace(read, sample=False, name=_checked_name(read.name, where=path.name))
        stored = self._store.scenarios.get(read.id)
        if stored is None:
            return self._store.scenarios.add(_dated(read, self._now()))
        if stored.deleted_at is None and _same_content(stored, read):
            return stored
        name = f"{read.name[: LONGEST_NAME - 11]} (imported)"
        return self._store.scenarios.add(_dated(replace(read, id=new_id(), name=name), self._now()))

    # Evidence of the playground

    def save_comparison(self, comparison: Comparison) -> Changes:
        self._store.comparisons.save(comparison)
        return Changes(comparisons=frozenset({comparison.id}))

    def comparisons(self, scenario_id: str | None) -> tuple[Comparison, ...]:
        """Newest first; None gives those that belong to no scenario. Blind ones are not among them."""
        return self._store.comparisons.of(scenario_id)

    def comparison_heads(
        self, scenario_id: str | None, *, words: str = "", limit: int, after: ComparisonHead | None = None
    ) -> tuple[ComparisonHead, ...]:
        """What a list shows, blind ones included, newest first; see `store.comparisons`."""
        return self._store.comparisons.heads(scenario_id, words=words, limit=limit, after=after)

    def comparison(self, comparison_id: str) -> Comparison:
        """One of them; a blind one without names. Raises WorkbenchError when there is none."""
        found = self._store.comparisons.get(comparison_id)
        if found is None:
            raise WorkbenchError(
                "There is no such comparison", where=comparison_id, mend="It was deleted, or is in another data folder."
            )
        return found

    def votes_on(self, comparison_id: str) -> int:
        """How many votes a comparison has."""
        return len(self._store.votes.on(comparison_id))

    def _sample_is_new(self) -> bool:
        """Whether the sample was never put into the store, and nothing else took its short name."""
        taken = any(slug == SAMPLE_SLUG for _, slug, _ in self._store.scenarios.names())
        return not taken and self._store.scenarios.get(SAMPLE_ID) is None

    def _got(self, scenario_id: str) -> Scenario:
        found = self._store.scenarios.get(scenario_id)
        if found is None:
            raise self._not_found(scenario_id)
        return found

    def _id_of(self, ref: str) -> str:
        names = self._store.scenarios.names()
        wanted = ref.strip()
        for position in range(3):
            matches = [name[0] for name in names if name[position] == wanted]
            if len(matches) > 1:
                short = ", ".join(name[1] for name in names if name[position] == wanted)
                raise WorkbenchError(f"Several scenarios have the name “{ref}”", mend=f"Choose one of {short}.")
            if matches:
                return matches[0]
        raise self._not_found(ref)

    def _not_found(self, ref: str) -> WorkbenchError:
        if _is_a_file(ref):
            return WorkbenchError(
                "This file is no scenario",
                where=ref,
                mend="Name a file that ends in .yaml, or a scenario in the store.",
            )
        slugs = [slug for _, slug, _ in self._store.scenarios.names()]
        close = difflib.get_close_matches(ref.casefold(), slugs, n=3, cutoff=0.4) or slugs[:5]
        mend = f"Did you mean {' or '.join(close)}?" if close else "There is none yet: make one, or import a file."
        return WorkbenchError(f"There is no scenario “{ref}”", mend=mend)


def _is_a_file(ref: str) -> bool:
    try:
        return bool(ref) and Path(ref).is_file()
    except (OSError, ValueError):  # a name no disk could hold
        return False


def _looks_like_file(ref: str) -> bool:
    return ref.lower().endswith((".yaml", ".yml")) or "/" in ref or "\\" in ref


def _checked_name(name: str, *, where: str = "") -> str:
    """The name on one line, without control characters and stray spaces. Raises WorkbenchError."""
    trimmed = " ".join("".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in name).split())
    if not trimmed:
        raise WorkbenchError("The scenario has no name", where=where, mend="Give it one, such as “Support chat”.")
    if len(trimmed) > LONGEST_NAME:
        what = f"The name has {len(trimmed):,} characters"
        raise WorkbenchError(what, where=where, mend=f"Keep it within {LONGEST_NAME}.")
    return trimmed


def _dated(scenario: Scenario, now: datetime) -> Scenario:
    """A file without times gets today's; others keep theirs, so that it is written out as it was read."""
    created, updated = (at if at.year > 1970 else now for at in (scenario.created_at, scenario.updated_at))
    return replace(scenario, created_at=created, updated_at=updated)


def _same_content(a: Scenario, b: Scenario) -> bool:
    return a == replace(
        b, version=a.version, created_at=a.created_at, updated_at=a.updated_at, sample=a.sample, deleted_at=None
    )


def _row(found: Found) -> ScenarioRow:
    scenario = found.scenario
    if scenario is None:
        return ScenarioRow(found.id, found.name, found.slug, None, False, (), "", damaged=True)
    return ScenarioRow(
        id=scenario.id,
        name=scenario.name,
        slug=found.slug,
        updated_at=scenario.updated_at,
        sample=scenario.sample,
        steps_done=steps_done(scenario, has_eval=found.has_eval),
        decision_status="" if scenario.decision is None else scenario.decision.status.value,
        deleted_at=scenario.deleted_at,
    )
