"""The models a provider says it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.domain.secret import Secret
from workbench.inference.remote import clients
from workbench.inference.remote.endpoints import Endpoint, Wire
from workbench.inference.remote.faults import Asked, NoAnswer, fault_of, is_ours
from workbench.net.grant import Grant, host_of

if TYPE_CHECKING:
    from workbench.net.door import Doorway

MOST_MODELS = 5_000
#: what servers call the longest prompt
_CONTEXT = ("context_length", "context_window", "max_model_len", "max_input_tokens")


@dataclass(frozen=True, slots=True)
class Listed:
    """One model by the provider's own name; the rest as far as the list says."""

    name: str
    owner: str = ""
    context_tokens: int | None = None


async def list_models(
    doorway: Doorway, grant: Grant, endpoint: Endpoint, key: Secret | None, redact: Callable[[str], str]
) -> tuple[Listed, ...]:
    """By name. Raises WorkbenchError; the list is public, the key stands in its header."""
    await clients.load(endpoint.wire)
    asked = Asked(endpoint.name, endpoint.id, host_of(next(iter(grant.origins))), "", redact)
    try:
        async with doorway.client(grant) as http:
            client = clients.make(endpoint, key, http)
            found = [_listed(one) async for one in _some(client, endpoint)]
    except Exception as error:
        if is_ours(error) and not isinstance(error, AttributeError | TypeError):
            raise
        if isinstance(error, AttributeError | TypeError):  # JSON of another shape: the SDK looks for `data`
            raise NoAnswer(
                f"{endpoint.name} sent no list of models", where=asked.host, mend="Is that the right address?"
            ) from error
        raise fault_of(error, asked).error from error
    return tuple(sorted((one for one in found if one.name), key=lambda one: one.name))


async def _some(client: Any, endpoint: Endpoint) -> Any:
    headers = clients.own_headers(endpoint, client)
    more = {"limit": 1000} if endpoint.wire is Wire.ANTHROPIC else {}
    pages = client.models.list(extra_headers=headers, **more)
    count = 0
    async for model in pages:
        yield model
        count += 1
        if count >= MOST_MODELS:
            return


def _listed(model: Any) -> Listed:
    extra = getattr(model, "model_extra", None) or {}
    said = (extra.get(field) or getattr(model, field, None) for field in _CONTEXT)
    context = next((value for value in said if value), None)
    name = str(getattr(model, "id", "") or "")
    return Listed(
        name.removeprefix("models/"),
        str(getattr(model, "owned_by", "") or ""),
        context if isinstance(context, int) and context > 0 else None,
    )
