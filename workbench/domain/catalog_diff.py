"""What an import would change, row by row, before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One figure: what the catalog holds (None: nothing), what the source says (None: no longer listed)."""

    field: str
    ours: Scalar | None
    theirs: Scalar | None


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row of the diff. `quote` is what is kept when it is accepted; `matched` says how the model was recognised.

    `warnings` name suspicions (a price off by 1,000 ...); a row with one is never proposed. `ours_source` says where
    the catalog's figure is from and as of when.
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
    proposed: Choice = Choice.REJECT


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
        suspicious = sum(bool(row.warnings) for row in self.rows)
        doubt = f" {suspicious:,} look wrong and are left out unless you take them." if suspicious else ""
        entries = "1 entry" if self.entries == 1 else f"{self.entries:,} entries"
        return f"{self.title} lists {entries}: {listed}.{doubt}"
