"""The results of an eval as a file: CSV and JSON Lines for programs, a workbook and a page for people.

What models and people wrote is text everywhere: no cell is a formula or a link, nothing in a page is markup.
"""

from __future__ import annotations

import csv
import dataclasses
import html
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.analysis.words import rounded
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseResult, EvalCase, EvalRun, EvalSummary
from workbench.paths import replace_file
from workbench.services.eval_words import difference_words, share_words

_FIELDS = tuple(part.name for part in dataclasses.fields(CaseResult))
#: a result's fields, the case's question and expected answer beside its name ("" where the case is not at hand)
COLUMNS = (*_FIELDS[:2], "input", "expected", *_FIELDS[2:])
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# Excel's own limit on the text of a cell, less a little.
LONGEST_CELL = 32_000
LONGEST_SHOWN = 4_000
STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1b1f24}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:left;vertical-align:top;padding:.4rem "
    ".6rem;border-bottom:1px solid #d9dde2}td{white-space:pre-wrap;overflow-wrap:anywhere}th{font-weight:600}"
    "td.n,th.n{text-align:right;white-space:nowrap}p{color:#4b545d}"
)


@dataclass(frozen=True, slots=True)
class Exported:
    """What is written: the run, what it says, every result, and its cases where they are at hand."""

    run: EvalRun
    summary: EvalSummary
    results: Sequence[CaseResult]
    cases: Sequence[EvalCase] = ()


def write(found: Exported, file: Path) -> None:
    """Writes by the file's ending. Raises WorkbenchError; an older file is then untouched."""
    make = FORMATS.get(file.suffix.lower())
    if make is None:
        raise WorkbenchError(
            f"Results cannot be written as {file.suffix or 'a file without an ending'}",
            where=str(file),
            mend=f"Let the name end with {' or '.join(FORMATS)}.",
        )
    try:
        replace_file(file, make(found))
    except OSError as error:
        raise WorkbenchError(
            f"The results cannot be written: {error.strerror}",
            where=str(file),
            mend="Choose a folder you may write to, with room on its disk.",
        ) from error


def as_csv(found: Exported) -> bytes:
    """CSV with a header; a text that a spreadsheet would run as a formula is made text."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(COLUMNS)
    for row in _plain(found):
        lines.writerow([_cell(value) for value in row.values()])
    return out.getvalue().encode("utf-8", "replace")


def as_jsonl(found: Exported) -> bytes:
    """One JSON object a line."""
    lines = (f"{json.dumps(row, ensure_ascii=False)}\n" for row in _plain(found))
    return "".join(lines).encode("utf-8", "replace")


def _plain(found: Exported) -> Iterator[dict[str, object]]:
    """Each result under the names of `COLUMNS`."""
    known = {case.id: case for case in found.cases}
    for result in found.results:
        case = known.get(result.case_id)
        asked = {"input": case.input if case else "", "expected": case.expected if case else ""}
        told = {**asked, "outcome": result.outcome.value, "tags": list(result.tags)}
        yield {name: told[name] if name in told else getattr(result, name) for name in COLUMNS}


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return _cell(" ".join(str(item) for item in value))
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


# For people

Table = tuple[str, Sequence[str], list[list[Any]]]


def _tables(found: Exported) -> tuple[Table, Table, Table]:
    """(title, header, rows) of the models, the pairs and the answers."""
    models = [
        [
            m.model_id,
            m.scorer,
            m.n,
            m.mean,
            m.low,
            m.high,
            m.errors,
            m.unscored,
            m.withheld,
            m.ttft_p50_s,
            m.tokens_per_s,
            m.cost_usd,
        ]
        for m in found.summary.models
    ]
    pairs = [
        [p.a, p.b, p.scorer, p.n, p.difference, p.low, p.high, p.p_adjusted, p.verdict.value]
        for p in found.summary.pairs
    ]
    known = {case.id: case for case in found.cases}
    answers = []
    for result in found.results:
        case = known.get(result.case_id)
        answers.append(
            [
                result.case_id,
                case.input if case else "",
                case.expected if case else "",
                result.model_id,
                result.answer,
                result.scored_by or result.scorer,
                result.score,
                result.why or result.error,
                result.outcome.value,
                result.total_s,
                result.cost_usd,
                "yes" if result.sensitive else "",
                ", ".join(result.tags),
            ]
        )
    return (
        ("Models", MODEL_COLUMNS, models),
        ("Pairs", PAIR_COLUMNS, pairs),
        ("Answers", ANSWER_COLUMNS, answers),
    )


MODEL_COLUMNS: tuple[str, ...] = (
    "Model",
    "Scorer",
    "Scored",
    "Mean",
    "95 % from",
    "95 % to",
    "Errors",
    "Without a score",
    "Kept here",
)
MODEL_COLUMNS += ("First token p50, s", "Tokens/s", "Cost, USD")
PAIR_COLUMNS = ("A", "B", "Scorer", "Cases", "A less B", "95 % from", "95 % to", "p, adjusted", "A is")
ANSWER_COLUMNS: tuple[str, ...] = (
    "Case",
    "Input",
    "Expected",
    "Model",
    "Answer",
    "Scored by",
    "Score",
    "Why",
    "Outcome",
    "Seconds",
)
ANSWER_COLUMNS += ("Cost, USD", "Sensitive", "Tags")


def as_xlsx(found: Exported) -> bytes:
    """A workbook: a sheet each for the models, the pairs and the answers. Numbers are numbers, texts are texts."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {**options, "nan_inf_to_errors": True})
    bold, text = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for title, header, rows in _tables(found):
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 1)
        for place, name in enumerate(header):
            sheet.write_string(0, place, name, bold)
        sheet.set_column(0, len(header) - 1, 16)
        for line, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, int | float):
                    sheet.write_number(line, place, value)
                elif value:
                    cut = value if len(value) <= LONGEST_CELL else f"{value[:LONGEST_CELL]}…"
                    sheet.write_string(line, place, cut, text if len(cut) > 20 else None)
        sheet.autofilter(0, 0, max(1, len(rows)), len(header) - 1)
    book.close()
    return out.getvalue()


def as_html(found: Exported) -> bytes:
    """One page that needs nothing else and loads nothing; long answers are cut."""
    run = found.run
    at = f"{run.started_at.day} {run.started_at:%B %Y}"
    about = f"{found.summary.case_count:,} cases of {run.dataset_name}, {at}, {run.status.value}"
    facts = f"{about}. SHA-256 {run.dataset_hash}."
    models, pairs, answers = _tables(found)
    shown = [
        [m.model_id, m.scorer, share_words(m), m.n, m.errors, m.unscored, m.withheld] for m in found.summary.models
    ]
    compared = [[p.a, p.b, p.scorer, difference_words(p), p.verdict.value] for p in found.summary.pairs]
    parts = [
        "<!DOCTYPE html><html lang=en><head><meta charset=utf-8>",
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{_text(run.name)}</title><style>{STYLE}</style></head><body><h1>{_text(run.name)}</h1>",
        f"<p>{_text(facts)}</p>",
        _html_table(
            models[0], ("Model", "Scorer", "Mean (95 %)", "Scored", "Errors", "Without a score", "Kept here"), shown
        ),
        _html_table(pairs[0], ("A", "B", "Scorer", "A less B (95 %)", "A is"), compared) if compared else "",
        _html_table(*answers),
        "</body></html>",
    ]
    return "".join(parts).encode("utf-8", "replace")


def _html_table(title: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    head = "".join(f"<th>{_text(name)}</th>" for name in header)
    body = "".join(f"<tr>{''.join(_html_cell(value) for value in row)}</tr>" for row in rows)
    return f"<h2>{_text(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _html_cell(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"<td>{_text('' if value is None else str(value))}</td>"
    return f"<td class=n>{rounded(value, 4)}</td>" if isinstance(value, float) else f"<td class=n>{value:,}</td>"


def _text(text: str) -> str:
    cut = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return html.escape("".join(letter if letter.isprintable() or letter in "\n\t" else "\ufffd" for letter in cut))


FORMATS: dict[str, Callable[[Exported], bytes]] = {
    ".csv": as_csv,
    ".jsonl": as_jsonl,
    ".xlsx": as_xlsx,
    ".html": as_html,
}
