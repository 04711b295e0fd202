"""What a newcomer learns from: lessons, claim checks and exercises, told in data; their figures computed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.domain.model import ModelKind
from workbench.paths import data_dir

if TYPE_CHECKING:
    from workbench.analysis.chartspec import Chart
    from workbench.domain.catalog import Catalog
    from workbench.domain.option import OptionSet
    from workbench.services.options import OptionService

NEWEST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a lesson: a paragraph, points, or a table (`columns` and `rows`), with where it is from and when.

    `see` names the topics it leads to.
    """

    title: str
    text: str = ""
    points: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    source: str = ""
    see: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """All its words, to search in."""
        cells = (cell for row in self.rows for cell in row)
        return " ".join((self.title, self.text, *self.points, *self.columns, *cells))


@dataclass(frozen=True, slots=True)
class Claim:
    """Something often said, what its source really says, and the verdict: holds, partly, wrong or unchecked."""

    id: str
    claim: str
    verdict: str
    short: str
    finding: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Pick:
    """One answer of an exercise. `reply` says what speaks for and against it."""

    id: str
    title: str
    detail: str
    reply: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """Decide first, read the reasoning after. `best` is the id of the answer argued for; `as_of` dates the story.

    `figures` is "sample" where the reasoning comes with the computed figures of the sample decision.
    """

    id: str
    title: str
    situation: str
    question: str
    picks: tuple[Pick, ...]
    best: str
    reasoning: tuple[str, ...]
    caveat: str
    source: str
    as_of: str
    figures: str = ""

    def pick(self, pick_id: str) -> Pick | None:
        return next((pick for pick in self.picks if pick.id == pick_id), None)


@dataclass(frozen=True, slots=True)
class Run:
    """A training run its makers reported: parameters active per token, training tokens, GPU hours (None: not said)."""

    name: str
    params: float
    tokens: float
    gpu_hours: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """One topic: the answer in a sentence, what stands behind it, and the parts below."""

    id: str
    title: str
    answer: str
    detail: str
    parts: tuple[Part, ...] = ()
    claims: tuple[Claim, ...] = ()
    exercises: tuple[Exercise, ...] = ()
    runs: tuple[Run, ...] = ()

    def part(self, title: str) -> Part:
        """The part with this title; KeyError when the text has none."""
        found = next((part for part in self.parts if part.title == title), None)
        if found is None:
            raise KeyError(f"{self.id} has no part {title!r}")
        return found

    def passages(self) -> Iterator[str]:
        """Every piece of text, to search in."""
        yield f"{self.title}. {self.answer} {self.detail}"
        for part in self.parts:
            yield part.words
        for claim in self.claims:
            yield f"{claim.claim} {claim.short} {claim.finding}"
        for exercise in self.exercises:
            yield f"{exercise.title} {exercise.situation} {exercise.question}"


@dataclass(frozen=True, slots=True)
class TypeCount:
    """How many models of some kinds the catalog holds, and the newest by name."""

    models: int
    newest: tuple[str, ...]
    as_of: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample decision, computed: its options, and their costs over the months as a picture."""

    options: OptionSet
    chart: Chart


@lru_cache(maxsize=1)
def lessons() -> Mapping[str, Lesson]:
    """All shipped lessons by id, one file each in resources/learn."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    files = sorted((data_dir("resources") / "learn").glob("*.yaml"))
    read = (_lesson(yaml.load(file.read_text(encoding="utf-8"), Loader=loader)) for file in files)
    return {lesson.id: lesson for lesson in read}


class LearnService:
    """The lessons' figures that come from the catalog and the sample. Blocking: call it off the GUI thread."""

    def __init__(self, *, catalog: Callable[[], Catalog], options: Callable[[], OptionService]) -> None:
        self._catalog = catalog
        self._options = options

    def counts(self) -> Mapping[ModelKind, TypeCount]:
        """Models of each kind in the catalog, the newest named."""
        catalog = self._catalog()
        found = {}
        for kind in ModelKind:
            models = [model for model in catalog.models if model.kind is kind]
            models.sort(key=lambda model: model.release_date or "", reverse=True)
            names = tuple(model.name for model in models[:NEWEST_SHOWN])
            found[kind] = TypeCount(len(models), names, str(catalog.collected))
        return found

    def sample(self) -> Sample:
        """The sample as it is shipped, whatever was changed in the person's own copy of it."""
        from workbench.services.scenario_text import read_text_file

        options = self._options()
        shipped = read_text_file(data_dir("resources") / "scenarios" / "knowledge-assistant.yaml")
        found = options.options(shipped)
        return Sample(found, options.charts(found)["cumulative"])


def _lesson(raw: Mapping[str, Any]) -> Lesson:
    return Lesson(
        id=raw["id"],
        title=raw["title"],
        answer=raw["answer"],
        detail=raw.get("detail", ""),
        parts=tuple(_part(part) for part in raw.get("parts", ())),
        claims=tuple(Claim(**{key: str(value) for key, value in claim.items()}) for claim in raw.get("claims", ())),
        exercises=tuple(_exercise(exercise) for exercise in raw.get("exercises", ())),
        runs=tuple(_run(run) for run in raw.get("runs", ())),
    )


def _part(raw: Mapping[str, Any]) -> Part:
    return Part(
        title=raw["title"],
        text=raw.get("text", ""),
        points=tuple(raw.get("points", ())),
        columns=tuple(raw.get("columns", ())),
        rows=tuple(tuple(str(cell) for cell in row) for row in raw.get("rows", ())),
        source=raw.get("source", ""),
        see=tuple(raw.get("see", ())),
    )


def _exercise(raw: Mapping[str, Any]) -> Exercise:
    picks = tuple(Pick(**pick) for pick in raw["picks"])
    plain = {key: str(value) for key, value in raw.items() if key not in ("picks", "reasoning")}
    return Exercise(picks=picks, reasoning=tuple(raw["reasoning"]), **plain)


def _run(raw: Mapping[str, Any]) -> Run:
    hours = raw.get("gpu_hours")
    return Run(
        raw["name"], float(raw["params"]), float(raw["tokens"]), None if hours is None else float(hours), raw["source"]
    )
