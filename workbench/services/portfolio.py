"""All accepted decisions together: spend, traffic, concentration, shared failures, endings and reviews; as a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import __version__
from workbench.domain.catalog import Catalog
from workbench.domain.errors import WorkbenchError
from workbench.domain.portfolio import EndingModel, Portfolio, Review, SharedFailure, Standing, Use
from workbench.services.watch import Past, Watched, WatchReport, WatchService
from workbench.services.watch_words import STANDING_WORDS, sentence

if TYPE_CHECKING:
    from workbench.reports.document import Document
    from workbench.services.eval_results import EvalResults
    from workbench.services.options import OptionService
    from workbench.services.shortlist import ShortlistService

MONTHS = 36


@dataclass(frozen=True, slots=True)
class Tested:
    """One eval's scores side by side: cases x models, 0 to 1."""

    scenario: str
    models: tuple[str, ...]
    scores: tuple[tuple[float, ...], ...]


class PortfolioService:
    """Puts decisions together. `tested` reads the store; everything else only computes, in any thread."""

    def __init__(
        self,
        *,
        watch: WatchService,
        options: OptionService,
        shortlist: ShortlistService,
        evals: EvalResults,
        catalog: Callable[[], Catalog],
        today: Callable[[], date] = date.today,
    ) -> None:
        self._watch = watch
        self._options = options
        self._shortlist = shortlist
        self._evals = evals
        self._catalog = catalog
        self._today = today

    def read(self) -> Portfolio:
        """Everything in one go, for the command line."""
        past = self._watch.past()
        return self.portfolio(past, self._watch.look(past), self.tested(past))

    def tested(self, past: Sequence[Past]) -> tuple[Tested, ...]:
        """The newest finished evals of these scenarios with two models or more, by their first scorer of quality."""
        from workbench.evals.scorers import of_quality

        found = []
        for each in past:
            latest = self._evals.latest_run(each.scenario.id) if each.evidence is not None else None
            if latest is None or len(latest.model_ids) < 2 or (scorer := of_quality(latest.scorers)) is None:
                continue
            scores = self._evals.numbers(latest).shared(scorer)
            found.append(Tested(each.scenario.name, latest.model_ids, tuple(map(tuple, scores.tolist()))))
        return tuple(found)

    def portfolio(self, past: Sequence[Past], report: WatchReport, tested: Sequence[Tested] = ()) -> Portfolio:
        """The decisions together; one that cannot be computed counts without cost and traffic."""
        from workbench.analysis.portfolio import leaning

        catalog, today = self._catalog(), self._today()
        evidence = {each.scenario.id: each.evidence for each in past}
        uses: list[Use] = []
        rows = []
        for watched in report.watched:
            own = self._uses(watched, evidence.get(watched.scenario.id), catalog)
            uses += own[0]
            rows.append(own[1])
        return Portfolio(
            today=today.isoformat(),
            collected=catalog.collected,
            fingerprint=catalog.fingerprint,
            decisions=tuple(rows),
            developers=leaning(uses, lambda use: use.developer),
            providers=leaning(uses, lambda use: use.provider),
            failures=self._failures(tested, catalog),
            endings=_endings(uses, catalog, today),
            reviews=_reviews(report.watched),
            unpriced=tuple(row.scenario for row in rows if row.usd_month is None),
            months=MONTHS,
        )

    def document(self, found: Portfolio) -> Document:
        """The portfolio as a report, for a preview or a writer."""
        from workbench.reports.portfolio import build

        return build(found, __version__)

    def write(self, found: Portfolio, formats: Iterable[str], folder: Path) -> tuple[Path, ...]:
        """Writes the report once for each format into `folder`, as `ReportService.write` does for one decision."""
        from workbench.reports.files import check_folder, folder_for, write_whole
        from workbench.reports.writers import BUILTIN
        from workbench.services.reports import checked_formats

        writers = [BUILTIN[name] for name in checked_formats(formats)]
        check_folder(folder)
        document = self.document(found)
        rendered = [(writer.id, writer.render(document)) for writer in writers]
        place = folder_for(folder)
        files = []
        for ending, content in rendered:
            path = place / f"decisions-together.{ending}"
            write_whole(path, content)
            files.append(path)
        return tuple(files)

    def _uses(self, watched: Watched, evidence: object, catalog: Catalog) -> tuple[tuple[Use, ...], Standing]:
        from workbench.analysis.portfolio import uses
        from workbench.domain.evidence import Evidence

        scenario, decision = watched.scenario, watched.decision
        known = evidence if isinstance(evidence, Evidence) else None
        standing, said = STANDING_WORDS[watched.shift.standing], sentence(watched)
        nothing = Standing(scenario.id, scenario.name, decision.option, None, 0.0, standing, said)
        if watched.problem:
            return (), nothing
        try:
            option = self._options.standing(scenario, evidence=known).option(decision.option)
            if option is None:
                return (), nothing
            models = {role.model_id for role in option.draft.models}
            matched = self._shortlist.matched_among(scenario, models, evidence=known)
        except WorkbenchError:
            return (), nothing
        names = {developer.id: developer.name for developer in catalog.developers}
        month = matched.requirements.workload.requests_per_month.likely
        own = uses(scenario.name, option, month, matched.matching, names)
        cost = option.figures.get("monthly_usd")
        usd = cost.likely if cost else None
        return own, Standing(scenario.id, scenario.name, f"{option.id} · {option.name}", usd, month, standing, said)

    @staticmethod
    def _failures(tested: Sequence[Tested], catalog: Catalog) -> tuple[SharedFailure, ...]:
        from workbench.analysis.portfolio import shared_failures

        known = catalog.model_by_id

        def name_of(model_id: str) -> str:
            return known[model_id].name if model_id in known else model_id.removeprefix("local/")

        return tuple(
            failure for each in tested for failure in shared_failures(each.scenario, each.models, each.scores, name_of)
        )


def _endings(uses: Sequence[Use], catalog: Catalog, today: date) -> tuple[EndingModel, ...]:
    """Every model of some decision that ends within the time looked at, the first to end first."""
    from workbench.analysis.lifecycle import ending_of, ending_words, horizon_end

    users: dict[str, list[str]] = {}
    for use in uses:
        users.setdefault(use.model_id, []).append(use.scenario)
    found = []
    for model_id, scenarios in users.items():
        model = catalog.model_by_id.get(model_id)
        ending = ending_of(model, horizon_end(today, MONTHS), catalog.model_by_any_name) if model else None
        if model is not None and ending is not None:
            names = tuple(dict.fromkeys(scenarios))
            found.append(EndingModel(ending.day.isoformat(), model.name, ending_words(ending, today), names))
    return tuple(sorted(found, key=lambda each: (each.day, each.model)))


def _reviews(watched: Sequence[Watched]) -> tuple[Review, ...]:
    """Those that are agreed, the first first; decisions without one at the end."""
    found = [
        Review(each.decision.review_on, each.scenario.name, each.decision.option, each.review_is_due)
        for each in watched
    ]
    return tuple(sorted(found, key=lambda each: (each.day or "9", each.scenario)))
