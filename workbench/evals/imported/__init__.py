"""Results that other programs produced, as finished evals of ours: one reader a format, one line in `BUILTIN`."""

from __future__ import annotations

from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.evals.imported import inspect_log, llm_comparator, lm_eval
from workbench.evals.imported.protocol import ImportedRun, Importer, load

BUILTIN: dict[str, Importer] = {
    member.id: member for member in (inspect_log.IMPORTER, lm_eval.IMPORTER, llm_comparator.IMPORTER)
}

__all__ = ["BUILTIN", "ImportedRun", "Importer", "read_results"]


def read_results(path: Path) -> ImportedRun:
    """The results in a file. Raises `WorkbenchError` when no reader knows it, or nothing in it can be used."""
    content = load(path)
    for importer in BUILTIN.values():
        if importer.recognises(content):
            found = importer.read(content, path)
            if not found.cases or not found.results:
                raise WorkbenchError(
                    f"There are no results in this {importer.title}", where=str(path), mend="Choose a finished run."
                )
            return found
    titles = ", ".join(importer.title for importer in BUILTIN.values())
    raise WorkbenchError("Nobody here knows these results", where=str(path), mend=f"Known are: {titles}.")
