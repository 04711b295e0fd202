"""As long as nobody has said who may process the data, no page speaks as if another company may."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from workbench.domain.verdict import Hosting, Standing, standing
from workbench.services.options import OptionService
from workbench.services.tradeoffs import TradeoffService
from workbench.services.wording import verdict_sentence

from matching_values import scenario, shortlist, shortlists

OPEN = replace(scenario(), answers={"tasks": ["answering"]})


def test_that_the_shortlist_says_how_many_models_hang_on_the_answer() -> None:
    found = shortlists().shortlist(OPEN)
    own = {v.model_id for v in found.verdicts if v.kept and v.hosting is not Hosting.API}
    assert f"if no other company may, {len(own)} remain." in found.sentence
    hosted = next(v for v in found.verdicts if v.kept and v.hosting is Hosting.API)
    assert verdict_sentence(hosted).startswith("In, if another company may process the data;")
    assert "C6" not in {category.id for category in found.categories}, "nobody said that the data is not sensitive"


def test_that_the_trade_offs_name_the_best_model_of_ones_own_beside_a_hosted_one() -> None:
    sentence = TradeoffService(shortlist=shortlists()).points(OPEN).sentence
    assert "You have not said yet whether another company may process the data; if none may," in sentence
    assert "no model of your own" not in sentence


def test_that_an_option_that_sends_data_away_is_recommended_with_that_reserve_only() -> None:
    service = OptionService(shortlist=shortlists())
    open_answer = service.options(OPEN).recommendation
    assert open_answer.sentence.startswith("Not settled:") and "if it may not," in open_answer.detail
    said = replace(OPEN, answers={**OPEN.answers, "sensitivity": "internal", "third_party": "free"})
    assert not service.options(said).recommendation.sentence.startswith("Not settled:")


def test_that_an_answer_that_rests_on_assumptions_says_so() -> None:
    assert "questions have no answer yet" in OptionService(shortlist=shortlists()).options(OPEN).recommendation.detail


def test_that_offers_nearest_to_the_bar_come_first() -> None:
    found = shortlist(quality_target=75)
    standings = [standing(verdict, found.quality_target) for verdict in found.verdicts]
    ranks = [each.rank for each in standings]
    assert ranks == sorted(ranks)
    assert {Standing.PROVEN, Standing.UNPROVEN, Standing.BELOW} <= set(standings)
    first_unproven = standings.index(Standing.UNPROVEN)
    quality = found.verdicts[first_unproven].quality
    assert quality is not None and quality.low < 75 <= quality.high


def test_that_of_offers_that_cost_the_same_the_better_one_comes_first() -> None:
    found = shortlist(third_party="forbidden", sensitivity="confidential")
    kept = [verdict for verdict in found.verdicts if verdict.kept and verdict.monthly_usd is not None]
    dearness = [verdict.monthly_usd.likely for verdict in kept if verdict.monthly_usd]
    assert len(set(dearness)) < len(dearness), "some cost the same"
    for one, next_one in pairwise(kept):
        if one.monthly_usd == next_one.monthly_usd and next_one.quality is not None:
            assert one.quality is not None and one.quality.value >= next_one.quality.value
