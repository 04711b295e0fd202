from __future__ import annotations

import json
from pathlib import Path

import pytest
from workbench.cli import main
from workbench.reports.writers import BUILTIN, pdf
from workbench.services.reports import formats_here

SAMPLE = "resources/scenarios/knowledge-assistant.yaml"
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A data folder with the sample in it."""
    from workbench.app import build

    folder = tmp_path_factory.mktemp("home")
    services = build(folder)
    services.scenarios.open_sample()
    services.close()
    return str(folder)


def test_that_a_report_of_a_scenario_file_is_written_and_nothing_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    code = main.run(["--home", str(home), "report", str(ROOT / SAMPLE), "-f", "md,json", "-o", str(out), "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [Path(file).name for file in printed["files"]] == ["knowledge-assistant.md", "knowledge-assistant.json"]
    main.run(["--home", str(home), "scenario", "list", "--json"])
    assert [row["sample"] for row in json.loads(capsys.readouterr().out)["scenarios"]] == [True]


def test_that_an_unknown_format_is_wrong_usage(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main.run(["--home", home, "report", "knowledge-assistant", "-f", "odt"])
    assert left.value.code == 2
    assert "html, pdf, docx, pptx, xlsx, md and json" in capsys.readouterr().err


def test_that_a_folder_that_is_a_file_is_a_sentence(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_bytes(b"")
    assert main.run(["--home", home, "report", "knowledge-assistant", "-o", str(tmp_path / "out")]) == 1
    assert "is a file" in capsys.readouterr().err


def test_that_decide_without_an_option_proposes_and_records_nothing(
    home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["--home", home, "decide", "knowledge-assistant", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["recorded"] is False and shown["decision"]["option"] == "C"


def test_that_a_decision_is_recorded_and_read_back(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--option", "B", "--because", "We can wait.", "--by", "Ada", "--review-on", "2030-01-01", "--json"]
    assert main.run(["--home", home, "decide", "knowledge-assistant", *words]) == 0
    recorded = json.loads(capsys.readouterr().out)["decision"]
    assert (recorded["option"], recorded["because"], recorded["deciders"]) == ("B", "We can wait.", ["Ada"])
    assert recorded["risks"] == [], "risks of another option must not be taken over"


def test_that_what_is_not_settled_is_recorded_as_proposed_unless_accepted_in_so_many_words(
    home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["--home", home, "scenario", "new", "Open data"]) == 0
    assert main.run(["--home", home, "decide", "open-data", "--json"]) == 0
    drafted = json.loads(capsys.readouterr().out.splitlines()[-1])["decision"]
    assert drafted["because"].startswith("Not settled")
    words = ["decide", "open-data", "--option", drafted["option"], "--because", drafted["because"], "--json"]
    for more, status in (([], "proposed"), (["--status", "accepted"], "accepted")):
        assert main.run(["--home", home, *words, *more]) == 0
        said = capsys.readouterr()
        assert json.loads(said.out)["decision"]["status"] == status
        assert ("not settled" in said.err and "scenario edit open-data third_party" in said.err) is (not more)


def test_that_a_decision_without_a_reason_is_refused(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--home", home, "decide", "knowledge-assistant", "--option", "B"]) == 1
    assert "The reason is missing" in capsys.readouterr().err


def test_that_a_decision_on_a_file_says_to_import_it_first(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--option", "C", "--because", "x"]
    assert main.run(["--home", home, "decide", str(ROOT / SAMPLE), *words]) == 1
    assert "scenario import" in capsys.readouterr().err


@pytest.mark.slow
def test_that_the_demo_does_the_main_job_and_leaves_the_data_folder_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    assert main.run(["--home", str(home), "demo", "-o", str(out), "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["recommended"] == done["decided"] == "C" and done["seconds"] < 90
    assert {file.suffix for file in out.iterdir()} == {f".{name}" for name in BUILTIN}
    page = (out / "knowledge-assistant.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 8 and "Sample cases" in page and "$130,600" in page
    figures = json.loads((out / "knowledge-assistant.json").read_text(encoding="utf-8"))["figures"]
    assert [m["mean"] for m in figures["evals"][0]["models"]] == [m["mean"] for m in done["eval"]]
    assert not (home / "workbench.sqlite").exists()


def test_that_a_format_this_machine_cannot_write_is_named_and_the_others_are_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pdf, "has_typst", lambda: False)
    monkeypatch.setattr(pdf, "printer", lambda: None)
    formats, missing = formats_here()
    assert formats == tuple(name for name in BUILTIN if name != "pdf")
    assert [(error.where, "[pdf]" in error.mend) for error in missing] == [("format pdf", True)]
