from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalStatus
from workbench.store.refusals import StaleScenario
from workbench.store.slugs import slug_of
from workbench.store.tables import SCENARIO

from scenario_values import NOON, a_comparison, a_full_scenario, a_run, a_scenario, child, store_in


def test_that_a_stored_scenario_comes_back_equal_after_reopening(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    stored = store.scenarios.add(a_full_scenario())
    store.close()
    assert store_in(tmp_path).scenarios.get(stored.id) == stored


def test_that_a_second_writer_with_an_old_version_is_told_and_changes_nothing(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    first = store.scenarios.add(a_scenario())
    second = store.scenarios.save(replace(first, name="Mine"))
    with pytest.raises(StaleScenario, match="changed elsewhere"):
        store.scenarios.save(replace(first, name="Theirs"))
    assert store.scenarios.get(first.id) == second


def test_that_saving_again_what_an_unsure_save_did_write_is_no_conflict(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    edited = replace(store.scenarios.add(a_scenario()), step="data")
    stored = store.scenarios.save(edited)
    assert store.scenarios.save(edited) == stored


def test_that_a_change_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    stored = store.scenarios.add(a_scenario())
    assert store.scenarios.change(stored.id, lambda now: replace(now, updated_at=NOON)) == stored


def test_that_the_last_changed_comes_first_and_the_bin_is_apart(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    first, second, third = (store.scenarios.add(a_scenario(name)) for name in ("a", "b", "c"))
    store.scenarios.change(first.id, lambda now: replace(now, step="data"))
    store.scenarios.change(third.id, lambda now: replace(now, deleted_at=NOON))
    assert [found.id for found in store.scenarios.all()] == [first.id, second.id]
    assert [found.id for found in store.scenarios.all(deleted=True)] == [third.id]


def test_that_short_names_stay_different_and_a_name_in_the_bin_is_free(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    first, second = store.scenarios.add(a_scenario("Chat")), store.scenarios.add(a_scenario("chat!"))
    assert {slug for _, slug, _ in store.scenarios.names()} == {"chat", "chat-2"}
    store.scenarios.change(first.id, lambda now: replace(now, deleted_at=NOON))
    third = store.scenarios.add(a_scenario("Chat"))
    assert {row[:2] for row in store.scenarios.names()} == {(second.id, "chat-2"), (third.id, "chat")}
    store.scenarios.change(first.id, lambda now: replace(now, deleted_at=None))
    assert {slug for _, slug, _ in store.scenarios.names()} == {"chat", "chat-2", "chat-3"}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Knowledge assistant", "knowledge-assistant"),
        ("  Größe & Maß, Café ", "grosse-mass-cafe"),
        ("全部", "全部"),
        ("!?", "scenario"),
    ],
)
def test_that_a_short_name_is_what_a_person_would_type(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_that_purging_takes_the_evidence_along(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    scenario = store.scenarios.add(a_scenario())
    run = a_run(scenario.id)
    store.eval_runs.save_run(run)
    store.comparisons.save(a_comparison(scenario.id))
    assert not store.scenarios.all()[0].has_eval  # neither an eval under way nor a question in the playground is one
    store.eval_runs.save_run(replace(run, status=EvalStatus.FINISHED))
    assert store.scenarios.all()[0].has_eval
    assert store.scenarios.purge(scenario.id)
    assert not store.scenarios.purge(scenario.id)
    assert store.eval_runs.run(run.id) is None
    assert store.comparisons.of(scenario.id) == ()


def test_that_one_damaged_row_is_named_and_does_not_hide_the_others(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    damaged, sound = store.scenarios.add(a_scenario("Old")), store.scenarios.add(a_scenario("New"))
    with store.write() as connection:
        connection.execute(update(SCENARIO).where(SCENARIO.c.id == damaged.id).values(answers='{"job":"x"}'))
    assert [(found.name, found.scenario) for found in store.scenarios.all()] == [("New", sound), ("Old", None)]
    with pytest.raises(WorkbenchError, match="damaged"):
        store.scenarios.get(damaged.id)


def test_that_two_processes_that_write_at_once_lose_no_change(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    scenario = store.scenarios.add(a_scenario())
    code = (
        "import sys; from dataclasses import replace; from pathlib import Path; from scenario_values import store_in\n"
        "store, scenario_id, name = store_in(Path(sys.argv[1])), sys.argv[2], sys.argv[3]\n"
        "for number in range(40):\n"
        "    given = {f'{name}{number}': number}\n"
        "    store.scenarios.change(scenario_id, lambda now: replace(now, answers={**now.answers, **given}))"
    )
    processes = [child(code, str(tmp_path), scenario.id, name) for name in ("a", "b", "c")]
    assert [process.communicate()[1] for process in processes] == ["", "", ""]
    found = store.scenarios.get(scenario.id)
    assert found is not None and len(found.answers) == 120
