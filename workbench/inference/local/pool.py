"""All local models of one running program: a child per file and its copies, one budget of memory, the least recently
used unloaded first. A model that finds no room waits until one that answers has finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from workbench.inference.local import memory
from workbench.inference.local.gguf import GgufFile
from workbench.inference.local.model import LocalModel, LocalSettings
from workbench.inference.local.threads import ThreadMemory

MOST_LOADED = 6


class LocalModels:
    """Use as an asynchronous context, or call `close`: afterwards no child process is left.

    A `model.Room`: what is free for a model is what the system calls available, without the weights of the other loaded
    models (mapped from their files, so the system counts them as available) and without what those being loaded will
    take. `names` gives the name under which a file is known where its own says nothing, as Ollama's do.
    """

    def __init__(
        self,
        *,
        settings: LocalSettings | None = None,
        thread_memory: ThreadMemory | None = None,
        most_loaded: int = MOST_LOADED,
        budget: Callable[[], int | None] = lambda: None,
        names: Callable[[Path], str] = lambda path: "",
    ) -> None:
        self._settings = settings or LocalSettings()
        self._thread_memory = thread_memory
        self._most_loaded = most_loaded
        self._budget = budget
        self._names = names
        self._models: dict[Path, LocalModel] = {}
        self._waiting: set[asyncio.Future[None]] = set()

    def model(self, path: Path) -> LocalModel:
        """The model of a file; the same object for the same file. Nothing is read or started yet."""
        place = Path(path).absolute()
        if place not in self._models:
            self._models[place] = LocalModel(
                place,
                settings=self._settings,
                thread_memory=self._thread_memory,
                room=self,
                name=self._names(place),
            )
        return self._models[place]

    def loaded(self) -> tuple[LocalModel, ...]:
        """The models with a running child, the least recently used first."""
        running = (model for model in self._models.values() if model.loaded)
        return tuple(sorted(running, key=lambda model: model.last_used))

    def taken_bytes(self) -> int:
        """What the models that are loaded or being loaded may take together: as planned, or as seen where that is
        more."""
        return sum(need.total for model in self._models.values() if (need := model.holds))

    async def make_room(self, model: LocalModel, file: GgufFile, say: Callable[[str], None]) -> int | None:
        """End copies of others, and then unload idle models, until this one fits; while others answer and leave too
        little, wait for them."""
        longest = min(file.context or memory.MOST_CELLS, self._settings.context_tokens or memory.MOST_CELLS)
        usual, least = memory.needed(file, longest), memory.needed(file, longest // 2)
        told = ""
        while True:
            others = [each for each in self._models.values() if each is not model and each.holds]
            free = self._free(others)
            place = len(others) < self._most_loaded
            if place and _fits(usual, free):
                return free
            ending = [each for each in others if place and each.spare_copies()]
            if ending:
                await self._next_change()
                continue
            idle = [each for each in self.loaded() if each is not model and not each.in_use]
            if idle:
                await idle[0].unload()
            elif not others or (place and _fits(least, free)):
                return free
            else:
                why = f"for {' and '.join(sorted(each.path.stem for each in others))} to finish, to have its memory"
                if why != told:
                    say(why)
                    told = why
                await self._next_change()

    def has_room(self, need: memory.MemoryNeed) -> bool:
        """Whether so much is free now beside all that are loaded or being loaded."""
        return _fits(need, self._free([each for each in self._models.values() if each.holds]))

    def changed(self) -> None:
        """Somebody may have left: those who wait look again."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def _next_change(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)

    def _free(self, others: list[LocalModel]) -> int | None:
        given, budget = self._settings.available_bytes, self._budget() or self._settings.budget_bytes
        plans = [(each.loaded, need) for each in others if (need := each.holds)]
        taken = sum(need.total for _, need in plans)
        if given is not None:
            free: int | None = given - taken
        else:
            free = memory.available_bytes()
            if free is not None:
                free -= sum(need.weights if loaded else need.total for loaded, need in plans)
        if budget is not None:
            within = int((budget - taken) / memory.SHARE_OF_AVAILABLE)
            free = within if free is None else min(free, within)
        return None if free is None else max(free, 0)

    async def close(self) -> None:
        """End every child."""
        await asyncio.gather(*(model.close() for model in self._models.values()))

    async def __aenter__(self) -> LocalModels:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _fits(need: memory.MemoryNeed, free: int | None) -> bool:
    return free is None or need.total <= memory.SHARE_OF_AVAILABLE * free
