"""A decision between two days: whether it stands, and which figure it hangs on."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis.shifts import price_changes, shift
from workbench.domain.basis import Basis, OptionBasis, PriceBasis
from workbench.domain.criterion import Criterion
from workbench.domain.watch import Change, ChangeKind, PriceChange, Standing

COST = Criterion("monthly_usd", "A month", "USD", 10_000.0, 0.0, 60.0)
QUALITY = Criterion("quality", "Quality", "of 100", 0.0, 100.0, 40.0)
CRITERIA = (COST, QUALITY)


def scored(id: str, monthly: float, quality: float, *out: str) -> OptionBasis:
    score = 0.6 * min(max(1 - monthly / 10_000, 0), 1) + 0.4 * quality / 100
    return OptionBasis(id, score, {"monthly_usd": monthly, "quality": quality}, out)


def basis(*options: OptionBasis, volume: float = 20_000.0, prices: tuple[PriceBasis, ...] = ()) -> Basis:
    inside = [option for option in options if not option.excluded_by]
    best = max(inside, key=lambda option: option.score, default=None)
    return Basis("2026-11-24", "abc", "2026-11-20", best.id if best else "", volume, options, prices)


def decided(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(change.option, change.name) for change in changes if change.decided]


THEN = basis(scored("A", 2_000, 70), scored("B", 4_000, 72))


def test_that_a_decision_under_the_same_figures_is_unchanged() -> None:
    found = shift(THEN, THEN, "A", CRITERIA)
    assert found.standing is Standing.UNCHANGED and not found.changes
    assert found.lead_before == found.lead_after is not None


def test_that_a_dearer_option_flips_the_decision_and_is_named_with_before_and_after() -> None:
    now = basis(scored("A", 7_000, 70), scored("B", 4_100, 72))
    found = shift(THEN, now, "A", CRITERIA)
    assert found.standing is Standing.FLIPPED
    assert found.changes[0] == Change(ChangeKind.FIGURE, "A", "monthly_usd", 2_000, 7_000, decided=True)
    assert decided(found.changes) == [("A", "monthly_usd")]  # B's hundred dollars more did not do it


def test_that_a_cheaper_rival_flips_it_as_well() -> None:
    now = basis(scored("A", 2_000, 70), scored("B", 1_000, 72))
    found = shift(THEN, now, "A", CRITERIA)
    assert found.standing is Standing.FLIPPED and decided(found.changes) == [("B", "monthly_usd")]


def test_that_two_figures_that_only_together_restore_it_are_both_named() -> None:
    now = basis(scored("A", 6_000, 60), scored("B", 3_000, 90))
    found = shift(THEN, now, "A", CRITERIA)
    assert found.standing is Standing.FLIPPED
    assert len(decided(found.changes)) >= 2
    restored = {(c.option, c.name): c.before for c in found.changes if c.decided}
    figures = {option.id: dict(option.figures) for option in now.options}
    for (option, name), before in restored.items():
        assert before is not None
        figures[option][name] = before
    a, b = (scored(id, each["monthly_usd"], each["quality"]) for id, each in figures.items())
    assert a.score > b.score


def test_that_a_small_loss_is_no_news_and_a_larger_one_is_weaker() -> None:
    assert shift(THEN, basis(scored("A", 2_040, 70), scored("B", 4_000, 72)), "A", CRITERIA).standing is (
        Standing.UNCHANGED
    )
    found = shift(THEN, basis(scored("A", 3_000, 70), scored("B", 4_000, 72)), "A", CRITERIA)
    assert found.standing is Standing.WEAKER and decided(found.changes) == [("A", "monthly_usd")]
    assert found.lead_after is not None and found.lead_before is not None and found.lead_after < found.lead_before


def test_that_a_choice_newly_outside_a_limit_is_flipped_by_the_figure_that_broke_it() -> None:
    then = basis(scored("A", 2_000, 70), scored("B", 4_000, 72, "R2.1"))
    now = basis(scored("A", 4_500, 70, "R2.1"), scored("B", 4_000, 72, "R2.1"))
    found = shift(then, now, "A", CRITERIA)
    assert found.standing is Standing.FLIPPED and now.recommended == ""
    # The limit is put back with the figure that it is about, so it is no change of its own.
    assert decided(found.changes) == [("A", "monthly_usd")]


def test_that_a_limit_without_a_figure_behind_it_is_named_by_its_rule() -> None:
    now = basis(scored("A", 2_000, 70, "R1.4"), scored("B", 4_000, 72))
    found = shift(THEN, now, "A", CRITERIA)
    assert found.standing is Standing.FLIPPED
    assert found.changes == (Change(ChangeKind.LIMIT, "A", "R1.4", 0.0, 1.0, decided=True),)


def test_that_a_rival_let_in_makes_the_only_choice_weaker() -> None:
    then = basis(scored("A", 2_000, 70), scored("B", 4_000, 72, "R1.4"))
    now = basis(scored("A", 2_000, 70), scored("B", 4_000, 72))
    found = shift(then, now, "A", CRITERIA)
    assert found.standing is Standing.WEAKER and found.lead_before is None
    assert decided(found.changes) == [("B", "R1.4")]


def test_that_a_choice_against_the_advice_flips_only_when_the_advice_does() -> None:
    assert shift(THEN, THEN, "B", CRITERIA).standing is Standing.UNCHANGED
    now = basis(scored("A", 9_000, 70), scored("B", 4_000, 72))
    assert shift(THEN, now, "B", CRITERIA).standing is Standing.UNCHANGED  # the advice has come over to the choice


def test_that_other_weights_are_what_did_it_when_no_figure_moved() -> None:
    moved = tuple(replace(option, score=1 - option.score) for option in THEN.options)
    now = replace(THEN, options=moved, recommended="B")
    other = (replace(COST, points=10.0), replace(QUALITY, points=400.0))
    found = shift(THEN, now, "A", other)
    assert found.standing is Standing.FLIPPED
    assert {change.kind for change in found.changes if change.decided} == {ChangeKind.WEIGHTS}


def test_that_an_option_that_came_or_went_is_a_change() -> None:
    now = basis(scored("A", 2_000, 70), scored("B", 4_000, 72), scored("D", 500, 80))
    found = shift(THEN, now, "A", CRITERIA)
    assert found.standing is Standing.FLIPPED and decided(found.changes) == [("D", "")]
    gone = shift(THEN, basis(scored("B", 4_000, 72)), "A", CRITERIA)
    assert gone.standing is Standing.FLIPPED and decided(gone.changes) == [("A", "")]


def test_that_changed_prices_are_listed_and_a_vanished_offer_with_them() -> None:
    then = replace(THEN, prices=(PriceBasis("m@a", 3.0, 15.0), PriceBasis("m@b", 1.0, None)))
    now = replace(THEN, prices=(PriceBasis("m@a", 3.0, 20.0),))
    assert price_changes(then, now) == (
        PriceChange("m@a", "output", 15.0, 20.0),
        PriceChange("m@b", "input", 1.0, None),
    )


_MONEY = st.floats(0, 12_000)
_POINTS = st.floats(0, 100)
_OPTION = st.tuples(_MONEY, _POINTS, st.sets(st.sampled_from(["R2.1", "R1.4", "R0.1"]), max_size=2))


@given(st.lists(st.tuples(_OPTION, _OPTION), min_size=2, max_size=4), st.integers(0, 3))
def test_that_whatever_moves_a_flip_has_a_cause_and_putting_all_back_leaves_none(
    pairs: list[tuple[tuple[float, float, set[str]], tuple[float, float, set[str]]]], place: int
) -> None:
    names = "ABCD"[: len(pairs)]
    chosen = names[place % len(names)]
    then = basis(*(scored(id, a, q, *sorted(out)) for id, ((a, q, out), _) in zip(names, pairs, strict=True)))
    now = basis(*(scored(id, a, q, *sorted(out)) for id, (_, (a, q, out)) in zip(names, pairs, strict=True)))
    found = shift(then, now, chosen, CRITERIA)
    if found.standing in (Standing.FLIPPED, Standing.WEAKER):
        assert found.changes[0].decided
    assert shift(now, now, chosen, CRITERIA).standing is Standing.UNCHANGED
