"""What the playground says: sentences and figures about answers, variables in a prompt, Markdown to copy."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from workbench.analysis import words
from workbench.domain.chat import Finish
from workbench.domain.evidence import Answer, Comparison

NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
ENDINGS = {Finish.STOP.value: "finished", Finish.LENGTH.value: "cut at the longest answer", "cancelled": "stopped"}
FEWEST_FOR_RATE = 8
VARIABLE = re.compile(r"\{([A-Za-z_]\w{0,39})\}")


def variables_of(prompt: str) -> tuple[str, ...]:
    """The names in braces, in the order they first stand there."""
    return tuple(dict.fromkeys(VARIABLE.findall(prompt)))


def filled(prompt: str, values: Mapping[str, str]) -> str:
    """The prompt with every variable that has a text; an empty one stays as it is written."""
    return VARIABLE.sub(lambda match: values.get(match[1]) or match[0], prompt)


def figures(answer: Answer) -> str:
    """ "first token 0.31 s · 210 tokens/s · 27 tokens · 41 MB · $0"; what is unknown is left out."""
    parts = []
    if answer.ttft_s is not None:
        parts.append(f"first token {seconds(answer.ttft_s)}")
    if answer.tokens_per_s is not None:
        known = answer.tokens_out >= FEWEST_FOR_RATE
        rate = words.rounded(answer.tokens_per_s) if known else f"about {words.rounded(answer.tokens_per_s, 1)}"
        parts.append(f"{rate} tokens/s")
    if answer.tokens_out:
        parts.append(words.count(answer.tokens_out, "token"))
    if answer.memory_bytes is not None:
        parts.append(f"{words.rounded(answer.memory_bytes / 1e6, 2)} MB")
    if parts:
        parts.append("$0")
    return " · ".join(parts)


def unbroken(text: str) -> str:
    """The same with line breaks only between the parts, not between a number and its unit."""
    parts = text.split(" · ")
    solid = (part.replace(" ", "\N{NO-BREAK SPACE}").replace("/", "/\N{WORD JOINER}") for part in parts)
    return " · ".join(solid)


def ending(answer: Answer) -> str:
    """Why an answer ended, in a word or two."""
    return "failed" if answer.error_what else ENDINGS.get(answer.finish, answer.finish)


def seconds(value: float) -> str:
    """Two figures; below a tenth of a second in milliseconds."""
    return f"{value * 1000:.0f} ms" if value < 0.0995 else f"{value:.2g} s"


def answer_words(comparison: Comparison, name_of: Callable[[str], str]) -> tuple[str, str]:
    """The page's answer about a finished comparison: lead and rest."""
    answers = comparison.answers
    count = NUMBERS.get(len(answers), str(len(answers)))
    lead = f"Same prompt, {count} {'model' if len(answers) == 1 else 'models'}, one ruler."
    timed = [a for a in answers if a.ttft_s is not None]
    parts = []
    if timed:
        quick = min(timed, key=lambda a: a.ttft_s or 0.0)
        rate = f", and writes {words.rounded(quick.tokens_per_s or 0.0, 2)} tokens a second"
        known = quick.tokens_per_s is not None and quick.tokens_out >= FEWEST_FOR_RATE
        first = "begins first, after" if len(answers) > 1 else "begins after"
        parts.append(f"{name_of(quick.model)} {first} {seconds(quick.ttft_s or 0.0)}{rate if known else ''}.")
    parts += [f"{name_of(a.model)} failed: {_lower(a.error_what)}." for a in answers if a.error_what]
    stopped = [name_of(a.model) for a in answers if a.finish == Finish.CANCELLED]
    if stopped:
        parts.append(f"{words.listed(stopped)} {'was' if len(stopped) == 1 else 'were'} stopped.")
    parts.append("Nothing left this machine.")
    return lead, " ".join(parts)


def as_markdown(prompt: str, answers: Sequence[tuple[str, Answer]], *, system: str = "") -> str:
    """Prompt and answers with their figures, to paste into a document."""
    parts = [f"**Instruction**\n\n{_quoted(system)}"] if system else []
    parts.append(f"**Prompt**\n\n{_quoted(prompt)}")
    for name, answer in answers:
        body = _quoted(answer.text) if answer.text else "(no answer)"
        error = f"\n\n{answer.error_what}. {answer.error_mend}".rstrip() if answer.error_what else ""
        facts = " · ".join(part for part in (figures(answer), ending(answer)) if part)
        parts.append(f"**{name}** ({facts})\n\n{body}{error}")
    return "\n\n".join(parts) + "\n"


def history_title(comparison: Comparison) -> str:
    """ "21 Nov 10:42 · How much annual leave do staff get? · 3 models"."""
    at = datetime.fromisoformat(comparison.at).astimezone()
    lines = [line.strip() for line in comparison.prompt.splitlines() if line.strip()]
    question = lines[-1] if lines else ""
    short = question if len(question) <= 60 else f"{question[:59].rstrip()}…"
    return f"{at.day} {at:%b %H:%M} · {short} · {words.count(len(comparison.answers), 'model')}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
