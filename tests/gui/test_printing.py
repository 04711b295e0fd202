from __future__ import annotations

import dataclasses
import sys
from io import BytesIO
from pathlib import Path

import pypdf
from pytestqt.qtbot import QtBot
from workbench.gui.printing import pdf, text_of
from workbench.reports.build import build
from workbench.reports.document import Length, Picture

sys.path.insert(0, str(Path(__file__).parent.parent))
from report_material import material

HOSTILE = '<img src="file:///etc/passwd"><script>alert(1)</script>'


def words_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages).split())


def test_that_qt_prints_the_figures_of_the_report_with_charts_as_vectors(qtbot: QtBot) -> None:
    content = pdf(build(material()))
    told = words_of(content)
    for figure in ("$55,000", "$2,100", "$130,600", "36.36 months", "11.2 weeks", "90.7 %"):
        assert figure in told, figure
    assert "C overtakes A in month 37" in told, "words of a chart are words"
    assert not any(page.images for page in pypdf.PdfReader(BytesIO(content)).pages)


def test_that_the_short_report_fits_one_sheet(qtbot: QtBot) -> None:
    assert len(pypdf.PdfReader(BytesIO(pdf(build(material(), Length.PAGE)))).pages) == 1


def test_that_hostile_text_is_printed_as_text_and_loads_nothing(qtbot: QtBot) -> None:
    base = material()
    hostile = dataclasses.replace(base, scenario=dataclasses.replace(base.scenario, name=HOSTILE))
    text, drawer = text_of(build(hostile))
    assert HOSTILE in text.toPlainText()
    pictures = sum(isinstance(block, Picture) for block in build(base).blocks())
    assert text.toHtml().count("<img") == 0 and text.toPlainText().count("\N{OBJECT REPLACEMENT CHARACTER}") == pictures
    assert drawer is not None
