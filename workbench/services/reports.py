"""Reports: everything a scenario says, computed now, as a tree and as files."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import __version__
from workbench.analysis import words
from workbench.analysis.chartspec import Chart
from workbench.analysis.options import SEED
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalRun, EvalStatus
from workbench.domain.evidence import Evidence
from workbench.domain.option import OptionSet
from workbench.domain.questions import requirements_from
from workbench.domain.routing import RoutingPlan
from workbench.domain.scenario import Scenario
from workbench.domain.verdict import Shortlist
from workbench.paths import data_dir
from workbench.reports.branding import brand_of
from workbench.reports.build import build
from workbench.reports.choices import PLAIN, Choices, language_of, redactions, section_ids
from workbench.reports.document import Document, Length
from workbench.reports.files import check_folder, file_stem, folder_for, write_whole
from workbench.reports.material import EvalEvidence, Material, Outflow
from workbench.reports.writers import BUILTIN
from workbench.services.eval_words import eval_chart
from workbench.services.report_notes import knee_words, notes_of
from workbench.services.wording import limit_name, reason_sentence
from workbench.settings import REPORT_BRAND, REPORT_COLOUR, REPORT_LOGO, Settings

if TYPE_CHECKING:
    from workbench.services.catalog import CatalogService
    from workbench.services.eval_results import EvalReading
    from workbench.services.judging import JudgedRun, JudgingService
    from workbench.services.options import OptionService
    from workbench.services.privacy import PrivacyService
    from workbench.services.routing import RoutingService
    from workbench.services.scenarios import ScenarioService
    from workbench.services.shortlist import ShortlistService
    from workbench.services.tradeoffs import TradeoffService
    from workbench.services.votes import VoteService
    from workbench.store.calls import ToHost

_EVALS_SHOWN = 3


class ReportService:
    """Builds reports. Every figure comes from the service that owns it; nothing is computed here."""

    def __init__(
        self,
        *,
        catalog: CatalogService,
        scenarios: ScenarioService,
        shortlist: ShortlistService,
        tradeoffs: TradeoffService,
        options: OptionService,
        evals: EvalReading,
        privacy: PrivacyService,
        votes: VoteService,
        routing: RoutingService,
        judging: Callable[[], JudgingService],
        settings: Settings,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._catalog = catalog
        self._scenarios = scenarios
        self._shortlist = shortlist
        self._tradeoffs = tradeoffs
        self._options = options
        self._evals = evals
        self._privacy = privacy
        self._votes = votes
        self._routing = routing
        self._judging = judging
        self._settings = settings
        self._today = today

    def over(self, evals: EvalReading) -> ReportService:
        """The same, with evals from elsewhere: of a bundle, or at hand already."""
        other = copy.copy(self)
        other._evals, other._routing = evals, self._routing.over(evals)
        return other

    @staticmethod
    def schema() -> str:
        """The published JSON Schema of the JSON format."""
        return (data_dir("resources") / "report" / "report.schema.json").read_text(encoding="utf-8").rstrip()

    def choices(
        self,
        *,
        leave_out: Iterable[str] = (),
        redact: Iterable[str] = (),
        language: str = "en",
        evidence_annex: bool = False,
        brand: str | None = None,
        colour: str | None = None,
        logo: Path | None = None,
    ) -> Choices:
        """What a person chose, checked; a brand that is not given (None) is the one in the settings.

        Raises WorkbenchError for an unknown section or redaction, a colour that is none, or a logo that is no picture.
        """
        kept = self._settings.value(REPORT_LOGO)
        return Choices(
            leave_out=section_ids(leave_out),
            redact=redactions(redact),
            language=language_of(language),
            evidence_annex=evidence_annex,
            brand=brand_of(
                self._settings.value(REPORT_BRAND) if brand is None else brand,
                self._settings.value(REPORT_COLOUR) if colour is None else colour,
                logo or (Path(kept) if kept else None),
            ),
        )

    def document(self, scenario: Scenario, *, length: Length | str = Length.FULL, choices: Choices = PLAIN) -> Document:
        """The report as a tree, for a preview or a writer."""
        return build(self._material(scenario), _length(length), choices)

    def write(
        self,
        scenario: Scenario,
        formats: Iterable[str],
        folder: Path,
        *,
        length: Length | str = Length.FULL,
        choices: Choices = PLAIN,
    ) -> tuple[Path, ...]:
        """Writes the report once for each format into `folder`, which is made when missing; returns the files.

        The files are named after the scenario. Raises WorkbenchError for an unknown format before anything is written,
        and when a file cannot be written; one that was there before is then as it was.
        """
        writers = [BUILTIN[name] for name in checked_formats(formats)]
        check_folder(folder)
        document = self.document(scenario, length=length, choices=choices)
        rendered = [(writer.id, writer.render(document)) for writer in writers]
        place = folder_for(folder)
        stem = file_stem(scenario.name) + ("-one-page" if document.length is Length.PAGE else "")
        files = []
        for ending, content in rendered:
            path = place / f"{stem}.{ending}"
            write_whole(path, content)
            files.append(path)
        return tuple(files)

    def _material(self, scenario: Scenario) -> Material:
        evidence = self._evals.evidence(scenario.id)
        option_set = self._options.options(scenario, evidence=evidence)
        view = self._tradeoffs.points(scenario, evidence=evidence)
        shortlist = self._shortlist.shortlist(scenario, evidence=evidence)
        insights = self._options.insights(scenario, evidence=evidence, found=option_set)
        requirements = requirements_from(scenario.answers)
        volume = requirements.workload.requests_per_day.likely
        return Material(
            scenario=scenario,
            requirements=requirements,
            shortlist=shortlist,
            option_set=option_set,
            catalog=self._catalog.catalog(),
            outflow=_outflow(self._privacy.outflow(scenario.id)),
            version=__version__,
            made_on=self._today().isoformat(),
            seed=SEED,
            charts={
                "tradeoffs": view.chart,
                **self._options.charts(option_set),
                **self._options.insight_charts(insights, option_set, volume),
                **self._routing_chart(scenario, shortlist),
            },
            quality_sentence=view.sentence,
            quality_basis=view.basis_label,
            knee=knee_words(view),
            reason_text=reason_sentence,
            limit_name=limit_name,
            evals=self._eval_evidence(scenario, shortlist),
            comparisons=self._scenarios.comparisons(scenario.id),
            preferences=self._votes.preferences(scenario.id),
            plan=self._plan(scenario, option_set, evidence),
            behind=self._options.sections(insights, option_set),
        )

    def _plan(self, scenario: Scenario, found: OptionSet, evidence: Evidence | None) -> RoutingPlan | None:
        """How requests are split in the option that the report is about; None while there is none, or where its models
        have left the catalog: the rest of the report is as good without."""
        decided = scenario.decision.option if scenario.decision else ""
        option = found.option(decided) or found.option(found.recommendation.option)
        if option is None or len(option.draft.models) < 2:
            return None
        try:
            return self._routing.plan(scenario, option.id, evidence=evidence)
        except WorkbenchError:
            return None

    def _routing_chart(self, scenario: Scenario, shortlist: Shortlist) -> dict[str, Chart]:
        """What routing between the models of the newest eval would bring; {} without such an eval."""
        study = self._routing.study(scenario)
        names = {verdict.model_id: verdict.model_name for verdict in shortlist.verdicts}
        return {} if study is None else {"routing": self._routing.chart(study, lambda model: names.get(model, model))}

    def _judged(self, run: EvalRun) -> JudgedRun | None:
        """What is known of the run's judge; None without one, or where it cannot be named any more."""
        try:
            return self._judging().judged(run) if run.settings.judges else None
        except WorkbenchError:
            return None

    def _eval_evidence(self, scenario: Scenario, shortlist: Shortlist) -> tuple[EvalEvidence, ...]:
        """The newest finished evals, each summed up from its results."""
        target = requirements_from(scenario.answers).quality_target
        share = None if target is None else target / 100
        names = {verdict.model_id: verdict.model_name for verdict in shortlist.verdicts}

        def name_of(model: str) -> str:
            return names.get(model, model)

        finished = [run for run in self._evals.runs(scenario.id) if run.status is EvalStatus.FINISHED]
        found = []
        for run in finished[:_EVALS_SHOWN]:
            results = self._evals.results(run.id)
            summary = self._evals.summary_of(run, results)
            pictures = (eval_chart(summary, scorer, name_of, target=share) for scorer in run.scorers)
            notes = notes_of(run, summary, self._judged(run), name_of)
            found.append(EvalEvidence(run, summary, tuple(pictures), results, notes))
        return tuple(found)


def checked_formats(formats: Iterable[str]) -> tuple[str, ...]:
    """Known formats, each once, in the order given; "all" stands for each of them.

    Raises WorkbenchError that names the unknown ones.
    """
    given = [name.strip().lower() for name in formats if name.strip()]
    names = tuple(dict.fromkeys(known for name in given for known in (BUILTIN if name == "all" else (name,))))
    unknown = [name for name in names if name not in BUILTIN]
    known = words.listed(tuple(BUILTIN))
    if unknown:
        what = f"This version writes no {words.listed(unknown, 'or')} report"
        raise WorkbenchError(what, where="formats", mend=f"Choose from {known}.")
    if not names:
        raise WorkbenchError("No format was chosen", where="formats", mend=f"Choose from {known}.")
    return names


def formats_here() -> tuple[tuple[str, ...], tuple[WorkbenchError, ...]]:
    """The formats that this machine can write, and why it cannot write the others."""
    from workbench.reports.writers.pdf import unable

    reason = unable()
    return tuple(name for name in BUILTIN if name != "pdf" or reason is None), (reason,) if reason else ()


def _length(length: Length | str) -> Length:
    try:
        return Length(length)
    except ValueError:
        known = words.listed([each.value for each in Length], "or")
        raise WorkbenchError(
            f"There is no report of length {length!r}", where="length", mend=f"Choose {known}."
        ) from None


def _outflow(went: Sequence[ToHost]) -> Outflow:
    """The ledger's sums for the scenario, by host, in a sentence."""
    sent = sum(row.bytes_out for row in went)
    refused = sum(row.refused for row in went)
    hosts = [row for row in went if row.calls]
    stopped = f" {words.count(refused, 'call')} more {'was' if refused == 1 else 'were'} refused." if refused else ""
    if not hosts:
        return Outflow(f"0 bytes of this scenario left the machine through the workbench.{stopped}", 0)
    places = words.listed([_place(row) for row in hosts])
    return Outflow(f"{sent:,} bytes left the machine for this scenario through the workbench: {places}.{stopped}", sent)


def _place(row: ToHost) -> str:
    return f"{row.host} ({row.bytes_out:,} bytes in {words.count(row.calls, 'call')})"
