"""Markdown under the headings of MADR 4 (Markdown Architectural Decision Records), for a repository beside the code.

MADR's order is context, drivers, options, outcome, pros and cons, more information; every section of the report finds
its place there. Charts come as their tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from workbench.analysis.chartspec import Chart
from workbench.reports.document import (
    Block,
    Callout,
    Cell,
    Document,
    Facts,
    Item,
    KeyFigures,
    Listing,
    Mark,
    Paragraph,
    Picture,
    Section,
    SectionId,
    Source,
    Table,
    Verbatim,
)
from workbench.reports.own_words import OwnWords, own_words
from workbench.reports.written import plain

_SIGNS = {Mark.GOOD: "✓ ", Mark.CAUTION: "! ", Mark.BAD: "✕ ", None: ""}
_PLACED = (SectionId.CONTEXT, SectionId.DRIVERS, SectionId.OPTIONS, SectionId.DECISION, SectionId.WEIGHING)
_BELOW_OUTCOME = (SectionId.CONSEQUENCES, SectionId.CONFIRMATION)
#: MADR's headings in its own English, and ours for it in German
_HEADINGS = {
    "en": {
        SectionId.CONTEXT: "Context and Problem Statement",
        SectionId.DRIVERS: "Decision Drivers",
        SectionId.OPTIONS: "Considered Options",
        SectionId.DECISION: "Decision Outcome",
        SectionId.WEIGHING: "Pros and Cons of the Options",
        SectionId.CONSEQUENCES: "Consequences",
        SectionId.CONFIRMATION: "Confirmation",
    },
    "de": {
        SectionId.CONTEXT: "Ausgangslage und Problem",
        SectionId.DRIVERS: "Was die Entscheidung treibt",
        SectionId.OPTIONS: "Erwogene Optionen",
        SectionId.DECISION: "Ergebnis der Entscheidung",
        SectionId.WEIGHING: "Für und Wider der Optionen",
        SectionId.CONSEQUENCES: "Folgen",
        SectionId.CONFIRMATION: "Bestätigung",
    },
}
_MARKUP = re.compile(r"[\\`*\[\]|]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|(?<=~)~|!(?=\[)")
_LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+=](?=[\s=-]|$)|\d+(?=[.)](?:\s|$)))")
_FRONT_MATTER = (("decision-makers", "deciders"), ("consulted", "consulted"), ("informed", "informed"))


@dataclass(frozen=True, slots=True)
class MarkdownWriter:
    """MADR 4 with GitHub's tables."""

    id: str = "md"
    title: str = "Markdown decision record (MADR)"

    def render(self, document: Document) -> bytes:
        """The record; every section appears once, under MADR's heading for it."""
        lines = [*_front_matter(document), f"# {text_of(document.title)}", ""]
        if document.subtitle:
            lines += [text_of(document.subtitle), ""]
        said, headings = own_words(document.language), _HEADINGS.get(document.language, _HEADINGS["en"])
        found = {section.id: section for section in document.sections}
        for section_id in _PLACED:
            if section := found.get(section_id):
                lines += _placed(document, section, headings, found)
        rest = [s for s in document.sections if s.id not in _PLACED and s.id not in _BELOW_OUTCOME]
        lines += [f"## {said.more_information}", ""]
        for section in rest:
            lines += _section(section, section.title, said, depth=3)
        lines += ["---", "", text_of(document.footer)]
        return ("\n".join(lines) + "\n").encode("utf-8")


def section_text(section: Section, language: str = "en") -> str:
    """One section by itself, to be pasted where Markdown is read."""
    return "\n".join(_section(section, section.title, own_words(language), depth=2)).rstrip() + "\n"


def text_of(text: str) -> str:
    """Text on one line in which nothing is markup: no HTML, no emphasis, no link, no table border, no heading."""
    flat = " ".join(plain(text).split())
    flat = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    flat = _MARKUP.sub(lambda match: "\\" + match[0], flat)
    return _LINE_START.sub(_escaped_start, flat)


def _escaped_start(match: re.Match[str]) -> str:
    space, mark = match[1], match[2]
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"


def _front_matter(document: Document) -> list[str]:
    """MADR's metadata; values in JSON's quotes, which YAML reads as text."""
    decision = document.figures.get("decision")
    if not isinstance(decision, Mapping):
        return ["---", 'status: "draft"', "---", ""]
    lines = ["---", f"status: {_quoted(decision['status'])}", f"date: {_quoted(decision['decided_at'])}"]
    for key, field in _FRONT_MATTER:
        people = decision[field]
        if isinstance(people, list | tuple) and people:
            lines.append(f"{key}: [{', '.join(_quoted(name) for name in people)}]")
    return [*lines, "---", ""]


def _quoted(value: object) -> str:
    """Text in YAML's double quotes; what a reader without front matter would take for markup is written as a code."""
    quoted = json.dumps(plain(str(value)), ensure_ascii=False)
    return re.sub(r"[<>&\[\]`*]", lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _placed(
    document: Document, section: Section, headings: Mapping[SectionId, str], found: Mapping[SectionId, Section]
) -> Iterator[str]:
    """A section under its own MADR heading; consequences and confirmation belong below the outcome."""
    said, heading = own_words(document.language), headings[section.id]
    if section.id is SectionId.OPTIONS:
        yield from (f"## {heading}", "", *_option_names(document), "", *_body(section, said, depth=3))
    elif section.id is SectionId.DECISION:
        said_by_then = replace(section, blocks=tuple(b for b in section.blocks if not _is_the_reason(b, document)))
        yield from (f"## {heading}", "", *_outcome(document, said), *_body(said_by_then, said, depth=3))
        for below_id in _BELOW_OUTCOME:
            if part := found.get(below_id):
                yield from _section(part, headings[below_id], said, depth=3)
    else:
        yield from _section(section, heading, said, depth=2)


def _option_names(document: Document) -> Iterator[str]:
    options = document.figures.get("options")
    listed = options.get("options") if isinstance(options, Mapping) else None
    for option in listed if isinstance(listed, list | tuple) else ():
        if isinstance(option, Mapping):
            yield f"* {text_of(str(option['id']))}: {text_of(str(option['name']))}"


def _outcome(document: Document, said: OwnWords) -> Iterator[str]:
    """MADR's own sentence: chosen option, because."""
    decision = document.figures.get("decision")
    if isinstance(decision, Mapping) and decision["option"]:
        because = text_of(str(decision["because"])) or said.nobody_said_why
        yield from (f'{said.chosen_option}: "{text_of(str(decision["option"]))}", {said.because} {because}', "")


def _is_the_reason(block: Block, document: Document) -> bool:
    """Whether a block only says what MADR's own sentence has said already."""
    decision = document.figures.get("decision")
    return isinstance(block, Paragraph) and isinstance(decision, Mapping) and block.text == decision["because"]


def _section(section: Section, heading: str, said: OwnWords, *, depth: int) -> Iterator[str]:
    yield from (f"{'#' * depth} {text_of(heading)}", "", *_body(section, said, depth=depth + 1))


def _body(section: Section, said: OwnWords, *, depth: int) -> Iterator[str]:
    yield from _blocks(section.blocks, said)
    for part in section.parts:
        yield from (f"{'#' * depth} {text_of(part.title)}", "", *_blocks(part.blocks, said))


def _blocks(blocks: Iterable[Block], said: OwnWords) -> Iterator[str]:
    for block in blocks:
        lines = list(_block(block, said))
        if lines:
            yield from (*lines, "")


def _block(block: Block, said: OwnWords) -> Iterator[str]:
    match block:
        case Paragraph(text=text, lead=lead):
            yield _led(lead, text)
        case KeyFigures(items=figures):
            for figure in figures:
                note = f" ({text_of(figure.note)})" if figure.note else ""
                yield f"* {_led(figure.label + ':', figure.value)}{note}"
        case Table(columns=columns, rows=rows, caption=caption):
            if caption:
                yield from (text_of(caption), "")
            heads = [_head(column.title, column.unit) for column in columns]
            yield from _table(
                heads, [column.right for column in columns], ([_cell(cell) for cell in row] for row in rows)
            )
        case Picture(chart=chart):
            yield from _chart(chart)
        case Callout(mark=mark, word=word, text=text):
            yield f"> {_led(f'{_SIGNS[mark]}{word}.', text)}"
        case Listing(items=items):
            yield from (f"* {_item(item, said)}" for item in items)
        case Facts(items=pairs):
            yield from (f"* {_led(term + ':', text)}" for term, text in pairs)
        case Source(text=text):
            yield text_of(text)
        case Verbatim(label=label, text=text):
            yield from (f"{text_of(label)}:", "", *_fenced(text))


def _led(lead: str, text: str) -> str:
    return " ".join(part for part in (f"**{text_of(lead)}**" if lead else "", text_of(text)) if part)


def _item(item: Item, said: OwnWords) -> str:
    if item.lead in said.effects:
        return f"{item.lead}, {said.because}: {text_of(item.text)}"
    return _SIGNS[item.mark] + _led(item.lead, item.text)


def _head(title: str, unit: str) -> str:
    return text_of(f"{title} ({unit})" if unit else title)


def _cell(cell: Cell) -> str:
    text = f"**{text_of(cell.text)}**" if cell.strong and cell.text else text_of(cell.text)
    return _SIGNS[cell.mark] + text + (f" ({text_of(cell.note)})" if cell.note else "")


def _table(heads: list[str], right: list[bool], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'|'.join(' ---: ' if to_right else ' --- ' for to_right in right)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _chart(chart: Chart) -> Iterator[str]:
    yield _led(f"{chart.title}.", chart.description)
    if chart.rows:
        heads = [text_of(column) for column in chart.columns]
        rows = ([text_of(text) for text in row] for row in chart.rows)
        yield from ("", *_table(heads, [False] * len(heads), rows))
    if chart.note:
        yield from ("", text_of(chart.note))


def _fenced(text: str) -> Iterator[str]:
    """A code block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}text", *plain(text).splitlines(), fence)


MARKDOWN = MarkdownWriter()
