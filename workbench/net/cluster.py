"""A Dask cluster: whether prompts may go there, the connection, and its row in the ledger.

Dask's own sockets bypass the door, so the guard is asked before one is opened, and the lock is opened for the tasks of
this connection only. What goes over it is pickled: whoever can reach the scheduler can run code on it, so it belongs on
this machine or in one's own network.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from workbench.domain.calls import Call, Outcome, Purpose
from workbench.domain.errors import WorkbenchError
from workbench.domain.ids import new_id
from workbench.net.addresses import Reach, is_local, reach_of_host
from workbench.net.guard import Guard, ScenarioData
from workbench.net.ledger import Ledger
from workbench.net.lock import opened

CONNECT_S = 15.0
#: how long to wait for a first worker
WORKERS_S = 60.0


class Cluster:
    """A connected cluster. `stays_here`: scheduler and every worker are on this machine."""

    def __init__(self, client: Any, address: str, workers: dict[str, int]) -> None:
        self._client = client
        self.address = address
        self.workers = workers
        self.bytes_out = 0
        self.stays_here = all(is_local(urlsplit(one).hostname) for one in (address, *workers))

    @property
    def threads(self) -> int:
        """How many questions its workers take at once."""
        return max(sum(self.workers.values()), 1)

    async def run(self, work: Callable[..., Any], *arguments: Any, key: str, size: int) -> Any:
        """The result of a function on one of the workers; run anew when its worker is lost. `size` counts for the
        ledger, in bytes. Raises what the function raises, and WorkbenchError when workers die of it again and again."""
        from distributed import KilledWorker

        self.bytes_out += size
        future = self._client.submit(work, *arguments, key=key, pure=False)
        try:
            return await future
        except KilledWorker as error:
            raise WorkbenchError(
                "The workers of the cluster died of this question, one after the other",
                where=self.address,
                mend="See their logs: most likely the model does not fit their memory.",
            ) from error
        finally:
            if not future.done():
                await future.cancel()
            future.release()


@asynccontextmanager
async def connected(
    address: str, *, guard: Guard, ledger: Ledger, whose: ScenarioData | None, sensitive: bool | None
) -> AsyncIterator[Cluster]:
    """A connection to the scheduler at `address` (`tcp://host:port`) while the block runs.

    Raises GuardRefusal when the guard lets nothing go there; WorkbenchError when nobody answers, or without Dask.
    """
    place = urlsplit(address if "://" in address else f"tcp://{address}")
    if place.scheme != "tcp" or not place.hostname or not place.port:
        raise WorkbenchError(
            "That is no address of a cluster", where=address, mend="Write it as tcp://host:port, as its scheduler does."
        )
    here = is_local(place.hostname)
    # The guard speaks of web addresses; what it decides is about the host.
    grant = guard.prompt(f"http://{place.netloc}", provider="cluster", whose=whose, sensitive=sensitive)
    try:
        from distributed import Client
    except ImportError as error:
        raise WorkbenchError(
            "Evals on a cluster need Dask, which is not installed", where="cluster", mend="Install workbench[cluster]."
        ) from error
    call = Call(
        id=new_id(),
        at=datetime.now(UTC).isoformat(),
        host=place.netloc,
        purpose=Purpose.ANSWER,
        provider="cluster",
        scenario_id=grant.scenario_id,
        data=grant.data,
        local=reach_of_host(place.hostname) is Reach.LOCAL,
    )
    await ledger.begin(call)
    found: Cluster | None = None
    outcome, why = Outcome.ERROR, "it could not be reached"
    try:
        client = await _client(Client, place.geturl(), here=here)
        try:
            found = Cluster(client, place.geturl(), await _workers(client, place.geturl()))
            yield found
            outcome, why = Outcome.ANSWERED, ""
        finally:
            await client.close(timeout=CONNECT_S)
    finally:
        ended = replace(call, ended_at=datetime.now(UTC).isoformat(), outcome=outcome, why=why)
        ledger.end(replace(ended, bytes_out=found.bytes_out if found else 0))


async def _client(make: Any, address: str, *, here: bool) -> Any:
    try:
        with nullcontext() if here else opened():
            return await make(
                address, asynchronous=True, timeout=CONNECT_S, direct_to_workers=False, set_as_default=False
            )
    except (OSError, TimeoutError) as error:
        raise WorkbenchError(
            "Nobody answers at the address of the cluster", where=address, mend="Is its scheduler running?"
        ) from error


async def _workers(client: Any, address: str) -> dict[str, int]:
    """Address and threads of each worker. Waits for a first one."""
    until = time.monotonic() + WORKERS_S
    while time.monotonic() < until:
        info = await client.scheduler.identity()
        workers = {name: int(about["nthreads"]) for name, about in info["workers"].items()}
        if workers:
            return workers
        await asyncio.sleep(0.2)
    raise WorkbenchError(
        "The cluster has no workers", where=address, mend=f"Start one: dask worker {address} --nthreads 4"
    )
