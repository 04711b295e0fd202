"""What is known of a judge: how it errs, and whether its word counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure from `n` observations with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class BiasCard:
    """How one judge (or panel) judges with one scorer, from answers of one run. None: not measured, see `notes`.

    `flips`: share of pairs on which the verdict changed with the order of the answers. `verbosity`: points of 100 that
    a hundred more words are worth beyond what people find. `self_preference`: points of 100 that its own answers get
    beyond others', against people's labels where there are some. `retest`: share of answers judged alike when asked
    again. `failures`: share of replies without a verdict. `agreement`: share of the hand-labelled answers on which it
    agrees with people; `kappa` the same beyond chance. `right_kept` of `labelled_right` it called right, `wrong_caught`
    of `labelled_wrong` it called wrong.
    """

    judge: str
    scorer: str
    at: str
    answers: int
    flips: Finding | None = None
    verbosity: Finding | None = None
    self_preference: Finding | None = None
    retest: Finding | None = None
    failures: Finding | None = None
    agreement: Finding | None = None
    kappa: float | None = None
    right_kept: int = 0
    labelled_right: int = 0
    wrong_caught: int = 0
    labelled_wrong: int = 0
    notes: tuple[str, ...] = ()

    @property
    def is_useless(self) -> bool:
        """Whether labels show that it agrees with people no better than chance."""
        if not self.labelled_right or not self.labelled_wrong:
            return False
        return self.right_kept / self.labelled_right + self.wrong_caught / self.labelled_wrong <= 1


@dataclass(frozen=True, slots=True)
class Corrected:
    """One model's share of right answers as the judge saw it and with the judge's errors taken out (Rogan-Gladen).

    `low` and `high` carry the uncertainty of both. `pooled`: there were too few labels of this model's own answers, so
    those of all models stand in. `refusal` says why there is no corrected figure.
    """

    model_id: str
    n: int
    judged: float
    value: float | None
    low: float | None
    high: float | None
    labelled: int
    pooled: bool
    refusal: str = ""
