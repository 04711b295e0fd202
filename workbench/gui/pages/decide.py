"""Decide: the record of the decision beside the report that others will read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPagedPaintDevice, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.decision import SIGNABLE, Decision, DecisionStatus
from workbench.domain.errors import WorkbenchError
from workbench.domain.history import DecisionVersion
from workbench.domain.option import Option, OptionSet
from workbench.domain.scenario import Scenario
from workbench.gui.opening import open_on_this_machine
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.slices import Slices
from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import Choice
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words, breakable

if TYPE_CHECKING:
    from workbench.gui.forms.decision_form import DecisionForm
    from workbench.gui.forms.record_cards import HistoryCard, SignaturesCard
    from workbench.gui.forms.report_bar import ReportBar
    from workbench.gui.widgets.report_view import ReportView
    from workbench.reports.document import Document
    from workbench.services.conditions import Subjects
    from workbench.services.decisions import DecisionService, Signed
    from workbench.services.eval_results import EvalResults
    from workbench.services.options import OptionService
    from workbench.services.reports import ReportService

FOLDER_KEY = "report/folder"
FORMATS = {
    "HTML": ("html",),
    "PDF": ("pdf",),
    "Word": ("docx",),
    "PowerPoint": ("pptx",),
    "Excel": ("xlsx",),
    "Markdown": ("md",),
    "JSON": ("json",),
    "All of them": ("all",),
}
STATUSES = {
    "Propose it": DecisionStatus.PROPOSED,
    "Back to a draft": DecisionStatus.DRAFT,
    "It is superseded": DecisionStatus.SUPERSEDED,
}
WIDE_PX = 860
FULL_WIDE_PX = 1_500
# The answer is painted first; record and report come in steps, and edits that follow faster are read together.
AFTER_MS = 40
PARTS = (
    "workbench.gui.forms.decision_form",
    "workbench.gui.forms.record_cards",
    "workbench.gui.forms.report_bar",
    "workbench.gui.widgets.report_view",
)


class DecidePage(Page):
    """A form at the left, the report's preview at the right.

    A finished decision opens with this page, so it is there at once with its answer; its parts are loaded off the GUI
    thread and made one after the other.
    """

    _form: DecisionForm
    _signatures: SignaturesCard
    _history: HistoryCard
    _view: ReportView
    _bar: ReportBar

    id: ClassVar[str] = "decide"
    title: ClassVar[str] = "Decide"
    icon: ClassVar[str] = "decide"
    has_inspector: ClassVar[bool] = False
    asks: ClassVar[tuple[str, ...]] = ("decisions", "reports", "options", "eval_results")

    def __init__(
        self,
        *,
        house: House,
        decisions: Callable[[], DecisionService],
        reports: Callable[[], ReportService],
        options: Callable[[], OptionService],
        eval_results: Callable[[], EvalResults],
    ) -> None:
        super().__init__(house=house)
        self._decisions = decisions
        self._reports = reports
        self._options = options
        self._evals = eval_results
        self._found: OptionSet | None = None
        self._whole = False
        self._shown: Document | None = None
        self._is_made = self._is_coming = self._has_no_report = False
        self._since = ""
        self._asked_for = 0
        self._due: Scenario | None = None
        self._written: Path | None = None
        self.header.add_button(button("Draft from the figures", self.draft, hint="Undo with Ctrl+Z"))
        self.header.add_button(
            menu_button("Write the report", {name: partial(self.write, formats) for name, formats in FORMATS.items()})
        )
        self.header.add_button(
            menu_button("Change the status", {t: partial(self.record, s) for t, s in STATUSES.items()})
        )
        self._record = button("Record the decision", self.record, kind="main")
        self.header.add_button(self._record)
        self._error = ErrorBox()
        self._said = Words("", "body", "good")
        self._open = button("Open it", self._open_written, kind="link")
        self._slices = Slices(self)
        self._preview_due = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._preview_due.timeout.connect(self._read_preview)
        self._lay_out_page()

    def _lay_out_page(self) -> None:
        self.body.addWidget(self._error)
        self._notice = QWidget()
        said = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._notice)
        said.setContentsMargins(0, 0, 0, 0)
        said.addWidget(self._said, 1)
        said.addWidget(self._open)
        self._notice.hide()
        self.body.addWidget(self._notice)
        self._preview_card = Card("The report as others will read it")
        self._switch = button("Show the full report", self._other_length, kind="link")
        self._preview_card.add_beside_title(self._switch)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(Space.XL)
        left = QWidget()
        self._left = QVBoxLayout(left)
        self._left.setContentsMargins(0, 0, 0, 0)
        self._left.setSpacing(Space.L)
        self._sides.addWidget(left, 2, Qt.AlignmentFlag.AlignTop)
        self._sides.addWidget(self._preview_card, 3)
        self._preview_card.hide()
        self.header.set_buttons_enabled(False)
        self.body.addLayout(self._sides, 1)

    def _load_parts(self) -> None:
        def load() -> None:
            for name in PARTS:
                import_module(name)

        self.house.tasks.start(
            load,
            lane="pool",
            done=lambda _none: self._slices.run(self._make_form, self._make_cards, self._make_view, self._draw),
            owner=self,
        )

    def _make_form(self) -> None:
        from workbench.gui.forms.decision_form import DecisionForm

        self._form = DecisionForm()
        self._form.changed.connect(self._edited)
        self._left.addWidget(self._form)

    def _make_cards(self) -> None:
        from workbench.gui.forms.record_cards import HistoryCard, SignaturesCard

        self._signatures = SignaturesCard()
        self._signatures.signed.connect(self.sign)
        self._history = HistoryCard(lambda before, after: self._decisions().changes_between(before, after))
        self._left.addWidget(self._signatures)
        self._left.addWidget(self._history)

    def _make_view(self) -> None:
        from workbench.gui.forms.report_bar import ReportBar
        from workbench.gui.widgets.report_view import ReportView

        self._view = ReportView()
        self._bar = ReportBar()
        self._bar.changed.connect(self._read_again)
        self._bar.print_wanted.connect(self.print)
        self._preview_card.body.addWidget(self._bar)
        self._preview_card.body.addWidget(self._view)
        self._preview_card.body.addStretch(1)
        self._preview_card.show()
        self._is_made = True
        self.header.set_buttons_enabled(True)

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Draws the record and asks for the report again."""
        super().show_scenario(scenario)
        self.setEnabled(scenario is not None)
        if scenario is None:
            return
        self._say_answer(scenario)
        accepted = scenario.decision is not None and scenario.decision.status is DecisionStatus.ACCEPTED
        self._record.setText("Record it again" if accepted else "Record the decision")
        if self._is_made:
            self._draw()
        elif not self._is_coming:
            self._is_coming = True
            QTimer.singleShot(AFTER_MS, self, self._load_parts)

    def _say_answer(self, scenario: Scenario) -> None:
        lead, rest = _answer(scenario)
        self.header.set_answer(lead, f"{self._since} {rest}".strip())

    def forget(self) -> None:
        """Its report and options come in a moment."""
        self._notice.hide()
        self._error.clear()
        self._shown = self._found = None
        self._since = ""
        self._asked_for += 1  # what is being computed for the last one comes too late
        if self._is_made:
            self._form.wait_for_options()
            self._view.hide()
            self._bar.setEnabled(False)

    def flush(self) -> None:
        if self._is_made:
            self._form.flush()

    def _draw(self) -> None:
        if self.scenario is not None:
            self._form.show_decision(self.scenario.decision or Decision("", ""))
            self._preview(self.scenario)

    def refresh(self, changes: Changes) -> None:
        """New evidence changes the report."""
        if changes.evals or changes.comparisons or changes.catalog:
            self.show_scenario(self.scenario)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Form and preview stand side by side where there is room, else below each other: the full report, whose tables
        need more of it, above the form, for it was asked for."""
        if self.width() > scaled_px(self, FULL_WIDE_PX if self._whole else WIDE_PX):
            direction = QBoxLayout.Direction.LeftToRight
        else:
            direction = QBoxLayout.Direction.BottomToTop if self._whole else QBoxLayout.Direction.TopToBottom
        self._sides.setDirection(direction)

    def page_actions(self) -> tuple[PageAction, ...]:
        writes = tuple(
            PageAction(f"Write the report as {name}", partial(self.write, formats)) for name, formats in FORMATS.items()
        )
        return (
            PageAction("Draft the decision from the figures", self.draft),
            PageAction("Record the decision", self.record),
            *(PageAction(f"The decision: {text.lower()}", partial(self.record, to)) for text, to in STATUSES.items()),
            *writes,
        )

    # what the person does

    def draft(self) -> None:
        """Fills the record with what the figures say; undo brings the old text back."""
        scenario = self.scenario
        self._forget_said()
        if scenario is not None:
            self.house.tasks.start(
                lambda: self._decisions().draft(scenario),
                lane="pool",
                done=self._take_draft,
                failed=self._error.show_error,
                owner=self,
            )

    def record(self, status: DecisionStatus = DecisionStatus.ACCEPTED) -> None:
        """Records the decision as the form has it, once it names an option and a reason."""
        scenario = self._typed()
        self._forget_said()
        if scenario is None:
            return
        if faults := self._form.faults():
            self._error.show_error(faults[0])
            return
        decision = replace(self._form.value(), status=status)

        def check() -> tuple[Decision, str]:
            checked = self._decisions().check(scenario, decision)
            accepting = status is DecisionStatus.ACCEPTED
            return checked, self._decisions().unsettled(scenario, checked) if accepting else ""

        self.house.tasks.start(
            check,
            lane="pool",
            done=lambda found: self._take_checked(scenario, *found),
            failed=self._error.show_error,
            owner=self,
        )

    def _take_checked(self, scenario: Scenario, checked: Decision, still_open: str) -> None:
        """What is not settled yet is not accepted without a word: the person chooses."""
        if not still_open:
            self._accept(scenario, checked)
            return
        from workbench.gui.forms.unsettled import ask_unsettled

        ask_unsettled(
            self,
            still_open,
            propose=partial(self.record, DecisionStatus.PROPOSED),
            accept=partial(self._accept, scenario, checked),
            answer=lambda: self.navigate.emit("requirements", "third_party"),
        )

    def sign(self, name: str, role: str) -> None:
        """Puts a name under the recorded decision."""
        scenario = self._typed()
        self._forget_said()
        if scenario is None:
            return
        try:
            signed = self._decisions().signed(scenario, name, role)
        except WorkbenchError as error:
            self._error.show_error(error)
            return
        if signed is not scenario:
            self.begin_edit(signed, "Sign the decision")
            self._keep(signed, f"signed by {' '.join(name.split())}")

    def write(self, formats: tuple[str, ...]) -> None:
        """Asks for a folder and writes the report there."""
        scenario = self._typed()
        remembered = self.house.settings.get(FOLDER_KEY, "")
        if scenario is None:
            return
        chosen = QFileDialog.getExistingDirectory(self, "Where shall the report go?", str(remembered or Path.home()))
        if chosen:
            self.house.settings.set(FOLDER_KEY, chosen)
            self.write_to(formats, Path(chosen))

    def write_to(self, formats: tuple[str, ...], folder: Path) -> None:
        """Writes the report with what the bar above it asks for into a folder, in the background."""
        scenario = self.scenario
        self._forget_said()
        if scenario is not None:
            self.house.tasks.start(
                lambda: self._write(scenario, formats, folder),
                lane="pool",
                name="Writing the report",
                done=self._show_written,
                failed=self._error.show_error,
                owner=self,
            )

    # inside

    def _typed(self) -> Scenario | None:
        """The open scenario with what was typed last; None while the record is not there yet."""
        if not self._is_made:
            return None
        self.flush()
        return self.scenario

    def _edited(self, decision: Decision) -> None:
        new, old = self._with(decision), (self.scenario and self.scenario.decision) or Decision("", "")
        if new is not None:
            # Typing in one field is one step of undo; the next field begins another.
            changed = [each.name for each in fields(old) if getattr(old, each.name) != getattr(decision, each.name)]
            self.begin_edit(new, "Edit the decision", merge_key=f"decision: {', '.join(changed)}")

    def _take_draft(self, decision: Decision) -> None:
        new = self._with(decision)
        if new is not None:
            self.begin_edit(new, "Draft the decision")

    def _accept(self, scenario: Scenario, decision: Decision) -> None:
        """Swaps the recorded decision in, unless another scenario was opened meanwhile."""
        new = self._with(decision)
        if new is not None and new.id == scenario.id:
            self.begin_edit(new, "Record the decision")
            self._keep(new)

    def _keep(self, scenario: Scenario, why: str = "") -> None:
        """Puts what was just recorded into the history, after it was saved (the db lane keeps the order)."""
        self.house.tasks.start(
            lambda: self._decisions().keep(scenario, why),
            lane="db",
            done=lambda _changes: self._read_history(),
            failed=self._error.show_error,
            owner=self,
        )

    def _read_history(self) -> None:
        scenario = self.scenario
        if scenario is not None:
            self.house.tasks.start(
                lambda: (scenario, self._decisions().history(scenario.id), self._decisions().signatures(scenario)),
                lane="db",
                done=lambda found: self._show_history(*found),
                failed=self._error.show_error,
                owner=self,
            )

    def _show_history(
        self, scenario: Scenario, versions: tuple[DecisionVersion, ...], signatures: tuple[Signed, ...]
    ) -> None:
        if self.scenario is None or self.scenario.id != scenario.id:
            return
        self._history.show_versions(versions)
        self._since = self._said_since(scenario, versions)
        self._say_answer(scenario)
        may_sign = scenario.decision is not None and scenario.decision.status in SIGNABLE
        self._signatures.show_signatures(signatures, may_sign=may_sign)

    def _said_since(self, scenario: Scenario, versions: tuple[DecisionVersion, ...]) -> str:
        """What became of what was recorded last."""
        if self._decisions().is_edited(scenario, versions):
            return "The record was changed since."
        last = versions[-1].scenario.decision if versions else None
        if scenario.decision is None or scenario.decision.status is not DecisionStatus.DRAFT or last is None:
            return ""
        return f"The one before it, for {last.option}, is kept under History."

    def _preview(self, scenario: Scenario) -> None:
        """Asks for the report once what stands at the left is painted."""
        self._due = scenario
        self._preview_due.start()

    def _read_preview(self) -> None:
        scenario, whole = self._due, self._whole
        if scenario is None or not self._is_made:
            return
        wanted = self._bar.choices()
        self._asked_for += 1
        number = self._asked_for
        self.house.tasks.start(
            lambda: self._read(scenario, whole, wanted),
            lane="pool",
            done=lambda found: self._show_preview(number, *found),
            failed=self._fail,
            owner=self,
        )

    def _read(self, scenario: Scenario, whole: bool, wanted: dict[str, Any]) -> tuple[OptionSet, Subjects, Document]:
        """The options to choose from, proposals included, what can be watched, and the report."""
        length = "full" if whole else "page"
        choices = self._reports().choices(**wanted)
        found = self._options().options(scenario, evidence=self._evals().evidence(scenario.id))
        return (
            found,
            self._decisions().subjects(found),
            self._reports().document(scenario, length=length, choices=choices),
        )

    def _write(self, scenario: Scenario, formats: tuple[str, ...], folder: Path) -> tuple[Path, ...]:
        choices = self._reports().choices(**self._bar.choices())
        return self._reports().write(scenario, formats, folder, length=self._bar.length, choices=choices)

    def print(self) -> None:
        """Asks for a printer and prints the report as it is previewed."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        document = self._shown
        if document is None:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(document.title)
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.print_to(printer))
        dialog.setModal(True)
        dialog.show()

    def print_to(self, printer: QPagedPaintDevice) -> None:
        """Prints what is previewed, in the background."""
        document = self._shown
        self._forget_said()
        if document is None:
            return

        def print_it() -> None:
            from workbench.gui.printing import print_on

            print_on(document, printer)

        self.house.tasks.start(
            print_it,
            lane="pool",
            name="Printing the report",
            done=lambda _none: self._say("Printed."),
            failed=self._error.show_error,
            owner=self,
        )

    def _show_preview(self, number: int, found: OptionSet, subjects: Subjects, document: Document) -> None:
        if number == self._asked_for:
            if self._has_no_report:
                self._error.clear()
            self._has_no_report = False
            self._found = found
            self._form.set_options([_choice(option) for option in found.options], subjects)
            self._shown = document
            self._bar.setEnabled(True)
            self._bar.show_document(document)
            self._view.show_document(document)
            self._view.show()
            self._read_history()

    def _with(self, decision: Decision) -> Scenario | None:
        """The scenario with this decision; proposals become options, or the decision would name what may change."""
        if self.scenario is None:
            return None
        new = replace(self.scenario, decision=decision)
        if self._found is None or self._found.scenario_id != new.id:
            return new
        return self._options().keep(new, self._found)

    def _forget_said(self) -> None:
        """What was said of the last deed goes with the next one."""
        self._error.clear()
        self._notice.hide()

    def _fail(self, error: WorkbenchError) -> None:
        """There is no report to show: said until there is one."""
        self._has_no_report = True
        self._error.show_error(error)

    def _read_again(self) -> None:
        self._due = self.scenario
        self._preview_due.start()

    def _say(self, text: str) -> None:
        self._said.set_text(text)
        self._open.hide()
        self._notice.show()

    def _other_length(self) -> None:
        self._whole = not self._whole
        self._switch.setText("Show one page" if self._whole else "Show the full report")
        self._switch.setAccessibleName(self._switch.text())
        self._arrange()
        self._due = self.scenario
        self._read_preview()

    def _show_written(self, files: tuple[Path, ...]) -> None:
        self._written = files[0]
        names = ", ".join(file.name for file in files)
        self._said.set_text(f"Written: {names} in {files[0].parent}")
        self._open.show()
        self._notice.show()

    def _open_written(self) -> None:
        if self._written is not None:
            open_on_this_machine(self._written)


def _choice(option: Option) -> Choice[str]:
    """An option to choose, its whole name and what it is."""
    return Choice(option.id, f"{option.id} · {breakable(option.name)}", breakable(option.draft.summary))


def _answer(scenario: Scenario) -> tuple[str, str]:
    """The page's sentence: what is decided, or what is missing."""
    decision = scenario.decision
    if decision is None or not decision.option:
        return "Nothing is decided yet.", "Draft it from the figures, or write it yourself."
    found = next((option for option in scenario.options if option.id == decision.option), None)
    name = f"{decision.option} · {found.name}" if found else decision.option
    review = f" Look at it again on {words.day(decision.review_on)}." if decision.review_on else ""
    if decision.status is DecisionStatus.ACCEPTED:
        on = f" on {words.day(decision.decided_at)}" if decision.decided_at else ""
        return f"Decided for {name}{on}.", review.strip()
    missing = {DecisionStatus.DRAFT: "Not recorded yet.", DecisionStatus.PROPOSED: "Not accepted yet."}
    return f"{decision.status.value.capitalize()}: {name}.", f"{missing.get(decision.status, '')}{review}".strip()
