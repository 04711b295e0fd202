"""Claim checks: what is often said, the verdict, and for the one picked what its source says."""

from __future__ import annotations

from workbench.gui.learn.topic import Topic
from workbench.gui.theme import Tone
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.rows import Column, Mark
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.learn import Claim

VERDICTS: dict[str, tuple[str, Tone, str]] = {
    "holds": ("Holds", Tone.GOOD, ""),
    "partly": ("In part", Tone.CAUTION, ""),
    "wrong": ("Wrong", Tone.BAD, ""),
    "unchecked": ("Not verified", Tone.NEUTRAL, "question"),
}


class ClaimsTopic(Topic):
    """A table and the finding below it."""

    def fill(self) -> None:
        self.table = DataTable[Claim](
            "learn-claims",
            [
                Column("claim", "Often said", lambda claim: claim.claim, stretch=True, width=330),
                Column("verdict", "Verdict", lambda c: VERDICTS[c.verdict][0], mark=_mark, width=120),
            ],
            row_id=lambda claim: claim.id,
            name="Claim checks",
            settings=self.house.settings,
            filterable=False,
            snug=True,
            visible_rows=len(self.lesson.claims),
        )
        self.table.set_rows(self.lesson.claims)
        self.table.picked.connect(self.show_claim)
        self._finding = Card("")
        self._short, self._text, self._source = Words("", "answer"), Words(), Words("", "muted")
        for words in (self._short, self._text, self._source):
            self._finding.body.addWidget(words)
        self.column.addWidget(self._finding)
        self.column.addWidget(self.table)
        first = self.lesson.claims[0].id
        self.table.select(first)
        self.show_claim(first)

    def show_claim(self, claim_id: str) -> None:
        """Shows what the source of this claim says."""
        claim = next((each for each in self.lesson.claims if each.id == claim_id), None)
        if claim is None:
            return
        self._finding.set_title(f"“{claim.claim}”")
        self._short.set_text(f"**{VERDICTS[claim.verdict][0]}.** {claim.short}.")
        self._text.set_text(claim.finding)
        self._source.set_text(f"Source: {claim.source}. Checked {claim.as_of}.")


def _mark(claim: Claim) -> Mark:
    _word, tone, icon = VERDICTS[claim.verdict]
    return Mark(tone, icon)
