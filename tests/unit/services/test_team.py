"""Two people, each with a data folder of their own, and one team store on a real PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.app import Services, build
from workbench.cli.main import run
from workbench.domain.basis import Basis
from workbench.domain.decision import Condition, Decision, DecisionStatus, Risk, SignOff, Watch
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate
from workbench.domain.requirements import DataRule
from workbench.domain.scenario import Scenario
from workbench.net.guard import ScenarioData
from workbench.services.team import Meeting, Synced
from workbench.services.team_merge import content_of, merged, parts_of
from workbench.store.postgres import TeamStore
from workbench.store.refusals import StaleScenario, StoreAway
from workbench.store.sharing import Sharing
from workbench.store.tables import METADATA

from postgres_server import ASKED, WHY_NOT, Server, new_server, shared_server
from scenario_values import a_comparison, a_full_decision, a_full_scenario, a_result, a_run, a_scenario


@pytest.fixture
def server() -> Server:
    found = shared_server()
    if found is None:
        pytest.skip(WHY_NOT)
    store = TeamStore(found.place)
    store.set_up()
    with store.write() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
    store.close()
    return found


def person(folder: Path, server: Server) -> Services:
    """Somebody with an own data folder, connected to the team store."""
    made = build(folder)
    made.team.connect(str(server.place))
    return made


@pytest.fixture
def ann(tmp_path: Path, server: Server) -> Iterator[Services]:
    made = person(tmp_path / "ann", server)
    yield made
    made.close()


@pytest.fixture
def bob(tmp_path: Path, server: Server) -> Iterator[Services]:
    made = person(tmp_path / "bob", server)
    yield made
    made.close()


def full(services: Services, name: str = "Support chat") -> Scenario:
    """A stored scenario with a decision, its history, an eval with results and a comparison."""
    stored = services.store.scenarios.add(a_full_scenario(name))
    saved = services.store.scenarios.save(replace(stored, decision=a_full_decision()), kept_because="accepted")
    run_ = a_run(saved.id)
    services.store.eval_runs.save_run(run_)
    services.store.eval_runs.append([a_result(run_.id, case) for case in ("c1", "c2")])
    services.store.comparisons.save(a_comparison(saved.id))
    return saved


def answered(services: Services, scenario_id: str, **answers: object) -> Scenario:
    return services.scenarios.answer_all(scenario_id, answers)  # type: ignore[arg-type]


def what(done: tuple[Synced, ...]) -> list[str]:
    return [each.what for each in done]


def test_that_a_scenario_arrives_whole_and_syncing_again_changes_nothing(ann: Services, bob: Services) -> None:
    mine = full(ann)
    row = next(row for row in ann.team.view().rows if row.id == mine.id)
    assert (row.meeting, row.shared) == (Meeting.ONLY_HERE, False)
    carried = {name: count for name, count in (row.carries or {}).items() if name != "eval_setting"}
    assert carried == {
        "decision_version": 1,
        "comparison": 1,
        "comparison_detail": 1,
        "eval_run": 1,
        "eval_answer": 2,
        "eval_score": 2,
    }
    assert row.bytes_out > 1_000
    assert what(ann.team.share([mine.id])) == ["sent"]
    assert what(bob.team.fetch([mine.id])) == ["fetched"]
    got = bob.scenarios.load(mine.id)
    assert content_of(got) == content_of(mine)
    assert bob.store.eval_runs.runs(mine.id) == ann.store.eval_runs.runs(mine.id)
    (run_,) = bob.store.eval_runs.runs(mine.id)
    assert bob.store.eval_runs.results(run_.id) == ann.store.eval_runs.results(run_.id)
    assert bob.store.comparisons.of(mine.id) == ann.store.comparisons.of(mine.id)
    assert bob.store.decision_versions.of(mine.id) == ann.store.decision_versions.of(mine.id)
    for one in (ann, bob):
        before = one.scenarios.load(mine.id)
        assert what(one.team.sync()) == ["same"]
        assert one.scenarios.load(mine.id) == before


def test_that_what_one_deletes_goes_to_the_bin_of_all_who_did_not_change_it(ann: Services, bob: Services) -> None:
    mine, other = full(ann, "Given up"), full(ann, "Still worked on")
    ann.team.share([mine.id, other.id])
    bob.team.fetch([mine.id, other.id])
    answered(bob, other.id, horizon_months=24)
    assert what(bob.team.sync([other.id])) == ["sent"]
    for each in (mine, other):
        ann.scenarios.delete(each.id)
    told = {each.name: (each.what, each.why) for each in ann.team.sync()}
    assert told["Given up"][0] == "deleted"
    assert told["Still worked on"][0] == "conflict" and "the team changed it" in told["Still worked on"][1]
    assert what(bob.team.sync([mine.id])) == ["deleted"]
    kept = [row.scenario.name for row in bob.store.scenarios.all() if row.scenario is not None]
    assert kept == ["Still worked on"], "the bin of both holds the one"
    binned = bob.store.scenarios.get(mine.id)
    assert binned is not None and binned.deleted_at is not None
    assert not [row for row in bob.team.view().rows if row.id == mine.id]
    bob.scenarios.restore(mine.id)
    assert what(bob.team.share([mine.id])) == ["sent"], "who takes it out of the bin may share it again"
    assert mine.id in {row.id for row in ann.team.view().rows}


def test_that_what_one_changed_comes_to_the_other_with_new_evidence(ann: Services, bob: Services) -> None:
    mine = full(ann)
    ann.team.share([mine.id])
    bob.team.fetch([mine.id])
    answered(ann, mine.id, horizon_months=24)
    late = a_run(mine.id)
    ann.store.eval_runs.save_run(late)
    assert next(row for row in ann.team.view().rows if row.shared).meeting is Meeting.NEWER_HERE
    assert what(ann.team.sync()) == ["sent"]
    assert next(row for row in bob.team.view().rows if row.shared).meeting is Meeting.NEWER_THERE
    assert what(bob.team.sync()) == ["fetched"]
    assert bob.scenarios.load(mine.id).answers["horizon_months"] == 24
    assert late.id in [each.id for each in bob.store.eval_runs.runs(mine.id)]


def test_that_an_edit_alone_carries_no_evidence_again(
    ann: Services, bob: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = full(ann)
    ann.team.share([mine.id])
    bob.team.fetch([mine.id])
    answered(ann, mine.id, horizon_months=24)
    with monkeypatch.context() as patched:
        patched.setattr(Sharing, "belongings", lambda *_args, **_more: pytest.fail("twenty thousand answers again"))
        assert what(ann.team.sync()) == ["sent"]
        assert what(bob.team.sync()) == ["fetched"]
    assert bob.scenarios.load(mine.id).answers["horizon_months"] == 24
    ann.store.eval_runs.save_run(a_run(mine.id))
    assert what(ann.team.sync()) == ["sent"] and what(bob.team.sync()) == ["fetched"]
    assert len(bob.store.eval_runs.runs(mine.id)) == 2


def test_that_two_editors_never_overwrite_each_other_and_the_second_merges(ann: Services, bob: Services) -> None:
    mine = full(ann)
    ann.team.share([mine.id])
    bob.team.fetch([mine.id])
    answered(ann, mine.id, horizon_months=24, weeks_limit=10)
    answered(bob, mine.id, horizon_months=48, monthly_cap_usd=900.0)
    assert what(ann.team.sync()) == ["sent"]
    (conflict,) = bob.team.sync()
    assert conflict.what == "conflict" and "merge" in conflict.why
    assert bob.scenarios.load(mine.id).answers["horizon_months"] == 48  # nothing was overwritten
    view = bob.team.merge_view(mine.id)
    assert [part.path for part in view.open_parts] == ["answers/horizon_months"]
    asked = view.open_parts[0]
    assert (asked.base, asked.mine, asked.theirs) == ("36 months", "48 months", "24 months")
    assert {part.path: part.pick for part in view.parts if part.pick} == {
        "answers/weeks_limit": "theirs",
        "answers/monthly_cap_usd": "mine",
    }
    with pytest.raises(WorkbenchError, match="Both of you changed"):
        bob.team.merge(view, {})
    assert bob.team.merge(view, {"answers/horizon_months": "mine"}).what == "fetched"
    both = bob.scenarios.load(mine.id).answers
    assert (both["horizon_months"], both["weeks_limit"], both["monthly_cap_usd"]) == (48, 10, 900.0)
    assert what(ann.team.sync()) == ["fetched"]
    assert content_of(ann.scenarios.load(mine.id)) == content_of(bob.scenarios.load(mine.id))


def test_that_a_merge_of_what_has_moved_on_is_refused(ann: Services, bob: Services) -> None:
    mine = full(ann)
    ann.team.share([mine.id])
    bob.team.fetch([mine.id])
    answered(ann, mine.id, horizon_months=24)
    ann.team.sync()
    answered(bob, mine.id, horizon_months=48)
    view = bob.team.merge_view(mine.id)
    answered(ann, mine.id, horizon_months=12)
    ann.team.sync()
    with pytest.raises(StaleScenario):
        bob.team.merge(view, {"answers/horizon_months": "mine"})
    assert ann.scenarios.load(mine.id).answers["horizon_months"] == 12


def test_that_a_moved_scenario_is_changed_there_first_and_by_one_at_a_time(ann: Services, bob: Services) -> None:
    mine = full(ann)
    assert what(ann.team.share([mine.id], move=True)) == ["sent"]
    bob.team.fetch([mine.id])
    answered(ann, mine.id, horizon_months=24)
    assert what(bob.team.sync()) == ["fetched"]  # it was there without a sync of hers
    answered(bob, mine.id, horizon_months=48)
    bob.team.sync()
    with pytest.raises(StaleScenario):
        answered(ann, mine.id, weeks_limit=9)
    assert "weeks_limit" not in ann.scenarios.load(mine.id).answers
    assert what(ann.team.sync()) == ["fetched"]
    assert answered(ann, mine.id, weeks_limit=9).answers["horizon_months"] == 48
    assert next(row for row in ann.team.view().rows if row.held).meeting is Meeting.SAME


def test_that_a_change_that_got_there_and_not_here_is_fetched_and_not_undone(
    ann: Services, bob: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = full(ann)
    ann.team.share([mine.id], move=True)
    before = ann.scenarios.load(mine.id)
    after = replace(before, answers={**before.answers, "horizon_months": 24})
    ann.team.pass_on(before, after)  # and then the disk here refuses
    assert ann.scenarios.load(mine.id) == before
    assert what(ann.team.sync()) == ["fetched"]
    assert ann.scenarios.load(mine.id).answers["horizon_months"] == 24


def test_that_away_it_can_be_read_and_not_changed_and_says_so(tmp_path: Path) -> None:
    server = new_server()
    if server is None:
        pytest.skip(WHY_NOT)
    server.start()
    ann = build(tmp_path)
    ann.team.connect(str(server.place), set_up=True)
    held, own = full(ann, "Held"), full(ann, "Own")
    ann.team.share([held.id], move=True)
    server.stop()
    assert ann.scenarios.load(held.id).name == "Held"
    with pytest.raises(StoreAway, match="“Held” is held by the team store, which cannot be reached: it can be read"):
        answered(ann, held.id, horizon_months=24)
    assert answered(ann, own.id, horizon_months=24).answers["horizon_months"] == 24
    view = ann.team.view()
    assert "cannot be reached" in view.away and {row.name for row in view.rows} >= {"Held", "Own"}
    with pytest.raises(StoreAway):
        ann.team.sync()
    server.start()
    assert answered(ann, held.id, horizon_months=24).answers["horizon_months"] == 24
    server.stop()
    ann.team.stop_sharing(held.id)
    assert answered(ann, held.id, horizon_months=12).answers["horizon_months"] == 12
    ann.close()


def test_that_blind_comparisons_stay_until_their_names_are_shown(ann: Services, bob: Services) -> None:
    mine = ann.store.scenarios.add(a_scenario("Blind"))
    blind = replace(a_comparison(mine.id), blind=True)
    ann.store.comparisons.save(blind)
    ann.team.share([mine.id])
    bob.team.fetch([mine.id])
    assert bob.store.comparisons.heads(mine.id, limit=9) == ()
    ann.store.comparisons.reveal(blind.id)
    ann.team.sync()
    bob.team.sync()
    assert [each.id for each in bob.store.comparisons.of(mine.id)] == [blind.id]


def test_that_the_password_is_in_no_file_and_in_no_message(tmp_path: Path, server: Server) -> None:
    store = TeamStore(server.place)
    with store.write() as connection:
        connection.exec_driver_sql(f"DROP ROLE IF EXISTS {ASKED}")
        connection.exec_driver_sql(f"CREATE ROLE {ASKED} SUPERUSER LOGIN PASSWORD 'canary-7f3a'")
    store.close()
    services = build(tmp_path)
    place = replace(server.place, user=ASKED)
    with pytest.raises(WorkbenchError, match="does not let asked in") as caught:
        services.team.connect(str(place), "canary-7f3a-wrong")
    assert "canary" not in str(caught.value) and services.team.address == ""
    services.team.connect(str(place), "canary-7f3a")
    mine = full(services)
    assert what(services.team.share([mine.id])) == ["sent"]
    services.close()
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"canary-7f3a" not in file.read_bytes(), file


def test_that_the_ledger_says_what_went_to_the_team(ann: Services) -> None:
    mine = full(ann)
    ann.team.share([mine.id])
    calls = ann.privacy.ledger(scenario_id=mine.id)
    assert [call.purpose.value for call in calls] == ["team store"]
    assert calls[0].bytes_out > 1_000 and calls[0].local and calls[0].outcome.value == "answered"


@pytest.mark.parametrize(
    ("rule", "with_texts", "refused"),
    [
        (DataRule.LOCAL_ONLY, False, True), (DataRule.MIXED, True, True), (DataRule.MIXED, False, False),
        (DataRule.FREE, True, False),
    ],
)  # fmt: skip
def test_that_the_guard_keeps_what_must_stay_from_a_server_elsewhere(
    tmp_path: Path, rule: DataRule, with_texts: bool, refused: bool
) -> None:
    from workbench.domain.errors import GuardRefusal
    from workbench.domain.questions import requirements_from

    party = {DataRule.LOCAL_ONLY: "forbidden", DataRule.MIXED: "sensitive-stays", DataRule.FREE: "free"}[rule]
    requirements = requirements_from({"third_party": party, "sensitivity": "confidential"})
    assert requirements.data_rule is rule
    services = build(tmp_path)
    whose = ScenarioData("id", "Chat", requirements)
    try:
        services.doorway.guard.share("https://db.example.com:5432", whose=whose, with_texts=with_texts)
        assert not refused
    except GuardRefusal as error:
        assert refused and "Nothing was sent to db.example.com" in error.what
    services.doorway.guard.share("http://localhost:5432", whose=whose, with_texts=True)  # this machine itself
    services.close()


def test_that_a_merge_takes_weights_options_and_the_decision_part_by_part() -> None:
    base = a_full_scenario()
    mine = replace(base, criteria=(replace(base.criteria[0], points=99), *base.criteria[1:]))
    decision = Decision("A", "theirs, because", DecisionStatus.ACCEPTED)
    option = replace(base.options[0], id="D", name="Another")
    theirs = replace(base, name="New name", options=(*base.options, option), decision=decision)
    assert all(part.pick for part in parts_of(content_of(base), mine, theirs))
    both = merged(content_of(base), mine, theirs, {})
    assert both.criteria[0].points == 99 and both.name == "New name"
    assert [each.id for each in both.options] == ["A", "D"] and both.decision == decision
    assert merged({}, mine, mine, {}) == mine
    with pytest.raises(WorkbenchError, match="no part"):
        merged(content_of(base), mine, theirs, {"answers/nothing": "mine"})


def test_that_a_merge_shows_what_differs_in_words_whatever_both_changed() -> None:
    base = replace(a_full_scenario(), decision=a_full_decision())
    option, decision = base.options[0], a_full_decision()
    long = "The reason that both of them began with, word by word. " * 8

    def changed(name: str, usd: float) -> Scenario:
        figure = replace(option.figures["monthly_usd"], value=Estimate(usd, usd, usd))
        triggers = (Condition(f"{name} says so"), Condition("It is dear", Watch.MONTHLY_COST, option.id, above=usd))
        record = replace(
            decision, because=f"{long}{name} ends it.", triggers=triggers, risks=(Risk("The same risk", name),),
            sign_offs=(SignOff(name, "", "2026-11-21T10:00:00+00:00", "ab" * 32),),
            basis=Basis("2026-11-21", "c0ffee", "2026-11-20", "A" if name == "Ann" else "B", 1.0),
        )  # fmt: skip
        options = (replace(option, figures={**option.figures, "monthly_usd": figure}), *base.options[1:])
        return replace(base, options=options, decision=record)

    parts = {p.path: p for p in parts_of(content_of(base), changed("Ann", 2_000.0), changed("Bob", 3_000.0))}
    assert all(part.mine != part.theirs for part in parts.values()), "else nobody could tell which to take"
    assert "Ann says so; It is dear (monthly-cost A above 2,000)" in parts["decision/triggers"].mine
    assert parts["decision/because"].theirs.startswith("… ") and parts["decision/because"].theirs.endswith(
        "Bob ends it."
    )
    assert "$3,000" in parts["options/A"].theirs and "models" not in parts["options/A"].theirs
    assert parts["decision/risks"].mine == "The same risk — Ann"
    both = merged(content_of(base), changed("Ann", 2_000.0), changed("Bob", 3_000.0), dict.fromkeys(parts, "theirs"))
    assert both.decision == changed("Bob", 3_000.0).decision


def test_that_the_command_line_shares_names_the_conflict_and_merges(
    tmp_path: Path, server: Server, ann: Services, bob: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = full(ann)
    for one in (ann, bob):
        one.settings.save()
    here, there = ("--home", str(tmp_path / "ann")), ("--home", str(tmp_path / "bob"))
    assert run([*here, "team", "connect", str(server.place), "--no-password"]) == 0
    assert run([*here, "team", "share", "support-chat"]) == 0
    assert run([*there, "team", "status", "--json"]) == 0
    out = capsys.readouterr().out
    assert "Support chat: sent" in out
    (row,) = json.loads(out.splitlines()[-1])["scenarios"]
    assert (row["state"], row["shared"]) == ("only there", False)
    assert run([*there, "team", "fetch", mine.id]) == 0
    for folder, months in ((here, 24), (there, 48)):
        assert run([*folder, "scenario", "edit", "support-chat", f"horizon_months={months}"]) == 0
    assert run([*here, "team", "sync"]) == 0
    assert run([*there, "team", "sync"]) == 1
    assert "conflict" in capsys.readouterr().out
    assert run([*there, "team", "merge", "support-chat"]) == 1
    told = capsys.readouterr().out
    assert "answers/horizon_months" in told and "24 months" in told and "48 months" in told
    assert run([*there, "team", "merge", "support-chat", "--theirs", "answers/horizon_months"]) == 0
    assert run([*there, "team", "stop", "support-chat"]) == 0
    assert run([*there, "team", "sync", "support-chat"]) == 1
    assert run([*there, "team", "disconnect"]) == 0
    assert run([*there, "team", "status"]) == 1
    assert "No team store is set" in capsys.readouterr().err
