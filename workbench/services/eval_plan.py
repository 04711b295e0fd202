"""An eval before it runs: what its cases can prove, what it costs, how long it takes here, and what speaks against it.

Times come from earlier answers of the same model on this machine, else from its measured or predicted speed; money from
prices and how long earlier answers were. What is not known stays unknown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.domain.chat import ChatModel, ChatRequest, ask
from workbench.domain.errors import WorkbenchError
from workbench.domain.eval_plan import EvalPlan, ModelOutlook
from workbench.domain.evals import Design, EvalRun, EvalSet
from workbench.domain.figures import Estimate

if TYPE_CHECKING:
    from workbench.inference.local.model import LocalModel
    from workbench.services.library import LibraryService
    from workbench.store.eval_runs import EvalRuns, Pace

#: answers of one model that a good start is judged by
PER_SERVER = (8, 32)
LOCAL_GAIN = (1.0, 4.0)
#: fewer than this show hardly anything
FEW = 30


class EvalPlanning:
    """Plans from the same values that a run has; asks no model anything."""

    def __init__(self, *, library: LibraryService, answers: Callable[[], EvalRuns]) -> None:
        self._library = library
        self._answers = answers

    def plan(
        self, run: EvalRun, data: EvalSet, models: Sequence[ChatModel], *, difference: float, disagree: float
    ) -> EvalPlan:
        """`run` need not be stored. Raises WorkbenchError for shares that cannot be."""
        from workbench.analysis.power import cases_exact, detectable_exact
        from workbench.analysis.sequential import cases_until_stop

        checked_shares(difference, disagree)
        cases, pairs = len(data.cases), len(models) * (len(models) - 1) // 2
        alpha = run.settings.alpha / max(pairs, 1)
        sequential = None
        if run.settings.design is Design.SEQUENTIAL:
            sequential = cases_until_stop(difference, disagree, cases, alpha=alpha)
        outlooks = tuple(self._outlook(run, data, model) for model in models)
        named = [case.source_document for case in data.cases if case.source_document]
        documents = len(set(named)) if len(named) == cases and len(set(named)) < cases else None
        plan = EvalPlan(
            cases=cases,
            documents=documents,
            answers=cases * len(models) * run.settings.repeats,
            pairs=pairs,
            design=run.settings.design,
            difference=difference,
            disagree=disagree,
            cases_needed=cases_exact(difference, disagree, alpha=alpha),
            detectable=detectable_exact(cases, disagree, alpha=alpha),
            sequential_cases=sequential,
            models=outlooks,
            seconds=_together(outlooks),
            usd=_sum([one.usd for one in outlooks]),
            memory_bytes=max((one.memory_bytes for one in outlooks if one.memory_bytes), default=None),
            warnings=(),
        )
        return replace(plan, warnings=tuple(self._warnings(plan, run, data)))

    def _outlook(self, run: EvalRun, data: EvalSet, model: ChatModel) -> ModelOutlook:
        from workbench.evals.content import content_key
        from workbench.evals.templates import plain_model, prompt_of
        from workbench.inference.local.model import LocalModel
        from workbench.services.chat_models import identity_of

        about, identity, own = model.describe(), identity_of(model), prompt_of(model)
        requests = [
            ask(case.input, system=run.system_prompt, sampling=run.sampling) if own is None else own(case)
            for case in data.cases
        ]
        keys = [
            content_key(identity, request, repeat) for request in requests for repeat in range(run.settings.repeats)
        ]
        known = self._answers().known_keys(keys)
        left = [request for request in requests for _ in range(run.settings.repeats)]
        left = [request for request, key in zip(left, keys, strict=True) if key not in known]
        pace = self._answers().pace_of(about.model_id)
        memory: int | None = None
        seconds: Estimate | None = Estimate.exact(0.0)
        basis = "nothing to ask"
        model = plain_model(model)
        if isinstance(model, LocalModel):
            memory = self._library.fit(str(model.path)).need_bytes
        if left:
            seconds_each, basis = self._seconds_each(run, model, left, pace)
            seconds = None if seconds_each is None else _times(seconds_each, len(left))
        return ModelOutlook(
            model_id=about.model_id,
            local=about.local,
            known=len(keys) - len(left),
            to_ask=len(left),
            seconds=seconds,
            usd=_usd(model, left, run, pace),
            memory_bytes=memory,
            basis=basis,
        )

    def _seconds_each(
        self, run: EvalRun, model: ChatModel, left: Sequence[ChatRequest], pace: Pace | None
    ) -> tuple[Estimate | None, str]:
        from workbench.inference.local.model import LocalModel

        if pace is not None:
            spread = Estimate(0.7 * pace.seconds, pace.seconds, 1.6 * pace.seconds)
            if model.describe().local:
                return spread, f"{pace.answers} earlier answers"
            at_once = run.settings.at_once or PER_SERVER[1]
            each = Estimate(pace.seconds / at_once, pace.seconds / min(at_once, PER_SERVER[0]), pace.seconds)
            return each, f"{pace.answers} earlier answers, {at_once} at once if the server takes them"
        if isinstance(model, LocalModel):
            return self._from_speed(run, model, left)
        return None, "never asked: known after the first answers"

    def _from_speed(self, run: EvalRun, model: LocalModel, left: Sequence[ChatRequest]) -> tuple[Estimate | None, str]:
        from workbench.evals.money import tokens_in_at_most

        mean_in = sum(tokens_in_at_most(request) for request in left) / len(left)
        file = self._library.inspect(str(model.path))
        speed = self._library.predicted(file, round(mean_in)) or self._library.speed(file)
        if speed is None:
            return None, "its speed is not known: measure it with `workbench library measure`"
        measured = self._library.speed(file)
        rate = measured.tokens_per_s if measured is not None else speed.tokens_per_s
        most = run.sampling.max_tokens
        gain = LOCAL_GAIN if run.settings.together else (1.0, 1.0)
        alone = Estimate(
            speed.ttft_s.low + 0.1 * most / rate.high,
            speed.ttft_s.likely + 0.4 * most / rate.likely,
            speed.ttft_s.high + most / rate.low,
        )
        each = Estimate(alone.low / gain[1], alone.likely / math.sqrt(gain[1] * gain[0]), alone.high / gain[0])
        return each, "measured speed" if measured is not None and measured.measured else "predicted speed"

    def _warnings(self, plan: EvalPlan, run: EvalRun, data: EvalSet) -> list[str]:
        from workbench.evals.scorers import with_their_own
        from workbench.services.eval_words import own_scorer_words

        found = []
        points = f"{plan.difference * 100:g} points"
        if plan.pairs and not plan.can_decide:
            these = "This 1 case" if plan.cases == 1 else f"These {plan.cases} cases"
            found.append(
                f"{these} cannot decide whether two models differ by {points}: that takes {plan.cases_needed:,} cases."
            )
        if plan.cases < FEW:
            few = "1 case is" if plan.cases == 1 else f"{plan.cases} cases are"
            found.append(f"{few} few: an interval will be about {_width(plan.cases)} points wide.")
        if plan.documents is not None:
            found.append(
                f"The cases come from {words.count(plan.documents, 'document')} and are not independent: less is shown "
                "than so many cases seem to promise, and the intervals will say so."
            )
        together = [case.cluster or case.source_document or f"case {case.id}" for case in data.cases]
        if plan.design is Design.SEQUENTIAL and len(set(together)) < plan.cases:
            found.append(
                "An early end rests on cases that are independent. Some of these hang together, so it may come before "
                "anything is shown: ask every case instead."
            )
        for spec in run.scorers:
            if own := with_their_own(data.cases, spec):
                found.append(f"{own_scorer_words(own, plan.cases)}; it stands in for {spec} there.")
        answers = {case.expected.strip().casefold() for case in data.cases}
        if plan.cases > 1 and len(answers) == 1 and next(iter(answers)):
            found.append("Every case expects the same answer: a model that always says it is right every time.")
        sensitive = sum(case.sensitive for case in data.cases)
        elsewhere = [one.model_id for one in plan.models if not one.local]
        if sensitive and elsewhere:
            found.append(
                f"{sensitive} of {words.count(plan.cases, 'case')} {'is' if sensitive == 1 else 'are'} sensitive and "
                f"stay{'s' if sensitive == 1 else ''} here: {', '.join(elsewhere)} will not get "
                f"{'it' if sensitive == 1 else 'them'} and is compared on the others only."
            )
        for one in plan.models:
            if run.settings.cap_usd is not None and one.usd is not None and one.usd.high > run.settings.cap_usd:
                found.append(f"{one.model_id} may reach the cap of ${run.settings.cap_usd:.2f} before its last case.")
        return found


def checked_shares(difference: float, disagree: float) -> None:
    """Raises WorkbenchError for shares that cannot be."""
    if not (0 < difference <= 1 and 0 < disagree <= 1):
        raise WorkbenchError(
            f"{difference:g} of {disagree:g} are no shares", where="plan", mend="Give shares above 0 and up to 1."
        )
    if difference > disagree:
        raise WorkbenchError(
            f"Two models that disagree on {disagree:g} of the cases cannot differ by {difference:g}",
            where="plan",
            mend="Let the difference be no larger than the share they disagree on.",
        )


def _usd(model: ChatModel, left: Sequence[ChatRequest], run: EvalRun, pace: Pace | None) -> Estimate | None:
    """From half the tokens that could go in and a quarter of those that could come out, to all of them."""
    from workbench.evals.money import tokens_in_at_most, usd

    about = model.describe()
    if about.local:
        return Estimate.exact(0.0)
    tokens_in = sum(tokens_in_at_most(request) for request in left)
    out = run.sampling.max_tokens * len(left)
    likely_out = out / 2 if pace is None or pace.tokens_out is None else min(pace.tokens_out * len(left), out)
    parts = [(0.5 * tokens_in, min(out / 4, likely_out)), (0.75 * tokens_in, likely_out), (tokens_in, out)]
    low, likely, high = (usd(about, round(one), round(two)) for one, two in parts)
    if low is None or likely is None or high is None:
        return None
    return Estimate(low, max(low, likely), max(low, likely, high))


def _together(outlooks: Sequence[ModelOutlook]) -> Estimate | None:
    """Models here run in turn, the others beside them."""
    here = _sum([one.seconds for one in outlooks if one.local])
    lanes = [here, *(one.seconds for one in outlooks if not one.local)]
    known = [lane for lane in lanes if lane is not None]
    if len(known) < len(lanes) or not known:
        return None
    return Estimate(max(x.low for x in known), max(x.likely for x in known), max(x.high for x in known))


def _sum(parts: Sequence[Estimate | None]) -> Estimate | None:
    total = Estimate.exact(0.0)
    for part in parts:
        if part is None:
            return None
        total = Estimate(total.low + part.low, total.likely + part.likely, total.high + part.high)
    return total


def _times(value: Estimate, factor: float) -> Estimate:
    return Estimate(value.low * factor, value.likely * factor, value.high * factor)


def _width(cases: int) -> int:
    """Points of an interval around 50 %."""
    return round(100 * 2 * 1.96 * 0.5 / math.sqrt(cases + 1.96**2))
