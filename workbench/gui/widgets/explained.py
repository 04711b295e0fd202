"""An explanation as one text document: quick to replace, selectable, read line by line by a screen reader."""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPainter,
    QPixmap,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextImageFormat,
    QTextOption,
)
from PySide6.QtWidgets import QTextEdit

from workbench.gui.explanation import Explanation, Row
from workbench.gui.theme import TONE_ICONS, Look, Size, Space, Tone, look_of, pixmap, point_size, scaled_px

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
# What a reader need not see of an address; the copied text has it whole.
_ADDRESS = re.compile(r"https?://(www\.)?")
_TONE_WORDS = {Tone.GOOD: "Good", Tone.CAUTION: "Caution", Tone.BAD: "Bad"}
_ICON_PX = 15


class ExplanationText(QTextEdit):
    """Shows an `Explanation` without its actions, or one muted sentence; read only. All text is plain text."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.viewport().setAutoFillBackground(False)
        self._shown: Explanation | str = ""
        self._ours: QTextDocument | None = None

    def show_words(self, shown: Explanation | str) -> None:
        """Replaces what is shown and goes to its start."""
        self._shown = shown
        document = QTextDocument(self)
        document.setDocumentMargin(0)
        document.setDefaultFont(self.font())
        _Writer(document, look_of(self), scaled_px(self, _ICON_PX), self.devicePixelRatioF()).write(shown)
        old, self._ours = self._ours, document
        self.setDocument(document)
        if old is not None:
            old.deleteLater()
        self.setAccessibleDescription(shown.as_text() if isinstance(shown, Explanation) else shown)

    def loadResource(self, type: int, name: QUrl | str) -> object:
        """Nothing outside the document is ever read: a file's picture named in a text would be."""
        return QImage(1, 1, QImage.Format.Format_ARGB32)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange) and self._shown:
            self.show_words(self._shown)


class _Writer:
    """Fills a document from its start."""

    def __init__(self, document: QTextDocument, look: Look, icon_px: int, ratio: float) -> None:
        self._document, self._look, self._icon_px, self._ratio = document, look, icon_px, ratio
        self._cursor = QTextCursor(document)
        self._is_first = True

    def write(self, shown: Explanation | str) -> None:
        if isinstance(shown, str):
            self._line(shown, self._format(Size.SMALL, self._look.muted))
            return
        self._line(shown.title, self._format(Size.ANSWER, self._look.text, bold=True))
        if shown.subtitle:
            self._line(shown.subtitle, self._format(Size.SMALL, self._look.muted), above=Space.XS)
        for section in shown.sections:
            self._heading(section.title)
            for row in section.rows:
                self._row(row)
        if shown.sources:
            self._heading("Where the numbers come from")
            for source in shown.sources:
                self._line(_ADDRESS.sub("", source), self._format(Size.SMALL, self._look.muted), above=Space.XS)

    def _heading(self, text: str) -> None:
        self._line(text, self._format(Size.SMALL, self._look.muted, bold=True), above=Space.L)

    def _row(self, row: Row) -> None:
        block = QTextBlockFormat()
        indent = self._icon_px + Space.S
        block.setTopMargin(Space.XS)
        block.setLeftMargin(indent)
        block.setTextIndent(-indent)
        self._begin(block)
        self._icon(row, indent)
        self._words(row.text, self._format(Size.BODY, self._look.text))

    def _icon(self, row: Row, width: int) -> None:
        """The mark before a row, as wide as the indent of the lines below it."""
        name = row.icon or TONE_ICONS[row.tone]
        colour = self._look.text if row.icon and row.tone is Tone.NEUTRAL else self._look.tone(row.tone)
        key = f"icon:{name}:{colour}"
        picture = _padded(name, colour, self._icon_px, width, self._ratio)
        self._document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(key), picture)
        image = QTextImageFormat()
        image.setName(key)
        image.setWidth(width)
        image.setHeight(self._icon_px)
        image.setToolTip(_TONE_WORDS.get(row.tone, ""))
        image.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
        self._cursor.insertImage(image)

    def _line(self, text: str, form: QTextCharFormat, *, above: int = 0) -> None:
        block = QTextBlockFormat()
        block.setTopMargin(above)
        self._begin(block)
        self._words(text, form)

    def _begin(self, block: QTextBlockFormat) -> None:
        if self._is_first:
            self._cursor.setBlockFormat(block)
            self._is_first = False
        else:
            self._cursor.insertBlock(block)

    def _words(self, text: str, form: QTextCharFormat) -> None:
        """Plain text but for our own `**bold**`; a line break stays inside the block."""
        strong = QTextCharFormat(form)
        strong.setFontWeight(QFont.Weight.DemiBold)
        for place, part in enumerate(_BOLD.split(text.replace("\n", "\u2028"))):
            self._cursor.insertText(part, strong if place % 2 else form)

    def _format(self, size: Size, colour: str, *, bold: bool = False) -> QTextCharFormat:
        form = QTextCharFormat()
        body = self._document.defaultFont().pointSizeF()
        form.setFontPointSize(body * point_size(size) / point_size(Size.BODY))
        form.setForeground(QColor(colour))
        if bold:
            form.setFontWeight(QFont.Weight.DemiBold)
        return form


@lru_cache(maxsize=64)
def _padded(name: str, colour: str, size_px: int, width_px: int, ratio: float) -> QPixmap:
    """An icon with empty room at its right."""
    picture = QPixmap(round(width_px * ratio), round(size_px * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.drawPixmap(0, 0, pixmap(name, colour, size_px, ratio))
    painter.end()
    return picture
