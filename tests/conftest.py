"""For all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# No time limit for one example: a busy machine is not a wrong answer. The same examples each time, so that a change is
# judged by itself; new ones are looked for by the slow tests (`make test-slow`).
settings.register_profile("workbench", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "workbench"))


@pytest.fixture(autouse=True)
def no_keychain(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keychain of whoever runs the tests is no part of them, except for those that bring one along."""
    if request.node.get_closest_marker("keychain") is None:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture(autouse=True)
def no_models_of_other_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What LM Studio or Ollama have on the machine that runs the tests is no part of them."""
    monkeypatch.setattr("workbench.inference.local.places.known_places", lambda: ())
