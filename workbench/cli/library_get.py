"""`workbench library get` and `servers`: models from a Hugging Face repository and of servers on this machine."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.screen import say
from workbench.cli.tables import print_table

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.inference.local.hub import Repository
    from workbench.services.download_plan import Fetching, Plan
    from workbench.services.local_servers import LocalServer

TELL_EVERY_S = 1.0


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    get = verbs.add_parser(
        "get", help="a model from a Hugging Face repository: shows size and licence; --yes fetches it"
    )
    get.add_argument("repository", help="owner/name, owner/name:Q4_K_M, or the address of a page")
    get.add_argument("--yes", action="store_true", help="fetch it; a download that was stopped goes on")
    get.add_argument("--to", type=Path, metavar="DIR", help="the folder (else models in the data folder)")
    get.set_defaults(run=run_get)
    servers = verbs.add_parser("servers", help="model servers that run on this machine, and their models")
    servers.add_argument("--use", action="store_true", help="make them your own, so that ollama/MODEL can be asked")
    servers.set_defaults(run=run_servers)


def run_get(arguments: argparse.Namespace, services: Services) -> int:
    downloads = services.downloads

    async def work() -> int:
        try:
            repository, wanted = await downloads.look(arguments.repository)
            only = [model for model in repository.models if not model.projector]
            if not wanted and len(only) != 1:
                return _show(repository, as_json=arguments.json)
            model = repository.chosen(wanted) if wanted else only[0]
            plan = downloads.plan(repository, model, arguments.to)
            if not arguments.yes:
                return _show_plan(plan, as_json=arguments.json)
            if not arguments.json:
                say(plan.sentence)
            path = await downloads.fetch(plan, None if arguments.json else _Teller().tell)
            return _done(path, plan, as_json=arguments.json)
        finally:
            await services.doorway.close()

    return asyncio.run(work())


def _show(repository: Repository, *, as_json: bool) -> int:
    """All models of a repository."""
    if as_json:
        models = [
            {"name": model.name, "label": model.label, "bytes": model.bytes, "projector": model.projector}
            for model in repository.models
        ]
        about = {"repository": repository.id, "licence": repository.licence, "gated": repository.gated}
        print(json.dumps({**about, "models": models}, ensure_ascii=False))
        return 0
    say(f"{repository.id}, licence {repository.licence or 'not named'}:")
    print_table(
        ("model", "stored as", "GB", "what"),
        [
            (model.name, model.label or "—", f"{model.bytes / 1e9:.2f}", "projector" if model.projector else "model")
            for model in repository.models
        ],
        right={2},
    )
    say(f"Choose one: workbench library get {repository.id}:NAME --yes")
    return 0


def _show_plan(plan: Plan, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({**_about(plan), "fetched": False, "problem": plan.problem}, ensure_ascii=False))
        return 0
    say(plan.sentence)
    say(plan.problem or "Nothing was fetched yet: say --yes to fetch it.")
    return 0


def _done(path: Path, plan: Plan, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({**_about(plan), "fetched": True, "file": str(path)}, ensure_ascii=False))
    else:
        say(f"Fetched and checked: {path}")
    return 0


def _about(plan: Plan) -> dict[str, object]:
    return {
        "repository": plan.repository.id,
        "revision": plan.repository.revision,
        "licence": plan.repository.licence,
        "name": plan.model.name,
        "bytes": plan.model.bytes,
        "here_bytes": plan.here_bytes,
        "free_bytes": plan.free_bytes,
        "folder": str(plan.folder),
    }


@dataclass
class _Teller:
    """A line a second on standard error: how much came, how fast, how long it takes."""

    begun_s: float = field(default_factory=time.monotonic)
    first_bytes: int | None = None
    last_s: float = 0.0
    last_note: str = ""

    def tell(self, state: Fetching) -> None:
        now = time.monotonic()
        if self.first_bytes is None:
            self.first_bytes = state.done_bytes
        if state.note and state.note != self.last_note:
            say(state.note, file=sys.stderr, flush=True)
            self.last_note = state.note
        if now - self.last_s < TELL_EVERY_S and state.done_bytes < state.total_bytes:
            return
        self.last_s = now
        if state.checking:
            say(f"checking {state.done_bytes / state.total_bytes:.0%}", file=sys.stderr, flush=True)
            return
        rate = (state.done_bytes - self.first_bytes) / max(now - self.begun_s, 0.001)
        left = f", {(state.total_bytes - state.done_bytes) / rate:,.0f} s left" if rate > 0 else ""
        say(
            f"{state.done_bytes / 1e9:.2f} of {state.total_bytes / 1e9:.2f} GB, {rate / 1e6:,.1f} MB/s{left}",
            file=sys.stderr,
            flush=True,
        )


def run_servers(arguments: argparse.Namespace, services: Services) -> int:
    from workbench.services.local_servers import find_servers, remember

    async def work() -> tuple[LocalServer, ...]:
        try:
            found = await find_servers(services.doorway)
            for server in found if arguments.use else ():
                if server.models:
                    remember(server, services.credentials)
                    await services.credentials.models(server.id)
            return found
        finally:
            await services.doorway.close()

    found = asyncio.run(work())
    if arguments.json:
        print(json.dumps({"servers": [server.as_json() for server in found]}, ensure_ascii=False))
        return 0
    if not found:
        say("No model server answers on this machine (Ollama, LM Studio, llama-server and vLLM were asked).")
    for server in found:
        say(f"{server.program} at {server.address}: {server.problem or f'{len(server.models)} models'}")
        if arguments.use and server.models:
            say(f"  can be asked now, as {server.id}/{server.models[0].id}")
        for model in server.models:
            about = (model.parameters, model.quantization, f"{model.context:,} tokens" if model.context else None)
            say(f"  {model.id}  {', '.join(part for part in about if part)}")
    return 0
