"""The keys of one GGUF file by their short names: the architecture stands in front of most."""

from __future__ import annotations

from workbench.inference.local.gguf.layout import ArrayValue, Layout
from workbench.inference.local.gguf.reading import printable

MOST_SHOWN = 200
LARGEST_COUNT = 1 << 53


class Keys:
    """Typed access; what is absent or of another kind is None or empty, never guessed."""

    def __init__(self, layout: Layout) -> None:
        self._keys = layout.keys
        self.family = self.text("general.architecture") or ""

    def text(self, name: str) -> str | None:
        """A text for a line of a table: without control characters, at most 200 characters."""
        value = self._keys.get(name)
        return (printable(value, MOST_SHOWN).strip() or None) if isinstance(value, str) else None

    def whole_text(self, name: str) -> str | None:
        value = self._keys.get(name)
        return value.strip() or None if isinstance(value, str) else None

    def number(self, name: str) -> float | None:
        """Any number of the architecture."""
        value = self._keys.get(f"{self.family}.{name}")
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def plain_count(self, name: str) -> int | None:
        """A whole number that has no architecture in front."""
        value = self._keys.get(name)
        return value if type(value) is int else None

    def counts(self, name: str) -> tuple[int, ...]:
        """One whole number or one for each layer; empty when absent, of another kind, or beyond 2^53."""
        value = self._keys.get(f"{self.family}.{name}")
        found = (value.items or ()) if isinstance(value, ArrayValue) else (value,)
        numbers = tuple(item for item in found if type(item) is int and abs(item) < LARGEST_COUNT)
        return numbers if len(numbers) == len(found) else ()

    def count(self, name: str) -> int | None:
        """The largest of `counts`."""
        values = self.counts(name)
        return max(values) if values else None

    def flags(self, name: str) -> tuple[bool, ...]:
        """One yes or no for each layer, also where they are written as 0 and 1."""
        value = self._keys.get(f"{self.family}.{name}")
        if not isinstance(value, ArrayValue) or value.items is None:
            return ()
        return tuple(bool(item) for item in value.items if isinstance(item, int))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, as lines."""
        value = self._keys.get(name)
        items = (value.items or ()) if isinstance(value, ArrayValue) else ()
        return tuple(
            printable(item.decode("utf-8", "replace"), MOST_SHOWN) for item in items if isinstance(item, bytes)
        )

    def list_length(self, name: str) -> int | None:
        value = self._keys.get(name)
        return value.count if isinstance(value, ArrayValue) else None

    def has(self, name: str) -> bool:
        return name in self._keys
