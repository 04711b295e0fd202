from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from workbench.domain.chat import Sampling
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, Design, EvalSettings, EvalStatus, Mark
from workbench.evals.columns import columns_from, columns_of
from workbench.store.journal import Journal

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


def test_that_settings_of_a_run_come_back_equal(tmp_path: Path) -> None:
    runs = store_in(tmp_path).eval_runs
    settings = EvalSettings(3, 20.0, 2, 8, False, 1.5, Design.SEQUENTIAL, 0.01, 7, True, "/data/cases.csv")
    run = replace(a_run(), settings=settings)
    runs.save_run(run)
    assert runs.run(run.id) == run


def test_that_an_answer_with_two_scores_is_one_row_and_repeats_are_apart(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    run = a_run()
    store.eval_runs.save_run(run)
    first = a_result(
        run.id, content_key="k1", at_once=4, answered_at="2026-11-27T00:00:00+00:00", details='{"note": "x"}'
    )
    both = [first, replace(first, scorer="contains", score=0.5, label="yes")]
    again = [replace(one, repeat=1, content_key="k2", cached=True, cost_usd=0.0) for one in both]
    store.eval_runs.append([*both, *again])
    assert set(store.eval_runs.results(run.id)) == {*both, *again}
    assert store.eval_runs.results_of_case(run.id, "c1") == (both[1], both[0], again[1], again[0])
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM eval_answer").scalar() == 2
    answers, scores = store.eval_runs.numbers(run.id)
    assert [tuple(row)[:3] for row in answers] == [("c1", first.model_id, 0), ("c1", first.model_id, 1)]
    assert sorted((row[3], row[2], row[4]) for row in scores) == [
        ("contains", 0, 0.5),
        ("contains", 1, 0.5),
        ("exact", 0, 1.0),
        ("exact", 1, 1.0),
    ]


def test_that_an_answer_whose_scorer_failed_counts_as_given(tmp_path: Path) -> None:
    runs = store_in(tmp_path).eval_runs
    run = a_run()
    runs.save_run(run)
    right = a_result(run.id, finish="stop", content_key="k1")
    failed = replace(right, scorer="contains", outcome=CaseOutcome.UNSCORED, score=None, error="The scorer raised.")
    runs.append([right, failed])
    assert runs.results(run.id) == (failed, right)
    assert runs.known_answers({"k1"})["k1"].answer == right.answer


def test_that_an_answer_is_found_again_by_what_was_asked_unless_it_was_an_error(tmp_path: Path) -> None:
    runs = store_in(tmp_path).eval_runs
    run = a_run()
    runs.save_run(run)
    failed = a_result(run.id, "c2", content_key="k2", outcome=CaseOutcome.ERROR, score=None, error="It died.")
    runs.append([a_result(run.id, content_key="k1"), failed])
    found = runs.known_answers({"k1", "k2", "k3", ""})
    assert set(found) == {"k1"}
    assert (found["k1"].answer, found["k1"].scorer, found["k1"].score) == ("53 days", "", None)


def test_that_answers_put_by_many_at_once_are_all_there(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    journal = Journal(store)
    run = a_run()
    store.eval_runs.save_run(run)

    async def all_at_once() -> list[BaseException | None]:
        ids = [*(run.id for _ in range(99)), "nowhere", run.id]
        puts = (store.eval_runs.put(journal, [a_result(id, f"c{k}")]) for k, id in enumerate(ids))
        return await asyncio.gather(*puts, return_exceptions=True)

    said = asyncio.run(all_at_once())
    journal.close()
    assert "eval these results" in str(said.pop(99)) and said == [None] * 100
    assert len(store.eval_runs.results(run.id)) == 100


def test_that_marks_are_only_added_and_go_with_their_run(tmp_path: Path) -> None:
    runs = store_in(tmp_path).eval_runs
    run = a_run()
    runs.save_run(run)
    first = Mark("m1", run.id, "c1", "local/demo-small", "exact", 0.0, 1.0, "2026-11-27T10:00:00+00:00", "Ann", "wrong")
    second = replace(first, id="m2", score=1.0, was=0.0, at="2026-11-27T11:00:00+00:00")
    for mark in (second, first):
        runs.add_mark(mark)
    assert runs.marks(run.id) == (first, second)
    with pytest.raises(WorkbenchError, match="eval these results"):
        runs.add_mark(replace(first, id="m3", eval_run_id="nowhere"))
    runs.delete(run.id)
    assert runs.marks(run.id) == ()


def test_that_results_are_kept_when_their_run_is_cancelled_while_they_are_written(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    journal = Journal(store)
    run = a_run()
    store.eval_runs.save_run(run)

    async def cancelled() -> None:
        for number in range(20):
            task = asyncio.create_task(store.eval_runs.put(journal, [a_result(run.id, f"c{number}")]))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(cancelled())
    journal.close()
    assert len(store.eval_runs.results(run.id)) == 20


def test_that_a_write_nobody_waits_for_any_more_spoils_no_other(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    journal = Journal(store)
    run = a_run()
    store.eval_runs.save_run(run)
    done: list[str] = []

    async def some_give_up() -> None:
        with store.write():  # the journal has to wait for this one
            tasks = [asyncio.create_task(journal.do(lambda _, name=name: done.append(name))) for name in "abcd"]
            await asyncio.sleep(0.01)
            for task in tasks[:3]:
                task.cancel()
            await asyncio.wait(tasks[:3])
        await tasks[3]

    asyncio.run(some_give_up())
    journal.close()
    assert done == ["d"]


def test_that_the_numbers_of_a_run_are_those_of_its_results(tmp_path: Path) -> None:
    runs = store_in(tmp_path).eval_runs
    run = replace(a_run(), scorers=("exact", "contains"))
    runs.save_run(run)
    kept = [
        a_result(
            run.id, f"c{n}", scorer=scorer, score=n / 5, ttft_s=0.1 * n, tags=("hr", f"t{n % 2}"), sensitive=n == 3
        )
        for n in range(6)
        for scorer in run.scorers
    ]
    kept.append(a_result(run.id, "c9", outcome=CaseOutcome.ERROR, score=None, error="It died."))
    runs.append(kept)
    quick, whole = columns_from(run, *runs.numbers(run.id)), columns_of(run, runs.results(run.id))
    whole = whole.in_order(quick.case_ids)
    for name in ("case_ids", "models", "scorers", "documents", "tags"):
        assert getattr(quick, name) == getattr(whole, name)
    for name in ("outcome", "score", "ttft_s", "total_s", "cost_usd", "cached", "document", "sensitive", "tagged"):
        np.testing.assert_array_equal(getattr(quick, name), getattr(whole, name), name)


def test_that_the_numbers_of_some_cases_are_read_alone(tmp_path: Path) -> None:
    runs = store_in(tmp_path).eval_runs
    run = a_run()
    runs.save_run(run)
    runs.append([a_result(run.id, f"c{n}", score=n / 5) for n in (3, 1, 4, 2)])
    assert runs.first_cases(run.id, 3) == ("c1", "c2", "c3")
    few = columns_from(run, *runs.numbers(run.id, ("c4", "c1")))
    assert few.in_order(("c4", "c1")).scores(run.scorers[0])[:, 0].tolist() == [0.8, 0.2]


def test_that_text_that_is_none_is_found_out_by_its_row_s_digest_and_not_by_the_driver(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    run = a_run()
    store.eval_runs.save_run(run)
    store.eval_runs.append([a_result(run.id, "c1"), a_result(run.id, "c2")])
    with store.write() as connection:  # a flipped bit
        connection.exec_driver_sql("UPDATE eval_answer SET answer = CAST(x'41ff42' AS TEXT) WHERE case_id = 'c2'")
    assert len(store.eval_runs.numbers(run.id)[0]) == 2
    with pytest.raises(WorkbenchError, match="c2"):
        store.eval_runs.results(run.id)
