"""The judge of an eval on the page: what is known of it, and putting it to the test."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot
from validate_bench import Bench, bench_in, press, validate_page
from workbench.domain.evals import EvalSettings
from workbench.evals.confusion import confusion
from workbench.gui.evals.confusion_card import ConfusionCard
from workbench.gui.evals.judge_card import JudgeCard
from workbench.gui.pages.validate import EVALS, ValidatePage
from workbench.gui.theme import Theme

from chat_models import ScriptedModel, use_remote

CASES = 24


def model(share: int) -> ScriptedModel:
    def script(question: str) -> str:
        number = int(question.rsplit(maxsplit=1)[-1])
        return f"It is {number} days." if number % 10 < share else "It is many days."

    return ScriptedModel(f"far/right-{share}-of-10", script, local=False)


def judge(prompt: str) -> str:
    number = prompt.rpartition("How many, question ")[2].split()[0]
    if "first answer" in prompt:
        return json.dumps({"because": "", "verdict": "first"})
    said = prompt.split("----- answer -----")[1].split("-----", maxsplit=1)[0]
    return json.dumps({"because": "the number", "verdict": "yes" if number in said else "no"})


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as made:
        judges = (ScriptedModel(f"far/{name}", judge, local=False) for name in ("judge", "other-judge"))
        use_remote(made.services, model(9), model(5), *judges)
        yield made


def page_with_run(bench: Bench, folder: Path, scorer: str) -> ValidatePage:
    services = bench.services
    path = folder / "cases.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [(f"c{n}", f"How many, question {n}", f"It says {n}.") for n in range(CASES)]
        csv.writer(file).writerows([("id", "input", "expected"), *rows])
    scenario = services.scenarios.new("Support chat")
    data = services.eval_data.dataset(path)
    run = services.eval_setup.new_run(
        data,
        ["far/right-9-of-10", "far/right-5-of-10"],
        scorers=(scorer,),
        scenario_id=scenario.id,
        settings=EvalSettings(judges=("far/judge",)),
    )
    asyncio.run(services.evals.run(run, data))
    labels = folder / "labels.csv"
    with labels.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("case", "model", "right"))
        for number in range(CASES):
            for share in (9, 5):
                writer.writerow((f"c{number}", f"far/right-{share}-of-10", int(number % 10 < share)))
    services.judging.label(run, labels, scorer)
    page = validate_page(bench)
    page.show_scenario(scenario)
    page.arrive(EVALS)
    bench.show(page)
    return page


def test_that_a_judge_is_put_to_the_test_on_the_page_and_its_errors_are_taken_out(bench: Bench, tmp_path: Path) -> None:
    page = page_with_run(bench, tmp_path, "rubric")
    card = page.findChild(JudgeCard, "eval-judge")
    assert card.isVisibleTo(page)
    assert "never put to the test" in card._said.text()
    bench.wait(lambda: "This judge was never put to the test" in page.header.answer)
    assert "errors taken out" in card._corrected.text()
    bench.qtbot.mouseClick(card.test, Qt.MouseButton.LeftButton)
    bench.settle()
    assert "agrees with people on 100 %" in card._said.text()
    rows = {row[0]: row[1] for row in card.table.model.rows}
    assert rows["changes its mind when the order changes"] == "100 %", "this judge always likes the first"
    assert rows["judges alike when asked again"] == "100 %"
    assert card.test.isEnabled() and not card.error.isVisibleTo(page)
    bench.wait(lambda: "put to the test" not in page.header.answer)
    assert page.header.answer.startswith("far/right-9-of-10 is better than far/right-5-of-10")
    found = card._found
    assert found is not None and found.card is not None and found.card.agreement is not None
    useless = replace(found.card, wrong_caught=0)
    card._show(card._run.id, replace(found, card=useless))
    assert page.header.answer.startswith("far/judge agrees with people no better than chance"), "and no winner is named"


def test_that_a_run_without_a_judged_scorer_has_no_such_card(bench: Bench, tmp_path: Path) -> None:
    page = page_with_run(bench, tmp_path, "contains")
    assert not page.findChild(JudgeCard, "eval-judge").isVisibleTo(page)


def test_that_a_judge_and_prompts_to_compare_are_chosen_in_the_window(bench: Bench, tmp_path: Path) -> None:
    page = page_with_run(bench, tmp_path, "rubric")
    press(bench, page, "eval-new")
    page.arrive((tmp_path / "cases.csv",))
    bench.settle()
    setup = page.evals.setup
    setup._chosen = ("far/right-9-of-10",)
    setup._draw_models(setup._chosen)
    judges = page.findChild(QComboBox, "eval-judge-model")
    assert not judges.isVisibleTo(page), "what is rarely used is folded"
    setup.scorer.setCurrentIndex(setup.scorer.findData("rubric"))
    assert judges.isVisibleTo(page), "a way to score that needs a judge shows where it is chosen"
    bench.wait(lambda: "needs a model that judges" in setup.plan._cautions.text())
    judges.setCurrentIndex(judges.findData("far/judge"))
    judges.activated.emit(judges.currentIndex())
    second, third = (page.findChild(QComboBox, f"eval-{place}-judge") for place in ("second", "third"))
    assert second.isVisibleTo(page) and not third.isVisibleTo(page), "one more can be chosen than are"
    second.setCurrentIndex(second.findData("far/other-judge"))
    assert third.isVisibleTo(page)
    assert not page.findChild(QLineEdit, "eval-prompt-name-1").isVisibleTo(page), "a single prompt needs no name"
    for _ in range(3):
        press(bench, page, "eval-add-prompt")
    for number, text in ((1, ""), (2, "Briefly. {{ input }}"), (3, "Never asked."), (4, "Carefully. {{ input }}")):
        page.findChild(QPlainTextEdit, f"eval-prompt-{number}").setPlainText(text)
    page.findChild(QLineEdit, "eval-prompt-name-2").setText("in short")
    remove = page.findChild(QPushButton, "eval-prompt-remove-3")
    bench.wait(lambda: remove.height() > 0)  # laid out
    press(bench, page, "eval-prompt-remove-3")
    bench.wait(lambda: setup.plan.plan is not None and len(setup.plan.plan.models) == 3)
    press(bench, page, "eval-run")
    bench.wait(lambda: page.evals.runner.is_running)
    bench.wait(lambda: not page.evals.runner.is_running)
    bench.settle()
    run = bench.services.eval_results.runs()[0]
    assert run.settings.judges == ("far/judge", "far/other-judge") and run.scorers == ("rubric",)
    assert run.settings.prompts == (
        ("prompt-1", "{{ input }}"),
        ("in-short", "Briefly. {{ input }}"),
        ("prompt-4", "Carefully. {{ input }}"),
    )
    results = bench.services.eval_results.results(run.id)
    assert len(results) == 3 * CASES and all(result.score is not None for result in results)
    assert "(prompt-1)" in page.evals.name_of(run.model_ids[0])
    page.findChild(QCheckBox, "eval-python").setChecked(True)
    assert bench.services.eval_setup.own_python_allowed()


def test_that_classes_are_shown_as_they_were_read(bench: Bench, tmp_path: Path) -> None:
    page = page_with_run(bench, tmp_path, "rubric")
    run = replace(bench.services.eval_results.runs()[0], scorers=("classification",))
    found = confusion([("good", "good"), ("good", "bad"), ("bad", "bad")])
    card = ConfusionCard(
        house=bench.house, read=lambda _run: {("far/a", "classification"): found}, name_of=page.evals.name_of
    )
    bench.qtbot.addWidget(card)
    card.show_run(run)
    bench.wait(lambda: card.table is not None)
    assert card.table is not None
    assert card.table.as_csv().splitlines()[1:] == ["good,1,1,50 %,100 %,0.67", "bad,0,1,100 %,50 %,0.67"]
