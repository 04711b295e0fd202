"""How an engine child is started: which program, with which few variables of the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

#: everything else stays behind, keys and tokens above all
ALLOWED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SYSTEMROOT",
    "WINDIR",
    "TEMP",
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "ONEAPI_DEVICE_SELECTOR",
    "GGML_VK_VISIBLE_DEVICES",
)
#: OpenMP threads give up spinning soon (two spinning threads on busy cores: 400 ms a token instead of 7); ggml must not
#: start a debugger when it aborts; numpy, which llama_cpp imports, needs no threads of its own
FIXED = {"GOMP_SPINCOUNT": "10000", "GGML_NO_BACKTRACE": "1", "OPENBLAS_NUM_THREADS": "1"}
ENTRY = (
    "import sys; root = sys.argv.pop(1); root in sys.path or sys.path.insert(0, root); "
    "from workbench.inference.local.child import main; main()"
)


def child_environment(ours: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that the child gets."""
    return {name: ours[name] for name in ALLOWED if name in ours} | FIXED


def child_command() -> tuple[str, ...]:
    """The command line of a child: this interpreter, isolated, on this very code.

    A frozen program is its own interpreter; its `__main__` knows `--engine-child`.
    """
    if getattr(sys, "frozen", False):
        return (sys.executable, "--engine-child")
    root = str(Path(__file__).resolve().parents[3])
    return (sys.executable, "-I", "-X", "utf8", "-c", ENTRY, root)
