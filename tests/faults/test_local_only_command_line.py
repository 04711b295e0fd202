"""P08 from the command line: a canary prompt of a scenario whose data must stay here reaches no other machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from workbench.app import build
from workbench.cli.main import run

from trap import HOST, Trap, a_trap, set_up

CANARY = "CANARY-7731-patient-record"


class Desk:
    """A data folder with one scenario and a provider that could be asked."""

    def __init__(self, home: Path, trap: Trap, capsys: pytest.CaptureFixture[str]) -> None:
        self._home, self._capsys = home, capsys
        services = build(home)
        set_up(services, trap)
        self.scenario = services.scenarios.new("Clinic")
        services.close()

    def answer(self, question: str, value: str) -> None:
        services = build(self._home)
        services.scenarios.answer(self.scenario.id, question, value)
        services.close()

    def run(self, *words: str) -> tuple[int, Any]:
        """Exit code, and what was printed as JSON."""
        code = run(["--home", str(self._home), *words, "--json"])
        out = self._capsys.readouterr().out
        return code, json.loads(out) if out.strip() else None

    def ledger(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = self.run("network", "ledger")[1]["calls"]
        return calls


@pytest.fixture
def trap() -> Iterator[Trap]:
    with a_trap() as trap:
        yield trap


@pytest.fixture
def desk(tmp_path: Path, trap: Trap, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path / "home", trap, capsys)


def test_that_a_prompt_gets_out_where_others_may_process_the_data(desk: Desk, trap: Trap) -> None:
    """The trap works: else the tests below would prove nothing."""
    desk.answer("third_party", "free")
    code, said = desk.run("prompt", CANARY, "-m", "trap/m1", "-s", "Clinic")
    assert code == 0 and said["answers"][0]["text"] == "Hello." and trap.holds(CANARY)
    (call,) = desk.ledger()
    assert call["host"].startswith(HOST) and call["bytes_out"] > len(CANARY) and not call["local"]


@pytest.mark.parametrize("answered", ["nobody said", "forbidden", "sensitive-stays"])
def test_that_no_way_of_prompting_takes_the_canary_out(desk: Desk, trap: Trap, tmp_path: Path, answered: str) -> None:
    if answered != "nobody said":
        desk.answer("third_party", answered)
    attached = tmp_path / "record.txt"
    attached.write_text(CANARY)
    yaml = tmp_path / "clinic.yaml"
    assert run(["--home", str(tmp_path / "home"), "scenario", "export", "Clinic", "-o", str(yaml)]) == 0
    desk._capsys.readouterr()
    for scenario in ("Clinic", str(yaml)):
        for words in (
            ("prompt", CANARY),
            ("prompt", "{x}", "--var", f"x={CANARY}"),
            ("prompt", "Sum it up", "--attach", str(attached)),
            ("prompt", "Hello", "--system", CANARY),
            ("prompt", CANARY, "--sensitive"),
        ):
            code, said = desk.run(*words, "-m", "trap/m1", "-s", scenario)
            assert code == 3, words
            assert all("Nothing was sent" in answer["error"]["what"] for answer in said["answers"])
    assert trap.connections == 0
    calls = desk.ledger()
    assert len(calls) == 10 and {call["outcome"] for call in calls} == {"refused"}
    assert sum(call["bytes_out"] + call["bytes_in"] for call in calls) == 0
    assert CANARY not in json.dumps(calls)


def test_that_a_local_models_answer_to_the_canary_is_no_way_out(desk: Desk, trap: Trap) -> None:
    code, said = desk.run("prompt", CANARY, "-m", "demo-nano", "trap/m1", "-s", "Clinic", "--max-tokens", "4")
    assert code == 0, "the local model answered"
    assert [answer["error"] is None for answer in said["answers"]] == [True, False]
    code, _ = desk.run("prompt", "and?", "-m", "trap/m1", "trap/m1", "--continue", said["comparison"])
    assert code == 3 and trap.connections == 0


def test_that_what_has_no_prompt_in_it_may_still_be_asked_for(desk: Desk, trap: Trap) -> None:
    code, said = desk.run("key", "models", "trap")
    assert code == 0 and said["models"] == [{"model": "trap/m1", "context_tokens": None}]
    assert [request.body for request in trap.requests] == [b""]


def test_that_a_stricter_answer_counts_from_the_next_question_on(desk: Desk, trap: Trap) -> None:
    desk.answer("third_party", "free")
    assert desk.run("prompt", "first", "-m", "trap/m1", "-s", "Clinic")[0] == 0
    desk.answer("third_party", "forbidden")
    assert desk.run("prompt", CANARY, "-m", "trap/m1", "-s", "Clinic")[0] == 3
    assert not trap.holds(CANARY)
