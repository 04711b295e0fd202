"""A decision to start from: what the figures say of the recommended option, in every field they can fill."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from workbench.analysis import words
from workbench.domain.decision import (
    Condition,
    Consequence,
    Decision,
    DecisionStatus,
    Effect,
    Rejection,
    Risk,
    Watch,
)
from workbench.domain.option import Flip, Option, OptionSet
from workbench.domain.questions import requirements_from
from workbench.domain.scenario import Scenario
from workbench.services.wording import reason_sentence

_TRIGGERS_PROPOSED = 4
# Notes that are no warnings: what is paid over the horizon stands among the consequences, stages are a way out.
_NO_RISK = ("Over ", "In stages: ")
_WATCHES = {"monthly_usd": Watch.MONTHLY_COST, "quality": Watch.QUALITY, "weeks": Watch.WEEKS}


def draft_of(scenario: Scenario, found: OptionSet, name_of: Callable[[str], str], today: date) -> Decision:
    """The recommended option with its reasons, risks, consequences, triggers and thresholds; people named are kept.

    The option is empty when none is inside the limits. `name_of` gives a model's name.
    """
    advice = found.recommendation
    chosen = found.option(advice.option)
    target = requirements_from(scenario.answers).quality_target
    start = replace(
        scenario.decision or Decision("", ""),
        option=advice.option,
        because=" ".join(text for text in (advice.sentence, advice.detail) if text) if chosen else "",
        status=DecisionStatus.DRAFT,
        decided_at=today.isoformat(),
        review_on=_a_year_after(today).isoformat(),
        risks=(),
        triggers=(),
        thresholds=(),
        rejections=(),
        consequences=(),
        confirmation=_confirmation(target),
        sign_offs=(),
        basis=None,
    )
    if chosen is None:
        return start
    return replace(
        start,
        risks=_risks(found, chosen),
        triggers=(*_flip_triggers(found, chosen), *_shutdown_triggers(chosen, name_of)),
        thresholds=_thresholds(chosen, target),
        rejections=tuple(Rejection(other.id, _against(other, chosen)) for other in found.options if other != chosen),
        consequences=consequences_of(found, chosen),
    )


def consequences_of(found: OptionSet, chosen: Option) -> tuple[Consequence, ...]:
    """What choosing this option brings: the limits it keeps or strains, what it commits, what costs less."""
    kept = [reason for reason in chosen.reasons if reason.kept]
    effects = [Consequence(reason_sentence(r), Effect.GOOD) for r in kept if not r.warning]
    setup, monthly = chosen.figures.get("setup_usd"), chosen.figures.get("monthly_usd")
    if setup and monthly:
        spent = f"It commits {words.usd(setup.likely)} at the start and {words.usd(monthly.likely)} a month."
        effects.append(Consequence(spent, Effect.NEUTRAL))
    effects += [Consequence(reason_sentence(reason), Effect.BAD) for reason in chosen.excluded_by]
    months = found.horizon_months
    own = chosen.tco_usd.get(months)
    for other in found.options:
        theirs = other.tco_usd.get(months)
        if own is not None and theirs is not None and theirs < own:
            extra, span = words.usd(own - theirs), words.count(months, "month")
            effects.append(Consequence(f"Over {span} it costs {extra} more than {other.id}.", Effect.BAD))
    return tuple(effects)


def _risks(found: OptionSet, chosen: Option) -> tuple[Risk, ...]:
    """What the computation warns of: cautions of the chosen option, and the notes that are about it."""
    cautions = [reason_sentence(reason) for reason in chosen.reasons if reason.kept and reason.warning]
    about_it = re.compile(rf"(?<!\w){re.escape(chosen.id)}(?!\w)")
    notes = [note for note in found.notes if about_it.search(note) and not note.startswith(_NO_RISK)]
    return tuple(Risk(text) for text in dict.fromkeys((*cautions, *notes)))


def _flip_triggers(found: OptionSet, chosen: Option) -> tuple[Condition, ...]:
    """The nearest flips of the chosen option's own figures."""
    own = [flip for flip in found.flips if flip.option == chosen.id]
    return tuple(_as_condition(flip) for flip in own[:_TRIGGERS_PROPOSED])


def _as_condition(flip: Flip) -> Condition:
    text = _as_trigger(flip.text)
    watch = _WATCHES.get(flip.input)
    if watch is None:
        return Condition(text)
    rises = flip.at > flip.now
    bound = round(flip.at) if watch is Watch.MONTHLY_COST else float(f"{flip.at:.3g}")
    return Condition(text, watch, flip.option, above=bound if rises else None, below=None if rises else bound)


def _as_trigger(sentence: str) -> str:
    """ "If C costs more than $2,410 a month, B leads." as "C costs more than $2,410 a month (then B leads)"."""
    condition, _, outcome = sentence.removeprefix("If ").rstrip(".").rpartition(", ")
    return f"{condition} (then {outcome})" if condition else sentence


def _shutdown_triggers(chosen: Option, name_of: Callable[[str], str]) -> tuple[Condition, ...]:
    models = dict.fromkeys(role.model_id for role in chosen.draft.models)
    return tuple(Condition(f"A shutdown of {name_of(m)} is announced", Watch.SHUTDOWN, m) for m in models)


def _thresholds(chosen: Option, target: float | None) -> tuple[Condition, ...]:
    if target is None:
        return ()
    text = f"At least {target:g} of 100 in our own eval"
    return (Condition(text, Watch.QUALITY, chosen.id, below=float(target)),)


def _against(other: Option, chosen: Option) -> str:
    """Why not the other: the limits it breaks, else what its score says."""
    if other.excluded_by:
        return " ".join(reason_sentence(reason) for reason in other.excluded_by)
    return f"It is inside the limits and scores {other.score:.3f}; {chosen.id} scores {chosen.score:.3f}."


def _confirmation(target: float | None) -> str:
    if target is None:
        return "Before going live, our own eval is run on the models chosen, and its result is written down here."
    return f"Before going live, our own eval is run on the models chosen: at least {target:g} of 100 cases right."


def _a_year_after(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28) if leap else day.replace(year=day.year + 1)
