"""For all tests."""

from __future__ import annotations

from hypothesis import settings

# no time limit for one example: a busy machine is not a wrong answer
settings.register_profile("workbench", deadline=None)
settings.load_profile("workbench")
