"""Which local files take part in matching."""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench.app import build
from workbench.paths import data_dir


def test_that_a_file_of_the_persons_own_takes_part_and_leaves_again(tmp_path: Path) -> None:
    services = build(tmp_path / "home")
    own = tmp_path / "models" / "our-own.gguf"
    own.parent.mkdir()
    shutil.copy(data_dir("resources") / "demo_models" / "demo-nano.gguf", own)
    scenario = services.scenarios.new("Local")

    def offered() -> set[str]:
        return {verdict.model_id for verdict in services.shortlist.shortlist(scenario).verdicts}

    assert "local/our-own" not in offered()
    services.library.add_folder(own.parent)
    assert "local/our-own" in offered()
    services.library.forget(own.parent)
    assert "local/our-own" not in offered()
    services.close()
