"""Pictures of every page from the sample scenario, to be looked at: `make screenshots`, into screenshots/.

Light and dark at 1280x800, light at 1024x700, light at 150 % text. Arguments name the pages wanted (default: all).
`--readme` takes nothing new: it copies the pictures that README.md shows, packed small, into resources/pictures/.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from workbench.app import build
from workbench.domain.catalog_filters import CatalogFilter
from workbench.gui.crash import CrashFile
from workbench.gui.main import Window
from workbench.gui.pages import HOME, PAGES
from workbench.gui.pages.catalog import CatalogPage
from workbench.gui.pages.decisions import DecisionsPage
from workbench.gui.pages.validate import ValidatePage
from workbench.gui.slices import Slices
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Scheme

OUT = Path("screenshots")
# name, scheme, width, height, text in percent
SHAPES = (
    ("light", Scheme.LIGHT, 1280, 800, 100),
    ("dark", Scheme.DARK, 1280, 800, 100),
    ("small", Scheme.LIGHT, 1024, 700, 100),
    ("large-text", Scheme.LIGHT, 1280, 800, 150),
)
README_PICTURES = Path("resources/pictures")
SHOWN_IN_README = (
    "tradeoffs-light", "requirements-light", "shortlist-light", "options-light", "validate-answers-light",
    "validate-evals-light", "decide-light", "options-dark",
)  # fmt: skip
PATIENCE_S = 20.0
QUIET_MS = 200


def settle(window: Window) -> None:
    """Lets everything that runs finish, what came last be drawn, and what glides come to rest."""
    deadline = time.monotonic() + PATIENCE_S
    quiet = 0
    while quiet < 2 and time.monotonic() < deadline:
        loop = QEventLoop()
        QTimer.singleShot(QUIET_MS, loop.quit)
        loop.exec()
        drawn = all(slices.is_done for slices in window.shell.findChildren(Slices))
        quiet = quiet + 1 if window.house.tasks.is_idle and drawn else 0


def save(window: Window, name: str) -> None:
    window.shell.grab().save(str(OUT / f"{name}.png"))


def show_validate(window: Window, name: str) -> None:
    """Its other states: answers side by side, and the evals."""
    page = window.shell.page
    assert isinstance(page, ValidatePage)
    page.playground.ask()
    settle(window)
    save(window, f"validate-answers-{name}")
    page.arrive("evals")
    settle(window)
    save(window, f"validate-evals-{name}")
    results = page.evals.results
    for part, widget in (("pairs", results.slices), ("cases", results.cases)):
        page.scroller.ensureWidgetVisible(widget, 0, 400)
        settle(window)
        save(window, f"validate-{part}-{name}")
    results.cases.choose("disagree")
    table = results.cases.table
    assert table is not None
    table.view.selectRow(2)
    settle(window)
    page.scroller.ensureWidgetVisible(results.case, 0, 300)
    settle(window)
    save(window, f"validate-case-{name}")
    window.house.selection.pick("case", "")
    results.cases.choose("all")
    page.evals.bar.new_wanted.emit()
    settle(window)
    page.scroller.verticalScrollBar().setValue(0)
    save(window, f"validate-new-eval-{name}")
    page.evals.setup.put_away.emit()
    page.arrive("routing")
    settle(window)
    save(window, f"validate-routing-{name}")
    page.scroller.verticalScrollBar().setValue(page.scroller.verticalScrollBar().maximum())
    settle(window)
    save(window, f"validate-routing-pair-{name}")
    page.arrive("playground")


def show_decisions(window: Window, name: str) -> None:
    """Its other state: all decisions together."""
    page = window.shell.page
    assert isinstance(page, DecisionsPage)
    page.arrive("together")
    settle(window)
    save(window, f"decisions-together-{name}")
    page.arrive("list")


def show_catalog(window: Window, name: str, folder: Path) -> None:
    """Its other states: filtered, one model, three side by side, an import row by row, what was imported."""
    page = window.shell.page
    assert isinstance(page, CatalogPage)
    page.browse.set_filter(CatalogFilter(kinds=("llm", "multimodal"), tools=True, context_tokens=200_000, input_usd=3))
    settle(window)
    save(window, f"catalog-filtered-{name}")
    page.browse.set_filter(CatalogFilter())
    page.show_model("openai/gpt-4o")
    settle(window)
    save(window, f"catalog-model-{name}")
    page.show_compare(("openai/gpt-4o", "anthropic/claude-sonnet-5", "deepseek/deepseek-v4-pro"))
    settle(window)
    save(window, f"catalog-compare-{name}")
    page.show_import()
    settle(window)
    save(window, f"catalog-lists-{name}")
    page.importing.look_at(example_list(folder))
    settle(window)
    save(window, f"catalog-import-{name}")
    page.show_browse()


def example_list(folder: Path) -> Path:
    """A price list with a changed price, a new offer, one that looks wrong, and a model the catalog lacks."""
    file = folder / "prices.json"
    route = {"litellm_provider": "openai", "mode": "chat", "output_cost_per_token": 1e-05}
    listed = {
        "gpt-4o": {**route, "input_cost_per_token": 2.25e-06},
        "gpt-4.1": {**route, "input_cost_per_token": 2e-03},
        "gpt-9": {**route, "input_cost_per_token": 1e-06},
        "groq/openai/gpt-oss-120b": {**route, "litellm_provider": "groq", "input_cost_per_token": 1.6e-07},
    }
    file.write_text(json.dumps(listed), "utf-8")
    return file


def packed(picture: QImage) -> QImage:
    """The picture in 256 colours, no two of them alike: a third of the bytes, and nobody sees the difference."""
    opaque = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(opaque.constBits(), np.uint32)
    colours, counts = np.unique(pixels, return_counts=True)
    by_count = np.argsort(-counts)
    alike, first = np.unique(colours[by_count] & 0xF8F8F8, return_index=True)
    kinds = np.bincount(np.searchsorted(alike, colours & 0xF8F8F8), weights=counts)
    table = [int(colours[by_count][first[kind]]) for kind in np.argsort(-kinds)[:256]]
    return opaque.convertToFormat(QImage.Format.Format_Indexed8, table, Qt.ImageConversionFlag.AvoidDither)


def copy_for_readme() -> int:
    """Packs the chosen pictures into resources/pictures/."""
    README_PICTURES.mkdir(parents=True, exist_ok=True)
    for name in SHOWN_IN_README:
        picture = QImage(str(OUT / f"{name}.png"))
        if picture.isNull():
            print(f"{OUT / name}.png is missing: run make screenshots first.", file=sys.stderr)
            return 1
        packed(picture).save(str(README_PICTURES / f"{name}.png"))
    size = sum(file.stat().st_size for file in README_PICTURES.glob("*.png"))
    print(f"{len(SHOWN_IN_README)} pictures in {README_PICTURES}/, {size / 1e3:,.0f} kB")
    return 0


def main(wanted: list[str]) -> int:
    if wanted == ["--readme"]:
        return copy_for_readme()
    OUT.mkdir(exist_ok=True)
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as home:
        services = build(Path(home))
        window = Window(app, services, crash=CrashFile(services.paths.logs, redact=str), tasks=Tasks())
        window.show(())
        settle(window)
        for name, scheme, width, height, percent in SHAPES:
            window.theme.set_scheme(scheme)
            window.theme.set_text_percent(percent)
            window.shell.resize(width, height)
            for entry in (*PAGES, HOME):
                if not wanted or entry.id in wanted:
                    window.shell.open_page(entry.id)
                    settle(window)
                    save(window, f"{entry.id}-{name}")
                    if entry.id == "validate":
                        show_validate(window, name)
                    if entry.id == "catalog":
                        show_catalog(window, name, Path(home))
                    if entry.id == "decisions":
                        show_decisions(window, name)
        window.end()
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT}/")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
