"""Asks what refines a result, beside the result, and puts the answers into the scenario."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.domain.evals import EvalRun, EvalStatus
from workbench.domain.figures import Estimate
from workbench.gui.forms.details_form import DetailsForm, with_details
from workbench.gui.forms.gap_form import GapForm
from workbench.services.wording import limit_name

if TYPE_CHECKING:
    from workbench.gui.pages.base import Page
    from workbench.gui.widgets.state import ErrorBox
    from workbench.services.adaptation import AdaptationService
    from workbench.services.eval_results import EvalResults


class Refining:
    """The dialogs of a page that ask; every answer is an edit of its scenario, so Undo takes it back."""

    def __init__(
        self, page: Page, evals: EvalResults, adaptation: Callable[[], AdaptationService], error: ErrorBox
    ) -> None:
        self._page, self._evals, self._adaptation, self._error = page, evals, adaptation, error

    def ask(self, title: str, questions: Sequence[str]) -> None:
        """The details that refine one part."""
        scenario = self._page.scenario
        if scenario is None:
            return
        form = DetailsForm(title, questions, scenario.answers, self._page)
        if form.exec() and form.changes:
            answers = with_details(scenario.answers, form.changes)
            self._page.begin_edit(replace(scenario, answers=answers), f"Refine: {title}")

    def ask_for_gap(self) -> None:
        """Which two evals a gap of the ladder is measured from."""
        scenario = self._page.scenario
        if scenario is not None:
            self._page.house.tasks.start(
                lambda: [run for run in self._evals.runs(scenario.id) if run.status is EvalStatus.FINISHED],
                lane="pool",
                done=self._choose_gap,
                failed=self._error.show_error,
                owner=self._page,
            )

    def _choose_gap(self, runs: Sequence[EvalRun]) -> None:
        form = GapForm(runs, self._page)
        if not form.exec():
            return
        gap, better, worse = form.gap, form.better, form.worse
        self._page.house.tasks.start(
            lambda: self._adaptation().measured(better, worse),
            lane="pool",
            done=lambda points: self._keep(gap, points),
            failed=self._error.show_error,
            owner=self._page,
        )

    def _keep(self, gap: str, points: Estimate) -> None:
        scenario = self._page.scenario
        if scenario is not None:
            name = f"gap_{gap}"
            value = {"low": points.low, "likely": points.likely, "high": points.high}
            self._page.begin_edit(
                replace(scenario, answers={**scenario.answers, name: value}), f"Measure the {limit_name(name)}"
            )
