"""Emergence: the same models on two yardsticks, with the length of the answer to play with."""

from __future__ import annotations

from workbench.analysis.learning_charts import emergence_chart, scaled_models
from workbench.analysis.words import count, share
from workbench.gui.learn.explorer import Explorer
from workbench.gui.learn.topic import Topic
from workbench.gui.widgets.slider import ValueSlider

LONGEST_ANSWER = 60
START_TOKENS = 30


class EmergenceTopic(Topic):
    """One slider, one picture, and the argument in both directions."""

    def fill(self) -> None:
        card = Explorer("One set of models, two yardsticks", chart_height=400)
        self._length = ValueSlider(
            "Length of the answer", 1, LONGEST_ANSWER, START_TOKENS, show=lambda v: count(round(v), "token"), round_to=1
        )
        card.add_control(self._length, wide=True)
        card.begin(lambda: self._draw(card))
        self.column.addWidget(card)
        self.add_part("How to read it")
        self.add_part("The argument goes both ways")

    def _draw(self, card: Explorer) -> str:
        length = round(self._length.value)
        models = scaled_models(length)
        middle, last = models[len(models) // 2 - 1], models[-1]
        card.draw(emergence_chart(length))
        if length == 1:
            return "With one token both yardsticks are the same: no jump to be seen."
        return (
            f"A model with {middle.token_accuracy * 100:.1f} % of the tokens right has {share(middle.exact)} of the "
            f"{length}-token answers right; the largest model {share(last.exact)}."
        )
