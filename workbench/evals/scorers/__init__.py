"""Scorers: one file each, one line in `BUILTIN`. To add one, write its file and its line; the contract tests do the
rest."""

from __future__ import annotations

import difflib

from workbench.domain.errors import WorkbenchError
from workbench.evals.scorers import (
    contains,
    contains_all,
    contains_any,
    ends_with,
    exact,
    json_field,
    json_valid,
    normalised_exact,
    number,
    regex,
    starts_with,
)
from workbench.evals.scorers.protocol import Score, Scorer

BUILTIN: dict[str, Scorer] = {
    member.id: member
    for member in (
        exact.SCORER,
        normalised_exact.SCORER,
        contains.SCORER,
        contains_all.SCORER,
        contains_any.SCORER,
        starts_with.SCORER,
        ends_with.SCORER,
        number.SCORER,
        regex.SCORER,
        json_valid.SCORER,
        json_field.SCORER,
    )
}

__all__ = ["BUILTIN", "Score", "Scorer", "scorer"]


def scorer(name: str) -> Scorer:
    """The scorer with this id. Raises `WorkbenchError` with the nearest name."""
    if name in BUILTIN:
        return BUILTIN[name]
    near = difflib.get_close_matches(name, BUILTIN, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Choose one of {', '.join(BUILTIN)}."
    raise WorkbenchError(f"There is no scorer named {name}", where="scorer", mend=hint)
