"""Errors that belong to the person's world: a bad file, a full disk, a refused call.

Everything else that raises is a bug of ours and goes to the crash log.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# Exit code of a command that the person stopped with Ctrl+C.
CANCELLED = 130


class WorkbenchError(Exception):
    """Says what is wrong, where, and how to mend it. Exit code 1 on the command line."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        cure = f" {self.mend}" if self.mend else ""
        return f"{self.what}{place}.{cure}" if not self.what.endswith(".") else f"{self.what}{place}{cure}"

    def as_dict(self) -> dict[str, Any]:
        """The shape that the command line prints: ``{"what", "where", "mend"}``."""
        return {"what": self.what, "where": self.where, "mend": self.mend}


class GuardRefusal(WorkbenchError):
    """The privacy guard or a budget cap refused. Exit code 3 on the command line."""

    exit_code = 3


class Problems(WorkbenchError):
    """Several problems of one input, reported together."""

    def __init__(self, what: str, problems: Iterable[WorkbenchError], *, where: str = "", mend: str = "") -> None:
        super().__init__(what, where=where, mend=mend)
        self.problems = tuple(problems)

    def as_dict(self) -> dict[str, Any]:
        """As any error, with the list of problems."""
        return {**super().as_dict(), "problems": [problem.as_dict() for problem in self.problems]}

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  {problem}" for problem in self.problems)])
