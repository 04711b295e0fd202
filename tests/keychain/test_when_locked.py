"""K02: a keychain that is locked, and no screen to unlock it on. Runs last: it stays locked."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from workbench.domain.secret import Secret
from workbench.keychain import LIMIT_S, Keychain, KeychainTrouble

pytestmark = pytest.mark.keychain


@pytest.fixture(scope="module", autouse=True)
def locked() -> None:
    import secretstorage

    Keychain().set("openai", Secret("canary-key-4f1d0c-9a"))
    bus = secretstorage.dbus_init()
    secretstorage.get_default_collection(bus).lock()
    bus.close()


@pytest.mark.parametrize("what", ["get", "set", "delete"])
def test_that_a_locked_keychain_is_a_sentence_at_once(what: str) -> None:
    chain = Keychain()
    ask = {
        "get": lambda: chain.get("openai"),
        "set": lambda: chain.set("openai", Secret("another-key")),
        "delete": lambda: chain.delete("openai"),
    }[what]
    began = time.monotonic()
    with pytest.raises(KeychainTrouble, match="locked, and there is no screen"):
        ask()
    assert time.monotonic() - began < LIMIT_S / 3, "it did not wait for the limit"


def test_that_local_work_goes_on_and_a_remote_question_says_how_to_mend_it(tmp_path: Path) -> None:
    def command(*words: str) -> subprocess.CompletedProcess[str]:
        words = (sys.executable, "-m", "workbench", "--home", str(tmp_path), *words)
        return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)

    assert command("scenario", "list").returncode == 0
    done = command("prompt", "Hello", "-m", "demo-nano", "openai/gpt-5", "--max-tokens", "8")
    assert done.returncode == 0, "the local model answered"
    assert "The keychain is locked" in done.stdout and "Unlock it" in done.stdout
