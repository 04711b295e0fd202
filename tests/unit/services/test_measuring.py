"""Measuring a model in a real engine child, and what becomes of the result."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.app import Services, build
from workbench.cli.main import run
from workbench.domain.chat import Timing
from workbench.domain.errors import WorkbenchError
from workbench.inference.local.model import LocalModel
from workbench.services.measuring import _summary

from gguf_files import write_model


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = build(tmp_path / "home")
    yield made
    made.close()


async def measured(services: Services, reference: str) -> tuple[list[int], float]:
    seen: list[int] = []
    async with services.engines:
        result = await services.measuring.measure(reference, lambda done, most: seen.append(done))
    return seen, result.tokens_per_s


def test_that_a_measured_speed_replaces_the_prediction_everywhere(services: Services, tmp_path: Path) -> None:
    path = write_model(tmp_path / "own.gguf")
    services.library.add_file(path)
    file = services.library.inspect("own")
    before = services.library.speed(file)
    state = services.library.state()
    assert before is not None and not before.measured
    seen, speed = asyncio.run(measured(services, "own"))
    after = services.library.speed(file)
    assert after is not None and after.measured and after.as_of
    assert after.tokens_per_s.low == after.tokens_per_s.high == speed > 0
    assert seen[0] == 0 and len(seen) >= 2
    assert services.library.state() != state, "the shortlist is told"


def test_that_a_model_that_ends_its_answers_at_once_is_still_measured(services: Services, tmp_path: Path) -> None:
    path = write_model(tmp_path / "silent.gguf", output=0, end_token=0)
    assert asyncio.run(measured(services, str(path)))[1] > 0


def test_that_a_model_with_short_answers_is_measured_by_them_and_not_without_a_question(services: Services) -> None:
    async def loaded() -> LocalModel:
        async with services.engines:
            model = services.engines.model(services.library.checked("demo-nano"))
            await model.load()
            assert model.ready is not None
            model.ready = replace(model.ready, token_s=0.001)
            short = Timing(0.1, None, 257, 2, 0.2, itl_p50_s=0.005)
            assert _summary(model, [short, replace(short, itl_p50_s=0.004)], 0.1).tokens_per_s == 250
            long = replace(short, tokens_out=48, tokens_per_s=100.0)
            assert _summary(model, [short, long], 0.1).tokens_per_s == 100
            assert _summary(model, [replace(short, itl_p50_s=None)], 0.1).tokens_per_s == 1000
            return model

    asyncio.run(loaded())


def test_that_an_unsound_model_is_refused_and_nothing_is_kept(services: Services, tmp_path: Path) -> None:
    path = write_model(tmp_path / "broken.gguf", keys={"llama.block_count": 0})
    with pytest.raises(WorkbenchError, match="0 layers"):
        asyncio.run(measured(services, str(path)))
    assert not (tmp_path / "home" / "measured").exists()


def test_that_a_cancelled_measurement_leaves_no_result_and_no_child(services: Services, tmp_path: Path) -> None:
    path = write_model(tmp_path / "own.gguf")

    async def cancelled() -> None:
        begun = asyncio.Event()
        async with services.engines:
            task = asyncio.create_task(services.measuring.measure(str(path), lambda done, most: begun.set()))
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(cancelled())
    assert services.library.measurement(services.library.inspect(str(path))) is None


def test_that_fit_and_measure_print_what_scripts_need(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(tmp_path / "home"), "library"]
    assert run([*home, "fit", "demo-nano", "--json", "--context", "100", "--cache", "q8_0"]) == 0
    fit = json.loads(capsys.readouterr().out)
    assert fit["need_bytes"] == fit["weights_bytes"] + fit["cache_bytes"] + fit["working_bytes"]
    assert fit["cache_bytes"] == 100 * 256 * 34 // 64
    assert not fit["speed"]["measured"] and fit["speed"]["tokens_per_s"]["low"] > 0
    assert fit["machine"]["read_bytes_s"] > 0 and fit["gpus"] == []
    assert run([*home, "measure", "demo-nano", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["tokens_per_s"] > 0 and result["predicted"]["prompt_tokens"] == result["prompt_tokens"]
    assert run([*home, "fit", "demo-nano"]) == 0
    said = capsys.readouterr().out
    assert "Measured here on" in said and "no GPU was seen" in said


def test_that_a_context_beyond_what_the_model_was_made_for_is_said_though_the_memory_holds_it(
    services: Services,
) -> None:
    beyond, within = (services.library.fit("demo-nano", context_tokens=tokens) for tokens in (2_048, 512))
    assert "made for 512 tokens and cannot use more" in beyond.sentence and beyond.short.endswith("beyond its context")
    assert "cannot use more" not in within.sentence and "beyond" not in within.short


def test_that_a_context_below_one_is_refused(services: Services) -> None:
    with pytest.raises(WorkbenchError, match="at least one token"):
        services.library.fit("demo-nano", context_tokens=0)
    with pytest.raises(WorkbenchError, match="no cache type"):
        services.library.fit("demo-nano", cache_type="q3")
