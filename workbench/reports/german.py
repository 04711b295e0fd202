"""The report in German: the finished tree, sentence by sentence, by the table in `resources/report/de.json`.

The table holds whole sentences with places: `{n}` a number, `{u}` an amount of money, `{d}` a date, any other name a
text that is translated in its turn. What people wrote is never looked up, and a sentence that the table does not know
stays as it is. Numbers keep their value and get the commas of the language; figures and data stay untouched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from workbench.domain.scenario import Scenario
from workbench.paths import data_dir
from workbench.reports.document import Document, Verbatim
from workbench.reports.redaction import mapped

_MONTHS = {
    "January": "Januar",
    "February": "Februar",
    "March": "März",
    "April": "April",
    "May": "Mai",
    "June": "Juni",
    "July": "Juli",
    "August": "August",
    "September": "September",
    "October": "Oktober",
    "November": "November",
    "December": "Dezember",
}
_NUMBER = r"[+−±-]?\d[\d,]*(?:\.\d+)?(?:[kMB]\b)?"
_SPAN = rf"{_NUMBER}(?:\s?(?:–|to)\s?{_NUMBER})?"
_MONEY = rf"[−-]?\$\s?{_NUMBER}(?:–\$?{_NUMBER})?(?: to [−-]?\$\s?{_NUMBER})?"
_DATE = rf"(?:\d{{1,2}} )?(?:{'|'.join(_MONTHS)}) \d{{4}}"
_LETTERS = r"[A-Z]\w?(?:, [A-Z]\w?)*(?: and [A-Z]\w?)?"
_NAME = r"(?:(?!\. |: ).){1,120}?"
_PLACES = {
    "n": _SPAN,
    "u": rf"(?:{_MONEY}|\[withheld\]|—)",
    "d": rf"(?:{_DATE}|—)",
    "o": _LETTERS,
    **dict.fromkeys("vwxy", _NAME),
}
_WHOLE_NUMBER = re.compile(rf"{_SPAN}(?: ?%)?")
_WHOLE_MONEY = re.compile(_MONEY)
_WHOLE_DATE = re.compile(_DATE)

Change = Callable[[str], str]


def in_german(document: Document, said: frozenset[str]) -> Document:
    """The document with its own words in German; `said` are texts of people, which stay."""
    words = _Words(said)

    def change(text: str) -> str:
        return words.of(text)

    def keep(value: Any) -> Any:
        # Prompts and answers are shown letter by letter.
        return replace(value, label=words.of(value.label)) if isinstance(value, Verbatim) else value

    def told(value: Any) -> Any:
        return mapped(value, change, keep)

    sections = tuple(
        replace(
            section,
            title=words.of(section.title),
            blocks=tuple(block if isinstance(block, Verbatim) else told(block) for block in section.blocks),
            parts=tuple(
                replace(
                    part,
                    title=words.of(part.title),
                    blocks=tuple(keep(block) if isinstance(block, Verbatim) else told(block) for block in part.blocks),
                )
                for part in section.parts
            ),
        )
        for section in document.sections
    )
    return replace(
        document,
        title=words.of(document.title),
        subtitle=document.subtitle,
        facts=tuple((words.of(term), words.of(text)) for term, text in document.facts),
        sections=sections,
        footer=", ".join(words.of(part) for part in document.footer.split(", ")),
        language="de",
    )


def said_by_people(scenario: Scenario) -> frozenset[str]:
    """Every text of the scenario that a person typed."""
    found: set[str] = set()
    for value in (scenario.name, scenario.answers.get("job", ""), scenario.options, scenario.decision):
        found.update(_texts(value))
    return frozenset(text for text in found if text) - {"everything"}


def _texts(value: object) -> Iterator[str]:
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    mapped(value, note)
    yield from found


class _Words:
    """Looks sentences up, each once."""

    def __init__(self, said: frozenset[str]) -> None:
        self._said = said
        self._known: dict[str, str] = {}

    def of(self, text: str) -> str:
        """The text in German, or as it is."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._look_up(text)
        return found

    def _look_up(self, text: str) -> str:
        if not text or text in self._said:
            return text
        exact, patterns = _table()
        if text in exact:
            return exact[text]
        if _WHOLE_MONEY.fullmatch(text):
            return money(text)
        if _WHOLE_NUMBER.fullmatch(text):
            return number(text)
        if _WHOLE_DATE.fullmatch(text):
            return day(text)
        for pattern, names, german in patterns:
            match = pattern.fullmatch(text)
            if match:
                values = {name: self._value(name, match[place]) for place, name in enumerate(names, 1)}
                return german.format(**values)
        for gap in ("; ", ", "):
            parts = text.split(gap)
            told = [self._part(part) for part in parts] if len(parts) > 1 else []
            if told and all(new != old for new, old in zip(told, parts, strict=True)):
                return gap.join(told)
        return text

    def _part(self, text: str) -> str:
        """A part of a list; "quality 0.165" is a name with its number."""
        match = re.fullmatch(rf"(.+) ({_SPAN}(?: %)?)", text)
        if match:
            name = self.of(match[1][:1].upper() + match[1][1:])
            return f"{name} {number(match[2])}"
        return self.of(text)

    def _value(self, name: str, text: str) -> str:
        match name[:1] if len(name.rstrip("0123456789")) == 1 else "":
            case "n":
                return number(text)
            case "u":
                return "[zurückgehalten]" if text == "[withheld]" else money(text)
            case "d":
                return day(text)
            case "o":
                return text.replace(" and ", " und ")
        return self.of(text)


def number(text: str) -> str:
    """ "1,463.5" is "1.463,5"; "to" between two is "bis"."""
    return text.translate(_SWAPPED).replace(" to ", " bis ")


def money(text: str) -> str:
    """ "$1,100" is "1.100 $", "$1.6k–3.6k" is "1,6k–3,6k $"."""
    return (
        " bis ".join(f"{number(part.replace('$', '').strip())} $" for part in text.split(" to "))
        if text != "—"
        else text
    )


def day(text: str) -> str:
    """ "24 May 2027" is "24. Mai 2027"."""
    match = re.fullmatch(r"(?:(\d{1,2}) )?(\w+) (\d{4})", text)
    if match is None or match[2] not in _MONTHS:
        return text
    month = f"{_MONTHS[match[2]]} {match[3]}"
    return f"{match[1]}. {month}" if match[1] else month


_SWAPPED = str.maketrans(",.", ".,")
_Pattern = tuple[re.Pattern[str], tuple[str, ...], str]


@cache
def _table() -> tuple[dict[str, str], tuple[_Pattern, ...]]:
    """Sentences without places, and those with some, the most telling first."""
    read = json.loads((data_dir("resources") / "report" / "de.json").read_text(encoding="utf-8"))
    exact = {english: german for english, german in read.items() if "{" not in english}
    patterns = [_compiled(english, german) for english, german in read.items() if "{" in english]
    ranked = sorted(patterns, key=lambda each: -len(re.sub(r"\(.*?\)", "", each[0].pattern)))
    return exact, tuple(ranked)


def _compiled(english: str, german: str) -> _Pattern:
    pieces = re.split(r"\{(\w+)\}", english)
    names = tuple(pieces[1::2])
    text = ""
    for place, piece in enumerate(pieces):
        kind = piece.rstrip("0123456789")
        text += re.escape(piece) if place % 2 == 0 else f"({_PLACES.get(kind, '.+?')})"
    return re.compile(text), names, german
