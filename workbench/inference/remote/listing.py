"""The models a provider says it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from workbench.domain.secret import Secret
from workbench.inference.remote import wire
from workbench.inference.remote.endpoints import Endpoint, Wire
from workbench.inference.remote.faults import Asked, NoAnswer, fault_of, is_ours
from workbench.inference.remote.pieces import part, text_of
from workbench.net.grant import Grant, host_of

if TYPE_CHECKING:
    from workbench.net.door import Doorway

MOST_MODELS, A_PAGE = 5_000, 1_000
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
    asked = Asked(endpoint.name, endpoint.id, host_of(next(iter(grant.origins))), "", redact)
    try:
        found = await _rows(doorway, grant, endpoint, key)
    except Exception as error:
        if is_ours(error):
            raise
        raise fault_of(error, asked).error from error
    if found is None:
        raise NoAnswer(f"{endpoint.name} sent no list of models", where=asked.host, mend="Is that the right address?")
    listed = (_listed(one) for one in found[:MOST_MODELS])
    return tuple(sorted((one for one in listed if one.name), key=lambda one: one.name))


async def _rows(doorway: Doorway, grant: Grant, endpoint: Endpoint, key: Secret | None) -> list[Any] | None:
    """The list as the server sends it, Anthropic's page by page; None when something else came."""
    if endpoint.wire is not Wire.ANTHROPIC:
        return _list_in(await wire.fetched(endpoint, doorway, grant, key, "/models"))
    found: list[Any] = []
    after = ""
    while len(found) < MOST_MODELS:
        page = await wire.fetched(endpoint, doorway, grant, key, f"/v1/models?limit={A_PAGE}{after}")
        rows = _list_in(page)
        if rows is None:
            return None
        found += rows
        last = text_of(part(page, "last_id"))
        if not part(page, "has_more") or not last or not rows:
            break
        after = f"&after_id={quote(last, safe='')}"
    return found


def _list_in(page: Any) -> list[Any] | None:
    rows = part(page, "data")
    return rows if isinstance(rows, list) else None


def _listed(model: object) -> Listed:
    context = next((value for field in _CONTEXT if (value := part(model, field))), None)
    return Listed(
        text_of(part(model, "id")).removeprefix("models/"),
        text_of(part(model, "owned_by")),
        context if isinstance(context, int) and context > 0 else None,
    )
