"""B01 to B04: a hostile, cut, changed or newer bundle gives a sentence, and nothing of it comes in."""

from __future__ import annotations

import json
import os
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbench.app import Services, build
from workbench.cli.main import run
from workbench.domain.catalog import Catalog
from workbench.domain.errors import WorkbenchError
from workbench.domain.secret import Secret
from workbench.reports.bundle.archive import read_archive
from workbench.reports.bundle.values import Unfit, from_plain
from workbench.services.bundle_figures import foreign_figures_of
from workbench.services.bundle_parts import MANIFEST

from bundles import SCENARIO_ID, quickly_locked, relisted, small_bundle, small_content, small_members, write_bundle

Entry = tuple[bytes, bytes]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = build(tmp_path_factory.mktemp("home"))
    yield made
    made.close()


def refusal(services: Services, file: Path, passphrase: str = "") -> WorkbenchError:
    """The sentence that opening gives; what, where and how to mend, and nothing in the store."""
    with pytest.raises(WorkbenchError) as caught:
        services.bundles.open(file, Secret(passphrase) if passphrase else None)
    error = caught.value
    assert error.what and error.where and error.mend, str(error)
    assert services.store.scenarios.is_empty()
    return error


def zipped(file: Path, entries: list[Entry], *, rights: int = 0o100644 << 16) -> Path:
    """A zip file whose names are any bytes, written by hand."""
    body, directory = b"", b""
    for name, content in entries:
        common = struct.pack("<5H3L2H", 20, 0, 0, 0, 0, zlib.crc32(content), len(content), len(content), len(name), 0)
        directory += (
            b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<3H2L", 0, 0, 0, rights, len(body)) + name
        )
        body += b"PK\3\4" + common + name + content
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    file.write_bytes(body + directory + end)
    return file


def test_that_the_archives_written_by_hand_here_are_sound_but_for_what_is_tried(
    services: Services, tmp_path: Path
) -> None:
    file = zipped(tmp_path / "x.mswb", [(name.encode(), part) for name, part in small_members().items()])
    assert services.bundles.open(file).content.scenario.id == SCENARIO_ID
    assert zipfile.ZipFile(file).testzip() is None


@pytest.mark.parametrize(
    "name",
    [b"../x", b"/etc/passwd", b"C:\\x", b"a\\..\\x", b"x" * 300, b"CON", b"con.json", b"a\0b", b"caf\xe9",
     b"MANIFEST.JSON", b"data/"],
)  # fmt: skip
def test_that_a_member_with_a_dangerous_name_refuses_the_whole(services: Services, tmp_path: Path, name: bytes) -> None:
    entries = [(part.encode(), content) for part, content in small_members().items()]
    error = refusal(services, zipped(tmp_path / "x.mswb", [*entries, (name, b"evil")]))
    assert "name that is not taken" in error.what
    assert {file.name for file in tmp_path.iterdir()} == {"x.mswb"}


@pytest.mark.parametrize("kind", [0o120777, 0o040755, 0o010644, 0o060644])
def test_that_links_folders_and_devices_are_refused(services: Services, tmp_path: Path, kind: int) -> None:
    entries = [(part.encode(), content) for part, content in small_members().items()]
    assert "link or a folder" in refusal(services, zipped(tmp_path / "x.mswb", entries, rights=kind << 16)).what


def test_that_two_members_of_one_name_are_refused(services: Services, tmp_path: Path) -> None:
    entries = [(part.encode(), content) for part, content in small_members().items()]
    error = refusal(services, zipped(tmp_path / "x.mswb", [*entries, (b"scenario.json", b"{}")]))
    assert "two files with the name scenario.json" in error.what


def test_that_a_member_that_the_manifest_does_not_list_is_refused(services: Services, tmp_path: Path) -> None:
    error = refusal(services, write_bundle(tmp_path / "x.mswb", {**small_members(), "extra.json": b"{}"}))
    assert "extra.json, which it does not list" in error.what


def test_that_a_listed_member_that_is_missing_is_refused(services: Services, tmp_path: Path) -> None:
    members = {name: part for name, part in small_members().items() if name != "evals.json"}
    assert "lacks evals.json" in refusal(services, write_bundle(tmp_path / "x.mswb", members)).what


@pytest.mark.parametrize("name", [name for name in small_members() if name != MANIFEST])
def test_that_a_member_that_was_changed_is_named(services: Services, tmp_path: Path, name: str) -> None:
    members = {**small_members(), name: small_members()[name] + b" "}
    assert f"{name} is not what" in refusal(services, write_bundle(tmp_path / "x.mswb", members)).what


def test_that_300_mb_of_zeros_are_refused_before_they_are_expanded(services: Services, tmp_path: Path) -> None:
    file = tmp_path / "x.mswb"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("manifest.json", "w") as member:
        for _ in range(300):
            member.write(bytes(1024 * 1024))
    data = file.read_bytes()
    assert len(data) < 400_000
    assert "more than 200 MB" in refusal(services, file).what
    # the same with a size that lies: 100 kB promised, 300 MB packed
    true, false = struct.pack("<L", 300 * 1024 * 1024), struct.pack("<L", 100_000)
    file.write_bytes(data.replace(true, false))
    assert "manifest.json is" in refusal(services, file).what or "expand" in refusal(services, file).what


def test_that_a_member_which_shrank_a_thousandfold_is_refused(services: Services, tmp_path: Path) -> None:
    file = tmp_path / "x.mswb"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("manifest.json"), bytes(10_000_000), compress_type=zipfile.ZIP_DEFLATED)
    assert "would expand" in refusal(services, file).what


def test_that_overlapping_members_are_refused(services: Services, tmp_path: Path) -> None:
    file = zipped(tmp_path / "x.mswb", [(b"manifest.json", b"{}"), (b"scenario.json", b"{}")])
    data = file.read_bytes()
    start = data.rindex(b"PK\1\2")
    offset = start + 42
    file.write_bytes(data[:offset] + struct.pack("<L", 0) + data[offset + 4 :])
    assert "overlap" in refusal(services, file).what


def test_that_something_before_between_or_behind_the_members_is_refused(services: Services, tmp_path: Path) -> None:
    data, file = small_bundle(), tmp_path / "x.mswb"
    for spoilt in (b"#!/bin/sh\n" + data, data + b"\0", data + data):
        file.write_bytes(spoilt)
        refusal(services, file)


def test_that_a_zip_within_is_kept_as_bytes_and_never_opened(services: Services, tmp_path: Path) -> None:
    members = relisted({**small_members(), "reports/report.zip": small_bundle()})
    opened = services.bundles.open(write_bundle(tmp_path / "x.mswb", members))
    assert opened.content.reports["zip"] == small_bundle()


def test_that_a_newer_format_is_refused_with_the_way_out(services: Services, tmp_path: Path) -> None:
    def newer(manifest: dict[str, Any]) -> None:
        manifest["format_version"] = 2
        manifest["unheard_of"] = True

    error = refusal(services, write_bundle(tmp_path / "x.mswb", relisted(small_members(), newer)))
    assert "newer workbench" in error.what and "Update" in error.mend


@pytest.mark.parametrize("version", [None, True, 0, -1, "1", 1.5, [1]])
def test_that_a_format_which_is_none_is_refused(services: Services, tmp_path: Path, version: object) -> None:
    members = relisted(small_members(), lambda manifest: manifest.update(format_version=version))
    refusal(services, write_bundle(tmp_path / "x.mswb", members))


def test_that_a_field_of_a_later_workbench_asks_for_an_update(services: Services, tmp_path: Path) -> None:
    runs = json.loads(small_members()["evals.json"])
    runs[0]["mood"] = "good"
    members = relisted({**small_members(), "evals.json": json.dumps(runs).encode()})
    error = refusal(services, write_bundle(tmp_path / "x.mswb", members))
    assert "evals.json, 0.mood" in error.what and "Update" in error.mend


def test_that_a_bundle_cut_at_any_byte_gives_a_sentence_and_imports_nothing(services: Services, tmp_path: Path) -> None:
    file = tmp_path / "x.mswb"
    file.write_bytes(small_bundle())
    for size in range(len(small_bundle()) - 1, -1, -1):
        with pytest.raises(WorkbenchError) as caught:
            read_archive(small_bundle()[:size], "x.mswb")
        assert caught.value.where == "x.mswb" and caught.value.mend
    for size in range(len(small_bundle()) - 1, -1, -211):
        os.truncate(file, size)
        refusal(services, file)


def test_that_a_locked_bundle_needs_its_passphrase_and_all_of_its_bytes(services: Services, tmp_path: Path) -> None:
    file = tmp_path / "x.mswb"
    locked = quickly_locked(small_bundle(), "quiet horse")
    file.write_bytes(locked)
    assert "locked" in refusal(services, file).what
    assert "passphrase does not open" in refusal(services, file, "quiet house").what
    assert services.bundles.open(file, Secret("quiet horse")).locked
    for size in (0, 1, 21, 22, 60, 120, len(locked) // 2):
        file.write_bytes(locked[:size])
        refusal(services, file, "quiet horse")


SPOILERS: dict[str, Callable[[Any], Any]] = {
    "scenario.json": lambda plain: {**plain, "answers": {"sensitivity": "whatever"}},
    "history.json": lambda plain: [{**plain[0], "at": "yesterday"}],
    "catalog.json": lambda plain: {**plain, "models": [{**plain["models"][0], "context_tokens": "many"}]},
    "machine.json": lambda plain: {"models": plain},
    "evals.json": lambda plain: [{**plain[0], "status": "dreaming"}],
    "cases.json": lambda plain: [{**plain[0], "hash": "ab"}],
    "marks.json": lambda plain: [{**plain[0], "score": "full"}],
    "comparisons.json": lambda plain: {**plain, "votes": [{**plain["votes"][0], "right": 7}]},
    "ledger.json": lambda plain: [{"host": "x", "calls": 1e999}],
    "figures.json": lambda plain: [plain],
}


@pytest.mark.parametrize("name", SPOILERS)
def test_that_a_wrong_value_is_named_with_its_place(services: Services, tmp_path: Path, name: str) -> None:
    plain = SPOILERS[name](json.loads(small_members()[name]))
    members = relisted({**small_members(), name: json.dumps(plain).encode()})
    refusal(services, write_bundle(tmp_path / "x.mswb", members))


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"{", b"[" * 100_000, b'{"a": NaN}', b"1" * 5_000, b"null", b'"\\ud800"', b"[1e400]"],
)
def test_that_json_which_is_none_gives_a_sentence_in_every_member(
    services: Services, tmp_path: Path, content: bytes
) -> None:
    for name in [each for each in small_members() if each.endswith((".json", ".jsonl")) and each != MANIFEST]:
        members = relisted({**small_members(), name: content})
        refusal(services, write_bundle(tmp_path / "x.mswb", members))
    refusal(services, write_bundle(tmp_path / "x.mswb", {**small_members(), MANIFEST: content}))


def test_that_a_small_file_which_would_fill_the_memory_with_values_is_refused_before_they_are_made(
    services: Services, tmp_path: Path
) -> None:
    for name, content in (("figures.json", b"[" + b"[]," * 2_000_001 + b"[]]"), ("results.jsonl", b"[]\n" * 500_001)):
        # stored as it is: our own writer never packs more than ninety times
        file = write_bundle(tmp_path / "x.mswb", relisted({**small_members(), name: content}))
        tracemalloc.start()
        error = refusal(services, file)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert name in error.what and "holds more than" in error.what
        assert peak < 8 * len(content)


def test_that_results_of_an_eval_that_is_not_there_are_refused(services: Services, tmp_path: Path) -> None:
    members = relisted({**small_members(), "evals.json": b"[]"})
    assert "does not hang together" in refusal(services, write_bundle(tmp_path / "x.mswb", members)).what


@pytest.mark.parametrize("spoilt", [{"repeat": 10**9}, {"repeat": -1}, {"score": 1.5}, {"score": -0.1}])
def test_that_a_score_that_is_none_is_refused(services: Services, tmp_path: Path, spoilt: dict[str, float]) -> None:
    marks = json.loads(small_members()["marks.json"])
    members = relisted({**small_members(), "marks.json": json.dumps([{**marks[0], **spoilt}]).encode()})
    assert "a score that is none" in refusal(services, write_bundle(tmp_path / "x.mswb", members)).what


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_that_spoilt_facts_never_end_in_anything_but_a_sentence(services: Services, data: st.DataObject) -> None:
    """Any number of the catalog replaced by any other, any text by any other: opened or refused, verified or not."""

    plain = json.loads(small_members()["catalog.json"])
    for _ in range(data.draw(st.integers(1, 4))):
        _spoil(plain, data)
    try:
        catalog = from_plain(Catalog, plain)
    except Unfit:
        return
    try:
        foreign_figures_of(replace(small_content(), catalog=catalog))
    except WorkbenchError as error:
        assert error.mend


def _spoil(plain: Any, data: st.DataObject) -> None:
    """Walks to a leaf drawn by chance and puts another value there."""
    at = plain
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if isinstance(at[key], dict | list) and at[key] and data.draw(st.integers(0, 9)):
            at = at[key]
            continue
        at[key] = data.draw(
            st.sampled_from([0, -1, 1e300, 1e-300, 2**53, "", "x", None, True, [], {}, "9999-99-99", "2026-13-45"])
        )
        return


@pytest.mark.parametrize("verb", ["show", "import", "verify"])
def test_that_the_command_line_ends_with_a_sentence_and_code_1(
    tmp_path: Path, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.mswb"
    file.write_bytes(small_bundle()[:-5])
    assert run(["--home", str(tmp_path / "home"), "bundle", verb, str(file)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "end is missing" in said.err and "Traceback" not in said.err


@pytest.mark.parametrize("what", ["folder", "fifo", "nothing", "unreadable-name"])
def test_that_what_is_no_file_gives_a_sentence_at_once(services: Services, tmp_path: Path, what: str) -> None:
    place = tmp_path / "x.mswb"
    if what == "folder":
        place.mkdir()
    elif what == "fifo":
        os.mkfifo(place)
    elif what == "unreadable-name":
        place = Path("x" * 5_000)
    refusal(services, place)
