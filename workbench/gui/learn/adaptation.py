"""Adaptation: the ladder to read, a ladder to climb with measured gaps, and what a tuning run costs."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.analysis.adaptation import Circumstances, Gaps, Step, climb, tuning_cost
from workbench.analysis.learning_charts import large_number
from workbench.analysis.statistics import Interval
from workbench.analysis.words import rounded, usd_short
from workbench.domain.option import Technique
from workbench.gui.learn.explorer import Explorer
from workbench.gui.learn.topic import Topic
from workbench.gui.theme import Space, Tone
from workbench.gui.widgets.fields import ChipsField, Choice
from workbench.gui.widgets.slider import ValueSlider
from workbench.gui.widgets.state import IconLabel
from workbench.gui.widgets.text import Words

# Of paired cases one in five comes out differently: the planning value of methods.md 5 for middling models.
DISCORDANT = 0.2
Z_95 = 1.959964
STATES: dict[str, tuple[str, Tone, str]] = {
    "climb": ("Climb", Tone.GOOD, "check"),
    "expected": ("To be expected", Tone.GOOD, "check"),
    "not shown": ("Not needed", Tone.NEUTRAL, "dot"),
    "not measured": ("Not measured", Tone.CAUTION, "question"),
    "blocked": ("Blocked", Tone.BAD, "cross"),
}
RUNGS = {
    "prompt": "Prompt",
    "context": "Documents in the prompt",
    "rag": "RAG",
    "retrieval": "Better retrieval",
    "stronger model": "Stronger model",
    "fine-tuning": "Fine-tuning",
    "from scratch": "From scratch",
}
TECHNIQUES = {
    Technique.PROMPT: "a good prompt is enough",
    Technique.RAG: "as deep as retrieval (RAG)",
    Technique.FINE_TUNING: "as deep as fine-tuning",
    Technique.FROM_SCRATCH: "a model of your own",
}
FACTS = (
    Choice("still", "Documents few and still", "Under 200,000 tokens, rarely changed"),
    Choice("examples", "50 good examples or more"),
    Choice("provider", "Provider tunes today"),
    Choice("strongest", "No stronger model left"),
)


class AdaptationTopic(Topic):
    """The ladder as a table, then two explorers."""

    def fill(self) -> None:
        self.add_part("The ladder")
        self.column.addWidget(self._climber())
        self.column.addWidget(self._tuning())
        self.add_part("Compute is not the cost")

    def _climber(self) -> Explorer:
        card = Explorer("Climb it with an eval")
        names = {
            "instruction": "Lenient minus strict scoring",
            "knowledge": "Right documents minus none",
            "retrieval": "Right documents minus fetched ones",
            "skill": "Target minus best so far",
            "style": "With examples minus without",
        }
        start = {"knowledge": 20.0, "retrieval": 4.0}
        self._gaps = {
            key: ValueSlider(name, 0.0, 40.0, start.get(key, 0.0), show=lambda v: f"{v:.0f} points", round_to=1)
            for key, name in names.items()
        }
        self._cases = ValueSlider("Cases in the eval", 20, 1000, 150, show=lambda v: f"{v:,.0f}", log=True, round_to=10)
        for slider in (*self._gaps.values(), self._cases):
            card.add_control(slider)
        self._facts = ChipsField[str]("Circumstances", FACTS)
        self._facts.changed.connect(lambda _value: card.run())
        card.add_control(self._facts, wide=True)
        steps = QWidget()
        self._steps = QVBoxLayout(steps)
        self._steps.setContentsMargins(0, 0, 0, 0)
        self._steps.setSpacing(Space.S)
        self._rungs = [RungLine() for _ in range(6)]
        for line in self._rungs:
            self._steps.addWidget(line)
        card.begin(self._climb)
        card.body.addWidget(steps)
        card.body.addWidget(
            Words(
                "Intervals for paired cases of which one in five comes out differently; more cases, sharper.",
                "muted",
            )
        )
        return card

    def _climb(self) -> str:
        cases = self._cases.value
        gaps = {key: gap_of(slider.value / 100, cases) for key, slider in self._gaps.items()}
        facts = self._facts.value
        ladder = climb(
            Gaps(**gaps),
            Circumstances(
                corpus_tokens=100_000.0 if "still" in facts else None,
                corpus_changes=False if "still" in facts else None,
                good_examples=50 if "examples" in facts else 0,
                provider_tunes="provider" in facts,
                stronger_model_exists="strongest" not in facts,
            ),
        )
        for line, step in zip(self._rungs, ladder.steps, strict=True):
            line.show_step(step)
        return f"With these gaps on {cases:,.0f} cases: **{TECHNIQUES[ladder.technique]}**."

    def _tuning(self) -> Explorer:
        card = Explorer("What one tuning run costs")
        self._params = ValueSlider("Parameters", 1e9, 4e11, 8e9, show=large_number, log=True)
        self._tokens = ValueSlider("Tokens of your examples", 1e5, 1e9, 1e7, show=large_number, log=True)
        self._epochs = ValueSlider("Passes over them", 1, 10, 3, show=lambda v: f"{v:.0f}", round_to=1)
        self._usd = ValueSlider("GPU, an hour", 1.0, 7.0, 2.5, show=lambda v: f"${v:.2f}", round_to=0.1)
        for slider in (self._params, self._tokens, self._epochs, self._usd):
            card.add_control(slider)
        card.begin(self._bill)
        return card

    def _bill(self) -> str:
        cost = tuning_cost(self._params.value, self._tokens.value, self._epochs.value, usd_per_gpu_hour=self._usd.value)
        return f"**{usd_short(cost.usd)}** of compute: {rounded(cost.gpu_hours)} GPU hours for a full tuning."


class RungLine(QWidget):
    """One rung: whether to climb it, in a word with its mark, and why."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        self._mark = IconLabel("dot", "muted", 16)
        self._words = Words()
        row.addWidget(self._mark)
        row.addWidget(self._words, 1)

    def show_step(self, step: Step) -> None:
        word, tone, icon = STATES[step.state]
        self._mark.set_icon(icon, "muted" if tone is Tone.NEUTRAL else tone.value)
        self._words.set_text(f"**{RUNGS[step.rung]}: {word.lower()}.** {step.because}")


def gap_of(points: float, cases: float) -> Interval:
    """A paired gap (share of cases) with its 95 % interval, at the planning share of discordant cases."""
    spread = max(DISCORDANT, points) - points**2
    half = Z_95 * (spread / (cases - 1)) ** 0.5
    return Interval(points, points - half, points + half)
