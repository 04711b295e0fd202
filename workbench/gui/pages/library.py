"""Local models: the GGUF files of this machine, what is in them, and whether they run here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.scenario import Scenario
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.selection import Picked
from workbench.gui.theme import Tone
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.fields import FlowLayout
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark
from workbench.gui.widgets.state import EmptyState, ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.inference.local.gguf import Severity
from workbench.services.library import FITS, TIGHT, TOO_LARGE, Fit, LibraryService, LocalFile, fit_of

KIND = "model"
FIT_TONES = {FITS: Tone.GOOD, TIGHT: Tone.CAUTION, TOO_LARGE: Tone.BAD}


@dataclass(frozen=True, slots=True)
class LocalRow:
    """A file with how it fits; `fit` is None when it cannot be used."""

    item: LocalFile
    fit: Fit | None

    @property
    def id(self) -> str:
        return str(self.item.path)


@dataclass(frozen=True, slots=True)
class Listing:
    """What the library has now, and the remembered folders and files that are gone."""

    rows: tuple[LocalRow, ...]
    folders: tuple[Path, ...]
    missing: tuple[Path, ...]


class LibraryPage(Page):
    """The table of files; the inspector says what is in one and what can be done with it."""

    id: ClassVar[str] = "library"
    title: ClassVar[str] = "Local models"
    icon: ClassVar[str] = "library"
    needs: ClassVar[tuple[str, ...]] = ("library",)

    def __init__(self, *, house: House, library: LibraryService) -> None:
        super().__init__(house=house)
        self._library = library
        self._listing = Listing((), (), ())
        self._asked_for = 0
        add = menu_button("Add models", {"Add a folder …": self.add_folder, "Open a GGUF file …": self.open_file})
        add.setObjectName("library-add")
        self.header.add_button(add)
        self.header.add_button(button("Try side by side", self._try_selected, kind="main"))
        self._error = ErrorBox()
        self._folders = QWidget()
        self._folder_flow = FlowLayout(self._folders)
        self._table = self._make_table()
        self._empty = EmptyState(
            "There are no models on this machine yet.",
            "Add a folder …",
            self.add_folder,
            icon="library",
            detail="A local model is one file with the ending .gguf. It runs here, without a network and at no cost.",
        )
        self._empty.add_action("Open a GGUF file …", self.open_file)
        self._empty.hide()
        self.body.addWidget(self._error)
        self.body.addWidget(self._folders)
        self.body.addWidget(self._table, 1)
        self.body.addWidget(self._empty, 1)
        house.selection.changed.connect(self._selection_changed)

    def _make_table(self) -> DataTable[LocalRow]:
        table: DataTable[LocalRow] = DataTable(
            "library",
            (
                Column("name", "Model", lambda r: r.item.name, aside=_where, width=190, stretch=True, hint=_path),
                Column("fit", "Runs here", _fit_word, mark=_fit_mark, hint=_fit_hint, sort=_need, width=130),
                Column("memory", "Memory", _memory, unit="GB", right=True, sort=_need, hint=_fit_hint, width=80),
                Column(
                    "parameters",
                    "Parameters",
                    lambda r: _count(r.item.file.parameters if r.item.file else None),
                    right=True,
                    sort=lambda r: float(r.item.file.parameters) if r.item.file and r.item.file.parameters else None,
                    width=92,
                ),
                Column("bits", "Stored as", _quantization, hint=_bits_hint, width=80),
                Column(
                    "size",
                    "File",
                    _megabytes,
                    unit="MB",
                    right=True,
                    sort=lambda r: float(r.item.bytes),
                    width=70,
                ),
                Column("context", "Context", _context, unit="tokens", right=True, sort=_context_sort, width=80),
            ),
            row_id=lambda row: row.id,
            name="Local models",
            settings=self.house.settings,
            faint=lambda row: row.fit is None,
            filter_hint="Filter by name, folder or problem",
            visible_rows=8,
        )
        table.picked.connect(lambda id: self.house.selection.pick(KIND, id))
        table.opened.connect(lambda id: self.navigate.emit("validate", (Path(id),)))
        return table

    # drawing

    def show_scenario(self, scenario: Scenario | None) -> None:
        """The models are the machine's; they are read again whenever the page is opened."""
        super().show_scenario(scenario)
        self._read()

    def refresh(self, changes: Changes) -> None:
        """Folders or files were added elsewhere."""
        if changes.settings:
            self._read()

    def arrive(self, payload: object) -> None:
        """Files or folders were dropped on the window."""
        paths = [path for path in payload if isinstance(path, Path)] if isinstance(payload, tuple) else []
        for path in paths:
            self._add(path)

    def page_actions(self) -> tuple[PageAction, ...]:
        return (
            PageAction("Add a folder of models …", self.add_folder),
            PageAction("Open a GGUF file …", self.open_file),
            PageAction("Try the selected model side by side", self._try_selected),
            PageAction("Copy the models as Markdown", lambda: self._table.copy(self._table.as_markdown)),
        )

    def _read(self) -> None:
        """List everything in the pool; only the newest answer is drawn."""
        self._asked_for += 1
        number = self._asked_for
        self.house.tasks.start(
            self._list,
            done=lambda listing: self._draw(listing) if number == self._asked_for else None,
            failed=self._error.show_error,
            owner=self,
        )

    def _list(self) -> Listing:
        library = self._library
        rows = tuple(LocalRow(item, _fit(item)) for item in library.models())
        return Listing(rows, library.folders(), library.missing())

    def _draw(self, listing: Listing) -> None:
        self._listing = listing
        rows = listing.rows
        self.header.set_answer(*answer_words(listing))
        self._empty.setVisible(not rows)
        self._table.setVisible(bool(rows))
        self._table.set_rows(rows)
        self._table.select(self.house.selection.id_of(KIND))
        while (old := self._folder_flow.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for path in (*listing.folders, *(path for path in listing.missing if path not in listing.folders)):
            gone = " is not there now" if path in listing.missing else ""
            made = button(f"{path.name}{gone}  ×", partial(self._forget, path), hint=f"Take {path} off the list")
            made.setAccessibleName(f"Take {path.name} off the list")
            self._folder_flow.addWidget(made)
        self._folders.setVisible(self._folder_flow.count() > 0)
        if self._selected() is None and rows:
            self.house.selection.pick(KIND, rows[0].id)
        self._explain_selected()

    # what the person does

    def add_folder(self) -> None:
        """Ask for a folder and list what is in it, also the next time."""
        name = QFileDialog.getExistingDirectory(self, "Add a folder of models")
        if name:
            self._add(Path(name))

    def open_file(self) -> None:
        """Ask for one file."""
        name, _ = QFileDialog.getOpenFileName(self, "Open a GGUF file", "", "GGUF models (*.gguf)")
        if name:
            self._add(Path(name))

    def _add(self, path: Path) -> None:
        def add() -> Changes:
            return self._library.add_folder(path) if path.is_dir() else self._library.add_file(path)

        def done(changes: Changes) -> None:
            self._error.clear()
            if not path.is_dir():
                self.house.selection.pick(KIND, str(path.absolute()))
            self.wrote.emit(changes)
            self._read()

        self.house.tasks.start(add, done=done, failed=self._error.show_error, owner=self)

    def _forget(self, path: Path) -> None:
        self.house.tasks.start(
            lambda: self._library.forget(path), done=self._forgotten, failed=self._error.show_error, owner=self
        )

    def _forgotten(self, changes: Changes) -> None:
        self.wrote.emit(changes)
        self._read()

    def _try_selected(self) -> None:
        row = self._selected()
        if row is not None and row.fit is not None:
            self.navigate.emit("validate", (row.item.path,))

    # the inspector

    def _selection_changed(self, picked: Picked | None) -> None:
        if picked is not None and picked.kind == KIND:
            self._table.select(picked.id)
        if self.isVisible():
            self._explain_selected()

    def _selected(self) -> LocalRow | None:
        wanted = self.house.selection.id_of(KIND)
        return next((row for row in self._listing.rows if row.id == wanted), None)

    def _explain_selected(self) -> None:
        row = self._selected()
        self.explain.emit(None if row is None else self._explanation(row))

    def _explanation(self, row: LocalRow) -> Explanation:
        item = row.item
        actions = [
            InspectorAction(
                "Copy its path", lambda: QGuiApplication.clipboard().setText(str(item.path)), "To open it elsewhere"
            )
        ]
        if row.fit is not None:
            actions.insert(0, InspectorAction("Try it side by side", self._try_selected))
        if item.path in self._library.files():
            actions.append(InspectorAction("Take it off the list", lambda: self._forget(item.path)))
        return Explanation(
            item.name,
            "shipped with the workbench" if item.demo else str(item.path),
            tuple(sections(row)),
            (f"Read from the file {item.path.name}; its weights are not loaded for this.",),
            tuple(actions),
        )


# words


def answer_words(listing: Listing) -> tuple[str, str]:
    """The page's answer: how many run here, which do not, what is gone."""
    rows = listing.rows
    ready = [row for row in rows if row.fit is not None and row.fit.word != TOO_LARGE]
    if not rows:
        return "No local models yet.", ""
    verb = "runs" if len(ready) == 1 else "run"
    lead = (
        f"{len(ready)} of {words.count(len(rows), 'model')} {verb} on this machine, without a network and at no cost."
    )
    parts = []
    if large := [row.item.name for row in rows if row.fit is not None and row.fit.word == TOO_LARGE]:
        parts.append(f"{words.listed(large[:3])} would need more memory than is free.")
    if broken := sum(row.fit is None for row in rows):
        parts.append(f"{words.count(broken, 'file')} cannot be used; select one to see why.")
    if listing.missing:
        gone = words.listed([path.name for path in listing.missing[:3]])
        parts.append(f"{gone} {'is' if len(listing.missing) == 1 else 'are'} not there now.")
    free = next((row.fit.free_bytes for row in rows if row.fit is not None and row.fit.free_bytes), None)
    if free is not None:
        parts.append(f"{words.gigabytes(free)} of memory are free.")
    return lead, " ".join(parts)


def sections(row: LocalRow) -> list[Section]:
    """What stands in the file, in sentences."""
    file, found = row.item.file, []
    if row.fit is not None:
        found.append(
            Section("Whether it runs here", (Row(row.fit.sentence, FIT_TONES.get(row.fit.word, Tone.NEUTRAL)),))
        )
    if file is None:
        return [*found, Section("What is wrong", (Row(row.item.problem, Tone.BAD),))]
    facts = [
        f"Architecture {file.architecture}, {words.count(file.layers, 'layer') if file.layers else 'layers unknown'}",
        f"{_count(file.parameters)} parameters, stored as {file.quantization} ({file.bits_per_weight:.2g} bits each)"
        if file.bits_per_weight
        else f"{_count(file.parameters)} parameters",
        f"Reads up to {words.tokens(file.context)} at once"
        if file.context
        else "Does not say how much it reads at once",
        f"Vocabulary of {file.vocabulary:,} tokens" if file.vocabulary else "Does not say its vocabulary",
        "Has its own chat template" if file.chat_template else "Has no chat template: a plain one is used",
        f"Licence {file.licence}" if file.licence else "Does not name its licence",
        f"{_megabytes(row)} MB, GGUF version {file.gguf_version}",
    ]
    found.append(Section("What is in the file", tuple(Row(fact) for fact in facts)))
    if file.problems:
        problems = tuple(
            Row(f"{p.what}. {p.mend}", Tone.BAD if p.severity is Severity.REFUSE else Tone.CAUTION)
            for p in file.problems
        )
        found.append(Section("What to know", problems))
    return found


def _fit(item: LocalFile) -> Fit | None:
    return fit_of(item.file) if item.file is not None and not item.problem else None


def _where(row: LocalRow) -> str:
    if row.item.same_as is not None:
        return f"same as {row.item.same_as.name}"
    return "shipped" if row.item.demo else row.item.label or row.item.source or row.item.path.parent.name


def _path(row: LocalRow) -> str:
    return str(row.item.path)


def _fit_word(row: LocalRow) -> str:
    return row.fit.word if row.fit is not None else "cannot be used"


def _fit_mark(row: LocalRow) -> Mark:
    return Mark(FIT_TONES.get(row.fit.word, Tone.NEUTRAL) if row.fit is not None else Tone.BAD)


def _fit_hint(row: LocalRow) -> str:
    return row.fit.sentence if row.fit is not None else row.item.problem


def _need(row: LocalRow) -> float | None:
    return float(row.fit.need_bytes) if row.fit is not None else None


def _memory(row: LocalRow) -> str:
    return words.rounded(row.fit.need_bytes / 1e9, 2) if row.fit is not None else UNKNOWN


def _quantization(row: LocalRow) -> str:
    return (row.item.file.quantization if row.item.file else None) or UNKNOWN


def _bits_hint(row: LocalRow) -> str:
    bits = row.item.file.bits_per_weight if row.item.file else None
    return f"{bits:.2g} bits for each parameter" if bits else "The file does not say."


def _megabytes(row: LocalRow) -> str:
    size = row.item.bytes / 1e6
    return words.rounded(size) if size >= 0.001 else "< 0.001"


def _context(row: LocalRow) -> str:
    context = row.item.file.context if row.item.file else None
    return f"{context:,}" if context else UNKNOWN


def _context_sort(row: LocalRow) -> float | None:
    context = row.item.file.context if row.item.file else None
    return float(context) if context else None


def _count(value: int | None) -> str:
    """A number of parameters: "96 k", "1.46 M", "7.2 B"."""
    if not value:
        return UNKNOWN
    for size, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{words.rounded(value / size)} {suffix}"
    return str(value)
