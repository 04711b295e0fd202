"""What goes wrong on the way, in sentences."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

import httpx2

from workbench.domain.errors import WorkbenchError
from workbench.net.grant import MIB, NetworkFailure


def too_slow(host: str, limit_s: float | None, *, all_of_it: bool) -> NetworkFailure:
    what = "took longer than" if all_of_it else "sent nothing for"
    return NetworkFailure(
        f"{host} {what} {limit_s or 0:.0f} s", where="time limit", mend="The call was ended. Try again later."
    )


def too_much(host: str, most: int) -> NetworkFailure:
    return NetworkFailure(
        f"{host} sent more than {most // MIB or 1} MiB", where="size limit", mend="The call was ended; nothing is kept."
    )


def too_long(host: str, most: int) -> NetworkFailure:
    return NetworkFailure(
        f"{host} sent a line of more than {most // MIB or 1} MiB",
        where="size limit",
        mend="The call was ended. Is that a server for language models?",
    )


def compressed(host: str, how: str) -> NetworkFailure:
    return NetworkFailure(
        f"{host} sent a compressed answer ({how[:20]}) although it was asked not to",
        where="size limit",
        mend="It was not opened: a small one can unfold to gigabytes. Ask whoever runs the server.",
    )


class Redirected(NetworkFailure):
    """The server answered with another address, `target` (as it wrote it)."""

    def __init__(self, host: str, target: str) -> None:
        super().__init__(
            f"{host} wants to send this call on to {target[:200]}",
            where="redirect",
            mend="It was not followed: prompt and key would go along. If that is the right address, enter it yourself.",
        )
        self.target = target


def explained(error: Exception, host: str, *, begun: bool = False) -> WorkbenchError:
    """A failure of the connection as a sentence; `begun`: within an answer."""
    if isinstance(found := _within(error, WorkbenchError), WorkbenchError):
        return found
    if isinstance(bad := _within(error, ssl.SSLCertVerificationError), ssl.SSLCertVerificationError):
        return _certificate(host, bad)
    if _within(error, ssl.SSLError) is not None:
        mend = "Does the address begin with https although the server speaks http, or the other way round?"
        return NetworkFailure(f"No encrypted connection to {host} came about", where="TLS", mend=mend)
    if begun:
        mend = "What came before is kept and marked as incomplete. Try again."
        return NetworkFailure(f"{host} ended the connection in the middle of an answer", where="connection", mend=mend)
    if isinstance(error, httpx2.ProxyError):
        mend = "Check the proxy's address under Settings."
        return NetworkFailure(f"The proxy did not open the way to {host}: {error}", where="proxy", mend=mend)
    if isinstance(error, httpx2.ProtocolError):
        mend = "Is that the right address and port?"
        return NetworkFailure(f"{host} does not answer in HTTP as agreed: {str(error)[:120]}", where="reply", mend=mend)
    mend = "Check the connection and the address, then try again."
    return NetworkFailure(f"The connection to {host} failed", where=type(error).__name__, mend=mend)


def _certificate(host: str, error: ssl.SSLCertVerificationError) -> NetworkFailure:
    reason = (error.verify_message or "it cannot be checked").strip()
    dated = error.verify_code in (9, 10)  # not yet valid, has expired
    today = datetime.now(UTC).date().isoformat()
    mend = (
        f"This machine's clock says {today}: is that right? If so, whoever runs {host} must renew it."
        if dated
        else "Somebody may be reading along. Check the address, or ask whoever runs your network; no way around it."
    )
    return NetworkFailure(f"The certificate of {host} is not good: {reason}", where="TLS", mend=mend)


def _within(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    """The first error of that kind in a chain of causes."""
    seen: BaseException | None = error
    for _ in range(20):
        if seen is None or isinstance(seen, kind):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None
