"""A canary key and a canary prompt through a whole run: searched for in every file, process and environment."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from workbench.cli.main import run
from workbench.keychain import Keychain

from remote_models import chat_answer
from servers import Received, Reply, Server

pytestmark = pytest.mark.keychain
KEY = "canary-key-4f1d0c-9a77"
FORMS = tuple(form.encode() for form in (KEY, base64.b64encode(KEY.encode()).decode()))


class Watch:
    """Looks at every process under this one while a request is being answered."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.seen: set[str] = set()
        self.keys: list[str] = []

    async def answer(self, request: Received, reply: Reply) -> None:
        self.keys.append(request.headers.get("authorization", ""))
        self.look()
        if request.path.endswith("/models"):
            await reply.json({"object": "list", "data": [{"id": "m1", "object": "model"}]})
        elif "refuse me" in request.body.decode():
            await reply.json({"error": {"message": f"Incorrect API key provided: {KEY}."}}, 401)
        else:
            await chat_answer(request, reply)

    def look(self) -> None:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                name = (process / "cmdline").read_bytes()
                parts = name + (process / "environ").read_bytes()
            except OSError:
                continue
            self.seen.add(name.replace(b"\0", b" ").decode(errors="replace"))
            if int(process.name) != os.getpid() and any(form in parts for form in FORMS):
                self.found.append(f"{process}: {name!r}")


def test_that_a_key_is_found_nowhere_after_a_full_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, out, watch = tmp_path / "home", tmp_path / "out", Watch()
    said: list[str] = []

    def here(*words: str) -> None:
        assert run(["--home", str(home), *words]) == 0
        said.extend(capsys.readouterr())

    def command(*words: str, given: str = "", code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "workbench", "--home", str(home), *words],
            input=given,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == code, done.stderr
        said.append(done.stdout + done.stderr)
        return done.stdout

    with Server(watch.answer) as server:
        here("key", "server", "mine", server.url + "/v1", "--needs-key")
        command("key", "set", "mine", given=KEY)
        command("key", "test", "mine")
        here("key", "list", "--json")
        models = ("-m", "mine/m1", "demo-nano")
        command("prompt", "Hello", *models, "-s", "knowledge-assistant", "--max-tokens", "40")
        command("prompt", "refuse me", "-m", "mine/m1", "--json", code=1)
        here("network", "ledger", "-o", str(tmp_path / "ledger.csv"))
        here("report", "knowledge-assistant", "-f", "html,md,json", "-o", str(out))
        here("scenario", "export", "knowledge-assistant", "-o", str(tmp_path / "scenario.yaml"))
        here("doctor")
    Keychain().delete("mine")

    assert len(watch.keys) == 3 and all(KEY in key for key in watch.keys), "the server did get it"
    assert watch.found == []
    assert any("inference.local" in line for line in watch.seen), "the engine child was among the processes seen"
    assert not any(KEY in text for text in said)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".sqlite" for path in files) and any(path.suffix == ".html" for path in files)
    assert [path for path in files if any(form in path.read_bytes() for form in FORMS)] == []
