from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

import pytest
from workbench.app import build as services_at
from workbench.domain.questions import QUESTIONS
from workbench.paths import data_dir
from workbench.reports.build import build
from workbench.reports.choices import Choices, Language, Redaction
from workbench.reports.document import Cell, Column, Document, Length, Picture, Table, Verbatim
from workbench.reports.german import day, in_german, money, number, said_by_people
from workbench.reports.writers import BUILTIN

from report_material import bare_material, material
from report_reading import read

GERMAN = Choices(language=Language.GERMAN, evidence_annex=True)
TABLE = json.loads((data_dir("resources") / "report" / "de.json").read_text(encoding="utf-8"))


def both(length: Length = Length.FULL) -> tuple[Document, Document]:
    return build(material(), length, Choices(evidence_annex=True)), build(material(), length, GERMAN)


@pytest.mark.parametrize(
    ("english", "german"),
    [("1,463.5", "1.463,5"), ("+47.0 to +64.0", "+47,0 bis +64,0"), ("27.5–42.6", "27,5–42,6"), ("90", "90")],
)
def test_that_a_number_keeps_its_value_and_takes_the_commas_of_the_language(english: str, german: str) -> None:
    assert number(english) == german


@pytest.mark.parametrize(
    ("english", "german"), [("$1,100", "1.100 $"), ("$1.6k–3.6k", "1,6k–3,6k $"), ("−$37,605", "−37.605 $"), ("—", "—")]
)
def test_that_money_is_written_as_in_german(english: str, german: str) -> None:
    assert money(english) == german


@pytest.mark.parametrize(
    ("english", "german"), [("24 May 2027", "24. Mai 2027"), ("March 2026", "März 2026"), ("soon", "soon")]
)
def test_that_a_date_is_written_as_in_german(english: str, german: str) -> None:
    assert day(english) == german


@pytest.mark.parametrize("length", list(Length))
def test_that_every_heading_and_every_head_of_a_table_is_german(length: Length) -> None:
    english, german = both(length)
    same = {"Neutral", "Name", "Text", "Benchmark", "p", "Holm", "USD", "", "Interval", "Option"}
    for before, after in zip(english.sections, german.sections, strict=True):
        assert before.title != after.title, before.title
        for old, new in zip(before.parts, after.parts, strict=True):
            assert old.title != new.title or old.title in same or old.title[:2] in ("A:", "B:", "C:", "HR"), old.title
    for before, after in zip(english.blocks(), german.blocks(), strict=True):
        if isinstance(before, Table) and isinstance(after, Table):
            for old, new in zip(before.columns, after.columns, strict=True):
                known = old.title in same or re.match(r"[ABC](:|$)|local/", old.title)
                assert old.title != new.title or known, old.title


# What reads the same in both languages.
ALIKE = {"Benchmark", "Neutral", "Name", "Text", "Interval", "Option", "Holm"}


def texts_of(value: object, name: str = "") -> Iterator[str]:
    """Every text of the tree that a reader sees; no ids, no prompts, no sources."""
    if type(value) is str:
        yield value
    elif isinstance(value, Table):
        sources = {place for place, column in enumerate(value.columns) if column.title in ("Source", "Quelle")}
        variants = {place for place, column in enumerate(value.columns) if column.title == "Benchmark"}
        yield from texts_of(value.columns)
        yield value.caption
        for row in value.rows:
            for place, cell in enumerate(row):
                if place not in sources | variants:
                    yield from (cell.text, cell.note)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_of(item)
    elif is_dataclass(value) and not isinstance(value, Verbatim):
        for field in fields(value):
            if field.name != "id":
                yield from texts_of(getattr(value, field.name))


@pytest.fixture(scope="module")
def sample_reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[Document, Document]], frozenset[str]]:
    """The sample's report in both languages and lengths, and what people wrote and models are called."""
    services = services_at(tmp_path_factory.mktemp("home"))
    try:
        scenario, catalog = services.scenarios.open_sample(), services.catalog.catalog()
        pairs = [
            tuple(
                services.reports.document(scenario, length=length, choices=Choices(language=of, evidence_annex=True))
                for of in (Language.ENGLISH, Language.GERMAN)
            )
            for length in Length
        ]
        known = (*catalog.models, *catalog.providers, *catalog.hardware, *catalog.developers, *catalog.benchmarks)
        models = frozenset(name for each in known for name in (each.name, each.id))
        wrote = said_by_people(scenario) | {run.name for run in services.eval_results.runs(scenario.id)}
        return pairs, wrote | models | {piece for text in wrote for piece in re.split(r"(?<=[.!?]) ", text)}
    finally:
        services.close()


def test_that_no_sentence_of_the_sample_s_german_report_is_english(
    sample_reports: tuple[list[tuple[Document, Document]], frozenset[str]],
) -> None:
    pairs, said = sample_reports
    for english, german in pairs:
        told = set(texts_of(german.sections)) | {text for fact in german.facts for text in fact}
        # Sentence by sentence, and short words too: headings, ends of lists, labels of charts.
        pieces = {piece for text in told for piece in re.split(r"(?<=[.!?]) ", text)} | told
        texts = [piece for text in texts_of(english.sections) for piece in (text, *re.split(r"(?<=[.!?]) ", text))]
        ours = {text for text in texts if re.search(r"[a-z]{3}", text)}
        kept = {text for text in ours & pieces if text not in ALIKE and text.rstrip(".") not in said}
        said |= {"Demo Nano", "Demo Small", "Demo Medium"}
        names = re.compile("|".join(re.escape(name) for name in sorted(said, key=len, reverse=True)))
        left = {text for text in kept if re.search(r"[a-z]{3}", names.sub("", text))}
        assert not {
            text for text in left if not re.fullmatch(r"Option [A-C]|workbench .*|[a-z]+(-[a-z]+)*-\d+|T1 Text\.", text)
        }


def test_that_no_sentence_of_the_sample_s_german_report_is_half_english(
    sample_reports: tuple[list[tuple[Document, Document]], frozenset[str]],
) -> None:
    pairs, said = sample_reports
    names = re.compile("|".join(re.escape(name) for name in sorted(said, key=len, reverse=True)))
    english = re.compile(r"\b(the|of|and|with|than|is|are|not|for|at|by|from|only|their|your|its|own|which)\b")
    for _, german in pairs:
        left = {names.sub("", text) for text in texts_of(german.sections)}
        found = {text: english.search(text) for text in left if not text.startswith("workbench ")}
        assert not [text[max(hit.start() - 30, 0) : hit.end() + 30] for text, hit in found.items() if hit]


def test_that_the_axes_of_a_german_picture_are_german(
    sample_reports: tuple[list[tuple[Document, Document]], frozenset[str]],
) -> None:
    pairs, _ = sample_reports
    charts = [block.chart for _, german in pairs for block in german.blocks() if isinstance(block, Picture)]
    ticks = [tick.label for chart in charts for axis in (chart.x, chart.y) for tick in axis.ticks]
    assert any(label.endswith(" $") for label in ticks) and not [label for label in ticks if "$" in label[:2]]


def test_that_the_german_decision_record_has_german_headings() -> None:
    told = BUILTIN["md"].render(both()[1]).decode()
    assert "### Folgen" in told and "* Neutral, denn: " in told and "Gewählte Option:" in told
    assert not [word for word in ("Consequences", "because", "Context and Problem", "More Information") if word in told]


def test_that_every_question_of_the_wizard_has_a_german_title() -> None:
    assert not [question.title for question in QUESTIONS.values() if question.title not in TABLE]


def test_that_what_people_wrote_stays_as_they_wrote_it() -> None:
    base = material()
    decision = replace(base.scenario.decision, because="Good", dissent="Risks", confirmation="The decision")  # type: ignore[type-var]
    written = replace(base, scenario=replace(base.scenario, decision=decision))
    told = read("html", BUILTIN["html"].render(build(written, choices=GERMAN)))
    assert "Denn Good" in told and "Wer widersprach Risks" in told
    assert "Amira Haddad" in told and "How many days of leave do I have?" in told


def test_that_figures_and_data_are_the_same_in_both_languages() -> None:
    english, german = both()
    assert english.figures == german.figures and german.language == "de"


def digits(text: str) -> list[str]:
    return sorted(re.sub(r"\D", "", found) for found in re.findall(r"\d[\d.,]*", text))


@pytest.mark.parametrize("kind", ["html", "docx", "xlsx"])
def test_that_every_number_of_the_english_report_is_the_same_number_in_german(kind: str) -> None:
    english, german = (read(kind, BUILTIN[kind].render(document)) for document in both())
    assert digits(english) == digits(german)


@pytest.mark.parametrize("kind", list(BUILTIN))
@pytest.mark.parametrize("length", list(Length))
def test_that_every_format_comes_in_german_with_its_key_figures(kind: str, length: Length) -> None:
    text = read(kind, BUILTIN[kind].render(both(length)[1]))
    for figure in ("55.000 $", "2.100 $", "130.600 $", "10 Wochen", "Angenommen"):
        assert figure in text, figure


def test_that_nothing_filled_in_and_everything_withheld_come_in_german_too() -> None:
    empty = build(bare_material(), choices=GERMAN)
    assert "Noch nichts entschieden" in read("md", BUILTIN["md"].render(empty))
    silent = build(material(), choices=replace(GERMAN, redact=frozenset(Redaction)))
    text = read("html", BUILTIN["html"].render(silent))
    assert "zurückgehalten" in text and not re.search(r"\d \$", text) and "withheld" not in text
    assert " und Person 2" in text


def test_that_every_german_sentence_has_the_places_of_its_english_one() -> None:
    for english, german in TABLE.items():
        assert set(re.findall(r"\{(\w+)\}", german)) <= set(re.findall(r"\{(\w+)\}", english)), english


def test_that_what_a_person_wrote_stays_whole_inside_a_sentence_of_ours() -> None:
    wrote = "It needs 11 weeks (then B leads; at more than 12, and on Mondays, it breaks)"
    document = replace(build(material()), title=f"{wrote}; R1.4: Retired.")
    assert in_german(document, frozenset({wrote})).title == f"{wrote}; R1.4: Eingestellt."


def test_that_two_numbers_beside_each_other_are_german_numbers() -> None:
    table = Table((Column("requests/s, peak"), Column("side by side")), ((Cell("0.081 / 0.2"), Cell("32")),))
    english = build(material())
    section = replace(english.sections[0], blocks=(table,), parts=())
    (shown,) = in_german(replace(english, sections=(section,)), frozenset()).sections[0].blocks
    assert isinstance(shown, Table) and shown.rows[0][0].text == "0,081 / 0,2"
    assert [column.title for column in shown.columns][1] == "nebeneinander"


def test_that_a_sentence_nobody_translated_stays_whole() -> None:
    document = replace(build(material()), title="Something else entirely 1,000.5")
    assert in_german(document, frozenset()).title == "Something else entirely 1,000.5"
