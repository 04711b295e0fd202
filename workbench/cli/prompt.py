"""`workbench prompt`: one prompt to several models side by side."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.numbers import rounded
from workbench.cli.prompt_printing import Printer, print_estimates, print_figures, say_wait
from workbench.cli.screen import say
from workbench.domain.errors import GuardRefusal, WorkbenchError

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.chat import Sampling, TokenLogprob, ToolCall
    from workbench.domain.evidence import Answer, Comparison
    from workbench.domain.scenario import Scenario
    from workbench.services.asking import PaneEnded, PaneEvent
    from workbench.services.playground import Form

MOST_FORM_BYTES = 1 << 20


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser(
        "prompt",
        help="one prompt to several models side by side",
        usage="workbench prompt TEXT -m MODEL [MODEL ...] [-s SCENARIO] [options] [--json]",
    )
    command.add_argument("text", help="the prompt; - reads it from standard input")
    command.add_argument(
        "-m",
        "--model",
        action="extend",
        nargs="+",
        required=True,
        metavar="MODEL",
        help="one to six, each a GGUF file, the name of a library model, or provider/model",
    )
    command.add_argument("-s", "--scenario", help="keep the answers as evidence of this scenario")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    _question_options(command.add_argument_group("the question"))
    _sensitivity_options(command.add_mutually_exclusive_group())
    _sampling_options(command.add_argument_group("how words are chosen"))
    _form_options(command.add_argument_group("what an answer must look like"))
    command.set_defaults(run=run)


def _question_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--system", default="", metavar="TEXT", help="the system prompt")
    group.add_argument(
        "--var", action="append", default=[], metavar="NAME=TEXT", help="fills {NAME} in the prompt; may be repeated"
    )
    group.add_argument(
        "--attach",
        action="extend",
        nargs="+",
        default=[],
        type=Path,
        metavar="FILE",
        help="text, PDF or picture beside the prompt",
    )
    group.add_argument(
        "--continue", dest="continues", default="", metavar="ID", help="go on from an earlier comparison's answers"
    )
    group.add_argument(
        "--blind", action="store_true", help="keep the names hidden until you have voted (comparisons vote SCENARIO)"
    )


def _sensitivity_options(group: argparse._MutuallyExclusiveGroup) -> None:
    group.add_argument(
        "--sensitive",
        action="store_true",
        default=None,
        help="the text is sensitive; where only the sensitive part must stay here, it stays",
    )
    group.add_argument(
        "--not-sensitive",
        dest="sensitive",
        action="store_false",
        default=None,
        help="the text is not sensitive, and may leave where only the sensitive part must stay",
    )


def _sampling_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--max-tokens", type=int, default=256, metavar="N", help="the longest answer (256)")
    group.add_argument(
        "--temperature", type=float, default=0.0, metavar="T", help="0 always takes the likeliest word (0)"
    )
    group.add_argument("--top-p", type=float, default=1.0, metavar="P", help="the likeliest words up to this sum (1)")
    group.add_argument("--top-k", type=int, default=0, metavar="N", help="the N likeliest words; 0: all (0)")
    group.add_argument("--min-p", type=float, default=0.0, metavar="P", help="words this likely beside the best (0)")
    group.add_argument("--repeat-penalty", type=float, default=1.0, metavar="F", help="1 does nothing (1)")
    group.add_argument("--frequency-penalty", type=float, default=0.0, metavar="F", help="for each time said (0)")
    group.add_argument("--presence-penalty", type=float, default=0.0, metavar="F", help="for what was said (0)")
    group.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the draws when the temperature is above 0 (0)"
    )
    group.add_argument("--stop", action="append", default=[], metavar="TEXT", help="ends the answer; may be repeated")


def _form_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--schema", type=Path, metavar="FILE", help="a JSON schema")
    group.add_argument("--grammar", type=Path, metavar="FILE", help="a GBNF grammar (local models)")
    group.add_argument(
        "--tools", type=Path, metavar="FILE", help="a JSON list of tools that a provider's model may ask for"
    )
    group.add_argument(
        "--logprobs", type=int, default=0, metavar="N", help="with --json: each token's log-probability and N others"
    )


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Exit code 0 when at least one model answered, 3 when a guard refused all.

    People see the answers as they are written, one after the other.
    """
    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    scenario, stored = services.scenarios.resolve(arguments.scenario) if arguments.scenario else (None, False)
    scenario_id = scenario.id if scenario and stored else None
    if arguments.blind and scenario_id is None:
        raise WorkbenchError("A blind comparison is kept until you vote", where="--scenario", mend="Name a scenario.")
    ear = Heard(arguments.model) if arguments.json else None if arguments.blind else Printer(arguments.model)
    comparison = asyncio.run(_compare(arguments, services, text, scenario, scenario_id, ear))
    if arguments.json:
        answers = [_as_heard(answer, ear, place) for place, answer in enumerate(comparison.answers)]
        kept = comparison.id if scenario_id else None
        print(json.dumps(rounded({"comparison": kept, "answers": answers}), ensure_ascii=False))
    elif arguments.blind:
        say(
            f"{len(comparison.answers)} answers are kept without names. workbench comparisons vote {arguments.scenario}"
        )
    else:
        print_figures(comparison)
    if any(not answer.error_what for answer in comparison.answers):
        return 0
    refused = all(answer.error_kind == "refused" for answer in comparison.answers)
    return GuardRefusal.exit_code if refused else WorkbenchError.exit_code


def _as_heard(answer: Answer, ear: Printer | Heard | None, place: int) -> dict[str, Any]:
    """One answer with what only its listener knows."""
    if not isinstance(ear, Heard):
        return as_json(answer)
    calls = [{"name": call.name, "arguments": call.arguments, "id": call.id} for call in ear.calls.get(place, ())]
    return {**as_json(answer, ear.of.get(place)), **({"tool_calls": calls} if calls else {})}


async def _compare(
    arguments: argparse.Namespace,
    services: Services,
    text: str,
    scenario: Scenario | None,
    scenario_id: str | None,
    ear: Printer | Heard | None,
) -> Comparison:
    from workbench.services.attachments import read_attachment

    question: dict[str, Any] = {
        "system": arguments.system,
        "sampling": _sampling(arguments),
        "scenario_id": scenario_id,
        "variables": _variables(arguments.var),
        "attachments": [read_attachment(path) for path in arguments.attach],
        "continues": arguments.continues.removeprefix("workbench://comparison/"),
    }
    try:
        asking = services.playground.begin(
            text,
            arguments.model,
            **question,
            scenario=None if scenario_id else scenario,
            sensitive=arguments.sensitive,
            form=_form(arguments),
            blind=arguments.blind,
            on_event=ear.hear if ear else None,
        )
        _say_what_stays(text, question["variables"])
        print_estimates(services.playground.estimate(text, arguments.model, **question))
        return await asking.run()
    finally:
        await services.playground.stop()


def _say_what_stays(text: str, variables: Mapping[str, str]) -> None:
    """Names in braces without a text go to the models as they are written, which is seldom meant."""
    from workbench.services.prompt_text import variables_of

    for name in variables_of(text):
        if not variables.get(name):
            say(f"{{{name}}} has no text and stays as it is written (--var {name}=TEXT)", file=sys.stderr)


def _sampling(arguments: argparse.Namespace) -> Sampling:
    from workbench.domain.chat import Sampling

    given = {field.name: getattr(arguments, field.name) for field in fields(Sampling)}
    return Sampling(**{**given, "stop": tuple(arguments.stop)})


def _form(arguments: argparse.Namespace) -> Form:
    from workbench.services.playground import Form
    from workbench.services.tools_file import read_tools

    logprobs = arguments.logprobs if arguments.json else 0
    tools = read_tools(_read(arguments.tools), str(arguments.tools)) if arguments.tools else ()
    return Form(_read(arguments.schema), _read(arguments.grammar), logprobs, tools)


def _read(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(MOST_FORM_BYTES + 1)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise WorkbenchError(f"The file cannot be read: {reason}", where=str(path), mend="Choose another.") from error
    if len(text) > MOST_FORM_BYTES:
        raise WorkbenchError("The file is longer than 1 MiB", where=str(path), mend="Choose a shorter one.")
    return text


def _variables(given: list[str]) -> dict[str, str]:
    values = {}
    for pair in given:
        name, sign, value = pair.partition("=")
        if not sign or not name.isidentifier():
            raise WorkbenchError(f"{pair!r} is no variable", where="--var", mend="Write --var name=text.")
        values[name] = value
    return values


def stored_scenario(services: Services, reference: str | None) -> str | None:
    """The id to keep evidence under; None without a scenario, and for a YAML file, of which nothing is stored."""
    if not reference:
        return None
    scenario, stored = services.scenarios.resolve(reference)
    return scenario.id if stored else None


class Heard:
    """What is printed with an answer and not kept: its tokens' worth, the tools it asks for.

    What a model waits for goes to standard error.
    """

    def __init__(self, models: Sequence[str]) -> None:
        self._names = list(models)
        self.of: dict[int, list[TokenLogprob]] = {}
        self.calls: dict[int, tuple[ToolCall, ...]] = {}

    def hear(self, event: PaneEvent | PaneEnded) -> None:
        from workbench.domain.chat import Done, Token, Waiting
        from workbench.services.asking import PaneEvent

        if not isinstance(event, PaneEvent):
            return
        match event.event:
            case Token(_, logprobs):
                self.of.setdefault(event.pane, []).extend(logprobs)
            case Done() as done:
                self.calls[event.pane] = done.tool_calls
            case Waiting(why):
                say_wait(self._names[event.pane], why)


def as_json(answer: Answer, logprobs: list[TokenLogprob] | None = None) -> dict[str, Any]:
    """One answer in the shape of cli.md."""
    error = {"what": answer.error_what, "where": answer.error_where, "mend": answer.error_mend}
    shape: dict[str, Any] = {
        "model": answer.model,
        "text": answer.text,
        "finish": answer.finish,
        "ttft_s": answer.ttft_s,
        "tokens_per_s": answer.tokens_per_s,
        "itl_p50_s": answer.itl_p50_s,
        "itl_p95_s": answer.itl_p95_s,
        "tokens_in": answer.tokens_in,
        "tokens_out": answer.tokens_out,
        "cached_tokens": answer.cached_tokens,
        "reasoning_tokens": answer.reasoning_tokens,
        "cost_usd": answer.cost_usd,
        "memory_bytes": answer.memory_bytes,
        "local": answer.local,
        "note": answer.note,
        "error": error if answer.error_what else None,
    }
    if logprobs:
        shape["logprobs"] = [
            {"token": one.text, "logprob": one.logprob, "likeliest": [list(pair) for pair in one.likeliest]}
            for one in logprobs
        ]
    return shape
