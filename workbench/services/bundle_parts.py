"""What a bundle holds, as values, and as the JSON members of its archive.

| member | what |
|---|---|
| `manifest.json` | format, versions, scenario, and size and SHA-256 of every other member |
| `scenario.json`, `history.json` | the scenario with its decision, and the recorded states of the decision |
| `catalog.json`, `machine.json` | the facts the figures were computed with: catalog slice, local models |
| `evals.json`, `results.jsonl` | eval runs; one line a result after a line with the columns |
| `marks.json` | scores that people gave by hand |
| `cases.json` | the cases of those evals, as they were read (bundles before data sets were kept have none) |
| `comparisons.json` | side-by-side answers whose names are known, and the votes on them |
| `data/…` | the eval data, as it was read |
| `ledger.json` | what left the machine, by host |
| `figures.json` | what was computed from all this, for `verify` |
| `reports/…` | reports as they were written |
| `signature.json` | over the bytes of the manifest |

Once a format is out, it is read for ever: a change of meaning raises `FORMAT` and adds a step to `_UPGRADES`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from workbench.catalog.document import dotted
from workbench.domain.catalog import Catalog
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evals import MOST_REPEATS, CaseResult, EvalRun, EvalSet, Mark
from workbench.domain.evidence import Comparison
from workbench.domain.history import DecisionVersion
from workbench.domain.scenario import Scenario
from workbench.domain.verdict import LocalModel
from workbench.domain.votes import Vote
from workbench.reports.bundle.archive import is_safe_name
from workbench.reports.bundle.seals import Signature, checked
from workbench.reports.bundle.values import Unfit, columns, from_plain, row_reader, to_plain, to_rows
from workbench.services.scenario_text import scenario_from_plain
from workbench.store.calls import ToHost
from workbench.store.codec import scenario_to_plain
from workbench.store.plain import Faults

NAME = "model-selection-workbench/bundle"
FORMAT = 1
MANIFEST, SIGNATURE = "manifest.json", "signature.json"
Value = TypeVar("Value")
Plain = dict[str, Any]
_MADE_BY_HAND = "It was not made by a workbench; do not trust it."
_DAMAGED = "Ask for the file again; perhaps it was changed on its way."
_NEWER = "Update the workbench, then open it again."
#: values in one JSON member, and rows in the table: what a small file of brackets would make of the memory
MOST_VALUES, MOST_ROWS = 4_000_000, 500_000
#: steps that bring the members of an older format up to the next one, by the format they start from
_UPGRADES: dict[int, Callable[[dict[str, bytes]], dict[str, bytes]]] = {}


@dataclass(frozen=True, slots=True)
class DataFile:
    """The eval data: the name of its file, and its bytes."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that travels. `computed_on` is the ISO day that the figures hold for.

    `figures` are those of `bundle_figures.figures_of`; `reports` are files by their ending; `redacted`: texts of cases,
    answers and prompts are left out, and their hashes stand in their place.
    """

    scenario: Scenario
    catalog: Catalog
    computed_on: str
    local: tuple[LocalModel, ...] = ()
    versions: tuple[DecisionVersion, ...] = ()
    runs: tuple[EvalRun, ...] = ()
    results: tuple[CaseResult, ...] = ()
    marks: tuple[Mark, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    votes: tuple[Vote, ...] = ()
    outflow: tuple[ToHost, ...] = ()
    data: DataFile | None = None
    data_sets: tuple[EvalSet, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    reports: Mapping[str, bytes] = field(default_factory=dict)
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A member as the manifest lists it."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first member. `generator` is the version of the workbench that made the bundle, `made_at` ISO UTC."""

    format: str
    format_version: int
    generator: str
    made_at: str
    computed_on: str
    scenario_id: str
    scenario_name: str
    redacted: bool
    data_name: str
    members: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A bundle that was read and whose hashes are right. `signature` None: it is not signed."""

    manifest: Manifest
    content: Content
    signature: Signature | None
    locked: bool
    file: str
    bytes: int


# Outwards


def members_of(
    content: Content, *, generator: str, made_at: str, sign: Callable[[bytes], Mapping[str, str]] | None = None
) -> dict[str, bytes]:
    """The members of the archive, the manifest first."""
    parts = dict(_parts(content))
    listed = tuple(Listed(name, len(part), hashlib.sha256(part).hexdigest()) for name, part in parts.items())
    manifest = Manifest(
        NAME,
        FORMAT,
        generator,
        made_at,
        content.computed_on,
        content.scenario.id,
        content.scenario.name,
        content.redacted,
        content.data.name if content.data else "",
        listed,
    )
    head = _json(to_plain(manifest), indent=1)
    members = {MANIFEST: head, **parts}
    return members if sign is None else {**members, SIGNATURE: _json(dict(sign(head)), indent=1)}


def _parts(content: Content) -> Iterator[tuple[str, bytes]]:
    yield "scenario.json", _json(scenario_to_plain(content.scenario), indent=1)
    yield "history.json", _json([_version_to_plain(version) for version in content.versions])
    yield "catalog.json", _json(to_plain(content.catalog))
    yield "machine.json", _json(to_plain(content.local), indent=1)
    yield "evals.json", _json(to_plain(content.runs), indent=1)
    yield "results.jsonl", _table(CaseResult, content.results)
    yield "marks.json", _json(to_plain(content.marks))
    if content.data_sets:
        yield "cases.json", _json(to_plain(content.data_sets))
    sides = {"comparisons": to_plain(content.comparisons), "votes": to_plain(content.votes)}
    yield "comparisons.json", _json(sides)
    yield "ledger.json", _json(to_plain(content.outflow), indent=1)
    yield "figures.json", _json(content.figures)
    if content.data is not None:
        yield "data/cases" + _ending(content.data.name), content.data.content
    for ending, report in content.reports.items():
        yield f"reports/report.{ending}", report


def _version_to_plain(version: DecisionVersion) -> Plain:
    return {
        "id": version.id,
        "at": version.at.isoformat(),
        "why": version.why,
        "scenario": scenario_to_plain(version.scenario),
    }


def _table(kind: type, values: Iterable[object]) -> bytes:
    """A line with the columns, then a line a value: read and written bit by bit, and easy to compare."""
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
    lines = [encode(columns(kind)), *(encode(row) for row in to_rows(kind, values)), ""]
    return "\n".join(lines).encode("utf-8")


def _json(value: object, indent: int | None = None) -> bytes:
    separators = None if indent else (",", ":")
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators).encode("utf-8")


def _ending(name: str) -> str:
    dot, ending = name.rpartition(".")[1:]
    return f".{ending.casefold()}" if dot and is_safe_name(f"cases.{ending.casefold()}") else ""


# Inwards


def manifest_of(members: Mapping[str, bytes], where: str) -> tuple[Manifest, Signature | None]:
    """The manifest, once every member is what it says. Raises WorkbenchError; never reads another member's text."""
    if MANIFEST not in members:
        raise WorkbenchError("This is not a bundle: it has no manifest", where=where, mend=_MADE_BY_HAND)
    plain = _loaded(members[MANIFEST], MANIFEST, where)
    if not isinstance(plain, dict) or plain.get("format") != NAME:
        raise WorkbenchError("This is not a bundle of the workbench", where=where, mend="Choose a .mswb file.")
    version = plain.get("format_version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise WorkbenchError("The bundle does not say which format it has", where=where, mend=_MADE_BY_HAND)
    if version > FORMAT:
        what = f"A newer workbench made this bundle (format {version}; this one knows {FORMAT})"
        raise WorkbenchError(what, where=where, mend=_NEWER)
    manifest = _read(Manifest, plain, MANIFEST, where)
    _check_members(manifest, members, where)
    if SIGNATURE not in members:
        return manifest, None
    return manifest, checked(members[MANIFEST], _loaded(members[SIGNATURE], SIGNATURE, where), where)


def content_of(manifest: Manifest, members: Mapping[str, bytes], where: str) -> Content:
    """The values of checked members. Raises WorkbenchError or Problems that name member and place."""
    parts = dict(members)
    for version in range(manifest.format_version, FORMAT):
        parts = _UPGRADES[version](parts)

    def loaded(name: str) -> Any:
        if name not in parts:
            raise WorkbenchError(f"The bundle lacks {name}", where=where, mend=_MADE_BY_HAND)
        return _loaded(parts[name], name, where)

    def read(kind: Any, plain: object, name: str) -> Any:
        return _read(kind, plain, name, where)

    sides = loaded("comparisons.json")
    if not isinstance(sides, dict) or set(sides) != {"comparisons", "votes"}:
        raise _unfit("comparisons.json", Unfit("comparisons and votes belong here"), where)
    figures = loaded("figures.json")
    if not isinstance(figures, dict):
        raise _unfit("figures.json", Unfit("fields belong here"), where)
    content = Content(
        scenario=_scenario(loaded("scenario.json"), "scenario.json", where),
        catalog=read(Catalog, loaded("catalog.json"), "catalog.json"),
        computed_on=manifest.computed_on,
        local=read(tuple[LocalModel, ...], loaded("machine.json"), "machine.json"),
        versions=_versions(loaded("history.json"), where),
        runs=read(tuple[EvalRun, ...], loaded("evals.json"), "evals.json"),
        results=_rows(CaseResult, parts.get("results.jsonl", b""), "results.jsonl", where),
        marks=read(tuple[Mark, ...], loaded("marks.json"), "marks.json"),
        comparisons=read(tuple[Comparison, ...], sides["comparisons"], "comparisons.json"),
        votes=read(tuple[Vote, ...], sides["votes"], "comparisons.json"),
        outflow=read(tuple[ToHost, ...], loaded("ledger.json"), "ledger.json"),
        data=_data(manifest, parts, where),
        data_sets=read(tuple[EvalSet, ...], loaded("cases.json"), "cases.json") if "cases.json" in parts else (),
        figures=figures,
        reports={name.rpartition(".")[2]: part for name, part in parts.items() if name.startswith("reports/")},
        redacted=manifest.redacted,
    )
    _check_links(manifest, content, where)
    return content


def _check_links(manifest: Manifest, content: Content, where: str) -> None:
    """What points at something must find it, and nothing may be there twice."""
    runs, sides = {run.id for run in content.runs}, {one.id: one for one in content.comparisons}
    sets = {data.hash for data in content.data_sets}
    cards = (
        (len(content.runs), len(runs)),
        (len(content.comparisons), len(sides)),
        (len(content.data_sets), len(sets)),
    )
    unique = len({(result.eval_run_id, *result.key) for result in content.results}) == len(content.results)
    scores = [(r.repeat, r.score) for r in content.results] + [(m.repeat, m.score) for m in content.marks]
    parts: tuple[Sequence[Vote | DecisionVersion | Mark], ...] = (content.votes, content.versions, content.marks)
    wrong = {
        "it holds something twice": any(count != ids for count, ids in cards)
        or not unique
        or any(len({each.id for each in part}) < len(part) for part in parts),
        "results belong to an eval that is not there": any(
            run_id not in runs
            for run_id in (*(r.eval_run_id for r in content.results), *(m.eval_run_id for m in content.marks))
        ),
        "a vote is on answers that are not there": any(
            vote.comparison_id not in sides
            or not 0 <= min(vote.left, vote.right) <= max(vote.left, vote.right)
            or max(vote.left, vote.right) >= len(sides[vote.comparison_id].answers)
            for vote in content.votes
        ),
        "it holds a score that is none": any(
            not 0 <= repeat < MOST_REPEATS or not (score is None or 0 <= score <= 1) for repeat, score in scores
        ),
        "it holds answers whose names are hidden": any(one.blind for one in content.comparisons),
        "it holds cases of no eval": bool(sets - {run.dataset_hash for run in content.runs}),
        "its parts are about different scenarios": any(
            each.scenario.id != content.scenario.id for each in content.versions
        )
        or any(run.scenario_id != content.scenario.id for run in content.runs)
        or any(one.scenario_id != content.scenario.id for one in content.comparisons)
        or manifest.scenario_id != content.scenario.id,
    }
    for what, found in wrong.items():
        if found:
            raise WorkbenchError(f"The bundle does not hang together: {what}", where=where, mend=_MADE_BY_HAND)


def _check_members(manifest: Manifest, members: Mapping[str, bytes], where: str) -> None:
    names = [listed.name for listed in manifest.members]
    if len(set(names)) < len(names):
        raise WorkbenchError("The manifest lists a file twice", where=where, mend=_MADE_BY_HAND)
    strange = sorted(set(members) - set(names) - {MANIFEST, SIGNATURE})
    if strange:
        raise WorkbenchError(f"The bundle holds {strange[0]}, which it does not list", where=where, mend=_MADE_BY_HAND)
    for listed in manifest.members:
        part = members.get(listed.name)
        if part is None or listed.name in (MANIFEST, SIGNATURE):
            raise WorkbenchError(f"The bundle lacks {listed.name}, which it lists", where=where, mend=_DAMAGED)
        if len(part) != listed.bytes or hashlib.sha256(part).hexdigest() != listed.sha256:
            raise WorkbenchError(f"{listed.name} is not what the bundle's list says", where=where, mend=_DAMAGED)


def _data(manifest: Manifest, members: Mapping[str, bytes], where: str) -> DataFile | None:
    found = next((name for name in members if name.startswith("data/")), None)
    if (found is None) != (manifest.data_name == ""):
        raise WorkbenchError("The bundle's eval data is not what it lists", where=where, mend=_MADE_BY_HAND)
    return None if found is None else DataFile(manifest.data_name, members[found])


def _versions(plain: object, where: str) -> tuple[DecisionVersion, ...]:
    if not isinstance(plain, list):
        raise _unfit("history.json", Unfit("a list belongs here"), where)
    return tuple(_version(part, place, where) for place, part in enumerate(plain))


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands around a version's scenario."""

    id: str
    at: str
    why: str


def _version(plain: object, place: int, where: str) -> DecisionVersion:
    from datetime import datetime

    name = f"history.json, {place}"
    if not isinstance(plain, dict):
        raise _unfit(name, Unfit("fields belong here"), where)
    head = _read(_Head, {key: value for key, value in plain.items() if key != "scenario"}, name, where)
    at: datetime = _read(datetime, head.at, name, where)
    return DecisionVersion(head.id, at, head.why, _scenario(plain.get("scenario"), name, where))


def _scenario(plain: object, name: str, where: str) -> Scenario:
    faults = Faults()
    scenario = scenario_from_plain(plain, faults, exact=True)
    problems = [
        WorkbenchError(fault.what, where=f"{where}, {name}, {dotted(fault.path)}".rstrip(", "), mend=fault.mend)
        for fault in faults.found
    ]
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Problems(f"The bundle's scenario has {len(problems)} faults", problems, where=where)
    return scenario


def _rows(kind: type[Value], content: bytes, name: str, where: str) -> tuple[Value, ...]:
    if content.count(b"\n") > MOST_ROWS:
        raise _too_much(name, f"{MOST_ROWS:,} rows", where)
    lines = [line for line in _decoded(content, name, where).split("\n") if line] or [""]
    decode = json.JSONDecoder(parse_constant=_no_constant).decode
    found: list[Value] = []
    try:
        read = row_reader(kind, decode(lines[0]))
        for line in lines[1:]:
            found.append(read(decode(line)))
    except Unfit as unfit:
        raise _unfit(f"{name}, line {len(found) + 2}", unfit, where) from None
    except (ValueError, RecursionError) as error:
        raise _unreadable(f"{name}, line {len(found) + 2}", where) from error
    return tuple(found)


def _read(kind: type[Value] | Any, plain: object, name: str, where: str) -> Any:
    try:
        return from_plain(kind, plain)
    except Unfit as unfit:
        raise _unfit(name, unfit, where) from None


def _loaded(content: bytes, name: str, where: str) -> Any:
    if sum(content.count(mark) for mark in (b",", b"[", b"{")) > MOST_VALUES:
        raise _too_much(name, f"{MOST_VALUES:,} values", where)
    try:
        return json.loads(_decoded(content, name, where), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _unreadable(name, where) from error


def _decoded(content: bytes, name: str, where: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(name, where) from error


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _too_much(name: str, most: str, where: str) -> WorkbenchError:
    return WorkbenchError(f"{name} in the bundle holds more than {most}", where=where, mend=_MADE_BY_HAND)


def _unreadable(name: str, where: str) -> WorkbenchError:
    return WorkbenchError(f"{name} in the bundle cannot be read", where=where, mend=_DAMAGED)


def _unfit(name: str, unfit: Unfit, where: str) -> WorkbenchError:
    steps: Sequence[str] = tuple(step if step.isprintable() and len(step) <= 40 else "…" for step in unfit.path)
    place = f"{name}, {'.'.join(steps)}" if steps else name
    known = unfit.why != "this version does not know it"
    what = f"The bundle cannot be read at {place}: {unfit.why}"
    return WorkbenchError(what, where=where, mend=_MADE_BY_HAND if known else _NEWER)
