"""What comes of a file of results, and how such files are loaded: JSON, JSON Lines, or JSON in an archive."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseResult, EvalCase
from workbench.domain.json_faults import json_fault, json_place

MOST_BYTES = 512 << 20
MOST_MEMBERS = 100_000
HIGHEST_RATIO = 200
MEND = "Choose the log or sample file as the program wrote it."


@dataclass(frozen=True, slots=True)
class Content:
    """A file's JSON: one value, or one a line (`lines`), or the samples of an archive beside its header."""

    value: Any
    lines: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """A run of another program. `results` have an empty run id; `scorers` are that program's names for its own.

    `skipped` counts entries that could not be used, with the reason of the first.
    """

    name: str
    program: str
    cases: tuple[EvalCase, ...]
    results: tuple[CaseResult, ...]
    model_ids: tuple[str, ...]
    scorers: tuple[str, ...]
    sha256: str
    system_prompt: str = ""
    repeats: int = 1
    skipped: int = 0
    why_skipped: str = ""


class Importer(Protocol):
    """Reads the results of one program. `read` skips what it cannot use and counts it."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...

    def recognises(self, content: Content) -> bool: ...

    def read(self, content: Content, path: Path) -> ImportedRun: ...


def load(path: Path) -> Content:
    """Raises `WorkbenchError` for what cannot be read, is too large, or is no JSON."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _fault(path, f"it is larger than {MOST_BYTES >> 20} MB")
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if data.startswith(b"PK\x03\x04"):
            return Content(_archive(path), False, sha256)
    except OSError as error:
        raise WorkbenchError(
            f"The results cannot be read: {error.strerror}", where=str(path), mend="Check the path and your permission."
        ) from error
    text = data.decode("utf-8-sig", "replace")
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        lines = enumerate(text.split("\n"), 1)  # a text may hold what else ends lines
        return Content([_json(line, path, number) for number, line in lines if line.strip()], True, sha256)
    return Content(_json(text, path), False, sha256)


def _json(text: str, path: Path, line: int | None = None) -> Any:
    """NaN and infinities, which some programs write, become null: no score can be made of them."""
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        place = json_place(error, line=line)
        raise _fault(path, f"it is not JSON: {json_fault(error)}{f' ({place})' if place else ''}") from error


def _archive(path: Path) -> Any:
    """The header and the samples of an archive, as one value. Names lead nowhere: nothing is unpacked to the disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if len(members) > MOST_MEMBERS or size > MOST_BYTES:
                raise _fault(path, f"it unpacks to {size >> 20:,} MB in {len(members):,} files")
            if size > (10 << 20) and size > HIGHEST_RATIO * path.stat().st_size:
                raise _fault(path, f"it unpacks to {size >> 20:,} MB")
            names = {member.filename for member in members}
            header = next((name for name in ("header.json", "_journal/start.json") if name in names), None)
            if header is None:
                raise _fault(path, "it is an archive of something else")
            value = _json(archive.read(header).decode("utf-8", "replace"), path)
            wanted = sorted(name for name in names if name.startswith("samples/") and name.endswith(".json"))
            samples = [_json(archive.read(name).decode("utf-8", "replace"), path) for name in wanted]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, RecursionError, RuntimeError, EOFError) as error:
        raise _fault(path, f"its archive is damaged ({error})") from error
    if not isinstance(value, dict):
        raise _fault(path, "its header is no object")
    return {**value, "samples": samples}


def _fault(path: Path, what: str) -> WorkbenchError:
    return WorkbenchError(f"These results cannot be imported: {what}", where=str(path), mend=MEND)


def as_text(value: Any) -> str:
    """A prompt, target or answer in any of the shapes that are usual: a text, parts of one, messages, a list."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        for key in ("content", "text", "completion"):
            if key in value:
                return as_text(value[key])
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Sequence):
        return "\n".join(text for text in (as_text(part) for part in value) if text)
    return json.dumps(value, ensure_ascii=False)


def share(value: Any) -> float | None:
    """A score as a share from 0 to 1; None when it is none."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float) and 0 <= value <= 1:
        return float(value)
    return None
