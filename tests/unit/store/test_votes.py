"""Comparisons with all that belongs to them, blind ones, their votes, and how they are found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from workbench.domain.chat import Sampling
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Attachment, Comparison
from workbench.domain.ids import new_id
from workbench.domain.votes import Choice, Vote
from workbench.store import hiding
from workbench.store.store import Store
from workbench.store.tables import METADATA

from scenario_values import NOON, a_comparison, a_scenario, store_in


def full(scenario_id: str | None, **parts: object) -> Comparison:
    values: dict[str, object] = {
        "template": "How many {what}?",
        "variables": (("what", "dais"),),
        "attachments": (Attachment("policy.txt", "28 days"), Attachment("p.png", "", "image/png", b"\x89PNG\x00")),
        "settings": (Sampling(temperature=0.5, stop=("\n",)), Sampling()),
        "continues": "earlier",
    }
    return replace(a_comparison(scenario_id), **{**values, **parts})  # type: ignore[arg-type]


def a_vote(comparison: Comparison, left: int = 0, right: int = 1, *, rater: str = "Ann", repeat: bool = False) -> Vote:
    return Vote(new_id(), comparison.id, rater, NOON.isoformat(), left, right, Choice.LEFT, repeat)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_in(tmp_path)


def test_that_a_comparison_comes_back_with_all_that_belongs_to_it(store: Store) -> None:
    scenario = store.scenarios.add(a_scenario())
    kept = full(scenario.id)
    store.comparisons.save(kept)
    assert store.comparisons.get(kept.id) == kept
    assert store.comparisons.of(scenario.id) == (kept,)
    assert store.comparisons.get("none such") is None


def test_that_a_blind_comparison_shows_no_name_and_no_figure_until_it_is_revealed(store: Store, tmp_path: Path) -> None:
    scenario = store.scenarios.add(a_scenario())
    real = full(scenario.id, blind=True)
    store.comparisons.save(real)
    seen = store.comparisons.get(real.id)
    assert seen is not None and seen.blind
    assert [answer.model for answer in seen.answers] == ["A", "B"]
    assert [answer.text for answer in seen.answers] == [answer.text for answer in real.answers]
    assert all(answer.ttft_s is None and not answer.tokens_out and not answer.error_where for answer in seen.answers)
    assert seen.settings == ()
    assert store.comparisons.of(scenario.id) == ()
    assert store.comparisons.blind(scenario.id) == (seen,)
    assert store.comparisons.heads(scenario.id)[0].models == ("A", "B")
    with store.read() as connection:
        dump = "\n".join(repr(row) for table in METADATA.tables.values() for row in connection.execute(table.select()))
    assert real.id in dump
    assert "demo-small" not in dump and "demo-nano" not in dump
    shown = store.comparisons.reveal(real.id)
    assert shown == replace(real, blind=False) == store.comparisons.get(real.id)
    assert store.comparisons.reveal(real.id) == shown


def test_that_what_was_hidden_is_only_read_as_what_it_is() -> None:
    hidden = hiding.hide("an id", a_comparison().answers, ())
    assert hiding.show("an id", hidden)[0] == a_comparison().answers
    for other, text in (("another id", hidden), ("an id", "nonsense"), ("an id", "é")):
        with pytest.raises(ValueError):
            hiding.show(other, text)


def test_that_a_vote_is_given_once_and_the_pair_may_be_shown_again_the_other_way_round(store: Store) -> None:
    scenario = store.scenarios.add(a_scenario())
    judged = full(scenario.id, blind=True)
    store.comparisons.save(judged)
    first, again, other = a_vote(judged), a_vote(judged, 1, 0, repeat=True), a_vote(judged, rater="Ben")
    for vote in (first, again, other):
        store.votes.add(vote)
    with pytest.raises(WorkbenchError, match="voted on already"):
        store.votes.add(a_vote(judged))
    assert store.votes.of(scenario.id) == store.votes.on(judged.id)
    assert set(store.votes.of(scenario.id)) == {first, again, other}
    assert store.votes.of(None) == ()
    assert store.comparisons.heads(scenario.id)[0].votes == 3
    store.comparisons.delete(judged.id)
    assert store.votes.of(scenario.id) == ()
    with pytest.raises(WorkbenchError):
        store.votes.add(first)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", 3),
        ("leave", 1),
        ("LEAVE annual", 1),
        ("100 %", 1),
        ("100_%", 0),
        ('say "no"', 1),
        ("53 days", 3),
        ("finish", 0),
        ("DEMO-nano", 3),
    ],
)
def test_that_comparisons_are_found_by_the_words_in_them(store: Store, words: str, found: int) -> None:
    scenario = store.scenarios.add(a_scenario())
    for prompt in ("How much annual leave?", "Is it 100 % sure?", "When do they say no?"):
        kept = full(scenario.id, prompt=prompt)
        said = replace(kept.answers[1], text='They say "no".') if "say no" in prompt else kept.answers[1]
        store.comparisons.save(replace(kept, answers=(kept.answers[0], said)))
    assert len(store.comparisons.heads(scenario.id, words=words)) == found
    assert store.comparisons.heads(None, words=words) == ()


def test_that_a_long_history_comes_page_by_page_newest_first(store: Store) -> None:
    scenario = store.scenarios.add(a_scenario())
    times = [(NOON + timedelta(minutes=minute // 2)).isoformat() for minute in range(7)]
    kept = sorted((full(scenario.id, prompt="word " * 200, at=at) for at in times), key=lambda one: (one.at, one.id))
    for comparison in kept:
        store.comparisons.save(comparison)
    first = store.comparisons.heads(scenario.id, limit=5)
    rest = store.comparisons.heads(scenario.id, limit=5, after=first[-1])
    assert [head.id for head in (*first, *rest)] == [comparison.id for comparison in reversed(kept)]
    assert all(len(head.prompt) <= 300 for head in first)
