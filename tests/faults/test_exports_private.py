"""R04: what is exported tells neither a key, nor the home folder, nor the user's name, in any format."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from workbench.app import build
from workbench.cli.main import run
from workbench.reports.writers import BUILTIN

KEY = "canary-key-4f1d0c-9a77"
USER = "canaryuser"


def texts(file: Path) -> list[bytes]:
    """A file's bytes; for one that is an archive, its members' too."""
    found = [file.read_bytes()]
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            found.extend(archive.read(name) for name in archive.namelist())
    return found


def test_that_no_export_holds_a_key_the_home_folder_or_the_users_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / f"home-{USER}"
    out = tmp_path / "out"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, USER)
    data = str(home / "data")

    def command(*words: str) -> None:
        assert run(["--home", data, *words]) == 0

    services = build(Path(data))
    services.credentials.set_key("openai", KEY)  # no keychain in tests: held for this session
    services.close()
    command("report", "knowledge-assistant", "-f", ",".join(BUILTIN), "-o", str(out))
    command("scenario", "export", "knowledge-assistant", "-o", str(out / "scenario.yaml"))
    command("network", "ledger", "-o", str(out / "ledger.csv"))
    command("bundle", "export", "knowledge-assistant", "-o", str(out / "scenario.mswb"))
    files = [file for file in out.rglob("*") if file.is_file()]
    assert len(files) >= len(BUILTIN) + 3
    for file in files:
        for text in texts(file):
            for canary in (KEY, USER, str(home), str(tmp_path)):
                assert canary.encode() not in text, f"{canary} in {file.name}"
