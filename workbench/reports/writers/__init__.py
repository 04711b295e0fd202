"""The report's formats. A new one is a module with a `Writer` and a line in `BUILTIN`."""

from __future__ import annotations

from typing import Protocol

from workbench.reports.document import Document
from workbench.reports.writers.docx import DOCX
from workbench.reports.writers.html import HTML
from workbench.reports.writers.json import JSON
from workbench.reports.writers.markdown import MARKDOWN
from workbench.reports.writers.pdf import PDF
from workbench.reports.writers.pptx import PPTX
from workbench.reports.writers.xlsx import XLSX


class Writer(Protocol):
    """Turns a report into the bytes of a file. Text from people and models must come out as text in the format."""

    @property
    def id(self) -> str:
        """The format's name on the command line, and the file's ending."""

    @property
    def title(self) -> str:
        """The format's name for people."""

    def render(self, document: Document) -> bytes:
        """The whole file; the same document always gives the same bytes."""


BUILTIN: dict[str, Writer] = {writer.id: writer for writer in (HTML, PDF, DOCX, PPTX, XLSX, MARKDOWN, JSON)}
