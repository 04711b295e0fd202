"""What was read in model files, remembered between starts: a file that has not changed is not read again.

A vocabulary takes a tenth of a second to read, and a folder may hold a hundred of them. The memory is one JSON file in
the cache folder; one that is damaged or of another version counts as empty.
"""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf import GgufFile, Problem, Role, Severity, inspect
from workbench.inference.local.gguf.file import Experts, Origin, Rope, Tokenizer, Weights
from workbench.inference.local.same import fingerprint
from workbench.inference.local.walk import Spotted
from workbench.paths import replace_file

MOST_BYTES = 64 << 20
MOST_ENTRIES = 20_000
PARTS = (GgufFile, Problem, Experts, Origin, Rope, Tokenizer, Weights)
#: another shape of what is remembered makes the old memory void
VERSION = "1 " + " ".join(f"{kind.__name__}({','.join(field.name for field in fields(kind))})" for kind in PARTS)

Entry = dict[str, Any]


class DescribedFiles:
    """Descriptions by path, valid while size, time and inode of the file are the same. Safe to use from any thread."""

    def __init__(self, store: Path | None = None) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] | None = None
        self._known: dict[str, GgufFile] = {}
        self._changed = False

    def describe(self, path: Path, spotted: Spotted | None) -> GgufFile:
        """As `inspect`, from memory where the file has not changed. Raises `WorkbenchError`."""
        if spotted is None:
            return inspect(path)
        key, stamp = str(path), _stamp(spotted)
        with self._lock:
            entry = self._all().get(key)
            if entry is not None and entry.get("stamp") == stamp:
                remembered = self._recall(key, entry)
                if remembered is not None:
                    return remembered
        return self._read(path, key, stamp)

    def fingerprint(self, path: Path, spotted: Spotted) -> bytes | None:
        """As `same.fingerprint`, from memory where the file has not changed."""
        key, stamp = str(path), _stamp(spotted)
        with self._lock:
            entry = self._all().get(key)
            told = entry.get("fingerprint") if entry is not None and entry.get("stamp") == stamp else None
        if isinstance(told, str):
            return told.encode()
        found = fingerprint(path)
        with self._lock:
            entry = self._all().get(key)
            if found is not None and entry is not None and entry.get("stamp") == stamp:
                entry["fingerprint"] = found.hex()
                self._changed = True
        return None if found is None else found.hex().encode()

    def save(self) -> None:
        """Keeps what was learned since the last time; without room on the disk nothing is kept."""
        with self._lock:
            if not self._changed or self._store is None:
                return
            self._changed = False
            entries = dict(list(self._all().items())[-MOST_ENTRIES:])
            text = json.dumps({"version": VERSION, "files": entries})
        with contextlib.suppress(OSError):
            self._store.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._store, text.encode("ascii"))

    def _read(self, path: Path, key: str, stamp: list[int]) -> GgufFile:
        """An error is remembered too: a hundred broken files are not read at every start."""
        try:
            file = inspect(path)
        except WorkbenchError as error:
            self._keep(key, {"stamp": stamp, "error": error.as_dict()}, None)
            raise
        if file.parts == 1:  # of a model in several files another part may change
            self._keep(key, {"stamp": stamp, "file": _as_dict(file)}, file)
        return file

    def _keep(self, key: str, entry: Entry, file: GgufFile | None) -> None:
        with self._lock:
            self._all()[key] = entry
            self._known.pop(key, None)
            if file is not None:
                self._known[key] = file
            self._changed = True

    def _recall(self, key: str, entry: Entry) -> GgufFile | None:
        error = entry.get("error")
        if isinstance(error, dict):
            raise WorkbenchError(str(error.get("what")), where=str(error.get("where")), mend=str(error.get("mend")))
        if key not in self._known:
            try:
                self._known[key] = _from_dict(entry["file"])
            except (KeyError, TypeError, ValueError, AttributeError):
                return None
        return self._known[key]

    def _all(self) -> dict[str, Entry]:
        if self._entries is None:
            self._entries = _loaded(self._store)
        return self._entries


def _stamp(spotted: Spotted) -> list[int]:
    return [spotted.bytes, spotted.changed_ns, *spotted.identity]


def _loaded(store: Path | None) -> dict[str, Entry]:
    if store is None:
        return {}
    try:
        with store.open("rb") as stream:
            content = json.loads(stream.read(MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict) or content.get("version") != VERSION:
        return {}
    files = content.get("files")
    return {key: entry for key, entry in files.items() if isinstance(entry, dict)} if isinstance(files, dict) else {}


def _as_dict(file: GgufFile) -> Entry:
    return {**asdict(file), "path": str(file.path)}


def _from_dict(values: Entry) -> GgufFile:
    """Raises KeyError, TypeError or ValueError for what `_as_dict` did not write."""
    return GgufFile(
        **{
            **values,
            "path": Path(values["path"]),
            "role": Role(values["role"]),
            "kv_heads_by_layer": tuple(values["kv_heads_by_layer"]),
            "weights": tuple(Weights(**row) for row in values["weights"]),
            "rope": Rope(**values["rope"]),
            "experts": Experts(**values["experts"]) if values["experts"] else None,
            "tokenizer": Tokenizer(**values["tokenizer"]) if values["tokenizer"] else None,
            "origin": Origin(
                **{
                    **values["origin"],
                    "bases": tuple(values["origin"]["bases"]),
                    "tags": tuple(values["origin"]["tags"]),
                }
            ),
            "problems": tuple(Problem(**{**row, "severity": Severity(row["severity"])}) for row in values["problems"]),
        }
    )
