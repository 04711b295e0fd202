"""Where providers answer and which protocol they speak: those known by name, and servers of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
