"""Trade-offs with the real services: sliders, the shared selection, pictures, and a point that becomes an option."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pages_person import Visitor
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QSlider
from workbench.domain.figures import Estimate
from workbench.gui.pages.tradeoffs import TradeoffsPage
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.table import DataTable


def tradeoffs(visitor: Visitor) -> TradeoffsPage:
    page = visitor.go("tradeoffs")
    assert isinstance(page, TradeoffsPage)
    visitor.wait(lambda: page._shown is not None and page._newest.is_idle)
    visitor.wait(lambda: page._slices.is_done)
    return page


def slider(page: TradeoffsPage, name: str) -> QSlider:
    found = (page._volume if name == "volume" else page._sliders[name]).findChild(QSlider)
    assert found is not None
    return found


def test_that_moving_a_weight_ranks_again_and_undo_brings_the_order_back(visitor: Visitor) -> None:
    page = tradeoffs(visitor)
    before, chart = visitor.rows(), page._chart.chart
    handle = slider(page, "quality")
    handle.setFocus()
    visitor.qtbot.keyClick(handle, Qt.Key.Key_Home)
    visitor.wait(lambda: visitor.rows() != before)
    visitor.rest()
    quality = next(c for c in visitor.scenario.criteria if c.id == "quality")
    assert quality.points == page._sliders["quality"].value
    visitor.undo()
    visitor.wait(lambda: visitor.rows() == before)
    assert page._chart.chart == chart


def test_that_moving_a_weight_leaves_a_volume_beyond_ten_millions_as_it_was_answered(visitor: Visitor) -> None:
    asked = {"low": 20_000_000.0, "likely": 20_000_000.0, "high": 20_000_000.0}
    visitor.store(replace(visitor.scenario, answers={**visitor.scenario.answers, "requests_per_day": asked}))
    page = tradeoffs(visitor)
    handle = slider(page, "quality")
    handle.setFocus()
    visitor.qtbot.keyClick(handle, Qt.Key.Key_Home)
    visitor.rest()
    assert visitor.scenario.answers["requests_per_day"] == asked
    visitor.wait(lambda: page._shown is not None and page._shown.requests_per_day == asked["likely"])


def test_that_what_matters_is_the_same_before_and_after_proposals_are_kept(visitor: Visitor) -> None:
    visitor.new()
    page = tradeoffs(visitor)
    before = {name: each.value for name, each in page._sliders.items()}
    visitor.go("options")
    visitor.press("Keep these options")
    visitor.rest()
    assert visitor.scenario.options
    tradeoffs(visitor)
    assert {name: each.value for name, each in page._sliders.items()} == before
    said = {criterion.id: criterion.points for criterion in visitor.scenario.criteria}
    assert {name: said[name] for name in before} == before


def test_that_an_announced_price_stands_beside_todays(visitor: Visitor) -> None:
    page = tradeoffs(visitor)
    assert page._shown is not None
    point = replace(page._shown.points[0], later=("2027-01-01", Estimate.exact(1_598)))
    rows = [row.text for section in page._explanation(point).sections for row in section.rows]
    assert "**$1,598** a month from 1 January 2027 on" in rows


def test_that_a_weight_moved_before_proposals_are_kept_still_holds_afterwards(visitor: Visitor) -> None:
    visitor.new()
    page = tradeoffs(visitor)
    visitor.qtbot.keyClick(slider(page, "quality"), Qt.Key.Key_Home)
    visitor.rest()
    visitor.go("options")
    visitor.press("Keep these options")
    visitor.rest()
    assert next(c for c in visitor.scenario.criteria if c.id == "quality").points == 0


def test_that_more_requests_move_chart_and_table_together_and_become_the_answer(visitor: Visitor) -> None:
    page = tradeoffs(visitor)
    rows = visitor.rows()
    handle = slider(page, "volume")
    visitor.qtbot.keyClick(handle, Qt.Key.Key_PageUp)
    visitor.wait(lambda: visitor.rows() != rows)
    visitor.rest()
    volume = page._volume.value
    chart = page._chart.chart
    assert chart is not None and f"{volume:,.0f} requests a day" in chart.x.label
    answer = visitor.scenario.answers["requests_per_day"]
    assert isinstance(answer, dict) and answer["likely"] == volume


def test_that_chart_table_and_shortlist_share_one_selection(visitor: Visitor) -> None:
    page = tradeoffs(visitor)
    chart, table = page.findChild(ChartView), page.findChild(DataTable)
    assert isinstance(chart, ChartView) and isinstance(table, DataTable)
    chosen = table.model.shown[2]
    chart.picked.emit(chosen.id)
    assert table.current_id == chosen.id
    assert visitor.inspector().startswith(chosen.model_name)
    shortlist = visitor.go("shortlist")
    other = shortlist.findChild(DataTable)
    assert isinstance(other, DataTable)
    visitor.wait(lambda: visitor.inspector().startswith(chosen.model_name))


def test_that_without_a_choice_the_best_point_is_explained(visitor: Visitor) -> None:
    visitor.go("shortlist")
    page = tradeoffs(visitor)
    assert page._shown is not None
    assert visitor.window.house.selection.id_of("offer") == page._shown.best


def test_that_the_chart_is_written_as_svg_and_as_png(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tradeoffs(visitor)
    for name in ("chart.svg", "chart.png"):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, name=name, **_k: (str(tmp_path / name), ""))
        (page._save_svg if name.endswith("svg") else page._save_png)()
        visitor.wait(lambda name=name: (tmp_path / name).exists())
    assert "<svg" in (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert QImage(str(tmp_path / "chart.png")).width() > 1000


def test_that_a_point_becomes_an_option_with_computed_figures(visitor: Visitor) -> None:
    page = tradeoffs(visitor)
    assert page._shown is not None
    point = next(p for p in page._shown.points if p.id == page._shown.best)
    visitor.window.house.selection.pick("offer", point.id)
    explained = visitor.window.shell.inspector.explanation
    assert explained is not None
    next(action for action in explained.actions if action.text == "Make it an option").run()
    visitor.rest()
    assert visitor.window.shell.page_id == "options"
    made = visitor.scenario.options[-1]
    assert (made.models[0].model_id, dict(made.figures)) == (point.model_id, {})
    visitor.wait(lambda: visitor.inspector().startswith(made.id))
    visitor.undo()
    assert made not in visitor.scenario.options
