"""A shutdown within the plan, planted as a person would: a risk in shortlist, options, report, with what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from workbench.analysis import words
from workbench.app import Services, build
from workbench.cli.main import run
from workbench.domain.quotes import Subject

MODEL, NEXT = "anthropic/claude-sonnet-4-6", "claude-sonnet-5"
SAMPLE = "knowledge-assistant"


@pytest.fixture(scope="module")
def end() -> date:
    """Before the 36 months of the sample are over, after its go-live."""
    return date.today() + timedelta(days=300)


@pytest.fixture
def home(tmp_path: Path, end: date) -> Iterator[Path]:
    planted = ("catalog", "own", "model", MODEL, f"shutdown_date={end.isoformat()}", f"replacement={NEXT}")
    assert run(["--home", str(tmp_path / "home"), *planted]) == 0
    yield tmp_path / "home"


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    made = build(home)
    yield made
    made.close()


def _risk(end: date) -> str:
    when = words.day(end.isoformat())
    return f"Within your 36 months: Ends on {when}; its maker names Claude Sonnet 5 instead ($2 in, $10 out a million"


@pytest.mark.parametrize("command", ["shortlist", "options"])
def test_that_the_commands_say_what_ends_within_the_plan(
    home: Path, end: date, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    capsys.readouterr()
    assert run(["--home", str(home), command, SAMPLE]) == 0
    printed = capsys.readouterr().out
    assert "What ends, or gets another price, within the plan" in printed
    assert _risk(end) in printed
    assert printed.count(_risk(end)) == 1, "once, and not for every offer and option"


def test_that_the_report_says_it_too(home: Path, end: date, tmp_path: Path) -> None:
    assert run(["--home", str(home), "report", SAMPLE, "-f", "md", "-o", str(tmp_path)]) == 0
    assert _risk(end) in (tmp_path / f"{SAMPLE}.md").read_text("utf-8")


def test_that_the_window_gets_it_as_a_risk_of_verdict_and_option(services: Services, end: date) -> None:
    scenario = services.scenarios.load(SAMPLE)
    verdicts = [each for each in services.shortlist.shortlist(scenario).verdicts if each.model_id == MODEL]
    options = services.options.options(scenario).options
    for reasons in (*(each.reasons for each in verdicts), *(each.reasons for each in options if each.id == "A")):
        [risk] = [reason for reason in reasons if reason.rule == "R1.4"]
        assert risk.kept and risk.warning and _risk(end) in risk.text and risk.source == "entered by you"
    assert verdicts and services.catalog.model(MODEL).lifecycle.shutdown_date == end.isoformat()


def test_that_taking_the_date_back_takes_the_risk_back(services: Services) -> None:
    [fact] = [fact for fact in services.catalog_own.all() if fact.subject is Subject.FACTS]
    services.catalog_own.take_back(fact.id)
    found = services.shortlist.shortlist(services.scenarios.load(SAMPLE)).verdicts
    warned = [r for v in found if v.model_id == MODEL for r in v.reasons if r.rule == "R1.4" and r.warning]
    assert warned == []
