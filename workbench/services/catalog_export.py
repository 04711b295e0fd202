"""Giving corrections back: what a person accepted and entered, as the catalog's files, ready for a pull request.

Private things stay here: negotiated prices and discounts have no public source, and a figure without one is refused
there anyway. An own entry goes along when its note names an address (https://…).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.quotes import OwnFact, Subject
from workbench.paths import replace_file

if TYPE_CHECKING:
    from workbench.catalog.export import Correction, Exported
    from workbench.services.catalog import CatalogService
    from workbench.store.catalog_changes import CatalogChanges

_PUBLIC = "https://"
_AT_HOME = ("usd_per_hour",)  # what a machine costs this person, which is no fact about the machine


@dataclass(frozen=True, slots=True)
class ExportResult:
    """Files written below `folder`, what they change, and what was left out, with the reason."""

    folder: Path
    files: tuple[str, ...]
    corrections: tuple[Correction, ...]
    left_out: tuple[str, ...]

    @property
    def sentence(self) -> str:
        files = f"{len(self.files)} file{'' if len(self.files) == 1 else 's'}"
        changes = f"{len(self.corrections)} correction{'' if len(self.corrections) == 1 else 's'}"
        return f"{files} with {changes} written to {self.folder}."

    @property
    def as_markdown(self) -> str:
        """The text for the pull request: each change with its source."""
        lines = [f"- `{item.file}`, {item.what} ({item.source}, {item.as_of})" for item in self.corrections]
        return "\n".join(["Corrections to the catalog:", "", *lines])


class CatalogExport:
    """Exports of one data folder."""

    def __init__(self, *, catalog: CatalogService, changes: Callable[[], CatalogChanges]) -> None:
        self._catalog = catalog
        self._changes = changes

    def export(self, folder: Path) -> ExportResult:
        """Writes the files that differ from the shipped catalog to `folder`, laid out as models_catalog is.

        What is written passes `catalog check`; a model whose figures do not is left out. Nothing is written when there
        is nothing to give (WorkbenchError), or when a file there is neither the shipped one nor the one to write.
        """
        from workbench.catalog.export import exported
        from workbench.catalog.overlay import effective

        changes = self._changes()
        known = changes.own() if changes.version() else ()
        quotes = changes.quotes_in_force() if changes.version() else ()
        own, private = _public(known)
        shipped = self._catalog.shipped()
        found = exported(self._catalog.folder, shipped, effective(shipped, quotes, own))
        files, faults = self._sound(found)
        if not files:
            raise WorkbenchError(
                "There is nothing to export",
                where="catalog",
                mend="Take in a list, or name the source (https://…) in the note of a figure of yours.",
            )
        self._write(folder, files)
        kept = tuple(item for item in found.corrections if item.file in files)
        return ExportResult(folder, tuple(files), kept, (*private, *faults))

    def _sound(self, found: Exported) -> tuple[dict[str, str], list[str]]:
        """The files that pass the check together, and why others do not."""
        files, faults = dict(found.files), []
        with tempfile.TemporaryDirectory(prefix="workbench-export-") as name:
            copy = Path(name) / "catalog"
            shutil.copytree(self._catalog.folder, copy)
            while files:
                for each, text in files.items():
                    (copy / each).parent.mkdir(parents=True, exist_ok=True)
                    (copy / each).write_text(text, "utf-8")
                problems = self._catalog.check(copy)
                wrong = {each for each in files for problem in problems if problem.where.startswith(f"{each},")}
                if not problems:
                    break
                if not wrong:
                    raise Problems("The corrections do not fit together", problems, where=str(self._catalog.folder))
                for each in wrong:
                    faults.append(next(str(p) for p in problems if p.where.startswith(f"{each},")))
                    self._put_back(copy, each)
                    del files[each]
        return files, faults

    def _put_back(self, copy: Path, name: str) -> None:
        ours = self._catalog.folder / name
        (copy / name).unlink()
        if ours.exists():
            shutil.copy(ours, copy / name)

    def _write(self, folder: Path, files: dict[str, str]) -> None:
        taken = [
            WorkbenchError(
                "This file has changes of its own", where=str(folder / name), mend="Export to another place."
            )
            for name, text in files.items()
            if not self._may_write(folder, name, text)
        ]
        if taken:
            raise Problems("Nothing was written: files there would be lost", taken, where=str(folder))
        try:
            for name, text in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                replace_file(folder / name, text.encode("utf-8"))
        except OSError as error:
            mend = "Choose a folder in which you may write."
            what = f"The files cannot be written: {error.strerror}"
            raise WorkbenchError(what, where=str(folder), mend=mend) from error

    def _may_write(self, folder: Path, name: str, text: str) -> bool:
        """Whether the file is not there, or holds what is shipped or what is to be written."""
        try:
            there = (folder / name).read_bytes()
        except FileNotFoundError:
            return True
        except OSError:
            return False
        ours = self._catalog.folder / name
        return there == text.encode("utf-8") or (ours.exists() and there == ours.read_bytes())


def _public(own: Sequence[OwnFact]) -> tuple[list[OwnFact], list[str]]:
    """The entries that can be given away, and why the others are not."""
    given, kept = [], []
    for fact in own:
        about = f"{fact.target} {fact.part}".rstrip()
        fields = {name: value for name, value in fact.fields.items() if name not in _AT_HOME}
        if fact.subject is Subject.DISCOUNT:
            kept.append(f"{about}: a discount is between you and the provider.")
        elif _PUBLIC not in fact.note:
            kept.append(f"{about}: its note names no public source (https://…).")
        elif fields:
            given.append(replace(fact, fields=fields))
    return given, kept
