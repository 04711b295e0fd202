"""`workbench bundle`: one file with a scenario, its evidence and its decision: written, looked at, taken in, computed
again."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.report import formats
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.errors import WorkbenchError
from workbench.domain.secret import Secret

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.reports.bundle.seals import Signature
    from workbench.services.bundle_merging import Merge
    from workbench.services.bundles import Opened, Preview

_LONGEST_PASSPHRASE = 1_000
_SHOWN = 20


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("bundle", help="one file to share: export, show, import, verify")
    verbs = command.add_subparsers(dest="verb", metavar="VERB", required=True)
    export = verbs.add_parser("export", help="write a scenario with its evidence and decision into one .mswb file")
    export.add_argument("scenario", metavar="SCENARIO", help="a name or id in the store")
    export.add_argument("-o", "--out", type=Path, metavar="FILE", help="the file (default: the short name + .mswb)")
    export.add_argument("--redact", action="store_true", help="of cases, prompts and answers only hashes and scores")
    export.add_argument(
        "--reports",
        type=_reports,
        default="html,md",
        metavar="LIST",
        help="reports to put in (default: html,md); '' for none",
    )
    export.add_argument("--sign", action="store_true", help="sign it; the key is made once and kept in the keychain")
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    export.set_defaults(run=run_export)
    for name, what, run in (
        ("show", "what is in a bundle, and what of it is new here; changes nothing", run_show),
        ("import", "take in what is new here; what is here already stays as it is", run_import),
        ("verify", "compute every figure again from the bundle's own inputs; exit code 1 when one differs", run_verify),
    ):
        verb = verbs.add_parser(name, help=what)
        verb.add_argument("file", type=Path, metavar="FILE", help="a .mswb file")
        verb.set_defaults(run=run)
    mark = verbs.add_parser("fingerprint", help="the fingerprint of your own signing key, to tell to receivers")
    mark.set_defaults(run=run_fingerprint)
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="print one JSON object")
    export.add_argument("--passphrase", action="store_true", help="lock it; asked for, or read from standard input")


def run_export(arguments: argparse.Namespace, services: Services) -> int:
    """Writes the file and says what is in it."""
    from workbench.reports.files import check_file

    scenario, stored = services.scenarios.resolve(arguments.scenario)
    if not stored:
        mend = f"Bring it in with `workbench scenario import {arguments.scenario}` first."
        raise WorkbenchError("A bundle is made of a stored scenario", where=arguments.scenario, mend=mend)
    file = arguments.out or Path(f"{_slug(scenario.id, services)}.mswb")
    if file.is_dir():
        raise WorkbenchError("A folder has this name", where=str(file), mend="Name a file, such as decision.mswb.")
    if file.exists() and not arguments.force:
        raise WorkbenchError("There is a file already", where=str(file), mend="Choose another name, or add --force.")
    check_file(file, "The bundle")
    passphrase = asked_for("A passphrase for the bundle: ", twice=True) if arguments.passphrase else None
    done = services.bundles.export(
        scenario,
        file,
        redact=arguments.redact,
        reports=arguments.reports,
        passphrase=passphrase,
        sign=arguments.sign,
    )
    if arguments.json:
        shape = {
            "file": str(done.file),
            "bytes": done.bytes,
            "scenario": scenario.id,
            "redacted": done.content.redacted,
            "locked": done.locked,
            "fingerprint": done.fingerprint or None,
            "evals": len(done.content.runs),
            "results": len(done.content.results),
            "comparisons": len(done.content.comparisons),
            "versions": len(done.content.versions),
            "data": done.content.data.name if done.content.data else None,
            "reports": list(done.content.reports),
            "caution": done.caution,
        }
        print(json.dumps(shape, ensure_ascii=False))
        return 0
    from workbench.services.bundle_words import file_size

    say(f"Written: {done.file} ({file_size(done.bytes)})")
    say(f"It holds {_held(done.content)}.")
    if done.fingerprint:
        say(f"Signed with the key {done.fingerprint}. Tell it to the receiver, not by the file's own way.")
    if done.caution:
        say(done.caution)
    return 0


def run_show(arguments: argparse.Namespace, services: Services) -> int:
    """Prints what is in the file, beside what is here."""
    preview = services.bundles.preview(_opened(arguments, services))
    if arguments.json:
        print(json.dumps(_preview_shape(preview), ensure_ascii=False))
        return 0
    _print_preview(preview)
    return 0


def run_import(arguments: argparse.Namespace, services: Services) -> int:
    """Takes in what is new, and says what that was."""
    from workbench.services.bundle_words import sentence

    opened = _opened(arguments, services)
    preview = services.bundles.preview(opened)
    done = services.bundles.bring_in(opened)
    if arguments.json:
        shape = {"scenario": done.scenario.id, "name": done.scenario.name, **_merge_shape(done.merge)}
        print(json.dumps(shape, ensure_ascii=False))
        return 0
    _print_preview(preview)
    say()
    say(sentence(done.merge, done.scenario.name, done=True))
    return 0


def run_verify(arguments: argparse.Namespace, services: Services) -> int:
    """Lists every figure that does not follow from the bundle's inputs."""
    opened = _opened(arguments, services)
    found = services.bundles.verify(opened)
    if arguments.json:
        shape = {
            "ok": found.ok,
            "recomputed": found.recomputed,
            "figures": found.figures,
            "differences": [{"path": d.path, "then": d.then, "now": d.now} for d in found.differences],
            "signature": _signature_shape(found.signature),
            "generator": found.generator,
            "why": found.why,
        }
        print(json.dumps(shape, ensure_ascii=False))
        return 0 if found.ok else 1
    from workbench.services.bundle_words import verified_sentence

    say(verified_sentence(found))
    say(_signature_words(found.signature))
    if found.differences:
        rows = [(d.path, d.then or "—", d.now or "—") for d in found.differences[:_SHOWN]]
        print_table(("figure", "in the bundle", "computed now"), rows)
        if len(found.differences) > _SHOWN:
            say(f"{len(found.differences) - _SHOWN} more; --json lists all.")
    return 0 if found.ok else 1


def run_fingerprint(arguments: argparse.Namespace, services: Services) -> int:
    """Prints it; without a key says how one is made."""
    found = services.bundles.fingerprint()
    if arguments.json:
        print(json.dumps({"fingerprint": found or None}))
    else:
        say(found or "There is no signing key yet: `workbench bundle export --sign` makes one in the keychain.")
    return 0


def _opened(arguments: argparse.Namespace, services: Services) -> Opened:
    locked = services.bundles.needs_passphrase(arguments.file)
    return services.bundles.open(arguments.file, asked_for("The bundle's passphrase: ") if locked else None)


def asked_for(question: str, *, twice: bool = False) -> Secret:
    """A passphrase: from a prompt that shows nothing, or the first line of standard input when that is no terminal."""
    if not sys.stdin.isatty():
        return Secret(sys.stdin.readline(_LONGEST_PASSPHRASE).rstrip("\r\n"))
    given = getpass.getpass(question)
    if twice and getpass.getpass("The same again: ") != given:
        raise WorkbenchError("The two are not the same", where="passphrase", mend="Try again.")
    return Secret(given)


def _reports(text: str) -> tuple[str, ...]:
    return formats(text) if text.strip() else ()


def _slug(scenario_id: str, services: Services) -> str:
    return next(row.slug for row in services.scenarios.list() if row.id == scenario_id)


def _held(content: Any) -> str:
    from workbench.services.bundle_words import held

    return held(content)


def _print_preview(preview: Preview) -> None:
    from workbench.services.bundle_words import facts, rows, sentence

    opened = preview.opened
    say(f"{opened.manifest.scenario_name}: {_held(opened.content)}.")
    for fact in facts(preview):
        say(f"  {fact}")
    say(f"  {_signature_words(opened.signature)}")
    say()
    print_table(("part", "in the bundle", "new here", "kept as here"), rows(preview.merge), right={1, 2, 3})
    say()
    say(sentence(preview.merge, opened.manifest.scenario_name, done=False))


def _signature_words(signature: Signature | None) -> str:
    from workbench.services.bundle_words import signature_words

    return signature_words(signature)


def _signature_shape(signature: Signature | None) -> dict[str, object] | None:
    return None if signature is None else {"fingerprint": signature.fingerprint, "holds": signature.holds}


def _preview_shape(preview: Preview) -> dict[str, object]:
    opened, manifest = preview.opened, preview.opened.manifest
    return {
        "scenario": {"id": manifest.scenario_id, "name": manifest.scenario_name},
        "format_version": manifest.format_version,
        "generator": manifest.generator,
        "made_at": manifest.made_at,
        "computed_on": manifest.computed_on,
        "bytes": opened.bytes,
        "locked": opened.locked,
        "redacted": manifest.redacted,
        "signature": _signature_shape(opened.signature),
        "members": [{"name": m.name, "bytes": m.bytes, "sha256": m.sha256} for m in manifest.members],
        "catalog": {"there": opened.content.catalog.collected, "here": preview.facts_here},
        "prices": [{"offer": p.offer, "part": p.part, "there": p.there, "here": p.here} for p in preview.prices],
        **_merge_shape(preview.merge),
    }


def _merge_shape(merge: Merge) -> dict[str, object]:
    names = ("evals", "results", "data_sets", "marks", "comparisons", "votes", "versions")
    parts = {name: getattr(merge, name) for name in names}
    return {
        "standing": merge.standing.value,
        "target": merge.target,
        "stricter": merge.stricter,
        "parts": {name: {"held": c.held, "new": c.new, "differ": c.differ} for name, c in parts.items()},
    }
