"""Pages on real services in a folder of their own, with the lanes and model processes ended afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot
from workbench.app import Services, build
from workbench.gui.changes_hub import ChangesHub
from workbench.gui.pages.base import House, Page
from workbench.gui.pages.validate import ValidatePage
from workbench.gui.playground.view import PlaygroundView
from workbench.gui.selection import Selection
from workbench.gui.tasks import Tasks

PATIENCE_MS = 60_000


@dataclass
class Bench:
    """Real services with the house a page lives in."""

    services: Services
    house: House
    qtbot: QtBot

    def wait(self, condition: object) -> None:
        """Until the condition holds; a busy machine gets a minute."""
        self.qtbot.waitUntil(condition, timeout=PATIENCE_MS)

    def settle(self) -> None:
        """Until nothing runs and everything is delivered."""
        self.wait(lambda: self.house.tasks.is_idle)

    def show(self, page: Page, width: int = 1100, height: int = 800) -> None:
        """The page in a window of its own, with everything it reads at the start."""
        self.qtbot.addWidget(page)
        page.resize(width, height)
        page.show()
        self.settle()


@contextmanager
def bench_in(folder: Path, qtbot: QtBot) -> Iterator[Bench]:
    services = build(folder)
    house = House(tasks=Tasks(), hub=ChangesHub(), selection=Selection(), settings=services.settings)
    try:
        yield Bench(services, house, qtbot)
    finally:
        farewell = services.engines.close if "engines" in services.made else None
        ended = house.tasks.close(20.0, farewell=farewell)
        services.close()
    assert ended, "a lane did not end"


def validate_page(bench: Bench) -> ValidatePage:
    """The page over the bench's services, not shown yet."""
    services = bench.services
    return ValidatePage(
        house=bench.house,
        playground=services.playground,
        votes=services.votes,
        chat_models=services.chat_models,
        eval_data=services.eval_data,
        eval_setup=services.eval_setup,
        evals=services.evals,
        eval_results=services.eval_results,
        eval_files=services.eval_files,
        judging=services.judging,
        library=services.library,
        scenarios=services.scenarios,
        routing=lambda: services.routing,
    )


def press(bench: Bench, inside: QWidget, name: str) -> None:
    """Click a button that can be clicked."""
    found = inside.findChild(QPushButton, name)
    assert found is not None and found.isVisibleTo(inside) and found.isEnabled(), name
    bench.qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def ask_and_wait(bench: Bench, view: PlaygroundView) -> None:
    """Press Ask and wait for all answers."""
    press(bench, view, "ask")
    bench.wait(lambda: not view.asker.is_busy)
    bench.settle()
