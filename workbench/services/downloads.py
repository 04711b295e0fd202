"""Getting a model from a Hugging Face repository: only when asked, with size and licence first.

A download can be paused at any moment, also by a kill: what came lies in a `.part` file beside its place, and a note in
the data folder says what it is. A file gets its name only when its checksum is right.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.calls import Purpose
from workbench.domain.errors import WorkbenchError
from workbench.inference.local import hub, memory
from workbench.inference.local.hub import HubFile, HubModel, Repository
from workbench.net.fetch import WrongRange
from workbench.net.grant import Bounds, NetworkFailure
from workbench.paths import replace_file
from workbench.services.download_plan import Fetching, Plan, Unfinished
from workbench.services.fitting import size_words
from workbench.services.library import LibraryService

if TYPE_CHECKING:
    from workbench.net.door import Doorway

PROVIDER = "huggingface"
PIECE_BYTES = 16 << 20
#: left free on the disk beside the model
SPARE_BYTES = 500_000_000
#: tries without anything new coming, and the wait before each
MOST_TRIES = 3
FIRST_WAIT_S, MOST_WAIT_S = 1.0, 8.0
PROGRESS_BYTES = 1 << 20


Tell = Callable[[Fetching], None]


class DownloadService:
    """Looks at repositories, fetches models, and goes on with what was begun. Coroutines run in the net lane."""

    def __init__(
        self,
        *,
        doorway: Callable[[], Doorway],
        library: LibraryService,
        folder: Path,
        notes: Path,
        environment: Mapping[str, str] | None = None,
        bounds: Bounds | None = None,
        first_wait_s: float = FIRST_WAIT_S,
    ) -> None:
        self._doorway = doorway
        self._library = library
        self._folder = folder
        self._notes = notes
        self._environment = environment
        self._bounds = bounds
        self._first_wait_s = first_wait_s

    @property
    def endpoint(self) -> str:
        """The address that is asked."""
        return hub.endpoint() if self._environment is None else hub.endpoint(self._environment)

    @property
    def folder(self) -> Path:
        """Where models are put when nobody says otherwise."""
        return self._folder

    async def look(self, reference: str) -> tuple[Repository, str]:
        """What a repository offers, and which of its models the reference names ("" when none).

        Raises WorkbenchError for a name that is none, a repository that is not there or holds no GGUF model, and
        GuardRefusal when the machine is to stay offline.
        """
        found = hub.parse_reference(reference)
        answer = await self._doorway().get(
            hub.details_address(self.endpoint, found), purpose=Purpose.MODEL_LIST, provider=PROVIDER
        )
        return hub.parse_repository(self.endpoint, found, answer.body), found.wanted

    def plan(self, repository: Repository, model: HubModel, folder: Path | None = None) -> Plan:
        """What fetching a model would mean. Reads the disk; touches nothing."""
        target = (folder or self._folder) / repository.id
        here = sum(_here(target / file.path, file) for file in model.files)
        free = shutil.disk_usage(_existing(target)).free
        problem = ""
        if repository.gated:
            problem = (
                f"{repository.id} asks everybody to accept its terms first: do that on {repository.page}, download the "
                "file there, and add it here."
            )
        elif model.bytes - here + SPARE_BYTES > free:
            problem = (
                f"The disk is too full: {size_words(model.bytes - here)} are to come, and only "
                f"{size_words(free)} are free in {target}. Make room, or choose another folder."
            )
        else:
            problem = _shut(target)
        return Plan(repository, model, target, here, free, problem, memory.available_bytes())

    async def fetch(self, plan: Plan, tell: Tell | None = None) -> Path:
        """Fetches what is missing, checks it, and adds it to the library; gives the model's (first) file.

        Cancelling the task pauses it. Raises WorkbenchError when the plan has a problem, the network fails again and
        again (what came is kept), or a checksum is wrong (then that file is thrown away).
        """
        if plan.problem:
            raise WorkbenchError(plan.problem.rstrip("."), where=plan.repository.id)
        await asyncio.to_thread(self._remember, plan)
        progress = _Progress(plan, tell or (lambda state: None))
        for file, place in zip(plan.model.files, plan.places, strict=True):
            if not await asyncio.to_thread(_is_whole, place, file):
                await self._one(plan, file, place, progress)
            progress.finished(file)
        await asyncio.to_thread(self._settle, plan)
        return plan.places[0]

    def unfinished(self) -> tuple[Unfinished, ...]:
        """The downloads that were begun and neither finished nor discarded, the latest first."""
        try:
            notes = sorted(self._notes.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        except OSError:
            return ()
        found = (self._noted(note) for note in notes)
        return tuple(item for item in found if item is not None)

    def discard(self, item: Unfinished) -> None:
        """Throws away what came of a download. Files that were finished stay."""
        for place in item.plan.places:
            with contextlib.suppress(OSError):
                _part(place).unlink()
        with contextlib.suppress(OSError):
            item.note.unlink()

    async def _one(self, plan: Plan, file: HubFile, place: Path, progress: _Progress) -> None:
        """One file, tried again while something new comes, and begun anew once when it cannot go on."""
        part = _part(place)
        await asyncio.to_thread(part.parent.mkdir, parents=True, exist_ok=True)
        tries, anew = 0, False
        while (there := _size(part)) != file.bytes:
            if there > file.bytes:
                part.unlink()
                there = 0
            try:
                await self._doorway().download(
                    plan.repository.address(file),
                    part,
                    purpose=Purpose.MODEL_FILE,
                    provider=PROVIDER,
                    start=there,
                    on_bytes=lambda done, _: progress.of(done),
                    redirect_hosts=hub.STORES,
                    bounds=self._bounds,
                )
                if _size(part) != file.bytes:
                    raise _other_size(plan, file, _size(part))
            except WrongRange:
                if anew:
                    raise
                anew = True
                part.unlink(missing_ok=True)
            except NetworkFailure as error:
                tries = 0 if _size(part) > there else tries + 1
                if tries >= MOST_TRIES:
                    raise
                await self._wait(tries, error, progress)
            except OSError as error:
                raise _not_written(place, error) from error
        await self._check(file, part, place, progress)

    async def _wait(self, tries: int, error: WorkbenchError, progress: _Progress) -> None:
        seconds = min(self._first_wait_s * 2**tries, MOST_WAIT_S)
        progress.waiting(f"{error.what}; trying again in {seconds:.0f} s")
        await asyncio.sleep(seconds)

    async def _check(self, file: HubFile, part: Path, place: Path, progress: _Progress) -> None:
        """Compares the checksum, a piece at a time, and gives the file its name."""
        if file.sha256 is not None:
            digest = hashlib.sha256()
            with await asyncio.to_thread(part.open, "rb") as stream:
                while piece := await asyncio.to_thread(stream.read, PIECE_BYTES):
                    await asyncio.to_thread(digest.update, piece)
                    progress.checked(len(piece))
            if digest.hexdigest() != file.sha256:
                part.unlink(missing_ok=True)
                raise WorkbenchError(
                    "The file that came is not the one that was published: its checksum is another",
                    where=file.path,
                    mend="It was thrown away. Download it again; if that happens twice, do not use this source.",
                )
        try:
            await asyncio.to_thread(_put_in_place, part, place)
        except OSError as error:
            raise _not_written(place, error) from error

    def _remember(self, plan: Plan) -> None:
        """Writes the note from which a killed download goes on."""
        try:
            self._notes.mkdir(parents=True, exist_ok=True)
            repository = {**asdict(plan.repository), "models": []}
            values = {"repository": repository, "model": asdict(plan.model), "folder": str(plan.folder)}
            replace_file(self._note(plan), json.dumps(values, indent=1).encode("ascii"))
        except OSError as error:
            raise _not_written(self._notes, error) from error

    def _settle(self, plan: Plan) -> None:
        self._note(plan).unlink(missing_ok=True)
        folders = self._library.folders()
        if not any(plan.folder.is_relative_to(folder) for folder in folders):
            self._library.add_folder(plan.folder.parent.parent)

    def _note(self, plan: Plan) -> Path:
        key = hashlib.blake2b(f"{plan.repository.id} {plan.model.name} {plan.folder}".encode(), digest_size=10)
        return self._notes / f"{key.hexdigest()}.json"

    def _noted(self, note: Path) -> Unfinished | None:
        """A note that can be read; a damaged one is thrown away, the part file can be deleted by hand."""
        try:
            values = json.loads(note.read_text(encoding="ascii"))
            model = HubModel(**{**values["model"], "files": tuple(HubFile(**one) for one in values["model"]["files"])})
            repository = Repository(**{**values["repository"], "models": (model,)})
            if not model.files or not all(hub.is_safe(file.path) for file in model.files):
                raise ValueError("unsafe")
            plan = self.plan(repository, model, Path(values["folder"]).parent.parent)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            note.unlink(missing_ok=True)
            return None
        return Unfinished(plan, note)


class _Progress:
    """Adds the files of a model up, and tells no more often than every mebibyte."""

    def __init__(self, plan: Plan, tell: Tell) -> None:
        self._total = plan.model.bytes
        self._tell = tell
        self._before = 0
        self._told = -PROGRESS_BYTES
        self._checked = 0

    def of(self, done: int) -> None:
        if abs(self._before + done - self._told) >= PROGRESS_BYTES:
            self._told = self._before + done
            self._tell(Fetching(self._told, self._total))

    def checked(self, length: int) -> None:
        self._checked += length
        self._tell(Fetching(min(self._before + self._checked, self._total), self._total, checking=True))

    def waiting(self, note: str) -> None:
        self._tell(Fetching(max(self._told, 0), self._total, note=note))

    def finished(self, file: HubFile) -> None:
        self._before += file.bytes
        self._checked = 0
        self._told = self._before
        self._tell(Fetching(self._before, self._total))


def _part(place: Path) -> Path:
    return place.with_name(place.name + ".part")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _here(place: Path, file: HubFile) -> int:
    """How much of a file is on the disk."""
    return file.bytes if _is_whole(place, file) else min(_size(_part(place)), file.bytes)


def _is_whole(place: Path, file: HubFile) -> bool:
    return place.is_file() and _size(place) == file.bytes


def _shut(folder: Path) -> str:
    """Why nothing can be put into a folder that may not exist yet; "" when it can be."""
    there = next((path for path in (folder, *folder.parents) if os.path.lexists(path)), Path.cwd())
    if not there.is_dir():
        return f"{there} is a file: choose another folder."
    return "" if os.access(there, os.W_OK | os.X_OK) else f"You may not write to {there}: choose another folder."


def _existing(folder: Path) -> Path:
    """The nearest folder that is there, for asking how much room its disk has."""
    return next((path for path in (folder, *folder.parents) if path.is_dir()), Path.cwd())


def _put_in_place(part: Path, place: Path) -> None:
    with part.open("rb+") as stream:
        stream.flush()
        _sync(stream.fileno())
    part.replace(place)


def _sync(descriptor: int) -> None:
    import os

    os.fsync(descriptor)


def _other_size(plan: Plan, file: HubFile, came: int) -> WorkbenchError:
    return WorkbenchError(
        f"{came:,} bytes came, and the hub names {file.bytes:,} for {file.path}",
        where=plan.repository.page,
        mend="Look at the repository again: it may have changed.",
    )


def _not_written(place: Path, error: OSError) -> WorkbenchError:
    return WorkbenchError(
        f"The model could not be written: {error.strerror}",
        where=str(place),
        mend="Make room on the disk or choose another folder; what came is kept, and it can go on.",
    )
