"""Scenarios, evidence and stores for tests; child processes that use the same store."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import workbench
from workbench.domain.basis import Basis, OptionBasis, PriceBasis
from workbench.domain.decision import (
    Condition,
    Consequence,
    Decision,
    DecisionStatus,
    Effect,
    Rejection,
    Risk,
    SignOff,
    Watch,
)
from workbench.domain.evals import CaseOutcome, CaseResult, EvalRun, EvalStatus
from workbench.domain.evidence import Answer, Comparison
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.ids import new_id
from workbench.domain.option import DataFlow, ModelRole, OptionDraft, Strategy, Technique
from workbench.domain.scenario import Scenario
from workbench.domain.team import TeamPlace
from workbench.store.postgres import TeamStore
from workbench.store.repositories import Repositories
from workbench.store.store import Store

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
AFTER = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)


#: where `store_in` puts its stores instead: set by tests that run over several kinds of stores
TEAM_PORT = "WORKBENCH_TESTS_TEAM_PORT"
ELSEWHERE: list[Callable[[Path, float], Repositories]] = []


def store_in(folder: Path, *, wait_s: float = 5.0) -> Store:
    if ELSEWHERE:
        return cast(Store, ELSEWHERE[-1](folder, wait_s))
    if port := os.environ.get(TEAM_PORT):  # a child of a test that runs over a team store
        place = TeamPlace("127.0.0.1", "postgres", "team", int(port))
        return cast(Store, TeamStore(place, wait_s=wait_s, now=lambda: AFTER))
    return Store(folder / "workbench.sqlite", backups_folder=folder / "backups", wait_s=wait_s, now=lambda: AFTER)


def a_scenario(name: str = "Support chat", **parts: object) -> Scenario:
    return Scenario(id=new_id(), name=name, created_at=NOON, updated_at=NOON, **parts)  # type: ignore[arg-type]


def a_full_scenario(name: str = "Support chat") -> Scenario:
    """One value of every kind an answer, option or decision can hold."""
    option = OptionDraft(
        id="A",
        name="Größe: “alles”, 全部",
        strategy=Strategy.BLEND,
        summary="two\nlines: with - signs # and marks",
        models=(ModelRole("meta/llama-4-scout", "self-host:nvidia-h100-sxmx1", "standard", 0.8),),
        technique=Technique.RAG,
        data_flow=DataFlow.CLEAN_LEAVES,
        figures={
            "weeks": Figure(Estimate.exact(6), Origin.YOURS, "a guess", "2026-03"),
            "monthly_usd": Figure(Estimate(0.1, 0.2, 1e9 / 3), Origin.COMPUTED),
        },
        proposed=True,
    )
    decision = Decision(
        option="A",
        because="because: it is",
        status=DecisionStatus.ACCEPTED,
        decided_at="2026-03-24",
        deciders=("Ann", "null"),
        risks=(Risk("a risk", "an owner", ""),),
        triggers=tuple(map(Condition, ("yes", "1e5", "~", ""))),
    )
    answers = {
        "job": "Answer: questions # all",
        "tasks": ["answering", "code"],
        "requests_per_day": {"low": 0.1, "likely": 3.0, "high": 1234567.8},
        "company_in_eu": False,
        "horizon_months": 36,
        "discount_rate": 0.07000000000000001,
        "sensitivity": "unknown",
    }
    return a_scenario(name, answers=answers, options=(option,), decision=decision, filters={"open": True}, step="data")


def a_run(scenario_id: str | None = None, run_id: str | None = None) -> EvalRun:
    return EvalRun(
        id=run_id or new_id(),
        scenario_id=scenario_id,
        name="policy questions",
        dataset_name="policy.csv",
        dataset_hash="00ff",
        case_count=3,
        model_ids=("local/demo-small", "local/demo-nano"),
        scorers=("exact", "contains"),
        status=EvalStatus.RUNNING,
        started_at=NOON,
    )


def a_result(run_id: str, case_id: str = "c1", **parts: object) -> CaseResult:
    values: dict[str, object] = {
        "eval_run_id": run_id,
        "case_id": case_id,
        "model_id": "local/demo-small",
        "scorer": "exact",
        "outcome": CaseOutcome.SCORED,
        "answer": "53 days",
        "score": 1.0,
        "ttft_s": 0.012,
        "tokens_in": 120,
        "tags": ("policy",),
    }
    return CaseResult(**{**values, **parts})  # type: ignore[arg-type]


def a_comparison(scenario_id: str | None = None, comparison_id: str | None = None) -> Comparison:
    answer = Answer("local/demo-small", "53 days", "stop", 0.01, 900.5, 12, 3, 0.02, 0.0, None)
    failed = Answer("local/demo-nano", "", "failed", None, None, 0, 0, None, 0.0, None, "It died", "pane 2", "Again.")
    return Comparison(comparison_id or new_id(), scenario_id, NOON.isoformat(), "", "How many?", (answer, failed))


def child(code: str, *arguments: str, **options: object) -> subprocess.Popen[str]:
    """A real Python process that can import the program and this module; text on its pipes."""
    root, tests = Path(workbench.__file__).parents[1], Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(tests)])}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        text=True,
        **{**pipes, **options},  # type: ignore[call-overload]
    )


def a_full_decision() -> Decision:
    """A value of every kind that a record can hold."""
    basis = Basis(
        computed_on="2026-11-21",
        catalog="ab" * 32,
        collected="2026-11-20",
        recommended="A",
        requests_per_day=9_700,
        options=(OptionBasis("A", 0.25, {"monthly_usd": 0.1, "weeks": 6}, ("R0.1",)), OptionBasis("B", 1 / 3)),
        prices=(PriceBasis("m@p", 0.15, None),),
    )
    return Decision(
        option="A",
        because="because",
        status=DecisionStatus.PROPOSED,
        risks=(Risk("a risk", "an owner", "a cure"),),
        triggers=(Condition("in words"), Condition("measured", Watch.MONTHLY_COST, "A", above=0.1)),
        thresholds=(Condition("good enough", Watch.QUALITY, "A", below=75), Condition("", Watch.SHUTDOWN, "m")),
        rejections=(Rejection("B", "it is late"),),
        consequences=(Consequence("cheaper", Effect.GOOD), Consequence("slower", Effect.BAD), Consequence("other")),
        sign_offs=(SignOff("Ann", "CTO", "2026-11-21T12:00:00+00:00", "cd" * 32),),
        basis=basis,
    )
