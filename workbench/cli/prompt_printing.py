"""Answers of several models on a terminal, as they are written, and what they took."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.analysis.words import rounded
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.domain.evidence import Answer, Comparison
    from workbench.services.asking import PaneEnded, PaneEvent
    from workbench.services.playground import Estimate


def print_estimates(estimates: Sequence[Estimate]) -> None:
    """What asking may cost, on standard error, before anything is sent; local models cost nothing."""
    for one in estimates:
        if one.local:
            continue
        most = "its price is not known; the dearest known counts" if one.usd is None else f"at most ${one.usd:.4f}"
        line = f"{one.model}: about {one.tokens_in:,} tokens in, at most {one.most_out:,} out, {most}"
        say(f"{line} ({one.problem})" if one.problem else line, file=sys.stderr)


def say_wait(model: str, why: str) -> None:
    """A line on standard error: seconds may pass in which nothing happens."""
    say(f"{model} waits {why}", file=sys.stderr)


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
        from workbench.domain.chat import Loading, Token, Waiting
        from workbench.services.asking import PaneEnded

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
            case Waiting(why) if sys.stderr.isatty():
                self._mark(f"{self._names[event.pane]} waits {why}")
            case Waiting(why):
                say_wait(self._names[event.pane], why)

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
                error = WorkbenchError(answer.error_what, where=answer.error_where, mend=answer.error_mend)
                say(f"\n{error}", end="")
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


def print_figures(comparison: Comparison) -> None:
    """A table with a line for each answer, and what a person should know about one."""
    rows = [
        (
            answer.model,
            _number(answer.ttft_s, 3),
            _number(answer.itl_p50_s, 4),
            _number(answer.itl_p95_s, 4),
            _number(answer.tokens_per_s, 0),
            _tokens(answer),
            "—" if answer.cost_usd is None else rounded(answer.cost_usd, 4),
            answer.error_kind or answer.finish,
        )
        for answer in comparison.answers
    ]
    header = ("model", "first token, s", "between, s", "p95", "tokens/s", "tokens in/out", "US$", "ended")
    print_table(header, rows, right={1, 2, 3, 4, 5, 6})
    for answer in comparison.answers:
        if answer.note:
            say(f"{answer.model}: {answer.note}")


def _number(value: float | None, digits: int) -> str:
    return "—" if value is None else f"{value:,.{digits}f}"


def _tokens(answer: Answer) -> str:
    """A stopped or failed answer's tokens were not counted."""
    return f"{answer.tokens_in}/{answer.tokens_out}" if answer.total_s is not None else "—"
