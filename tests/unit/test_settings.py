"""Preferences: declared once, kept as JSON, never lost to a damaged file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.settings import (
    DECLARED,
    LAST_PAGE,
    RECENT_SCENARIOS,
    REDUCED_MOTION,
    TEXT_SCALE,
    THEME,
    Setting,
    Settings,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def test_that_every_declaration_takes_its_own_default_and_explains_itself() -> None:
    assert len({setting.key for setting in DECLARED}) == len(DECLARED)
    for setting in DECLARED:
        assert setting.checked(setting.default) == setting.default
        assert setting.title
        assert setting.help.endswith(".")


def test_that_without_a_file_every_setting_has_its_default(file: Path) -> None:
    settings = Settings(file)
    assert all(settings.value(setting) == setting.default for setting in DECLARED)
    assert settings.notices == []


def test_that_a_choice_is_there_after_the_program_was_closed(file: Path) -> None:
    settings = Settings(file)
    settings.choose(THEME, "dark")
    settings.choose(RECENT_SCENARIOS, ("b", "a"))
    settings.set("table/shortlist", {"model": 210})
    settings.close()
    again = Settings(file)
    assert again.value(THEME) == "dark"
    assert again.value(RECENT_SCENARIOS) == ("b", "a")
    assert again.get("table/shortlist") == {"model": 210}


def test_that_a_declared_setting_read_by_key_gives_its_default(file: Path) -> None:
    assert Settings(file).get("text_scale") == TEXT_SCALE.default
    assert Settings(file).get("table/none", 7) == 7


@pytest.mark.parametrize(
    ("setting", "bad"),
    [
        (THEME, "pink"),
        (TEXT_SCALE, 9.0),
        (TEXT_SCALE, float("nan")),
        (REDUCED_MOTION, 1),
        (LAST_PAGE, None),
        (RECENT_SCENARIOS, [1]),
        (RECENT_SCENARIOS, ["x"] * 11),
        (TEXT_SCALE, True),
    ],
)
def test_that_a_value_a_setting_does_not_take_is_refused_by_its_title(
    file: Path, setting: Setting[str], bad: str
) -> None:
    settings = Settings(file)
    with pytest.raises(WorkbenchError, match=setting.title) as caught:
        settings.set(setting.key, bad)
    assert caught.value.mend
    assert settings.value(setting) == setting.default


def test_that_a_whole_number_will_do_where_a_number_is_asked(file: Path) -> None:
    settings = Settings(file)
    settings.set("text_scale", 2)
    assert settings.value(TEXT_SCALE) == 2.0


def test_that_one_bad_value_costs_only_its_own_setting_and_is_said(file: Path) -> None:
    file.write_text(json.dumps({"theme": "pink", "last_page": "options"}))
    settings = Settings(file)
    assert settings.value(THEME) == "system"
    assert settings.value(LAST_PAGE) == "options"
    [notice] = settings.notices
    assert "Colours" in notice.what


def test_that_keys_of_another_version_are_kept(file: Path) -> None:
    file.write_text(json.dumps({"from_the_future": [1, 2], "theme": "light"}))
    settings = Settings(file)
    settings.choose(THEME, "dark")
    settings.save()
    assert json.loads(file.read_text()) == {"from_the_future": [1, 2], "theme": "dark"}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b"null", b"\xff\xfe{", b'{"text_scale": NaN}', b"[" * 200_000, b'{"a": "' + b"x" * 1_100_000],
    ids=["empty", "cut", "list", "null", "not utf-8", "NaN", "deep", "large"],
)
def test_that_a_damaged_file_is_kept_aside_and_said(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    settings = Settings(file)
    assert settings.value(THEME) == THEME.default
    [aside] = file.parent.glob("settings-broken-*.json")
    assert aside.read_bytes() == content
    [notice] = settings.notices
    assert aside.name in notice.mend
    settings.choose(THEME, "dark")
    settings.close()
    assert Settings(file).value(THEME) == "dark"


def test_that_a_file_that_cannot_be_read_is_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "settings.json"
    folder.mkdir()
    settings = Settings(folder)
    settings.choose(THEME, "dark")
    settings.close()
    assert settings.value(THEME) == "dark"
    assert folder.is_dir()
    assert "cannot be read" in settings.notices[0].what


def test_that_a_full_disk_is_a_sentence_and_the_choice_holds_until_the_end(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(file)
    settings.choose(THEME, "light")
    settings.save()

    def full_disk(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    settings.choose(THEME, "dark")
    with pytest.raises(WorkbenchError, match="No space left"):
        settings.save()
    assert settings.value(THEME) == "dark"
    assert json.loads(file.read_text())["theme"] == "light"


def test_that_a_change_reaches_the_file_without_being_asked(file: Path) -> None:
    settings = Settings(file)
    settings.choose(THEME, "dark")
    timer = settings._timer
    assert timer is not None
    timer.join()
    assert json.loads(file.read_text()) == {"theme": "dark"}
