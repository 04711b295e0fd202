"""Tests beside a real Secret Service; `make keychain` starts one."""

from __future__ import annotations

import os
import sys

import pytest

pytestmark = pytest.mark.keychain


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """None of them runs where no message bus was started for it: the person's own keychain is not touched."""
    ours = sys.platform.startswith("linux") and "DBUS_SESSION_BUS_ADDRESS" in os.environ
    alone = not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    for item in items:
        if item.get_closest_marker("keychain") and not (ours and alone):
            item.add_marker(pytest.mark.skip(reason="needs tests/with_keychain.sh"))
