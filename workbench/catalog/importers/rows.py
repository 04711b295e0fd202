"""What all importers share: gathering rows and problems, checking an entry with pydantic, and exact prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from workbench.catalog.finding import MOST_LISTED
from workbench.catalog.importers.source_file import SourceFile
from workbench.catalog.sentences import findings
from workbench.domain.catalog_fields import check_fields
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Reading, Scalar, SourceRow, Subject
from workbench.pydantic_first import BaseModel, ConfigDict, ValidationError

Checked = TypeVar("Checked", bound=BaseModel)
_LONGEST_NAME = 200
_MILLION = Decimal(1_000_000)


class Entry(BaseModel):
    """One entry of a foreign file: the fields we use are checked strictly, others are left alone."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, allow_inf_nan=False)


class Gathering:
    """The rows, counts and problems of one reading, as an importer goes through its file."""

    def __init__(self, importer: str, file: SourceFile) -> None:
        self.file = file
        self._importer = importer
        self._rows: list[SourceRow] = []
        self._passed: Counter[str] = Counter()
        self._problems: list[WorkbenchError] = []
        self._seen: set[tuple[str, str]] = set()
        self._unlisted = 0
        self.entries = 0

    def enter(self, provider: str = "", model: str = "") -> None:
        """Another entry begins, whatever comes of it."""
        self.entries += 1
        if model:
            self._seen.add((provider, model))

    def checked(self, kind: type[Checked], value: object, place: str) -> Checked | None:
        """The entry as its checked type; None when it is not sound, which is then noted."""
        try:
            return kind.model_validate(value)
        except ValidationError as error:
            where = f"{self.file.name}, {_short(place)}"
            for finding in findings(error):
                path = ".".join(str(step) for step in finding.path)
                self.note(WorkbenchError(finding.what, where=f"{where}, {path}" if path else where, mend=_LEFT_OUT))
            return None

    def note(self, problem: WorkbenchError) -> None:
        """Something is wrong with one entry; the others are read all the same."""
        if len(self._problems) < MOST_LISTED:
            self._problems.append(problem)
        else:
            self._unlisted += 1

    def pass_over(self, reason: str) -> None:
        """An entry that is no fact of this catalog."""
        self._passed[reason] += 1

    def add(
        self,
        subject: Subject,
        model: str,
        fields: Mapping[str, Scalar | None],
        *,
        place: str,
        provider: str = "",
        name: str = "",
        part: str = "",
        origin: str = "",
        as_of: str = "",
    ) -> None:
        """A row with those of `fields` that have a value. One that breaks a bound is noted and left out whole."""
        given = {key: value for key, value in fields.items() if value is not None and value != ""}
        known = {key: value.strip() if isinstance(value, str) else value for key, value in given.items()}
        model, name = model.strip(), name.strip()
        where = f"{self.file.name}, {_short(place)}"
        problems = [*check_fields(subject, known, where), *_name_problems(where, model, provider, name, part)]
        if problems:
            for problem in problems:
                self.note(WorkbenchError(problem.what, where=problem.where, mend=_LEFT_OUT))
            return
        if known:
            day = as_of or self.file.as_of
            self._rows.append(
                SourceRow(subject, provider, model, name or model, known, day, _short(place), part, origin[:500])
            )

    def reading(self, *, complete: bool = True) -> Reading:
        """What was gathered. Raises WorkbenchError when there is not one row."""
        problems = list(self._problems)
        if self._unlisted:
            what = f"{self._unlisted:,} more entries have problems that are not listed"
            problems.append(WorkbenchError(what, where=self.file.name, mend=_LEFT_OUT))
        passed = tuple(self._passed.most_common())
        if not self._rows and not passed:
            what = problems[0].what if problems else "The file lists nothing that could be imported"
            where = problems[0].where if problems else self.file.name
            raise WorkbenchError(what, where=where, mend="Check that it is the right file, or fetch it again.")
        rows = tuple(self._rows)
        return Reading(
            importer=self._importer,
            file=self.file.name,
            as_of=self.file.as_of,
            rows=rows,
            entries=self.entries,
            passed_over=passed,
            problems=tuple(problems),
            complete=complete,
            seen=frozenset(self._seen),
        )


_LEFT_OUT = "The entry is left out; the others can be imported."


def _name_problems(where: str, *names: str) -> list[WorkbenchError]:
    bad = [name for name in names if len(name) > _LONGEST_NAME or not name.isprintable()]
    return [WorkbenchError(f"{_short(ascii(name))} cannot be a name", where=where, mend=_LEFT_OUT) for name in bad]


def _short(text: str) -> str:
    shown = text if text.isprintable() else ascii(text)
    return shown if len(shown) <= 120 else f"{shown[:119]}…"


def per_million(usd: float | str | None) -> float | None:
    """USD per token as USD per million, without the rounding of binary fractions. Raises WorkbenchError for a text
    that is no number."""
    if usd is None:
        return None
    try:
        return float(Decimal(str(usd).strip()[:40]) * _MILLION)
    except (InvalidOperation, OverflowError) as error:
        raise WorkbenchError(f"{_short(repr(usd))} is not a price", mend=_LEFT_OUT) from error


def day_of(seconds: float | None) -> str | None:
    """Unix seconds as an ISO date; None for what lies outside 2000 to 2099."""
    if seconds is None or not 946_684_800 <= seconds < 4_102_444_800:
        return None
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def iso_day(text: str | None) -> str | None:
    """The date at the beginning of an ISO text; None when there is none."""
    if text is None:
        return None
    day = text.strip()[:10]
    try:
        return datetime.strptime(day, "%Y-%m-%d").date().isoformat()
    except ValueError:
        return day if len(day) in (4, 7) and day.replace("-", "").isdigit() else None


def listed(words: Any, allowed: Mapping[str, str]) -> str | None:
    """Foreign words for modalities as ours, in order, unknown ones left out; None when nothing is left."""
    found = dict.fromkeys(allowed[word] for word in words or () if isinstance(word, str) and word in allowed)
    return ", ".join(found) if found else None
