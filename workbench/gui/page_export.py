"""Any page as a document: its answer, its charts and its tables, in the order on screen."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPoint
from PySide6.QtGui import QGuiApplication, QImageWriter, QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.gui.desk import write_whole
from workbench.gui.pages.base import Page
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import as_html

_FILTERS = "PDF (*.pdf);;Markdown (*.md);;CSV of the first table (*.csv)"


def as_markdown(page: Page) -> str:
    """Title, answer, the numbers of each chart and the rows shown of each table."""
    parts = [f"# {page.header.title}", page.header.answer]
    for part in _parts(page):
        if isinstance(part, DataTable):
            parts.append(part.as_markdown())
        elif isinstance(part, ChartView) and part.chart is not None:
            chart = part.chart
            parts.append(f"**{chart.title}.** {chart.description}")
            lines = [chart.columns, tuple("---" for _ in chart.columns), *chart.rows]
            parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines) if chart.columns else "")
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def copy_page(page: Page) -> None:
    """The page as Markdown on the clipboard."""
    QGuiApplication.clipboard().setText(as_markdown(page))


def print_page(page: Page, window: QWidget) -> None:
    """Ask for a printer and print the page."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    dialog = QPrintDialog(printer, window)
    if dialog.exec() == QPrintDialog.DialogCode.Accepted:
        _document(page).print_(printer)


def ask_and_export(page: Page, window: QWidget, *, failed: Callable[[WorkbenchError], None]) -> None:
    """Ask for a file name; its ending decides the form. An error goes to `failed`."""
    path, _ = QFileDialog.getSaveFileName(window, "Export this page", f"{page.id}.pdf", _FILTERS)
    if path:
        try:
            export_page(page, Path(path))
        except WorkbenchError as error:
            failed(error)


def export_page(page: Page, path: Path) -> None:
    """Write the page as PDF, Markdown or CSV by the file's ending. Raises WorkbenchError when it cannot be written."""
    match path.suffix.casefold():
        case ".md":
            write_whole(path, as_markdown(page))
        case ".csv":
            table = next((p for p in _parts(page) if isinstance(p, DataTable)), None)
            if table is None:
                raise WorkbenchError("This page has no table", where=page.header.title, mend="Export it as PDF.")
            write_whole(path, table.as_csv())
        case _:
            _write_pdf(page, path.with_suffix(".pdf"))


def _write_pdf(page: Page, path: Path) -> None:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(18, 18, 18, 18), QPageLayout.Unit.Millimeter)
    writer.setTitle(page.header.title)
    _document(page).print_(writer)
    buffer.close()
    try:
        path.write_bytes(bytes(buffer.data().data()))
    except OSError as error:
        raise WorkbenchError(
            f"The file could not be written: {error.strerror or error}", where=str(path), mend="Choose another folder."
        ) from error


def _document(page: Page) -> QTextDocument:
    pieces = [f"<h1>{html.escape(page.header.title)}</h1><p>{as_html(page.header.answer)}</p>"]
    for part in _parts(page):
        if isinstance(part, DataTable):
            pieces.append(_html_table(part))
        elif isinstance(part, ChartView) and part.chart is not None:
            pieces.append(f'<p><img width="640" src="data:image/png;base64,{_png(part)}"></p>')
    document = QTextDocument()
    document.setHtml("".join(pieces))
    return document


def _html_table(table: DataTable[object]) -> str:
    columns = table.model.columns
    head = "".join(f"<th align='left'>{html.escape(c.heading)}</th>" for c in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(table.model.cell_text(r, c))}</td>" for c in columns) + "</tr>"
        for r in table.model.shown
    )
    style = "border-style:solid;border-collapse:collapse;border-color:#cccccc"
    return f'<table border="1" cellpadding="4" style="{style}"><tr>{head}</tr>{body}</table>'


def _png(view: ChartView) -> str:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(view.picture(width=900, height=500))
    return bytes(data.toBase64().data()).decode()


def _parts(page: Page) -> list[QWidget]:
    """Charts and tables that can be seen, from top to bottom."""
    found: list[QWidget] = [*page.findChildren(DataTable), *page.findChildren(ChartView)]
    shown = [part for part in found if part.isVisibleTo(page)]
    return sorted(shown, key=lambda part: (part.mapTo(page, QPoint(0, 0)).y(), part.mapTo(page, QPoint(0, 0)).x()))
