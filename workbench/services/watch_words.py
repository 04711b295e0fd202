"""What the watch found, in words: used by the window, the command line and the reports alike."""

from __future__ import annotations

from collections.abc import Callable

from workbench.analysis import words
from workbench.domain.watch import Change, ChangeKind, PriceChange, Standing
from workbench.reports.numbers import points
from workbench.reports.sections.options import FIGURE_TITLES
from workbench.services.conditions import Measured, figure_in_words
from workbench.services.watch import Watched, WatchReport

_NOTHING = "no option"
STANDING_WORDS = {
    Standing.UNCHANGED: "Unchanged",
    Standing.WEAKER: "Weaker",
    Standing.FLIPPED: "Flipped",
    Standing.UNKNOWN: "Not comparable",
}


def answer(report: WatchReport) -> tuple[str, str]:
    """All decisions in a sentence, and what else should be known."""
    number = len(report.watched)
    if not number:
        return "No decision is accepted yet.", ""
    flipped, weaker = report.count(Standing.FLIPPED), report.count(Standing.WEAKER)
    fired = sum(bool(each.fired or each.missed) for each in report.watched)
    due = sum(each.review_is_due for each in report.watched)
    head = f"{words.count(number, 'accepted decision')}: "
    if flipped or weaker:
        parts = [f"{flipped} would be decided otherwise today"] if flipped else []
        parts += [f"{weaker} {'stands' if weaker == 1 else 'stand'} weaker"] if weaker else []
        head += f"{words.listed(parts)}."
    else:
        head += "today's figures change none of it." if number == 1 else "today's figures change none of them."
    whose = "it" if number == 1 else f"{fired} of them"
    more = [f"For {whose} a reason to look again has come about."] if fired else []
    more += [f"{words.count(due, 'review')} {'is' if due == 1 else 'are'} due."] if due else []
    return head, " ".join(more)


def sentence(watched: Watched) -> str:
    """How one decision stands, and why."""
    chosen, now = watched.decision.option, watched.recommended or _NOTHING
    if watched.problem:
        return f"It cannot be computed today: {watched.problem}."
    match watched.shift.standing:
        case Standing.FLIPPED if watched.out_because and now != chosen:
            return f"{chosen} is outside your limits today: {watched.out_because} The figures recommend {now}."
        case Standing.FLIPPED:
            return f"Today's figures recommend {now} instead of {watched.recommended_then or _NOTHING}."
        case Standing.WEAKER:
            return _weaker(watched)
        case Standing.UNKNOWN:
            return f"Today's figures recommend {now}; those of the day it was decided were not kept."
    if watched.decision.basis is None:
        return f"Today's figures recommend {now}, as decided; those of the day were not kept."
    if watched.shift.changes:
        return "Some figures moved, and the decision stands as it did."
    return "Every figure is what it was."


def _weaker(watched: Watched) -> str:
    chosen, lead, was = watched.decision.option, watched.shift.lead_after, watched.shift.lead_before
    if was is None:
        return f"{chosen} was the only option inside your limits, and is no longer."
    if lead is None or lead < 0:
        return f"{chosen} no longer leads by score."
    return f"{chosen} leads by {lead:.3f} of a score instead of {was:.3f}."


def change_words(change: Change) -> tuple[str, str, str]:
    """What changed, then, now: ("C, a month", "$2,100", "$2,560")."""
    match change.kind:
        case ChangeKind.FIGURE:
            title = FIGURE_TITLES[change.name]
            shown = [_figure(change.name, value) for value in (change.before, change.after)]
            return f"{change.option}, {title[:1].lower()}{title[1:]}", shown[0], shown[1]
        case ChangeKind.LIMIT:
            told = [f"out by {change.name}" if value else "inside" for value in (change.before, change.after)]
            return f"{change.option}, limit {change.name}", told[0], told[1]
        case ChangeKind.OPTION:
            told = ["there" if value else words.UNKNOWN_FIGURE for value in (change.before, change.after)]
            return f"Option {change.option}", told[0], told[1]
        case ChangeKind.VOLUME:
            return "Requests a day", words.rounded(change.before or 0.0), words.rounded(change.after or 0.0)
        case ChangeKind.WEIGHTS:
            return f"{change.option}, weighed", f"{change.before:.3f}", f"{change.after:.3f}"


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return words.UNKNOWN_FIGURE
    return words.usd(value) if name.endswith("_usd") else points(value)


def price_words(change: PriceChange, name_of: Callable[[str], str] = str) -> tuple[str, str, str]:
    """The same of a price: ("Claude Sonnet 4.6 at Claude API, output", "$15", "$20")."""
    shown = [words.usd(value) for value in (change.before, change.after)]
    return f"{name_of(change.offer)}, {change.part} per million tokens", shown[0], shown[1]


def trigger_words(found: Measured) -> str:
    """The trigger with what was measured: "C costs more than $2,410 a month: $2,560 a month today"."""
    return f"{found.condition.text}: {_today(found)}"


def _today(found: Measured) -> str:
    if found.value is not None:
        return f"{figure_in_words(found.condition.watch, found.value)} today"
    return found.why or ("so today" if found.is_so else "not so today")


def says_why(watched: Watched, name_of: Callable[[str], str] = str) -> tuple[tuple[str, str, str], ...]:
    """The rows behind the sentence: what decided it first, then prices, then what else moved."""
    decided = [change_words(each) for each in watched.shift.changes if each.decided]
    others = [change_words(each) for each in watched.shift.changes if not each.decided]
    return (*decided, *(price_words(each, name_of) for each in watched.prices), *others)
