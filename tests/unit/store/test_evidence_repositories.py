from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from workbench.domain.chat import Sampling
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, EvalStatus

from scenario_values import NOON, a_comparison, a_result, a_run, a_scenario, store_in


def test_that_a_run_comes_back_equal_and_its_end_replaces_its_start(tmp_path: Path) -> None:
    runs = store_in(tmp_path).eval_runs
    run = replace(a_run(), sampling=Sampling(temperature=0.7, stop=("\n", "END")), margin=0.1)
    runs.save_run(run)
    assert runs.run(run.id) == run
    finished = replace(run, status=EvalStatus.FINISHED, finished_at=NOON)
    runs.save_run(finished)
    assert runs.runs() == (finished,)


def test_that_runs_of_one_scenario_come_newest_first(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    scenario = store.scenarios.add(a_scenario())
    old, new, other = a_run(scenario.id), replace(a_run(scenario.id), started_at=NOON + timedelta(hours=1)), a_run()
    for run in (old, new, other):
        store.eval_runs.save_run(run)
    assert store.eval_runs.runs(scenario.id) == (new, old)


def test_that_a_resumed_run_doubles_no_result_and_the_later_one_counts(tmp_path: Path) -> None:
    runs = store_in(tmp_path).eval_runs
    run = a_run()
    runs.save_run(run)
    failed = a_result(run.id, "c2", outcome=CaseOutcome.ERROR, score=None, error="It died.")
    runs.append([a_result(run.id, "c1"), failed])
    again = a_result(run.id, "c2", score=0.5, why="half of it", sensitive=True, cost_usd=0.1 + 0.2)
    runs.append([a_result(run.id, "c1"), again, a_result(run.id, "c1", scorer="contains")])
    assert runs.results(run.id) == (a_result(run.id, "c1", scorer="contains"), a_result(run.id, "c1"), again)


def test_that_a_whole_number_as_score_is_read_back_as_the_same_score(tmp_path: Path) -> None:
    runs = store_in(tmp_path).eval_runs
    run = a_run()
    runs.save_run(run)
    runs.append([a_result(run.id, score=1, ttft_s=0)])
    assert runs.results(run.id)[0].score == 1


def test_that_appending_nothing_is_nothing(tmp_path: Path) -> None:
    runs = store_in(tmp_path).eval_runs
    runs.append([])
    assert runs.runs() == ()


def test_that_evidence_without_its_owner_is_refused_in_words(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with pytest.raises(WorkbenchError, match="scenario this belongs to"):
        store.eval_runs.save_run(a_run("nowhere"))
    with pytest.raises(WorkbenchError, match="scenario this belongs to"):
        store.comparisons.save(a_comparison("nowhere"))
    with pytest.raises(WorkbenchError, match="eval these results"):
        store.eval_runs.append([a_result("nowhere")])


def test_that_a_comparison_comes_back_equal_with_its_failed_pane(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    scenario = store.scenarios.add(a_scenario())
    mine, free = a_comparison(scenario.id), a_comparison()
    store.comparisons.save(mine)
    store.comparisons.save(mine)
    store.comparisons.save(free)
    assert (store.comparisons.of(scenario.id), store.comparisons.of(None)) == ((mine,), (free,))
    assert store.comparisons.delete(mine.id) and not store.comparisons.delete(mine.id)


def test_that_half_characters_in_a_prompt_or_answer_do_not_stop_the_saving(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    broken = replace(a_comparison(), prompt="a\ud800b")
    store.comparisons.save(broken)
    assert store.comparisons.of(None)[0].prompt == "a?b"


def test_that_deleting_a_run_takes_its_results_along(tmp_path: Path) -> None:
    runs = store_in(tmp_path).eval_runs
    run = a_run()
    runs.save_run(run)
    runs.append([a_result(run.id)])
    assert runs.delete(run.id) and not runs.delete(run.id)
    assert runs.results(run.id) == ()
