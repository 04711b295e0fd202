"""Models without llama.cpp for tests of what asks them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from workbench.app import Services
from workbench.domain.chat import (
    ChatEvent,
    ChatModel,
    ChatRequest,
    Done,
    Failed,
    Finish,
    Loading,
    ModelDescription,
    Timing,
    Token,
)
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.services.chat_models import ChatModelService

Script = Callable[[str], str | WorkbenchError]


class ScriptedModel:
    """Answers with what a function of the question says, letter by letter; a `WorkbenchError` fails the answer."""

    def __init__(
        self, model_id: str, script: Script, *, local: bool = True, parallel: int = 1, **about: object
    ) -> None:
        self._about = ModelDescription(model_id, model_id, local, parallel, **about)  # type: ignore[arg-type]
        self._script = script
        self.asked: list[str] = []
        self.requests: list[ChatRequest] = []
        self.under_way = 0
        self.most_under_way = 0

    def describe(self) -> ModelDescription:
        return self._about

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        question = request.messages[-1].text
        self.asked.append(question)
        self.requests.append(request)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            yield Loading(1.0)
            said = self._script(question)
            if isinstance(said, WorkbenchError):
                yield Failed(said, sent=not isinstance(said, GuardRefusal))
                return
            for letter in said:
                await asyncio.sleep(0)
                yield Token(letter)
            yield Done(Timing(0.01, 100.0, 5, len(said), 0.02), Finish.STOP)
        finally:
            self.under_way -= 1


class SilentModel(ScriptedModel):
    """Begins an answer and never ends it."""

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        self.asked.append(request.messages[-1].text)
        self.under_way += 1
        try:
            yield Token("I")
            await asyncio.Event().wait()
        finally:
            self.under_way -= 1


class Remote:
    """Providers' models that are scripted."""

    def __init__(self, *models: ScriptedModel) -> None:
        self._models = {model.describe().model_id: model for model in models}

    def has(self, provider: str) -> bool:
        return any(name.startswith(f"{provider}/") for name in self._models)

    def check_key(self, reference: str) -> None:
        """Scripted models need none."""

    def known(self) -> tuple[ModelDescription, ...]:
        return tuple(model.describe() for model in self._models.values())

    def model(self, reference: str, scenario_id: str | None) -> ChatModel:
        if reference not in self._models:
            raise WorkbenchError(f"There is no model {reference}", where="models")
        return self._models[reference]


def use_remote(services: Services, *models: ScriptedModel) -> None:
    """Providers' models beside the local ones, as the composition root wires them."""
    remote = Remote(*models)
    services.made["chat_models"] = ChatModelService(library=services.library, engines=services.engines, remote=remote)
