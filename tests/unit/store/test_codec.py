from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.domain.decision import Condition
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.scenario import Scenario
from workbench.store.codec import CODEC_VERSION, COLUMNS, decode, encode
from workbench.store.decision_codec import condition_from_plain
from workbench.store.plain import Faults

from scenario_values import NOON, a_full_decision, a_full_scenario, a_scenario

NUMBERS = st.one_of(st.integers(-(10**14), 10**14), st.floats(-1e15, 1e15, allow_nan=False))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
ANSWERS = st.dictionaries(
    TEXTS,
    st.one_of(TEXTS, NUMBERS, st.booleans(), st.lists(TEXTS, max_size=3), st.dictionaries(TEXTS, NUMBERS, max_size=3)),
    max_size=6,
)


def again(scenario: Scenario) -> Scenario:
    parts = decode(encode(scenario), 1, "here")
    return Scenario(
        id=scenario.id,
        name=scenario.name,
        created_at=NOON,
        updated_at=NOON,
        step=scenario.step,
        **parts,
    )


def test_that_a_scenario_with_every_kind_of_value_reads_back_equal() -> None:
    scenario = a_full_scenario()
    assert again(scenario) == scenario


@given(ANSWERS)
def test_that_any_answer_reads_back_with_its_type_and_last_bit(answers: dict[str, object]) -> None:
    scenario = a_scenario(answers=answers)
    assert repr(dict(again(scenario).answers)) == repr(answers)


@given(st.lists(st.floats(0, 1e12), min_size=3, max_size=3).map(sorted))
def test_that_a_range_of_a_figure_reads_back_bit_for_bit(values: list[float]) -> None:
    option = a_full_scenario().options[0]
    figure = Figure(Estimate(*values), Origin.YOURS)
    scenario = a_scenario(options=(replace(option, figures={"setup_usd": figure}),))
    assert again(scenario).options[0].figures["setup_usd"] == figure


@pytest.mark.parametrize(
    "answers",
    [{"x": bad} for bad in (math.nan, math.inf, {"low": math.nan}, "\ud800", "a\0b", None, [1], 10**400)],
)
def test_that_a_value_that_could_not_be_read_back_is_refused_before_it_is_stored(answers: dict[str, object]) -> None:
    with pytest.raises(WorkbenchError, match=r"answers\.x"):
        encode(a_scenario(answers=answers))


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("text", ["", "{", "[[", "7", '"x"', "[7]", '{"a": null}', "[" * 100_000])
def test_that_damaged_json_is_an_error_in_words(column: str, text: str) -> None:
    columns = encode(a_scenario()) | {column: text}
    with pytest.raises(WorkbenchError, match="damaged"):
        decode(columns, 1, "scenario x")


def test_that_columns_of_a_newer_form_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="newer workbench"):
        decode(encode(a_scenario()), CODEC_VERSION + 1, "scenario x")


def test_that_the_columns_are_plain_json() -> None:
    columns = encode(a_full_scenario())
    assert json.loads(columns["decision"])["status"] == "accepted"
    assert json.loads(columns["options"])[0]["figures"]["weeks"]["value"] == 6


def test_that_a_record_with_every_kind_of_entry_reads_back_equal() -> None:
    scenario = a_scenario(decision=a_full_decision())
    assert again(scenario) == scenario


def test_that_a_record_of_the_first_form_is_read_with_its_triggers_in_words() -> None:
    old = {"option": "A", "because": "so", "triggers": ["the price doubles"]}
    columns = encode(a_scenario()) | {"decision": json.dumps(old)}
    found = decode(columns, 1, "here")["decision"]
    assert found.triggers == (Condition("the price doubles"),) and found.basis is None


@pytest.mark.parametrize(
    "trigger",
    [
        {"text": "x", "watch": "monthly-cost", "subject": "A"},
        {"text": "x", "watch": "monthly-cost", "subject": "A", "above": 1, "below": 2},
        {"text": "x", "watch": "weather"},
        {"text": "x", "watch": "volume", "above": "many"},
        {"text": "x", "watch": "volume", "above": -1},
        {"text": "x", "colour": "red"},
        7,
    ],
)
def test_that_a_condition_that_cannot_be_measured_is_a_fault(trigger: object) -> None:
    faults = Faults()
    condition_from_plain(trigger, ("decision", "triggers", 0), faults)
    assert faults.found and all(fault.path[:3] == ("decision", "triggers", 0) and fault.mend for fault in faults.found)
