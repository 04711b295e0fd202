"""The team store in the window: connected, shared, merged, and away; the server is a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pages_person import Visitor
from PySide6.QtWidgets import QMessageBox, QRadioButton
from workbench.app import Services, build
from workbench.domain.errors import WorkbenchError
from workbench.gui.pages.settings import SettingsPage
from workbench.gui.settings.team import TeamCard
from workbench.gui.widgets.fields import TextField
from workbench.gui.widgets.text import Words
from workbench.store.postgres import TeamStore

from postgres_server import WHY_NOT, Server, new_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = new_server()
    if made is None:
        pytest.skip(WHY_NOT)
    made.start()
    yield made
    if made.process is not None:
        made.stop()


@pytest.fixture
def card(visitor: Visitor, server: Server) -> Iterator[TeamCard]:
    """The card, connected to a team store that is set up; what a test leaves behind is cleared away."""
    page = visitor.go("settings", "team")
    assert isinstance(page, SettingsPage)
    if server.process is None:
        server.start()
    yield page._team
    visitor.rest()
    if visitor.services.team.address:
        visitor.services.team.disconnect()
        page._team.show_now()


def connect(visitor: Visitor, card: TeamCard, server: Server) -> None:
    visitor.write(visitor.find(TextField, "Address of the team store"), str(server.place))
    visitor.press("Connect")
    visitor.rest()


def row_of(card: TeamCard, name: str) -> str:
    """The row of a scenario as text; it is selected."""
    assert card._view is not None
    found = next(row for row in card._view.rows if row.name == name)
    card._table.select(found.id)
    card._show_may()
    return next(line for line in card._table.as_text().splitlines() if line.startswith(name))


def colleague(folder: Path, server: Server) -> Services:
    made = build(folder)
    made.team.connect(str(server.place), set_up=True)
    return made


def test_that_nothing_is_called_before_a_button_is_pressed_and_an_empty_database_can_be_set_up(
    visitor: Visitor, card: TeamCard, server: Server
) -> None:
    before = visitor.services.privacy.ledger()
    visitor.go("home")
    visitor.go("settings", "team")
    assert visitor.services.privacy.ledger() == before
    visitor.write(visitor.find(TextField, "Address of the team store"), "postgresql://ann:pw@db.example.com/m")
    visitor.press("Connect")
    visitor.wait(card._error.isVisible)
    assert any("holds a password" in words.text() for words in card._error.findChildren(Words)) and not any(
        "pw@" in words.text() for words in card._error.findChildren(Words)
    )
    connect(visitor, card, server)
    visitor.wait(card._error.isVisible)
    visitor.press("Set it up", card._error)
    visitor.rest()
    assert visitor.services.team.address == str(server.place)
    assert visitor.scenario.name in card._table.as_text() and "only here" in card._table.as_text()


def test_that_a_store_of_an_older_version_is_brought_up_to_date_where_it_is_refused(
    visitor: Visitor, card: TeamCard, server: Server
) -> None:
    store = TeamStore(server.place)
    store.set_up()
    with store.write() as connection:  # as the version before left it
        connection.exec_driver_sql("DROP TABLE data_set")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0007'")
    store.close()
    connect(visitor, card, server)
    visitor.wait(card._error.isVisible)
    assert any("from an older workbench" in words.text() for words in card._error.findChildren(Words))
    visitor.press("Bring it up to date", card._error)
    visitor.rest()
    assert visitor.services.team.address == str(server.place) and not card._error.isVisible()


def test_that_a_scenario_is_shared_and_what_would_be_copied_is_said_before(
    visitor: Visitor, card: TeamCard, server: Server, tmp_path: Path
) -> None:
    bob = colleague(tmp_path, server)
    connect(visitor, card, server)
    mine = visitor.new("Shared by window")
    visitor.services.scenarios.answer_all(mine.id, {"third_party": "free"})
    visitor.go("settings", "team")
    visitor.press("See what is there")
    visitor.rest()
    row = row_of(card, "Shared by window")
    assert "only here" in row and "1 kB" in row
    assert card._copied.isVisible() and card._copied.text() == "Would be copied: the scenario; 1 kB."
    visitor.press("Share it", card)
    visitor.rest()
    assert "1 sent." in card._told.text() and "kept in step" in row_of(card, "Shared by window")
    assert [each.what for each in bob.team.fetch([mine.id])] == ["fetched"]
    bob.close()


def test_that_two_editors_meet_in_a_merge_view_and_nobody_is_overwritten(
    visitor: Visitor, card: TeamCard, server: Server, tmp_path: Path
) -> None:
    bob = colleague(tmp_path, server)
    connect(visitor, card, server)
    mine = visitor.new("Edited by two")
    services = visitor.services
    services.team.share([mine.id])
    bob.team.fetch([mine.id])
    bob.scenarios.answer_all(mine.id, {"horizon_months": 24, "weeks_limit": 10})
    bob.team.sync()
    visitor.open(services.scenarios.answer_all(mine.id, {"horizon_months": 48}))
    visitor.go("settings", "team")
    visitor.press("See what is there")
    visitor.rest()
    assert "changed on both sides" in row_of(card, "Edited by two")
    visitor.press("Sync what is shared")
    visitor.rest()
    assert "merge them part by part" in card._still.text() and not card._told.isVisible()
    row_of(card, "Edited by two")
    visitor.press("Merge …", card)
    visitor.wait(card._form.isVisible)
    shown = [words.accessibleName() or words.text() for words in card._form.findChildren(Words)]
    assert "Edited by two: 1 part that both of you changed needs your word." in shown
    assert "48 months" in shown and "24 months" in shown and "10 weeks" in shown
    assert not card._form._save.isEnabled()
    asked = [r for r in card._form.findChildren(QRadioButton) if "horizon" in r.accessibleName().lower() or
             "months" in r.accessibleName().lower() or "long" in r.accessibleName().lower()]  # fmt: skip
    theirs = next(r for r in asked if r.text() == "Theirs" and not r.isChecked())
    theirs.click()
    assert card._form._save.isEnabled()
    visitor.press("Store this on both sides")
    visitor.rest()
    assert services.scenarios.load(mine.id).answers["horizon_months"] == 24
    visitor.wait(lambda: visitor.scenario.answers.get("weeks_limit") == 10)  # the open scenario follows
    assert [each.what for each in bob.team.sync()] == ["same"]
    bob.close()


def test_that_away_it_says_so_and_what_is_held_cannot_be_changed(
    visitor: Visitor, card: TeamCard, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = TeamStore(server.place)
    store.set_up()
    store.close()
    connect(visitor, card, server)
    mine = visitor.new("Held there")
    visitor.go("settings", "team")
    visitor.press("See what is there")
    visitor.rest()
    row_of(card, "Held there")
    visitor.press("Move it there", card)
    visitor.rest()
    assert "held by the team" in row_of(card, "Held there")
    server.stop()
    visitor.press("See what is there")
    visitor.rest()
    assert card._away.isVisible() and "can be read and not changed meanwhile" in card._away.text()
    refused: list[WorkbenchError] = []
    visitor.window.desk.save_failed.connect(refused.append)
    visitor.window.desk.rename("Another name")
    visitor.wait(lambda: refused)
    assert "can be read, not changed" in str(refused[0])
    assert visitor.services.scenarios.load(mine.id).name == "Held there"
    visitor.window.desk.reload()
    visitor.wait(lambda: visitor.window.desk.scenario is not None and visitor.scenario.name == "Held there")
    monkeypatch.setattr(QMessageBox, "question", lambda *_args, **_named: QMessageBox.StandardButton.Yes)
    visitor.open(visitor.services.scenarios.open_sample())
    visitor.go("settings", "team")
    visitor.press("Disconnect")
    visitor.wait(lambda: not visitor.services.team.address)
    visitor.find(TextField, "Address of the team store")
