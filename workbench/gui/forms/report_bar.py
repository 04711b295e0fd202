"""What the report says and withholds, above its preview: language, sections, redaction; print, copy a section."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.text import Words
from workbench.reports.choices import ALWAYS, Language, Redaction
from workbench.reports.document import Document, Section, SectionId

LANGUAGES = {Language.ENGLISH: "English", Language.GERMAN: "German"}
WITHHELD = {
    Redaction.CASES: "Withhold prompts, answers and cases",
    Redaction.NAMES: "Withhold names of people",
    Redaction.PRICES: "Withhold prices and costs",
}
ONE_PAGE = "Write files of one page"
ANNEX = "Add the headings of EU AI Act Annex IV and NIST AI RMF (full report)"


class ReportBar(QWidget):
    """`changed` when a choice was made; `print_wanted` when the report is to be printed."""

    changed = Signal()
    print_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        self._document: Document | None = None
        self._left_out: dict[SectionId, str] = {}
        self._language = Language.ENGLISH
        self._redact: set[Redaction] = set()
        self._annex = self._one_page = False
        self._sections = QMenu("Leave out")
        row.addWidget(self._menu("What it says", self._fill_choices()))
        self._copies = QMenu()
        self._copies.aboutToShow.connect(self._fill_copies)
        self._copy = self._menu("Copy a section", self._copies)
        self._copy.setToolTip("As Markdown, for a wiki or a pull request")
        row.addWidget(self._copy)
        row.addWidget(button("Print", self.print_wanted.emit, hint="The report as it is shown here"))
        self._said = Words("", "muted")
        row.addWidget(self._said, 1)

    @property
    def length(self) -> str:
        """What is written into files: "full" unless one page was asked for."""
        return "page" if self._one_page else "full"

    def choices(self) -> dict[str, Any]:
        """What was chosen, as `ReportService.choices` takes it."""
        return {
            "language": self._language.value,
            "redact": [each.value for each in self._redact],
            "leave_out": [section.value for section in self._left_out],
            "evidence_annex": self._annex,
        }

    def show_document(self, document: Document) -> None:
        """The sections that can be copied or left out are those of this document."""
        self._document = document

    def copy(self, section: Section) -> None:
        """Puts a section on the clipboard as Markdown."""
        from workbench.reports.writers.markdown import section_text

        QGuiApplication.clipboard().setText(section_text(section, self._language.value))
        self._said.set_text(f"Copied: {section.title}")

    def _menu(self, text: str, menu: QMenu) -> QPushButton:
        made = button(text)
        made.setProperty("menu", "true")
        made.setMenu(menu)
        return made

    def _fill_choices(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for language, name in LANGUAGES.items():
            action = self._choice(menu, name, partial(self._speak, language), is_on=language is self._language)
            group.addAction(action)
        menu.addSeparator()
        for redaction, name in WITHHELD.items():
            self._choice(menu, name, partial(self._withhold, redaction))
        menu.addSeparator()
        self._choice(menu, ANNEX, self._add_annex)
        self._sections.aboutToShow.connect(self._fill_sections)
        menu.addMenu(self._sections)
        menu.addSeparator()
        self._choice(menu, ONE_PAGE, self._shorten)
        return menu

    def _choice(self, menu: QMenu, text: str, run: Callable[[bool], None], *, is_on: bool = False) -> QAction:
        action = QAction(text, menu)
        action.setCheckable(True)
        action.setChecked(is_on)
        action.triggered.connect(lambda checked: run(bool(checked)))
        menu.addAction(action)
        return action

    def _fill_sections(self) -> None:
        """Every section that is there, and those that were left out, each with a tick while it is out."""
        self._sections.clear()
        shown = {section.id: section.title for section in self._document.sections} if self._document else {}
        for section, title in {**shown, **self._left_out}.items():
            if section not in ALWAYS:
                run = partial(self._leave_out, section, title)
                self._choice(self._sections, title, run, is_on=section in self._left_out)

    def _fill_copies(self) -> None:
        self._copies.clear()
        for section in self._document.sections if self._document else ():
            action = QAction(section.title, self._copies)
            action.triggered.connect(lambda _checked=False, section=section: self.copy(section))
            self._copies.addAction(action)

    def _speak(self, language: Language, _is_on: bool) -> None:
        self._language = language
        self.changed.emit()

    def _withhold(self, redaction: Redaction, is_on: bool) -> None:
        (self._redact.add if is_on else self._redact.discard)(redaction)
        self.changed.emit()

    def _add_annex(self, is_on: bool) -> None:
        self._annex = is_on
        self.changed.emit()

    def _shorten(self, is_on: bool) -> None:
        self._one_page = is_on

    def _leave_out(self, section: SectionId, title: str, is_on: bool) -> None:
        if is_on:
            self._left_out[section] = title
        else:
            self._left_out.pop(section, None)
        self.changed.emit()
