from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from workbench.domain.chat import Sampling
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, EvalStatus
from workbench.store.evidence_text import Evidence, evidence_to_json, read_evidence

from scenario_values import NOON, a_result, a_run, a_scenario, store_in


def an_evidence() -> Evidence:
    run = replace(
        a_run(), status=EvalStatus.FINISHED, finished_at=NOON, sampling=Sampling(temperature=0.1, stop=("\n", "é"))
    )
    failed = a_result(run.id, "c2", outcome=CaseOutcome.ERROR, score=None, error="“died”", tags=("a", "b"))
    return Evidence((run,), (a_result(run.id, "c1", cost_usd=0.1 + 0.2), failed), {"local/demo-small": "00ff"})


def test_that_evidence_written_and_read_is_equal(tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    evidence = an_evidence()
    file.write_text(evidence_to_json(evidence), encoding="utf-8")
    assert read_evidence(file) == evidence


def test_that_a_scenario_and_its_evidence_are_stored_together_or_not_at_all(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    evidence = an_evidence()
    stored = store.scenarios.add(a_scenario(), evidence)
    (run,) = store.eval_runs.runs(stored.id)
    assert run == replace(evidence.runs[0], scenario_id=stored.id)
    assert store.eval_runs.results(run.id) == evidence.results
    orphan = replace(evidence, results=(a_result("nowhere"),))
    with pytest.raises(Exception, match="FOREIGN KEY"):
        store.scenarios.add(a_scenario("second"), orphan)
    assert [found.name for found in store.scenarios.all()] == [stored.name]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 2}', '{"format": 1, "runs": [{}], "results": [], "models": {}}']
)
def test_that_what_is_no_evidence_is_refused_in_words(tmp_path: Path, text: str) -> None:
    file = tmp_path / "evidence.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WorkbenchError, match="not evidence"):
        read_evidence(file)
    with pytest.raises(WorkbenchError, match="cannot be read"):
        read_evidence(tmp_path / "none.json")
