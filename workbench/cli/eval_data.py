"""`workbench eval check`, `data` and `scorers`: what is in a file of cases, what was kept of it, and how answers can be
scored."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis.words import count
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.evals.scorers import Answer, Scorer


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = verbs.add_parser("check", help="looks through a file of cases before it is used")
    check.add_argument("data", type=Path)
    check.add_argument(
        "--columns", action="extend", nargs="+", default=[], metavar="NAME=COLUMN", help="input=Frage expected=Antwort"
    )
    check.add_argument("--keep-marks", action="store_true", help="rows with personal data stay as the file marks them")
    check.set_defaults(run=run_check)
    taken = verbs.add_parser(
        "import", help="results of another program: Inspect, LM Evaluation Harness, LLM Comparator"
    )
    taken.add_argument("file", type=Path)
    taken.add_argument("-s", "--scenario", help="keep the results as evidence of this scenario")
    taken.set_defaults(run=run_import)
    data = verbs.add_parser("data", help="every version of a data set that an eval was made with")
    data.set_defaults(run=run_data)
    allow = verbs.add_parser(
        "allow-python", help="whether evals may run a Python file of yours to score (off at first)"
    )
    allow.add_argument("state", nargs="?", choices=("on", "off"))
    allow.set_defaults(run=run_allow)
    scorers = verbs.add_parser("scorers", help="how answers can be scored; with a name, one of them in full")
    scorers.add_argument("name", nargs="?")
    scorers.set_defaults(run=run_scorers)


def chosen_columns(given: Sequence[str]) -> dict[str, str] | None:
    """`input=Frage` as names; None when nothing was chosen. Raises WorkbenchError for what is no choice."""
    from workbench.evals.datasets.naming import KNOWN

    found = {}
    for pair in given:
        known, separator, column = pair.partition("=")
        if not separator or known not in KNOWN:
            raise WorkbenchError(
                f"“{pair}” does not say which column is what",
                where="--columns",
                mend=f"Write NAME=COLUMN with one of the names {', '.join(KNOWN)}.",
            )
        found[known] = column
    return found or None


def run_check(arguments: argparse.Namespace, services: Services) -> int:
    """What is in the file; exit code 1 when a line is faulty."""
    columns = chosen_columns(arguments.columns)
    preview, guess = services.eval_data.preview(arguments.data)
    found = services.eval_data.examine(arguments.data, columns=columns, mark=not arguments.keep_marks)
    data = found.dataset
    if arguments.json:
        print(
            json.dumps(
                {
                    "file": str(arguments.data),
                    "dialect": str(found.dialect),
                    "columns": list(preview.header),
                    "guess": guess,
                    "cases": len(data.cases),
                    "examples": len(data.examples),
                    "sensitive": sum(case.sensitive for case in data.cases),
                    "sha256": data.hash,
                    "baseline": found.baseline,
                    "findings": [
                        {"kind": each.kind.value, "what": each.what, "mend": each.mend, "cases": list(each.cases)}
                        for each in found.findings
                    ],
                    "problems": [problem.as_dict() for problem in found.problems],
                },
                ensure_ascii=False,
            )
        )
        return 1 if found.problems else 0
    sensitive = sum(case.sensitive for case in data.cases)
    examples = f", {count(len(data.examples), 'example')} to show" if data.examples else ""
    say(f"{arguments.data.name}: {found.dialect}. {count(len(data.cases), 'case')}, {sensitive:,} sensitive{examples}.")
    if preview.header:
        say(f"Columns: {', '.join(preview.header)}")
    for finding in found.findings:
        say(f"{'!' if finding.is_caution else '·'} {finding.what}. {finding.mend}")
    for problem in found.problems:
        say(f"✕ {problem}")
    is_named = all(known == column for known, column in guess.items())
    if found.problems and not columns and guess.get("input") and not is_named:
        said = " ".join(f'{known}="{column}"' for known, column in guess.items())
        say(f"Perhaps the columns are: --columns {said}")
    return 1 if found.problems else 0


def run_import(arguments: argparse.Namespace, services: Services) -> int:
    """Stores the results as a finished eval and shows them."""
    from workbench.cli.eval_results import show
    from workbench.cli.prompt import stored_scenario

    run, found = services.eval_files.import_results(
        arguments.file, scenario_id=stored_scenario(services, arguments.scenario)
    )
    if found.skipped and not arguments.json:
        say(f"{count(found.skipped, 'entry', 'entries')} left out: {found.why_skipped}.", file=sys.stderr)
    show(run, services, as_json=arguments.json)
    return 0


def run_data(arguments: argparse.Namespace, services: Services) -> int:
    versions = services.eval_data.data_sets()
    if arguments.json:
        rows = [
            {
                "name": each.name,
                "version": each.number,
                "cases": each.case_count,
                "added_at": each.added_at.isoformat(),
                "source": each.source,
                "sha256": each.hash,
            }
            for each in versions
        ]
        print(json.dumps({"data_sets": rows}, ensure_ascii=False))
        return 0
    print_table(
        ("data set", "version", "cases", "first used (UTC)", "SHA-256"),
        [
            (each.name, str(each.number), f"{each.case_count:,}", f"{each.added_at:%Y-%m-%d %H:%M}", each.hash[:12])
            for each in versions
        ],
        right={1, 2},
    )
    return 0


def run_allow(arguments: argparse.Namespace, services: Services) -> int:
    from workbench.settings import OWN_PYTHON

    if arguments.state is not None:
        services.settings.choose(OWN_PYTHON, arguments.state == "on")
    allowed = services.settings.value(OWN_PYTHON)
    if arguments.json:
        print(json.dumps({"own_python": allowed}))
    else:
        say(
            "Evals may run a Python file of yours to score answers. It runs apart, without network, and reads what you "
            "can read."
            if allowed
            else "Evals run no Python of yours."
        )
    return 0


def run_scorers(arguments: argparse.Namespace, services: Services) -> int:
    from workbench.evals.scorers import BUILTIN, scorer

    if arguments.name:
        member = scorer(arguments.name)
        if arguments.json:
            print(json.dumps(_shape(member), ensure_ascii=False))
        else:
            _explain(member)
        return 0
    if arguments.json:
        print(json.dumps({"scorers": [_shape(member) for member in BUILTIN.values()]}, ensure_ascii=False))
        return 0
    print_table(
        ("scorer", "title", "for"), [(member.id, member.title, member.group.value) for member in BUILTIN.values()]
    )
    return 0


def _explain(member: Scorer) -> None:
    say(f"{member.title} ({member.id})\n\nExpected: {member.expects}")
    expected, right, wrong = member.example
    say(f"For example: {expected!r} expected. Right: {_said(right)}. Less: {_said(wrong)}.")
    for need in sorted(member.wants):
        say(f"Needs {need}.")
    options = [part for part in fields(member) if part.metadata]
    say("\nOptions:")
    for part in options:
        say(f"  {part.name}: {part.metadata['title']}. {part.metadata['help']}")


def _said(answer: Answer) -> str:
    return answer.shown


def _shape(member: Scorer) -> dict[str, object]:
    expected, right, wrong = member.example
    return {
        "id": member.id,
        "title": member.title,
        "group": member.group.value,
        "expects": member.expects,
        "signature": member.signature,
        "needs": sorted(member.wants),
        "options": [
            {"name": part.name, "title": part.metadata["title"], "help": part.metadata["help"]}
            for part in fields(member)
            if part.metadata
        ],
        "example": {"expected": expected, "right": right.shown, "less": wrong.shown},
    }
