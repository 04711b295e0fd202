"""Conditions written in a line: what is plainly meant to be measured is checked, any other line stays words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from workbench.analysis import words
from workbench.domain.catalog import Catalog
from workbench.domain.decision import Condition, Watch
from workbench.domain.errors import WorkbenchError
from workbench.services.conditions import Subjects, said

_SIDES = {"above": "above", "below": "below"}
_LIMIT_SIDES = {"at-most": "above", "at-least": "below"}
_WATCHES = {watch.value: watch for watch in Watch if watch is not Watch.WORDS}
_ABOUT = {
    Watch.MONTHLY_COST: "option",
    Watch.WEEKS: "option",
    Watch.QUALITY: "option or model",
    Watch.PRICE_IN: "offer",
    Watch.PRICE_OUT: "offer",
    Watch.SHUTDOWN: "model",
}
_NEAR = 0.75


@dataclass(frozen=True, slots=True)
class Known:
    """What lines can be about: the scenario's own subjects, every model and offer of the catalog, and what the team
    has measured."""

    own: Subjects
    catalog: Catalog
    measured: Sequence[str] = ()

    def ids(self, watch: Watch) -> tuple[str, ...]:
        """The ids that can be watched in this way, the scenario's own first."""
        own = tuple(key for key, _ in self.own.of(watch))
        more: tuple[str, ...] = ()
        match watch:
            case Watch.QUALITY:
                more = (*self.measured, *self.catalog.model_by_id)
            case Watch.SHUTDOWN:
                more = tuple(self.catalog.model_by_id)
            case Watch.PRICE_IN | Watch.PRICE_OUT:
                # An offer is also found by its provider alone.
                offers = [offer for model in self.catalog.models for offer in model.offers]
                more = tuple(name for o in offers for name in (o.id, f"{o.model_id}@{o.provider}"))
        return tuple(dict.fromkeys((*own, *more)))

    def name_of(self, subject: str) -> str:
        """An option's id as it is, a model or an offer by its name."""
        model = self.catalog.model_by_id.get(subject)
        return model.name if model else self.own.name_of(subject)


def parsed(line: str, known: Known, *, as_limit: bool = False) -> Condition:
    """A condition from one line: `monthly-cost C above 2410`, `quality C below 75`, `volume above 20000`,
    `shutdown openai/gpt-5.2`, `price-out openai/gpt-5.2@openai above 20`; any other line is kept in words.

    `as_limit`: what must hold instead of what would be wrong; `quality C at-least 75`, `monthly-cost C at-most 2410`.
    Raises WorkbenchError for a line that is plainly meant to be measured and cannot be: an unknown subject, a bound
    that is no number, a misspelt watch.
    """
    parts = line.split()
    watch = _watch(parts, known)
    if watch is None:
        return Condition(line.strip())
    return said(_measured_line(line.strip(), watch, parts[1:], known, as_limit), known.name_of, as_limit=as_limit)


def _watch(parts: Sequence[str], known: Known) -> Watch | None:
    """What the line wants to watch; None where it is only words."""
    if not parts:
        return None
    first = parts[0].lower()
    watch = _WATCHES.get(first)
    shaped = len(parts) in (3, 4) and _number(parts[-1]) is not None
    if watch is None:
        near = get_close_matches(first, _WATCHES, n=1, cutoff=_NEAR)
        if near and (shaped or "-" in first):
            raise _refused(
                " ".join(parts), f"There is nothing called {parts[0]!r} to watch", f"Did you mean {near[0]}?"
            )
        return None
    # "quality matters above all" begins with a watch and is a sentence; "quality C below x" is not.
    about_known = len(parts) > 1 and parts[1] in known.ids(watch)
    return (
        watch if "-" in first or shaped or about_known or len(parts) <= (2 if watch is Watch.SHUTDOWN else 1) else None
    )


def _measured_line(line: str, watch: Watch, rest: Sequence[str], known: Known, as_limit: bool) -> Condition:
    sides = _LIMIT_SIDES if as_limit else _SIDES
    example = _example(watch, sides, known)
    if watch is Watch.SHUTDOWN:
        if len(rest) != 1:
            raise _refused(line, "A shutdown is watched of one model", f"Write {example}.")
        return Condition("", watch, _subject(line, watch, rest[0], known))
    wanted = 2 if watch is Watch.VOLUME else 3
    if len(rest) != wanted:
        raise _refused(line, f"{line!r} cannot be measured", f"Write {example}.")
    side, bound = rest[-2].lower(), _number(rest[-1])
    about = "" if watch is Watch.VOLUME else _subject(line, watch, rest[0], known)
    if side not in sides:
        raise _refused(line, f"{rest[-2]!r} is neither {words.listed(list(sides), 'nor')}", f"Write {example}.")
    if bound is None or not 0 <= bound < math.inf:
        raise _refused(line, f"{rest[-1]!r} is no bound", f"Give a number from 0 on, as in {example}.")
    is_above = sides[side] == "above"
    return Condition("", watch, about, above=bound if is_above else None, below=None if is_above else bound)


def _subject(line: str, watch: Watch, wanted: str, known: Known) -> str:
    ids = known.ids(watch)
    if wanted in ids:
        return wanted
    by_lower = {name.lower(): name for name in reversed(ids)}
    near = get_close_matches(wanted.lower(), by_lower, n=1, cutoff=0.0)
    what = f"There is no {_ABOUT[watch]} {wanted!r} to watch"
    if not near:
        raise _refused(line, what, f"This scenario has no {_ABOUT[watch]} yet.")
    raise _refused(line, what, f"The nearest is {by_lower[near[0]]}.")


def _number(text: str) -> float | None:
    try:
        return float(text.removeprefix("$").replace(",", ""))
    except ValueError:
        return None


def _example(watch: Watch, sides: Sequence[str] | dict[str, str], known: Known) -> str:
    about = next(iter(known.ids(watch)), _ABOUT.get(watch, "").upper())
    subject = "" if watch is Watch.VOLUME else f" {about}"
    bound = "" if watch is Watch.SHUTDOWN else f" {next(iter(sides))} 20"
    return f"'{watch.value}{subject}{bound}'"


def _refused(line: str, what: str, mend: str) -> WorkbenchError:
    return WorkbenchError(what, where=f"condition {line!r}", mend=mend)
