"""Base facts and scores of a reading against the catalog's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from workbench.catalog.diff_rows import Side, held_back
from workbench.catalog.fields import CAPABILITIES, LIFECYCLE, MEMORY, PARAMETERS, model_fields, score_fields
from workbench.catalog.naming import Match, Sure
from workbench.catalog.overlay_models import stands_beside
from workbench.catalog.sanity import facts_warnings, score_warnings
from workbench.domain.catalog_diff import DiffRow, FieldChange, RowKind
from workbench.domain.model import Model
from workbench.domain.provider import Benchmark
from workbench.domain.quotes import Fields, Quote, Reading, Scalar, SourceRow, Subject

# What a model is called and counted as is the catalog's own affair once it knows the model.
_IDENTITY = frozenset({"name", "developer", "family", "kind"})
# What a host decides for itself: when it stops selling a model says nothing of the model's end.
_THE_HOSTS_OWN = frozenset({*LIFECYCLE, "max_output_tokens", "prompt_caching", "batch", "fine_tuning"})
# Where a provider sells its own developer's models under another id.
_FIRST_PARTY = {
    "google": {"google-gemini-api", "google-vertex"},
    "alibaba": {"alibaba-model-studio"},
    "meta": {"meta-api"},
    "amazon": {"aws-bedrock"},
}


def facts_rows(side: Side, reading: Reading) -> list[DiffRow]:
    """One row for each model that the reading says facts about."""
    known: dict[str, tuple[Match, list[SourceRow]]] = {}
    unknown: dict[str, list[SourceRow]] = defaultdict(list)
    for row in reading.rows:
        if row.subject is not Subject.FACTS:
            continue
        match = side.names.match(row)
        if match is None:
            unknown[side.names.new_model_id(row)].append(row)
            continue
        earlier, group = known.get(match.model.id, (match, []))
        if (match.sure is Sure.ALIKE) is (earlier.sure is Sure.ALIKE):
            known[match.model.id] = (earlier, [*group, row])
        elif earlier.sure is Sure.ALIKE:
            known[match.model.id] = (match, [row])
    rows = [found for match, group in known.values() if (found := _known(side, match, group)) is not None]
    return rows + [_unknown(side, model_id, group) for model_id, group in unknown.items()]


def _known(side: Side, match: Match, group: Sequence[SourceRow]) -> DiffRow | None:
    model = match.model
    fields = {k: v for k, v in _agreed(side, model.developer, group).items() if k not in _IDENTITY}
    fields = _with_known_replacement(side, fields)
    if not fields:
        return None
    ours = _with_known_replacement(side, model_fields(model))
    said = {name: ours[name] for name in fields if name in ours and side.mark in _source_of(model, name)}
    said |= {name: value for name, value in fields.items() if stands_beside(model, side.importer, name, value)}
    kind, changes = side.compared(fields, ours, said)
    warnings = facts_warnings(fields, model)
    row = _best(side, model.developer, group)
    changed = {change.field: fields[change.field] for change in changes}
    beside = kind is RowKind.DISAGREES
    return DiffRow(
        id=f"facts:{model.id}",
        kind=kind,
        subject=Subject.FACTS,
        model_id=model.id,
        model_name=model.name,
        provider="",
        changes=changes,
        quote=Quote(
            Subject.FACTS,
            model.id,
            "",
            changed or fields,
            side.importer,
            side.source_text(row),
            row.as_of,
            beside,
            over=side.catalog.collected,
        ),
        source_name=row.model,
        matched=match.sure.value,
        ours_source="; ".join(dict.fromkeys(_source_of(model, change.field) for change in changes)).strip("; "),
        warnings=warnings,
        held=held_back(side.sure_of(row, match), warnings),
    )


def _unknown(side: Side, model_id: str, group: Sequence[SourceRow]) -> DiffRow:
    developer = model_id.partition("/")[0]
    row = _best(side, developer, group)
    fields = {"name": row.name, **_common_identity(group), **_agreed(side, developer, group)}
    warnings = facts_warnings(fields, None)
    return DiffRow(
        id=f"facts:{model_id}",
        kind=RowKind.UNKNOWN_MODEL,
        subject=Subject.FACTS,
        model_id=model_id,
        model_name=row.name,
        provider="",
        changes=tuple(FieldChange(name, None, value) for name, value in fields.items()),
        quote=Quote(Subject.FACTS, model_id, "", fields, side.importer, side.source_text(row), row.as_of),
        source_name=row.model,
        matched="",
        warnings=warnings,
        held=held_back(None, warnings),
    )


def _agreed(side: Side, developer: str, group: Sequence[SourceRow]) -> dict[str, Scalar]:
    """What the developer's own API says; without such a row, what all hosts agree on, as far as it is the model's."""
    best = _best(side, developer, group)
    if _is_first_party(side, developer, best):
        return dict(best.fields)
    return {name: value for name, value in _common(group).items() if name not in _THE_HOSTS_OWN}


def _is_first_party(side: Side, developer: str, row: SourceRow) -> bool:
    provider = side.names.provider(row.provider) if row.provider else ""
    return not provider or provider in _FIRST_PARTY.get(developer, {developer})


def _best(side: Side, developer: str, group: Sequence[SourceRow]) -> SourceRow:
    """The developer's own row where there is one, the one with the plainest name of several."""
    own = [row for row in group if _is_first_party(side, developer, row)]
    return min(own or group, key=lambda row: (row.model.count("/"), len(row.model), row.model))


def _common_identity(group: Sequence[SourceRow]) -> dict[str, Scalar]:
    return {name: value for name, value in _common(group).items() if name in _IDENTITY}


def _common(group: Iterable[SourceRow]) -> dict[str, Scalar]:
    """The figures on which all rows agree that give them."""
    values: dict[str, set[Scalar]] = defaultdict(set)
    for row in group:
        for name, value in row.fields.items():
            values[name].add(value)
    return {name: next(iter(found)) for name, found in values.items() if len(found) == 1}


def _with_known_replacement(side: Side, fields: Fields) -> dict[str, Scalar]:
    """The replacement in the catalog's short spelling, so that the same model is not taken for another."""
    named = fields.get("replacement")
    if not isinstance(named, str):
        return dict(fields)
    match = side.names.match(SourceRow(Subject.FACTS, "", named, named, {}, "", ""))
    return {**fields, "replacement": match.model.id.split("/")[-1] if match else named}


def _source_of(model: Model, field: str) -> str:
    """Where the catalog has a base fact from; "" where it does not say."""
    if field in LIFECYCLE:
        return model.lifecycle.source or ""
    if field in PARAMETERS:
        return model.params_source or ""
    if field.startswith(MEMORY):
        return model.self_host_memory.source if model.self_host_memory else ""
    if field in ("licence", "commercial_use"):
        return model.licence.source or ""
    found = model.provenance.get("modalities" if field.endswith("modalities") else field)
    if found is None and field in CAPABILITIES:
        found = model.provenance.get("capabilities")
    return found.source if found else ""


def score_rows(side: Side, reading: Reading) -> Iterator[DiffRow]:
    """One row for each model and benchmark: the best of a model's variants, as the catalog keeps them."""
    best: dict[tuple[str, str], tuple[SourceRow, Match | None]] = {}
    for row in reading.rows:
        if row.subject is not Subject.SCORE:
            continue
        match = side.names.match(row)
        key = (match.model.id if match else side.names.new_model_id(row), row.part)
        if key not in best or float(row.fields["value"]) > float(best[key][0].fields["value"]):
            best[key] = (row, match)
    for (model_id, _), (row, match) in best.items():
        yield _score_row(side, model_id, row, match)


def _score_row(side: Side, model_id: str, row: SourceRow, match: Match | None) -> DiffRow:
    model = match.model if match else None
    ours = next((score for score in model.scores if score.benchmark == row.part), None) if model else None
    held = score_fields(ours) if ours else {}
    said = held if ours and side.mark in ours.source else {}
    kind, changes = side.compared(row.fields, held, said)
    if model is None:
        kind = RowKind.UNKNOWN_MODEL
    benchmark = side.catalog.benchmark_by_id.get(row.part)
    warnings = [*score_warnings(row.fields, benchmark), *_benchmark_problem(side, row.part, benchmark)]
    warnings += side.older(row, ours.as_of if ours else "", kind)
    quote = Quote(
        Subject.SCORE,
        model_id,
        row.part,
        row.fields,
        side.importer,
        side.source_text(row),
        row.as_of,
        kind is RowKind.DISAGREES,
        over=ours.as_of if ours else "",
    )
    return DiffRow(
        id=f"score:{model_id}:{row.part}",
        kind=kind,
        subject=Subject.SCORE,
        model_id=model_id,
        model_name=model.name if model else row.name,
        provider="",
        changes=changes,
        quote=quote,
        source_name=row.model,
        matched=match.sure.value if match else "",
        ours_source=f"{ours.source}, as of {ours.as_of}" if ours else "",
        warnings=tuple(warnings),
        held=held_back(match, warnings),
    )


def _benchmark_problem(side: Side, name: str, known: Benchmark | None) -> list[str]:
    """A release of a known benchmark is taken in as one of its own; another unknown one cannot be read."""
    if known is not None or release_of(side.catalog.benchmark_by_id, name):
        return []
    return [f"The catalog has no benchmark '{name}': nothing says what its scores mean."]


def release_of(known: Iterable[str], name: str) -> str:
    """The newest known release of the same benchmark (`livebench-2026-06-25` for a later one); "" when none is."""
    family = name.rsplit("-20", maxsplit=1)[0] if "-20" in name else ""
    releases = sorted(each for each in known if family and each.startswith(f"{family}-20"))
    return releases[-1] if releases else ""
