"""Excel: the report as text, the cost model as formulas that live, a native chart of it, and the data as numbers.

Nothing that people wrote is ever a formula or a link: every text goes in as text. Formulas carry their computed value,
so that a reader that does not compute shows the same figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

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
    Source,
    Table,
    Verbatim,
)
from workbench.reports.own_words import own_words
from workbench.reports.writers.docx import made_on
from workbench.reports.writers.packing import steady
from workbench.reports.writers.xlsx_sheets import Row, data_sheets
from workbench.reports.written import plain

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_SIGNS = {Mark.GOOD: "✓ ", Mark.CAUTION: "! ", Mark.BAD: "✕ ", None: ""}
# Excel's own limit on the text of a cell, less a little.
_LONGEST = 32_000
_MONEY = '"$"#,##0.00'
_SHOWN_MONTHS = 60
_LINE_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#e69f00", "#cc79a7", "#56b4e9")


@dataclass(frozen=True, slots=True)
class XlsxWriter:
    """A workbook of sheets."""

    id: str = "xlsx"
    title: str = "Excel workbook"

    def render(self, document: Document) -> bytes:
        """The file."""
        from xlsxwriter import Workbook

        out = BytesIO()
        # Long sheets go row by row to the disk's temporary folder, never all at once into memory.
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with Workbook(out, {**options, "nan_inf_to_errors": False}) as book:
            book.set_properties(
                {
                    "title": plain(document.title)[:255],
                    "author": document.brand.name,
                    "created": made_on(document).replace(tzinfo=None),
                }
            )
            _Book(book, document).write()
        return steady(out.getvalue())


class _Book:
    """The workbook being written."""

    def __init__(self, book: Workbook, document: Document) -> None:
        self.book, self.document = book, document
        self.said = own_words(document.language)
        shade = accent(document.brand)
        font = {"font_name": "Calibri", "font_size": 11, "valign": "top"}

        def look(**more: Any) -> Format:
            return book.add_format({**font, **more})

        self.plain = look(text_wrap=True)
        self.flat = look()
        self.bold = look(bold=True, text_wrap=True)
        self.title = look(bold=True, font_size=18)
        self.heading = look(bold=True, font_size=14, font_color=shade)
        self.part = look(bold=True, font_size=12)
        self.quiet = look(font_color="#5c646d", text_wrap=True)
        self.head = look(bold=True, bottom=1, bottom_color="#d5d9de", text_wrap=True, font_color="#5c646d")
        self.right = look(align="right", text_wrap=True)
        self.right_bold = look(align="right", bold=True, text_wrap=True)
        self.right_head = look(align="right", bold=True, bottom=1, text_wrap=True, font_color="#5c646d")
        self.money = look(num_format=_MONEY)
        self.money_bold = look(num_format=_MONEY, bold=True)
        self.input = look(num_format=_MONEY, bg_color="#fdf4e1")
        self.input_share = look(num_format="0.00%", bg_color="#fdf4e1")
        self.input_count = look(num_format="0", bg_color="#fdf4e1")
        self.mono = look(font_name="Consolas", font_size=9, text_wrap=True)

    def write(self) -> None:
        """Every sheet, the report first."""
        self._report()
        self._cost_model()
        for name, heads, rows in data_sheets(self.document.figures, self.said):
            self._data(name, heads, rows)

    def put(self, sheet: Worksheet, row: int, column: int, text: str, look: Format) -> None:
        """Text as text, whatever it begins with; without what XML forbids."""
        sheet.write_string(row, column, plain(text)[:_LONGEST], look)

    # --- the report as it is read --------------------------------------------------------------------------------

    def _report(self) -> None:
        document = self.document
        sheet = self.book.add_worksheet(self.said.report[:31])
        sheet.set_column(0, 0, 46)
        sheet.set_column(1, 8, 24)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        at = 0
        if document.brand.logo:
            sheet.set_row(0, 52)
            sheet.insert_image(
                0,
                0,
                "logo.png",
                {
                    "image_data": BytesIO(document.brand.logo),
                    "x_scale": 0.28,
                    "y_scale": 0.28,
                    "description": document.brand.name or "Logo",
                },
            )
            at = 1
        for text, look in (
            (" · ".join(part for part in (self.said.report, document.brand.name) if part), self.quiet),
            (document.title, self.title),
            (document.subtitle, self.quiet),
        ):
            if text:
                self.put(sheet, at, 0, text, look)
                at += 1
        at = self._pairs(sheet, at, document.facts)
        for section in document.sections:
            at += 1
            self.put(sheet, at, 0, section.title, self.heading)
            at = self._blocks(sheet, at + 1, section.blocks)
            for part in section.parts:
                self.put(sheet, at, 0, part.title, self.part)
                at = self._blocks(sheet, at + 1, part.blocks)
        self.put(sheet, at + 1, 0, document.footer, self.quiet)

    def _blocks(self, sheet: Worksheet, at: int, blocks: Iterable[Block]) -> int:
        """Writes the blocks from row `at` on and returns the row after them."""
        for block in blocks:
            at = self._block(sheet, at, block)
        return at

    def _block(self, sheet: Worksheet, at: int, block: Block) -> int:
        match block:
            case Paragraph(text=text, lead=lead):
                return self._lines(sheet, at, (f"{lead} {text}".strip(),), self.plain)
            case KeyFigures(items=items):
                for place, item in enumerate(items):
                    self.put(sheet, at, place, item.label, self.head)
                    self.put(sheet, at + 1, place, item.value, self.bold)
                    self.put(sheet, at + 2, place, item.note, self.quiet)
                return at + 3
            case Table():
                return self._table(sheet, at, block)
            case Picture(chart=chart):
                at = self._lines(sheet, at, (f"{chart.title}. {chart.description}",), self.bold)
                if chart.rows:
                    at = self._grid(sheet, at, chart.columns, [False] * len(chart.columns), chart.rows)
                return self._lines(sheet, at, (chart.note,) if chart.note else (), self.quiet)
            case Callout(mark=mark, word=word, text=text):
                return self._lines(sheet, at, (f"{_SIGNS[mark]}{word}: {text}",), self.bold)
            case Listing(items=items):
                lines = (f"{_SIGNS[item.mark] or '• '}{f'{item.lead} {item.text}'.strip()}" for item in items)
                return self._lines(sheet, at, lines, self.plain)
            case Facts(items=pairs):
                return self._pairs(sheet, at, pairs)
            case Source(text=text):
                return self._lines(sheet, at, (text,), self.quiet)
            case Verbatim(label=label, text=text):
                at = self._lines(sheet, at, (label,), self.quiet)
                return self._lines(sheet, at, (text,), self.mono)

    def _lines(self, sheet: Worksheet, at: int, texts: Iterable[str], look: Format) -> int:
        """One text a row over the width of the page; what is too long for a cell goes on in the next row."""
        for text in texts:
            for piece in pieces(plain(text), 4_000):
                if piece.strip():
                    sheet.merge_range(at, 0, at, 4, "", look)
                self.put(sheet, at, 0, piece, look)
                sheet.set_row(at, 15.0 * max(1, -(-len(piece) // 125), piece.count("\n") + 1))
                at += 1
        return at

    def _pairs(self, sheet: Worksheet, at: int, pairs: Iterable[tuple[str, str]]) -> int:
        for term, text in pairs:
            self.put(sheet, at, 0, term, self.quiet)
            for place, piece in enumerate(pieces(plain(text), _LONGEST)):
                self.put(sheet, at + place, 1, piece, self.flat)
            at += max(1, -(-len(text) // _LONGEST))
        return at

    def _table(self, sheet: Worksheet, at: int, block: Table) -> int:
        if block.caption:
            at = self._lines(sheet, at, (block.caption,), self.quiet)
        heads = [f"{c.title} ({c.unit})" if c.unit else c.title for c in block.columns]
        right = [column.right for column in block.columns]
        for place, head in enumerate(heads):
            self.put(sheet, at, place, head, self.right_head if right[place] else self.head)
        for row in block.rows:
            at += 1
            for place, cell in enumerate(row):
                look = (self.right_bold if cell.strong else self.right) if right[place] else self.plain
                self.put(sheet, at, place, _cell_text(cell), self.bold if cell.strong and not right[place] else look)
        return at + 2

    def _grid(
        self, sheet: Worksheet, at: int, heads: Sequence[str], right: Sequence[bool], rows: Iterable[Sequence[str]]
    ) -> int:
        for place, head in enumerate(heads):
            self.put(sheet, at, place, head, self.head)
        for row in rows:
            at += 1
            for place, text in enumerate(row):
                self.put(sheet, at, place, text, self.right if right[place] else self.plain)
        return at + 2

    # --- the cost model ------------------------------------------------------------------------------------------

    def _cost_model(self) -> None:
        model = self.document.figures.get("cost_model")
        lines = model["options"] if isinstance(model, Mapping) else ()
        if not isinstance(model, Mapping) or not isinstance(lines, Sequence) or not lines:
            return
        if any(isinstance(line, Mapping) and line["setup_usd"] is None for line in lines):
            return  # withheld
        _CostSheet(self, [line for line in lines if isinstance(line, Mapping)], model).write()

    # --- the data ------------------------------------------------------------------------------------------------

    def _data(self, name: str, heads: Sequence[str], rows: Iterable[Row]) -> None:
        sheet = self.book.add_worksheet(name[:31])
        for place, head in enumerate(heads):
            self.put(sheet, 0, place, head, self.head)
        at = 0
        for at, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, bool):
                    sheet.write_boolean(at, place, value, self.flat)
                elif isinstance(value, int | float):
                    sheet.write_number(at, place, value, self.flat)
                elif value is not None:
                    self.put(sheet, at, place, str(value), self.flat)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.autofilter(0, 0, max(at, 1), len(heads) - 1)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, len(heads) - 1, 18)


class _CostSheet:
    """Inputs on top, totals below, month by month underneath; two blocks: as paid, and discounted."""

    def __init__(self, book: _Book, lines: Sequence[Mapping[str, Any]], model: Mapping[str, Any]) -> None:
        self.book, self.lines, self.model = book, lines, model
        self.said = book.said
        self.count = len(lines)
        self.months = max(int(model["months"]), _SHOWN_MONTHS)
        self.rate, self.growth = float(model["discount_rate"]), float(model["growth_month"])
        self.sheet = book.book.add_worksheet(self.said.cost_model[:31])
        self.totals_row = 12
        self.first_month = self.totals_row + 11
        self.later = self.count + 2  # the first column of the discounted block

    def write(self) -> None:
        """The sheet with its chart."""
        from xlsxwriter.utility import xl_rowcol_to_cell

        book, sheet = self.book, self.sheet
        self.cell = xl_rowcol_to_cell
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 2 * self.count + 3, 16)
        book.put(sheet, 0, 0, self.said.cost_model, book.title)
        book.put(sheet, 1, 0, self.said.change_inputs, book.quiet)
        sheet.set_row(1, 15)
        book.put(sheet, 2, 0, self.said.horizon, book.flat)
        sheet.write_number(2, 1, int(self.model["months"]), book.input_count)
        book.put(sheet, 3, 0, self.said.discount_rate, book.flat)
        sheet.write_number(3, 1, self.rate, book.input_share)
        book.put(sheet, 4, 0, self.said.growth_month, book.flat)
        sheet.write_number(4, 1, self.growth, book.input_share)
        for row, (label, key) in enumerate(
            (
                (self.said.setup_usd, "setup_usd"),
                (self.said.run_usd, "run_usd_month"),
                (self.said.growing_usd, "growing_usd_month"),
            ),
            7,
        ):
            book.put(sheet, row, 0, label, book.flat)
            for place, line in enumerate(self.lines):
                sheet.write_number(row, place + 1, float(line[key]), book.input)
        for place, line in enumerate(self.lines):
            book.put(sheet, 6, place + 1, f"{line['id']}: {line['name']}", book.right_head)
        sheet.set_row(6, 45)
        self._months()
        self._totals()
        self._chart()

    def _months(self) -> None:
        """The cost so far at the end of each month; month 0 is the set-up."""
        book, sheet, top = self.book, self.sheet, self.first_month
        book.put(sheet, top - 2, 1, self.said.as_paid, book.part)
        book.put(sheet, top - 2, self.later, self.said.discounted, book.part)
        book.put(sheet, top - 1, 0, self.said.month, book.head)
        for place, line in enumerate(self.lines):
            for column in (place + 1, place + self.later):
                book.put(sheet, top - 1, column, str(line["id"]), book.right_head)
        for month in range(self.months + 1):
            sheet.write_number(top + month, 0, month, book.flat)
        for place, line in enumerate(self.lines):
            self._column(place + 1, place, line, discounted=False)
            self._column(place + self.later, place, line, discounted=True)

    def _column(self, column: int, place: int, line: Mapping[str, Any], *, discounted: bool) -> None:
        cell, sheet, money = self.cell, self.sheet, self.book.money
        setup, run, growing = (cell(row, place + 1, True, True) for row in (7, 8, 9))
        rate, growth = cell(3, 1, True, True), cell(4, 1, True, True)
        values = cumulative(line, self.growth, self.rate if discounted else 0.0, self.months)
        sheet.write_formula(self.first_month, column, f"={setup}", money, values[0])
        for month in range(1, self.months + 1):
            row = self.first_month + month
            count = cell(row, 0, False, True)
            bill = f"({run}+{growing}*(1+{growth})^({count}-1))"
            paid = f"{bill}/(1+{rate})^({count}/12)" if discounted else bill
            sheet.write_formula(row, column, f"={cell(row - 1, column)}+{paid}", money, values[month])

    def _totals(self) -> None:
        """Totals at the horizon and after whole years, looked up in the months below."""
        book, sheet, top = self.book, self.sheet, self.totals_row
        book.put(sheet, top - 1, 0, self.said.total_after, book.part)
        last = self.first_month + self.months
        months = self.cell(self.first_month, 0, True, True) + ":" + self.cell(last, 0, True, True)
        horizon = int(self.model["months"])
        shown = [None, *range(12, self.months + 1, 12)][:6]
        for row, month in enumerate(shown, top):
            at = self.cell(row, 0, False, True)
            look = book.money_bold if month is None else book.money
            if month is None:
                sheet.write_formula(row, 0, f"={self.cell(2, 1, True, True)}", book.bold, horizon)
            else:
                sheet.write_number(row, 0, month, book.flat)
            for place, line in enumerate(self.lines):
                for column, rate in ((place + 1, 0.0), (place + self.later, self.rate)):
                    first = self.cell(self.first_month, column, True, False)
                    block = f"{first}:{self.cell(last, column, True, False)}"
                    value = cumulative(line, self.growth, rate, self.months)[horizon if month is None else month]
                    sheet.write_formula(row, column, f"=INDEX({block},MATCH({at},{months},0))", look, value)
        book.put(sheet, top - 1, 1, self.said.as_paid, book.part)
        book.put(sheet, top - 1, self.later, self.said.discounted, book.part)

    def _chart(self) -> None:
        chart: Any = self.book.book.add_chart({"type": "scatter", "subtype": "straight"})
        name, top = self.sheet.get_name(), self.first_month
        for place, line in enumerate(self.lines):
            chart.add_series(
                {
                    "name": plain(str(line["id"])),
                    "categories": [name, top, 0, top + self.months, 0],
                    "values": [name, top, place + 1, top + self.months, place + 1],
                    "line": {"color": _LINE_COLOURS[place % len(_LINE_COLOURS)], "width": 2},
                }
            )
        chart.set_title({"name": self.said.cost_so_far, "name_font": {"size": 12}})
        chart.set_x_axis({"name": self.said.month, "min": 0, "max": self.months, "major_unit": 12})
        chart.set_y_axis({"num_format": '"$"#,##0', "major_gridlines": {"visible": True, "line": {"color": "#e1e4e8"}}})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 760, "height": 400})
        where = self.cell(1, 2 * self.count + 4)
        self.sheet.insert_chart(where, chart, {"description": self.said.cost_so_far})


def cumulative(line: Mapping[str, Any], growth: float, rate: float, months: int) -> list[float]:
    """Cost so far at the end of months 0 to `months`, as the sheet's formulas compute it."""
    run, growing = float(line["run_usd_month"]), float(line["growing_usd_month"])
    costs = [float(line["setup_usd"])]
    for month in range(1, months + 1):
        bill = run + growing * (1.0 + growth) ** (month - 1)
        costs.append(costs[-1] + bill / (1.0 + rate) ** (month / 12))
    return costs


def pieces(text: str, most: int) -> list[str]:
    """A text in pieces of at most `most` characters, broken at blanks where there are any."""
    found = []
    while len(text) > most:
        at = text.rfind(" ", most // 2, most)
        at = at if at > 0 else most
        found.append(text[:at])
        text = text[at:].lstrip(" ")
    return [*found, text]


def _cell_text(cell: Cell) -> str:
    return _SIGNS[cell.mark] + cell.text + (f" ({cell.note})" if cell.note else "")


XLSX = XlsxWriter()
