"""Every number in every format is the same number: the files are read back and compared with the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from io import BytesIO

import openpyxl
import pytest
from workbench.analysis.tco import CostLine, cumulative_cost
from workbench.reports.build import build
from workbench.reports.choices import Choices, Redaction
from workbench.reports.document import Cell, Document, KeyFigure, KeyFigures, Length, SectionId, Table
from workbench.reports.material import Material
from workbench.reports.writers import BUILTIN
from workbench.reports.writers.xlsx import cumulative

from report_material import material
from report_reading import read

NUMBER = re.compile(r"(?<![\w.,])[+−-]?\$?\d+(?:,\d{3})*(?:\.\d+)?(?:[kMB]\b)?")
# What a deck does not show: a long annex goes on in the other formats, sources stand in small print.
IN_A_DECK = {s for s in SectionId if s not in (SectionId.CASES, SectionId.VERDICTS)}


def numbers(text: str) -> set[str]:
    return {found.lstrip("+−-$") for found in NUMBER.findall(text)}


def told(value: object) -> Iterator[str]:
    """Every text of a part of the tree that a reader sees, charts apart."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from told(item)
    elif is_dataclass(value) and type(value).__name__ not in ("Picture", "Chart"):
        for field in fields(value):
            yield from told(getattr(value, field.name))


def shown(document: Document, sections: set[SectionId]) -> str:
    return " ".join(text for section in document.sections if section.id in sections for text in told(section))


@pytest.mark.parametrize("kind", list(BUILTIN))
@pytest.mark.parametrize("length", list(Length))
def test_that_every_number_of_the_report_stands_in_every_format(kind: str, length: Length) -> None:
    document = build(material(), length, Choices(evidence_annex=True))
    expected = numbers(shown(document, IN_A_DECK if kind == "pptx" else set(SectionId)))
    missing = expected - numbers(read(kind, BUILTIN[kind].render(document)))
    assert len(expected) > (40 if length is Length.PAGE else 150)
    assert not missing


@pytest.mark.parametrize("kind", [kind for kind in BUILTIN if kind not in ("json", "xlsx")])
def test_that_no_format_shows_a_number_that_is_not_in_the_report(kind: str) -> None:
    document = build(material())
    own = {str(n) for n in range(100)}  # page and slide numbers
    charts = " ".join(
        " ".join((c.title, c.description, c.note, *c.columns, *(text for row in c.rows for text in row)))
        for c in (block.chart for block in document.blocks() if hasattr(block, "chart"))
    )
    ticks = r"\$\d+k|\d+ %"
    known = numbers(
        " ".join((shown(document, set(SectionId)), charts, document.footer, document.title, *told(document.facts)))
    )
    known |= numbers(" ".join(re.findall(ticks, read(kind, BUILTIN[kind].render(document)))))
    front = numbers(str(document.figures["decision"]))  # Markdown's head has the dates as a program reads them
    strange = numbers(read(kind, BUILTIN[kind].render(document))) - known - own - front
    assert not strange - {"150.0", "1,203"}, sorted(strange)[:20]


def key_figures(document: Document) -> tuple[KeyFigure, ...]:
    return next(block.items for block in document.blocks() if isinstance(block, KeyFigures))


def cost_sheet(given: Material, *, values: bool = False) -> openpyxl.worksheet.worksheet.Worksheet:
    content = BUILTIN["xlsx"].render(build(given))
    return openpyxl.load_workbook(BytesIO(content), data_only=values)["Cost model"]


class Sheet:
    """Computes the formulas of the cost sheet, which use nothing but + - * / ^, references, INDEX and MATCH."""

    def __init__(self, sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        self.sheet, self.known = sheet, {}

    def value(self, place: str) -> float:
        place = place.replace("$", "")
        if place not in self.known:
            raw = self.sheet[place].value
            self.known[place] = self.formula(raw[1:]) if isinstance(raw, str) and raw.startswith("=") else float(raw)
        return self.known[place]

    def formula(self, text: str) -> float:
        found = re.fullmatch(r"INDEX\((.+?):(.+?),MATCH\((.+?),(.+?):(.+?),0\)\)", text)
        if found:
            first, _, wanted, months, _ = found.groups()
            column, top = re.fullmatch(r"([A-Z]+)(\d+)", first.replace("$", "")).groups()
            start = int(re.sub(r"\D", "", months))
            offset = int(self.value(wanted) - self.value(months))
            assert start == int(top)
            return self.value(f"{column}{int(top) + offset}")
        body = re.sub(r"\$?[A-Z]+\$?\d+", lambda m: repr(self.value(m[0])), text)
        assert re.fullmatch(r"[\d.e+*/^()\- ]+", body), text
        return float(eval(body.replace("^", "**"), {"__builtins__": {}}))


def growing(given: Material, growth: float) -> Material:
    load = replace(given.requirements.workload, growth_per_month=growth)
    return replace(given, requirements=replace(given.requirements, workload=load))


@pytest.mark.parametrize("growth", [0.0, 0.02])
def test_that_the_formulas_of_the_workbook_compute_the_same_totals_as_the_report(growth: float) -> None:
    given = growing(material(), growth)
    model = build(given).figures["cost_model"]
    formulas, cached = Sheet(cost_sheet(given)), cost_sheet(given, values=True)
    for place, line in enumerate(model["options"]):
        cost = CostLine(line["setup_usd"], line["run_usd_month"], line["growing_usd_month"], model["growth_month"])
        for column, rate in ((place + 1, 0.0), (place + 5, model["discount_rate"])):
            paid = cumulative_cost(cost, 60, rate)
            for row, month in ((13, model["months"]), (14, 12), (18, 60)):
                cell = cached.cell(row, column + 1)
                assert cell.value == pytest.approx(paid[month], rel=1e-9)
                assert formulas.value(cell.coordinate) == pytest.approx(paid[month], rel=1e-9)
    if not growth:
        totals = [option.tco_usd[36] for option in given.option_set.options]
        assert [cached.cell(13, column).value for column in (2, 3, 4)] == pytest.approx(totals)


def test_that_a_changed_input_changes_every_total_that_rests_on_it() -> None:
    sheet = cost_sheet(material())
    sheet["D9"] = 9_999  # what option C costs a month
    computed = Sheet(sheet)
    assert computed.value("D13") == pytest.approx(55_000 + 36 * 9_999)
    assert computed.value("C13") == pytest.approx(144_800)
    sheet["B3"] = 12
    assert Sheet(sheet).value("C13") == pytest.approx(80_000 + 12 * 1_800)


def test_that_the_workbook_computes_months_as_the_cost_science_does() -> None:
    line = {"setup_usd": 100.0, "run_usd_month": 10.0, "growing_usd_month": 5.0}
    ours = cumulative(line, 0.03, 0.08, 48)
    assert ours == pytest.approx(list(cumulative_cost(CostLine(100.0, 10.0, 5.0, 0.03), 48, 0.08)))


def test_that_the_workbook_has_a_chart_of_its_own_and_numbers_as_numbers() -> None:
    book = openpyxl.load_workbook(BytesIO(BUILTIN["xlsx"].render(build(material()))))
    assert len(book["Cost model"]._charts) == 1
    assert {"Decision report", "Cost model", "Options", "Models", "Evals", "Cases"} <= set(book.sheetnames)
    likely = {(row[0].value, row[2].value): row[4].value for row in book["Options"].iter_rows(min_row=2)}
    assert likely["C", "setup_usd"] == 55_000 and isinstance(likely["C", "monthly_usd"], int | float)


def test_that_a_workbook_without_prices_has_no_cost_model() -> None:
    document = build(material(), choices=Choices(redact=frozenset({Redaction.PRICES})))
    assert "Cost model" not in openpyxl.load_workbook(BytesIO(BUILTIN["xlsx"].render(document))).sheetnames


def test_that_pictures_in_office_files_have_words_instead() -> None:
    import docx
    import pptx

    titles = [block.chart.title for block in build(material()).blocks() if hasattr(block, "chart")]
    word = docx.Document(BytesIO(BUILTIN["docx"].render(build(material()))))
    told_in_word = [each.get("descr") for each in word.element.xpath("//wp:docPr")]
    deck = pptx.Presentation(BytesIO(BUILTIN["pptx"].render(build(material()))))
    pictures = [
        s._element.nvPicPr.cNvPr.get("descr") for slide in deck.slides for s in slide.shapes if s.shape_type == 13
    ]
    for found in (told_in_word, pictures):
        assert [text.split(".")[0] for text in found] == [title.split(".")[0] for title in titles]


def test_that_every_slide_has_a_title_and_tables_are_native() -> None:
    import pptx

    deck = pptx.Presentation(BytesIO(BUILTIN["pptx"].render(build(material()))))
    assert all(slide.shapes.title.text_frame.text.strip() for slide in deck.slides)
    assert sum(shape.has_table for slide in deck.slides for shape in slide.shapes) >= 8
    heads = [s.table.cell(0, 1).text_frame.text for slide in deck.slides for s in slide.shapes if s.has_table]
    assert any("Claude API + RAG" in head for head in heads)


def test_that_the_deck_says_how_many_rows_of_a_long_table_are_elsewhere() -> None:
    document = build(material())
    cases = next(section for section in document.sections if section.id is SectionId.CASES)
    table = cases.parts[0].blocks[1]
    assert isinstance(table, Table)
    long = replace(table, rows=tuple((Cell(f"case {n}"), *table.rows[0][1:]) for n in range(1_000)))
    part = replace(cases.parts[0], blocks=(cases.parts[0].blocks[0], long))
    changed = replace(document, sections=(replace(cases, parts=(part,)),))
    text = read("pptx", BUILTIN["pptx"].render(changed))
    seen = len(re.findall(r"case \d+", text))
    assert f"… {1_000 - seen:,} more rows" in text
