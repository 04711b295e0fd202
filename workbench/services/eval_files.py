"""Evals as files: results given out, an eval that another machine repeats, and results of other programs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import IMPORTED, EvalRun, EvalSet, EvalSettings, EvalStatus

if TYPE_CHECKING:
    from workbench.evals.eval_file import EvalFile
    from workbench.evals.imported import ImportedRun
    from workbench.services.eval_data import EvalData
    from workbench.services.eval_results import EvalResults
    from workbench.services.eval_setup import EvalSetup
    from workbench.store.store import Store


class EvalFiles:
    """Writes evals to files and takes them in from files."""

    def __init__(
        self,
        *,
        store: Store,
        data: EvalData,
        setup: EvalSetup,
        results: EvalResults,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._data = data
        self._setup = setup
        self._results = results
        self._now = now

    def export(self, run: EvalRun, file: Path) -> int:
        """Writes every result to a .csv, .jsonl, .xlsx or .html file, whole or not at all; returns how many there are.

        Raises WorkbenchError for another ending, or when the disk refuses.
        """
        from workbench.reports.files import check_file
        from workbench.services.eval_export import Exported, write

        check_file(file, "The results")
        results = self._results.results(run.id)
        write(Exported(run, self._results.summary_of(run, results), results, self._data.cases_of(run, None)), file)
        return len(results)

    def sensitive_in(self, run: EvalRun) -> int:
        """How many cases that are marked sensitive would stand in such a file."""
        return int(self._results.numbers(run).sensitive.sum())

    def save(self, run: EvalRun, file: Path) -> Path:
        """Writes the eval as a file that `workbench eval run` repeats, and its cases beside it; returns their file.

        It requires that each model does as well again as the lower end of its interval. Raises WorkbenchError when the
        cases are not at hand, or the disk refuses.
        """
        from workbench.evals.eval_file import write_eval_file
        from workbench.evals.templates import base_id, templates_of
        from workbench.evals.usable import check_repeatable
        from workbench.reports.files import check_file

        check_file(file, "The eval")
        check_repeatable(run)
        data = self._data.stored_data(run)
        if data is None:
            raise WorkbenchError(
                "The cases of this eval were not kept", where=run.name, mend="Run it again with this workbench."
            )
        templates = templates_of(run.settings)
        models = tuple(dict.fromkeys(base_id(name, templates) for name in run.model_ids))
        try:
            return write_eval_file(run, data, self._results.summary(run), models, file)
        except OSError as error:
            raise WorkbenchError(
                f"The eval cannot be written: {error.strerror}",
                where=str(file),
                mend="Choose a folder you may write to, with room on its disk.",
            ) from error

    def data_of_file(self, file: EvalFile) -> EvalSet:
        """The cases of an eval that came as a file. Raises WorkbenchError when they are not those of its hash."""
        try:
            found = hashlib.sha256(file.data.read_bytes()).hexdigest() if file.sha256 else ""
        except OSError as error:
            raise WorkbenchError(
                f"The cases of the eval cannot be read: {error.strerror}", where=str(file.data), mend="Put them there."
            ) from error
        if found != file.sha256:
            raise WorkbenchError(
                "These are not the cases that the eval was written with",
                where=str(file.data),
                mend="Restore them, or write the new SHA-256 into the eval (or none).",
            )
        return self._data.dataset(file.data, columns=file.columns or None, mark=file.mark)

    def from_file(
        self,
        file: EvalFile,
        models: Sequence[str] = (),
        *,
        scenario_id: str | None = None,
        name: str = "",
        cap_usd: float | None = None,
    ) -> tuple[EvalRun, EvalSet]:
        """A new run of an eval that came as a file, stored but not started, and its cases.

        `models`, `name` and `cap_usd` stand in for those of the file. Raises WorkbenchError as `data_of_file` and
        `new_run` do.
        """
        data = self.data_of_file(file)
        settings = file.settings if cap_usd is None else replace(file.settings, cap_usd=cap_usd)
        run = self._setup.new_run(
            data,
            models or file.models,
            scorers=file.scorers,
            scenario_id=scenario_id,
            name=name or file.name,
            system=file.system,
            sampling=file.sampling,
            settings=settings,
        )
        return run, data

    def import_results(self, path: Path, *, scenario_id: str | None = None) -> tuple[EvalRun, ImportedRun]:
        """Results of another program as a finished eval, stored; the same file twice is the same eval.

        Cases are looked through as those of a data set are. Raises WorkbenchError for a file that nobody knows, and
        when the scenario is gone.
        """
        from workbench.evals.checks import checked
        from workbench.evals.imported import read_results

        found = read_results(path)
        data = checked(EvalSet(found.name, found.sha256, found.cases, str(path))).dataset
        known = {case.id: case for case in data.cases}
        id = f"{IMPORTED}{hashlib.sha256(f'{found.sha256} {scenario_id}'.encode()).hexdigest()[:24]}"
        at = self._now()
        run = EvalRun(
            id=id,
            scenario_id=scenario_id,
            name=f"{found.name} (from {found.program})",
            dataset_name=found.name,
            dataset_hash=found.sha256,
            case_count=len(data.cases),
            model_ids=found.model_ids,
            scorers=found.scorers,
            status=EvalStatus.FINISHED,
            started_at=at,
            finished_at=at,
            settings=EvalSettings(repeats=found.repeats, dataset_path=str(path)),
        )
        self._store.data_sets.keep(data, at)
        self._store.eval_runs.save_run(run)
        self._store.eval_runs.append(
            replace(
                result,
                eval_run_id=id,
                sensitive=known[result.case_id].sensitive,
                source_document=known[result.case_id].cluster or None,
            )
            for result in found.results
        )
        return run, found
