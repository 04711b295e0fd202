"""Scaling laws: choose parameters and tokens, see loss, best split and bill; and check the sum on reported runs."""

from __future__ import annotations

from workbench.analysis.learning_charts import large_number, scaling_chart
from workbench.analysis.scaling import (
    PRINTED_2022,
    REFIT_2024,
    implied_mfu,
    loss,
    optimal_run,
    training_cost,
    training_flop,
)
from workbench.analysis.words import UNKNOWN_FIGURE, rounded, share, usd, usd_short
from workbench.gui.learn.explorer import Explorer
from workbench.gui.learn.topic import PartCard, Topic
from workbench.gui.widgets.slider import ValueSlider
from workbench.services.learn import Part, Run

# The compute of Gopher and Chinchilla, at which the 2022 paper compares its splits.
CHINCHILLA_FLOP = 5.76e23
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
START_USD = 2.5


class ScalingTopic(Topic):
    """The explorer first, then what the laws say and how far the bill can be trusted."""

    def fill(self) -> None:
        self.column.addWidget(self._explorer())
        self.add_part("What the laws say")
        self.column.addWidget(PartCard(self._checked()))

    def _explorer(self) -> Explorer:
        card = Explorer("Plan a training run")
        start = self.lesson.runs[0]
        self._params = ValueSlider("Parameters", 1e8, 1e12, start.params, show=large_number, log=True)
        self._tokens = ValueSlider("Training tokens", 1e9, 3e13, start.tokens, show=large_number, log=True)
        self._usd = ValueSlider("GPU, an hour", 1.0, 7.0, START_USD, show=usd, round_to=0.1)
        presets = {run.name: lambda run=run: self._put(run, card) for run in self.lesson.runs}
        card.add_presets("As trained by their makers", presets)
        for slider in (self._params, self._tokens, self._usd):
            card.add_control(slider)
        card.begin(
            lambda: self._draw(card),
            note="The bill is compute alone, at 40 % of an H100's peak. Loss is not product quality: only an eval is.",
        )
        return card

    def _put(self, run: Run, card: Explorer) -> None:
        self._params.set_value(run.params)
        self._tokens.set_value(run.tokens)
        card.run()

    def _draw(self, card: Explorer) -> str:
        params, tokens = self._params.value, self._tokens.value
        cost = training_cost(params, tokens, usd_per_gpu_hour=self._usd.value)
        best = optimal_run(cost.flop)
        card.draw(scaling_chart(params, tokens))
        return (
            f"**{usd_short(cost.usd)} to {usd_short(cost.usd_high)}** of compute: {large_number(cost.gpu_hours)} to "
            f"{large_number(cost.gpu_hours_high)} GPU hours. Loss **{loss(params, tokens):.3f}** at "
            f"{rounded(tokens / params)} tokens for each parameter; the best split of this compute "
            f"({large_number(best.params)} parameters, {large_number(best.tokens)} tokens) reaches {best.loss:.3f}."
        )

    def _checked(self) -> Part:
        """The reported runs with what the sum predicts for each, and the fits compared."""
        told = self.lesson.part("How far the cost can be trusted")
        fits = (
            f"At the compute of Chinchilla the constants as printed in 2022 ask for "
            f"{optimal_run(CHINCHILLA_FLOP, PRINTED_2022).tokens_per_param:.0f} tokens for each parameter, the fit of "
            f"2024 for {optimal_run(CHINCHILLA_FLOP, REFIT_2024).tokens_per_param:.0f}."
        )
        return Part(
            told.title,
            f"{told.text} {fits}",
            columns=("Run", "Compute", "GPU hours, predicted", "GPU hours, reported", "Share of peak speed"),
            rows=tuple(_run_row(run) for run in self.lesson.runs),
            source=told.source,
        )


def _flop(flop: float) -> str:
    mantissa, _, exponent = f"{flop:.1e}".partition("e+")
    return f"{mantissa} × 10{exponent.translate(RAISED)} operations"


def _run_row(run: Run) -> tuple[str, ...]:
    flop = training_flop(run.params, run.tokens)
    hours = training_cost(run.params, run.tokens, usd_per_gpu_hour=START_USD).gpu_hours
    told = UNKNOWN_FIGURE if run.gpu_hours is None else large_number(run.gpu_hours)
    speed = UNKNOWN_FIGURE if run.gpu_hours is None else share(implied_mfu(flop, run.gpu_hours))
    return run.name, _flop(flop), large_number(hours), told, speed
