"""What stands behind the options on their page: pictures with tables, folds, conflicts, refinements, plans, live."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from pages_person import Visitor
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QDialogButtonBox, QFileDialog, QFrame, QPushButton
from test_page_options import options, words_on
from workbench.domain.figures import Estimate
from workbench.gui.forms.details_form import DetailsForm
from workbench.gui.forms.gap_form import GapForm
from workbench.gui.options.pictures import TERMS, TITLES
from workbench.gui.pages.learn import LearnPage
from workbench.gui.pages.options import OptionsPage, Wish
from workbench.gui.widgets.fold import Fold
from workbench.gui.widgets.info import InfoButton, TermPanel, glossary
from workbench.gui.widgets.reading_table import ReadingTable
from workbench.services.adaptation import AdaptationService


def behind(visitor: Visitor) -> OptionsPage:
    page = options(visitor)
    visitor.wait(lambda: page._closer is not None)
    return page


def with_the_eval(visitor: Visitor) -> OptionsPage:
    """The sample itself, which has an eval; its copy has none."""
    visitor.open(visitor.services.scenarios.open_sample())
    page = behind(visitor)
    visitor.wait(lambda: page._closer is not None and "routing" in page._closer.charts)
    return page


def says(visitor: Visitor, page: OptionsPage, words: str) -> None:
    """Waits until the words are on the page: what is made anew is shown in the next turn of the event loop."""
    visitor.wait(lambda: words in words_on(page))


def when_asked(kind: type[QDialog], do: Callable[[Any], None]) -> None:
    """Does something in the next dialog of that kind as soon as it is there."""

    def at_once() -> None:
        form = QApplication.activeModalWidget()
        if isinstance(form, kind):
            do(form)
        else:
            QTimer.singleShot(10, at_once)

    QTimer.singleShot(0, at_once)


def save(form: QDialog) -> None:
    box = form.findChild(QDialogButtonBox)
    assert box is not None
    box.button(QDialogButtonBox.StandardButton.Save).click()


def test_that_every_picture_is_there_with_its_table_and_its_words(visitor: Visitor) -> None:
    page = with_the_eval(visitor)
    card = page._pictures.cards[0]
    assert {name.partition("/")[0] for name in card.charts} == set(TITLES)
    for name in TITLES:
        page._pictures.show_picture(0, name)
        assert card.name == name and card._choice.currentText() == TITLES[name]
        chart = card.chart.chart
        assert chart is not None and not chart.is_empty and len(chart.rows) >= 1
        visitor.press("Table", card)
        twin = card.findChild(ReadingTable)
        assert twin is not None and not card.chart.isVisibleTo(page)
        visitor.press("Picture", card)
        assert card.chart.isVisibleTo(page)
    assert {term for terms in TERMS.values() for term in terms} <= set(glossary())


def test_that_the_pictures_chosen_are_remembered(visitor: Visitor) -> None:
    page = behind(visitor)
    page._pictures.show_picture(0, "cumulative")
    page._pictures.show_picture(1, "break-even")
    assert visitor.window.house.settings.get("options/pictures") == ["cumulative", "break-even"]
    page.show_scenario(visitor.scenario)
    visitor.rest()
    assert page._pictures.cards[1].name == "break-even"


def test_that_each_line_unfolds_to_the_numbers_behind_its_answer(visitor: Visitor) -> None:
    page = with_the_eval(visitor)
    says(visitor, page, "Leaning on few")
    said = html.unescape(words_on(page))
    for answer in (
        "Retrieval (RAG), no deeper.",
        "C is best in 48 % of the draws when nothing is known of your weights",
        "not so PROMETHEE II (B)",
        "Knowing A's monthly bill first is worth up to $8,400",
        "Own servers cost less than Claude Sonnet 4.6 at Claude API from 4,300 requests a day on",
        "beats the coin flip",
    ):
        assert answer in said, answer
    assert page._behind.findChild(ReadingTable) is None
    for fold in page._behind.findChildren(Fold):
        fold.unfold()
        assert fold.findChild(ReadingTable) is not None, fold.title
        fold.unfold(False)
        assert fold.findChild(ReadingTable).parentWidget().isHidden()


def test_that_an_unfolded_line_stays_open_and_shows_the_new_numbers(visitor: Visitor) -> None:
    page = behind(visitor)
    page._behind.fold("regret").unfold()
    says(visitor, page, "$21,200")
    visitor.store(replace(visitor.scenario, answers={**visitor.scenario.answers, "horizon_months": 60}))
    visitor.rest()
    assert page._behind.fold("regret").is_open
    assert "$21,200" not in words_on(page)


def test_that_a_refinement_changes_the_result_and_undo_takes_it_back(visitor: Visitor) -> None:
    page = behind(visitor)
    page._behind.fold("energy").unfold()
    says(visitor, page, "its size is a guess")
    before = words_on(page)

    def answer(form: DetailsForm) -> None:
        card = next(card for card in form._cards if card.question.id == "grid_kg_per_kwh")
        card.answered.emit(card.question.id, 0.03)
        save(form)

    when_asked(DetailsForm, answer)
    visitor.press("Energy and carbon: Refine…")
    visitor.rest()
    assert visitor.scenario.answers["grid_kg_per_kwh"] == 0.03
    visitor.wait(lambda: words_on(page) != before)
    visitor.undo()
    visitor.wait(lambda: words_on(page) == before)


def test_that_a_gap_measured_from_two_evals_is_kept_and_undone(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = behind(visitor)
    measured: list[tuple[str, str]] = []

    def between(_self: AdaptationService, better: str, worse: str, *, model: str = "") -> Estimate:
        measured.append((better, worse))
        return Estimate(3, 8, 13)

    monkeypatch.setattr(AdaptationService, "measured", between)
    run = visitor.services.eval_results.runs(visitor.services.scenarios.open_sample().id)[0]
    both = (run, replace(run, id="other", name="Before"))
    monkeypatch.setattr(type(visitor.services.eval_results), "runs", lambda *_: both)
    page._behind.fold("adaptation").unfold()

    def choose(form: GapForm) -> None:
        form._gap.setCurrentIndex(form._gap.findData("instruction"))
        save(form)

    when_asked(GapForm, choose)
    visitor.press("How deep to adapt: Measure a gap from two evals…")
    visitor.wait(lambda: "gap_instruction" in visitor.scenario.answers)
    visitor.rest()
    assert measured == [(run.id, "other")]
    rung = next(r for r in page._shown.adaptation.rungs if r.id == "prompt") if page._shown else None
    assert rung is not None and rung.state == "climb"
    visitor.undo()
    assert "gap_instruction" not in visitor.scenario.answers


def test_that_what_conflicts_is_said_with_its_way_out_and_leads_to_the_answer(visitor: Visitor) -> None:
    page = behind(visitor)
    conflict = next(fold for fold in page._conflicts.findChildren(Fold) if "hardly any clean" in fold.title)
    conflict.unfold()
    says(visitor, page, "B does the same with one stack")
    visitor.press("Change sensitive share", conflict)
    visitor.wait(lambda: visitor.window.shell.page_id == "requirements")


def test_that_loosening_what_keeps_all_options_out_lets_one_in_and_undo_takes_it_back(visitor: Visitor) -> None:
    page = behind(visitor)
    visitor.store(replace(visitor.scenario, answers={**visitor.scenario.answers, "weeks_limit": 8}))
    visitor.wait(lambda: page._shown is not None and page._shown.recommendation.option == "")
    visitor.rest()
    assert page._shown is not None and page._shown.relaxations
    first = page._shown.relaxations[0]
    visitor.press(f"Try it: {first.text}")
    visitor.rest()
    assert page._shown.recommendation.option
    visitor.undo()
    visitor.wait(lambda: page._shown is not None and page._shown.recommendation.option == "")


def test_that_a_dragged_weight_ranks_anew_at_once_without_waiting_for_the_draws(visitor: Visitor) -> None:
    page = behind(visitor)
    assert page._shown is not None
    before, stored = page._grid.as_markdown(), visitor.scenario
    criteria = tuple(replace(c, points=100.0 if c.id == "privacy" else 1.0) for c in page._shown.criteria)
    page._weights.moved.emit(criteria)
    assert page._grid.as_markdown() != before, "drawn before any background work could run"
    assert page._shown.recommendation.option == "C"
    scores = {option.id: option.score for option in page._shown.options}
    assert scores["B"] > scores["C"]
    visitor.rest()
    assert {option.id: option.score for option in page._shown.options} == pytest.approx(scores)
    assert visitor.scenario == stored, "nothing is kept before the slider is let go"


def test_that_a_dragged_volume_moves_the_mark_on_the_break_even_picture_and_is_kept_when_let_go(
    visitor: Visitor,
) -> None:
    page = behind(visitor)
    page._pictures.show_picture(0, "break-even")
    page._volume.set_value(40_000)
    page._volume.changed.emit(40_000.0)
    visitor.rest()
    chart = page._pictures.cards[0].chart.chart
    assert chart is not None and "you: 40,000" in str(chart.series)
    page._volume.released.emit(40_000.0)
    visitor.rest()
    kept = visitor.scenario.answers["requests_per_day"]
    assert isinstance(kept, dict) and kept["likely"] == 40_000
    visitor.undo()
    assert page._volume.value == pytest.approx(7_000, rel=0.02)


def test_that_the_selected_blend_is_written_as_a_plan_for_a_gateway(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = behind(visitor)
    visitor.window.house.selection.pick("option", "C")
    file = tmp_path / "plan.yaml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(file), ""))
    page._plans.entries(page._selected_id)["Routing plan for a LiteLLM proxy"]()
    visitor.rest()
    assert file.name in words_on(page)
    plan = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert len(plan["model_list"]) >= 2
    assert "sk-" not in file.read_text(encoding="utf-8")


def test_that_a_plan_that_cannot_be_written_says_why(visitor: Visitor, tmp_path: Path) -> None:
    page = behind(visitor)
    page._plans.write(visitor.scenario, "C", "yaml", tmp_path / "missing" / "deep\0" / "plan.yaml")
    visitor.rest()
    assert not page._plans.isVisibleTo(page)
    assert page._error.isVisibleTo(page)


def test_that_a_person_chooses_which_option_the_tornado_compares_with(visitor: Visitor) -> None:
    page = behind(visitor)
    page._pictures.show_picture(1, "tornado")
    card = page._pictures.cards[1]
    chooser = next(box for box in card.findChildren(QComboBox) if box.accessibleName() == "Compared with")
    assert [chooser.itemText(k) for k in range(chooser.count())] == ["What moves C against A", "What moves C against B"]
    assert card.chart.chart is not None and card.chart.chart.title == "What moves C against A"
    chooser.setCurrentIndex(1)
    chooser.activated.emit(1)
    assert card.chart.chart.title == "What moves C against B"
    page._volume.released.emit(9_000.0)
    visitor.rest()
    assert card.chart.chart.title == "What moves C against B"
    page._pictures.show_picture(1, "cumulative")
    assert not chooser.isVisibleTo(page)
    page._pictures.show_picture(1, "tornado")
    assert card.chart.chart.title == "What moves C against B" and chooser.isVisibleTo(page)


def test_that_a_picture_drawn_from_the_second_look_follows_the_next_one(visitor: Visitor) -> None:
    page = behind(visitor)
    page._pictures.show_picture(0, "acceptability")
    before = page._pictures.cards[0].chart.chart
    assert before is not None and page._shown is not None
    flip = next(f for f in page._shown.flips if f.input == "monthly_usd" and f.option == "C")
    visitor.press(f"Try it: {flip.text}")
    visitor.wait(lambda: page._pictures.cards[0].chart.chart.rows != before.rows)
    visitor.press("Take it back")
    visitor.wait(lambda: page._pictures.cards[0].chart.chart.rows == before.rows)


def test_that_a_picture_of_the_second_look_stays_when_it_comes_before_the_first_is_drawn(visitor: Visitor) -> None:
    page = behind(visitor)
    page._pictures.show_picture(0, "acceptability")
    closer, chart = page._closer, page._pictures.cards[0].chart.chart
    assert closer is not None and chart is not None and chart.rows and page.scenario is not None
    made = page._compute(Wish(page.scenario))
    page._draw(replace(made, charts={**made.charts, "acceptability": replace(chart, rows=())}))
    page._draw_closer(closer)
    visitor.wait(lambda: page._slices.is_done)
    assert page._pictures.cards[0].chart.chart.rows == chart.rows


def test_that_the_i_of_a_picture_leads_to_its_term_in_the_glossary(visitor: Visitor) -> None:
    page = behind(visitor)
    page._pictures.show_picture(1, "tornado")
    visitor.wait(lambda: page._pictures.cards[1].findChild(InfoButton, "info-tornado") is not None)
    page._pictures.cards[1].findChild(InfoButton, "info-tornado").click()
    panel = QApplication.activePopupWidget()
    assert isinstance(panel, TermPanel)
    panel.findChild(QPushButton).click()
    visitor.wait(lambda: visitor.window.shell.page_id == "learn")
    learn = visitor.page
    assert isinstance(learn, LearnPage) and learn.topic == "glossary"
    visitor.wait(lambda: learn.findChild(QFrame, "term-tornado").property("chosen") == "true")
