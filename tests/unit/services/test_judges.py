"""Judges put to the test on the stored answers of an eval."""

from __future__ import annotations

import asyncio
import csv
import json
from argparse import Namespace
from pathlib import Path

import pytest
from workbench.app import Services, build
from workbench.cli.eval_judging import run_judge, show
from workbench.cli.eval_results import show as show_results
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evals import EvalRun, EvalSet, EvalSettings, EvalStatus
from workbench.services.judge_words import is_trusted, judge_sentence
from workbench.services.judging import Examined

from chat_models import ScriptedModel, use_remote

CASES = 60


def answer(quality: int) -> object:
    """A model that is right in `quality` of ten cases."""

    def script(question: str) -> str:
        number = int(question.rsplit(maxsplit=1)[-1])
        return f"It is {number} days." if number % 10 < quality else "It is many days, as everybody knows."

    return script


def fair(prompt: str) -> str:
    """Says yes when the number of the question is in the answer, and nothing of use for one case."""
    number = prompt.split("question 7", maxsplit=1)[0] and prompt.rpartition("How many, question ")[2].split()[0]
    if number == "33":
        return "I would rather not say."
    if "first answer" in prompt:
        first = prompt.split("first answer -----")[1].split("-----", maxsplit=1)[0]
        return json.dumps({"because": "", "verdict": "first" if number in first else "second"})
    said = prompt.split("----- answer -----")[1].split("-----", maxsplit=1)[0]
    return json.dumps({"because": "the number", "verdict": "yes" if number in said else "no"})


def coin(_prompt: str) -> str:
    return json.dumps({"because": "", "verdict": "yes"})


@pytest.fixture
def services(tmp_path: Path) -> Services:
    services = build(tmp_path / "home")
    use_remote(
        services,
        ScriptedModel("far/good", answer(9), local=False),  # type: ignore[arg-type]
        ScriptedModel("far/poor", answer(5), local=False),  # type: ignore[arg-type]
        ScriptedModel("far/judge", fair, local=False),
        ScriptedModel("far/coin", coin, local=False),
        ScriptedModel("far/mute", lambda _prompt: "Hm.", local=False),
    )
    return services


@pytest.fixture
def finished(services: Services, tmp_path: Path) -> tuple[EvalRun, EvalSet]:
    path = tmp_path / "cases.csv"
    rows = [(f"c{n}", f"How many, question {n}", f"It says {n}.") for n in range(CASES)]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "input", "expected"), *rows])
    data = services.eval_data.dataset(path)
    run = services.eval_setup.new_run(
        data, ["far/good", "far/poor"], scorers=("rubric",), settings=EvalSettings(judges=("far/judge",))
    )
    return asyncio.run(services.evals.run(run, data)), data


def labels(tmp_path: Path, wrong: int = 0) -> Path:
    path = tmp_path / "labels.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("case", "model", "right"))
        for number in range(40):
            writer.writerow((f"c{number}", "far/good", "yes" if number % 10 < 9 else "no"))
            writer.writerow((f"c{number}", "far/poor", "1" if number % 10 < 5 else "0"))
        for number in range(wrong):
            writer.writerow((f"c{number}", "nobody", "perhaps"))
    return path


def examined(services: Services, finished: tuple[EvalRun, EvalSet], judge: str) -> Examined:
    return asyncio.run(services.judging.examine(*finished, [judge]))


def test_that_a_fair_judge_gets_a_card_that_says_so_and_is_kept(
    services: Services, finished: tuple[EvalRun, EvalSet], tmp_path: Path
) -> None:
    services.judging.label(finished[0], labels(tmp_path), "rubric")
    found = examined(services, finished, "far/judge")
    card = found.card
    assert card.agreement is not None and card.agreement.value == 1.0 and card.agreement.n >= 76
    assert card.retest is not None and card.retest.value == 1.0
    assert card.flips is not None and card.flips.value == 0.0 and card.flips.n > 10
    assert card.failures is not None and 0 < card.failures.value < 0.1
    assert card.self_preference is None and any("answered none of these cases" in note for note in card.notes)
    assert services.judging.cards("far/judge") == (card,)
    good = next(row for row in found.corrected if row.model_id == "far/good")
    assert good.value is not None and 0.8 < good.value < 1.0


def test_that_a_judge_that_always_says_yes_is_refused(
    services: Services, finished: tuple[EvalRun, EvalSet], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services.judging.label(finished[0], labels(tmp_path), "rubric")
    found = examined(services, finished, "far/coin")
    assert found.card.is_useless
    assert all(row.value is None and "no better than chance" in row.refusal for row in found.corrected)
    show(found, as_json=False)
    shown = capsys.readouterr().out
    for words in ("no better than chance", "agrees with people", "replies without a verdict"):
        assert words in shown
    show(found, as_json=True)
    assert json.loads(capsys.readouterr().out)["card"]["judge"] == "far/coin"


def test_that_a_judge_that_may_be_a_coin_is_not_trusted(
    services: Services, finished: tuple[EvalRun, EvalSet], tmp_path: Path
) -> None:
    few = tmp_path / "few.csv"
    few.write_text("case,model,right\nc1,far/good,yes\nc9,far/good,no\n")
    services.judging.label(finished[0], few, "rubric")
    card = examined(services, finished, "far/judge").card
    assert not card.is_useless and not is_trusted(card)
    assert any("Not shown that it agrees with people better than chance" in note for note in card.notes)
    assert judge_sentence(card, str).endswith("not shown to be better than chance. Label more answers.")
    services.judging.label(finished[0], labels(tmp_path), "rubric")
    assert is_trusted(examined(services, finished, "far/judge").card)


def test_that_a_judge_without_a_verdict_is_said_to_have_none(
    services: Services, finished: tuple[EvalRun, EvalSet], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services.judging.label(finished[0], labels(tmp_path), "rubric")
    found = examined(services, finished, "far/mute")
    notes = " ".join(found.card.notes)
    assert "None of its replies holds a verdict" in notes
    assert "Nobody has labelled" not in notes and "no two models" not in notes, "people did, and there are two"
    show(found, as_json=False)
    assert "100 replies" in capsys.readouterr().out


def test_that_the_command_judges_the_kept_cases_when_their_file_is_gone(
    services: Services, finished: tuple[EvalRun, EvalSet], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cases.csv").unlink()
    given = Namespace(eval=finished[0].id, data=None, judge=None, scorer=None, labels=None, sample=4, json=False)
    show_results(finished[0], services, as_json=False)
    assert "never put to the test" in (told := capsys.readouterr().out) and "eval judge" in told
    assert run_judge(given, services) == 0
    assert "far/judge with rubric/1, on 4 answers" in capsys.readouterr().out, "the eval's own judge and scorer"
    show_results(finished[0], services, as_json=False)
    assert "far/judge was put to the test, but no answers were labelled" in capsys.readouterr().out


def test_that_without_labels_nothing_is_corrected(services: Services, finished: tuple[EvalRun, EvalSet]) -> None:
    found = examined(services, finished, "far/judge")
    assert found.card.agreement is None and any("labelled" in note for note in found.card.notes)
    assert all("no hand-labelled answers" in row.refusal for row in found.corrected)


def test_that_the_scores_of_a_run_are_corrected_by_its_labels(
    services: Services, finished: tuple[EvalRun, EvalSet], tmp_path: Path
) -> None:
    run, _ = finished
    services.judging.label(run, labels(tmp_path), "rubric", by="Ann")
    assert {mark.by for mark in services.store.eval_runs.marks(run.id)} == {"Ann"}
    rows = {row.model_id: row for row in services.judging.corrected(run, "rubric")}
    assert rows["far/poor"].value == pytest.approx(0.5, abs=0.02) and not rows["far/poor"].pooled
    assert rows["far/good"].pooled, "too few of its answers are wrong"


def test_that_a_judge_does_not_agree_with_people_where_its_own_score_was_put_back(
    services: Services, finished: tuple[EvalRun, EvalSet]
) -> None:
    run, _ = finished
    results = services.eval_results
    for number in range(4):
        results.mark(run, f"c{number}", "far/good", 0.0)
    results.mark(run, "c3", "far/good", 1.0)
    for number in range(2):
        results.mark(run, f"c{number}", "far/good", None)
    results.mark(run, "c10", "far/good", 1.0, why="as the judge says")
    (good, _) = services.judging.corrected(run, "rubric")
    assert good.labelled == 2, "one that stays overruled, and one that a person found right of themselves"


def test_that_labels_that_cannot_be_used_are_all_named_and_none_is_kept(
    services: Services, finished: tuple[EvalRun, EvalSet], tmp_path: Path
) -> None:
    with pytest.raises(Problems) as caught:
        services.judging.label(finished[0], labels(tmp_path, wrong=3), "rubric")
    assert len(caught.value.problems) == 3 and "line 82" in str(caught.value)
    assert services.store.eval_runs.marks(finished[0].id) == ()
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(WorkbenchError, match="columns case, model, right are missing"):
        services.judging.label(finished[0], tmp_path / "other.csv", "rubric")


def test_that_only_scorers_that_ask_a_judge_are_put_to_the_test(
    services: Services, finished: tuple[EvalRun, EvalSet]
) -> None:
    with pytest.raises(WorkbenchError, match="asks no judge"):
        asyncio.run(services.judging.examine(*finished, ["far/judge"], scorer="contains"))


def test_that_a_run_with_a_judge_needs_one(services: Services, finished: tuple[EvalRun, EvalSet]) -> None:
    with pytest.raises(WorkbenchError, match="a model that judges"):
        services.eval_setup.new_run(finished[1], ["far/good"], scorers=("rubric",))
    with pytest.raises(WorkbenchError, match="no model"):
        services.eval_setup.new_run(
            finished[1], ["far/good"], scorers=("rubric",), settings=EvalSettings(judges=("far/none",))
        )


def test_that_meaning_is_compared_with_a_local_model(services: Services, finished: tuple[EvalRun, EvalSet]) -> None:
    run = services.eval_setup.new_run(
        finished[1],
        ["far/good"],
        scorers=("embedding-similarity",),
        settings=EvalSettings(embedder="demo-nano"),
    )

    async def whole() -> None:
        try:
            await services.evals.run(run, finished[1])
        finally:
            await services.evals.stop()

    asyncio.run(whole())
    scores = [one.score for one in services.eval_results.results(run.id)]
    assert len(scores) == CASES and all(score is not None and 0 <= score <= 1 for score in scores)


def test_that_two_models_answers_are_compared_with_each_other_in_both_orders(
    services: Services, finished: tuple[EvalRun, EvalSet]
) -> None:
    _, data = finished
    models, settings = ["far/good", "far/poor"], EvalSettings(judges=("far/judge",))
    run = services.eval_setup.new_run(data, models, scorers=('pairwise(against="far/poor")',), settings=settings)
    assert asyncio.run(services.evals.run(run, data)).status is EvalStatus.FINISHED
    by_model: dict[str, dict[int, float | None]] = {name: {} for name in models}
    for one in services.eval_results.results(run.id):
        by_model[one.model_id][int(one.case_id.removeprefix("c"))] = one.score
    only_good_is_right = {number for number in range(CASES) if 5 <= number % 10 < 9}
    assert {number for number, score in by_model["far/good"].items() if score == 1.0} == only_good_is_right
    assert set(by_model["far/good"].values()) == {1.0, 0.5}, "the same answer twice is a tie"
    assert set(by_model["far/poor"].values()) == {0.5} and len(by_model["far/poor"]) == CASES
    (pair,) = services.eval_results.summary(run).pairs
    assert (pair.a, pair.verdict) == ("far/good", "better")
    with pytest.raises(WorkbenchError, match="far/nobody is not in this eval"):
        services.eval_setup.new_run(data, models, scorers=('pairwise(against="far/nobody")',), settings=settings)
