"""One case read closely: what was asked, the answers side by side, why each scorer said what it said, and what a person
said instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.evals import CaseOutcome, CaseResult, Mark
from workbench.gui.evals.explaining import CaseShown, plain, score_word, share_word
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import WordyCard
from workbench.gui.widgets.fields import TextField
from workbench.gui.widgets.text import Words
from workbench.services.eval_words import NameOf

ACROSS = 3
#: a text in quotation marks, or a scorer with its version, in the signature of a score
SIGNED = re.compile(r'("(?:[^"\\]|\\.)*")|([A-Za-z][\w-]*)/\d+')


class CaseView(WordyCard):
    """`overruled` (model id, scorer, repeat, score or None to take back, why) when a person says otherwise; `stepped`
    (-1, 1) to the case before and after."""

    overruled = Signal(str, str, int, object, str)
    stepped = Signal(int)

    def __init__(self, *, name_of: NameOf, scorer_title: Callable[[str], str]) -> None:
        super().__init__("Case")
        self.setObjectName("eval-case")
        self._name_of, self._scorer_title = name_of, scorer_title
        before = button("Previous case", partial(self.stepped.emit, -1), kind="link")
        after = button("Next case", partial(self.stepped.emit, 1), kind="link")
        before.setObjectName("case-before")
        after.setObjectName("case-after")
        self.add_beside_title(before)
        self.add_beside_title(after)
        self._inside = QWidget()
        self.body.addWidget(self._inside)
        self.why = TextField("Why you overrule", placeholder="Why (kept in the trail)", max_length=500)
        self.why.setObjectName("case-why")

    def show_case(self, shown: CaseShown, models: Sequence[str], scorer: str) -> None:
        """Draw a case; scores are overruled under `scorer`."""
        place = shown.case.line if shown.case is not None else None
        self.set_title(f"Case {shown.case_id}" + (f", line {place}" if place else ""))
        self.why.setParent(self)
        self._inside.hide()
        self._inside.deleteLater()
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addLayout(self._question(shown))
        answers = QGridLayout()
        answers.setHorizontalSpacing(Space.L)
        answers.setVerticalSpacing(Space.L)
        across = min(len(models), ACROSS)
        for number, model in enumerate(models):
            top = Qt.AlignmentFlag.AlignTop
            answers.addWidget(self._answer(shown, model, scorer), number // across, number % across, top)
        for place in range(across):
            answers.setColumnStretch(place, 1)
        column.addLayout(answers)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addWidget(self.why, 1)
        column.addLayout(foot)
        self.why.clear()
        self.body.addWidget(self._inside)
        self.take_room()

    def _question(self, shown: CaseShown) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(Space.XS)
        if shown.case is None:
            column.addWidget(Words("The data file is not at hand; open it to read the question here.", "muted"))
            return column
        about = [shown.case.source_document or "", ", ".join(shown.case.tags)]
        about += ["sensitive, stays on this machine"] if shown.case.sensitive else []
        for title, text in (
            ("Asked", shown.case.input),
            ("Expected", shown.case.expected),
            ("About", " · ".join(each for each in about if each)),
        ):
            if text:
                column.addWidget(Words(title, "section"))
                column.addWidget(Words(plain(text)))
        return column

    def _answer(self, shown: CaseShown, model: str, scorer: str) -> QWidget:
        """One model's column: the answer, each scorer's word and reason, what it took, and what can be done."""
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        name = self._name_of(model)
        column.addWidget(Words(plain(name), "section"))
        results = shown.of(model)
        if not results:
            column.addWidget(Words("Not asked yet.", "muted"))
            return made
        marks = shown.trail(model)
        repeats = sorted({result.repeat for result in results})
        for repeat in repeats:
            again = [result for result in results if result.repeat == repeat]
            first = again[0]
            given = first.outcome in (CaseOutcome.SCORED, CaseOutcome.UNSCORED)
            text = plain(first.answer) or "(it said nothing)"
            column.addWidget(Words(text) if given else Words(plain(first.error), "body", "caution"))
            for result in again if given else ():
                column.addWidget(self._verdict(result, shown))
            told = _figures(first)
            if told:
                column.addWidget(Words(told, "muted"))
            own = [mark for mark in marks if mark.repeat == repeat]
            for mark in own:
                column.addWidget(Words(plain(mark_words(mark, self._scorer_title)), "muted"))
            if given:
                which = f", answer {repeat + 1}" if len(repeats) > 1 else ""
                column.addLayout(self._overruling(model, scorer, repeat, f"{name}{which}", bool(own)))
        return made

    def _verdict(self, result: CaseResult, shown: CaseShown) -> Words:
        """ "right, by hand" or "wrong: ..." with its tone."""
        by_hand = shown.overruled(result)
        title = plain(self._scorer_title(used_spec(result)))
        if by_hand is not None:
            word, tone = share_word(by_hand), "good" if by_hand >= 1 else "bad"
            return Words(f"**{word}**, by hand. {title} said {score_word(result)}: {plain(result.why)}", "body", tone)
        if result.outcome is CaseOutcome.UNSCORED:
            return Words(f"**No score** by {title}: {plain(result.error)}", "body", "caution")
        tone = "good" if (result.score or 0.0) >= 1 else "bad"
        return Words(f"**{score_word(result)}** by {title}: {plain(result.why)}", "body", tone)

    def _overruling(self, model: str, scorer: str, repeat: int, name: str, may_take_back: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        wanted: list[tuple[str, float | None]] = [("Mark right", 1.0), ("Mark wrong", 0.0)]
        if may_take_back:
            wanted.append(("Take back", None))
        for title, score in wanted:
            made = button(title, partial(self._overrule, model, scorer, repeat, score), kind="link")
            made.setAccessibleName(f"{title}: {name}")
            again = f"-{repeat + 1}" if repeat else ""
            made.setObjectName(f"{title.casefold().replace(' ', '-')}-{model}{again}")
            row.addWidget(made)
        row.addStretch(1)
        return row

    def _overrule(self, model: str, scorer: str, repeat: int, score: float | None) -> None:
        self.overruled.emit(model, scorer, repeat, score, self.why.text().strip())


def used_spec(result: CaseResult) -> str:
    """The scorer that gave the score as it is written: the case's own where it names one."""
    return SIGNED.sub(lambda found: found[1] or found[2], result.scored_by) or result.scorer


def mark_words(mark: Mark, scorer_title: Callable[[str], str]) -> str:
    """ "27 Nov 2026, 10:42, Ann: wrong became right (Contains): the unit is missing"."""
    at = datetime.fromisoformat(mark.at).astimezone()
    who = f", {mark.by}" if mark.by else ""
    was = "no score" if mark.was is None else share_word(mark.was)
    change = f"{was} confirmed" if mark.was == mark.score else f"{was} became {share_word(mark.score)}"
    because = f": {mark.why}" if mark.why else ""
    return f"{at.day} {at:%b %Y, %H:%M}{who}: {change} ({scorer_title(mark.scorer)}){because}"


def _figures(result: CaseResult) -> str:
    parts = []
    if result.tokens_out is not None:
        parts.append(words.count(result.tokens_out, "token"))
    if result.total_s is not None:
        together = f", {result.at_once} together" if result.at_once > 1 else ""
        parts.append(f"{words.seconds(result.total_s)}{together}")
    if result.cached:
        parts.append("answered before, not asked again")
    elif result.cost_usd:
        parts.append(words.usd(result.cost_usd))
    return " · ".join(parts)
