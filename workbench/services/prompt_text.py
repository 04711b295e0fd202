"""What is really sent for a prompt: names in braces filled in, attached files in front; and about how many tokens."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from workbench.domain.chat import ChatMessage, Image, Role
from workbench.domain.evidence import Attachment, Comparison

VARIABLE = re.compile(r"\{([A-Za-z_]\w{0,39})\}")
#: English prose has some 4 characters a token with most vocabularies; other languages and code have fewer
CHARACTERS_PER_TOKEN = 4.0
#: what a picture counts for at most with the providers that say so
IMAGE_TOKENS = 1600
#: the scaffold that a chat template puts around each message
MESSAGE_TOKENS = 6


def variables_of(prompt: str) -> tuple[str, ...]:
    """The names in braces, in the order they first stand there."""
    return tuple(dict.fromkeys(VARIABLE.findall(prompt)))


def filled(prompt: str, values: Mapping[str, str]) -> str:
    """The prompt with every variable that has a text; an empty one stays as it is written."""
    return VARIABLE.sub(lambda match: values.get(match[1]) or match[0], prompt)


def user_message(prompt: str, attachments: Sequence[Attachment] = ()) -> ChatMessage:
    """The prompt as a message: the texts of files in front of it, each under its name, pictures beside it."""
    texts = [f"File {attachment.name}:\n{attachment.text.strip()}" for attachment in attachments if attachment.text]
    images = tuple(Image(each.media_type, each.data) for each in attachments if each.is_image)
    return ChatMessage(Role.USER, "\n\n".join([*texts, prompt]), images)


def history(earlier: Sequence[Comparison], place: int) -> tuple[ChatMessage, ...]:
    """What was said so far at one place of comparisons that continue each other, the first of them first."""
    turns: list[ChatMessage] = []
    for comparison in earlier:
        turns.append(user_message(comparison.prompt, comparison.attachments))
        turns.append(ChatMessage(Role.ASSISTANT, comparison.answers[place].text))
    return tuple(turns)


def about_tokens(messages: Iterable[ChatMessage]) -> int:
    """Roughly how many tokens a conversation has: nobody knows before a model's own vocabulary has read it."""
    total = 0.0
    for message in messages:
        total += MESSAGE_TOKENS + _text_tokens(message.text) + IMAGE_TOKENS * len(message.images)
    return math.ceil(total)


def _text_tokens(text: str) -> float:
    """A quarter of the characters; a whole token for each that is not of the Latin alphabet's first page."""
    wide = sum(1 for character in text if ord(character) > 0x24F) if not text.isascii() else 0
    return wide + (len(text) - wide) / CHARACTERS_PER_TOKEN
