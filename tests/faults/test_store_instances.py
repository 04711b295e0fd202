"""S06, S07: another program is there already; the file or its folder may not be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.store.locks import claim_window
from workbench.store.refusals import StoreBusy
from workbench.store.store import Store

from scenario_values import AFTER, a_scenario, child, store_in

HOLD = """
import sys
from pathlib import Path
from workbench.store.locks import FileLock, claim_window
database = Path(sys.argv[2])
if sys.argv[1] == "window":
    lock = claim_window(database)
else:
    lock = FileLock(database.with_name(database.name + ".lock"))
    assert lock.acquire(5)
print("held", flush=True)
sys.stdin.read()
"""


def holder(what: str, database: Path) -> subprocess.Popen[str]:
    process = child(HOLD, what, str(database))
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_that_a_second_window_says_so_and_leaves_and_a_dead_one_is_no_obstacle(tmp_path: Path) -> None:
    database = tmp_path / "workbench.sqlite"
    first = holder("window", database)
    with pytest.raises(WorkbenchError, match="already open"):
        claim_window(database)
    second = child(HOLD, "window", str(database), stdin=subprocess.DEVNULL)
    out, err = second.communicate()
    assert (out, second.returncode) == ("", 1) and "already open" in err
    first.kill()
    first.wait()
    claim_window(database).close()


def test_that_a_command_line_reads_and_writes_beside_an_open_window(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    scenario = store.scenarios.add(a_scenario())
    window = holder("window", store.path)
    code = (
        "import sys; from pathlib import Path; from scenario_values import store_in\n"
        "from workbench.services.scenarios import ScenarioService\n"
        "scenarios = ScenarioService(store=store_in(Path(sys.argv[1])))\n"
        "print(scenarios.list()[0].name); scenarios.answer(sys.argv[2], 'weeks_limit', 12)"
    )
    with store.read():
        process = child(code, str(tmp_path), scenario.id)
        assert process.communicate() == ("Support chat\n", "")
    found = store.scenarios.get(scenario.id)
    assert found is not None and found.answers == {"weeks_limit": 12}
    window.kill()
    window.wait()


def test_that_a_write_waits_for_another_program_and_then_goes_through(tmp_path: Path) -> None:
    other = holder("write", tmp_path / "workbench.sqlite")
    waits = []

    def release() -> None:
        waits.append(1)
        assert other.stdin is not None
        other.stdin.close()

    store = Store(
        tmp_path / "workbench.sqlite",
        backups_folder=tmp_path / "backups",
        wait_s=60,
        on_wait=release,
        now=lambda: AFTER,
    )
    assert store.scenarios.add(a_scenario()).version == 1
    assert waits == [1]
    other.wait()


def test_that_a_write_gives_up_in_words_when_the_other_program_stays_and_can_be_repeated(tmp_path: Path) -> None:
    store = store_in(tmp_path, wait_s=0.05)
    scenario = store.scenarios.add(a_scenario())
    other = holder("write", store.path)
    with pytest.raises(StoreBusy, match="Nothing was lost"):
        store.scenarios.add(a_scenario("second"))
    assert store.scenarios.get(scenario.id) == scenario
    other.kill()
    other.wait()
    assert store.scenarios.add(a_scenario("second")).version == 1


# Reading only. Root may write everywhere, so these processes first become somebody else.

READER = """
import os, sys
from pathlib import Path
import tempfile
from scenario_values import a_scenario, store_in
with tempfile.TemporaryDirectory() as warm:  # loads every module while it may still read them
    store = store_in(Path(warm)); store.scenarios.add(a_scenario()); store.scenarios.all(); store.close()
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
store = store_in(Path(sys.argv[1]))
names = [found.name for found in store.scenarios.all()]
print(names, store.read_only, any("may not be written" in notice for notice in store.notices))
try:
    store.scenarios.add(a_scenario("second"))
except Exception as error:
    print(type(error).__name__, error)
print([found.name for found in store.scenarios.all()])
store.close()
"""


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder everybody can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
@pytest.mark.parametrize("state", ["file", "folder", "folder with a log", "both"])
def test_that_what_may_not_be_written_is_opened_for_reading_and_says_so(shared_folder: Path, state: str) -> None:
    store = store_in(shared_folder)
    store.scenarios.add(a_scenario("first"))
    if state == "folder with a log":
        log = store.path.with_name(store.path.name + "-wal")
        content, log_content = store.path.read_bytes(), log.read_bytes()
        store.close()
        store.path.write_bytes(content)
        log.write_bytes(log_content)
        log.chmod(0o444)
    else:
        store.close()
    if os.geteuid() == 0:
        for path in (shared_folder, *shared_folder.iterdir()):
            os.chown(path, 65534, 65534)
    store.path.chmod(0o644 if state == "folder" else 0o444)
    shared_folder.chmod(0o755 if state == "file" else 0o555)
    before = {path.name: path.read_bytes() for path in shared_folder.iterdir() if path.suffix == ".sqlite"}
    out, err = child(READER, str(shared_folder)).communicate()
    lines = out.splitlines()
    assert err == ""
    assert lines[0] == "['first'] True True"
    assert lines[1].startswith("StoreReadOnly The data file is open for reading only")
    assert lines[2] == "['first']"
    assert {path.name: path.read_bytes() for path in shared_folder.iterdir() if path.suffix == ".sqlite"} == before
    shared_folder.chmod(0o755)
