"""One wording for verdicts, reasons and limits, used by the window, the command line and the reports alike."""

from __future__ import annotations

from workbench.analysis.words import count, usd
from workbench.domain.verdict import NOT_ANSWERED, Hosting, Reason, Verdict

NOT_LEGAL_ADVICE = "Not legal advice."

# What a limit is called in a sentence, by the id of its question; "" is what no answer can change.
LIMIT_NAMES = {
    "": "what is no longer offered, or fits no server,",
    "tasks": "the kind of task",
    "input_modalities": "what goes in",
    "output_modalities": "what comes out",
    "tokens_out": "the length of the answers",
    "context_tokens": "context length",
    "ttft_limit_s": "the time to the first token",
    "total_limit_s": "the time to the whole answer",
    "sensitivity": "data sensitivity",
    "third_party": "data sensitivity",
    "papers": "missing papers",
    "regions": "where data is processed",
    "certifications": "certificates",
    "licence": "the licence",
    "company_in_eu": "the licence",
    "excluded_developers": "makers ruled out",
    "excluded_countries": "countries ruled out",
    "monthly_cap_usd": "the monthly budget",
    "setup_cap_usd": "the set-up budget",
    "weeks_limit": "the deadline",
    "quality_target": "the quality bar",
    "skill": "the team",
}


def limit_name(question_id: str) -> str:
    """The limit in words: "data sensitivity"."""
    return LIMIT_NAMES.get(question_id, question_id.replace("_", " "))


def mark(reason: Reason) -> str:
    """The word that goes with the reason's colour and icon."""
    if not reason.kept:
        return "out"
    return "check" if reason.warning else "in"


def reason_sentence(reason: Reason, *, with_source: bool = False) -> str:
    """The reason as a sentence; what concerns law says that it is no legal advice."""
    parts = [reason.text]
    if reason.tier == 0 and (reason.warning or not reason.kept):
        parts.append(NOT_LEGAL_ADVICE)
    if with_source and reason.source:
        parts.append(f"({reason.rule}; {reason.source})")
    return " ".join(parts)


def verdict_sentence(verdict: Verdict) -> str:
    """In or out, and the first thing to know about it."""
    first = verdict.excluded_by
    if first is not None:
        return f"Out: {reason_sentence(first)}"
    data = next((reason for reason in verdict.reasons if reason.rule == "R0.1" and reason.warning), None)
    warnings = sum(reason.warning for reason in verdict.reasons) - (data is not None)
    check = f"{count(warnings, 'point')} to check" if warnings else "nothing speaks against it"
    if data is None:
        return f"In; {check}."
    if data.asked == NOT_ANSWERED:
        return f"In, if another company may process the data; {check}."
    return f"In, for clean requests only; {check}."


def offer_words(model_name: str, offer_name: str, hosting: Hosting) -> str:
    """ "Claude Sonnet 4.6 at Claude API", "Llama 4 Scout on own servers: 2 × …"."""
    return f"{model_name} at {offer_name}" if hosting is Hosting.API else f"{model_name} on {offer_name}"


def cheapest_words(verdict: Verdict) -> str:
    """The offer with its monthly cost."""
    name = offer_words(verdict.model_name, verdict.offer_name, verdict.hosting)
    return f"{name}, about {usd(verdict.monthly_usd.likely)} a month" if verdict.monthly_usd else name


def kept_sentence(kept: int, all_models: int, removed: tuple[tuple[str, int], ...]) -> str:
    """ "11 of 139 models qualify. Data sensitivity removed most (58)." """
    head = f"{kept} of {all_models} models {'qualifies' if kept == 1 else 'qualify'}."
    if kept == 0:
        head = f"None of {all_models} models qualifies."
    if not removed:
        return head
    name, number = removed[0]
    words = limit_name(name)
    return f"{head} {words[:1].upper()}{words[1:]} removed most ({number})."
