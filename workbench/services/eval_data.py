"""The cases of evals: files of data sets read and looked through, and the versions of them that are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import DataSetVersion, EvalCase, EvalRun, EvalSet
from workbench.paths import data_dir

if TYPE_CHECKING:
    from workbench.evals.datasets import Examined, Preview
    from workbench.store.data_sets import DataSets

#: data sets that come with the program
SHIPPED = ("knowledge-assistant",)


class EvalData:
    """Reads data sets, and finds the cases that a run was made with."""

    def __init__(self, *, kept: DataSets) -> None:
        self._kept = kept

    def dataset(self, path: Path, *, columns: Mapping[str, str] | None = None, mark: bool = True) -> EvalSet:
        """The cases of a file, as `examine` has them. Raises Problems that name every bad line."""
        from workbench.evals.datasets import without_problems

        return without_problems(self.examine(path, columns=columns, mark=mark))

    def examine(
        self,
        path: Path,
        *,
        progress: Callable[[float], None] | None = None,
        columns: Mapping[str, str] | None = None,
        mark: bool = True,
    ) -> Examined:
        """The good cases of a file, how it is written, every problem, and what should be known of the cases.

        `columns` says which of its columns is what ("input": "Frage"). Rows with personal data are marked sensitive
        unless `mark` is off. Raises WorkbenchError for no data set.
        """
        from workbench.evals.datasets import examine, looked_through

        return looked_through(examine(path, progress=progress, columns=columns), mark=mark)

    def preview(self, path: Path, *, progress: Callable[[float], None] | None = None) -> tuple[Preview, dict[str, str]]:
        """A file's first rows under its own column names, and which column is likely what. Raises WorkbenchError."""
        from workbench.evals.datasets import preview
        from workbench.evals.datasets.guess import guessed

        found = preview(path, progress=progress)
        return found, guessed(found.header, found.rows)

    def data_sets(self) -> tuple[DataSetVersion, ...]:
        """Every version of a data set that an eval was made with, by name, the newest first."""
        return self._kept.versions()

    def stored_data(self, run: EvalRun) -> EvalSet | None:
        """The cases a run was made with, as they were kept, or as they are shipped with the sample; None for runs from
        before they were."""
        return self._kept.load(run.dataset_hash) or self._shipped(run)

    def _shipped(self, run: EvalRun) -> EvalSet | None:
        """The sample's cases, of which its scenario brings the results only."""
        file = data_dir("resources") / "evals" / f"{run.dataset_name}.csv"
        if run.dataset_name not in SHIPPED or not file.is_file():
            return None
        found = self.examine(file).dataset
        return found if found.hash == run.dataset_hash else None

    def data_of(self, run: EvalRun, file: Path | None = None) -> EvalSet:
        """The cases a run was made with, to ask about them again: as they were kept, with the columns and marks that
        were chosen then; of a run from before they were kept, those of `file`, or of the file they were read from.

        Raises WorkbenchError when there are none.
        """
        kept = self.stored_data(run)
        if kept is not None:
            return kept
        file = file or (Path(run.settings.dataset_path) if run.settings.dataset_path else None)
        if file is None:
            raise WorkbenchError(
                "Nobody remembers where the cases of this eval are",
                where=run.name,
                mend="Give the file of its data set (in the window under New eval), and try again.",
            )
        return self.dataset(file)

    def version_of(self, run: EvalRun) -> DataSetVersion | None:
        """Which version of its data set a run was made with; None when it is not kept."""
        return self._kept.version(run.dataset_hash)

    def cases_of(self, run: EvalRun, source: Path | Examined | None) -> tuple[EvalCase, ...]:
        """The cases a run was made with: those that were kept, which takes a thirtieth of reading a file and looking
        through it; of a run from before they were, those of `source` when it is still that file; () when there are
        none."""
        if source is not None and not isinstance(source, Path) and source.dataset.hash == run.dataset_hash:
            return source.dataset.cases
        kept = self.stored_data(run)
        if kept is not None:
            return kept.cases
        try:
            found = self.examine(source).dataset if isinstance(source, Path) else None
        except WorkbenchError:
            found = None
        return found.cases if found is not None and found.hash == run.dataset_hash else ()
