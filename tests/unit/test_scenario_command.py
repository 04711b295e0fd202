from __future__ import annotations

import argparse
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from workbench.cli import scenario as command
from workbench.domain.errors import Problems, WorkbenchError
from workbench.paths import data_dir
from workbench.services.scenarios import ScenarioService

from scenario_values import store_in

SAMPLE = str(data_dir("resources") / "scenarios" / "knowledge-assistant.yaml")


class Shell:
    """Types `workbench scenario …` against one store and gives back what was printed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.scenarios = ScenarioService(store=store_in(folder))
        self._capsys = capsys

    def __call__(self, *words: str) -> str:
        parser = argparse.ArgumentParser()
        command.register(parser.add_subparsers())
        arguments = parser.parse_args(["scenario", *words])
        code = arguments.run(arguments, SimpleNamespace(scenarios=self.scenarios))
        assert code == 0
        return self._capsys.readouterr().out

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


def test_that_a_scenario_is_made_edited_shown_and_listed(shell: Shell) -> None:
    assert "There is no scenario yet" in shell("list")
    assert "support-chat" in shell("new", "Support chat")
    shell("edit", "support-chat", "weeks_limit=12", "tasks=answering, code", "job=Answer a = b")
    with pytest.raises(Problems, match="Nothing was changed") as caught:
        shell("edit", "support-chat", "weeks_limit=3", "tasks=[classification")
    assert "a bracket too few" in str(caught.value.problems[0])
    shell("edit", "support-chat", "requests_per_day=4000", "excluded_countries=[]")
    shown = shell("show", "support-chat")
    assert "answering, code" in shown and "Answer a = b" in shown and "…" not in shown
    assert shown.count("4,000") == 1
    assert "Support chat" in shell("list")


def test_that_every_question_that_edit_takes_is_listed(shell: Shell) -> None:
    told = shell("questions")
    assert "requests_per_day" in told and "from 0.1 to 10,000,000,000" in told and "gap_" in told
    assert "weeks_limit" in {asked["id"] for asked in shell.json("questions")["questions"]}


def test_that_every_verb_prints_one_json_object_on_request(shell: Shell, tmp_path: Path) -> None:
    made = shell.json("new", "Support chat")
    assert made["slug"] == "support-chat"
    assert shell.json("edit", "support-chat", "weeks_limit=12", "--name", "Chat")["slug"] == "chat"
    shown = shell.json("show", "chat")
    assert (shown["scenario"]["answers"], shown["stored"], shown["version"]) == ({"weeks_limit": 12}, True, 3)
    file = shell.json("export", "chat", "-o", str(tmp_path / "chat.yaml"))["file"]
    assert shell.json("delete", "chat") == {"deleted": made["id"]}
    assert [row["id"] for row in shell.json("list", "--bin")["scenarios"]] == [made["id"]]
    assert shell.json("restore", made["id"])["id"] == made["id"]
    assert shell.json("import", file)["id"] == made["id"]
    assert len(shell.json("list")["scenarios"]) == 1


def test_that_the_shipped_file_is_shown_and_nothing_is_stored(shell: Shell) -> None:
    shown = shell.json("show", SAMPLE)
    assert (shown["stored"], [option["id"] for option in shown["scenario"]["options"]]) == (False, ["A", "B", "C"])
    text = shell("show", SAMPLE)
    assert "$55,000" in text and "Decision (accepted): option C" in text
    assert shell.scenarios.list() == ()


def test_that_the_printed_yaml_can_be_imported(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "copy.yaml"
    file.write_text(shell("export", SAMPLE), encoding="utf-8")
    assert "Imported: Knowledge assistant" in shell("import", str(file))


def test_that_a_file_that_is_there_is_replaced_only_on_request(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(WorkbenchError, match="--force"):
        shell("export", SAMPLE, "-o", str(file))
    assert file.read_text(encoding="utf-8") == "mine"
    shell("export", SAMPLE, "-o", str(file), "--force")
    assert file.read_text(encoding="utf-8").startswith("# A scenario")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("edit", "chat"), "nothing to change"),
        (("edit", "chat", "weeks_limit"), "not QUESTION=VALUE"),
        (("edit", "chat", "weekz=3"), "no question"),
        (("edit", "nobody", "weeks_limit=3"), "Did you mean chat"),
        (("show", "nobody.yaml"), "does not exist"),
        (("import", "nobody.yaml"), "does not exist"),
        (("restore", "chat"), "no such scenario in the bin"),
    ],
)
def test_that_a_wrong_word_is_answered_with_a_sentence(shell: Shell, words: tuple[str, ...], message: str) -> None:
    shell("new", "Chat")
    with pytest.raises(WorkbenchError) as caught:
        shell(*words)
    assert message in str(caught.value)


def test_that_a_damaged_scenario_is_listed_as_such(shell: Shell) -> None:
    shell("new", "Chat")
    with shell.scenarios._store.write() as connection:
        connection.exec_driver_sql("UPDATE scenario SET step = 'x'")
    assert "damaged" in shell("list")
    assert shell.json("list")["scenarios"][0]["damaged"] is True


def test_that_what_matters_is_set_from_the_command_line(shell: Shell, tmp_path: Path) -> None:
    shell("new", "Weights")
    found = shell.json("weigh", "weights", "quality=100", "weeks=0")
    assert {item["id"]: item["points"] for item in found["criteria"]}["quality"] == 100
    assert "Every criterion counts the same." in shell("weigh", "weights", "--alike")
    assert {item["points"] for item in shell.json("weigh", "weights")["criteria"]} == {100}
    with pytest.raises(WorkbenchError, match="another way together"):
        shell("weigh", "weights", "quality=1", "--widen")
    with pytest.raises(WorkbenchError):
        shell("weigh", "weights", "quality=a lot")
    with pytest.raises(WorkbenchError):
        shell("weigh", "weights", "quality=1", "--alike")
