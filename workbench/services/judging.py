"""Judges put to the test: their bias card, and answers corrected by what people labelled."""

from __future__ import annotations

import asyncio
import csv
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations, islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from workbench.domain.bias_card import BiasCard, Corrected
from workbench.domain.changes import Changes
from workbench.domain.chat import Sampling
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase, EvalRun, EvalSet, Mark
from workbench.domain.ids import new_id

if TYPE_CHECKING:
    from workbench.analysis.judge_card import Judged
    from workbench.evals.panel import Panel
    from workbench.evals.scorers import Scorer
    from workbench.services.chat_models import ChatModelService
    from workbench.store.repositories import Repositories

T = TypeVar("T")
MOST_ANSWERS, MOST_AGAIN, MOST_PAIRS = 100, 40, 40
AT_ONCE = 8
AGAIN = Sampling(temperature=0.7, seed=1, max_tokens=256)
_YES, _NO = ("1", "yes", "true", "right", "y"), ("0", "no", "false", "wrong", "n")


@dataclass(frozen=True, slots=True)
class Examined:
    """A judge's card, and every model's share of right answers with the judge's errors taken out."""

    card: BiasCard
    corrected: tuple[Corrected, ...]


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """What is known of the judge of a run under its first judged scorer: the newest card (None: never put to the test),
    and the models' shares with its errors taken out."""

    scorer: str
    card: BiasCard | None
    corrected: tuple[Corrected, ...]


class JudgingService:
    """Asks judges about the stored answers of a run. Its plain methods read the store: `db` lane."""

    def __init__(
        self,
        *,
        models: ChatModelService,
        store: Repositories,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._models = models
        self._store = store
        self._now = now

    def cards(self, judge: str | None = None) -> tuple[BiasCard, ...]:
        """The cards of a judge (None: of all), newest first."""
        return self._store.judge_cards.of(judge)

    def label(self, run: EvalRun, file: Path, scorer: str, *, by: str = "") -> Changes:
        """Keeps a hand-labelled sample: a CSV file with the columns case, model and right (yes or no, or 0 to 1).

        Labels are marks: they count in place of the judge's scores. Raises Problems that name every bad line.
        """
        results = self._store.eval_runs.results(run.id)
        answered = {result.question[:2] for result in results}
        scores = {result.question[:2]: result.score for result in results if result.scorer == scorer}
        marks, problems = [], []
        for line, row in _rows(file):
            case, model = (row.get("case") or "").strip(), (row.get("model") or "").strip()
            value = _label(row.get("right") or "")
            known = next((key for key in ((case, model), (case, f"local/{model}")) if key in answered), None)
            where = f"{file.name}, line {line}"
            if known is None:
                problems.append(WorkbenchError(f"{model} has no answer to case {case} in this eval", where=where))
            elif value is None:
                mend = "Write yes or no, or a number from 0 to 1."
                problems.append(WorkbenchError(f"{row.get('right')!r} is no label", where=where, mend=mend))
            else:
                at = self._now().isoformat()
                why = "labelled by hand"
                marks.append(Mark(new_id(), run.id, *known, scorer, value, scores.get(known), at, by, why))
        if problems:
            raise Problems("These labels cannot be used", problems, where=str(file), mend="Mend the lines.")
        for mark in marks:
            self._store.eval_runs.add_mark(mark)
        return Changes(evals=frozenset({run.id}) if marks else frozenset())

    async def examine(
        self,
        run: EvalRun,
        data: EvalSet,
        judges: Sequence[str],
        *,
        scorer: str = "rubric",
        most: int = MOST_ANSWERS,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Examined:
        """Lets a judge (or a panel of several) judge up to `most` stored answers, hand-labelled ones first; some of
        them twice, and some pairs in both orders. The card is kept.

        Raises WorkbenchError for another data set, a scorer that asks no judge, or a run without answers.
        """
        from workbench.analysis.judge_card import bias_card, corrected
        from workbench.evals.panel import Panel
        from workbench.evals.scorers import scorer as scorer_of
        from workbench.evals.templates import PromptTemplate, marked_as_shown

        data = marked_as_shown(data, [PromptTemplate(text, name) for name, text in run.settings.prompts])
        member = _judging(scorer_of(scorer))
        if data.hash != run.dataset_hash:
            raise WorkbenchError(
                f"{data.name} is not the data set of this eval", where=run.name, mend="Give the file it was made with."
            )
        panel_models = [self._models.model(reference, scenario_id=run.scenario_id) for reference in judges]
        names = [model.describe().model_id for model in panel_models]
        cases = {case.id: case for case in data.cases}
        labels = await asyncio.to_thread(self._labels, run, scorer)
        answers = await asyncio.to_thread(self._answers, run)
        chosen = _sample([one for one in answers if one.case_id in cases], labels, most, run.settings.seed)
        if not chosen:
            raise WorkbenchError("This eval has no answers to judge", where=run.name, mend="Run it first.")
        panel = Panel(panel_models, run_id=run.id, is_marked=run.settings.marked)
        again = Panel(panel_models, run_id=f"{run.id}/again", is_marked=run.settings.marked, sampling=AGAIN)
        pairs = _pairs(answers, cases, MOST_PAIRS)
        twice = chosen[:MOST_AGAIN]
        tell = _Tell(len(chosen) + len(twice) + len(pairs), progress)
        first = await tell.side_by_side([_judge(one, cases, member, panel, labels) for one in chosen])
        second = await tell.side_by_side([_judge(one, cases, member, again, labels) for one in twice])
        flips = await tell.side_by_side([_flips(one, two, cases, panel) for one, two in pairs])
        judged = _asked_twice(first, second)
        known = [flip for flip in flips if flip is not None]
        card = bias_card(
            " + ".join(names),
            member.signature,
            self._now().isoformat(),
            judged,
            flips=(sum(known), len(known)),
            own=frozenset(names),
        )
        card = replace(card, notes=tuple(_notes(card, names, run, labels=len(labels), pairs=len(pairs))))
        await asyncio.to_thread(self._store.judge_cards.add, card)
        return Examined(card, corrected(judged))

    async def examine_run(
        self, run: EvalRun, data: EvalSet, *, progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> Examined:
        """The same for the judges and the judged scorer that a run has."""
        scorers = _judged_scorers(run)
        if not scorers or not run.settings.judges:
            raise WorkbenchError("No judge scored this eval", where=run.name)
        return await self.examine(run, data, run.settings.judges, scorer=scorers[0], progress=progress)

    @staticmethod
    def scorer_of(run: EvalRun) -> str:
        """How a judge scored the run, else the rubric by itself."""
        return next(iter(_judged_scorers(run)), "rubric")

    def judged(self, run: EvalRun) -> JudgedRun | None:
        """What is known of a run's judge; None when no judge scored it."""
        from workbench.evals.scorers import scorer as scorer_of

        scorers = _judged_scorers(run)
        if not scorers:
            return None
        judge = " + ".join(self._models.model(name).describe().model_id for name in run.settings.judges)
        signature = scorer_of(scorers[0]).signature
        card = next((card for card in self.cards(judge) if card.scorer == signature), None)
        return JudgedRun(scorers[0], card, self.corrected(run, scorers[0]))

    def corrected(self, run: EvalRun, scorer: str) -> tuple[Corrected, ...]:
        """What a judge scored in the run itself, with its errors on the hand-labelled answers taken out."""
        from workbench.analysis.judge_card import Judged, corrected

        labels = self._labels(run, scorer)
        results = [one for one in self._store.eval_runs.results(run.id) if one.scorer == scorer]
        return corrected(
            [
                Judged(one.model_id, one.score, len(one.answer.split()), labels.get(one.question))
                for one in results
                if one.outcome is CaseOutcome.SCORED
            ]
        )

    async def stop(self) -> None:
        """Ends every model process of this program and closes its connections."""
        await self._models.close()

    def _labels(self, run: EvalRun, scorer: str) -> dict[tuple[str, str, int], float]:
        """What people gave an answer: their ratings, and over them the newest mark under this scorer. A mark that put
        the judge's own score back is no label: it would be the judge agreeing with itself."""
        results = self._store.eval_runs.results(run.id)
        rated = {one.question: one.score for one in results if one.scorer.startswith("human") and one.score is not None}
        own = {one.question: one.score for one in results if one.scorer == scorer}
        given: dict[tuple[str, str, int], float | None] = {}
        for mark in self._store.eval_runs.marks(run.id):
            question = (mark.case_id, mark.model_id, mark.repeat)
            if mark.scorer == scorer:
                given[question] = None if _puts_back(mark, own.get(question)) else mark.score
            elif mark.scorer.startswith("human"):
                given[question] = mark.score
        return {**rated, **{question: score for question, score in given.items() if score is not None}}

    def _answers(self, run: EvalRun) -> list[CaseResult]:
        given = (CaseOutcome.SCORED, CaseOutcome.UNSCORED)
        results = self._store.eval_runs.results(run.id)
        return list({one.question: one for one in results if one.outcome in given and one.answer.strip()}.values())


class _Tell:
    """Asks several questions side by side and tells how many are answered."""

    def __init__(self, total: int, progress: Callable[[int, int], None]) -> None:
        self._total, self._progress, self._done = total, progress, 0
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def side_by_side(self, questions: Sequence[Coroutine[None, None, T]]) -> list[T]:
        return list(await asyncio.gather(*(self._one(question) for question in questions)))

    async def _one(self, question: Coroutine[None, None, T]) -> T:
        async with self._turn:
            found = await question
        self._done += 1
        self._progress(self._done, self._total)
        return found


def _judged_scorers(run: EvalRun) -> list[str]:
    from workbench.evals.scorers import Need
    from workbench.evals.scorers import scorer as scorer_of

    return [name for name in run.scorers if Need.JUDGE in scorer_of(name).wants]


def _judging(member: Scorer) -> Scorer:
    from workbench.evals.scorers import Need

    if Need.JUDGE not in member.wants:
        mend = "Choose rubric, groundedness or pairwise."
        raise WorkbenchError(f"The scorer {member.spec} asks no judge", where="scorer", mend=mend)
    return member


def _sample(
    answers: Sequence[CaseResult], labels: dict[tuple[str, str, int], float], most: int, seed: int
) -> list[CaseResult]:
    """Hand-labelled answers first, the others drawn."""
    drawn = list(answers)
    random.Random(seed).shuffle(drawn)
    drawn.sort(key=lambda one: one.question not in labels)
    return drawn[:most]


def _puts_back(mark: Mark, own: float | None) -> bool:
    """Whether a mark gives an answer its scorer's own score again, in place of another that stood there."""
    return mark.score == own and mark.was not in (None, own)


def _pairs(answers: Sequence[CaseResult], cases: dict[str, EvalCase], most: int) -> list[tuple[CaseResult, CaseResult]]:
    """Two models' answers to one case that are not the same."""
    by_case: dict[str, list[CaseResult]] = {}
    for one in answers:
        if one.case_id in cases and one.repeat == 0:
            by_case.setdefault(one.case_id, []).append(one)
    unlike = (
        next((pair for pair in combinations(row, 2) if pair[0].answer != pair[1].answer), None)
        for row in by_case.values()
    )
    return list(islice((pair for pair in unlike if pair is not None), most))


class _Heard:
    """A panel for one case that remembers whether a reply came, to tell a reply without a verdict from none."""

    def __init__(self, panel: Panel, case: EvalCase) -> None:
        self._ask = panel.ask_about(case)
        self.came = False

    async def __call__(self, prompt: str, *, schema: str = "") -> str:
        reply = await self._ask(prompt, schema=schema)
        self.came = True
        return reply


async def _judge(
    answer: CaseResult,
    cases: dict[str, EvalCase],
    member: Scorer,
    panel: Panel,
    labels: dict[tuple[str, str, int], float],
) -> Judged | None:
    """The judge's score of a stored answer; None when the judge could not be asked."""
    from workbench.analysis.judge_card import Judged
    from workbench.evals.scorers import Aids, Answer, NotScored, judged

    case = cases[answer.case_id]
    heard = _Heard(panel, case)
    try:
        score: float | None = (await judged(member, Answer(answer.answer), case, Aids(ask=heard))).value
    except NotScored:
        if not heard.came:
            return None
        score = None
    return Judged(answer.model_id, score, len(answer.answer.split()), labels.get(answer.question))


async def _flips(one: CaseResult, two: CaseResult, cases: dict[str, EvalCase], panel: Panel) -> bool | None:
    """Whether the verdict on two answers changes with their order; None when there was none."""
    from workbench.evals.scorers import Aids, Answer, NotScored, judged, scorer

    case = cases[one.case_id]
    aids = Aids(ask=panel.ask_about(case), rival=Answer(two.answer))
    try:
        return (await judged(scorer("pairwise"), Answer(one.answer), case, aids)).label == "flipped"
    except NotScored:
        return None


def _asked_twice(first: Sequence[Judged | None], second: Sequence[Judged | None]) -> list[Judged]:
    """The judgements that there are, those of the first answers with what the judge gave when it was asked again."""
    repeated = [*second, *[None] * (len(first) - len(second))]
    return [
        replace(one, again=None if more is None else more.score)
        for one, more in zip(first, repeated, strict=True)
        if one is not None
    ]


def _notes(card: BiasCard, judges: Sequence[str], run: EvalRun, *, labels: int, pairs: int) -> list[str]:
    """Why a figure is missing, and what its size means."""
    from workbench.analysis.judge_card import beats_chance

    notes = []
    if card.failures is not None and card.failures.value == 1:
        notes.append("None of its replies holds a verdict: it cannot judge like this. Choose another judge.")
    elif card.agreement is None and labels:
        notes.append("No answer that people labelled got a verdict from it.")
    elif card.agreement is None:
        notes.append("Nobody has labelled answers by hand, so nothing is known of how often it is right.")
    elif card.is_useless:
        notes.append("It agrees with people no better than chance: its scores must not be used.")
    elif not beats_chance(card):
        notes.append(
            "Not shown that it agrees with people better than chance: label more answers, or use another judge."
        )
    if card.self_preference is None and not set(judges) & set(run.model_ids):
        notes.append("It answered none of these cases itself, so whether it prefers its own answers cannot be seen.")
    if card.flips is None and not pairs:
        notes.append("The eval has no two models whose answers could be shown in both orders.")
    return notes


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """(line, fields) of a CSV file. Raises WorkbenchError."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            missing = {"case", "model", "right"} - set(reader.fieldnames or ())
            if missing:
                raise WorkbenchError(
                    f"The columns {', '.join(sorted(missing))} are missing",
                    where=str(file),
                    mend="A file of labels has the columns case, model and right.",
                )
            return [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise WorkbenchError(f"The file cannot be read: {error.strerror}", where=str(file)) from error
    except (UnicodeError, csv.Error) as error:
        raise WorkbenchError("The file is no table in UTF-8", where=str(file), mend="Save it as CSV, UTF-8.") from error


def _label(text: str) -> float | None:
    """A label from 0 to 1; None when it is none."""
    word = text.strip().casefold()
    if word in _YES:
        return 1.0
    if word in _NO:
        return 0.0
    try:
        value = float(word)
    except ValueError:
        return None
    return value if 0.0 <= value <= 1.0 else None
