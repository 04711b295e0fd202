"""How much depends on few vendors, and how alike models fail.

Source: methods.md section 7.4 (Herfindahl index; shared failures after Bommasani et al. 2211.13972).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis import checks
from workbench.analysis.checks import FloatArray, Numbers
from workbench.domain.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class Concentration:
    """Shares by developer (sum 1), Herfindahl index (to 10,000) and effective vendors `1/sum s²`.

    Antitrust bands mean nothing below six vendors: show the effective number and the traffic lost with each.
    """

    shares: FloatArray
    hhi: float
    effective_vendors: float


def concentration(spend_by_developer: Numbers) -> Concentration:
    """From spend or traffic per **developer** of a model (not per host)."""
    shares = checks.weights(spend_by_developer, "Spend by developer")
    squares = float((shares**2).sum())
    return Concentration(shares, 10_000 * squares, 1 / squares)


def shared_failure_ratio(wrong: npt.ArrayLike) -> float | None:
    """`P(all wrong)/prod P(wrong_m)` from flags (items x models, 1 = wrong).

    Near 1 the models fail on different items, so falling back helps; well above 1 they share blind spots. None if a
    model is never wrong.
    """
    flags = checks.matrix(wrong, "Wrong answers", low=0.0, high=1.0)
    if flags.shape[1] < 2:
        raise WorkbenchError("Shared failures need two models", where="Wrong answers", mend="Run a second model.")
    if not np.isin(flags, (0.0, 1.0)).all():
        raise WorkbenchError("Wrong answers are flags: 0 or 1", where="Wrong answers", mend="Give 0 or 1 per item.")
    each = flags.mean(axis=0)
    expected = float(np.prod(each))
    return float(flags.all(axis=1).mean() / expected) if expected > 0 else None
