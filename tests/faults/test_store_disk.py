"""S02, S03: the disk is full, or fails. A sentence, nothing half done, and the same call works when there is room."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scenario_values import child, store_in

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

FILL = """
import resource, sys
from pathlib import Path
from scenario_values import a_result, a_run, store_in
from workbench.store.refusals import StoreNotSaved

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

store = store_in(Path(sys.argv[1]))
run = a_run()
store.eval_runs.save_run(run)
limit(400_000)
number, refused = 0, 0
while number < 400:
    try:
        store.eval_runs.append([a_result(run.id, f"case-{number}", answer="word " * 600)])
    except StoreNotSaved as error:
        refused += 1
        assert len(store.eval_runs.results(run.id)) in (number, number + 1)
        print(error)
        limit(resource.RLIM_INFINITY)
        continue  # the same save again
    number += 1
assert refused == 1, refused
results = store.eval_runs.results(run.id)
assert len(results) == 400 and len({result.case_id for result in results}) == 400
store.close()
store_in(Path(sys.argv[1])).open()
print("all there")
"""


@linux
def test_that_a_file_that_may_not_grow_refuses_in_words_and_the_same_save_works_later(tmp_path: Path) -> None:
    out, err = child(FILL, str(tmp_path)).communicate()
    assert err == ""
    first, last = out.splitlines()
    assert re.search(r"(disk is full|disk refused).*(Make room|has room)", first), first
    assert last == "all there"


FULL = """
import sys
from pathlib import Path
from scenario_values import a_result, a_run, a_scenario, store_in
from workbench.domain.errors import WorkbenchError
from workbench.services.scenarios import ScenarioService

home = Path(sys.argv[1])
store = store_in(home)
scenarios = ScenarioService(store=store)
scenario = scenarios.new("Kept")
export = scenarios.export_file(scenario, home / "kept.yaml")
before = export.read_bytes()
run = a_run(scenario.id)
store.eval_runs.save_run(run)
filler = home / "filler"

def fill():
    try:
        with filler.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(512))
    except OSError:
        pass

def refused(call):
    fill()
    try:
        call()
    except WorkbenchError as error:
        assert error.what and error.mend
        print(type(error).__name__, error.what)
    else:
        print("saved")

batch = [a_result(run.id, f"case-{number}", answer="word " * 600) for number in range(20)]
refused(lambda: store.eval_runs.append(batch))
refused(lambda: scenarios.export_file(scenarios.load(scenario.id), export))
refused(store.back_up)
assert export.read_bytes() == before
assert scenarios.load(scenario.id) == scenario
assert not list((home / "backups").glob("*")), list((home / "backups").glob("*"))
filler.unlink()
store.eval_runs.append(batch)
assert len(store.eval_runs.results(run.id)) == 20
scenarios.export_file(scenarios.answer(scenario.id, "weeks_limit", 3), export)
assert export.read_bytes() != before
store.back_up()
store.close()
store_in(home).open()
print("all there")
"""


@linux
def test_that_a_full_disk_refuses_save_export_and_backup_and_keeps_what_was_there(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or subprocess.call(["unshare", "-rm", "true"], stderr=subprocess.DEVNULL):
        pytest.skip("this machine lets nobody mount a small disk")
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=900k", "small", str(folder)]
    script = tmp_path / "full.py"
    script.write_text(f"import subprocess\nsubprocess.run({mount!r}, check=True)\n{FULL}", encoding="utf-8")
    process = child("import os, sys; os.execvp('unshare', ['unshare', '-rm', sys.executable, *sys.argv[1:]])",
                    str(script), str(folder))  # fmt: skip
    out, err = process.communicate()
    assert err == ""
    *refusals, last = out.splitlines()
    assert [line.split()[0] for line in refusals] == ["StoreNotSaved", "WorkbenchError", "WorkbenchError"]
    assert last == "all there"


FAILING = """
import sys
from pathlib import Path
from scenario_values import a_result, a_run, a_scenario, store_in
from workbench.services.scenarios import ScenarioService
from workbench.store.refusals import StoreNotSaved

store = store_in(Path(sys.argv[1]))
scenarios = ScenarioService(store=store)
scenario = scenarios.new("Kept")
run = a_run(scenario.id)
store.eval_runs.save_run(run)
refused = 0
for number in range(1, 13):
    for attempt in range(30):
        try:
            store.eval_runs.append([a_result(run.id, f"case-{number}")])
            scenario = scenarios.answer(scenario.id, "horizon_months", number)
            break
        except StoreNotSaved:
            refused += 1
    else:
        raise SystemExit("never saved")
results = store.eval_runs.results(run.id)
assert len(results) == 12, len(results)
assert scenarios.load(scenario.id).answers == {"horizon_months": 12}
print("refused", refused)
"""


@linux
def test_that_a_disk_that_fails_to_sync_leads_to_no_double_row_when_the_save_is_repeated(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    inject = "inject=fdatasync,fsync:error=EIO:when=6..9"
    command = ["strace", "-f", "-qq", "-o", str(tmp_path / "trace"), "-e", "trace=fdatasync,fsync", "-e", inject]
    script = tmp_path / "failing.py"
    script.write_text(FAILING, encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    store_in(home).open()
    code = f"import os, sys; os.execvp('strace', [*{command!r}, sys.executable, *sys.argv[1:]])"
    out, err = child(code, str(script), str(home)).communicate()
    if "ptrace" in err or "PTRACE" in err:
        pytest.skip("this machine does not let strace trace")
    assert err == ""
    assert re.fullmatch(r"refused [1-9]\d*\n", out), out
    assert "EIO" in (tmp_path / "trace").read_text(encoding="utf-8")
