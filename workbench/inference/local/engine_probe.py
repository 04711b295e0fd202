"""What the engine itself takes for a token on this machine, measured with the smallest model there is.

A model of 0.2 MB has next to no weights to read: what its token takes is what every token takes. A question of some
hundred tokens then shows what attention costs, which in narrow heads is far more than their arithmetic.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from workbench.analysis.local_speed import EngineSpeed
from workbench.domain.chat import Done, Sampling, Timing, ask
from workbench.domain.errors import WorkbenchError
from workbench.inference.local.model import LocalModel
from workbench.inference.local.pool import LocalModels

#: the smallest of the demo models
SMALLEST = "demo-nano.gguf"
ROUNDS = 5
PATIENCE_S = 20.0
QUESTION = "Which of the requests below is about travel, which about leave, which about neither? " * 3


def probe(model: Path) -> EngineSpeed | None:
    """Loads the model in a child of its own, for a second; None where it cannot be run. Call it from any thread."""
    with ThreadPoolExecutor(1) as pool:  # the caller may run an event loop of its own
        return pool.submit(asyncio.run, _probe(model)).result()


async def _probe(path: Path) -> EngineSpeed | None:
    engines = LocalModels()
    try:
        async with asyncio.timeout(PATIENCE_S):
            model = engines.model(path)
            await model.load()
            ready, file = model.ready, model.file
            rounds = [timing for _ in range(ROUNDS) if (timing := await _round(model)) is not None]
    except (WorkbenchError, OSError, TimeoutError):
        return None
    finally:
        await engines.close()
    width = (file.layers or 0) * (file.heads or 0) * (file.head_dim or 0)
    tokens = [timing.itl_p50_s for timing in rounds if timing.itl_p50_s]
    if ready is None or not tokens or not width:
        return None
    context = rounds[0].tokens_in + rounds[0].tokens_out / 2
    attention_s = max(min(tokens) - ready.token_s, 0.0) / (context * width)
    return EngineSpeed(token_s=ready.token_s, attention_s=attention_s)


async def _round(model: LocalModel) -> Timing | None:
    request = ask(QUESTION, sampling=Sampling(max_tokens=16), fresh=True)
    async for event in model.chat(request):
        if isinstance(event, Done):
            return event.timing
    return None
