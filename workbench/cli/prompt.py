"""`workbench prompt`: one prompt to several local models side by side."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.cli.numbers import rounded
from workbench.cli.screen import say
from workbench.cli.tables import print_table

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.evidence import Answer, Comparison
    from workbench.services.playground import PaneEnded, PaneEvent


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser(
        "prompt",
        help="one prompt to several models side by side",
        usage="workbench prompt TEXT -m MODEL [MODEL ...] [-s SCENARIO] [--system TEXT] [--max-tokens N] "
        "[--temperature T] [--seed N] [--json]",
    )
    command.add_argument("text", help="the prompt; - reads it from standard input")
    command.add_argument(
        "-m",
        "--model",
        action="extend",
        nargs="+",
        required=True,
        metavar="MODEL",
        help="one to four, each a GGUF file or the name of a library model",
    )
    command.add_argument("--system", default="", help="the system prompt")
    command.add_argument("--max-tokens", type=int, default=256, metavar="N", help="the longest answer (256)")
    command.add_argument(
        "--temperature", type=float, default=0.0, metavar="T", help="0 always takes the likeliest word (0)"
    )
    command.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the draws when the temperature is above 0 (0)"
    )
    command.add_argument("-s", "--scenario", help="keep the answers as evidence of this scenario")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Exit code 0 when at least one model answered. People see the answers as they are written, one after the other."""
    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    printer = None if arguments.json else Printer(arguments.model)
    comparison = asyncio.run(_compare(arguments, services, text, printer))
    if arguments.json:
        shape = {"answers": [as_json(answer) for answer in comparison.answers]}
        print(json.dumps(rounded(shape), ensure_ascii=False))
    else:
        _print_figures(comparison)
    return 0 if any(not answer.error_what for answer in comparison.answers) else 1


async def _compare(arguments: argparse.Namespace, services: Services, text: str, printer: Printer | None) -> Comparison:
    from workbench.domain.chat import Sampling

    scenario_id = stored_scenario(services, arguments.scenario)
    sampling = Sampling(temperature=arguments.temperature, seed=arguments.seed, max_tokens=arguments.max_tokens)
    try:
        return await services.playground.compare(
            text,
            arguments.model,
            system=arguments.system,
            sampling=sampling,
            scenario_id=scenario_id,
            on_event=printer.hear if printer else None,
        )
    finally:
        await services.playground.stop()


def stored_scenario(services: Services, reference: str | None) -> str | None:
    """The id to keep evidence under; None without a scenario, and for a YAML file, of which nothing is stored."""
    if not reference:
        return None
    scenario, stored = services.scenarios.resolve(reference)
    return scenario.id if stored else None


class Printer:
    """Prints the first model's answer as it comes; the others wait, then follow in their order."""

    def __init__(self, models: Sequence[str]) -> None:
        self._waiting: list[list[str]] = [[] for _ in models]
        self._names = list(models)
        self._ended: dict[int, Answer] = {}
        self._now = 0
        self._began = False
        self._marked = False

    def hear(self, event: PaneEvent | PaneEnded) -> None:
        """Something came from a model."""
        from workbench.domain.chat import Loading, Token
        from workbench.services.playground import PaneEnded

        if isinstance(event, PaneEnded):
            self._ended[event.pane] = event.answer
            self._move_on()
            return
        match event.event:
            case Token(text):
                self._waiting[event.pane].append(text)
                self._flush()
            case Loading(fraction) if event.pane == self._now:
                self._mark(f"loading {self._names[event.pane]} {fraction:.0%}")

    def _flush(self) -> None:
        """What the model on turn has said since the last time."""
        said, self._waiting[self._now] = "".join(self._waiting[self._now]), []
        if not said and not (self._now in self._ended and not self._began):
            return
        if not self._began:
            self._began = True
            self._mark("")
            say(f"── {self._names[self._now]}")
        say(said, end="", flush=True)

    def _move_on(self) -> None:
        """As long as the model on turn has ended, the next one has its turn."""
        while self._now in self._ended:
            self._flush()
            answer = self._ended[self._now]
            if answer.error_what:
                say(f"\n{answer.error_what}. {answer.error_mend}".rstrip(), end="")
            say("\n")
            self._now, self._began = self._now + 1, False
            if self._now < len(self._names):
                self._flush()
            else:
                return

    def _mark(self, words: str) -> None:
        """A line on a terminal's stderr that the next one replaces."""
        if sys.stderr.isatty() and (words or self._marked):
            print(f"\r\033[K{words}", end="", file=sys.stderr, flush=True)
            self._marked = bool(words)


def as_json(answer: Answer) -> dict[str, Any]:
    """One answer in the shape of cli.md."""
    error = {"what": answer.error_what, "where": answer.error_where, "mend": answer.error_mend}
    return {
        "model": answer.model,
        "text": answer.text,
        "finish": answer.finish,
        "ttft_s": answer.ttft_s,
        "tokens_per_s": answer.tokens_per_s,
        "tokens_in": answer.tokens_in,
        "tokens_out": answer.tokens_out,
        "cost_usd": answer.cost_usd,
        "memory_bytes": answer.memory_bytes,
        "error": error if answer.error_what else None,
    }


def _print_figures(comparison: Comparison) -> None:
    rows = [
        (
            answer.model,
            _number(answer.ttft_s, 3),
            _number(answer.tokens_per_s, 0),
            _tokens(answer),
            answer.finish,
        )
        for answer in comparison.answers
    ]
    print_table(("model", "first token, s", "tokens/s", "tokens out", "ended"), rows, right={1, 2, 3})


def _number(value: float | None, digits: int) -> str:
    return "—" if value is None else f"{value:,.{digits}f}"


def _tokens(answer: Answer) -> str:
    """A stopped or failed answer's tokens were not counted."""
    return str(answer.tokens_out) if answer.total_s is not None else "—"
