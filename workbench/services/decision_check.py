"""What a decision needs before it is recorded, and what of it is only stray blanks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from workbench.analysis import words
from workbench.domain.decision import Condition, Consequence, Decision, Rejection, Risk, Watch
from workbench.domain.errors import WorkbenchError
from workbench.domain.option import OptionSet
from workbench.domain.verdict import NOT_ANSWERED

LONGEST_TEXT = 50_000
MOST_ENTRIES = 100
_OF_AN_OPTION = (Watch.MONTHLY_COST, Watch.WEEKS)


def trimmed(decision: Decision) -> Decision:
    """Without blanks around texts and without empty entries."""

    def kept(entries: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text for entry in entries if (text := entry.strip()))

    def conditions(entries: tuple[Condition, ...]) -> tuple[Condition, ...]:
        clean = (replace(entry, text=entry.text.strip(), subject=entry.subject.strip()) for entry in entries)
        return tuple(entry for entry in clean if entry.text or entry.watch is not Watch.WORDS)

    return replace(
        decision,
        option=decision.option.strip(),
        because=decision.because.strip(),
        decided_at=decision.decided_at.strip(),
        review_on=decision.review_on.strip(),
        deciders=kept(decision.deciders),
        consulted=kept(decision.consulted),
        informed=kept(decision.informed),
        risks=tuple(
            Risk(risk.text.strip(), risk.owner.strip(), risk.mitigation.strip())
            for risk in decision.risks
            if risk.text.strip()
        ),
        dissent=decision.dissent.strip(),
        triggers=conditions(decision.triggers),
        confirmation=decision.confirmation.strip(),
        thresholds=conditions(decision.thresholds),
        rejections=tuple(
            Rejection(each.option.strip(), each.why.strip()) for each in decision.rejections if each.why.strip()
        ),
        consequences=tuple(
            Consequence(each.text.strip(), each.effect) for each in decision.consequences if each.text.strip()
        ),
    )


def problems_of(decision: Decision, found: OptionSet) -> list[WorkbenchError]:
    """Everything that keeps the record from being recorded, each with where and how to mend it."""
    problems: list[WorkbenchError] = []
    ids = [option.id for option in found.options]
    if not decision.option:
        problems.append(WorkbenchError("No option is chosen", where="option", mend=_choose(ids)))
    elif decision.option not in ids:
        what = f"There is no option {decision.option!r}"
        problems.append(WorkbenchError(what, where="option", mend=_choose(ids)))
    if not decision.because:
        mend = "Write in a sentence why this option."
        problems.append(WorkbenchError("The reason is missing", where="because", mend=mend))
    decided = _checked_date(decision.decided_at, "decided_at", problems)
    review = _checked_date(decision.review_on, "review_on", problems)
    if decided and review and review < decided:
        mend = "Choose a day after the decision."
        problems.append(WorkbenchError("The review is before the decision", where="review_on", mend=mend))
    problems.extend(_rejections(decision, ids))
    for where, conditions in (("triggers", decision.triggers), ("thresholds", decision.thresholds)):
        for condition in conditions:
            problems.extend(_condition(condition, where, ids))
    problems.extend(_too_much(decision))
    return problems


def unsettled(decision: Decision, found: OptionSet) -> str:
    """What accepting the decision would leave open, in a sentence: what nobody has said yet about where data may go."""
    chosen = found.option(decision.option)
    if chosen is None:
        return ""
    text = next((each.text for each in chosen.reasons if each.kept and each.asked == NOT_ANSWERED), "")
    return f"{chosen.id} {text[:1].lower()}{text[1:]}" if text else ""


def _choose(ids: list[str]) -> str:
    return f"Choose one of {words.listed(ids, 'or')}." if ids else "Add an option first."


def _checked_date(text: str, field: str, problems: list[WorkbenchError]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        mend = "Write it as year-month-day, such as 2027-03-24."
        problems.append(WorkbenchError(f"{text[:40]!r} is not a date", where=field, mend=mend))
        return None


def _rejections(decision: Decision, ids: list[str]) -> list[WorkbenchError]:
    problems = []
    for rejection in decision.rejections:
        if rejection.option == decision.option:
            mend = "Take the reason against it away, or choose another option."
            what = f"Option {rejection.option} is chosen and has a reason against it"
            problems.append(WorkbenchError(what, where="rejections", mend=mend))
        elif rejection.option not in ids:
            what = f"There is no option {rejection.option!r} to speak against"
            problems.append(WorkbenchError(what, where="rejections", mend=_choose(ids)))
    return problems


def _condition(condition: Condition, where: str, ids: list[str]) -> list[WorkbenchError]:
    if condition.watch is Watch.WORDS:
        return []
    has_bound = (condition.above is None) != (condition.below is None)
    if condition.watch is not Watch.SHUTDOWN and not has_bound:
        return [WorkbenchError("A condition has no bound", where=where, mend="Say above or below which number.")]
    if condition.watch in _OF_AN_OPTION and condition.subject not in ids:
        what = f"There is no option {condition.subject!r} to watch"
        return [WorkbenchError(what, where=where, mend=_choose(ids))]
    if condition.watch is not Watch.VOLUME and not condition.subject:
        return [
            WorkbenchError("A condition does not say what it watches", where=where, mend="Name an option or model.")
        ]
    return []


def _too_much(decision: Decision) -> list[WorkbenchError]:
    texts = [decision.because, decision.dissent, decision.confirmation]
    texts += [each.text for each in (*decision.triggers, *decision.thresholds)]
    texts += [each.text for each in decision.consequences]
    texts += [part for risk in decision.risks for part in (risk.text, risk.owner, risk.mitigation)]
    texts += [each.why for each in decision.rejections]
    lists = (
        decision.risks,
        decision.triggers,
        decision.thresholds,
        decision.consequences,
        decision.rejections,
        decision.deciders,
        decision.consulted,
        decision.informed,
    )
    longest = max(map(len, texts), default=0)
    entries = max(map(len, lists))
    problems = []
    if longest > LONGEST_TEXT:
        what = f"A text has {longest:,} characters"
        problems.append(WorkbenchError(what, where="decision", mend=f"Keep each under {LONGEST_TEXT:,}."))
    if entries > MOST_ENTRIES:
        problems.append(WorkbenchError(f"A list has {entries:,} entries", where="decision", mend="Keep the main ones."))
    return problems
