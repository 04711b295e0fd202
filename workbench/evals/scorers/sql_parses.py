"""The answer is SQL that can be read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, NotScored, Score, Scorer, option, sample
from workbench.evals.scorers.text import shortened, unfenced

LONGEST = 20_000


@dataclass(frozen=True)
class SqlParses(Scorer):
    id = "sql"
    title = "Valid SQL"
    group = Group.FORM
    expects = (
        "Nothing, or the SQL that the answer must be but for spacing, capitals of keywords and comments. The whole "
        "answer, or its one block of code, must be SQL."
    )
    example = sample("SELECT name FROM staff", "select name\nfrom staff; -- all", "SELECT name FORM staff WHERE")

    dialect: str = option("", title="Dialect", help="Such as postgres, mysql, sqlite, tsql, bigquery; empty for any.")

    def misuse(self) -> str:
        known = _dialects()
        if self.dialect and self.dialect not in known:
            return f"the dialect must be one of {', '.join(sorted(known))}"
        return super().misuse()

    def fault(self, expected: str) -> str:
        return "" if not expected.strip() else _read(expected[: LONGEST + 1], self.dialect)[1]

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        if len(answer.text) > LONGEST:
            raise NotScored(f"SQL is read in answers of up to {LONGEST:,} characters.")
        found, fault = _read(unfenced(answer.text), self.dialect)
        if fault:
            return Score(0.0, f"not SQL: {fault}")
        if not case.expected.strip():
            return Score(1.0, "it can be read as SQL")
        wanted, _ = _read(case.expected, self.dialect)
        if found == wanted:
            return Score(1.0, "the same SQL")
        return Score(0.0, f"SQL, but other than “{shortened(case.expected)}”")


@lru_cache(maxsize=1)
def _dialects() -> frozenset[str]:
    from sqlglot.dialects.dialect import Dialects

    return frozenset(member.value for member in Dialects if member.value)


@lru_cache(maxsize=256)
def _read(text: str, dialect: str) -> tuple[tuple[str, ...], str]:
    """(its statements in one form, "") or ((), why it cannot be read). What sqlglot only takes as it is ("command") is
    no SQL that it understood."""
    import logging

    import sqlglot
    from sqlglot import errors, expressions

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    if len(text) > LONGEST:
        return (), f"it is longer than {LONGEST:,} characters"
    try:
        read: list[Any] = [
            part
            for part in sqlglot.parse(text, dialect=dialect or None)
            if part is not None and not isinstance(part, expressions.Semicolon)
        ]
        if not read or not all(_is_statement(part, expressions) for part in read):
            return (), "it is no statement"
        return tuple(part.sql(dialect=dialect or None, comments=False, normalize=True) for part in read), ""
    except errors.SqlglotError as error:
        details = getattr(error, "errors", None)
        line = f", line {details[0].get('line')}" if details else ""
        return (), f"{shortened(details[0].get('description') if details else str(error))}{line}"
    except RecursionError:
        return (), "it is nested too deeply"


def _is_statement(part: Any, expressions: Any) -> bool:
    kinds = (expressions.Query, expressions.DML, expressions.DDL)
    others = ("Alter", "Drop", "TruncateTable", "Merge", "Use", "Set", "Transaction", "Commit", "Rollback", "Describe")
    return isinstance(part, kinds) or type(part).__name__ in others


SCORER = SqlParses()
