"""`workbench key`: providers, their keys in the keychain, servers of one's own."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, TypeVar

from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app import Services

T = TypeVar("T")
#: longer than any key: a file piped in by mistake is not read to its end
_MOST = 65_536


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("key", help="providers, their keys in the system's keychain, servers of your own")
    verbs = command.add_subparsers(dest="verb", metavar="COMMAND", required=True)
    for name, run, words in (
        ("set", set_key, "keep a key; it is asked for, or read from standard input, never an argument"),
        ("delete", delete_key, "forget a key"),
        ("test", test_key, "ask the provider for its list of models with the key"),
        ("models", list_models, "the models a provider says it has"),
    ):
        verb = verbs.add_parser(name, help=words)
        verb.add_argument("provider", metavar="PROVIDER", help="such as openai; `key list` names them")
        _finish(verb, run)
    _finish(verbs.add_parser("list", help="providers and servers, and which have a key"), list_keys)
    server = verbs.add_parser("server", help="add, change or remove a server of your own")
    server.add_argument("id", metavar="NAME", help="what stands before the slash in NAME/model")
    server.add_argument("url", metavar="URL", nargs="?", help="its base address, such as http://127.0.0.1:11434/v1")
    server.add_argument("--name", default="", help="what to show for it")
    server.add_argument(
        "--protocol",
        default="openai-chat",
        choices=("openai-chat", "openai-responses", "anthropic"),
        help="what it speaks (openai-chat)",
    )
    server.add_argument(
        "--models", nargs="+", default=[], metavar="MODEL", help="what it has, for a server that lists none"
    )
    server.add_argument("--needs-key", action="store_true", help="it wants a key (workbench key set NAME)")
    server.add_argument("--remove", action="store_true", help="take it off")
    _finish(server, save_server)


def _finish(parser: argparse.ArgumentParser, run: object) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def set_key(arguments: argparse.Namespace, services: Services) -> int:
    """Exit code 1 where no keychain keeps it: it would be gone with this command."""
    endpoint = services.credentials.endpoint(arguments.provider)
    store = services.credentials.store()
    if not store.keeps:
        raise WorkbenchError(
            "There is no keychain here, so the key cannot be kept",
            where="keychain",
            mend=f"{store.why or store.name} The window can hold it for one session (Settings); nothing is ever "
            "written to a file.",
        )
    kept = services.credentials.set_key(endpoint.id, _asked_for(endpoint.name))
    if arguments.json:
        print(json.dumps({"provider": endpoint.id, "kept_in": kept.name}))
    else:
        say(f"The key for {endpoint.name} is kept in {kept.name}.")
    return 0


def _asked_for(name: str) -> str:
    """From a prompt that shows nothing, or from standard input when that is no terminal."""
    if sys.stdin.isatty():
        return getpass.getpass(f"Key for {name}: ")
    return sys.stdin.read(_MOST)


def delete_key(arguments: argparse.Namespace, services: Services) -> int:
    """Exit code 1 for a name that is no provider's and has no key: likely a slip, and the key is still there."""
    was_there = services.credentials.delete_key(arguments.provider)
    if not was_there:
        services.credentials.endpoint(arguments.provider)
    if arguments.json:
        print(json.dumps({"provider": arguments.provider, "deleted": was_there}))
    else:
        say("The key is forgotten." if was_there else "There was no key.")
    return 0


def list_keys(arguments: argparse.Namespace, services: Services) -> int:
    rows, store = services.credentials.providers(), services.credentials.store()
    if arguments.json:
        listed = [
            {
                "provider": row.endpoint.id,
                "name": row.endpoint.name,
                "protocol": row.endpoint.wire.value,
                "base_url": row.endpoint.base_url,
                "own": row.endpoint.own,
                "needs_key": row.endpoint.needs_key,
                "has_key": row.has_key,
            }
            for row in rows
        ]
        print(json.dumps({"keychain": store.name, "keeps": store.keeps, "providers": listed}, ensure_ascii=False))
        return 0
    say(f"Keychain: {store.name}" + (f" ({store.why})" if store.why else ""))
    words = [
        [
            row.endpoint.id,
            "key" if row.has_key else "no key" if row.endpoint.needs_key else "needs none",
            row.endpoint.base_url,
        ]
        for row in rows
    ]
    print_table(("provider", "key", "address"), words)
    return 0


def test_key(arguments: argparse.Namespace, services: Services) -> int:
    count = asyncio.run(_hung_up(services.credentials.test_key(arguments.provider), services))
    if arguments.json:
        print(json.dumps({"provider": arguments.provider, "models": count}))
    else:
        say(f"It works: {count} models are listed.")
    return 0


def list_models(arguments: argparse.Namespace, services: Services) -> int:
    found = asyncio.run(_hung_up(services.credentials.models(arguments.provider), services))
    if arguments.json:
        listed = [{"model": f"{arguments.provider}/{one.name}", "context_tokens": one.context_tokens} for one in found]
        print(json.dumps({"models": listed}, ensure_ascii=False))
    for one in () if arguments.json else found:
        say(f"{arguments.provider}/{one.name}")
    return 0


async def _hung_up(work: Coroutine[None, None, T], services: Services) -> T:
    """What `work` gives, with the connections closed behind it."""
    try:
        return await work
    finally:
        await services.hang_up()


def save_server(arguments: argparse.Namespace, services: Services) -> int:
    if arguments.remove:
        services.credentials.remove_server(arguments.id)
    elif not arguments.url:
        raise WorkbenchError("The server's address is missing", where="URL", mend="Write it as http://host:port/v1.")
    else:
        services.credentials.save_server(
            arguments.id,
            arguments.url,
            name=arguments.name,
            protocol=arguments.protocol,
            needs_key=arguments.needs_key,
            models=arguments.models,
        )
    if arguments.json:
        print(json.dumps({"server": arguments.id, "removed": arguments.remove}))
    else:
        say("The server is taken off." if arguments.remove else f"Models are named {arguments.id}/… from now on.")
    return 0
