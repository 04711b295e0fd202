"""What the inspector shows: one value for a model, an option, an answer or a case. `**two stars**` make bold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.gui.theme import Tone


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence with its mark. `icon` replaces the tone's own icon ("swap" for what would change our mind)."""

    text: str
    tone: Tone = Tone.NEUTRAL
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class InspectorAction:
    """A button at the foot of an explanation; `run` is called on the GUI thread."""

    text: str
    run: Callable[[], None]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Title, verdict and reasons of one thing, where its numbers come from, and what can be done with it.

    `sources` are sentences with a date each.
    """

    title: str
    subtitle: str = ""
    sections: tuple[Section, ...] = ()
    sources: tuple[str, ...] = ()
    actions: tuple[InspectorAction, ...] = ()

    def as_text(self) -> str:
        """The whole explanation as plain text, for the clipboard."""
        lines = [self.title, self.subtitle]
        for section in self.sections:
            lines += ["", section.title, *(f"- {row.text}" for row in section.rows)]
        if self.sources:
            lines += ["", "Where the numbers come from", *self.sources]
        return "\n".join(line for line in lines if line is not None).replace("**", "").strip() + "\n"
