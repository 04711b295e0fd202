"""Word: headings, native tables, charts as pictures with alt text; every text is escaped on its way into the XML.

The body is written as XML in one piece: python-docx alone needs half a minute for an annex of 20,000 rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from workbench.reports import charts
from workbench.reports.branding import accent
from workbench.reports.document import (
    Block,
    Callout,
    Cell,
    Document,
    Facts,
    Item,
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
from workbench.reports.raster import Png, png
from workbench.reports.writers.packing import steady
from workbench.reports.written import escaped

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_SIGNS = {Mark.GOOD: "✓ ", Mark.CAUTION: "! ", Mark.BAD: "✕ ", None: ""}
_COLOURS = {Mark.GOOD: "1A7040", Mark.CAUTION: "8A5A00", Mark.BAD: "B3261E"}
_TINTS = {Mark.GOOD: "EAF5EE", Mark.CAUTION: "FDF4E1", Mark.BAD: "FCEBEA"}
_MUTED, _LINE, _TINT = "5C646D", "D5D9DE", "F4F5F7"
_FONT, _MONO = "Calibri", "Consolas"
_WIDTH_TWIPS = 9_640  # A4 less its margins
_EMU_A_TWIP = 635
_CHART_PX, _LOW_CHART_PX = (700, 360), (700, 150)
_LANGUAGES = {"en": "en-GB", "de": "de-DE"}
_MAIN = "word/document.xml"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_NAMESPACES = (
    f'{_W} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)


@dataclass(frozen=True, slots=True)
class DocxWriter:
    """A Word document on A4."""

    id: str = "docx"
    title: str = "Word document"

    def render(self, document: Document) -> bytes:
        """The file."""
        import docx

        word = docx.Document()
        _set_up(word, document)
        body = _Body(word, document).xml()
        out = BytesIO()
        word.save(out)
        # The body goes in as text: parsed and moved as a tree, an annex of 20,000 rows takes minutes.
        return steady(out.getvalue(), {_MAIN: lambda xml: _with_body(xml, body)})


def run(text: str, *, bold: bool = False, colour: str = "", half_points: int = 0, mono: bool = False) -> str:
    """A run of text; line ends and tabs stay."""
    if not text:
        return ""
    marks = "".join(
        (
            f'<w:rFonts w:ascii="{_MONO}" w:hAnsi="{_MONO}" w:cs="{_MONO}"/>' if mono else "",
            "<w:b/>" if bold else "",
            f'<w:color w:val="{colour}"/>' if colour else "",
            f'<w:sz w:val="{half_points}"/>' if half_points else "",
        )
    )
    lines = (
        "<w:tab/>".join(f'<w:t xml:space="preserve">{escaped(piece)}</w:t>' for piece in line.split("\t"))
        for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    )
    return f"<w:r>{f'<w:rPr>{marks}</w:rPr>' if marks else ''}{'<w:br/>'.join(lines)}</w:r>"


def paragraph(runs: str, style: str = "", marks: str = "") -> str:
    """A paragraph of runs."""
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p>{f'<w:pPr>{style}{marks}</w:pPr>' if style or marks else ''}{runs}</w:p>"


class _Body:
    """The document being written, from top to bottom."""

    def __init__(self, word: WordDocument, document: Document) -> None:
        self.word, self.document = word, document
        self.is_page = document.length is Length.PAGE
        self.pictures = 0

    def xml(self) -> str:
        """Everything in the body; the pictures are parts of the file by then."""
        return "".join(self._all())

    def _all(self) -> Iterator[str]:
        document = self.document
        if document.brand.logo:
            yield paragraph(
                self._image(Png(document.brand.logo, *_size(document.brand.logo)), document.brand.name, 1_900)
            )
        head = " · ".join(part for part in (own_words(document.language).report, document.brand.name) if part)
        yield paragraph(run(head, bold=True, colour=accent(document.brand)[1:].upper()))
        yield paragraph(run(document.title), "Title")
        if document.subtitle:
            yield paragraph(run(document.subtitle), "Subtitle")
        if self.is_page:
            yield paragraph("".join(_led(f"{term}:", f"{text}     ") for term, text in document.facts))
        else:
            yield self._facts(document.facts)
        for section in document.sections:
            yield paragraph(run(section.title), "Heading1")
            yield from self._blocks(section.blocks)
            for part in section.parts:
                yield paragraph(run(part.title), "Heading2")
                yield from self._blocks(part.blocks)

    def _blocks(self, blocks: Iterable[Block]) -> Iterator[str]:
        for block in blocks:
            yield from self._block(block)

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph(text=text, lead=lead):
                yield paragraph(_led(lead, text))
            case KeyFigures():
                yield self._key_figures(block)
            case Table():
                yield from self._table(block)
            case Picture(chart=chart):
                yield paragraph(run(chart.title, bold=True), marks="<w:keepNext/>")
                size = _LOW_CHART_PX if self.is_page else _CHART_PX
                svg = charts.svg(chart, *size, standalone=False)
                yield paragraph(self._image(png(svg), f"{chart.title}. {chart.description}", _WIDTH_TWIPS))
                if chart.note and not self.is_page:
                    yield paragraph(run(chart.note), "Source")
            case Callout(mark=mark, word=word, text=text):
                told = run(f"{_SIGNS[mark]}{word}  ", bold=True, colour=_COLOURS[mark]) + run(text)
                yield paragraph(told, "Callout", _boxed(_COLOURS[mark], _TINTS[mark]))
            case Listing(items=items):
                yield from (paragraph(_item(item), "List" if item.mark else "ListBullet") for item in items)
            case Facts(items=pairs):
                yield self._facts(pairs)
            case Source(text=text):
                yield paragraph(run(text), "Source")
            case Verbatim(label=label, text=text):
                yield paragraph(run(label, colour=_MUTED), marks="<w:keepNext/>")
                yield paragraph(run(text or " ", mono=True), "Verbatim")

    def _facts(self, pairs: Iterable[tuple[str, str]]) -> str:
        widths = (2_400, _WIDTH_TWIPS - 2_400)
        rows = [_row([_cell(run(term, colour=_MUTED), widths[0]), _cell(run(text), widths[1])]) for term, text in pairs]
        return _grid(rows, widths, ruled=False) + _gap() if rows else ""

    def _key_figures(self, block: KeyFigures) -> str:
        width = _WIDTH_TWIPS // max(len(block.items), 1)
        shade = accent(self.document.brand)[1:].upper()
        border = f'<w:tcBorders><w:top w:val="single" w:sz="12" w:color="{shade}"/></w:tcBorders>'
        cells = [
            _cell(
                run(item.label, colour=_MUTED, half_points=18),
                width,
                borders=border,
                more=paragraph(run(item.value, bold=True, half_points=26), "Cell")
                + paragraph(run(item.note, colour=_MUTED, half_points=16), "Cell"),
            )
            for item in block.items
        ]
        return _grid([_row(cells)], [width] * len(cells), ruled=False) + _gap()

    def _table(self, block: Table) -> Iterator[str]:
        if block.caption:
            yield paragraph(run(block.caption, colour=_MUTED), marks="<w:keepNext/>")
        widths = _widths(block)
        rights = [column.right for column in block.columns]
        heads = [
            _cell(_noted(column.title, column.unit, bold=True, colour=_MUTED), width, right=column.right)
            for column, width in zip(block.columns, widths, strict=True)
        ]
        rows = [_row(heads, head=True)]
        for row in block.rows:
            cells = [
                _cell(_cell_run(cell, inline=self.is_page), width, right=right)
                for cell, width, right in zip(row, widths, rights, strict=True)
            ]
            rows.append(_row(cells))
        yield _grid(rows, widths, ruled=True, name=block.caption)
        yield _gap()

    def _image(self, picture: Png, told: str, width_twips: int) -> str:
        """A picture in the line; `told` is what a screen reader says instead."""
        place, _ = self.word.part.get_or_add_image(BytesIO(picture.content))
        self.pictures += 1
        natural = picture.width * 15 // 2  # twips at 192 pixels an inch
        wide = min(width_twips, natural if natural else width_twips)
        high = wide * picture.height // max(picture.width, 1)
        size = f'cx="{wide * _EMU_A_TWIP}" cy="{high * _EMU_A_TWIP}"'
        name = f'id="{self.pictures}" name="Picture {self.pictures}" descr="{escaped(told)}"'
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
            f"<wp:docPr {name}/>"
            '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
            f"<pic:nvPicPr><pic:cNvPr {name}/><pic:cNvPicPr/></pic:nvPicPr>"
            f'<pic:blipFill><a:blip r:embed="{place}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
            "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )


def _with_body(xml: bytes, body: str) -> bytes:
    """The main part with the body before what Word keeps of the page itself."""
    head, rest = xml.split(b"<w:body>", 1)
    page = rest[rest.index(b"<w:sectPr") :]
    declared = b"".join(b" " + name for name in _NAMESPACES.encode().split() if name.split(b"=")[0] not in head)
    root, end, tail = head.rpartition(b">")
    return root + declared + end + tail + b"<w:body>" + body.encode("utf-8") + page


def _led(lead: str, text: str) -> str:
    return run(f"{lead} " if lead and text else lead, bold=True) + run(text)


def _item(item: Item) -> str:
    sign = run(f"{_SIGNS[item.mark].strip()}\t", bold=True, colour=_COLOURS[item.mark]) if item.mark else ""
    return sign + _led(item.lead, item.text)


def _noted(text: str, note: str, *, bold: bool = False, colour: str = "", inline: bool = False) -> str:
    """A text with its quieter part below it, or on one page beside it."""
    gap = run("  ") if inline else "<w:r><w:br/></w:r>"
    small = f"{gap}{run(note, colour=_MUTED, half_points=15)}" if note else ""
    return run(text, bold=bold, colour=colour) + small


def _cell_run(cell: Cell, *, inline: bool) -> str:
    sign = run(_SIGNS[cell.mark], bold=True, colour=_COLOURS[cell.mark]) if cell.mark else ""
    return sign + _noted(cell.text, cell.note, bold=cell.strong, inline=inline)


def _cell(runs: str, width: int, *, right: bool = False, borders: str = "", more: str = "") -> str:
    side = '<w:jc w:val="right"/>' if right else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{borders}</w:tcPr>'
        f"{paragraph(runs, 'Cell', side)}{more}</w:tc>"
    )


def _row(cells: list[str], *, head: bool = False) -> str:
    marks = "<w:cantSplit/><w:tblHeader/>" if head else "<w:cantSplit/>"
    return f"<w:tr><w:trPr>{marks}</w:trPr>{''.join(cells)}</w:tr>"


def _grid(rows: list[str], widths: Iterable[int], *, ruled: bool, name: str = "") -> str:
    line = f'w:val="single" w:sz="4" w:space="0" w:color="{_LINE}"'
    borders = f"<w:tblBorders><w:bottom {line}/><w:insideH {line}/></w:tblBorders>" if ruled else ""
    told = f'<w:tblCaption w:val="{escaped(name)}"/>' if name else ""
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{_WIDTH_TWIPS}" w:type="dxa"/>{borders}<w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="140" w:type="dxa"/></w:tblCellMar>'
        f'<w:tblLook w:val="0620" w:firstRow="1"/>{told}</w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _widths(block: Table) -> list[int]:
    """Twips for each column, by the longest text in the first rows; no column gets less than an eighth of its share."""
    count = len(block.columns)
    needs = []
    for place, column in enumerate(block.columns):
        shown = [row[place] for row in block.rows[:60]]
        texts = [cell.text if column.right else f"{cell.text} {cell.note}" for cell in shown]
        longest = max((len(text) for text in texts), default=0)
        words = max((len(word) for text in (*texts, column.title) for word in text.split()), default=1)
        needs.append(max(min(longest, 60), words, len(column.title) * 0.6, 5.0))
    least = _WIDTH_TWIPS // (count * 2)
    total = sum(needs)
    spare = _WIDTH_TWIPS - least * count
    return [least + int(spare * need / total) for need in needs]


def _gap() -> str:
    return paragraph("", marks='<w:spacing w:before="0" w:after="60" w:line="120" w:lineRule="auto"/>')


def _boxed(colour: str, tint: str) -> str:
    return (
        f'<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{colour}"/></w:pBdr>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{tint}"/>'
    )


def _size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG, out of its header."""
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")


def _set_up(word: WordDocument, document: Document) -> None:
    """Page, styles, properties and the foot."""
    from docx.shared import Mm, Pt

    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    small = document.length is Length.PAGE
    page.left_margin = page.right_margin = Mm(20)
    page.top_margin = page.bottom_margin = Mm(11 if small else 20)
    page.footer_distance = Mm(8)
    _set_styles(word, document, Pt(8 if small else 10.5))
    about = word.core_properties
    about.title, about.author, about.comments = escaped_plain(document.title), document.brand.name, ""
    about.last_modified_by, about.language, about.revision = "", _LANGUAGES[document.language], 1
    about.created = about.modified = made_on(document)
    foot = page.footer.paragraphs[0]
    foot._p.append(_parsed(run(f"{document.footer}    ", colour=_MUTED, half_points=14)))
    for piece in _page_number():
        foot._p.append(_parsed(piece))


def escaped_plain(text: str) -> str:
    """Text for a property of the file: without what XML forbids, and as short as Word takes it."""
    from workbench.reports.written import plain

    return plain(text)[:255]


def made_on(document: Document) -> datetime:
    """The report's own date, so that the same report gives the same bytes."""
    try:
        return datetime.fromisoformat(str(document.figures.get("made_on"))).replace(tzinfo=UTC)
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)


def _page_number() -> Iterator[str]:
    small = f'<w:rPr><w:color w:val="{_MUTED}"/><w:sz w:val="14"/></w:rPr>'
    for kind in ("begin", "", "end"):
        inner = (
            f'<w:fldChar w:fldCharType="{kind}"/>' if kind else '<w:instrText xml:space="preserve"> PAGE </w:instrText>'
        )
        yield f"<w:r>{small}{inner}</w:r>"


def _parsed(xml: str) -> Any:
    from docx.oxml import parse_xml

    head, _, rest = xml.partition(">")
    return parse_xml(f"{head} {_W}>{rest}")


def _set_styles(word: WordDocument, document: Document, size: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    styles: Any = word.styles
    shade = RGBColor.from_string(accent(document.brand)[1:].upper())
    small = document.length is Length.PAGE
    points = size.pt

    def made(name: str) -> Any:
        return styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)

    def shaped(style: Any, at: float, before: float, after: float, colour: RGBColor | None = None) -> None:
        style.font.name, style.font.size = _FONT, Pt(at)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        style.paragraph_format.line_spacing = 1.0 if small else 1.1
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        if colour is not None:
            style.font.color.rgb = colour

    ink, muted = RGBColor(0x1B, 0x1F, 0x24), RGBColor.from_string(_MUTED)
    shaped(styles["Normal"], points, 0, 3 if small else 6, ink)
    shaped(styles["Title"], 17 if small else 22, 0, 2, ink)
    borders = styles["Title"].element.get_or_add_pPr().find(qn("w:pBdr"))
    if borders is not None:
        borders.getparent().remove(borders)
    shaped(styles["Subtitle"], points + 1.5, 0, 6 if small else 10, muted)
    styles["Subtitle"].font.italic = False
    for spaced in styles["Subtitle"].element.xpath(".//w:rPr/w:spacing"):
        spaced.getparent().remove(spaced)
    shaped(styles["Heading 1"], 10 if small else 15, 4 if small else 20, 1 if small else 6, shade)
    shaped(styles["Heading 2"], 10 if small else 11.5, 4 if small else 12, 3, ink)
    shaped(styles["List Bullet"], points, 0, 1 if small else 3, ink)
    # A marked item has its sign where the others have a bullet.
    shaped(styles["List"], points, 0, 1 if small else 3, ink)
    styles["List"].paragraph_format.left_indent, styles["List"].paragraph_format.first_line_indent = Pt(18), Pt(-18)
    styles["List"].paragraph_format.tab_stops.add_tab_stop(Pt(18))
    shaped(made("Cell"), 7.5 if small else 9, 0.5 if small else 2, 0.5 if small else 2, ink)
    shaped(made("Source"), 8, 2, 6, muted)
    shaped(made("Callout"), points + 1.5, 3, 4 if small else 8, ink)
    shaped(made("Verbatim"), 8.5, 0, 8, ink)
    shading = _parsed(f'<w:shd w:val="clear" w:color="auto" w:fill="{_TINT}"/>'.replace("/>", "></w:shd>"))
    styles["Verbatim"].element.get_or_add_pPr().append(shading)
    language = styles.element.xpath(".//w:rPrDefault//w:lang")
    for found in language:
        found.set(qn("w:val"), _LANGUAGES[document.language])


DOCX = DocxWriter()
