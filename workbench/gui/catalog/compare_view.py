"""Two to four models side by side: one row a fact, what differs marked, the better figure with a check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.catalog import Catalog
from workbench.domain.model import Model
from workbench.gui.catalog import model_words as say
from workbench.gui.theme import Space, Tone
from workbench.gui.widgets.comparison import Cell, Comparison, Head, Row
from workbench.gui.widgets.rows import UNKNOWN
from workbench.gui.widgets.text import Words

DIFFERS = "≠ "
_CACHED = "cache_read_usd_per_mtok"


@dataclass(frozen=True, slots=True)
class Question:
    """One row: how a model answers it, and for figures the number to judge by (`low` True: less is better)."""

    title: str
    text: Callable[[Model], str]
    number: Callable[[Model], float | None] | None = None
    low: bool = False


class CompareView(QWidget):
    """Draws the comparison; `shown` are the models in it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("catalog-compare")
        self.shown: tuple[Model, ...] = ()
        self._catalog: Catalog | None = None
        self._only = QCheckBox("Only what differs")
        self._only.setAccessibleName("Only what differs")
        self._only.toggled.connect(lambda _on: self._draw())
        self._legend = Words("≠ marks what differs; the check is the better figure where one is better.", "muted")
        self.table = Comparison("Models side by side")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self._only)
        column.addWidget(self.table)
        column.addWidget(self._legend)
        column.addStretch(1)

    def set_models(self, models: Sequence[Model], catalog: Catalog) -> None:
        """Shows these models."""
        self.shown, self._catalog = tuple(models), catalog
        self._draw()

    @property
    def sentence(self) -> str:
        """The comparison in a sentence: who is cheapest, who holds most."""
        priced = [(say.price(m, "input_usd_per_mtok"), m) for m in self.shown]
        known = [(usd, model) for usd, model in priced if usd is not None]
        held = [model for model in self.shown if model.context_tokens is not None]
        parts = []
        if known:
            least = min(usd for usd, _ in known)
            cheapest = [model.name for usd, model in known if usd == least]
            has = "has" if len(cheapest) == 1 else "have"
            parts.append(f"{words.listed(cheapest)} {has} the cheapest input (${say.dollars(least)} a million tokens)")
        if held:
            most = max(model.context_tokens or 0 for model in held)
            longest = [model.name for model in held if model.context_tokens == most]
            takes = "takes" if len(longest) == 1 else "take"
            parts.append(f"{words.listed(longest)} {takes} the longest context ({say.count(most)} tokens)")
        return "; ".join(parts) + "." if parts else "No price and no context is known of any of them."

    def _draw(self) -> None:
        if not self.shown or self._catalog is None:
            return
        developers = self._catalog.developer_by_id
        makers = [developers.get(model.developer) for model in self.shown]
        heads = [Head(m.id, m.name, maker.name if maker else "") for m, maker in zip(self.shown, makers, strict=True)]
        rows = [_row(question, self.shown) for question in (*_QUESTIONS, *_scores(self.shown, self._catalog))]
        if self._only.isChecked():
            rows = [row for row in rows if row.label.startswith(DIFFERS)]
        self.table.set_content(heads, rows)


def _row(question: Question, models: Sequence[Model]) -> Row:
    texts = [question.text(model) for model in models]
    differs = len(set(texts)) > 1
    best = _best(question, models) if differs else set()
    better = Cell("", tone=Tone.GOOD, strong=True, hint="The better figure")
    plain = Cell("", strong=differs)
    cells = tuple(replace(better if place in best else plain, text=text) for place, text in enumerate(texts))
    hint = "The models differ here." if differs else ""
    return Row(f"{DIFFERS if differs else ''}{question.title}", cells, hint)


def _best(question: Question, models: Sequence[Model]) -> set[int]:
    if question.number is None:
        return set()
    values = [question.number(model) for model in models]
    known = [value for value in values if value is not None]
    if len(known) < 2 or min(known) == max(known):
        return set()
    wanted = min(known) if question.low else max(known)
    return {place for place, value in enumerate(values) if value == wanted}


def _scores(models: Sequence[Model], catalog: Catalog) -> list[Question]:
    """One question for each benchmark that at least two of them have."""
    counts: dict[str, int] = {}
    for model in models:
        for score in model.scores:
            counts[score.benchmark] = counts.get(score.benchmark, 0) + 1
    found = []
    for name, number in counts.items():
        if number >= 2:
            known = catalog.benchmark_by_id.get(name)
            low = known is not None and not known.higher_is_better
            found.append(Question(known.name if known else name, _score_text(name), _score_value(name), low))
    return found


def _score_value(benchmark: str) -> Callable[[Model], float | None]:
    return lambda model: next((score.value for score in model.scores if score.benchmark == benchmark), None)


def _score_text(benchmark: str) -> Callable[[Model], str]:
    value = _score_value(benchmark)
    return lambda model: UNKNOWN if (found := value(model)) is None else f"{found:g}"


def _price(field: str) -> Callable[[Model], float | None]:
    return lambda model: say.price(model, field)


def _price_text(field: str) -> Callable[[Model], str]:
    return lambda model: "—" if (usd := say.price(model, field)) is None else f"${say.dollars(usd)}"


def _ability(name: str) -> Callable[[Model], str]:
    return lambda model: say.yes_no(getattr(model.capabilities, name))


_QUESTIONS = (
    Question("Kind", say.kind),
    Question("Status", lambda m: m.lifecycle.status.value),
    Question("Ends on", lambda m: m.lifecycle.shutdown_date or "not announced"),
    Question("Released", lambda m: m.release_date or UNKNOWN),
    Question("Knowledge until", lambda m: m.knowledge_cutoff or UNKNOWN),
    Question("Reads", lambda m: ", ".join(sorted(m.input_modalities))),
    Question("Makes", lambda m: ", ".join(sorted(m.output_modalities))),
    Question("Context, tokens", lambda m: say.count(m.context_tokens), lambda m: m.context_tokens),
    Question("Longest answer, tokens", lambda m: say.count(m.max_output_tokens), lambda m: m.max_output_tokens),
    Question("Input, $ per M", _price_text("input_usd_per_mtok"), _price("input_usd_per_mtok"), low=True),
    Question("Output, $ per M", _price_text("output_usd_per_mtok"), _price("output_usd_per_mtok"), low=True),
    Question("Cached input, $ per M", _price_text(_CACHED), _price(_CACHED), low=True),
    Question("Sold by", lambda m: say.count(sum(o.available for o in m.offers)), lambda m: len(m.offers)),
    Question("Size", say.size),
    Question("Licence", lambda m: m.licence.name or UNKNOWN),
    Question("Commercial use", lambda m: say.COMMERCIAL_WORDS[m.licence.commercial_use]),
    Question("Calls tools", _ability("tools")),
    Question("Structured output", _ability("structured_output")),
    Question("Reads pictures", _ability("vision")),
    Question("Thinks first", _ability("reasoning")),
    Question("Fine-tuning", _ability("fine_tuning")),
)
