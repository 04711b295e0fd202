"""`workbench scenario`: list, make, show, edit, export, import and delete scenarios."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.scenario import Scenario
    from workbench.services.scenarios import ScenarioRow

_UNKNOWN = "—"


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("scenario", help="scenarios: list, make, show, edit, weigh, export, import, delete")
    verbs = command.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="all scenarios, the last changed first")
    listing.add_argument("--bin", action="store_true", help="the deleted ones")
    listing.set_defaults(run=run_list)
    new = verbs.add_parser("new", help="make an empty scenario")
    new.add_argument("name", metavar="NAME")
    new.set_defaults(run=run_new)
    show = verbs.add_parser("show", help="requirements, options and decision of one scenario")
    show.set_defaults(run=run_show)
    questions = verbs.add_parser("questions", help="every question that edit takes, with how it is answered")
    questions.set_defaults(run=run_questions)
    edit = verbs.add_parser("edit", help="answer questions: edit my-scenario weeks_limit=12 tasks='[code, writing]'")
    edit.set_defaults(run=run_edit)
    weigh = verbs.add_parser("weigh", help="say what matters: weigh my-scenario quality=100 weeks=40")
    weigh.set_defaults(run=run_weigh)
    way = weigh.add_mutually_exclusive_group()
    way.add_argument("--alike", action="store_true", help="every criterion counts the same")
    way.add_argument("--order", metavar="A,B,…", help="from their order alone, the most important first")
    way.add_argument("--comparisons", type=Path, metavar="FILE", help="from a CSV table of pairwise comparisons (AHP)")
    way.add_argument("--widen", action="store_true", help="the same points, on scales that hold every option")
    export = verbs.add_parser("export", help="write the scenario as YAML")
    export.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: print it")
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    export.set_defaults(run=run_export)
    importing = verbs.add_parser("import", help="store the scenario of a YAML file")
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.set_defaults(run=run_import)
    delete = verbs.add_parser("delete", help="put a scenario into the bin")
    delete.set_defaults(run=run_delete)
    restore = verbs.add_parser("restore", help="take a scenario out of the bin again")
    restore.set_defaults(run=run_restore)
    for verb in (show, edit, weigh, export, delete, restore):
        verb.add_argument("scenario", metavar="SCENARIO", help="name or id; for show and export also a YAML file")
    edit.add_argument("answers", nargs="*", metavar="QUESTION=VALUE", help="empty VALUE takes the answer away")
    weigh.add_argument("points", nargs="*", metavar="CRITERION=POINTS", help="0 to 100; the others keep theirs")
    edit.add_argument("--name", help="give the scenario this name")
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="print one JSON object")


def run_list(arguments: argparse.Namespace, services: Services) -> int:
    """Prints one line a scenario."""
    rows = services.scenarios.bin() if arguments.bin else services.scenarios.list()
    if arguments.json:
        print(json.dumps({"scenarios": [_row(row) for row in rows]}, ensure_ascii=False))
        return 0
    if not rows:
        say("The bin is empty." if arguments.bin else "There is no scenario yet. Make one: workbench scenario new NAME")
        return 0
    header = ("id" if arguments.bin else "scenario", "name", "changed (UTC)", "steps done", "decision")
    print_table(header, [_line(row, by_id=arguments.bin) for row in rows])
    return 0


def run_new(arguments: argparse.Namespace, services: Services) -> int:
    """Makes a scenario and says how to go on."""
    return _say(services.scenarios.new(arguments.name), "Made", arguments, services)


def run_show(arguments: argparse.Namespace, services: Services) -> int:
    """Prints the scenario; with --json its whole plain form."""
    scenario, stored = services.scenarios.resolve(arguments.scenario)
    if arguments.json:
        plain = services.scenarios.plain(scenario)
        print(json.dumps({"scenario": plain, "stored": stored, "version": scenario.version}, ensure_ascii=False))
        return 0
    say(f"{scenario.name}  ({scenario.id})\n")
    from workbench.domain.questions import QUESTIONS, asked_questions

    rows = [(asked.id, _shown(scenario.answers.get(asked.id))) for asked in asked_questions(scenario.answers)]
    print_table(("question", "answer"), rows)
    say(f"\n{len(scenario.answers)} of {len(QUESTIONS)} questions are answered.")
    if scenario.options:
        say()
        print_table(
            ("option", "name", "strategy", "technique", "set-up", "a month", "weeks"),
            [
                (option.id, option.name, option.strategy.value, option.technique.value, *_figures(option.figures))
                for option in scenario.options
            ],
            right={4, 5, 6},
        )
    if scenario.decision is not None:
        say(f"\nDecision ({scenario.decision.status.value}): option {scenario.decision.option}")
        say(scenario.decision.because)
    return 0


def run_questions(arguments: argparse.Namespace, services: Services) -> int:
    """Prints every question's id, words and kind of answer, in the order they are asked."""
    from workbench.domain.questions import DETAILS, QUESTIONS

    asked = (*QUESTIONS.values(), *DETAILS.values())
    if arguments.json:
        rows = [{"id": item.id, "title": item.title, "answer": item.takes} for item in asked]
        print(json.dumps({"questions": rows}, ensure_ascii=False))
        return 0
    print_table(("question", "what it asks", "answer"), [(item.id, item.title, item.takes) for item in asked])
    return 0


def run_edit(arguments: argparse.Namespace, services: Services) -> int:
    """Stores all the answers given, or none when one of them is not taken."""
    texts = dict(_split(word) for word in arguments.answers)
    if not texts and arguments.name is None:
        raise WorkbenchError("There is nothing to change", mend="Give QUESTION=VALUE, or --name.")
    scenario = services.scenarios.load(arguments.scenario)
    if texts:
        scenario = services.scenarios.answer_texts(scenario.id, texts)
    if arguments.name is not None:
        scenario = services.scenarios.rename(scenario.id, arguments.name)
    return _say(scenario, "Saved", arguments, services)


def run_weigh(arguments: argparse.Namespace, services: Services) -> int:
    """Stores the criteria's new points and prints them; without any it prints those that hold."""
    from workbench.analysis.criteria import criteria_in_force
    from workbench.domain.questions import requirements_from
    from workbench.services import weighing

    scenario = services.scenarios.load(arguments.scenario)
    criteria = criteria_in_force(scenario, requirements_from(scenario.answers))
    points = {name: _points(name, text) for name, text in map(_split, arguments.points)}
    if points and (arguments.alike or arguments.order or arguments.comparisons or arguments.widen):
        raise WorkbenchError("Points and another way together", mend="Give CRITERION=POINTS, or one of the options.")
    found = None
    if arguments.alike:
        found = weighing.alike(criteria)
    elif arguments.order:
        found = weighing.by_order(criteria, [name.strip() for name in arguments.order.split(",")])
    elif arguments.comparisons:
        found = weighing.by_comparisons(criteria, arguments.comparisons)
    elif arguments.widen:
        options = services.options.options(scenario, evidence=services.eval_results.evidence(scenario.id)).options
        found = weighing.wide_enough(criteria, options)
    elif points:
        found = weighing.by_points(criteria, points)
    if found is not None:
        criteria = services.scenarios.replace(scenario.id, replace(scenario, criteria=found.criteria)).criteria
    if arguments.json:
        shape = [{"id": c.id, "title": c.title, "points": c.points} for c in criteria]
        print(json.dumps({"criteria": shape, "sentence": found.sentence if found else ""}, ensure_ascii=False))
        return 0
    if found is not None:
        say(found.sentence)
    total = sum(item.points for item in criteria)
    rows = [(c.id, c.title, f"{c.points:g}", f"{c.points / total:.0%}".replace("%", " %")) for c in criteria]
    print_table(("criterion", "what it is", "points", "share"), rows, right={2, 3})
    return 0


def _points(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise WorkbenchError(f"{text!r} is not a number", where=name, mend="Write it like quality=70.") from None


def run_export(arguments: argparse.Namespace, services: Services) -> int:
    """Prints the YAML, or writes it to a file that is not there yet."""
    scenario, _ = services.scenarios.resolve(arguments.scenario)
    text = services.scenarios.export_yaml(scenario)
    if arguments.output is None:
        print(json.dumps({"yaml": text}, ensure_ascii=False) if arguments.json else text, end="")
        return 0
    if arguments.output.exists() and not arguments.force:
        raise WorkbenchError(
            "There is a file already", where=str(arguments.output), mend="Choose another name, or add --force."
        )
    written = services.scenarios.export_file(scenario, arguments.output)
    if arguments.json:
        print(json.dumps({"file": str(written)}))
    else:
        say(f"Written: {written}")
    return 0


def run_import(arguments: argparse.Namespace, services: Services) -> int:
    """Stores the file's scenario; nothing is stored when it has a fault."""
    return _say(services.scenarios.import_yaml(arguments.file), "Imported", arguments, services)


def run_delete(arguments: argparse.Namespace, services: Services) -> int:
    """Puts the scenario into the bin and says how to get it back."""
    scenario = services.scenarios.load(arguments.scenario)
    services.scenarios.delete(scenario.id)
    if arguments.json:
        print(json.dumps({"deleted": scenario.id}))
    else:
        say(f"“{scenario.name}” is in the bin. To get it back: workbench scenario restore {scenario.id}")
    return 0


def run_restore(arguments: argparse.Namespace, services: Services) -> int:
    """Takes a scenario out of the bin."""
    rows = [row for row in services.scenarios.bin() if arguments.scenario in (row.id, row.slug, row.name)]
    if len(rows) != 1:
        what = "Several scenarios in the bin have this name" if rows else "There is no such scenario in the bin"
        raise WorkbenchError(what, where=arguments.scenario, mend="Give its id: workbench scenario list --bin")
    return _say(services.scenarios.restore(rows[0].id), "Restored", arguments, services)


def _say(scenario: Scenario, done: str, arguments: argparse.Namespace, services: Services) -> int:
    row = next(row for row in services.scenarios.list() if row.id == scenario.id)
    if arguments.json:
        print(json.dumps(_row(row), ensure_ascii=False))
    else:
        say(f"{done}: {row.name}  ({row.slug})")
    return 0


def _split(word: str) -> tuple[str, str]:
    name, sign, value = word.partition("=")
    if not sign:
        raise WorkbenchError(f"{word!r} is not QUESTION=VALUE", mend="Write it like weeks_limit=12.")
    return name.strip(), value.strip()


def _row(row: ScenarioRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "slug": row.slug,
        "updated_at": None if row.updated_at is None else row.updated_at.isoformat(),
        "sample": row.sample,
        "steps_done": list(row.steps_done),
        "decision_status": row.decision_status or None,
        "damaged": row.damaged,
    }


def _line(row: ScenarioRow, *, by_id: bool) -> tuple[str, ...]:
    first = row.id if by_id else row.slug
    if row.damaged or row.updated_at is None:
        return (first, row.name, _UNKNOWN, "damaged: put a backup back", _UNKNOWN)
    name = f"{row.name} (sample)" if row.sample else row.name
    steps = ", ".join(row.steps_done) or _UNKNOWN
    return (first, name, f"{row.updated_at:%Y-%m-%d %H:%M}", steps, row.decision_status or _UNKNOWN)


def _shown(value: object) -> str:
    match value:
        case None:
            return _UNKNOWN
        case bool():
            return "yes" if value else "no"
        case dict():
            return " … ".join(dict.fromkeys(map(_number, value.values())))
        case list():
            return ", ".join(str(part) for part in value) or "none"
        case int() | float():
            return _number(value)
    return str(value)


def _number(value: float) -> str:
    return f"{value:,g}" if abs(value) < 1e6 else f"{value:,.0f}"


def _figures(figures: Any) -> tuple[str, ...]:
    names = (("setup_usd", "${:,.0f}"), ("monthly_usd", "${:,.0f}"), ("weeks", "{:g}"))
    return tuple(form.format(figures[name].likely) if name in figures else _UNKNOWN for name, form in names)
