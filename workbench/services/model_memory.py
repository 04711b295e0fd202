"""How much memory the models that are loaded on this machine may take together."""

from __future__ import annotations

from workbench.domain.changes import Changes
from workbench.settings import MODEL_MEMORY_GB, Settings


class ModelMemoryService:
    """Counts from the next model that is loaded: one that does not fit waits for others, or takes their place."""

    def __init__(self, *, settings: Settings) -> None:
        self._settings = settings

    def cap_gb(self) -> float:
        """Gigabytes; 0: as much as is free."""
        return self._settings.value(MODEL_MEMORY_GB)

    def cap_bytes(self) -> int | None:
        """The same for the engine; None: as much as is free."""
        return round(self.cap_gb() * 1e9) or None

    def set_cap_gb(self, gigabytes: float) -> Changes:
        """Raises WorkbenchError for what is no amount."""
        self._settings.choose(MODEL_MEMORY_GB, float(gigabytes))
        return Changes(settings=True)
