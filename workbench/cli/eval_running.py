"""`workbench eval plan`, `run` and `resume`: what an eval can prove before it runs, and the run itself."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import re
import shlex
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis.words import UNKNOWN_FIGURE, count, gigabytes, usd_range
from workbench.cli.numbers import rounded
from workbench.cli.prompt import stored_scenario
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.errors import GuardRefusal, Problems, WorkbenchError
from workbench.services.eval_words import left_words, time_range

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.eval_plan import EvalPlan
    from workbench.domain.evals import EvalRun, EvalSet, EvalSettings
    from workbench.evals.runner import Finished, RunEvent

Show = Callable[["EvalRun"], None]
REDRAW_S = 0.2
#: what an eval as a file says itself
SAID_BY_FILE = (
    "scorer", "judge", "embedder", "system", "prompt", "columns", "skip_faulty", "keep_marks", "temperature",
    "max_tokens", "repeats", "sequential", "timeout", "retries", "at_once", "one_at_a_time", "not_sensitive",
)  # fmt: skip


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    start = verbs.add_parser("run", help="run a data set on models")
    start.add_argument("data", type=Path, help="a file with the columns input and expected, or an eval as a file")
    start.add_argument("-m", "--model", action="extend", nargs="+", default=[], metavar="MODEL")
    start.add_argument("--name", default="", help="what the eval is called")
    _add_question_options(start)
    _add_conduct_options(start)
    start.set_defaults(run=run_start, as_in_file={name: start.get_default(name) for name in SAID_BY_FILE})
    resume = verbs.add_parser("resume", help="go on with an interrupted eval")
    resume.add_argument("eval", help="its id")
    resume.add_argument("data", type=Path, nargs="?", help="the same data set, where its file has moved")
    resume.add_argument(
        "-m", "--model", action="extend", nargs="+", metavar="MODEL", help="those of its files not in the library"
    )
    resume.add_argument("--cluster", metavar="ADDRESS", help="go on on the workers of a Dask cluster")
    resume.add_argument("--max-cost", type=float, metavar="USD", help="what the whole eval may cost from now on")
    resume.set_defaults(run=run_resume)
    plan = verbs.add_parser("plan", help="what an eval can prove, costs and takes, before it runs")
    plan.add_argument("data", type=Path, nargs="?", help="a data set: what its number of cases can show")
    plan.add_argument(
        "-m",
        "--model",
        action="extend",
        nargs="+",
        default=[],
        metavar="MODEL",
        help="what it costs and takes on these",
    )
    plan.add_argument("--difference", type=float, default=0.1, help="the smallest difference that matters (0.1)")
    plan.add_argument("--disagree", type=float, default=0.25, help="share of cases the models disagree on (0.25)")
    _add_question_options(plan)
    _add_conduct_options(plan)
    plan.set_defaults(run=run_plan)


def _add_question_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--scorer", action="extend", nargs="+", metavar="NAME", help="default: contains; a case may name its own"
    )
    verb.add_argument(
        "--judge", action="extend", nargs="+", default=[], metavar="MODEL", help="who judges, for scorers that ask one"
    )
    verb.add_argument("--embedder", default="", metavar="MODEL", help="a local model, for scorers that compare meaning")
    verb.add_argument("-s", "--scenario", help="keep the results as evidence of this scenario")
    verb.add_argument("--system", default="", help="the system prompt")
    verb.add_argument(
        "--prompt",
        action="append",
        default=[],
        metavar="[NAME=]TEXT",
        help="a template such as 'brief=In one word: {{ input }}', or @FILE; several are crossed with the models",
    )
    verb.add_argument(
        "--columns",
        action="extend",
        nargs="+",
        default=[],
        metavar="NAME=COLUMN",
        help="which column is what: input=Frage expected=Antwort",
    )
    verb.add_argument("--skip-faulty", action="store_true", help="take the good rows of a file that has faulty ones")
    verb.add_argument("--keep-marks", action="store_true", help="rows with personal data stay as the file marks them")
    verb.add_argument("--temperature", type=float, help="0 (default): always the likeliest token")
    verb.add_argument("--max-tokens", type=int, help="how long an answer may be")


def _add_conduct_options(verb: argparse.ArgumentParser) -> None:
    group = verb.add_argument_group("how it is run")
    group.add_argument("--repeats", type=int, default=1, metavar="N", help="ask every case so often")
    group.add_argument(
        "--sequential",
        action="store_true",
        help="cases in random order, and an end as soon as every pair of models is decided",
    )
    group.add_argument("--max-cost", type=float, metavar="USD", help="ask nothing that could take the eval above this")
    group.add_argument("--timeout", type=float, default=120.0, metavar="S", help="seconds an answer has (120)")
    group.add_argument("--retries", type=int, default=1, metavar="N", help="further tries of a failed answer (1)")
    group.add_argument("--at-once", type=int, default=0, metavar="N", help="answers of one model at once, at most")
    group.add_argument(
        "--one-at-a-time", action="store_true", help="local models answer one case after the other: slower"
    )
    group.add_argument(
        "--cluster", metavar="ADDRESS", help="a Dask scheduler (tcp://host:port), whose workers ask your local models"
    )
    group.add_argument("--not-sensitive", action="store_true", help="you have looked: cases without a mark may leave")


def _settings(arguments: argparse.Namespace) -> EvalSettings:
    from workbench.domain.evals import Design, EvalSettings

    return EvalSettings(
        repeats=arguments.repeats,
        timeout_s=arguments.timeout,
        retries=arguments.retries,
        at_once=arguments.at_once,
        together=not arguments.one_at_a_time,
        cap_usd=arguments.max_cost,
        design=Design.SEQUENTIAL if arguments.sequential else Design.FIXED,
        marked=arguments.not_sensitive,
        judges=tuple(arguments.judge),
        embedder=arguments.embedder,
        prompts=tuple(_prompt(given, place) for place, given in enumerate(arguments.prompt, 1)),
    )


def _prompt(given: str, place: int) -> tuple[str, str]:
    """(name, template) of one `--prompt`."""
    named = re.match(r"([\w.-]{1,40})=(.*)", given, re.DOTALL)
    name, text = (named[1], named[2]) if named else ("", given)
    if text.startswith("@"):
        file = Path(text[1:])
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            raise WorkbenchError(
                "The prompt cannot be read", where=str(file), mend="Check the path; it must be text in UTF-8."
            ) from error
        name = name or re.sub(r"[^\w.-]", "-", file.stem)[:40]
    return name or (f"prompt-{place}" if place > 1 else ""), text


def _question(arguments: argparse.Namespace, services: Services) -> dict[str, object]:
    from workbench.domain.chat import Sampling, sampling_problem
    from workbench.services.eval_setup import ANSWER_TOKENS

    most = ANSWER_TOKENS if arguments.max_tokens is None else arguments.max_tokens
    sampling = Sampling(max_tokens=most, temperature=arguments.temperature or 0.0)
    if problem := sampling_problem(sampling):
        raise WorkbenchError(
            "The settings of the answers make no sense", where=problem, mend="Choose a number within the bounds."
        )
    return {
        "scorers": arguments.scorer or ("contains",),
        "scenario_id": stored_scenario(services, arguments.scenario),
        "system": arguments.system,
        "sampling": sampling,
        "settings": _settings(arguments),
    }


def run_start(arguments: argparse.Namespace, services: Services) -> int:
    from workbench.evals.eval_file import is_eval_file

    if is_eval_file(arguments.data):
        return _run_file(arguments, services)
    if not arguments.model:
        raise WorkbenchError("No model was chosen", where="-m", mend="Choose one or more: -m demo-medium.")
    data = _data(arguments, services)
    question = _question(arguments, services)
    run = services.eval_setup.new_run(data, arguments.model, name=arguments.name, **question)  # type: ignore[arg-type]
    if not arguments.json:
        plan = services.eval_setup.outlook(data, arguments.model, **question)  # type: ignore[arg-type]
        for warning in plan.warnings:
            say(f"Note: {warning}", file=sys.stderr)
    return _run_and_show(arguments, services, run, data, arguments.model)


def _run_file(arguments: argparse.Namespace, services: Services) -> int:
    """Repeats an eval that came as a file. Raises when what it requires does not hold: exit code 1."""
    from workbench.evals.eval_file import not_held, read_eval_file

    file = read_eval_file(arguments.data)
    said = [name for name, default in arguments.as_in_file.items() if getattr(arguments, name) != default]
    if said:
        raise WorkbenchError(
            "An eval as a file says itself how its cases are asked and scored",
            where=", ".join(f"--{name.replace('_', '-')}" for name in said),
            mend="Leave that out, or change the file.",
        )
    run, data = services.eval_files.from_file(
        file,
        arguments.model,
        scenario_id=stored_scenario(services, arguments.scenario),
        name=arguments.name,
        cap_usd=arguments.max_cost,
    )
    code = _run_and_show(arguments, services, run, data, list(arguments.model))
    missed = not_held(services.eval_results.summary(services.eval_results.find(run.id)), file.require)
    if missed:
        raise Problems(
            "The eval does not hold what its file requires",
            [WorkbenchError(sentence) for sentence in missed],
            where=str(arguments.data),
            mend="Look at the cases that went wrong, or change what is required.",
        )
    if file.require and not arguments.json:
        say(f"Holds what its file requires ({count(len(file.require), 'requirement')}).")
    return code


def _data(arguments: argparse.Namespace, services: Services) -> EvalSet:
    """The cases of the file, looked through; what to mind goes to standard error."""
    from workbench.cli.eval_data import chosen_columns
    from workbench.evals.datasets import without_problems

    columns = chosen_columns(arguments.columns)
    found = services.eval_data.examine(arguments.data, columns=columns, mark=not arguments.keep_marks)
    if not arguments.json:
        for finding in found.findings:
            if finding.is_caution:
                say(f"Note: {finding.what}. {finding.mend}", file=sys.stderr)
    if not arguments.skip_faulty or not found.dataset.cases:
        return without_problems(found)
    if found.problems and not arguments.json:
        left_out = [WorkbenchError(f"{count(len(found.problems), 'faulty row')} left out"), *found.problems]
        say("Note: " + "\n  ".join(str(each) for each in left_out), file=sys.stderr)
    return found.dataset


def run_resume(arguments: argparse.Namespace, services: Services) -> int:
    run = services.eval_results.find(arguments.eval)
    if arguments.max_cost is not None:
        run = services.eval_setup.with_cap(run, arguments.max_cost)
    data = services.eval_data.dataset(arguments.data) if arguments.data else services.eval_data.data_of(run)
    return _run_and_show(arguments, services, run, data, arguments.model or [])


def _run_and_show(
    arguments: argparse.Namespace, services: Services, run: EvalRun, data: EvalSet, models: list[str]
) -> int:
    from workbench.cli.eval_results import show

    watch = _Watch()
    files = [shlex.quote(name) for name in models if Path(name).is_file()]  # what no library names
    go_on = f"workbench eval resume {run.id}{' -m ' if files else ''}{' '.join(files)}"
    gc.freeze()  # what is loaded by now stays: looking through it again and again takes a twentieth of the time
    try:
        finished = asyncio.run(_run(services, run, data, models, watch, arguments.cluster))
    except KeyboardInterrupt:
        if not arguments.json:
            say(f"What was answered is kept. To go on: {go_on}", file=sys.stderr)
        raise
    end = watch.finished
    show(finished, services, as_json=arguments.json)
    if end is None:
        return 0
    if not arguments.json:
        for line in end_words(end):
            say(line, file=sys.stderr)
    if end.stopped:
        if not arguments.json:
            say(f"To go on: {go_on}", file=sys.stderr)
        raise end.stopped[0][1]
    if end.withheld and not end.answered:
        raise GuardRefusal(
            "Nothing was asked: the scenario's data may not go to a model elsewhere",
            where=", ".join(models),
            mend="Choose a model on this machine.",
        )
    return 0


def end_words(end: Finished) -> list[str]:
    """What the person should know about how a run ended, a sentence each."""
    lines = []
    if end.cached:
        lines.append(
            f"{count(end.cached, 'answer')} came from earlier evals or rows that ask the same, and cost nothing."
        )
    if end.withheld:
        lines.append(f"{count(end.withheld, 'question')} stayed here: they may not go to a model elsewhere.")
    if end.errors:
        lines.append(f"{count(end.errors, 'answer')} failed; resuming the eval asks them again.")
    if end.decided and end.left:
        lines.append(f"Every pair is decided: {count(end.left, 'question')} did not have to be asked.")
    elif end.left:
        lines.append(f"{count(end.left, 'question')} were not asked.")
    return lines


class _Watch:
    """What a run says on its way: a line that is drawn over and over on a terminal."""

    def __init__(self) -> None:
        self.finished: Finished | None = None
        self._shows = sys.stderr.isatty()
        self._drawn = 0.0

    def hear(self, event: RunEvent) -> None:
        from workbench.evals.runner import Finished, Progress

        if isinstance(event, Finished):
            self.finished = event
        if self._shows and isinstance(event, Progress):
            now = time.monotonic()
            if now - self._drawn >= REDRAW_S or event.done == event.total:
                self._drawn = now
                line = f"{event.done:,} of {event.total:,} answers{left_words(event.left_s)}"
                print(f"\r{line:<70}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._shows:
            print(file=sys.stderr)


async def _run(
    services: Services, run: EvalRun, data: EvalSet, models: list[str], watch: _Watch, cluster: str | None
) -> EvalRun:
    try:
        if cluster:
            return await services.evals.run_on_cluster(run, data, cluster, models=models, on_event=watch.hear)
        return await services.evals.run(run, data, models=models, on_event=watch.hear)
    finally:
        watch.end()
        await services.evals.stop()


def run_plan(arguments: argparse.Namespace, services: Services) -> int:
    """How many cases are enough, what the cases at hand can show, and what asking them takes."""
    needed = services.eval_setup.plan(difference=arguments.difference, disagree=arguments.disagree)
    if arguments.data is None:
        if arguments.json:
            print(json.dumps({"cases_needed": needed, "cases": None, "detectable_difference": None}))
        else:
            say(_needed_words(needed, arguments.difference, arguments.disagree))
        return 0
    data = _data(arguments, services)
    if not arguments.model:
        shown = services.eval_setup.detectable(len(data.cases), disagree=arguments.disagree)
        if arguments.json:
            print(json.dumps({"cases_needed": needed, "cases": len(data.cases), "detectable_difference": shown}))
        else:
            say(_needed_words(needed, arguments.difference, arguments.disagree))
            say(f"{arguments.data.name} has {len(data.cases)}: {_shown_words(shown)}.")
        return 0
    plan = services.eval_setup.outlook(
        data,
        arguments.model,
        difference=arguments.difference,
        disagree=arguments.disagree,
        **_question(arguments, services),  # type: ignore[arg-type]
    )
    if arguments.json:
        print(json.dumps(rounded(plan_shape(plan)), ensure_ascii=False))
    else:
        print_plan(plan, arguments.data.name)
    return 0


def _needed_words(needed: int, difference: float, disagree: float) -> str:
    return (
        f"{needed:,} cases show a difference of {difference * 100:g} points 4 times in 5, when the models disagree on "
        f"{disagree * 100:.0f} % of them."
    )


def _shown_words(detectable: float) -> str:
    if detectable >= 1:
        return "too few to show any difference"
    return f"enough for differences of {detectable * 100:.0f} points or more"


def plan_shape(plan: EvalPlan) -> dict[str, object]:
    """The plan as JSON."""
    shape = asdict(plan)
    shape["detectable_difference"] = shape.pop("detectable")
    shape["can_decide"] = plan.can_decide
    shape["models"] = [{"model": one.pop("model_id"), **one} for one in shape["models"]]
    return shape


def print_plan(plan: EvalPlan, name: str) -> None:
    """The plan for people: what it can prove, a table of the models, the sums, what speaks against it."""
    say(_needed_words(plan.cases_needed, plan.difference, plan.disagree))
    say(f"{name} has {plan.cases:,}: {_shown_words(plan.detectable)}.")
    if plan.pairs > 1:
        say(f"The error rate is shared among {plan.pairs} pairs of models.")
    if plan.design == "sequential":
        after = plan.sequential_cases
        likely = f"after {after:,} cases in half of all runs" if after else "hardly ever before the last case"
        say(f"In random order, ended early: a true difference of {plan.difference * 100:g} points ends it {likely}.")
    say()
    print_table(
        ("model", "answers to ask", "known already", "time", "cost", "memory", "from"),
        [
            (
                one.model_id,
                f"{one.to_ask:,}",
                f"{one.known:,}",
                time_range(one.seconds),
                usd_range(one.usd) if one.usd is not None else UNKNOWN_FIGURE,
                UNKNOWN_FIGURE if one.memory_bytes is None else gigabytes(one.memory_bytes),
                one.basis,
            )
            for one in plan.models
        ],
        right={1, 2},
    )
    say()
    cost = usd_range(plan.usd) if plan.usd is not None else "a cost that is not known"
    say(f"In all {plan.answers:,} answers: {time_range(plan.seconds)}, {cost}.")
    for warning in plan.warnings:
        say(f"Note: {warning}")
