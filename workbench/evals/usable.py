"""What stands against an eval before it runs: scorers, cases and models that do not go together."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase, EvalRun
from workbench.evals.scorers import Need, require, scorer, spec_for


def check(run: EvalRun, cases: Sequence[EvalCase], *, have: Collection[Need] = ()) -> list[WorkbenchError]:
    """What stands against running it: unknown scorers, scorers that need what is not in `have`, two models of one name,
    cases that a scorer cannot use."""
    doubled = {model for model in run.model_ids if run.model_ids.count(model) > 1}
    if doubled:
        return [
            WorkbenchError(
                f"Two models are called {', '.join(sorted(doubled))}, and their results could not be told apart",
                where="models",
                mend="Choose one of them, or rename a file.",
            )
        ]
    try:
        for name in {*run.scorers, *(case.scorer for case in cases if case.scorer)}:
            require(scorer(name), have)
    except WorkbenchError as error:
        return [error]
    return unusable(run.scorers, cases, run.dataset_name)


def unusable(scorers: Collection[str], cases: Sequence[EvalCase], dataset_name: str) -> list[WorkbenchError]:
    """One problem for each case and scorer that cannot go together, or one for a scorer that cannot be used with any.
    Raises WorkbenchError for a scorer that is none."""
    problems = [
        WorkbenchError(f"The scorer {name} cannot be used: {fault}", where="scorer", mend=scorer(name).expects)
        for name in scorers
        if scorer(name).expected is not None and (fault := scorer(name).problem(""))
    ]
    if problems:
        return problems
    for case in cases:
        for name in {spec_for(case, name) for name in scorers}:
            fault = scorer(name).problem(case.expected)
            if fault:
                line = f", line {case.line}" if case.line else ""
                problems.append(
                    WorkbenchError(
                        f"The scorer {name} cannot use the expected text of case {case.id}: {fault}",
                        where=f"{dataset_name}{line}",
                        mend="Choose another scorer, or mend the case.",
                    )
                )
    return problems


def check_repeatable(run: EvalRun) -> None:
    """Raises WorkbenchError for results of another program: nothing here scores as its scorers did."""
    for name in run.scorers:
        try:
            scorer(name)
        except WorkbenchError as error:
            raise WorkbenchError(
                f"The answers were scored by {name}, which is not of this workbench",
                where=run.name,
                mend="Results of another program stay as they came; start a new eval of the same cases.",
            ) from error
