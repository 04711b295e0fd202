"""What stands behind the sample's recommendation, against methods.md (TV-1d, 1f, 1k, 2d, 2f, 2k, 3i, 4g to 4j, 7e)."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench.analysis import insight_words
from workbench.analysis.chartspec import Line
from workbench.analysis.queueing import erlang_c
from workbench.domain.evidence import Evidence, Quality
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.insight import FleetCost, InputWorth, Insights, Regret, Section, Worth
from workbench.domain.option import DataFlow
from workbench.domain.scenario import Scenario
from workbench.reports.figures import insights_shape

from matching_values import changed, options, sample, scenario


@cache
def found() -> Insights:
    return options().insights(sample())


def insights(**answers: Any) -> Insights:
    return options().insights(changed(sample(), **answers))


def section(identity: str, of: Scenario | None = None) -> Section:
    asked = of or sample()
    service = options()
    made = service.sections(service.insights(asked), service.options(asked))
    return next(item for item in made if item.id == identity)


def test_tv_1d_other_weights_put_c_first_as_well() -> None:
    scores = {item.name: item.scores for item in found().opinions}
    assert list(scores["your points"].values()) == pytest.approx([0.4250, 0.6529, 0.6681], abs=5e-5)
    assert list(scores["equal weights"].values()) == pytest.approx([0.4917, 0.5833, 0.6306], abs=5e-5)
    assert {item.name for item in found().opinions if not item.agrees} == {"PROMETHEE II"}


def test_tv_1f_the_second_opinions_of_the_sample_are_topsis_for_c_and_promethee_for_b() -> None:
    scores = {item.name: (item.scores, item.winner) for item in found().opinions}
    assert list(scores["TOPSIS"][0].values()) == pytest.approx([0.2676, 0.7324, 0.7374], abs=5e-5)
    assert list(scores["PROMETHEE II"][0].values()) == pytest.approx([-0.1176, 0.1176, 0], abs=5e-5)
    assert (scores["TOPSIS"][1], scores["PROMETHEE II"][1]) == ("C", "B")


def test_tv_1k_shares_of_the_sample_without_weights_and_with_their_order() -> None:
    by_basis = {item.basis: item.share for item in found().acceptances}
    assert by_basis["no preference at all"] == pytest.approx({"A": 0.219, "B": 0.303, "C": 0.478}, abs=0.02)
    assert by_basis["the order of your criteria"] == pytest.approx({"A": 0, "B": 0.391, "C": 0.609}, abs=0.02)


def test_tv_2k_the_worth_of_knowing_each_cost_of_the_sample() -> None:
    worth = found().worth
    assert worth is not None and (worth.option, worth.rival) == ("C", "A")
    assert (worth.mean_usd, worth.sd_usd) == pytest.approx((1_100, 26_915.28), abs=0.01)
    assert worth.chance == pytest.approx(0.472, abs=0.01)
    assert worth.all_usd == pytest.approx(10_300, rel=0.02)
    by_input = {(item.option, item.figure): item for item in worth.inputs}
    expected = {
        ("A", "monthly_usd"): (8_417, 0.6478), ("C", "monthly_usd"): (4_691, 0.2272),
        ("C", "setup_usd"): (3_189, 0.1145), ("A", "setup_usd"): (692, 0.0105),
    }  # fmt: skip
    for key, (usd, share) in expected.items():
        assert by_input[key].worth_usd == pytest.approx(usd, rel=0.05)
        assert by_input[key].spread_share == pytest.approx(share, abs=5e-5)
    assert sum(item.spread_share for item in worth.inputs) == pytest.approx(1)
    assert all(item.worth_usd <= worth.all_usd for item in worth.inputs)


def test_tv_2f_the_return_of_c_over_a_at_three_horizons() -> None:
    of_c = {item.months: item.yearly for item in found().returns if item.option == "C"}
    assert of_c == pytest.approx({36: -0.0065, 48: 0.153, 60: 0.241}, abs=5e-4)


def test_that_hidden_staff_of_the_sample_is_a_tenth_of_a_person() -> None:
    assert {item.option: round(item.people, 3) for item in found().staff} == {"B": 0.117, "C": 0.092}


def test_that_a_delay_of_four_weeks_moves_the_crossover_to_month_45() -> None:
    assert found().delays == ()
    delays = {item.option: item for item in insights(week_value_usd=2_500).delays}
    assert delays["C"].lost_usd == 10_000
    assert delays["C"].crossover_months == pytest.approx(36.36, abs=0.01)
    assert delays["C"].crossover_with_delay == pytest.approx(45.45, abs=0.01)


def test_that_regret_is_zero_for_the_cheapest_of_each_state_and_its_choice_keeps_it_smallest() -> None:
    regret = found().regret
    assert regret is not None
    for state in range(3):
        assert min(rows[state] for rows in regret.by_option.values()) == 0
    assert regret.largest[regret.choice] == min(regret.largest.values())
    assert regret.by_option["C"][1] == 400


def test_that_the_bill_is_driven_by_the_volume_most_and_the_shares_stay_within_one() -> None:
    drivers = found().bills[0].drivers
    assert drivers[0].question == "requests_per_day"
    assert sum(item.first for item in drivers) == pytest.approx(1, abs=0.05)
    assert all(item.total >= item.first - 0.02 for item in drivers)


def test_that_the_break_even_says_what_it_holds_under_and_where_the_rule_of_thumb_lies() -> None:
    point = next(item for item in found().volumes if item.requests_per_day is not None)
    assert point.usd_request == pytest.approx(0.015)
    assert point.rule_of_thumb == "below the rule"
    assert "3,000 tokens in and 400 out" in point.holds_under
    assert "$0.015" in [cell for row in section("break-even").rows for cell in row]


def test_tv_3i_two_thousand_people_in_chat_ask_five_times_a_second_at_the_peak() -> None:
    row = insights(users=2_000, usage_profile="chat").capacity[0]
    assert (row.mean_per_s, row.peak_per_s) == pytest.approx((2.667, 5.333), abs=1e-3)
    # 76,800 requests in eight hours, against the 7,000 a day that were answered.
    assert row.volume_ratio == pytest.approx(76_800 / 7_000)
    offered = row.peak_per_s * row.service_s
    assert row.wait_chance == pytest.approx(erlang_c(offered, row.replicas * row.at_once))
    assert row.replicas_with_spare == row.replicas + 1
    assert row.load < 1
    assert "11 times the volume you gave" in section("capacity", changed(sample(), users=2_000)).answer


def test_that_without_people_the_wizards_volume_sets_the_load() -> None:
    row = found().capacity[0]
    assert row.mean_per_s == pytest.approx(7_000 / 86_400)
    assert row.peak_per_s == pytest.approx(2.5 * row.mean_per_s)
    assert row.volume_ratio is None


def test_tv_4g_to_4j_what_is_clean_in_the_sample_and_what_leaks() -> None:
    leak = found().leaks[0]
    assert leak.clean_share == pytest.approx(0.168, abs=5e-4)
    assert leak.hard_and_clean == pytest.approx(0.0336, abs=5e-5)
    month = 7_000 * 30.4375
    assert leak.leaks_month == pytest.approx(month * (1 - 0.7**5) * 0.2 * 0.02)
    assert leak.recall_for_one == pytest.approx(1 - 1 / (month * (1 - 0.7**5) * 0.2))
    talk = insights(passages=1, turns=4).leaks[0]
    assert talk.clean_in_conversation == pytest.approx(0.4433, abs=5e-5)


def test_tv_7e_the_blend_of_80_and_20_counts_as_one_and_a_half_vendors() -> None:
    vendors = {item.option: item for item in found().vendors}
    assert vendors["C"].hhi == pytest.approx(6_800)
    assert vendors["C"].effective == pytest.approx(1.47, abs=5e-3)
    assert vendors["C"].lost_share == pytest.approx(0.8)
    assert vendors["A"].effective == 1


def test_that_a_right_answer_worth_more_than_the_extra_cost_makes_the_upgrade_pay() -> None:
    first = found().upgrades[0]
    assert first.usd_per_right is not None and first.pays
    cheap = {"low": 0.0, "likely": first.usd_per_right * 0.9, "high": 1.0}
    assert not insights(error_cost_usd=cheap).upgrades[0].pays


def test_that_an_own_eval_decides_whether_the_upgrade_pays() -> None:
    equal = {
        model: Quality(80, 75, 85, "your eval", 100, "your eval")
        for model in ("meta/llama-4-scout", "anthropic/claude-sonnet-4-6")
    }
    told = options().insights(sample(), evidence=Evidence(equal, "your eval")).upgrades[0]
    assert told.usd_per_right is None and not told.pays and told.basis == "your eval"


def test_that_energy_is_a_range_with_its_basis_and_follows_the_grid() -> None:
    rows = {item.option: item for item in found().energy}
    for row in rows.values():
        assert row.kwh.low < row.kwh.likely < row.kwh.high
        assert row.kg_co2.likely == pytest.approx(0.4 * row.kwh.likely)
    assert "guess" in rows["A"].basis
    assert insights(grid_kg_per_kwh=0.05).energy[0].kg_co2.likely == pytest.approx(rows["A"].kg_co2.likely / 8)


def test_that_every_section_opens_with_a_sentence_and_has_a_rectangular_table() -> None:
    service = options()
    asked = changed(sample(), week_value_usd=2_500, users=2_000)
    made = service.sections(service.insights(asked), service.options(asked))
    assert [item.id for item in made] == [
        "acceptability", "second-opinion", "worth", "regret", "returns", "delay", "staff", "break-even", "bill",
        "upgrade", "leaks", "capacity", "vendors", "energy",
    ]  # fmt: skip
    for item in made:
        assert item.answer.endswith(".") and item.rows, item.id
        assert {len(row) for row in item.rows} == {len(item.columns)}, item.id
        assert "nan" not in " ".join((item.answer, *(cell for row in item.rows for cell in row))).lower(), item.id


def test_that_the_central_weights_say_whom_each_option_suits() -> None:
    """The mean weights of the draws an option wins (methods.md 1.6): A has the lowest set-up, B keeps all data."""
    service = options()
    made = service.insights(sample())
    note = service.sections(made, service.options(sample()))[0].note
    central = made.acceptances[0].central
    assert max(central["A"], key=lambda name: central["A"][name]) == "setup_usd"
    assert f"A suits those to whom “Set-up cost” counts most, {central['A']['setup_usd'] * 100:.0f} % of the" in note
    assert "B suits those to whom “Privacy beyond the limit” counts most" in note


def test_that_one_option_or_none_leaves_out_what_compares() -> None:
    service = options()
    alone = replace(sample(), options=sample().options[:1])
    made = service.insights(alone)
    assert made.opinions == () and made.acceptances == () and made.worth is None and made.regret is None
    assert {item.id for item in service.sections(made, service.options(alone))} <= {
        "bill", "vendors", "energy", "break-even", "capacity",
    }  # fmt: skip
    nobody = scenario(monthly_cap_usd=0, tasks=["text-to-speech", "code"])
    assert all(not getattr(service.insights(nobody), part.name) for part in fields(Insights))


def test_that_identical_options_share_everything_and_regret_nothing() -> None:
    twin = replace(sample().options[0], id="A2")
    both = replace(sample(), options=(sample().options[0], twin))
    made = options().insights(both)
    assert all(item.share["A"] == pytest.approx(item.share["A2"], abs=0.02) for item in made.acceptances)
    assert made.regret is not None and set(made.regret.largest.values()) == {0}


def test_that_the_shape_for_json_holds_no_nan_and_no_infinity() -> None:
    text = json.dumps(insights_shape(insights(week_value_usd=2_500, users=2_000)), allow_nan=False)
    assert '"opinions"' in text and '"energy"' in text


FIGURE = st.floats(0, 1e6).map(lambda value: Figure(Estimate.exact(value), Origin.YOURS))


@settings(max_examples=10)
@given(st.lists(st.tuples(FIGURE, FIGURE), min_size=1, max_size=4), st.integers(1, 60))
def test_that_any_costs_give_insights_without_nan(costs: list[tuple[Figure, Figure]], months: int) -> None:
    first = sample().options[0]
    drafts = tuple(
        replace(first, id=f"O{k}", figures={**first.figures, "setup_usd": setup, "monthly_usd": monthly})
        for k, (setup, monthly) in enumerate(costs)
    )
    asked = replace(changed(sample(), horizon_months=months), options=drafts)
    service = options()
    made = service.insights(asked)
    json.dumps(insights_shape(made), allow_nan=False)
    for share in (item.share for item in made.acceptances):
        assert sum(share.values()) == pytest.approx(1)
        assert not any(math.isnan(value) for value in share.values())
    service.sections(made, service.options(asked))


def fleet_usd(fleet: FleetCost, volume: float) -> float:
    copies = max(fleet.smallest_replicas, math.ceil(volume / fleet.requests_per_day_of_replica - 1e-9))
    return copies * fleet.replica_usd_month + fleet.fixed_usd_month


def test_that_the_break_even_chart_says_which_line_is_which_and_takes_the_best_servers_at_each_volume() -> None:
    """What is cheapest at today's volume is not cheapest at twenty times of it."""
    charts = options().insight_charts(found(), options().options(sample()), 7_000)
    lines = {line.label: line for line in charts["break-even"].series if isinstance(line, Line)}
    assert set(lines) == {"API", "own servers"} and all(line.labelled for line in lines.values())
    first = min(found().volumes, key=lambda item: item.requests_per_day or math.inf)
    own = lines["own servers"]
    best = [min(first.fleets, key=lambda fleet: fleet_usd(fleet, volume)) for volume in own.xs]
    assert list(own.ys) == pytest.approx([fleet_usd(fleet, v) for fleet, v in zip(best, own.xs, strict=True)])
    assert len({fleet.name for fleet in best}) > 1


@pytest.mark.parametrize(
    ("one", "everything", "words"),
    [
        (900.0, 1500.0, "Knowing A's monthly bill first is worth up to $900, and knowing everything $1,500: a pilot"),
        (20.0, 240.0, "Knowing one figure alone first is worth nothing, knowing everything up to $200."),
        (0.0, 10.0, "Knowing the costs better first would change nothing."),
    ],
)
def test_that_no_pilot_is_advised_where_knowing_is_worth_nothing(one: float, everything: float, words: str) -> None:
    known = InputWorth("A", "monthly_usd", one, 0.5)
    said = insight_words._worth(Worth("A", "B", 36, 0.97, -1000.0, 100.0, everything, (known,)))
    assert said is not None and words in said.answer


def test_that_an_option_that_is_always_cheapest_is_called_so() -> None:
    regret = Regret(("low", "high"), {"A": (0.0, 0.0), "B": (5.0, 9.0)}, {"A": 0.0, "B": 9.0}, "A")
    said = insight_words._regret(regret, options().options(sample()))
    assert said is not None
    assert said.answer == "With all costs low, all as likely or all high, no option costs less than A."


def test_that_the_regret_of_the_sample_claims_only_the_three_states_it_looked_at() -> None:
    said = section("regret")
    assert said.answer == "With all costs low, all as likely or all high, A is at most $3,400 above the cheapest."
    assert "Where one comes low and another high, the gap is wider." in said.note


def test_that_a_dearer_set_up_that_never_comes_back_earns_nothing() -> None:
    short = [replace(item, yearly=-0.1) for item in found().returns]
    said = insight_words._returns(short)
    assert said is not None and said.answer == "No dearer set-up has come back after 60 months."
    assert {row[-1] for row in said.rows} == {"−10.0 %"}


def test_that_a_bill_that_grows_has_no_one_rate_of_return() -> None:
    assert found().returns and not insights(growth_per_month=-0.05).returns


def test_that_what_a_right_answer_is_worth_is_called_assumed_until_the_person_says() -> None:
    answers = {name: value for name, value in sample().answers.items() if name != "error_cost_usd"}
    assert "you say $2.00, so it pays" in section("upgrade").answer
    assumed = section("upgrade", replace(sample(), answers=answers))
    assert "$1.00 is assumed until you say, so it pays" in assumed.answer
    assert assumed.columns[-1] == "assumed"


def test_that_the_only_uncertain_figure_of_a_bill_makes_all_of_its_uncertainty() -> None:
    one = insights(tokens_in=500, tokens_out=150).bills[0].drivers
    assert [(driver.question, driver.first, driver.total) for driver in one] == [("requests_per_day", 1.0, 1.0)]
    assert all(driver.first <= driver.total <= 1 for bill in found().bills for driver in bill.drivers)


def test_that_no_staff_is_reckoned_where_nothing_runs_on_own_servers_or_nobody_would_do() -> None:
    dear, cheap = sample().options[0], replace(sample().options[2], data_flow=DataFlow.ALL_LEAVES)
    assert options().insights(replace(sample(), options=(dear, cheap))).staff == ()
    assert insights(staff_month_usd=10_000_000).staff == ()
    assert not any("full-time" in note for note in options().options(changed(sample(), staff_month_usd=1e7)).notes)


def test_that_servers_that_stand_in_for_those_an_option_names_are_called_so() -> None:
    stands_in = "Where an option names other servers, these are the cheapest that fit."
    assert stands_in in section("capacity").note
    proposed = replace(sample(), options=())
    assert options().insights(proposed).capacity and stands_in not in section("capacity", proposed).note


def test_that_the_break_even_says_against_which_offer() -> None:
    assert section("break-even").answer.startswith(
        "Own servers cost less than Claude Sonnet 4.6 at Claude API from 4,300 requests a day on"
    )


def test_that_what_leaves_is_told_apart_where_one_model_is_run_here_and_asked_there() -> None:
    blend = sample().options[2]
    here, there = blend.models
    twice = replace(blend, models=(here, replace(there, model_id=here.model_id, offer="openrouter")))
    made = options().insights(replace(sample(), options=(*sample().options[:2], twice)))
    assert [item.planned_share for item in made.leaks] == [pytest.approx(0.2)]
