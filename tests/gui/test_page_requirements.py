"""The wizard, answered like a person would, with the real services behind it."""

from __future__ import annotations

from dataclasses import replace

from pages_person import Visitor
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QPushButton
from workbench.domain.questions import NO_LIMIT, QUESTIONS, UNKNOWN
from workbench.gui.rail import RailButton
from workbench.gui.widgets.fields import read_number
from workbench.gui.widgets.info import glossary
from workbench.gui.wizards.question_card import QUESTION_TERMS, TYPING_PAUSE_MS, QuestionCard


def go_to_step(visitor: Visitor, title: str) -> None:
    steps = visitor.find(QListWidget, "wizard-steps")
    row = next(row for row in range(steps.count()) if title in steps.item(row).text())
    steps.setCurrentRow(row)
    visitor.rest()


def test_that_a_typed_answer_is_saved_and_undo_brings_the_old_one_back(visitor: Visitor) -> None:
    visitor.go("requirements")
    go_to_step(visitor, "The product")
    field = visitor.find(QLineEdit, "field-job")
    before = visitor.scenario.answers["job"]
    visitor.write(field, "Sort the post of the town hall")
    visitor.wait(lambda: visitor.scenario.answers["job"] == "Sort the post of the town hall")
    visitor.rest()
    assert visitor.services.scenarios.load(visitor.scenario.id).answers["job"] == "Sort the post of the town hall"
    visitor.undo()
    assert visitor.scenario.answers["job"] == before
    assert field.text() == before
    visitor.redo()
    assert field.text() == "Sort the post of the town hall"


def test_that_what_was_typed_last_never_takes_back_what_the_next_page_changed(visitor: Visitor) -> None:
    visitor.go("requirements")
    go_to_step(visitor, "The product")
    field = visitor.find(QLineEdit, "field-job")
    field.selectAll()
    field.insert("Answer letters")  # no focus that it could lose: the window may lie behind another one
    visitor.window.shell.open_page("options")
    assert visitor.scenario.answers["job"] == "Answer letters"
    visitor.window.desk.rename("Letters")
    QTest.qWait(2 * TYPING_PAUSE_MS)
    assert (visitor.scenario.answers["job"], visitor.scenario.name) == ("Answer letters", "Letters")


def test_that_tab_goes_from_the_steps_through_the_questions_to_the_buttons_below(visitor: Visitor) -> None:
    page = visitor.go("requirements")
    for title in ("The product", "Workload", "Data"):
        go_to_step(visitor, title)
        visitor.take_keyboard()
        steps = visitor.find(QListWidget, "wizard-steps")
        steps.setFocus()
        passed: list[str] = []
        while not (passed and passed[-1].startswith("Next: ")):
            QTest.keyClick(QApplication.focusWidget() or steps, Qt.Key.Key_Tab)
            now = QApplication.focusWidget()
            assert now is not None and page.isAncestorOf(now)
            card = next((each for each in page.findChildren(QuestionCard) if each.isAncestorOf(now)), None)
            passed.append(card.question.id if card else now.text() if isinstance(now, QPushButton) else "")
        cards = [each.question.id for each in page.findChildren(QuestionCard) if not each.isHidden()]
        assert list(dict.fromkeys(name for name in passed if name in cards)) == cards
        assert [name for name in passed if name not in cards] == passed[-(1 if title == "The product" else 2) :]


def test_that_what_is_typed_while_another_scenario_opens_is_saved_where_it_was_typed(visitor: Visitor) -> None:
    first = visitor.scenario
    visitor.go("requirements")
    go_to_step(visitor, "The product")
    field = visitor.find(QLineEdit, "field-job")
    field.setFocus()
    visitor.qtbot.keyClicks(field, "And more: ")
    typed = field.text().strip()
    visitor.window.desk.new("Another")
    visitor.wait(lambda: visitor.scenario.name == "Another")
    visitor.rest()
    assert visitor.services.scenarios.load(first.id).answers["job"] == typed
    assert "job" not in visitor.scenario.answers


def test_that_the_rail_ticks_only_what_was_done(visitor: Visitor) -> None:
    rail = visitor.window.shell.rail

    def said(page_id: str) -> str:
        return rail.findChild(RailButton, f"rail-{page_id}").accessibleName()

    visitor.new("Untouched")
    visitor.wait(lambda: said("shortlist") != "2 Shortlist")
    answers = {key: "unknown" for key in QUESTIONS if key != "job"} | {"job": "Answer questions"}
    visitor.go("requirements")
    visitor.store(replace(visitor.scenario, answers=answers))
    visitor.wait(lambda: said("requirements") == "1 Requirements, good")
    assert (said("tradeoffs"), said("options"), said("validate")) == ("3 Trade-offs", "4 Options", "5 Validate")


def test_that_not_knowing_is_an_answer_and_says_what_it_does(visitor: Visitor) -> None:
    visitor.go("requirements", "requests_per_day")
    visitor.press("How many requests a day?: I don't know")
    visitor.rest()
    assert visitor.scenario.answers["requests_per_day"] == UNKNOWN
    card = visitor.find(QuestionCard, "question-requests_per_day")
    assert QUESTIONS["requests_per_day"].unknown in [w.text() for w in card.findChildren(type(card._said))]


def test_that_no_limit_is_an_answer_of_its_own_and_lets_models_in(visitor: Visitor) -> None:
    visitor.go("requirements", "monthly_cap_usd")
    visitor.wait(lambda: visitor.answer)
    kept = int(visitor.answer.split()[0])
    visitor.press("How much may it cost a month?: No limit")
    visitor.rest()
    assert visitor.scenario.answers["monthly_cap_usd"] == NO_LIMIT
    visitor.wait(lambda: int(visitor.answer.split()[0]) > kept)


def test_that_the_suggestion_for_a_range_names_the_likely_value_and_is_taken_with_one_click(visitor: Visitor) -> None:
    visitor.new()
    visitor.go("requirements", "requests_per_day")
    card = visitor.find(QuestionCard, "question-requests_per_day")
    link = next(b for b in card.findChildren(QPushButton) if b.text().startswith("Use "))
    default = QUESTIONS["requests_per_day"].default
    assert isinstance(default, dict)
    assert f"about {default['likely']:,.0f}" in link.text()
    link.click()
    visitor.rest()
    assert visitor.scenario.answers["requests_per_day"] == default
    assert not link.isVisibleTo(visitor.page)


def test_that_the_live_line_follows_an_answer_and_its_undo(visitor: Visitor) -> None:
    visitor.go("requirements", "third_party")
    visitor.wait(lambda: visitor.answer)
    before = visitor.answer
    visitor.press("May another company process the data?: " + QUESTIONS["third_party"].label_of("forbidden"))
    visitor.wait(lambda: visitor.answer != before)
    assert int(visitor.answer.split()[0]) < int(before.split()[0])
    visitor.undo()
    visitor.wait(lambda: visitor.answer == before)


def test_that_the_wizard_resumes_at_the_step_where_it_was_left(visitor: Visitor) -> None:
    visitor.go("requirements")
    go_to_step(visitor, "Budget")
    left = visitor.scenario
    visitor.new()
    visitor.go("requirements")
    assert visitor.find(QListWidget, "wizard-steps").currentRow() == 0
    visitor.open(left)
    visitor.go("requirements")
    assert "Budget" in visitor.find(QListWidget, "wizard-steps").currentItem().text()


def test_that_next_and_back_walk_the_steps_and_the_last_leads_to_the_shortlist(visitor: Visitor) -> None:
    visitor.go("requirements")
    steps = visitor.find(QListWidget, "wizard-steps")
    go_to_step(visitor, "The product")
    visitor.press("Next: Workload")
    assert "Workload" in steps.currentItem().text()
    visitor.press("Back")
    assert steps.currentRow() == 0
    steps.setCurrentRow(steps.count() - 1)
    visitor.rest()
    last = [b for b in visitor.page.findChildren(QPushButton) if b.text() == "See the shortlist"]
    last[-1].click()
    visitor.rest()
    assert visitor.window.shell.page_id == "shortlist"


def test_that_makers_and_countries_come_from_the_catalog(visitor: Visitor) -> None:
    visitor.go("requirements")
    go_to_step(visitor, "Licence & vendors")
    catalog = visitor.services.catalog.catalog()
    makers = visitor.find(QuestionCard, "question-excluded_developers")
    names = {b.text() for b in makers.findChildren(QPushButton)}
    assert {maker.name for maker in catalog.developers} <= names
    visitor.press(f"Which makers of models do you rule out?: {catalog.developers[0].name}")
    visitor.rest()
    assert visitor.scenario.answers["excluded_developers"] == [catalog.developers[0].id]


def test_that_arriving_at_a_question_puts_the_cursor_into_its_field(visitor: Visitor) -> None:
    visitor.take_keyboard()
    visitor.go("requirements", "weeks_limit")
    card = visitor.find(QuestionCard, "question-weeks_limit")
    focused = visitor.window.shell.focusWidget()
    assert focused is not None and card.isAncestorOf(focused)


def test_that_an_answer_out_of_range_is_refused_where_it_was_typed(visitor: Visitor) -> None:
    visitor.go("requirements", "quality_target")
    before = visitor.scenario.answers.get("quality_target")
    card = visitor.find(QuestionCard, "question-quality_target")
    visitor.write(card.findChildren(QLineEdit)[0], "400")
    visitor.rest()
    assert visitor.scenario.answers.get("quality_target") == before


def type_slowly(visitor: Visitor, field: QLineEdit, text: str) -> None:
    """Key by key, with so long a pause behind each that the wizard saves what it can."""
    for key in text:
        visitor.qtbot.keyClicks(field, key)
        visitor.qtbot.wait(TYPING_PAUSE_MS + 50)
        visitor.rest()


def test_that_a_number_typed_beyond_its_limit_changes_neither_the_answer_nor_its_neighbours(visitor: Visitor) -> None:
    visitor.go("requirements", "requests_per_day")
    card = visitor.find(QuestionCard, "question-requests_per_day")
    low, likely, high = card.findChildren(QLineEdit)
    before = visitor.scenario.answers["requests_per_day"]
    shown = low.text(), high.text()
    likely.setFocus()
    likely.selectAll()
    type_slowly(visitor, likely, "1e99")
    assert visitor.scenario.answers["requests_per_day"] == before
    assert (low.text(), likely.text(), high.text()) == (shown[0], "1e99", shown[1])
    likely.clearFocus()
    assert "The most that makes sense here is 10,000,000,000" in likely.accessibleDescription()
    for field in (low, high):
        visitor.write(field, "0")
        visitor.qtbot.keyClick(field, Qt.Key.Key_Backspace)
    visitor.write(likely, "5000")
    visitor.wait(lambda: visitor.scenario.answers["requests_per_day"] == {"low": 5000, "likely": 5000, "high": 5000})
    assert (low.text(), read_number(likely.text()), high.text()) == ("", 5000, "")


def test_that_a_number_taken_out_to_be_typed_anew_leaves_the_others_of_its_range(visitor: Visitor) -> None:
    visitor.go("requirements", "requests_per_day")
    card = visitor.find(QuestionCard, "question-requests_per_day")
    low, likely, high = card.findChildren(QLineEdit)
    for field, text in ((low, "1000"), (likely, "5000"), (high, "9000")):
        visitor.write(field, text)
    visitor.rest()
    likely.setFocus()
    likely.selectAll()
    visitor.qtbot.keyClick(likely, Qt.Key.Key_Delete)
    visitor.qtbot.wait(TYPING_PAUSE_MS + 50)
    visitor.rest()
    assert (read_number(low.text()), read_number(high.text())) == (1000, 9000)
    type_slowly(visitor, likely, "6000")
    likely.clearFocus()
    visitor.rest()
    assert visitor.scenario.answers["requests_per_day"] == {"low": 1000, "likely": 6000, "high": 9000}


def test_that_every_term_behind_a_question_is_in_the_glossary() -> None:
    assert set(QUESTION_TERMS) <= set(QUESTIONS)
    assert set(QUESTION_TERMS.values()) <= set(glossary())
