"""The lanes: results on the GUI thread, in order, never to a page that is gone."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot
from shiboken6 import delete
from workbench.domain.errors import WorkbenchError
from workbench.gui.tasks import Progress, Run, Tasks


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    assert made.close(5.0)


def idle(qtbot: QtBot, tasks: Tasks) -> None:
    qtbot.waitUntil(lambda: tasks.is_idle, timeout=5000)


@pytest.mark.parametrize("lane", ["db", "pool"])
def test_that_a_result_comes_back_on_the_gui_thread(tasks: Tasks, qtbot: QtBot, lane: Any) -> None:
    seen: list[tuple[int, bool, bool]] = []
    here = threading.get_ident()
    tasks.start(
        threading.get_ident,
        lane=lane,
        done=lambda there: seen.append((there, threading.get_ident() == here, QThread.isMainThread())),
    )
    idle(qtbot, tasks)
    [(there, back_here, main)] = seen
    assert there != here and back_here and main


def test_that_a_coroutine_runs_in_the_net_lane(tasks: Tasks, qtbot: QtBot) -> None:
    async def double(value: int) -> int:
        await asyncio.sleep(0)
        return value * 2

    seen: list[int] = []
    tasks.start(lambda: double(21), lane="net", done=seen.append)
    idle(qtbot, tasks)
    assert seen == [42]


def test_that_the_db_lane_keeps_the_order(tasks: Tasks, qtbot: QtBot) -> None:
    ran: list[int] = []
    for number in range(50):
        tasks.start(lambda number=number: ran.append(number), lane="db")  # type: ignore[misc]
    idle(qtbot, tasks)
    assert ran == list(range(50))


def test_that_a_persons_error_goes_to_failed_and_not_to_done(tasks: Tasks, qtbot: QtBot) -> None:
    def refuse() -> None:
        raise WorkbenchError("The file is empty", mend="Choose another one.")

    errors: list[WorkbenchError] = []
    tasks.start(refuse, done=lambda _: pytest.fail("done was called"), failed=errors.append)
    idle(qtbot, tasks)
    assert [e.what for e in errors] == ["The file is empty"]


def test_that_an_error_nobody_takes_is_shown_by_the_window(tasks: Tasks, qtbot: QtBot) -> None:
    def refuse() -> None:
        raise WorkbenchError("The disk is full")

    with qtbot.waitSignal(tasks.unhandled) as caught:
        tasks.start(refuse, lane="db")
    assert caught.args[0].what == "The disk is full"


@pytest.mark.parametrize("lane", ["pool", "db", "net"])
def test_that_a_bug_goes_to_the_excepthook_and_the_page_is_freed(
    tasks: Tasks, qtbot: QtBot, lane: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: caught.append(kind))

    def bug() -> None:
        raise ZeroDivisionError

    async def async_bug() -> None:
        raise ZeroDivisionError

    stopped: list[bool] = []
    tasks.start(async_bug if lane == "net" else bug, lane=lane, stopped=lambda: stopped.append(True))
    idle(qtbot, tasks)
    assert caught == [ZeroDivisionError] and stopped == [True]


def test_that_a_page_that_closed_hears_nothing(tasks: Tasks, qtbot: QtBot) -> None:
    owner, go = QObject(), threading.Event()
    tasks.start(go.wait, done=lambda _: pytest.fail("a late result arrived"), owner=owner)
    delete(owner)
    go.set()
    idle(qtbot, tasks)


def test_that_progress_arrives_before_the_result_and_in_order(tasks: Tasks, qtbot: QtBot) -> None:
    events: list[object] = []

    def count(run: Run) -> str:
        for number in range(5):
            run.report(Progress(number, 5, f"case {number}"))
        return "end"

    handle = tasks.start_reporting(count, name="Counting", progress=events.append, done=events.append)
    idle(qtbot, tasks)
    assert events == [*(Progress(n, 5, f"case {n}") for n in range(5)), "end"]
    assert handle.share_done == pytest.approx(0.8)


def test_that_time_left_is_not_guessed_without_a_total(tasks: Tasks, qtbot: QtBot) -> None:
    handle = tasks.start_reporting(lambda run: run.report(Progress(3)), name="Loading")
    idle(qtbot, tasks)
    assert handle.share_done is None and handle.seconds_left is None


def test_that_cancel_reaches_a_function_that_looks(tasks: Tasks, qtbot: QtBot) -> None:
    begun, stopped = threading.Event(), []

    def work(run: Run) -> str:
        begun.set()
        while not run.cancelled:
            begun.wait(0.001)
        return "half done"

    handle = tasks.start_reporting(
        work, name="Working", done=lambda _: pytest.fail("done after Cancel"), stopped=lambda: stopped.append(True)
    )
    qtbot.waitUntil(begun.is_set)
    handle.cancel()
    handle.cancel()
    idle(qtbot, tasks)
    assert stopped == [True] and handle.is_over


def test_that_cancel_ends_a_coroutine_that_would_wait_for_ever(tasks: Tasks, qtbot: QtBot) -> None:
    begun, cleaned, stopped = threading.Event(), [], []

    async def wait() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append(True)

    handle = tasks.start(wait, lane="net", name="Waiting", stopped=lambda: stopped.append(True))
    qtbot.waitUntil(begun.is_set)
    handle.cancel()
    idle(qtbot, tasks)
    assert cleaned == [True] and stopped == [True]


def test_that_a_cancelled_write_is_still_done(tasks: Tasks, qtbot: QtBot) -> None:
    written: list[str] = []
    gate = threading.Event()
    tasks.start(gate.wait, lane="db")
    handle = tasks.start(lambda: written.append("saved"), lane="db")
    handle.cancel()
    gate.set()
    idle(qtbot, tasks)
    assert written == ["saved"]


def test_that_only_named_tasks_are_listed(tasks: Tasks, qtbot: QtBot) -> None:
    gate = threading.Event()
    tasks.start(gate.wait)
    named = tasks.start(gate.wait, name="Scoring 150 cases")
    assert tasks.named == (named,)
    gate.set()
    idle(qtbot, tasks)
    assert tasks.named == ()


def test_that_closing_ends_every_thread_and_finishes_queued_writes(qtbot: QtBot) -> None:
    tasks, written = Tasks(), []

    async def forever() -> None:
        await asyncio.Event().wait()

    def until_cancelled(run: Run) -> None:
        while not run.cancelled:
            threading.Event().wait(0.001)

    tasks.start(forever, lane="net")
    tasks.start_reporting(until_cancelled)
    for number in range(20):
        tasks.start(lambda number=number: written.append(number), lane="db")  # type: ignore[misc]
    assert tasks.close(2.0)
    assert written == list(range(20))
    assert not [t for t in threading.enumerate() if t.name.startswith("lane-")]
    assert tasks.start(lambda: None).is_over


def test_that_the_farewell_runs_after_everything_else_was_cancelled(qtbot: QtBot) -> None:
    tasks, order = Tasks(), []
    begun = threading.Event()

    async def forever() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            order.append("cancelled")

    async def farewell() -> None:
        order.append("farewell")

    tasks.start(forever, lane="net")
    qtbot.waitUntil(begun.is_set)
    assert tasks.close(2.0, farewell=farewell)
    assert order == ["cancelled", "farewell"]


def test_that_what_a_cancelled_coroutine_is_still_keeping_is_kept_when_the_window_closes(qtbot: QtBot) -> None:
    tasks, kept = Tasks(), []
    started, keeps = threading.Event(), threading.Event()

    async def keep() -> None:
        keeps.set()
        await asyncio.sleep(0.1)
        kept.append("what was said")

    async def ask() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            keeping = asyncio.create_task(keep())
            while not keeping.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.shield(keeping)
            raise

    handle = tasks.start(ask, lane="net")
    qtbot.waitUntil(started.is_set)
    handle.cancel()
    qtbot.waitUntil(keeps.is_set)
    assert tasks.close(5.0)
    assert kept == ["what was said"]


def test_that_a_stuck_job_does_not_keep_the_window_from_closing(qtbot: QtBot) -> None:
    tasks, never, begun = Tasks(), threading.Event(), threading.Event()

    def stick() -> None:
        begun.set()
        never.wait()

    tasks.start(stick)
    qtbot.waitUntil(begun.is_set)
    assert not tasks.close(0.2)
    never.set()
