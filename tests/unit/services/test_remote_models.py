"""`provider/model` from the command line and through the services: servers of one's own, keys, guard, prices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from workbench.app import Services, build
from workbench.cli.main import run
from workbench.domain.calls import Outcome
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.inference.remote.endpoints import KNOWN
from workbench.net.grant import origin_of
from workbench.services.scenarios import SAMPLE_ID

from remote_models import chat_answer, chat_chunk
from servers import Received, Reply, Server


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = build(tmp_path, today=lambda: date(2026, 11, 20))
    yield services
    services.close()


async def serving(request: Received, reply: Reply) -> None:
    if request.path.endswith("/models"):
        models = [{"id": f"m{number}", "object": "model", "created": 0, "owned_by": "us"} for number in (2, 1)]
        await reply.json({"object": "list", "data": models})
    else:
        await chat_answer(request, reply)


def command(home: Path, *words: str) -> int:
    return run(["--home", str(home), *words])


def test_that_a_server_of_ones_own_is_added_lists_its_models_and_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Server(serving) as server:
        assert command(tmp_path, "key", "server", "mine", server.url + "/v1/", "--name", "My box") == 0
        capsys.readouterr()
        assert command(tmp_path, "key", "models", "mine", "--json") == 0
        listed = json.loads(capsys.readouterr().out)
        assert [one["model"] for one in listed["models"]] == ["mine/m1", "mine/m2"]
        assert command(tmp_path, "prompt", "Hello?", "-m", "mine/m1", "--json") == 0
        (answer,) = json.loads(capsys.readouterr().out)["answers"]
    assert (answer["model"], answer["text"], answer["finish"], answer["cost_usd"]) == ("mine/m1", "Hello.", "stop", 0.0)
    assert answer["local"] and answer["tokens_in"] == 100
    assert command(tmp_path, "network", "ledger", "--json") == 0
    calls = json.loads(capsys.readouterr().out)["calls"]
    assert [call["purpose"] for call in calls] == ["answer", "model list"]
    assert {call["outcome"] for call in calls} == {"answered"} and "Hello" not in json.dumps(calls)


def test_that_the_models_it_listed_are_there_to_choose_from(services: Services) -> None:
    import asyncio

    with Server(serving) as server:
        services.credentials.save_server("mine", server.url + "/v1", name="My box")

        async def list_them() -> None:
            await services.credentials.models("mine")
            await services.hang_up()

        asyncio.run(list_them())
    assert [about.model_id for about in services.chat_models.remote()] == ["mine/m1", "mine/m2"]


def test_that_a_key_that_is_kept_leads_to_models_at_once(services: Services) -> None:
    assert services.chat_models.remote() == ()
    services.credentials.set_key("anthropic", "sk-ant-" + "x" * 40)
    known = services.chat_models.remote()
    assert "anthropic/claude-opus-4-8" in [about.model_id for about in known]
    assert all(about.usd_per_mtok_in for about in known), "each with the catalog's price"
    names = services.catalog.catalog().model_by_id
    assert not any("claude-3-opus" in about.model_id for about in known) and "anthropic/claude-3-opus" in names
    assert services.privacy.ledger() == (), "nobody was asked for this"


def test_that_a_key_for_this_session_only_is_not_taken_for_there_in_the_next(
    services: Services, tmp_path: Path
) -> None:
    def has_key(of: Services) -> bool:
        return next(row.has_key for row in of.credentials.providers() if row.endpoint.id == "mistral")

    services.credentials.set_key("mistral", "x" * 40)
    assert has_key(services)
    services.close()
    later = build(tmp_path)
    assert not has_key(later) and later.chat_models.remote() == ()
    later.close()


@pytest.mark.parametrize("stored", [True, False])
def test_that_a_scenario_whose_data_must_stay_here_gets_exit_code_3_and_nothing_leaves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stored: bool
) -> None:
    """Both for a stored scenario and for one in a file."""
    file = tmp_path / "s.yaml"
    assert command(tmp_path, "scenario", "new", "canary") == 0
    assert command(tmp_path, "scenario", "export", "canary", "-o", str(file)) == 0
    capsys.readouterr()
    scenario = "canary" if stored else str(file)
    assert command(tmp_path, "prompt", "CANARY-7731", "-m", "openai/gpt-5", "-s", scenario, "--json") == 3
    (answer,) = json.loads(capsys.readouterr().out)["answers"]
    assert "Nothing was sent to api.openai.com" in answer["error"]["what"]
    assert command(tmp_path, "network", "ledger", "--json") == 0
    (call,) = json.loads(capsys.readouterr().out)["calls"]
    assert (call["outcome"], call["bytes_out"], call["rule"]) == ("refused", 0, "nobody-said")


def test_that_a_model_without_a_key_is_named_before_an_eval_begins_and_nothing_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cases.csv").write_text("input,expected\nHow many?,29\n")
    assert command(tmp_path, "eval", "run", str(tmp_path / "cases.csv"), "-m", "openai/gpt-5", "--json") == 1
    told = json.loads(capsys.readouterr().err)["error"]
    assert told["what"] == "There is no key for OpenAI" and "workbench key set openai" in told["mend"]
    services = build(tmp_path)
    assert all(run.scenario_id == SAMPLE_ID for run in services.eval_results.runs())
    assert services.eval_data.data_sets() == ()
    services.close()


def test_that_tools_are_offered_and_what_a_model_asks_for_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def call(request: Received, reply: Reply) -> None:
        assert request.json["tools"][0]["function"]["name"] == "look_up"
        await reply.begin()
        wanted = {"index": 0, "id": "c1", "function": {"name": "look_up", "arguments": '{"word": "leave"}'}}
        chunk = chat_chunk("")
        chunk["choices"][0]["delta"]["tool_calls"] = [wanted]
        await reply.event(chunk)
        await reply.event(chat_chunk(finish="tool_calls"))
        await reply.event("[DONE]")
        await reply.end()

    file = tmp_path / "tools.json"
    file.write_text('[{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}]')
    with Server(call) as server:
        assert command(tmp_path, "key", "server", "mine", server.url) == 0
        capsys.readouterr()
        assert command(tmp_path, "prompt", "x", "-m", "mine/m", "demo-nano", "--tools", str(file), "--json") == 0
    asked, local = json.loads(capsys.readouterr().out)["answers"]
    assert asked["finish"] == "tool" and 'Asks for look_up({"word": "leave"}).' in asked["note"]
    assert asked["tool_calls"] == [{"name": "look_up", "arguments": '{"word": "leave"}', "id": "c1"}]
    assert "no tools" in local["error"]["what"]
    file.write_text('[{"name": ""}]')
    assert command(tmp_path, "prompt", "x", "-m", "demo-nano", "--tools", str(file)) == 1
    assert "tools.json, tool 1" in capsys.readouterr().err


def test_that_a_mixed_scenario_sends_what_is_marked_as_not_sensitive(services: Services) -> None:
    scenario = services.scenarios.new("mixed")
    services.scenarios.answer(scenario.id, "third_party", "sensitive-stays")
    model = services.remote_models.model("openai/gpt-5", scenario.id)
    whose = services.remote_models.whose(scenario.id)
    guard = services.doorway.guard
    with pytest.raises(GuardRefusal, match="marked as not sensitive"):
        guard.prompt("https://api.openai.com/v1", provider="openai", whose=whose)
    assert guard.prompt("https://api.openai.com/v1", provider="openai", whose=whose, sensitive=False)
    assert not model.describe().local


def test_that_a_providers_model_has_the_catalogs_price(services: Services) -> None:
    about = services.remote_models.model("anthropic/claude-3-5-sonnet-20241022", None).describe()
    assert (about.usd_per_mtok_in, about.usd_per_mtok_out, about.context_tokens) == (3, 15, 200_000)
    unknown = services.remote_models.model("anthropic/claude-nobody-heard-of", None).describe()
    assert unknown.usd_per_mtok_in is None


def test_that_an_unknown_provider_names_those_there_are(services: Services) -> None:
    with pytest.raises(WorkbenchError, match="No provider or server is named 'nobody'") as error:
        services.chat_models.model("nobody/model")
    assert "openai, anthropic" in error.value.mend


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        (" https://x.example.com/v1/ ", "https://x.example.com/v1"),
        ("https://x.example.com/v1/chat/completions", "https://x.example.com/v1"),
        ("https://r.openai.azure.com/", "https://r.openai.azure.com/openai/v1"),
        ("https://r.openai.azure.com?api-version=1", "https://r.openai.azure.com/openai?api-version=1"),
        (
            "https://r.openai.azure.com/openai/deployments/gpt%204/chat/completions?api-version=1",
            "https://r.openai.azure.com/openai/deployments/gpt%204?api-version=1",
        ),
    ],
)
def test_that_an_address_is_taken_as_a_portal_shows_it(services: Services, pasted: str, kept: str) -> None:
    services.credentials.save_server("mine", pasted)
    assert services.credentials.endpoint("mine").base_url == kept
    named = ("gpt 4",) if "deployments" in pasted else ()
    assert services.credentials.remembered("mine") == named


def test_that_an_address_with_a_key_in_it_is_refused_and_not_kept(services: Services) -> None:
    with pytest.raises(WorkbenchError, match="holds a key") as error:
        services.credentials.save_server("mine", "https://x.example.com/v1?api-version=1&Api_Key=canary-5512")
    assert "canary-5512" not in str(error.value) + error.value.where
    with pytest.raises(WorkbenchError, match="No provider"):
        services.credentials.endpoint("mine")


def test_that_models_of_a_server_that_lists_none_can_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def silent(request: Received, reply: Reply) -> None:
        await reply.json({"error": {"message": "Resource not found"}}, 404)

    with Server(silent) as server:
        assert command(tmp_path, "key", "server", "mine", server.url, "--models", "a", "b") == 0
        assert command(tmp_path, "key", "models", "mine") == 1
    assert "mine lists no models at this address" in capsys.readouterr().err
    services = build(tmp_path)
    assert [about.model_id for about in services.chat_models.remote()] == ["mine/a", "mine/b"]
    services.close()


@pytest.mark.parametrize(
    ("id", "url"),
    [
        ("My Server", "http://x/v1"),
        ("local", "http://x/v1"),
        ("ok", "ftp://x"),
        ("", "http://x"),
        ("ok", "https://a b/v1"),
        ("ok", "https://a/v1#b"),
    ],
)
def test_that_a_server_with_a_bad_name_or_address_is_refused(services: Services, id: str, url: str) -> None:
    with pytest.raises(WorkbenchError):
        services.credentials.save_server(id, url)
    assert not any(row.endpoint.own for row in services.credentials.providers())


def test_that_a_known_provider_can_have_another_address_and_gets_its_own_back(services: Services) -> None:
    services.credentials.save_server(
        "openai", "https://eu.api.openai.com/v1", protocol="openai-responses", needs_key=True
    )
    assert services.credentials.endpoint("openai").base_url == "https://eu.api.openai.com/v1"
    assert services.credentials.endpoint("openai").catalog_id == "openai"
    services.credentials.remove_server("openai")
    assert services.credentials.endpoint("openai").base_url == "https://api.openai.com/v1"


def test_that_every_known_provider_has_an_encrypted_address_and_is_in_the_catalog(services: Services) -> None:
    providers = services.catalog.catalog().provider_by_id
    for endpoint in KNOWN:
        assert origin_of(endpoint.base_url).startswith("https://") and endpoint.catalog_id in providers


def test_that_a_conversation_of_a_scenario_is_not_continued_under_another_ones_rules(
    tmp_path: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = services.scenarios.new("first"), services.scenarios.new("second")
    services.scenarios.answer(second.id, "third_party", "free")
    with Server(serving) as server:
        services.credentials.save_server("mine", server.url + "/v1")
        services.close()
        assert command(tmp_path, "prompt", "secret", "-m", "mine/m1", "-s", "first", "--json") == 0
        kept = json.loads(capsys.readouterr().out)["comparison"]
        assert command(tmp_path, "prompt", "on", "-m", "openai/gpt-5", "-s", "second", "--continue", kept) == 1
        assert "another scenario" in capsys.readouterr().err
        assert command(tmp_path, "prompt", "on", "-m", "openai/gpt-5", "--continue", kept) == 3
    with_ledger = build(tmp_path)
    assert Outcome.REFUSED in {call.outcome for call in with_ledger.privacy.ledger()} and first.id
    with_ledger.close()
