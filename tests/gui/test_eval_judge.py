"""The judge of an eval on the page: what is known of it, and putting it to the test."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from validate_bench import Bench, bench_in
from workbench.domain.evals import EvalSettings
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
        use_remote(made.services, model(9), model(5), ScriptedModel("far/judge", judge, local=False))
        yield made


def page_with_run(bench: Bench, folder: Path, scorer: str) -> ValidatePage:
    services = bench.services
    path = folder / "cases.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [(f"c{n}", f"How many, question {n}", f"It says {n}.") for n in range(CASES)]
        csv.writer(file).writerows([("id", "input", "expected"), *rows])
    scenario = services.scenarios.new("Support chat")
    data = services.evals.dataset(path)
    run = services.evals.new_run(
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
    page = ValidatePage(
        house=bench.house,
        playground=services.playground,
        votes=services.votes,
        chat_models=services.chat_models,
        evals=services.evals,
        judging=services.judging,
        library=services.library,
        scenarios=services.scenarios,
        routing=lambda: services.routing,
    )
    page.show_scenario(scenario)
    page.arrive(EVALS)
    bench.show(page)
    return page


def test_that_a_judge_is_put_to_the_test_on_the_page_and_its_errors_are_taken_out(bench: Bench, tmp_path: Path) -> None:
    page = page_with_run(bench, tmp_path, "rubric")
    card = page.findChild(JudgeCard, "eval-judge")
    assert card.isVisibleTo(page)
    assert "never put to the test" in card._said.text()
    assert "errors taken out" in card._corrected.text()
    bench.qtbot.mouseClick(card.test, Qt.MouseButton.LeftButton)
    bench.settle()
    assert "agrees with people on 100 %" in card._said.text()
    rows = {row[0]: row[1] for row in card.table.model.rows}
    assert rows["changes its mind when the order changes"] == "100 %", "this judge always likes the first"
    assert rows["judges alike when asked again"] == "100 %"
    assert card.test.isEnabled() and not card.error.isVisibleTo(page)


def test_that_a_run_without_a_judged_scorer_has_no_such_card(bench: Bench, tmp_path: Path) -> None:
    page = page_with_run(bench, tmp_path, "contains")
    assert not page.findChild(JudgeCard, "eval-judge").isVisibleTo(page)
