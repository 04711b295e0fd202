"""Scorers: one file each, one line in `BUILTIN`. To add one, write its file and its line; the contract tests do the
rest."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase
from workbench.evals.scorers import (
    all_of,
    any_of,
    choice,
    cites_source,
    classification,
    contains,
    contains_all,
    contains_any,
    contains_none,
    cost,
    date_match,
    edit_similarity,
    embedding_similarity,
    ends_with,
    exact,
    forbidden_words,
    html_valid,
    human_rating,
    json_field,
    json_schema,
    json_valid,
    judged_by_model,
    language,
    latency,
    length,
    list_match,
    negated,
    normalised_exact,
    number,
    own_python,
    refusal,
    regex,
    rouge,
    set_match,
    sql_parses,
    starts_with,
    token_f1,
    tool_call,
    translation,
    weighted,
    xml_valid,
)
from workbench.evals.scorers.parts import Combined
from workbench.evals.scorers.protocol import (
    NO_AIDS,
    Aids,
    Answer,
    Ask,
    Embed,
    Example,
    Group,
    Need,
    NotScored,
    Score,
    Scorer,
    judged,
)
from workbench.evals.scorers.spec import Written, read_spec

BUILTIN: dict[str, Scorer] = {
    member.id: member
    for member in (
        exact.SCORER,
        normalised_exact.SCORER,
        contains.SCORER,
        contains_all.SCORER,
        contains_any.SCORER,
        contains_none.SCORER,
        starts_with.SCORER,
        ends_with.SCORER,
        regex.SCORER,
        number.SCORER,
        date_match.SCORER,
        choice.SCORER,
        set_match.SCORER,
        list_match.SCORER,
        classification.SCORER,
        json_valid.SCORER,
        json_schema.SCORER,
        json_field.SCORER,
        xml_valid.SCORER,
        html_valid.SCORER,
        sql_parses.SCORER,
        tool_call.SCORER,
        edit_similarity.SCORER,
        token_f1.SCORER,
        translation.BLEU,
        translation.CHRF,
        translation.TER,
        rouge.ONE,
        rouge.TWO,
        rouge.LONGEST,
        embedding_similarity.SCORER,
        refusal.SCORER,
        language.SCORER,
        length.SCORER,
        forbidden_words.SCORER,
        cites_source.SCORER,
        latency.SCORER,
        cost.SCORER,
        judged_by_model.GROUNDED,
        judged_by_model.RUBRIC,
        judged_by_model.PAIRWISE,
        human_rating.SCORER,
        own_python.SCORER,
        negated.SCORER,
        all_of.SCORER,
        any_of.SCORER,
        weighted.SCORER,
    )
}

MENDS = {
    Need.JUDGE: "a judge for this eval",
    Need.EMBEDDING: "an embedding model on this machine",
    Need.PYTHON: "to allow it (under More, or: workbench eval allow-python on)",
}

__all__ = [
    "BUILTIN",
    "NO_AIDS",
    "Aids",
    "Answer",
    "Ask",
    "Embed",
    "Example",
    "Group",
    "Need",
    "NotScored",
    "Score",
    "Scorer",
    "judged",
    "of_quality",
    "require",
    "scorer",
    "spec_for",
    "with_their_own",
]


@lru_cache(maxsize=4096)
def scorer(spec: str) -> Scorer:
    """The scorer that is written so: a name of `BUILTIN`, with its options and parts in brackets (`spec.py`).

    Raises `WorkbenchError` for one that cannot be understood, with the nearest name.
    """
    return BUILTIN[spec] if spec in BUILTIN and not isinstance(BUILTIN[spec], Combined) else _built(read_spec(spec))


def spec_for(case: EvalCase, spec: str) -> str:
    """What scores this case where the run says `spec`: the case's own scorer stands in for it, unless the run's asks
    something else of every answer (its own expected text, a judge, a person, Python)."""
    return spec if case.scorer is None or scorer(spec).asks_its_own else case.scorer


def with_their_own(cases: Iterable[EvalCase], spec: str) -> int:
    """How many cases name a scorer that stands in for the run's."""
    return sum(spec_for(case, spec) != spec for case in cases)


def of_quality(specs: Sequence[str]) -> str | None:
    """The first of a run's scorers that says how good an answer is, and not how long it took or what it cost; None
    when none does. One of another program says it."""
    return next((spec for spec in specs if not _is_effort(spec)), None)


def _is_effort(spec: str) -> bool:
    try:
        member = scorer(spec)
    except WorkbenchError:
        return False
    parts = member.parts if isinstance(member, Combined) else (member,)
    return all(_is_effort(part.spec) if isinstance(part, Combined) else part.group is Group.EFFORT for part in parts)


def require(member: Scorer, have: Collection[Need]) -> None:
    """Raises `WorkbenchError` when a scorer needs something that is not there; a person's rating comes afterwards."""
    for need in sorted(member.wants - {*have, Need.PERSON}):
        raise WorkbenchError(
            f"The scorer {member.spec} needs {need}", where="scorer", mend=f"Choose {MENDS[need]}, or another scorer."
        )


def _built(read: Written) -> Scorer:
    member = _member(read.name)
    options = {name: _option(member, name, value) for name, value in read.options if not _is_weights(member, name)}
    if isinstance(member, Combined):
        weights = next((str(value) for name, value in read.options if name == "weights"), "")
        made: Scorer = dataclasses.replace(member, **options, **_parts(member, read, weights))
    else:
        if read.parts:
            raise _misuse(member, "it takes no other scorers")
        made = dataclasses.replace(member, **options)
    fault = made.misuse()
    if fault:
        raise _misuse(member, fault)
    return made


def _member(name: str) -> Scorer:
    found = BUILTIN.get(name.casefold())
    if found is not None:
        return found
    near = difflib.get_close_matches(name, BUILTIN, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Choose one of {', '.join(BUILTIN)}."
    raise WorkbenchError(f"There is no scorer named {name}", where="scorer", mend=hint)


def _is_weights(member: Scorer, name: str) -> bool:
    return isinstance(member, Combined) and member.weighs and name == "weights"


def _parts(member: Combined, read: Written, weights: str) -> dict[str, Any]:
    parts = tuple(_built(part) for part in read.parts)
    if not parts:
        raise _misuse(member, f"it needs other scorers in brackets: {member.id}(contains)")
    if len(parts) > member.most:
        raise _misuse(member, f"it takes {member.most} at most")
    if not member.weighs:
        return {"parts": parts}
    try:
        numbers = tuple(float(word) for word in weights.replace(";", " ").split()) or (1.0,) * len(parts)
    except ValueError:
        numbers = ()
    if len(numbers) != len(parts) or not all(0 <= number <= 1e6 for number in numbers) or not sum(numbers):
        raise _misuse(member, f'weights must be {len(parts)} numbers such as weights="{" ".join("1" * len(parts))}"')
    return {"parts": parts, "weights": numbers}


def _option(member: Scorer, name: str, value: Any) -> Any:
    """The value of an option in the type that its field has."""
    known = {part.name: part for part in dataclasses.fields(member) if part.metadata}
    if name not in known:
        raise _misuse(member, f"it has no option {name}; its options are {', '.join(known)}")
    kinds = {kind.strip() for kind in str(known[name].type).split("|")}
    if value is None and "None" in kinds:
        return None
    if "bool" in kinds and isinstance(value, bool):
        return value
    if "float" in kinds and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if "int" in kinds and isinstance(value, int) and not isinstance(value, bool):
        return value
    if "str" in kinds and isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    if "str" in kinds and isinstance(value, bool):
        return "yes" if value else "no"
    raise _misuse(member, f"{name} cannot be {value!r}")


def _misuse(member: Scorer, fault: str) -> WorkbenchError:
    return WorkbenchError(f"The scorer {member.id} cannot be used so: {fault}", where="scorer", mend=member.expects)
