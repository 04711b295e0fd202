"""The cases of each tag: who is how good there, with all comparisons counted together."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.analysis import words
from workbench.domain.evals import EvalSlice, EvalSummary, ModelSummary, PairVerdict
from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Tone
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.rows import Column, Mark
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.eval_words import NameOf, ends_words, pair_words, percent, shown_words, slices_words


class SlicesCard(Card):
    """Hidden while no tag has enough cases."""

    def __init__(self, *, settings: SettingsPort, name_of: NameOf) -> None:
        super().__init__("Within each tag")
        self.setObjectName("eval-slices")
        self._settings, self._name_of = settings, name_of
        self._models: tuple[str, ...] = ()
        self._said = Words("", "muted")
        self._told = Words("")
        self.body.addWidget(self._said)
        self.body.addWidget(self._told)
        self.table: DataTable[EvalSlice] | None = None

    def show_slices(self, summary: EvalSummary, scorer: str, models: Sequence[str]) -> None:
        """Draw the tags under one scorer."""
        slices = [found for found in summary.slices if found.scorer == scorer]
        self.setVisible(bool(slices))
        if not slices:
            return
        self._said.set_text(slices_words(summary, scorer, self._name_of))
        told = [(found.tag, shown_words(found, self._name_of)) for found in slices]
        lines = [f"{tag}: {shown}." for tag, shown in told if shown]
        self._told.set_text("\n".join(lines))
        self._told.setVisible(bool(lines))
        if self.table is None or tuple(models) != self._models:
            self._models = tuple(models)
            self._make_table()
        assert self.table is not None
        self.table.set_rows(slices)

    def _make_table(self) -> None:
        if self.table is not None:
            self.table.hide()
            self.table.deleteLater()
        columns: list[Column[EvalSlice]] = [
            Column("tag", "Tag", lambda found: found.tag, width=170, stretch=True),
            Column(
                "n", "Cases", lambda found: f"{found.n:,}", right=True, sort=lambda found: float(found.n), width=64,
                gives_way=2,
            ),
            *(self._model_column(model) for model in self._models),
            Column("shown", "Shown", _shown, mark=_mark, hint=self._hint, width=110, gives_way=1),
        ]  # fmt: skip
        self.table = DataTable(
            "eval-slices",
            columns,
            row_id=lambda found: found.tag,
            name="Results within each tag",
            settings=self._settings,
            filterable=False,
            visible_rows=8,
            snug=True,
        )
        self.body.insertWidget(1, self.table)

    def _model_column(self, model: str) -> Column[EvalSlice]:
        def figure(found: EvalSlice) -> ModelSummary:
            return next(each for each in found.models if each.model_id == model)

        return Column(
            model,
            self._name_of(model),
            lambda found: percent(figure(found).mean),
            unit="score",
            right=True,
            sort=lambda found: figure(found).mean,
            aside=lambda found: _ends(figure(found)),
            width=96,
        )

    def _hint(self, found: EvalSlice) -> str:
        return "\n".join(pair_words(pair, self._name_of) for pair in found.pairs)


def _is_shown(verdict: PairVerdict) -> bool:
    return verdict in (PairVerdict.BETTER, PairVerdict.WORSE)


def _shown(found: EvalSlice) -> str:
    """How many of the pairs differ; the words stand below the table, where there is room for them."""
    count = sum(_is_shown(pair.verdict) for pair in found.pairs)
    return words.count(count, "difference") if count else "none"


def _mark(found: EvalSlice) -> Mark | None:
    return Mark(Tone.GOOD) if any(_is_shown(pair.verdict) for pair in found.pairs) else None


def _ends(model: ModelSummary) -> str:
    return "" if model.low is None or model.high is None else ends_words(model.low, model.high, "–")
