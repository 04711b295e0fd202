"""`workbench library`: local GGUF files, found, described, and whether they fit this machine."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis.words import rounded
from workbench.cli import library_get
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.numbers import digits

if TYPE_CHECKING:
    from workbench.analysis.local_speed import LocalSpeed
    from workbench.app import Services
    from workbench.inference.local.measured import Measurement
    from workbench.services.library import LocalFile


MOST_SHOWN = 120


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("library", help="local GGUF files: found, described, and whether they run here")
    verbs = command.add_subparsers(dest="verb", metavar="VERB", required=True)
    scan = verbs.add_parser(
        "scan",
        help="the shipped demo models and the GGUF files in folders (else in those added and those of LM Studio, "
        "Ollama, Jan, GPT4All, llama.cpp and Hugging Face)",
    )
    scan.add_argument("folders", nargs="*", type=Path, metavar="DIR")
    scan.set_defaults(run=run_scan)
    for name, run, words in (
        ("inspect", run_inspect, "what is in a file, without loading it"),
        ("fit", run_fit, "whether a file fits this machine's free memory, and how fast it will run"),
        ("measure", run_measure, "how fast a model really runs here: a benchmark of about ten seconds"),
    ):
        verb = verbs.add_parser(name, help=words)
        verb.add_argument("file", help="a path, or the name of a library model")
        verb.set_defaults(run=run)
    verbs.choices["inspect"].add_argument(
        "--all", action="store_true", help="every key that stands in the file as well"
    )
    memory = verbs.add_parser("memory", help="how much memory all loaded models may take together")
    memory.add_argument("gigabytes", nargs="?", type=float, metavar="GB", help="0: four fifths of what is free")
    memory.set_defaults(run=run_memory)
    library_get.register(verbs)
    fit = verbs.choices["fit"]
    fit.add_argument("--context", type=int, metavar="TOKENS", help="the context wanted (else what the engine gives)")
    fit.add_argument(
        "--cache", choices=("f16", "q8_0", "q4_0"), default="f16", help="how keys and values are kept (default f16)"
    )
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="print one JSON object")


def run_memory(arguments: argparse.Namespace, services: Services) -> int:
    memory = services.model_memory
    if arguments.gigabytes is not None:
        memory.set_cap_gb(arguments.gigabytes)
    cap = memory.cap_gb()
    if arguments.json:
        print(json.dumps({"cap_gb": cap or None}))
    else:
        say(f"All loaded models may take {f'{digits(cap)} GB' if cap else 'four fifths of what is free'} together.")
    return 0


def run_scan(arguments: argparse.Namespace, services: Services) -> int:
    library = services.library
    found = library.scan(tuple(arguments.folders)) if arguments.folders else library.models()
    for path in () if arguments.folders else library.missing():
        say(f"{path} is not there now.", file=sys.stderr)
    if arguments.json:
        places = () if arguments.folders else library.places()
        looked = [{"folder": str(place.folder), "program": place.program} for place in places]
        print(json.dumps({"models": [item.as_json() for item in found], "places": looked}, ensure_ascii=False))
        return 0
    print_table(
        ("model", "parameters", "stored as", "MB", "context", "from", "note"),
        [
            (
                item.label or item.id,
                _count(item.file.parameters if item.file else None),
                item.file.quantization if item.file else "—",
                f"{item.bytes / 1e6:.1f}",
                _count(item.file.context if item.file else None),
                "demo" if item.demo else item.source or item.path.parent.name,
                _note(item),
            )
            for item in found
        ],
        right={1, 3, 4},
    )
    return 0


def _note(item: LocalFile) -> str:
    """What is wrong with a file, that it is a copy, or that it sees pictures."""
    if item.problem:
        return item.problem
    if item.same_as is not None:
        return f"the same as {item.same_as}"
    return f"sees pictures with {item.projector.name}" if item.projector is not None else ""


def run_inspect(arguments: argparse.Namespace, services: Services) -> int:
    described = services.library.inspect(arguments.file).as_json()
    match = services.library.catalog_match(services.library.entry(arguments.file))
    described["catalog"] = None if match is None else asdict(match)
    if arguments.all:
        described["keys"] = services.library.keys(arguments.file)
    if arguments.json:
        print(json.dumps(described, ensure_ascii=False))
        return 0
    problems = described.pop("problems")
    for key, value in described.items():
        if isinstance(value, dict):
            say(f"{key.replace('_', ' ')}")
            for name, part in value.items():
                say(f"  {name if key == 'keys' else name.replace('_', ' '):<18} {_shown(part)}")
        else:
            say(f"{key.replace('_', ' '):<20} {_shown(value)}")
    for problem in problems:
        say(f"{problem['severity']}: {problem['what']} ({problem['where']}). {problem['mend']}")
    return 0


def _shown(value: object) -> str:
    """A field as one line."""
    match value:
        case None | []:
            return "—"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return digits(value)
        case {"type": kind, "tensors": tensors, "parameters": parameters}:
            return f"{kind}: {parameters:,} in {tensors:,} tensors"
        case {"type": kind, "count": count}:
            return f"{count:,} × {kind}"
        case list():
            return "; ".join(_shown(item) for item in value)
    text = str(value)
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


def run_fit(arguments: argparse.Namespace, services: Services) -> int:
    from workbench.services.fitting import fits_gpu, machine_sentence, speed_sentence

    library = services.library
    file = library.inspect(arguments.file)
    fit = library.fit(arguments.file, context_tokens=arguments.context, cache_type=arguments.cache)
    speed, machine, gpus = library.speed(file), library.machine(), library.gpus()
    if arguments.json:
        about = {
            **fit.as_dict(),
            "speed": _speed_dict(speed),
            "predicted": _speed_dict(library.predicted(file)),
            "machine": asdict(machine),
            "gpus": [{**asdict(gpu), "fits": fits_gpu(gpu, fit.need_bytes)} for gpu in gpus],
            "engine_uses_gpus": library.engine_uses_gpus(),
        }
        print(json.dumps(about, ensure_ascii=False))
        return 0
    say(fit.sentence)
    say(f"  {fit.parts}; keys and values as {fit.cache_type}.")
    if speed is not None:
        say(speed_sentence(speed))
    say(machine_sentence(machine, gpus, fit, uses_gpus=library.engine_uses_gpus()))
    return 0


def _speed_dict(speed: LocalSpeed | None) -> dict[str, object] | None:
    return None if speed is None else asdict(speed)


def run_measure(arguments: argparse.Namespace, services: Services) -> int:
    import asyncio

    from workbench.services.fitting import measured_speed, speed_range, speed_sentence

    def report(done: int, most: int) -> None:
        say(f"round {done + 1} of at most {most}", file=sys.stderr, flush=True)

    async def measure() -> Measurement:
        async with services.engines:
            return await services.measuring.measure(arguments.file, None if arguments.json else report)

    file = services.library.inspect(arguments.file)
    measured = asyncio.run(measure())
    foreseen = services.library.predicted(file, measured.prompt_tokens)
    if arguments.json:
        print(json.dumps({"model": file.name, **asdict(measured), "predicted": _speed_dict(foreseen)}))
        return 0
    say(f"{file.name}: {speed_sentence(measured_speed(measured))}")
    say(
        f"{measured.rounds} rounds on {measured.threads} thread(s); the slowest wrote "
        f"{rounded(measured.slowest_tokens_per_s)} tokens a second; a prompt is read at "
        f"{rounded(measured.prompt_tokens_per_s)} tokens a second; loaded in {measured.load_s:.2g} s."
    )
    if foreseen is not None:
        say(f"Predicted were {speed_range(foreseen.tokens_per_s)} tokens a second.")
    return 0


def _count(value: int | None) -> str:
    if value is None:
        return "—"
    for size, suffix in ((1e9, " B"), (1e6, " M")):
        if value >= size:
            return f"{value / size:.2f}{suffix}"
    return f"{value:,}"
