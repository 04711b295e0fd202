from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench.app import build
from workbench.domain.decision import Condition
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.questions import QUESTIONS, requirements_from
from workbench.domain.requirements import DataRule
from workbench.domain.scenario import Scenario
from workbench.paths import data_dir
from workbench.services.scenario_text import MAX_BYTES, read_text_file, write_text
from workbench.services.scenarios import SAMPLE_ID

from scenario_values import a_full_decision, a_full_scenario

SAMPLE = data_dir("resources") / "scenarios" / "knowledge-assistant.yaml"
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
TRICKY = st.sampled_from(
    ["", " ", "null", "~", "yes", "1e5", "0x1f", "1_000", "-", "- a", "a: b", "#", "'", '"', "&a", "*a", "!!str", "|",
     "2026-03-17", "12:30:45", "\t", "a\n", "\n\nb ", "é\u2028x", "\x85", "\ufeff", "---", "...", "%YAML", "@", "`"]
)  # fmt: skip


def whole_scenario() -> Scenario:
    """With the shares of its models at 1 in all, as a file must have them."""
    full = a_full_scenario()
    (role,) = full.options[0].models
    return replace(full, options=(replace(full.options[0], models=(replace(role, share=1.0),)), *full.options[1:]))


def write(folder: Path, text: str | bytes) -> Path:
    file = folder / "scenario.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def fault(folder: Path, text: str | bytes) -> str:
    with pytest.raises(WorkbenchError) as caught:
        read_text_file(write(folder, text))
    return str(caught.value)


def test_that_a_scenario_with_every_kind_of_value_reads_back_equal(tmp_path: Path) -> None:
    scenario = whole_scenario()
    assert read_text_file(write(tmp_path, write_text(scenario))) == scenario


@settings(max_examples=150)
@given(name=st.one_of(TEXTS, TRICKY).filter(str.strip), free=st.lists(st.one_of(TEXTS, TRICKY), min_size=3, max_size=3))
def test_that_any_text_reads_back_character_for_character(
    tmp_path_factory: pytest.TempPathFactory, name: str, free: list[str]
) -> None:
    full = whole_scenario()
    assert full.decision is not None
    option = replace(full.options[0], name=free[0], summary=free[1])
    decision = replace(full.decision, because=free[2], triggers=tuple(map(Condition, free)), deciders=tuple(free))
    scenario = replace(full, name=name, options=(option,), decision=decision)
    assert read_text_file(write(tmp_path_factory.mktemp("yaml"), write_text(scenario))) == scenario


def test_that_a_record_with_every_kind_of_entry_reads_back_equal(tmp_path: Path) -> None:
    scenario = replace(whole_scenario(), decision=a_full_decision())
    assert read_text_file(write(tmp_path, write_text(scenario))) == scenario


def test_that_writing_what_was_read_gives_the_same_text(tmp_path: Path) -> None:
    once = write_text(read_text_file(SAMPLE))
    assert write_text(read_text_file(write(tmp_path, once))) == once


def test_that_the_smallest_file_is_a_name(tmp_path: Path) -> None:
    first, second = (read_text_file(write(tmp_path, "name: Chat\n")) for _ in range(2))
    assert first == second
    assert (first.name, first.answers, first.options, first.decision) == ("Chat", {}, (), None)


# The shipped sample


def test_that_the_sample_has_the_id_the_store_looks_for() -> None:
    assert read_text_file(SAMPLE).id == SAMPLE_ID


def test_that_the_sample_answers_every_question() -> None:
    assert set(read_text_file(SAMPLE).answers) == set(QUESTIONS)


def test_that_the_sample_is_the_matrix_of_the_reference_scenario() -> None:
    options = {option.id: option.figures for option in read_text_file(SAMPLE).options}
    names = ("setup_usd", "monthly_usd", "privacy", "weeks", "quality", "independence")
    matrix = {key: tuple(figures[name].likely for name in names) for key, figures in options.items()}
    assert matrix == {
        "A": (15_000, 3_200, 0, 6, 90, 20),
        "B": (80_000, 1_800, 100, 14, 75, 90),
        "C": (55_000, 2_100, 80, 10, 85, 70),
    }
    monthly = {key: figures["monthly_usd"].value for key, figures in options.items()}
    assert (monthly["A"].low, monthly["A"].high, monthly["C"].low, monthly["C"].high) == (2_200, 5_500, 1_600, 3_600)


def test_that_the_sample_is_mixed_and_its_volume_explains_the_bill_of_option_a() -> None:
    sample = read_text_file(SAMPLE)
    requirements = requirements_from(sample.answers)
    usd_per_request = (3_000 * 3 + 400 * 15) / 1e6
    bill = requirements.workload.requests_per_month.scaled(usd_per_request)
    assert requirements.data_rule is DataRule.MIXED
    assert bill.likely == pytest.approx(3_200, rel=0.002)
    assert (bill.low, bill.high) == (pytest.approx(2_200, rel=0.01), pytest.approx(5_500, rel=0.01))


def test_that_the_sample_says_which_figures_are_assumed() -> None:
    for option in read_text_file(SAMPLE).options:
        for name, figure in option.figures.items():
            rated = name in ("privacy", "quality", "independence")
            assert figure.origin.value == ("assumed" if rated else "yours"), (option.id, name)
            assert ("assumed" in figure.source) is rated or not figure.value.is_exact, (option.id, name)
            assert figure.as_of == "2026-03"


# Bad files


def test_that_a_missing_file_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="does not exist"):
        read_text_file(tmp_path / "none.yaml")
    with pytest.raises(WorkbenchError, match="a folder"):
        read_text_file(tmp_path)


BLEND = (
    "{id: A, name: A, strategy: blend, technique: rag, data_flow: all-leaves, models: "
    "[{model: x/y, offer: z, role: '', share: 0.5}, {model: x/w, offer: z, role: '', share: 0.1}]}"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "empty"),
        ("# only a remark\n", "only comments"),
        ("name: Größe".encode("latin-1"), "not UTF-8"),
        ("name: Chat".encode("utf-16"), "not UTF-8"),
        ("name: [", "not YAML"),
        ("just text", "Expected fields, found the text"),
        ("[1, 2]", "Expected fields, found a list"),
        ("name: &a Chat", "anchor"),
        ("name: Chat\nanswers: {job: *a}", "alias"),
        ("name: !!python/object/apply:os.system ['true']", "tag"),
        ("name: Chat\nname: Chat", "given twice"),
        ("name: Chat\x00", "character"),
        ("name: ''", "no name"),
        ("answers: {}", "name (Add|missing)|field is missing"),
        ("name: Chat\nformat: 99", "format 99"),
        ("name: Chat\nid: 7", "Expected text"),
        ("name: Chat\nid: x", "not a UUID"),
        ("name: Chat\ncreated_at: yesterday", "not a time"),
        ("name: Chat\ncreated_at: 2026-03-17T09:00:00", "time zone"),
        ("name: Chat\nsample: 'yes'", "true or false"),
        ("name: Chat\ncolour: red", "'colour' is not known here"),
        ("name: Chat\nanswers: [1]", "Expected answers"),
        ("name: Chat\ndecision: {option: A, review_on: '2027-02-31'}", "not a date"),
        ("name: Chat\nanswers: {weekz_limit: 3}", "no question 'weekz_limit'"),
        ("name: Chat\nanswers: {weeks_limit: soon}", "not a number"),
        ("name: Chat\nanswers: {weeks_limit: .nan}", "not a number"),
        ("name: Chat\nanswers: {weeks_limit: 1e999}", "Out of range"),
        ("name: Chat\nanswers: {weeks_limit: null}", "Expected an answer"),
        ("name: Chat\nanswers: {sensitivity: secret}", "one of"),
        ("name: Chat\nanswers: {requests_per_day: {low: 9, likely: 5, high: 7}}", "wrong way round"),
        ("name: Chat\ndecision: {option: A, status: maybe}", "'maybe' is not one of the choices"),
        ("name: Chat\ncriteria: [{id: a, title: A, unit: x, worst: 1, best: 1, points: 3}]", "equals the worst"),
        ("name: Chat\noptions: {A: 1}", "Expected a list"),
        ("name: Chat\ncriteria: [{id: a, title: A, unit: x, worst: 1, best: 2, points: 0}]", "nothing would count"),
        (f"name: Chat\noptions: [{BLEND}]", r"line 2, options\[0\].models.*add up to 60 %|add up to 60 %.*models"),
        ("a: " + "[" * 5_000, "levels deep"),
    ],
)
def test_that_a_bad_file_gets_a_sentence_that_names_the_fault(tmp_path: Path, text: str | bytes, words: str) -> None:
    import re

    message = fault(tmp_path, text)
    assert re.search(words, message), message
    assert "scenario.yaml" in message


OPTION = """name: Chat
options:
  - id: A
    name: one
    strategy: buy
    technique: rag
    data_flow: all-leaves
    models: [{model: openai/gpt-4o, offer: openai, role: all, share: 1}]
    figures:
      quality: {value: 90, origin: yours}
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("value: 90", "value: 101", "line 10, options[0].figures.quality.value"),
        ("value: 90", "value: -1", "Out of range"),
        ("value: 90", "value: .nan", "NaN"),
        ("value: 90", "value: high", "Expected a number"),
        ("value: 90", "value: {low: 3, likely: 2, high: 4}", "wrong way round"),
        ("value: 90", "value: {low: 3, likely: 4}", "missing"),
        ("origin: yours", "origin: heard", "Choose from catalog"),
        ("quality:", "qualty:", "'qualty' is not known here"),
        ("share: 1", "share: 1.5", "Out of range"),
        ("strategy: buy", "strategy: steal", "buy, build, blend"),
        ("id: A", "id: ''", "id is empty"),
    ],
)
def test_that_a_bad_figure_of_an_option_is_named_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert words in fault(tmp_path, OPTION.replace(old, new))


@pytest.mark.parametrize(
    "text",
    [
        OPTION.replace("value: 90", "value: {low: 5, likely: 1e400, high: 7}"),
        "name: Chat\ncriteria: [{id: a, title: A, unit: x, worst: 1e400, best: 0, points: 3}]",
    ],
)
def test_that_a_number_too_large_to_be_read_is_one_fault(tmp_path: Path, text: str) -> None:
    message = fault(tmp_path, text)
    assert message.startswith("Out of range: a very large number")


def test_that_the_good_option_is_read(tmp_path: Path) -> None:
    assert read_text_file(write(tmp_path, OPTION)).options[0].figures["quality"].likely == 90


def test_that_two_options_of_one_id_are_refused(tmp_path: Path) -> None:
    second = OPTION.split("options:\n")[1]
    assert "given twice" in fault(tmp_path, OPTION + second)


def test_that_all_faults_of_a_file_are_reported_at_once_with_their_lines(tmp_path: Path) -> None:
    text = "name: Chat\nanswers:\n  weeks_limit: soon\n  sensitivity: 4\ncolour: red\nstep: 5\n"
    with pytest.raises(Problems) as caught:
        read_text_file(write(tmp_path, text))
    assert sorted(problem.where.split(", ")[1] for problem in caught.value.problems) == [
        "line 3",
        "line 4",
        "line 5",
        "line 6",
    ]


def test_that_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    assert "larger than 5,120 KiB" in fault(tmp_path, b"name: x\n" + b"#" * MAX_BYTES)


def test_that_no_truncation_or_flipped_byte_of_the_sample_gives_more_than_a_sentence(tmp_path: Path) -> None:
    good = SAMPLE.read_bytes()
    chance = random.Random(7)
    for _ in range(150):
        bad = bytearray(good[: chance.randrange(len(good))] if chance.random() < 0.5 else good)
        if bad:
            bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        try:
            read_text_file(write(tmp_path, bytes(bad)))
        except WorkbenchError as error:
            assert error.what and error.where


def test_that_a_scenario_goes_through_another_workbench_and_comes_back_in_the_same_bytes(tmp_path: Path) -> None:
    there = build(tmp_path / "there")
    for place, scenario in enumerate((whole_scenario(), replace(whole_scenario(), name="é “x” 😀", step=""))):
        sent = write(tmp_path, write_text(replace(scenario, id=f"0192f0c1-0000-7000-8000-00000000000{place}")))
        arrived = there.scenarios.import_yaml(sent)
        back = there.scenarios.export_file(arrived, tmp_path / "back.yaml")
        assert back.read_bytes() == sent.read_bytes()
    there.close()


def test_that_one_changed_answer_changes_one_line() -> None:
    before = whole_scenario()
    after = replace(before, answers={**before.answers, "horizon_months": 24})
    lines = [text.splitlines() for text in map(write_text, (before, after))]
    assert len(lines[0]) == len(lines[1])
    assert [new for old, new in zip(*lines, strict=True) if old != new] == ["  horizon_months: 24"]
