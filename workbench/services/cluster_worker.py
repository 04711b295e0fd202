"""What runs on a worker of a cluster: engines of its own, kept between questions.

Importing this loads nothing of the data folder; a worker has no keys, no store and no network of ours.
"""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

from workbench.domain.chat import ChatRequest, Failed
from workbench.domain.errors import WorkbenchError
from workbench.evals.executor import Here, Said
from workbench.inference.local.pool import LocalModels
from workbench.inference.local.same import fingerprint
from workbench.paths import data_dir

#: folders, separated as PATH is, in which a worker looks for model files that lie elsewhere than with the caller
FOLDERS_VARIABLE = "WORKBENCH_MODELS"


class _Engines:
    """One event loop in a thread of its own, and the engines that live in it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._models = LocalModels()
        self._files: dict[tuple[str, str], Path] = {}

    def ask(self, file: str, identity: str, request: ChatRequest, timeout_s: float) -> Said:
        try:
            path = self._file(file, identity)
        except WorkbenchError as error:
            return Said("", Failed(error))
        coroutine = Here().ask(self._models.model(path), request, timeout_s)
        return asyncio.run_coroutine_threadsafe(coroutine, self._running()).result()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="engines", daemon=True).start()
            return self._loop

    def _file(self, file: str, identity: str) -> Path:
        """The file with this content: where the caller has it, among the shipped models, or in a folder that was
        named."""
        with self._lock:
            known = self._files.get((file, identity))
            if known is not None and known.exists():
                return known
            folders = [Path(file).parent, data_dir("resources") / "demo_models"]
            folders += [Path(name) for name in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if name]
            for folder in folders:
                path = folder / Path(file).name
                found = fingerprint(path)
                if found is not None and f"file {found.hex()}" == identity:
                    self._files[file, identity] = path
                    return path
        raise WorkbenchError(
            f"A worker of the cluster has no file {Path(file).name} with this content",
            where=", ".join(map(str, folders)),
            mend=f"Copy it there, or name its folder to the worker in {FOLDERS_VARIABLE}.",
        )


_engines: _Engines | None = None
_first = threading.Lock()


def answer(file: str, identity: str, request: ChatRequest, timeout_s: float) -> Said:
    """What the model in a file says to a request, on this worker. Does not raise for what the person's world does."""
    global _engines
    with _first:
        if _engines is None:
            _engines = _Engines()
    return _engines.ask(file, identity, request, timeout_s)
