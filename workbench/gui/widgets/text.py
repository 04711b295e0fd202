"""Words on screen: plain text unless our own sentence carries `**bold**`."""

from __future__ import annotations

import html
import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workbench.gui.theme import set_role

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_LONG_WORD = re.compile(r"\S{60,}")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def straight(text: str) -> str:
    """Text without the marks that turn the reading direction of what follows: a name must not reorder its sentence."""
    return text if text.isascii() else _TURNING.sub("\N{REPLACEMENT CHARACTER}", text)


def as_html(text: str) -> str:
    """Text with `**bold**` as safe HTML; everything else is escaped, endless words may break."""
    broken = _LONG_WORD.sub(lambda m: "\u200b".join(re.findall(r".{1,40}", m.group())), text)
    return _BOLD.sub(r"<b>\1</b>", html.escape(broken)).replace("\n", "<br>")


def without_marks(text: str) -> str:
    """The same text without the stars, for screen readers and the clipboard."""
    return _BOLD.sub(r"\1", text)


def breakable(text: str) -> str:
    """A name of one endless word may break, or its column would be as wide as it."""
    return " ".join(
        "\u200b".join(word[at : at + 12] for at in range(0, len(word), 12)) if len(word) > 24 else word
        for word in text.split(" ")
    )


class Words(QLabel):
    """A label that wraps, shows `**bold**`, and lets its text be selected with the mouse."""

    def __init__(self, text: str = "", role: str = "body", tone: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        set_role(self, role, tone)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show `text`; only our own `**bold**` is markup."""
        text = straight(text)
        rich = "**" in text
        self.setTextFormat(Qt.TextFormat.RichText if rich else Qt.TextFormat.PlainText)
        self.setText(as_html(text) if rich else text)
        self.setAccessibleName(without_marks(text))
