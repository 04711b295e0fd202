"""What sources say about the catalog: rows read from a file, kept quotes, and what a person entered.

Facts travel flat, as field names with plain values (`catalog_fields` lists them): the same form for an import's rows,
for what the store keeps, and for a person's own entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.errors import WorkbenchError

Scalar = bool | int | float | str
Fields = Mapping[str, Scalar]


class Subject(StrEnum):
    """What a row is about. DISCOUNT and HARDWARE occur among a person's own entries only."""

    OFFER = "offer"
    FACTS = "facts"
    SCORE = "score"
    HARDWARE = "hardware"
    DISCOUNT = "discount"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One thing a source says, in the source's own names.

    `provider` is "" for facts and scores; `part` is the variant of an offer or the benchmark of a score; `place` says
    where in the file; `origin` is the address that the source itself cites; `as_of` is an ISO date.
    """

    subject: Subject
    provider: str
    model: str
    name: str
    fields: Fields
    as_of: str
    place: str
    part: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file as read. `passed_over` counts entries that are no fact of this catalog, by the reason.

    `complete` tells whether the file lists everything its providers sell, so that what is missing has vanished;
    `seen` are all (provider, model) it lists, those without a usable price too.
    """

    importer: str
    file: str
    as_of: str
    rows: tuple[SourceRow, ...]
    entries: int
    passed_over: tuple[tuple[str, int], ...] = ()
    problems: tuple[WorkbenchError, ...] = ()
    complete: bool = True
    seen: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Quote:
    """What one source said of one thing in the catalog, as the person accepted it.

    `part` is `provider` or `provider#variant` for offers, the benchmark for scores, else "". `beside`: it disagrees
    with another source and stands beside that source's figure instead of replacing it. `over` is the date of the
    figure it was accepted over: a shipped figure later than both dates has overtaken it.
    """

    subject: Subject
    model_id: str
    part: str
    fields: Fields
    importer: str
    source: str
    as_of: str
    beside: bool = False
    over: str = ""

    def is_overtaken_by(self, as_of: str) -> bool:
        """Whether a catalog update has brought a later figure."""
        return as_of > max(self.as_of, self.over)


@dataclass(frozen=True, slots=True)
class OwnFact:
    """What a person entered: it stands above every source and survives catalog updates. Times are ISO UTC.

    `target` is a model's id (hardware: the hardware's id; discount: a provider's id); `part` as in Quote (discount:
    the model's id, or "" for everything the provider sells). `ended_at`: replaced by a later entry, or taken back.
    """

    id: str
    subject: Subject
    target: str
    part: str
    fields: Fields
    note: str
    entered_at: str
    ended_at: str = ""


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One applied import. `counts` by kind of row; `undone_at` is "" while it is in force."""

    id: str
    at: str
    importer: str
    file: str
    as_of: str
    accepted: int
    counts: tuple[tuple[str, int], ...]
    undone_at: str = ""
