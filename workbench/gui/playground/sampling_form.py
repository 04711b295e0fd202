"""How words are chosen, as fields: how long an answer may be, how freely it is drawn, what is drawn from."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from workbench.domain.chat import Sampling
from workbench.gui.theme import Space, set_role
from workbench.gui.widgets.fields import FlowLayout, NumberField, TextField

WIDTH = 70
LONGEST = 32_768


class SamplingForm(QWidget):
    """`changed` while typing. An empty field means its usual value."""

    changed = Signal()

    def __init__(self, name: str = "") -> None:
        super().__init__()
        of = f" {name}" if name else ""
        whole: dict[str, Any] = {"whole": True, "width": WIDTH}
        self._fields: dict[str, NumberField] = {
            "max_tokens": NumberField(f"Longest answer{of}", unit="tokens", low=1, high=LONGEST, **whole),
            "temperature": NumberField(f"Temperature{of}", low=0, high=2, width=WIDTH),
            "top_p": NumberField(f"Top-p{of}", low=0, high=1, width=WIDTH),
            "top_k": NumberField(f"Top-k{of}", low=0, high=1000, **whole),
            "min_p": NumberField(f"Min-p{of}", low=0, high=1, width=WIDTH),
            "repeat_penalty": NumberField(f"Repetition penalty{of}", low=0.1, high=10, width=WIDTH),
            "frequency_penalty": NumberField(f"Frequency penalty{of}", low=-2, high=2, width=WIDTH),
            "presence_penalty": NumberField(f"Presence penalty{of}", low=-2, high=2, width=WIDTH),
            "seed": NumberField(f"Seed{of}", low=0, high=2**31, **whole),
        }
        self.stop = TextField(f"Stop at{of}", placeholder="END | \\n\\n")
        self.stop.setFixedWidth(2 * WIDTH)
        self.stop.edited.connect(lambda _text: self.changed.emit())
        hints = {
            "max_tokens": ("Longest answer", "The answer is cut after so many tokens; a token is some four letters."),
            "temperature": ("Temperature", "0 always takes the likeliest word: the same answer every time."),
            "top_p": ("Top-p", "Draw only from the likeliest words that together reach this share. 1: from all."),
            "top_k": ("Top-k", "Draw only from so many likeliest words. 0: from all."),
            "min_p": ("Min-p", "Draw only from words at least this likely beside the likeliest. 0: from all."),
            "repeat_penalty": ("Repetition", "Above 1, what was said lately becomes less likely. 1: does nothing."),
            "frequency_penalty": ("Frequency", "Takes from a word's weight for each time it was said. 0: nothing."),
            "presence_penalty": ("Presence", "Takes from a word's weight once it was said. 0: nothing."),
            "seed": ("Seed", "The same seed draws the same answer again."),
        }
        flow_holder = QWidget()
        flow = FlowLayout(flow_holder, spacing=Space.M)
        for key, field in self._fields.items():
            flow.addWidget(_labelled(field, *hints[key]))
            field.changed.connect(lambda _value: self.changed.emit())
        flow.addWidget(_labelled(self.stop, "Stop at", "The answer ends before this text; | stands between several."))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(flow_holder)
        self.set_sampling(Sampling())

    @property
    def sampling(self) -> Sampling:
        """What the fields say."""
        values: dict[str, Any] = {}
        for key, field in self._fields.items():
            usual = getattr(Sampling(), key)
            values[key] = usual if field.value is None else type(usual)(field.value)
        texts = (text.strip().replace("\\n", "\n") for text in self.stop.text().split("|"))
        return Sampling(**values, stop=tuple(filter(None, texts)))

    def set_sampling(self, sampling: Sampling) -> None:
        for key, field in self._fields.items():
            field.set_value(getattr(sampling, key))
        self.stop.set_value(" | ".join(text.replace("\n", "\\n") for text in sampling.stop))

    def field(self, key: str) -> NumberField:
        """The field of one of `Sampling`'s numbers."""
        return self._fields[key]


def _labelled(field: NumberField | TextField, title: str, hint: str) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    label = QLabel(title)
    set_role(label, "muted")
    edit = field.edit if isinstance(field, NumberField) else field
    label.setBuddy(edit)
    edit.setToolTip(hint)
    label.setToolTip(hint)
    column.addWidget(label)
    column.addWidget(field)
    return holder
