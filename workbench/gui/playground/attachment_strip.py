"""What is put beside the prompt: a chip for each file, with a way to take it off again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.analysis import words
from workbench.domain.evidence import Attachment
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.fields import FlowLayout
from workbench.gui.widgets.text import Words

MOST = 8


class AttachmentStrip(QWidget):
    """Hidden while there is nothing. `changed` when one was taken off."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._attachments: list[Attachment] = []
        self._flow = FlowLayout(self, spacing=Space.S)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Attached files")
        self.hide()

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        return tuple(self._attachments)

    def add(self, attachment: Attachment) -> bool:
        """One more; one of the same name is replaced. False when there are too many."""
        kept = [each for each in self._attachments if each.name != attachment.name]
        if len(kept) >= MOST:
            return False
        self.set_attachments((*kept, attachment))
        return True

    def set_attachments(self, attachments: Sequence[Attachment]) -> None:
        self._attachments = list(attachments)
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for attachment in self._attachments:
            chip = button(f"{attachment.name} · {_size(attachment)}  ✕", kind="chip")
            chip.setAccessibleName(f"Take off {attachment.name}")
            chip.setToolTip(f"{attachment.note} Press to take it off.".strip())
            chip.clicked.connect(lambda _checked=False, gone=attachment: self._take_off(gone))
            self._flow.addWidget(chip)
        notes = [f"{each.name}: {each.note}" for each in self._attachments if each.note]
        if notes:
            self._flow.addWidget(Words(" ".join(notes), "muted"))
        self.setVisible(bool(self._attachments))
        self.updateGeometry()

    def _take_off(self, gone: Attachment) -> None:
        self.set_attachments([each for each in self._attachments if each is not gone])
        self.changed.emit()


def _size(attachment: Attachment) -> str:
    if attachment.is_image:
        return f"{words.rounded(len(attachment.data) / 1e3, 2)} kB picture"
    return f"{len(attachment.text):,} characters"
