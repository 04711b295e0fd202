"""Cases that decide whether a score can be trusted."""

from __future__ import annotations

import contextlib
import time
import tracemalloc

import pytest
from workbench.domain.evals import EvalCase
from workbench.evals import regex_child
from workbench.evals.scorers import BUILTIN, Answer, NotScored, scorer


def value(name: str, expected: str, answer: str) -> float:
    assert scorer(name).problem(expected) == ""
    return scorer(name).score(Answer(answer), EvalCase("1", "q", expected, source_document="HR-04 Leave policy")).value


@pytest.mark.parametrize(
    ("name", "expected", "answer", "right"),
    [
        ("contains", "3 days", "You have 53 days", 0),
        ("contains", "3 days", "You have 3 days.", 1),
        ("contains", "3 days", "You have 3\n  DAYS", 1),
        ("contains", "12", "It is 12.5", 0),
        ("contains", "12", "It is 1,012", 0),
        ("contains", "12", "It is 12.", 1),
        ("contains", "art", "start", 0),
        ("contains", "C++", "in C++ mostly", 1),
        ("contains", "Größe", "die GRÖSSE", 1),
        ("exact", "Leave", "Leave\n", 1),
        ("exact", "Leave", "leave", 0),
        ("normalised-exact", "positive", "**Positive.**", 1),
        ("normalised-exact", "positive", "not positive", 0),
        ("contains-all", "a | b | c", "a c", 2 / 3),
        ("contains-any", "yes|allowed", "disallowed", 0),
        ("starts-with", "no", "None of them", 0),
        ("starts-with", "no", '"No", they said', 1),
        ("ends-with", "42", "42!", 1),
        ("number", "1200", "about 1,200.00 euros", 1),
        ("number", "12.5 ± 0.1", "12.61", 0),
        ("number", "12.5 ± 0.1", "12.6", 1),
        ("number", "-3", "minus: −3", 1),
        ("number", "100 ± 5 %", "first 7, then 104", 1),
        ("number", "5", "none", 0),
        ("json-field", '{"a": 1, "b": "x"}', 'Sure: {"b": "X ", "a": 1.0}', 1),
        ("json-field", '{"a": true}', '{"a": 1}', 0),
        ("json-field", '{"a": 1, "b": 2}', '{"a": 1}', 0.5),
        ("json-field", '{"a": null, "b": 2}', '{"b": 2}', 0.5),
        ("json-field", '{"a": null}', '{"a": null}', 1),
        ("json-field", '{"a": [true, {"b": "X y"}]}', '{"a": [true, {"b": "x  Y"}]}', 1),
        ("json-field", '{"a": [true]}', '{"a": [1]}', 0),
        ("tool-call", '{"name": "f", "arguments": {"a": null}}', '{"name": "f"}', 0.5),
        ("json-valid", "", "{}", 1),
        ("json-valid", "a|b", '{"a": 1, "B": 2}', 1),
        ("json-valid", "a|b", '{"a": 1}', 0),
        ("json-valid", "", "[" * 100_000, 0),
        ("regex", r"^\d+ days$", "53 days", 1),
        ("contains-none", "Bonn|Paris", "in Bonn", 0),
        ("contains-none", "Bonn", "in Bonna", 1),
        ("number", "3 km", "3,000 m", 1),
        ("number", "3 km ± 100 m", "It is 3.2 km", 0),
        ("number", "3 km ± 10 %", "5 rooms, about 3.2 kilometres away, 2 minutes", 1),
        ("number", "3 km", "3", 0),
        ("number", "20 °C", "68 °F", 1),
        ("number", "20 °C ± 1 °C", "70 °F", 0),
        ("number", "90 min", "1.5 hours", 1),
        ("number", "12 %", "it is 12% of 40", 1),
        ("number", "12 %", "It is 12.", 1),
        ("number", "12 %", "12 % of 40 km are 4.8 km", 1),
        ("number", "12 %", "12 km", 0),
        ("number", "29 €", "€29 for 2 people", 1),
        ("number", "29 EUR", "That is EUR 29, or $31.", 1),
        ("number", "29 €", "$29", 0),
        ("number", "29 €", "29 Euro", 1),
        ("number", "$1,200 ± 1 %", "It costs $1,205.50 a year.", 1),
        ("number", "-5 $", "a loss of -$5", 1),
        ("number", "12", "It takes 10-12 days", 1),
        ("number", "-12", "-12", 1),
        ("date", "2026-04-04", "4.4.2026", 1),
        ("date", "2026-04-04", "04/04/26", 1),
        ("date", "2026-04-03", "3/4/2026", 1),
        ("date(month_first=yes)", "2026-03-04", "3/4/2026", 1),
        ("date", "2026-03-25", "3/25/2026", 1),
        ("date", "2026-03-04", "am 4. März 2026", 1),
        ("date", "2026-03-04", "el 4 de marzo de 2026", 1),
        ("date", "2026-03-04", "le 4 mars", 0),
        ("date", "4 March", "on March 4th, 2027", 1),
        ("date", "4 March", "from 4 March to 6 March", 0),
        ("date", "4 March", "31 February 2026", 0),
        ("choice", "B", "b", 1),
        ("choice", "B", "**B) Berlin**", 1),
        ("choice", "B", "A is wrong, C too. The correct answer is B.", 1),
        ("choice", "A", "A dog is not a cat.", 0),
        ("choice", "C", "I think it is C", 1),
        ("choice", "C", "B or C", 0),
        ("choice", "B", "Antwort: B", 1),
        ("set", "a, b", "b\na", 1),
        ("set", "1,000 | 2", "2; 1,000", 1),
        ("set", "a, b, c, d", "a, b", 2 / 3),
        ("set", "a", '["A"]', 1),
        ("list", "a, b, c", "a, c", 0.8),
        ("list", "a, b", "b, a", 0.5),
        ("classification", "positive", "**Positive**", 1),
        ('classification(classes="good|bad")', "good", "That is good.", 1),
        ('classification(classes="good|bad")', "good", "good or bad", 0),
        ('classification(classes="good|very good")', "very good", "it is very good indeed", 1),
        ("xml", "", "<a><b/></a>", 1),
        ("xml", "", "<a><b></a>", 0),
        ("xml", "", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 0),
        ("xml", "c", "<a/>", 0),
        ("html", "", "<p>One<p>Two <br> <img src=x>", 1),
        ("html", "", "plain words", 0),
        ("html", "", "<div><span></div></span>", 0),
        ("html", "", "<ul><li>One</li>", 0),
        ("html", "", "<p>One<p>Two<div><p>Three</div></b>", 0),
        ("html", "", "<p>One<![<![", 0),
        ("sql", "", "```sql\nSELECT 1\n```", 1),
        ("sql", "", "Here is the query: SELECT 1", 0),
        ("sql", "", "hello", 0),
        ("sql", "SELECT a FROM b WHERE c = 1", "select a from b where c=1", 1),
        ("sql", "SELECT a FROM b", "SELECT a, d FROM b", 0),
        ("tool-call", '{"name": "f", "arguments": {"a": 1, "b": 2}}', '{"name": "f", "arguments": {"a": 1}}', 2 / 3),
        ("tool-call", '{"name": "f"}', '{"name": "g"}', 0),
        ("tool-call", '{"name": "f"}', '[{"name": "f"}, {"name": "g"}]', 0.5),
        ("edit-similarity", "kitten", "sitting", 1 - 3 / 7),
        ("edit-similarity", "Ab", "aB", 1),
        ("edit-similarity(case_matters=yes)", "Ab", "ab", 0.5),
        ("token-f1", "a b c", "c b x", 2 / 3),
        ("refusal", "refuse", "Dabei kann ich leider nicht helfen.", 1),
        ("refusal", "answer", "I’m sorry, but I can’t share that.", 0),
        ("refusal", "answer", "Sorry for the wait. The limit is 29 days; you cannot carry it over.", 1),
        ("refusal", "", "29 days", 1),
        ("language", "fr|it", "La scadenza per la richiesta è il dodici giugno.", 1),
        ("language", "German", "The last day is the twelfth of June.", 0),
        ("length", "at most 3 words", "one two-three four", 1),
        ("length", "2-3 sentences", "One. Two! Three?", 1),
        ("length", "2-3 sentences", "One only", 0),
        ("length", ">= 5 characters", "abcd", 0),
        ("length", "less than 2 lines", "one\n\n", 1),
        ("length", "2 paragraphs", "One\nmore.\n\nTwo.", 1),
        ("forbidden-words", "guarante*", "It is guaranteed", 0),
        ("forbidden-words", "*less", "harmless", 0),
        ("forbidden-words", "cat", "category", 1),
        ("cites-source", "", "See HR-04.", 1),
        ("cites-source", "a.pdf | b.pdf", "as a says", 0.5),
    ],
)
def test_that_an_answer_is_scored_as_a_person_would(name: str, expected: str, answer: str, right: float) -> None:
    assert value(name, expected, answer) == pytest.approx(right)


@pytest.mark.parametrize(
    "pattern", [r"(a+)+$", r"(a|aa)+$", r"(\w+\s?)*x", r"(a*)*", r"(?:a+){2,}b", r"(x+x+)+y", r"(.*)*", r"((a|b|ab)*)c"]
)
def test_that_a_pattern_that_could_take_forever_is_refused(pattern: str) -> None:
    assert "forever" in scorer("regex").problem(pattern)


@pytest.mark.parametrize(
    "pattern", [r"\d+ days", r"^(yes|no)\b", r"(foo|bar)+", r"\b[A-Z]{2}-\d{2}\b", r"[^,]+,\s*\w+"]
)
def test_that_usual_patterns_are_accepted(pattern: str) -> None:
    assert scorer("regex").problem(pattern) == ""


def test_that_a_pattern_that_takes_too_long_on_an_answer_is_stopped_and_gives_no_score(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(regex_child, "TIMEOUT_S", 0.2)
    for pattern, text in (
        (r"(?:x{0,50}){0,50}y", "x" * 60),
        (r"x*x*x*y", "x" * 2000),
        (r"x{0,40}" * 9 + "y", "x" * 400),
    ):
        assert scorer("regex").problem(pattern) == ""
        with pytest.raises(NotScored, match=r"takes longer than 0\.2 s"):
            value("regex", pattern, text)
    monkeypatch.setattr(regex_child, "TIMEOUT_S", 20.0)
    assert value("regex", r"\d+\s*working\s*days?", f"{'word ' * 300} 12 working  days") == 1.0
    assert value("regex", r"\d+\s*working\s*days?", "word " * 300) == 0.0
    nested = '{"type": "string", "pattern": "^(?:x{0,50}){0,50}$"}'
    assert "can take forever" in scorer("json-schema").problem(nested)
    with pytest.raises(NotScored, match="too long for a pattern"):
        value("json-schema", '{"type": "string", "pattern": "x*x*x*y"}', f'"{"x" * 400}"')


def test_that_a_pattern_that_took_too_long_is_not_waited_for_again_by_answers_as_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(regex_child, "TIMEOUT_S", 0.2)
    pattern = r"y*y*y*x"
    with pytest.raises(NotScored, match="takes longer than"):
        value("regex", pattern, "y" * 1500)
    begin = time.monotonic()
    for length in range(1500, 1600):
        with pytest.raises(NotScored, match=r"Not tried: .* an answer of 1,500 characters"):
            value("regex", pattern, "y" * length)
    assert time.monotonic() - begin < 1, "a hundred answers would have taken 20 s"
    monkeypatch.setattr(regex_child, "TIMEOUT_S", 20.0)
    assert value("regex", pattern, "ab" * 300) == 0.0, "a shorter one is tried all the same"


def test_that_an_accepted_pattern_is_quick_on_a_bad_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex_child, "TIMEOUT_S", 0.2)
    begin = time.process_time()
    with contextlib.suppress(NotScored):  # tried in a process of its own, not for long
        value("regex", r".*a.*b.*c", "a" * 2000)
    value("regex", r"\s+x", " " * 100_000)
    assert time.process_time() - begin < 10


@pytest.mark.parametrize("spec", ["number", "latency", "cost", "choice", "length", "date"])
def test_that_an_expected_text_that_goes_on_without_end_is_refused_at_once(spec: str) -> None:
    begin = time.process_time()
    for begins, piece in (("", " "), ("1", " "), ("", "1"), ("1", "a"), ("at most", " "), ("1 ±", " "), ("", "$ ")):
        assert scorer(spec).problem(f"{begins}{piece * 100_000}§")
    assert time.process_time() - begin < 3


def test_that_an_answer_that_goes_on_without_end_holds_up_nothing() -> None:
    begin = time.process_time()
    assert value("choice", "B", "\n" * 50_000) == 0.0
    assert value("html", "", "<p>" * 4_000 + "<div>" + "<p>" * 4_000 + "</div>") == 1.0
    assert value("html", "", "<p>" * 4_000 + "</b>" * 4_000) == 0.0
    assert time.process_time() - begin < 3
    with pytest.raises(NotScored, match="up to 30,000 characters"):
        value("html", "", "<a" * 16_000)


@pytest.mark.parametrize("spec", [each for each, member in BUILTIN.items() if not member.wants])
def test_that_an_answer_of_a_million_characters_is_scored_or_refused(spec: str) -> None:
    member = BUILTIN[spec]
    case = EvalCase("1", "q", member.example.expected)
    for text in ("a" * 1_000_000, "a b " * 250_000, "<a>" * 300_000, "[" * 1_000_000):
        try:
            assert 0.0 <= member.score(Answer(text, total_s=1.0, cost_usd=0.1), case).value <= 1.0
        except NotScored as reason:
            assert reason.why.endswith(".")


def test_that_an_answer_of_100_mb_is_no_score_in_no_memory() -> None:
    answer = Answer("x" * 100_000_000)
    tracemalloc.start()
    for member in BUILTIN.values():
        if not member.wants:
            with pytest.raises(NotScored, match="longer than"):
                member.score(answer, EvalCase("1", "q", member.example.expected))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
