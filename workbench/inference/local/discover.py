"""GGUF files on this machine: which models it has. Files are referenced where they lie, never copied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf import GgufFile, Role, inspect
from workbench.inference.local.gguf.parts import part_name
from workbench.inference.local.gguf.reading import shown
from workbench.inference.local.ollama import ollama_models, unfinished_blobs
from workbench.inference.local.places import Kind, Place
from workbench.inference.local.walk import Spotted, Unread, is_unfinished, spotted, walk

Describe = Callable[[Path, Spotted | None], GgufFile]


@dataclass(frozen=True, slots=True)
class Found:
    """A model file, described, or why it cannot be.

    `program` is whose folder it lies in (empty: the person's own), `label` the name that program gives it; `projector`
    is the file that lets it see pictures. `spotted` is None for a file that is not there.
    """

    path: Path
    file: GgufFile | None
    error: WorkbenchError | None = None
    program: str = ""
    label: str = ""
    projector: Path | None = None
    unfinished: bool = False
    spotted: Spotted | None = None
    sha256: str = ""


def scan(places: Iterable[Path | Place], describe: Describe | None = None) -> Iterator[Found]:
    """The models below these places, folder by folder, as they are found.

    Of a model in several files its first part stands for all; files for other uses (projectors, adapters) are found
    too and say so. A folder that may not be read comes as an error with its path. A place that is no folder raises
    `WorkbenchError`.
    """
    look = describe or (lambda path, _: inspect(path))
    for given in places:
        place = given if isinstance(given, Place) else Place(given)
        if not place.folder.is_dir():
            raise no_folder(place.folder)
        search = _in_ollama if place.kind is Kind.OLLAMA else _in_folder
        for found in search(place, look):
            yield replace(found, program=place.program)


def no_folder(path: Path) -> WorkbenchError:
    """What is wrong with a place that is no folder."""
    if path.is_file():
        return WorkbenchError("This is a file, not a folder", where=shown(path), mend="Give the folder it lies in.")
    return WorkbenchError("There is no such folder", where=shown(path), mend="Choose another folder.")


def describe(path: Path, describe: Describe | None = None) -> Found:
    """One file, described or with the error."""
    if is_unfinished(path.name.lower()):
        return Found(path, None, _unfinished(path, None), unfinished=True)
    look, seen = describe or (lambda path, _: inspect(path)), _spot(path)
    try:
        return Found(path, look(path, seen), spotted=seen)
    except WorkbenchError as error:
        return Found(path, None, error, spotted=seen)


def _in_folder(place: Place, look: Describe) -> Iterator[Found]:
    """Folder by folder, since a projector belongs to the models beside it."""
    beside: list[Spotted] = []
    for item in walk(place.folder):
        if isinstance(item, Unread):
            yield Found(item.path, None, item.error)
            continue
        if beside and beside[0].path.parent != item.path.parent:
            yield from _one_folder(beside, look)
            beside = []
        beside.append(item)
    yield from _one_folder(beside, look)


def _one_folder(spotted: list[Spotted], look: Describe) -> Iterator[Found]:
    found = [_found(item, look) for item in _without_parts(spotted)]
    projectors = [item for item in found if item.file is not None and item.file.role is Role.PROJECTOR]
    for item in found:
        yield replace(item, projector=_projector_for(item, projectors)) if projectors else item


def _found(item: Spotted, look: Describe) -> Found:
    if item.unfinished:
        return Found(item.path, None, _unfinished(item.path, item.bytes), unfinished=True, spotted=item)
    try:
        return Found(item.path, look(item.path, item), spotted=item)
    except WorkbenchError as error:
        return Found(item.path, None, error, spotted=item)


def _without_parts(spotted: list[Spotted]) -> Iterator[Spotted]:
    """Of the parts of a model only the first that is there."""
    taken: set[tuple[str, int]] = set()
    for item in spotted:
        name = None if item.unfinished else part_name(item.path.name)
        if name is not None:
            model = (name.stem, name.count)
            if model in taken:
                continue
            taken.add(model)
        yield item


def _projector_for(item: Found, projectors: list[Found]) -> Path | None:
    """The projector beside a model whose vectors are as long as the model's; the largest, which is the most exact."""
    if item.file is None or item.file.role is not Role.MODEL:
        return None
    fitting = [other for other in projectors if other.file is not None and other.file.width in (None, item.file.width)]
    best = max(fitting, key=lambda other: other.file.bytes if other.file else 0, default=None)
    return None if best is None else best.path


def _in_ollama(place: Place, look: Describe) -> Iterator[Found]:
    for model in ollama_models(place.folder):
        spotted = _spot(model.blob)
        if spotted is None:
            error = WorkbenchError(
                f"The file of {model.name} is not in Ollama's folder",
                where=shown(model.blob),
                mend=f"Run `ollama pull {model.name}` to fetch it again.",
            )
            yield Found(model.blob, None, error, label=model.name)
            continue
        projector = model.projector if model.projector is not None and model.projector.is_file() else None
        yield replace(_found(spotted, look), label=model.name, projector=projector, sha256=model.sha256)
    for path in unfinished_blobs(place.folder):
        spotted = _spot(path)
        size = spotted.bytes if spotted else None
        yield Found(path, None, _unfinished(path, size), unfinished=True, spotted=spotted)


def _spot(path: Path) -> Spotted | None:
    try:
        return spotted(path, path.stat())
    except (OSError, ValueError):
        return None


def _unfinished(path: Path, size: int | None) -> WorkbenchError:
    so_far = f"; {size / 1e6:,.0f} MB are there so far" if size is not None else ""
    return WorkbenchError(
        f"This download is not finished{so_far}",
        where=shown(path),
        mend="Let the program that fetches it go on, or fetch it again.",
    )
