"""The main job in the real window: from “New scenario” to a report, without leaving it, with the door shut.

Runs on a real X display (Xvfb), with mouse and keyboard, on the shipped demo models and in real child processes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QPlainTextEdit
from workbench.app import build
from workbench.domain.decision import DecisionStatus
from workbench.domain.questions import STEPS, UNKNOWN
from workbench.gui.crash import CrashFile
from workbench.gui.main import Window
from workbench.gui.tasks import Tasks
from workbench.net import lock

from end_to_end.person import Person

pytestmark = [
    pytest.mark.display,
    pytest.mark.skipif(not os.environ.get("DISPLAY"), reason="needs an X display: xvfb-run"),
]
NAME = "Answers for the help desk"
JOB = "Answer customers' questions from our manuals"
CASES = """input,expected,sensitive
"Passage: The office opens at 9. Question: When does the office open?",9,no
"Passage: Returns are free for 30 days. Question: For how many days are returns free?",30,no
"Passage: Ms Okafor leads payroll. Question: Who leads payroll?",Okafor,yes
"Passage: The fee is $25. Question: What is the fee?",25,no
"""


@pytest.fixture
def application() -> Iterator[QApplication]:
    """The real platform, and nothing may be printed by Qt."""
    app = QApplication.instance() or QApplication(["workbench"])
    assert isinstance(app, QApplication)
    assert QGuiApplication.platformName() == "xcb"
    lock.lock()
    yield app


def start(app: QApplication, home: Path) -> tuple[Person, Window]:
    """The window over a data folder, once its first scenario is open."""
    services = build(home)
    window = Window(app, services, crash=CrashFile(services.paths.logs, redact=str), tasks=Tasks())
    window.show(())
    person = Person(window)
    person.wait(lambda: window.desk.scenario is not None, "the first scenario")
    window.shell.activateWindow()
    person.wait(window.shell.isActiveWindow, "the keyboard")
    person.rest()
    return person, window


def stop(window: Window) -> None:
    window.shell.close()
    window.end()


def step(person: Person, title: str) -> None:
    """Jump to a step of the wizard by clicking on it."""
    steps = person.find(QListWidget, "Steps of the wizard")
    place = next(place for place, each in enumerate(STEPS) if each.title == title)
    person.pick(steps, place)
    person.wait(lambda: steps.currentRow() == place, title)


def answer_the_wizard(person: Person) -> None:
    """Types, chooses, does not know, jumps ahead and comes back."""
    person.type(person.find(QLineEdit, "field-job"), JOB)
    person.press("Which tasks does the model do?: Answering questions")
    person.press("Next: Workload")
    person.type(person.find(QLineEdit, "How many requests a day?, likely"), "4,000")
    person.press("How many tokens go in per request?: I don't know")
    step(person, "Data")
    person.press("How sensitive is the most sensitive part of the data?: Confidential")
    person.press("May another company process the data?: No, never")
    step(person, "Speed")
    person.type(person.find(QLineEdit, "How soon must the first words appear?, s"), "3")
    person.rest()


def compare_two_models(person: Person) -> None:
    """The playground: one prompt, two demo models, both answer."""
    person.go("validate")
    person.press("view-playground")
    person.rest()
    prompt = person.find(QPlainTextEdit, "prompt")
    person.type(prompt, "Passage: The canteen opens at 11:30. Question: When does the canteen open?")
    person.press("ask")
    person.wait(lambda: "Nothing left this machine" in person.answer, "two answers", 120)
    person.rest()


def run_a_small_eval(person: Person, cases: Path) -> None:
    """The team's own cases, dropped onto the window."""
    person.drop(cases)
    person.press("Run the eval")
    person.wait(lambda: "case" in person.answer and person.window.house.tasks.is_idle, "the eval's results", 180)
    person.wait(lambda: "Under way" not in person.answer and "No eval" not in person.answer, "the results", 180)


def decide(person: Person, folder: Path) -> None:
    """Drafts from the figures, adds a sentence, records, writes the report in all formats."""
    person.go("decide")
    person.rest()
    person.press("Draft from the figures")
    person.wait(lambda: person.window.desk.scenario.decision is not None, "a draft")
    because = person.find(QPlainTextEdit, "Because")
    person.click(because)
    QTest.keyClick(because, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(because, " The help desk agrees.")
    QTest.keyClick(because, Qt.Key.Key_Tab)
    person.rest()
    person.press("Record the decision")
    person.wait(lambda: person.window.desk.scenario.decision.status is DecisionStatus.ACCEPTED, "the recorded decision")
    person.rest()
    person.in_folder_dialog(folder, lambda: person.press_menu("Write the report", "All of them"))
    person.wait(lambda: len(list(folder.iterdir())) >= 7, "seven files")
    person.rest()


def test_that_a_product_manager_gets_from_new_scenario_to_a_report_in_one_window(
    application: QApplication, tmp_path: Path
) -> None:
    home, folder, cases = tmp_path / "home", tmp_path / "reports", tmp_path / "cases.csv"
    folder.mkdir()
    cases.write_text(CASES, encoding="utf-8")
    person, window = start(application, home)
    line = person.another_answer("")
    person.new_scenario(NAME)
    person.wait(lambda: person.shell.page_id == "requirements", "the wizard")
    line = person.another_answer(line)
    answer_the_wizard(person)
    assert "data sensitivity" in person.another_answer(line).lower(), "the live line says what the answers removed"
    assert person.saved.startswith("saved "), person.saved

    person.press("See the shortlist")
    person.rest()
    shortlist = person.answer
    assert " models" in shortlist
    person.go("tradeoffs")
    person.rest()
    person.go("options")
    person.rest()
    person.press_menu("Add an option", "Propose from the shortlist")
    person.wait(lambda: window.desk.scenario is not None and window.desk.scenario.options, "options")
    person.rest()
    compare_two_models(person)
    run_a_small_eval(person, cases)
    decide(person, folder)

    scenario = window.desk.scenario
    assert scenario is not None and scenario.decision is not None
    assert scenario.answers["job"] == JOB
    assert scenario.answers["tokens_in"] == UNKNOWN
    assert scenario.decision.because.endswith("The help desk agrees.")
    files = {file.suffix: file for file in folder.iterdir()}
    assert set(files) == {".html", ".pdf", ".docx", ".pptx", ".xlsx", ".md", ".json"}
    assert all(file.stat().st_size for file in files.values())
    texts = {suffix: files[suffix].read_text(encoding="utf-8") for suffix in (".html", ".md", ".json")}
    assert all("The help desk agrees." in text for text in texts.values())
    assert json.loads(texts[".json"])
    assert lock.refused() == (), "nothing may even have tried to leave"
    stop(window)

    person, window = start(application, home)
    assert window.desk.scenario is not None
    assert window.desk.scenario.answers == scenario.answers
    assert window.desk.scenario.decision == scenario.decision
    assert person.shell.page_id == "decide", "the second start resumes where the first one ended"
    stop(window)
