"""`workbench demo`: the main job from requirements to report, headless, on the shipped sample.

It works in a data folder of its own that is removed at the end: nothing of the person's is read or changed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.analysis import words
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.evals import EvalRun, EvalSummary
    from workbench.domain.evidence import Comparison
    from workbench.domain.option import OptionSet
    from workbench.domain.scenario import Scenario
    from workbench.domain.verdict import Shortlist

_PROMPT_CASE = "policy-question"
_EVAL_NAME = "Sample cases"
_WIDTH = 110


@dataclass(slots=True)
class _Log:
    """What was done and how long it took, told as it happens; with `quiet` only kept."""

    quiet: bool
    steps: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, detail: str = "") -> Iterator[None]:
        if not self.quiet:
            say(f"\n{name}{detail}", flush=True)
        started = time.monotonic()
        yield
        self.steps[name] = round(time.monotonic() - started, 2)

    def say(self, text: str) -> None:
        if not self.quiet:
            say(textwrap.fill(text, _WIDTH, initial_indent="  ", subsequent_indent="  "), flush=True)


@dataclass(frozen=True, slots=True)
class _Done:
    """What the demo made."""

    shortlist: Shortlist
    options: OptionSet
    comparison: Comparison
    run: EvalRun
    summary: EvalSummary
    scenario: Scenario
    files: tuple[Path, ...]


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("demo", help="the main job on the shipped sample, without a window")
    command.add_argument(
        "-o", "--out", type=Path, default=Path("workbench-demo"), metavar="DIR", help="where the report goes"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Shortlist, options, side by side, eval, decision, report; prints what came out and where it lies."""
    from workbench.app import build
    from workbench.reports.files import check_folder

    check_folder(arguments.out)
    log = _Log(quiet=arguments.json)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="workbench-demo-") as folder:
        own = build(Path(folder))
        try:
            done = _main_job(own, arguments.out, log)
        finally:
            own.close()
    seconds = round(time.monotonic() - started, 1)
    if arguments.json:
        print(json.dumps(_as_json(done, log, seconds), ensure_ascii=False))
    else:
        _print_end(done, log, seconds)
    return 0


def _main_job(services: Services, out: Path, log: _Log) -> _Done:
    with log.step("Scenario"):
        scenario = _open_sample(services, log)
    with log.step("Shortlist"):
        shortlist = _shortlist(services, scenario, log)
    comparison, eval_run = asyncio.run(_validate(services, scenario, log))
    summary = services.eval_results.summary(eval_run)
    if not log.quiet:
        _print_eval(summary)
    with log.step("Options"):
        options = _options(services, scenario, log)
    with log.step("Decision"):
        decided = _decide(services, scenario, log)
    with log.step("Report"):
        files = _report(services, decided, out, log)
    return _Done(shortlist, options, comparison, eval_run, summary, decided, files)


def _open_sample(services: Services, log: _Log) -> Scenario:
    scenario = services.scenarios.open_sample()
    log.say(f"{scenario.name}: {scenario.answers.get('job', '')}")
    return scenario


def _shortlist(services: Services, scenario: Scenario, log: _Log) -> Shortlist:
    found = services.shortlist.shortlist(scenario)
    log.say(found.sentence)
    for relaxation in found.relaxations[:2]:
        log.say(relaxation.text)
    return found


def _options(services: Services, scenario: Scenario, log: _Log) -> OptionSet:
    found = services.options.options(scenario, evidence=services.eval_results.evidence(scenario.id))
    months = found.horizon_months
    if not log.quiet:
        rows = [
            (
                f"{option.id}  {option.name}",
                words.usd(figure.likely if (figure := option.figures.get("setup_usd")) else None),
                words.usd(figure.likely if (figure := option.figures.get("monthly_usd")) else None),
                words.usd(option.tco_usd.get(months)),
                f"{option.score:.3f}",
                "; ".join(reason.text.rstrip(".") for reason in option.excluded_by) or "inside the limits",
            )
            for option in found.options
        ]
        header = ("option", "set-up", "a month", words.count(months, "month"), "score", "limits")
        _indented(header, rows, right={1, 2, 3, 4})
    log.say(f"{found.recommendation.sentence} {found.recommendation.detail}".strip())
    for flip in found.flips[:3]:
        log.say(flip.text)
    return found


async def _validate(services: Services, scenario: Scenario, log: _Log) -> tuple[Comparison, EvalRun]:
    """One prompt to all demo models, then every case of the sample to each; their processes end afterwards."""
    models = [model.path.stem for model in services.library.demo_models() if not model.problem]
    path = services.scenarios.dataset_path(scenario)
    if path is None or not models:
        mend = "Install the program again."
        raise WorkbenchError("The demo models or the sample's cases are missing", where="resources", mend=mend)
    data = services.eval_data.dataset(path)
    case = next((case for case in data.cases if case.id.startswith(_PROMPT_CASE)), data.cases[0])
    try:
        with log.step("Side by side"):
            comparison = await services.playground.compare(case.input, models, scenario_id=scenario.id)
            _tell_answers(comparison, case.expected, log)
        with log.step("Eval", f": {words.count(len(data.cases), 'case')} on {words.count(len(models), 'model')}"):
            started = services.eval_setup.new_run(data, models, scenario_id=scenario.id, name=_EVAL_NAME)
            finished = await services.evals.run(started, data, models=models, on_event=_progress(log))
    finally:
        await services.evals.stop()
    return comparison, finished


def _tell_answers(comparison: Comparison, expected: str, log: _Log) -> None:
    log.say(f"{comparison.prompt.strip().splitlines()[-1]} Expected: {expected}")
    for answer in comparison.answers:
        said = " ".join(answer.text.split()) or answer.error_what
        log.say(f"{answer.model}: {said} ({_speed(answer.tokens_per_s)})")


def _progress(log: _Log) -> Callable[[object], None]:
    """Counts answers on a terminal's stderr; silent elsewhere."""
    from workbench.evals.runner import Progress

    def tell(event: object) -> None:
        if isinstance(event, Progress) and not log.quiet and sys.stderr.isatty():
            print(f"\r  {event.done} of {event.total} answers", end="", file=sys.stderr, flush=True)
            if event.done == event.total:
                print(file=sys.stderr)

    return tell


def _decide(services: Services, scenario: Scenario, log: _Log) -> Scenario:
    """The sample's own decision stands while it is what the figures recommend; else the proposal is recorded."""
    draft = services.decisions.draft(scenario)
    known = scenario.decision
    decision = known if known and known.option == draft.option else replace(draft, deciders=draft.deciders or ("demo",))
    saved = services.decisions.record(services.scenarios.load(scenario.id), decision)
    log.say(f"{decision.option}, {decision.status.value}: {decision.because}")
    return saved


def _report(services: Services, scenario: Scenario, out: Path, log: _Log) -> tuple[Path, ...]:
    """The report in every format; one that cannot be written on this machine is named with the reason."""
    from workbench.services.reports import formats_here

    formats, missing = formats_here()
    files = services.reports.write(scenario, formats, out)
    log.say(f"{words.count(len(files), 'file')}: {words.listed(formats)}")
    for reason in missing:
        log.say(str(reason))
    return files


def _print_eval(summary: EvalSummary) -> None:
    rows = [
        (
            model.model_id,
            words.UNKNOWN_FIGURE if model.mean is None else f"{model.mean * 100:.1f} %",
            words.UNKNOWN_FIGURE
            if model.low is None or model.high is None
            else f"{model.low * 100:.1f} to {model.high * 100:.1f} %",
            str(model.n),
            _speed(model.tokens_per_s),
        )
        for model in summary.models
    ]
    _indented(("model", "right", "95 % interval", "cases", "speed"), rows, right={1, 3, 4})
    for pair in summary.pairs:
        say(f"  {pair.a} against {pair.b}: {pair.verdict.value}")


def _indented(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: set[int]) -> None:
    print_table((f"  {header[0]}", *header[1:]), [(f"  {row[0]}", *row[1:]) for row in rows], right=right)


def _speed(tokens_per_s: float | None) -> str:
    return words.UNKNOWN_FIGURE if tokens_per_s is None else f"{tokens_per_s:,.0f} tokens/s"


def _print_end(done: _Done, log: _Log, seconds: float) -> None:
    took = ", ".join(f"{name.lower()} {spent:.1f}" for name, spent in log.steps.items())
    say(f"\nDone in {seconds:.1f} s: {took}. Nothing left this machine.\nThe report lies in")
    for file in done.files:
        say(f"  {file.resolve()}")


def _as_json(done: _Done, log: _Log, seconds: float) -> dict[str, Any]:
    return {
        "seconds": seconds,
        "steps_s": log.steps,
        "kept": done.shortlist.kept_models,
        "excluded": done.shortlist.all_models - done.shortlist.kept_models,
        "recommended": done.options.recommendation.option,
        "decided": done.scenario.decision.option if done.scenario.decision else None,
        "eval": [
            {"model": m.model_id, "n": m.n, "mean": m.mean, "low": m.low, "high": m.high} for m in done.summary.models
        ],
        "files": [str(file) for file in done.files],
    }
