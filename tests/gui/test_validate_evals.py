"""The evals as a person uses them: choose data and models, run, cancel, go on, read a case; on the demo models."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QMessageBox, QPushButton, QTableView
from pytestqt.qtbot import QtBot
from validate_bench import Bench, bench_in, validate_page
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, EvalRun, EvalSettings, EvalStatus
from workbench.domain.scenario import Scenario
from workbench.evals.columns import Columns
from workbench.gui.evals.case_table import CaseTable
from workbench.gui.evals.import_preview import ImportDialog
from workbench.gui.evals.plan_lines import proof_words
from workbench.gui.evals.run_reading import LONG
from workbench.gui.explanation import Explanation
from workbench.gui.links import RESUME
from workbench.gui.pages.validate import EVALS, ValidatePage
from workbench.gui.theme import Theme
from workbench.gui.widgets.state import Cautions, IconLabel
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.eval_grid import CaseGrid
from workbench.services.eval_results import A_SCREENFUL, EvalResults

PASSAGE = "Policy: HR-04 Leave policy\nEmployees can take up to {n} days of annual leave per year.\n\n"


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as made:
        yield made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_cases(tmp_path / "leave.csv", 12)


def write_cases(path: Path, count: int) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(("id", "input", "expected", "sensitive"))
        for n in range(20, 20 + count):
            question = f"{PASSAGE.format(n=n)}Question: How much annual leave do staff get?"
            lines.writerow((f"c{n}", question, f"{n} days", "yes" if n % 2 else ""))
    return path


@pytest.fixture
def scenario(bench: Bench) -> Scenario:
    return bench.services.scenarios.new("Support chat")


def evals_page(bench: Bench, scenario: Scenario) -> ValidatePage:
    made = validate_page(bench)
    made.show_scenario(scenario)
    made.arrive(EVALS)
    bench.show(made)
    return made


@pytest.fixture
def page(bench: Bench, scenario: Scenario) -> ValidatePage:
    return evals_page(bench, scenario)


def press(bench: Bench, inside: object, name: str) -> None:
    def seen() -> QPushButton | None:  # what was drawn before may not be deleted yet
        drawn: list[QPushButton] = inside.findChildren(QPushButton, name)  # type: ignore[attr-defined]
        return next((each for each in drawn if each.isVisibleTo(inside) and each.isEnabled()), None)  # type: ignore[arg-type]

    bench.wait(lambda: seen() is not None)
    found = seen()
    assert found is not None, name
    bench.qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def run_whole(bench: Bench, page: ValidatePage) -> None:
    press(bench, page, "eval-run")
    bench.wait(lambda: not page.evals.runner.is_running)
    bench.settle()


def test_that_tab_goes_through_a_new_eval_from_top_to_bottom(page: ValidatePage) -> None:
    setup = page.evals.setup
    stops: list[str] = []
    widget = page.findChild(QPushButton, "data-choose")
    while widget is not None and widget.objectName() != "eval-run":
        widget = widget.nextInFocusChain()
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(setup):
            stops.append(widget.objectName() or widget.accessibleName())
    models = [place for place, stop in enumerate(stops) if stop.startswith("Models: ")]
    assert len(models) >= 3 and stops.index("data-results") < models[0]
    assert models[-1] < stops.index("eval-scorer") < stops.index("eval-design") < stops.index("eval-cap")


def test_that_an_empty_page_says_what_belongs_there_and_holds_the_button(page: ValidatePage) -> None:
    assert page.header.answer.startswith("No eval yet.")
    assert page.findChild(QPushButton, "data-choose").isVisibleTo(page)
    assert not page.findChild(QPushButton, "eval-run").isEnabled()


def test_that_who_has_no_cases_yet_can_try_the_sample_s(bench: Bench, page: ValidatePage) -> None:
    press(bench, page, "data-sample")
    bench.settle()
    examined = page.evals.setup.data.examined
    assert examined is not None and len(examined.dataset.cases) >= 150
    sample = page.evals.setup.data.findChild(QPushButton, "data-sample")
    assert sample is not None and not sample.isVisible()


def test_that_nothing_is_explained_or_offered_for_deletion_of_the_last_scenario_s_eval(bench: Bench) -> None:
    page, told = validate_page(bench), []
    page.explain.connect(told.append)
    page.show_scenario(bench.services.scenarios.open_sample())
    page.arrive(EVALS)
    bench.show(page)
    bench.wait(lambda: page.evals.explanation is not None)
    page.show_scenario(bench.services.scenarios.new("Support chat"))
    bench.settle()
    assert page.header.answer.startswith("No eval yet.")
    assert page.evals.explanation is None and told[-1] is None


def test_that_a_run_answers_in_words_with_a_row_for_each_model_and_case(
    bench: Bench, page: ValidatePage, scenario: Scenario, data: Path
) -> None:
    page.arrive((data,))
    bench.settle()
    assert "12 cases are ready" in page.header.answer
    with bench.qtbot.waitSignal(page.wrote, timeout=60_000) as wrote:
        run_whole(bench, page)
    (run,) = bench.services.eval_results.runs(scenario.id)
    assert wrote.args[0].evals == {run.id}
    assert run.status is EvalStatus.FINISHED
    models = len(run.model_ids)
    assert len(bench.services.eval_results.results(run.id)) == 12 * models
    assert "12 cases." in page.header.answer and "% (" in page.header.answer
    assert page.evals.explanation is not None and "leave, version 1" in page.evals.explanation.as_text()
    results = page.evals.results
    assert results._models.model.rowCount() == models
    assert results.cases.table is not None and results.cases.table.model.rowCount() == 12
    assert results._chart.chart is not None and len(results._chart.chart.rows) == models


def test_that_cancel_keeps_what_was_answered_and_go_on_finishes_the_run(
    bench: Bench, page: ValidatePage, scenario: Scenario, tmp_path: Path
) -> None:
    page.arrive((write_cases(tmp_path / "many.csv", 60),))
    bench.settle()
    press(bench, page, "eval-run")
    bench.wait(lambda: page.evals.runner._progress.done >= 5)
    (task,) = bench.house.tasks.named
    assert "60 cases" in (task.name or "")
    task.cancel()
    bench.wait(lambda: not page.evals.runner.is_running)
    bench.settle()
    (run,) = bench.services.eval_results.runs(scenario.id)
    kept = len(bench.services.eval_results.results(run.id))
    total = 60 * len(run.model_ids)
    assert run.status is EvalStatus.PAUSED and 5 <= kept < total
    assert page.header.answer.startswith(f"Interrupted: {kept} of {total} questions are answered.")
    press(bench, page, "eval-go-on")
    bench.wait(lambda: not page.evals.runner.is_running)
    bench.settle()
    (run,) = bench.services.eval_results.runs(scenario.id)
    assert run.status is EvalStatus.FINISHED
    assert len(bench.services.eval_results.results(run.id)) == total
    assert not page.header.answer.startswith("Interrupted")


def test_that_a_paused_run_keeps_what_arrived_and_goes_on(
    bench: Bench, page: ValidatePage, scenario: Scenario, tmp_path: Path
) -> None:
    page.arrive((write_cases(tmp_path / "many.csv", 60),))
    bench.settle()
    page.findChild(QPushButton, "eval-run").setFocus()
    press(bench, page, "eval-run")
    bench.wait(lambda: page.evals.runner._progress.done >= 5)
    pause = page.findChild(QPushButton, "eval-pause")
    bench.wait(pause.hasFocus)  # the keyboard is not handed to the next part of the window
    press(bench, page, "eval-pause")
    bench.wait(lambda: not page.evals.runner.is_running)
    bench.settle()
    assert page.findChild(QComboBox, "eval-runs").hasFocus()
    (run,) = bench.services.eval_results.runs(scenario.id)
    kept = len(bench.services.eval_results.results(run.id))
    assert run.status is EvalStatus.PAUSED and 5 <= kept < 60 * len(run.model_ids)
    assert page.findChild(QPushButton, "eval-go-on").isVisibleTo(page)
    assert bench.services.evals.interrupted(scenario.id) == run


def test_that_the_plan_says_before_the_run_what_it_can_prove_costs_and_takes(
    bench: Bench, page: ValidatePage, data: Path
) -> None:
    page.arrive((data,))
    plan = page.evals.setup.plan
    bench.wait(lambda: plan.plan is not None)
    assert plan.plan is not None and plan.plan.cases == 12
    proof, effort = plan.findChild(Words, "eval-proof"), plan.findChild(Words, "eval-effort")
    assert proof.isVisibleTo(page) and proof.text().startswith("12 cases are too few to show any difference.")
    assert "$0" in effort.text() and f"{plan.plan.answers} answers" in effort.text()
    assert "cannot decide" in plan._cautions.text()
    enough = replace(plan.plan, cases=400, cases_needed=272, detectable=0.08)
    assert "differences of **8 points** or more" in proof_words(enough) and "10 points take 272 cases." in proof_words(
        enough
    )
    plan.repeats.setCurrentIndex(1)
    bench.wait(lambda: plan.plan is not None and plan.plan.answers == 3 * 12 * len(page.evals.setup.models))


def test_that_how_long_answers_may_be_is_chosen_and_what_had_to_end_is_said(
    bench: Bench, page: ValidatePage, data: Path
) -> None:
    page.arrive((data,))
    bench.settle()
    page.evals.setup.more._turn()
    longest = page.findChild(QLineEdit, "eval-longest")
    assert longest is not None and longest.isVisible() and longest.text() == "96"
    longest.selectAll()
    bench.qtbot.keyClicks(longest, "1")
    page.evals.setup.more.prompts._rows[0].text.setPlainText("{{ input }} **Briefly**")
    run_whole(bench, page)
    (run,) = bench.services.eval_results.runs()
    assert run.sampling.max_tokens == 1
    cut = page.findChild(Cautions, "eval-cut")
    assert cut is not None and cut.isVisible() and "Ended at the longest length allowed" in cut.text()
    assert page.evals.explanation is not None
    told = page.evals.explanation.as_text()
    assert "answers up to 1 token" in told and "Prompt: {{ input }} " in told


def test_that_results_of_another_program_are_shown_and_not_said_to_be_asked_here(
    bench: Bench, page: ValidatePage, tmp_path: Path
) -> None:
    names = ("input_text", "output_text_a", "output_text_b", "score")
    rows = [dict(zip(names, (f"What is {n}?", f"{n}", "none", (-1.0, 0.5)[n % 2]), strict=True)) for n in range(6)]
    log = {"metadata": {}, "models": [{"name": "Old"}, {"name": "New"}], "examples": rows}
    (tmp_path / "compared.json").write_text(json.dumps(log))
    page.evals.setup.data.results_opened.emit(tmp_path / "compared.json")
    bench.wait(lambda: page.evals.explanation is not None)
    assert page.evals.explanation is not None and "Mean score: New" in page.header.answer
    told = page.evals.explanation.as_text()
    assert "Asked and scored by another program" in told and "Temperature" not in told
    offered = [action.text for action in page.evals.explanation.actions]
    assert offered == ["Export the results …", "Delete this eval …"]


def test_that_what_is_to_mind_of_the_cases_stands_beside_them(bench: Bench, page: ValidatePage, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("input,expected\nWho?,Ada\nWho?,Kenji\nWhere is ada@example.org?,here\n")
    page.arrive((tmp_path / "labels.csv",))
    bench.settle()
    mind = page.findChild(Cautions, "data-mind")
    assert mind is not None and mind.isVisible()
    conflict, personal = mind.text().splitlines()
    assert "say “Ada” and “Kenji”. Keep the right one" in conflict and "looks like personal data" in personal
    page.arrive((tmp_path / "none.csv",))
    bench.settle()
    assert not mind.isVisible()


def test_that_a_case_explains_itself_in_the_inspector(bench: Bench, page: ValidatePage, data: Path) -> None:
    page.arrive((data,))
    bench.settle()
    run_whole(bench, page)
    told: list[Explanation | None] = []
    page.explain.connect(told.append)
    table = page.evals.results.cases.table
    assert table is not None
    table.view.setFocus()
    table.view.selectRow(0)
    bench.qtbot.keyClick(table.view, Qt.Key.Key_Down)
    bench.settle()
    explanation = told[-1]
    assert explanation is not None and explanation.title == "c21"
    assert "sensitive" in explanation.subtitle
    text = explanation.as_text()
    assert "Question: How much annual leave" in text and "- 21 days" in text
    assert "“21 days” is" in text


def test_that_the_filters_count_and_narrow_the_cases(bench: Bench, page: ValidatePage, data: Path) -> None:
    page.arrive((data,))
    bench.settle()
    run_whole(bench, page)
    cases = page.evals.results.cases
    which = page.findChild(QComboBox, "eval-which-cases")
    titles = [which.itemText(place) for place in range(which.count())]
    assert titles[0] == "All cases (12)" and "Sensitive (6)" in titles and "Errors (0)" in titles
    cases.choose("sensitive")
    assert cases.table is not None
    assert [cases.grid.case_id(place) for place in cases.table.model.shown] == [f"c{n}" for n in range(21, 32, 2)]
    cases.table.filter_field.setText("c27")
    bench.wait(lambda: cases.table.model.rowCount() == 1)


def being_read(cases: CaseTable) -> list[str]:
    said = [each.text() for each in cases.findChildren(Words) if each.isVisibleTo(cases)]
    return [text for text in said if "being read" in text]


def test_that_the_first_cases_of_a_long_run_are_there_while_the_others_are_read(
    bench: Bench, scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bench.services.eval_data.dataset(write_cases(tmp_path / "many.csv", 3 * A_SCREENFUL))
    models = tuple(f"local/model-{number}" for number in range(LONG // len(data.cases) + 1))
    run = EvalRun(
        "long", scenario.id, "Long", data.name, data.hash, len(data.cases), models, ("contains",),
        EvalStatus.FINISHED, datetime.now(UTC), settings=EvalSettings(dataset_path=str(tmp_path / "many.csv")),
    )  # fmt: skip
    kept = bench.services.store.eval_runs
    kept.save_run(run)
    kept.append(
        CaseResult(run.id, case.id, model, "contains", CaseOutcome.SCORED, answer="12 days", score=1.0)
        for case in data.cases
        for model in models
    )
    seen: list[tuple[int, bool, list[str]]] = []
    show_first = CaseTable.show_first

    def shown(cases: CaseTable, grid: CaseGrid, *, of: int) -> None:
        show_first(cases, grid, of=of)
        assert cases.table is not None
        seen.append((len(cases.table.model.rows), cases.which.isEnabled(), being_read(cases)))

    monkeypatch.setattr(CaseTable, "show_first", shown)
    read: list[str] = []
    numbers = EvalResults.numbers

    def counted(service: EvalResults, run: EvalRun) -> Columns:
        read.append(run.id)
        return numbers(service, run)

    monkeypatch.setattr(EvalResults, "numbers", counted)
    page = evals_page(bench, scenario)
    cases = page.evals.results.cases
    bench.wait(lambda: cases.holds(run.id))
    bench.settle()
    ((rows, could_filter, said),) = seen
    assert rows == A_SCREENFUL and not could_filter
    assert said == [f"The first {A_SCREENFUL} of {len(data.cases)} cases; the others are being read."]
    assert cases.table is not None and len(cases.table.model.rows) == len(data.cases)
    assert cases.which.isEnabled() and not being_read(cases)
    assert cases.grid.case(0) is not None and read == [run.id], "the texts came, and nothing was read twice"
    whole: list[str] = []
    monkeypatch.setattr(page.evals.judge, "show_run", lambda shown: whole.append(shown.id))
    for under_way in (run.id, ""):
        page.evals.runner.run_id = under_way
        page.evals.runs.show(run.id)
        bench.settle()
    assert whole == [run.id], "what needs every text waits for the end of a long run"


def test_that_the_answers_to_a_case_stand_side_by_side_and_a_person_can_overrule_a_score(
    bench: Bench, page: ValidatePage, data: Path
) -> None:
    page.arrive((data,))
    bench.settle()
    run_whole(bench, page)
    table, case = page.evals.results.cases.table, page.evals.results.case
    assert table is not None and not case.isVisibleTo(page)
    table.view.setFocus()
    table.view.selectRow(0)
    bench.settle()
    assert case.isVisibleTo(page) and case.accessibleName() == "Case c20, line 2"
    said = [label.accessibleName() for label in case.findChildren(Words)]
    (run,) = bench.services.eval_results.runs()
    for model in run.model_ids:
        assert page.evals.name_of(model) in said
    title = page.evals._scorer_title("contains")
    assert sum(f" by {title}: " in text for text in said) == len(run.model_ids), "every scorer says why"
    before = bench.services.eval_results.summary(run).models
    result = next(r for r in bench.services.eval_results.results(run.id) if r.case_id == "c20")
    at = run.model_ids.index(result.model_id)
    word, score = ("wrong", 0.0) if result.score else ("right", 1.0)
    case.why.setText("The unit is missing")
    press(bench, page, f"mark-{word}-{result.model_id}")
    bench.settle()
    assert bench.services.eval_results.summary(run).models[at].right == before[at].right + (1 if score else -1)
    (mark,) = bench.services.eval_results.marks(run.id)
    assert (mark.case_id, mark.score, mark.was, mark.why) == ("c20", score, result.score, "The unit is missing")
    said = [label.accessibleName() for label in case.findChildren(Words)]
    assert any("The unit is missing" in text for text in said), "the trail is shown"
    assert any(f"{word}, by hand" in text for text in said)
    assert page.evals.explanation is not None
    rows = [row.text for section in page.evals.explanation.sections for row in section.rows]
    assert rows.count(f"{word}, by hand") == 1, "the inspector says so, too"
    press(bench, page, f"take-back-{result.model_id}")
    bench.settle()
    assert len(bench.services.eval_results.marks(run.id)) == 2, "the trail only grows"
    assert bench.services.eval_results.summary(run).models == before
    press(bench, page, "case-after")
    bench.settle()
    assert case.accessibleName().startswith("Case c21,")


def test_that_a_second_run_is_compared_with_the_first(bench: Bench, page: ValidatePage, data: Path) -> None:
    page.arrive((data,))
    bench.settle()
    run_whole(bench, page)
    runs = page.evals.results.runs
    assert not runs.isVisibleTo(page)
    press(bench, page, "eval-new")
    page.evals.setup.system.setText("Answer with the number alone.")
    run_whole(bench, page)
    assert runs.isVisibleTo(page) and runs.others.count() == 2
    runs.others.setCurrentIndex(1)
    runs.others.activated.emit(1)
    bench.settle()
    table = runs.findChild(DataTable)
    assert table.isVisibleTo(page) and table.model.rowCount() == len(page.evals.setup.models)


def test_that_where_no_column_has_a_known_name_a_person_says_which_is_what(
    bench: Bench, page: ValidatePage, tmp_path: Path
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("Text der Anfrage;Soll\nWer?;Ann\nWo?;Rom\n")
    page.arrive((path,))
    bench.settle()
    data, plan = page.evals.setup.data, page.evals.setup.plan
    assert "no column input" in data._problems.accessibleName() and not plan._cautions.isVisibleTo(page)
    mend = next(each for each in data._problems.findChildren(QPushButton) if each.isVisibleTo(page))
    assert mend.text() == "Say which column is what …"
    bench.qtbot.mouseClick(mend, Qt.MouseButton.LeftButton)
    dialog = page.findChild(ImportDialog)
    assert dialog is not None
    press(bench, dialog, "import-use")
    bench.settle()
    assert data.examined is not None and len(data.examined.dataset.cases) == 2
    bench.wait(lambda: "cannot decide" in plan._cautions.text())
    marks = [each for each in plan._cautions.findChildren(IconLabel) if each.isVisibleTo(page)]
    assert len(marks) == len(plan._cautions.text().splitlines()), "never by colour alone"


def test_that_results_of_another_program_become_an_eval_that_is_shown(
    bench: Bench, page: ValidatePage, scenario: Scenario, tmp_path: Path
) -> None:
    def sample(number: int, value: str) -> dict[str, object]:
        said = {"choices": [{"message": {"role": "assistant", "content": "29 days"}, "stop_reason": "stop"}]}
        return {"id": number, "input": "How?", "target": "29", "output": said, "scores": {"match": {"value": value}}}

    path = tmp_path / "log.json"
    head = {"version": 2, "status": "success", "eval": {"task": "leave", "model": "openai/gpt"}}
    path.write_text(json.dumps({**head, "samples": [sample(1, "C"), sample(2, "I"), "odd"]}))
    page.evals.setup.data.results_opened.emit(path)
    bench.wait(lambda: page.evals.results.isVisibleTo(page))
    bench.settle()
    (run,) = bench.services.eval_results.runs(scenario.id)
    assert run.status is EvalStatus.FINISHED and "of 2 cases right: 9 to 91" in page.header.answer
    assert "1 entry of log.json left out" in page.evals.error.accessibleName()
    page.evals.setup.data.results_opened.emit(tmp_path / "none.json")
    bench.wait(
        lambda: "none.json" in page.evals.error.accessibleName() and "entry" not in page.evals.error.accessibleName()
    )


def test_that_the_views_stay_where_they_are(page: ValidatePage) -> None:
    places = []
    for view in ("playground", "evals", "routing"):
        page.show_view(view)
        QApplication.processEvents()
        places.append([page._switch[each].pos().x() for each in page._switch])
    assert places[0] == places[1] == places[2]


def test_that_every_problem_of_a_file_is_shown_and_the_good_cases_can_run(
    bench: Bench, page: ValidatePage, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.csv"
    path.write_text("input,expected,sensitive\nWho?,Ann,yes\n,Bob,\nWhere?,Rome,perhaps\n")
    page.arrive((path,))
    bench.settle()
    problems = page.evals.setup.data._problems
    assert problems.isVisibleTo(page)
    words = problems.accessibleName()
    assert "2 problems" in words and "line 3" in words and "line 4" in words
    assert page.findChild(QPushButton, "eval-run").text() == "Run the eval with the 1 good case"
    run_whole(bench, page)
    assert "1 case." in page.header.answer
    assert len(bench.services.eval_results.results(page.evals.runs.wanted)) == len(page.evals.setup.models)


def test_that_an_error_of_the_evals_goes_with_what_is_done_next(
    bench: Bench, page: ValidatePage, tmp_path: Path
) -> None:
    error = WorkbenchError("The file with the cases of this eval is not known here", mend="Choose it again.")
    path = tmp_path / "cases.csv"
    path.write_text("input,expected\nWho?,Ann\n")
    page.evals.error.show_error(error)
    page.arrive((path,))
    bench.settle()
    assert not page.evals.error.isVisibleTo(page)
    page.show_scenario(bench.services.scenarios.open_sample())
    bench.settle()
    page.evals.error.show_error(error)
    page.evals.bar.chosen.emit(page.evals.runs.wanted)
    bench.settle()
    assert not page.evals.error.isVisibleTo(page)


def test_that_an_eval_whose_scorer_cannot_use_the_cases_is_not_offered(
    bench: Bench, page: ValidatePage, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.csv"
    path.write_text("input,expected\nWho?,Ann\n,Bob\n")
    page.arrive((path,))
    bench.settle()
    setup, button = page.evals.setup, page.findChild(QPushButton, "eval-run")
    assert button.isEnabled() and button.text() == "Run the eval with the 1 good case"
    setup.scorer.setCurrentIndex(setup.scorer.findData("number"))
    bench.settle()
    assert not button.isEnabled() and button.text() == "Run the eval"
    assert setup._total.text().startswith("The scorer number cannot use the expected text of case")
    assert "Choose another scorer" in setup._total.text()
    said = [label.text() for label in setup.findChildren(Words) if label.isVisibleTo(page)]
    assert sum("cannot use the expected text" in text for text in said) == 1, "once, beside the button"
    setup.scorer.setCurrentIndex(setup.scorer.findData("contains"))
    bench.settle()
    assert button.isEnabled() and setup._total.text() == ""


def test_that_a_file_that_is_no_data_is_a_sentence_and_nothing_can_run_until_a_person_goes_back(
    bench: Bench, page: ValidatePage, data: Path, tmp_path: Path
) -> None:
    page.arrive((data,))
    bench.settle()
    strange = tmp_path / "table.xlsx"
    strange.write_bytes(b"PK\x03\x04")
    page.arrive((strange,))
    bench.settle()
    assert "The workbook is damaged" in page.evals.setup.data._problems.accessibleName()
    assert page.evals.setup.data.examined is None
    assert not page.findChild(QPushButton, "eval-run").isEnabled()
    assert "table.xlsx" in page.evals.setup.data._about.text() and "ready" not in page.header.answer
    press(bench, page, "data-take-back")
    bench.settle()
    examined = page.evals.setup.data.examined
    assert examined is not None and examined.dataset.source == str(data)
    assert page.findChild(QPushButton, "eval-run").isEnabled()
    page.show_scenario(bench.services.scenarios.new("Another"))
    bench.settle()
    assert page.evals.setup.data.examined is None, "cases of one scenario are not armed in the next"


def test_that_the_sample_opens_with_its_own_cases_and_its_evidence(
    bench: Bench, page: ValidatePage, theme: Theme
) -> None:
    sample = bench.services.scenarios.open_sample()
    page.show_scenario(sample)
    bench.settle()
    examined = page.evals.setup.data.examined
    assert examined is not None and len(examined.dataset.cases) >= 150
    assert page.evals.results.isVisibleTo(page) and not page.evals.setup.isVisibleTo(page)
    assert page.evals.results.cases.table is not None
    assert len(page.evals.results.cases.table.model.rows) >= 150
    explanation = page.evals.explanation
    assert explanation is not None and "128 of 160 cases name their own scorer" in explanation.as_text()
    page.resize(648, 660)  # what a window of 1024x700 leaves it beside the inspector
    across = page.scroller.horizontalScrollBar()
    bench.wait(lambda: across.maximum() == 0)  # neither the results nor a new eval are cut
    for name in ("view-eval-models", "view-eval-waits", "view-eval-pairs", "view-eval-cases", "view-eval-slices"):
        table = page.findChild(QTableView, name)
        assert table is not None and table.horizontalScrollBar().maximum() == 0, name
    pairs = page.findChild(QTableView, "view-eval-pairs")
    longest = pairs.fontMetrics().horizontalAdvance("not shown to differ from Demo Medium")
    assert pairs.columnWidth(1) > longest + 36, "the verdict stands there whole; p gives way"
    free = page.findChild(Words, "eval-free")
    assert free is not None and free.text().startswith("An answer of a model on this machine costs no money")
    press(bench, page, "eval-new")
    bench.settle()
    page.evals.setup.more._turn()
    bench.wait(lambda: across.maximum() == 0)
    theme.set_text_percent(150)
    page.resize(942, 660)  # the same window with larger text: the rail is folded, and there is no inspector
    bench.wait(lambda: across.maximum() == 0)
    theme.set_text_percent(100)
    press(bench, page, "eval-put-away")
    bench.settle()
    page.resize(752, 774)  # what a window of 1280x800 leaves it
    bench.house.selection.pick("case", "policy-question-08")
    bench.settle()
    case = page.evals.results.case
    bench.wait(case.isVisible)
    labels = case.findChildren(Words)
    cut = [label.text() for label in labels if label.height() < label.heightForWidth(label.width())]
    assert not cut, "the question, what was expected and every answer stand there whole"
    bench.wait(lambda: case.geometry().bottom() < page.evals.results.height())
    bench.house.selection.pick("case", "field-extraction-01")
    bench.wait(lambda: case.accessibleName().startswith("Case field-extraction-01"))
    verdicts = [text for label in case.findChildren(Words) if " by " in (text := label.accessibleName())]
    assert verdicts and all(" by Exact match: " in text for text in verdicts), "the case's own scorer gave the score"


def test_that_a_saved_eval_is_opened_run_as_it_stands_and_held_to_what_it_requires(
    bench: Bench, page: ValidatePage, data: Path, tmp_path: Path
) -> None:
    services = bench.services
    settings = EvalSettings(prompts=(("plain", "{{ input }}"), ("brief", "In a word. {{ input }}")))
    cases = services.eval_data.dataset(data)
    run = services.eval_setup.new_run(cases, ["demo-nano"], settings=settings)

    async def whole() -> None:
        await services.evals.run(run, cases)
        await services.evals.stop()

    asyncio.run(whole())
    file = tmp_path / "leave.yaml"
    services.eval_files.save(run, file)
    page.arrive((file,))
    bench.settle()
    card = page.evals.repeat
    assert card.isVisible() and not page.evals.setup.isVisible()
    about = " ".join(label.accessibleName() for label in card.findChildren(Words))
    assert "12 cases · Demo Nano · scored by Contains" in about and "It requires Demo Nano (plain) at least" in about
    press(bench, page, "eval-repeat-run")
    bench.wait(lambda: card.outcome.text().startswith("It holds what its file requires"))
    (again,) = services.eval_results.runs(page.evals.repeat.scenario.id)
    assert again.settings.prompts == settings.prompts and again.status is EvalStatus.FINISHED
    assert page.evals.results.isVisible() and card.isVisible()
    file.write_text(file.read_text().replace("at_least: ", "at_least: 1 #"))
    page.evals.open_data(file)
    bench.settle()
    press(bench, page, "eval-repeat-run")
    bench.wait(lambda: card.outcome.text().startswith("It does not hold what its file requires"))
    assert "Demo Nano (brief), Contains: " in card.outcome.text()
    file.with_name("leave.cases.jsonl").write_text('{"input": "other", "expected": "x"}\n')
    page.evals.open_data(file)
    bench.settle()
    assert (
        "These are not the cases" in card.error.accessibleName()
        and not page.findChild(QPushButton, "eval-repeat-run").isEnabled()
    )
    press(bench, page, "eval-repeat-close")
    assert not card.isVisible() and page.evals.results.isVisible()


def test_that_a_scorer_is_explained_when_it_is_chosen(bench: Bench, page: ValidatePage) -> None:
    setup = page.evals.setup
    before = setup._signature.text()
    bench.qtbot.keyClick(setup.scorer, Qt.Key.Key_Down)
    assert setup._signature.text() != before
    assert setup.scorer_ids != ("contains",)


def test_that_only_the_evals_explain_in_the_inspector(bench: Bench, page: ValidatePage, data: Path) -> None:
    page.arrive((data,))
    bench.settle()
    run_whole(bench, page)
    told: list[Explanation | None] = []
    page.explain.connect(told.append)
    press(bench, page, "view-playground")
    assert told[-1] is None
    press(bench, page, "view-evals")
    assert told[-1] is not None and "12 cases" in told[-1].subtitle


def test_that_an_eval_survives_the_end_of_the_window_and_goes_on_at_the_next_start(
    tmp_path: Path, qtbot: QtBot, theme: Theme
) -> None:
    path = write_cases(tmp_path / "many.csv", 60)
    path.write_text(path.read_text().replace("id,input,expected,sensitive", "Nr,Text,Soll,Vertraulich", 1))
    columns = {"id": "Nr", "input": "Text", "expected": "Soll", "sensitive": "Vertraulich"}
    with bench_in(tmp_path / "home", qtbot) as first:
        scenario = first.services.scenarios.new("Support chat")
        page = evals_page(first, scenario)
        page.evals.new.take(first.services.eval_data.examine(path, columns=columns), chosen=True)
        first.settle()
        press(first, page, "eval-run")
        first.wait(lambda: page.evals.runner._progress.done >= 5)
    path.unlink()  # the cases were kept, with the columns that a person chose
    with bench_in(tmp_path / "home", qtbot) as second:
        page = evals_page(second, scenario)
        assert page.header.answer.startswith("Interrupted: ")
        page.arrive(f"{RESUME}{page.evals.runs.wanted}")
        second.wait(lambda: page.evals.runner.is_running)
        second.wait(lambda: not page.evals.runner.is_running)
        second.settle()
        (run,) = second.services.eval_results.runs(scenario.id)
        assert run.status is EvalStatus.FINISHED
        assert len(second.services.eval_results.results(run.id)) == 60 * len(run.model_ids)
        press(second, page, "eval-new")
        second.settle()
        examined = page.evals.setup.data.examined
        assert examined is not None and examined.dataset.hash == run.dataset_hash, "its cases are offered again"
        assert page.findChild(QPushButton, "eval-run").isEnabled()


def test_that_results_and_eval_go_out_as_files_and_the_eval_can_be_deleted(
    bench: Bench, page: ValidatePage, tmp_path: Path
) -> None:
    page.show_scenario(bench.services.scenarios.open_sample())
    bench.wait(lambda: page.evals.explanation is not None)
    assert page.evals.explanation is not None
    offered = [action.text for action in page.evals.explanation.actions]
    assert offered[:2] == ["Export the results …", "Save it to repeat elsewhere …"]
    assert page.evals.runs.shown is not None
    run = page.evals.runs.shown.run
    page.evals.giving_out.write(run, tmp_path / "out.xlsx")
    bench.wait((tmp_path / "out.xlsx").exists)
    bench.settle()
    assert page.evals.error.isHidden()
    said = page.findChild(Words, "eval-written")
    assert said is not None and said.isVisible() and said.text().startswith(f"Written: out.xlsx in {tmp_path}. ")
    assert "49 cases in it are marked sensitive" in said.text()
    page.evals.giving_out.write(run, tmp_path / "out.doc")
    bench.wait(lambda: not page.evals.error.isHidden())
    assert "cannot be written as .doc" in page.evals.error.accessibleName()
    kept = len(bench.services.eval_results.runs(run.scenario_id))
    delete = page.evals.explanation.actions[-1]
    for name, left in (("Keep it", kept), ("Delete the eval", kept - 1)):
        delete.run()
        box = next(each for each in page.findChildren(QMessageBox) if each.isVisible())
        assert run.name in box.text()
        bench.qtbot.mouseClick(next(b for b in box.buttons() if b.text() == name), Qt.MouseButton.LeftButton)
        bench.settle()
        assert len(bench.services.eval_results.runs(run.scenario_id)) == left
    shown = page.evals.runs.shown
    assert shown is None or shown.run.id != run.id
