"""Links into the window: `workbench://comparison/ID`, on the command line or handed over by a later start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.domain.evidence import Comparison
    from workbench.gui.desk import Desk
    from workbench.gui.shell import Shell
    from workbench.gui.tasks import Tasks
    from workbench.services.playground import PlaygroundService

SCHEME = "workbench:"
#: before the id of an eval that Validate goes on with
RESUME = "resume-eval:"


def is_link(text: str) -> bool:
    """Whether an argument is a link and no file."""
    return text.startswith(f"{SCHEME}//")


def as_path(link: str) -> Path:
    """A link in the place of a file's path, as starts hand them over; `link_in` gives it back."""
    return Path(link)


def link_in(path: Path) -> str:
    """The link that a path stands for, "" when it is a file."""
    return f"{SCHEME}//{'/'.join(path.parts[1:])}" if path.parts[:1] == (SCHEME,) else ""


def open_comparison(
    shell: Shell, desk: Desk, tasks: Tasks, playground: Callable[[], PlaygroundService], link: str
) -> None:
    """Show the comparison on Validate, in its scenario; a sentence when there is none."""

    def show(found: Comparison) -> None:
        if found.scenario_id is None:
            return
        if desk.scenario is not None and desk.scenario.id == found.scenario_id:
            shell.open_page("validate", link)
            return
        once = Qt.ConnectionType.SingleShotConnection
        desk.opened.connect(lambda _scenario: shell.open_page("validate", link), once)
        desk.open(found.scenario_id)

    def explain(error: WorkbenchError) -> None:
        shell.show_failed(error)

    tasks.start(lambda: playground().comparison(link), lane="db", done=show, failed=explain, owner=shell)
