"""The local models of this machine: the shipped demo models and GGUF files in folders or named by path."""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.inference.local import memory
from workbench.inference.local.discover import Found, scan
from workbench.inference.local.gguf import GgufFile, inspect, refuse_unsound

GIB = 2**30
DESKTOP_CONTEXT_TOKENS = 8192


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
    """Bytes needed at `context_tokens` against bytes free now; `word` is fits, tight, does not fit or unknown."""

    model: str
    need_bytes: int
    free_bytes: int | None
    context_tokens: int
    word: str

    @property
    def sentence(self) -> str:
        need = f"needs {self.need_bytes / GIB:.2f} GiB with {self.context_tokens:,} tokens of context"
        have = "this system does not say how much is free"
        if self.free_bytes is not None:
            have = f"{self.free_bytes / GIB:.2f} GiB are free"
        return f"{self.model} {self.word}: it {need}; {have}."

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "sentence": self.sentence}


class LibraryService:
    """Reads files' descriptions; never copies, changes or loads a model."""

    def __init__(self, *, demo_folder: Path) -> None:
        self._demo_folder = demo_folder
        self._demo: tuple[LocalFile, ...] | None = None

    def demo_models(self) -> tuple[LocalFile, ...]:
        """The models shipped with the program, smallest first."""
        if self._demo is None:
            found = (self._entry(item, demo=True) for item in scan([self._demo_folder]))
            self._demo = tuple(sorted(found, key=lambda item: item.bytes))
        return self._demo

    def scan(self, folders: tuple[Path, ...] = ()) -> tuple[LocalFile, ...]:
        """The demo models and every GGUF file in the folders. Raises WorkbenchError for a folder that is none."""
        return (*self.demo_models(), *(self._entry(item, demo=False) for item in scan(folders)))

    def resolve(self, reference: str) -> Path:
        """The file behind a path, a name (`demo-small`) or an id (`local/demo-small`).

        Raises WorkbenchError with the closest names when there is none, and for provider models, which this version
        does not call.
        """
        if reference.lower().endswith(".gguf") or Path(reference).exists():
            return Path(reference)
        by_name = {item.id: item.path for item in self.demo_models()}
        by_name |= {item.path.stem: item.path for item in self.demo_models()}
        if reference in by_name:
            return by_name[reference]
        if "/" in reference:
            raise WorkbenchError(
                f"{reference} is a provider's model, and this version sends nothing to other machines",
                where="models",
                mend=f"Choose a local model: {', '.join(item.path.stem for item in self.demo_models())}.",
            )
        close = difflib.get_close_matches(reference, by_name, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"The library has {', '.join(by_name)}."
        raise WorkbenchError(f"There is no local model {reference!r}", where="models", mend=f"{hint} A path works too.")

    def inspect(self, reference: str) -> GgufFile:
        """What is in a file, without loading it. Raises WorkbenchError when it is no model."""
        return inspect(self.resolve(reference))

    def checked(self, reference: str) -> Path:
        """The file behind a reference, once it is sure that llama.cpp survives it. Raises WorkbenchError."""
        path = self.resolve(reference)
        refuse_unsound(inspect(path))
        return path

    def fit(self, reference: str, *, context_tokens: int = DESKTOP_CONTEXT_TOKENS) -> Fit:
        """Whether a file fits the memory that is free now, at the model's context up to `context_tokens`."""
        file = self.inspect(reference)
        context = min(file.context or context_tokens, context_tokens)
        need = memory.needed(file, context).total
        free = memory.available_bytes()
        return Fit(file.name, need, free, context, _word(need, free))

    def _entry(self, found: Found, *, demo: bool) -> LocalFile:
        file = found.file
        problem = str(found.error) if found.error else ""
        if file is not None and not file.usable:
            problem = "; ".join(item.what for item in file.problems)
        size = file.bytes if file else _size(found.path)
        name = file.name if file else found.path.stem
        return LocalFile(f"local/{found.path.stem}", found.path, name, size, file, problem, demo)


def _word(need: int, free: int | None) -> str:
    if free is None:
        return "unknown"
    if need <= memory.SHARE_OF_AVAILABLE * free:
        return "fits"
    return "tight" if need <= free else "does not fit"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
