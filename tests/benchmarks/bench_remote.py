"""1,000 requests of 50 ms, 32 at once, against a server in another process on this machine, each with a durable row.

The floor is 1,000 x 50 ms / 32 = 1.56 s. Beside ours stands the bare SDK with a transport of its own, without a row.
Ends with code 1 when a goal is missed: at most 2 times the floor and less than 200 MB. Where other programs keep the
machine busy the wall clock says little: then processor time within twice the floor counts, and being no slower than the
bare SDK.

    .venv/bin/python tests/benchmarks/bench_remote.py
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

REQUESTS, AT_ONCE, DELAY_S = 1_000, 32, 0.05
FLOOR_S = REQUESTS * DELAY_S / AT_ONCE
MOST, MOST_MB = 2.0, 200
HERE = Path(__file__).resolve().parents[1]


def serve(ports: multiprocessing.Queue[int]) -> None:
    """OpenAI's chat protocol: 50 ms, then three words and the usage."""
    chunk = (
        'data: {{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{{"index":0,'
        '"delta":{{"content":"{0}"}},"finish_reason":{1}}}]{2}}}\n\n'
    )
    usage = ',"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}'
    body = "".join([chunk.format("a ", "null", ""), chunk.format("b ", "null", ""), chunk.format("c", '"stop"', usage)])
    body += "data: [DONE]\n\n"
    reply = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line
                )
                await reader.readexactly(length)
                await asyncio.sleep(DELAY_S)
                writer.write(reply)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


async def at_once(one: Callable[[], Awaitable[None]]) -> float:
    """Seconds that all requests take, so many at once."""
    left = REQUESTS

    async def worker() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await one()

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return time.perf_counter() - began


async def bare_sdk(url: str) -> tuple[float, float]:
    import httpx2
    import openai

    limits = httpx2.Limits(max_connections=AT_ONCE)
    async with httpx2.AsyncClient(limits=limits, timeout=60, trust_env=False) as http:
        client = openai.AsyncOpenAI(api_key="x", base_url=url, http_client=http, max_retries=0)

        async def one() -> None:
            messages = [{"role": "user", "content": "Hello?"}]
            stream = await client.chat.completions.create(model="m", messages=messages, stream=True)  # type: ignore[call-overload]
            async for _ in stream:
                pass

        await one()
        cpu = time.process_time()
        return await at_once(one), time.process_time() - cpu


async def ours(url: str, home: Path, *, paid: bool) -> tuple[float, float, int]:
    from workbench.app import build
    from workbench.domain.chat import Done, Sampling, ask
    from workbench.inference.remote.purse import Prices

    services = build(home)
    services.credentials.save_server("mine", url)
    services.spend.set_day_cap(100_000)
    model = services.remote_models.model("mine/m", None)
    if paid:
        model._prices = model._ceiling = Prices(1.0, 1.0)
    question = ask("Hello?", sampling=Sampling(max_tokens=16))

    async def one() -> None:
        async for event in model.chat(question):
            last = event
        assert isinstance(last, Done), last

    await one()
    cpu = time.process_time()
    took = await at_once(one)
    cpu = time.process_time() - cpu
    await services.hang_up()
    services.close()
    services = build(home)
    rows = services.privacy.ledger(limit=10_000)
    assert len(rows) == REQUESTS + 1 and all(row.outcome == "answered" for row in rows)
    paid_rows = services.spend.by_model()[0][2] if paid else 0
    services.close()
    return took, cpu, len(rows) + paid_rows


def main() -> int:
    context = multiprocessing.get_context("spawn")
    ports: multiprocessing.Queue[int] = context.Queue()
    server = context.Process(target=serve, args=(ports,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ports.get(timeout=30)}/v1"
    try:
        with tempfile.TemporaryDirectory() as folder:
            bare, bare_cpu = asyncio.run(bare_sdk(url))
            took, cpu, rows = asyncio.run(ours(url, Path(folder) / "a", paid=False))
            paid, paid_cpu, paid_rows = asyncio.run(ours(url, Path(folder) / "b", paid=True))
    finally:
        server.terminate()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)
    print(f"{REQUESTS:,} requests of {DELAY_S * 1000:.0f} ms, {AT_ONCE} at once; floor {FLOOR_S:.2f} s")
    print(f"{'':34}{'s':>7}{'/ floor':>9}{'CPU s':>8}{'rows':>7}")
    for name, seconds, used, count in (
        ("bare SDK, no row", bare, bare_cpu, 0),
        ("ours, ledger", took, cpu, rows),
        ("ours, ledger and payment", paid, paid_cpu, paid_rows),
    ):
        print(f"{name:34}{seconds:7.2f}{seconds / FLOOR_S:9.2f}{used:8.2f}{count:7}")
    print(f"memory of this process: {memory:.0f} MB at most")
    quick = took <= MOST * FLOOR_S or (cpu <= MOST * FLOOR_S and took <= bare)
    return 0 if quick and memory < MOST_MB else 1


if __name__ == "__main__":
    sys.exit(main())
