"""How a verdict on two models looks: its tone and its words."""

from __future__ import annotations

from workbench.domain.evals import PairVerdict
from workbench.gui.theme import Tone

TONES = {
    PairVerdict.BETTER: Tone.GOOD,
    PairVerdict.WORSE: Tone.BAD,
    PairVerdict.EQUIVALENT: Tone.NEUTRAL,
    PairVerdict.NOT_SHOWN: Tone.CAUTION,
}
VERDICT_WORDS = {
    PairVerdict.BETTER: "is better than",
    PairVerdict.WORSE: "is worse than",
    PairVerdict.EQUIVALENT: "is as good as",
    PairVerdict.NOT_SHOWN: "not shown to differ from",
}
