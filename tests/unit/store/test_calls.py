"""The ledger in the data file, and the journal that writes many small rows for few flushes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.domain.calls import Call, DataClass, Outcome, Purpose
from workbench.domain.errors import WorkbenchError
from workbench.domain.ids import new_id
from workbench.store.calls import Calls
from workbench.store.journal import Journal
from workbench.store.store import Store

from scenario_values import store_in


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = store_in(tmp_path)
    yield store
    store.close()


@pytest.fixture
def journal(store: Store) -> Iterator[Journal]:
    journal = Journal(store)
    yield journal
    journal.close()


def a_call(**parts: object) -> Call:
    known = {"id": new_id(), "at": "2026-11-21T12:00:00+00:00", "host": "api.example.com", "purpose": Purpose.ANSWER}
    return Call(**{**known, **parts})  # type: ignore[arg-type]


def test_that_a_row_is_on_the_disk_when_begin_comes_back(store: Store, journal: Journal, tmp_path: Path) -> None:
    call = a_call(scenario_id="s1", data=DataClass.SCENARIO, bytes_out=1200)
    asyncio.run(Calls(store, journal).begin(call))
    other = store_in(tmp_path)
    assert Calls(other, journal).latest() == (call,)
    other.close()


def test_that_a_row_is_completed_in_place(store: Store, journal: Journal) -> None:
    calls, call = Calls(store, journal), a_call()
    asyncio.run(calls.begin(call))
    ended = replace(call, outcome=Outcome.ANSWERED, status=200, bytes_in=50, ended_at="2026-11-21T12:00:01+00:00")
    calls.end(ended)
    journal.close()
    assert calls.latest() == (ended,)


def test_that_the_ledger_is_searched_and_paged(store: Store, journal: Journal) -> None:
    calls = Calls(store, journal)
    made = [a_call(host=f"host{number}", scenario_id="s1" if number % 2 else None) for number in range(10)]
    calls_refused = a_call(host="host3", outcome=Outcome.REFUSED, why="must stay", rule="local-only")
    for call in (*made, calls_refused):
        calls.end(call)
    journal.close()
    newest = sorted((*made, calls_refused), key=lambda call: call.id, reverse=True)
    assert calls.latest(limit=3) == tuple(newest[:3])
    assert calls.latest(limit=3, before=newest[2]) == tuple(newest[3:6])
    assert {call.host for call in calls.latest(scenario_id="s1")} == {"host1", "host3", "host5", "host7", "host9"}
    assert calls.latest(words="HOST3 stay") == (calls_refused,)
    assert calls.latest(outcome=Outcome.REFUSED) == (calls_refused,)


def test_that_what_left_is_summed_by_host_without_this_machine(store: Store, journal: Journal) -> None:
    calls = Calls(store, journal)
    for _ in range(2):
        calls.end(a_call(bytes_out=100, bytes_in=10, outcome=Outcome.ANSWERED))
    calls.end(a_call(outcome=Outcome.REFUSED))
    calls.end(a_call(host="127.0.0.1:8080", local=True, bytes_out=999))
    journal.close()
    (out,) = calls.outflow()
    assert (out.host, out.calls, out.bytes_out, out.bytes_in, out.refused) == ("api.example.com", 2, 200, 20, 1)


def test_that_many_writes_at_once_take_few_transactions(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions = 0
    write = store.write

    def counted() -> object:
        nonlocal transactions
        transactions += 1
        return write()

    monkeypatch.setattr(store, "write", counted)
    calls = Calls(store, journal)

    async def thirty_two() -> None:
        for _ in range(5):
            await asyncio.gather(*(calls.begin(a_call()) for _ in range(32)))

    asyncio.run(thirty_two())
    assert len(calls.latest(limit=1000)) == 160
    assert transactions < 40


def test_that_one_bad_write_spoils_no_other(store: Store, journal: Journal) -> None:
    def refuse(_: object) -> None:
        raise WorkbenchError("over the cap")

    calls, call = Calls(store, journal), a_call()

    async def together() -> list[object]:
        return await asyncio.gather(journal.do(refuse), calls.begin(call), return_exceptions=True)

    refused, kept = asyncio.run(together())
    assert str(refused).startswith("over the cap") and kept is None
    assert calls.latest() == (call,)


def test_that_a_write_after_the_end_is_refused(store: Store, journal: Journal) -> None:
    journal.close()
    with pytest.raises(WorkbenchError, match="closing"):
        asyncio.run(Calls(store, journal).begin(a_call()))
