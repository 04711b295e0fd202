"""For all tests."""

from __future__ import annotations

import pytest
from hypothesis import settings

# no time limit for one example: a busy machine is not a wrong answer
settings.register_profile("workbench", deadline=None)
settings.load_profile("workbench")


@pytest.fixture(autouse=True)
def no_keychain(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keychain of whoever runs the tests is no part of them, except for those that bring one along."""
    if request.node.get_closest_marker("keychain") is None:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture(autouse=True)
def no_models_of_other_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What LM Studio or Ollama have on the machine that runs the tests is no part of them."""
    monkeypatch.setattr("workbench.inference.local.places.known_places", lambda: ())
