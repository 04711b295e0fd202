"""K01, K03. Keys: kept in a keychain or for a session, never in a file; what is no key; what must not be seen."""

from __future__ import annotations

import copy
import logging
import os
import pickle
import subprocess
import sys
import time
import traceback
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.backends.null
import pytest
from workbench import keychain
from workbench.domain.errors import WorkbenchError
from workbench.domain.redaction import redacted
from workbench.domain.secret import Secret
from workbench.keychain import Keychain, KeychainTrouble, checked_key, store

KEY = "canary-key-4f1d0c-9a"


class Sealed(keyring.backend.KeyringBackend):
    """A keychain in memory that passes for the system's."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.reads = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.reads += 1
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


Sealed.__module__ = "keyring.backends.kwallet"


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> Sealed:
    backend = Sealed()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    return backend


def use(monkeypatch: pytest.MonkeyPatch, backend: object) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)


def test_that_a_key_is_kept_read_once_and_forgotten(sealed: Sealed) -> None:
    Keychain().set("openai", Secret(KEY))
    later = Keychain()
    assert [later.get("openai") for _ in range(3)] == [Secret(KEY)] * 3 and sealed.reads == 1
    assert later.delete("openai") and later.get("openai") is None
    assert sealed.kept == {} and not later.delete("openai")


def test_that_without_a_keychain_a_key_lasts_for_the_session_and_no_longer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(monkeypatch, keyring.backends.fail.Keyring())
    chain = Keychain()
    kept = chain.set("openai", Secret(KEY))
    assert not kept.keeps and "this session only" in kept.name and kept.why
    assert chain.get("openai") == Secret(KEY) and Keychain().get("openai") is None
    assert chain.delete("openai") and chain.get("openai") is None


def test_that_a_backend_that_seals_nothing_is_refused_when_the_environment_asks_for_it(tmp_path: Path) -> None:
    forced = "keyring.backends.null.Keyring"
    said = run_apart(tmp_path, "print(store().keeps, store().why)", PYTHON_KEYRING_BACKEND=forced)
    assert said.startswith("False") and f"asks for {forced}" in said and "not used" in said


def test_that_a_plaintext_backend_is_refused_when_a_file_asks_for_it(tmp_path: Path) -> None:
    """As `keyrings.alt` keeps keys: readable, in a file."""
    package = tmp_path / "keyrings" / "alt"
    package.mkdir(parents=True)
    (package / "file.py").write_text(
        "import keyring.backend\n"
        "class PlaintextKeyring(keyring.backend.KeyringBackend):\n"
        "    priority = 9\n"
        "    def get_password(self, service, username): return None\n"
        "    def set_password(self, service, username, password): open('leaked', 'w').write(password)\n"
    )
    config = tmp_path / "config" / "python_keyring"
    config.mkdir(parents=True)
    text = f"[backend]\ndefault-keyring=keyrings.alt.file.PlaintextKeyring\nkeyring-path={tmp_path}\n"
    (config / "keyringrc.cfg").write_text(text)
    said = run_apart(
        tmp_path,
        f"print(Keychain().set('openai', Secret('{KEY}')).why)",
        XDG_CONFIG_HOME=str(tmp_path / "config"),
        PYTHONPATH=str(tmp_path),
    )
    assert "asks for keyrings.alt.file.PlaintextKeyring" in said
    assert not (tmp_path / "leaked").exists()


def test_that_a_backend_that_is_not_even_there_is_named_and_not_used(tmp_path: Path) -> None:
    forced = "keyrings.nowhere.Keyring"
    said = run_apart(tmp_path, "print(store().keeps, store().why)", PYTHON_KEYRING_BACKEND=forced)
    assert (
        said.startswith("False PYTHON_KEYRING_BACKEND asks for") and "cannot be loaded" in said and "not used" in said
    )


def run_apart(folder: Path, code: str, **environment: str) -> str:
    script = "from workbench.keychain import Keychain, store\nfrom workbench.domain.secret import Secret\n" + code
    keep = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**keep, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_that_no_message_bus_at_all_leaves_local_work_as_it_is(tmp_path: Path) -> None:
    """K01: nothing hangs, nothing fails; where keys would go says how to mend it."""
    said = run_apart(tmp_path, "print(store().keeps, store().name, store().why)")
    assert said.startswith("False none: keys are kept for this session only") and "Install" in said


def test_that_a_keychain_that_never_answers_is_given_up(sealed: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "get_password", lambda *_: time.sleep(60))
    with pytest.raises(KeychainTrouble, match="has not answered"):
        Keychain(limit_s=0.2).get("openai")


def test_that_a_keychain_that_refuses_says_why_and_changes_nothing(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: str) -> None:
        raise keyring.errors.KeyringLocked("Failed to unlock the collection!")

    monkeypatch.setattr(sealed, "set_password", refuse)
    chain = Keychain()
    with pytest.raises(KeychainTrouble, match="Failed to unlock"):
        chain.set("openai", Secret(KEY))
    assert chain.get("openai") is None


def test_that_none_from_a_keychain_deletes_nothing(sealed: Sealed) -> None:
    """KWallet says None when it is locked."""
    sealed.kept[keychain.SERVICE, "openai"] = KEY
    sealed.get_password = lambda *_: None  # type: ignore[method-assign]
    assert Keychain().get("openai") is None and not Keychain().delete("openai")
    assert sealed.kept == {(keychain.SERVICE, "openai"): KEY}


@pytest.mark.parametrize("good", [KEY, f"  {KEY}\n", f"\t{KEY} "])
def test_that_blanks_around_a_key_are_taken_off(good: str) -> None:
    assert checked_key(good) == Secret(KEY)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("ab cd-canary", "blanks"),
        ("ab\ncd-canary", "blanks"),
        ("x" * 10_240, "10,240 characters"),
        ("schlüssel-canary", "characters that no key has"),
        ("canary\x00x", "characters that no key has"),
    ],
)
def test_that_what_is_no_key_is_refused_with_the_reason_and_without_quoting_it(bad: str, why: str) -> None:
    with pytest.raises(WorkbenchError, match=why) as error:
        checked_key(bad)
    assert "canary" not in str(error.value)


def test_that_a_secret_shows_dots_everywhere(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(KEY)
    with caplog.at_level(logging.INFO):
        logging.getLogger("x").info("key %s %r", secret, {"key": secret})
    try:
        raise ValueError(secret)
    except ValueError:
        trace = traceback.format_exc()
    shown = [str(secret), repr(secret), f"{secret}", f"{secret:>40}", f"{[secret]}", caplog.text, trace]
    assert not any(KEY in text for text in shown) and "•••" in trace
    assert secret.reveal() == KEY


def test_that_a_secret_goes_into_no_file_or_other_process() -> None:
    for attempt in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            attempt(Secret(KEY))


def test_that_the_redactor_takes_out_every_form_of_a_known_key(sealed: Sealed) -> None:
    odd = "p@ss/word+key=="
    chain = Keychain()
    chain.set("own", Secret(odd))
    text = f"a {odd} b https://x/?k=p%40ss%2Fword%2Bkey%3D%3D c cEBzcy93b3JkK2tleT09 d"
    assert chain.redact(text).count("•••") == 3 and "word" not in chain.redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-abcdefghijklmnop",
        "Authorization: Bearer abcdefghijklmnop",
        "{'x-api-key': 'abcdefghijklmnop'}",
        "api key abcdefghijklmnop",
        "AIzaSyabcdefghijklmnopqrstuvwx",
        "key gsk_abcdefghijklmnop",
    ],
)
def test_that_what_looks_like_a_key_is_taken_out_unknown_as_it_is(text: str) -> None:
    assert "abcdefghijklmnop" not in redacted(text) and "•••" in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "a short sk-1",
        "The task-force-of-the-century-long",
        "x-api-key is a header",
        "Incorrect API key provided",
        "keys",
    ],
)
def test_that_plain_words_stay(text: str) -> None:
    assert redacted(text) == text


def test_that_the_store_has_a_name(sealed: Sealed) -> None:
    assert store().name == "KWallet" and store().keeps
