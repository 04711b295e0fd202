"""Refresh: lists from a server of this machine through the real door; nothing changes, nothing of the person's goes."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from workbench.cli import catalog as command
from workbench.domain.calls import DataClass, Outcome, Purpose
from workbench.domain.catalog_diff import Diff, RowKind
from workbench.domain.errors import GuardRefusal, Problems, WorkbenchError
from workbench.net.door import Doorway
from workbench.services.catalog_imports import CatalogImports
from workbench.services.catalog_refresh import CatalogRefresh

from catalog_changes import GPT_4O, Desk
from catalog_lists import EXAMPLES
from doorways import House
from servers import Received, Reply, Server

NETWORK = [name for name in EXAMPLES if name not in ("livebench", "vllm-recipes", "csv")]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def lists(request: Received, reply: Reply) -> None:
    """Every example under its own name, as a public server has it; and a few that are not as they should be."""
    path = request.path.lstrip("/")
    known = {example.name: example.content for example in EXAMPLES.values()}
    known |= {name: content for example in EXAMPLES.values() for name, content in example.beside.items()}
    if path in known:
        await reply.whole(known[path])
    elif path == "page.json":
        await reply.whole("<html>Please log in</html>", kind="text/html")
    elif path == "elsewhere.json":
        await reply.whole(b"", 302, location="https://example.com/api.json")
    elif path == "half.json":
        await reply.begin(200, "application/json", **{"content-length": "5000"})
        await reply.raw(b'{"openai": {"id": "op')
        await reply.cut()
    elif path == "endless.json":
        await reply.begin(200, "application/json", **{"content-length": str(10**10)})
        for _ in range(40):
            await reply.raw(b"[" * (1 << 20))
    else:
        await reply.whole(b"", 404)


def fetch(desk: Desk, kind: str, address: str = "", house: House | None = None) -> Diff:
    def work(doorway: Doorway) -> object:
        return CatalogRefresh(imports=desk.imports, doorway=lambda: doorway).fetch(kind, address)

    return (house or House()).run(work)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [*NETWORK, "livebench", "vllm-recipes"])
def test_that_a_list_from_the_network_says_what_its_file_says(desk: Desk, kind: str) -> None:
    example, folder = EXAMPLES[kind], desk.folder
    for name, content in {example.name: example.content, **example.beside}.items():
        (folder / name).write_bytes(content)
    with Server(lists) as server:
        fetched = fetch(desk, kind, f"{server.url}/{example.name}")
    assert fetched.rows == desk.imports.preview(folder / example.name, kind=kind).rows
    assert fetched.file == f"{server.url}/{example.name}"


def test_that_the_request_carries_nothing_of_the_persons_and_stands_in_the_ledger(desk: Desk) -> None:
    house = House()
    before = desk.catalog.catalog()
    with Server(lists) as server:
        fetch(desk, "genai-prices", server.url + "/data.json", house)
        [request] = server.requests
    assert (request.method, request.body) == ("GET", b"")
    assert set(request.headers) <= {"host", "accept", "accept-encoding", "connection", "user-agent"}
    [call] = house.ledger.calls
    assert (call.purpose, call.data, call.scenario_id) == (Purpose.PRICES, DataClass.NOTHING, None)
    assert (call.outcome, call.provider) == (Outcome.ANSWERED, "genai-prices")
    assert desk.catalog.catalog() is before


def test_that_offline_no_list_is_asked_for_and_the_refusal_is_kept(desk: Desk) -> None:
    house = House(offline=True)
    for kind in NETWORK:
        with pytest.raises(GuardRefusal, match="Offline"):
            fetch(desk, kind, house=house)
    assert {call.outcome for call in house.ledger.calls} == {Outcome.REFUSED}


@pytest.mark.parametrize("path", ["page.json", "elsewhere.json", "half.json", "endless.json", "gone.json"])
def test_that_what_is_no_list_is_a_sentence_and_changes_nothing(desk: Desk, path: str) -> None:
    before = desk.catalog.catalog()
    with Server(lists) as server, pytest.raises(WorkbenchError) as caught:
        fetch(desk, "models.dev", f"{server.url}/{path}")
    assert caught.value.what and caught.value.where
    assert desk.catalog.catalog() is before


def test_that_files_that_belong_to_a_release_may_be_missing(desk: Desk) -> None:
    async def only_the_table(request: Received, reply: Reply) -> None:
        await (lists(request, reply) if "table" in request.path else reply.whole(b"", 404))

    with Server(only_the_table) as server:
        fetched = fetch(desk, "livebench", server.url + "/table_2026_06_25.csv")
    assert "categories_2026_06_25.json" in fetched.problems[0].what + fetched.problems[0].mend


def test_that_a_list_without_an_address_says_so(desk: Desk) -> None:
    with pytest.raises(WorkbenchError, match="no address of its own"):
        fetch(desk, "livebench")


# the command


@dataclass
class _Services:
    catalog_imports: CatalogImports
    catalog_refresh: CatalogRefresh


def _run(desk: Desk, house: House, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    arguments = parser.parse_args(["catalog", "refresh", *words])
    doorway = Doorway(policy=lambda: house.policy, ledger=house.ledger)
    refresh = CatalogRefresh(imports=desk.imports, doorway=lambda: doorway)
    return int(arguments.run(arguments, _Services(desk.imports, refresh)))


async def _cheaper(_request: Received, reply: Reply) -> None:
    await reply.json(
        [{"id": "openai", "models": [{"id": "gpt-4o", "match": {}, "prices": {"input_mtok": 2, "output_mtok": 9}}]}]
    )


def test_that_the_command_shows_and_takes_in_only_with_apply(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(_cheaper) as server:
        address = server.url + "/data.json"
        assert _run(desk, House(), "genai-prices", "--from", address) == 0
        assert "Nothing is changed yet" in capsys.readouterr().out
        assert desk.price(GPT_4O, "openai") == 2.5
        assert _run(desk, House(), "genai-prices", "--from", address, "--apply", "--json") == 0
    [shown] = json.loads(capsys.readouterr().out)["lists"]
    assert shown["applied"] and shown["counts"][RowKind.CHANGED.value] == 1
    assert desk.price(GPT_4O, "openai") == 2
    assert desk.imports.imports()[0].file == address


def test_that_one_list_that_does_not_come_leaves_the_others_be(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.catalog.importers import importer

    with Server(lists) as server:
        for kind in NETWORK:
            name = EXAMPLES[kind].name if kind in ("models.dev", "litellm") else "gone.json"
            monkeypatch.setattr(type(importer(kind)), "url", f"{server.url}/{name}")
        with pytest.raises(Problems) as caught:
            _run(desk, House(), "--json")
    assert len(caught.value.problems) == 2
    shown = json.loads(capsys.readouterr().out)
    assert [each["importer"] for each in shown["lists"]] == ["models.dev", "litellm"]
    assert len(shown["failed"]) == 2


def test_that_another_address_is_for_one_list(desk: Desk) -> None:
    with pytest.raises(WorkbenchError, match="address of one list"):
        _run(desk, House(), "--from", "https://example.com/x.json")
