"""The graphics processors of this machine and their memory, asked without another program.

NVIDIA through the driver's own library (NVML), AMD through the kernel's files. Whether llama.cpp can use one depends on
how it was compiled: its libraries tell.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NVML = {"linux": "libnvidia-ml.so.1", "win32": "nvml.dll"}
GPU_LIBRARIES = ("cuda", "hip", "vulkan", "metal", "sycl", "opencl", "musa", "cann")
MOST_GPUS = 64
NAME_BYTES = 96


@dataclass(frozen=True, slots=True)
class Gpu:
    """One device; bytes of its memory, and those that are free now."""

    name: str
    total_bytes: int
    free_bytes: int


class _NvmlMemory(ctypes.Structure):
    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


def gpus(
    *, load: Callable[[str], Any] = ctypes.CDLL, drm: Path = Path("/sys/class/drm"), system: str = sys.platform
) -> tuple[Gpu, ...]:
    """All that the drivers show; empty when there is none or no driver. Never raises."""
    return (*_nvidia(load, system), *_amd(drm))


def engine_uses_gpus() -> bool:
    """Whether the installed llama.cpp was compiled for a GPU; the package is not imported to find out."""
    found = importlib.util.find_spec("llama_cpp")
    if found is None or found.origin is None:
        return False
    try:
        names = [entry.name.lower() for entry in (Path(found.origin).parent / "lib").iterdir()]
    except OSError:
        return False
    return any(f"ggml-{kind}" in name for name in names for kind in GPU_LIBRARIES)


def _nvidia(load: Callable[[str], Any], system: str) -> tuple[Gpu, ...]:
    name = NVML.get(system)
    if name is None:
        return ()
    try:
        nvml = load(name)
        if nvml.nvmlInit_v2() != 0:
            return ()
    except (OSError, AttributeError):
        return ()
    try:
        count = ctypes.c_uint()
        if nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)) != 0:
            return ()
        found = (_nvidia_device(nvml, index) for index in range(min(count.value, MOST_GPUS)))
        return tuple(device for device in found if device is not None)
    except AttributeError:
        return ()
    finally:
        with contextlib.suppress(AttributeError):
            nvml.nvmlShutdown()


def _nvidia_device(nvml: Any, index: int) -> Gpu | None:
    handle, memory, name = ctypes.c_void_p(), _NvmlMemory(), ctypes.create_string_buffer(NAME_BYTES)
    if nvml.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(index), ctypes.byref(handle)) != 0:
        return None
    if nvml.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory)) != 0:
        return None
    known = nvml.nvmlDeviceGetName(handle, name, ctypes.c_uint(NAME_BYTES)) == 0
    return Gpu(name.value.decode("utf-8", "replace") if known else "NVIDIA GPU", memory.total, memory.free)


def _amd(drm: Path) -> tuple[Gpu, ...]:
    found = []
    try:
        devices = sorted(drm.glob("card[0-9]*/device"))
    except OSError:
        return ()
    for device in devices[:MOST_GPUS]:
        total, used = _number(device / "mem_info_vram_total"), _number(device / "mem_info_vram_used")
        if total and used is not None:
            found.append(Gpu(_text(device / "product_name") or "AMD GPU", total, max(0, total - used)))
    return tuple(found)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.isdecimal() else None
