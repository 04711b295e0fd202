"""The local models of this machine: the shipped demo models, and GGUF files in folders or named by the person."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.inference.local import memory
from workbench.inference.local.discover import Found, describe, scan
from workbench.inference.local.gguf import GgufFile, all_keys, inspect, refuse_unsound
from workbench.inference.local.model import PARALLEL
from workbench.settings import Json

FOLDERS = "library/folders"
FILES = "library/files"
MOST_KEPT = 200
FITS, TIGHT, TOO_LARGE, UNKNOWN = "fits", "tight", "does not fit", "unknown"


class Kept(Protocol):
    """Where the person's folders and files are remembered."""

    def get(self, key: str, default: Json = None) -> Json: ...

    def set(self, key: str, value: Json) -> None: ...


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A GGUF file as the library lists it. `problem` says in a sentence why it cannot be used, empty when it can."""

    id: str
    path: Path
    name: str
    bytes: int
    file: GgufFile | None
    problem: str
    demo: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """Bytes needed with `context_tokens` for each answer against bytes free now, as the engine would load it.

    `word` is fits, tight (only with a shorter context than the model has), does not fit, or unknown.
    """

    model: str
    need_bytes: int
    free_bytes: int | None
    context_tokens: int
    word: str

    @property
    def sentence(self) -> str:
        verdict = {TIGHT: "fits, with less context than it could use", UNKNOWN: "may fit"}.get(self.word, self.word)
        need = f"needs {words.gigabytes(self.need_bytes)} with {words.tokens(self.context_tokens)} of context"
        have = "this system does not say how much is free"
        if self.free_bytes is not None:
            have = f"{words.gigabytes(self.free_bytes)} are free, of which a model may take 4 in 5"
        return f"{self.model} {verdict}: it {need}; {have}."

    @property
    def short(self) -> str:
        """ "fits, 0.11 GB"."""
        word = "may fit" if self.word == UNKNOWN else self.word
        return f"{word}, {words.rounded(self.need_bytes / 1e9, 2)} GB"

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "sentence": self.sentence}


class LibraryService:
    """Reads files' descriptions; never copies, changes or loads a model. Safe to call from any thread."""

    def __init__(self, *, demo_folder: Path, kept: Kept | None = None) -> None:
        self._demo_folder = demo_folder
        self._kept = kept
        self._demo: tuple[LocalFile, ...] | None = None

    # What there is

    def demo_models(self) -> tuple[LocalFile, ...]:
        """The models shipped with the program, smallest first."""
        if self._demo is None:
            found = (_entry(item, demo=True) for item in scan([self._demo_folder]))
            self._demo = tuple(sorted(found, key=lambda item: item.bytes))
        return self._demo

    def scan(self, folders: tuple[Path, ...] = ()) -> tuple[LocalFile, ...]:
        """The demo models and every GGUF file in the folders, each file once.

        Raises WorkbenchError for a folder that is none.
        """
        return self._listed(scan(folders))

    def models(self) -> tuple[LocalFile, ...]:
        """The demo models, then the files of the person's folders and those opened one by one, each file once.

        Folders and files that are gone are passed over: `missing` names them.
        """
        folders = [folder for folder in self.folders() if folder.is_dir()]
        return self._listed((*scan(folders), *(describe(path) for path in self.files() if path.is_file())))

    def _listed(self, found: Iterable[Found]) -> tuple[LocalFile, ...]:
        shipped = self.demo_models()
        known = {_place(item.path) for item in shipped}
        own = []
        for item in found:
            place = _place(item.path)
            if place not in known:
                known.add(place)
                own.append(_entry(item, demo=False))
        return (*shipped, *own)

    def missing(self) -> tuple[Path, ...]:
        """Remembered folders and files that are not there now."""
        gone = [folder for folder in self.folders() if not folder.is_dir()]
        return (*gone, *(path for path in self.files() if not path.is_file()))

    # What the person added

    def folders(self) -> tuple[Path, ...]:
        """The folders the person added, the first added first."""
        return self._kept_paths(FOLDERS)

    def files(self) -> tuple[Path, ...]:
        """The files the person opened one by one."""
        return self._kept_paths(FILES)

    def add_folder(self, folder: Path) -> Changes:
        """Remembers a folder. Raises WorkbenchError when it is none."""
        if not folder.is_dir():
            raise WorkbenchError("There is no such folder", where=str(folder), mend="Choose another folder.")
        return self._keep(FOLDERS, [*self.folders(), folder.absolute()])

    def add_file(self, path: Path) -> Changes:
        """Remembers a file. Raises WorkbenchError when it is no model; then nothing is remembered."""
        inspect(path)
        return self._keep(FILES, [*self.files(), path.absolute()])

    def forget(self, path: Path) -> Changes:
        """Takes a folder or file off the list; nothing on the disk is touched."""
        self._keep(FILES, [kept for kept in self.files() if kept != path])
        return self._keep(FOLDERS, [kept for kept in self.folders() if kept != path])

    # One model

    def resolve(self, reference: str) -> Path:
        """The file behind a path, a name (`demo-small`) or an id (`local/demo-small`).

        Raises WorkbenchError with the closest names when there is none, and for provider models, which this version
        does not call.
        """
        if reference.lower().endswith(".gguf"):
            return Path(reference).expanduser()
        by_name = _by_name(self.demo_models())
        if reference not in by_name:
            by_name = _by_name(self.models())
        if reference in by_name:
            return by_name[reference]
        if Path(reference).is_file():
            return Path(reference)
        names = [name for name in by_name if "/" not in name]
        if "/" in reference and not reference.startswith("local/"):
            raise WorkbenchError(
                f"{reference} is a provider's model, and this version sends nothing to other machines",
                where="models",
                mend=f"Choose a local model: {', '.join(names)}.",
            )
        close = difflib.get_close_matches(reference, by_name, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"The library has {', '.join(names)}."
        raise WorkbenchError(f"There is no local model {reference!r}", where="models", mend=f"{hint} A path works too.")

    def inspect(self, reference: str) -> GgufFile:
        """What is in a file, without loading it. Raises WorkbenchError when it is no model."""
        return inspect(self.resolve(reference))

    def keys(self, reference: str) -> dict[str, Any]:
        """Every key that stands in a file, of lists their length. Raises WorkbenchError when it is no model."""
        return all_keys(self.resolve(reference))

    def checked(self, reference: str) -> Path:
        """The file behind a reference, once it is sure that llama.cpp survives it. Raises WorkbenchError."""
        path = self.resolve(reference)
        refuse_unsound(inspect(path))
        return path

    def fit(self, reference: str) -> Fit:
        """Whether a file fits the memory that is free now. Raises WorkbenchError when it is no model."""
        return fit_of(self.inspect(reference))

    def _kept_paths(self, key: str) -> tuple[Path, ...]:
        kept = self._kept.get(key, []) if self._kept is not None else []
        return tuple(Path(text) for text in kept if isinstance(text, str)) if isinstance(kept, list) else ()

    def _keep(self, key: str, paths: Iterable[Path]) -> Changes:
        if self._kept is None:
            return Changes()
        texts: list[Json] = [str(path) for path in dict.fromkeys(paths)]
        self._kept.set(key, texts[-MOST_KEPT:])
        return Changes(settings=True)


def fit_of(file: GgufFile) -> Fit:
    """How a described model fits the memory that is free now."""
    free = memory.available_bytes()
    whole = memory.plan_context(file, parallel=PARALLEL, available=None)
    if free is None:
        return Fit(file.name, whole.need.total, None, whole.sequence_tokens, UNKNOWN)
    try:
        plan = memory.plan_context(file, parallel=PARALLEL, available=free)
    except WorkbenchError:
        least = min(file.context or memory.LEAST_CONTEXT, memory.LEAST_CONTEXT)
        return Fit(file.name, memory.needed(file, least).total, free, least, TOO_LARGE)
    word = FITS if plan.sequence_tokens == whole.sequence_tokens else TIGHT
    return Fit(file.name, plan.need.total, free, plan.sequence_tokens, word)


def _by_name(models: Iterable[LocalFile]) -> dict[str, Path]:
    """Paths by id and by file name; of two with the same name the first counts."""
    found: dict[str, Path] = {}
    for item in models:
        found.setdefault(item.path.stem, item.path)
        found.setdefault(item.id, item.path)
    return found


def _entry(found: Found, *, demo: bool) -> LocalFile:
    file = found.file
    problem = str(found.error) if found.error else ""
    if file is not None and not file.usable:
        problem = "; ".join(item.what for item in file.problems)
    size = file.bytes if file else _size(found.path)
    name = file.name if file else found.path.stem
    return LocalFile(f"local/{found.path.stem}", found.path, name, size, file, problem, demo)


def _place(path: Path) -> str:
    """Where the file really lies; `Path.resolve` would raise for a link that points to itself."""
    return os.path.realpath(path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
