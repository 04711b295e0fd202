"""Strength of models from blind votes between pairs (Bradley-Terry), with standard errors.

Source: methods.md section 5, "Bradley-Terry" (TV-5h).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis import checks
from workbench.analysis.checks import BoolArray, FloatArray
from workbench.domain.errors import WorkbenchError

ELO_PER_LOGIT = 400 / math.log(10)
_VIRTUAL_TIE = 0.5


@dataclass(frozen=True, slots=True)
class Strengths:
    """`theta` in logits (mean 0), its standard errors and covariance.

    `virtual_ties` is True if the votes alone do not fix the strengths (a model never beat, or was never beaten by,
    the others) and half a win was added to both sides of every pair: say so beside the numbers.
    """

    theta: FloatArray
    standard_error: FloatArray
    covariance: FloatArray
    virtual_ties: bool

    @property
    def elo(self) -> FloatArray:
        """Strengths in Elo points around 0."""
        return self.theta * ELO_PER_LOGIT

    def chance(self, first: int, second: int) -> float:
        """Chance that `first` beats `second` in the next vote."""
        return 1 / (1 + math.exp(self.theta[second] - self.theta[first]))

    def difference_error(self, first: int, second: int) -> float:
        """Standard error of `theta[first] - theta[second]`."""
        c = self.covariance
        return math.sqrt(max(0.0, c[first, first] + c[second, second] - 2 * c[first, second]))


def bradley_terry(wins: npt.ArrayLike, ties: npt.ArrayLike | None = None) -> Strengths:
    """Strengths from `wins[i, j]`, how often i beat j; each tie in `ties[i, j]` (symmetric) counts half to both.

    Fitted by Hunter's MM update; intervals from the Fisher information with the strengths summing to zero.
    WorkbenchError unless square, non-negative, with at least two models and one vote.
    """
    votes = _votes(wins, ties)
    virtual = not _strongly_connected(votes > 0)
    if virtual:
        votes = votes + _VIRTUAL_TIE * (1.0 - np.eye(len(votes)))
    games = votes + votes.T
    power = np.ones(len(votes))
    for _ in range(100_000):
        updated = votes.sum(axis=1) / (games / (power[:, None] + power[None, :])).sum(axis=1)
        updated /= math.exp(float(np.log(updated).mean()))
        moved = float(np.abs(np.log(updated) - np.log(power)).max())
        power = updated
        if moved < 1e-12:
            break
    share = power[:, None] / (power[:, None] + power[None, :])
    information = -games * share * (1 - share)
    np.fill_diagonal(information, 0.0)
    np.fill_diagonal(information, -information.sum(axis=1))
    covariance: FloatArray = np.asarray(np.linalg.pinv(information, hermitian=True), dtype=np.float64)
    return Strengths(np.log(power), np.sqrt(np.maximum(np.diag(covariance), 0.0)), covariance, virtual)


def _votes(wins: npt.ArrayLike, ties: npt.ArrayLike | None) -> FloatArray:
    table = checks.matrix(wins, "Votes", low=0.0)
    if table.shape[0] != table.shape[1] or len(table) < 2:
        raise WorkbenchError("Votes need one row and one column per model", where="Votes", mend="Give a square table.")
    if ties is not None:
        tied = checks.matrix(ties, "Ties", low=0.0, columns=len(table))
        if tied.shape != table.shape or not np.array_equal(tied, tied.T):
            raise WorkbenchError("Ties are not the same both ways", where="Ties", mend="Give a symmetric table.")
        table = table + tied / 2
    if np.diag(table).any():
        raise WorkbenchError("A model is voted against itself", where="Votes", mend="Leave the diagonal at 0.")
    if table.sum() == 0:
        raise WorkbenchError("There are no votes yet", where="Votes", mend="Vote on at least one pair.")
    return table


def _strongly_connected(beats: BoolArray) -> bool:
    """True if every model beat every other, directly or through others: then the strengths are finite."""
    reach = beats | np.eye(len(beats), dtype=np.bool_)
    for middle in range(len(beats)):
        reach |= reach[:, middle, None] & reach[None, middle, :]
    return bool(reach.all())
