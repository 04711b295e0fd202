"""Shortlist: every model with its verdict, why it is in or out, and what would let more in."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.questions import QUESTIONS
from workbench.domain.scenario import Scenario
from workbench.domain.verdict import Hosting, Reason, Relaxation, Shortlist, Standing, Verdict, standing
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.selection import Picked
from workbench.gui.slices import Slices
from workbench.gui.theme import Space, Tone, set_role
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import ChipsField, Choice, FlowLayout
from workbench.gui.widgets.info import InfoButton
from workbench.gui.widgets.rows import Column, Mark, Span
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.gui.widgets.tried_bar import TriedBar
from workbench.services.eval_results import EvalResults
from workbench.services.shortlist import EXTENDED_FILTER, ShortlistService
from workbench.services.wording import limit_name

KIND = "offer"
HOSTING_WORDS = {Hosting.API: "API", Hosting.SELF_HOST: "own servers", Hosting.LOCAL_FILE: "this machine"}
FILTERS = (
    Choice("excluded", "Excluded too", "Shows what was removed, and the rule that removed it"),
    Choice("every-offer", "Every offer", "One row for each way to get a model, not only the best one"),
    Choice(EXTENDED_FILTER, "Thinner facts", "Also models that the catalog knows less about"),
    Choice("local", "Only what stays here", "Own servers and files on this machine"),
)
RELAXATIONS_SHOWN = 4
COST_CEILING_QUANTILE = 0.9
_TONES = {
    Standing.PROVEN: Tone.GOOD,
    Standing.UNPROVEN: Tone.CAUTION,
    Standing.NO_SCORE: Tone.CAUTION,
    Standing.BELOW: Tone.CAUTION,
    Standing.OUT: Tone.BAD,
}
_MEANINGS = {
    Standing.PROVEN: "Inside every limit, your quality bar included.",
    Standing.UNPROVEN: "Inside your limits; its score may reach your quality bar. Only your own eval proves it.",
    Standing.NO_SCORE: "Inside your limits; nobody independent has scored it. Your own eval will tell.",
    Standing.BELOW: "Inside your limits, but public scores put it below your quality bar. Your own eval may differ.",
    Standing.OUT: "Outside a limit; the reason stands in its row.",
}


class ShortlistPage(Page):
    """The answer sentence, what would let more in, and the table of verdicts."""

    id: ClassVar[str] = "shortlist"
    title: ClassVar[str] = "Shortlist"
    icon: ClassVar[str] = "shortlist"
    needs: ClassVar[tuple[str, ...]] = ("shortlist", "eval_results")

    def __init__(self, *, house: House, shortlist: ShortlistService, eval_results: EvalResults) -> None:
        super().__init__(house=house)
        self._service = shortlist
        self._evals = eval_results
        self._shown: Shortlist | None = None
        self._asked_for = 0
        self._cost_ceiling = 1.0
        self._slices = Slices(self)
        self.header.add_button(button("Change requirements", lambda: self.navigate.emit("requirements", None)))
        self.header.add_button(button("Compare trade-offs", lambda: self.navigate.emit("tradeoffs", None), kind="main"))
        self._error = ErrorBox()
        self._approach = Words("", "muted")
        self._relax = Card("What would let more in")
        self._filters = ChipsField("Show", FILTERS)
        self._filters.changed.connect(self._filter_changed)
        self._table = self._make_table()
        self.body.addWidget(self._error)
        self.body.addWidget(self._approach)
        self.body.addWidget(self._filters)
        for term in ("offer", "verdict"):
            self._table.filter_row.addWidget(InfoButton(term))
        self._tried = TriedBar()
        self._tried.taken_back.connect(self.take_back)
        self.body.addWidget(self._table, 1)
        self.body.addWidget(self._tried)
        self.body.addWidget(self._relax)
        house.selection.changed.connect(self._selection_changed)

    def _make_table(self) -> DataTable[Verdict]:
        table: DataTable[Verdict] = DataTable(
            "shortlist",
            (
                Column(
                    "model",
                    "Model",
                    lambda v: v.model_name,
                    aside=lambda v: v.offer_name,
                    hint=lambda v: f"{v.model_name}\n{v.offer_name}",
                    width=182,
                ),
                Column(
                    "monthly",
                    "Cost",
                    _monthly_text,
                    unit="$ a month",
                    right=True,
                    span=self._cost_span,
                    sort=lambda v: v.monthly_usd.likely if v.monthly_usd else None,
                    hint=lambda v: _range_text(v) or "No source gives a price for this offer.",
                    width=88,
                ),
                Column(
                    "quality",
                    "Quality",
                    _quality_text,
                    unit="of 100",
                    right=True,
                    span=_quality_span,
                    sort=lambda v: v.quality.value if v.quality else None,
                    hint=lambda v: v.quality.label if v.quality else "No independent score.",
                    width=72,
                ),
                Column(
                    "verdict",
                    "Verdict",
                    lambda v: self._standing(v).value,
                    mark=lambda v: Mark(_TONES[self._standing(v)]),
                    flow=lambda v: " ".join(self._why(v)),
                    sort=lambda v: self._standing(v).rank,
                    hint=lambda v: "\n".join((_MEANINGS[self._standing(v)], *(f"• {text}" for text in self._why(v)))),
                    width=308,
                    stretch=True,
                ),
                Column("where", "Runs on", lambda v: HOSTING_WORDS[v.hosting], shown=False),
                Column("why", "Why", lambda v: " ".join(self._why(v)), shown=False),
            ),
            row_id=row_id,
            name="Verdicts",
            settings=self.house.settings,
            faint=lambda v: not v.kept,
            filter_hint="Filter by model, provider or reason",
            visible_rows=5,
            lines=2,
        )
        table.picked.connect(lambda id: self.house.selection.pick(KIND, id))
        table.opened.connect(self._change_requirement)
        return table

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Computes the verdicts again in the background; the newest answer is drawn."""
        super().show_scenario(scenario)
        self._tried.follow(scenario)
        self.setEnabled(scenario is not None)
        if scenario is None:
            return
        chosen = scenario.filters.get("shortlist")
        self._filters.set_value(chosen if isinstance(chosen, list) else ())
        self._asked_for += 1
        number = self._asked_for
        self.house.tasks.start(
            lambda: self._service.shortlist(scenario, evidence=self._evals.evidence(scenario.id)),
            lane="pool",
            done=lambda found: self._draw(found) if number == self._asked_for else None,
            failed=self._error.show_error,
            owner=self,
        )

    def forget(self) -> None:
        self._shown = None
        self._asked_for += 1  # what is being computed for the last one comes too late
        self.header.set_answer("")
        self._error.clear()
        self._approach.hide()
        self._relax.hide()
        self._table.set_rows(())

    def refresh(self, changes: Changes) -> None:
        """New evidence moves the quality column."""
        if changes.evals or changes.catalog:
            self.show_scenario(self.scenario)

    def page_actions(self) -> tuple[PageAction, ...]:
        return (
            PageAction("Copy the shortlist as Markdown", lambda: self._table.copy(self._table.as_markdown)),
            PageAction("Copy the shortlist as CSV", lambda: self._table.copy(self._table.as_csv)),
        )

    def _draw(self, found: Shortlist) -> None:
        self._shown = found
        self._error.clear()
        lead, _, rest = found.sentence.partition(". ")
        self.header.set_answer(f"{lead}." if rest else lead, rest)
        self._tried.answer(f"{lead}." if rest else lead)
        named = " ".join(f"**{category.title}.** {category.reason}" for category in found.categories)
        self._approach.set_text(f"Approach: {named}" if named else "")
        self._approach.setVisible(bool(named))
        costs = sorted(v.monthly_usd.high for v in found.verdicts if v.kept and v.monthly_usd)
        self._cost_ceiling = costs[int(len(costs) * COST_CEILING_QUANTILE)] if costs else 1.0
        self._draw_rows()
        self._slices.run(lambda: self._draw_relaxations(found), self._explain_selected)

    def _draw_rows(self) -> None:
        if self._shown is None:
            return
        wanted = set(self._filters.value)
        verdicts = [v for v in self._shown.verdicts if v.kept or "excluded" in wanted]
        if "local" in wanted:
            verdicts = [v for v in verdicts if v.hosting is not Hosting.API]
        if "every-offer" not in wanted:
            verdicts = best_offers(verdicts)
        self._table.set_rows(verdicts)
        self._table.select(self._chosen())

    def _draw_relaxations(self, found: Shortlist) -> None:
        while (item := self._relax.body.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for relaxation in found.relaxations[:RELAXATIONS_SHOWN]:
            self._relax.body.addWidget(self._relaxation_row(relaxation))
        removed = QWidget()
        flow = FlowLayout(removed, spacing=Space.M)
        for question_id, count in found.removed_most:
            flow.addWidget(self._removed_by(question_id, count))
        self._relax.body.addWidget(removed)
        self._relax.setVisible(bool(found.relaxations or found.removed_most))

    def _removed_by(self, question_id: str, count: int) -> QWidget:
        """How many models a limit removed; a limit that the person set leads to its question."""
        title = f"{limit_name(question_id)} removed {count}"
        title = title[0].upper() + title[1:]
        if question_id not in QUESTIONS:
            plain = QLabel(title)
            plain.setTextFormat(Qt.TextFormat.PlainText)
            set_role(plain, "muted")
            plain.setContentsMargins(0, Space.XS, 0, Space.XS)  # on a line with the links
            return plain
        return button(title, lambda: self.navigate.emit("requirements", question_id), kind="link")

    def _relaxation_row(self, relaxation: Relaxation) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(Words(relaxation.text), 1)
        try_it = button("Try it", lambda: self._relax_it(relaxation), hint="Undo with Ctrl+Z")
        try_it.setAccessibleName(f"Try it: {relaxation.text}")
        line.addWidget(try_it)
        return row

    def _relax_it(self, relaxation: Relaxation) -> None:
        if self.scenario is not None:
            new = replace(self.scenario, answers={**self.scenario.answers, **relaxation.answers})
            self._tried.trying(new, relaxation.text)
            self.begin_edit(new, f"Relax {limit_name(relaxation.requirement)}")

    def _filter_changed(self, values: tuple[str, ...]) -> None:
        """The filters belong to the scenario, and are no step of undo."""
        self._draw_rows()
        if self.scenario is not None:
            filters = {**self.scenario.filters, "shortlist": list(values), EXTENDED_FILTER: EXTENDED_FILTER in values}
            self.remember(replace(self.scenario, filters=filters))

    def _selection_changed(self, picked: Picked | None) -> None:
        self._table.select(picked.id if picked is not None and picked.kind == KIND else "")
        if self.isVisible():
            self._explain_selected()

    def _chosen(self) -> str:
        """The offer selected in the window, else the first row; that one is not passed on to other pages."""
        rows = self._table.model.shown
        return self.house.selection.id_of(KIND) or (row_id(rows[0]) if rows else "")

    def _selected(self) -> Verdict | None:
        wanted = self._chosen()
        return next((v for v in (self._shown.verdicts if self._shown else ()) if row_id(v) == wanted), None)

    def _explain_selected(self) -> None:
        verdict = self._selected()
        self.explain.emit(None if verdict is None else explanation(verdict, self._standing(verdict), self))

    def _change_requirement(self, id: str) -> None:
        verdict = next((v for v in (self._shown.verdicts if self._shown else ()) if row_id(v) == id), None)
        if verdict is not None and verdict.excluded_by is not None and verdict.excluded_by.requirement in QUESTIONS:
            self.navigate.emit("requirements", verdict.excluded_by.requirement)

    def _standing(self, verdict: Verdict) -> Standing:
        return standing(verdict, self._shown.quality_target if self._shown else None)

    def _why(self, verdict: Verdict) -> tuple[str, ...]:
        """What led to the verdict, sentence by sentence: what excludes it, else why its quality is open and what else
        to look at."""
        if verdict.excluded_by is not None:
            return (verdict.excluded_by.text,)
        cautions = [r for r in verdict.reasons if r.warning]
        cautions.sort(key=lambda r: r.requirement != "quality_target")
        return tuple(r.text for r in cautions) or ("Inside every limit you set.",)

    def _cost_span(self, verdict: Verdict) -> Span | None:
        cost = verdict.monthly_usd
        if cost is None:
            return None
        top = self._cost_ceiling
        return Span(min(cost.low, top), min(cost.likely, top), min(cost.high, top), 0.0, top)


def row_id(verdict: Verdict) -> str:
    """One offer of one model, as the selection names it."""
    return f"{verdict.model_id}@{verdict.offer}"


def best_offers(verdicts: list[Verdict]) -> list[Verdict]:
    """One verdict per model: a kept one before an excluded one, then the cheapest."""
    best: dict[str, Verdict] = {}
    for verdict in verdicts:
        held = best.get(verdict.model_id)
        if held is None or _goodness(verdict) < _goodness(held):
            best[verdict.model_id] = verdict
    return list(best.values())


def _goodness(verdict: Verdict) -> tuple[bool, float]:
    cost = verdict.monthly_usd.likely if verdict.monthly_usd else float("inf")
    return (not verdict.kept, cost)


def explanation(verdict: Verdict, stands: Standing, page: Page) -> Explanation:
    """Why the offer is in or out, requirement by requirement, with sources."""
    why_out = tuple(_reason_row(r) for r in verdict.reasons if not r.kept)
    cautions = tuple(_reason_row(r) for r in verdict.reasons if r.kept and r.warning)
    fine = tuple(_reason_row(r) for r in verdict.reasons if r.kept and not r.warning)
    sections = [
        Section(*part)
        for part in (("Why it is out", why_out), ("Points to check", cautions), ("What fits", fine))
        if part[1]
    ]
    figures = [Row(text) for text in (_range_text(verdict), _quality_sentence(verdict)) if text]
    if figures:
        sections.insert(1 if why_out else 0, Section("Figures", tuple(figures)))
    actions = []
    if (reason := verdict.excluded_by) is not None and reason.requirement in QUESTIONS:
        go = reason.requirement
        actions.append(InspectorAction("What would let it in?", lambda: page.navigate.emit("requirements", go)))
    if verdict.hosting is Hosting.LOCAL_FILE and verdict.kept:
        model = verdict.model_id
        actions.append(InspectorAction("Try it side by side", lambda: page.navigate.emit("validate", model)))
    sources = tuple(dict.fromkeys(r.source for r in verdict.reasons if r.source))
    subtitle = f"{stands.capitalize()} · {verdict.offer_name}"
    return Explanation(verdict.model_name, subtitle, tuple(sections), sources, tuple(actions))


def _reason_row(reason: Reason) -> Row:
    tone = Tone.BAD if not reason.kept else Tone.CAUTION if reason.warning else Tone.GOOD
    return Row(reason.text, tone)


def _monthly_text(verdict: Verdict) -> str:
    cost = verdict.monthly_usd
    return words.usd(cost.likely if cost is not None else None).removeprefix("$")


def _range_text(verdict: Verdict) -> str:
    cost = verdict.monthly_usd
    return "" if cost is None else f"{words.usd(cost.likely)} a month{words.usd_span(cost)}"


def _quality_text(verdict: Verdict) -> str:
    return "—" if verdict.quality is None else f"{verdict.quality.value:.0f}"


def _quality_sentence(verdict: Verdict) -> str:
    quality = verdict.quality
    if quality is None:
        return "No independent score of its quality."
    return f"Quality {quality.value:.0f} of 100, between {quality.low:.0f} and {quality.high:.0f} ({quality.label})"


def _quality_span(verdict: Verdict) -> Span | None:
    quality = verdict.quality
    return None if quality is None else Span(quality.low, quality.value, quality.high, 0.0, 100.0)
