"""A passphrase around a bundle (the age format) and a signature within it (Ed25519). Only importer of both libraries.

No cryptography of our own: pyrage derives the key from the passphrase slowly on purpose, about a second.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from workbench.domain.errors import WorkbenchError
from workbench.domain.secret import Secret

ALGORITHM = "ed25519"
_AGE = b"age-encryption.org/v1\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, by the fingerprint of the public key, and whether the signature is good."""

    fingerprint: str
    holds: bool


def is_locked(data: bytes) -> bool:
    """Whether a passphrase is needed to read it."""
    return data.startswith(_AGE)


def locked(data: bytes, passphrase: Secret) -> bytes:
    """The data, to be read with the passphrase only. Raises WorkbenchError for an empty one."""
    from pyrage import passphrase as age

    if not passphrase.reveal().strip():
        raise WorkbenchError("The passphrase is empty", where="passphrase", mend="Give a few words.")
    return bytes(age.encrypt(data, passphrase.reveal()))


def unlocked(data: bytes, passphrase: Secret, where: str) -> bytes:
    """What was locked. Raises WorkbenchError for a wrong passphrase, or data that was changed or cut."""
    import pyrage

    try:
        return bytes(pyrage.passphrase.decrypt(data, passphrase.reveal()))
    except pyrage.DecryptError as error:
        if "excessive work" in str(error).casefold():
            mend = "It was not made by a workbench; do not trust it."
            raise WorkbenchError("Opening this file would take hours", where=where, mend=mend) from error
        what = "The passphrase does not open this file, or the file is damaged"
        raise WorkbenchError(what, where=where, mend="Type the passphrase again, or ask for the file again.") from error


def new_key() -> Secret:
    """A private key for signatures, as text for a keychain."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Secret(base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode())


def signed(content: bytes, key: Secret) -> dict[str, str]:
    """A signature over the content, as plain values. Raises WorkbenchError when the key is none."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.reveal(), validate=True))
    except (ValueError, binascii.Error) as error:
        mend = "Forget it in the keychain; a new one is made with the next signature."
        raise WorkbenchError("The signing key in the keychain is damaged", where="keychain", mend=mend) from error
    public = private.public_key().public_bytes_raw()
    return {
        "algorithm": ALGORITHM,
        "public_key": base64.b64encode(public).decode(),
        "signature": base64.b64encode(private.sign(content)).decode(),
    }


def fingerprint_of(key: Secret) -> str:
    """The fingerprint of a private key's public half."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.reveal()))
    return _fingerprint(private.public_key().public_bytes_raw())


def checked(content: bytes, plain: object, where: str) -> Signature:
    """What a signature says of the content. Raises WorkbenchError for one that cannot be read."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if not isinstance(plain, dict) or set(plain) != {"algorithm", "public_key", "signature"}:
        raise _unreadable(where)
    if plain["algorithm"] != ALGORITHM:
        mend = "Update the workbench, or ask for the bundle without a signature."
        raise WorkbenchError("The bundle is signed in a way this version does not know", where=where, mend=mend)
    try:
        public = base64.b64decode(str(plain["public_key"]), validate=True)
        signature = base64.b64decode(str(plain["signature"]), validate=True)
        key = Ed25519PublicKey.from_public_bytes(public)
    except (ValueError, binascii.Error) as error:
        raise _unreadable(where) from error
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return Signature(_fingerprint(public), False)
    return Signature(_fingerprint(public), True)


def _fingerprint(public: bytes) -> str:
    """The first 20 bytes of the key's SHA-256, in groups that can be read out on the telephone."""
    digest = hashlib.sha256(public).hexdigest()[:40]
    return " ".join(digest[at : at + 4] for at in range(0, 40, 4))


def _unreadable(where: str) -> WorkbenchError:
    return WorkbenchError("The bundle's signature cannot be read", where=where, mend="Ask for the bundle again.")
