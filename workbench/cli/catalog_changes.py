"""The verbs of `workbench catalog` that take lists in: import, refresh, imports, undo, and what was said when."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.cli.watch import tell_after_change
from workbench.domain.catalog_diff import Choice, Diff, DiffRow, Held, RowKind
from workbench.domain.catalog_fields import title_of, write_field
from workbench.domain.errors import GuardRefusal, Problems, WorkbenchError
from workbench.domain.quotes import Subject

if TYPE_CHECKING:
    from workbench.app import Services

_MOST_SHOWN = 40
_UNKNOWN = "—"
_KINDS = tuple(kind.value for kind in RowKind if kind is not RowKind.SAME)
_GROUPS = ("proposed", "all", *dict.fromkeys((*_KINDS, *(why.value for why in Held if why is not Held.NOT))))


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the verbs; the caller adds --json to all."""
    _register_import(verbs)
    _register_refresh(verbs)
    listing = verbs.add_parser("imports", help="every import there was, and what can be taken back")
    listing.set_defaults(run=run_imports)
    undo = verbs.add_parser("undo", help="take an import back")
    undo.add_argument("import_id", nargs="?", metavar="IMPORT", help="default: the newest one in force")
    undo.set_defaults(run=run_undo)
    export = verbs.add_parser("export", help="write what you corrected as catalog files, ready for a pull request")
    export.add_argument("folder", type=Path, metavar="DIR", help="where to: an empty folder, or a checkout's catalog")
    export.set_defaults(run=run_export)
    history = verbs.add_parser("history", help="everything ever said about one model, and by whom")
    history.add_argument("id", help="for example openai/gpt-4o")
    history.set_defaults(run=run_history)


def _register_import(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = verbs.add_parser(
        "import", help="what a price list, benchmark table or recipe would change; --apply takes it in"
    )
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("--kind", default="", metavar="LIST", help="which list it is (default: found out)")
    command.add_argument("--as-of", default="", metavar="DAY", help="the day the list tells of (default: today)")
    _add_choosing(command)
    command.add_argument(
        "--column", action="append", default=[], metavar="FIELD=COLUMN", help="for a CSV table: what a column holds"
    )
    command.add_argument("--provider", default="", help="for a CSV table: whose prices they are")
    command.add_argument("--benchmark", default="", help="for a CSV table: of which benchmark its scores are")
    command.add_argument("--unit", default="", help="for a CSV table: prices per million (default), thousand or token")
    command.set_defaults(run=run_import)


def _register_refresh(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = verbs.add_parser(
        "refresh", help="fetch the lists from the network and show what they would change; --apply takes it in"
    )
    command.add_argument(
        "lists", nargs="*", metavar="LIST", help="for example models.dev (default: all that have an address)"
    )
    command.add_argument("--from", dest="address", default="", metavar="URL", help="another address of the one LIST")
    _add_choosing(command)
    command.set_defaults(run=run_refresh)


def _add_choosing(command: argparse.ArgumentParser) -> None:
    command.add_argument("--apply", action="store_true", help="take in the rows chosen by --accept")
    command.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="ROWS",
        help=f"which rows: {', '.join(_GROUPS)}, or a row's id (default: proposed); may be repeated",
    )
    command.add_argument(
        "--reject", action="append", default=[], metavar="ROWS", help="which of them to leave out, in the same words"
    )
    command.add_argument("--all", action="store_true", help="print every row, not the first of each kind")


def run_import(arguments: argparse.Namespace, services: Services) -> int:
    """Shows the diff; with --apply keeps the chosen rows. Changes nothing otherwise."""
    diff = services.catalog_imports.preview(
        arguments.file, kind=arguments.kind, as_of=arguments.as_of, options=_options(arguments)
    )
    shown = _show_and_apply(diff, arguments, services)
    if arguments.json:
        print(json.dumps(shown, ensure_ascii=False))
    return 0


def run_refresh(arguments: argparse.Namespace, services: Services) -> int:
    """Fetches the lists one after the other and shows each diff; one that does not come leaves the others be."""
    import asyncio

    refresh = services.catalog_refresh
    if arguments.address and len(arguments.lists) != 1:
        raise WorkbenchError("--from is the address of one list", where="--from", mend="Name that list as well.")
    shown: list[dict[str, object]] = []
    failed: list[WorkbenchError] = []
    for name in arguments.lists or [each.id for each in refresh.lists()]:
        try:
            diff = asyncio.run(refresh.fetch_and_leave(name, arguments.address))
            shown.append(_show_and_apply(diff, arguments, services))
        except GuardRefusal:  # it would refuse the others, too
            raise
        except WorkbenchError as error:
            failed.append(error)
        if not arguments.json:
            say()
    if arguments.json:
        print(json.dumps({"lists": shown, "failed": [error.as_dict() for error in failed]}, ensure_ascii=False))
    if not failed:
        return 0
    raise failed[0] if len(failed) == 1 else Problems(f"{len(failed)} lists were not taken in", failed)


def _show_and_apply(diff: Diff, arguments: argparse.Namespace, services: Services) -> dict[str, object]:
    """Prints the diff, unless --json wants it; with --apply keeps the chosen rows. Gives the diff as JSON has it."""
    choices = _choices(diff, arguments.accept or ["proposed"], arguments.reject)
    record = services.catalog_imports.apply(diff, choices)[0] if arguments.apply else None
    if arguments.json:
        return _diff_json(diff, choices, record.id if record else None)
    _print_diff(diff, choices, everything=arguments.all)
    if record is None:
        say(f"\nNothing is changed yet. {diff.plan(choices)}")
        say("--apply does that; --accept and --reject choose others, by group or row.")
    else:
        say(f"\nTaken in: {record.accepted:,} rows. 'workbench catalog undo {record.id}' takes them back.")
        tell_after_change(services)
    return {}


def _options(arguments: argparse.Namespace) -> dict[str, str]:
    found = {name: getattr(arguments, name) for name in ("provider", "benchmark", "unit") if getattr(arguments, name)}
    for pair in arguments.column:
        field, sign, column = pair.partition("=")
        if not sign:
            raise WorkbenchError(f"'{pair}' names no column", where="--column", mend="Write it as model=Name.")
        found[f"column.{field.strip()}"] = column.strip()
    return found


def _choices(diff: Diff, accepted: Sequence[str], rejected: Sequence[str]) -> dict[str, Choice]:
    """What becomes of each row. Raises WorkbenchError for a word that is neither a group nor a row."""
    ids = {row.id for row in diff.rows}
    for word in (*accepted, *rejected):
        if word not in ids and word not in _GROUPS:
            mend = f"Use {', '.join(_GROUPS)}, or the id of a row as --json and --all print it."
            raise WorkbenchError(f"'{word}' is no group of rows and no row", where="--accept", mend=mend)
    found: dict[str, Choice] = {}
    for row in diff.rows:
        groups = {"all", row.kind.value, row.held.value or "proposed", row.id}
        if not groups.isdisjoint(rejected):
            found[row.id] = Choice.REJECT
        elif not groups.isdisjoint(accepted):
            found[row.id] = row.taking
        else:  # what says the same renews the catalog's dates
            found[row.id] = row.proposed if row.kind is RowKind.SAME else Choice.REJECT
    return found


def _diff_json(diff: Diff, choices: dict[str, Choice], applied: str | None) -> dict[str, object]:
    return {
        "importer": diff.importer,
        "file": diff.file,
        "as_of": diff.as_of,
        "entries": diff.entries,
        "counts": dict(diff.counts),
        "passed_over": dict(diff.passed_over),
        "problems": [problem.as_dict() for problem in diff.problems],
        "rows": [_row_json(row, choices[row.id]) for row in diff.rows if row.kind is not RowKind.SAME],
        "applied": applied,
    }


def _row_json(row: DiffRow, choice: Choice) -> dict[str, object]:
    return {
        "id": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "model": row.model_id,
        "provider": row.provider or None,
        "changes": [{"field": c.field, "ours": c.ours, "theirs": c.theirs} for c in row.changes],
        "source_name": row.source_name,
        "matched": row.matched or None,
        "warnings": list(row.warnings),
        "held": row.held or None,
        "choice": choice,
    }


def _print_diff(diff: Diff, choices: dict[str, Choice], *, everything: bool) -> None:
    say(diff.sentence)
    for reason, count in diff.passed_over:
        say(f"  passed over: {count:,} {reason}")
    for problem in diff.problems[: None if everything else 5]:
        say(f"  {problem}")
    hidden = len(diff.problems) - (len(diff.problems) if everything else 5)
    if hidden > 0:
        say(f"  … and {hidden} more problems (--all)")
    shown, left = [], 0
    seen: dict[RowKind, int] = {}
    for row in diff.rows:
        if row.kind is RowKind.SAME:
            continue
        seen[row.kind] = seen.get(row.kind, 0) + 1
        if everything or seen[row.kind] <= _MOST_SHOWN // 4:
            shown.append(row)
        else:
            left += 1
    if shown:
        say()
        header = ("take", "kind", "model", "of", "catalog has", "list says", "looks wrong")
        print_table(header, [_line(row, choices[row.id]) for row in shown])
    if left:
        say(f"… and {left:,} more rows (--all, or --json)")


def _line(row: DiffRow, choice: Choice) -> tuple[str, ...]:
    titles = [title_of(row.subject, change.field) for change in row.changes]
    ours = [
        f"{title} {write_field(c.ours)}" for title, c in zip(titles, row.changes, strict=True) if c.ours is not None
    ]
    theirs = [f"{title} {write_field(c.theirs)}" for title, c in zip(titles, row.changes, strict=True)]
    about = row.provider or {Subject.SCORE: row.quote.part}.get(row.subject, "facts")
    return (
        {Choice.ACCEPT: "yes", Choice.BESIDE: "both", Choice.REJECT: "no"}[choice],
        row.kind,
        row.model_id,
        about,
        ", ".join(ours[:4]) or _UNKNOWN,
        ", ".join(theirs[:4]) + (" …" if len(theirs) > 4 else ""),
        " ".join(row.warnings),
    )


def run_imports(arguments: argparse.Namespace, services: Services) -> int:
    records = services.catalog_imports.imports()
    if arguments.json:
        rows = [
            {
                "id": item.id,
                "at": item.at,
                "importer": item.importer,
                "file": item.file,
                "as_of": item.as_of,
                "accepted": item.accepted,
                "counts": dict(item.counts),
                "undone_at": item.undone_at or None,
            }
            for item in records
        ]
        print(json.dumps({"imports": rows}, ensure_ascii=False))
        return 0
    if not records:
        say("Nothing was imported yet. 'workbench catalog import FILE' shows what a list would change.")
        return 0
    print_table(
        ("import", "at", "list", "file", "tells of", "rows taken in", "state"),
        [
            (
                r.id,
                r.at,
                r.importer,
                r.file,
                r.as_of,
                f"{r.accepted:,}",
                f"undone {r.undone_at}" if r.undone_at else "in force",
            )
            for r in records
        ],
        right={5},
    )
    return 0


def run_undo(arguments: argparse.Namespace, services: Services) -> int:
    """Takes back the import named, or the newest in force."""
    in_force = [record for record in services.catalog_imports.imports() if not record.undone_at]
    chosen = arguments.import_id or (in_force[0].id if in_force else "")
    if not chosen:
        raise WorkbenchError("There is no import to take back", mend="'workbench catalog imports' lists them.")
    services.catalog_imports.undo(chosen)
    if arguments.json:
        print(json.dumps({"undone": chosen}))
    else:
        say("Taken back: the catalog is as it was before that import.")
        tell_after_change(services)
    return 0


def run_export(arguments: argparse.Namespace, services: Services) -> int:
    """Writes the files and prints the text for the pull request."""
    result = services.catalog_export.export(arguments.folder)
    if arguments.json:
        rows = [dataclasses.asdict(item) for item in result.corrections]
        found = {"folder": str(result.folder), "files": result.files, "corrections": rows, "left_out": result.left_out}
        print(json.dumps(found, ensure_ascii=False))
        return 0
    say(result.as_markdown)
    say(f"\n{result.sentence}")
    for reason in result.left_out:
        say(f"  left out: {reason}")
    return 0


def run_history(arguments: argparse.Namespace, services: Services) -> int:
    lines = services.catalog_history.of(arguments.id)
    if arguments.json:
        rows = [
            {
                "day": line.day,
                "about": line.about,
                "figures": dict(line.figures),
                "origin": line.origin,
                "state": line.state,
                "source": line.source,
            }
            for line in lines
        ]
        print(json.dumps({"model": services.catalog.model(arguments.id).id, "history": rows}, ensure_ascii=False))
        return 0
    print_table(
        ("day", "about", "figures", "origin", "state", "source"),
        [(line.day, line.about, line.words, line.origin, line.state, line.source) for line in lines],
    )
    return 0
