"""What every page is: a widget that draws one scenario from frozen values and says what the person did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from workbench.domain.changes import Changes
from workbench.domain.scenario import Scenario
from workbench.gui.changes_hub import ChangesHub
from workbench.gui.ports import SettingsPort
from workbench.gui.selection import Selection
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Space
from workbench.gui.widgets.answer import AnswerHeader


@dataclass(frozen=True, slots=True)
class House:
    """What every page is given by the window."""

    tasks: Tasks
    hub: ChangesHub
    selection: Selection
    settings: SettingsPort


@dataclass(frozen=True, slots=True)
class Edit:
    """A scenario swapped for another. `text` names the step in the Undo menu; the same `merge_key` merges typing.

    Not `undoable`: something to remember (the wizard's page, filters) that is no step of its own.
    """

    old: Scenario
    new: Scenario
    text: str
    merge_key: str = ""
    undoable: bool = True


@dataclass(frozen=True, slots=True)
class PageAction:
    """Something the page can do: shown in the Page menu and the command palette while the page is open."""

    text: str
    run: Callable[[], None]
    shortcut: str = ""


class _Body(QWidget):
    """Shrinks charts and tables to their least height before the page scrolls (Qt would scroll at once)."""

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.minimumHeightForWidth(width) if layout is not None else -1

    def minimumSizeHint(self) -> QSize:
        """Its least height follows from its width; the layout's own counts all words at their narrowest."""
        return QSize(super().minimumSizeHint().width(), 0)


class Page(QWidget):
    """Base of all pages. A subclass sets `id` and `title`, names its services in `needs` and takes them by keyword
    (those in `asks` as functions that give them), and fills `body`. A page without `has_inspector` gets one for as
    long as it explains something.

    Signals: `explain` (Explanation or None) to the inspector; `navigate` (page id, payload) to another page; `opens`
    (scenario id) lays another scenario on the desk;
    `edited` (Edit) swaps the scenario, with undo; `wrote` (Changes) after a service call that wrote by itself; `did`
    (Deed) after one that can be taken back with Undo; `take_back` undoes the last step.
    """

    explain = Signal(object)
    navigate = Signal(str, object)
    opens = Signal(str)
    edited = Signal(object)
    wrote = Signal(object)
    did = Signal(object)
    take_back = Signal()

    id: ClassVar[str] = ""
    title: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    asks: ClassVar[tuple[str, ...]] = ()
    has_inspector: ClassVar[bool] = True

    def __init__(self, *, house: House) -> None:
        super().__init__()
        self.house = house
        self.scenario: Scenario | None = None
        self.setObjectName(f"page-{self.id}")
        self.header = AnswerHeader(self.title)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(Space.M)
        self._lay_out()

    def _lay_out(self) -> None:
        inside = _Body()
        inside.setObjectName("page")
        inside.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(inside)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XL)
        column.setSpacing(Space.M)
        column.addWidget(self.header)
        column.addLayout(self.body, 1)
        self.scroller = QScrollArea()
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self.scroller.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.scroller)

    @property
    def least_width(self) -> int:
        """Pixels below which its buttons would be cut."""
        return self.header.minimumSizeHint().width() + 2 * Space.XL

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Draw this scenario (None: none is open). Called when the page opens and whenever the scenario changed.

        What has to be read or computed first comes later; until then nothing is said, least of all of the last one.
        """
        shown, wanted = (each.id if each is not None else "" for each in (self.scenario, scenario))
        if shown != wanted:
            self.forget()
        self.scenario = scenario

    def forget(self) -> None:
        """Another scenario comes: take off what is said of the last one (`scenario` is still that one)."""

    def flush(self) -> None:
        """Send what is being typed now: another page or scenario is about to be opened, or the window is closed."""

    def refresh(self, changes: Changes) -> None:
        """Something was written elsewhere; draw again if it concerns this page. Called while the page is open."""

    def arrive(self, payload: object) -> None:
        """The page was reached by `navigate` with this payload, after `show_scenario`."""

    def page_actions(self) -> tuple[PageAction, ...]:
        """What the Page menu and the command palette offer while this page is open."""
        return ()

    def find_field(self) -> QWidget | None:
        """Where Ctrl+F puts the cursor: the page's filter or search field; by default the first table's."""
        from workbench.gui.widgets.table import DataTable

        table = self.findChild(DataTable)
        return table.filter_field if table is not None else None

    def begin_edit(self, new: Scenario, text: str, *, merge_key: str = "") -> None:
        """Swap the open scenario for `new` through undo; `show_scenario` follows at once."""
        if self.scenario is not None:
            self.edited.emit(Edit(self.scenario, new, text, merge_key))

    def remember(self, new: Scenario) -> None:
        """Swap in a change that is no step of undo, such as `step` or `filters`."""
        if self.scenario is not None:
            self.edited.emit(Edit(self.scenario, new, "", undoable=False))
