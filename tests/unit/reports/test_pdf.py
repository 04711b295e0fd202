from __future__ import annotations

from io import BytesIO

import pypdf
import pytest
from workbench.domain.errors import WorkbenchError
from workbench.reports.build import build
from workbench.reports.document import Cell, Column, Document, Length, Table
from workbench.reports.printer import use_printer
from workbench.reports.writers import BUILTIN, pdf
from workbench.reports.writers.pdf import column_weights

from report_material import material

needs_typst = pytest.mark.skipif(not pdf.has_typst(), reason="the extra pdf is not installed")


@needs_typst
def test_that_the_pdf_is_tagged_titled_and_in_its_language() -> None:
    whole = pypdf.PdfReader(BytesIO(BUILTIN["pdf"].render(build(material()))))
    root = whole.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert root["/Lang"].startswith("en") and whole.metadata.title == "Model decision: Knowledge assistant"
    assert len(whole.outline) >= 15


@needs_typst
def test_that_charts_are_vectors_and_the_short_report_is_one_sheet() -> None:
    page = pypdf.PdfReader(BytesIO(BUILTIN["pdf"].render(build(material(), Length.PAGE))))
    assert len(page.pages) == 1
    assert not page.pages[0].images


@needs_typst
def test_that_every_picture_has_words_instead_for_screen_readers() -> None:
    content = BUILTIN["pdf"].render(build(material()))
    told: list[str] = []

    def walk(node: object) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, dict):
            if "/Alt" in node:
                told.append(str(node["/Alt"]))
            if "/K" in node:
                walk(node["/K"])
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(pypdf.PdfReader(BytesIO(content)).trailer["/Root"]["/StructTreeRoot"])
    charts = [block.chart for block in build(material()).blocks() if hasattr(block, "chart")]
    for chart in charts:
        assert any(chart.description[:40] in text for text in told), chart.title


def test_that_a_machine_without_typst_prints_with_qt_or_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "has_typst", lambda: False)
    monkeypatch.setattr("workbench.reports.printer._printers", [])
    with pytest.raises(WorkbenchError, match="PDF cannot be written here") as caught:
        BUILTIN["pdf"].render(build(material()))
    assert "[pdf]" in caught.value.mend

    def prints(document: Document) -> bytes:
        return f"printed {document.title}".encode()

    use_printer(prints)
    assert BUILTIN["pdf"].render(build(material())) == b"printed Model decision: Knowledge assistant"

    def fails(document: Document) -> bytes:
        raise ImportError("No module named 'PySide6'")

    use_printer(fails)
    with pytest.raises(WorkbenchError, match="PDF cannot be written here"):
        BUILTIN["pdf"].render(build(material()))


def test_that_no_word_of_a_header_is_wider_than_its_column() -> None:
    columns = ("option", "servers", "requests/s, peak", "side by side", "one takes", "copies", "p95 wait", "load")
    row = (
        "B",
        "Llama 4 Scout 17B-16E Instruct on 2 × NVIDIA A100",
        "0.081 / 0.2",
        "32",
        "15 s",
        "1 / 2",
        "none",
        "9 %",
    )
    weights = column_weights(Table(tuple(map(Column, columns)), (tuple(map(Cell, row)),)))
    words = [max(map(len, title.split())) for title in columns]
    assert all(weight >= 1.4 * word + 1 for weight, word in zip(weights, words, strict=True))
    assert max(weights) == weights[1], "what is long still has the most room"
