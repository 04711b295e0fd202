"""Bundles: one file that carries a scenario with its evidence and decision to another machine, where it is looked at,
merged without overwriting anything, and computed again."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import __version__
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.requirements import DataRule
from workbench.domain.secret import Secret
from workbench.reports.bundle.archive import MOST_BYTES
from workbench.reports.bundle.seals import Signature, is_locked
from workbench.reports.files import write_whole
from workbench.services.bundle_parts import Content, DataFile, Manifest, Opened

if TYPE_CHECKING:
    from workbench.domain.catalog import Catalog
    from workbench.domain.evals import EvalSet
    from workbench.domain.scenario import Scenario
    from workbench.domain.verdict import LocalModel
    from workbench.keychain import Keychain
    from workbench.services.bundle_figures import FigureChange, House
    from workbench.services.bundle_merging import Merge
    from workbench.services.reports import ReportService
    from workbench.services.scenarios import ScenarioService
    from workbench.store.calls import ToHost
    from workbench.store.store import Store

SUFFIX = ".mswb"
#: under this name the signing key lies in the keychain
SIGNING_KEY = "bundle-signature"
DEFAULT_REPORTS = ("html", "md")


@dataclass(frozen=True, slots=True)
class Exported:
    """The file that was written. `caution` says what the sender should know before handing it on; "" for nothing."""

    file: Path
    bytes: int
    content: Content
    fingerprint: str
    locked: bool
    caution: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What is in a bundle, and what it is to this store. `facts_here` is the date of the catalog in use."""

    opened: Opened
    merge: Merge
    facts_here: str
    prices: tuple[PriceDifference, ...]


@dataclass(frozen=True, slots=True)
class PriceDifference:
    """A price of an offer that the options use, in the bundle and here, USD per million tokens; None: not quoted."""

    offer: str
    part: str
    there: float | None
    here: float | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in: the merge as it was carried out, and the scenario it went to."""

    merge: Merge
    scenario: Scenario
    changes: Changes


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the figures are those that follow from the bundle's inputs. `figures` counts what was compared.

    `recomputed` is False when nothing could be computed; `why` then says why. `signature` None: it is not signed.
    """

    ok: bool
    recomputed: bool
    differences: tuple[FigureChange, ...]
    figures: int
    signature: Signature | None
    generator: str
    why: str = ""


class BundleService:
    """What a person can do with bundles. Plain, blocking; nothing of it belongs on the GUI thread."""

    def __init__(
        self,
        *,
        store: Store,
        scenarios: ScenarioService,
        catalog: Callable[[], Catalog],
        local: Callable[[], Sequence[LocalModel]],
        reports: Callable[[], ReportService],
        outflow: Callable[[str], tuple[ToHost, ...]],
        keychain: Callable[[], Keychain],
        data_folder: Path,
        today: Callable[[], date] = date.today,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._scenarios = scenarios
        self._catalog = catalog
        self._local = local
        self._reports = reports
        self._outflow = outflow
        self._keychain = keychain
        self._data_folder = data_folder
        self._today = today
        self._now = now

    # Out

    def export(
        self,
        scenario: Scenario,
        file: Path,
        *,
        redact: bool = False,
        reports: Iterable[str] = DEFAULT_REPORTS,
        passphrase: Secret | None = None,
        sign: bool = False,
    ) -> Exported:
        """Writes the scenario with everything that belongs to it into `file`, whole or not at all.

        With `redact` only hashes and scores of the eval data and of answers go along, and reports without them. Raises
        WorkbenchError when the keychain has no place for a signing key, or the file cannot be written.
        """
        from workbench.reports.bundle import archive, seals
        from workbench.reports.files import check_file
        from workbench.services.bundle_figures import figures_of, house_of
        from workbench.services.bundle_making import redacted
        from workbench.services.bundle_parts import members_of

        check_file(file, "The bundle")
        key = self._signing_key() if sign else None
        content = self._gathered(scenario)
        house = house_of(content)
        content = replace(content, figures=figures_of(content, house))
        content = redacted(content) if redact else content
        content = replace(content, reports=self._written(scenario, house, reports, redact=redact))
        members = members_of(
            content,
            generator=__version__,
            made_at=self._now().astimezone(UTC).isoformat(timespec="seconds"),
            sign=None if key is None else lambda head: seals.signed(head, key),
        )
        if sum(map(len, members.values())) > MOST_BYTES:
            what = f"The bundle would hold more than {MOST_BYTES // 1024**2} MB"
            raise WorkbenchError(what, where=scenario.name, mend="Leave the texts out (redact), or delete old evals.")
        data = archive.write_archive(members)
        if passphrase is not None:
            data = seals.locked(data, passphrase)
        write_whole(file, data, "The bundle")
        mark = seals.fingerprint_of(key) if key is not None else ""
        return Exported(file, len(data), content, mark, passphrase is not None, _caution(content, passphrase))

    def fingerprint(self) -> str:
        """The fingerprint of this person's signing key; "" as long as there is none. Raises KeychainTrouble."""
        from workbench.reports.bundle.seals import fingerprint_of

        key = self._keychain().get(SIGNING_KEY)
        return "" if key is None else fingerprint_of(key)

    def _signing_key(self) -> Secret:
        """The key in the keychain, made with the first signature."""
        from workbench.keychain import store
        from workbench.reports.bundle.seals import new_key

        keychain = self._keychain()
        found = keychain.get(SIGNING_KEY)
        if found is not None:
            return found
        kept = store()
        if not kept.keeps:
            raise WorkbenchError(
                "There is no keychain here, so a signing key cannot be kept",
                where=kept.why or kept.name,
                mend="Export without a signature, or install and unlock a keychain first.",
            )
        key = new_key()
        keychain.set(SIGNING_KEY, key)
        return key

    def _gathered(self, scenario: Scenario) -> Content:
        """Everything of the scenario that may travel, without figures and reports."""
        from workbench.services.bundle_making import slice_of, without_this_machine

        runs = self._store.eval_runs.runs(scenario.id)
        comparisons = self._store.comparisons.of(scenario.id)
        shown = {comparison.id for comparison in comparisons}
        local = tuple(self._local())
        linked = [model.catalog_id for model in local if model.catalog_id]
        content = Content(
            scenario=replace(scenario, deleted_at=None, version=0),
            catalog=slice_of(self._catalog(), scenario, runs, linked),
            computed_on=self._today().isoformat(),
            local=local,
            versions=self._store.decision_versions.of(scenario.id),
            runs=runs,
            results=tuple(result for run in runs for result in self._store.eval_runs.results(run.id)),
            marks=tuple(mark for run in runs for mark in self._store.eval_runs.marks(run.id)),
            comparisons=comparisons,
            votes=tuple(vote for vote in self._store.votes.of(scenario.id) if vote.comparison_id in shown),
            outflow=self._outflow(scenario.id),
            data=self._data_of(scenario, {run.dataset_hash for run in runs}),
            data_sets=tuple(self._data_sets_of(scenario, {run.dataset_hash for run in runs})),
        )
        return without_this_machine(content, self._keychain().redact)

    def _data_sets_of(self, scenario: Scenario, hashes: set[str]) -> Iterator[EvalSet]:
        """The cases of the evals: as they were kept, or from the scenario's file when it is still what was asked."""
        from workbench.evals.datasets import read_dataset

        missing = []
        for name in sorted(hashes):
            kept = self._store.data_sets.load(name)
            if kept is None:
                missing.append(name)
            else:
                yield kept
        path = self._scenarios.dataset_path(scenario)
        if missing and path is not None and path.is_file():
            try:
                read = read_dataset(path)
            except WorkbenchError:
                return
            if read.hash in missing:
                yield read

    def _data_of(self, scenario: Scenario, hashes: set[str]) -> DataFile | None:
        """The eval data as it is now, when an eval was run on exactly that, or none was run yet."""
        from workbench.services.bundle_making import MOST_DATA_BYTES

        path = self._scenarios.dataset_path(scenario)
        try:
            if path is None or not path.is_file() or path.stat().st_size > MOST_DATA_BYTES:
                return None
            found = DataFile(path.name, path.read_bytes())
        except OSError:
            return None
        return found if not hashes or found.sha256 in hashes else None

    def _written(self, scenario: Scenario, house: House, formats: Iterable[str], *, redact: bool) -> dict[str, bytes]:
        """The reports by ending, from the evals at hand."""
        from workbench.reports.choices import PLAIN, Choices, Redaction
        from workbench.reports.writers import BUILTIN
        from workbench.services.reports import checked_formats

        wanted = [name for name in formats if name.strip()]
        if not wanted:
            return {}
        choices = Choices(redact=frozenset({Redaction.CASES})) if redact else PLAIN
        document = self._reports().over(house.evals).document(scenario, choices=choices)
        return {name: BUILTIN[name].render(document) for name in checked_formats(wanted)}

    # In

    def needs_passphrase(self, file: Path) -> bool:
        """Whether the file is locked. Raises WorkbenchError when it cannot be read."""
        return is_locked(_bytes(file))

    def open(self, file: Path, passphrase: Secret | None = None) -> Opened:
        """What is in a file, checked member by member against its hashes; nothing is stored.

        Raises WorkbenchError or Problems: no bundle, damaged, of a newer workbench, a passphrase missing or wrong.
        """
        from workbench.reports.bundle import archive, seals
        from workbench.services.bundle_parts import content_of, manifest_of

        where = file.name
        data = _bytes(file)
        size, is_sealed = len(data), is_locked(data)
        if is_sealed:
            if passphrase is None:
                raise WorkbenchError("The bundle is locked", where=where, mend="Give its passphrase.")
            data = seals.unlocked(data, passphrase, where)
        members = archive.read_archive(data, where)
        manifest, signature = manifest_of(members, where)
        return Opened(manifest, content_of(manifest, members, where), signature, is_sealed, where, size)

    def preview(self, opened: Opened) -> Preview:
        """What the bundle holds and what of it is new here; nothing is stored."""
        catalog = self._catalog()
        merge = self._merge(opened)
        return Preview(opened, merge, catalog.collected, _price_differences(opened.content, catalog))

    def bring_in(self, opened: Opened) -> Imported:
        """Adds what is new here, in one transaction; what is here stays as it is. The same bundle again adds nothing.

        A scenario that lies in the bin is taken out of it. Raises WorkbenchError; then nothing has come in.
        """
        from workbench.services.bundle_merging import Standing

        if opened.signature is not None and not opened.signature.holds:
            raise WorkbenchError(
                "The bundle was changed after it was signed",
                where=opened.file,
                mend="Ask for it again; do not trust it.",
            )
        self._keep_data(opened.content.data)
        merge = self._merge(opened)
        if not merge.arrival.is_empty:
            self._store.arrivals.add(merge.arrival)
        if merge.standing is Standing.IN_BIN:
            self._scenarios.restore(merge.target)
        changes = Changes(
            scenarios=frozenset({merge.target}),
            evals=frozenset(run.id for run in merge.arrival.runs),
            comparisons=frozenset(one.id for one in merge.arrival.comparisons),
        )
        return Imported(merge, self._scenarios.load(merge.target), changes)

    def _merge(self, opened: Opened) -> Merge:
        from workbench.services.bundle_merging import merge_of

        place = self._data_place(opened.content)
        return merge_of(opened.content, self._store, eval_dataset=place)

    def _data_place(self, content: Content) -> str:
        """Where the eval data will lie: the shipped file when it is that, else in the data folder; "" for none."""
        from workbench.services.bundle_making import SHIPPED

        name = content.scenario.eval_dataset
        if name.startswith(SHIPPED) and ".." not in Path(name).parts:
            path = self._scenarios.dataset_path(content.scenario)
            if path is not None and path.is_file() and (content.data is None or _is_file(path, content.data)):
                return name
        return "" if content.data is None else str(self._data_file(content.data))

    def _data_file(self, data: DataFile) -> Path:
        """By content, so that two sets of one name do not meet; the name is made safe."""
        from workbench.reports.files import file_stem

        stem, _, ending = data.name.rpartition(".")
        kind = ending.casefold() if stem and ending.isascii() and ending.isalnum() and len(ending) <= 8 else "txt"
        return self._data_folder / data.sha256[:16] / f"{file_stem(stem or data.name)}.{kind}"

    def _keep_data(self, data: DataFile | None) -> None:
        if data is None:
            return
        file = self._data_file(data)
        if file.exists() and _is_file(file, data):
            return
        from workbench.reports.files import folder_for

        folder_for(file.parent)
        write_whole(file, data.content, "The eval data")

    # Again

    def verify(self, opened: Opened) -> Verified:
        """Computes every figure again from the bundle's own inputs and lists what differs from what it says.

        Never raises for figures: `why` says when they cannot be computed.
        """
        from workbench.services.bundle_figures import (
            MOST_DIFFERENCES,
            basis_changes,
            changes,
            count_of,
            foreign_figures_of,
            score_change,
        )
        from workbench.services.bundle_scores import differs, rescored

        content, signature, generator = opened.content, opened.signature, opened.manifest.generator
        try:
            now = foreign_figures_of(content)
        except WorkbenchError as error:
            return Verified(False, False, (), 0, signature, generator, str(error))
        scores = list(rescored(content))
        found = [
            *changes(dict(content.figures), now),
            *basis_changes(content, now),
            *(score_change(each) for each in scores if differs(each)),
        ]
        found = found[:MOST_DIFFERENCES]
        count, why = count_of(content.figures) + len(scores), ""
        if signature is not None and not signature.holds:
            why = "The bundle was changed after it was signed."
        elif not content.figures:
            why = "The bundle holds no figures to compare with."
        good = not found and not why
        return Verified(good, True, tuple(found), count, signature, generator, why)


def _bytes(file: Path) -> bytes:
    """The file's content. Raises WorkbenchError; never waits on a pipe and never takes in an endless one."""
    where = file.name or str(file)
    # What a passphrase adds to a file is small, and packing never makes one much larger.
    most = MOST_BYTES + 1024 * 1024
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not an ordinary file"
            raise WorkbenchError(f"This is {kind}", where=where, mend="Choose a .mswb file.")
        if status.st_size > most:
            what = f"The file has {status.st_size // 1024**2:,} MB; a bundle has at most {MOST_BYTES // 1024**2}"
            raise WorkbenchError(what, where=where, mend="Check that it is the right one.")
        with file.open("rb") as stream:
            return stream.read(status.st_size)
    except FileNotFoundError as error:
        mend = "Check the name and the folder."
        raise WorkbenchError("The file does not exist", where=where, mend=mend) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        mend = "Check its name, and that you may read it."
        raise WorkbenchError(f"The file cannot be read: {reason}", where=where[:200], mend=mend) from error


def _is_file(path: Path, data: DataFile) -> bool:
    try:
        if path.stat().st_size != len(data.content):
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() == data.sha256
    except OSError:
        return False


def _caution(content: Content, passphrase: Secret | None) -> str:
    from workbench.domain.questions import requirements_from

    rule = requirements_from(content.scenario.answers).data_rule
    texts = bool(content.data or content.results or content.comparisons)
    if content.redacted or not texts or rule is DataRule.FREE:
        return ""
    locked = "" if passphrase is not None else " It is not locked with a passphrase."
    return (
        "This scenario has data that must stay local, and the file holds its cases, prompts and answers: hand it only "
        f"to people who may read them, or export it with the texts left out.{locked}"
    )


def _price_differences(content: Content, here: Catalog) -> tuple[PriceDifference, ...]:
    """Prices of the options' offers that are not the same here."""
    from workbench.services.decision_basis import offers_of

    drafts = content.scenario.options
    known = {offer.id: offer for offer in offers_of(drafts, here)}
    found = []
    for offer in offers_of(drafts, content.catalog):
        ours = known.get(offer.id)
        for part in ("input_usd_per_mtok", "output_usd_per_mtok"):
            there = getattr(offer.prices, part)
            mine = None if ours is None else getattr(ours.prices, part)
            if there != mine:
                found.append(PriceDifference(offer.id, part.partition("_")[0], there, mine))
    return tuple(found)


__all__ = ["BundleService", "Exported", "Imported", "Manifest", "Opened", "Preview", "PriceDifference", "Verified"]
