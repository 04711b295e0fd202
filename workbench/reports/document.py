"""A report as a tree without a format: what is said and in which order. Writers turn it into files.

Texts are plain text as people, models and services wrote them; each writer escapes what its format would read as
markup. Every figure stands in the tree as it is shown, and unrounded in `Document.figures`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbench.analysis.chartspec import Chart

JsonValue = None | bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"]


class Length(StrEnum):
    """The one-page report and the whole one."""

    PAGE = "page"
    FULL = "full"


class Mark(StrEnum):
    """How something is judged. A writer shows it as a sign, and the text beside it says it in words."""

    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `lead` is its bold beginning."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure to be seen first: "36 months", "$130,600", "not discounted"."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigures:
    items: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`unit` stands in the header; `right` aligns figures."""

    title: str
    unit: str = ""
    right: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """`note` is the quieter part beside or under the text: a range, a source."""

    text: str
    note: str = ""
    mark: Mark | None = None
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as there are columns; the first cell heads its row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.caption!r}: a row has {len(row)} of {len(self.columns)} cells")


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its words and its table."""

    chart: Chart


@dataclass(frozen=True, slots=True)
class Callout:
    """A box with a judgement: `word` says the mark in words ("Accepted", "Look again")."""

    mark: Mark
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list; `lead` is its bold beginning."""

    text: str
    lead: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a term and what holds for it."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Small print: where figures are from and as of when."""

    text: str


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text shown letter by letter: a prompt, an answer, a hash, a command."""

    label: str
    text: str


Block = Paragraph | KeyFigures | Table | Picture | Callout | Listing | Facts | Source | Verbatim


class SectionId(StrEnum):
    """What a section is about; a format with headings of its own (MADR) sorts by it."""

    DECISION = "decision"
    CONTEXT = "context"
    DRIVERS = "drivers"
    OPTIONS = "options"
    QUALITY = "cost-and-quality"
    COST = "cost-over-time"
    FLIPS = "what-would-change-our-mind"
    BEHIND = "what-stands-behind-it"
    WEIGHING = "for-and-against"
    CONSEQUENCES = "consequences"
    SHORTLIST = "shortlist"
    EVIDENCE = "evidence"
    PRIVACY = "privacy"
    ADAPTATION = "adaptation"
    CONFIRMATION = "confirmation"
    LIMITS = "assumptions-and-limits"
    PROMPTS = "prompts"
    CASES = "cases"
    SOURCES = "sources"
    VERDICTS = "every-verdict"
    EU_AI_ACT = "eu-ai-act-annex-iv"
    NIST = "nist-ai-rmf"
    DECISIONS = "decisions"
    DEVELOPERS = "by-developer"
    PROVIDERS = "by-provider"
    FAILURES = "shared-failures"
    CALENDAR = "shutdown-calendar"
    REVIEWS = "reviews"


#: the sections of the report over all decisions; the others are of one scenario
PORTFOLIO = frozenset(
    {
        SectionId.DECISIONS,
        SectionId.DEVELOPERS,
        SectionId.PROVIDERS,
        SectionId.FAILURES,
        SectionId.CALENDAR,
        SectionId.REVIEWS,
    }
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it; `parts` are its subsections."""

    id: SectionId
    title: str
    blocks: tuple[Block, ...]
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A subsection. `priced`: prices went into its figures, so it is withheld with them."""

    title: str
    blocks: tuple[Block, ...]
    priced: bool = False


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose report it is: a name, an accent colour ("#1f62a8", "" for ours) and a logo (a PNG or JPEG file's bytes)."""

    name: str = ""
    colour: str = ""
    logo: bytes = b""

    @property
    def media_type(self) -> str:
        """The logo's type, "" without one."""
        return "" if not self.logo else "image/png" if self.logo.startswith(b"\x89PNG") else "image/jpeg"


NO_BRAND = Brand()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. `facts` head it (status, date, people); `figures` are the numbers of it, unrounded.

    `language` is what its own words are written in ("en", "de"); what people wrote stays as they wrote it.
    """

    title: str
    subtitle: str
    length: Length
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    figures: Mapping[str, JsonValue]
    footer: str
    language: str = "en"
    brand: Brand = NO_BRAND

    def blocks(self) -> Iterator[Block]:
        """Every block, in reading order."""
        for section in self.sections:
            yield from section.blocks
            for part in section.parts:
                yield from part.blocks
