"""Runs the sample's eval on the shipped demo models and writes the evidence that the sample opens with.

Run it again whenever a demo model or the eval data changes: `.venv/bin/python -m resources.scenarios.record_evidence`.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from workbench.app import Services
from workbench.domain.ids import new_id
from workbench.paths import Paths, data_dir, replace_file
from workbench.services.scenario_text import read_text_file
from workbench.services.scenarios import SAMPLE_SLUG
from workbench.store.evidence_text import Evidence, evidence_to_json

FOLDER = data_dir("resources") / "scenarios"


async def record(services: Services) -> Evidence:
    """The eval of the sample's data on every demo model, finished."""
    sample = services.scenarios.new("Recording")
    dataset = services.scenarios.dataset_path(read_text_file(FOLDER / f"{SAMPLE_SLUG}.yaml"))
    assert dataset is not None
    models = sorted((data_dir("resources") / "demo_models").glob("*.gguf"), key=lambda file: file.stat().st_size)
    data = services.eval_data.dataset(dataset)
    run = services.eval_setup.new_run(
        data, [str(model) for model in models], scenario_id=sample.id, name="Sample cases on the demo models"
    )
    finished = await services.evals.run(run, data, models=[str(model) for model in models])
    await services.evals.stop()
    hashes = {
        model_id: hashlib.sha256(file.read_bytes()).hexdigest()
        for model_id, file in zip(run.model_ids, models, strict=True)
    }
    results = services.store.eval_runs.results(run.id)
    kept = new_id()
    shipped = replace(finished, id=kept, scenario_id=None)
    return Evidence((shipped,), tuple(replace(result, eval_run_id=kept) for result in results), hashes)


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        services = Services(Paths.resolve(Path(home)))
        try:
            evidence = asyncio.run(record(services))
        finally:
            services.close()
    target = FOLDER / f"{SAMPLE_SLUG}.evidence.json"
    replace_file(target, evidence_to_json(evidence).encode("utf-8"))
    target.chmod(0o644)  # shipped: everybody may read it
    sys.stdout.write(f"{len(evidence.results)} results of {len(evidence.model_hashes)} models: {target.name}\n")


if __name__ == "__main__":
    main()
