"""Results of an eval, and the eval itself, as files."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.domain.evals import EvalRun
from workbench.gui.explanation import InspectorAction
from workbench.gui.tasks import Tasks
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words
from workbench.services.eval_files import EvalFiles
from workbench.services.eval_words import mind_words

RESULTS = "Excel (*.xlsx);;CSV (*.csv);;JSON Lines (*.jsonl);;Web page (*.html)"
EVAL = "Eval to repeat (*.yaml)"


class GivingOut:
    """What the inspector offers for a run that is not under way."""

    def __init__(self, *, files: EvalFiles, tasks: Tasks, error: ErrorBox, parent: QWidget) -> None:
        self._files, self._tasks, self._error, self._parent = files, tasks, error, parent
        self.said = Words("", "muted")
        self.said.setObjectName("eval-written")
        self.said.hide()

    def forget(self) -> None:
        """Another eval is shown."""
        self.said.hide()

    def actions(self, run: EvalRun) -> tuple[InspectorAction, ...]:
        """Results of another program cannot be repeated here."""
        export = InspectorAction("Export the results …", partial(self._ask, run, RESULTS))
        save = InspectorAction("Save it to repeat elsewhere …", partial(self._ask, run, EVAL))
        return (export,) if run.is_imported else (export, save)

    def _ask(self, run: EvalRun, kinds: str) -> None:
        ending = ".yaml" if kinds == EVAL else ".xlsx"
        name = re.sub(r"[^\w.-]+", "-", run.name).strip("-")[:80] or "eval"
        chosen, kind = QFileDialog.getSaveFileName(self._parent, run.name, f"{name}{ending}", kinds)
        if chosen:
            file = Path(chosen)
            asked = re.search(r"\*(\.\w+)", kind)
            self.write(run, file if file.suffix or asked is None else file.with_name(f"{file.name}{asked[1]}"))

    def write(self, run: EvalRun, file: Path) -> None:
        """By the file's ending, in the `db` lane: results, or the eval with its cases beside it."""
        is_eval = file.suffix.lower() in (".yaml", ".yml")

        def work() -> str:
            if is_eval:
                named = f"{file.name} and its cases, {self._files.save(run, file).name},"
            else:
                self._files.export(run, file)
                named = file.name
            return f"Written: {named} in {file.parent}. {mind_words(self._files.sensitive_in(run))}"

        def done(said: str) -> None:
            self._error.clear()
            self.said.set_text(said.strip())
            self.said.show()

        self._tasks.start(
            work,
            lane="db",
            name=f"Write {file.name}",
            done=done,
            failed=self._error.show_error,
            owner=self._parent,
        )
