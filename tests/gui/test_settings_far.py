"""Settings for other machines: providers, keys, network, spend, ledger. Real window, server on this machine."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages_person import Visitor
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QMessageBox, QWidget
from workbench.domain.calls import Call, Outcome, Purpose
from workbench.domain.ids import new_id
from workbench.gui.crash import CrashFile
from workbench.gui.pages.settings import SettingsPage
from workbench.gui.settings.words import last_call, outflow_answer, size
from workbench.gui.widgets.table import DataTable

from remote_models import chat_answer
from servers import Received, Reply, Server

KEY = "canary-key-4f1d0c-9a77"


async def serving(request: Received, reply: Reply) -> None:
    if request.path.endswith("/models"):
        await reply.json({"object": "list", "data": [{"id": "m1", "object": "model"}, {"id": "m2", "object": "model"}]})
    else:
        await chat_answer(request, reply)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(serving) as server:
        yield server


@pytest.fixture
def page(visitor: Visitor) -> SettingsPage:
    page = visitor.go("settings")
    assert isinstance(page, SettingsPage)
    visitor.rest()
    return page


def said(page: QWidget) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def table(visitor: Visitor, name: str) -> DataTable[object]:
    found = next(each for each in visitor.page.findChildren(DataTable) if each.objectName() == f"table-{name}")
    assert isinstance(found, DataTable)
    return found


def add_server(visitor: Visitor, url: str) -> None:
    visitor.write(visitor.find(QLineEdit, "Name of your server"), "mine")
    visitor.write(visitor.find(QLineEdit, "Base address"), url)
    visitor.press("Add the server")
    visitor.rest()


def test_that_a_server_is_added_lists_its_models_and_can_be_chosen_in_the_playground(
    visitor: Visitor, page: SettingsPage, server: Server
) -> None:
    add_server(visitor, server.url + "/v1")
    assert "Models are named mine/…" in said(page)
    assert visitor.find(QLineEdit, "Key").placeholderText() == "Paste the key for mine here"
    visitor.press("List its models")
    visitor.rest()
    assert "It works, and lists 2 models." in said(page)
    assert [about.model_id for about in visitor.services.chat_models.remote()] == ["mine/m1", "mine/m2"]
    visitor.wait(lambda: "model list" in table(visitor, "ledger").as_text())
    assert visitor.answer.startswith("Nothing has left this machine.")


def test_that_a_key_is_held_out_of_sight_and_deleted_after_asking(
    visitor: Visitor, page: SettingsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    table(visitor, "providers").select("openai")
    table(visitor, "providers").picked.emit("openai")
    field = visitor.find(QLineEdit, "Key")
    assert field.echoMode() is QLineEdit.EchoMode.Password
    visitor.qtbot.keyClicks(field, f" {KEY} ")
    visitor.press("Keep the key")
    visitor.rest()
    assert field.text() == "" and "this session only" in said(page)
    assert visitor.services.credentials.key("openai").reveal() == KEY  # type: ignore[union-attr]
    everything = [label.text() for label in page.findChildren(QLabel)] + [table(visitor, "providers").as_csv()]
    assert not any(KEY in text for text in everything)
    asked: list[str] = []

    def yes(_parent: QWidget, _title: str, question: str, *_: object) -> QMessageBox.StandardButton:
        asked.append(question)
        return QMessageBox.StandardButton.Yes

    monkeypatch.setattr(QMessageBox, "question", yes)
    visitor.press("Delete the key")
    visitor.rest()
    assert asked == ["Delete the key for OpenAI?"] and visitor.services.credentials.key("openai") is None


def test_that_who_comes_for_a_key_finds_the_provider_selected(visitor: Visitor, page: SettingsPage) -> None:
    visitor.go("settings", "providers/mistral")
    visitor.wait(lambda: visitor.find(QLineEdit, "Key").placeholderText() == "Paste the key for Mistral here")


def test_that_what_is_no_key_is_refused_with_the_reason(visitor: Visitor, page: SettingsPage) -> None:
    visitor.qtbot.keyClicks(visitor.find(QLineEdit, "Key"), "two words")
    visitor.press("Keep the key")
    visitor.rest()
    assert "That is no key: there are blanks" in said(page) and "two words" not in said(page)


def test_that_a_key_that_is_not_accepted_says_so(visitor: Visitor, page: SettingsPage) -> None:
    async def refuse(request: Received, reply: Reply) -> None:
        await reply.json({"error": {"message": f"Incorrect API key: {KEY}"}}, 401)

    with Server(refuse) as server:
        add_server(visitor, server.url + "/v1")
        visitor.press("List its models")
        visitor.rest()
    assert "does not accept the key" in said(page) and KEY not in said(page)


def test_that_a_host_of_the_own_network_is_asked_about_once(
    visitor: Visitor, page: SettingsPage, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    real = socket.getaddrinfo

    def leads_home(host: str, port: int, *more: object, **how: object) -> object:
        return real("127.0.0.1" if host == "gpu-box" else host, port, *more, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", leads_home)
    add_server(visitor, f"https://gpu-box:{server.port}/v1")
    visitor.press("List its models")
    visitor.rest()
    assert "lies in your own network and was not allowed yet" in said(page) and server.connections == 0
    visitor.press("Allow gpu-box")
    visitor.rest()
    assert visitor.services.privacy.policy().private_hosts == {"gpu-box"} and "gpu-box" in said(page)
    visitor.press("Forget gpu-box")
    assert visitor.services.privacy.policy().private_hosts == frozenset()


def test_that_offline_stops_everything_but_this_machine(visitor: Visitor, page: SettingsPage, server: Server) -> None:
    visitor.press("Offline")
    visitor.rest()
    try:
        stays_on_this_machine(visitor, page, server)
    finally:
        visitor.services.privacy.set_offline(False)


def stays_on_this_machine(visitor: Visitor, page: SettingsPage, server: Server) -> None:
    assert visitor.services.privacy.policy().offline and "Offline is on." in said(page)
    visitor.wait(lambda: "Offline" in visitor.window.shell.rail.findChild(QWidget, "privacy").accessibleName())  # type: ignore[union-attr]
    visitor.services.credentials.set_key("openai", KEY)
    visitor.go("home")
    visitor.go("settings")
    table(visitor, "providers").select("openai")
    table(visitor, "providers").picked.emit("openai")
    visitor.press("List its models")
    visitor.rest()
    assert "the Offline switch is on" in said(visitor.page)
    add_server(visitor, server.url + "/v1")
    visitor.press("List its models")
    visitor.rest()
    assert "It works" in said(visitor.page)


def test_that_the_ledger_is_filtered_and_exported(visitor: Visitor, page: SettingsPage, tmp_path: Path) -> None:
    for host, outcome in (("api.openai.com", Outcome.ANSWERED), ("api.anthropic.com", Outcome.REFUSED)):
        call = Call(new_id(), "2026-11-26T20:10:11+00:00", host, Purpose.PRICES, bytes_out=1200, outcome=outcome)
        visitor.services.calls.end(call)
    visitor.go("home")
    visitor.go("settings", "ledger")
    ledger = table(visitor, "ledger")
    visitor.wait(lambda: "catalog refresh" in ledger.as_text())
    assert "left this machine, to" in visitor.answer
    visitor.write(ledger.filter_field, "refused catalog")
    visitor.wait(lambda: "api.openai.com" not in ledger.as_text())
    assert "api.anthropic.com" in ledger.as_text()
    visitor.write(ledger.filter_field, "")
    visitor.page._ledger.export(tmp_path / "ledger.csv")  # type: ignore[attr-defined]
    visitor.rest()
    hosts = {row["host"] for row in csv.DictReader((tmp_path / "ledger.csv").open())}
    assert {"api.openai.com", "api.anthropic.com"} <= hosts


def test_that_the_foot_of_the_rail_names_the_last_call_and_leads_to_the_ledger(visitor: Visitor) -> None:
    visitor.services.calls.end(
        Call(new_id(), "2026-11-26T20:10:11+00:00", "api.openai.com", Purpose.ANSWER, outcome=Outcome.ANSWERED)
    )
    visitor.new("Another")
    foot = visitor.window.shell.rail.findChild(QWidget, "privacy")
    assert foot is not None
    visitor.wait(lambda: "Last: api.openai.com, answered" in foot.accessibleName())
    visitor.qtbot.mouseClick(foot, Qt.MouseButton.LeftButton)
    visitor.wait(lambda: visitor.window.shell.page_id == "settings")


def test_that_caps_are_set(visitor: Visitor, page: SettingsPage) -> None:
    visitor.write(visitor.find(QLineEdit, "Cap per day, US$"), "3")
    visitor.write(visitor.find(QLineEdit, "Cap for this scenario, US$"), "7")
    visitor.rest()
    assert visitor.services.spend.today().cap_usd == 3
    assert visitor.services.spend.of_scenario(visitor.scenario.id).cap_usd == 7


def test_that_a_server_that_lists_no_models_has_them_named(visitor: Visitor, page: SettingsPage) -> None:
    visitor.write(visitor.find(QLineEdit, "Models, if it lists none"), "one, two ,")
    add_server(visitor, "https://r.openai.azure.com/openai?api-version=2024-10-21")
    assert visitor.services.credentials.remembered("mine") == ("one", "two")
    assert visitor.find(QLineEdit, "Models, if it lists none").text() == ""


def test_that_a_usual_address_is_filled_in(visitor: Visitor, page: SettingsPage) -> None:
    menu = visitor.find(QWidget, "Usual addresses").menu()  # type: ignore[attr-defined]
    next(action for action in menu.actions() if action.text() == "Ollama").trigger()
    assert visitor.find(QLineEdit, "Base address").text() == "http://127.0.0.1:11434/v1"
    assert visitor.find(QComboBox, "What it speaks").currentData() == "openai-chat"


def test_that_a_crash_report_holds_no_key(visitor: Visitor, tmp_path: Path) -> None:
    visitor.services.credentials.set_key("openai", KEY)
    crash = CrashFile(tmp_path, redact=visitor.services.keychain.redact)
    crash.write("ValueError", f"Traceback …\nValueError: request with {KEY} failed")
    assert KEY not in crash.path.read_text() and "•••" in crash.path.read_text()


@pytest.mark.parametrize(("count", "words"), [(0, "0 B"), (999, "999 B"), (1834, "1.8 kB"), (5_400_000, "5.4 MB")])
def test_that_bytes_are_said_for_people(count: int, words: str) -> None:
    assert size(count) == words


def test_that_the_answer_counts_hosts_and_calls() -> None:
    assert outflow_answer([("a", 0, 0)]) == "Nothing has left this machine."
    assert outflow_answer([("a", 1, 2000)]) == "2.0 kB left this machine, to a in 1 call."
    assert outflow_answer([("a", 2, 2000), ("b", 1, 1)]) == "2.0 kB left this machine, to 2 hosts in 3 calls."
    assert last_call(None) == "No calls made."
