"""What the playground says: sentences and figures about answers, and Markdown to copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from workbench.analysis import words
from workbench.domain.chat import Finish
from workbench.domain.evidence import Answer, Comparison, ComparisonHead
from workbench.services.asking import REFUSED
from workbench.services.playground import Estimate

NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
ENDINGS = {
    Finish.STOP.value: "finished",
    Finish.LENGTH.value: "cut at the longest answer",
    Finish.CANCELLED.value: "stopped",
    Finish.TOOL.value: "asks for a tool",
    Finish.FILTERED.value: "withheld by the provider",
}
FEWEST_FOR_RATE = 8
_SMALL = frozenset({"A", "An", "It", "No", "Not", "Nothing", "That", "The", "There", "This"})


def figures(answer: Answer) -> str:
    """ "first token 0.31 s · 4.8 ms a token (95 %: 6.1 ms) · 210 tokens/s · 214 in (64 cached), 27 out · 41 MB · $0".

    What is unknown is left out, but an unknown price is said.
    """
    parts = []
    if answer.ttft_s is not None:
        parts.append(f"first token {seconds(answer.ttft_s)}")
    if answer.itl_p50_s is not None and answer.tokens_out >= FEWEST_FOR_RATE:
        late = f" (95 %: {seconds(answer.itl_p95_s)})" if answer.itl_p95_s is not None else ""
        parts.append(f"{seconds(answer.itl_p50_s)} a token{late}")
    if answer.tokens_per_s is not None:
        known = answer.tokens_out >= FEWEST_FOR_RATE
        rate = words.rounded(answer.tokens_per_s) if known else f"about {words.rounded(answer.tokens_per_s, 1)}"
        parts.append(f"{rate} tokens/s")
    if answer.tokens_out:
        thought = f" ({answer.reasoning_tokens:,} thought)" if answer.reasoning_tokens else ""
        cached = f" ({answer.cached_tokens:,} cached)" if answer.cached_tokens else ""
        parts.append(f"{answer.tokens_in:,} in{cached}, {answer.tokens_out:,} out{thought}")
    if answer.memory_bytes is not None:
        parts.append(f"{words.rounded(answer.memory_bytes / 1e6, 2)} MB")
    if parts:
        is_cut = answer.cost_usd is None and answer.total_s is None
        parts.append("cost not known" if is_cut else price(answer.cost_usd))
    return " · ".join(parts)


def price(usd: float | None) -> str:
    """ "$0", "$0.00042"; two figures, since it is made of many small ones."""
    if usd is None:
        return "price unknown"
    if usd == 0:
        return "$0"
    return f"${usd:,.2f}" if usd >= 0.0995 else f"${words.rounded(usd, 2)}"


def estimate_words(estimates: Sequence[Estimate]) -> str:
    """ "estimate: about 214 tokens in, up to 200 out · $0 to $0.0042", and what stands against it."""
    if not estimates:
        return ""
    tokens = max(estimate.tokens_in for estimate in estimates)
    out = max(estimate.most_out for estimate in estimates)
    known = [estimate.usd for estimate in estimates if estimate.usd is not None]
    total = sum(known)
    cost = "$0" if total == 0 else f"at most {price(total)}"
    if len(known) < len(estimates):
        cost = f"{cost}, and a price that is not known" if known else "price unknown"
    problems = [f"{estimate.model}: {estimate.problem}" for estimate in estimates if estimate.problem]
    return " · ".join([f"estimate: about {words.rounded(tokens)} tokens in, up to {out:,} out", cost, *problems])


def unbroken(text: str) -> str:
    """The same with line breaks only between the parts, not between a number and its unit."""
    parts = text.split(" · ")
    solid = (part.replace(" ", "\N{NO-BREAK SPACE}").replace("/", "/\N{WORD JOINER}") for part in parts)
    return " · ".join(solid)


def ending(answer: Answer) -> str:
    """Why an answer ended, in a word or two."""
    if answer.error_kind == REFUSED:
        return "not sent"
    return "failed" if answer.error_what else ENDINGS.get(answer.finish, answer.finish)


def seconds(value: float) -> str:
    """Two figures; below a tenth of a second in milliseconds."""
    return f"{words.rounded(value * 1000, 2)} ms" if value < 0.0995 else f"{value:.2g} s"


def answer_words(comparison: Comparison, name_of: Callable[[str], str]) -> tuple[str, str]:
    """The page's answer about a finished comparison: lead and rest."""
    answers = comparison.answers
    count = NUMBERS.get(len(answers), str(len(answers)))
    lead = f"Same prompt, {count} {'model' if len(answers) == 1 else 'models'}, one ruler."
    parts = _quickest(answers, name_of)
    parts += [f"{name_of(a.model)} is refused: {_lower(a.error_what)}." for a in answers if a.error_kind == REFUSED]
    failed = (a for a in answers if a.error_what and a.error_kind != REFUSED)
    parts += [f"{name_of(a.model)} failed: {_lower(a.error_what)}." for a in failed]
    stopped = [name_of(a.model) for a in answers if a.finish == Finish.CANCELLED]
    if stopped:
        parts.append(f"{words.listed(stopped)} {'was' if len(stopped) == 1 else 'were'} stopped.")
    return lead, " ".join([*parts, _where_it_went(answers, name_of)])


def _quickest(answers: Sequence[Answer], name_of: Callable[[str], str]) -> list[str]:
    timed = [a for a in answers if a.ttft_s is not None]
    if not timed:
        return []
    quick = min(timed, key=lambda a: a.ttft_s or 0.0)
    rate = f", and writes {words.rounded(quick.tokens_per_s or 0.0, 2)} tokens a second"
    known = quick.tokens_per_s is not None and quick.tokens_out >= FEWEST_FOR_RATE
    first = "begins first, after" if len(answers) > 1 else "begins after"
    return [f"{name_of(quick.model)} {first} {seconds(quick.ttft_s or 0.0)}{rate if known else ''}."]


def _where_it_went(answers: Sequence[Answer], name_of: Callable[[str], str]) -> str:
    asked = [a for a in answers if not a.local and not (a.error_what and a.cost_usd == 0)]
    if not asked:
        return "Nothing left this machine."
    costs = [a.cost_usd for a in asked if a.cost_usd is not None]
    paid = f"; it cost {price(sum(costs))}" if len(costs) == len(asked) else "; what it cost is not known"
    return f"The prompt went to {words.listed([name_of(a.model) for a in asked])}{paid}."


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


def said_before(earlier: Sequence[Comparison], place: int, prompt: str) -> str:
    """A conversation so far at one place, as plain text in front of the answer to its next prompt; "" where there is
    none."""
    if not all(place < len(turn.answers) for turn in earlier) or not earlier:
        return ""
    answers = [turn.answers[place].text.strip() or "(no answer)" for turn in earlier]
    turns = [f"You: {turn.prompt.strip()}\n\n{said}\n\n" for turn, said in zip(earlier, answers, strict=True)]
    return "".join([*turns, f"You: {prompt.strip()}\n\n"])


def asked_at(at: str) -> str:
    """ "21 Nov 10:42" of an ISO time in UTC, in this place's time."""
    local = datetime.fromisoformat(at).astimezone()
    return f"{local.day} {local:%b %H:%M}"


def question_of(head: ComparisonHead) -> str:
    """The last line of a prompt, where the question stands."""
    lines = [line.strip() for line in head.prompt.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _lower(text: str) -> str:
    """A sentence after a colon; a provider's name at its beginning stays as it is."""
    return text[:1].lower() + text[1:] if text.split(" ", 1)[0] in _SMALL else text
