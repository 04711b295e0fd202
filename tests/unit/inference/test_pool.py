"""All local models of one program."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from workbench.domain.chat import Done
from workbench.inference.local.model import LocalSettings
from workbench.inference.local.pool import LocalModels
from workbench.inference.local.threads import JsonThreadMemory

from engine_models import PATIENT, events_of, prompt
from gguf_files import write_model


def test_that_one_file_is_one_model_and_the_least_recently_used_is_unloaded(tmp_path: Path) -> None:
    paths = [write_model(tmp_path / f"{name}.gguf", seed=seed) for seed, name in enumerate("abc")]

    async def session() -> None:
        async with LocalModels(settings=LocalSettings(threads=1, patience=PATIENT), most_loaded=2) as models:
            assert models.model(paths[0]) is models.model(paths[0])
            for path in (paths[0], paths[1], paths[0], paths[2]):
                assert isinstance((await events_of(models.model(path), prompt("Hello")))[-1], Done)
            assert [model.path.stem for model in models.loaded()] == ["a", "c"]
            kept = models.loaded()
        assert all(not model.loaded for model in kept)

    asyncio.run(session())


def test_that_a_measured_thread_count_is_remembered(tmp_path: Path) -> None:
    path = write_model(tmp_path / "a.gguf")

    async def session() -> None:
        memory = JsonThreadMemory(tmp_path / "threads.json")
        async with LocalModels(settings=LocalSettings(patience=PATIENT), thread_memory=memory) as models:
            model = models.model(path)
            await model.load()
            assert model.ready is not None
            assert memory.recall(f"a.gguf:{path.stat().st_size}") == model.ready.threads
            assert model.ready.token_s > 0

    asyncio.run(session())


TWO_LOOPS = """
import asyncio, sys
sys.path[:0] = sys.argv[1:3]
from pathlib import Path
from engine_models import events_of, local, prompt
model = local(Path(sys.argv[3]))
async def once():
    print(type((await events_of(model, prompt("Hello")))[-1]).__name__, model.pid)
asyncio.run(once())
asyncio.run(once())
asyncio.run(model.unload())
print(model.loaded)
"""


def test_that_a_model_asked_from_another_event_loop_is_started_anew(tmp_path: Path) -> None:
    path = write_model(tmp_path / "a.gguf")
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", TWO_LOOPS, str(root), str(root / "tests"), str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert told[0] == told[2] == "Done"
    assert told[1] != told[3]
    assert told[4] == "False"
