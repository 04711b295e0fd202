"""What an import would change, row by row, before anything is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Quote, Scalar, Subject


class RowKind(StrEnum):
    """NEW: a fact the catalog lacks about a model it has. CHANGED: the same source says something else than before.
    DISAGREES: another source says something else. VANISHED: the source no longer lists what it listed. UNKNOWN_MODEL:
    about a model the catalog lacks. SAME: nothing new, at most one more source that agrees."""

    NEW = "new"
    CHANGED = "changed"
    DISAGREES = "disagrees"
    VANISHED = "vanished"
    UNKNOWN_MODEL = "unknown-model"
    SAME = "same"


class Choice(StrEnum):
    """What the person does with a row. BESIDE keeps both figures, which is how a disagreement is accepted."""

    REJECT = "reject"
    ACCEPT = "accept"
    BESIDE = "beside"


class Held(StrEnum):
    """Why a row is not proposed; NOT for one that is. The values are words of the command line."""

    NOT = ""
    WRONG = "looks-wrong"
    PROVIDER = "unknown-provider"
    MODEL = "unknown-model"
    ALIKE = "similar-name"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One figure: what the catalog holds (None: nothing), what the source says (None: no longer listed)."""

    field: str
    ours: Scalar | None
    theirs: Scalar | None


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row of the diff. `quote` is what is kept when it is accepted; `matched` says how the model was recognised.

    `warnings` name suspicions (a price off by 1,000 ...); a row with one is never proposed. `held` says why a row is
    not. `ours_source` says where the catalog's figure is from and as of when.
    """

    id: str
    kind: RowKind
    subject: Subject
    model_id: str
    model_name: str
    provider: str
    changes: tuple[FieldChange, ...]
    quote: Quote
    source_name: str
    matched: str
    ours_source: str = ""
    warnings: tuple[str, ...] = ()
    held: Held = Held.NOT

    @property
    def taking(self) -> Choice:
        """What taking the row means: of a disagreement both figures stay."""
        return Choice.BESIDE if self.kind is RowKind.DISAGREES else Choice.ACCEPT

    @property
    def proposed(self) -> Choice:
        """What a careful person would choose."""
        return self.taking if self.held is Held.NOT else Choice.REJECT


@dataclass(frozen=True, slots=True)
class Diff:
    """Everything an import would do. `rows` holds the SAME ones too; `entries` counts what the file lists."""

    importer: str
    title: str
    file: str
    as_of: str
    rows: tuple[DiffRow, ...]
    entries: int
    passed_over: tuple[tuple[str, int], ...]
    problems: tuple[WorkbenchError, ...]
    catalog_fingerprint: str

    def count(self, kind: RowKind) -> int:
        """How many rows are of this kind."""
        return sum(row.kind is kind for row in self.rows)

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """Rows by kind, in the order of RowKind."""
        return tuple((kind.value, self.count(kind)) for kind in RowKind)

    @property
    def sentence(self) -> str:
        """The diff in one sentence."""
        words = {
            RowKind.NEW: "new",
            RowKind.CHANGED: "changed",
            RowKind.VANISHED: "vanished",
            RowKind.DISAGREES: "in disagreement with another source",
            RowKind.UNKNOWN_MODEL: "about models the catalog lacks",
            RowKind.SAME: "the same",
        }
        parts = [f"{self.count(kind):,} {text}" for kind, text in words.items() if self.count(kind)]
        listed = ", ".join(parts) if parts else "nothing the catalog could use"
        entries = "1 entry" if self.entries == 1 else f"{self.entries:,} entries"
        return f"{self.title} lists {entries}: {listed}."

    @property
    def news(self) -> tuple[DiffRow, ...]:
        """The rows that say something the catalog does not."""
        return tuple(row for row in self.rows if row.kind is not RowKind.SAME)

    def held(self, why: Held) -> tuple[DiffRow, ...]:
        """The rows that are not proposed for this reason."""
        return tuple(row for row in self.news if row.held is why)

    def plan(self, choices: Mapping[str, Choice]) -> str:
        """What Apply does with these choices (by row id), in one sentence: how many rows it takes in, how many it
        leaves, and why."""
        left = [row for row in self.news if choices.get(row.id, row.proposed) is Choice.REJECT]
        taken, total = len(self.news) - len(left), len(self.news)
        if not total:
            return "There is nothing to apply: the catalog says the same already."
        rows = "1 row" if total == 1 else f"{total:,} rows"
        if not left:
            return f"Apply takes in the {rows}." if total == 1 else f"Apply takes in all {rows}."
        counts = Counter(row.held for row in left)
        reasons = [left_words(why, counts[why]) for why in LEFT_WORDS if counts[why]]
        if len(counts) == 1 and Held.NOT in counts:
            return f"Apply takes in {taken:,} of {rows}; you leave the other {len(left):,}."
        return f"Apply takes in {taken:,} of {rows} and leaves {len(left):,}: {', '.join(reasons)}."


#: why rows are left, after their number: of one, of several
LEFT_WORDS: Mapping[Held, tuple[str, str]] = MappingProxyType(
    {
        Held.WRONG: ("looks wrong", "look wrong"),
        Held.PROVIDER: ("of an unknown provider", "of unknown providers"),
        Held.MODEL: ("about an unknown model", "about unknown models"),
        Held.ALIKE: ("whose model has only a similar name", "whose models have only similar names"),
        Held.VANISHED: ("no longer listed", "no longer listed"),
        Held.NOT: ("left by you", "left by you"),
    }
)


def left_words(why: Held, count: int) -> str:
    """ "631 of unknown providers"."""
    return f"{count:,} {LEFT_WORDS[why][count != 1]}"
