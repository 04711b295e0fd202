"""Pydantic is loaded by one thread, whoever needs it first: the catalog's files, an importer or a vendor's SDK."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
import workbench

# Says of each module of pydantic which thread looked for it, and dawdles there, so that threads begin in each other's
# middle. What is looked for twice is one thread waiting for another.
SCRIPT = """
import json, sys, threading, time
from workbench.inference.remote import clients
seekers, failed = {}, []
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pydantic", "pydantic_core"):
            seekers.setdefault(threading.current_thread().name, []).append(name)
            time.sleep(0.002)
def catalog():
    import workbench.catalog.reader
def importer():
    import workbench.catalog.importers.rows
works = {"catalog": catalog, "importer": importer}
for sdk in ("openai", "anthropic"):
    works[sdk] = lambda name=sdk: clients._import(name)
def run(name, barrier):
    barrier.wait()
    time.sleep(float(waits[name]))
    try:
        works[name]()
    except BaseException as error:
        failed.append(f"{name}: {error!r}")
waits = json.loads(sys.argv[1])
sys.setswitchinterval(1e-5)
sys.meta_path.insert(0, Slow())
barrier = threading.Barrier(len(waits))
threads = [threading.Thread(target=run, args=(name, barrier), name=name) for name in waits]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps([sorted(seekers), failed]))
"""


@pytest.mark.parametrize(
    "waits",
    [
        {"catalog": 0, "openai": 0, "anthropic": 0, "importer": 0},
        {"catalog": 0.1, "openai": 0},
        {"catalog": 0, "anthropic": 0.05, "openai": 0.06},
    ],
)
def test_that_one_thread_loads_all_of_pydantic_while_the_others_wait(waits: dict[str, float]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(waits)], capture_output=True, text=True, check=True, timeout=120
    )
    seekers, failed = json.loads(done.stdout.splitlines()[-1])
    assert failed == []
    assert len(seekers) == 1, f"{seekers} loaded parts of it side by side"


def test_that_nothing_but_that_module_imports_pydantic() -> None:
    root = Path(workbench.__file__).parent
    found = []
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] in ("pydantic", "pydantic_core") for name in names):
                found.append(path.relative_to(root).as_posix())
    assert set(found) == {"pydantic_first.py"}
