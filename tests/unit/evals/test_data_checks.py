"""What is found in a data set before it is used."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest
from workbench.domain.evals import EvalCase, EvalSet
from workbench.evals.alike import alike_groups
from workbench.evals.checks import Finding, Kind, checked
from workbench.evals.personal import personal_data


def data(*cases: EvalCase, examples: tuple[EvalCase, ...] = ()) -> EvalSet:
    return EvalSet("set", "hash", cases, examples=examples)


def only(dataset: EvalSet, kind: Kind) -> Finding:
    (found,) = [finding for finding in checked(dataset).findings if finding.kind is kind]
    assert found.mend
    return found


def test_that_a_clean_set_has_no_findings() -> None:
    found = checked(
        data(EvalCase("a", "How many days of leave are there?", "29"), EvalCase("b", "Who decides?", "Ada"))
    )
    assert found.findings == ()
    assert found.baseline is None
    assert [case.cluster for case in found.dataset.cases] == ["", ""]


def test_that_empty_repeated_and_conflicting_rows_are_named() -> None:
    dataset = data(
        EvalCase("a", "How many?", "29"),
        EvalCase("b", "how  many?", " 29. "),
        EvalCase("c", "Who?", "Ada"),
        EvalCase("d", "Who?", "Kenji"),
        EvalCase("e", "When?", ""),
        EvalCase("f", "Valid?", "", scorer="json-valid"),
    )
    assert only(dataset, Kind.DUPLICATE).cases == ("b",)
    conflict = only(dataset, Kind.CONFLICT)
    assert conflict.cases == ("c", "d")
    assert "c and d say “Ada” and “Kenji”" in conflict.what
    assert only(dataset, Kind.EMPTY).cases == ("e",)


def test_that_rows_scored_in_different_ways_contradict_nothing() -> None:
    rude, polite = ('exact(expected="hi")', "equals: hi"), ('rubric(expected="is polite")', "llm-rubric: is polite")
    found = checked(data(*(EvalCase(str(n), "Say hi", said, spec) for n, (spec, said) in enumerate((rude, polite)))))
    assert not {Kind.CONFLICT, Kind.DUPLICATE} & {finding.kind for finding in found.findings}
    assert len({case.cluster for case in found.dataset.cases}) == 1, "they count together all the same"


def test_that_nearly_the_same_rows_become_clusters_together_with_their_documents() -> None:
    text = " ".join(f"word{number}" for number in range(40))
    dataset = data(
        EvalCase("a", f"{text} end", "1"),
        EvalCase("b", f"{text} end!", "2", source_document="x.pdf"),
        EvalCase("c", "something else entirely here", "3", source_document="x.pdf"),
        EvalCase("d", "and another thing altogether now", "4"),
    )
    found = checked(dataset)
    assert [case.cluster for case in found.dataset.cases] == ["case a", "case a", "case a", "case d"]
    with_document = data(*dataset.cases[1:])
    assert {case.cluster for case in checked(with_document).dataset.cases} == {""}, "documents alone need no clusters"


def test_that_answers_given_away_and_examples_in_the_test_are_told() -> None:
    dataset = data(
        EvalCase("a", "The limit is 29 days. How many?", "29 days"),
        EvalCase("b", "Is it 1290 days?", "29"),
        examples=(EvalCase("s", "is it 1290 DAYS?", "no"),),
    )
    assert only(dataset, Kind.LEAK).cases == ("a",)
    assert only(dataset, Kind.SHOWN).cases == ("b",)


def test_that_the_share_of_the_most_frequent_answer_is_the_baseline() -> None:
    cases = [
        EvalCase(str(n), f"question number {n} about {n * 7}", "Positive." if n % 4 else "negative") for n in range(40)
    ]
    found = checked(data(*cases))
    assert found.baseline == 0.75
    finding = only(data(*cases), Kind.CLASSES)
    assert finding.is_caution
    assert "“positive” is right in 75 %" in finding.what


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Write to ada.solberg@example.org today", {"mail"}),
        ("Call +49 30 1234 5678", {"phone"}),
        ("Tel.: 030 / 123 45 67", {"phone"}),
        ("(555) 123-4567", {"phone"}),
        ("IBAN DE89 3704 0044 0532 0130 00", {"iban"}),
        ("IBAN DE88 3704 0044 0532 0130 00", set()),
        ("card 4111 1111 1111 1111", {"card"}),
        ("card 4111 1111 1111 1112", set()),
        ("SSN 078-05-1120", {"ssn"}),
        ("from 192.168.0.12", {"network"}),
        ("version 1.2.3.4.5, 12.5 % of 2026-04-04 at 10:30", set()),
        ("geboren am 4.4.1980", {"birth"}),
        ("The limit is 29 days, see HR-04 and order 20260404123456", set()),
        ("3.14159265358979 or 1,234,567,890.12", set()),
    ],
)
def test_that_personal_data_with_a_form_is_found(text: str, kinds: set[str]) -> None:
    assert personal_data(text) == kinds


def test_that_no_text_is_searched_for_personal_data_for_long() -> None:
    begin = time.process_time()
    for text in (f"tel{' ' * 1_500}x 1234567", f"{'tel' * 20_000}-x 1234567", f"+1{'.' * 50_000}x 1234567"):
        assert personal_data(text) == set()
    assert time.process_time() - begin < 3


def test_that_rows_with_personal_data_are_marked_sensitive_unless_a_person_decided_otherwise() -> None:
    dataset = data(EvalCase("a", "Who is ada@example.org?", "Ada"), EvalCase("b", "Who decides?", "Ada"))
    assert [case.sensitive for case in checked(dataset).dataset.cases] == [True, False]
    assert [case.sensitive for case in checked(dataset, mark=False).dataset.cases] == [False, False]
    assert "1 row holds what looks like personal data: an address of mail (1)" in only(dataset, Kind.PERSONAL).what
    assert only(dataset, Kind.PERSONAL).mend.startswith("It is marked sensitive and stays on this machine.")
    hidden = EvalCase("c", "Who decides?", "Ada", fields=(("contact", "ada@example.org"),))
    shown = checked(replace(data(hidden, EvalCase("d", "Who pays?", "Bob")), examples=(dataset.cases[0],))).dataset
    assert [case.sensitive for case in shown.cases] == [True, False], "a template may put any column into the question"
    assert shown.examples[0].sensitive, "what is shown is looked through, too"


def test_that_alike_texts_are_found_among_many_and_others_are_not() -> None:
    drawn = random.Random(3)
    vocabulary = [f"w{number}" for number in range(500)]
    texts = [" ".join(drawn.choices(vocabulary, k=40)) for _ in range(500)]
    planted = [(place, len(texts) + count) for count, place in enumerate(range(0, 500, 10))]
    texts += [texts[place] + " extra" for place, _ in planted]
    assert sorted(tuple(group) for group in alike_groups(texts)) == planted


def test_that_looking_through_grows_with_the_number_of_rows() -> None:
    drawn = random.Random(4)
    words = ["the", "limit", "for", "annual", "leave", "is", "days", "per", "employee", "and", "the", "last", "request"]

    def seconds(*cases: EvalCase) -> float:
        begin = time.process_time()
        checked(data(*cases))
        return time.process_time() - begin

    def drawn_cases(count: int) -> list[EvalCase]:
        return [EvalCase(str(n), " ".join(drawn.choices(words, k=25)), str(n)) for n in range(count)]

    def twice(count: int) -> list[EvalCase]:
        """Every input twice, half of them with another answer."""
        return [EvalCase(str(n), f"question {n // 2}", str(n % 4 == 1)) for n in range(count)]

    assert min(seconds(*drawn_cases(2000)) for _ in range(2)) < 25 * min(seconds(*drawn_cases(200)) for _ in range(3))
    assert seconds(*twice(8000)) < 16 * min(seconds(*twice(1000)) for _ in range(3))
