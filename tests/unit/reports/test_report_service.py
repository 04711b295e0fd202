from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.app import Services, build
from workbench.domain.calls import Call, Outcome, Purpose
from workbench.domain.errors import WorkbenchError
from workbench.domain.ids import new_id
from workbench.reports.document import Length, Listing, Picture, SectionId, Table


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = build(tmp_path_factory.mktemp("home"))
    yield made
    made.close()


def test_that_the_sample_gives_the_figures_of_its_source(services: Services, tmp_path: Path) -> None:
    sample = services.scenarios.open_sample()
    files = services.reports.write(sample, ["json"], tmp_path)
    figures = json.loads(files[0].read_text(encoding="utf-8"))["figures"]
    options = {option["id"]: option for option in figures["options"]["options"]}
    assert {key: options[key]["tco_usd"]["36"] for key in "ABC"} == {"A": 130_200, "B": 144_800, "C": 130_600}
    crossings = {(c["a"], c["b"]): c["months"] for c in figures["options"]["crossovers"]}
    assert crossings[("A", "C")] == pytest.approx(36.36, abs=0.01)
    assert crossings[("A", "B")] == pytest.approx(46.43, abs=0.01)
    flip = next(f for f in figures["options"]["flips"] if (f["option"], f["input"]) == ("C", "monthly_usd"))
    assert flip["at"] == pytest.approx(2_410, abs=1)


def test_that_the_report_shows_the_same_figures_as_the_options_service(services: Services, tmp_path: Path) -> None:
    sample = services.scenarios.open_sample()
    found = services.options.options(sample)
    for file in services.reports.write(sample, ["html", "md"], tmp_path):
        text = re.sub(r"<[^>]+>|\\", "", file.read_text(encoding="utf-8"))
        for option in found.options:
            assert f"${option.tco_usd[36]:,.0f}" in text
            assert f"{option.score:.3f}" in text


def test_that_the_report_tells_what_stands_behind_in_the_words_of_the_options(services: Services) -> None:
    sample = services.scenarios.open_sample()
    found = services.options.options(sample)
    told = services.options.sections(services.options.insights(sample), found)
    section = next(s for s in services.reports.document(sample).sections if s.id is SectionId.BEHIND)
    listing = section.blocks[0]
    assert isinstance(listing, Listing)
    assert [item.text for item in listing.items] == [insight.answer for insight in told]
    parts = {part.title: part.blocks[0] for part in section.parts}
    opinions = parts["Second opinions"]
    assert isinstance(opinions, Table)
    assert next(row for row in opinions.rows if row[0].text == "PROMETHEE II")[-1].text == "B"
    pictures = [(title, block.chart.title) for title, block in parts.items() if isinstance(block, Picture)]
    assert "Break-even volume" in dict(pictures) and all(title != chart for title, chart in pictures), "not said twice"
    page = services.reports.document(sample, length=Length.PAGE)
    assert SectionId.BEHIND not in {s.id for s in page.sections}


def test_that_a_report_without_options_has_nothing_behind_it(services: Services) -> None:
    bare = services.scenarios.new("Bare")
    ids = [s.id for s in services.reports.document(bare).sections]
    assert SectionId.FLIPS in ids and len(ids) == len(set(ids))


def test_that_models_out_are_counted_as_on_the_shortlist(services: Services) -> None:
    sample = services.scenarios.open_sample()
    found = services.shortlist.shortlist(sample)
    section = next(s for s in services.reports.document(sample).sections if s.id is SectionId.SHORTLIST)
    table = next(part for part in section.parts if part.title == "Why the others are out").blocks[0]
    assert isinstance(table, Table)
    assert [int(row[1].text) for row in table.rows] == [count for _, count in found.removed_most]


def test_that_files_are_named_after_the_scenario_and_its_length(services: Services, tmp_path: Path) -> None:
    sample = services.scenarios.open_sample()
    full = services.reports.write(sample, ["md", "html", "md"], tmp_path / "new" / "folder")
    page = services.reports.write(sample, ["html"], tmp_path, length="page")
    assert [file.name for file in (*full, *page)] == [
        "knowledge-assistant.md",
        "knowledge-assistant.html",
        "knowledge-assistant-one-page.html",
    ]


def test_that_an_empty_scenario_makes_a_report(services: Services, tmp_path: Path) -> None:
    empty = services.scenarios.new("Nothing yet")
    for length in Length:
        files = services.reports.write(empty, ["html", "md", "json"], tmp_path, length=length)
        assert all(file.stat().st_size > 500 for file in files)


def test_that_an_option_whose_models_left_the_catalog_is_reported_without_its_routing_plan(
    services: Services,
) -> None:
    sample = services.scenarios.open_sample()
    gone = tuple(replace(role, model_id="nobody/gone", offer="nobody") for role in sample.options[2].models)
    changed = replace(sample, options=(*sample.options[:2], replace(sample.options[2], models=gone)))
    document = services.reports.document(changed)
    (adaptation,) = [section for section in document.sections if section.id is SectionId.ADAPTATION]
    assert "Routing plan" not in [part.title for part in adaptation.parts]
    assert "Routing plan" in [
        part.title for section in services.reports.document(sample).sections for part in section.parts
    ]


@pytest.mark.parametrize(("formats", "length"), [(["pdfx"], "full"), ([], "full"), (["html"], "long")])
def test_that_an_unknown_format_or_length_is_refused_before_anything_is_written(
    services: Services, tmp_path: Path, formats: list[str], length: str
) -> None:
    with pytest.raises(WorkbenchError) as caught:
        services.reports.write(services.scenarios.open_sample(), formats, tmp_path / "out", length=length)
    assert caught.value.mend and not (tmp_path / "out").exists()


def test_that_the_report_states_what_left_the_machine(services: Services) -> None:
    left = services.reports.document(services.scenarios.open_sample()).figures["left_the_machine"]
    assert isinstance(left, dict) and left["bytes"] == 0


def test_that_the_report_says_how_much_of_the_scenario_went_where(services: Services, tmp_path: Path) -> None:
    sample = services.scenarios.open_sample()
    told = json.loads(services.reports.write(sample, ["json"], tmp_path)[0].read_text("utf-8"))
    assert told["figures"]["left_the_machine"]["bytes"] == 0
    at, other = "2026-11-21T12:00:00+00:00", services.scenarios.new("another")
    for host, scenario, outcome, sent in (
        ("api.openai.com", sample.id, Outcome.ANSWERED, 1200),
        ("api.openai.com", sample.id, Outcome.ANSWERED, 800),
        ("api.anthropic.com", sample.id, Outcome.REFUSED, 0),
        ("api.openai.com", other.id, Outcome.ANSWERED, 99),
    ):
        call = Call(new_id(), at, host, Purpose.ANSWER, scenario_id=scenario, bytes_out=sent, outcome=outcome)
        services.calls.end(call)
    left = json.loads(services.reports.write(sample, ["json"], tmp_path)[0].read_text("utf-8"))["figures"]
    sentence = left["left_the_machine"]["sentence"]
    assert left["left_the_machine"]["bytes"] == 2000
    assert "api.openai.com (2,000 bytes in 2 calls). 1 call more was refused." in sentence


def test_that_a_score_given_by_hand_counts_in_the_report_and_in_the_exported_results(
    services: Services, tmp_path: Path
) -> None:
    sample = services.scenarios.open_sample()
    (run,) = services.eval_results.runs(sample.id)
    before = services.eval_results.summary(run).models[0]
    wrong = [r for r in services.eval_results.results(run.id) if r.model_id == before.model_id and r.score == 0.0][:8]
    for result in wrong:
        services.eval_results.mark(run, result.case_id, result.model_id, 1.0, why="The same in other words")
    now = services.eval_results.summary(run).models[0]
    assert now.mean == pytest.approx((before.mean or 0) + 8 / before.n)
    document = services.reports.document(sample)
    told = json.dumps(document.figures["evals"], default=list)
    assert f"{now.mean:.4f}"[:5] in told and f'"mean": {before.mean}' not in told
    (annex,) = [part for section in document.sections if section.id is SectionId.CASES for part in section.parts]
    table = annex.blocks[-1]
    assert isinstance(table, Table)
    assert {row[0].text: row[1].text for row in table.rows}[wrong[0].case_id] == "1"
    services.eval_files.export(run, tmp_path / "results.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    exported = next(row for row in lines if (row["case_id"], row["model_id"]) == (wrong[0].case_id, wrong[0].model_id))
    assert (exported["score"], exported["scored_by"]) == (1.0, "by hand")
