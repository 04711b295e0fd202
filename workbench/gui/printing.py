"""The report on paper: a QTextDocument with charts as vectors, for a printer, or for PDF where typst is not installed.

May run in any thread: a document and its painter belong to the thread that makes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QObject, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

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
from workbench.reports.writers.pdf import MOST_ROWS, SIGNS, breakable, column_weights
from workbench.reports.written import escaped, plain

if TYPE_CHECKING:
    from PySide6.QtGui import QPagedPaintDevice

_CHART = int(QTextFormat.ObjectTypes.UserObject) + 1
_SVG, _WIDE, _HIGH = (int(QTextFormat.Property.UserProperty) + n for n in (1, 2, 3))
_HALO = re.compile(r' stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"')
_OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"
_WIDTH = 680.0  # of the text, in the document's own pixels
_FOOT = 24.0
_CHART_PX, _LOW_CHART_PX = (680, 330), (680, 150)
_COLOURS = {Mark.GOOD: "#1a7040", Mark.CAUTION: "#8a5a00", Mark.BAD: "#b3261e"}
_TINTS = {Mark.GOOD: "#eaf5ee", Mark.CAUTION: "#fdf4e1", Mark.BAD: "#fcebea"}
_MUTED, _LINE = "#5c646d", "#d5d9de"


class _Charts(QPyTextObject):
    """Draws the charts of a document; each stands in the text as one letter with its SVG beside it."""

    def intrinsicSize(self, doc: QTextDocument, at: int, form: QTextFormat) -> QSizeF:
        return QSizeF(float(form.property(_WIDE)), float(form.property(_HIGH)))

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, doc: QTextDocument, at: int, form: QTextFormat
    ) -> None:
        from PySide6.QtSvg import QSvgRenderer

        # WORKAROUND: QtSvg knows no paint-order and would draw the halo of a text over the text.
        QSvgRenderer(QByteArray(_HALO.sub("", str(form.property(_SVG))).encode("utf-8"))).render(painter, rect)


def pdf(document: Document) -> bytes:
    """The report as PDF on A4, charts as vectors; starts an offscreen Qt where no window has."""
    if QGuiApplication.instance() is None:
        _keep.append(QGuiApplication(["workbench", "-platform", "offscreen"]))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(plain(document.title))
    writer.setCreator("Model Selection Workbench")
    print_on(document, writer)
    buffer.close()
    return bytes(buffer.data().data())


def print_on(document: Document, device: QPagedPaintDevice) -> None:
    """Prints every page on a printer or into a PDF."""
    layout = QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4),
        QPageLayout.Orientation.Portrait,
        QMarginsF(14, 12, 14, 12),
        QPageLayout.Unit.Millimeter,
    )
    device.setPageLayout(layout)
    text, drawer = text_of(document)
    painter = QPainter(device)
    try:
        _paint_pages(painter, text, device, is_page=document.length is Length.PAGE)
    finally:
        painter.end()
    del drawer


def _paint_pages(painter: QPainter, text: QTextDocument, device: QPagedPaintDevice, *, is_page: bool) -> None:
    """Each page with its number. What is meant for one sheet is set smaller until it fits one."""
    wide, high = float(device.width()), float(device.height())
    for stretch in (1.0, 1.12, 1.25, 1.4, 1.6) if is_page else (1.0,):
        width = _WIDTH * stretch
        page = QSizeF(width, width * high / wide - _FOOT)
        text.setPageSize(page)
        if text.pageCount() == 1:
            break
    scale = wide / page.width()
    painter.scale(scale, scale)
    count = text.pageCount()
    for number in range(count):
        if number:
            device.newPage()
        painter.save()
        painter.translate(0, -number * page.height())
        text.drawContents(painter, QRectF(0, number * page.height(), page.width(), page.height()))
        painter.restore()
        painter.setPen(QColor(_MUTED))
        painter.setFont(QFont(painter.font().family(), 7))
        foot = QRectF(0, page.height() + 2, page.width(), _FOOT - 2)
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, f"{number + 1} / {count}")


def text_of(document: Document) -> tuple[QTextDocument, QObject]:
    """The report as rich text without a reference to anything outside, and who draws its charts (keep both)."""
    text = QTextDocument()
    text.setUndoRedoEnabled(False)
    text.setDocumentMargin(0)
    small = document.length is Length.PAGE
    text.setDefaultStyleSheet(_style(document, small=small))
    drawer = _Charts(text)
    text.documentLayout().registerHandler(_CHART, drawer)
    cursor = QTextCursor(text)
    cursor.beginEditBlock()
    cursor.insertHtml(_head(document))
    for section in document.sections:
        cursor.insertBlock()
        cursor.insertHtml(f"<h2>{escaped(section.title)}</h2>")
        _blocks(cursor, section.blocks, small=small)
        for part in section.parts:
            cursor.insertBlock()
            cursor.insertHtml(f"<h3>{escaped(part.title)}</h3>")
            _blocks(cursor, part.blocks, small=small)
    cursor.insertBlock()
    cursor.insertHtml(f'<p class="quiet">{escaped(document.footer)}</p>')
    cursor.endEditBlock()
    return text, drawer


_keep: list[QGuiApplication] = []


def _style(document: Document, *, small: bool) -> str:
    size = 7.5 if small else 9.5
    return (
        f"* {{ font-size: {size}pt; }} h1 {{ font-size: {size * 1.9}pt; margin: 0; }}"
        f" h2 {{ font-size: {size * 1.35}pt; color: {accent(document.brand)}; }}"
        f" h2 {{ margin: {6 if small else 16}px 0 4px 0; }}"
        f" h3 {{ font-size: {size * 1.1}pt; margin: 8px 0 3px 0; }} p {{ margin: 0 0 5px 0; }}"
        f" .quiet {{ color: {_MUTED}; font-size: {size * 0.82}pt; }}"
        f" td, th {{ font-size: {size * 0.9}pt; }} th {{ color: {_MUTED}; font-weight: bold; }}"
        f" .mono {{ font-family: monospace; background: #f4f5f7; }}"
    )


def _head(document: Document) -> str:
    kicker = " · ".join(part for part in (own_words(document.language).report, document.brand.name) if part)
    facts = "".join(f"<b>{escaped(term)}:</b> {escaped(text)} &nbsp; " for term, text in document.facts)
    subtitle = f'<p class="quiet">{escaped(document.subtitle)}</p>' if document.subtitle else ""
    shade = accent(document.brand)
    title = f"<h1>{escaped(document.title)}</h1>"
    return f'<p style="color: {shade}"><b>{escaped(kicker)}</b></p>{title}{subtitle}<p>{facts}</p>'


def _blocks(cursor: QTextCursor, blocks: Iterable[Block], *, small: bool) -> None:
    for block in blocks:
        if isinstance(block, Picture):
            _picture(cursor, block, small=small)
            continue
        for piece in _block(block):
            cursor.insertBlock()
            cursor.insertHtml(piece)


def _picture(cursor: QTextCursor, block: Picture, *, small: bool) -> None:
    size = _LOW_CHART_PX if small else _CHART_PX
    svg = charts.svg(block.chart, *size, standalone=False)
    height = svg.partition('" role=')[0].rpartition('height="')[2]
    form = QTextCharFormat()
    form.setObjectType(_CHART)
    form.setProperty(_SVG, svg)
    form.setProperty(_WIDE, float(size[0]))
    form.setProperty(_HIGH, float(height))
    cursor.insertBlock()
    cursor.insertHtml(f"<p><b>{escaped(block.chart.title)}</b></p>")
    cursor.insertBlock()
    cursor.insertText(_OBJECT, form)
    if block.chart.note and not small:
        cursor.insertBlock()
        cursor.insertHtml(f'<p class="quiet">{escaped(block.chart.note)}</p>')


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text=text, lead=lead):
            yield f"<p>{_led(lead, text)}</p>"
        case KeyFigures(items=items):
            cells = "".join(
                f'<td width="{100 // max(len(items), 1)}%"><span class="quiet">{escaped(i.label)}</span><br>'
                f'<b><big>{escaped(i.value)}</big></b><br><span class="quiet">{escaped(i.note)}</span></td>'
                for i in items
            )
            yield f'<table width="100%" cellpadding="3"><tr>{cells}</tr></table>'
        case Table() if len(block.rows) > MOST_ROWS:
            yield from _long(block)
        case Table():
            yield _table(block)
        case Callout(mark=mark, word=word, text=text):
            told = f'<b style="color: {_COLOURS[mark]}">{SIGNS[mark]}{escaped(word)}</b> {escaped(breakable(text))}'
            yield f'<table width="100%" cellpadding="6"><tr><td bgcolor="{_TINTS[mark]}">{told}</td></tr></table>'
        case Listing(items=items):
            for item in items:
                sign = f'<b style="color: {_COLOURS[item.mark]}">{SIGNS[item.mark]}</b>' if item.mark else "• "
                yield f"<p>{sign}{_led(item.lead, item.text)}</p>"
        case Facts(items=pairs):
            rows = "".join(
                f'<tr><td width="26%" class="quiet">{escaped(term)}</td><td>{escaped(breakable(text))}</td></tr>'
                for term, text in pairs
            )
            yield f'<table width="100%" cellpadding="2">{rows}</table>'
        case Source(text=text):
            yield f'<p class="quiet">{escaped(breakable(text))}</p>'
        case Verbatim(label=label, text=text):
            lines = "<br>".join(escaped(breakable(line)) for line in text.splitlines())
            yield f'<p class="quiet">{escaped(label)}</p>'
            yield f'<p class="mono">{lines}</p>'
        case Picture():
            return


def _led(lead: str, text: str) -> str:
    return f"<b>{escaped(lead)}</b> {escaped(breakable(text))}" if lead else escaped(breakable(text))


def _table(block: Table) -> str:
    weights = column_weights(block)
    widths = [round(100 * weight / sum(weights)) for weight in weights]
    sides = ["right" if column.right else "left" for column in block.columns]
    heads = "".join(
        f'<th width="{width}%" align="{side}">{escaped(c.title)}{_note(c.unit)}</th>'
        for c, width, side in zip(block.columns, widths, sides, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td align="{side}" style="border-bottom: 1px solid {_LINE}">{_cell(cell)}</td>'
            for cell, side in zip(row, sides, strict=True)
        )
        + "</tr>"
        for row in block.rows
    )
    caption = f'<p class="quiet">{escaped(block.caption)}</p>' if block.caption else ""
    return f'{caption}<table width="100%" cellspacing="0" cellpadding="3"><thead><tr>{heads}</tr></thead>{rows}</table>'


def _long(block: Table) -> Iterator[str]:
    """A very long table as lines of text: as cells it would take minutes to lay out."""
    heads = " · ".join(f"{c.title} ({c.unit})" if c.unit else c.title for c in block.columns)
    yield f'<p class="quiet"><b>{escaped(heads)}</b></p>'
    for start in range(0, len(block.rows), MOST_ROWS):
        lines = (" · ".join(_flat(cell) for cell in row) for row in block.rows[start : start + MOST_ROWS])
        yield f'<p class="quiet">{"<br>".join(lines)}</p>'


def _flat(cell: Cell) -> str:
    sign = SIGNS[cell.mark] if cell.mark else ""
    return escaped(f"{sign}{cell.text}" + (f" ({cell.note})" if cell.note else ""))


def _cell(cell: Cell) -> str:
    sign = f'<span style="color: {_COLOURS[cell.mark]}">{SIGNS[cell.mark]}</span>' if cell.mark else ""
    text = escaped(breakable(cell.text))
    return sign + (f"<b>{text}</b>" if cell.strong else text) + _note(cell.note)


def _note(note: str) -> str:
    return f'<br><span class="quiet">{escaped(breakable(note))}</span>' if note else ""
