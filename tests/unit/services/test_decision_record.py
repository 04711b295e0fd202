"""The parts of a record that came with its second form: reasons against, conditions, signatures, history."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from workbench.app import Services, build
from workbench.domain.decision import Condition, Decision, DecisionStatus, Effect, Rejection, Watch
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.scenario import Scenario
from workbench.services.comparing import Difference, in_a_line, pieces
from workbench.services.condition_lines import Known, parsed
from workbench.services.conditions import Facts, Measured, measured
from workbench.services.decisions import DecisionService

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = build(tmp_path_factory.mktemp("home"))
    yield made
    made.close()


@pytest.fixture
def decisions(services: Services) -> DecisionService:
    return DecisionService(
        scenarios=services.scenarios, options=services.options, catalog=services.catalog.catalog, today=lambda: TODAY
    )


@pytest.fixture
def sample(services: Services) -> Scenario:
    return services.scenarios.duplicate(services.scenarios.open_sample().id)


@pytest.fixture(scope="module")
def known(services: Services) -> Known:
    """What conditions of the sample can be about."""
    scenario = services.scenarios.open_sample()
    return Known(services.decisions.subjects(services.options.standing(scenario)), services.catalog.catalog())


def recorded(decisions: DecisionService, scenario: Scenario, **changes: object) -> Scenario:
    """The proposal, accepted, with changes."""
    decision = replace(decisions.draft(scenario), status=DecisionStatus.ACCEPTED, **changes)  # type: ignore[arg-type]
    return decisions.record(scenario, decision)


def decision_of(scenario: Scenario) -> Decision:
    assert scenario.decision is not None
    return scenario.decision


def test_that_the_proposal_says_why_not_the_others_and_what_follows(
    decisions: DecisionService, sample: Scenario
) -> None:
    draft = decisions.draft(sample)
    assert {each.option: each.why for each in draft.rejections}["B"] == "Needs 14 weeks; you allow 12."
    assert {each.effect for each in draft.consequences} == {Effect.GOOD, Effect.NEUTRAL, Effect.BAD}
    assert any("$400 more than A" in each.text for each in draft.consequences)


def test_that_the_flips_of_the_choice_become_conditions_that_can_be_measured(
    decisions: DecisionService, sample: Scenario
) -> None:
    cost = next(each for each in decisions.draft(sample).triggers if each.watch is Watch.MONTHLY_COST)
    assert (cost.subject, round(cost.above or 0)) == ("C", 2_410)
    shut = [each.subject for each in decisions.draft(sample).triggers if each.watch is Watch.SHUTDOWN]
    assert "anthropic/claude-sonnet-4-6" in shut


def test_that_a_recorded_decision_keeps_the_figures_of_the_day(decisions: DecisionService, sample: Scenario) -> None:
    basis = decision_of(recorded(decisions, sample)).basis
    assert basis is not None and basis.recommended == "C" and basis.computed_on == TODAY.isoformat()
    figures = {option.id: option.figures["monthly_usd"] for option in basis.options}
    assert figures == {"A": 3_200, "B": 1_800, "C": 2_100}
    assert any(price.offer == "anthropic/claude-sonnet-4-6@anthropic" for price in basis.prices)


def test_that_a_draft_keeps_no_figures_and_no_history(decisions: DecisionService, sample: Scenario) -> None:
    saved = decisions.record(sample, replace(decisions.draft(sample), status=DecisionStatus.DRAFT))
    assert decision_of(saved).basis is None and decisions.history(saved.id) == ()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"rejections": (Rejection("C", "no"),)}, "rejections"),
        ({"rejections": (Rejection("Z", "no"),)}, "rejections"),
        ({"triggers": (Condition("x", Watch.MONTHLY_COST, "C"),)}, "triggers"),
        ({"triggers": (Condition("x", Watch.MONTHLY_COST, "Z", above=1),)}, "triggers"),
        ({"thresholds": (Condition("x", Watch.QUALITY, "", below=1),)}, "thresholds"),
    ],
)
def test_that_a_record_that_contradicts_itself_is_refused(
    decisions: DecisionService, sample: Scenario, changes: dict[str, object], where: str
) -> None:
    with pytest.raises(Problems) as caught:
        recorded(decisions, sample, **changes)
    assert [problem.where for problem in caught.value.problems] == [where]


def test_that_a_signature_holds_until_what_was_signed_changes(
    services: Services, decisions: DecisionService, sample: Scenario
) -> None:
    signed = decisions.sign(recorded(decisions, sample), "  Ann   Lee ", "CTO")
    (signature,) = decisions.signatures(signed)
    assert signature.holds and signature.sign_off.name == "Ann Lee" and len(signature.sign_off.digest) == 64
    superseded = replace(signed, decision=replace(decision_of(signed), status=DecisionStatus.SUPERSEDED))
    assert decisions.signatures(superseded)[0].holds, "the status is not what was signed"
    other_weight = replace(signed, answers={**signed.answers, "weeks_limit": 13})
    assert not decisions.signatures(other_weight)[0].holds


def test_that_signing_the_same_again_changes_nothing_and_a_new_state_replaces_the_old_signature(
    decisions: DecisionService, sample: Scenario
) -> None:
    signed = decisions.sign(recorded(decisions, sample), "Ann")
    assert decisions.sign(signed, "Ann") == signed
    changed = decisions.record(signed, replace(decision_of(signed), because="Other"))
    again = decisions.sign(changed, "Ann")
    assert [each.name for each in decision_of(again).sign_offs] == ["Ann"]
    assert decisions.signatures(again)[0].holds


@pytest.mark.parametrize("name", ["", "   ", "x" * 300])
def test_that_a_signature_without_a_proper_name_is_refused(
    decisions: DecisionService, sample: Scenario, name: str
) -> None:
    with pytest.raises(WorkbenchError, match="name"):
        decisions.sign(recorded(decisions, sample), name)


def test_that_a_draft_cannot_be_signed(decisions: DecisionService, sample: Scenario) -> None:
    draft = replace(sample, decision=decisions.draft(sample))
    with pytest.raises(WorkbenchError, match="nothing to sign"):
        decisions.sign(draft, "Ann")


def test_that_the_history_shows_each_state_and_what_changed(decisions: DecisionService, sample: Scenario) -> None:
    first = recorded(decisions, sample)
    second = decisions.record(first, replace(decision_of(first), because="Because of the price.", risks=()))
    decisions.sign(second, "Ann")
    versions = decisions.history(sample.id)
    assert [version.why for version in versions] == ["accepted", "accepted", "signed by Ann"]
    found = decisions.changes_between(versions[0].scenario, versions[1].scenario)
    assert "Because" in {each.what for each in found}
    gone = [each for each in found if each.what == "Risks"]
    assert len(gone) == len(decision_of(first).risks) and all(each.after == "" for each in gone)


def test_that_every_change_of_a_scenario_is_a_difference_in_words(decisions: DecisionService, sample: Scenario) -> None:
    heavier = replace(sample.criteria[0], points=sample.criteria[0].points + 5)
    renamed = replace(sample.options[0], name="Another name")
    other = replace(
        sample,
        name="New name",
        answers={**sample.answers, "weeks_limit": 13},
        criteria=(heavier, *sample.criteria[1:]),
        options=(renamed, *sample.options[1:-1]),
        decision=replace(decision_of(sample), option="B", deciders=("Ann",)),
    )
    found = decisions.changes_between(sample, other)
    assert {each.part for each in found} == {"Scenario", "Requirements", "Weights", "Options", "Decision"}
    told = {each.what: in_a_line(each) for each in found}
    assert "30 points" in told["Set-up cost"] and "35 points" in told["Set-up cost"]
    assert told["Decided for"] == "C → B"
    assert told["Option C"].endswith("→ —")
    assert decisions.changes_between(sample, sample) == ()


def test_that_a_long_text_is_compared_word_by_word() -> None:
    before = "One " * 60 + "then this. " + "Two " * 60
    after = before.replace("this", "that")
    changed = [(piece.where, piece.text.strip()) for piece in pieces(before, after) if piece.where]
    assert changed == [(-1, "this."), (1, "that.")]
    told = in_a_line(Difference("Decision", "Because", before, after))
    assert "[− this.]" in told and "[+ that.]" in told and len(told) < 120


def test_that_thousands_of_words_are_compared_much_faster_than_with_blanks_as_words_and_told_shortly() -> None:
    words = [f"word{number * number % 701}" for number in range(1_000)]
    before = " ".join(words)
    after = " ".join("changed" if number % 250 == 0 else word for number, word in enumerate(words))
    start = time.perf_counter()
    found = pieces(before, after)
    took = time.perf_counter() - start
    with_blanks = [re.split(r"(\s+)", text) for text in (before, after)]
    start = time.perf_counter()
    difflib.SequenceMatcher(None, *with_blanks, autojunk=False).get_opcodes()
    assert time.perf_counter() - start > 5 * took, "a hundred times as long, measured"
    assert sum(piece.text.strip() == "changed" for piece in found) == 4
    told = in_a_line(Difference("Decision", "Because", before, "Something else. " * 2_000))
    assert len(told) < 2_000


@pytest.mark.parametrize(
    ("line", "condition"),
    [
        ("monthly-cost C above 2,410", (Watch.MONTHLY_COST, "C", 2_410, None)),
        ("Quality C below 75", (Watch.QUALITY, "C", None, 75)),
        ("volume above 20000", (Watch.VOLUME, "", 20_000, None)),
        (
            "price-out anthropic/claude-sonnet-4-6@anthropic above $20",
            (Watch.PRICE_OUT, "anthropic/claude-sonnet-4-6@anthropic", 20, None),
        ),
        ("shutdown openai/gpt-5.2", (Watch.SHUTDOWN, "openai/gpt-5.2", None, None)),
    ],
)
def test_that_a_line_can_say_what_is_measured(known: Known, line: str, condition: tuple[object, ...]) -> None:
    found = parsed(line, known)
    assert (found.watch, found.subject, found.above, found.below) == condition
    assert found.text and found.text != line


def test_that_a_threshold_says_what_must_hold_and_is_broken_when_it_does_not(
    services: Services, sample: Scenario, known: Known
) -> None:
    wanted = parsed("quality C at-least 90", known, as_limit=True)
    assert wanted == Condition("C reaches at least 90 of 100 in quality", Watch.QUALITY, "C", below=90)
    facts = Facts(sample, services.options.options(sample), services.catalog.catalog(), 1)
    assert measured(wanted, facts).is_so is True, "it lies below, which it must not"


@pytest.mark.parametrize(
    "line", ["The law changes", "quality matters above all", "Volume of sales collapses", "Costs rise above 20", ""]
)
def test_that_any_other_line_stays_words(known: Known, line: str) -> None:
    assert parsed(line, known) == Condition(line)


@pytest.mark.parametrize(
    ("line", "what", "mend"),
    [
        ("montly-cost C above 2410", "'montly-cost'", "Did you mean monthly-cost?"),
        ("Qualty C below 75", "'Qualty'", "Did you mean quality?"),
        ("monthly-cost D above 2410", "no option 'D'", "The nearest is "),
        ("monthly-cost c above 2410", "no option 'c'", "The nearest is C."),
        ("shutdown anthropic/claude-sonet-4-6", "no model", "The nearest is anthropic/claude-sonnet-4-6."),
        (
            "price-out anthropic/claude-sonnet-4-6@antropic above 20",
            "no offer",
            "The nearest is anthropic/claude-sonnet-4-6@anthropic.",
        ),
        ("quality C under 75", "'under' is neither above nor below", "'quality A above 20'"),
        ("quality C below x", "'x' is no bound", "a number from 0 on"),
        ("volume above nan", "'nan' is no bound", "'volume above 20'"),
        ("volume above -1", "'-1' is no bound", "a number from 0 on"),
        ("volume above inf", "'inf' is no bound", "a number from 0 on"),
        ("volume", "'volume' cannot be measured", "'volume above 20'"),
        ("volume C above 7", "cannot be measured", "'volume above 20'"),
        ("monthly-cost above 7", "cannot be measured", "'monthly-cost A above 20'"),
        ("shutdown", "of one model", "Write 'shutdown "),
    ],
)
def test_that_a_mistyped_watch_is_refused_with_the_nearest_that_is_known(
    known: Known, line: str, what: str, mend: str
) -> None:
    with pytest.raises(WorkbenchError) as refused:
        parsed(line, known)
    assert what in refused.value.what and mend in refused.value.mend and line in refused.value.where


def test_that_a_threshold_is_not_written_as_a_trigger(known: Known) -> None:
    with pytest.raises(WorkbenchError, match="neither at-most nor at-least"):
        parsed("quality C below 90", known, as_limit=True)


def test_that_each_kind_of_condition_is_measured_today(services: Services, sample: Scenario, known: Known) -> None:
    catalog = services.catalog.catalog()
    facts = Facts(sample, services.options.options(sample), catalog, 7_000)

    def look(line: str) -> Measured:
        return measured(parsed(line, known), facts)

    assert look("monthly-cost C above 2000").is_so is True
    assert look("monthly-cost C above 2410") == replace(look("monthly-cost C above 2410"), is_so=False, value=2_100)
    assert look("weeks B above 12").is_so is True
    assert look("volume above 6999").is_so is True
    assert look("volume below 7000").is_so is False
    assert look("quality C below 75").is_so is False
    assert look("price-out anthropic/claude-sonnet-4-6@anthropic above 10").is_so is True
    assert look("the weather changes").is_so is None
    for gone in (
        Condition("", Watch.MONTHLY_COST, "Z", above=1),
        Condition("", Watch.QUALITY, "no/model", below=1),
        Condition("", Watch.PRICE_IN, "no/model@x", above=1),
        Condition("", Watch.SHUTDOWN, "no/model"),
    ):
        found = measured(gone, facts)
        assert found.is_so is None and found.why


def test_that_a_shutdown_in_the_catalog_is_seen(services: Services, sample: Scenario, known: Known) -> None:
    catalog = services.catalog.catalog()
    ended = next(model for model in catalog.models if model.lifecycle.shutdown_date)
    facts = Facts(sample, services.options.options(sample), catalog, 1)
    assert measured(parsed(f"shutdown {ended.id}", known), facts).is_so is True
