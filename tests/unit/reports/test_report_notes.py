"""What a report says beside the figures of an eval, and where it says nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from workbench.analysis.power import cases_exact, detectable_exact
from workbench.domain.evals import Design, EvalSettings, PairVerdict
from workbench.domain.insight import Section as Insight
from workbench.reports.build import build
from workbench.reports.document import Paragraph, Picture, SectionId, Table
from workbench.reports.sections.behind import behind
from workbench.services.judging import JudgedRun
from workbench.services.report_notes import notes_of

from report_material import bare_material, eval_evidence, material

FOUND = eval_evidence()


def told(judged: JudgedRun | None = None, **changes: object) -> dict[str, str]:
    run = replace(FOUND.run, settings=EvalSettings(**changes))  # type: ignore[arg-type]
    close = replace(FOUND.summary.pairs[1], verdict=PairVerdict.NOT_SHOWN, difference=0.04, only_a=18, only_b=12)
    summary = replace(FOUND.summary, pairs=(FOUND.summary.pairs[0], close))
    return dict(notes_of(run, summary, judged, lambda model: model.removeprefix("local/")))


def test_that_a_report_says_what_the_cases_can_show_between_the_two_hardest_to_tell_apart() -> None:
    said = told()["How many cases it takes."]
    assert said.startswith("demo-large and demo-small disagree on 20 % of 150 cases.")
    # Two pairs share the error rate; 30 of 150 cases were right for one of the two alone.
    shown, needed = detectable_exact(150, 0.2, alpha=0.025), cases_exact(0.05, 0.2, alpha=0.025)
    assert f"So many show a difference of {shown * 100:.0f} points or more; 5.0 points would take {needed}" in said


def test_that_nothing_is_said_of_cases_judges_and_early_ends_where_there_is_nothing() -> None:
    assert notes_of(FOUND.run, FOUND.summary, None, str) == ()


@pytest.mark.parametrize(
    ("planned", "words"),
    [(400, "after 150 of 400 cases because every pair was decided"), (150, "because there were no more cases")],
)
def test_that_a_run_that_may_end_early_says_when_it_ended(planned: int, words: str) -> None:
    run = replace(FOUND.run, case_count=planned, settings=EvalSettings(design=Design.SEQUENTIAL))
    assert words in dict(notes_of(run, FOUND.summary, None, str))["Early stopping."]


def test_that_a_judge_nobody_tested_is_told() -> None:
    assert "never put to the test" in told(JudgedRun("rubric", None, ()))["The judge."]


@pytest.mark.parametrize("given", [material, bare_material], ids=["sample", "nothing filled in"])
def test_that_knee_routing_and_notes_stand_in_their_sections_only_where_they_are(given: Callable[[], object]) -> None:
    plain = given()
    noted = replace(FOUND, notes=(("Early stopping.", "It ended early."),))
    chart = next(iter(material().charts.values()))
    full = replace(plain, knee="It bends here.", evals=(noted,), charts={"routing": chart})  # type: ignore[type-var]

    def said(report: object) -> tuple[bool, bool, bool]:
        sections = {section.id: section for section in build(report).sections}  # type: ignore[arg-type]
        parts = {part.title: part for part in sections[SectionId.ADAPTATION].parts}
        routing = "What routing would bring" in parts
        assert not routing or isinstance(parts["What routing would bring"].blocks[0], Picture)
        knee = any(b.lead == "The knee." for b in sections[SectionId.QUALITY].blocks if isinstance(b, Paragraph))
        blocks = [b for part in sections[SectionId.EVIDENCE].parts for b in part.blocks]
        return knee, routing, any(isinstance(b, Paragraph) and b.lead == "Early stopping." for b in blocks)

    assert said(full) == (True, True, True) and said(plain) == (False, False, False)


def test_that_only_columns_of_figures_stand_at_the_right() -> None:
    rows = (("A", "Anthropic 100 %", "1.00", "never"), ("B", "Meta AI 100 %", "—", "$21,200"))
    insight = Insight("vendors", "Leaning on few", "It leans.", ("option", "traffic", "vendors", "lost"), rows)
    (section,) = behind(replace(material(), behind=(insight,)))
    table = section.parts[0].blocks[0]
    assert isinstance(table, Table) and [column.right for column in table.columns] == [False, False, True, True]
