"""Thread counts by measurement, and memory said with numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.domain.errors import WorkbenchError
from workbench.inference.local import memory, threads
from workbench.inference.local.environment import FIXED, child_command, child_environment
from workbench.inference.local.gguf import GgufFile, inspect

from gguf_files import write_model


@pytest.mark.parametrize(("cores", "tried"), [(1, (1,)), (2, (1,)), (3, (1, 2)), (4, (1, 2, 3)), (8, (1, 2, 4, 7))])
def test_that_a_core_is_left_to_the_window(cores: int, tried: tuple[int, ...]) -> None:
    assert threads.candidates(cores) == tried


def test_that_the_fastest_count_is_chosen() -> None:
    assert threads.choose((1, 2, 4), {1: 0.4, 2: 0.2, 4: 0.1}.__getitem__) == threads.ThreadChoice(4, 0.1)


def test_that_counts_beyond_the_first_slower_one_are_not_even_tried() -> None:
    tried: list[int] = []

    def measure(count: int) -> float:
        tried.append(count)
        return {1: 0.006, 2: 0.4}[count]

    assert threads.choose((1, 2, 4, 7), measure).threads == 1
    assert tried == [1, 2]


def test_that_a_gain_under_five_percent_is_not_worth_a_thread() -> None:
    assert threads.choose((1, 2), {1: 0.100, 2: 0.097}.__getitem__).threads == 1


def test_that_a_collapse_is_seen_after_a_second_of_slow_tokens_only() -> None:
    watch = threads.CollapseWatch(0.01)
    assert not any(watch.saw(1, 0.3) for _ in range(3))
    assert watch.saw(1, 0.3)
    calm = threads.CollapseWatch(0.01)
    assert not any(calm.saw(1, seconds) for seconds in (0.9, 0.01, 0.9, 0.01, 0.9))
    assert not threads.CollapseWatch(0.1).saw(4, 1.5), "four answers may take four times as long"


def test_that_a_thread_count_is_remembered_for_a_week_and_a_broken_file_is_empty(tmp_path: Path) -> None:
    now = [1000.0]
    path = tmp_path / "threads.json"
    store = threads.JsonThreadMemory(path, clock=lambda: now[0])
    assert store.recall("a") is None
    store.remember("a", 1)
    assert threads.JsonThreadMemory(path, clock=lambda: now[0]).recall("a") == 1
    now[0] += threads.CACHE_S + 1
    assert store.recall("a") is None
    path.write_text("{not json")
    assert store.recall("a") is None
    store.remember("b", 1)
    assert store.recall("b") == 1
    nowhere = threads.JsonThreadMemory(path / "below a file" / "threads.json")
    nowhere.remember("a", 1)
    assert nowhere.recall("a") is None


def test_that_a_remembered_count_above_the_cores_of_this_machine_is_forgotten(tmp_path: Path) -> None:
    store = threads.JsonThreadMemory(tmp_path / "threads.json")
    store.remember("a", threads.cores() + 1)
    assert store.recall("a") is None


def test_that_physical_cores_are_counted_once_per_pair_of_siblings(tmp_path: Path) -> None:
    for number, siblings in enumerate(("0,2", "1,3", "0,2", "1,3")):
        place = tmp_path / f"cpu{number}" / "topology"
        place.mkdir(parents=True)
        (place / "thread_siblings_list").write_text(siblings + "\n")
    assert threads.physical_cores(tmp_path) == min(2, threads.cores())
    assert threads.physical_cores(tmp_path / "nowhere") == threads.cores()


def test_that_the_need_grows_with_the_context_by_keys_and_values(tmp_path: Path) -> None:
    file = inspect(write_model(tmp_path / "model.gguf"))
    assert file.kv_bytes_per_token is not None
    assert memory.needed(file, 2000).total - memory.needed(file, 1000).total == 1000 * file.kv_bytes_per_token
    assert memory.needed(file, 1000).weights == file.weight_bytes


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> GgufFile:
    """A model whose context is its largest part."""
    path = tmp_path_factory.mktemp("wide") / "model.gguf"
    return inspect(write_model(path, layers=4, width=512, heads=8, context=32_768))


@given(free=st.integers(50_000_000, 2_000_000_000), parallel=st.integers(1, 8))
def test_that_a_planned_context_fits_or_is_refused_with_numbers(wide: GgufFile, free: int, parallel: int) -> None:
    try:
        plan = memory.plan_context(wide, parallel=parallel, available=free)
    except WorkbenchError as error:
        assert "MiB" in error.what
        return
    assert plan.need.total <= memory.SHARE_OF_AVAILABLE * free
    assert plan.sequence_tokens <= plan.cells
    assert plan.sequence_tokens <= (wide.context or 0)


def test_that_a_control_group_limits_what_is_available(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("400\n")
    assert memory._control_group_available(tmp_path) == 600
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._control_group_available(tmp_path) is None


def test_that_the_child_gets_only_the_listed_variables() -> None:
    ours = {"PATH": "/bin", "OPENAI_API_KEY": "sk-1", "HTTPS_PROXY": "http://p", "PYTHONPATH": "/evil"}
    assert child_environment(ours) == {"PATH": "/bin"} | FIXED


def test_that_a_frozen_program_starts_itself_as_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child_command() == (sys.executable, "--engine-child")
