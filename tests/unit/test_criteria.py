"""Criteria that fit a new scenario."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis.criteria import criteria_in_force, fitting_criteria, round_up
from workbench.domain.criterion import DEFAULT_CRITERIA
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.questions import requirements_from

from scenario_values import a_scenario


def figures(setup: float, monthly: float, weeks: float) -> dict[str, Figure]:
    values = {"setup_usd": setup, "monthly_usd": monthly, "weeks": weeks}
    return {name: Figure(Estimate.exact(value), Origin.COMPUTED) for name, value in values.items()}


def test_that_no_proposed_option_falls_outside_the_anchors() -> None:
    options = [figures(15_000, 137, 6), figures(80_000, 5_785, 14)]
    by_id = {c.id: c for c in fitting_criteria(DEFAULT_CRITERIA, requirements_from({}), options)}
    assert by_id["monthly_usd"].worst >= 5_785 and by_id["setup_usd"].worst >= 80_000 and by_id["weeks"].worst >= 14


def test_that_a_limit_of_the_person_widens_the_anchor() -> None:
    requirements = requirements_from({"monthly_cap_usd": 50_000})
    by_id = {c.id: c for c in fitting_criteria(DEFAULT_CRITERIA, requirements, [figures(1, 10, 1)])}
    assert by_id["monthly_usd"].worst == 50_000


@pytest.mark.parametrize(
    ("answers", "more", "less"),
    [
        ({"priority": "quality"}, "quality", "monthly_usd"),
        ({"priority": "cost"}, "monthly_usd", "quality"),
        ({"sensitivity": "confidential", "third_party": "contract"}, "privacy", "independence"),
        ({"sensitivity": "public"}, "monthly_usd", "privacy"),
    ],
)
def test_that_points_follow_from_what_was_answered(answers: dict[str, str], more: str, less: str) -> None:
    scenario = replace(a_scenario(), options=(), criteria=DEFAULT_CRITERIA, answers=answers)
    points = {c.id: c.points for c in criteria_in_force(scenario, requirements_from(answers))}
    assert points[more] > points[less]
    assert max(points.values()) == 100


def test_that_points_that_somebody_set_hold_whatever_is_answered() -> None:
    said = tuple(replace(c, points=20.0 if c.id == "quality" else c.points) for c in DEFAULT_CRITERIA)
    scenario = replace(a_scenario(), options=(), criteria=said)
    assert criteria_in_force(scenario, requirements_from({"priority": "quality"})) == said


@given(st.floats(1e-6, 1e12))
def test_that_rounding_up_never_rounds_down_nor_far(value: float) -> None:
    rounded = round_up(value)
    assert rounded >= value * (1 - 1e-9) and rounded <= value * 1.6 and math.isfinite(rounded)
