"""The model files of this machine as the library lists them: each content once, each with what it can be used for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.inference.local.discover import Found
from workbench.inference.local.gguf import GgufFile, Role, Severity
from workbench.inference.local.same import Fingerprint, copies


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A GGUF file as the library lists it. `problem` says in a sentence why it cannot be used, empty when it can.

    `source` is the program whose folder it lies in, empty for the person's own; `label` the name that program gives it.
    `same_as` is the file listed before that has the same content, `projector` the one that lets it see pictures.
    """

    id: str
    path: Path
    name: str
    bytes: int
    file: GgufFile | None
    problem: str
    demo: bool
    source: str = ""
    label: str = ""
    same_as: Path | None = None
    projector: Path | None = None
    unfinished: bool = False

    @property
    def role(self) -> Role | None:
        """What it is for; None for a file that could not be read."""
        return self.file.role if self.file is not None else None

    @property
    def usable(self) -> bool:
        """Whether it can be asked: a sound model, and the first with its content."""
        return self.file is not None and not self.problem and self.same_as is None

    @property
    def is_model(self) -> bool:
        """Whether it is listed where models are chosen: no copy, no projector and the like, no download under way."""
        return self.role in (None, Role.MODEL) and self.same_as is None and not self.unfinished

    def as_json(self) -> dict[str, object]:
        """A row of `workbench library scan --json`."""
        return {
            "id": self.id,
            "file": os.fsencode(self.path).decode("utf-8", "replace"),
            "name": self.name,
            "bytes": self.bytes,
            "source": "demo" if self.demo else self.source,
            "label": self.label,
            "role": None if self.role is None else self.role.value,
            "parts": 1 if self.file is None else self.file.parts,
            "unfinished": self.unfinished,
            "same_as": None if self.same_as is None else str(self.same_as),
            "projector": None if self.projector is None else str(self.projector),
            "problem": self.problem,
        }


def entry(found: Found, *, demo: bool = False) -> LocalFile:
    """One found file as a row."""
    file = found.file
    problem = str(found.error) if found.error else ""
    if file is not None and not file.usable:
        problem = "; ".join(item.what for item in file.problems if item.severity is Severity.REFUSE)
    size = file.bytes if file else found.spotted.bytes if found.spotted else _size(found.path)
    name = file.name if file else found.label or _plain_name(found)
    return LocalFile(
        f"local/{found.label or found.path.stem}",
        found.path,
        name,
        size,
        file,
        problem,
        demo,
        found.program,
        found.label,
        projector=found.projector,
        unfinished=found.unfinished,
    )


def listed(
    found: Iterable[Found], shipped: Sequence[Found], fingerprint: Fingerprint | None = None
) -> tuple[LocalFile, ...]:
    """The shipped models and then what was found: each place once, later copies of a content marked as such.

    A projector that belongs to a model is not listed by itself.
    """
    known = {place(item.path): {""} for item in shipped}
    own: list[Found] = []
    for item in found:
        names = known.setdefault(place(item.path), set())
        if not names or (item.label and item.label not in names):  # another name is worth knowing
            own.append(item)
        names.add(item.label)
    used = {item.projector for item in own if item.projector is not None}
    own = [item for item in own if item.path not in used]
    rows = [*(entry(item, demo=True) for item in shipped), *(entry(item) for item in own)]
    for later, first in copies([*shipped, *own], fingerprint).items():
        rows[later] = replace(rows[later], same_as=rows[first].path)
    return tuple(rows)


def by_name(models: Iterable[LocalFile]) -> dict[str, Path]:
    """Paths by id, file name and the other program's name; of two with the same name the first counts."""
    found: dict[str, Path] = {}
    for item in models:
        for name in (item.path.stem, item.id, item.label):
            if name:
                found.setdefault(name, item.path)
    return found


def place(path: Path) -> str:
    """Where the file really lies; `Path.resolve` would raise for a link that points to itself."""
    return os.path.realpath(path)


def _plain_name(found: Found) -> str:
    """A file's name; of a download under way without what its program put around it."""
    name = found.path.name
    if found.unfinished:
        name = name.removeprefix("downloading_").removeprefix("incomplete-")
        name = name[: name.lower().find(".gguf") + len(".gguf")] if ".gguf" in name.lower() else name
    return name.removesuffix(".gguf")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
