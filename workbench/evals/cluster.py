"""An eval's questions asked on the workers of a cluster, each of which runs its own engines."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Protocol

from workbench.domain.chat import ChatModel, ChatRequest, Failed
from workbench.domain.errors import WorkbenchError
from workbench.evals.executor import Said

#: (file, identity, request, timeout_s) -> Said, on a worker
Work = Callable[[str, str, ChatRequest, float], Said]


class Workers(Protocol):
    """A connected cluster (`net.cluster.Cluster`)."""

    stays_here: bool

    @property
    def threads(self) -> int: ...

    async def run(self, work: Work, *arguments: object, key: str, size: int) -> Said: ...


class OnCluster:
    """An executor. `files` are the models' files by id, `identities` tell whether a worker's file is the same one.

    A question whose worker is lost is asked on another one; its answer arrives once.
    """

    def __init__(
        self, workers: Workers, work: Work, *, files: Mapping[str, str], identities: Mapping[str, str]
    ) -> None:
        self._workers = workers
        self._work = work
        self._files = files
        self._identities = identities
        self._go = uuid.uuid4().hex
        self.stays_here = workers.stays_here

    def width(self, model: ChatModel) -> int:
        return self._workers.threads

    async def ask(self, model: ChatModel, request: ChatRequest, timeout_s: float) -> Said:
        name = model.describe().model_id
        size = sum(len(message.text.encode("utf-8", "replace")) for message in request.messages)
        try:
            return await self._workers.run(
                self._work,
                self._files[name],
                self._identities[name],
                request,
                timeout_s,
                key=f"eval-{self._go}-{uuid.uuid4().hex}",
                size=size,
            )
        except WorkbenchError as error:
            return Said("", Failed(error))
