"""A GGUF file as a `ChatModel`: loaded at the first question, started anew after a crash."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from workbench.domain.chat import ChatEvent, ChatRequest, Failed, Loading, ModelDescription
from workbench.domain.errors import WorkbenchError
from workbench.inference.local import memory, protocol
from workbench.inference.local.client import EngineProcess, Patience
from workbench.inference.local.gguf import GgufFile, inspect, refuse_unsound
from workbench.inference.local.threads import ThreadMemory

PARALLEL = 4


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """How local models are run. None: chosen by measurement (threads), by the file and memory (context,
    available)."""

    parallel: int = PARALLEL
    context_tokens: int | None = None
    threads: int | None = None
    available_bytes: int | None = None
    memory_cap_bytes: int | None = None
    force: bool = False
    patience: Patience = field(default_factory=Patience)


class LocalModel:
    """One file, at most one child process. `model_id` is `local/` and the file's name without its ending."""

    def __init__(
        self,
        path: Path,
        *,
        settings: LocalSettings | None = None,
        thread_memory: ThreadMemory | None = None,
        make_room: Callable[[memory.MemoryNeed], Awaitable[None]] | None = None,
    ) -> None:
        self.path = path
        self._settings = settings or LocalSettings()
        self._thread_memory = thread_memory
        self._make_room = make_room
        self._file: GgufFile | None = None
        self._engine: EngineProcess | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._load: asyncio.Task[None] | None = None
        self._given_up: set[asyncio.Task[None]] = set()
        self._watchers: set[asyncio.Queue[float | None]] = set()
        self.ready: protocol.Ready | None = None
        self.last_used = 0.0

    @property
    def model_id(self) -> str:
        return f"local/{self.path.stem}"

    @property
    def file(self) -> GgufFile:
        """What is in the file, read once. Raises `WorkbenchError`."""
        if self._file is None:
            self._file = inspect(self.path)
        return self._file

    @property
    def loaded(self) -> bool:
        return self._engine is not None and self._engine.alive

    @property
    def in_flight(self) -> int:
        return self._engine.in_flight if self._engine else 0

    @property
    def pid(self) -> int | None:
        return self._engine.pid if self._engine and self.loaded else None

    def memory_bytes(self) -> int | None:
        """What the child takes of this machine's memory; None when nothing is loaded or the system does not
        say."""
        return memory.resident_bytes(self.pid) if self.pid is not None else None

    def describe(self) -> ModelDescription:
        """Raises `WorkbenchError` when the file is no model."""
        file = self.file
        return ModelDescription(
            model_id=self.model_id,
            name=file.name,
            local=True,
            parallel=self._settings.parallel,
            context_tokens=self.ready.sequence_tokens if self.ready else file.context,
            parameters=file.parameters,
            file_bytes=file.bytes,
        )

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """See `ChatModel`. Several at once share the child and its batches."""
        self.last_used = asyncio.get_running_loop().time()
        try:
            async with contextlib.aclosing(self._loading()) as fractions:
                async for fraction in fractions:
                    yield Loading(fraction)
            engine = await self.load()
        except WorkbenchError as error:
            yield Failed(error)
            return
        async with contextlib.aclosing(engine.generate(request)) as events:
            async for event in events:
                yield event
        self.last_used = asyncio.get_running_loop().time()

    async def load(self) -> EngineProcess:
        """The running child, loaded. Raises `WorkbenchError`."""
        async for _ in self._loading():
            pass
        if self._engine is None:
            raise WorkbenchError("The model was unloaded while it was needed", where=self.model_id, mend="Ask again.")
        return self._engine

    async def _loading(self) -> AsyncGenerator[float, None]:
        """Fractions until the model is loaded. When nobody waits any more, the load is given up."""
        if self._engine and self._loop is not asyncio.get_running_loop():
            self._engine.kill("The program asked from another event loop")  # its pipes belong to the first one
            self._engine = None
        if self.loaded:
            return
        if self._load is None:
            self._load = asyncio.create_task(self._start())
        task = self._load
        watcher: asyncio.Queue[float | None] = asyncio.Queue()
        self._watchers.add(watcher)
        task.add_done_callback(lambda _: watcher.put_nowait(None))
        try:
            while (fraction := await watcher.get()) is not None:
                yield fraction
            task.result()
        finally:
            self._watchers.discard(watcher)
            if not self._watchers:
                if task.cancel():
                    self._given_up.add(task)
                    task.add_done_callback(self._given_up.discard)
                self._load = None

    async def _start(self) -> None:
        await self.unload()
        settings = self._settings
        file = await asyncio.to_thread(inspect, self.path)
        self._file = file
        if not settings.force:
            refuse_unsound(file)
        plan = await self._plan(file)
        engine = await EngineProcess.start(self.model_id, settings.patience)
        try:
            self.ready = await engine.load(self._command(plan), self._tell)
        except BaseException:
            await engine.close()
            raise
        if self._thread_memory and settings.threads is None:
            self._thread_memory.remember(self._thread_key(), self.ready.threads)
        self._engine, self._loop = engine, asyncio.get_running_loop()

    async def _plan(self, file: GgufFile) -> memory.ContextPlan:
        settings = self._settings
        if self._make_room:
            usual = min(file.context or memory.MOST_CELLS, memory.MOST_CELLS)
            await self._make_room(memory.needed(file, usual))
        available = settings.available_bytes
        if available is None and not settings.force:
            available = memory.available_bytes()
        return memory.plan_context(
            file,
            parallel=settings.parallel,
            available=None if settings.force else available,
            wanted_tokens=settings.context_tokens,
        )

    def _command(self, plan: memory.ContextPlan) -> protocol.Load:
        threads = self._settings.threads
        if threads is None and self._thread_memory:
            threads = self._thread_memory.recall(self._thread_key())
        cap = self._settings.memory_cap_bytes or 2 * plan.need.total + (1 << 30)
        return protocol.Load(str(self.path), plan.cells, plan.sequence_tokens, self._settings.parallel, threads, cap)

    def _thread_key(self) -> str:
        return f"{self.path.name}:{self.file.bytes}"

    def _tell(self, fraction: float) -> None:
        for watcher in self._watchers:
            watcher.put_nowait(fraction)

    async def close(self) -> None:
        """End the child, and wait for one that was given up while it started."""
        here = asyncio.get_running_loop()
        await asyncio.gather(*(task for task in self._given_up if task.get_loop() is here), return_exceptions=True)
        await self.unload()

    async def unload(self) -> None:
        """End the child, if there is one; the next question starts another."""
        engine, self._engine, self.ready = self._engine, None, None
        if engine and self._loop is asyncio.get_running_loop():
            await engine.close()
        elif engine:
            engine.kill("It was unloaded")
