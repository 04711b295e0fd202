"""Every report format read back as a person would: the words in reading order, blanks evened out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import BytesIO


class Page(HTMLParser):
    """The words a person sees, and every attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.tags: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.hidden = tag in ("style", "script")
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False


def _html(content: bytes) -> str:
    page = Page()
    page.feed(content.decode("utf-8"))
    return " ".join(page.words)


def _markdown(content: bytes) -> str:
    text = re.sub(r"\\([\\`*_\[\]|])", r"\1", content.decode("utf-8")).replace("**", "")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _docx(content: bytes) -> str:
    import docx
    from docx.oxml.ns import qn

    document = docx.Document(BytesIO(content))
    found = [_docx_part(document.element.body, qn), _docx_part(document.sections[0].footer._element, qn)]
    return " ".join(found)


def _docx_part(root, qn) -> str:
    pieces = []
    for element in root.iter():
        if element.tag == qn("w:t"):
            pieces.append(element.text or "")
        elif element.tag in (qn("w:p"), qn("w:br"), qn("w:tab")):
            pieces.append(" ")
    return "".join(pieces)


def _pptx(content: bytes) -> str:
    import pptx

    found = []
    for slide in pptx.Presentation(BytesIO(content)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                found.append(shape.text_frame.text)
            if shape.has_table:
                found += [cell.text_frame.text for row in shape.table.rows for cell in row.cells]
        if slide.has_notes_slide:
            found.append(slide.notes_slide.notes_text_frame.text)
    return " ".join(found).replace("\v", " ")


def _xlsx(content: bytes) -> str:
    import openpyxl

    book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
    cells = (cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    return " ".join(str(cell) for cell in cells if cell is not None)


def _pdf(content: bytes) -> str:
    import pypdf

    return " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages)


READERS = {
    "html": _html,
    "md": _markdown,
    "json": lambda content: content.decode("utf-8"),
    "docx": _docx,
    "pptx": _pptx,
    "xlsx": _xlsx,
    "pdf": _pdf,
}


def read(kind: str, content: bytes) -> str:
    """What a reader of the format sees."""
    return re.sub(r"\s+", " ", READERS[kind](content))
