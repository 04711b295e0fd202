"""Routing as a person reads it: the frontier of all models, every pair, one pair closely."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from validate_bench import Bench, bench_in, validate_page
from workbench.gui.pages.validate import ROUTING, ValidatePage
from workbench.gui.theme import Theme


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as made:
        yield made


def shown(bench: Bench, page: ValidatePage, scenario: object) -> None:
    page.show_scenario(scenario)  # type: ignore[arg-type]
    page.arrive(ROUTING)
    bench.show(page)


def test_that_without_an_eval_the_page_says_what_is_missing_and_leads_there(bench: Bench) -> None:
    page = validate_page(bench)
    shown(bench, page, bench.services.scenarios.new("Support chat"))
    assert page.header.answer.startswith("Nothing to route yet.")
    assert not page.routing.pairs.isVisibleTo(page)
    page.routing.eval_wanted.emit()
    assert page.evals.isVisibleTo(page)


def test_that_the_sample_s_eval_is_drawn_for_all_models_and_every_pair(bench: Bench) -> None:
    page = validate_page(bench)
    shown(bench, page, bench.services.scenarios.open_sample())
    found = page.routing.shown
    assert found is not None and len(found.frontier.models) == 3 and len(found.studies) == 3
    assert "routing can win" in page.header.answer
    assert page.routing.frontier.chart is not None
    assert "Demo Nano" in str(page.routing.frontier.chart.rows)
    assert page.routing.pairs.model.rowCount() == 3
    before = page.routing.pair.chart
    page.routing.pairs.view.selectRow(0)
    assert page.routing.pair.chart is not before


def test_that_in_a_small_window_the_best_rule_and_the_words_below_each_picture_are_whole(bench: Bench) -> None:
    page = validate_page(bench)
    shown(bench, page, bench.services.scenarios.open_sample())
    page.resize(816, 700)  # what the rail leaves of 1024 pixels
    bench.settle()
    pairs = page.routing.pairs
    assert pairs.view.horizontalScrollBar().maximum() == 0
    place = next(i for i, column in enumerate(pairs.model.columns) if column.id == "router")
    words = [pairs.model.index(row, place).data() for row in range(pairs.model.rowCount())]
    wide = pairs.view.fontMetrics().horizontalAdvance(max(words, key=len))
    assert pairs.view.columnWidth(place) > wide
    for picture in (page.routing.frontier, page.routing.pair):
        card = picture.parentWidget()
        note = picture._note
        assert note.mapTo(card, note.rect().bottomLeft()).y() < card.height()
