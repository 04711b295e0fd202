"""Learn as a person uses it: topics, sliders, search, terms, and exercises that reveal only after a decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
)
from pytestqt.qtbot import QtBot
from workbench.app import Services, build
from workbench.gui.learn import TOPICS
from workbench.gui.learn.claims import ClaimsTopic
from workbench.gui.learn.exercise import ExerciseView, ReasoningCard
from workbench.gui.learn.explorer import Explorer
from workbench.gui.learn.topic import Topic
from workbench.gui.pages.base import House
from workbench.gui.pages.learn import LearnPage
from workbench.gui.theme import Theme
from workbench.gui.widgets.info import glossary
from workbench.gui.widgets.slider import ValueSlider
from workbench.gui.widgets.text import Words
from workbench.services.learn import lessons

Settle = Callable[[House], None]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = build(tmp_path)
    yield made
    made.close()


@pytest.fixture
def make(qtbot: QtBot, house: House, services: Services) -> Callable[[], LearnPage]:
    def page() -> LearnPage:
        made = LearnPage(house=house, learn=lambda: services.learn)
        qtbot.addWidget(made)
        made.resize(900, 640)
        made.show()
        return made

    return page


@pytest.fixture
def page(make: Callable[[], LearnPage]) -> LearnPage:
    return make()


def slider(page: LearnPage, name: str) -> ValueSlider:
    """The slider a person sees under this name."""
    named = (s for s in page.findChildren(ValueSlider) if s.isVisible() and s.track.accessibleName() == name)
    return next(named)


def press(qtbot: QtBot, page: LearnPage, text: str) -> None:
    QApplication.processEvents()
    found = next(b for b in page.findChildren(QPushButton) if b.isVisible() and b.text() == text)
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def explorers(page: LearnPage) -> list[Explorer]:
    QApplication.processEvents()
    return [card for card in page.findChildren(Explorer) if card.isVisible()]


def words_on(page: LearnPage) -> str:
    """All words in sight; what was just added comes into sight with the next events."""
    QApplication.processEvents()
    return " ".join(w.accessibleName() for w in page.findChildren(Words) if w.isVisible())


def test_that_the_table_of_topics_and_the_texts_belong_together() -> None:
    assert [entry.id for entry in TOPICS] == sorted(lessons(), key=[e.id for e in TOPICS].index)


@pytest.mark.parametrize("topic", [entry.id for entry in TOPICS])
def test_that_each_topic_opens_with_its_answer(page: LearnPage, house: House, settle: Settle, topic: str) -> None:
    page.arrive(topic)
    settle(house)
    assert page.topic == topic
    assert page.header.title == lessons()[topic].title
    assert page.header.answer.startswith(lessons()[topic].answer)
    assert [t.objectName() for t in page.findChildren(Topic) if t.isVisible()] == [f"topic-{topic}"]


@pytest.mark.parametrize("topic", [entry.id for entry in TOPICS])
def test_that_every_control_of_a_topic_has_a_name(page: LearnPage, house: House, settle: Settle, topic: str) -> None:
    page.open_topic(topic)
    settle(house)
    for kind in (QAbstractButton, QAbstractSlider, QLineEdit):
        for control in page.findChildren(kind):
            if control.isVisible() and control.focusPolicy() != Qt.FocusPolicy.NoFocus:
                assert control.accessibleName(), control


@pytest.mark.parametrize(("percent", "width"), [(100, 816), (150, 1072)])
def test_that_nothing_hangs_over_the_side_in_a_small_window_or_with_large_text(
    page: LearnPage, house: House, theme: Theme, settle: Settle, qtbot: QtBot, percent: int, width: int
) -> None:
    theme.set_text_percent(percent)
    page.resize(width, 700)
    for entry in TOPICS:
        page.open_topic(entry.id)
        settle(house)
        qtbot.waitUntil(lambda: page.scroller.horizontalScrollBar().maximum() == 0, timeout=2000)


def test_that_the_list_is_walked_by_keys_and_next_goes_on(page: LearnPage, qtbot: QtBot) -> None:
    topics = page.findChild(QListWidget, "learn-topics")
    assert topics is not None
    topics.setFocus()
    qtbot.keyClick(topics, Qt.Key.Key_Down)
    assert page.topic == "types"
    press(qtbot, page, "Next: Proprietary or open")
    assert page.topic == "open"


def test_that_the_topic_left_is_open_at_the_next_start(make: Callable[[], LearnPage]) -> None:
    make().open_topic("emergence")
    assert make().topic == "emergence"


def test_that_more_parameters_and_tokens_change_loss_and_bill_while_dragging(page: LearnPage) -> None:
    page.open_topic("scaling")
    card = explorers(page)[0]
    before = card.sentence.accessibleName()
    slider(page, "Parameters").track.setValue(900)
    assert card.sentence.accessibleName() != before
    assert card.chart is not None and card.chart.chart is not None
    assert card.chart.chart.description.startswith("Your run reaches a loss of")


def test_that_a_known_run_is_put_onto_the_sliders(page: LearnPage, qtbot: QtBot) -> None:
    page.open_topic("scaling")
    press(qtbot, page, "Llama 3.1 405B")
    assert slider(page, "Parameters").value == pytest.approx(405e9)
    assert "26.6 million to 79.9 million GPU hours" in explorers(page)[0].sentence.accessibleName()


def test_that_a_one_token_answer_shows_no_jump(page: LearnPage) -> None:
    page.open_topic("emergence")
    length = slider(page, "Length of the answer")
    length.track.setValue(length.track.minimum())
    assert "no jump" in explorers(page)[0].sentence.accessibleName()
    length.track.setValue(length.track.maximum())
    assert "60-token answers" in explorers(page)[0].sentence.accessibleName()


def test_tv_7e_that_the_split_80_20_counts_as_one_and_a_half_vendors(page: LearnPage, qtbot: QtBot) -> None:
    page.open_topic("concentration")
    card = explorers(page)[0]
    assert "1.47" in card.sentence.accessibleName() and "6,800" in card.sentence.accessibleName()
    press(qtbot, page, "50 / 30 / 20")
    assert "3,800" in card.sentence.accessibleName()
    press(qtbot, page, "Four alike")
    assert "4.00" in card.sentence.accessibleName() and "2,500" in card.sentence.accessibleName()


def test_that_no_vendor_at_all_is_an_error_said_in_the_card(page: LearnPage) -> None:
    page.open_topic("concentration")
    for name in ("Vendor A", "Vendor B"):
        slider(page, name).track.setValue(0)
    card = explorers(page)[0]
    assert card.error.isVisible() and card.chart is not None
    said = " ".join(label.text() for label in card.error.findChildren(QLabel))
    assert "No vendor has any of the traffic" in said and "weight" not in said
    # The last answer does not stay beside the refusal.
    assert card.sentence.accessibleName() == "" and not card.chart.isVisible()
    slider(page, "Vendor C").track.setValue(500)
    assert not card.error.isVisible() and card.chart.isVisible()
    assert "1.00" in card.sentence.accessibleName()


def test_tv_7f_that_the_fallback_opens_on_the_published_pair(page: LearnPage) -> None:
    page.open_topic("concentration")
    card = explorers(page)[1]
    assert card.sentence.accessibleName().startswith("H = 1.38")
    slider(page, "Both are wrong in").track.setValue(0)
    assert card.sentence.accessibleName().startswith("H = 0: they fail together less often than by chance")
    slider(page, "Both are wrong in").track.setValue(900)
    assert "can be wrong in 0 % to 14 %" in card.sentence.accessibleName()


def test_that_the_ladder_is_climbed_only_where_a_gap_is_shown(page: LearnPage) -> None:
    page.open_topic("adaptation")
    card = explorers(page)[0]
    assert "retrieval (RAG)" in card.sentence.accessibleName()
    slider(page, "Right documents minus none").track.setValue(0)
    assert "a good prompt is enough" in card.sentence.accessibleName()
    slider(page, "Right documents minus none").track.setValue(500)
    cases = slider(page, "Cases in the eval")
    cases.track.setValue(0)
    assert "on 20 cases" in card.sentence.accessibleName()


def test_that_the_price_of_an_api_moves_the_break_even(page: LearnPage, qtbot: QtBot) -> None:
    page.open_topic("open")
    card = explorers(page)[0]
    press(qtbot, page, "Cheapest tier ($0.15 / $0.60)")
    assert "6,800,000 requests a day" in card.sentence.accessibleName()
    press(qtbot, page, "Premium ($3 / $15)")
    assert "200,000 requests a day" in card.sentence.accessibleName()


def test_that_a_picture_has_its_table_one_click_away(page: LearnPage, qtbot: QtBot) -> None:
    page.open_topic("emergence")
    press(qtbot, page, "Show as a table")
    assert "Whole answers of 30 tokens" in words_on(page)
    press(qtbot, page, "Hide the table")
    assert "Whole answers of 30 tokens" not in words_on(page)


def test_that_the_catalog_is_counted_by_type(page: LearnPage, house: House, settle: Settle) -> None:
    page.open_topic("types")
    settle(house)
    assert "In the catalog of 20" in words_on(page)


def test_that_a_claim_picked_shows_what_its_source_says(page: LearnPage) -> None:
    page.open_topic("claims")
    assert "87.6 % less" in words_on(page)
    topic = page.findChild(ClaimsTopic)
    assert topic is not None
    topic.table.view.setFocus()
    topic.table.view.selectRow(2)
    assert "$400 cheaper" in words_on(page)


def test_that_a_term_is_opened_and_marked_where_it_stands(page: LearnPage, qtbot: QtBot) -> None:
    page.arrive("tornado")
    assert page.topic == "glossary"
    row = page.findChild(object, "term-tornado")
    assert row is not None
    qtbot.waitUntil(lambda: row.property("chosen") == "true")
    qtbot.waitUntil(lambda: not row.visibleRegion().isEmpty())


def test_that_every_term_can_be_arrived_at(page: LearnPage) -> None:
    for term in glossary():
        page.arrive(term)
        assert page.topic == "glossary"


def test_that_the_search_finds_topics_and_terms_and_is_given_up(page: LearnPage, qtbot: QtBot) -> None:
    field = page.find_field()
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, "herfindahl")
    assert page.header.answer.startswith("1 topic and 0 terms")
    press(qtbot, page, "Concentration")
    assert page.topic == "concentration"
    assert field.text() == ""
    qtbot.keyClicks(field, "Pareto")
    assert "term" in page.header.answer
    assert "Pareto front" in words_on(page)
    field.clear()
    assert page.header.title == "Concentration"


def test_that_a_search_without_a_hit_says_so_and_leads_back(page: LearnPage, qtbot: QtBot) -> None:
    field = page.find_field()
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, "xyzzy")
    assert "Nothing here holds these words." in words_on(page)
    press(qtbot, page, "Show the topics")
    assert field.text() == ""
    assert page.header.title == "Foundation models"


def exercise(page: LearnPage) -> ExerciseView:
    QApplication.processEvents()
    return next(view for view in page.findChildren(ExerciseView) if view.isVisible())


def decide(qtbot: QtBot, page: LearnPage, choice: str, why: str) -> None:
    view = exercise(page)
    radio = next(r for r in view.findChildren(QAbstractButton) if r.accessibleName().endswith(choice))
    radio.click()
    qtbot.keyClicks(view.why, why)


def test_that_the_reasoning_stays_closed_until_something_is_decided(page: LearnPage, qtbot: QtBot) -> None:
    page.open_topic("practice")
    view = exercise(page)
    assert not view.reveal.isEnabled()
    decide(qtbot, page, "A: Claude through its API", "")
    assert not view.reveal.isEnabled()
    qtbot.keyClicks(view.why, "It is fast.")
    assert view.reveal.isEnabled()
    assert page.findChild(ReasoningCard) is None


def test_that_the_reasoning_shows_the_computed_figures_of_the_sample(
    page: LearnPage, qtbot: QtBot, house: House, settle: Settle
) -> None:
    page.open_topic("practice")
    decide(qtbot, page, "A: Claude through its API", "It is fast.")
    press(qtbot, page, "Show the reasoning")
    settle(house)
    shown = words_on(page)
    assert "You chose “A: Claude through its API”; argued for here is “C: both, routed”." in shown
    assert "B is out: Needs 14 weeks" in shown
    assert "the only option inside your limits" in shown


def test_that_an_exercise_is_found_as_it_was_left(
    make: Callable[[], LearnPage], qtbot: QtBot, house: House, settle: Settle
) -> None:
    first = make()
    first.open_topic("practice")
    press(qtbot, first, "A legal assistant (2024)")
    decide(qtbot, first, "Build", "Nothing else closed the gap.")
    press(qtbot, first, "Show the reasoning")
    assert "You chose as argued here." in words_on(first)
    again = make()
    again.open_topic("practice")
    press(qtbot, again, "A legal assistant (2024)")
    assert exercise(again).why.toPlainText() == "Nothing else closed the gap."
    assert exercise(again).choice.value == "build"
    assert "You chose as argued here." in words_on(again)
    settle(house)
