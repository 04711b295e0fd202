"""The rows of Local models: a file with how it fits and how fast it is, and the columns that show it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.analysis.catalog_match import CatalogMatch
from workbench.analysis.local_speed import LocalSpeed, MachineSpeed
from workbench.gui.theme import Tone
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark
from workbench.inference.local.gguf import Role
from workbench.inference.local.gpus import Gpu
from workbench.inference.local.places import Place
from workbench.services.fitting import FITS, TIGHT, TOO_LARGE, Fit, speed_range, speed_sentence
from workbench.services.fitting import UNKNOWN as MAY_FIT
from workbench.services.local_files import LocalFile

if TYPE_CHECKING:
    from workbench.services.download_plan import Unfinished

FIT_TONES = {FITS: Tone.GOOD, TIGHT: Tone.CAUTION, TOO_LARGE: Tone.BAD}


@dataclass(frozen=True, slots=True)
class LocalRow:
    """A file with how it fits and how fast it is; both None when it cannot be used. `foreseen` is the prediction."""

    item: LocalFile
    fit: Fit | None = None
    speed: LocalSpeed | None = None
    foreseen: LocalSpeed | None = None
    match: CatalogMatch | None = None

    @property
    def id(self) -> str:
        return f"{self.item.path}#{self.item.label}"

    @property
    def can_run(self) -> bool:
        """Whether it may be asked here: usable, and the memory suffices."""
        return self.fit is not None and self.fit.word != TOO_LARGE


@dataclass(frozen=True, slots=True)
class Listing:
    """What the library has now, where it looks, what is gone, and downloads that can go on."""

    rows: tuple[LocalRow, ...] = ()
    folders: tuple[Path, ...] = ()
    missing: tuple[Path, ...] = ()
    places: tuple[Place, ...] = ()
    ignored: tuple[str, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    machine: MachineSpeed | None = None
    gpus: tuple[Gpu, ...] = ()
    engine_uses_gpus: bool = False


def columns() -> tuple[Column[LocalRow], ...]:
    return (
        Column("name", "Model", lambda r: r.item.name, aside=_where, width=236, stretch=True, hint=_path),
        Column("fit", "Runs here", fit_word, mark=_fit_mark, hint=_fit_hint, sort=_need, width=112),
        Column(
            "speed",
            "Speed",
            _speed,
            unit="tokens/s",
            aside=lambda r: "measured" if r.speed is not None and r.speed.measured else "",
            sort=lambda r: r.speed.tokens_per_s.likely if r.speed is not None else None,
            hint=_speed_hint,
            strong=lambda r: r.speed is not None and r.speed.measured,
            width=104,
        ),
        Column("memory", "Memory", _memory, unit="GB", right=True, sort=_need, hint=_memory_hint, width=70),
        Column(
            "parameters",
            "Parameters",
            _parameters,
            right=True,
            aside=_stored,
            sort=_parameter_sort,
            hint=_bits_hint,
            width=104,
        ),
        Column("context", "Context", _context, unit="tokens", right=True, sort=_context_sort, width=80, gives_way=1),
        Column("bits", "Stored as", _quantization, shown=False),
        Column("size", "File", megabytes, unit="MB", right=True, shown=False),
    )


def fit_word(row: LocalRow) -> str:
    """What the second column says of a file: whether it fits, or why that is no question."""
    item = row.item
    if row.fit is not None:
        return "may fit" if row.fit.word == MAY_FIT else row.fit.word
    if item.same_as is not None:
        return "a copy"
    if item.unfinished:
        return "downloading"
    if item.role is not None and item.role is not Role.MODEL:
        return str(item.role)
    return "cannot be used"


def is_broken(row: LocalRow) -> bool:
    """A file that should be a model and cannot be used."""
    return row.item.is_model and row.fit is None


def counted(value: int | None) -> str:
    """A number of parameters: "96 k", "1.46 M", "7.2 B"."""
    if not value:
        return UNKNOWN
    for size, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{words.rounded(value / size)} {suffix}"
    return str(value)


def megabytes(row: LocalRow) -> str:
    size = row.item.bytes / 1e6
    return words.rounded(size) if size >= 0.001 else "< 0.001"


def answer_words(listing: Listing) -> tuple[str, str]:
    """The page's answer: how many models, whether they fit, which is fastest; then what else to know."""
    rows = listing.rows
    if not rows:
        return "No local models yet.", ""
    models = [row for row in rows if row.fit is not None]
    fitting = [row for row in models if row.can_run]
    lead = f"{words.count(len(models), 'model')} here; {_fit_words(models, fitting)}{_fastest_words(fitting)}."
    parts = [] if not models else ["They run without a network and at no cost."]
    if large := [row.item.name for row in models if not row.can_run]:
        parts.append(f"{words.listed(large[:3])} would need more memory than is free.")
    if broken := sum(is_broken(row) for row in rows):
        parts.append(f"{words.count(broken, 'file')} cannot be used; select one to see why.")
    if copies := sum(row.item.same_as is not None for row in rows):
        parts.append(f"{words.count(copies, 'file is a copy', 'files are copies')} of another.")
    if listing.missing:
        gone = words.listed([path.name for path in listing.missing[:3]])
        parts.append(f"{gone} {'is' if len(listing.missing) == 1 else 'are'} not there now.")
    free = next((row.fit.free_bytes for row in models if row.fit is not None and row.fit.free_bytes), None)
    if free is not None:
        parts.append(f"{words.gigabytes(free)} of memory are free.")
    return lead, " ".join(parts)


def _fit_words(models: list[LocalRow], fitting: list[LocalRow]) -> str:
    if not models:
        return "none can be used"
    if len(fitting) == len(models):
        return "it fits this machine" if len(models) == 1 else "all fit this machine"
    return "none fits this machine" if not fitting else f"{len(fitting)} of them fit this machine"


def _fastest_words(fitting: list[LocalRow]) -> str:
    """Of one's own models where there are any: the shipped ones are toys, and quick."""
    timed = [row for row in fitting if row.speed is not None]
    own = [row for row in timed if not row.item.demo]
    among = own or timed
    if len(timed) < 2:
        return ""
    row = max(among, key=lambda row: row.speed.tokens_per_s.likely if row.speed is not None else 0.0)
    assert row.speed is not None
    how = "measured" if row.speed.measured else "expected"
    which = "the fastest of yours" if own else "the fastest"
    return f"; {which} is {row.item.name} with {speed_range(row.speed.tokens_per_s)} tokens a second ({how})"


# cells


def _where(row: LocalRow) -> str:
    item = row.item
    if item.same_as is not None:
        return f"same as {item.same_as.name}"
    return "shipped" if item.demo else item.label or item.source or item.path.parent.name


def _path(row: LocalRow) -> str:
    return str(row.item.path)


def _fit_mark(row: LocalRow) -> Mark:
    if row.fit is not None:
        return Mark(FIT_TONES.get(row.fit.word, Tone.NEUTRAL))
    return Mark(Tone.BAD if is_broken(row) else Tone.NEUTRAL)


def _fit_hint(row: LocalRow) -> str:
    if row.item.same_as is not None:
        return f"The same content as {row.item.same_as}."
    return row.fit.sentence if row.fit is not None else row.item.problem


def _memory_hint(row: LocalRow) -> str:
    return f"{row.fit.parts}." if row.fit is not None else _fit_hint(row)


def _need(row: LocalRow) -> float | None:
    return float(row.fit.need_bytes) if row.fit is not None else None


def _memory(row: LocalRow) -> str:
    return words.rounded(row.fit.need_bytes / 1e9, 2) if row.fit is not None else UNKNOWN


def _speed(row: LocalRow) -> str:
    return speed_range(row.speed.tokens_per_s) if row.speed is not None else UNKNOWN


def _speed_hint(row: LocalRow) -> str:
    return speed_sentence(row.speed) if row.speed is not None else _fit_hint(row)


def _parameters(row: LocalRow) -> str:
    return counted(row.item.file.parameters if row.item.file else None)


def _parameter_sort(row: LocalRow) -> float | None:
    return float(row.item.file.parameters) if row.item.file and row.item.file.parameters else None


def _quantization(row: LocalRow) -> str:
    return (row.item.file.quantization if row.item.file else None) or UNKNOWN


def _stored(row: LocalRow) -> str:
    """How the numbers are stored and what the file takes: "F16, 11.3 MB"."""
    size = f"{megabytes(row)} MB" if row.item.bytes < 1e9 else words.gigabytes(row.item.bytes)
    kind = _quantization(row)
    return size if kind == UNKNOWN else f"{kind}, {size}"


def _bits_hint(row: LocalRow) -> str:
    bits = row.item.file.bits_per_weight if row.item.file else None
    return f"{bits:.2g} bits for each parameter" if bits else "The file does not say."


def _context(row: LocalRow) -> str:
    context = row.item.file.context if row.item.file else None
    return f"{context:,}" if context else UNKNOWN


def _context_sort(row: LocalRow) -> float | None:
    context = row.item.file.context if row.item.file else None
    return float(context) if context else None
