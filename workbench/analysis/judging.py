"""Correcting what an LLM judge says by how often it errs on items that people labelled.

Source: methods.md section 5, "LLM judge" (arXiv 2511.21140; TV-5i). Calibrate per model under test.
"""

from __future__ import annotations

import math

from workbench.analysis import checks
from workbench.analysis.statistics import Interval, z_value
from workbench.domain.errors import WorkbenchError


def judge_corrected(
    judged_right: float,
    n: int,
    specificity: float,
    labelled_wrong: int,
    sensitivity: float,
    labelled_right: int,
    confidence: float = 0.95,
) -> Interval:
    """True share of right answers from the share `judged_right` of `n` that the judge accepted.

    `specificity`: share of the `labelled_wrong` items the judge rejected; `sensitivity`: share of the
    `labelled_right` items it accepted. `theta = (p + q0 - 1)/(q0 + q1 - 1)`, cut to [0, 1]; the interval carries the
    uncertainty of p, q0 and q1. WorkbenchError if the judge is no better than chance (`q0 + q1 <= 1`).
    """
    p, q0 = checks.share(judged_right, "Judged right"), checks.share(specificity, "Specificity")
    q1, size = checks.share(sensitivity, "Sensitivity"), checks.count(n, "Cases", low=1)
    m0 = checks.count(labelled_wrong, "Items people called wrong", low=1)
    m1 = checks.count(labelled_right, "Items people called right", low=1)
    _refuse_useless(q0, q1)
    point = _clip((p + q0 - 1) / (q0 + q1 - 1))
    z = z_value(confidence)
    # Smoothed shares: with none or all right, the plain ones would claim a certainty nobody has.
    wide = size + z * z
    p = (size * p + z * z / 2) / wide
    q0, q1 = (m0 * q0 + 1) / (m0 + 2), (m1 * q1 + 1) / (m1 + 2)
    _refuse_useless(q0, q1)
    theta = _clip((p + q0 - 1) / (q0 + q1 - 1))
    miss0 = (1 - theta) * q0 * (1 - q0) / (m0 + 2)
    miss1 = theta * q1 * (1 - q1) / (m1 + 2)
    shift = 2 * z * z * (miss1 - miss0)
    spread = p * (1 - p) / wide + (1 - theta) * miss0 + theta * miss1
    reach = z * math.sqrt(spread) / (q0 + q1 - 1)
    low, high = _clip(theta + shift - reach), _clip(theta + shift + reach)
    return Interval(point, min(low, point), max(high, point))


def _refuse_useless(specificity: float, sensitivity: float) -> None:
    if specificity + sensitivity <= 1:
        raise WorkbenchError(
            "The judge agrees with people no better than chance",
            where="Judge calibration",
            mend="Use another judge or a clearer rubric, and label items again.",
        )


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
