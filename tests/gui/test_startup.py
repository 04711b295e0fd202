"""What a start loads: nothing heavy before the first page is there to be used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from workbench.app import build

# ecosystem: each costs a tenth of a second or more, and the first page needs none of them.
NEVER_AT_START = (
    "anthropic", "scipy", "openai", "google.genai", "pandas", "alembic", "openpyxl", "keyring", "llama_cpp", "typst",
    "docx", "pptx", "xlsxwriter", "duckdb", "psycopg",
)  # fmt: skip
NOT_BEFORE_FIRST_PAGE = (*NEVER_AT_START, "pyqtgraph", "numpy", "pydantic", "jinja2", "yaml")

# Starts the window as the program does and says which modules were there at the first page, and once all is quiet.
START = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from workbench.gui import main as window_main

class Watched(window_main.Window):
    def show(self, files):
        self.desk.opened.connect(lambda _scenario: QTimer.singleShot(0, self.first_page))
        super().show(files)

    def first_page(self):
        assert self.shell.page is not None and self.shell.page.isVisible()
        self.shell.page.repaint()
        print(self.shell.page_id, json.dumps(sorted(sys.modules)), flush=True)
        self.looks = QTimer(interval=50)
        self.looks.timeout.connect(self.when_quiet)
        self.looks.start()

    def when_quiet(self):
        if "pyqtgraph.widgets.PlotWidget" in sys.modules and self.house.tasks.is_idle:
            self.looks.stop()
            print("quiet", json.dumps(sorted(sys.modules)), flush=True)
            self.shell.close()

window_main.Window = Watched
from workbench.__main__ import main
sys.exit(main(["--home", sys.argv[1]]))
"""


def modules_of_a_start(home: Path) -> dict[str, set[str]]:
    """The loaded modules by moment: the first page's id, then "quiet"."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", START, str(home)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return {moment: set(json.loads(modules)) for moment, modules in lines}


@pytest.fixture(scope="module")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after the first start: the sample is stored, the catalog is kept."""
    home = tmp_path_factory.mktemp("home")
    modules_of_a_start(home)
    return home


def test_that_a_start_loads_nothing_heavy_before_the_first_page_or_later(used_home: Path) -> None:
    moments = modules_of_a_start(used_home)
    assert list(moments) == ["decide", "quiet"]
    assert moments["decide"].isdisjoint(NOT_BEFORE_FIRST_PAGE)
    assert moments["quiet"].isdisjoint(NEVER_AT_START)


def test_that_home_as_the_first_page_loads_nothing_heavy(used_home: Path) -> None:
    services = build(used_home)
    services.settings.set("window/was_open", False)
    services.close()
    moments = modules_of_a_start(used_home)
    assert list(moments) == ["home", "quiet"]
    assert moments["home"].isdisjoint(NOT_BEFORE_FIRST_PAGE)
    assert moments["quiet"].isdisjoint(NEVER_AT_START)


def test_that_the_first_window_after_a_first_command_opens_with_the_sample(tmp_path: Path) -> None:
    services = build(tmp_path, with_sample=True)
    assert services.scenarios.list(), "as the command line leaves it"
    services.close()
    assert list(modules_of_a_start(tmp_path)) == ["decide", "quiet"]


@pytest.mark.parametrize("noun", [["--help"], ["scenario", "list"], ["shortlist", "knowledge-assistant", "--json"]])
def test_that_the_command_line_never_loads_qt(noun: list[str], tmp_path: Path) -> None:
    code = (
        "import sys\nfrom workbench.__main__ import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "sys.exit(any(name.startswith(('PySide6', 'pyqtgraph', 'shiboken')) for name in sys.modules))"
    )
    command = [sys.executable, "-c", code, "--home", str(tmp_path), *noun]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
