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

from workbench.analysis.chartspec import Chart, ticks_for
from workbench.domain.scenario import Scenario
from workbench.paths import data_dir
from workbench.reports.document import Document, Verbatim
from workbench.reports.redaction import WITHHELD, mapped

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
_NUMBER = r"(?:[+−±-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?:[kMB]\b)?|\[withheld\])"
_SPAN = rf"{_NUMBER}(?:\s?(?:–|to)\s?{_NUMBER})?"
_MONEY = rf"[−-]?\$\s?{_NUMBER}(?:–\$?{_NUMBER})?(?: to [−-]?\$\s?{_NUMBER})?"
_DATE = rf"(?:\d{{1,2}} )?(?:{'|'.join(_MONTHS)}) \d{{4}}"
_LETTERS = r"[A-Z]\w?(?:, [A-Z]\w?)*(?: and [A-Z]\w?)?"
# How a sentence begins; a model's id may stand first: "meta/llama-4-scout is at least as good".
_BEGINS = r"(?:[A-ZÄÖÜ“„$\d]|[a-z][\w.-]*/)"
_NAME = r"(?:(?!\. |: |; ).){1,120}?"
_PLACES = {
    "n": _SPAN,
    "u": rf"(?:{_MONEY}|\[withheld\]|—)",
    "d": rf"(?:{_DATE}|—)",
    "o": _LETTERS,
    "m": r"(?:(?! and |, |\. |: |; ).){1,120}?",
    # A text that is translated in its turn ends where its sentence does.
    "t": rf"(?:(?!(?<=[.!?]) {_BEGINS}).)+?",
    "i": r"\d{4}-\d\d-\d\d",
    "r": r"R[\d.]+(?:\.?\w+)*",
    **dict.fromkeys("vwxy", _NAME),
}
_SENTENCE_END = re.compile(rf"(?<=[.!?]) (?={_BEGINS})")
_GAPS = (("; ", re.compile("; ")), (", ", re.compile(r"(?<=\)), ")), (", ", re.compile(", ")))
# "2 × NVIDIA L4, 8-bit" in brackets is one thing.
_AND = re.compile(r"(?:, | and )(?![^()]*\))")
# What a person wrote inside a sentence of ours is put away while that is looked up, if it could be taken for a list.
_FIRST_STAND_IN = 0xE000
_BREAKS = re.compile(r"[.;:,] | and | at | on ")
_PLACE = re.compile(r"\{(\w+)\}")
_WHOLE_NUMBER = re.compile(rf"{_SPAN}(?: / {_SPAN})?(?: ?%)?")
_WHOLE_MONEY = re.compile(_MONEY)
_WHOLE_DATE = re.compile(_DATE)

Change = Callable[[str], str]


def in_german(document: Document, said: frozenset[str]) -> Document:
    """The document with its own words in German; `said` are texts of people and names, which stay."""
    words = _Words(said)

    def change(text: str) -> str:
        return words.of(text)

    def keep(value: Any) -> Any:
        # Prompts and answers are shown letter by letter.
        if isinstance(value, Verbatim):
            text = words.of(WITHHELD) if value.text == WITHHELD else value.text
            return replace(value, label=words.of(value.label), text=text)
        return _with_ticks(value) if isinstance(value, Chart) else value

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


def _with_ticks(chart: Chart) -> Chart:
    """The chart with the marks of its axes written out, so that their labels are translated like any text."""
    x = replace(chart.x, ticks=ticks_for(chart.x, *chart.range_x))
    return replace(chart, x=x, y=chart.y if chart.bars else replace(chart.y, ticks=ticks_for(chart.y, *chart.range_y)))


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
        # without the full stop, which ends a sentence of ours too
        long = {text.rstrip(".!?") for text in said if _BREAKS.search(text)}
        self._long = sorted(long, key=len, reverse=True)
        self._same: set[str] = set()
        self._known: dict[str, str] = {}

    def of(self, text: str) -> str:
        """The text in German, or as it is."""
        found = self._known.get(text)
        if found is None:
            # Also in a sentence that stays as it is, for a person wrote it.
            found = self._known[text] = self._around(text).replace(WITHHELD, "[zurückgehalten]")
        return found

    def _around(self, text: str) -> str:
        """The text looked up with what people wrote in it left alone."""
        inside = [said for said in self._long if said in text and said != text] if text not in self._said else []
        for place, said in enumerate(inside):
            text = text.replace(said, chr(_FIRST_STAND_IN + place))
        found = self._look_up(text)
        for place, said in enumerate(inside):
            found = found.replace(chr(_FIRST_STAND_IN + place), said)
        return found

    def _look_up(self, text: str) -> str:
        if not text or text in self._said:
            return text
        exact, patterns = _table()
        if text in exact:
            return exact[text]
        if text.endswith(".") and text[:-1] in exact:
            return exact[text[:-1]] + "."
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
                told = german.format(**values)
                if told == text:
                    self._same.add(text)
                return told
        return self._in_pieces(text)

    def _in_pieces(self, text: str) -> str:
        """Sentence by sentence; a list part by part where all of them are known."""
        sentences = _SENTENCE_END.split(text)
        if len(sentences) > 1:
            return " ".join(self.of(sentence) for sentence in sentences)
        for gap, pattern in _GAPS:
            parts = pattern.split(text)
            told = [self._part(part) for part in parts] if len(parts) > 1 else []
            if told and all(new != old or self._stays(old) for new, old in zip(told, parts, strict=True)):
                return gap.join(told)
        parts = _AND.split(text)
        told = [self.of(part) for part in parts] if len(parts) > 1 else []
        known = bool(told) and all(new != old or self._stays(old) for new, old in zip(told, parts, strict=True))
        return f"{', '.join(told[:-1])} und {told[-1]}" if known else text

    def _stays(self, text: str) -> bool:
        """A name, what a person wrote, or what reads the same in German."""
        return text in self._said or text in self._same or (len(text) == 1 and ord(text) >= _FIRST_STAND_IN)

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
                return number(text) if text == "[withheld]" else money(text)
            case "d":
                return day(text)
            case "o":
                return text.replace(" and ", " und ")
        return self.of(text)


def number(text: str) -> str:
    """ "1,463.5" is "1.463,5"; "to" between two is "bis"."""
    return text.translate(_SWAPPED).replace(" to ", " bis ").replace("[withheld]", "[zurückgehalten]")


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
    # Those that say most in words of their own come first: "target {n} %" before "{v} {n} %".
    ranked = sorted((english for english in read if "{" in english), key=lambda each: -len(_PLACE.sub("", each)))
    return exact, tuple(_compiled(english, read[english]) for english in ranked)


def _compiled(english: str, german: str) -> _Pattern:
    pieces = _PLACE.split(english)
    names = tuple(pieces[1::2])
    text = ""
    for place, piece in enumerate(pieces):
        kind = piece.rstrip("0123456789")
        text += re.escape(piece) if place % 2 == 0 else f"({_PLACES[kind]})"
    return re.compile(text), names, german
