"""The widgets every page is built from, used as a person uses them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QRadioButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from workbench.analysis.chartlabels import Box, LabelWish, place_labels, stack_labels
from workbench.analysis.chartspec import (
    Axis,
    Band,
    Bar,
    Bars,
    Chart,
    Line,
    Marker,
    Point,
    Points,
    Region,
    linear_ticks,
    log_label,
    log_ticks,
    short_number,
    style_of,
    ticks_for,
)
from workbench.domain.errors import Problems, WorkbenchError
from workbench.gui.playground.text_box import TextBox
from workbench.gui.theme import Theme, Tone, scaled_px
from workbench.gui.widgets.answer import AnswerHeader
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.chart_words import POINT_PX
from workbench.gui.widgets.fields import (
    ChipsField,
    Choice,
    ChoiceField,
    NumberField,
    RangeField,
    TextField,
    read_number,
    write_number,
)
from workbench.gui.widgets.info import InfoButton, glossary
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark, RowModel, Span
from workbench.gui.widgets.slider import ValueSlider
from workbench.gui.widgets.state import EmptyState, ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.table_widths import left_out
from workbench.gui.widgets.text import Words, as_html, without_marks

from conftest import FakeSettings


@dataclass(frozen=True)
class Offer:
    id: str
    name: str
    usd: float | None
    kept: bool = True


OFFERS = (Offer("a", "Alpha | one", 300.0), Offer("b", "beta", None, False), Offer("c", "Gamma", 20.0))
COLUMNS: list[Column[Offer]] = [
    Column("name", "Model", lambda o: o.name, stretch=True, width=160),
    Column(
        "usd",
        "Cost",
        lambda o: UNKNOWN if o.usd is None else f"{o.usd:,.0f}",
        unit="$ a month",
        right=True,
        sort=lambda o: o.usd,
        aside=lambda o: "about" if o.usd else "",
        span=lambda o: None if o.usd is None else Span(o.usd * 0.8, o.usd, o.usd * 1.2, 0, 400),
        hint=lambda o: "The provider gives no price" if o.usd is None else "",
    ),
    Column("kept", "Verdict", lambda o: "kept" if o.kept else "out", mark=lambda o: Mark(Tone.GOOD)),
]


@pytest.fixture
def table(qtbot: QtBot, theme: Theme, settings: FakeSettings) -> DataTable[Offer]:
    made: DataTable[Offer] = DataTable("offers", COLUMNS, row_id=lambda o: o.id, name="Offers", settings=settings)
    qtbot.addWidget(made)
    made.set_rows(OFFERS)
    made.resize(520, 300)
    made.show()
    return made


def test_that_the_model_keeps_qts_rules(qtbot: QtBot) -> None:
    model: RowModel[Offer] = RowModel(COLUMNS, row_id=lambda o: o.id)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_rows(OFFERS)
    model.sort(1, Qt.SortOrder.DescendingOrder)
    model.set_filter("a")
    model.set_rows(OFFERS[:1])
    model.set_rows(())
    assert tester.model() is model


def test_that_unknown_values_sort_last_either_way(table: DataTable[Offer]) -> None:
    table.sort_by("usd")
    assert [o.id for o in table.model.shown] == ["c", "a", "b"]
    table.sort_by("usd", descending=True)
    assert [o.id for o in table.model.shown] == ["a", "c", "b"]


def test_that_a_click_on_a_figures_header_shows_the_largest_first(table: DataTable[Offer], qtbot: QtBot) -> None:
    header = table.view.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(1) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert [o.id for o in table.model.shown] == ["a", "c", "b"]
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert [o.id for o in table.model.shown] == ["c", "a", "b"]


def test_that_the_filter_keeps_rows_with_every_word(table: DataTable[Offer], qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.filtered) as told:
        qtbot.keyClicks(table.filter_field, "ALPHA kept")
    assert told.args == [1] and [o.id for o in table.model.shown] == ["a"]


def test_that_the_selection_outlives_new_rows_and_sorting(table: DataTable[Offer]) -> None:
    sent: list[str] = []
    table.picked.connect(sent.append)
    table.select("c")
    table.sort_by("name", descending=True)
    table.set_rows((*OFFERS, Offer("d", "Delta", 1.0)))
    assert table.current_id == "c" and sent == []


def test_that_moving_picks_and_enter_opens(table: DataTable[Offer], qtbot: QtBot) -> None:
    picked: list[str] = []
    opened: list[str] = []
    table.picked.connect(picked.append)
    table.opened.connect(opened.append)
    table.select("a")
    qtbot.keyClick(table.view, Qt.Key.Key_Down)
    qtbot.keyClick(table.view, Qt.Key.Key_Return)
    assert picked == ["b"] and opened == ["b"]


def test_that_tab_leaves_the_table(table: DataTable[Offer]) -> None:
    assert not table.view.tabKeyNavigation()


def test_that_cells_are_read_with_heading_and_unit(table: DataTable[Offer]) -> None:
    words = table.model.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "Cost, $ a month: 300 about"


def test_that_an_unknown_cell_says_why(table: DataTable[Offer]) -> None:
    cell = table.model.index(1, 1)
    assert cell.data() == UNKNOWN
    assert cell.data(Qt.ItemDataRole.ToolTipRole) == "The provider gives no price"


def test_that_markdown_escapes_bars_and_aligns_figures(table: DataTable[Offer]) -> None:
    lines = table.as_markdown().splitlines()
    assert lines[0] == "| Model | Cost, $ a month | Verdict |"
    assert lines[1] == "| --- | ---: | --- |"
    assert lines[2] == "| Alpha \\| one | 300 about | kept |"


def test_that_copied_cells_cannot_run_as_formulas(table: DataTable[Offer]) -> None:
    table.set_rows((Offer("x", "=HYPERLINK(1)", 1.0), Offer("y", "-5", 1.0)))
    lines = table.as_csv().splitlines()
    assert lines[1].startswith("'=HYPERLINK") and lines[2].startswith("-5,")


def test_that_copy_puts_the_rows_shown_on_the_clipboard(table: DataTable[Offer]) -> None:
    table.copy(table.as_csv)
    assert QGuiApplication.clipboard().text().count("\n") == 4


def test_that_widths_a_person_chose_are_remembered(
    table: DataTable[Offer], settings: FakeSettings, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QGuiApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    table.view.horizontalHeader().resizeSection(1, 211)
    table.widths.save()
    again: DataTable[Offer] = DataTable("offers", COLUMNS, row_id=lambda o: o.id, name="Offers", settings=settings)
    qtbot.addWidget(again)
    again.set_rows(OFFERS)
    assert again.view.columnWidth(1) == 211


def test_that_a_table_that_gives_way_while_the_mouse_is_down_keeps_no_width_as_chosen(
    table: DataTable[Offer], settings: FakeSettings, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.show()
    monkeypatch.setattr(QGuiApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    for width in (900, 420, 700):
        table.resize(width, 300)
        qtbot.waitUntil(lambda: abs(table.view.viewport().width() - table.width()) < 40)
    table._widen()
    assert not table.widths.saver.isActive()
    table.widths.save()
    assert not settings.get("table/offers/widths", {})


def test_that_the_first_column_stays_while_the_rest_scrolls(table: DataTable[Offer], qtbot: QtBot) -> None:
    table.resize(250, 300)
    bar = table.view.horizontalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    frozen = table._frozen
    assert frozen is not None and frozen._copy.isVisible()
    assert frozen._copy.x() <= 2
    bar.setValue(0)
    assert not frozen._copy.isVisible()


def test_that_100_000_rows_are_filtered_and_sorted_without_a_proxy(qtbot: QtBot) -> None:
    model: RowModel[Offer] = RowModel(COLUMNS, row_id=lambda o: o.id)
    model.set_rows(Offer(str(i), f"model {i}", float(i % 977)) for i in range(100_000))
    model.set_filter("model 99999")
    assert [o.id for o in model.shown] == ["99999"]
    model.set_filter("")
    model.sort(1)
    assert model.shown[0].usd == 0.0


# words


def test_that_only_our_own_stars_are_markup() -> None:
    assert as_html("a **b** <script>") == "a <b>b</b> &lt;script&gt;"
    assert without_marks("a **b**") == "a b"


def test_that_an_endless_word_may_break() -> None:
    assert "\u200b" in as_html("x" * 500)


def test_that_text_from_outside_is_never_rich(qtbot: QtBot) -> None:
    label = Words("<img src='file:///etc/passwd'>")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_that_a_name_never_turns_the_words_behind_it(qtbot: QtBot) -> None:
    label = Words("Chat \u202eevil · **accepted**")
    qtbot.addWidget(label)
    assert "\u202e" not in label.text() and "evil · <b>accepted</b>" in label.text()
    assert "\u202e" not in label.accessibleName()
    arabic = Words("\u0645\u0631\u062d\u0628\u0627")
    qtbot.addWidget(arabic)
    assert arabic.text() == "\u0645\u0631\u062d\u0628\u0627", "letters that are read from the right stay"


def test_that_a_page_opens_with_its_answer(qtbot: QtBot) -> None:
    header = AnswerHeader("Shortlist")
    qtbot.addWidget(header)
    header.set_answer("11 of 139 models qualify.", "Data removed **58**.")
    assert header.answer == "11 of 139 models qualify. Data removed 58."
    assert header.findChild(QLabel, "answer").text().startswith("<b>11 of 139")


# fields


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("9,700", 9700),
        ("9 700", 9700),
        ("1.2k", 1200),
        ("3M", 3e6),
        ("20 %", 0.2),
        ("$300", 300),
        ("−5", -5),
        ("1e3", 1000),
        ("twelve", None),
        ("", None),
        ("1e999", None),
        ("nan", None),
        ("1.2.3", None),
    ],
)
def test_that_numbers_are_read_as_people_type_them(typed: str, value: float | None) -> None:
    assert read_number(typed) == value


@pytest.mark.parametrize(("value", "shown"), [(9700, "9,700"), (0.25, "0.25"), (1234.5, "1,234.5"), (-3, "-3")])
def test_that_a_number_reads_back_as_it_was_written(value: float, shown: str) -> None:
    assert write_number(value) == shown
    assert read_number(shown) == value


def test_that_a_field_sends_typed_numbers_and_stays_silent_when_set(qtbot: QtBot) -> None:
    field = NumberField("Budget", unit="$ a month", low=0)
    qtbot.addWidget(field)
    sent: list[object] = []
    field.changed.connect(sent.append)
    field.set_value(5)
    field.edit.clear()
    qtbot.keyClicks(field.edit, "1.5k")
    assert sent[-1] == 1500 and field.value == 1500
    assert field.edit.accessibleName() == "Budget, $ a month"


def test_that_a_wrong_number_is_marked_and_not_sent(qtbot: QtBot) -> None:
    field = NumberField("Budget", low=0, high=100)
    qtbot.addWidget(field)
    sent: list[object] = []
    field.changed.connect(sent.append)
    qtbot.keyClicks(field.edit, "500")
    field.edit.editingFinished.emit()
    assert field.value is None and "most that makes sense here is 100" in field.problem
    assert 500 not in sent and field.edit.property("wrong") == "true"


def test_that_percent_fields_hold_shares(qtbot: QtBot) -> None:
    field = NumberField("Share", percent=True, low=0, high=1)
    qtbot.addWidget(field)
    qtbot.keyClicks(field.edit, "30")
    assert field.value == pytest.approx(0.3)
    field.set_value(0.07)
    assert field.edit.text() == "7"


def test_that_a_range_must_be_in_order(qtbot: QtBot) -> None:
    field = RangeField("Cost")
    qtbot.addWidget(field)
    field.set_value((1, 2, 3))
    assert field.value == (1, 2, 3)
    field.set_value((5, 2, 3))
    assert field.value is None


def test_that_a_range_needs_only_its_likely_value(qtbot: QtBot) -> None:
    field = RangeField("Cost")
    qtbot.addWidget(field)
    qtbot.keyClicks(field.focusProxy(), "40")
    assert field.value == (40, 40, 40)


def test_that_a_range_of_one_number_shows_it_once_and_the_ends_follow_what_is_typed(qtbot: QtBot) -> None:
    field = RangeField("Requests")
    qtbot.addWidget(field)
    field.set_value((40, 40, 40))
    low, likely, high = field.findChildren(QLineEdit)
    assert [part.text() for part in (low, likely, high)] == ["", "40", ""]
    qtbot.keyClicks(likely, "0")
    assert field.value == (400, 400, 400)


def test_that_half_a_number_is_held_back_and_what_follows_is_sent(qtbot: QtBot) -> None:
    field = RangeField("Requests", low=1, high=1e10)
    qtbot.addWidget(field)
    sent: list[object] = []
    field.changed.connect(sent.append)
    field.held.connect(lambda: sent.append("held"))
    likely = field.findChildren(QLineEdit)[1]
    qtbot.keyClicks(likely, "1e99")
    assert sent[-1] == "held"
    qtbot.keyClick(likely, Qt.Key.Key_Backspace)
    assert sent[-1] == (1e9, 1e9, 1e9), "the number it was before counts again"
    likely.clear()
    qtbot.keyClicks(field.findChildren(QLineEdit)[0], "5")
    assert sent[-1] == "held", "a lowest alone is no range yet"


def test_that_a_range_beyond_its_limit_is_marked_and_never_sent(qtbot: QtBot) -> None:
    field = RangeField("Requests", low=1, high=1e10)
    qtbot.addWidget(field)
    field.set_value((1, 2, 3))
    sent: list[object] = []
    field.changed.connect(sent.append)
    highest = field.findChildren(QLineEdit)[2]
    highest.selectAll()
    qtbot.keyClicks(highest, "1e26")
    qtbot.keyClick(highest, Qt.Key.Key_Tab)
    assert "most that makes sense here is 10,000,000,000" in highest.accessibleDescription()
    assert all(isinstance(triple, tuple) and triple[2] <= 1e10 for triple in sent)


def test_that_a_title_stands_beside_its_button_whatever_its_neighbours_say(qtbot: QtBot) -> None:
    field = ChoiceField("Data", [Choice("a", "Stays", "Nothing leaves. " * 12), Choice("b", "Free")], columns=2)
    qtbot.addWidget(field)
    field.resize(500, 200)
    field.show()
    for radio in field.findChildren(QRadioButton):
        title = radio.parentWidget().findChildren(QLabel)[0]
        assert abs(title.geometry().center().y() - radio.geometry().center().y()) <= 3, title.text()


def test_that_a_click_anywhere_on_a_card_chooses_it(qtbot: QtBot) -> None:
    field = ChoiceField("Data", [Choice("a", "Stays", "Nothing leaves."), Choice("b", "Free")])
    qtbot.addWidget(field)
    field.show()
    sent: list[object] = []
    field.changed.connect(sent.append)
    field.set_value("b")
    card = field.findChildren(QRadioButton)[0].parentWidget()
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(card.width() - 5, card.height() - 5))
    assert field.value == "a" and sent == ["a"]
    field.set_value(None)
    assert field.value is None


def test_that_chips_keep_the_order_of_the_choices(qtbot: QtBot) -> None:
    field = ChipsField("Tasks", [Choice(c, c.upper()) for c in "abc"])
    qtbot.addWidget(field)
    field.show()
    sent: list[object] = []
    field.changed.connect(sent.append)
    for chip in reversed(field.findChildren(QPushButton)):
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert sent[-1] == ("a", "b", "c")


def test_that_text_is_sent_as_it_is_typed(qtbot: QtBot) -> None:
    field = TextField("Name", max_length=5)
    qtbot.addWidget(field)
    sent: list[str] = []
    field.edited.connect(sent.append)
    qtbot.keyClicks(field, "abcdefg")
    assert sent[-1] == "abcde"


def test_that_a_log_slider_moves_by_factors(qtbot: QtBot) -> None:
    slider = ValueSlider("Requests a day", 100, 10_000, 1000, show=lambda v: f"{v:,.0f}", log=True, round_to=100)
    qtbot.addWidget(slider)
    sent: list[float] = []
    slider.changed.connect(sent.append)
    assert slider.track.value() == 500
    slider.track.setValue(750)
    assert sent == [pytest.approx(3200)]
    assert slider.track.accessibleDescription() == "3,200"
    slider.set_value(100)
    assert len(sent) == 1 and slider.value == 100


# empty, wrong, explained


def test_that_an_error_says_what_where_and_how_to_mend(qtbot: QtBot) -> None:
    box, mended = ErrorBox(), []
    qtbot.addWidget(box)
    error = WorkbenchError("The price is not a number", where="prices.csv, line 7", mend="Write it as 0.15.")
    box.show_error(error, action="Open the file", run=lambda: mended.append(True))
    shown = [label.text() for label in box.findChildren(QLabel) if label.isVisibleTo(box)]
    assert {"The price is not a number", "prices.csv, line 7", "Write it as 0.15."} <= set(shown)
    qtbot.mouseClick(box.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert mended == [True]


def test_that_many_problems_are_counted(qtbot: QtBot) -> None:
    box = ErrorBox()
    qtbot.addWidget(box)
    box.show_error(Problems("The file has problems", [WorkbenchError(f"p{i}") for i in range(9)]))
    assert any("and 4 more" in label.text() for label in box.findChildren(QLabel))


def test_that_an_empty_page_holds_the_button_for_it(qtbot: QtBot) -> None:
    pressed: list[bool] = []
    empty = EmptyState("No option yet.", "Propose options", lambda: pressed.append(True))
    qtbot.addWidget(empty)
    qtbot.mouseClick(empty.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert pressed == [True]


def test_that_every_term_is_explained_in_plain_words(qtbot: QtBot) -> None:
    for term in glossary().values():
        assert term.text.endswith(".") and len(term.text) < 260, term.id
    info = InfoButton("p95")
    qtbot.addWidget(info)
    assert info.accessibleName() == "What is 95th percentile (p95)?"


def test_that_a_term_nobody_wrote_is_a_mistake(qtbot: QtBot) -> None:
    with pytest.raises(KeyError):
        InfoButton("no-such-term")


def test_that_buttons_are_named_and_menus_run(qtbot: QtBot) -> None:
    ran: list[str] = []
    plain, many = button("Run", hint="Runs it"), menu_button("Export", {"PNG": lambda: ran.append("png")})
    for each in (plain, many):
        qtbot.addWidget(each)
    many.menu().actions()[0].trigger()
    assert ran == ["png"] and plain.accessibleName() == "Run"


# charts

CHART = Chart(
    "Cost against quality",
    "Three offers.",
    Axis("cost a month", "$", log=True),
    Axis("quality", "%"),
    (
        Points(
            "API",
            (
                Point("a", 100, 0.7, "Alpha", None, None, 0.6, 0.8, labelled=True, detail="70 %"),
                Point("b", 1000, 0.9, "Beta", 800, 1200, 0.85, 0.95, labelled=True),
                Point("c", 10_000, 0.5, "Gamma", faint=True),
            ),
        ),
        Line("front", (100, 1000), (0.7, 0.9)),
        Band("range", (100, 1000), (0.6, 0.8), (0.8, 0.95)),
        Region("below the bar", y_high=0.6),
        Marker("limit", 2000),
    ),
    columns=("Model", "Cost"),
    rows=(("Alpha", "100"), ("Beta", "1,000"), ("Gamma", "10,000")),
)


@pytest.fixture
def chart(qtbot: QtBot, theme: Theme) -> ChartView:
    view = ChartView()
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show()
    view.set_chart(CHART)
    return view


def test_that_a_chart_says_what_it_shows(chart: ChartView) -> None:
    assert chart.accessibleName() == "Cost against quality"
    assert chart.accessibleDescription().startswith("Three offers.")
    chart.select("a")
    assert "Selected: Alpha" in chart.accessibleDescription()


def test_that_arrow_keys_go_from_left_to_right(chart: ChartView, qtbot: QtBot) -> None:
    picked: list[str] = []
    chart.picked.connect(picked.append)
    for _ in range(4):
        qtbot.keyClick(chart, Qt.Key.Key_Right)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert picked == ["a", "b", "c", "a", "c"]


def test_that_a_click_on_a_point_picks_it_and_beside_it_does_not(chart: ChartView, qtbot: QtBot) -> None:
    canvas = chart._canvas
    assert canvas is not None
    qtbot.waitUntil(lambda: canvas.pixel(3.0, 0.9)[0] > 100)
    x, y = canvas.pixel(3.0, 0.9)
    picked: list[str] = []
    chart.picked.connect(picked.append)
    qtbot.mouseClick(canvas.widget.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    qtbot.mouseClick(canvas.widget.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(x) + 60, round(y) + 60))
    assert picked == ["b"]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_that_a_dot_at_either_end_of_an_axis_is_seen_whole(chart: ChartView, qtbot: QtBot, share: float) -> None:
    points = Points("", (Point("a", share, share, "A"), Point("b", 0.5, 0.5, "B")))
    ends = Axis("share", "%", low=0.0, high=1.0)
    chart.set_chart(Chart("Answered right", "Two models.", ends, ends, (points,)))
    canvas = chart._canvas
    assert canvas is not None
    half = scaled_px(chart, POINT_PX) / 2
    plot = canvas._box.sceneBoundingRect()
    qtbot.waitUntil(lambda: canvas.pixel(share, share)[0] > 0 and plot.width() > 500)
    x, y = canvas.pixel(share, share)
    assert plot.left() <= x - half and x + half <= plot.right()
    assert plot.top() <= y - half and y + half <= plot.bottom()


def test_that_points_keep_their_place_when_only_weights_move(chart: ChartView) -> None:
    moved = replace(CHART.series[0].points[0], y=0.75)  # type: ignore[union-attr]
    chart.set_chart(replace(CHART, series=(Points("API", (moved,)), *CHART.series[1:])))
    assert chart.chart is not None and chart._places[0].y == 0.75


def test_that_an_empty_chart_says_so(chart: ChartView) -> None:
    chart.set_chart(replace(CHART, series=(Region("below"),)))
    shown = [w.text() for w in chart.findChildren(QLabel) if w.isVisibleTo(chart)]
    assert "Nothing to draw yet." in shown
    chart.set_chart(CHART)
    assert not any("Nothing" in w.text() for w in chart.findChildren(QLabel) if w.isVisibleTo(chart))


def test_that_a_picture_is_written_twice_as_fine(chart: ChartView, tmp_path: Path) -> None:
    assert chart.save_picture(tmp_path / "chart.png")
    image = chart.picture(width=600, height=400)
    assert (image.width(), image.height()) == (1200, 800)
    colours = {image.pixelColor(x, y).name() for x in range(0, 1200, 7) for y in range(100, 760, 7)}
    assert len(colours) > 5
    assert not chart.save_picture(tmp_path / "missing" / "chart.png")


def test_that_bars_draw_and_can_be_picked_by_key(qtbot: QtBot, theme: Theme) -> None:
    bars = Bars("t", (Bar("x", "Running cost", -5, 3), Bar("y", "Set-up", -1, 2)), 0, "C cheaper", "A cheaper")
    view = ChartView()
    qtbot.addWidget(view)
    view.show()
    view.set_chart(Chart("Tornado", "What moves it.", Axis("$"), Axis(""), (bars,)))
    picked: list[str] = []
    view.picked.connect(picked.append)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert picked == ["x"]


def test_that_a_point_that_a_log_axis_cannot_show_is_left_out(qtbot: QtBot, theme: Theme) -> None:
    view = ChartView()
    qtbot.addWidget(view)
    points = Points("p", (Point("free", 0, 0.5, "Free"), Point("paid", 10, 0.6, "Paid")))
    view.set_chart(replace(CHART, series=(points,)))
    assert [p.id for p in view._places] == ["paid"]


def test_that_ticks_are_round() -> None:
    assert log_ticks(80, 20_000) == (100, 300, 1000, 3000, 10_000)
    for low, high, step in ((80, 20_000, 3), (0.1, 90_000, 10)):
        first, second, *_ = log_ticks(low, high)
        assert round(second / first) == step and log_label("cost", low, high) == f"cost (each step is {step}×)"
    assert linear_ticks(0, 60, about=6) == (0, 10, 20, 30, 40, 50, 60)
    assert [t.label for t in ticks_for(Axis("", "$"), 0, 200_000)][1] == "$50k"
    assert [t.label for t in ticks_for(Axis("", "%"), 0.5, 1.0)][-1] == "100 %"
    assert short_number(999.9) == "1k"


def test_that_the_last_tick_of_a_whole_share_has_its_words(qtbot: QtBot, theme: Theme) -> None:
    from pyqtgraph import PlotWidget

    view = ChartView()
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    line = Line("quality", (0, 1), (0.4, 0.8))
    view.set_chart(Chart("Routing", "", Axis("share", "%", low=0, high=1), Axis("right", "%"), (line,)))
    QApplication.processEvents()
    (plot,) = view.findChildren(PlotWidget)
    image = QImage(plot.size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    axis = plot.getPlotItem().getAxis("bottom")
    words = {text: rect for rect, _, text in axis.generateDrawSpecs(painter)[2]}
    painter.end()
    assert axis.mapRectToScene(words["100 %"]).right() <= plot.width()


@pytest.mark.parametrize("width", [340, 350, 360, 370, 380])
def test_that_the_words_of_a_marker_keep_clear_of_the_names_at_the_ends_of_lines(
    qtbot: QtBot, theme: Theme, width: int
) -> None:
    view = ChartView()
    qtbot.addWidget(view)
    view.resize(width, 250)
    view.show()
    months, costs = (0, 12, 24, 36, 48, 60), {"A": (0.015, 0.04, 0.06, 0.1, 0.15, 0.23),
                                              "B": (0.06, 0.24, 0.42, 0.59, 0.77, 0.95),
                                              "C": (0.025, 0.17, 0.38, 0.67, 1.08, 1.68)}  # fmt: skip
    lines = tuple(Line(name, months, ys, labelled=True) for name, ys in costs.items())
    axes = Axis("months after the start", low=0, high=60), Axis("paid so far", "$", low=0)
    view.set_chart(Chart("Cumulative cost", "", *axes, (*lines, Marker("B overtakes C in month 30", 30))))
    QApplication.processEvents()
    texts = {text.text(): text.sceneBoundingRect() for text in view._canvas._words._texts}
    words = next(rect for text, rect in texts.items() if text.startswith("B overtakes"))
    assert not [name for name in costs if texts[name].intersects(words)]


def test_that_ranges_hold_every_interval() -> None:
    low, high = CHART.range_x
    assert low < 100 and high > 10_000
    assert CHART.range_y[0] < 0.5 and CHART.range_y[1] > 0.95


def test_that_a_chart_with_a_ragged_table_is_refused() -> None:
    with pytest.raises(ValueError, match="cells"):
        replace(CHART, rows=(("Alpha",),))
    with pytest.raises(ValueError, match="x and"):
        Line("l", (1, 2), (1,))


def test_that_six_series_differ_in_shape_and_colour() -> None:
    styles = [style_of(i) for i in range(6)]
    assert len({c for c, _ in styles}) == len({s for _, s in styles}) == 6


def test_that_labels_never_cover_each_other_or_leave_the_frame() -> None:
    frame = Box(0, 0, 400, 300)
    wishes = [LabelWish(20 + (i * 53) % 360, 20 + (i * 31) % 260, 70, 14) for i in range(25)]
    placed = [box for box in place_labels(wishes, [], frame) if box is not None]
    assert len(placed) > 10
    for i, box in enumerate(placed):
        assert box.left >= 0 and box.top >= 0 and box.right <= 400 and box.bottom <= 300
        assert all(math.isclose(box.overlap(other), 0) for other in placed[i + 1 :])


def test_that_the_label_of_what_is_selected_is_always_written() -> None:
    frame, crowd = Box(0, 0, 200, 100), [Box(0, 0, 200, 100)]
    assert place_labels([LabelWish(100, 50, 60, 12)], crowd, frame) == (None,)
    [placed] = place_labels([LabelWish(100, 50, 60, 12, must=True)], crowd, frame)
    assert placed is not None and placed.right <= 200


def test_that_names_at_line_ends_stand_in_the_order_of_the_lines() -> None:
    frame = Box(0, 0, 200, 100)
    boxes = stack_labels([LabelWish(150, y, 20, 14) for y in (40, 44, 38, 98)], frame)
    assert boxes[2].bottom <= boxes[0].top and boxes[0].bottom <= boxes[1].top and boxes[1].bottom <= boxes[3].top
    assert all(box.top >= 0 and box.bottom <= 100 and box.right <= 200 for box in boxes)
    assert stack_labels([], frame) == ()


def test_that_none_keeps_its_references_over_20_000_calls(qtbot: QtBot) -> None:
    """U06: PySide6 6.12.0 on Python 3.11 loses a reference to None in each such call."""
    import sys

    widget = QWidget()
    qtbot.addWidget(widget)
    before = sys.getrefcount(None)
    for _ in range(20_000):
        widget.setObjectName("x")
        widget.update()
    assert abs(sys.getrefcount(None) - before) < 1000


def test_that_a_text_box_takes_one_height_when_a_long_text_is_put_into_it(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    box = TextBox("Prompt")
    column = QVBoxLayout(window)
    column.addWidget(box)
    column.addStretch(1)
    window.resize(1024, 400)
    window.show()
    QApplication.processEvents()
    box.setPlainText(
        "The limit for annual leave is 29 days per employee. " * 6 + "\n\nQuestion: How much leave is there?"
    )
    QApplication.processEvents()
    assert box.minimumHeight() == box.maximumHeight() == box.height()


@pytest.mark.parametrize(
    ("room", "gone"),
    [(500, set()), (400, {4}), (330, {3, 4}), (250, {2, 4}), (199, {2, 3, 4}), (10, {2, 3, 4})],
)
def test_that_columns_give_way_by_rank_and_what_finds_room_again_is_kept(room: int, gone: set[int]) -> None:
    assert left_out([100, 100, 100, 50, 150], {2: 1, 3: 2, 4: 3}, room) == gone
