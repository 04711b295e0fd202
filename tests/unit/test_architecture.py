"""The rooms of ARCHITECTURE.md, kept by import-linter, and what the command line must not load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("PySide6", "pyqtgraph", "llama_cpp", "scipy", "pandas", "openai", "anthropic")


def test_that_every_room_imports_only_what_lies_below_it() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def modules_after(code: str, home: Path) -> set[str]:
    """The top-level modules loaded once `code` has run in a fresh interpreter."""
    script = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"WORKBENCH_HOME": str(home), "PATH": "/usr/bin:/bin", "HOME": str(home)},
    )
    return {line.split(".")[0] for line in done.stdout.splitlines()}


@pytest.mark.parametrize("noun", ["scenario list", "catalog list", "shortlist knowledge-assistant"])
def test_that_the_command_line_loads_no_qt_and_no_engine(noun: str, tmp_path: Path) -> None:
    loaded = modules_after(f"from workbench.__main__ import main\nmain({noun.split()!r})", tmp_path)
    assert not loaded & set(HEAVY)


def test_that_the_help_of_the_command_line_waits_for_nothing_that_is_not_needed(tmp_path: Path) -> None:
    loaded = modules_after("from workbench.cli.main import parser\nparser()", tmp_path)
    assert not loaded & {*HEAVY, "numpy", "sqlalchemy", "alembic", "pydantic", "keyring", "jinja2", "yaml"}


def test_that_a_server_of_ones_own_is_found_without_the_catalog(tmp_path: Path) -> None:
    loaded = modules_after(
        f"""
from pathlib import Path
from workbench.app import build
services = build(Path({str(tmp_path)!r}))
services.credentials.save_server("mine", "http://127.0.0.1:9/v1")
assert services.chat_models.model("mine/m").describe().local
services.close()""",
        tmp_path,
    )
    assert not loaded & {*HEAVY, "pydantic", "yaml"}


def test_that_importing_the_package_writes_nothing_and_loads_nothing_heavy(tmp_path: Path) -> None:
    loaded = modules_after("import workbench, workbench.__main__, workbench.app", tmp_path)
    assert not loaded & {*HEAVY, "numpy", "sqlalchemy", "alembic", "pydantic", "keyring", "jinja2", "yaml"}
    assert list(tmp_path.iterdir()) == []
