"""PowerPoint: one idea a slide, native tables, charts as pictures with alt text and their table in the notes.

Every slide has a title, so that outlines and screen readers can go through it. What does not fit goes on on the next
slide; of very long tables the first slides are shown, and the deck says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from workbench.analysis.chartspec import Chart
from workbench.reports import charts
from workbench.reports.branding import accent
from workbench.reports.document import (
    Block,
    Callout,
    Cell,
    Document,
    Facts,
    KeyFigures,
    Listing,
    Mark,
    Paragraph,
    Picture,
    Section,
    Source,
    Table,
    Verbatim,
)
from workbench.reports.own_words import own_words
from workbench.reports.raster import png
from workbench.reports.writers.docx import made_on
from workbench.reports.writers.packing import steady
from workbench.reports.writers.xlsx import pieces
from workbench.reports.written import plain

if TYPE_CHECKING:
    from pptx.presentation import Presentation

_SIGNS = {Mark.GOOD: "✓ ", Mark.CAUTION: "! ", Mark.BAD: "✕ ", None: ""}
_COLOURS = {Mark.GOOD: "1A7040", Mark.CAUTION: "8A5A00", Mark.BAD: "B3261E"}
_TINTS = {Mark.GOOD: "EAF5EE", Mark.CAUTION: "FDF4E1", Mark.BAD: "FCEBEA"}
_INK, _MUTED, _TINT = "1B1F24", "5C646D", "F4F5F7"
_FONT = "Calibri"
# Inches: a wide slide, its margins, and where the content begins.
_WIDE, _HIGH, _SIDE, _TOP = 13.333, 7.5, 0.6, 1.45
_ROOM = _WIDE - 2 * _SIDE
_FLOOR = 6.85
_CHART_PX = (900, 400)
_MOST_SLIDES_A_TABLE = 3
_MOST_COLUMNS = 9
_LINES_A_SLIDE = 19
_LINES_ABOVE = 4.5
_LETTERS_A_LINE = 105
_LONGEST_FOOT = 330


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on a slide: a bold beginning, the rest, the colour of the sign."""

    lead: str
    text: str
    mark: Mark | None = None
    bullet: bool = False
    quiet: bool = False

    @property
    def lines(self) -> float:
        """About how many lines it fills."""
        whole = f"{self.lead} {self.text}"
        fill = sum(max(1, -(-len(part) // _LETTERS_A_LINE)) for part in whole.split("\n"))
        return fill * (0.75 if self.quiet else 1.0) + 0.35


@dataclass(frozen=True, slots=True)
class PptxWriter:
    """Slides, 16 to 9."""

    id: str = "pptx"
    title: str = "PowerPoint slides"

    def render(self, document: Document) -> bytes:
        """The file."""
        import pptx

        deck = pptx.Presentation()
        _Deck(deck, document).write()
        out = BytesIO()
        deck.save(out)
        return steady(out.getvalue())


class _Deck:
    """The deck being written."""

    def __init__(self, deck: Presentation, document: Document) -> None:
        from pptx.util import Inches

        self.deck, self.document = deck, document
        self.said = own_words(document.language)
        self.shade = accent(document.brand)[1:].upper()
        deck.slide_width, deck.slide_height = Inches(_WIDE), Inches(_HIGH)
        about = deck.core_properties
        about.title, about.author = plain(document.title)[:255], document.brand.name
        about.last_modified_by, about.comments, about.revision = "", "", 1
        about.created = about.modified = made_on(document)
        self.titles: dict[str, int] = {}

    def write(self) -> None:
        """Every slide: the title, then section by section."""
        self._first()
        for section in self.document.sections:
            self._section(section)

    # --- slides --------------------------------------------------------------------------------------------------

    def _first(self) -> None:
        document = self.document
        slide = self._slide(document.title, size=36, top=2.0, high=1.5)
        head = " · ".join(part for part in (self.said.report, document.brand.name) if part)
        self._box(slide, _SIDE, 1.5, _ROOM, 0.4, [Line(head, "")], size=16, colour=self.shade)
        self._box(slide, _SIDE, 3.45, _ROOM, 0.9, [Line("", document.subtitle, quiet=True)], size=20)
        facts = [Line(f"{term}:", text) for term, text in document.facts]
        self._box(slide, _SIDE, 4.4, _ROOM, 2.0, facts, size=16)
        self._box(slide, _SIDE, 6.85, _ROOM, 0.4, [Line("", document.footer, quiet=True)], size=9)
        if document.brand.logo:
            from pptx.util import Inches

            logo = BytesIO(document.brand.logo)
            picture = slide.shapes.add_picture(logo, Inches(_SIDE), Inches(0.5), None, Inches(0.7))
            picture._element.nvPicPr.cNvPr.set("descr", plain(document.brand.name) or "Logo")

    def _section(self, section: Section) -> None:
        self._ideas(section.title, section.blocks)
        for part in section.parts:
            self._ideas(f"{section.title}: {part.title}", part.blocks)

    def _ideas(self, title: str, blocks: Iterable[Block]) -> None:
        """Text that belongs together on one slide; a table or a picture on a slide of its own."""
        waiting: list[Line] = []
        figures: KeyFigures | None = None
        verdict: Callout | None = None
        foot: Any = None
        for block in blocks:
            match block:
                case Table() | Picture():
                    above: list[Line] = []
                    if figures is None and verdict is None and sum(line.lines for line in waiting) <= _LINES_ABOVE:
                        above = waiting
                    else:
                        self._text(title, waiting, figures, verdict)
                    waiting, figures, verdict = [], None, None
                    if isinstance(block, Table):
                        foot = self._table(title, block, above)
                    else:
                        foot = self._chart(title, block.chart, above)
                case Source(text=text) if foot is not None and not waiting and len(text) < _LONGEST_FOOT:
                    self._box(foot, _SIDE, _FLOOR, _ROOM, 0.4, [Line("", text, quiet=True)], size=10)
                    foot = None
                case KeyFigures() if figures is None:
                    figures = block
                case Callout() if verdict is None and not waiting:
                    verdict = block
                case _:
                    waiting.extend(_lines(block))
        self._text(title, waiting, figures, verdict)

    def _text(
        self, title: str, lines: Sequence[Line], figures: KeyFigures | None = None, verdict: Callout | None = None
    ) -> None:
        """Lines on as many slides as they need; a verdict above them and key figures below it on the first."""
        if not lines and figures is None and verdict is None:
            return
        slide, top = self._slide(title), _TOP
        if verdict is not None:
            told = [Line(f"{_SIGNS[verdict.mark]}{verdict.word}", verdict.text, verdict.mark)]
            self._box(slide, _SIDE, top, _ROOM, 0.65, told, size=20, fill=_TINTS[verdict.mark])
            top += 0.85
        if figures is not None:
            self._figures(slide, figures, top)
            top += 1.35
        shown: list[Line] = []
        room = _LINES_A_SLIDE * (_FLOOR - top) / (_FLOOR - _TOP)
        for line in (piece for whole in lines for piece in _split(whole)):
            if shown and sum(each.lines for each in shown) + line.lines > room:
                self._box(slide, _SIDE, top, _ROOM, _FLOOR - top, shown, size=16)
                slide, top, shown, room = self._slide(title), _TOP, [], _LINES_A_SLIDE
            shown.append(line)
        if shown:
            self._box(slide, _SIDE, top, _ROOM, _FLOOR - top, shown, size=16)

    def _figures(self, slide: Any, block: KeyFigures, top: float) -> None:
        wide = _ROOM / max(len(block.items), 1)
        for place, item in enumerate(block.items):
            left = _SIDE + place * wide
            self._box(slide, left, top, wide - 0.15, 0.35, [Line("", item.label, quiet=True)], size=13)
            self._box(slide, left, top + 0.28, wide - 0.15, 0.5, [Line(item.value, "")], size=24, colour=self.shade)
            self._box(slide, left, top + 0.75, wide - 0.15, 0.4, [Line("", item.note, quiet=True)], size=12)

    def _above(self, slide: Any, lines: Sequence[Line]) -> float:
        """A few lines between the title and what the slide shows; where that begins."""
        if not lines:
            return _TOP
        high = 0.12 + 0.24 * sum(line.lines for line in lines)
        self._box(slide, _SIDE, _TOP - 0.2, _ROOM, high, lines, size=14)
        return _TOP - 0.1 + high

    def _chart(self, title: str, chart: Chart, above: Sequence[Line]) -> Any:
        from pptx.util import Inches

        slide = self._slide(title)
        top = self._above(slide, above)
        self._box(slide, _SIDE, top - 0.15, _ROOM, 0.4, [Line(chart.title, "")], size=16)
        picture = png(charts.svg(chart, *_CHART_PX, standalone=False))
        top, high = top + 0.3, _FLOOR - top - (0.85 if chart.note else 0.35)
        foot = top + high
        wide = min(_ROOM, high * picture.width / picture.height)
        high = wide * picture.height / picture.width
        shape = slide.shapes.add_picture(
            BytesIO(picture.content), Inches(_SIDE + (_ROOM - wide) / 2), Inches(top), Inches(wide), Inches(high)
        )
        shape._element.nvPicPr.cNvPr.set("descr", plain(f"{chart.title}. {chart.description}"))
        if chart.note:
            self._box(slide, _SIDE, foot + 0.05, _ROOM, 0.5, [Line("", chart.note, quiet=True)], size=11)
        rows = ("\t".join(row) for row in (chart.columns, *chart.rows))
        slide.notes_slide.notes_text_frame.text = _clean("\n".join((chart.description, *rows)))
        return slide

    def _table(self, title: str, block: Table, above: Sequence[Line]) -> Any:
        """A native table, on as many slides as its rows need; very long ones say how many rows are elsewhere."""
        shown, slide = 0, None
        for number, rows in enumerate(_pages(block, sum(line.lines for line in above) * 0.24)):
            if number == _MOST_SLIDES_A_TABLE:
                rest = Line("", f"… {len(block.rows) - shown:,} {self.said.more_rows}", quiet=True)
                self._box(slide, _SIDE, _FLOOR, _ROOM, 0.4, [rest], size=11)
                return None
            slide = self._one_table(title, block, rows, () if number else above)
            shown += len(rows)
        return slide

    def _one_table(self, title: str, block: Table, rows: Sequence[tuple[Cell, ...]], above: Sequence[Line]) -> Any:
        from pptx.util import Inches, Pt

        slide = self._slide(title)
        top = self._above(slide, above)
        if block.caption:
            self._box(slide, _SIDE, top - 0.15, _ROOM, 0.4, [Line("", block.caption, quiet=True)], size=12)
            top += 0.3
        columns = block.columns[:_MOST_COLUMNS]
        frame = slide.shapes.add_table(
            len(rows) + 1, len(columns), Inches(_SIDE), Inches(top), Inches(_ROOM), Inches(0.35 * (len(rows) + 1))
        )
        frame._element.nvGraphicFramePr.cNvPr.set("descr", plain(block.caption or title))
        table = frame.table
        style = frame._element.graphic.graphicData.tbl.tblPr
        style.set("bandRow", "0")
        style[:] = []  # no theme colours
        for place, width in enumerate(_widths(block, len(columns))):
            table.columns[place].width = Inches(width)
        for place, column in enumerate(columns):
            head = f"{column.title} ({column.unit})" if column.unit else column.title
            _fill(table.cell(0, place), Line(head, ""), right=column.right, size=Pt(12), tint=_TINT)
        for at, row in enumerate(rows, 1):
            for place, (cell, column) in enumerate(zip(row, columns, strict=False)):
                note = f" ({cell.note})" if cell.note else ""
                lead, text = (cell.text, note) if cell.strong else ("", cell.text + note)
                line = Line(_SIGNS[cell.mark] + lead if lead else "", text if lead else _SIGNS[cell.mark] + text)
                _fill(
                    table.cell(at, place),
                    line,
                    right=column.right,
                    size=Pt(12),
                    colour=_COLOURS[cell.mark] if cell.mark else None,
                )
        return slide

    # --- pieces --------------------------------------------------------------------------------------------------

    def _slide(self, title: str, *, size: int = 26, top: float = 0.45, high: float = 0.85) -> Any:
        """An empty slide with its title in the title's own place."""
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
        from pptx.util import Inches, Pt

        slide = self.deck.slides.add_slide(self.deck.slide_layouts[5])
        shape: Any = slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = (Inches(v) for v in (_SIDE, top, _ROOM, high))
        frame = shape.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
        frame.margin_left = frame.margin_right = 0
        many = self.titles[title] = self.titles.get(title, 0) + 1
        shown = title if many == 1 else f"{title} ({many})"
        smaller = size if len(shown) <= 60 else size - 6 if len(shown) <= 110 else 16
        _write(frame.paragraphs[0], Line(shown[:240], ""), Pt(smaller), _INK, self.document.language)
        frame.paragraphs[0].alignment = PP_ALIGN.LEFT
        return slide

    def _box(
        self,
        slide: Any,
        left: float,
        top: float,
        wide: float,
        high: float,
        lines: Iterable[Line],
        *,
        size: float,
        colour: str = "",
        fill: str = "",
    ) -> None:
        from pptx.enum.text import MSO_ANCHOR
        from pptx.util import Inches, Pt

        box = slide.shapes.add_textbox(*(Inches(v) for v in (left, top, wide, high)))
        frame = box.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = Inches(0.12) if fill else 0
        if fill:
            box.fill.solid()
            box.fill.fore_color.rgb = _rgb(fill)
            frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        for place, line in enumerate(lines):
            at = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            at.space_after = Pt(4)
            _write(at, line, Pt(size - 3 if line.quiet and size > 13 else size), colour or _INK, self.document.language)


def _write(paragraph: Any, line: Line, size: Any, colour: str, language: str = "en") -> None:

    pairs = ((line.lead, True), (f" {line.text}" if line.lead and line.text else line.text, False))
    for text, bold in pairs:
        if not text:
            continue
        for number, part in enumerate(_clean(("• " if line.bullet and text is pairs[0][0] else "") + text).split("\n")):
            if number:
                paragraph.add_line_break()
            run = paragraph.add_run()
            run.text = part
            run.font.size, run.font.bold, run.font.name = size, bold, _FONT
            shade = _COLOURS[line.mark] if line.mark and bold else _MUTED if line.quiet else colour
            run.font.color.rgb = _rgb(shade)
            run._r.get_or_add_rPr().set("lang", "de-DE" if language == "de" else "en-GB")


def _fill(cell: Any, line: Line, *, right: bool, size: Any, tint: str = "", colour: str | None = None) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches

    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.margin_left = cell.margin_right = Inches(0.08)
    if tint:
        cell.fill.solid()
        cell.fill.fore_color.rgb = _rgb(tint)
    else:
        cell.fill.background()
    at = cell.text_frame.paragraphs[0]
    at.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
    _write(at, line, size, colour or _INK)


def _lines(block: Block) -> Iterator[Line]:
    match block:
        case Paragraph(text=text, lead=lead):
            yield Line(lead, text)
        case KeyFigures(items=items):
            yield from (Line(f"{item.label}:", f"{item.value} {item.note}".strip()) for item in items)
        case Callout(mark=mark, word=word, text=text):
            yield Line(f"{_SIGNS[mark]}{word}", text, mark)
        case Listing(items=items):
            for item in items:
                sign = _SIGNS[item.mark] or "• "
                yield Line(f"{sign}{item.lead}", item.text, item.mark)
        case Facts(items=pairs):
            yield from (Line(f"{term}:", text) for term, text in pairs)
        case Source(text=text):
            yield Line("", text, quiet=True)
        case Verbatim(label=label, text=text):
            yield Line(f"{label}:", text)
        case Table() | Picture():
            return


def _split(line: Line) -> Iterator[Line]:
    """A line in pieces none of which fills more than a slide."""
    most = _LETTERS_A_LINE * (_LINES_A_SLIDE - 4)
    for number, piece in enumerate(pieces(line.text, most)):
        rows = piece.split("\n")
        for start in range(0, len(rows), _LINES_A_SLIDE - 4):
            part = "\n".join(rows[start : start + _LINES_A_SLIDE - 4])
            yield Line(line.lead if not number and not start else "", part, line.mark, line.bullet, line.quiet)


def _pages(block: Table, less: float) -> Iterator[list[tuple[Cell, ...]]]:
    """The rows in groups that fit a slide, by how many lines their fullest cell needs; `less` inches on the first."""
    widths = _widths(block, min(len(block.columns), _MOST_COLUMNS))
    page: list[tuple[Cell, ...]] = []
    used = 0.0
    for row in block.rows:
        need = max(
            (-(-(len(c.text) + len(c.note) + 3) // max(int(w * 12.5), 6)) for c, w in zip(row, widths, strict=False)),
            default=1,
        )
        if page and used + need * 0.2 + 0.08 > _FLOOR - _TOP - 0.75 - less:
            yield page
            page, used, less = [], 0.0, 0.0
        page.append(row)
        used += need * 0.2 + 0.08
    yield page


def _widths(block: Table, count: int) -> list[float]:
    """Inches for each column by what stands in the first rows."""
    needs = []
    for place in range(count):
        cells = [row[place] for row in islice(block.rows, 60)]
        longest = max((len(c.text) + (len(c.note) if not block.columns[place].right else 0) for c in cells), default=0)
        word = max((len(w) for c in cells for w in c.text.split()), default=1)
        needs.append(float(max(min(longest, 70), min(word, 40), min(len(block.columns[place].title), 24), 6)))
    least = _ROOM / (count * 2.5)
    spare = _ROOM - least * count
    return [least + spare * need / sum(needs) for need in needs]


def _rgb(shade: str) -> Any:
    """A colour from its six digits."""
    from pptx.dml import color

    make: Any = color.RGBColor
    return make(*bytes.fromhex(shade))


def _clean(text: str) -> str:
    return plain(text.replace("\r\n", "\n").replace("\r", "\n")).replace("\x0b", " ")


PPTX = PptxWriter()
