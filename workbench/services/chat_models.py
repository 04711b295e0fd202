"""Which model answers: local files and, where they are set up, models of providers, behind one reference."""

from __future__ import annotations

from collections.abc import Callable

from workbench.domain.chat import ChatModel
from workbench.domain.errors import WorkbenchError
from workbench.inference.local.pool import LocalModels
from workbench.services.library import LibraryService

#: a provider's model by `provider/model`, for data of a scenario (by id; None: of none)
RemoteModels = Callable[[str, str | None], ChatModel]
LOCAL = "local/"


class ChatModelService:
    """Finds the model that a reference names; nothing is loaded or called yet."""

    def __init__(self, *, library: LibraryService, engines: LocalModels, remote: RemoteModels | None = None) -> None:
        self._library = library
        self._engines = engines
        self._remote = remote

    def model(self, reference: str, *, scenario_id: str | None = None) -> ChatModel:
        """A GGUF file, the name of a library model, or `provider/model`. Raises WorkbenchError for none of them.

        Asked through the returned model, a provider gets data of this scenario only; whether it may is decided at each
        question, by the guard.
        """
        try:
            path = self._library.resolve(reference)
        except WorkbenchError:
            if self._remote is None or not is_remote(reference):
                raise
            return self._remote(reference, scenario_id)
        return self._engines.model(path)


def is_remote(reference: str) -> bool:
    """Whether a reference has the form of a provider's model."""
    return "/" in reference and not reference.startswith(LOCAL) and not reference.lower().endswith(".gguf")
