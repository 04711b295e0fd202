"""Which model answers: local files and, where they are set up, models of providers, behind one reference."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from workbench.domain.chat import ChatModel, ModelDescription
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.domain.scenario import Scenario
    from workbench.inference.local.pool import LocalModels
    from workbench.services.library import LibraryService

LOCAL = "local/"


class RemoteModels(Protocol):
    """Models of providers that this program may call."""

    def known(self) -> tuple[ModelDescription, ...]:
        """Those that were set up, for a list to choose from."""
        ...

    def model(self, reference: str, scenario: str | Scenario | None) -> ChatModel:
        """A model by `provider/model`, for data of a scenario, by id or itself (None: of none). WorkbenchError."""
        ...

    def has(self, provider: str) -> bool:
        """Whether a provider or server has this name."""
        ...

    def check_key(self, reference: str) -> None:
        """Raises WorkbenchError when its provider needs a key and there is none; may wait for the keychain."""
        ...


class ChatModelService:
    """Finds the model that a reference names; nothing is loaded or called yet."""

    def __init__(
        self,
        *,
        library: LibraryService,
        engines: LocalModels,
        remote: RemoteModels | None = None,
        hang_up: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._library = library
        self._engines = engines
        self._remote = remote
        self._hang_up = hang_up

    def model(self, reference: str, *, scenario_id: str | None = None, scenario: Scenario | None = None) -> ChatModel:
        """A GGUF file, the name of a library model, or `provider/model`. Raises WorkbenchError for none of them.

        Asked through the returned model, a provider gets data of this scenario only; whether it may is decided at each
        question, by the guard. `scenario` is one that is not stored (a file's).
        """
        if self._remote is not None and self.is_remote(reference):
            return self._remote.model(reference, scenario or scenario_id)
        return self._engines.model(self._library.resolve(reference))

    def is_remote(self, reference: str) -> bool:
        """Whether a reference names a provider's model. What lies on this machine goes first; servers of llama.cpp name
        their models by files, so a path that leads nowhere may be one of theirs."""
        if self._remote is None or "/" not in reference or reference.startswith(LOCAL):
            return False
        if reference.lower().endswith(".gguf"):
            is_there = os.path.lexists(Path(reference).expanduser())
            return not is_there and self._remote.has(reference.partition("/")[0])
        try:
            self._library.resolve(reference)
        except WorkbenchError:
            return True
        return False

    def check_key(self, reference: str) -> None:
        """Raises WorkbenchError when a model needs a key and there is none; may wait for the keychain. A model of this
        machine needs none."""
        if self._remote is not None and self.is_remote(reference):
            self._remote.check_key(reference)

    def remote(self) -> tuple[ModelDescription, ...]:
        """The models of providers that were set up."""
        return self._remote.known() if self._remote is not None else ()

    async def close(self) -> None:
        """Ends every model process of this program and closes its connections."""
        await self._engines.close()
        if self._hang_up is not None:
            await self._hang_up()


def identity_of(model: ChatModel) -> str:
    """What tells a model from another one of the same name: the content of its file, or the address of its server.

    Reads half a megabyte of a file. A file that cannot be read, and any other model, has its id only.
    """
    from workbench.evals.templates import Varied
    from workbench.inference.local.model import LocalModel
    from workbench.inference.local.same import fingerprint
    from workbench.inference.remote.model import RemoteModel

    if isinstance(model, Varied):
        return identity_of(model.inner)
    if isinstance(model, LocalModel):
        found = fingerprint(model.path)
        return model.model_id if found is None else f"file {found.hex()}"
    return model.identity if isinstance(model, RemoteModel) else model.describe().model_id
