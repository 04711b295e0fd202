"""What the window asks of the rest of the program, as narrow protocols; `main` hands the real things in."""

from __future__ import annotations

from typing import Protocol

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class SettingsPort(Protocol):
    """Remembers small JSON values of the window: geometry, widths, the last page. Both are quick."""

    def get(self, key: str, default: Json = None) -> Json: ...

    def set(self, key: str, value: Json) -> None: ...
