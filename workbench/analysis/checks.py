"""Guards for the numbers that enter the analysis: each refuses with a sentence that names the field.

Whatever passes here is finite, of the right size, in range and of a size that can be meant (at most 1e100), so the
formulas behind it never make a NaN and never overflow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workbench.domain.errors import WorkbenchError
from workbench.domain.numbers import digits

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Numbers = Sequence[float] | FloatArray

# Nothing anybody counts, pays or measures is larger, and squares of it still fit a float.
LARGEST = 1e100
SMALLEST = 1e-100
# Beyond it a float no longer tells one whole number from the next.
LARGEST_COUNT = 10**12


def number(value: float, field: str, *, low: float = -math.inf, high: float = math.inf) -> float:
    """The value as a float, if it is finite and `low <= value <= high`; else WorkbenchError naming the field."""
    try:
        result = float(value)
    except (TypeError, ValueError):
        raise WorkbenchError("This is not a number", where=field, mend="Give a plain number.") from None
    if not math.isfinite(result):
        raise WorkbenchError("The number is not finite", where=field, mend="Give a finite number.")
    if abs(result) > LARGEST:
        what = f"The value {digits(result)} is too large to be meant"
        raise WorkbenchError(what, where=field, mend="Check its unit.")
    if not low <= result <= high:
        what = f"The value {digits(result)} is out of range"
        raise WorkbenchError(what, where=field, mend=_range_words(low, high))
    return result


def positive(value: float, field: str, *, high: float = math.inf) -> float:
    """The value, if it is finite, above zero and at most `high`."""
    result = number(value, field, high=high)
    if result < SMALLEST:
        what = f"The value {digits(result)} is not above zero"
        raise WorkbenchError(what, where=field, mend="Give a number above 0.")
    return result


def share(value: float, field: str) -> float:
    """The value, if it lies in [0, 1]."""
    return number(value, field, low=0.0, high=1.0)


def count(value: float, field: str, *, low: int = 0, high: float = LARGEST_COUNT) -> int:
    """The value as an int, if it is a whole number in range (at most 1e12)."""
    result = number(value, field, low=low, high=high)
    if result != math.floor(result):
        what = f"The value {digits(result)} is not a whole number"
        raise WorkbenchError(what, where=field, mend="Give a whole number.")
    return int(result)


def vector(
    values: Numbers, field: str, *, low: float = -math.inf, high: float = math.inf, size: int | None = None
) -> FloatArray:
    """A non-empty one-dimensional float array, every entry finite and in range, of the given size if any."""
    result = _array(values, field)
    if result.ndim != 1:
        raise WorkbenchError("This is not a plain list", where=field, mend="Give one row of numbers.")
    if size is not None and result.size != size:
        raise WorkbenchError(
            f"The list has {result.size} entries instead of {size}", where=field, mend=f"Give {size} numbers."
        )
    _refuse_bad_entries(result, field, low=low, high=high, missing_allowed=False)
    return result


def matrix(
    values: Sequence[Sequence[float]] | npt.ArrayLike,
    field: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    columns: int | None = None,
    missing_allowed: bool = False,
) -> FloatArray:
    """A non-empty two-dimensional float array; with `missing_allowed`, NaN stands for "not known"."""
    result = _array(values, field)
    if result.ndim != 2:
        raise WorkbenchError("This is not a table", where=field, mend="Give rows of equal length.")
    if columns is not None and result.shape[1] != columns:
        raise WorkbenchError(
            f"The table has {result.shape[1]} columns instead of {columns}",
            where=field,
            mend=f"Give {columns} columns.",
        )
    _refuse_bad_entries(result, field, low=low, high=high, missing_allowed=missing_allowed)
    return result


def weights(values: Numbers, field: str, *, size: int | None = None) -> FloatArray:
    """Non-negative numbers scaled to sum to one; refuses a sum of zero."""
    result = vector(values, field, low=0.0, size=size)
    total = float(result.sum())
    if total <= 0:
        raise WorkbenchError("The weights add up to zero", where=field, mend="Give at least one weight above 0.")
    return result / total


def ordered(low: float, likely: float, high: float, field: str, *, minimum: float = -math.inf) -> None:
    """Refuses a low / likely / high triple that is not finite or not in that order."""
    for value, name in ((low, "low"), (likely, "likely"), (high, "high")):
        number(value, f"{field} ({name})", low=minimum)
    if not low <= likely <= high:
        raise WorkbenchError(
            f"The range is the wrong way round: {digits(low)}, {digits(likely)}, {digits(high)}",
            where=field,
            mend="Give low, likely and high in rising order.",
        )


def index(value: int, field: str, size: int) -> int:
    """The value as a position in a list of `size` entries."""
    return count(value, field, low=0, high=size - 1)


def same_length(first: Sequence[object] | npt.NDArray[np.generic], other: int, field: str) -> None:
    """Refuses a list whose length differs from `other`."""
    if len(first) != other:
        raise WorkbenchError(
            f"The list has {len(first)} entries instead of {other}", where=field, mend=f"Give {other} entries."
        )


def _array(values: npt.ArrayLike, field: str) -> FloatArray:
    try:
        result = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise WorkbenchError(
            "There is something that is not a number", where=field, mend="Give plain numbers."
        ) from None
    if result.size == 0:
        raise WorkbenchError("The list is empty", where=field, mend="Give at least one number.")
    return result


def _refuse_bad_entries(values: FloatArray, field: str, *, low: float, high: float, missing_allowed: bool) -> None:
    known = values[~np.isnan(values)] if missing_allowed else values
    if not np.isfinite(known).all():
        raise WorkbenchError("There is a value that is not finite", where=field, mend="Give finite numbers.")
    if known.size and np.abs(known).max() > LARGEST:
        raise WorkbenchError("There is a value too large to be meant", where=field, mend="Check its unit.")
    outside = known[(known < low) | (known > high)]
    if outside.size:
        what = f"The value {digits(outside[0])} is out of range"
        raise WorkbenchError(what, where=field, mend=_range_words(low, high))


def _range_words(low: float, high: float) -> str:
    if math.isinf(high):
        return f"Give {digits(low)} or more."
    if math.isinf(low):
        return f"Give {digits(high)} or less."
    return f"Give a number from {digits(low)} to {digits(high)}."
