"""What is found in folders: whole models, parts, projectors, downloads under way, Ollama's blobs, copies."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.inference.local.described import DescribedFiles, _stamp
from workbench.inference.local.discover import Found, describe, scan
from workbench.inference.local.gguf import GgufFile, Role, inspect
from workbench.inference.local.gguf.types import ValueType
from workbench.inference.local.places import Kind, Place
from workbench.inference.local.same import copies
from workbench.inference.local.walk import Spotted, walk

from gguf_files import container, key, ollama, tensor, text, u32, write_model, write_parts


def names(found: list[Found]) -> list[str]:
    return [item.path.name for item in found]


def projector(path: Path, width: int) -> Path:
    keys = [
        key("general.architecture", ValueType.STRING, text("clip")),
        key("clip.vision.projection_dim", ValueType.U32, u32(width)),
    ]
    path.write_bytes(container(keys, [tensor("t", [8], 0, 0)], bytes(32)))
    return path


# --- folders as they are ---


def test_that_links_in_a_circle_end_and_each_real_folder_is_searched_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write_model(tmp_path / "a" / "m.gguf")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert names(list(scan([tmp_path]))) == ["m.gguf"]


def test_that_a_linked_folder_is_searched(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    write_model(tmp_path / "disk" / "m.gguf")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "models").symlink_to(tmp_path / "disk")
    assert names(list(scan([tmp_path / "mine"]))) == ["m.gguf"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs a system with user ids")
def test_that_a_folder_that_may_not_be_read_is_named_and_the_rest_is_found() -> None:
    superuser = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:  # a folder everybody can reach, unlike pytest's own
        folder = Path(name)
        (folder / "secret").mkdir()
        write_model(folder / "secret" / "hidden.gguf")
        write_model(folder / "m.gguf")
        folder.chmod(0o755)
        (folder / "secret").chmod(0)
        if superuser:
            os.seteuid(65534)  # the superuser may read everything; nobody may not
        try:
            found = list(scan([folder]))
        finally:
            if superuser:
                os.seteuid(0)
            (folder / "secret").chmod(0o700)
    problems = {item.path.name: item.error.what if item.error else "" for item in found}
    assert problems == {"m.gguf": "", "secret": "This folder may not be read"}


def test_that_files_and_folders_that_vanish_during_a_search_stop_nothing(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        for number in range(3):
            write_model(tmp_path / name / f"{number}.gguf")
    search = scan([tmp_path])
    first = next(search)
    shutil.rmtree(tmp_path / "b")
    (tmp_path / "c" / "1.gguf").unlink()
    found = [first, *search]
    assert [str(item.path.relative_to(tmp_path)) for item in found if item.error is None] == [
        "a/0.gguf", "a/1.gguf", "a/2.gguf", "c/0.gguf", "c/2.gguf",
    ]  # fmt: skip


def test_that_a_file_that_grows_while_it_is_read_is_described_or_named(tmp_path: Path) -> None:
    whole = write_model(tmp_path / "m.gguf").read_bytes()
    path = tmp_path / "m.gguf"
    for size in range(0, len(whole), len(whole) // 7):
        path.write_bytes(whole[:size])
        found = next(iter(scan([tmp_path])))
        assert found.error is not None and found.error.mend
    path.write_bytes(whole)
    assert next(iter(scan([tmp_path]))).error is None


def test_that_a_search_is_ended_with_a_sentence_when_a_folder_holds_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.inference.local.walk.MOST_MODELS", 3)
    for number in range(5):
        (tmp_path / f"{number}.gguf").write_bytes(b"GGUF")
    found = list(scan([tmp_path]))
    assert len(found) == 4
    assert sum(item.error is not None and "ended here" in item.error.what for item in found) == 1


def test_that_a_link_into_nowhere_is_listed_with_its_problem(tmp_path: Path) -> None:
    (tmp_path / "gone.gguf").symlink_to(tmp_path / "unplugged" / "m.gguf")
    found = list(scan([tmp_path]))
    assert found[0].error is not None and "no such file" in found[0].error.what


def test_that_a_name_that_is_not_utf_8_is_found(tmp_path: Path) -> None:
    write_model(tmp_path / "m.gguf").rename(os.fsdecode(os.fsencode(tmp_path) + b"/m\xff.gguf"))
    assert [item.error for item in scan([tmp_path])] == [None]


# --- what the files are ---


@pytest.mark.parametrize(
    "name",
    [
        "m.gguf.part", "m.gguf.crdownload", "m.gguf.incomplete", "m.gguf.downloadInProgress", "incomplete-m.gguf",
        "downloading_m.gguf.part", "m.gguf.tmp",
    ],
)  # fmt: skip
def test_that_a_download_under_way_is_named_as_one(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"GGUF" + bytes(100))
    found = list(scan([tmp_path]))
    assert [item.unfinished for item in found] == [True]
    assert found[0].error is not None and "not finished" in found[0].error.what
    assert describe(tmp_path / name).unfinished


def test_that_unfinished_files_of_other_kinds_are_not_listed(tmp_path: Path) -> None:
    for name in ("film.mp4.part", "notes.tmp", "archive.zip.crdownload"):
        (tmp_path / name).write_bytes(b"GGUF")
    assert list(scan([tmp_path])) == []


def test_that_a_download_named_by_its_hash_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    blobs = tmp_path / "models--a--b" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "abc123.incomplete").write_bytes(b"GGUF" + bytes(64))
    (blobs / "def456.incomplete").write_bytes(b"safetensors")
    assert names(list(scan([tmp_path]))) == ["abc123.incomplete"]


def test_that_a_model_in_parts_is_one_entry(tmp_path: Path) -> None:
    write_parts(tmp_path, 4)
    write_model(tmp_path / "whole.gguf")
    found = list(scan([tmp_path]))
    assert names(found) == ["parted-00001-of-00004.gguf", "whole.gguf"]
    assert found[0].file is not None and found[0].file.parts == 4


def test_that_a_model_whose_first_part_is_missing_is_one_entry_with_its_problem(tmp_path: Path) -> None:
    write_parts(tmp_path)[0].unlink()
    found = list(scan([tmp_path]))
    assert len(found) == 1
    assert found[0].file is not None and not found[0].file.usable


def test_that_a_projector_belongs_to_the_models_beside_it_whose_vectors_are_as_long(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    write_model(tmp_path / "fits.gguf", width=32)
    write_model(tmp_path / "longer.gguf", width=64)
    write_model(tmp_path / "other" / "elsewhere.gguf", width=32)
    mmproj = projector(tmp_path / "mmproj-F16.gguf", 32)
    found = {item.path.name: item for item in scan([tmp_path])}
    assert found["fits.gguf"].projector == mmproj
    assert found["longer.gguf"].projector is None
    assert found["elsewhere.gguf"].projector is None
    projecting = found["mmproj-F16.gguf"].file
    assert projecting is not None and projecting.role is Role.PROJECTOR and not projecting.usable


# --- Ollama ---


def test_that_the_models_of_ollama_are_found_under_their_names(tmp_path: Path) -> None:
    model = write_model(tmp_path / "m.gguf")
    blob = ollama(tmp_path / "o", "registry.ollama.ai/library/llama3.2/3b", model)
    ollama(tmp_path / "o", "registry.ollama.ai/someone/tuned/latest", model)
    ollama(tmp_path / "o", "hf.co/bartowski/Qwen/Q4_K_M", model)
    (tmp_path / "o" / "blobs" / "sha256-77-partial").write_bytes(bytes(2 << 20))
    found = list(scan([Place(tmp_path / "o", "Ollama", Kind.OLLAMA)]))
    assert [item.label for item in found] == ["hf.co/bartowski/Qwen:Q4_K_M", "llama3.2:3b", "someone/tuned:latest", ""]
    assert found[1].path == blob and found[1].file is not None and found[1].program == "Ollama"
    assert found[3].unfinished


def test_that_a_name_without_its_blob_says_how_to_fetch_it(tmp_path: Path) -> None:
    ollama(tmp_path, "registry.ollama.ai/library/gone/latest", write_model(tmp_path / "m.gguf")).unlink()
    found = list(scan([Place(tmp_path, "Ollama", Kind.OLLAMA)]))
    assert found[0].error is not None and "ollama pull gone:latest" in found[0].error.mend


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"layers": 7}', '{"layers": [1, {"mediaType": 2}]}',
     '{"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:../../etc/passwd"}]}'],
)  # fmt: skip
def test_that_a_damaged_manifest_is_passed_over(tmp_path: Path, content: str) -> None:
    place = tmp_path / "manifests" / "registry.ollama.ai" / "library" / "x" / "latest"
    place.parent.mkdir(parents=True)
    place.write_text(content)
    assert list(scan([Place(tmp_path, "Ollama", Kind.OLLAMA)])) == []


# --- copies ---


def test_that_copies_links_and_blobs_of_one_content_are_known(tmp_path: Path) -> None:
    first = write_model(tmp_path / "a.gguf")
    shutil.copy(first, tmp_path / "b.gguf")
    os.link(first, tmp_path / "c.gguf")
    write_model(tmp_path / "d.gguf", seed=2)
    found = list(scan([tmp_path]))
    assert found[0].spotted is not None and found[3].spotted is not None
    assert found[0].spotted.bytes == found[3].spotted.bytes, "the same size, other weights"
    assert copies(found) == {1: 0, 2: 0}


def test_that_a_description_is_read_once_and_again_when_the_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_model(tmp_path / "m.gguf", layers=1)
    store = tmp_path / "cache" / "models.json"
    read: list[Path] = []

    def counting(asked: Path) -> GgufFile:
        read.append(asked)
        return inspect(asked)

    monkeypatch.setattr("workbench.inference.local.described.inspect", counting)

    def layers() -> int | None:
        memory = DescribedFiles(store)
        file = next(iter(scan([tmp_path], memory.describe))).file
        memory.save()
        return file.layers if file else None

    assert (layers(), layers(), len(read)) == (1, 1, 1)
    write_model(path, layers=2)
    assert (layers(), len(read)) == (2, 2)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs a system with user ids")
def test_that_a_file_that_may_be_read_now_is_read_although_it_is_the_same(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.gguf")
    memory = DescribedFiles()
    path.chmod(0)
    superuser = os.geteuid() == 0
    if not superuser:
        assert next(iter(scan([tmp_path], memory.describe))).error is not None
    else:  # the superuser may read everything: an error is put in its place
        spotted = next(iter(walk(tmp_path)))
        assert isinstance(spotted, Spotted)
        memory._keep(str(path), {"stamp": _stamp(spotted), "error": {"what": "no", "where": "", "mend": ""}}, None)
        assert next(iter(scan([tmp_path], memory.describe))).error is not None
    path.chmod(0o600)
    assert next(iter(scan([tmp_path], memory.describe))).error is None


def test_that_a_remembered_description_is_the_same_as_a_fresh_one(tmp_path: Path) -> None:
    write_model(tmp_path / "m.gguf")
    (tmp_path / "broken.gguf").write_bytes(b"<html>")
    store = tmp_path / "models.json"
    memory = DescribedFiles(store)
    fresh = list(scan([tmp_path], memory.describe))
    memory.save()
    again = list(scan([tmp_path], DescribedFiles(store).describe))
    assert [item.file for item in again] == [item.file for item in fresh]
    assert str(again[0].error) == str(fresh[0].error)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"version": 1}', '{"version": "V", "files": {"P": {"stamp": 1, "file": {}}}}']
)
def test_that_a_damaged_memory_counts_as_empty(tmp_path: Path, content: str) -> None:
    from workbench.inference.local import described

    path = write_model(tmp_path / "m.gguf")
    store = tmp_path / "models.json"
    store.write_text(content.replace("V", described.VERSION).replace("P", str(path)))
    assert next(iter(scan([tmp_path], DescribedFiles(store).describe))).error is None


def test_that_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no such folder"):
        list(scan([tmp_path / "nowhere"]))
