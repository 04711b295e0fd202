"""The operating system's keychain: the only place where API keys are ever kept. Only importer of keyring.

Where there is none that keeps keys sealed, a key is held in memory until the program ends, never in a file. Backends
that write keys into files, or nowhere, are refused also when PYTHON_KEYRING_BACKEND or keyringrc.cfg asks for them.

Every call may wait for a prompt that nobody answers or a daemon that is dead, so each runs in a thread of its own
and is given up after a while. Blocking: never on the GUI thread.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from workbench.domain.errors import WorkbenchError
from workbench.domain.secret import Secret

T = TypeVar("T")
SERVICE = "model-selection-workbench"
LIMIT_S = 30.0
#: Windows keeps at most 2,560 bytes of UTF-16
LONGEST_KEY = 1_200
#: by module, with the name shown where the backend's own says little
_ACCEPTED = {
    "keyring.backends.SecretService": "Secret Service (GNOME Keyring, KeePassXC)",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.Windows": "Windows Credential Manager",
    "keyring.backends.macOS": "macOS Keychain",
}
_NONE = "none: keys are kept for this session only"
_MEND_LINUX = "Install and unlock one (GNOME Keyring, KWallet, KeePassXC) to keep keys."


@dataclass(frozen=True, slots=True)
class KeyStore:
    """The keychain in words. `keeps` is False where keys last only as long as the program; `why` says why."""

    name: str
    keeps: bool
    why: str = ""


class KeychainTrouble(WorkbenchError):
    """The keychain is there and does not do it: locked, slow, or refusing."""


def store() -> KeyStore:
    """Which keychain is used. Never unlocks it, never asks the person anything. Raises KeychainTrouble."""
    backend, why = _in_time(_backend)
    if backend is None:
        return KeyStore(_NONE, False, why)
    return KeyStore(_ACCEPTED[_module(backend)], True)


def store_name() -> str:
    """The keychain in words, or why there is none."""
    try:
        return store().name
    except KeychainTrouble as trouble:
        return trouble.what


def checked_key(text: str) -> Secret:
    """A key as typed or pasted, without blanks around it. Raises WorkbenchError that never quotes it."""
    key = text.strip()
    problem = ""
    if not key:
        problem = "it is empty"
    elif len(key) > LONGEST_KEY:
        problem = f"it has {len(key):,} characters; keys have at most {LONGEST_KEY:,}"
    elif any(character.isspace() for character in key):
        problem = "there are blanks or line breaks within it"
    elif not (key.isascii() and key.isprintable()):
        problem = "it holds characters that no key has"
    if problem:
        raise WorkbenchError(f"That is no key: {problem}", where="key", mend="Copy it again from the provider's page.")
    return Secret(key)


class Keychain:
    """Keys by provider, each read once and then remembered until the program ends. Any thread but the GUI's."""

    def __init__(self, *, service: str = SERVICE, limit_s: float = LIMIT_S) -> None:
        self._service = service
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._known: dict[str, Secret] = {}

    def get(self, provider: str) -> Secret | None:
        """The provider's key. None: there is none, or the keychain does not say (KWallet when it is locked).

        Raises KeychainTrouble.
        """
        if (held := self.held(provider)) is not None:
            return held
        backend, _ = self._do(_backend)
        if backend is None:
            return None
        self._check_lock(backend)
        text = self._do(lambda: backend.get_password(self._service, provider))
        if not text:
            return None
        return self._remember(provider, Secret(text))

    def held(self, provider: str) -> Secret | None:
        """The key when it was read or given before; never waits for the keychain."""
        with self._lock:
            return self._known.get(provider)

    def set(self, provider: str, key: Secret) -> KeyStore:
        """Keeps the key, or holds it for this session; says which. Raises KeychainTrouble, then nothing has changed."""
        backend, why = self._do(_backend)
        if backend is None:
            self._remember(provider, key)
            return KeyStore(_NONE, False, why)
        self._check_lock(backend)
        self._do(lambda: backend.set_password(self._service, provider, key.reveal()))
        self._remember(provider, key)
        return KeyStore(_ACCEPTED[_module(backend)], True)

    def delete(self, provider: str) -> bool:
        """Forgets the key; False when there was none. Raises KeychainTrouble."""
        with self._lock:
            was_held = self._known.pop(provider, None) is not None
        backend, _ = self._do(_backend)
        if backend is None:
            return was_held
        self._check_lock(backend)
        if not self._do(lambda: backend.get_password(self._service, provider)):
            return was_held
        self._do(lambda: backend.delete_password(self._service, provider))
        return True

    def redact(self, text: str) -> str:
        """The text without any key that is known here, and without what looks like one."""
        from workbench.domain.redaction import redacted

        with self._lock:
            known = tuple(self._known.values())
        return redacted(text, known)

    def _remember(self, provider: str, key: Secret) -> Secret:
        with self._lock:
            self._known[provider] = key
        return key

    def _do(self, work: Callable[[], T]) -> T:
        return _in_time(work, self._limit_s)

    def _check_lock(self, backend: Any) -> None:
        """A locked keychain opens a window to unlock it; where there is no screen for one, it would wait for ever."""
        has_screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        if has_screen or _module(backend) != "keyring.backends.SecretService" or not self._do(_is_locked):
            return
        raise KeychainTrouble(
            "The keychain is locked, and there is no screen to unlock it on",
            where=_ACCEPTED[_module(backend)],
            mend="Unlock it (log in to the desktop, or gnome-keyring-daemon --unlock), then try again.",
        )


_SETTINGS = "keyringrc.cfg or an installed package"


def _backend() -> tuple[Any | None, str]:
    """The backend that keys may be given to; without one, why."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    asked = "PYTHON_KEYRING_BACKEND" if os.environ.get("PYTHON_KEYRING_BACKEND") else _SETTINGS
    try:
        chosen: Any = keyring.get_keyring()
    except Exception as error:  # whatever a backend of somebody's choice raises when it is loaded
        return None, f"{asked} asks for a keychain that cannot be loaded ({_reason(error)}): it is not used."
    parts = list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
    usable = [part for part in parts if _module(part) in _ACCEPTED]
    if usable:
        return usable[0], ""
    name = f"{_module(chosen)}.{type(chosen).__name__}"
    if _module(chosen) not in ("keyring.backends.fail", "keyring.backends.chainer"):
        return None, f"{asked} asks for {name}, which does not keep keys sealed: it is not used."
    return None, _MEND_LINUX if sys.platform.startswith("linux") else "No keychain answers."


def _module(backend: Any) -> str:
    return type(backend).__module__


def _is_locked() -> bool:
    import secretstorage

    bus = secretstorage.dbus_init()
    try:
        return bool(secretstorage.get_default_collection(bus).is_locked())
    finally:
        bus.close()


def _in_time(work: Callable[[], T], limit_s: float = LIMIT_S) -> T:
    """What `work` gives, unless it takes too long: then its thread is left behind. Raises KeychainTrouble."""
    outcome: list[T] = []
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:
            wrong.append(error)

    thread = threading.Thread(target=run, name="keychain", daemon=True)
    thread.start()
    thread.join(limit_s)
    if outcome:
        return outcome[0]
    if not wrong:
        raise KeychainTrouble(
            f"The keychain has not answered for {limit_s:.0f} s",
            where="keychain",
            mend="Does it wait for a password somewhere? Unlock it, or log in anew, then try again.",
        )
    error = wrong[0]
    raise KeychainTrouble(
        f"The keychain refused: {_reason(error)}", where="keychain", mend="Unlock it, then try again."
    ) from error


def _reason(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0][:120] if lines else type(error).__name__
