"""Withholding prices: every amount of money, and every figure from which one could be computed back.

A score is a weighted sum of costs among others, a crossing month is a ratio of two differences of costs, and with two
or three of them a reader solves for the prices. So all that prices went into goes with them: scores and what they add
up from, shares of draws, flips, crossings and break-evens, and numbers in sentences that speak of any of these.
What stays is what would be the same at any price; a test computes the sample at other prices and compares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.analysis.chartspec import Chart
from workbench.reports.document import (
    Block,
    Cell,
    Document,
    Facts,
    Item,
    JsonValue,
    KeyFigure,
    Listing,
    Paragraph,
    Picture,
    Section,
    SectionId,
    Table,
)
from workbench.reports.redaction import WITHHELD, mapped

NO_PICTURE = "This picture shows prices, which are withheld."
NO_PARTS = "These rest on prices, which are withheld:"
_AMOUNT = re.compile(
    r"[−-]?\$\s?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?[kMB]?(?:\s?(?:–|to)\s?\$?\d+(?:,\d{3})*(?:\.\d+)?[kMB]?)?"
    r"|(?:USD|US\$|EUR|€)\s?\d[\d,.]*|\d[\d,.]*\s?(?:USD|EUR|€|dollars?)\b"
)
# Neither "p95" nor "claude-sonnet-4-6" nor "==0.0.76" holds a figure.
_NUMBER = r"(?<![\w.@/=])(?<![A-Za-z]-)(?<![A-Za-z]-\d-)[+−-]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?(?:[kMB]\b)?"
_NUMBERS = rf"{_NUMBER}(?:\s?–\s?{_NUMBER})?"
_PERCENT = re.compile(rf"{_NUMBERS}(?=\s?(?:%|percent\b|per cent\b|Prozent\b))")
_DATES = (
    r"\d{4}-\d\d(?:-\d\d)?",
    r"(?:\d{1,2} )?(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}",
)
_SCALES = ("0–1", "0–100", "(?<=of )100?")
#: what speaks of money, in the report's own words and in those of people, English or German
_MONEY_WORDS = re.compile(
    r"\$|€|\b(?:USD|EUR|costs?|costly|pric\w+|cheap\w*|dear\w*|expens\w+|sav(?:e|es|ed|ing|ings)|budgets?|spen[dt]\w*"
    r"|bills?|billed|pa(?:y|ys|id|ying|yback)|fees?|invoice\w*|discount\w*|worth|earns?|returns?|break-even|overtakes?"
    r"|kost\w*|\w*kosten|preis\w*|billig\w*|teu(?:er|re)\w*|günstig\w*|spar(?:t|en|sam)\w*|ausgab\w*|bezahl\w*)\b",
    re.IGNORECASE,
)
#: what speaks of scores, which are made of costs among others
_SCORE_WORDS = re.compile(
    r"\b(?:scores?|scored|on points|draws|leads?|level with|caught up|counted|weighs?)\b", re.IGNORECASE
)
_MONEY_KEY = re.compile(r"(?:^|_)usd(?:$|_)|price|budget")
_MONEY_WATCHES = frozenset({"monthly-cost", "price-in", "price-out"})
#: every number in these rests on prices
_ALL = frozenset({SectionId.COST, SectionId.FLIPS})
#: scores in these are of cases and benchmarks, which know no prices
_OTHER_SCORES = frozenset(
    {
        SectionId.DRIVERS,
        SectionId.QUALITY,
        SectionId.SHORTLIST,
        SectionId.EVIDENCE,
        SectionId.PROMPTS,
        SectionId.CASES,
        SectionId.SOURCES,
        SectionId.VERDICTS,
    }
)
#: figures of an option, and of its basis, that prices went into
_RESULTS = frozenset({"score", "score_low", "score_high", "best_probability", "cheapest_probability", "contributions"})
_MONTHS = re.compile(r"\d+ months?")


def without_prices(document: Document, names: Iterable[str] = ()) -> Document:
    """The document without prices and without what they can be computed from.

    `names` of models, options and offers keep their digits: "Claude Sonnet 4.6" is no price.
    """
    texts = _Texts(names)
    return replace(
        document,
        subtitle=texts.told(document.subtitle),
        facts=tuple((term, texts.told(text)) for term, text in document.facts),
        sections=tuple(_section(section, texts) for section in document.sections),
        figures=_figures(document.figures, texts),
    )


class _Texts:
    """Takes numbers out of texts that speak of money."""

    def __init__(self, names: Iterable[str]) -> None:
        known = sorted({name for name in names if re.search(r"\d", name)}, key=len, reverse=True)
        kept = "|".join((*map(re.escape, known), *_DATES, *_SCALES))
        number = rf"\[withheld\]|{_NUMBERS}"
        self._numbers = re.compile(rf"(?P<kept>(?<!\w)(?:{kept})(?!\w))|{number}")
        self._but_weeks = re.compile(rf"(?P<kept>(?<![\w.])(?:{kept}|\d+ weeks?)(?!\w))|{number}")

    def told(self, text: str, *, scores: bool = False, every: bool = False) -> str:
        """The text without amounts; of a sentence about money (or `scores`) without any number; `every`: without any
        number at all. Shares go from the whole text, for "a third less, 34 %" may stand in the next sentence."""
        if not any(letter.isdigit() for letter in text):
            return text
        if every:
            return self.emptied(text)
        about_money = bool(_MONEY_WORDS.search(text))
        if not about_money and not (scores and _SCORE_WORDS.search(text)):
            return _AMOUNT.sub(WITHHELD, text)
        pieces = re.split(r"((?<=[.!?;])\s+)", text)
        told = "".join(self._sentence(piece, scores) for piece in pieces)
        return _PERCENT.sub(WITHHELD, told) if about_money else told

    def emptied(self, text: str, *, but_weeks: bool = False) -> str:
        """The text without any number; names and dates stay, and weeks where no score is spoken of."""
        pattern = self._but_weeks if but_weeks else self._numbers
        return pattern.sub(lambda found: found["kept"] or WITHHELD, _AMOUNT.sub(WITHHELD, text))

    def _sentence(self, sentence: str, scores: bool) -> str:
        if scores and _SCORE_WORDS.search(sentence):
            return self.emptied(sentence)
        return self.emptied(sentence, but_weeks=True) if _MONEY_WORDS.search(sentence) else sentence


def _section(section: Section, texts: _Texts) -> Section:
    every, scores = section.id in _ALL, section.id not in _OTHER_SCORES

    def about(*words: str) -> bool:
        return every or any(_MONEY_WORDS.search(word) or (scores and _SCORE_WORDS.search(word)) for word in words)

    def change(text: str) -> str:
        return text if every and _MONTHS.fullmatch(text) else texts.told(text, scores=scores, every=every)

    def swap(value: Any) -> Any:
        return _swapped(value, about, every=every)

    told: Section = mapped(_without_priced_parts(section), change, swap)
    return _in_no_order(told) if section.id is SectionId.FLIPS else told


def _without_priced_parts(section: Section) -> Section:
    """The parts that rest on prices only by name, and none of them among the answers."""
    priced = {part.title for part in section.parts if part.priced}
    if not priced:
        return section
    blocks = tuple(
        Listing(tuple(item for item in block.items if item.lead.removesuffix(".") not in priced))
        if isinstance(block, Listing)
        else block
        for block in section.blocks
    )
    names = Listing(tuple(Item(part.title) for part in section.parts if part.priced))
    parts = tuple(part for part in section.parts if not part.priced)
    return replace(section, blocks=(*blocks, Paragraph("", lead=NO_PARTS), names), parts=parts)


def _in_no_order(section: Section) -> Section:
    """The flips by their words: nearest first would tell which price is near its turn."""

    def sorted_block(block: Block) -> Block:
        match block:
            case Table(rows=rows):
                return replace(block, rows=tuple(sorted(rows, key=lambda row: row[0].text)))
            case Listing(items=items):
                return Listing(tuple(sorted(items, key=lambda item: item.text)))
        return block

    parts = tuple(replace(part, blocks=tuple(map(sorted_block, part.blocks))) for part in section.parts)
    return replace(section, blocks=tuple(map(sorted_block, section.blocks)), parts=parts)


def _swapped(value: Any, about: Callable[..., bool], *, every: bool) -> Any:
    """Pictures, key figures and cells that rest on prices become words."""
    match value:
        case Picture(chart=chart) if every or _shows_money(chart) or about(chart.title, chart.x.label, chart.y.label):
            return Paragraph(NO_PICTURE, lead=f"{chart.title}.")
        case KeyFigure(label=label, note=note) if about(label, note) and _has_digits(value.value):
            return replace(value, value=WITHHELD)
        case Facts(items=items):
            return Facts(tuple((term, _hidden(text) if about(term) else text) for term, text in items))
        case Table():
            return _table(value, about)
    return value


def _table(table: Table, about: Callable[..., bool]) -> Table:
    """A column whose head speaks of money is withheld, and a row whose first cell does; the first column heads rows."""
    hidden = [about(column.title, column.unit) or _is_money(column.title, column.unit) for column in table.columns]
    rows = []
    for row in table.rows:
        whole = bool(row) and len(row[0].text) < 60 and about(row[0].text)
        cells = (
            _cell(cell) if place and (whole or hides) else cell
            for place, (cell, hides) in enumerate(zip(row, hidden, strict=True))
        )
        rows.append(tuple(cells))
    return replace(table, rows=tuple(rows))


def _cell(cell: Cell) -> Cell:
    """Words stay ("never", "—", the option that leads); a number goes, and with it what stood beside it."""
    return Cell(WITHHELD, mark=cell.mark) if _has_digits(cell.text) else replace(cell, note=_hidden(cell.note))


def _hidden(text: str) -> str:
    return WITHHELD if _has_digits(text) else text


def _has_digits(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _shows_money(chart: Chart) -> bool:
    return "$" in (chart.x.unit, chart.y.unit) or any(_is_money(column) for column in chart.columns)


def _is_money(*words: str) -> bool:
    return any("USD" in word or "$" in word for word in words)


def _figures(figures: Mapping[str, JsonValue], texts: _Texts) -> Mapping[str, JsonValue]:
    """The data of the report: no amount, and of options and decision no result that amounts went into."""
    told: dict[str, JsonValue] = {}
    for name, value in figures.items():
        about_results = name in ("options", "decision")
        kept = _without_results(value, texts) if about_results else value

        def change(text: str, scores: bool = about_results) -> str:
            return texts.told(text, scores=scores)

        told[name] = mapped(_without_money(kept), change)
    return told


def _speaks(text: str) -> bool:
    return bool(_MONEY_WORDS.search(text) or _SCORE_WORDS.search(text))


def _without_results(value: Any, texts: _Texts) -> Any:
    match value:
        case Mapping():
            if {"months", "months_discounted"} <= value.keys():  # a crossing
                return {**value, "months": None, "months_discounted": None}
            if {"self_host", "requests_per_day"} <= value.keys():  # a break-even
                return {**value, "requests_per_day": None}
            if {"at", "winner"} <= value.keys():  # a flip
                return {**value, "at": None, "text": texts.emptied(str(value.get("text", "")))}
            if {"watch", "text"} <= value.keys() and _speaks(str(value["text"])):  # a condition drafted from a flip
                return {**value, "above": None, "below": None}
            return {
                name: _emptied(item) if name in _RESULTS else _without_results(item, texts)
                for name, item in value.items()
            }
        case list() | tuple():
            rows = [_without_results(item, texts) for item in value]
            flips = all(isinstance(row, dict) and "winner" in row for row in rows)
            return sorted(rows, key=lambda row: (row["option"], row["input"])) if flips else rows
    return value


def _without_money(value: Any, key: str = "") -> Any:
    if _MONEY_KEY.search(key) and not isinstance(value, str):
        return _emptied(value)
    if isinstance(value, Mapping):
        if _is_about_money(value):
            hidden = {"now", "at", "above", "below", "worst", "best"}
            return {name: None if name in hidden else _without_money(item, name) for name, item in value.items()}
        return {name: _without_money(item, name) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_money(item) for item in value]
    return value


def _emptied(value: Any) -> JsonValue:
    """The same shape without a number in it."""
    if isinstance(value, Mapping):
        return {name: item if isinstance(item, str) else _emptied(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_emptied(item) for item in value]
    return value if isinstance(value, bool | str) else None


def _is_about_money(value: Mapping[str, Any]) -> bool:
    """A flip, a condition or a criterion whose own numbers are amounts."""
    if str(value.get("input", "")).endswith("_usd") or value.get("watch") in _MONEY_WATCHES:
        return True
    return "worst" in value and str(value.get("unit", "")).startswith("USD")
