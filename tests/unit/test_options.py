"""The sample's options against the test vectors of methods.md (TV-1c to TV-1i, TV-2e to TV-2g)."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from workbench.analysis.chartspec import Bars, Marker
from workbench.analysis.option_flips import just_beyond
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Evidence, Quality
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.insight import span_of
from workbench.domain.option import DataFlow, Option, OptionDraft, OptionSet, Strategy, Technique
from workbench.domain.scenario import Scenario

from matching_values import changed, options, sample, scenario


@cache
def found() -> OptionSet:
    return options().options(sample())


def option(option_id: str, within: OptionSet | None = None) -> Option:
    chosen = (within or found()).option(option_id)
    assert chosen is not None
    return chosen


def with_figure(base: Scenario, option_id: str, name: str, value: float, origin: Origin = Origin.YOURS) -> Scenario:
    figure = Figure(Estimate.exact(value), origin, "test")
    drafts = [replace(d, figures={**d.figures, name: figure}) if d.id == option_id else d for d in base.options]
    return replace(base, options=tuple(drafts))


@pytest.mark.parametrize(("option_id", "score"), [("A", 0.4250), ("B", 0.6529), ("C", 0.6681)])
def test_that_the_scores_are_those_of_tv_1d_and_the_contributions_add_up(option_id: str, score: float) -> None:
    assert option(option_id).score == pytest.approx(score, abs=5e-5)
    assert sum(option(option_id).contributions.values()) == pytest.approx(option(option_id).score)


def test_that_values_are_those_of_tv_1c() -> None:
    weights = {"setup_usd": 30, "monthly_usd": 50, "privacy": 100, "weeks": 50, "quality": 70, "independence": 40}
    expected = {
        "A": (0.85, 0.2667, 0, 0.8333, 0.8, 0.2),
        "B": (0.2, 0.7333, 1, 0.1667, 0.5, 0.9),
        "C": (0.45, 0.6333, 0.8, 0.5, 0.7, 0.7),
    }
    for option_id, values in expected.items():
        got = [option(option_id).contributions[name] * 340 / points for name, points in weights.items()]
        assert got == pytest.approx(values, abs=5e-5)


def test_that_the_two_limits_leave_exactly_c_and_carry_the_decision() -> None:
    """TV-1e."""
    assert [r.rule for r in option("A").excluded_by] == ["R0.1"]
    assert [r.rule for r in option("B").excluded_by] == ["R2.3"]
    assert option("C").excluded_by == ()
    assert (found().recommendation.option, found().recommendation.because) == ("C", "constraints")
    words = found().recommendation.sentence + found().recommendation.detail
    assert "only option inside your limits" in words and "0.668 to 0.653" in words


def test_that_the_flips_of_c_are_those_of_tv_1i() -> None:
    flips = {(flip.option, flip.input): flip for flip in found().flips}
    raw = {"monthly_usd": 2410, "weeks": 11.24, "setup_usd": 72_222.22, "privacy": 74.83, "quality": 81.31}
    for name, at in raw.items():
        assert flips["C", name].at == pytest.approx(at, rel=1e-3)
        assert flips["C", name].winner == "B"
    weights = {
        "privacy": (0.2941, 0.3440), "monthly_usd": (0.1471, 0.2596), "quality": (0.2059, 0.1406),
        "weeks": (0.1471, 0.1063), "setup_usd": (0.0882, 0.0292), "independence": (0.1176, 0.1800),
    }  # fmt: skip
    for name, (now, at) in weights.items():
        flip = flips["", f"weight.{name}"]
        assert (flip.now, flip.at) == pytest.approx((now, at), abs=5e-5)
    assert flips["C", "monthly_usd"].text == (
        "If C costs more than $2,410 a month, B leads by score but stays outside your limits."
    )


def test_that_a_flip_says_what_really_happens_to_an_option_outside_the_limits() -> None:
    """B needs 14 weeks and 12 are allowed: whatever C costs, B is not the option to take; with 20 weeks it is."""
    beyond = options().what_if(sample(), {"C.monthly_usd": 2_420})
    assert option("B", beyond).score > option("C", beyond).score and beyond.recommendation.option == "C"
    rival = next(f for f in found().flips if (f.option, f.input) == ("B", "monthly_usd"))
    assert rival.text.endswith("it would lead by score but stay outside your limits.") and rival.stays_out
    later = options().options(changed(sample(), weeks_limit=20))
    flip = next(f for f in later.flips if (f.option, f.input) == ("C", "monthly_usd"))
    assert flip.text == "If C costs more than $2,410 a month, B leads." and not flip.stays_out
    after = options().what_if(changed(sample(), weeks_limit=20), {"C.monthly_usd": 2_420})
    assert after.recommendation.option == "B"


def test_that_a_figure_that_breaks_a_limit_first_changes_the_mind_there() -> None:
    tight = changed(sample(), monthly_cap_usd=2_300)
    flip = next(f for f in options().options(tight).flips if (f.option, f.input) == ("C", "monthly_usd"))
    assert (flip.at, flip.winner) == (2_300, "")
    assert flip.text == "If C costs more than $2,300 a month, it breaks your limit and no option is left."
    assert options().what_if(tight, {"C.monthly_usd": 2_301}).recommendation.option == ""
    both = changed(tight, weeks_limit=20)
    flip = next(f for f in options().options(both).flips if (f.option, f.input) == ("C", "monthly_usd"))
    assert flip.text == "If C costs more than $2,300 a month, it breaks your limit and B leads."
    assert options().what_if(both, {"C.monthly_usd": 2_301}).recommendation.option == "B"


@pytest.mark.parametrize("weeks", [12, 13.5, 20])
def test_that_every_flip_on_a_figure_keeps_its_word(weeks: float) -> None:
    asked = changed(sample(), weeks_limit=weeks)
    base = options().options(asked)
    for flip in base.flips:
        if not flip.option:
            continue
        beyond = flip.at + (flip.at - flip.now) * 1e-6
        after = options().what_if(asked, {f"{flip.option}.{flip.input}": beyond})
        taken = base.recommendation.option if flip.stays_out else flip.winner
        assert after.recommendation.option == taken, flip.text


def test_that_what_a_flip_asks_of_a_rival_or_a_weight_is_enough_as_it_is_written() -> None:
    """B draws level at 12.76 weeks and at a weight of 34.4 %: "12.8" and "34 %" would promise too much."""
    texts = {(flip.option, flip.input): flip.text for flip in found().flips}
    assert texts["B", "weeks"].startswith("If B took 12.7 weeks instead of 14, it would lead by score")
    assert "counted 2.9 % instead of 8.8 %" in texts["", "weight.setup_usd"]
    for flip in found().flips:
        said = re.search(r"(?:reached|cost|took|counted) \$?([\d.,]+)", flip.text)
        if said is None:
            continue
        value = float(said[1].rstrip(",").replace(",", ""))
        if flip.option:
            changes = {f"{flip.option}.{flip.input}": value}
        else:
            others = sum(c.points for c in found().criteria if f"weight.{c.id}" != flip.input)
            changes = {flip.input: value / (100 - value) * others}
        after = options().what_if(sample(), changes)
        assert option(flip.winner, after).score > option("C", after).score, flip.text


def test_that_a_weight_that_lets_an_option_lead_does_not_let_it_in() -> None:
    flip = next(f for f in found().flips if f.input == "weight.privacy")
    assert flip.text.endswith("B would lead by score but stay outside your limits.") and flip.stays_out
    later = options().options(changed(sample(), weeks_limit=20))
    flip = next(f for f in later.flips if f.input == "weight.privacy")
    assert flip.text.endswith("B would lead by score.") and not flip.stays_out


def test_that_a_flip_is_where_the_lead_changes() -> None:
    service = options()
    for name, at, step in (("monthly_usd", 2410.0, 1.0), ("weeks", 11.24, 0.01), ("quality", 81.3095, -0.01)):
        before = service.options(with_figure(sample(), "C", name, at - step))
        after = service.options(with_figure(sample(), "C", name, at + step))
        assert option("C", before).score > option("B", before).score
        assert option("C", after).score < option("B", after).score


def test_that_the_draws_with_the_ranking_known_are_those_of_tv_1k() -> None:
    chances = [option(option_id).best_probability for option_id in "ABC"]
    assert chances == pytest.approx((0, 0.391, 0.609), abs=0.02)


def test_that_costs_over_time_are_those_of_tv_2e() -> None:
    years = {
        12: (53_400, 101_600, 80_200), 24: (91_800, 123_200, 105_400), 36: (130_200, 144_800, 130_600),
        48: (168_600, 166_400, 155_800), 60: (207_000, 188_000, 181_000),
    }  # fmt: skip
    for months, costs in years.items():
        assert [option(o).tco_usd[months] for o in "ABC"] == pytest.approx(costs)
    later = [option(o).tco_discounted_usd[36] for o in "ABC"]
    assert later == pytest.approx((117_538.66, 137_678.00, 122_291.00), abs=0.01)


def test_that_the_crossovers_are_those_of_tv_2f() -> None:
    months = {(c.a, c.b): (c.months, c.months_discounted) for c in found().crossovers}
    assert months["A", "C"] == pytest.approx((36.36, 41.56), abs=5e-3)
    assert months["A", "B"] == pytest.approx((46.43, 55.33), abs=5e-3)
    assert months["C", "B"] == pytest.approx((83.33, 119.79), abs=1e-2)


def test_that_the_ratios_of_tv_2g_follow_from_what_a_later_year_costs() -> None:
    year = {o: option(o).tco_usd[36] - option(o).tco_usd[24] for o in "ABC"}
    assert 1 - year["C"] / year["A"] == pytest.approx(0.34375)
    assert 1 - year["B"] / year["A"] == pytest.approx(0.4375)


def test_that_the_notes_say_what_the_table_hides() -> None:
    notes = " ".join(found().notes)
    assert "A is $400 cheaper than C; C has caught up in month 37 (42 at 8 % a year)" in notes
    assert "0.09 of a full-time operator erases C's saving" in notes
    assert "0.12 of a full-time operator erases B's saving" in notes
    assert "about 17 % of requests are clean" in notes
    assert "two stacks" in notes and "worth up to about $8,400" in notes


def test_that_equal_points_are_named_when_their_order_decides() -> None:
    assert any("equal points" in note and "B would be best" in note for note in found().notes)


def test_that_entered_figures_win_and_stay_marked_as_yours() -> None:
    mine = options().options(with_figure(sample(), "C", "monthly_usd", 1_999))
    figure = option("C", mine).figures["monthly_usd"]
    assert (figure.likely, figure.origin) == (1_999, Origin.YOURS)


def test_that_without_an_entry_the_figure_is_computed_and_says_how() -> None:
    bare = replace(sample(), options=tuple(replace(draft, figures={}) for draft in sample().options))
    figures = option("A", options().options(bare)).figures
    assert figures["setup_usd"].value == Estimate(8_000, 15_000, 30_000)
    assert figures["setup_usd"].origin is Origin.ASSUMED and "retrieval" in figures["setup_usd"].source
    assert figures["weeks"].likely == 6
    # 7,000 requests a day of 3,000 tokens in and 400 out at $3/$15: $0.015 each.
    assert figures["monthly_usd"].likely == pytest.approx(7_000 * 30.4375 * 0.015)
    assert figures["monthly_usd"].origin is Origin.COMPUTED
    assert (figures["privacy"].likely, figures["independence"].likely) == (0, 20)
    blend = option("C", options().options(bare)).figures
    assert blend["privacy"].likely == pytest.approx(80)
    assert blend["setup_usd"].likely == pytest.approx(10_000 + 5_000 + 0.7 * 30_000 + 10_000)


def test_that_an_assumed_quality_yields_to_an_own_eval_and_an_entered_one_does_not() -> None:
    model = sample().options[0].models[0].model_id
    evidence = Evidence({model: Quality(71, 66, 76, "your eval", 150, "your eval of today")}, "your eval of today")
    measured = option("A", options().options(sample(), evidence=evidence))
    assert measured.figures["quality"].likely == 71 and measured.figures["quality"].origin is Origin.MEASURED
    assert "R2.2" in {reason.rule for reason in measured.excluded_by}
    entered = with_figure(sample(), "A", "quality", 88)
    assert option("A", options().options(entered, evidence=evidence)).figures["quality"].likely == 88


def test_that_an_unknown_figure_is_missing_and_leaves_the_score_open() -> None:
    draft = replace(sample().options[0], models=(), figures={})
    alone = option("A", options().options(replace(sample(), options=(draft,))))
    assert {"monthly_usd", "quality", "independence"}.isdisjoint(alone.figures)
    assert alone.tco_usd == {} and alone.cheapest_probability is None
    assert alone.score_high - alone.score_low > 0.4


def test_that_local_only_data_excludes_every_option_that_sends_anything_out() -> None:
    strict = options().options(changed(sample(), third_party="forbidden"))
    assert [o.id for o in strict.options if "R0.1" in {r.rule for r in o.excluded_by}] == ["A", "C"]
    loose = options().options(changed(sample(), sensitivity="internal", third_party="free"))
    assert option("A", loose).excluded_by == ()


@pytest.mark.parametrize(
    ("answers", "because", "chosen"),
    [
        ({"weeks_limit": 14}, "score", "C"),
        ({"third_party": "contract", "papers": ["dpa", "sub-processors", "no-training"], "weeks_limit": 9},
         "constraints", "A"),
        ({"weeks_limit": 8, "third_party": "sensitive-stays"}, "constraints", ""),
        ({"third_party": "contract", "papers": ["dpa", "sub-processors", "no-training"], "setup_cap_usd": 60_000,
          "monthly_cap_usd": 2_000}, "constraints", ""),
    ],
)  # fmt: skip
def test_that_the_recommendation_says_whether_limits_or_score_carried_it(answers, because, chosen) -> None:
    result = options().options(changed(sample(), **answers)).recommendation
    assert (result.because, result.option) == (because, chosen)


def test_that_both_carry_it_when_the_best_score_is_out_and_a_choice_remains() -> None:
    """B scores best here but takes 14 weeks; A and C remain and the score chooses C."""
    base = changed(sample(), third_party="contract", papers=["dpa", "sub-processors", "no-training"])
    result = options().options(with_figure(base, "B", "quality", 95)).recommendation
    assert (result.because, result.option) == ("both", "C")


def test_that_a_limit_whose_loosening_changes_the_choice_is_named() -> None:
    base = with_figure(sample(), "B", "quality", 95)
    flips = options().options(base).flips
    flip = next(flip for flip in flips if flip.input == "weeks_limit")
    assert (flip.now, flip.at, flip.winner) == (12, 14, "B")
    assert flip.text == "If you allowed 14 weeks, B would be inside your limits and lead."


def test_that_a_rival_that_leads_already_has_no_flip() -> None:
    flips = options().options(with_figure(sample(), "B", "quality", 95)).flips
    assert all(flip.winner != "B" or flip.input == "weeks_limit" for flip in flips)


def test_that_a_joke_option_never_changes_the_order_of_the_others() -> None:
    """No rank reversal (methods.md 1.4)."""
    worst = {name: Figure(Estimate.exact(value), Origin.YOURS) for name, value in
             {"setup_usd": 9e4, "monthly_usd": 3_900, "weeks": 15, "quality": 51, "privacy": 1, "independence": 1}
             .items()}  # fmt: skip
    joke = replace(sample().options[0], id="J", figures=worst)
    more = options().options(replace(sample(), options=(*sample().options, joke)))
    assert [option(o, more).score for o in "ABC"] == pytest.approx([option(o).score for o in "ABC"])


def test_that_growth_bends_what_a_bought_option_costs_and_not_own_servers() -> None:
    growing = options().options(changed(sample(), growth_per_month=0.02))
    assert option("A", growing).tco_usd[36] > 130_200
    assert option("B", growing).tco_usd[36] == pytest.approx(144_800)


def test_that_of_a_blend_only_what_its_api_part_costs_at_its_own_price_grows() -> None:
    """methods.md 2.2: a fifth of A's bill, $640, grows, and not a fifth of C's own bill, $420."""
    for growth, month in ((0.02, 23), (0.05, 17), (0.10, 13)):
        growing = options().options(changed(sample(), growth_per_month=growth))
        assert option("C", growing).usage_usd_month == pytest.approx(640, rel=0.002)
        cross = next(c for c in growing.crossovers if (c.a, c.b) == ("A", "C"))
        assert cross.months == month
    assert option("A").usage_usd_month == 3_200 and option("B").usage_usd_month == 0


@pytest.mark.parametrize("growth", [0.0, 0.02, 0.05, -0.02])
def test_that_a_crossover_lies_where_the_totals_cross(growth: float) -> None:
    for cross in options().options(changed(sample(), growth_per_month=growth, horizon_months=60)).crossovers:
        for months in (1, 12, 36, 60):
            at = options().options(changed(sample(), growth_per_month=growth, horizon_months=months))
            caught_up = option(cross.b, at).tco_usd[months] <= option(cross.a, at).tco_usd[months] + 1e-6
            assert caught_up == (cross.months is not None and cross.months <= months)


def test_that_growth_counts_in_who_is_cheapest_and_in_the_notes() -> None:
    growing = options().options(changed(sample(), growth_per_month=0.05))
    chance = option("A", growing).cheapest_probability
    assert chance is not None and chance < 0.05
    note = next(note for note in growing.notes if note.startswith("Over 36 months"))
    assert note.startswith("Over 36 months B is $") and note.endswith(" cheaper than C.")


def test_that_options_of_the_same_cost_are_not_called_cheapest() -> None:
    twice = replace(sample(), options=tuple(replace(sample().options[2], id=id) for id in ("X", "Y")))
    notes = options().options(twice).notes
    assert any("no option costs less than X" in note for note in notes)
    assert not any("costs least" in note for note in notes)


def test_that_proposals_are_a_buy_a_build_and_a_blend_with_free_ids() -> None:
    drafts = options().propose(changed(sample(), sensitive_share=0.1))
    assert [d.strategy for d in drafts] == [Strategy.BUY, Strategy.BUILD, Strategy.BLEND]
    assert [d.id for d in drafts] == ["D", "E", "F"]
    assert all(d.proposed and d.technique is Technique.RAG for d in drafts)
    assert [d.data_flow for d in drafts] == [DataFlow.ALL_LEAVES, DataFlow.NOTHING_LEAVES, DataFlow.CLEAN_LEAVES]
    weak, strong = drafts[2].models
    assert weak.offer.startswith("self-host")
    # methods.md 4.3: 20 % hard times the 59 % of requests whose five passages are all clean (TV-4g).
    assert strong.share == pytest.approx(0.12) and weak.share == pytest.approx(0.88)


def test_that_a_blend_is_proposed_only_where_enough_requests_are_both_hard_and_clean() -> None:
    """S3: hard times clean, at least 5 % of the traffic; in the sample 20 % times 17 % are 3 %."""
    assert [d.strategy for d in options().propose(sample())] == [Strategy.BUY, Strategy.BUILD]
    proposed = options().options(replace(sample(), options=()))
    assert any("only 3 % are hard and clean" in note for note in proposed.notes)
    assert not any("No blend" in note for note in found().notes), "the scenario has a blend of its own"
    more = options().propose(changed(sample(), hard_share=0.4))
    assert more[2].models[1].share == pytest.approx(0.07)


def test_that_a_scenario_without_options_compares_the_proposed_ones() -> None:
    result = options().options(changed(replace(sample(), options=()), sensitive_share=0.1))
    assert [o.id for o in result.options] == ["A", "B", "C"]
    assert {"R0.1"} == {r.rule for r in option("A", result).excluded_by}
    for item in result.options:
        for name, figure in item.figures.items():
            assert figure.source and figure.origin is not Origin.YOURS, name


def test_that_local_only_data_proposes_no_blend_and_keeps_the_bought_one_to_show_its_price() -> None:
    """Conflict 1 of methods.md: the best open model, with the gap to the best hosted one beside it."""
    result = options().options(scenario(third_party="forbidden", priority="quality"))
    assert [o.draft.strategy for o in result.options] == [Strategy.BUY, Strategy.BUILD]
    assert result.recommendation.option == "B"
    bought, built = result.options
    assert bought.figures["quality"].likely > built.figures["quality"].likely


def test_that_public_data_needs_no_retrieval() -> None:
    assert options().options(scenario(sensitivity="public", third_party=None)).adaptation.technique is Technique.PROMPT
    assert found().adaptation.technique is Technique.RAG


def test_that_the_name_of_a_model_keeps_its_capital_where_it_says_why_an_option_is_out() -> None:
    papers = options().options(changed(sample(), third_party="contract")).recommendation.detail
    assert "A is out: Claude Sonnet 4.6: Confidential data needs" in papers and "B is out: needs 14 weeks" in papers


def test_that_no_weight_lets_an_option_lead_that_another_beats_or_equals_everywhere() -> None:
    free = with_figure(replace(sample(), options=sample().options[2:]), "C", "monthly_usd", 1_500)
    both = replace(free, options=(*free.options, replace(sample().options[2], id="D")))
    assert {(flip.input, flip.winner) for flip in options().options(both).flips if flip.option == ""} == set()


def test_that_a_flip_is_tried_on_its_far_side_also_where_the_figure_stands_at_its_limit() -> None:
    assert just_beyond("weeks", 4, 4) == 4.1 and just_beyond("monthly_usd", 2_100, 2_410.2) == 2_411
    assert just_beyond("quality", 85, 81.31) == 81.3
    twin = replace(sample(), options=(sample().options[2], replace(sample().options[2], id="D")))
    nearly = with_figure(with_figure(twin, "D", "quality", 85.001), "D", "monthly_usd", 3_000)
    assert not any(flip.input == "weight.quality" for flip in options().options(nearly).flips)


def test_that_an_option_leads_by_score_only_where_it_is_ahead_of_every_other() -> None:
    """By quality alone A is first, though out: B overtaking C does not put B first."""
    points = tuple(replace(item, points=100 if item.id == "quality" else 0) for item in sample().criteria)
    result = options().options(replace(sample(), criteria=points))
    assert result.recommendation.option == "C" and max(result.options, key=lambda item: item.score).id == "A"
    told = {(flip.input, flip.option) for flip in result.flips}
    assert ("quality", "C") not in told and ("quality", "B") not in told


def test_that_options_that_score_the_same_are_called_level() -> None:
    twins = (sample().options[2], replace(sample().options[2], id="D"))
    advice = options().options(replace(sample(), options=twins)).recommendation
    assert advice.sentence == "C, the blend option, scores as well as any, and it is inside your limits."
    assert advice.detail == "On points alone C and D are level (0.668)."


def test_that_a_blend_of_two_providers_has_no_servers_of_its_own() -> None:
    result = options().options(scenario(quality_target=60))
    blend = next(item for item in result.options if item.draft.strategy is Strategy.BLEND)
    assert all(not role.offer.startswith("self-host") for role in blend.draft.models)
    assert f"{blend.id} depends on 2 providers at once." in result.notes
    assert "C keeps two stacks on call: own servers and an API." in found().notes


def test_that_growth_is_in_the_tornado_and_in_what_knowing_is_worth() -> None:
    grown = options().options(changed(sample(), growth_per_month=0.005))
    a, c = option("A", grown), option("C", grown)
    bars = options().charts(grown)["tornado"].series[0]
    assert isinstance(bars, Bars) and bars.base == pytest.approx(c.tco_usd[36] - a.tco_usd[36])
    assert (bars.low_label, bars.high_label) == ("C gains", "A gains")
    assert "What APIs are paid grows with your volume, by 0.5 % a month; own servers are taken as they are." in (
        grown.notes
    )
    assert not any(note.startswith("What APIs are paid") for note in found().notes)
    said = next(note for note in grown.notes if note.startswith("Knowing"))
    behind = options().insights(changed(sample(), growth_per_month=0.005), found=grown).worth
    assert behind is not None and f"${round(behind.inputs[0].worth_usd, -2):,.0f}" in said


def test_that_knowing_the_bill_of_an_option_outside_the_limits_is_worth_something_only_if_they_are_lifted() -> None:
    said = next(note for note in found().notes if note.startswith("Knowing"))
    assert said == (
        "Knowing A's monthly bill before choosing on cost is worth up to about $8,400: a pilot that costs less pays, "
        "if you would lift the limits that keep A out."
    )
    free = options().options(changed(sample(), third_party="free", sensitivity="internal")).notes
    assert any(note.startswith("Knowing") and note.endswith("pays.") for note in free)


def test_that_a_break_even_says_where_the_volume_of_today_lies() -> None:
    first = found().breakevens[0]
    assert first.offer == "anthropic/claude-sonnet-4-6@anthropic" and first.self_host.startswith("meta/llama-4-scout@")
    assert first.requests_per_day is not None and first.requests_per_day < 7_000
    assert "you are above that with 7,000" in first.text
    never = found().breakevens[1]
    assert "NVIDIA B200" in never.text and never.self_host == "meta/llama-4-scout@self-host:nvidia-b200x1"
    staffed = options().options(changed(sample(), staff_fte=1)).breakevens[0]
    assert staffed.requests_per_day > 7_000 and "you are below that" in staffed.text


def test_that_what_if_changes_answers_weights_and_figures_and_stores_nothing() -> None:
    service = options()
    result = service.what_if(sample(), {"C.monthly_usd": 2_500, "weeks_limit": 20, "weight.privacy": 0})
    assert option("C", result).figures["monthly_usd"].likely == 2_500
    assert option("B", result).excluded_by == ()
    assert option("C", result).contributions["privacy"] == 0
    assert option("C").figures["monthly_usd"].likely == 2_100


@pytest.mark.parametrize("key", ["D.monthly_usd", "C.colour", "weight.colour", "colour"])
def test_that_what_if_refuses_a_key_that_names_nothing(key: str) -> None:
    with pytest.raises(WorkbenchError):
        options().what_if(sample(), {key: 1})


def test_that_the_tornado_is_that_of_methods_md() -> None:
    rows = {row[0]: row[1:] for row in options().charts(found())["tornado"].rows}
    assert rows["A's running cost"] == ("$20,041", "−$37,605")
    assert rows["C's set-up"] == ("−$7,790", "$16,438")


def test_that_the_tornado_can_be_drawn_against_each_other_option_the_bought_one_first() -> None:
    charts = options().charts(found())
    assert charts["tornado"] == charts["tornado/A"]
    assert charts["tornado/B"].title == "What moves C against B"
    assert {row[0][0] for row in charts["tornado/B"].rows} == {"B", "C"}
    pair = replace(sample(), options=sample().options[1:])
    assert set(options().charts(options().options(pair))) == {"cumulative", "tornado", "contributions"}


def test_that_two_scores_are_told_apart_by_their_digits() -> None:
    at = next(flip.at for flip in found().flips if (flip.option, flip.input) == ("C", "monthly_usd"))
    just_beyond = options().what_if(sample(), {"C.monthly_usd": at + 1})
    first, second = re.search(r"would lead \(([0-9.]+) to ([0-9.]+)\)", just_beyond.recommendation.detail).groups()
    assert float(first) > float(second)


def test_that_the_share_of_draws_is_said_with_the_least_and_the_most_of_what_may_be_known() -> None:
    draws = options().acceptances(found())
    assert span_of(draws, "C") == pytest.approx((0.478, 0.92), abs=0.02)
    low, high = span_of(draws, "B") or (0.0, 0.0)
    assert low < next(o for o in found().options if o.id == "B").best_probability < high
    assert span_of((), "C") is None


def test_that_the_least_weight_to_move_is_that_of_tv_1i() -> None:
    note = next(note for note in found().notes if "of the weight moved" in note)
    assert note.startswith(
        "2.8 % of the weight moved from “Time to market” to “Independence of one vendor” draws B level"
    )


def test_that_the_charts_have_a_table_twin_and_words() -> None:
    charts = options().charts(found())
    assert set(charts) == {"cumulative", "tornado", "tornado/A", "tornado/B", "contributions"}
    for chart in charts.values():
        assert chart.rows and chart.title and chart.description and not chart.is_empty
    assert any("month 37" in getattr(s, "label", "") for s in charts["cumulative"].series)


def test_that_one_option_alone_can_be_shown() -> None:
    alone = options().options(replace(sample(), options=sample().options[2:]))
    assert alone.recommendation.option == "C" and alone.crossovers == () and alone.flips == ()
    assert "tornado" not in options().charts(alone)


def test_that_no_option_at_all_can_be_shown() -> None:
    impossible = changed(replace(sample(), options=()), tasks=["search"], input_modalities=["video"], licence="any")
    result = options().options(replace(impossible, answers={**impossible.answers, "output_modalities": ["audio"]}))
    assert result.options == () and result.recommendation.option == ""
    assert options().charts(result) == {}


def test_that_fine_tuning_a_hosted_model_that_cannot_be_tuned_excludes_the_option() -> None:
    """Conflict 8 of methods.md."""
    tuned = replace(sample().options[0], technique=Technique.FINE_TUNING)
    own = replace(sample().options[1], technique=Technique.FINE_TUNING)
    result = options().options(replace(sample(), options=(tuned, own)))
    about_tuning = {o.id: [r for r in o.reasons if r.rule == "R1.7"] for o in result.options}
    assert about_tuning["A"] and about_tuning["B"] == []


def test_that_an_option_late_only_is_offered_as_a_second_stage_when_the_data_permits() -> None:
    """Conflict 7 of methods.md."""
    free = changed(sample(), sensitivity="internal", third_party="free", weeks_limit=8)
    assert any(note.startswith("In stages: A can be live in 6 weeks, and C") for note in options().options(free).notes)
    kept_here = options().options(changed(sample(), weeks_limit=8))
    assert not any(note.startswith("In stages") for note in kept_here.notes)


def test_that_a_blend_with_hardly_any_clean_request_is_called_not_worth_it() -> None:
    """Conflict 11 of methods.md."""
    notes = options().options(changed(sample(), sensitive_share=0.6)).notes
    assert any("too few for a second stack" in note for note in notes)


@pytest.mark.parametrize("bar", ["no limit", 70])
def test_that_a_proposal_has_a_score_where_any_model_that_fits_has_one(bar: object) -> None:
    result = options().options(scenario(third_party="forbidden", quality_target=bar, priority="cost"))
    assert all("quality" in item.figures for item in result.options)
    said = "You set no quality bar: the proposals weigh quality and cost by your points."
    assert (said in result.notes) == (bar == "no limit")
    kept = options().options(options().keep(scenario(third_party="forbidden", quality_target=bar), result))
    assert said not in kept.notes


def test_that_with_six_options_two_crossings_have_words_in_the_picture_and_the_others_below_it() -> None:
    """Upright lines a few months apart would write their words over each other."""
    a, b, c = sample().options
    money = Figure(Estimate.exact(0.0), Origin.YOURS, "", "")

    def like(draft: OptionDraft, identity: str, setup: float, month: float) -> OptionDraft:
        figures = {
            **draft.figures,
            "setup_usd": replace(money, value=Estimate.exact(setup)),
            "monthly_usd": replace(money, value=Estimate.exact(month)),
        }
        return replace(draft, id=identity, figures=figures)

    more = (like(a, "D", 20_000, 3_100), like(a, "E", 22_000, 3_050), like(a, "F", 18_000, 3_150))
    six = options().options(replace(sample(), options=(a, b, c, *more)))
    chart = options().charts(six)["cumulative"]
    words = [series.label for series in chart.series if isinstance(series, Marker)]
    assert words == ["C overtakes E in month 35", "C overtakes D in month 35"]
    assert "C overtakes A in month 37." in chart.note and "C overtakes F in month 36." in chart.note
    assert [s.label for s in options().charts(found())["cumulative"].series if isinstance(s, Marker)] == [
        "C overtakes A in month 37"
    ]
