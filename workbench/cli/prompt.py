"""`workbench prompt`: one prompt to several local models side by side."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

from workbench.cli.tables import print_table

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.evidence import Answer, Comparison


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("prompt", help="one prompt to several models side by side")
    command.add_argument("text", help="the prompt; - reads it from standard input")
    command.add_argument(
        "-m",
        "--model",
        action="append",
        required=True,
        metavar="MODEL",
        help="a GGUF file or the name of a library model",
    )
    command.add_argument("--system", default="", help="the system prompt")
    command.add_argument("--max-tokens", type=int, default=256)
    command.add_argument("--temperature", type=float, default=0.0)
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("-s", "--scenario", help="keep the answers as evidence of this scenario")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Exit code 0 when at least one model answered."""
    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    comparison = asyncio.run(_compare(arguments, services, text))
    if arguments.json:
        print(json.dumps({"answers": [as_json(answer) for answer in comparison.answers]}, ensure_ascii=False))
    else:
        _print(comparison)
    return 0 if any(not answer.error_what for answer in comparison.answers) else 1


async def _compare(arguments: argparse.Namespace, services: Services, text: str) -> Comparison:
    from workbench.domain.chat import Sampling

    scenario_id = services.scenarios.load(arguments.scenario).id if arguments.scenario else None
    sampling = Sampling(temperature=arguments.temperature, seed=arguments.seed, max_tokens=arguments.max_tokens)
    try:
        return await services.playground.compare(
            text, arguments.model, system=arguments.system, sampling=sampling, scenario_id=scenario_id
        )
    finally:
        await services.playground.stop()


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


def _print(comparison: Comparison) -> None:
    for answer in comparison.answers:
        print(f"── {answer.model}")
        print(answer.text)
        if answer.error_what:
            print(f"{answer.error_what}. {answer.error_mend}")
        print()
    rows = [
        (
            answer.model,
            _number(answer.ttft_s, 3),
            _number(answer.tokens_per_s, 0),
            str(answer.tokens_out),
            answer.finish,
        )
        for answer in comparison.answers
    ]
    print_table(("model", "first token, s", "tokens/s", "tokens out", "ended"), rows, right={1, 2, 3})


def _number(value: float | None, digits: int) -> str:
    return "—" if value is None else f"{value:,.{digits}f}"
