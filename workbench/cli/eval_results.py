"""`workbench eval results` and `eval compare`: what a run found, two of its models, or two runs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from workbench.analysis.words import UNKNOWN_FIGURE, count
from workbench.cli.numbers import rounded
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.errors import WorkbenchError
from workbench.reports.figures import eval_shape, pair_shape, runs_shape, value_shape
from workbench.services.eval_words import (
    cut_words,
    data_words,
    each_words,
    errors_words,
    free_words,
    pair_words,
    percent,
    right_cost_words,
    runs_words,
    share_words,
    signed,
    slices_words,
    state_words,
    wait_words,
)
from workbench.services.judge_words import corrected_sentence, judge_sentence

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.evals import EvalRun, EvalSummary, PairSummary
    from workbench.evals.confusion import Confusion

# More changed cases than this are counted, not named.
NAMED = 12
LEAST_P = 1e-15


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    results = verbs.add_parser("results", help="an eval's figures; without an id the list of evals")
    results.add_argument("eval", nargs="?")
    results.add_argument("-s", "--scenario", help="only evals of this scenario")
    results.add_argument("--slices", action="store_true", help="each tag's figures, too")
    results.add_argument("--confusion", action="store_true", help="which class was read as which, with macro-F1")
    results.set_defaults(run=run_results)
    compare = verbs.add_parser("compare", help="two models of an eval, or an eval with a later one, in sentences")
    compare.add_argument("eval", help="its id")
    compare.add_argument("a", nargs="?", help="a model of it, or the id of a later eval of the same cases")
    compare.add_argument("b", nargs="?", help="another model of it; without a and b every pair")
    compare.set_defaults(run=run_compare)
    mark = verbs.add_parser("mark", help="overrule the score of one answer by hand; without a score the trail is told")
    mark.add_argument("eval", help="its id")
    mark.add_argument("case", nargs="?", help="the case; without it every mark of the eval is told")
    mark.add_argument("model", nargs="?", help="whose answer")
    mark.add_argument("score", nargs="?", help="right, wrong, a number from 0 to 1, or back (the scorer's own)")
    mark.add_argument("--scorer", default="", metavar="NAME", help="under which scorer (default: the eval's first)")
    mark.add_argument("--answer", type=int, default=1, metavar="N", help="which one, where a case was asked repeatedly")
    mark.add_argument("--because", default="", metavar="TEXT", help="why, for the trail")
    mark.add_argument("--by", default="", metavar="NAME", help="who says so")
    mark.set_defaults(run=run_mark)


def run_results(arguments: argparse.Namespace, services: Services) -> int:
    if arguments.eval:
        run = services.eval_results.find(arguments.eval)
        if arguments.confusion:
            return _confusion(run, services.eval_results.confusion(run), as_json=arguments.json)
        show(run, services, as_json=arguments.json, slices=arguments.slices)
        return 0
    scenario_id = services.scenarios.load(arguments.scenario).id if arguments.scenario else None
    runs = services.eval_results.runs(scenario_id)
    if arguments.json:
        rows = [{"eval": run.id, "name": run.name, "status": run.status, "cases": run.case_count} for run in runs]
        print(json.dumps({"evals": rows}, ensure_ascii=False))
        return 0
    print_table(
        ("eval", "name", "status", "cases", "started (UTC)"),
        [(run.id, run.name, state_words(run), str(run.case_count), f"{run.started_at:%Y-%m-%d %H:%M}") for run in runs],
        right={3},
    )
    return 0


def _confusion(run: EvalRun, found: Mapping[tuple[str, str], Confusion], *, as_json: bool) -> int:
    """A table for each model and classifying scorer: rows are what was expected, columns what was read."""
    if as_json:
        rows = [{"model": model, "scorer": scorer, **asdict(each)} for (model, scorer), each in found.items()]
        print(json.dumps(rounded({"eval": run.id, "confusion": rows}), ensure_ascii=False))
        return 0
    if not found:
        raise WorkbenchError(
            "No scorer of this eval reads classes", where=run.name, mend="Run it with --scorer classification."
        )
    for (model, scorer), each in found.items():
        say(f"{model}, {scorer}: {percent(each.accuracy)} right, macro-F1 {each.macro_f1:.3f} ({each.n} cases)")
        print_table(
            ("expected", *each.names, "recall", "F1"),
            [
                (one.name, *(str(count) for count in counts), percent(one.recall), f"{one.f1:.2f}")
                for one, counts in zip(each.classes, each.counts, strict=True)
            ],
            right=set(range(1, len(each.names) + 3)),
        )
    return 0


def run_compare(arguments: argparse.Namespace, services: Services) -> int:
    """One pair of an eval or all of them, under every scorer; or two runs."""
    run = services.eval_results.find(arguments.eval)
    if arguments.a and not arguments.b:
        return _compare_runs(arguments, services, run)
    results = services.eval_results
    pairs = results.compare(run, arguments.a, arguments.b) if arguments.a else results.summary(run).pairs
    if arguments.json:
        print(json.dumps(rounded({"eval": run.id, "pairs": [pair_shape(pair) for pair in pairs]}), ensure_ascii=False))
        return 0
    if not pairs:
        say("One model was asked: there is nobody to compare it with.")
    for pair in pairs:
        say(f"{pair_words(pair, str)} ({pair.n} cases, scored by {pair.scorer}; {_test(pair)}).")
    return 0


def _compare_runs(arguments: argparse.Namespace, services: Services, before: EvalRun) -> int:
    if any(arguments.a in (name, name.removeprefix("local/")) for name in before.model_ids):
        raise WorkbenchError(
            "A model is compared with another model", where="compare", mend="Name two models, or a later eval."
        )
    after = services.eval_results.find(arguments.a)
    found = services.eval_results.compare_runs(before, after)
    if arguments.json:
        shape = {"before": before.id, "after": after.id, "models": [runs_shape(each) for each in found]}
        print(json.dumps(rounded(shape), ensure_ascii=False))
        return 0
    say(f"Before: {before.name} (eval {before.id})\nAfter:  {after.name} (eval {after.id})\n")
    for each in found:
        test = "" if each.kept else f"; {_test(each.pair)}"
        say(f"{runs_words(each, str)} ({each.pair.n} cases, scored by {each.scorer}{test}).")
        say(f"  {percent(each.before)} before, {percent(each.after)} after.")
        for what, cases in (("became right", each.gained), ("became wrong", each.lost)):
            if cases:
                more = f" and {len(cases) - NAMED} more" if len(cases) > NAMED else ""
                say(f"  {len(cases)} {what}: {', '.join(cases[:NAMED])}{more}.")
    return 0


def _test(pair: PairSummary) -> str:
    p = _p(pair)
    return f"p {p} after Holm" if pair.p is not None else "too few cases to test"


def run_mark(arguments: argparse.Namespace, services: Services) -> int:
    """Adds a mark, or tells those there are, oldest first."""
    run = services.eval_results.find(arguments.eval)
    if arguments.score is None:
        marks = [m for m in services.eval_results.marks(run.id) if arguments.case in (None, m.case_id)]
    else:
        score = _mark_score(arguments.score)
        marks = [
            services.eval_results.mark(
                run, arguments.case, arguments.model, score,
                scorer=arguments.scorer, repeat=arguments.answer - 1, by=arguments.by, why=arguments.because,
            )
        ]  # fmt: skip
    if arguments.json:
        print(json.dumps({"eval": run.id, "marks": [value_shape(mark) for mark in marks]}, ensure_ascii=False))
        return 0
    for mark in marks:
        was = "no score" if mark.was is None else f"{mark.was:g}"
        who, why = f" by {mark.by}" if mark.by else "", f": {mark.why}" if mark.why else ""
        which = f" (answer {mark.repeat + 1})" if mark.repeat else ""
        about = f"{mark.case_id}{which}, {mark.model_id}, {mark.scorer}"
        say(f"{mark.at[:16]} {about}: {was} became {mark.score:g}{who}{why}")
    if not marks:
        say("Nothing was overruled by hand.")
    return 0


def _mark_score(text: str) -> float | None:
    named: dict[str, float | None] = {"right": 1.0, "wrong": 0.0, "back": None}
    if text in named:
        return named[text]
    try:
        return float(text)
    except ValueError:
        raise WorkbenchError(
            f"{text!r} is no score", where="score", mend="Say right, wrong, back, or a number from 0 to 1."
        ) from None


def show(run: EvalRun, services: Services, *, as_json: bool, slices: bool = False) -> None:
    """Prints an eval's figures, as JSON or as tables."""
    summary, version = services.eval_results.summary(run), services.eval_data.version_of(run)
    if as_json:
        shape = {**eval_shape(run, summary), "dataset_version": None if version is None else version.number}
        print(json.dumps(rounded(shape), ensure_ascii=False))
        return
    cases = f"{count(summary.case_count, 'case')} of {data_words(run, version)}"
    say(f"{run.name}: {cases}, {state_words(run)} (eval {run.id})\n")
    _show_models(summary)
    _show_without_score(run, summary, services)
    _show_judge(run, services)
    if summary.pairs:
        say()
        _show_pairs(summary.pairs)
    told = slices_words(summary, run.scorers[0], str)
    if told:
        say(f"\n{told}")
    if slices and summary.slices:
        _show_slices(summary)


def _show_without_score(run: EvalRun, summary: EvalSummary, services: Services) -> None:
    """How many answers count neither as right nor as wrong, and why."""
    for scorer in run.scorers:
        if told := errors_words(summary, scorer):
            say(f"\n{told}" if len(run.scorers) == 1 else f"\n{scorer}: {told}")
    if told := cut_words(summary.models, str):
        say(f"\n{told} (--max-tokens)")
    if any(model.errors or model.unscored for model in summary.models):
        for why, times in services.eval_results.reasons(run):
            say(f"  {count(times, 'answer')}: {why}")


def _show_judge(run: EvalRun, services: Services) -> None:
    """What the scores of a judge are worth, as far as somebody has looked."""
    if not run.settings.judges:
        return
    try:
        found = services.judging.judged(run)
    except WorkbenchError:
        return  # the judge is gone, what it said stays
    if found is not None:
        untested = f" To test it: workbench eval judge {run.id}" if found.card is None else ""
        say(f"\n{judge_sentence(found.card, str)}{untested}")
        if told := corrected_sentence(found.corrected, str):
            say(told)


def _show_models(summary: EvalSummary) -> None:
    print_table(
        (
            "model",
            "scorer",
            "score" if any(model.graded for model in summary.models) else "right",
            "95 % interval",
            "n",
            "errors",
            "tokens/s",
            "$ a case",
            "$ a right answer",
        ),
        [
            (
                model.model_id,
                model.scorer,
                _percent(model.mean),
                _interval(_percent, model.low, model.high),
                str(model.n),
                str(model.errors),
                UNKNOWN_FIGURE if model.tokens_per_s is None else f"{model.tokens_per_s:,.0f}",
                each_words(model.cost_per_case_usd),
                right_cost_words(model),
            )
            for model in summary.models
        ],
        right={2, 4, 5, 6, 7},
    )
    if told := free_words(summary.models):
        say(told)
    say()
    print_table(
        ("model", "first token, half", "19 in 20", "whole answer, half", "19 in 20"),
        [
            (
                model.model_id,
                wait_words(model.first_token),
                wait_words(model.first_token, upper=True),
                wait_words(model.whole),
                wait_words(model.whole, upper=True),
            )
            for model in summary.models
            if model.scorer == summary.models[0].scorer
        ],
    )


def _p(pair: PairSummary) -> str:
    """ "0.012"; never 0, which no p is."""
    if pair.p_adjusted is None:
        return UNKNOWN_FIGURE
    return f"{pair.p_adjusted:.2g}" if pair.p_adjusted >= LEAST_P else f"< {LEAST_P:g}"


def _show_pairs(pairs: tuple[PairSummary, ...]) -> None:
    print_table(
        ("a", "b", "difference", "95 % interval", "p, adjusted", "a is"),
        [
            (
                pair.a,
                pair.b,
                _points(pair.difference),
                _interval(_points, pair.low, pair.high),
                _p(pair),
                pair.verdict,
            )
            for pair in pairs
        ],
        right={2, 4},
    )


def _show_slices(summary: EvalSummary) -> None:
    """One line a tag: every model's share, and the pairs that are shown to differ."""
    names = [model.model_id for model in summary.slices[0].models]
    say()
    print_table(
        ("tag", "scorer", "cases", *names, "shown"),
        [
            (
                found.tag,
                found.scorer,
                str(found.n),
                *(share_words(model) for model in found.models),
                "; ".join(
                    f"{pair.a} {pair.verdict} than {pair.b}, {signed(pair.difference or 0.0)} points"
                    for pair in found.pairs
                    if pair.verdict in ("better", "worse")
                )
                or "nothing",
            )
            for found in summary.slices
        ],
        right={2},
    )


def _interval(written: Callable[[float | None], str], low: float | None, high: float | None) -> str:
    return UNKNOWN_FIGURE if low is None else f"{written(low)} to {written(high)}"


def _percent(value: float | None) -> str:
    return UNKNOWN_FIGURE if value is None else f"{value * 100:.1f} %"


def _points(value: float | None) -> str:
    return UNKNOWN_FIGURE if value is None else f"{value * 100:+.1f} points"
