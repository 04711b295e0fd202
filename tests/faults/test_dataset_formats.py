"""D01 to D04 for the other formats, and promptfoo's ways to write tests: read, or refused with a sentence."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase
from workbench.evals.checks import Kind
from workbench.evals.datasets import examine, looked_through, preview, read_dataset
from workbench.evals.datasets.guess import guessed
from workbench.evals.scorers import Answer, scorer


def refusal(path: Path) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        read_dataset(path)
    assert caught.value.mend
    return caught.value


# Workbooks


def test_that_a_sheet_is_read_with_numbers_dates_and_lines_as_people_see_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.sheet_state = "hidden"
    sheet = book.create_sheet("Cases")
    sheet["B3"], sheet["C3"], sheet["D3"] = "Question", "Expected", "Confidential"
    sheet["B4"], sheet["C4"], sheet["D4"] = "How many?", 29, True
    sheet["B6"], sheet["C6"] = "When?", date(2026, 4, 4)
    sheet["B7"], sheet["C7"] = "How much?", 2.5
    book.save(tmp_path / "set.xlsx")
    found = examine(tmp_path / "set.xlsx")
    assert found.problems == ()
    assert str(found.dialect) == "Excel, sheet Cases"
    cases = found.dataset.cases
    assert [(case.input, case.expected, case.line) for case in cases] == [
        ("How many?", "29", 4),
        ("When?", "2026-04-04", 6),
        ("How much?", "2.5", 7),
    ]
    assert [case.sensitive for case in cases] == [True, False, False]


def test_that_a_formula_is_the_value_that_was_saved_and_never_computed(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "set.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["input", "expected"])
        sheet.write_string(1, 0, "=1+1")
        sheet.write_formula(1, 1, '=HYPERLINK("http://example.org")', value="saved")
    (case,) = read_dataset(tmp_path / "set.xlsx").cases
    assert (case.input, case.expected) == ("=1+1", "saved")


def test_that_of_several_sheets_the_one_with_cases_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cover.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Read me").write_string(0, 0, "These are our cases")
        sheet = book.add_worksheet("Fragen")
        for line, row in enumerate((("Frage", "Antwort", "Bereich"), ("Wie viele?", "29", "HR"))):
            sheet.write_row(line, 0, row)
    found = examine(path)
    assert str(found.dialect) == "Excel, sheet Fragen" and [case.input for case in found.dataset.cases] == [
        "Wie viele?"
    ]
    assert preview(path).header == ("Frage", "Antwort", "Bereich"), "the same one when columns are chosen"
    chosen = examine(path, columns={"input": "Bereich"})
    assert [case.input for case in chosen.dataset.cases] == ["HR"]
    assert [case.input for case in examine(path, columns={"input": "These are our cases"}).dataset.cases] == []


def test_that_ragged_and_giant_rows_of_a_sheet_are_listed_with_their_lines(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "set.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        rows = "".join(
            f'<row r="{line}">' + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells) + "</row>"
            for line, cells in enumerate(
                (["input", "expected"], ["a", "b"], ["c", "d", "e"], ["f" * 2_000_000, "g"]), 1
            )
        )
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    found = examine(tmp_path / "set.xlsx")
    assert [case.input for case in found.dataset.cases] == ["a"]
    assert [problem.where.rpartition(", ")[2] for problem in found.problems] == ["line 3", "line 4"]
    assert "longer than 1,048,576 characters" in found.problems[1].what


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def test_that_a_workbook_that_unpacks_without_end_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(100):
            part.write(b"\0" * (1 << 20))
    tracemalloc.start()
    assert "unpacks to 100 MB" in refusal(tmp_path / "bomb.xlsx").what
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20


@pytest.mark.parametrize("name", ["set.xlsx", "set.ods", "set.xls", "set.parquet"])
@pytest.mark.parametrize(
    "content", [b"a,b\n1,2\n", b"PK\x03\x04 cut", b"PAR1 cut PAR1", b"\xd0\xcf\x11\xe0\xa1\xb1 cut"]
)
def test_that_a_damaged_or_misnamed_table_is_a_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name).what


# JSON and YAML


def test_that_a_list_of_objects_is_read_wherever_it_stands(tmp_path: Path) -> None:
    rows = [{"question": "n", "answer": 12}, {"question": "o", "answer": ["a", "b"], "tags": "x; y"}]
    for name, value in (("plain.json", rows), ("inside.json", {"version": 1, "examples": rows})):
        (tmp_path / name).write_text(json.dumps(value))
        assert [case.expected for case in read_dataset(tmp_path / name).cases] == ["12", "a\nb"]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.json", "{", "not JSON"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.json", '{"a": 1}', "no list of cases"),
        ("a.json", '[{"input": "x", "expected": NaN}]', "not JSON"),
        ("a.json", '[{"expected": "x"}]', "no input"),
        ("a.yaml", "- &a [x]\n- *a\n", "alias"),
        ("a.yaml", "- !!python/object/apply:os.system ['true']\n", "tag"),
        ("a.yaml", "- {input: x, expected: y", "not YAML"),
        ("a.yaml", "[" * 5000, "levels"),
        ("a.yaml", "a: b\n", "no list of cases"),
    ],
)
def test_that_what_is_no_list_of_cases_is_a_sentence(tmp_path: Path, name: str, content: str, word: str) -> None:
    (tmp_path / name).write_text(content)
    assert word in refusal(tmp_path / name).what


# A giant cell


@pytest.mark.parametrize("name", ["set.csv", "set.jsonl"])
def test_that_a_cell_of_100_mb_is_refused_in_little_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("w") as file:
        file.write("input,expected\nfine,x\n" if name == "set.csv" else '{"input": "fine", "expected": "x"}\n')
        file.write('"' if name == "set.csv" else '{"expected": "y", "input": "')
        for _ in range(100):
            file.write("x" * 1_000_000)
        file.write('",y\n' if name == "set.csv" else '"}\n')
    tracemalloc.start()
    found = examine(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [case.input for case in found.dataset.cases] == ["fine"]
    assert "longer than" in found.problems[0].what
    assert peak < 48 << 20


@pytest.mark.parametrize("test", ['{"input": "%s", "expected": "y"}', '{"vars": {"question": "%s"}}'])
def test_that_what_a_table_may_not_hold_is_refused_in_json_too(tmp_path: Path, test: str) -> None:
    path = tmp_path / "set.json"
    path.write_text('[{"input": "fine", "expected": "x"}, %s]' % (test % ("x" * 1_048_577)))
    found = examine(path)
    assert [case.input for case in found.dataset.cases] == ["fine"]
    (problem,) = found.problems
    assert "longer than 1,048,576 characters" in problem.what and "line 2" in problem.where


# promptfoo


def test_that_promptfoo_s_columns_become_scorers_with_their_own_expected_texts(tmp_path: Path) -> None:
    path = tmp_path / "tests.csv"
    path.write_text(
        "question,place,__expected1,__expected2,__description\n"
        'Capital?,Germany,"contains: Berlin","not-icontains: bonn",easy\n'
        "Sum?,2+2,4,,\n"
        'Json?,x,is-json,"latency(2000): ",\n'
        'Like?,y,"similar(0.8): a cat",,\n'
        'Code?,z,"javascript: output.length > 3",,\n'
    )
    found = examine(path)
    one, two, three, four = found.dataset.cases
    assert (one.input, one.tags, dict(one.fields)) == (
        "Capital?",
        ("easy",),
        {"question": "Capital?", "place": "Germany"},
    )
    assert right(one, "It is Berlin.")
    assert not right(one, "It is Berlin, not BONN.")
    assert not right(one, "It is berlin.")
    assert right(two, "4")
    assert not right(two, "four")
    assert right(three, "{}", total_s=1.9)
    assert not right(three, "{}", total_s=2.1)
    assert four.scorer == 'embedding-similarity(expected="a cat", at_least=0.8)'
    assert [(p.where.rpartition(", ")[2], "javascript" in p.what) for p in found.problems] == [("line 6", True)]


def test_that_every_column_of_promptfoo_is_used_rightly_or_named_as_not_used(tmp_path: Path) -> None:
    path = tmp_path / "tests.csv"
    path.write_text(
        "question,__expected2,__expected1,__prefix,__suffix,__description,__metadata:area,__metric,"
        "__config:__expected2:threshold\n"
        'Sky?,similar: blue,contains: blue,"Be brief. "," Thanks.",colours,nature,tone,0.9\n'
    )
    preview_of, guess = preview(path), guessed(preview(path).header, preview(path).rows)
    assert "__metric" in preview_of.header and guess == {}, "the columns say what they are"
    found = looked_through(examine(path))
    (case,) = found.dataset.cases
    assert case.input == "Be brief. Sky? Thanks."
    assert case.tags == ("colours", "nature")
    assert 'embedding-similarity(expected="blue", at_least=0.9)' in (case.scorer or "")
    (unused,) = [finding for finding in found.findings if finding.kind is Kind.UNUSED]
    assert unused.what == "1 column of promptfoo is not used here: __metric"


def test_that_promptfoo_s_columns_without_an_assertion_leave_a_column_of_ours_alone(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("input,expected,__description\nSky?,blue,colours\n")
    (case,) = examine(path).dataset.cases
    assert (case.expected, case.scorer) == ("blue", None)
    path.write_text("question,__description\nSky?,colours\n")
    (case,) = examine(path).dataset.cases
    assert (case.input, case.expected, case.tags) == ("Sky?", "", ("colours",))


def right(case: EvalCase, text: str, total_s: float = 1.0) -> bool:
    return scorer(case.scorer or "").score(Answer(text, total_s=total_s), case).value == 1.0


def test_that_promptfoo_s_yaml_is_read_with_its_prompt_defaults_and_weights(tmp_path: Path) -> None:
    path = tmp_path / "promptfooconfig.yaml"
    path.write_text(
        "prompts: ['Translate {{text}} to {{language}}.']\n"
        "providers: [openai:gpt]\n"
        "defaultTest: {vars: {language: French}, assert: [{type: not-contains, value: sorry}]}\n"
        "tests:\n"
        "  - vars: {text: cat}\n"
        "    assert:\n"
        "      - {type: icontains-any, value: [chat, matou]}\n"
        "      - {type: word-count, value: {max: 3}}\n"
        "  - vars: {text: dog, language: German}\n"
        "    threshold: 0.5\n"
        "    assert: [{type: equals, value: Hund, weight: 3}, {type: regex, value: '^H'}]\n"
        "  - vars: {text: x}\n"
        "    assert: [{type: moderation}]\n"
    )
    found = examine(path)
    one, two = found.dataset.cases
    assert one.input == "Translate cat to French."
    assert right(one, "Le CHAT")
    assert not right(one, "Le chat sorry")
    assert not right(one, "Le chat est noir ici")
    assert right(two, "Hund, sorry") is False
    assert right(two, "Hund")
    assert "moderation" in found.problems[0].what


# Columns


def test_that_columns_are_guessed_from_their_names_and_cells_and_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text(
        "Nr;Text der Anfrage;Soll;Ablage;Vertraulich?;Sorte\n"
        + "".join(
            f"{n};Wie lang ist die Frist für Antrag {n}?;{n} Tage;a{n % 2}.pdf;ja;{'kurz' if n % 2 else 'lang'}\n"
            for n in range(8)
        ).replace(";ja;", ";yes;")
    )
    shown = preview(path)
    assert shown.header == ("Nr", "Text der Anfrage", "Soll", "Ablage", "Vertraulich?", "Sorte")
    guess = guessed(shown.header, shown.rows)
    assert guess == {
        "id": "Nr",
        "input": "Text der Anfrage",
        "expected": "Soll",
        "source_document": "Ablage",
        "sensitive": "Vertraulich?",
        "tags": "Sorte",
    }
    with pytest.raises(WorkbenchError):
        read_dataset(path)
    data = read_dataset(path, columns=guess)
    assert data.cases[1] == EvalCase(
        "1", "Wie lang ist die Frist für Antrag 1?", "1 Tage", None, "a1.pdf", True, ("kurz",), 3
    )
    assert data.hash != read_dataset(path, columns={"input": "Soll"}).hash
    assert read_dataset(path, columns={"input": "Soll"}).cases[0].expected == "", "without answers, for people to rate"


def test_that_rows_to_show_are_kept_out_of_the_test(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text("input,expected,split\na,1,test\nb,2,few-shot\nc,3,train\nd,4,\n")
    data = read_dataset(path)
    assert [case.input for case in data.cases] == ["a", "d"]
    assert [case.input for case in data.examples] == ["b", "c"]
