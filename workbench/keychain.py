"""The operating system's keychain: the only place where API keys may ever be kept. Only importer of keyring."""

from __future__ import annotations

REFUSED = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")


def store_name() -> str:
    """The keychain in words, or why there is none. Never unlocks it, never asks the person anything."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    backend = keyring.get_keyring()
    origin = type(backend).__module__
    if isinstance(backend, ChainerBackend):
        usable = [part for part in backend.backends if not type(part).__module__.startswith(REFUSED)]
        return usable[0].name if usable else "none: keys could be kept for one session only"
    if origin.startswith(REFUSED):
        return "none: keys could be kept for one session only"
    return str(backend.name)
