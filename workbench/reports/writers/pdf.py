"""PDF. With the `pdf` extra it is set by typst: tagged for screen readers, charts as vectors. Without it Qt prints it.

What Qt prints comes from the window's room, which hands its printer over (`reports.printer`); a machine with neither Qt
nor the extra says what to install.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from workbench.analysis.chartspec import Chart
from workbench.domain.errors import WorkbenchError
from workbench.paths import data_dir
from workbench.reports import charts
from workbench.reports.branding import accent
from workbench.reports.document import (
    Block,
    Callout,
    Cell,
    Document,
    Facts,
    KeyFigures,
    Length,
    Listing,
    Mark,
    Paragraph,
    Picture,
    Source,
    Table,
    Verbatim,
)
from workbench.reports.own_words import own_words
from workbench.reports.printer import printer
from workbench.reports.writers.docx import made_on
from workbench.reports.written import plain

Shape = Mapping[str, Any]

_FACES = ("Noto Sans", "Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans")
_EMOJI = ("Noto Color Emoji", "Segoe UI Emoji", "Apple Color Emoji")
_CHART_PX = (700, 340)
_COLUMN_CHART_PX = (348, 190)
_LONG_WORD = 60
MOST_ROWS, _CHUNK = 400, 200
SIGNS = {Mark.GOOD: "✓ ", Mark.CAUTION: "! ", Mark.BAD: "✕ "}


@dataclass(frozen=True, slots=True)
class PdfWriter:
    """A4 in PDF."""

    id: str = "pdf"
    title: str = "PDF"

    def render(self, document: Document) -> bytes:
        """The file. Raises WorkbenchError where neither typst nor Qt is installed."""
        if has_typst():
            return by_typst(document)
        prints = printer()
        if prints is not None:
            try:
                return prints(document)
            except ImportError:
                pass  # no Qt either: said below
        raise _nothing_prints()


def unable() -> WorkbenchError | None:
    """Why no PDF can be written on this machine; None where it can. Loads neither typst nor Qt."""
    from importlib.util import find_spec

    can_print = printer() is not None and find_spec("PySide6") is not None
    return None if has_typst() or can_print else _nothing_prints()


def _nothing_prints() -> WorkbenchError:
    mend = "Install the extra: pip install 'model-selection-workbench[pdf]'."
    return WorkbenchError("PDF cannot be written here", where="format pdf", mend=mend)


@cache
def has_typst() -> bool:
    """Whether the `pdf` extra is installed."""
    from importlib.util import find_spec

    return find_spec("typst") is not None


def by_typst(document: Document) -> bytes:
    """The tagged PDF (PDF/UA-1), set by typst. What is said goes in as data: none of it is markup.

    Where no font of this machine has a letter (an emoji, a script), it is a box, and the file is tagged but no
    PDF/UA-1, which allows no such letter.
    """
    import typst

    def made(*, accessible: bool) -> object:
        inputs = {"data": json.dumps(shape_of(document))}
        compiler = typst.Compiler(_template(), font_paths=_fonts(), sys_inputs=inputs)
        return compiler.compile(format="pdf", pdf_standards="ua-1" if accessible else [], timestamp=made_on(document))

    try:
        content = made(accessible=True)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        content = made(accessible=False)
    if not isinstance(content, bytes):
        raise TypeError("typst gave no PDF")
    return content


def shape_of(document: Document) -> Shape:
    """The document for the template."""
    is_page, brand = document.length is Length.PAGE, plain(document.brand.name)
    return {
        "title": plain(document.title),
        "subtitle": plain(document.subtitle),
        "kicker": " · ".join(
            part for part in (own_words(document.language).report, plain(document.brand.name)) if part
        ),
        "brand": brand,
        "logo": list(document.brand.logo),
        "logo-alt": brand or "Logo",
        "accent": accent(document.brand),
        "fonts": _families(),
        "language": document.language,
        "page": is_page,
        "footer": plain(document.footer),
        "facts": [[plain(term), plain(text)] for term, text in document.facts],
        "sections": [
            {
                "title": plain(section.title),
                "blocks": _blocks(section.blocks, narrow=is_page and place > 1),
                "parts": [
                    {"title": plain(part.title), "blocks": _blocks(part.blocks, narrow=is_page and place > 1)}
                    for part in section.parts
                ],
            }
            for place, section in enumerate(document.sections)
        ],
    }


def _blocks(blocks: Iterable[Block], *, narrow: bool) -> list[Shape]:
    return [_block(block, narrow=narrow) for block in blocks]


def _block(block: Block, *, narrow: bool) -> Shape:
    match block:
        case Paragraph(text=text, lead=lead):
            return {"k": "paragraph", "lead": breakable(lead), "text": breakable(text)}
        case KeyFigures(items=items):
            figures = [{"label": plain(i.label), "value": plain(i.value), "note": plain(i.note)} for i in items]
            return {"k": "figures", "items": figures}
        case Table():
            return _table(block)
        case Picture(chart=chart):
            return _picture(chart, narrow=narrow)
        case Callout(mark=mark, word=word, text=text):
            return {"k": "callout", "mark": mark.value, "word": plain(word), "text": breakable(text)}
        case Listing(items=items):
            told = [
                {"lead": breakable(i.lead), "text": breakable(i.text), "mark": i.mark.value if i.mark else None}
                for i in items
            ]
            return {"k": "listing", "items": told}
        case Facts(items=pairs):
            return {"k": "facts", "items": [[plain(term), breakable(text)] for term, text in pairs]}
        case Source(text=text):
            return {"k": "source", "text": breakable(text)}
        case Verbatim(label=label, text=text):
            return {"k": "verbatim", "label": plain(label), "text": breakable(text)}


def _picture(chart: Chart, *, narrow: bool) -> Shape:
    width, height = _COLUMN_CHART_PX if narrow else _CHART_PX
    svg = charts.svg(chart, width, height, standalone=False)
    told = plain(f"{chart.title}. {chart.description}")
    return {"k": "picture", "title": plain(chart.title), "svg": svg, "alt": told, "note": breakable(chart.note)}


def _table(block: Table) -> Shape:
    if len(block.rows) > MOST_ROWS:
        return _annex(block)
    return {
        "k": "table",
        "caption": breakable(block.caption),
        "widths": column_weights(block),
        "rights": [column.right for column in block.columns],
        "heads": [{"t": breakable(c.title), "n": breakable(c.unit)} for c in block.columns],
        "rows": [[_cell(cell) for cell in row] for row in block.rows],
    }


def _annex(block: Table) -> Shape:
    """A very long table as small lines in columns: 20,000 rows as a table need half a minute and a gigabyte."""
    lines = [" · ".join(_flat(cell) for cell in row) for row in block.rows]
    wide = max((len(line) for line in lines[:500]), default=1)
    columns = 4 if wide <= 34 else 3 if wide <= 48 else 2 if wide <= 80 else 1
    chunks = ["\n".join(lines[at : at + _CHUNK]) for at in range(0, len(lines), _CHUNK)]
    heads = " · ".join(plain(f"{c.title} ({c.unit})" if c.unit else c.title) for c in block.columns)
    return {"k": "annex", "caption": breakable(block.caption), "heads": heads, "columns": columns, "chunks": chunks}


def _flat(cell: Cell) -> str:
    sign = SIGNS[cell.mark] if cell.mark else ""
    note = f" ({cell.note})" if cell.note else ""
    return " ".join(breakable(f"{sign}{cell.text}{note}").split())


def _cell(cell: Cell) -> str | Shape:
    text = breakable(cell.text)
    if not (cell.note or cell.mark or cell.strong):
        return text
    found: dict[str, Any] = {"t": text}
    if cell.note:
        found["n"] = breakable(cell.note)
    if cell.mark:
        found["m"] = cell.mark.value
    if cell.strong:
        found["s"] = True
    return found


def column_weights(block: Table) -> list[float]:
    """How wide each column is against the others, by what stands in its first rows."""
    weights = []
    for place, column in enumerate(block.columns):
        cells = [row[place] for row in block.rows[:60]]
        longest = max((max(len(c.text), 0 if column.right else len(c.note)) for c in cells), default=0)
        word = max((len(w) for c in cells for w in c.text.split()), default=1)
        # A word of the header is bold and never broken: beside its neighbour it needs more than its letters.
        head = 1.4 * max((len(w) for w in column.title.split()), default=0) + 1
        weights.append(float(max(min(longest, 70) ** 0.8, min(word, 22), min(len(column.title), 14), head, 5)))
    return [round(weight, 1) for weight in weights]


def breakable(text: str) -> str:
    """Text without what no reader should get, in which a very long word may break over lines."""
    clean = plain(text)
    if len(clean) < _LONG_WORD or all(len(word) < _LONG_WORD for word in clean.split(" ")):
        return clean
    return " ".join(
        "\u200b".join(word[at : at + _LONG_WORD // 3] for at in range(0, len(word), _LONG_WORD // 3))
        if len(word) >= _LONG_WORD
        else word
        for word in clean.split(" ")
    )


@cache
def _template() -> bytes:
    return (data_dir("resources") / "report" / "report.typ").read_bytes()


@cache
def _fonts() -> Any:
    """The fonts of this machine, looked up once."""
    import typst

    return typst.Fonts()


@cache
def _families() -> list[str]:
    """Faces that are here: letters first, signs for what they lack after them."""
    known = set(_fonts().families())
    faces = [name for name in _FACES if name in known][:1] or ["Libertinus Serif"]
    return [*faces, *(name for name in ("DejaVu Sans", *_EMOJI) if name in known and name not in faces)]


PDF = PdfWriter()
