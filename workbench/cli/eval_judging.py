"""`workbench eval judge`: how a judge judges, and what its scores are worth once its errors are taken out."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis.words import UNKNOWN_FIGURE
from workbench.cli.numbers import rounded
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.errors import WorkbenchError
from workbench.services.judge_words import card_rows, corrected_words

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.evals import EvalRun, EvalSet
    from workbench.services.judging import Examined


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    judge = verbs.add_parser("judge", help="put a judge to the test on the answers of an eval: its bias card")
    judge.add_argument("eval", help="its id")
    judge.add_argument("data", type=Path, nargs="?", help="the data set, where its file has moved")
    judge.add_argument(
        "--judge", action="extend", nargs="+", metavar="MODEL", help="one, or a panel (default: who judged the eval)"
    )
    judge.add_argument("--scorer", metavar="NAME", help="how it judges (default: as in the eval, else rubric)")
    judge.add_argument(
        "--labels", type=Path, metavar="FILE", help="a hand-labelled sample: CSV with the columns case, model, right"
    )
    judge.add_argument("--sample", type=int, default=100, metavar="N", help="answers to judge, at most (100)")
    judge.set_defaults(run=run_judge)


def run_judge(arguments: argparse.Namespace, services: Services) -> int:
    run = services.eval_results.find(arguments.eval)
    judges = arguments.judge or run.settings.judges
    if not judges:
        raise WorkbenchError("No judge scored this eval", where=run.name, mend="Name one: --judge MODEL.")
    scorer = arguments.scorer or services.judging.scorer_of(run)
    data = services.eval_data.dataset(arguments.data) if arguments.data else services.eval_data.data_of(run)
    if arguments.labels is not None:
        services.judging.label(run, arguments.labels, scorer)
    found = asyncio.run(_examine(arguments, services, run, data, judges, scorer))
    show(found, as_json=arguments.json)
    if found.card.is_useless:
        raise WorkbenchError(
            "The judge agrees with people no better than chance",
            where=found.card.judge,
            mend="Use another judge or a clearer rubric, and label answers again.",
        )
    return 0


async def _examine(
    arguments: argparse.Namespace, services: Services, run: EvalRun, data: EvalSet, judges: Sequence[str], scorer: str
) -> Examined:
    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {total} judgements", end="\n" if done == total else "", file=sys.stderr, flush=True)

    try:
        return await services.judging.examine(run, data, judges, scorer=scorer, most=arguments.sample, progress=tell)
    finally:
        await services.judging.stop()


def show(found: Examined, *, as_json: bool) -> None:
    """The card and the corrected shares, as JSON or as two tables."""
    if as_json:
        shape = {"card": asdict(found.card), "corrected": [asdict(row) for row in found.corrected]}
        print(json.dumps(rounded(shape), ensure_ascii=False))
        return
    card = found.card
    say(f"{card.judge} with {card.scorer}, on {card.answers} answers\n")
    print_table(("", "found", "95 % interval", "from"), card_rows(card), right={1})
    for note in card.notes:
        say(f"Note: {note}")
    if any(row.labelled for row in found.corrected):
        say()
        print_table(
            ("model", "judged right", "corrected", "labelled"),
            [
                (
                    row.model_id,
                    f"{row.judged * 100:.1f} %",
                    corrected_words(row) or UNKNOWN_FIGURE,
                    f"{row.labelled}{' (of all models)' if row.pooled else ''}",
                )
                for row in found.corrected
            ],
            right={1},
        )
