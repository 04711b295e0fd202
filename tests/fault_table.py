"""What a person sees for each fault of providers, model processes and keychains: `python tests/fault_table.py`.

Real SDKs against servers of ours on this machine, real model processes, real signals; nothing is paraphrased. The rows
are those of the tests in tests/faults and tests/keychain, which say what must hold; this only shows the sentences.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from workbench.domain.calls import Purpose  # noqa: E402
from workbench.domain.chat import ChatRequest, Failed, ask  # noqa: E402
from workbench.domain.errors import WorkbenchError  # noqa: E402
from workbench.inference.local import memory  # noqa: E402
from workbench.inference.local.client import Patience  # noqa: E402
from workbench.inference.local.model import LocalModel  # noqa: E402
from workbench.keychain import checked_key  # noqa: E402
from workbench.net import guard  # noqa: E402
from workbench.net.grant import Bounds  # noqa: E402
from workbench.services.asking import Asking, Pane  # noqa: E402

from engine_models import events_of, first_token, local, prompt, write_slow_model  # noqa: E402
from gguf_files import write_model  # noqa: E402
from remote_models import Heard, Remote, chat_answer, chat_chunk  # noqa: E402
from servers import Handler, Received, Reply, Server, certificate  # noqa: E402

LONG = {"max_tokens": 7000, "temperature": 1.0}
Row = tuple[str, str]


def sentence(error: WorkbenchError) -> str:
    """As a pane shows it."""
    parts = (f"{error.what}.".replace("..", "."), error.mend, f"({error.where})" if error.where else "")
    return " ".join(part for part in parts if part)


def said(heard: Heard) -> str:
    """Waits, what came, and how it ended."""
    waits = [f"Waits {why}." for why in heard.waits]
    end = heard.events[-1]
    kept = [f"“{heard.text}” stays."] if heard.text and isinstance(end, Failed) else []
    last = sentence(end.reason) if isinstance(end, Failed) else f"“{heard.text}”"
    return " ".join([*waits, *kept, last])


# providers


def refusing(status: int, body: object, **headers: str) -> Handler:
    async def handle(request: Received, reply: Reply) -> None:
        await reply.json(body, status, **{name.replace("_", "-"): value for name, value in headers.items()})

    return handle


def once(status: int, **headers: str) -> Handler:
    """Refuses the first question and answers the next."""
    asked: list[str] = []
    refuse = refusing(status, {"error": {"message": "Not now"}}, **headers)

    async def handle(request: Received, reply: Reply) -> None:
        asked.append(request.path)
        await (refuse if len(asked) == 1 else chat_answer)(request, reply)

    return handle


async def silent(request: Received, reply: Reply) -> None:
    await asyncio.sleep(30)


async def silent_within(request: Received, reply: Reply) -> None:
    await reply.begin()
    await reply.event(chat_chunk("so far"))
    await asyncio.sleep(30)


async def cut(request: Received, reply: Reply) -> None:
    await reply.begin()
    await reply.event(chat_chunk("so far"))
    await asyncio.sleep(0.05)
    await reply.chunk('data: {"id": "c1", "choi')
    await asyncio.sleep(0.05)
    await reply.cut()


async def bad_json(request: Received, reply: Reply) -> None:
    await reply.begin()
    await reply.chunk("data: {not json}\n\n")
    await reply.end()


async def login_page(request: Received, reply: Reply) -> None:
    await reply.whole("<html><title>Sign in</title></html>", 200, "text/html")


async def endless_line(request: Received, reply: Reply) -> None:
    await reply.begin()
    for _ in range(800):
        await reply.chunk(b"z" * 65_536)


async def fifty_mb(request: Received, reply: Reply) -> None:
    await reply.begin()
    for _ in range(800):
        await reply.event(chat_chunk("word " * 13_107))


def asked_of(handler: Handler, request: ChatRequest | str = "Hello?") -> str:
    with Server(handler) as server:
        return said(Remote(f"{server.url}/v1").ask(request))


def in_a_comparison(handler: Handler) -> str:
    """As the playground holds it."""
    with Server(handler) as server:
        remote = Remote(f"{server.url}/v1")

        async def main() -> str:
            pane = Pane(0, remote.build(), ask("Hello?"), None)
            await Asking([pane], lambda answers: answers).run()  # type: ignore[arg-type,return-value]
            await remote.doorway.close()
            answer = pane.answer()
            kept = f"{len(answer.text):,} characters stay."
            return f"{kept} {answer.error_what}. {answer.error_mend}"

        return asyncio.run(main())


def redirected() -> str:
    with Server(chat_answer) as other:

        async def send_on(request: Received, reply: Reply) -> None:
            await reply.whole(b"", 307, location=f"{other.url}/v1/steal")

        return asked_of(send_on) + f" The other host saw {other.connections} connections."


def certified(folder: Path, days: tuple[int, int], names: tuple[str, ...] = ("127.0.0.1",)) -> str:
    server_tls, trusting = certificate(folder, names=names, days=days)
    with Server(chat_answer, tls=server_tls) as server:
        remote = Remote(f"{server.url}/v1")
        remote.certificates = lambda: trusting
        return said(remote.ask())


def providers(folder: Path) -> Iterator[Row]:
    yield "401", asked_of(refusing(401, {"error": {"message": "Incorrect API key provided"}}))
    yield "402", asked_of(refusing(402, {"error": {"message": "Payment required"}}))
    yield "403", asked_of(refusing(403, {"error": {"message": "Not allowed"}}))
    yield "404", asked_of(refusing(404, {"error": {"message": "The model does not exist"}}))
    yield "429 once, Retry-After 7", asked_of(once(429, retry_after="7"))
    yield "429 once, Retry-After 3600", asked_of(once(429, retry_after="3600"))
    yield "429 storm", asked_of(refusing(429, {"error": {"message": "Rate limit reached"}}))
    yield "500, then an answer", asked_of(once(500))
    yield "503 for ever", asked_of(refusing(503, {"error": {"message": "Overloaded"}}))
    yield "stall before the stream", asked_of(silent)
    yield "stall within the stream", asked_of(silent_within)
    yield "truncated SSE", asked_of(cut)
    yield "bad JSON", asked_of(bad_json)
    yield "login page with 200", asked_of(login_page)
    yield "endless line", asked_of(endless_line)
    yield "reply of 50 MB", in_a_comparison(fifty_mb)
    yield "expired certificate, or a clock ahead", certified(folder, (-9, -1))
    yield "certificate of another host", certified(folder, (-1, 9), ("a.example",))
    yield "redirect to another host", redirected()
    yield "no DNS", said(Remote("https://no-such-host.invalid/v1").ask())
    yield "server not running", said(Remote("http://127.0.0.1:9/v1").ask())


# model processes


async def struck(path: Path, number: signal.Signals, **settings: object) -> str:
    model = local(path, **settings)
    begun = asyncio.Event()
    answer = asyncio.create_task(first_token(model, prompt("hello", **LONG), begun))
    await begun.wait()
    assert model.pid is not None
    os.kill(model.pid, number)
    events = await answer
    again = (await events_of(local(path), prompt("again")))[-1]
    await model.unload()
    return f"{_end(events)} Asked again: {type(again).__name__.lower()}."


async def told(model: LocalModel, request: ChatRequest) -> str:
    events = await events_of(model, request)
    await model.unload()
    return _end(events)


def _end(events: object) -> str:
    last = list(events)[-1]  # type: ignore[call-overload]
    return sentence(last.reason) if isinstance(last, Failed) else f"answers; note: {last.note}"


def processes(folder: Path) -> Iterator[Row]:
    slow = write_slow_model(folder / "model.gguf")
    small = write_model(folder / "small.gguf", context=512)
    work: list[tuple[str, Callable[[], Awaitable[str]]]] = [
        ("killed (SIGKILL)", lambda: struck(slow, signal.SIGKILL)),
        ("crash in native code (SIGSEGV)", lambda: struck(slow, signal.SIGSEGV)),
        ("abort (SIGABRT)", lambda: struck(slow, signal.SIGABRT)),
        ("hung (SIGSTOP)", lambda: struck(slow, signal.SIGSTOP, patience=Patience(ping_every_s=0.1, pong_s=1.0))),
        (
            "does not fit",
            lambda: told(local(slow, available_bytes=150 * memory.MIB), prompt("hello")),
        ),
        ("runs out of memory", lambda: told(local(slow, force=True, memory_cap_bytes=120 * memory.MIB), prompt("x"))),
        ("template error", lambda: told(local(_broken_template(folder)), prompt("Hello"))),
        ("context overflow", lambda: told(local(small), prompt("word " * 2_000))),
        ("not a model", lambda: told(local(_page(folder)), prompt("Hello"))),
    ]
    for name, one in work:
        yield name, asyncio.run(one())  # type: ignore[arg-type]


def _broken_template(folder: Path) -> Path:
    return write_model(folder / "broken.gguf", template="{% for m in messages %}{{ m.content }", seed=3)


def _page(folder: Path) -> Path:
    path = folder / "page.gguf"
    path.write_text("<!DOCTYPE html><title>Sign in</title>")
    return path


# keychains


def keychains(folder: Path) -> Iterator[Row]:
    def refused(key: str) -> str:
        try:
            checked_key(key)
        except WorkbenchError as error:
            return sentence(error)
        return "taken"

    def run(name: str, text: str, **environment: str) -> Row:
        done = subprocess.run(
            [sys.executable, "-m", "workbench", "--home", str(folder / "home"), "key", "set", "openai"],
            input=text, capture_output=True, text=True, check=False, cwd=ROOT,
            env={**{k: v for k, v in os.environ.items() if k != "DBUS_SESSION_BUS_ADDRESS"}, **environment},
        )  # fmt: skip
        return name, " ".join((done.stdout + done.stderr).split())

    yield run("no Secret Service", "sk-test-0123456789\n")
    yield run(
        "plaintext backend forced", "sk-test-0123456789\n", PYTHON_KEYRING_BACKEND="keyrings.alt.file.PlaintextKeyring"
    )
    yield run("null backend forced", "sk-test-0123456789\n", PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring")
    yield "key empty", refused(" ")
    yield "key with blanks around it", refused(" sk-test-0123456789\n")
    yield "key with a blank inside", refused("sk-test 0123456789")
    yield "key of 10 kB", refused("k" * 10_000)
    yield "key with letters that are none of ASCII", refused("sk-tést-0123456789")


def main() -> int:
    guard.BOUNDS[Purpose.ANSWER] = Bounds(total_s=20.0, idle_s=2.0, answer_bytes=64 << 20)  # nobody waits ten minutes
    for title, rows in (("provider", providers), ("model process", processes), ("keychain", keychains)):
        print(f"\n| {title} | what the person sees |\n|---|---|", flush=True)
        with tempfile.TemporaryDirectory() as name:
            for fault, seen in rows(Path(name)):
                print(f"| {fault} | {seen} |".replace("\n", " ").replace(name, "…"), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
