"""G01, G02, G07: files that are no model, cut ones, and things that are no files. One sentence each, at once."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf import inspect

from gguf_files import container, write_model


def refusal(path: Path) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        inspect(path)
    assert caught.value.where and caught.value.mend
    return caught.value


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"GGU", "too few"),
        (b"GGUF", "incomplete"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\n  <HTML><body>sign in", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "Git LFS pointer"),
        (b"PK\x03\x04" + b"\0" * 60, "ZIP archive"),
        (struct.pack("<Q", 80) + b'{"a":{}}' + b" " * 80, "safetensors"),
        (b"plain words, nothing else", "it begins with “plai” instead of “GGUF”"),
        (b"\x7fELF\x02\x01\x01", "it begins with the bytes 7f 45 4c 46 instead of “GGUF”"),
        (container(version=1), "version 1"),
        (container(version=99), "version 99"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "big-endian"),
    ],
)
def test_that_a_file_that_is_no_model_is_named_for_what_it_is(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    assert word in refusal(path).what


def test_that_a_file_cut_anywhere_is_called_an_incomplete_download(tmp_path: Path) -> None:
    whole = write_model(tmp_path / "whole.gguf").read_bytes()
    cut = tmp_path / "cut.gguf"
    for share in (0.001, 0.02, 0.05, 0.1, 0.4, 0.9, 0.9999):
        cut.write_bytes(whole[: int(len(whole) * share)])
        error = refusal(cut)
        assert "incomplete" in error.what
        assert "again" in error.mend


def test_that_a_file_cut_in_its_weights_names_the_tensor_and_both_sizes(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf")
    size = path.stat().st_size - 100
    os.truncate(path, size)
    what = refusal(path).what
    assert "output.weight" in what
    assert f"the file has {size:,}" in what


def test_that_a_folder_is_refused(tmp_path: Path) -> None:
    assert "a folder" in refusal(tmp_path).what


def test_that_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "nowhere.gguf").what


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with named pipes")
def test_that_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.gguf"
    os.mkfifo(pipe)
    assert "a pipe" in refusal(pipe).what


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_that_an_endless_device_is_refused() -> None:
    assert "a device" in refusal(Path("/dev/zero")).what


def test_that_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop.gguf"
    loop.symlink_to(loop)
    assert "itself" in refusal(loop).what


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs a system with user ids")
def test_that_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = write_model(tmp_path / "secret.gguf")
    path.chmod(0)
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(65534)  # the superuser may read everything; nobody may not
    try:
        error = refusal(path)
    finally:
        if superuser:
            os.seteuid(0)
    assert "may not be read" in error.what


def test_that_a_path_that_is_not_utf_8_can_be_read_and_named(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/m\xffdel.gguf")
    write_model(tmp_path / "model.gguf").rename(name)
    file = inspect(Path(name))
    assert file.as_json()["file"].endswith("m\ufffddel.gguf")


def test_that_a_path_with_a_nul_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal(tmp_path / "a\0b.gguf").what
