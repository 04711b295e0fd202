"""R01, R02, R04: what people and models write never becomes markup, a formula, a reference or a leak."""

from __future__ import annotations

import base64
import getpass
import hashlib
import json
import re
import zipfile
from dataclasses import fields, is_dataclass, replace
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench.domain.evidence import Answer
from workbench.domain.option import OptionSet
from workbench.paths import data_dir
from workbench.reports.build import build
from workbench.reports.document import Length
from workbench.reports.material import Material
from workbench.reports.writers import BUILTIN
from workbench.reports.writers.markdown import text_of as markdown_text

from report_material import material
from report_reading import read

SORTS = (data_dir("resources") / "report" / "sort.js").read_text(encoding="utf-8")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '<img src="file:///etc/passwd">',
    "![x](https://evil.example/p.png)",
    "[x](javascript:alert(1))",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "{{ 7*7 }}{% include '/etc/passwd' %}",
    "]]></style></script><svg onload=alert(1)>",
    "`````\n# heading\n| a | b |\n---",
    "\u202eevil\u202c \u0000\ud83d\ufffe\x1b[31m",
    '=HYPERLINK("http://evil.example")',
    "+cmd|' /C calc'!A0",
    "@x",
    "\t=1+1",
    "\r=1+1",
)


#: office files and PDF take a second each: these four now, the others with the slow tests
QUICK = ("<script>alert(1)</script>", "]]></style></script><svg onload=alert(1)>", HOSTILE[9], "\r=1+1")
HEAVY = [pytest.param(text, marks=[] if text in QUICK else pytest.mark.slow) for text in HOSTILE]


def poisoned(value: object, poison: str) -> object:
    """The same value with the poison in every free text of it; ids, dates and enums stay."""
    keep = {"id", "status", "started_at", "rule", "requirement", "input", "winner", "option", "eval_run_id", "model_id"}
    if isinstance(value, tuple):
        return tuple(poisoned(item, poison) for item in value)
    if type(value) is str:
        return f"{value} {poison}"
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: poisoned(getattr(value, f.name), poison) for f in fields(value) if f.name not in keep}
        return replace(value, **changed)
    if isinstance(value, dict | MappingProxyType):
        return {key: poisoned(item, poison) for key, item in value.items()}
    return value


def hostile_material(poison: str) -> Material:
    """The sample with the poison in the scenario, decision, options, reasons, charts, prompts and answers."""
    base = material()
    scenario = replace(
        base.scenario,
        name=f"Knowledge {poison}",
        answers={**base.scenario.answers, "job": poison},
        decision=poisoned(base.scenario.decision, poison),  # type: ignore[arg-type]
        criteria=tuple(replace(c, title=f"{c.title} {poison}") for c in base.scenario.criteria),
    )
    scenario = replace(scenario, decision=replace(scenario.decision, option="C"))  # type: ignore[type-var]
    options = poisoned(base.option_set, poison)
    assert isinstance(options, OptionSet)
    return replace(
        base,
        scenario=scenario,
        requirements=replace(base.requirements, job=poison),
        option_set=options,
        shortlist=poisoned(base.shortlist, poison),  # type: ignore[arg-type]
        evals=poisoned(base.evals, poison),  # type: ignore[arg-type]
        comparisons=poisoned(base.comparisons, poison),  # type: ignore[arg-type]
        charts=poisoned(base.charts, poison),  # type: ignore[arg-type]
        quality_sentence=poison,
    )


class Tags(HTMLParser):
    """Every tag and attribute that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@cache
def harmless_tags(length: Length) -> set[str]:
    """The tags of the same page without the poison."""
    allowed = Tags()
    allowed.feed(BUILTIN["html"].render(build(material(), length)).decode("utf-8"))
    return {tag for tag, _ in allowed.seen}


@pytest.mark.parametrize("poison", HOSTILE)
@pytest.mark.parametrize("length", list(Length))
def test_that_hostile_text_stays_text_in_html(poison: str, length: Length) -> None:
    page = BUILTIN["html"].render(build(hostile_material(poison), length)).decode("utf-8")
    tags = Tags()
    tags.feed(page)
    assert {tag for tag, _ in tags.seen} <= harmless_tags(length)
    # The one script is ours: the policy names its hash, and nothing of what people wrote is in it.
    scripts = re.findall(r"(?s)<script>(.*?)</script>", page)
    assert scripts == ([SORTS] if length is Length.FULL else [])
    for tag, attributes in tags.seen:
        assert tag != "script" or not attributes
        assert tag not in ("img", "iframe", "object", "embed", "link", "base", "form", "image", "use")
        assert not any(name.startswith("on") for name in attributes)
        assert "src" not in attributes and "style" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    assert "alert(1)" not in page or "alert(1)" in page.replace("<", "&lt;")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069]", page)


def test_that_the_page_forbids_the_browser_to_fetch_anything_or_run_another_script() -> None:
    page = BUILTIN["html"].render(build(material())).decode("utf-8")
    digest = base64.b64encode(hashlib.sha256(SORTS.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in page
    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert not re.search(r"url\(|@import", page) and page.count("<script") == 1
    assert not re.search(r"fetch|http|import|innerHTML|eval", SORTS)


def without_blocks(text: str) -> str:
    """Markdown without its code blocks, in which nothing is markup."""
    return re.sub(r"(?ms)^(`{3,})text\n.*?^\1$", "", text)


@cache
def harmless_headings(length: Length) -> int:
    """How many headings the same text has without the poison."""
    harmless = without_blocks(BUILTIN["md"].render(build(material(), length)).decode("utf-8"))
    return len(re.findall(r"(?m)^#{1,4} ", harmless))


@pytest.mark.parametrize("poison", HOSTILE)
@pytest.mark.parametrize("length", list(Length))
def test_that_hostile_text_stays_text_in_markdown(poison: str, length: Length) -> None:
    text = BUILTIN["md"].render(build(hostile_material(poison), length)).decode("utf-8")
    outside = without_blocks(text)
    assert "<" not in outside
    assert not re.search(r"(?<!\\)!?(?<!\\)\[[^\]\\]*\]\(", outside)
    assert len(re.findall(r"(?m)^#{1,4} ", outside)) == harmless_headings(length)


@pytest.mark.parametrize("poison", HOSTILE)
def test_that_json_of_hostile_text_is_one_object_with_the_text_in_it(poison: str) -> None:
    raw = BUILTIN["json"].render(build(hostile_material(poison)))
    whole = json.loads(raw)
    assert whole["title"].startswith("Model decision: Knowledge ")
    if poison.isprintable():
        assert whole["figures"]["answers"]["job"] == poison


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_that_markdown_text_is_one_line_without_live_markup(text: str) -> None:
    shown = markdown_text(text)
    assert "\n" not in shown and "\r" not in shown
    assert not re.search(r"<|>", shown)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*|\[\]]", shown)
    assert not re.match(r"\s*(#{1,6}|[-+*])(\s|$)", shown)


def test_that_a_right_to_left_name_and_emoji_come_through_every_format() -> None:
    name = "مساعد المعرفة 🧭"
    base = material()
    changed = replace(base, scenario=replace(base.scenario, name=name))
    for writer in BUILTIN.values():
        told = read(writer.id, writer.render(build(changed)))
        if writer.id == "pdf":  # read from left to right, as the letters lie on the paper
            assert all(word in told for word in name.split()[:2])
        else:
            assert name in told


def test_that_a_reason_of_five_thousand_words_is_written_whole() -> None:
    base = material()
    because = " ".join(f"word{i}" for i in range(5_000))
    decided = replace(base.scenario, decision=replace(base.scenario.decision, because=because))  # type: ignore[type-var]
    for writer in BUILTIN.values():
        told = read(writer.id, writer.render(build(replace(base, scenario=decided))))
        assert not [word for word in because.split() if word not in told]


def test_that_no_report_holds_the_home_folder_or_the_name_of_the_user() -> None:
    base = material()
    failed = Answer(
        "local/x", "", "failed", None, None, 0, 0, None, 0.0, None, "The file is cut short", str(Path.home() / "x.gguf")
    )
    given = replace(base, comparisons=(replace(base.comparisons[0], answers=(failed,)),))
    secrets = [str(Path.home()), f"/{getpass.getuser()}/"]
    for writer in BUILTIN.values():
        for length in Length:
            text = read(writer.id, writer.render(build(given, length)))
            assert not [secret for secret in secrets if secret in text]
            assert length is Length.PAGE or "The file is cut short" in text


def members(content: bytes) -> dict[str, bytes]:
    """The files inside an office file."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def harmless_members(kind: str) -> dict[str, bytes]:
    """The same office file without the poison."""
    return members(BUILTIN[kind].render(build(material())))


@pytest.mark.parametrize("poison", HEAVY)
@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx"])
def test_that_hostile_text_stays_text_in_office_files(kind: str, poison: str) -> None:
    """The same parts with the same elements in them as without the poison; nothing outside is referred to."""
    content, harmless = BUILTIN[kind].render(build(hostile_material(poison))), harmless_members(kind)
    inside = members(content)
    kinds = {re.sub(r"\d+", "", name) for name in harmless}
    assert {re.sub(r"\d+", "", name) for name in inside} <= kinds
    draw = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    write = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    allowed = {f"{draw}br", f"{write}br", f"{write}tab"}  # the line ends and tabs of a text
    for name, part in harmless.items():
        if name.endswith((".xml", ".rels")):
            allowed |= {element.tag for element in ElementTree.fromstring(part).iter()}
    for name, part in inside.items():
        if name.endswith((".xml", ".rels")):
            root = ElementTree.fromstring(part)  # a text that is markup would break it, or bring its own elements
            assert {element.tag for element in root.iter()} <= allowed
        if name.endswith(".rels"):
            assert b'TargetMode="External"' not in part, name
    words = read(kind, content)
    if poison.isprintable():
        assert poison in words


@pytest.mark.parametrize("poison", [text for text in HOSTILE if text.strip()[0] in "=+-@"])
def test_that_no_cell_with_what_people_wrote_is_a_formula(poison: str) -> None:
    import openpyxl

    sheets = openpyxl.load_workbook(BytesIO(BUILTIN["xlsx"].render(build(hostile_material(poison)))))
    formulas = [cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(formulas) > 300
    for formula in formulas:
        assert re.fullmatch(r"=[A-Z0-9$+*/^()\-:,]+", str(formula)), formula
        assert "HYPERLINK" not in str(formula) and "cmd" not in str(formula)


@pytest.mark.parametrize("poison", HEAVY)
def test_that_hostile_text_stays_text_in_pdf(poison: str) -> None:
    content = BUILTIN["pdf"].render(build(hostile_material(poison)))
    reader = pypdf.PdfReader(BytesIO(content))
    kinds = {str(note.get_object().get("/Subtype")) for page in reader.pages for note in page.get("/Annots", [])}
    assert not kinds, "no link, no script, no file behind a click"
    root = reader.trailer["/Root"]
    assert "/OpenAction" not in root and "/AA" not in root and "/JavaScript" not in str(root.get("/Names", ""))
    assert reader.metadata is not None and (reader.metadata.title or "").startswith("Model decision: Knowledge ")
