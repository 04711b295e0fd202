"""Parquet, read by duckdb (the extra "parquet"): columns with known names, one case a row."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.evals.datasets.naming import Naming
from workbench.evals.datasets.protocol import Dialect, Progress, Reader, Records
from workbench.evals.datasets.table import Table, cell_text

AT_ONCE = 500
#: duckdb would neither fetch nor load anything else, nor take more of the machine
SETTINGS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "memory_limit": "1GB",
    "threads": "2",
}


class ParquetFile:
    id = "parquet"
    title = "Parquet"
    suffixes = (".parquet", ".pq")
    magic = (b"PAR1",)

    def open(self, path: Path, encoding: str, progress: Progress, naming: Naming) -> tuple[Dialect, Records]:
        try:
            import duckdb
        except ImportError as error:
            raise WorkbenchError(
                "Parquet files need the extra part “parquet”",
                where=str(path),
                mend="Install model-selection-workbench[parquet], or save the table as CSV.",
            ) from error
        return Dialect("Parquet"), _rows(duckdb, path, progress, naming)


def _rows(duckdb: Any, path: Path, progress: Progress, naming: Naming) -> Records:
    try:
        with _plain_path(path) as plain, duckdb.connect(config=SETTINGS) as connection:
            total = connection.execute("SELECT count(*) FROM read_parquet(?)", [plain]).fetchone()[0]
            rows = connection.execute("SELECT * FROM read_parquet(?)", [plain])
            header = Table([str(column[0]) for column in rows.description], path, 1, naming)
            yield from header.problems
            number = 0
            while not header.problems and (some := rows.fetchmany(AT_ONCE)):
                for row in some:
                    number += 1
                    yield header.record([cell_text(cell) for cell in row], number)
                progress(min(1.0, number / max(1, total)))
    except duckdb.Error as error:
        yield WorkbenchError(
            f"The Parquet file cannot be read: {str(error).splitlines()[0]}",
            where=str(path),
            mend="Write it again, or save the table as CSV.",
        )


@contextmanager
def _plain_path(path: Path) -> Iterator[str]:
    """A path in which duckdb sees no pattern: it would read every file that matches."""
    if not set("*?[]{}").intersection(str(path)):
        yield str(path)
        return
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        link = Path(folder) / "table.parquet"
        link.symlink_to(path.absolute())
        yield str(link)


READER: Reader = ParquetFile()
