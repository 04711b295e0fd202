"""A person's own scoring function in a child process, well behaved and not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from workbench.domain.evals import EvalCase
from workbench.evals.own_python import OwnPythonScorers
from workbench.evals.scorers import Aids, Answer, NotScored, Score, judged, scorer

CASE = EvalCase("one", "How many?", "29 days", fields=(("team", "HR"),))


def scores(tmp_path: Path, source: str, *texts: str, timeout_s: float = 5.0) -> list[Score | str]:
    """What the function says of each answer: its score, or the sentence instead of one."""
    file = tmp_path / "mine.py"
    file.write_text(source)

    async def session() -> list[Score | str]:
        runner = OwnPythonScorers(timeout_s=timeout_s)
        member, found = scorer(f'python(file="{file.as_posix()}")'), list[Score | str]()
        try:
            for text in texts:
                try:
                    found.append(await judged(member, Answer(text), CASE, Aids(run_python=runner)))
                except NotScored as reason:
                    found.append(reason.why)
        finally:
            await runner.close()
        return found

    return asyncio.run(session())


def test_that_numbers_truths_and_reasons_are_taken(tmp_path: Path) -> None:
    source = (
        "def score(answer, case):\n"
        "    print('this does not reach the protocol')\n"
        "    if 'true' in answer: return True\n"
        "    if 'pair' in answer: return 0.5, f'{case.expected} {case.fields[\"team\"]}'\n"
        "    return {'score': 0.25, 'why': answer.text}\n"
    )
    assert scores(tmp_path, source, "true", "pair", "else") == [
        Score(1.0, "as your function says"),
        Score(0.5, "29 days HR"),
        Score(0.25, "else"),
    ]


def test_that_what_goes_wrong_is_no_score_and_the_next_answer_is_scored(tmp_path: Path) -> None:
    source = (
        "import os, socket\n"
        "def score(answer, case):\n"
        "    match answer:\n"
        "        case 'raise': raise KeyError('gone')\n"
        "        case 'two': return 2\n"
        "        case 'nan': return float('nan')\n"
        "        case 'text': return 'good'\n"
        "        case 'net': socket.create_connection(('127.0.0.1', 9))\n"
        "        case 'run': os.system('true')\n"
        "        case 'die': os._exit(3)\n"
        "        case 'wait':\n"
        "            while True: pass\n"
        "    return 1\n"
    )
    found = scores(
        tmp_path, source, "raise", "two", "nan", "text", "net", "run", "die", "ok", "wait", "ok", timeout_s=1.0
    )
    for said, word in zip(
        found, ["KeyError", "2.0", "nan", "str", "socket", "os.system", "ended", "", "1 s"], strict=False
    ):
        assert word in (said if isinstance(said, str) else said.why), said
    assert [isinstance(said, Score) for said in found] == [False] * 7 + [True, False, True]


@pytest.mark.parametrize(
    ("source", "word"),
    [("x = 1\n", "no function score"), ("def score(:\n", "SyntaxError"), ("raise SystemExit(4)\n", "SystemExit")],
)
def test_that_a_file_without_a_function_is_a_sentence(tmp_path: Path, source: str, word: str) -> None:
    (said,) = scores(tmp_path, source, "x")
    assert word in str(said)


def test_that_memory_is_bounded(tmp_path: Path) -> None:
    (said,) = scores(tmp_path, "def score(answer, case):\n    return len(bytearray(3 << 30)) and 1\n", "x")
    assert "MemoryError" in str(said)


def test_that_the_parent_s_keys_are_not_in_the_child_s_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    source = "import os\ndef score(answer, case):\n    return 'SOME_API_KEY' not in os.environ\n"
    assert scores(tmp_path, source, "x") == [Score(1.0, "as your function says")]
