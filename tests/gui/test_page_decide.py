"""Decide with the real services: draft, edit, record, preview and the files that are written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from pages_person import Visitor
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPdfWriter
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
)
from workbench.domain.decision import Decision, DecisionStatus, Risk, Watch
from workbench.gui.forms.text_box import MOST_LINES, TextBox
from workbench.gui.pages.decide import DecidePage
from workbench.gui.widgets.chart import ChartView


def decide(visitor: Visitor) -> DecidePage:
    page = visitor.go("decide")
    assert isinstance(page, DecidePage)
    visitor.wait(lambda: page._found is not None and page._found.scenario_id == visitor.scenario.id)
    visitor.rest()
    visitor.wait(lambda: page._view.is_complete)
    return page


def undecided(visitor: Visitor) -> DecidePage:
    page = decide(visitor)
    visitor.store(replace(visitor.scenario, decision=None))
    visitor.wait(lambda: "Nothing is decided yet" in visitor.answer)
    visitor.rest()
    return page


def words_on(page: DecidePage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def test_that_the_draft_comes_from_the_figures_and_undo_empties_it(visitor: Visitor) -> None:
    page = undecided(visitor)
    visitor.press("Draft from the figures")
    visitor.rest()
    drafted = visitor.scenario.decision
    assert drafted is not None and (drafted.option, drafted.status) == ("C", DecisionStatus.DRAFT)
    assert "only option inside your limits" in page._form._because.text()
    assert drafted.risks and drafted.triggers
    visitor.undo()
    assert visitor.scenario.decision is None
    assert page._form._because.text() == ""


def test_that_what_is_typed_is_saved_after_a_pause_as_one_step_of_undo(visitor: Visitor) -> None:
    page = undecided(visitor)
    steps = visitor.window.desk.history.stack.count()
    box = visitor.find(QPlainTextEdit, "Because")
    visitor.qtbot.keyClicks(box, "It keeps the data here")
    visitor.wait(lambda: visitor.scenario.decision is not None)
    visitor.qtbot.keyClicks(box, " and is live in time")
    visitor.wait(lambda: (visitor.scenario.decision or Decision("", "")).because.endswith("in time"))
    visitor.rest()
    assert visitor.window.desk.history.stack.count() == steps + 1
    stored = visitor.services.scenarios.load(visitor.scenario.id).decision
    assert stored is not None and stored.because == "It keeps the data here and is live in time"
    assert page._form._because.text() == stored.because


def test_that_the_whole_name_of_each_option_can_be_read(visitor: Visitor) -> None:
    page = decide(visitor)
    name = "Qwen 3.8 Max (0902, preview) self-hosted in two places + RAG + fine-tuning"
    options = (replace(visitor.scenario.options[0], name=name), *visitor.scenario.options[1:])
    visitor.store(replace(visitor.scenario, options=options))
    visitor.wait(lambda: f"A · {name}" in words_on(page))
    title = next(label for label in page.findChildren(QLabel) if label.text() == f"A · {name}")
    assert title.wordWrap() and title.height() >= title.heightForWidth(title.width())
    assert "…" not in words_on(page)


def test_that_nothing_is_recorded_without_a_reason(visitor: Visitor) -> None:
    page = undecided(visitor)
    visitor.press("Decided for: C · Blend, Llama 4 and Claude")
    visitor.press("Record the decision")
    visitor.rest()
    assert "The reason is missing" in words_on(page)
    assert "Write in a sentence why this option." in words_on(page)
    decision = visitor.scenario.decision
    assert decision is None or decision.status is not DecisionStatus.ACCEPTED


def test_that_a_decision_with_option_and_reason_is_recorded(visitor: Visitor) -> None:
    page = undecided(visitor)
    visitor.press("Decided for: C · Blend, Llama 4 and Claude")
    visitor.qtbot.keyClicks(visitor.find(QPlainTextEdit, "Because"), "It keeps the data here.")
    visitor.press("Record the decision")
    visitor.wait(lambda: visitor.answer.startswith("Decided for C"))
    visitor.rest()
    stored = visitor.services.scenarios.load(visitor.scenario.id).decision
    assert stored is not None and (stored.status, stored.option) == (DecisionStatus.ACCEPTED, "C")
    assert page._record.text() == "Record it again"


def test_that_a_decision_that_is_not_settled_asks_before_it_is_accepted(visitor: Visitor) -> None:
    visitor.new()
    page = decide(visitor)
    visitor.press("Draft from the figures")
    visitor.rest()
    assert page._form._because.text().startswith("Not settled")
    for choice, status in (
        ("Cancel", DecisionStatus.DRAFT),
        ("Record it as proposed", DecisionStatus.PROPOSED),
        ("Accept it all the same", DecisionStatus.ACCEPTED),
    ):
        visitor.press("Record the decision")
        visitor.wait(lambda: page.findChild(QMessageBox, "unsettled") is not None)
        box = page.findChild(QMessageBox, "unsettled")
        assert "you have not said yet" in box.informativeText()
        next(each for each in box.buttons() if each.text() == choice).click()
        visitor.wait(lambda: page.findChild(QMessageBox, "unsettled") is None)
        visitor.rest()
        decision = visitor.scenario.decision
        assert decision is not None and decision.status is status
    assert visitor.answer.startswith("Decided for")


def test_that_deciding_keeps_the_proposals_that_the_decision_names(visitor: Visitor) -> None:
    visitor.new()
    page = decide(visitor)
    assert visitor.scenario.options == ()
    visitor.press("Draft from the figures")
    visitor.rest()
    decision = visitor.scenario.decision
    assert decision is not None
    assert decision.option in {option.id for option in visitor.scenario.options}
    assert page._found is not None and visitor.scenario.criteria == page._found.criteria


def test_that_the_preview_shows_the_whole_report_with_its_charts(visitor: Visitor) -> None:
    visitor.window.shell.resize(1280, 800)
    page = decide(visitor)
    visitor.press("Show the full report")
    visitor.rest()
    visitor.wait(lambda: page._view.is_complete and page._view.findChildren(ChartView))
    areas = [area for area in visitor.window.shell.findChildren(QScrollArea) if area.isAncestorOf(page._view)]
    visitor.wait(lambda: all(area.horizontalScrollBar().maximum() == 0 for area in areas))
    assert areas
    document = visitor.services.reports.document(visitor.scenario)
    shown = words_on(page)
    for section in document.sections:
        assert section.title in shown
    assert document.footer in shown
    visitor.press("Show one page")
    visitor.rest()
    visitor.wait(lambda: page._view.is_complete)
    assert len(words_on(page)) < len(shown)


def test_that_the_report_is_written_in_every_format(visitor: Visitor, tmp_path: Path) -> None:
    page = decide(visitor)
    page.write_to(("html", "md", "json"), tmp_path)
    visitor.wait(lambda: page._notice.isVisibleTo(page))
    files = {file.suffix: file for file in tmp_path.iterdir()}
    assert set(files) == {".html", ".md", ".json"}
    assert "<svg" in files[".html"].read_text(encoding="utf-8")
    assert json.loads(files[".json"].read_text(encoding="utf-8"))
    assert all(file.name in words_on(page) for file in files.values())


def test_that_a_folder_that_cannot_be_written_is_said_in_a_sentence(visitor: Visitor, tmp_path: Path) -> None:
    page = decide(visitor)
    page.write_to(("md",), tmp_path)
    visitor.wait(lambda: page._notice.isVisibleTo(page))
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    page.write_to(("md",), blocked / "below")
    visitor.wait(lambda: page._error.isVisibleTo(page))
    assert not page._notice.isVisibleTo(page)


def test_that_an_error_goes_with_the_next_thing_a_person_does(visitor: Visitor, tmp_path: Path) -> None:
    page = decide(visitor)
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    page.write_to(("md",), blocked / "below")
    visitor.wait(lambda: page._error.isVisibleTo(page))
    visitor.press("Draft from the figures")
    visitor.rest()
    assert not page._error.isVisibleTo(page)
    page.write_to(("md",), tmp_path)
    visitor.wait(lambda: page._notice.isVisibleTo(page))
    page.sign("", "")
    assert page._error.isVisibleTo(page) and not page._notice.isVisibleTo(page), "nor stands a success beside it"


def test_that_a_long_risk_is_shown_whole_and_a_very_long_reason_scrolls(visitor: Visitor) -> None:
    page = decide(visitor)
    old = visitor.scenario.decision
    assert old is not None
    risk = Risk("Sensitive passages turn up in most requests. " * 8, "Data protection officer", "Mark them. " * 30)
    reason = "Because of all of this, مساعد المعرفة 🚀. " * 200
    visitor.store(replace(visitor.scenario, decision=replace(old, because=reason, risks=(risk,))))
    visitor.wait(lambda: page._form._because.text() == reason.strip())
    boxes = page._form._risks.findChildren(TextBox)
    assert all(box.verticalScrollBar().maximum() == 0 for box in boxes)
    line = page._form._because.fontMetrics().lineSpacing()
    assert page._form._because.height() < line * (MOST_LINES + 3)
    assert page._form._because.verticalScrollBar().value() == 0, "the text shows its start"


def test_that_an_endless_option_name_does_not_widen_the_page(visitor: Visitor) -> None:
    page = decide(visitor)
    named = replace(visitor.scenario.options[0], name="Supercalifragilisticexpialidocious " * 3)
    visitor.window.shell.resize(1024, 700)
    visitor.store(replace(visitor.scenario, options=(named, *visitor.scenario.options[1:])))
    visitor.wait(lambda: page._found is not None and page._found.options[0].name == named.name)
    visitor.wait(lambda: page._view.is_complete)
    assert page.scroller.horizontalScrollBar().maximum() == 0


def test_that_a_trigger_is_measured_when_the_person_says_what_is_watched(visitor: Visitor) -> None:
    undecided(visitor)
    visitor.press("Add a trigger")
    visitor.choose("Who tells, of this trigger", "Cost a month, USD")
    visitor.choose("Of what, of this trigger", "C · Blend, Llama 4 and Claude")
    visitor.qtbot.keyClicks(visitor.find(QLineEdit, "Bound of this trigger"), "2410")
    visitor.wait(lambda: visitor.scenario.decision is not None and visitor.scenario.decision.triggers[0].above == 2410)
    visitor.rest()
    (trigger,) = (visitor.scenario.decision or Decision("", "")).triggers
    assert (trigger.watch, trigger.subject) == (Watch.MONTHLY_COST, "C")
    assert trigger.text == "C costs more than $2,410 a month"
    visitor.press("Remove this trigger")
    visitor.wait(lambda: (visitor.scenario.decision or Decision("", "")).triggers == ())


def test_that_a_stored_trigger_can_watch_another_model_and_names_it(visitor: Visitor) -> None:
    page = decide(visitor)
    shutdown = next(row for row in page._form._triggers.rows if "shutdown" in str(row.value()))
    subject = visitor.find(QComboBox, "Of what, of this trigger", shutdown.widget)
    assert subject.currentText() == "Claude Sonnet 4.6"
    assert [subject.itemText(place) for place in range(subject.count())] == [
        "Claude Sonnet 4.6",
        "Llama 4 Scout 17B-16E Instruct",
    ]


def test_that_the_reason_against_an_option_falls_away_when_it_is_chosen(visitor: Visitor) -> None:
    undecided(visitor)
    visitor.press("Draft from the figures")
    visitor.rest()
    drafted = visitor.scenario.decision
    assert drafted is not None and {each.option for each in drafted.rejections} == {"A", "B"}
    visitor.press("Decided for: B · Llama 4 self-hosted + RAG")
    visitor.wait(lambda: (visitor.scenario.decision or Decision("", "")).option == "B")
    visitor.rest()
    assert {each.option for each in (visitor.scenario.decision or Decision("", "")).rejections} == {"A"}
    assert visitor.find(QPlainTextEdit, "Why not C").toPlainText() == ""


def test_that_another_option_is_another_decision_and_an_edited_record_says_so(visitor: Visitor) -> None:
    page = undecided(visitor)
    visitor.press("Draft from the figures")
    visitor.rest()
    visitor.press("Record the decision")
    visitor.wait(lambda: visitor.answer.startswith("Decided for C"))
    visitor.rest()
    assert "The record was changed since." not in visitor.answer
    page._form._dissent.setPlainText("Nobody.")
    visitor.wait(lambda: "The record was changed since." in visitor.answer)
    visitor.rest()
    visitor.find(QAbstractButton, "Decided for: A · Claude API + RAG").click()
    visitor.wait(lambda: visitor.answer.startswith("Draft: A"))
    decision = visitor.scenario.decision
    assert decision is not None and (decision.status, decision.basis) == (DecisionStatus.DRAFT, None)
    visitor.wait(lambda: "The one before it, for C, is kept under History." in visitor.answer)
    visitor.undo()
    visitor.wait(lambda: visitor.answer.startswith("Decided for C"))
    visitor.rest()
    assert page._form._dissent.text() == "Nobody.", "the choice is a step of its own"
    visitor.undo()
    visitor.rest()
    visitor.wait(lambda: "The record was changed since." not in visitor.answer)


def test_that_a_day_that_is_none_is_said_at_its_field_and_goes_nowhere(visitor: Visitor) -> None:
    page = decide(visitor)
    before = visitor.scenario.decision
    day = page._form._dates["review_on"]
    day.edit.setFocus()
    day.edit.selectAll()
    visitor.qtbot.keyClicks(day.edit, "2027-02-30")
    assert not day._problem.isVisible(), "while it is typed"
    visitor.qtbot.keyClick(day.edit, Qt.Key.Key_Return)
    assert day._problem.isVisible() and "year-month-day" in day._problem.text()
    visitor.press("Record it again")
    visitor.rest()
    assert "That is not a date" in words_on(page) and visitor.scenario.decision == before
    day.edit.selectAll()
    visitor.qtbot.keyClicks(day.edit, "2027-02-28")
    visitor.wait(lambda: visitor.scenario.decision is not None and visitor.scenario.decision.review_on == "2027-02-28")
    assert not day._problem.isVisible()


def test_that_undo_reaches_the_window_from_a_field_that_has_nothing_to_take_back(visitor: Visitor) -> None:
    page = undecided(visitor)
    visitor.press("Draft from the figures")
    visitor.rest()
    for field in (page._form._because, page._form._people["informed"]):
        assert visitor.scenario.decision is not None
        field.setFocus()
        override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        override.ignore()
        QApplication.sendEvent(field, override)
        assert not override.isAccepted()
        visitor.qtbot.keyClicks(field, "x")
        QApplication.sendEvent(field, override)
        assert override.isAccepted(), "its own typing first"


def test_that_a_recorded_decision_is_signed_and_its_history_tells_what_changed(visitor: Visitor) -> None:
    page = decide(visitor)
    visitor.qtbot.keyClicks(visitor.find(QLineEdit, "Your name"), "Ann Lee")
    visitor.press("Sign")
    visitor.wait(lambda: "what was signed is unchanged" in words_on(page))
    visitor.rest()
    old = visitor.scenario.decision
    assert old is not None and [each.name for each in old.sign_offs] == ["Ann Lee"]
    visitor.store(replace(visitor.scenario, decision=replace(old, because="Because of the law.")))
    visitor.wait(lambda: "signed an earlier state" in words_on(page))
    visitor.press("Record it again")
    visitor.wait(lambda: page._history.findChildren(QPushButton))
    visitor.rest()
    visitor.press("What changed with state 2")
    visitor.wait(lambda: "Because:" in words_on(page))
    versions = visitor.services.decisions.history(visitor.scenario.id)
    assert [version.why for version in versions] == ["signed by Ann Lee", "accepted"]


def test_that_nobody_can_sign_what_is_not_recorded(visitor: Visitor) -> None:
    undecided(visitor)
    visitor.wait(lambda: not visitor.find(QPushButton, "Sign").isEnabled())


def test_that_a_decision_can_be_proposed_first(visitor: Visitor) -> None:
    page = undecided(visitor)
    visitor.press("Draft from the figures")
    visitor.rest()
    page.record(DecisionStatus.PROPOSED)
    visitor.wait(lambda: (visitor.scenario.decision or Decision("", "")).status is DecisionStatus.PROPOSED)
    visitor.rest()
    assert visitor.answer.startswith("Proposed: C")


def choose(page: DecidePage, text: str, *, leave_out: bool = False) -> None:
    """Clicks a tick in the menu above the preview, as a person does."""
    menus = [button.menu() for button in page._bar.findChildren(QPushButton) if button.menu() is not None]
    for menu in (page._bar._sections, *menus) if leave_out else menus:
        menu.aboutToShow.emit()
        for action in menu.actions():
            if action.text() == text:
                action.trigger()
                return
    raise AssertionError(f"no {text!r} in the menus")


def test_that_the_preview_follows_what_is_withheld_left_out_and_the_language(visitor: Visitor) -> None:
    page = decide(visitor)
    assert "$130,600" in words_on(page)
    choose(page, "Withhold prices and costs")
    visitor.wait(lambda: page._view.is_complete and "[withheld]" in words_on(page))
    assert "$130,600" not in words_on(page)
    choose(page, "German")
    visitor.wait(lambda: page._view.is_complete and "Die Entscheidung" in words_on(page))
    choose(page, "Datenschutz", leave_out=True)
    visitor.wait(lambda: page._view.is_complete and page._shown is not None and len(page._shown.sections) == 6)
    assert "left out: privacy" not in words_on(page) and "weggelassen: privacy" in words_on(page)
    choose(page, "Datenschutz", leave_out=True)
    visitor.wait(lambda: page._shown is not None and len(page._shown.sections) == 7)
    choose(page, "English")
    choose(page, "Withhold prices and costs")
    visitor.wait(lambda: page._view.is_complete and "$130,600" in words_on(page))


def test_that_a_section_is_copied_as_markdown(visitor: Visitor) -> None:
    page = decide(visitor)
    choose(page, "Options at a glance")
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("## Options at a glance\n") and "| Set-up | $15,000" in copied


def test_that_files_are_written_with_what_was_chosen(visitor: Visitor, tmp_path: Path) -> None:
    page = decide(visitor)
    choose(page, "Withhold names of people")
    choose(page, "Write files of one page")
    page.write_to(("md", "docx"), tmp_path)
    visitor.wait(lambda: page._notice.isVisibleTo(page))
    files = {file.suffix: file for file in tmp_path.iterdir()}
    assert set(files) == {".md", ".docx"} and all(file.stem.endswith("-one-page") for file in files.values())
    assert "Person 1" in files[".md"].read_text(encoding="utf-8")
    choose(page, "Withhold names of people")
    choose(page, "Write files of one page")
    visitor.wait(lambda: page._view.is_complete)


def test_that_what_is_previewed_is_printed(visitor: Visitor, tmp_path: Path) -> None:
    page = decide(visitor)
    paper = QPdfWriter(str(tmp_path / "printed.pdf"))
    page.print_to(paper)
    visitor.wait(lambda: "Printed." in words_on(page))
    assert (tmp_path / "printed.pdf").read_bytes().startswith(b"%PDF")


def test_that_nothing_of_the_last_scenario_stands_there_as_the_next_ones(visitor: Visitor) -> None:
    page = decide(visitor)
    assert "Llama 4 self-hosted" in words_on(page)
    other = visitor.services.scenarios.new("Meeting notes")
    visitor.window.desk.open(other.id)
    visitor.wait(lambda: visitor.scenario.id == other.id)
    shown = words_on(page)
    assert page._shown is None and page._found is None and not page._bar.isEnabled()
    assert "Llama 4 self-hosted" not in shown and "Model decision: Knowledge assistant" not in shown
    visitor.wait(lambda: page._found is not None and page._found.scenario_id == other.id)
    visitor.rest()
    assert page._bar.isEnabled() and "Llama 4 self-hosted" not in words_on(page)
