"""The command line: parses, builds the services, runs one noun, turns errors into sentences and exit codes."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import __version__
from workbench.cli.screen import say, take_any_text
from workbench.domain.errors import CANCELLED, WorkbenchError

if TYPE_CHECKING:
    from workbench.app import Services

# One module per noun; each adds its parsers in `register` and sets `run(arguments, services) -> exit code`.
NOUNS = (
    "doctor",
    "demo",
    "catalog",
    "library",
    "scenario",
    "shortlist",
    "tradeoffs",
    "options",
    "routing",
    "adaptation",
    "prompt",
    "comparisons",
    "evals",
    "decide",
    "compare",
    "watch",
    "portfolio",
    "team",
    "report",
    "bundle",
    "key",
    "network",
    "spend",
)


#: where the module is not called by its noun
_CALLED = {"evals": "eval"}


def parser(only: str = "") -> argparse.ArgumentParser:
    """The command line's parser: the whole of it, or what one noun needs, which loads a fifth as much."""
    root = argparse.ArgumentParser(
        prog="workbench",
        description="Decide which foundation model a product should run on, and show why. "
        "Without arguments it opens the window.",
        epilog="Exit codes: 0 done, 1 something to mend, 2 wrong usage, 3 a guard refused, 130 cancelled.",
    )
    root.add_argument("--version", action="version", version=f"workbench {__version__}")
    root.add_argument("--home", type=Path, metavar="DIR", help="the data folder (or WORKBENCH_HOME)")
    nouns = root.add_subparsers(dest="noun", metavar="COMMAND", required=True)
    for name in NOUNS:
        if only in ("", _CALLED.get(name, name)):
            importlib.import_module(f"workbench.cli.{name}").register(nouns)
    return root


def noun_of(argv: Sequence[str]) -> str:
    """The noun that is asked for; "" where that takes the whole parser to say, as for help and for mistakes."""
    rest = list(argv)
    if rest[:1] == ["--home"]:
        del rest[:2]
    elif rest and rest[0].startswith("--home="):
        del rest[0]
    nouns = {_CALLED.get(name, name) for name in NOUNS}
    return rest[0] if rest and rest[0] in nouns else ""


def run(argv: Sequence[str]) -> int:
    """Runs one command and returns its exit code; errors of the person's world become one sentence on stderr."""
    arguments = parser(noun_of(argv)).parse_args(argv)
    from workbench.app import build
    from workbench.net import lock

    lock.lock()
    take_any_text()
    services: Services | None = None
    try:
        services = build(arguments.home, with_sample=True)
        code = arguments.run(arguments, services)
        sys.stdout.flush()
        return int(code)
    except WorkbenchError as error:
        return explain(error, as_json=getattr(arguments, "json", False))
    except KeyboardInterrupt:
        explain(WorkbenchError("Cancelled"), as_json=getattr(arguments, "json", False))
        return CANCELLED
    except BrokenPipeError:
        # The reader of a pipe left (`| head`): nothing to say, and the interpreter must not try to flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        if services is not None:
            services.close()


def explain(error: WorkbenchError, *, as_json: bool) -> int:
    """Prints the error, as a sentence or as `{"error": {...}}`, and returns its exit code."""
    if as_json:
        print(json.dumps({"error": error.as_dict()}, ensure_ascii=False), file=sys.stderr)
    else:
        say(error, file=sys.stderr)
    return error.exit_code
