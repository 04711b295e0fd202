"""Proprietary or open: the trade-offs, what a mix costs by the token, and from which volume own servers pay."""

from __future__ import annotations

from dataclasses import replace

from workbench.analysis.breakeven import SelfHosting, break_even
from workbench.analysis.learning_charts import break_even_chart, break_even_sentence, mix_sentence
from workbench.analysis.words import share, usd
from workbench.gui.learn.explorer import Explorer
from workbench.gui.learn.topic import Topic
from workbench.gui.widgets.fields import Choice, ChoiceField
from workbench.gui.widgets.slider import ValueSlider

# Assumptions of methods.md 2.3, said in words in the lesson: staff and platform by size of model.
SMALL_MODEL = SelfHosting(1, 2.5, 35.9, 18_000, 1_500)
LARGE_MODEL = SelfHosting(2, 2.5, 15.3, 27_000, 3_000)
PRICES = {
    "Cheapest tier ($0.15 / $0.60)": 0.000165,
    "Small ($0.50 / $3)": 0.0007,
    "Frontier ($1.75 / $14)": 0.002975,
    "Premium ($3 / $15)": 0.00375,
}


class OpenTopic(Topic):
    """Two explorers below the table."""

    def fill(self) -> None:
        self.add_part("Side by side")
        self.column.addWidget(self._break_even())
        self.add_part("What the break-even assumes")
        self.add_part("Buy, build or blend")
        self.column.addWidget(self._mix())
        self.add_part("What the price gap really is")

    def _break_even(self) -> Explorer:
        card = Explorer("When do own servers cost less?")
        self._size = ChoiceField[str](
            "Model on own servers",
            [
                Choice("small", "About 8 billion parameters", "One GPU for each replica"),
                Choice("large", "About 70 billion parameters", "Two GPUs for each replica"),
            ],
            columns=2,
        )
        self._size.set_value("small")
        self._size.changed.connect(lambda _value: card.run())
        self._price = ValueSlider(
            "API, a request", 0.0001, 0.02, 0.0007, show=lambda v: f"{usd(1000 * v)} for 1,000 requests", log=True
        )
        self._gpu = ValueSlider("GPU, an hour", 1.5, 7.0, 2.5, show=usd, round_to=0.1)
        prices = {title: lambda value=value: self._put_price(value, card) for title, value in PRICES.items()}
        card.add_presets("Price of a million tokens, in and out", prices)
        card.add_control(self._size, wide=True)
        card.add_control(self._price)
        card.add_control(self._gpu)
        card.begin(lambda: self._draw_break_even(card))
        return card

    def _put_price(self, usd_request: float, card: Explorer) -> None:
        self._price.set_value(usd_request)
        card.run()

    def _draw_break_even(self, card: Explorer) -> str:
        model = LARGE_MODEL if self._size.value == "large" else SMALL_MODEL
        hosting = replace(model, usd_per_gpu_hour=self._gpu.value)
        found = break_even(self._price.value, hosting)
        card.draw(break_even_chart(self._price.value, hosting, found))
        return break_even_sentence(found)

    def _mix(self) -> Explorer:
        card = Explorer("What a mix costs by the token")
        self._share = ValueSlider("Share of tokens on open models", 0.0, 1.0, 0.8, show=share, round_to=0.01)
        card.add_control(self._share, wide=True)
        card.begin(
            lambda: mix_sentence(self._share.value),
            note="A share is no promise of quality: what a router keeps of it has to be measured.",
        )
        return card
