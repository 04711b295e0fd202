"""Whole journeys where the kernel has no network but loopback: the workbench needs none, and nothing waits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from without_network import can, wrapped

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not can(), reason="this kernel or container does not let us make a network of none")


def run_there(*command: str, **environment: str) -> str:
    done = subprocess.run(
        wrapped([sys.executable, *command]),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests"), **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def test_that_there_is_no_network_there() -> None:
    """The place is what it is meant to be."""
    said = run_there(
        "-c",
        "import socket\n"
        "server = socket.create_server(('127.0.0.1', 0)); socket.create_connection(server.getsockname()).close()\n"
        "try: socket.create_connection(('192.0.2.1', 443), timeout=5)\n"
        "except OSError as error: print(error)",
    )
    assert "Network is unreachable" in said


def test_that_local_models_and_servers_of_this_machine_answer_and_a_provider_is_a_sentence(tmp_path: Path) -> None:
    script = f"""
import json, sys
from pathlib import Path
from workbench.cli.main import run
from servers import Server
from remote_models import chat_answer
home = ["--home", {str(tmp_path / "home")!r}]
with Server(chat_answer) as server:
    assert run([*home, "key", "server", "mine", server.url + "/v1"]) == 0
    assert run([*home, "prompt", "Hello", "-m", "mine/m1", "demo-nano", "--max-tokens", "8"]) == 0
    assert run([*home, "key", "server", "far", "https://api.example.com/v1"]) == 0
    assert run([*home, "prompt", "Hello", "-m", "far/m1"]) == 1
    assert run([*home, "network", "ledger"]) == 0
"""
    said = run_there("-c", script)
    assert "Hello." in said and "The name api.example.com is not known" in said


def test_that_the_tests_of_settings_and_of_the_guard_in_the_window_pass_there() -> None:
    files = ["tests/gui/test_local_only_window.py", "tests/faults/test_local_only_command_line.py"]
    said = run_there("-m", "pytest", "-q", "-p", "no:cacheprovider", *files, QT_QPA_PLATFORM="offscreen")
    assert "passed" in said and "failed" not in said


@pytest.mark.slow
@pytest.mark.skipif("DISPLAY" not in os.environ, reason="needs an X display: xvfb-run")
def test_that_the_whole_journey_through_the_window_passes_there() -> None:
    said = run_there("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/end_to_end/test_window_journey.py")
    assert "passed" in said and "failed" not in said
