"""Takes an option along as the configuration of a gateway."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from workbench.gui.opening import open_on_this_machine
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.text import Words

if TYPE_CHECKING:
    from workbench.domain.scenario import Scenario
    from workbench.gui.pages.base import Page
    from workbench.gui.widgets.state import ErrorBox
    from workbench.services.eval_results import EvalResults
    from workbench.services.routing import RoutingService

FOLDER_KEY = "options/plan-folder"
# What the menu calls each form, in the words of the service, with the file's ending.
FORMS = {
    "litellm": ("Routing plan for a LiteLLM proxy", ".yaml"),
    "gateway": ("Routing plan for an OpenAI-compatible gateway", ".json"),
    "yaml": ("Routing plan as plain YAML", ".yaml"),
}


class Plans(QWidget):
    """The line that says where a plan was written; hidden until one was."""

    def __init__(self, page: Page, evals: EvalResults, routing: Callable[[], RoutingService], error: ErrorBox) -> None:
        super().__init__()
        self._page, self._evals, self._routing, self._error = page, evals, routing, error
        self._written: Path | None = None
        self._said = Words("", "body", "good")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._said, 1)
        row.addWidget(button("Open the plan", self._open, kind="link"))
        self.hide()

    def entries(self, option: Callable[[], str]) -> dict[str, Callable[[], None]]:
        """What an Export menu offers; `option` says which one is meant ("" for the recommended)."""
        return {title: partial(self._ask, kind, option) for kind, (title, _) in FORMS.items()}

    def write(self, scenario: Scenario, option: str, kind: str, file: Path) -> None:
        """Makes the plan in the background and writes it there."""
        self.hide()

        def work() -> Path:
            service = self._routing()
            plan = service.plan(scenario, option, evidence=self._evals.evidence(scenario.id))
            return service.export(plan, kind, file)

        self._page.house.tasks.start(
            work, lane="pool", done=self._tell, failed=self._error.show_error, owner=self._page
        )

    def _ask(self, kind: str, option: Callable[[], str]) -> None:
        scenario = self._page.scenario
        if scenario is None:
            return
        title, ending = FORMS[kind]
        folder = self._page.house.settings.get(FOLDER_KEY, "") or Path.home()
        start = str(Path(str(folder)) / f"routing-plan{ending}")
        chosen, _kind = QFileDialog.getSaveFileName(self._page, title, start, f"{title} (*{ending})")
        if chosen:
            self._page.house.settings.set(FOLDER_KEY, str(Path(chosen).parent))
            self.write(scenario, option(), kind, Path(chosen))

    def _tell(self, file: Path) -> None:
        self._error.clear()
        self._written = file
        self._said.set_text(f"Written to {file}")
        self.show()

    def _open(self) -> None:
        if self._written is not None:
            open_on_this_machine(self._written)
