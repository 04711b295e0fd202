"""The quality axis of a scenario: public benchmarks as one scale, replaced and calibrated by the team's own eval.

A model without any independent score has no place on it and is never guessed. Values are 0 to 100.

Source: quality.md.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.analysis import words
from workbench.analysis.quality import QualityFit, QualityScore, ScoreRow, Unit, fit_quality
from workbench.analysis.statistics import z_value
from workbench.domain.catalog import Catalog
from workbench.domain.evidence import BenchmarkRow, Evidence, Quality
from workbench.domain.provider import Benchmark
from workbench.domain.requirements import Task

PUBLIC = "public benchmarks"
OWN_EVAL = "your eval"
# Fewer models than this in the own eval say too little about how its scale lies to the public one.
FEWEST_TO_CALIBRATE = 3
_OWN = "your-eval"
_TEXT_GROUPS = frozenset({"general", "coding", "preference", "knowledge"})
_UNITS: Mapping[str, Unit] = {"percent": "percent", "elo": "elo"}


@dataclass(frozen=True, slots=True)
class Axis:
    """Qualities by model id; `label` says under the picture what they are and from when."""

    qualities: Mapping[str, Quality]
    label: str


@dataclass(frozen=True, slots=True)
class _Family:
    """The benchmarks that feed one axis, the one whose scale is shown, and those that count double."""

    benchmarks: frozenset[str]
    reference: str
    doubled: frozenset[str]


def axis(catalog: Catalog, tasks: frozenset[Task], evidence: Evidence | None = None) -> Axis:
    """The axis for these tasks. Own results replace the public value of a model; three or more recalibrate the rest."""
    family = _family(catalog, tasks)
    rows = _rows(catalog, family)
    own = dict(evidence.qualities) if evidence else {}
    if not rows:
        return Axis(own, evidence.label if evidence else "no benchmark in the catalog measures this task")
    in_catalog = [model_id for model_id in own if model_id in catalog.model_by_id]
    if len(in_catalog) < FEWEST_TO_CALIBRATE:
        fit = fit_quality(rows, doubled=family.doubled)
        public = _public(catalog, fit, family.reference, _behind(catalog, family))
        return Axis({**public, **own}, _label(catalog, family.reference, fit, evidence, calibrated=False))
    rows += [_own_row(model_id, own[model_id]) for model_id in in_catalog]
    fit = fit_quality(rows, doubled=family.doubled, own_evals=frozenset({_OWN}))
    return Axis(
        {**_public(catalog, fit, _OWN, _behind(catalog, family)), **own},
        _label(catalog, family.reference, fit, evidence, calibrated=True),
    )


def _family(catalog: Catalog, tasks: frozenset[Task]) -> _Family:
    """Pictures have a scale of their own; code and writing weigh their kind of benchmark double."""
    stored = [item for item in catalog.benchmarks if item.stored]
    if Task.IMAGE_GENERATION in tasks:
        pictures = [item.id for item in stored if item.group == "image"]
        return _Family(frozenset(pictures), _newest(catalog, pictures), frozenset())
    if tasks <= {Task.SEARCH, Task.SPEECH_TO_TEXT, Task.TEXT_TO_SPEECH}:
        return _Family(frozenset(), "", frozenset())
    text = [item for item in stored if item.group in _TEXT_GROUPS]
    wanted = {Task.CODE: "coding", Task.WRITING: "preference"}
    groups = {wanted[task] for task in tasks if task in wanted}
    general = [item.id for item in text if item.group == "general"]
    doubled = frozenset(item.id for item in text if item.group in groups)
    return _Family(frozenset(item.id for item in text), _newest(catalog, general), doubled)


def _newest(catalog: Catalog, ids: Iterable[str]) -> str:
    return max(ids, key=lambda identity: catalog.benchmark_by_id[identity].as_of, default="")


def _rows(catalog: Catalog, family: _Family) -> list[ScoreRow]:
    """The best variant of each model on each benchmark."""
    best: dict[tuple[str, str], ScoreRow] = {}
    for model in catalog.models:
        for score in model.scores:
            unit = _UNITS.get(score.unit)
            if score.benchmark not in family.benchmarks or unit is None:
                continue
            key = (model.id, score.benchmark)
            if key not in best or score.value > best[key].value:
                best[key] = ScoreRow(model.id, score.benchmark, score.value, unit)
    return list(best.values())


def _behind(catalog: Catalog, family: _Family) -> dict[str, tuple[BenchmarkRow, ...]]:
    """The published scores behind each model's point, newest benchmark first."""
    best: dict[str, dict[str, BenchmarkRow]] = {}
    for model in catalog.models:
        for score in model.scores:
            if score.benchmark not in family.benchmarks or score.unit not in _UNITS:
                continue
            benchmark = catalog.benchmark_by_id[score.benchmark]
            row = BenchmarkRow(
                benchmark.name, score.value, score.unit, score.variant or "", score.as_of, benchmark_flags(benchmark)
            )
            rows = best.setdefault(model.id, {})
            if score.benchmark not in rows or row.value > rows[score.benchmark].value:
                rows[score.benchmark] = row
    newest = {name: sorted(rows.values(), key=lambda row: row.as_of, reverse=True) for name, rows in best.items()}
    return {name: tuple(rows) for name, rows in newest.items()}


def benchmark_flags(benchmark: Benchmark) -> tuple[str, ...]:
    """What to doubt about a benchmark, from what the catalog says of its saturation and contamination."""
    flags = []
    if benchmark.saturation.startswith(("high", "very high")):
        flags.append("saturated")
    if benchmark.contamination_risk.startswith("high"):
        flags.append("likely in training data")
    elif benchmark.contamination_risk.startswith("medium"):
        flags.append("may be in training data")
    return tuple(flags)


def _own_row(model_id: str, quality: Quality) -> ScoreRow:
    error = (quality.high - quality.low) / (2 * z_value())
    return ScoreRow(model_id, _OWN, quality.value, "percent", max(error, 0.1))


def _public(
    catalog: Catalog, fit: QualityFit, reference: str, behind: Mapping[str, tuple[BenchmarkRow, ...]]
) -> dict[str, Quality]:
    scores = fit.on_scale_of(reference)
    if fit.benchmarks[reference].unit == "elo":
        scores = _as_win_share(scores)
    name = "your eval's scale" if reference == _OWN else catalog.benchmark_by_id[reference].name
    return {
        model_id: Quality(
            score.value,
            score.low,
            score.high,
            PUBLIC,
            score.rows,
            f"{score.rows} public benchmark{'' if score.rows == 1 else 's'} on the scale of {name}, "
            f"as of {words.day(catalog.collected)}",
            behind.get(model_id, ()),
        )
        for model_id, score in scores.items()
    }


def _as_win_share(scores: Mapping[str, QualityScore]) -> dict[str, QualityScore]:
    """Ratings as the share of blind votes a model would win against the average one, in percent."""
    middle = statistics.fmean(score.value for score in scores.values())

    def share(rating: float) -> float:
        return 100.0 / (1.0 + math.pow(10.0, (middle - rating) / 400.0))

    return {key: QualityScore(share(s.value), share(s.low), share(s.high), s.rows) for key, s in scores.items()}


def _label(catalog: Catalog, reference: str, fit: QualityFit, evidence: Evidence | None, *, calibrated: bool) -> str:
    count = sum(identity != _OWN for identity in fit.benchmarks)
    scale = catalog.benchmark_by_id[reference].name
    public = f"{count} public benchmarks of {catalog.collected} on one scale ({scale})"
    if evidence is None or not evidence.qualities:
        return public
    if calibrated:
        return f"{evidence.label}; other models: {public}, moved to your eval's scale"
    return f"{evidence.label} for the models it ran; others: {public}, not comparable with your eval"
