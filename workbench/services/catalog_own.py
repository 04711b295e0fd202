"""A person's own facts: models, prices, discounts, hardware and scores that stand above every list."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workbench.domain.catalog_fields import SPECS, check_fields, read_field, spec_of
from workbench.domain.changes import Changes
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.ids import new_id
from workbench.domain.numbers import digits
from workbench.domain.quotes import OwnFact, Scalar, Subject

if TYPE_CHECKING:
    from workbench.services.catalog import CatalogService
    from workbench.store.catalog_changes import CatalogChanges

_ID = re.compile(r"[a-z0-9][a-z0-9._-]*")
_MODEL_ID = re.compile(r"[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*")
_LONGEST_ID = 120
_LONGEST_NOTE = 300


class OwnFacts:
    """Entries of one data folder. Each call writes at once; an entry in force on the same thing ends with a new one."""

    def __init__(
        self,
        *,
        catalog: CatalogService,
        changes: Callable[[], CatalogChanges],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._catalog = catalog
        self._changes = changes
        self._now = now

    def all(self) -> tuple[OwnFact, ...]:
        """Every entry in force, oldest first."""
        changes = self._changes()
        return changes.own() if changes.version() else ()

    def about(self, target: str) -> tuple[OwnFact, ...]:
        """The entries in force about one model, hardware or provider."""
        return tuple(fact for fact in self.all() if fact.target == target)

    def enter_text(
        self, subject: Subject, target: str, part: str, texts: Mapping[str, str], note: str = ""
    ) -> tuple[OwnFact, Changes]:
        """As `enter`, with each figure as a person wrote it. Raises Problems that name all that cannot be read."""
        fields: dict[str, Scalar] = {}
        problems: list[WorkbenchError] = []
        for name, text in texts.items():
            spec = spec_of(subject, name)
            if spec is None:
                known = ", ".join(SPECS[subject])
                problems.append(
                    WorkbenchError(f"There is no figure '{name}'", where=target, mend=f"Known are {known}.")
                )
                continue
            try:
                fields[name] = read_field(spec, text)
            except WorkbenchError as error:
                problems.append(error)
        if problems:
            raise _together(problems, target)
        return self.enter(subject, target, part, fields, note)

    def enter(
        self, subject: Subject, target: str, part: str, fields: Mapping[str, Scalar], note: str = ""
    ) -> tuple[OwnFact, Changes]:
        """Enters figures about a model (`target` its id; `part` the provider of an offer or the benchmark of a score),
        a piece of hardware, or a discount at a provider (`part` a model's id or ""). Returns the entry as kept: it
        holds the earlier one's figures where the new one gives none. Raises Problems, naming every fault."""
        target, part, note = target.strip(), part.strip(), " ".join(note.split())
        problems = [*self._place_problems(subject, target, part), *check_fields(subject, fields, target)]
        if not fields:
            problems.append(WorkbenchError("No figure is given", where=target, mend="Give at least one."))
        if len(note) > _LONGEST_NOTE or not note.isprintable():
            problems.append(WorkbenchError("The note is too long or cannot be shown", where=target, mend="Shorten it."))
        earlier = next((f for f in self.about(target) if f.subject is subject and f.part == part), None)
        merged = {**(earlier.fields if earlier else {}), **fields}
        if not problems:
            problems += self._sense_problems(subject, target, merged)
        if problems:
            raise _together(problems, target)
        fact = OwnFact(new_id(), subject, target, part, merged, note or (earlier.note if earlier else ""), self._at())
        self._changes().enter(fact)
        self._catalog.forget()
        return fact, Changes(catalog=True)

    def take_back(self, fact_id: str) -> tuple[OwnFact, Changes]:
        """Ends an entry: the catalog's own figures count again. Raises WorkbenchError when there is none."""
        ended = self._changes().take_back(fact_id, self._at())
        self._catalog.forget()
        return ended, Changes(catalog=True)

    def restore(self, fact: OwnFact) -> tuple[OwnFact, Changes]:
        """Enters again what was taken back or replaced, exactly as it was."""
        again = OwnFact(new_id(), fact.subject, fact.target, fact.part, fact.fields, fact.note, self._at())
        self._changes().enter(again)
        self._catalog.forget()
        return again, Changes(catalog=True)

    def _at(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds")

    def _place_problems(self, subject: Subject, target: str, part: str) -> list[WorkbenchError]:
        """What is wrong with what the entry is about."""
        catalog = self._catalog.catalog()
        shape = _ID if subject in (Subject.HARDWARE, Subject.DISCOUNT) else _MODEL_ID
        if not shape.fullmatch(target) or len(target) > _LONGEST_ID:
            like = "developer/model" if shape is _MODEL_ID else "like 'h100-own'"
            mend = f"Use small letters, digits, '.', '-' and '_', {like}."
            return [WorkbenchError(f"'{target[:60]}' is not an id", where="about", mend=mend)]
        known_model = target in catalog.model_by_id
        match subject:
            case Subject.OFFER if not _ID.fullmatch(part.partition("#")[0]):
                mend = "Name the provider by its id, such as openai; for a second offer add #variant."
                return [WorkbenchError(f"'{part[:60]}' is not a provider", where=target, mend=mend)]
            case Subject.SCORE if part not in catalog.benchmark_by_id:
                mend = f"Known are {', '.join(catalog.benchmark_by_id)}."
                return [WorkbenchError(f"There is no benchmark '{part[:60]}'", where=target, mend=mend)]
            case Subject.DISCOUNT if target not in catalog.provider_by_id:
                mend = "Name the provider by its id; the Catalog page lists them."
                return [WorkbenchError(f"There is no provider '{target}'", where="discount", mend=mend)]
            case Subject.DISCOUNT if part and part not in catalog.model_by_id:
                mend = "Name one model by its id, or none for everything the provider sells."
                return [WorkbenchError(f"There is no model '{part[:60]}'", where="discount", mend=mend)]
            case Subject.OFFER | Subject.SCORE if not known_model:
                mend = "Add the model first, with its name and kind."
                return [WorkbenchError(f"The catalog has no model '{target}'", where="about", mend=mend)]
        return []

    def _sense_problems(self, subject: Subject, target: str, fields: Mapping[str, Scalar]) -> list[WorkbenchError]:
        """What cannot be true of the entry as a whole."""
        found: list[WorkbenchError] = []
        catalog = self._catalog.catalog()
        if subject is Subject.FACTS and target not in catalog.model_by_id:
            missing = [name for name in ("name", "kind") if name not in fields]
            found += [
                WorkbenchError(f"A model of your own needs a {n}", where=target, mend="Give it.") for n in missing
            ]
        if subject is Subject.HARDWARE and target not in catalog.hardware_by_id:
            missing = [name for name in ("name", "memory_gib") if name not in fields]
            words = {"name": "name", "memory_gib": "memory size"}
            found += [WorkbenchError(f"It needs a {words[n]}", where=target, mend="Give it.") for n in missing]
        total, active = fields.get("params_total_b"), fields.get("params_active_b")
        if isinstance(total, int | float) and isinstance(active, int | float) and active > total:
            what = f"{digits(active)} billion active parameters are more than {digits(total)} billion in all"
            found.append(WorkbenchError(what, where=target, mend="Check which of the two is wrong."))
        return found


def _together(problems: list[WorkbenchError], target: str) -> WorkbenchError:
    if len(problems) == 1:
        return problems[0]
    return Problems("Some figures cannot stand", problems, where=target, mend="Nothing was kept. Mend each:")
