"""The kept catalog: the same as a fresh one, skipped YAML when nothing changed, never trusted when something is off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from workbench.catalog import load_catalog
from workbench.catalog.reader import CatalogReader
from workbench.domain.errors import Problems
from workbench.paths import data_dir

from catalog_folder import GPT_4O, change, copy_catalog

WARM_START = """
import sys
from pathlib import Path
from workbench.catalog import load_catalog
catalog = load_catalog(Path(sys.argv[1]), Path(sys.argv[2]))
print(len(catalog.models), sorted({"yaml", "pydantic", "pydantic_core", "numpy"} & set(sys.modules)))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_catalog(tmp_path / "catalog")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "catalog.json"


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[CatalogReader]:
    """Every time the YAML files are really read."""
    seen: list[CatalogReader] = []
    real = CatalogReader.catalog
    monkeypatch.setattr(CatalogReader, "catalog", lambda reader: (seen.append(reader), real(reader))[1])
    return seen


def test_that_the_kept_catalog_equals_the_fresh_one(kept: Path, readings: list[CatalogReader]) -> None:
    fresh = load_catalog(data_dir("models_catalog"), kept)
    again = load_catalog(data_dir("models_catalog"), kept)
    assert len(readings) == 1
    assert again == fresh
    assert [type(model.kind) for model in again.models] == [type(model.kind) for model in fresh.models]
    assert (
        again.model_by_id["openai/gpt-4o"].offers[0].confidence
        is fresh.model_by_id["openai/gpt-4o"].offers[0].confidence
    )


def test_that_a_start_with_unchanged_files_imports_neither_yaml_nor_pydantic(folder: Path, kept: Path) -> None:
    for expected in ("['pydantic', 'pydantic_core', 'yaml']", "[]"):
        done = subprocess.run(
            [sys.executable, "-c", WARM_START, str(folder), str(kept)], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == f"3 {expected}"


def test_that_a_changed_price_is_seen_even_when_size_and_time_stay_the_same(folder: Path, kept: Path) -> None:
    file = folder / GPT_4O
    before = file.stat()
    load_catalog(folder, kept)
    change(file, "input_usd_per_mtok: 2.5", "input_usd_per_mtok: 3.5")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    assert load_catalog(folder, kept).model_by_id["openai/gpt-4o"].offers[0].prices.input_usd_per_mtok == 3.5


def test_that_an_added_and_a_removed_file_are_seen(folder: Path, kept: Path) -> None:
    load_catalog(folder, kept)
    (folder / "models/baai/bge-m3.yaml").rename(folder.parent / "away.yaml")
    assert len(load_catalog(folder, kept).models) == 2
    (folder.parent / "away.yaml").rename(folder / "models/baai/bge-m3.yaml")
    assert len(load_catalog(folder, kept).models) == 3


def test_that_the_fingerprint_follows_the_content_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    first = load_catalog(folder).fingerprint
    assert load_catalog(copy_catalog(tmp_path / "elsewhere")).fingerprint == first
    change(folder / GPT_4O, "# GPT-4o", "# gpt-4o")
    assert load_catalog(folder).fingerprint != first


def _cut(content: bytes) -> bytes:
    return content[:-40]


def _cheaper(content: bytes) -> bytes:
    assert b"2.5," in content
    return content.replace(b"2.5,", b"0.1,", 1)


def _older_layout(content: bytes) -> bytes:
    header, _, body = content.partition(b"\n")
    return json.dumps({**json.loads(header), "layout": "0" * 64}).encode() + b"\n" + body


@pytest.mark.parametrize(
    "damage", [_cut, _cheaper, _older_layout, lambda _: b"", lambda _: b"\xff\n[", lambda _: b"[1]\n[]"]
)
def test_that_a_damaged_or_foreign_cache_is_made_anew(
    folder: Path, kept: Path, readings: list[CatalogReader], damage: object
) -> None:
    fresh = load_catalog(folder, kept)
    kept.write_bytes(damage(kept.read_bytes()))  # type: ignore[operator]
    assert load_catalog(folder, kept) == fresh
    assert len(readings) == 2
    load_catalog(folder, kept)
    assert len(readings) == 2


def test_that_a_broken_catalog_leaves_the_cache_as_it_was(folder: Path, kept: Path) -> None:
    load_catalog(folder, kept)
    before = kept.read_bytes()
    change(folder / GPT_4O, "input_usd_per_mtok: 2.5", "input_usd_per_mtok: -1")
    with pytest.raises(Problems):
        load_catalog(folder, kept)
    assert kept.read_bytes() == before


def test_that_a_cache_that_cannot_be_written_does_not_stop_the_catalog(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    assert len(load_catalog(folder, tmp_path / "cache" / "catalog.json").models) == 3
