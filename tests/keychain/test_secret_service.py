"""Keys in a real Secret Service: kept, read by another process, forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench.domain.secret import Secret
from workbench.keychain import SERVICE, Keychain, store

pytestmark = pytest.mark.keychain
KEY = "canary-key-4f1d0c-9a"


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    Keychain().delete("openai")


def command(home: Path, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbench", "--home", str(home), *words],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_that_the_store_is_named() -> None:
    found = store()
    assert found.keeps and found.name.startswith("Secret Service")


def test_that_a_key_from_standard_input_is_there_for_the_next_command(tmp_path: Path) -> None:
    done = command(tmp_path, "key", "set", "openai", given=f"  {KEY}\n")
    assert done.returncode == 0 and "kept in Secret Service" in done.stdout and KEY not in done.stdout
    assert Keychain().get("openai") == Secret(KEY)
    listed = command(tmp_path, "key", "list").stdout.splitlines()
    assert next(line for line in listed if line.startswith("openai")).split()[1] == "key"
    assert command(tmp_path, "key", "delete", "openai").returncode == 0
    assert Keychain().get("openai") is None
    assert "There was no key" in command(tmp_path, "key", "delete", "openai").stdout


def test_that_a_key_is_no_argument(tmp_path: Path) -> None:
    assert command(tmp_path, "key", "set", "openai", KEY).returncode == 2


def test_that_nothing_of_ours_is_kept_under_another_name() -> None:
    import secretstorage

    Keychain().set("openai", Secret(KEY))
    bus = secretstorage.dbus_init()
    items = list(secretstorage.get_default_collection(bus).get_all_items())
    assert [item.get_attributes()["service"] for item in items] == [SERVICE]
    bus.close()
    assert os.environ["HOME"].startswith("/tmp")
