"""Where a team's shared store is: the address of a PostgreSQL database, without its password."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from workbench.domain.errors import WorkbenchError

USUAL_PORT = 5432
_SCHEMES = ("postgresql", "postgres")
_MODES = ("verify-full", "require")
_EXAMPLE = "postgresql://ann@db.example.com/models"


@dataclass(frozen=True, slots=True)
class TeamPlace:
    """A database and who goes there. `host` may be the folder of a Unix socket.

    `tls` "verify-full" (the server proves who it is), "require" (encrypted, unproven) or "" for this machine itself.
    """

    host: str
    database: str
    user: str
    port: int = USUAL_PORT
    tls: str = ""

    @property
    def is_here(self) -> bool:
        """Whether the server runs on this machine."""
        return self.host.startswith("/") or self.host in ("localhost", "127.0.0.1", "::1")

    @property
    def server(self) -> str:
        """Host, and port where it is not the usual one."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == USUAL_PORT else f"{shown}:{self.port}"

    @property
    def account(self) -> str:
        """The name under which the keychain keeps the password."""
        return f"team-store:{self.user}@{self.server}/{self.database}"

    def __str__(self) -> str:
        """The address as it was given, without a password."""
        if self.host.startswith("/"):
            return f"postgresql://{self.user}@:{self.port}/{self.database}?host={self.host}"
        mode = f"?sslmode={self.tls}" if self.tls and self.tls != _MODES[0] else ""
        return f"postgresql://{self.user}@{self.server}/{self.database}{mode}"


def team_place(address: str) -> TeamPlace:
    """`postgresql://user@host[:port]/database[?sslmode=require]`. Raises WorkbenchError, which never shows a password.

    A server elsewhere must prove who it is, unless the address says `sslmode=require`.
    """
    text = address.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _wrong("That is no address of a database") from None
    if parts.scheme not in _SCHEMES:
        raise _wrong("The address of a team store begins with postgresql://")
    if parts.password:
        mend = f"Leave it out ({_EXAMPLE}); it is asked for and kept in the keychain."
        raise WorkbenchError("The address holds a password", where="team store", mend=mend)
    asked = parse_qs(parts.query, keep_blank_values=True)
    unknown = set(asked) - {"sslmode", "host"}
    host = parts.hostname or (asked.get("host") or [""])[-1]
    database, user = unquote(parts.path.strip("/")), unquote(parts.username or "")
    if unknown or "/" in database:
        raise _wrong(f"The address says {', '.join(sorted(unknown)) or database!r}, which is not known here")
    for part, name in ((host, "server"), (database, "database"), (user, "user")):
        if not part or not part.isprintable():
            raise _wrong(f"The address names no {name}")
    if host.startswith("/") is bool(parts.hostname):
        raise _wrong("The address names no server")
    place = TeamPlace(host.casefold() if parts.hostname else host, database, user, port or USUAL_PORT)
    mode = (asked.get("sslmode") or [""])[-1]
    if place.is_here:
        return place
    if mode and mode not in _MODES:
        raise _wrong(f"An unencrypted or half-checked connection (sslmode={mode[:20]}) is not made to another machine")
    return TeamPlace(place.host, database, user, place.port, mode or _MODES[0])


def _wrong(what: str) -> WorkbenchError:
    return WorkbenchError(what, where="team store", mend=f"Write it like {_EXAMPLE}.")
