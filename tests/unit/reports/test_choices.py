from __future__ import annotations

import json
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from workbench.app import build as services_at
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome
from workbench.domain.figures import Figure
from workbench.domain.option import OptionDraft
from workbench.domain.verdict import Hosting, Verdict
from workbench.paths import data_dir
from workbench.reports.branding import accent, brand_of
from workbench.reports.build import build
from workbench.reports.choices import (
    ALWAYS,
    EVIDENCE_ANNEXES,
    OF_A_SCENARIO,
    Choices,
    Redaction,
    redactions,
    section_ids,
)
from workbench.reports.document import Brand, Length, SectionId, Table
from workbench.reports.material import Material
from workbench.reports.writers import BUILTIN

from report_material import bare_material, material
from report_reading import read

SCHEMA = json.loads((data_dir("resources") / "report" / "report.schema.json").read_text(encoding="utf-8"))
NOTHING_TOLD = frozenset(Redaction)


def rendered(choices: Choices, length: Length = Length.FULL) -> dict[str, str]:
    """Every format that is text."""
    document = build(material(), length, choices)
    return {name: BUILTIN[name].render(document).decode("utf-8") for name in ("html", "md", "json")}


@pytest.mark.parametrize("length", list(Length))
@pytest.mark.parametrize("redact", [frozenset(), NOTHING_TOLD])
@pytest.mark.parametrize("given", [material(), bare_material()], ids=["sample", "nothing filled in"])
def test_that_the_json_report_keeps_to_its_published_schema(
    length: Length, redact: frozenset[Redaction], given: Material
) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    document = build(given, length, Choices(redact=redact, evidence_annex=True))
    problems = list(Draft202012Validator(SCHEMA).iter_errors(json.loads(BUILTIN["json"].render(document))))
    assert not problems, [f"{problem.json_path}: {problem.message[:200]}" for problem in problems[:5]]


def test_that_the_schema_names_every_section_and_all_that_may_become_of_a_case() -> None:
    outcomes = SCHEMA["$defs"]["figures"]["properties"]["cases"]["items"]["properties"]["outcome"]["enum"]
    assert sorted(outcomes) == sorted(CaseOutcome)
    assert SCHEMA["properties"]["sections"]["items"]["properties"]["id"]["enum"] == [
        section.value for section in SectionId
    ]


def test_that_the_schema_refuses_a_block_without_its_text() -> None:
    whole = json.loads(BUILTIN["json"].render(build(material())))
    del whole["sections"][0]["blocks"][0]["text"]
    assert list(Draft202012Validator(SCHEMA).iter_errors(whole))


def test_that_sections_stand_in_the_order_in_which_they_are_read() -> None:
    assert [section.id.value for section in build(material()).sections] == [
        "decision", "context", "drivers", "options", "cost-and-quality", "cost-over-time", "what-would-change-our-mind",
        "evidence", "privacy", "consequences", "adaptation", "confirmation", "assumptions-and-limits",
        "for-and-against", "what-stands-behind-it", "shortlist", "prompts", "cases", "sources", "every-verdict",
    ]  # fmt: skip


@pytest.mark.parametrize("section", [s for s in OF_A_SCENARIO if s not in ALWAYS])
def test_that_a_section_that_is_left_out_is_in_no_format_and_said_so(section: SectionId) -> None:
    choices = Choices(leave_out=frozenset({section}), evidence_annex=True)
    whole = {s.id: s for s in build(material(), choices=Choices(evidence_annex=True)).sections}
    document = build(material(), choices=choices)
    assert [s.id for s in document.sections] == [key for key in whole if key is not section]
    assert f"left out: {section.value}" in document.footer
    assert f'id="{section.value}"' not in BUILTIN["html"].render(document).decode()


def test_that_figures_of_a_section_that_is_left_out_are_not_in_the_data_either() -> None:
    left = frozenset(
        {SectionId.EVIDENCE, SectionId.CONTEXT, SectionId.PRIVACY, SectionId.SHORTLIST, SectionId.VERDICTS}
    )
    figures = build(material(), choices=Choices(leave_out=left)).figures
    assert figures["evals"] == [] and figures["answers"] == {}
    assert figures["left_the_machine"] is None and figures["shortlist"] is None


@pytest.mark.parametrize("name", ["decision", "no-such-section"])
def test_that_the_decision_always_stays_and_an_unknown_section_is_named(name: str) -> None:
    with pytest.raises(WorkbenchError, match=name):
        section_ids([name])


def test_that_no_case_text_is_told_when_case_texts_are_withheld() -> None:
    for text in rendered(Choices(redact=frozenset({Redaction.CASES}))).values():
        assert "How many days" not in text and "25 days" not in text and "Answer from the passage" not in text
        assert "withheld" in text and "90.7 %" in text


def test_that_no_name_is_told_when_names_are_withheld_and_the_same_person_stays_the_same() -> None:
    for name, text in rendered(Choices(redact=frozenset({Redaction.NAMES}))).items():
        for person in ("Amira", "Haddad", "Jonas", "Weber", "Works council", "All staff", "Platform team"):
            assert person not in text, (name, person)
        assert "Person 1 (product)" in text and text.count("Person 2") >= 2 and "not legal advice" in text


# Amounts of the material, and what a reader could compute them back from: totals, scores and what they add up from,
# shares of draws, crossing months, flips, break-even, and shares in the words of people.
AMOUNTS = ("130,600", "130600", "2,100", "2100", "3200", "72222", "2410")
DERIVED = (
    "0.668", "0.653", "0.0931", "0.093", "60.9 %", "61 %", "39 %", "36.36", "83.33", "41.56", "82,000",
    "82000", "34.4 %", "0.344", "34 %", "0.09 ", "11.2", "−0.118", "0.118",
)  # fmt: skip


@pytest.mark.parametrize("kind", list(BUILTIN))
@pytest.mark.parametrize("length", list(Length))
def test_that_where_prices_are_withheld_no_format_tells_one_or_what_it_could_be_computed_from(
    length: Length, kind: str
) -> None:
    def told(redact: frozenset[Redaction]) -> str:
        return read(kind, BUILTIN[kind].render(build(material(), length, Choices(redact=redact))))

    whole, text = told(frozenset()), told(frozenset({Redaction.PRICES}))
    assert not re.findall(r"\$\s?\d", text)
    assert not [figure for figure in (*AMOUNTS, *DERIVED) if figure in text]
    assert sum(figure in whole for figure in DERIVED) >= 3, "the whole report has them"
    assert "withheld" in text and "Live in" in text and "90.7" in text
    if kind == "json":
        assert not re.search(r'_usd[a-z_]*": -?\d', text)


def test_that_a_report_without_prices_is_the_same_at_any_prices(tmp_path: Path) -> None:
    services = services_at(tmp_path)
    try:
        sample = services.scenarios.open_sample()
        silent = services.reports.choices(redact=["prices"])
        given, dearer = (
            services.reports.document(scenario, choices=silent)
            for scenario in (sample, replace(sample, options=tuple(_dearer(option) for option in sample.options)))
        )
    finally:
        services.close()
    # All seven formats are written from this tree alone.
    assert given == dearer


def _dearer(option: OptionDraft) -> OptionDraft:
    def scaled(name: str, figure: Figure) -> Figure:
        return replace(figure, value=figure.value.scaled(1.04)) if name.endswith("_usd") else figure

    return replace(option, figures={name: scaled(name, figure) for name, figure in option.figures.items()})


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("It is a third cheaper, 34 %.", "It is a third cheaper, [withheld] %."),
        (
            "It saves 3 times as much. That is 34 % less.",
            "It saves [withheld] times as much. That is [withheld] % less.",
        ),
        ("Es kostet 20 % weniger.", "Es kostet [withheld] % weniger."),
        ("Claude Sonnet 4.6 costs twice that from 1 May 2027 on.", None),
        ("Sensitive passages are 30 % of all.", None),
        ("It needs 14 weeks; we have 12.", None),
    ],
)
def test_that_people_s_words_about_money_keep_no_number_and_others_keep_theirs(said: str, told: str | None) -> None:
    base = material()
    decision = replace(base.scenario.decision, dissent=said)  # type: ignore[type-var]
    known = Verdict("a/s", "Claude Sonnet 4.6", "a", "API", Hosting.API, False, (), None, None)
    written = replace(
        base,
        scenario=replace(base.scenario, decision=decision),
        shortlist=replace(base.shortlist, verdicts=(known,)),
    )
    text = read("md", BUILTIN["md"].render(build(written, choices=Choices(redact=frozenset({Redaction.PRICES})))))
    assert (told or said) in text


def test_that_an_unknown_redaction_is_named() -> None:
    with pytest.raises(WorkbenchError, match="keys"):
        redactions(["keys"])


def test_that_the_evidence_annexes_are_there_only_when_asked_for_and_claim_nothing() -> None:
    assert not {s.id for s in build(material()).sections} & set(EVIDENCE_ANNEXES)
    document = build(material(), choices=Choices(evidence_annex=True))
    assert tuple(s.id for s in document.sections[-2:]) == EVIDENCE_ANNEXES
    for section in document.sections[-2:]:
        assert section.blocks[0].word == "Headings, not a claim of compliance"
        table = section.blocks[1]
        assert isinstance(table, Table)
        titles = {s.title for s in document.sections}
        for _, held, where in table.rows:
            places = [place for place in where.text.split("; ") if place]
            assert set(places) <= titles and bool(places) == (held.text != "Nothing in this report.")
    held = " ".join(row[1].text for row in document.sections[-2].blocks[1].rows)
    assert re.search(r"Decided on \d+ November 2026\. 2 conditions that would reopen it\.", held)
    assert "Version" not in held, "how often the scenario was saved is no version of the record"


def picture(kind: str, size: tuple[int, int] = (900, 300)) -> bytes:
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", size, "#cc2244").save(out, kind, **({"exif": b"Exif\0\0secret-place"} if kind == "JPEG" else {}))
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_that_a_brand_is_on_the_page_and_the_logo_brings_nothing_but_pixels(kind: str, tmp_path: Path) -> None:
    (tmp_path / "logo").write_bytes(picture(kind))
    brand = brand_of("Acme  Ltd", "#CC2244", tmp_path / "logo")
    assert b"secret-place" not in brand.logo and brand.logo.startswith(b"\x89PNG")
    page = BUILTIN["html"].render(build(material(), choices=Choices(brand=brand))).decode()
    assert "Acme Ltd" in page and 'src="data:image/png;base64,' in page and "--accent: #cc2244" in page


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"GIF89a", picture("PNG")[:200], b"\x89PNG\r\n\x1a\n"]
)
def test_that_a_logo_that_is_no_picture_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(WorkbenchError, match=r"no PNG or JPEG"):
        brand_of(logo=tmp_path / "logo.png")


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#12345g", "url(x)", "#fff;}"])
def test_that_a_colour_that_is_none_is_refused(colour: str) -> None:
    with pytest.raises(WorkbenchError, match="no colour"):
        brand_of(colour=colour)


def test_that_a_pale_brand_colour_is_darkened_until_it_can_be_read() -> None:
    assert accent(Brand(colour="#1f62a8")) == "#1f62a8"
    assert accent(Brand(colour="#ffee00")) != "#ffee00"
