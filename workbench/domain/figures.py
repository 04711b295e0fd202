"""A number with what makes it believable: range, source, date, confidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.errors import WorkbenchError
from workbench.domain.numbers import digits


class Origin(StrEnum):
    """Where a figure comes from; decides its label on screen and in the report."""

    CATALOG = "catalog"
    COMPUTED = "computed"
    MEASURED = "measured"
    YOURS = "yours"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Estimate:
    """Low, likely and high of an uncertain quantity, in the unit its owner names.

    Raises WorkbenchError when a value is not finite or the order is broken.
    """

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        # One comparison passes what is right, as a match makes hundreds; what is not a number compares as false.
        if -math.inf < self.low <= self.likely <= self.high < math.inf:
            return
        if not (math.isfinite(self.low) and math.isfinite(self.likely) and math.isfinite(self.high)):
            raise WorkbenchError("A range holds a value that is not a number", mend="Give finite numbers.")
        raise WorkbenchError(
            f"A range is the wrong way round: {digits(self.low)}, {digits(self.likely)}, {digits(self.high)}",
            mend="Write it as low, likely, high, smallest first.",
        )

    @classmethod
    def exact(cls, value: float) -> Estimate:
        """A value without uncertainty."""
        return cls(value, value, value)

    def scaled(self, factor: float) -> Estimate:
        """All three times a factor that is not negative."""
        return Estimate(self.low * factor, self.likely * factor, self.high * factor)

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(self.low + other.low, self.likely + other.likely, self.high + other.high)

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate with its origin. `source` says where it is from, `as_of` when (ISO date, may be partial)."""

    value: Estimate
    origin: Origin
    source: str = ""
    as_of: str = ""

    @property
    def likely(self) -> float:
        return self.value.likely
