from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.store.refusals import StaleScenario

from scenario_values import a_full_decision, a_full_scenario, store_in


def test_that_a_save_with_a_reason_keeps_the_state_in_the_same_transaction(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    first = store.scenarios.add(a_full_scenario())
    saved = store.scenarios.save(replace(first, decision=a_full_decision()), kept_because="accepted")
    (version,) = store.decision_versions.of(first.id)
    assert (version.why, version.at) == ("accepted", saved.updated_at)
    assert version.scenario == replace(saved, version=0)


def test_that_a_refused_save_keeps_nothing(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    first = store.scenarios.add(a_full_scenario())
    store.scenarios.change(first.id, lambda s: replace(s, name="Other"))
    with pytest.raises(StaleScenario):
        store.scenarios.save(replace(first, decision=a_full_decision()), kept_because="accepted")
    assert store.decision_versions.of(first.id) == ()


def test_that_versions_come_oldest_first_and_go_with_their_scenario(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    scenario = store.scenarios.add(a_full_scenario())
    for why in ("proposed", "accepted", "signed by Ann"):
        store.decision_versions.keep(scenario, why)
    assert [version.why for version in store.decision_versions.of(scenario.id)] == [
        "proposed",
        "accepted",
        "signed by Ann",
    ]
    store.scenarios.purge(scenario.id)
    assert store.decision_versions.of(scenario.id) == ()


def test_that_adding_versions_from_elsewhere_twice_changes_nothing(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    scenario = store.scenarios.add(a_full_scenario())
    store.decision_versions.keep(scenario, "accepted")
    versions = store.decision_versions.of(scenario.id)
    store.decision_versions.add([replace(versions[0], why="changed elsewhere")])
    assert store.decision_versions.of(scenario.id) == versions


def test_that_a_version_of_a_scenario_that_is_not_here_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="not in the store"):
        store_in(tmp_path).decision_versions.keep(a_full_scenario(), "accepted")


def test_that_a_flipped_bit_in_a_version_is_noticed(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    scenario = store.scenarios.add(a_full_scenario())
    store.decision_versions.keep(scenario, "accepted")
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE decision_version SET why = 'refused'")
    with pytest.raises(WorkbenchError, match="damaged"):
        store.decision_versions.of(scenario.id)
