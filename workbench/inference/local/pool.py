"""All local models of one running program: one child per file, the least recently used unloaded first."""

from __future__ import annotations

from pathlib import Path

from workbench.inference.local import memory
from workbench.inference.local.model import LocalModel, LocalSettings
from workbench.inference.local.threads import ThreadMemory

MOST_LOADED = 6


class LocalModels:
    """Use as an asynchronous context, or call `close`: afterwards no child process is left."""

    def __init__(
        self,
        *,
        settings: LocalSettings | None = None,
        thread_memory: ThreadMemory | None = None,
        most_loaded: int = MOST_LOADED,
    ) -> None:
        self._settings = settings
        self._thread_memory = thread_memory
        self._most_loaded = most_loaded
        self._models: dict[Path, LocalModel] = {}

    def model(self, path: Path) -> LocalModel:
        """The model of a file; the same object for the same file. Nothing is read or started yet."""
        place = Path(path).absolute()
        if place not in self._models:
            self._models[place] = LocalModel(
                place,
                settings=self._settings,
                thread_memory=self._thread_memory,
                make_room=self._make_room,
            )
        return self._models[place]

    def loaded(self) -> tuple[LocalModel, ...]:
        """The models with a running child, the least recently used first."""
        running = (model for model in self._models.values() if model.loaded)
        return tuple(sorted(running, key=lambda model: model.last_used))

    async def _make_room(self, need: memory.MemoryNeed) -> None:
        """Unload idle models until another one fits, in number and in memory."""
        for model in self.loaded():
            available = self._settings.available_bytes if self._settings else None
            free = memory.available_bytes() if available is None else available
            fits = free is None or need.total <= memory.SHARE_OF_AVAILABLE * free
            if fits and len(self.loaded()) < self._most_loaded:
                return
            if model.in_flight == 0:
                await model.unload()

    async def close(self) -> None:
        """End every child."""
        for model in self._models.values():
            await model.close()

    async def __aenter__(self) -> LocalModels:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
