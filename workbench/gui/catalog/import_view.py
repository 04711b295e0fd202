"""An import before and after: lists that can be taken in, the diff row by row, and imports that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.catalog_diff import Choice, Diff, DiffRow, FieldChange, Held, RowKind
from workbench.domain.catalog_fields import title_of, write_field
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import ImportRecord, Subject
from workbench.gui.catalog.import_groups import LeftGroups
from workbench.gui.catalog.import_start import ImportStart
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Space, Tone
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.fields import ChipsField
from workbench.gui.widgets.fields import Choice as Chip
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.catalog_imports import SourceKind

FOLDER_KEY = "catalog/import-folder"
_MOST_PROBLEMS = 3
_MOST_FIGURES = 3
KIND_WORDS = {
    RowKind.NEW: "new",
    RowKind.CHANGED: "changed",
    RowKind.DISAGREES: "disagrees",
    RowKind.VANISHED: "vanished",
    RowKind.UNKNOWN_MODEL: "unknown model",
    RowKind.SAME: "the same",
}
# Why a row stands there: why it is left, else what it is.
_WHY_WORDS = {Held.WRONG: "looks wrong", Held.PROVIDER: "unknown provider", Held.ALIKE: "similar name"}
_CHOICE_WORDS = {Choice.ACCEPT: "take", Choice.BESIDE: "keep both", Choice.REJECT: "leave"}
_TONES = {Choice.ACCEPT: Tone.GOOD, Choice.BESIDE: Tone.CAUTION, Choice.REJECT: Tone.NEUTRAL}


class ImportView(QWidget):
    """Sends `wanted` (path) for a file chosen, `fetch` (list id), `applied` (diff, choices), `undo` and `redo` (import
    id), `picked` (row id), `counted` () when the number of rows taken changes."""

    wanted = Signal(object)
    fetch = Signal(str)
    applied = Signal(object, object)
    undo = Signal(str)
    redo = Signal(str)
    picked = Signal(str)
    counted = Signal()

    def __init__(self, settings: SettingsPort) -> None:
        super().__init__()
        self.setObjectName("catalog-import")
        self.setAcceptDrops(True)
        self._settings = settings
        self.diff: Diff | None = None
        self.choices: dict[str, Choice] = {}
        self.error = ErrorBox()
        self._start = ImportStart(settings)
        self.giving_back = self._start.giving_back
        self._start.choose.connect(self.choose_file)
        self._start.fetch.connect(self.fetch)
        self._start.undo.connect(self.undo)
        self._start.redo.connect(self.redo)
        self._groups = ChipsField("Show", _group_chips(None))
        self._groups.changed.connect(lambda _values: self._draw())
        self._left = LeftGroups()
        self._left.shown.connect(self.show_group)
        self._left.decided.connect(self.decide_group)
        self._notes = Words("", "muted")
        self.table = self._make_table()
        self._diff_part = self._lay_out_diff()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self.error)
        column.addWidget(self._start, 1)
        column.addWidget(self._diff_part, 1)
        self._diff_part.hide()

    # for the page

    def show_start(self, kinds: Sequence[SourceKind], records: Sequence[ImportRecord]) -> None:
        """What can be imported, and what was."""
        self.diff = None
        self._start.show_lists(kinds, records)
        self._start.show()
        self._diff_part.hide()

    def show_diff(self, diff: Diff) -> None:
        """The rows of a diff, chosen as it proposes."""
        self.diff = diff
        self.choices = {row.id: row.proposed for row in diff.rows}
        self.error.clear()
        self._start.hide()
        self._diff_part.show()
        self._left.show_diff(diff, self.choices)
        self._put_groups(diff)
        self.table.select("")
        passed = [f"{count:,} {reason}" for reason, count in diff.passed_over]
        faulty = words.count(len(diff.problems), "entry with a fault", "entries with faults")
        problems = [f"{faulty} (left out)"] if diff.problems else []
        said = "; ".join([*passed, *problems])
        first = [str(problem) for problem in diff.problems[:_MOST_PROBLEMS]]
        self._notes.set_text("\n".join([f"Passed over: {said}.", *first]) if said else "")
        self._notes.setVisible(bool(said))
        self._draw()
        self.counted.emit()

    def show_failed(self, error: WorkbenchError) -> None:
        """A list could not be read or taken in: nothing of an earlier one may stand under the error."""
        self.diff, self.choices = None, {}
        self.table.set_rows(())
        self._diff_part.hide()
        self._start.show()
        self.error.show_error(error)
        self.counted.emit()

    def show_group(self, why: Held) -> None:
        """The rows that are left for this reason, and no others."""
        if self.diff is not None:
            self._groups.set_value(())
            self.table.set_rows(self.diff.held(why))

    def decide_group(self, why: Held, take: bool) -> None:
        """Takes or leaves all rows that were left for this reason."""
        for row in self.diff.held(why) if self.diff else ():
            self.choices[row.id] = row.taking if take else Choice.REJECT
        self._decided()

    @property
    def taken(self) -> int:
        """How many rows are taken that say something new."""
        return sum(self.choices[row.id] is not Choice.REJECT for row in self.diff.news) if self.diff else 0

    def apply(self) -> None:
        if self.diff is not None:
            self.applied.emit(self.diff, dict(self.choices))

    def choose_file(self) -> None:
        """Asks for a file, beginning where the last one lay."""
        folder = str(self._settings.get(FOLDER_KEY, "") or "")
        kinds = "Lists (*.json *.csv *.yaml *.yml *.tsv *.txt);;All files (*)"
        name, _ = QFileDialog.getOpenFileName(self, "Import a list", folder, kinds)
        if name:
            self._settings.set(FOLDER_KEY, str(Path(name).parent))
            self.wanted.emit(Path(name))

    def explanation(self, row_id: str) -> Explanation | None:
        """One row with every figure, its source, what looks wrong, and what can be done with it."""
        row = next((row for row in self.diff.rows if row.id == row_id), None) if self.diff else None
        return None if row is None else _explained(row, self.choices[row.id], self._decide)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        if files:
            self.wanted.emit(files[0])

    # inside

    def _make_table(self) -> DataTable[DiffRow]:
        table: DataTable[DiffRow] = DataTable(
            "import",
            (
                Column("model", "Model", lambda r: r.model_name, hint=lambda r: r.model_name, width=120),
                Column("choice", "Take", self._choice_text, mark=self._choice_mark, width=104),
                Column("of", "Of", lambda r: r.provider or _part(r), width=96),
                Column("figures", "Catalog has → list says", _figures, hint=_all_figures, width=270, stretch=True),
                Column("why", "What", _why, mark=_wrong_mark, hint=_doubts, width=130),
            ),
            row_id=lambda r: r.id,
            name="Rows of the import",
            settings=self._settings,
            faint=lambda r: self.choices.get(r.id) is Choice.REJECT,
            filter_hint="Filter by model, provider, figure",
            visible_rows=8,
        )
        table.picked.connect(self.picked)
        table.opened.connect(self._toggle)
        return table

    def _lay_out_diff(self) -> QWidget:
        part = QWidget()
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        for text, choice, hint in (
            ("Take", Choice.ACCEPT, "The list's figure counts from now on"),
            ("Keep both", Choice.BESIDE, "The catalog's figure stays, the list's stands beside it as a band"),
            ("Leave", Choice.REJECT, "The row changes nothing"),
        ):
            made = button(text, partial(self._decide_selected, choice), hint=f"Selected row: {hint.lower()}")
            row.addWidget(made)
        row.addStretch(1)
        row.addWidget(button("Take all shown", lambda: self._decide_shown(True)))
        row.addWidget(button("Leave all shown", lambda: self._decide_shown(False)))
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self._left)
        self._groups_place = QVBoxLayout()
        self._groups_place.addWidget(self._groups)
        column.addLayout(self._groups_place)
        column.addWidget(self.table, 1)
        column.addLayout(row)
        column.addWidget(self._notes)
        return part

    def _put_groups(self, diff: Diff) -> None:
        """The chips anew, with the counts of this diff."""
        self._groups_place.removeWidget(self._groups)
        self._groups.hide()
        self._groups.deleteLater()
        self._groups = ChipsField("Show", _group_chips(diff))
        self._groups.changed.connect(lambda _values: self._draw())
        usual = (RowKind.CHANGED, RowKind.DISAGREES, RowKind.VANISHED, RowKind.NEW)
        self._groups.set_value([kind.value for kind in usual if diff.count(kind)])
        self._groups_place.addWidget(self._groups)

    def _draw(self) -> None:
        if self.diff is None:
            return
        kinds = set(self._groups.value) or {kind.value for kind in RowKind}
        self.table.set_rows(row for row in self.diff.rows if row.kind.value in kinds)

    def _choice_text(self, row: DiffRow) -> str:
        return _CHOICE_WORDS[self.choices.get(row.id, Choice.REJECT)]

    def _choice_mark(self, row: DiffRow) -> Mark:
        return Mark(_TONES[self.choices.get(row.id, Choice.REJECT)])

    def _toggle(self, row_id: str) -> None:
        """Enter or a double click turns taking into leaving and back."""
        row = next(row for row in self.diff.rows if row.id == row_id) if self.diff else None
        if row is not None:
            self._decide(row, Choice.REJECT if self.choices[row.id] is not Choice.REJECT else row.taking)

    def _decide_selected(self, choice: Choice) -> None:
        id = self.table.current_id
        row = next((row for row in self.diff.rows if row.id == id), None) if self.diff else None
        if row is not None:
            self._decide(row, choice)

    def _decide(self, row: DiffRow, choice: Choice) -> None:
        self.choices[row.id] = choice
        self._decided()

    def _decide_shown(self, take: bool) -> None:
        for row in self.table.model.shown:
            self.choices[row.id] = row.taking if take else Choice.REJECT
        self._decided()

    def _decided(self) -> None:
        self.table.view.viewport().update()
        self._left.show_choices(self.choices)
        self.counted.emit()
        if self.table.current_id:
            self.picked.emit(self.table.current_id)


def _group_chips(diff: Diff | None) -> list[Chip[str]]:
    found = []
    for kind in RowKind:
        number = diff.count(kind) if diff else 0
        if number:
            found.append(Chip(kind.value, f"{KIND_WORDS[kind].capitalize()} {number:,}"))
    return found


def _part(row: DiffRow) -> str:
    return row.quote.part if row.subject is Subject.SCORE else "facts"


def _figures(row: DiffRow) -> str:
    """The first figures as far as a cell has room for them; the hint and the inspector have all."""
    shown = row.changes if len(row.changes) <= _MOST_FIGURES else row.changes[: _MOST_FIGURES - 1]
    said = ", ".join(_figure(row, change) for change in shown)
    more = len(row.changes) - len(shown)
    return f"{said} and {more} more" if more else said or UNKNOWN


def _all_figures(row: DiffRow) -> str:
    return "\n".join(_figure(row, change) for change in row.changes)


def _figure(row: DiffRow, change: FieldChange) -> str:
    """ "Input 2.5 → 2", "Input 2" where the catalog has none."""
    ours = "" if change.ours is None else f"{write_field(change.ours)} → "
    return f"{title_of(row.subject, change.field)} {ours}{write_field(change.theirs)}"


def _why(row: DiffRow) -> str:
    return _WHY_WORDS.get(row.held, KIND_WORDS[row.kind])


def _doubts(row: DiffRow) -> str:
    return " ".join(row.warnings)


def _wrong_mark(row: DiffRow) -> Mark | None:
    return Mark(Tone.CAUTION) if row.warnings else None


def _explained(row: DiffRow, choice: Choice, decide: Callable[[DiffRow, Choice], None]) -> Explanation:
    figures = tuple(
        Row(f"{title_of(row.subject, c.field)}: {write_field(c.ours)} → **{write_field(c.theirs)}**")
        for c in row.changes
    )
    doubts = tuple(Row(text, Tone.CAUTION) for text in row.warnings)
    known = Row(f"Recognised as {row.model_id}: {row.matched}." if row.matched else f"New model: {row.model_id}.")
    sections = (
        Section("Catalog has → list says", figures or (Row("The same as the catalog has."),)),
        Section("Looks wrong", doubts),
        Section("Which model", (known, Row(f"The list calls it {row.source_name or UNKNOWN}."))),
    )
    sources = tuple(
        text for text in (f"Catalog: {row.ours_source}" if row.ours_source else "", row.quote.source) if text
    )
    actions = (
        InspectorAction("Take", lambda: decide(row, Choice.ACCEPT), "The list's figure counts from now on"),
        InspectorAction("Keep both", lambda: decide(row, Choice.BESIDE), "Both figures stay, drawn as a band"),
        InspectorAction("Leave", lambda: decide(row, Choice.REJECT), "Nothing is changed"),
    )
    title = f"{row.model_name}{f' at {row.provider}' if row.provider else ''}"
    subtitle = f"{KIND_WORDS[row.kind]} · {_CHOICE_WORDS[choice]}"
    return Explanation(title, subtitle, tuple(s for s in sections if s.rows), sources, actions)
