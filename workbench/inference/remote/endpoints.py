"""Where providers answer and which protocol they speak: those known by name, and servers of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, quote, unquote

from workbench.domain.errors import WorkbenchError
from workbench.net.grant import origin_of

#: Azure's words: what tells an address of its own form, where its models lie, its hosts
AZURE_VERSION, AZURE_PATH, DEPLOYMENTS, AZURE_HOST = "api-version", "/openai", "/deployments/", ".openai.azure.com"
CHAT_PATH = "/chat/completions"


class Wire(StrEnum):
    """A protocol, by the SDK that speaks it."""

    RESPONSES = "openai-responses"
    CHAT = "openai-chat"
    ANTHROPIC = "anthropic"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One place that answers.

    `id` is the first part of `provider/model`; `catalog_id` the provider's in the catalog ("" for none: a server of
    one's own), `catalog_path` what stands before the catalog's names when it is asked. `own` is True for what the
    person entered.
    """

    id: str
    name: str
    wire: Wire
    base_url: str
    needs_key: bool = True
    catalog_id: str = ""
    own: bool = False
    catalog_path: str = ""

    @property
    def address(self) -> str:
        """The base address without what stands behind a question mark."""
        return self.base_url.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """What goes behind the question mark of every request."""
        return dict(parse_qsl(self.base_url.partition("?")[2]))

    @property
    def is_azure(self) -> bool:
        """Whether it wants to be asked as Azure does: the version in the address, a model by its deployment, the key in
        a header of its own. (Azure's addresses that end in /openai/v1 are asked like OpenAI's.)"""
        return AZURE_VERSION in self.query

    def path(self, usual: str, model: str) -> str:
        """Where a question to a model goes, from the address on."""
        if self.is_azure and self.address.endswith(AZURE_PATH) and usual == CHAT_PATH:
            return f"{DEPLOYMENTS}{quote(model, safe='')}{usual}"
        return usual


def checked_address(text: str) -> str:
    """A base address as typed or pasted, without what a program adds to it itself. Raises WorkbenchError for none, and
    for one that holds a key."""
    if any(character.isspace() or character == "#" for character in text.strip()):
        raise WorkbenchError("An address has no blanks and no # in it", where=text.strip()[:120], mend="Copy it again.")
    address, mark, query = text.strip().partition("?")
    address = address.rstrip("/")
    for added in (CHAT_PATH, "/responses", "/v1/messages"):
        address = address.removesuffix(added)
    if origin_of(address) == address.casefold() and address.endswith(AZURE_HOST):  # as its portal shows it
        address += AZURE_PATH if query else f"{AZURE_PATH}/v1"
    names = [name.casefold() for name, _ in parse_qsl(query, keep_blank_values=True)]
    if any(word in name for name in names for word in ("key", "token", "secret", "sig")):
        raise WorkbenchError(
            "The address holds a key, and addresses are kept in the data file",
            where=origin_of(address),
            mend="Leave the key out of it, and enter it as the key of this server.",
        )
    return f"{address}{mark}{query}" if query else address


def deployment_of(address: str) -> str:
    """The deployment that an address of Azure's names; "" for none."""
    _, _, rest = address.partition("?")[0].partition(DEPLOYMENTS)
    return unquote(rest.split("/")[0])


def _chat(id: str, name: str, base_url: str, catalog_id: str = "", catalog_path: str = "") -> Endpoint:
    return Endpoint(id, name, Wire.CHAT, base_url, catalog_id=catalog_id or id, catalog_path=catalog_path)


# Base addresses as the providers document them. Azure, AWS and the like have one for each customer: entered by hand.
KNOWN: tuple[Endpoint, ...] = (
    Endpoint("openai", "OpenAI", Wire.RESPONSES, "https://api.openai.com/v1", catalog_id="openai"),
    Endpoint("anthropic", "Anthropic", Wire.ANTHROPIC, "https://api.anthropic.com", catalog_id="anthropic"),
    _chat("google", "Google Gemini", "https://generativelanguage.googleapis.com/v1beta/openai", "google-gemini-api"),
    _chat("mistral", "Mistral", "https://api.mistral.ai/v1"),
    _chat("deepseek", "DeepSeek", "https://api.deepseek.com/v1"),
    _chat("xai", "xAI", "https://api.x.ai/v1"),
    _chat("groq", "Groq", "https://api.groq.com/openai/v1"),
    _chat("together", "Together AI", "https://api.together.xyz/v1"),
    _chat("fireworks", "Fireworks", "https://api.fireworks.ai/inference/v1", catalog_path="accounts/fireworks/models/"),
    _chat("cerebras", "Cerebras", "https://api.cerebras.ai/v1"),
    _chat("openrouter", "OpenRouter", "https://openrouter.ai/api/v1"),
    _chat("moonshot", "Moonshot", "https://api.moonshot.ai/v1"),
    _chat("cohere", "Cohere", "https://api.cohere.ai/compatibility/v1"),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A program that serves models on this machine, with the address it has when nobody changed it."""

    name: str
    base_url: str


SUGGESTIONS = (
    Suggestion("Ollama", "http://127.0.0.1:11434/v1"),
    Suggestion("LM Studio", "http://127.0.0.1:1234/v1"),
    Suggestion("llama-server", "http://127.0.0.1:8080/v1"),
    Suggestion("vLLM", "http://127.0.0.1:8000/v1"),
)
