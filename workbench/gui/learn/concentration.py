"""Concentration: how many vendors one really depends on, and whether two models fail on the same cases."""

from __future__ import annotations

import numpy as np

from workbench.analysis.checks import FloatArray
from workbench.analysis.concentration import concentration, shared_failure_ratio
from workbench.analysis.learning_charts import concentration_chart
from workbench.analysis.words import rounded, share
from workbench.domain.errors import WorkbenchError
from workbench.gui.learn.explorer import Explorer
from workbench.gui.learn.topic import Topic
from workbench.gui.widgets.slider import ValueSlider

VENDORS = ("Vendor A", "Vendor B", "Vendor C", "Vendor D")
START = (80.0, 20.0, 0.0, 0.0)
PRESETS = {
    "80 / 20": START,
    "50 / 30 / 20": (50.0, 30.0, 20.0, 0.0),
    "Four alike": (25.0, 25.0, 25.0, 25.0),
    "One": (100.0, 0.0, 0.0, 0.0),
}
# GSM8K, Mixtral 8x7B and GPT-4 (1106): both wrong, only the first, only the second, both right (RouteLLM, 2024).
GSM8K = (94, 383, 95, 747)
APART, ALIKE, SHARED = 0.9, 1.1, 1.5


class ConcentrationTopic(Topic):
    """Two explorers, each with its explanation."""

    def fill(self) -> None:
        self.add_part("How much depends on whom")
        self.column.addWidget(self._vendors())
        self.add_part("Do they fail together?")
        self.column.addWidget(self._failures())
        self.add_part("Two published pairs")

    def _vendors(self) -> Explorer:
        card = Explorer("Your vendors", chart_height=280)
        presets = {title: lambda parts=parts: self._put(parts, card) for title, parts in PRESETS.items()}
        card.add_presets("Split like this", presets)
        self._parts = tuple(
            ValueSlider(name, 0.0, 100.0, part, show=lambda v: f"{v:.0f} parts", round_to=1)
            for name, part in zip(VENDORS, START, strict=True)
        )
        for slider in self._parts:
            card.add_control(slider)
        card.begin(lambda: self._draw_vendors(card))
        return card

    def _put(self, parts: tuple[float, ...], card: Explorer) -> None:
        for slider, part in zip(self._parts, parts, strict=True):
            slider.set_value(part)
        card.run()

    def _draw_vendors(self, card: Explorer) -> str:
        parts = [slider.value for slider in self._parts]
        if not any(parts):
            raise WorkbenchError("No vendor has any of the traffic", mend="Give at least one of them a part.")
        found = concentration(parts)
        used = [(name, part) for name, part in zip(VENDORS, found.shares, strict=True) if part > 0]
        largest = max(used, key=lambda pair: pair[1])
        shown = concentration([part for _name, part in used])
        card.draw(concentration_chart([name for name, _part in used], shown))
        return (
            f"You depend on your vendors as if there were **{found.effective_vendors:.2f}** of equal size (index "
            f"{found.hhi:,.0f}). When {largest[0]} is down, {share(float(largest[1]))} of the traffic is lost."
        )

    def _failures(self) -> Explorer:
        card = Explorer("A fallback for your model")
        both, first, second, _neither = GSM8K
        cases = sum(GSM8K)
        self._first = _percent("The first model is wrong in", (both + first) / cases)
        self._second = _percent("The second model is wrong in", (both + second) / cases)
        self._both = _percent("Both are wrong in", both / cases)
        for slider in (self._first, self._second, self._both):
            card.add_control(slider)
        card.begin(
            self._failure_sentence, note="It opens on the published mathematics pair. Measure yours under Validate."
        )
        return card

    def _failure_sentence(self) -> str:
        first, second = self._first.value, self._second.value
        least, most = max(first + second - 1, 0.0), min(first, second)
        both = self._both.value
        if not least - 1e-9 <= both <= most + 1e-9:
            return f"With these two, both can be wrong in {share(least)} to {share(most)} of the cases only."
        ratio = shared_failure_ratio(_flags(both, first - both, second - both))
        if ratio is None:
            return "One of the two is never wrong, so there is nothing to share."
        verdict = (
            "they fail together less often than by chance, and falling back helps more than it seems."
            if ratio < APART
            else "they fail on different cases, and falling back helps as much as chance promises."
            if ratio <= ALIKE
            else "some blind spots are shared."
            if ratio <= SHARED
            else "they share blind spots, and falling back helps far less than it seems."
        )
        return f"**H = {rounded(ratio)}**: {verdict} Where the first fails, the second fails in {share(both / first)}."


def _percent(name: str, value: float) -> ValueSlider:
    return ValueSlider(name, 0.0, 0.6, value, show=lambda v: f"{v * 100:.1f} % of the cases", round_to=0.001)


def _flags(both: float, only_first: float, only_second: float, cases: int = 10_000) -> FloatArray:
    """Wrong or right by case and model, in the given shares."""
    counts = [round(part * cases) for part in (both, only_first, only_second)]
    kinds = ((1, 1), (1, 0), (0, 1), (0, 0))
    return np.repeat(np.array(kinds, dtype=np.float64), [*counts, cases - sum(counts)], axis=0)
