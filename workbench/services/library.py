"""The local models of this machine: the shipped demo models, those of other programs, and the person's own folders."""

from __future__ import annotations

import difflib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from workbench.analysis.local_speed import LocalSpeed, MachineSpeed
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.verdict import LocalPace
from workbench.inference.local.described import DescribedFiles
from workbench.inference.local.discover import Found, describe, no_folder, scan
from workbench.inference.local.gguf import GgufFile, all_keys, inspect, refuse_unsound
from workbench.inference.local.gpus import Gpu, engine_uses_gpus, gpus
from workbench.inference.local.machine import Machine
from workbench.inference.local.measured import Measurement, Measurements
from workbench.inference.local.places import Place
from workbench.services.fitting import (
    F16,
    FITS,
    TIGHT,
    TOO_LARGE,
    UNKNOWN,
    Fit,
    fit_of,
    measured_speed,
    pace_of,
    predicted,
)
from workbench.services.local_files import LocalFile, by_name, entry, listed, place
from workbench.settings import Json

if TYPE_CHECKING:
    from workbench.analysis.catalog_match import CatalogMatch
    from workbench.services.catalog_links import CatalogLinks

__all__ = ["FITS", "TIGHT", "TOO_LARGE", "UNKNOWN", "Fit", "LibraryService", "LocalFile", "fit_of"]

FOLDERS = "library/folders"
FILES = "library/files"
IGNORED = "library/ignored"
MOST_KEPT = 200


class Kept(Protocol):
    """Where the person's folders and files are remembered."""

    def get(self, key: str, default: Json = None) -> Json: ...

    def set(self, key: str, value: Json) -> None: ...


class LibraryService:
    """Reads files' descriptions; never copies, changes or loads a model. Safe to call from any thread.

    `places` gives the folders of other programs, asked anew at each listing; `described` remembers what was read.
    """

    def __init__(
        self,
        *,
        demo_folder: Path,
        kept: Kept | None = None,
        places: Callable[[], tuple[Place, ...]] = tuple,
        described: DescribedFiles | None = None,
        machine: Machine | None = None,
        measurements: Measurements | None = None,
        links: CatalogLinks | None = None,
    ) -> None:
        self._demo_folder = demo_folder
        self._kept = kept
        self._known_places = places
        self._described = described or DescribedFiles()
        self._machine = machine or Machine()
        self._measurements = measurements or Measurements()
        self._links = links
        self._demo: tuple[Found, ...] | None = None
        self._lock = threading.Lock()
        self._last: tuple[LocalFile, ...] = ()
        self._listings = 0

    # What there is

    def demo_models(self) -> tuple[LocalFile, ...]:
        """The models shipped with the program, smallest first."""
        return tuple(entry(item, demo=True) for item in self._shipped())

    def _shipped(self) -> tuple[Found, ...]:
        if self._demo is None:
            found = scan([self._demo_folder])
            self._demo = tuple(sorted(found, key=lambda item: item.file.bytes if item.file is not None else 0))
        return self._demo

    def scan(self, folders: tuple[Path, ...] = ()) -> tuple[LocalFile, ...]:
        """The demo models and every GGUF file in the folders, each file once.

        Raises WorkbenchError for a folder that is none.
        """
        rows = listed(scan(folders, self._described.describe), self._shipped(), self._described.fingerprint)
        self._described.save()
        return rows

    def models(self) -> tuple[LocalFile, ...]:
        """The demo models, the files of the person's folders and those opened one by one, then those of other programs.

        Folders and files that are gone are passed over: `missing` names them.
        """
        rows = listed(self._found(), self._shipped(), self._described.fingerprint)
        self._described.save()
        with self._lock:
            if rows != self._last:
                self._last = rows
                self._listings += 1
        return rows

    def _found(self) -> Iterator[Found]:
        own = [folder for folder in self.folders() if folder.is_dir()]
        yield from scan(own, self._described.describe)
        yield from (describe(path, self._described.describe) for path in self.files() if path.is_file())
        yield from scan(self.places(), self._described.describe)

    def state(self) -> object:
        """Equal to an earlier one while nothing was added, removed, or found changed by a listing."""
        return (
            self.folders(),
            self.files(),
            self.ignored(),
            self._listings,
            self._measurements.count,
            self._machine.known(),
        )

    def missing(self) -> tuple[Path, ...]:
        """Remembered folders and files that are not there now."""
        gone = [folder for folder in self.folders() if not folder.is_dir()]
        return (*gone, *(path for path in self.files() if not path.is_file()))

    # Where it looks

    def places(self) -> tuple[Place, ...]:
        """The folders of other programs that are there and looked into."""
        return tuple(known for known in self._known_places() if known.program not in self.ignored())

    def ignored(self) -> tuple[str, ...]:
        """The programs whose folders the person does not want looked into."""
        return self._kept_texts(IGNORED)

    def ignore(self, program: str) -> Changes:
        """Leaves the folders of a program out from now on."""
        return self._keep(IGNORED, [*self.ignored(), program])

    def look_everywhere(self) -> Changes:
        """Looks into the folders of all known programs again."""
        return self._keep(IGNORED, [])

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
            raise no_folder(folder)
        return self._keep(FOLDERS, [*self.folders(), folder.absolute()])

    def add_file(self, path: Path) -> Changes:
        """Remembers a file. Raises WorkbenchError when it is no model; then nothing is remembered.

        A copy of what is listed already (`known`) is not remembered either.
        """
        inspect(path)
        known = self.known(path)
        if known is not None and place(known.path) != place(path):
            return Changes()
        return self._keep(FILES, [*self.files(), path.absolute()])

    def known(self, path: Path) -> LocalFile | None:
        """The model in the list that this file is, or whose content it has; None when it is new here."""
        before, fingerprint = self.models(), self._described.fingerprint
        rows = listed((*self._found(), describe(path, self._described.describe)), self._shipped(), fingerprint)
        row = next(item for item in rows if place(item.path) == place(path))
        if row.same_as is None:
            return row if row in before else None
        return next(item for item in rows if item.path == row.same_as)

    def forget(self, path: Path) -> Changes:
        """Takes a folder or file off the list; nothing on the disk is touched."""
        self._keep(FILES, [kept for kept in self.files() if kept != path])
        return self._keep(FOLDERS, [kept for kept in self.folders() if kept != path])

    # One model

    def resolve(self, reference: str) -> Path:
        """The file behind a path, a name (`demo-small`, Ollama's `llama3.2:3b`) or an id (`local/demo-small`).

        Raises WorkbenchError with the closest names when there is none, and for provider models, which this version
        does not call.
        """
        if reference.lower().endswith(".gguf"):
            return Path(reference).expanduser()
        names = by_name(self.demo_models())
        if reference not in names:
            names = by_name(self.models())
        if reference in names:
            return names[reference]
        path = Path(reference).expanduser()
        if os.path.lexists(path) or path.is_absolute():  # what it is instead of a model is said when it is read
            return path
        shown = [name for name in names if "/" not in name]
        if "/" in reference and not reference.startswith("local/"):
            raise WorkbenchError(
                f"{reference} is a provider's model: it does not run on this machine",
                where="models",
                mend=f"Choose a local model: {', '.join(shown)}.",
            )
        close = difflib.get_close_matches(reference, names, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"The library has {', '.join(shown)}."
        raise WorkbenchError(f"There is no local model {reference!r}", where="models", mend=f"{hint} A path works too.")

    def name_of(self, path: Path) -> str:
        """The name that another program gives a file, as of the last listing; "" when its own name says it."""
        return next((item.label for item in self._last if item.label and item.path == path), "")

    def inspect(self, reference: str) -> GgufFile:
        """What is in a file, without loading it. Raises WorkbenchError when it is no model."""
        return inspect(self.resolve(reference))

    def catalog_match(self, item: LocalFile) -> CatalogMatch | None:
        """The catalog model that a file is or was made from, with the reason; None when nothing says so."""
        return self._links.of(item) if self._links is not None else None

    def entry(self, reference: str) -> LocalFile:
        """The row of one file, as in a listing. Raises WorkbenchError when the reference names none."""
        path = self.resolve(reference)
        return next((item for item in self._last if item.path == path), None) or entry(describe(path))

    def keys(self, reference: str) -> dict[str, Any]:
        """Every key that stands in a file, of lists their length. Raises WorkbenchError when it is no model."""
        return all_keys(self.resolve(reference))

    def checked(self, reference: str) -> Path:
        """The file behind a reference, once it is sure that llama.cpp survives it. Raises WorkbenchError."""
        path = self.resolve(reference)
        refuse_unsound(inspect(path))
        return path

    def fit(self, reference: str, *, context_tokens: int | None = None, cache_type: str = F16) -> Fit:
        """Whether a file fits the memory that is free now, with a context or with as much as the engine would give it.

        Raises WorkbenchError when it is no model, and for a cache type that does not exist.
        """
        return fit_of(self.inspect(reference), context_tokens, cache_type)

    def speed(self, file: GgufFile) -> LocalSpeed | None:
        """How fast it was measured to be here, else what to expect; None for a file without weights.

        The first prediction measures this machine, for about two seconds.
        """
        measurement = self._measurements.of(file)
        if measurement is not None:
            return measured_speed(measurement)
        return self.predicted(file)

    def predicted(self, file: GgufFile, prompt_tokens: int | None = None) -> LocalSpeed | None:
        """What to expect without a measurement, also where there is one."""
        return predicted(file, self._machine.speed(), prompt_tokens)

    def measurement(self, file: GgufFile) -> Measurement | None:
        """The latest measurement of the model on this machine."""
        return self._measurements.of(file)

    def pace(self, file: GgufFile) -> LocalPace | None:
        """What matching needs of its speed. Measures nothing: before this machine was measured it is unknown."""
        return pace_of(file, self._machine.known(), self._measurements.of(file))

    def machine(self) -> MachineSpeed:
        """What this machine's memory and arithmetic were measured to do."""
        return self._machine.speed()

    def measure_machine(self) -> MachineSpeed:
        """Measures this machine's memory, arithmetic and engine again, for about two seconds."""
        return self._machine.measure_again()

    def gpus(self) -> tuple[Gpu, ...]:
        """The graphics processors that drivers show, whether or not the engine can use them."""
        return gpus()

    def engine_uses_gpus(self) -> bool:
        """Whether the installed engine computes on graphics processors."""
        return engine_uses_gpus()

    def _kept_paths(self, key: str) -> tuple[Path, ...]:
        return tuple(Path(text) for text in self._kept_texts(key))

    def _kept_texts(self, key: str) -> tuple[str, ...]:
        kept = self._kept.get(key, []) if self._kept is not None else []
        return tuple(text for text in kept if isinstance(text, str)) if isinstance(kept, list) else ()

    def _keep(self, key: str, values: Iterable[Path | str]) -> Changes:
        if self._kept is None:
            return Changes()
        texts: list[Json] = [str(value) for value in dict.fromkeys(values)]
        self._kept.set(key, texts[-MOST_KEPT:])
        return Changes(settings=True)
