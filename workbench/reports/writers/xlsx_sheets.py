"""The sheets of numbers of a workbook: options, scores, flips, models, evals and cases, unrounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.reports.document import JsonValue
from workbench.reports.own_words import OwnWords

Row = Sequence[JsonValue]
Figures = Mapping[str, JsonValue]

_OPTION = ("low", "likely", "high", "origin", "source", "as_of")
_SCORES = ("score", "score_low", "score_high", "best_probability", "cheapest_probability")
_FLIP = ("input", "option", "now", "at", "winner", "text")
_MODEL = ("model", "name", "offer", "hosting", "kept")
_EVAL = ("model", "scorer", "n", "mean", "low", "high", "errors", "withheld", "unscored")
_CASE = ("eval", "case", "model", "scorer", "outcome", "score")
_MODEL_HEADS = [*_MODEL, "USD a month, low", "likely", "high", "quality", "low", "high"]


def data_sheets(figures: Figures, said: OwnWords) -> Iterator[tuple[str, Sequence[str], Iterator[Row]]]:
    """Name, heads and rows of each sheet of numbers; a sheet without rows is left out."""
    option_heads = ["option", "name", "figure", "low", "likely", "high", "origin", "source", "as of"]
    score_heads = ["option", "score", "low", "high", "scores best, share", "costs least, share"]
    flip_heads = ["input", "option", "now", "turns at", "then leads", "in words"]
    eval_heads = ["eval", "model", "scorer", "cases", "mean", "low", "high", "errors", "withheld", "without a score"]
    sheets: tuple[tuple[str, list[str], list[Row]], ...] = (
        (said.options_sheet, option_heads, _options(figures)),
        (said.scores_sheet, score_heads, [[o["id"], *map(o.get, _SCORES)] for o in _of(figures, "options", "options")]),
        (said.flips_sheet, flip_heads, [[*map(f.get, _FLIP)] for f in _of(figures, "options", "flips")]),
        (said.models_sheet, _MODEL_HEADS, _models(figures)),
        (said.evals_sheet, eval_heads, _evals(figures)),
        (said.cases_sheet, list(_CASE), [[c[k] for k in _CASE] for c in _of(figures, "cases")]),
    )
    for name, heads, rows in sheets:
        if rows:
            yield name, heads, iter(rows)


def _options(figures: Figures) -> list[Row]:
    return [
        [option["id"], option["name"], name, *map(figure.get, _OPTION)]
        for option in _of(figures, "options", "options")
        for name, figure in (option["figures"] or {}).items()
        if isinstance(figure, Mapping)
    ]


def _models(figures: Figures) -> list[Row]:
    return [
        [
            *map(verdict.get, _MODEL),
            *_three(verdict["monthly_usd"], "low", "likely", "high"),
            *_three(verdict["quality"], "value", "low", "high"),
        ]
        for verdict in _of(figures, "shortlist", "verdicts")
    ]


def _evals(figures: Figures) -> list[Row]:
    return [[found["name"], *map(model.get, _EVAL)] for found in _of(figures, "evals") for model in found["models"]]


def _of(figures: Figures, *path: str) -> list[dict[str, Any]]:
    """The list of records at a path; none where a part of the path is missing."""
    found: Any = figures
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return [dict(item) for item in found if isinstance(item, Mapping)] if isinstance(found, Sequence) else []


def _three(found: Any, *names: str) -> list[JsonValue]:
    return [found.get(name) for name in names] if isinstance(found, Mapping) else [None] * len(names)
