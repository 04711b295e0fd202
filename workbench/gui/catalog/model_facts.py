"""The base facts of one model, each with its value, day, confidence and source, or with why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from workbench.analysis import words
from workbench.domain.figures import Origin
from workbench.domain.model import Model
from workbench.gui.catalog import model_words as say
from workbench.gui.theme import Tone
from workbench.gui.widgets.rows import UNKNOWN, Mark

NOT_STATED = "not stated"
NO_VALUE = "No source that was read says it."
NO_SOURCE = "The catalog keeps none for this."
READ, NOT_OPENED, NAMED, DISPUTED, YOURS = "source read", "not opened", "source named", "disputed", "yours"
_TONES = {READ: Tone.GOOD, NOT_OPENED: Tone.CAUTION, DISPUTED: Tone.CAUTION}
_ABILITIES = {
    "tools": "Calls tools",
    "structured_output": "Structured output",
    "vision": "Reads pictures",
    "reasoning": "Thinks first",
    "prompt_caching": "Prompt caching",
    "batch": "Batches",
    "fine_tuning": "Fine-tuning",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One base fact. `sure` says how far it can be trusted; `source` is never empty: it gives the reason where the
    catalog has no value or no source."""

    title: str
    value: str
    sure: str = NOT_STATED
    source: str = NO_SOURCE
    as_of: str = ""
    conflict: str = ""

    @property
    def whole_source(self) -> str:
        return f"{self.source}; but {self.conflict}" if self.conflict else self.source

    @property
    def mark(self) -> Mark | None:
        """The tone of its confidence."""
        if self.sure == YOURS:
            return say.YOURS_MARK
        return Mark(_TONES[self.sure]) if self.sure in _TONES else None


def facts_of(model: Model, collected: str) -> tuple[Fact, ...]:
    """The facts in the order in which people ask for them; those without a date of their own, and what nobody says,
    are as of the day the catalog was `collected`."""
    return tuple(fact if fact.as_of else replace(fact, as_of=collected) for fact in _facts(model))


def _facts(model: Model) -> Iterator[Fact]:
    licence, state = model.licence, model.lifecycle
    ends = f", ends {words.day(state.shutdown_date)}" if state.shutdown_date else ""
    after = f", replaced by {state.replacement}" if state.replacement else ""
    yield _fact(model, "status", "Status", f"{state.status.value}{ends}{after}", state.source)
    yield _fact(model, "release_date", "Released", words.day(model.release_date) if model.release_date else UNKNOWN)
    yield _fact(model, "knowledge_cutoff", "Knowledge until", model.knowledge_cutoff or UNKNOWN)
    reads, makes = ", ".join(sorted(model.input_modalities)), ", ".join(sorted(model.output_modalities))
    yield _fact(model, "modalities", "Reads and makes", f"{reads} → {makes}")
    yield _fact(model, "context_tokens", "Context, tokens", say.count(model.context_tokens))
    yield _fact(model, "max_output_tokens", "Longest answer, tokens", say.count(model.max_output_tokens))
    yield _fact(model, "params", "Size", say.size(model), model.params_source)
    yield _fact(model, "licence", "Licence", licence.name or UNKNOWN, licence.source, licence.read)
    commercial = say.COMMERCIAL_WORDS[licence.commercial_use]
    yield _fact(model, "licence", "Commercial use", commercial, licence.source, licence.read)
    for name, title in _ABILITIES.items():
        yield _fact(model, name, title, say.yes_no(getattr(model.capabilities, name)))
    yield from _rest(model)


def _rest(model: Model) -> Iterator[Fact]:
    """What only some models have."""
    memory = model.self_host_memory
    if memory is not None:
        sizes = ", ".join(f"{gb:g} GB {precision}" for precision, gb in memory.gb_by_precision.items())
        yield Fact("Own hosting needs", sizes, NAMED, memory.source, memory.as_of)
    if model.embedding_dimensions is not None:
        yield _fact(model, "embedding_dimensions", "Embedding dimensions", say.count(model.embedding_dimensions))
    if model.data_policy_text:
        source = model.data_policy_source
        yield Fact("Data policy of its own", model.data_policy_text, *((NAMED, source) if source else ()))


def _fact(model: Model, field: str, title: str, value: str, source: str | None = "", read: bool | None = None) -> Fact:
    """A fact with its provenance; `source` and `read` (None: nobody noted it) hold where it has none of its own."""
    if value == UNKNOWN:
        return Fact(title, NOT_STATED, source=NO_VALUE)
    known = model.provenance.get(field)
    if known is None and field in _ABILITIES:
        known = model.provenance.get("capabilities")
    if known is not None:
        sure = DISPUTED if known.conflict else YOURS if known.origin is Origin.YOURS else _sure(known.read)
        return Fact(title, value, sure, known.source, known.as_of or "", known.conflict or "")
    return Fact(title, value, _sure(read), source) if source else Fact(title, value)


def _sure(read: bool | None) -> str:
    return NAMED if read is None else READ if read else NOT_OPENED
