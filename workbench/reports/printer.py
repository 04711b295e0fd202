"""Who prints PDF where typst is not installed. Reports know no Qt: the window's room hands a printer over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.reports.document import Document

Printer = Callable[["Document"], bytes]
_printers: list[Printer] = []


def use_printer(printer: Printer) -> None:
    """From now on this one prints. It may raise ImportError where Qt is missing."""
    _printers[:] = [printer]


def printer() -> Printer | None:
    """The one to print with; None where nobody was named."""
    return _printers[0] if _printers else None
