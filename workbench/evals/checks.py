"""What should be known about a data set before it is used: rows that stand twice, answers that are given away, labels
that disagree, one class that outweighs all others, personal data.

Nothing is thrown away. Rows with personal data are marked sensitive, rows that are nearly the same become a cluster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from workbench.analysis import words
from workbench.domain.evals import EvalCase, EvalSet
from workbench.evals.alike import alike_groups
from workbench.evals.datasets.promptfoo import unused
from workbench.evals.personal import TITLES, personal_data
from workbench.evals.scorers.text import bare, holds, plain, shortened

NAMED = 5
FEWEST_FOR_CLASSES = 20
MOST_CLASSES = 20
OUTWEIGHS = 0.6
SHORTEST_LEAK = 3


class Kind(StrEnum):
    EMPTY = "empty"
    DUPLICATE = "duplicate"
    NEAR = "near-duplicate"
    CONFLICT = "conflict"
    LEAK = "leak"
    SHOWN = "shown before"
    CLASSES = "classes"
    PERSONAL = "personal"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: the sentence, what to do, and the ids of the cases. `is_caution` False: only good to know."""

    kind: Kind
    what: str
    mend: str
    cases: tuple[str, ...]
    is_caution: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """The data set with its marks and clusters, and what was found. `baseline` is the share that always giving the most
    frequent answer gets right (None: the answers are no classes)."""

    dataset: EvalSet
    findings: tuple[Finding, ...]
    baseline: float | None = None


def checked(dataset: EvalSet, *, mark: bool = True) -> Checked:
    """All checks. `mark` False leaves rows with personal data as they were marked, as a person decided."""
    cases = dataset.cases
    near, clustered = _near(cases)
    personal, marked = _personal((*clustered, *dataset.examples), mark)
    classes, baseline = _classes(cases)
    findings = [*_unused(cases), *_empty(cases), *_repeated(cases), *near, *_leaks(dataset), *classes, *personal]
    cases, examples = marked[: len(cases)], marked[len(cases) :]
    return Checked(replace(dataset, cases=cases, examples=examples), tuple(findings), baseline)


def _empty(cases: Sequence[EvalCase]) -> Iterable[Finding]:
    found = [case.id for case in cases if not case.expected.strip() and case.scorer is None]
    if found:
        yield Finding(
            Kind.EMPTY,
            f"{_rows(len(found))} no expected answer: {_named(found)}",
            "Fill them, or choose a scorer that needs none (a rubric for all, a person, JSON, time).",
            tuple(found),
        )


def _unused(cases: Sequence[EvalCase]) -> Iterable[Finding]:
    names = unused(dict.fromkeys(name for case in cases for name, _ in case.fields))
    if names:
        yield Finding(
            Kind.UNUSED,
            f"{words.count(len(names), 'column')} of promptfoo {'is' if len(names) == 1 else 'are'} not used here: "
            f"{', '.join(names)}",
            "The answers of the models are asked for anew, and scores have the names of their scorers.",
            (),
        )


def _repeated(cases: Sequence[EvalCase]) -> Iterable[Finding]:
    """Inputs that stand several times, with one answer or with several; asked and scored in another way they are other
    cases."""
    by_input: dict[tuple[str, str], list[EvalCase]] = {}
    for case in cases:
        by_input.setdefault((plain(case.input), (case.scorer or "").partition("(")[0]), []).append(case)
    same: list[list[EvalCase]] = []
    conflicts: list[list[EvalCase]] = []
    for group in by_input.values():
        if len(group) > 1:
            (conflicts if len({bare(case.expected) for case in group}) > 1 else same).append(group)
    if same:
        extra = tuple(case.id for group in same for case in group[1:])
        yield Finding(
            Kind.DUPLICATE,
            f"{_rows(len(extra), 'is', 'are')} in the data already: {_named(extra)}",
            "Delete them: the same case twice tells nothing new. They count together as one cluster.",
            extra,
        )
    if conflicts:
        ids = tuple(case.id for group in conflicts for case in group)
        first = conflicts[0]
        answers = " and ".join(f"“{shortened(case.expected, 30)}”" for case in first[:2])
        yield Finding(
            Kind.CONFLICT,
            f"{_inputs(len(conflicts))} different expected answers: {first[0].id} and {first[1].id} say {answers}",
            "Keep the right one: no model can be right on both.",
            ids,
        )


def _near(cases: Sequence[EvalCase]) -> tuple[list[Finding], tuple[EvalCase, ...]]:
    """Nearly the same inputs, and the cases with their clusters: those, and cases of one source document."""
    groups = alike_groups([case.input for case in cases])
    if not groups:
        return [], tuple(cases)
    exact = [len({plain(cases[place].input) for place in group}) for group in groups]
    clusters = _clusters(cases, groups)
    clustered = tuple(replace(case, cluster=clusters[place]) for place, case in enumerate(cases))
    different = [group for group, count in zip(groups, exact, strict=True) if count > 1]
    if not different:
        return [], clustered
    ids = tuple(cases[place].id for group in different for place in group)
    finding = Finding(
        Kind.NEAR,
        f"{len(ids):,} rows are nearly the same as another, in {words.count(len(different), 'group')}: {_named(ids)}",
        "Each group counts as one cluster, so that intervals do not look narrower than they are.",
        ids,
        is_caution=False,
    )
    return [finding], clustered


def _clusters(cases: Sequence[EvalCase], groups: Sequence[Sequence[int]]) -> list[str]:
    """A name for each case's cluster: what is nearly the same or of one document hangs together, others stand alone."""
    parents = list(range(len(cases)))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    by_document: dict[str, list[int]] = {}
    for place, case in enumerate(cases):
        if case.source_document:
            by_document.setdefault(case.source_document, []).append(place)
    for group in (*groups, *by_document.values()):
        for place in group[1:]:
            one, two = sorted((root(group[0]), root(place)))
            parents[two] = one
    return [cases[root(place)].source_document or f"case {cases[root(place)].id}" for place in range(len(cases))]


def _leaks(dataset: EvalSet) -> Iterable[Finding]:
    found = []
    for case in dataset.cases:
        wanted = bare(case.expected)
        if len(wanted) >= SHORTEST_LEAK and "|" not in wanted and holds(plain(case.input), wanted):
            found.append(case.id)
    if found:
        share = f"{100 * len(found) / len(dataset.cases):.0f} %"
        yield Finding(
            Kind.LEAK,
            f"In {words.count(len(found), 'row')} ({share}) the expected answer stands in the input: {_named(found)}",
            "Right where the input holds the text to read; where it does not, the answer is given away.",
            tuple(found),
            is_caution=False,
        )
    shown = {plain(example.input) for example in dataset.examples}
    seen = tuple(case.id for case in dataset.cases if plain(case.input) in shown)
    if seen:
        yield Finding(
            Kind.SHOWN,
            f"{_rows(len(seen), 'is', 'are')} among the examples that models are shown: {_named(seen)}",
            "Take them out of the examples or out of the test.",
            seen,
        )


def _classes(cases: Sequence[EvalCase]) -> tuple[list[Finding], float | None]:
    answers = Counter(bare(case.expected) for case in cases if case.expected.strip())
    total = answers.total()
    if total < FEWEST_FOR_CLASSES or not 1 < len(answers) <= min(MOST_CLASSES, total // 5):
        return [], None
    name, most = answers.most_common(1)[0]
    share = most / total
    always = f"always saying “{shortened(name, 30)}” is right in {100 * share:.0f} %"
    finding = Finding(
        Kind.CLASSES,
        f"There are {len(answers)} different answers; {always}",
        "Compare with that share, not with 0 or a half; macro-F1 weighs all classes alike.",
        (),
        is_caution=share >= OUTWEIGHS,
    )
    return [finding], share


def _personal(cases: Sequence[EvalCase], mark: bool) -> tuple[list[Finding], tuple[EvalCase, ...]]:
    kinds: Counter[str] = Counter()
    found = []
    marked = []
    for case in cases:
        # a template may put any column into the question
        told = dict.fromkeys((case.input, case.expected, case.context, *(text for _, text in case.fields)))
        held = personal_data("\n".join(told))
        kinds.update(held)
        if held:
            found.append(case.id)
        marked.append(replace(case, sensitive=True) if held and mark and not case.sensitive else case)
    if not found:
        return [], tuple(marked)
    listed = ", ".join(f"{TITLES[kind]} ({count:,})" for kind, count in kinds.most_common())
    they, are, stay = ("It", "is", "stays") if len(found) == 1 else ("They", "are", "stay")
    what = f"{they} {are} marked sensitive and {stay} on this machine."
    if not mark:
        what = f"{they} {are} not marked, as you chose."
    finding = Finding(
        Kind.PERSONAL,
        f"{_rows(len(found), 'holds', 'hold')} what looks like personal data: {listed}",
        f"{what} Names and addresses are not recognised: look yourself.",
        tuple(found),
    )
    return [finding], tuple(marked)


def _rows(count: int, one: str = "has", many: str = "have") -> str:
    return f"1 row {one}" if count == 1 else f"{count:,} rows {many}"


def _inputs(count: int) -> str:
    return "1 input has" if count == 1 else f"{count:,} inputs have"


def _named(ids: Sequence[str]) -> str:
    """The first few, and how many more."""
    rest = len(ids) - NAMED
    return ", ".join(ids[:NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
