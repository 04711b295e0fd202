"""What a download would mean and how far it is: frozen values for window and command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.inference.local import memory
from workbench.inference.local.hub import HubModel, Repository
from workbench.services.fitting import size_words

#: of memory beside the weights: a usual context and room for computing
WORKING_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be fetched, where to, and whether it can be; `problem` says what is in the way, empty when nothing."""

    repository: Repository
    model: HubModel
    folder: Path
    here_bytes: int
    free_bytes: int
    problem: str = ""
    memory_free_bytes: int | None = None

    @property
    def left_bytes(self) -> int:
        return self.model.bytes - self.here_bytes

    @property
    def places(self) -> tuple[Path, ...]:
        """The files as they will lie on the disk."""
        return tuple(self.folder / file.path for file in self.model.files)

    @property
    def sentence(self) -> str:
        """Size and licence, the room on the disk, and where it will lie."""
        licence = f"licence {self.repository.licence}" if self.repository.licence else "no licence named"
        there = f", {size_words(self.here_bytes)} of it already here" if self.here_bytes else ""
        return (
            f"{self.model.name} from {self.repository.id}: {size_words(self.model.bytes)}{there}; {licence}. "
            f"{size_words(self.free_bytes)} are free in {self.folder}.{self._memory}"
        )

    @property
    def _memory(self) -> str:
        """Whether it will run here, as far as its size tells."""
        free = self.memory_free_bytes
        if free is None or self.model.projector:
            return ""
        need = self.model.bytes + WORKING_BYTES
        short = "" if need <= memory.SHARE_OF_AVAILABLE * free else ", which is not enough to run it now"
        return f" It will need about {size_words(need)} of memory; {size_words(free)} are free{short}."


@dataclass(frozen=True, slots=True)
class Fetching:
    """How far a download is. `checking` is True while the checksum is computed; `note` says why it waits."""

    done_bytes: int
    total_bytes: int
    checking: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A download that was begun and can go on."""

    plan: Plan
    note: Path
