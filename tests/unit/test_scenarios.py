from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from workbench.domain.criterion import DEFAULT_CRITERIA
from workbench.domain.decision import Decision, DecisionStatus
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evals import EvalStatus
from workbench.domain.questions import QUESTIONS
from workbench.domain.scenario import Scenario
from workbench.paths import data_dir
from workbench.services.scenarios import SAMPLE_SLUG, ScenarioService, StaleScenario
from workbench.store.evidence_text import read_evidence

from scenario_values import a_comparison, a_run, store_in


@pytest.fixture
def scenarios(tmp_path: Path) -> ScenarioService:
    return ScenarioService(store=store_in(tmp_path))


def test_that_each_answer_is_on_the_disk_when_given(tmp_path: Path, scenarios: ScenarioService) -> None:
    scenario = scenarios.new("Support chat")
    scenarios.answer(scenario.id, "weeks_limit", 12)
    answered = scenarios.answer(scenario.id, "requests_per_day", 500)
    again = ScenarioService(store=store_in(tmp_path)).load(scenario.id)
    assert again == answered
    assert again.answers == {"weeks_limit": 12, "requests_per_day": {"low": 500, "likely": 500, "high": 500}}


def test_that_an_answer_can_be_taken_away(scenarios: ScenarioService) -> None:
    scenario = scenarios.new("Support chat")
    scenarios.answer(scenario.id, "weeks_limit", 12)
    assert scenarios.answer(scenario.id, "weeks_limit", None).answers == {}


def test_that_an_answer_its_question_does_not_take_changes_nothing(scenarios: ScenarioService) -> None:
    scenario = scenarios.new("Support chat")
    with pytest.raises(WorkbenchError, match="not one of the choices"):
        scenarios.answer(scenario.id, "sensitivity", "secret")
    with pytest.raises(WorkbenchError, match="no question"):
        scenarios.answer(scenario.id, "weekz", 3)
    assert scenarios.load(scenario.id) == scenario


def test_that_autosaves_of_two_windows_merge_and_whole_saves_notice_each_other(scenarios: ScenarioService) -> None:
    scenario = scenarios.new("Support chat")
    scenarios.answer(scenario.id, "weeks_limit", 12)
    assert set(scenarios.answer(scenario.id, "quality_target", 80).answers) == {"weeks_limit", "quality_target"}
    with pytest.raises(StaleScenario):
        scenarios.save(replace(scenario, name="Mine"))


def test_that_undo_and_redo_by_swapping_restore_everything_but_the_version(scenarios: ScenarioService) -> None:
    before = scenarios.new("Support chat")
    after = scenarios.answer(before.id, "weeks_limit", 12)
    undone = scenarios.replace(before.id, before)
    assert replace(undone, version=before.version, updated_at=before.updated_at) == before
    redone = scenarios.replace(before.id, after)
    assert replace(redone, version=after.version, updated_at=after.updated_at) == after
    assert redone.version == 4


def test_that_undo_over_a_change_made_elsewhere_is_noticed_when_asked_to(scenarios: ScenarioService) -> None:
    before = scenarios.new("Support chat")
    after = scenarios.answer(before.id, "weeks_limit", 12)
    elsewhere = scenarios.answer(before.id, "quality_target", 80)
    with pytest.raises(StaleScenario):
        scenarios.replace(before.id, before, expected_version=after.version)
    assert scenarios.load(before.id) == elsewhere


def test_that_a_scenario_is_found_by_id_short_name_and_name(scenarios: ScenarioService) -> None:
    scenario = scenarios.new("  Support   chat ")
    assert scenario.name == "Support chat"
    for ref in (scenario.id, "support-chat", "Support chat"):
        assert scenarios.load(ref) == scenario


def test_that_an_unknown_name_is_answered_with_the_closest(scenarios: ScenarioService) -> None:
    with pytest.raises(WorkbenchError, match="none yet"):
        scenarios.load("suport-chat")
    scenarios.new("Support chat")
    with pytest.raises(WorkbenchError, match="Did you mean support-chat"):
        scenarios.load("suport-chat")


def test_that_a_name_given_twice_must_be_told_apart(scenarios: ScenarioService) -> None:
    first, second = scenarios.new("Chat"), scenarios.new("Chat")
    assert (scenarios.load("chat"), scenarios.load("chat-2")) == (first, second)
    with pytest.raises(WorkbenchError, match=r"chat, chat-2|chat-2, chat"):
        scenarios.load("Chat")


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_that_a_name_must_say_something_and_be_short(scenarios: ScenarioService, name: str) -> None:
    with pytest.raises(WorkbenchError, match="name"):
        scenarios.new(name)
    assert scenarios.list() == ()


def test_that_the_sample_opens_on_the_first_start_and_only_once(scenarios: ScenarioService) -> None:
    assert scenarios.is_first_start()
    sample = scenarios.open_sample()
    assert scenarios.open_sample() == sample
    assert not scenarios.is_first_start()
    (row,) = scenarios.list()
    assert (row.slug, row.sample, row.decision_status) == (SAMPLE_SLUG, True, "accepted")
    assert row.steps_done == ("requirements", "options", "validate", "decide")
    assert sample.criteria == DEFAULT_CRITERIA


def test_that_the_sample_opens_with_the_eval_of_every_demo_model(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    sample = ScenarioService(store=store).open_sample()
    (run,) = store.eval_runs.runs(sample.id)
    results = store.eval_runs.results(run.id)
    assert run.case_count >= 150
    assert len(results) == run.case_count * len(run.model_ids) * len(run.scorers)
    assert {result.cost_usd for result in results} == {0.0}, "a model on this machine costs no money, which is known"


def test_that_the_evidence_of_the_sample_is_of_the_models_and_the_data_that_are_shipped() -> None:
    resources = data_dir("resources")
    evidence = read_evidence(resources / "scenarios" / f"{SAMPLE_SLUG}.evidence.json")
    shipped = {
        f"local/{file.stem}": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (resources / "demo_models").glob("*.gguf")
    }
    again = "a model or the data changed: .venv/bin/python -m resources.scenarios.record_evidence"
    assert dict(evidence.model_hashes) == shipped, again
    data = hashlib.sha256((resources / "evals" / f"{SAMPLE_SLUG}.csv").read_bytes()).hexdigest()
    assert {run.dataset_hash for run in evidence.runs} == {data}, again


def test_that_the_sample_can_be_asked_for_by_name_before_any_first_start_and_stays_deleted(
    scenarios: ScenarioService,
) -> None:
    scenarios.new("Another")
    sample = scenarios.load(SAMPLE_SLUG)
    assert sample.sample
    scenarios.delete(sample.id)
    with pytest.raises(WorkbenchError):
        scenarios.load(SAMPLE_SLUG)


def test_that_a_scenario_of_ones_own_with_the_samples_name_is_not_covered_by_it(scenarios: ScenarioService) -> None:
    mine = scenarios.new("Knowledge assistant")
    assert scenarios.load(SAMPLE_SLUG) == mine


def test_that_the_sample_keeps_what_a_person_did_with_it_and_comes_back_from_the_bin(
    scenarios: ScenarioService,
) -> None:
    sample = scenarios.open_sample()
    scenarios.answer(sample.id, "weeks_limit", 20)
    scenarios.delete(sample.id)
    assert scenarios.list() == ()
    again = scenarios.open_sample()
    assert (again.answers["weeks_limit"], again.deleted_at) == (20, None)


def test_that_the_eval_data_of_the_sample_is_a_shipped_file(scenarios: ScenarioService) -> None:
    path = scenarios.dataset_path(scenarios.open_sample())
    assert path is not None and path.is_file()
    assert scenarios.dataset_path(scenarios.new("Chat")) is None


def test_that_a_copy_is_the_persons_own_and_leaves_the_original(scenarios: ScenarioService) -> None:
    sample = scenarios.open_sample()
    copy = scenarios.duplicate(sample.id)
    assert (copy.name, copy.sample, copy.answers) == ("Knowledge assistant (copy)", False, sample.answers)
    assert scenarios.load(sample.id) == sample


def test_that_the_bin_gives_back_what_it_took_until_it_is_emptied(scenarios: ScenarioService) -> None:
    scenario = scenarios.new("Chat")
    assert scenarios.delete(scenario.id).scenarios == {scenario.id}
    assert [row.id for row in scenarios.bin()] == [scenario.id]
    with pytest.raises(WorkbenchError):
        scenarios.load("chat")
    assert replace(scenarios.restore(scenario.id), version=1, updated_at=scenario.updated_at) == scenario
    scenarios.delete(scenario.id)
    assert scenarios.purge(scenario.id).scenarios == {scenario.id}
    assert scenarios.purge(scenario.id).scenarios == frozenset()
    assert scenarios.bin() == ()


def test_that_the_steps_done_follow_what_is_there(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    scenarios = ScenarioService(store=store)
    scenario = scenarios.new("Chat")
    scenarios.answer_all(scenario.id, dict.fromkeys((key for key in QUESTIONS if key != "job"), "unknown"))
    assert scenarios.list()[0].steps_done == ()
    scenarios.answer(scenario.id, "job", "Chat with customers")
    store.comparisons.save(a_comparison(scenario.id))
    drafted = scenarios.load(scenario.id)
    scenarios.save(replace(drafted, decision=Decision("A", "It is cheap.")))
    assert scenarios.list()[0].steps_done == ("requirements",)
    store.eval_runs.save_run(replace(a_run(scenario.id), status=EvalStatus.FINISHED))
    decided = scenarios.load(scenario.id)
    scenarios.save(replace(decided, decision=Decision("A", "It is cheap.", DecisionStatus.ACCEPTED)))
    assert scenarios.list()[0].steps_done == ("requirements", "validate", "decide")


def test_that_a_comparison_is_kept_beside_its_scenario(scenarios: ScenarioService) -> None:
    scenario = scenarios.new("Chat")
    comparison = a_comparison(scenario.id)
    assert scenarios.save_comparison(comparison).comparisons == {comparison.id}
    assert scenarios.comparisons(scenario.id) == (comparison,)


# Files


def test_that_a_path_is_read_and_nothing_is_stored(tmp_path: Path, scenarios: ScenarioService) -> None:
    file = tmp_path / "chat.yaml"
    file.write_text("name: Chat\nanswers: {weeks_limit: 12}\n", encoding="utf-8")
    scenario, stored = scenarios.resolve(str(file))
    assert (scenario.answers, stored, scenarios.list()) == ({"weeks_limit": 12}, False, ())
    kept = scenarios.new("Kept")
    assert scenarios.resolve("kept") == (kept, True)


def test_that_exporting_and_importing_elsewhere_gives_the_same_scenario(tmp_path: Path) -> None:
    here, there = (ScenarioService(store=store_in(_folder(tmp_path, name))) for name in ("here", "there"))
    original = here.duplicate(here.open_sample().id)
    file = here.export_file(original, tmp_path / "out.yaml")
    arrived = there.import_yaml(file)
    assert replace(arrived, updated_at=original.updated_at) == original
    assert there.import_yaml(file) == arrived
    assert len(there.list()) == 1


def test_that_importing_changed_content_of_a_known_id_keeps_both(tmp_path: Path, scenarios: ScenarioService) -> None:
    scenario = scenarios.new("Chat")
    file = scenarios.export_file(scenario, tmp_path / "chat.yaml")
    scenarios.answer(scenario.id, "weeks_limit", 12)
    arrived = scenarios.import_yaml(file)
    assert (arrived.name, arrived.answers, arrived.id != scenario.id) == ("Chat (imported)", {}, True)
    assert scenarios.load(scenario.id).answers == {"weeks_limit": 12}


def test_that_a_bad_file_is_not_imported_at_all(tmp_path: Path, scenarios: ScenarioService) -> None:
    file = tmp_path / "chat.yaml"
    file.write_text("name: Chat\nanswers: {weeks_limit: soon}\n", encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"line 2, answers\.weeks_limit"):
        scenarios.import_yaml(file)
    assert scenarios.is_first_start()


def test_that_an_imported_name_keeps_the_rules_of_a_typed_one(tmp_path: Path, scenarios: ScenarioService) -> None:
    file = tmp_path / "chat.yaml"
    file.write_text('name: "a\\e[31m\\nb"\n', encoding="utf-8")
    assert scenarios.import_yaml(file).name == "a [31m b"
    file.write_text(f"name: {'x' * 5000}\n", encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"5,000 characters \(chat.yaml\)"):
        scenarios.import_yaml(file)
    assert len(scenarios.list()) == 1


def test_that_an_export_that_fails_leaves_the_older_file(tmp_path: Path, scenarios: ScenarioService) -> None:
    scenario = scenarios.new("Chat")
    with pytest.raises(WorkbenchError, match="cannot be written"):
        scenarios.export_file(scenario, tmp_path / "nowhere" / "chat.yaml")
    (tmp_path / "taken.yaml").mkdir()
    with pytest.raises(WorkbenchError, match="cannot be written"):
        scenarios.export_file(scenario, tmp_path / "taken.yaml")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_that_answers_typed_as_text_are_taken_whole_or_not_at_all(scenarios: ScenarioService) -> None:
    scenario = scenarios.new("Chat")
    typed = {
        "job": "12",
        "tasks": "answering, code",
        "requests_per_day": "1000, 2000, 5000",
        "company_in_eu": "no",
        "latency_percentile": "99",
        "weeks_limit": "no limit",
        "regions": "none",
        "quality_target": "unknown",
    }
    answers = scenarios.answer_texts(scenario.id, typed).answers
    assert answers == {
        "job": "12",
        "tasks": ["answering", "code"],
        "requests_per_day": {"low": 1000, "likely": 2000, "high": 5000},
        "company_in_eu": False,
        "latency_percentile": "99",
        "weeks_limit": "no limit",
        "regions": [],
        "quality_target": "unknown",
    }
    with pytest.raises(Problems) as caught:
        scenarios.answer_texts(scenario.id, {"weeks_limit": "soon", "tasks": "magic", "job": ""})
    assert len(caught.value.problems) == 2
    assert scenarios.load(scenario.id).answers == answers


def _folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


# A session by random steps


class Session(RuleBasedStateMachine):
    """What a person does in any order; the store must hold what the last call gave back, also after a restart."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.scenarios = ScenarioService(store=store_in(Path(self.folder.name)))
        self.known: dict[str, Scenario] = {}
        self.history: dict[str, list[Scenario]] = {}

    def teardown(self) -> None:
        self.scenarios._store.close()
        self.folder.cleanup()

    def keep(self, scenario: Scenario) -> None:
        self.known[scenario.id] = scenario
        self.history.setdefault(scenario.id, []).append(scenario)

    def some(self, pick: int) -> Scenario:
        return list(self.known.values())[pick % len(self.known)]

    @rule(name=st.sampled_from(["Chat", "chat", "Größe", "全部"]))
    def make(self, name: str) -> None:
        self.keep(self.scenarios.new(name))

    @precondition(lambda self: self.known)
    @rule(pick=st.integers(0, 9), weeks=st.one_of(st.none(), st.integers(1, 99)))
    def answer(self, pick: int, weeks: int | None) -> None:
        self.keep(self.scenarios.answer(self.some(pick).id, "weeks_limit", weeks))

    @precondition(lambda self: self.known)
    @rule(pick=st.integers(0, 9), back=st.integers(1, 5))
    def undo(self, pick: int, back: int) -> None:
        scenario = self.some(pick)
        states = self.history[scenario.id]
        wanted = states[-min(back, len(states))]
        restored = self.scenarios.replace(scenario.id, wanted)
        assert replace(restored, version=wanted.version, updated_at=wanted.updated_at) == wanted
        self.keep(restored)

    @precondition(lambda self: self.known)
    @rule(pick=st.integers(0, 9))
    def delete_or_restore(self, pick: int) -> None:
        scenario = self.some(pick)
        if scenario.deleted_at is None:
            self.scenarios.delete(scenario.id)
        else:
            self.scenarios.restore(scenario.id)
        stored = self.scenarios._store.scenarios.get(scenario.id)
        assert stored is not None and (stored.deleted_at is None) == (scenario.deleted_at is not None)
        self.keep(stored)

    @rule()
    def start_again(self) -> None:
        self.scenarios._store.close()
        self.scenarios = ScenarioService(store=store_in(Path(self.folder.name)))

    @invariant()
    def everything_is_there(self) -> None:
        rows = (*self.scenarios.list(), *self.scenarios.bin())
        assert {row.id for row in rows} == set(self.known)
        for scenario in self.known.values():
            assert self.scenarios._store.scenarios.get(scenario.id) == scenario


TestSession = Session.TestCase
TestSession.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
