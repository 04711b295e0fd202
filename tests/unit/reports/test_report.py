from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from workbench.analysis import words
from workbench.domain.decision import Decision, DecisionStatus
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.reports.build import build
from workbench.reports.choices import OF_A_SCENARIO, Choices
from workbench.reports.document import Cell, Column, Length, SectionId, Table
from workbench.reports.material import Material
from workbench.reports.writers import BUILTIN, Writer

from report_material import OPTION_SET, bare_material, material, scenario
from report_reading import Page, read

WRITERS = list(BUILTIN.values())
each_writer = pytest.mark.parametrize("writer", WRITERS, ids=list(BUILTIN))
each_length = pytest.mark.parametrize("length", list(Length))


def text_of(writer: Writer, given: Material, length: Length = Length.FULL) -> str:
    """What a reader of the format sees, blanks evened out."""
    return read(writer.id, writer.render(build(given, length)))


def test_that_the_decision_comes_first_and_the_annex_last() -> None:
    ids = [section.id for section in build(material()).sections]
    assert ids[0] is SectionId.DECISION and ids[-1] is SectionId.VERDICTS
    assert ids.index(SectionId.OPTIONS) < ids.index(SectionId.FLIPS) < ids.index(SectionId.EVIDENCE)


def test_that_a_reason_taken_over_from_the_computation_stands_there_once() -> None:
    given = material()
    advice = given.option_set.recommendation
    assert given.scenario.decision is not None
    decided = replace(given.scenario.decision, because=f"{advice.sentence} {advice.detail}")
    taken = replace(given, scenario=replace(given.scenario, decision=decided))
    for whole in (given, taken):
        assert text_of(BUILTIN["md"], whole, Length.PAGE).count(advice.sentence) == 1


def test_that_every_section_of_the_full_report_appears_once() -> None:
    ids = [section.id for section in build(material(), choices=Choices(evidence_annex=True)).sections]
    assert sorted(ids) == sorted(OF_A_SCENARIO)


@each_writer
@each_length
def test_that_the_same_figures_stand_in_every_format(writer: Writer, length: Length) -> None:
    text = text_of(writer, material(), length)
    for option in OPTION_SET.options:
        assert words.usd(option.figures["setup_usd"].likely) in text
        assert words.usd(option.figures["monthly_usd"].likely) in text
        assert words.usd(option.tco_usd[36]) in text
    for figure in ("36.36 months", "83.33 months", "$2,410", "11.2 weeks", "90.7 %", "84.9–94.5 %"):
        assert figure in text, figure


@each_writer
def test_that_the_full_report_names_reasons_people_risks_and_versions(writer: Writer) -> None:
    text = text_of(writer, material())
    for words_ in (
        "Amira Haddad",
        "Works council",
        "confidential HR and finance text",
        "A sensitive question is routed",
        "Finance would have started with A",
        "Llama 4 Scout",
        "Claude Opus 4.6",
        "0 bytes were sent",
        "not legal advice",
        "3f9a3f9a3f9a",
        "0192f0c1",
        "better",
        "How many days of leave",
        "25 days a year.",
        "19 May 2027",
    ):
        assert words_ in text, words_


def test_that_json_gives_the_figures_unrounded_in_the_shapes_of_the_command_line() -> None:
    figures = json.loads(BUILTIN["json"].render(build(material())))["figures"]
    options = {option["id"]: option for option in figures["options"]["options"]}
    assert {key: options[key]["tco_usd"]["36"] for key in "ABC"} == {"A": 130_200, "B": 144_800, "C": 130_600}
    assert options["A"]["tco_discounted_usd"]["36"] == pytest.approx(117_538.66, abs=0.01)
    assert figures["options"]["crossovers"][0]["months"] == pytest.approx(36.3636, abs=1e-4)
    flip = next(flip for flip in figures["options"]["flips"] if flip["input"] == "monthly_usd")
    assert (flip["option"], flip["now"], flip["at"], flip["winner"]) == ("C", 2_100, 2_410, "B")
    assert figures["shortlist"]["kept"] == 1 and figures["shortlist"]["excluded"] == 2
    assert figures["evals"][0]["models"][2]["mean"] == 0.9067
    assert figures["decision"]["option"] == "C"


def test_that_markdown_has_the_headings_of_madr_in_their_order() -> None:
    text = BUILTIN["md"].render(build(material())).decode()
    headings = re.findall(r"^#{1,3} .*$", text, re.M)
    wanted = [
        "# Model decision: Knowledge assistant",
        "## Context and Problem Statement",
        "## Decision Drivers",
        "## Considered Options",
        "## Decision Outcome",
        "### Consequences",
        "### Confirmation",
        "## Pros and Cons of the Options",
        "## More Information",
    ]
    assert [heading for heading in headings if heading in wanted] == wanted
    assert text.startswith('---\nstatus: "accepted"\ndate: "2026-11-19"\ndecision-makers: ["Amira Haddad')
    assert 'Chosen option: "C", because confidential' in text


def test_that_every_row_of_a_markdown_table_has_as_many_cells_as_its_head() -> None:
    text = BUILTIN["md"].render(build(material())).decode()
    for table in re.findall(r"(?:^\|.*\|\n)+", text, re.M):
        cells = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(cells) == 1, table


@each_writer
@each_length
def test_that_a_scenario_in_which_nothing_is_filled_in_still_makes_a_report(writer: Writer, length: Length) -> None:
    text = text_of(writer, bare_material(), length)
    assert "Nothing decided yet" in text
    assert "None" not in text.replace("None is required", "") and "nan" not in text.split()


@each_writer
def test_that_a_figure_nobody_knows_is_a_dash_and_never_zero(writer: Writer) -> None:
    chosen = OPTION_SET.options[2]
    figures = {name: figure for name, figure in chosen.figures.items() if name not in ("monthly_usd", "quality")}
    unknown = replace(chosen, figures=figures, tco_usd={}, tco_discounted_usd={})
    found = replace(OPTION_SET, options=(*OPTION_SET.options[:2], unknown))
    text = text_of(writer, replace(material(), option_set=found, charts={}))
    assert words.UNKNOWN_FIGURE in text and "$130,600" not in text and "$0 a month" not in text


def test_that_the_range_of_an_uncertain_figure_is_shown_beside_it() -> None:
    chosen = OPTION_SET.options[2]
    wide = {**chosen.figures, "monthly_usd": Figure(Estimate(1_600, 2_100, 3_600), Origin.YOURS, "quote", "2026-11")}
    found = replace(OPTION_SET, options=(*OPTION_SET.options[:2], replace(chosen, figures=wide)))
    assert "$1.6k–3.6k" in text_of(BUILTIN["html"], replace(material(), option_set=found))


def test_that_a_decision_against_the_computation_says_so() -> None:
    decided = replace(scenario(), decision=Decision("A", "It is the fastest.", DecisionStatus.PROPOSED))
    text = text_of(BUILTIN["html"], replace(material(), scenario=decided))
    assert "The computation recommends C; the decision is for A." in text and "Proposed" in text


def test_that_a_chosen_option_that_is_gone_is_named_and_not_replaced() -> None:
    decided = replace(scenario(), decision=Decision("Z", "It was there once.", DecisionStatus.ACCEPTED))
    text = text_of(BUILTIN["md"], replace(material(), scenario=decided))
    assert "Option Z was chosen, and is no longer among the options." in text


@each_writer
@each_length
def test_that_the_same_material_always_gives_the_same_bytes(writer: Writer, length: Length) -> None:
    assert writer.render(build(material(), length)) == writer.render(build(material(), length))


def test_that_the_page_is_much_shorter_than_the_full_report_and_says_the_same() -> None:
    page, full = (text_of(BUILTIN["html"], material(), length) for length in (Length.PAGE, Length.FULL))
    assert len(page) < len(full) / 3
    assert set(re.findall(r"\$[\d,.]+", page)) <= set(re.findall(r"\$[\d,.]+", full))


def test_that_every_heading_of_the_contents_leads_to_its_section() -> None:
    reader = Page()
    reader.feed(BUILTIN["html"].render(build(material())).decode())
    ids = {value for _, name, value in reader.attributes if name == "id"}
    links = [value for tag, name, value in reader.attributes if tag == "a" and name == "href"]
    assert len(links) == len(build(material()).sections)
    assert all(link and link.startswith("#") and link[1:] in ids for link in links)


def test_that_tables_name_their_rows_and_columns_for_screen_readers() -> None:
    reader = Page()
    reader.feed(BUILTIN["html"].render(build(material())).decode())
    scopes = [value for tag, name, value in reader.attributes if tag == "th" and name == "scope"]
    assert scopes.count("row") > 20 and scopes.count("col") > 20
    assert len(scopes) == reader.tags.count("th")


def test_that_a_judgement_is_never_told_by_colour_alone() -> None:
    text = text_of(BUILTIN["html"], material())
    assert "✕ no" in text and "✓ yes" in text and "✓ Accepted" in text


def test_that_a_table_with_a_missing_cell_is_refused_when_it_is_made() -> None:
    with pytest.raises(ValueError, match="1 of 2 cells"):
        Table((Column("a"), Column("b")), ((Cell("x"),),))


def test_that_excluded_models_are_counted_once_under_the_limit_that_stopped_them() -> None:
    shortlist = next(s for s in build(material()).sections if s.id is SectionId.SHORTLIST)
    why = next(part for part in shortlist.parts if part.title == "Why the others are out")
    table = why.blocks[0]
    assert isinstance(table, Table)
    assert sum(int(row[1].text) for row in table.rows) == 2
