"""The only way out of this machine.

How the other rooms use it. A `Doorway` is made once, in `app`; it needs a `Grant` for everything:

    grant = doorway.guard.prompt(url, provider=…, whose=ScenarioData | None, sensitive=True | False | None)
    grant = doorway.guard.facts(url, purpose=Purpose.PRICES, provider=…)          # carries nothing of the person's

Either raises `GuardRefusal` (exit code 3; `PrivateHostRefusal.host` can be allowed, once, by the person) before a
socket opens, and writes the refusal into the ledger. With a grant:

    client = doorway.client(grant)         # an httpx2.AsyncClient, for the vendors' SDKs: http_client=client
    got = await doorway.get(url, purpose=Purpose.PRICES, headers={"If-None-Match": …})  # body in memory, bounded
    got = await doorway.download(url, part_file, purpose=Purpose.MODEL_FILE, start=bytes_there, on_bytes=tell,
                                 redirect_hosts=("*.hf.co",))                     # streams to a file, resumes by ranges

What holds for every request: it goes to an origin of its grant and nowhere else; a redirect is an error (`get` and
`download` follow it to the hosts named in `redirect_hosts`, with a new grant and without the headers that were given);
certificates are checked; http without s is for this machine and for hosts the person allowed; the proxy is the one of
the settings, no environment variable counts; `Accept-Encoding: identity`, and an answer that is compressed all the same
is refused; `Bounds` limit the time of the whole call, the time between two pieces, the longest line and the size; a row
is in the ledger, on the disk, before the first byte goes out, and is completed when the answer ends. Headers that tell
of this machine are taken out.

What a person's world does wrong arrives as `WorkbenchError` (`NetworkFailure`). SDKs wrap what a transport raises into
their own "Connection error.": look through `__cause__`.

`net.lock` puts an audit hook behind the door: a connection that no grant asked for is refused, whatever library tries.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from workbench import __version__
from workbench.domain.calls import Call, Outcome, Purpose
from workbench.domain.errors import GuardRefusal
from workbench.domain.ids import new_id
from workbench.net.addresses import Reach, reach_of_host
from workbench.net.dial import granted
from workbench.net.faults import Redirected, compressed, explained
from workbench.net.fetch import Fetched, Wanted, fetch, fetch_to_file
from workbench.net.grant import Bounds, Grant, PrivateHostRefusal, host_of, origin
from workbench.net.guard import Guard, Policy, offline
from workbench.net.ledger import Ledger
from workbench.net.meter import Meter, MeteredBody
from workbench.net.way import Way, Ways

__all__ = ["Door", "Doorway"]

USER_AGENT = f"model-selection-workbench/{__version__}".encode("ascii")
#: what may stand above a request; everything else stays here
_HEADERS = frozenset(
    {
        "host",
        "connection",
        "accept",
        "content-type",
        "content-length",
        "transfer-encoding",
        "authorization",
        "x-api-key",
        "api-key",
        "anthropic-version",
        "range",
        "if-range",
        "if-none-match",
        "if-modified-since",
    }
)


class Door(httpx2.AsyncBaseTransport):
    """The transport for one grant. Closing it closes no connection: those are the doorway's."""

    def __init__(
        self, grant: Grant, *, ledger: Ledger, way: Callable[[str], Way], policy: Callable[[], Policy]
    ) -> None:
        self._grant = grant
        self._ledger = ledger
        self._way = way
        self._policy = policy

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends it. Raises GuardRefusal for what the grant does not cover, NetworkFailure for what goes wrong."""
        here = self._checked(request)
        way = self._way(request.url.host)
        request.headers = _plain(request.headers)
        body = await request.aread()
        meter = Meter(self._call(here, request, len(body)), self._grant.bounds, self._ledger.end)
        await self._ledger.begin(meter.call)
        try:
            response = await _checked_answer(await self._sent(way, request, meter), meter)
        except asyncio.CancelledError:
            meter.finish(Outcome.STOPPED)
            raise
        except GuardRefusal as refusal:  # found out when its name was looked up: nothing of the request went out
            meter.call = replace(meter.call, bytes_out=0, rule=_rule(refusal))
            meter.finish(Outcome.REFUSED, refusal.what)
            raise
        except BaseException as error:
            meter.finish(Outcome.ERROR, str(error))
            raise
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = MeteredBody(response.stream, meter)
        return response

    def _checked(self, request: httpx2.Request) -> str:
        """The request's origin, when the grant covers it. The switch may have been turned since the grant was given."""
        url = request.url
        here = origin(url.scheme, url.host, url.port)
        if here not in self._grant.origins:
            raise GuardRefusal(
                f"A request to {host_of(here)} was refused: leave was given for "
                f"{', '.join(host_of(one) for one in sorted(self._grant.origins))} only",
                where="privacy guard",
                mend="Nothing left this machine.",
            )
        if self._policy().offline and reach_of_host(url.host) is not Reach.LOCAL:
            raise offline(url.host)
        return here

    def _call(self, here: str, request: httpx2.Request, body: int) -> Call:
        line = len(request.method) + len(request.url.raw_path) + 12
        headers = sum(len(name) + len(value) + 4 for name, value in request.headers.raw)
        return Call(
            id=new_id(),
            at=datetime.now(UTC).isoformat(),
            host=host_of(here),
            purpose=self._grant.purpose,
            provider=self._grant.provider,
            scenario_id=self._grant.scenario_id,
            data=self._grant.data,
            local=reach_of_host(request.url.host) is Reach.LOCAL,
            bytes_out=line + headers + 2 + body,
        )

    async def _sent(self, way: Way, request: httpx2.Request, meter: Meter) -> httpx2.Response:
        # what the caller set would end a call sooner, without a sentence
        request.extensions = {**request.extensions, "timeout": {}}
        try:
            async with asyncio.timeout(meter.left_s()):
                with granted(self._grant.bounds.connect_s):
                    return await way.handle_async_request(request)
        except TimeoutError as error:
            raise meter.too_slow() from error
        except (httpx2.TransportError, ssl.SSLError) as error:
            raise explained(error, meter.call.host) from error


def _plain(headers: httpx2.Headers) -> httpx2.Headers:
    """Without what SDKs tell of this machine, and without what came from environment variables."""
    kept = [(name, value) for name, value in headers.raw if name.decode("latin-1").casefold() in _HEADERS]
    return httpx2.Headers([*kept, (b"User-Agent", USER_AGENT), (b"Accept-Encoding", b"identity")])


async def _checked_answer(response: httpx2.Response, meter: Meter) -> httpx2.Response:
    """The response, unless it is a redirect or compressed (NetworkFailure)."""
    meter.headers(response)
    target = response.headers.get("Location")
    how = response.headers.get("Content-Encoding", "identity").strip().casefold()
    if 300 <= response.status_code < 400 and target is not None:
        await response.aclose()
        raise Redirected(meter.call.host, target)
    if how not in ("identity", ""):
        await response.aclose()
        raise compressed(meter.call.host, how)
    return response


def _rule(refusal: GuardRefusal) -> str:
    return "private-host" if isinstance(refusal, PrivateHostRefusal) else "offline"


class Doorway:
    """Everything that goes out goes through this. `certificates` stand in for the system's in tests."""

    def __init__(
        self,
        *,
        policy: Callable[[], Policy],
        ledger: Ledger,
        certificates: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        self._policy = policy
        self._ledger = ledger
        self._ways = Ways(policy, certificates)
        self._is_ready = False
        self.guard = Guard(policy=policy, ledger=ledger)

    async def ready(self) -> None:
        """Comes back when nothing is left to load before a request. Who measures how fast a server is waits for it."""
        if not self._is_ready:
            await asyncio.to_thread(self._ways.load)
            self._is_ready = True

    def door(self, grant: Grant) -> Door:
        """The transport for what was granted."""
        return Door(grant, ledger=self._ledger, way=self._ways.to, policy=self._policy)

    def client(self, grant: Grant) -> httpx2.AsyncClient:
        """A client for what was granted: no redirects, no environment, no time limits but the grant's."""
        return httpx2.AsyncClient(transport=self.door(grant), follow_redirects=False, trust_env=False, timeout=None)

    async def get(
        self,
        url: str,
        *,
        purpose: Purpose,
        provider: str = "",
        headers: Mapping[str, str] | None = None,
        redirect_hosts: Sequence[str] = (),
        bounds: Bounds | None = None,
    ) -> Fetched:
        """What lies at `url`, in memory, up to the bound of its purpose. See `fetch`."""
        wanted = Wanted(url, purpose, provider, dict(headers or {}), tuple(redirect_hosts), bounds)
        return await fetch(self, wanted)

    async def download(
        self,
        url: str,
        to: Path,
        *,
        purpose: Purpose,
        provider: str = "",
        headers: Mapping[str, str] | None = None,
        start: int = 0,
        on_bytes: Callable[[int, int | None], None] | None = None,
        redirect_hosts: Sequence[str] = (),
        bounds: Bounds | None = None,
    ) -> Fetched:
        """Streams what lies at `url` into the file `to`, from byte `start` on. See `fetch_to_file`."""
        wanted = Wanted(url, purpose, provider, dict(headers or {}), tuple(redirect_hosts), bounds)
        return await fetch_to_file(self, wanted, to, start, on_bytes)

    async def close(self) -> None:
        """Closes the connections that were opened in this event loop."""
        await self._ways.close()
