"""Who signed a decision, and the states it was in: below the form of the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.history import DecisionVersion
from workbench.domain.scenario import Scenario
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import TextField
from workbench.gui.widgets.state import IconLabel
from workbench.gui.widgets.text import Words

if TYPE_CHECKING:
    from workbench.services.comparing import Difference
    from workbench.services.decisions import Signed

HASH_SHOWN = 12
VERSIONS_SHOWN = 12


class SignaturesCard(Card):
    """The names under the record, each with whether it still holds; `signed` sends (name, role)."""

    signed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__("Signed by")
        self._list = QVBoxLayout()
        self._list.setSpacing(Space.XS)
        self.body.addLayout(self._list)
        self._name = TextField("Your name", placeholder="Your name", max_length=200)
        self._role = TextField("Your role", placeholder="Your role", max_length=200)
        self._sign = button("Sign", self._press, hint="Puts your name and the hash of what you signed under the record")
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self._name, 2)
        row.addWidget(self._role, 2)
        row.addWidget(self._sign)
        self.body.addLayout(row)

    def show_signatures(self, found: Sequence[Signed], *, may_sign: bool) -> None:
        """Draws the signatures; without a recorded decision nobody can sign."""
        _empty(self._list)
        for each in found:
            self._list.addWidget(_signature(each))
        if not found:
            text = "Nobody yet." if may_sign else "Nobody yet: record or propose the decision first."
            self._list.addWidget(Words(text, "muted"))
        for widget in (self._name, self._role, self._sign):
            widget.setEnabled(may_sign)

    def _press(self) -> None:
        self.signed.emit(self._name.text().strip(), self._role.text().strip())


class HistoryCard(Card):
    """The recorded and signed states, newest first; a link shows what changed with each."""

    def __init__(self, changes: Callable[[Scenario, Scenario], Sequence[Difference]]) -> None:
        super().__init__("History")
        self._changes = changes
        self._list = QVBoxLayout()
        self._list.setSpacing(Space.S)
        self.body.addLayout(self._list)
        self.show_versions(())

    def show_versions(self, versions: Sequence[DecisionVersion]) -> None:
        """Draws the list."""
        _empty(self._list)
        if not versions:
            self._list.addWidget(
                Words("Each time the decision is recorded or signed, its state is kept here.", "muted")
            )
        shown = list(enumerate(versions, 1))[-VERSIONS_SHOWN:]
        for number, version in reversed(shown):
            before = versions[number - 2] if number > 1 else None
            self._list.addWidget(self._row(number, version, before))
        if len(versions) > VERSIONS_SHOWN:
            earlier = words.count(len(versions) - VERSIONS_SHOWN, "earlier state")
            self._list.addWidget(Words(f"{earlier}: `workbench decide … --history` lists all.", "muted"))

    def _row(self, number: int, version: DecisionVersion, before: DecisionVersion | None) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        head = f"{number}. {version.why}, {words.day(version.at.date().isoformat())}, {version.at:%H:%M} UTC"
        line.addWidget(Words(head), 1)
        column.addLayout(line)
        if before is not None:
            told = Words("", "muted")
            told.hide()
            link = button("What changed", kind="link")
            link.setAccessibleName(f"What changed with state {number}")

            def toggle() -> None:
                if not told.text():
                    told.set_text(_in_words(self._changes(before.scenario, version.scenario)))
                told.setVisible(told.isHidden())

            link.clicked.connect(lambda _checked=False: toggle())
            line.addWidget(link)
            column.addWidget(told)
        return box


def _signature(found: Signed) -> QWidget:
    each = found.sign_off
    role = f", {each.role}" if each.role else ""
    state = "what was signed is unchanged" if found.holds else "signed an earlier state; it changed since"
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.S)
    icon = IconLabel("check" if found.holds else "caution", "good" if found.holds else "caution", 14)
    row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    text = f"{each.name}{role}, {words.day(each.signed_at)}: {state}. SHA-256 {each.digest[:HASH_SHOWN]}…"
    row.addWidget(Words(text), 1)
    box.setToolTip(each.digest)
    return box


def _in_words(found: Sequence[Difference]) -> str:
    from workbench.services.comparing import in_a_line

    if not found:
        return "Nothing but the signature."
    return "\n".join(f"{each.what}: {in_a_line(each)}" for each in found)


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
