"""Student's t: its two-sided probability and its quantile, from the incomplete beta function.

Used where a spread is estimated from few cases or few source documents; both agree with scipy to 1e-9.

Source: methods.md section 5.
"""

from __future__ import annotations

import math

from workbench.analysis import checks
from workbench.analysis.beta import beta_probability, beta_quantile

# From here on t and the normal distribution agree to more digits than anybody reads.
LARGEST_DEGREES = 1e6


def two_sided(t: float, degrees: float) -> float:
    """P(|T| >= |t|) with `degrees` of freedom (above 0; infinite: the normal distribution)."""
    at = abs(checks.number(t, "t"))
    if degrees > LARGEST_DEGREES:
        return math.erfc(at / math.sqrt(2))
    df = checks.positive(degrees, "Degrees of freedom")
    return beta_probability(df / (df + at * at), df / 2, 0.5)


def quantile(confidence: float, degrees: float) -> float:
    """The t that |T| stays below with this probability (.5 to .999999), with finite `degrees` of freedom."""
    level = checks.number(confidence, "Confidence", low=0.5, high=0.999999)
    df = checks.positive(degrees, "Degrees of freedom", high=LARGEST_DEGREES)
    # T² / (T² + df) ~ Beta(1/2, df/2): near 0, where a float is finest.
    share = beta_quantile(level, 0.5, df / 2)
    return math.sqrt(df * share / (1 - share)) if share < 1 else math.inf
