"""R03: where a report cannot be written, a sentence says so and the old file is as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.reports.files import file_stem, folder_for, write_whole


def refusal(path: Path, content: bytes = b"new") -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        write_whole(path, content)
    error = caught.value
    assert error.what and error.where and error.mend
    return error


def leftovers(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_that_an_existing_report_is_replaced_whole_and_keeps_its_rights(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_bytes(b"old")
    report.chmod(0o600)
    write_whole(report, b"new")
    assert report.read_bytes() == b"new"
    assert report.stat().st_mode & 0o777 == 0o600
    assert leftovers(tmp_path) == {"report.html"}


def test_that_a_new_report_can_be_read_by_others(tmp_path: Path) -> None:
    write_whole(tmp_path / "report.html", b"new")
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o644


def test_that_a_read_only_report_is_left_alone(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_bytes(b"old")
    report.chmod(0o444)
    assert "read-only" in refusal(report).what
    assert report.read_bytes() == b"old"


def test_that_a_folder_with_the_name_of_the_report_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    assert "folder" in refusal(tmp_path / "report.html").what


def test_that_a_name_of_300_characters_is_refused_with_a_way_out(tmp_path: Path) -> None:
    error = refusal(tmp_path / ("x" * 300))
    assert "shorter" in error.mend
    assert leftovers(tmp_path) == set()


def test_that_a_folder_that_takes_no_files_is_refused() -> None:
    assert "cannot be written" in refusal(Path("/proc/report.html")).what


def test_that_a_full_disk_leaves_the_old_report_and_no_rest(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_bytes(b"old")
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from workbench.domain.errors import WorkbenchError\n"
        "from workbench.reports.files import write_whole\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n    write_whole(Path(sys.argv[1]), b'x' * 100_000)\n"
        "except WorkbenchError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(report)], capture_output=True, text=True, check=False)
    assert "cannot be written" in done.stdout and done.stderr == ""
    assert report.read_bytes() == b"old"
    assert leftovers(tmp_path) == {"report.html"}


def test_that_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(WorkbenchError, match="is a file"):
        folder_for(tmp_path / "out")
    with pytest.raises(WorkbenchError, match="cannot be made"):
        folder_for(tmp_path / "out" / "deeper")


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Knowledge assistant", "knowledge-assistant"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\evil\\x", "c-evil-x"),
        ("CON", "con"),
        ("…", "report"),
        ("مساعد", "مساعد"),
    ],
)
def test_that_a_scenario_name_becomes_a_harmless_file_name(name: str, stem: str) -> None:
    assert file_stem(name) == stem


def test_that_a_very_long_scenario_name_still_fits_a_disk() -> None:
    assert len(file_stem("ü" * 500).encode()) <= 120
