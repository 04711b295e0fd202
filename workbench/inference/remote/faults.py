"""What a provider's refusal or failure means, in a sentence, and whether asking again makes sense."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.net.grant import NetworkFailure

DETAIL_CHARACTERS = 200
#: worth another try: too many requests, and what a server says of a bad moment (529: Anthropic is overloaded)
AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
_NO_CREDIT = ("insufficient_quota", "billing", "credit balance", "insufficient credit", "payment")
#: Google refuses a key with 400
_BAD_KEY = ("api key not valid", "api_key_invalid", "api key expired")
_TOO_LONG = ("context_length", "context length", "maximum context", "prompt is too long", "exceed context")


class NoAnswer(WorkbenchError):
    """Something came back that is no answer of a model."""


class Incomplete(WorkbenchError):
    """The answer stopped before its end; what came stands in the text."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`again`: the provider may be asked once more, after `wait_s` when it named one. `field`: what of the request it
    does not take, "" when it is not about one. `busy`: it had too much to do."""

    error: WorkbenchError
    again: bool = False
    wait_s: float | None = None
    field: str = ""
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked for what, for the sentence; `model` is "" for the list of models. `redact` takes keys out of a
    text."""

    provider: str
    provider_id: str
    host: str
    model: str
    redact: Callable[[str], str]


async def expect_events(response: Any) -> None:
    """Raises NoAnswer when a stream of events was asked for and something else came: a page to log in, say."""
    kind = response.headers.get("content-type", "").split(";")[0].strip().casefold()
    if kind in ("text/event-stream", ""):
        return
    seen = b""
    async for piece in response.aiter_raw():
        seen += piece
        if len(seen) >= DETAIL_CHARACTERS:
            break
    await response.aclose()
    words = " ".join(seen.decode("utf-8", "replace").split())[:DETAIL_CHARACTERS]
    raise NoAnswer(
        f"{response.url.host} answered with {kind}, not with an answer in pieces",
        where=words,
        mend="Is that the address of a server for language models? A network may also put a page to log in before it.",
    )


def fault_of(error: Exception, asked: Asked, now: datetime | None = None) -> Fault:
    """The fault behind an SDK's exception. Raises nothing; a bug of ours is given back by `is_ours`."""
    known = _workbench_error(error)
    if isinstance(known, NoAnswer):
        known = NoAnswer(known.what, where=_where(asked, asked.redact(known.where)), mend=known.mend)
    if known is not None:
        refused_at_once = isinstance(known, NetworkFailure) and known.what.endswith("refuses the connection")
        stale = "disconnected without sending" in _all_words(error)
        return Fault(known, again=refused_at_once or stale)
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return _of_status(status, error, asked, now or datetime.now(UTC))
    if isinstance(error, ValueError):  # JSON of an event that does not parse
        what = f"{asked.provider} sent something that is not what was agreed"
        return Fault(NoAnswer(what, where=asked.host, mend="Try again; if it stays so, the server is of another kind."))
    said = _detail(error, asked)
    return Fault(WorkbenchError(f"{asked.provider} broke off", where=_where(asked, said), mend="Try again later."))


def is_ours(error: Exception) -> bool:
    """Whether an exception is a bug of ours, and no way in which the world failed."""
    module = type(error).__module__.split(".", maxsplit=1)[0]
    expected = (WorkbenchError, ValueError)
    return not isinstance(error, expected) and module not in ("openai", "anthropic", "httpx2", "httpcore2", "pydantic")


def _of_status(status: int, error: Exception, asked: Asked, now: datetime) -> Fault:
    detail = _detail(error, asked)
    wait_s = _retry_after(error, now)
    if wait_s is None:
        wait_s = _retry_delay(error)
    no_credit = status in (400, 402, 403, 429) and wait_s is None and _names(_NO_CREDIT, detail)
    what, mend = _sentence(402 if no_credit else status, detail.casefold(), asked)
    return Fault(
        WorkbenchError(what, where=_where(asked, detail), mend=mend),
        again=status in AGAIN and not no_credit,
        wait_s=wait_s,
        field=_refused_field(status, detail, error),
        busy=status in (429, 503, 529),
    )


def _refused_field(status: int, detail: str, error: Exception) -> str:
    """Which field of the request is not taken, where another try can do without or with an older word for it."""
    field = _field(error) if status in (400, 422, 500) else ""
    if field == "response_format":  # it names what it knows; else the schema itself is wrong
        return field if "json_object" in detail.casefold() else ""
    return field if status != 500 else ""


def _sentence(status: int, detail: str, asked: Asked) -> tuple[str, str]:
    """What to say of a status, and how to mend it."""
    if status in (400, 413, 422) and _names(_TOO_LONG, detail):
        return f"The prompt is too long for {asked.model}", "Shorten it, or choose a model that reads more."
    if status == 400 and _names(_BAD_KEY, detail):
        status = 401
    match status:
        case 402:
            mend = "Top it up there, or choose another model."
            return f"{asked.provider} says that the account has no credit left", mend
        case 401:
            mend = f"Enter it anew under Settings, or: workbench key set {asked.provider_id}"
            return f"{asked.provider} does not accept the key", mend
        case 403:
            what = asked.model or "its list of models"
            return f"{asked.provider} does not let this key use {what}", "Check the account's rights there."
        case 404 if not asked.model:
            mend = "Is the address right? Its models can be named under Settings, or: workbench key server --models"
            return f"{asked.provider} lists no models at this address", mend
        case 404:
            mend = f"workbench key models {asked.provider_id} lists what it has."
            return f"{asked.provider} has no model named {asked.model}", mend
        case 408 | 504:
            return f"{asked.provider} took too long", "Try again later."
        case 429:
            return f"{asked.provider} was asked too often", "Wait a while, or ask fewer at once."
        case _ if status >= 500:
            return f"{asked.provider} has trouble of its own ({status})", "Try again later."
        case _:
            return f"{asked.provider} does not take the request ({status})", "Change what it complains about."


def _names(words: tuple[str, ...], detail: str) -> bool:
    return any(word in detail.casefold() for word in words)


def _body(error: Exception) -> Any:
    """What the server said of its refusal, as it wrote it; Google puts it into a list of one."""
    body: Any = getattr(error, "body", None)
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    return body.get("error", body) if isinstance(body, dict) else body


def _detail(error: Exception, asked: Asked) -> str:
    """The first characters of what the server said, keys masked."""
    found = _body(error)
    if isinstance(found, dict) and isinstance(found.get("message"), str):
        text = found["message"]
        code = found.get("code") or found.get("type")
        text = f"{code}: {text}" if isinstance(code, str) and code not in text else text
    elif found is None:
        text = str(getattr(error, "message", "") or "")
    else:
        text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=str)
    return asked.redact(" ".join(text.split()))[:DETAIL_CHARACTERS]


def _where(asked: Asked, detail: str) -> str:
    return f"{asked.host} said: {detail}" if detail else asked.host


def _field(error: Exception) -> str:
    """Which field a request was refused for, by its name or by a message that begins with one."""
    param = getattr(error, "param", None)
    if isinstance(param, str) and param:
        return param.split(".")[0].split("[")[0]
    found = _body(error)
    said = found.get("message") if isinstance(found, dict) else None
    text = (
        str(said or getattr(error, "message", ""))
        .replace("`", " ")
        .replace("'", " ")
        .replace('"', " ")
        .replace(":", " ")
    )
    words = text.replace(".", " ").replace(",", " ").split()
    return next((word for word in words if word in OPTIONAL), "")


#: fields that can be left out: the answer is then less bound, and the person is told
OPTIONAL = frozenset(
    {
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "repeat_penalty",
        "seed",
        "stop",
        "frequency_penalty",
        "presence_penalty",
        "stream_options",
        "max_tokens",
        "response_format",
        "logprobs",
        "top_logprobs",
        "include",
        "stop_sequences",
    }
)


def _retry_after(error: Exception, now: datetime) -> float | None:
    """Seconds that the server asks to wait; None when it says nothing that can be read."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    said = str(headers.get("retry-after", "")).strip()
    if not said:
        return None
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(said) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(seconds, 0.0) if seconds == seconds else None


def _retry_delay(error: Exception) -> float | None:
    """The same where it stands in the body: Google's RetryInfo, "34.07s"."""
    found = _body(error)
    details = found.get("details") if isinstance(found, dict) else None
    for one in details if isinstance(details, list) else ():
        said = one.get("retryDelay") if isinstance(one, dict) else None
        if isinstance(said, str) and (seconds := re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)s", said)):
            return float(seconds[1])
    return None


def _workbench_error(error: BaseException) -> WorkbenchError | None:
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None or isinstance(seen, GuardRefusal | WorkbenchError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def _all_words(error: BaseException) -> str:
    words, seen = [], error
    for _ in range(10):
        words.append(str(seen))
        following = seen.__cause__ or seen.__context__
        if following is None:
            break
        seen = following
    return " ".join(words).casefold()
