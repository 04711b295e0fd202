"""What a classifying scorer read, against what was expected: the confusion matrix with precision, recall and F1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseResult, EvalCase
from workbench.evals.scorers import NotScored, scorer
from workbench.evals.scorers.protocol import Answer, Scorer
from workbench.evals.scorers.text import plain


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: how often it was expected and read, and how well. None where it was never read, or never expected."""

    name: str
    expected: int
    read: int
    precision: float | None
    recall: float | None
    f1: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """`counts[i][j]`: cases of class `names[i]` that were read as `names[j]`. `macro_f1` is the mean of the F1 of every
    class that was expected; what is read only counts against the others. `n` 0: nothing was classified."""

    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    classes: tuple[ClassFigures, ...]
    accuracy: float
    macro_f1: float
    n: int


def confusion(pairs: Iterable[tuple[str, str]]) -> Confusion:
    """From (expected, read) pairs. Classes come in the order of how often they were expected."""
    counted = Counter(pairs)
    wanted: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for (one, other), count in counted.items():
        wanted[one] += count
        read[other] += count
    names = sorted(wanted | read, key=lambda name: (-wanted[name], name))
    classes = tuple(_figures(name, counted[name, name], wanted[name], read[name]) for name in names)
    expected = [each for each in classes if each.expected]
    total = counted.total()
    return Confusion(
        tuple(names),
        tuple(tuple(counted[one, other] for other in names) for one in names),
        classes,
        sum(counted[name, name] for name in names) / total if total else 0.0,
        sum(each.f1 for each in expected) / len(expected) if expected else 0.0,
        total,
    )


def confusion_of(
    results: Sequence[CaseResult], cases: Iterable[EvalCase], spec: str, model_id: str
) -> Confusion | None:
    """What one model's answers were read as under one scorer; None when that scorer reads no classes.

    What was expected stands in the cases, so they must be at hand; results from before labels were kept are read again.
    """
    try:
        member = scorer(spec)
    except WorkbenchError:
        return None
    if member.id != "classification":
        return None
    known, pairs = {case.id: case for case in cases}, []
    for result in results:
        case = known.get(result.case_id)
        if result.model_id != model_id or result.scorer != spec or result.score is None or case is None:
            continue
        label = result.label or _read_again(member, result, case)
        if not label:
            return None
        pairs.append((plain(member.expected if member.expected is not None else case.expected), label))
    return confusion(pairs) if pairs else None


def _read_again(member: Scorer, result: CaseResult, case: EvalCase) -> str:
    try:
        return member.score(Answer(result.answer), case).label
    except NotScored:
        return ""


def _figures(name: str, right: int, expected: int, read: int) -> ClassFigures:
    precision = right / read if read else None
    recall = right / expected if expected else None
    return ClassFigures(
        name, expected, read, precision, recall, 2 * right / (expected + read) if expected + read else 0.0
    )
