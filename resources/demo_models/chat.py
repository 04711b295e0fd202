"""How a conversation becomes tokens: the chat template in the GGUF files, and the same thing for training."""

from __future__ import annotations

from tokenizer import END, START, Tokenizer

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def prompt_tokens(tokenizer: Tokenizer, prompt: str, system: str = "") -> list[int]:
    """The tokens that the template gives for one user message, ready for the assistant's answer."""
    turns = [("system", system)] if system else []
    tokens: list[int] = []
    for role, content in [*turns, ("user", prompt)]:
        tokens += [START, *tokenizer.encode(f"{role}\n{content}"), END, *tokenizer.encode("\n")]
    return [*tokens, START, *tokenizer.encode("assistant\n")]


def answer_tokens(tokenizer: Tokenizer, answer: str) -> list[int]:
    """The assistant's answer with the token that ends its turn."""
    return [*tokenizer.encode(answer), END]


def follow_up_tokens(tokenizer: Tokenizer, question: str) -> list[int]:
    """What comes between the end of an answer and the next one: a line break and the user's next message."""
    return [*tokenizer.encode("\n"), *prompt_tokens(tokenizer, question)]
