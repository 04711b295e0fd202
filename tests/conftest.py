"""For all tests."""

from __future__ import annotations

import pytest
from hypothesis import settings

# no time limit for one example: a busy machine is not a wrong answer
settings.register_profile("workbench", deadline=None)
settings.load_profile("workbench")


@pytest.fixture(autouse=True)
def no_models_of_other_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What LM Studio or Ollama have on the machine that runs the tests is no part of them."""
    monkeypatch.setattr("workbench.inference.local.places.known_places", lambda: ())
