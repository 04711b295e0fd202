"""The slider for requests a day, and what it makes of the answers."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.domain.questions import QUESTIONS, requirements_from
from workbench.domain.scenario import AnswerValue
from workbench.gui.widgets.slider import ValueSlider

LEAST_REQUESTS, MOST_REQUESTS = 1.0, 1e10  # what the wizard takes
# Within this part of the stored volume the slider has not been moved.
_STEP = 0.005


class VolumeSlider(ValueSlider):
    """Requests a day on a log scale."""

    def __init__(self) -> None:
        super().__init__(
            "Requests a day",
            LEAST_REQUESTS,
            MOST_REQUESTS,
            1_000,
            show=lambda v: f"{v:,.0f}",
            log=True,
            hint="What if there were more or fewer? Release to keep the new volume.",
        )

    def show_answers(self, answers: Mapping[str, AnswerValue]) -> None:
        """Stands where the answers say; sends nothing."""
        volume = requirements_from(answers).workload.requests_per_day.likely
        self.set_value(_within(volume))


def _within(volume: float) -> float:
    """Where the slider stands for a volume."""
    return min(max(volume, LEAST_REQUESTS), MOST_REQUESTS)


def is_moved(answers: Mapping[str, AnswerValue], requests_per_day: float) -> bool:
    """Whether the slider stands elsewhere than these answers put it."""
    stands = _within(requirements_from(answers).workload.requests_per_day.likely)
    return abs(requests_per_day - stands) > _STEP * stands


def at_volume(answers: Mapping[str, AnswerValue], requests_per_day: float) -> dict[str, AnswerValue]:
    """The answers with another likely volume; low and high keep their distance to it as far as an
    answer may reach. Alike when hardly moved."""
    if not is_moved(answers, requests_per_day):
        return dict(answers)
    load = requirements_from(answers).workload.requests_per_day
    scaled = load.scaled(requests_per_day / load.likely) if load.likely > 0 else load
    asked = QUESTIONS["requests_per_day"]  # the ends of a wide range pass what can be answered before the slider does
    low, high = max(min(scaled.low, requests_per_day), asked.low), min(max(scaled.high, requests_per_day), asked.high)
    return {**answers, "requests_per_day": {"low": low, "likely": requests_per_day, "high": high}}
