"""A GGUF file as a `ChatModel`: loaded at the first question, started anew after a crash."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from workbench.domain.chat import (
    ChatEvent,
    ChatRequest,
    Done,
    Failed,
    Finish,
    Loading,
    ModelDescription,
    Token,
    Waiting,
    sampling_problem,
)
from workbench.domain.errors import WorkbenchError
from workbench.inference.forms import schema_problem
from workbench.inference.local import memory, protocol
from workbench.inference.local.client import EngineProcess, Patience
from workbench.inference.local.copies import Copies
from workbench.inference.local.gguf import GgufFile, inspect, refuse_unsound
from workbench.inference.local.threads import ThreadMemory

#: answers that grow at once; from some eight on a batch costs little more for one more (bench_engine.py)
PARALLEL = 16


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """How local models are run. None: chosen by measurement (threads), by the file and memory (context,
    available). `budget_bytes` bounds what all local models take together."""

    parallel: int = PARALLEL
    context_tokens: int | None = None
    threads: int | None = None
    available_bytes: int | None = None
    memory_cap_bytes: int | None = None
    budget_bytes: int | None = None
    force: bool = False
    patience: Patience = field(default_factory=Patience)


class Room(Protocol):
    """Who shares out memory among the models of one program."""

    async def make_room(self, model: LocalModel, file: GgufFile, say: Callable[[str], None]) -> int | None:
        """Bytes that the model may plan with, once they are there; None when nobody knows. `say` tells for whom it
        waits."""
        ...

    def has_room(self, need: memory.MemoryNeed) -> bool:
        """Whether so much is free now, without anybody being unloaded."""
        ...

    def changed(self) -> None:
        """A model has ended an answer, a load, or itself."""
        ...


class LocalModel:
    """One file and its child process, with copies while many ask at once.

    `model_id` is `local/` and its name, else the file's without its ending.
    """

    def __init__(
        self,
        path: Path,
        *,
        settings: LocalSettings | None = None,
        thread_memory: ThreadMemory | None = None,
        room: Room | None = None,
        name: str = "",
    ) -> None:
        self.path = path
        self._name = name or path.stem
        self._settings = settings or LocalSettings()
        self._thread_memory = thread_memory
        self._room = room
        self._file: GgufFile | None = None
        self._engine: EngineProcess | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._load: asyncio.Task[None] | None = None
        self._given_up: set[asyncio.Task[None]] = set()
        self._watchers: set[asyncio.Queue[Loading | Waiting | None]] = set()
        self._users = 0
        self._copies = Copies(self._start_copy, self._has_room_for_a_copy, self._changed)
        self.plan: memory.ContextPlan | None = None
        self.ready: protocol.Ready | None = None
        self.last_used = 0.0

    @property
    def model_id(self) -> str:
        return f"local/{self._name}"

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
        return sum(engine.in_flight for engine in self._running())

    @property
    def holds(self) -> memory.MemoryNeed | None:
        """The memory planned for it while it is loaded or being loaded, or what it has if that is more: vectors, for
        one, need a context that no plan knows of."""
        loading = self._load is not None and not self._load.done()
        if self.plan is None or not (self.loaded or loading):
            return None
        return self._seen(self.plan.need).times(1 + self._copies.count)

    def _seen(self, need: memory.MemoryNeed) -> memory.MemoryNeed:
        own = memory.own_bytes(self.pid) if self.pid is not None else None
        return need if own is None else need.seen(own)

    @property
    def in_use(self) -> bool:
        """Whether somebody is asking it something, or waits until it is loaded."""
        return self._users > 0 or self.in_flight > 0

    def spare_copies(self) -> bool:
        """Give the memory of its copies to somebody else, each with its last answer. Whether one has not ended yet."""
        return self._copies.spare()

    @property
    def pid(self) -> int | None:
        return self._engine.pid if self._engine and self.loaded else None

    def memory_bytes(self) -> int | None:
        """What it takes of this machine's memory with its copies; None when nothing is loaded or the system does not
        say."""
        if self.pid is None:
            return None
        parts = [memory.resident_bytes(engine.pid) for engine in self._running()]
        return None if None in parts else sum(part for part in parts if part is not None)

    def _running(self) -> list[EngineProcess]:
        """The child and its copies."""
        return [self._engine, *self._copies.running] if self._engine and self._engine.alive else []

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
        """See `ChatModel`. Several at once share the child and its batches, or those of its copies."""
        refusal = self._refusal(request)
        if refusal is not None:
            yield Failed(refusal)
            return
        with self._used():
            try:
                async with contextlib.aclosing(self._loading()) as steps:
                    async for step in steps:
                        yield step
                engine = await self.load()
            except WorkbenchError as error:
                yield Failed(error)
                return
            self._copies.expect(max(self.in_flight + 1, request.beside), self.ready.processes if self.ready else 1)
            engine = self._copies.soonest(engine)
            async with contextlib.aclosing(engine.generate(request)) as said:
                events = self._checked(said, request.json_schema) if request.json_schema else said
                async for event in events:
                    if isinstance(event, Done):
                        self._copies.answered(engine, event.timing.total_s)
                    yield event

    async def _checked(self, events: AsyncGenerator[ChatEvent, None], schema: str) -> AsyncGenerator[ChatEvent, None]:
        """The same events; the end of an answer says as well what in it breaks the schema."""
        said: list[str] = []
        async for event in events:
            if isinstance(event, Token):
                said.append(event.text)
            if isinstance(event, Done) and event.finish is Finish.STOP:
                problem = await asyncio.to_thread(schema_problem, "".join(said), schema)
                yield replace(event, note=f"{event.note} {problem}".strip())
            else:
                yield event

    def _refusal(self, request: ChatRequest) -> WorkbenchError | None:
        """Why a request cannot be put to this model, before anything is loaded."""
        if problem := sampling_problem(request.sampling):
            return WorkbenchError(f"The {problem}", where="sampling", mend="Choose another number.")
        if request.tools:
            mend = "Choose a provider's model that does, or leave the tools out."
            return WorkbenchError("This model is offered no tools here", where=self.model_id, mend=mend)
        if any(message.images for message in request.messages):
            mend = "Choose a model that does, or leave the picture out."
            return WorkbenchError("This model takes no pictures", where=self.model_id, mend=mend)
        return None

    async def embed(self, texts: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        """A vector of length 1 for each text, in order. Raises `WorkbenchError`."""
        with self._used():
            engine = await self.load()
            return await engine.embed(texts)

    @contextlib.contextmanager
    def _used(self) -> Iterator[None]:
        """Nobody unloads it meanwhile."""
        self._users += 1
        self._copies.asked(self._users)
        self.last_used = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            self._users -= 1
            with contextlib.suppress(RuntimeError):  # a generator may be closed after its loop
                self.last_used = asyncio.get_running_loop().time()
                self._copies.asked(self._users)
            self._changed()

    async def load(self) -> EngineProcess:
        """The running child, loaded. Raises `WorkbenchError`."""
        async for _ in self._loading():
            pass
        if self._engine is None:
            raise WorkbenchError("The model was unloaded while it was needed", where=self.model_id, mend="Ask again.")
        return self._engine

    async def _loading(self) -> AsyncGenerator[Loading | Waiting, None]:
        """Its steps until the model is loaded. When nobody waits any more, the load is given up."""
        if self._engine and self._loop is not asyncio.get_running_loop():
            self._engine.kill("The program asked from another event loop")  # its pipes belong to the first one
            self._copies.kill("The program asked from another event loop")
            self._engine = None
        if self.loaded:
            return
        if self._load is None:
            self._load = asyncio.create_task(self._start())
        task = self._load
        watcher: asyncio.Queue[Loading | Waiting | None] = asyncio.Queue()
        self._watchers.add(watcher)
        task.add_done_callback(lambda _: watcher.put_nowait(None))
        try:
            while (step := await watcher.get()) is not None:
                yield step
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
        plan = self.plan = await self._planned(file)
        try:
            engine = await EngineProcess.start(self.model_id, settings.patience)
            try:
                self.ready = await engine.load(self._command(plan), lambda share: self._tell(Loading(share)))
            except BaseException:
                await engine.close()
                raise
        except BaseException:
            if self.plan is plan:  # a load that was given up ends beside the next one
                self.plan = None
            self._changed()
            raise
        if self._thread_memory and settings.threads is None:
            self._thread_memory.remember(self._thread_key(), self.ready.threads)
        self._engine, self._loop = engine, asyncio.get_running_loop()

    def _has_room_for_a_copy(self) -> bool:
        if self._room is None or self.plan is None:
            return False
        return self._room.has_room(self._seen(self.plan.need).of_a_copy)

    async def _start_copy(self) -> EngineProcess:
        """One more child of the same file, loaded like the first. Raises `WorkbenchError`."""
        plan, ready = self.plan, self.ready
        assert plan is not None and ready is not None
        engine = await EngineProcess.start(self.model_id, self._settings.patience)
        try:
            command = replace(self._command(plan), threads=ready.threads, beside=True)
            await engine.load(command, lambda share: None)
        except BaseException:
            await engine.close()
            raise
        return engine

    async def _planned(self, file: GgufFile) -> memory.ContextPlan:
        """The context it gets, once there is memory for it. Nothing is awaited after the room was given."""
        settings = self._settings
        available = settings.available_bytes
        if settings.force:
            available = None
        elif self._room:
            available = await self._room.make_room(self, file, lambda why: self._tell(Waiting(why)))
        elif available is None:
            available = memory.available_bytes()
        return memory.plan_context(
            file, parallel=settings.parallel, available=available, wanted_tokens=settings.context_tokens
        )

    def _command(self, plan: memory.ContextPlan) -> protocol.Load:
        threads = self._settings.threads
        if threads is None and self._thread_memory:
            threads = self._thread_memory.recall(self._thread_key())
        cap = self._settings.memory_cap_bytes or plan.need.most
        return protocol.Load(str(self.path), plan.cells, plan.sequence_tokens, self._settings.parallel, threads, cap)

    def _thread_key(self) -> str:
        return f"{self.path.name}:{self.file.bytes}"

    def _tell(self, step: Loading | Waiting) -> None:
        for watcher in self._watchers:
            watcher.put_nowait(step)

    def _changed(self) -> None:
        if self._room:
            self._room.changed()

    async def close(self) -> None:
        """End the child, and wait for one that was given up while it started."""
        here = asyncio.get_running_loop()
        await asyncio.gather(*(task for task in self._given_up if task.get_loop() is here), return_exceptions=True)
        await self.unload()

    async def unload(self) -> None:
        """End the child, if there is one; the next question starts another."""
        engine, self._engine, self.ready, self.plan = self._engine, None, None, None
        if self._loop is asyncio.get_running_loop():
            await self._copies.close()
        else:
            self._copies.kill("It was unloaded")
        if engine and self._loop is asyncio.get_running_loop():
            await engine.close()
        elif engine:
            engine.kill("It was unloaded")
        self._changed()
