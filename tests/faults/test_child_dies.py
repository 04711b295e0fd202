"""X01, X03, X04, X05: a model process that is killed, hangs, has no memory, or loses its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from workbench.domain.chat import Done, Failed
from workbench.inference.local import memory
from workbench.inference.local.client import Patience
from workbench.inference.local.gguf import inspect

from engine_models import PATIENT, events_of, failure_of, first_token, local, prompt, text_of, write_slow_model
from gguf_files import write_model

posix_only = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
LONG = {"max_tokens": 7000, "temperature": 1.0, "seed": 4}


@posix_only
def test_that_a_killed_child_fails_its_answers_with_a_reason_and_the_next_question_starts_another(
    tmp_path: Path,
) -> None:
    killed, other = write_slow_model(tmp_path / "killed.gguf"), write_model(tmp_path / "other.gguf", context=8192)

    async def session() -> None:
        one, two = local(killed), local(other)
        begun = asyncio.Event()
        answers = [asyncio.create_task(first_token(one, prompt(text, **LONG), begun)) for text in ("first", "second")]
        await begun.wait()
        first_pid = one.pid
        assert first_pid is not None
        os.kill(first_pid, signal.SIGKILL)
        for events in await asyncio.gather(*answers):
            assert "SIGKILL" in failure_of(events)
            assert "local/killed" in failure_of(events)
        assert not one.loaded
        assert isinstance((await events_of(two, prompt("still here")))[-1], Done)
        assert isinstance((await events_of(one, prompt("again")))[-1], Done)
        assert one.pid not in (None, first_pid)
        await one.unload()
        await two.unload()

    asyncio.run(session())


@posix_only
@pytest.mark.parametrize("number", ["SIGSEGV", "SIGABRT"])
def test_that_a_crash_in_native_code_is_a_sentence(tmp_path: Path, number: str) -> None:
    path = write_slow_model(tmp_path / "model.gguf")

    async def session() -> None:
        model = local(path)
        begun = asyncio.Event()
        answer = asyncio.create_task(first_token(model, prompt("hello", **LONG), begun))
        await begun.wait()
        assert model.pid is not None
        os.kill(model.pid, signal.Signals[number])
        assert f"crashed ({number})" in failure_of(await answer)
        await model.unload()

    asyncio.run(session())


@posix_only
def test_that_a_child_that_hangs_is_found_killed_and_replaced(tmp_path: Path) -> None:
    path = write_slow_model(tmp_path / "model.gguf")
    hasty = Patience(ping_every_s=0.1, pong_s=1.0)

    async def session() -> None:
        model = local(path, patience=hasty)
        begun = asyncio.Event()
        answer = asyncio.create_task(first_token(model, prompt("hello", **LONG), begun))
        await begun.wait()
        assert model.pid is not None
        os.kill(model.pid, signal.SIGSTOP)
        assert "has not answered for 1 s" in failure_of(await answer)
        calm = local(path)
        assert isinstance((await events_of(calm, prompt("again")))[-1], Done)
        await calm.unload()
        await model.unload()

    asyncio.run(session())


SPINNING = """
import ctypes, sys; sys.path.insert(0, sys.argv[1])
from workbench.inference.local import child
from workbench.inference.local.native import LlamaCpp
evaluate, seen = LlamaCpp.decode, []
def decode(self, rows):
    seen.append(len(rows))
    if len(seen) > 12:
        {spin}
    return evaluate(self, rows)
LlamaCpp.decode = decode
child.main()
"""


@posix_only
@pytest.mark.parametrize(
    ("spin", "told"),
    [("while True: pass", "has made no progress for"), ("ctypes.PyDLL(None).sleep(10_000)", "has not answered for")],
    ids=["in a loop", "deaf in native code"],
)
def test_that_a_child_that_spins_for_ever_is_found_killed_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spin: str, told: str
) -> None:
    import workbench.inference.local.client as client

    path = write_model(tmp_path / "model.gguf", context=8192)
    sound = client.child_command
    root = str(Path(__file__).resolve().parents[2])
    spinning = (sys.executable, "-I", "-c", SPINNING.format(spin=spin), root)
    monkeypatch.setattr(client, "child_command", lambda: spinning)

    async def session() -> None:
        deaf = "answered" in told  # a busy machine must not find the other of the two first
        hasty = Patience(ping_every_s=0.1, pong_s=1.0 if deaf else 60.0, quiet_s=60.0 if deaf else 1.0)
        model = local(path, patience=hasty)
        assert told in failure_of(await events_of(model, prompt("hello", **LONG)))
        monkeypatch.setattr(client, "child_command", sound)
        calm = local(path)  # a busy machine takes longer than a second
        assert isinstance((await events_of(calm, prompt("again")))[-1], Done)
        await calm.unload()
        await model.unload()

    asyncio.run(session())


def test_that_a_mistake_of_ours_in_the_child_is_said_with_its_last_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import workbench.inference.local.client as client

    root = str(Path(__file__).resolve().parents[2])
    code = SPINNING.format(spin="raise ZeroDivisionError('never divide')")
    monkeypatch.setattr(client, "child_command", lambda: (sys.executable, "-I", "-c", code, root))

    async def session() -> None:
        model = local(write_model(tmp_path / "model.gguf", context=8192))
        assert "ended by itself (code 1): ZeroDivisionError: never divide" in failure_of(
            await events_of(model, prompt("hello", **LONG))
        )
        await model.unload()

    asyncio.run(session())


def test_that_a_model_that_does_not_fit_is_refused_with_the_numbers_before_loading(tmp_path: Path) -> None:
    path = write_slow_model(tmp_path / "model.gguf")
    need = memory.needed(inspect(path), memory.LEAST_CONTEXT).total // memory.MIB

    async def session() -> None:
        model = local(path, available_bytes=150 * memory.MIB)
        failure = failure_of(await events_of(model, prompt("hello")))
        assert f"needs {need:,} MiB" in failure
        assert "150 MiB are free" in failure
        assert not model.loaded

    asyncio.run(session())


@posix_only
def test_that_a_child_that_runs_out_of_memory_is_an_event(tmp_path: Path) -> None:
    path = write_slow_model(tmp_path / "model.gguf")

    async def session() -> None:
        model = local(path, force=True, memory_cap_bytes=120 * memory.MIB)
        events = await events_of(model, prompt("hello"))
        assert isinstance(events[-1], Failed)
        assert events[-1].reason.mend
        await model.unload()

    asyncio.run(session())


PARENT = """
import asyncio, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
from engine_models import local, prompt
async def main():
    model = local(Path({path!r}))
    async for event in model.chat(prompt("hello", max_tokens=7000, temperature=1.0)):
        if model.pid:
            print(model.pid, flush=True)
asyncio.run(main())
"""


@posix_only
@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
def test_that_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    path = write_slow_model(tmp_path / "model.gguf")
    root = Path(__file__).resolve().parents[2]
    code = PARENT.format(root=str(root), tests=str(root / "tests"), path=str(path))
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert Path(f"/proc/{child}").exists()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + PATIENT.exit_s
    while _runs(child):
        assert time.monotonic() < deadline, "the child outlived its parent"
        os.sched_yield()


def _runs(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_that_text_that_is_no_message_ends_the_child_and_not_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import workbench.inference.local.client as client

    babble = "import sys; print('Segmentation fault', flush=True); sys.stdin.read()"
    monkeypatch.setattr(client, "child_command", lambda: (sys.executable, "-c", babble))

    async def session() -> None:
        model = local(write_model(tmp_path / "model.gguf"))
        assert "not an answer" in failure_of(await events_of(model, prompt("hello")))

    asyncio.run(session())


def test_that_an_answer_after_a_failure_is_the_same_as_before(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf", context=8192)

    async def session() -> None:
        model = local(path)
        before = text_of(await events_of(model, prompt("same question")))
        await model.unload()
        assert text_of(await events_of(model, prompt("same question"))) == before
        await model.unload()

    asyncio.run(session())
