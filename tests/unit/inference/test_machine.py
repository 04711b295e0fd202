"""What is known of this machine: its measured speed, its graphics processors, measured models."""

from __future__ import annotations

import asyncio
import ctypes
import json
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.analysis.local_speed import EngineSpeed
from workbench.inference.local import engine_probe
from workbench.inference.local import machine as machines
from workbench.inference.local.gguf import inspect
from workbench.inference.local.gpus import Gpu, engine_uses_gpus, gpus
from workbench.inference.local.machine import Machine, MachineSpeed, fingerprint
from workbench.inference.local.measured import Measurement, Measurements
from workbench.paths import data_dir
from workbench.services.fitting import Fit, machine_sentence

from gguf_files import write_model

MEASURED = Measurement(21.5, 18.0, 0.4, 130, 325.0, 48, 6, 1, 0.2, 300_000_000, "2026-11-26T10:00:00+00:00", "engine")


def test_that_this_machine_is_measured_to_something_possible() -> None:
    speed = machines.measure(1)
    assert 1e8 < speed.read_bytes_s < 1e13
    assert 1e8 < speed.flops < 1e15


def test_that_a_machine_is_measured_once_and_again_when_it_is_another_or_long_ago(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[int] = []

    def measure(threads: int) -> MachineSpeed:
        measured.append(threads)
        return MachineSpeed(30e9 + len(measured), 1e11, threads)

    monkeypatch.setattr(machines, "measure", measure)
    now = [1000.0]
    store = tmp_path / "cache" / "machine.json"

    def speed() -> float:
        return Machine(store, clock=lambda: now[0]).speed().read_bytes_s

    assert speed() == speed() == 30e9 + 1
    now[0] += 91 * 24 * 3600
    assert speed() == 30e9 + 2
    monkeypatch.setattr(machines, "fingerprint", lambda: "another processor")
    assert speed() == 30e9 + 3


@pytest.mark.parametrize(
    "content", ["", "[", "[]", '{"machine": "M", "at": 1, "read_bytes_s": 1e99, "flops": 1e11, "threads": 1}']
)
def test_that_a_damaged_memory_of_the_machine_is_measured_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setattr(machines, "measure", lambda threads: MachineSpeed(5e9, 1e11, threads))
    store = tmp_path / "machine.json"
    store.write_text(content.replace('"M"', json.dumps(fingerprint())))
    assert Machine(store, clock=lambda: 2.0).speed().read_bytes_s == 5e9


def test_that_the_engine_is_asked_once_and_what_it_said_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machines, "measure", lambda threads: MachineSpeed(5e9, 1e11, threads))
    asked: list[EngineSpeed] = []

    def probe() -> EngineSpeed:
        asked.append(EngineSpeed(35e-6, 5e-9))
        return asked[-1]

    store = tmp_path / "machine.json"
    assert Machine(store).speed().engine is None
    store.write_text(store.read_text().replace('"engine"', '"of a version that did not ask"'))
    for _ in range(2):
        assert Machine(store, probe=probe).speed().engine == EngineSpeed(35e-6, 5e-9)
    assert Machine(store, probe=lambda: None).known() == Machine(store, probe=probe).speed()
    assert len(asked) == 1
    store.write_text(store.read_text().replace("3.5e-05", "-1"))
    assert Machine(store, probe=probe).known() is None


def test_that_the_smallest_model_says_what_a_token_takes_here(tmp_path: Path) -> None:
    found = engine_probe.probe(data_dir("resources") / "demo_models" / engine_probe.SMALLEST)
    assert found is not None
    assert 1e-6 < found.token_s < 0.1 and 0 <= found.attention_s < 1e-5
    assert engine_probe.probe(tmp_path / "missing.gguf") is None


def test_that_the_engine_is_asked_from_within_an_event_loop_too(tmp_path: Path) -> None:
    async def ask() -> EngineSpeed | None:
        return engine_probe.probe(tmp_path / "missing.gguf")

    assert asyncio.run(ask()) is None


# --- measured models ---


def test_that_a_measurement_is_found_again_after_the_file_was_moved(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.gguf")
    kept = Measurements(tmp_path / "measured")
    kept.keep(inspect(path), MEASURED)
    moved = path.rename(tmp_path / "moved.gguf")
    assert Measurements(tmp_path / "measured").of(inspect(moved)) == MEASURED


def test_that_a_measurement_counts_for_no_other_model_and_no_other_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Measurements(tmp_path / "measured")
    file = inspect(write_model(tmp_path / "m.gguf"))
    kept.keep(file, MEASURED)
    assert kept.of(inspect(write_model(tmp_path / "other.gguf", layers=2))) is None
    monkeypatch.setattr("workbench.inference.local.measured.fingerprint", lambda: "another machine")
    assert kept.of(file) is None


@pytest.mark.parametrize("damage", ["", "[]", '{"machine": 1}', "nan"])
def test_that_a_damaged_measurement_counts_as_none(tmp_path: Path, damage: str) -> None:
    kept = Measurements(tmp_path / "measured")
    file = inspect(write_model(tmp_path / "m.gguf"))
    kept.keep(file, replace(MEASURED, tokens_per_s=float("nan")) if damage == "nan" else MEASURED)
    if damage != "nan":
        next((tmp_path / "measured").iterdir()).write_text(damage)
    assert kept.of(file) is None


# --- graphics processors ---


class FakeNvml:
    """The five functions of NVML over one invented card."""

    def __init__(self, result: int = 0) -> None:
        self.result = result

    def nvmlInit_v2(self) -> int:
        return self.result

    def nvmlShutdown(self) -> int:
        return 0

    def nvmlDeviceGetCount_v2(self, count: object) -> int:
        ctypes.cast(count, ctypes.POINTER(ctypes.c_uint))[0] = 1  # type: ignore[arg-type]
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index: object, handle: object) -> int:
        return 0

    def nvmlDeviceGetMemoryInfo(self, handle: object, memory: object) -> int:
        numbers = ctypes.cast(memory, ctypes.POINTER(ctypes.c_ulonglong))  # type: ignore[arg-type]
        numbers[0], numbers[1], numbers[2] = 24 << 30, 20 << 30, 4 << 30
        return 0

    def nvmlDeviceGetName(self, handle: object, name: ctypes.Array[ctypes.c_char], length: object) -> int:
        name.value = b"NVIDIA Test 24"
        return 0


def missing(name: str) -> object:
    raise OSError(f"{name}: cannot open shared object file")


def test_that_an_nvidia_card_is_asked_through_the_drivers_library(tmp_path: Path) -> None:
    found = gpus(load=lambda name: FakeNvml(), drm=tmp_path, system="linux")
    assert found == (Gpu("NVIDIA Test 24", 24 << 30, 20 << 30),)


def test_that_an_amd_card_is_read_from_the_kernels_files(tmp_path: Path) -> None:
    device = tmp_path / "card0" / "device"
    device.mkdir(parents=True)
    (device / "mem_info_vram_total").write_text("17163091968\n")
    (device / "mem_info_vram_used").write_text("163091968\n")
    (tmp_path / "card1" / "device").mkdir(parents=True)
    assert gpus(load=missing, drm=tmp_path, system="linux") == (Gpu("AMD GPU", 17163091968, 17_000_000_000),)


def test_that_a_machine_without_a_card_or_driver_has_none(tmp_path: Path) -> None:
    assert gpus(load=missing, drm=tmp_path / "nowhere", system="linux") == ()
    assert gpus(load=lambda name: FakeNvml(result=9), drm=tmp_path, system="linux") == ()
    assert gpus(load=lambda name: object(), drm=tmp_path, system="linux") == ()
    assert gpus(load=missing, drm=tmp_path, system="darwin") == ()


def test_that_the_engine_says_by_its_libraries_whether_it_uses_a_card() -> None:
    assert engine_uses_gpus() in (True, False)


def test_that_the_sentence_says_whether_a_model_fits_the_cards_memory() -> None:
    machine = MachineSpeed(30e9, 1e11, 1)
    fit = Fit("M", 10_000_000_000, None, 512, "unknown")
    cards = (Gpu("Small", 8_000_000_000, 6_000_000_000), Gpu("Large", 24_000_000_000, 20_000_000_000))
    said = machine_sentence(machine, cards, fit, uses_gpus=True)
    assert (
        "Small with 6 GB free, 4.6 GB too little for it" in said
        and "Large with 20 GB free, where it fits whole" in said
    )
    assert "does not use it" in machine_sentence(machine, cards, fit, uses_gpus=False)
    assert "no GPU was seen" in machine_sentence(machine, (), fit, uses_gpus=False)
