"""How the models stand in the votes of a scenario: strength with its interval, votes, and how steady the raters are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal

from workbench.analysis import words
from workbench.domain.votes import Preference, Preferences
from workbench.gui.ports import SettingsPort
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.rows import Column, Span
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.votes import RATER


class StandingCard(Card):
    """`closed` when the person goes back."""

    closed = Signal()

    def __init__(self, *, settings: SettingsPort, name_of: Callable[[str], str]) -> None:
        super().__init__("What people prefer")
        self._name_of = name_of
        self._found: Preferences | None = None
        self._sentence = Words("", "body")
        self._note = Words("", "muted")
        self.table: DataTable[Preference] = DataTable(
            "standing",
            _columns(name_of, self._span),
            row_id=lambda row: row.model,
            name="Models by preference",
            settings=settings,
            filterable=False,
            snug=True,
        )
        back = button("Back to the answers", self.closed.emit)
        back.setObjectName("standing-back")
        self.add_beside_title(back)
        self.body.addWidget(self._sentence)
        self.body.addWidget(self.table)
        self.body.addWidget(self._note)
        self.body.addStretch(1)

    def show_standing(self, found: Preferences | None) -> None:
        """Draw it; None: nobody has voted yet."""
        self._found = found
        self.table.setVisible(found is not None)
        self.table.set_rows(found.models if found else ())
        self._sentence.set_text(standing_words(found, self._name_of))
        self._note.set_text(_caveats(found) if found else "")

    def _span(self, row: Preference) -> Span | None:
        if self._found is None:
            return None
        floor = min(each.low for each in self._found.models)
        ceiling = max(each.high for each in self._found.models)
        return Span(row.low, row.elo, row.high, floor, ceiling)


def _columns(name_of: Callable[[str], str], span: Callable[[Preference], Span | None]) -> list[Column[Preference]]:
    def count(id: str, title: str, value: Callable[[Preference], int], width: int) -> Column[Preference]:
        return Column(id, title, lambda row: f"{value(row):,}", right=True, sort=value, width=width)

    return [
        Column("model", "Model", lambda row: name_of(row.model), width=240, stretch=True),
        Column(
            "elo",
            "Strength",
            lambda row: f"{row.elo:+.0f}",
            unit="Elo, 95 %",
            right=True,
            width=220,
            sort=lambda row: row.elo,
            span=span,
            aside=lambda row: f"{row.low:+.0f} to {row.high:+.0f}",
        ),
        count("votes", "Votes", lambda row: row.votes, 70),
        count("wins", "Preferred", lambda row: row.wins, 80),
        count("ties", "Ties", lambda row: row.ties, 60),
    ]


def standing_words(found: Preferences | None, name_of: Callable[[str], str]) -> str:
    """The standing in a sentence: better is said only where the intervals say so."""
    if found is None:
        return "No votes yet. Switch Blind vote on, ask, and judge the answers without knowing whose they are."
    best, *others = found.models
    chance = found.chances[0][1]
    tried = f"{words.count(found.votes, 'vote')}, {found.ties:,} of them ties"
    if best.low > others[0].high:
        return f"**{name_of(best.model)} is preferred**: it wins about {chance:.0%} of the time ({tried}).".replace(
            "%", " %"
        )
    lead = "the first two are level" if best.elo - others[0].elo < 1 else f"{name_of(best.model)} leads"
    return (
        f"**Not shown yet which is preferred**: {lead}, and the intervals overlap ({tried}). "
        "More votes make them shorter."
    )


def _caveats(found: Preferences) -> str:
    whose = "Your votes" if found.raters == (RATER,) else f"Votes of {words.listed(found.raters)}"
    parts = [f"{whose}. Bradley-Terry strengths with 95 % intervals; a tie is half a win."]
    if found.repeats:
        parts.append(
            f"Of {words.count(found.repeats, 'pair')} shown twice, {found.steady:,} got the same judgement again."
        )
    if found.virtual_ties:
        parts.append("A model never lost or never won, so half a win was added to both sides of every pair.")
    return " ".join(parts)
