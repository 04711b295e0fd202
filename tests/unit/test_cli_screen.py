"""What the command line puts on a screen and into JSON: plain text, aligned columns, rounded numbers."""

from __future__ import annotations

import io
import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from workbench.__main__ import main
from workbench.cli.main import run
from workbench.cli.numbers import number, rounded
from workbench.cli.screen import plain, take_any_text
from workbench.cli.tables import print_table
from workbench.domain.errors import CANCELLED

HOSTILE = "safe\x1b[31mred\x07\x9b2J\u202etxt"


def test_that_no_text_moves_the_cursor_or_turns_the_reading_direction() -> None:
    assert plain(HOSTILE) == "safe [31mred  2J txt"
    assert plain("two\n\tlines – 😀 日本") == "two\n\tlines – 😀 日本"


def test_that_columns_stay_aligned_under_wide_and_combined_letters(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "n"), [("日本", "1"), ("e\u0301a", "2"), ("a\nb", "3")])
    assert capsys.readouterr().out.splitlines()[1:] == ["日本  1", "e\u0301a    2", "a b   3"]


def test_that_a_hostile_name_in_a_file_reaches_the_screen_as_plain_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "chat.yaml"
    file.write_text(f"name: {json.dumps(HOSTILE)}\nanswers: {{job: {json.dumps(HOSTILE)}}}\n", encoding="utf-8")
    for words in (["scenario", "show", str(file)], ["scenario", "import", str(file)], ["options", str(file)]):
        assert run(["--home", str(tmp_path / "home"), *words]) == 0
        said = capsys.readouterr()
        assert not set("\x1b\x07\x9b\u202e") & set(said.out + said.err)


def test_that_a_stream_that_lacks_a_letter_prints_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    take_any_text()
    print("file \udcff —", flush=True)
    assert narrow.buffer.getvalue() == b"file \\udcff \\u2014\n"


def test_that_json_numbers_keep_what_means_something() -> None:
    assert [number(value) for value in (130200.0, 36.363636, 0.29411764, 1.4e-07, -0.0, None)] == [
        130200, 36.36, 0.29412, 1.4e-07, 0, None,
    ]  # fmt: skip
    assert rounded({"a": [math.nan, 2.0, "x", True], "b": {"c": math.inf}}) == {
        "a": [None, 2, "x", True],
        "b": {"c": None},
    }


def test_that_ctrl_c_while_modules_are_read_ends_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.__main__.dispatch", interrupt)
    assert main(["doctor"]) == CANCELLED
    assert capsys.readouterr().err == "Cancelled.\n"


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_that_ctrl_c_while_a_model_starts_leaves_no_process_and_one_sentence(tmp_path: Path) -> None:
    """The signal comes when the model process is there and has not loaded its model yet."""
    code = (
        "import os, signal, sys\n"
        "from workbench.inference.local import client\n"
        "start = client.EngineProcess.start.__func__\n"
        "async def started(cls, *rest):\n"
        "    found = await start(cls, *rest)\n"
        "    print(found.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return found\n"
        "client.EngineProcess.start = classmethod(started)\n"
        "from workbench.cli.main import run\n"
        f"sys.exit(run(['--home', {str(tmp_path)!r}, 'prompt', 'Hello', '-m', 'demo-nano', '--json']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == CANCELLED
    assert json.loads(done.stderr) == {"error": {"what": "Cancelled", "where": "", "mend": ""}}
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), signal.SIG_DFL)
