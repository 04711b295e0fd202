"""Eval runs with their answers and scores.

An answer is on the disk when `append` returns, or when `put` can be awaited no longer; a resumed run doubles none. In
the file an answer is one row (`eval_answer`) and each score of it another (`eval_score`); outside they are
`CaseResult`s, one a score. What was answered before is found again by its content address.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import statistics
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from workbench.domain.chat import Sampling
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, Design, EvalRun, EvalSettings, EvalStatus, Mark
from workbench.store.comparisons import scenario_gone
from workbench.store.plain import to_json
from workbench.store.seal import sealed, unsealed
from workbench.store.tables import EVAL_ANSWER, EVAL_MARK, EVAL_RUN, EVAL_SCORE, EVAL_SETTING
from workbench.store.upsert import put, put_many

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from workbench.store.journal import Journal, Row
    from workbench.store.repositories import Repositories

#: values in one "is one of"; SQLite takes 999 in some builds
_AT_ONCE = 500
#: outcomes of which there is an answer
_GIVEN = (CaseOutcome.SCORED, CaseOutcome.UNSCORED)
_ANSWER_KEYS = ("eval_run_id", "case_id", "model_id", "repeat")


#: what a table of numbers is made from: each answer's and each score's, in this order
ANSWER_NUMBERS = (
    "case_id", "model_id", "repeat", "outcome", "ttft_s", "total_s", "tokens_per_s", "tokens_in", "tokens_out",
    "cost_usd", "cached", "at_once", "source_document", "sensitive", "tags",
)  # fmt: skip
SCORE_NUMBERS = ("case_id", "model_id", "repeat", "scorer", "score")


@dataclasses.dataclass(frozen=True, slots=True)
class Pace:
    """How fast a model answered lately, over `answers` of them: seconds for one (of a local model that answered
    several at once: its share), and tokens in one (None: not known)."""

    answers: int
    seconds: float
    tokens_out: float | None


class EvalRuns:
    """The repository. Every method may be called from any thread; `put` is for an event loop."""

    def __init__(self, store: Repositories) -> None:
        self._store = store

    # Runs

    def save_run(self, run: EvalRun) -> None:
        """Stores the run, in place of what was known of it. Raises WorkbenchError when its scenario is gone."""
        with self._store.write() as connection:
            try:
                put_run(connection, run)
            except IntegrityError as error:
                raise scenario_gone(run.scenario_id) from error

    def update_run(self, run: EvalRun) -> bool:
        """The same of a run that is stored; False, and nothing written, when it was deleted meanwhile."""
        with self._store.write() as connection:
            known = connection.execute(select(EVAL_RUN.c.id).where(EVAL_RUN.c.id == run.id)).first() is not None
            if known:
                put_run(connection, run)
            return known

    def run(self, run_id: str) -> EvalRun | None:
        found = self._runs(_run_query().where(EVAL_RUN.c.id == run_id))
        return found[0] if found else None

    def runs(self, scenario_id: str | None = None) -> tuple[EvalRun, ...]:
        """Those of one scenario, or all; newest first."""
        query = _run_query().order_by(EVAL_RUN.c.started_at.desc(), EVAL_RUN.c.id.desc())
        return self._runs(query if scenario_id is None else query.where(EVAL_RUN.c.scenario_id == scenario_id))

    def _runs(self, query: Select[Any]) -> tuple[EvalRun, ...]:
        with self._store.read() as connection:
            return tuple(_run(row) for row in connection.execute(query).mappings())

    def scenarios_with(self, status: EvalStatus) -> frozenset[str]:
        """Ids of the scenarios that have a run of this status."""
        query = select(EVAL_RUN.c.scenario_id).where(EVAL_RUN.c.status == status.value).distinct()
        with self._store.read() as connection:
            return frozenset(found for found in connection.execute(query).scalars() if found is not None)

    def delete(self, run_id: str) -> bool:
        """Removes a run with its answers, scores and marks; False when there was none."""
        with self._store.write() as connection:
            return connection.execute(delete(EVAL_RUN).where(EVAL_RUN.c.id == run_id)).rowcount > 0

    # Answers and scores

    def append(self, results: Iterable[CaseResult]) -> None:
        """Stores results in one transaction; one with a key that is there replaces it. Their run must be stored."""
        kept = tuple(results)
        with self._store.write() as connection:
            try:
                put_results(connection, kept)
            except IntegrityError as error:
                raise run_gone(kept[0].eval_run_id) from error

    async def put(self, journal: Journal, results: Sequence[CaseResult]) -> None:
        """The same beside other writers: on the disk when it comes back, in one transaction with what else waited.

        Results are kept also when their run is cancelled meanwhile.
        """
        try:
            await journal.put(_rows(results), at_any_rate=True)
        except IntegrityError as error:
            raise run_gone(results[0].eval_run_id) from error

    def results(self, run_id: str) -> tuple[CaseResult, ...]:
        """All results of a run, by case, model, repeat and scorer. Raises WorkbenchError for a damaged row."""
        of_run = EVAL_ANSWER.c.eval_run_id == run_id
        with self._store.read() as connection:
            answers = {
                (row["case_id"], row["model_id"], row["repeat"]): _answer(row)
                for row in _plain_rows(connection, select(EVAL_ANSWER).where(of_run))
            }
            query = select(EVAL_SCORE).where(EVAL_SCORE.c.eval_run_id == run_id)
            order = (EVAL_SCORE.c.case_id, EVAL_SCORE.c.model_id, EVAL_SCORE.c.repeat, EVAL_SCORE.c.scorer)
            rows = _plain_rows(connection, query.order_by(*order))
            return tuple(_scored(answers[row["case_id"], row["model_id"], row["repeat"]], row) for row in rows)

    def first_cases(self, run_id: str, count: int) -> tuple[str, ...]:
        """Ids of a few cases of a run, the first by their order."""
        query = select(EVAL_ANSWER.c.case_id).where(EVAL_ANSWER.c.eval_run_id == run_id).distinct()
        with self._store.read() as connection:
            return tuple(connection.execute(query.order_by(EVAL_ANSWER.c.case_id).limit(count)).scalars())

    def numbers(
        self, run_id: str, cases: Sequence[str] | None = None
    ) -> tuple[list[Sequence[Any]], list[Sequence[Any]]]:
        """Answers (`ANSWER_NUMBERS`, tags as JSON) and scores (`SCORE_NUMBERS`) of a run: all of them, or those of up
        to 500 cases.

        Meant for tables of a hundred thousand: digests are not checked here but when a result is read whole.
        """
        answers = select(*(EVAL_ANSWER.c[name] for name in ANSWER_NUMBERS)).where(EVAL_ANSWER.c.eval_run_id == run_id)
        scores = select(*(EVAL_SCORE.c[name] for name in SCORE_NUMBERS)).where(EVAL_SCORE.c.eval_run_id == run_id)
        with self._store.read() as connection:
            if cases is None:
                return _driver_rows(connection, answers), _driver_rows(connection, scores)
            found = answers.where(EVAL_ANSWER.c.case_id.in_(cases)), scores.where(EVAL_SCORE.c.case_id.in_(cases))
            told, judged = (list(connection.execute(query).all()) for query in found)
            return list(told), list(judged)

    def results_of_case(self, run_id: str, case_id: str) -> tuple[CaseResult, ...]:
        """Every model's results for one case."""
        return self._results(EVAL_ANSWER.c.eval_run_id == run_id, EVAL_ANSWER.c.case_id == case_id)

    def known_answers(self, keys: Collection[str]) -> dict[str, CaseResult]:
        """Answers that were given to exactly these questions in any run, by content address: the newest of each.

        They carry no score (`scorer` ""). Their run and case are those that asked first.
        """
        found: dict[str, CaseResult] = {}
        wanted = sorted(key for key in keys if key)
        with self._store.read() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                query = select(EVAL_ANSWER).where(
                    EVAL_ANSWER.c.content_key.in_(wanted[start : start + _AT_ONCE]),
                    EVAL_ANSWER.c.outcome == CaseOutcome.SCORED.value,
                )
                for row in connection.execute(query.order_by(EVAL_ANSWER.c.answered_at)).mappings():
                    found[row["content_key"]] = CaseResult(scorer="", **_answer(row))
        return found

    def known_keys(self, keys: Collection[str]) -> frozenset[str]:
        """Those of the content addresses that have an answer."""
        found: set[str] = set()
        wanted = sorted(key for key in keys if key)
        with self._store.read() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                query = select(EVAL_ANSWER.c.content_key).where(
                    EVAL_ANSWER.c.content_key.in_(wanted[start : start + _AT_ONCE]),
                    EVAL_ANSWER.c.outcome == CaseOutcome.SCORED.value,
                )
                found.update(row[0] for row in connection.execute(query))
        return frozenset(found)

    def pace_of(self, model_id: str, latest: int = 200) -> Pace | None:
        """How fast a model answered when it was asked last; None when it never was."""
        part = EVAL_ANSWER.c
        query = select(part.total_s, part.at_once, part.tokens_out).where(
            part.model_id == model_id, part.cached == 0, part.total_s.is_not(None), part.answered_at != ""
        )
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(part.answered_at.desc()).limit(latest)).all()
        if not rows:
            return None
        said = [row[2] for row in rows if row[2] is not None]
        seconds = statistics.median(row[0] / row[1] for row in rows)
        return Pace(len(rows), seconds, sum(said) / len(said) if said else None)

    def _results(self, *where: Any) -> tuple[CaseResult, ...]:
        with self._store.read() as connection:
            answers = [_answer(row) for row in connection.execute(select(EVAL_ANSWER).where(*where)).mappings()]
            results = []
            for answer in answers:
                query = select(EVAL_SCORE).where(*(EVAL_SCORE.c[key] == answer[key] for key in _ANSWER_KEYS))
                rows = connection.execute(query.order_by(EVAL_SCORE.c.scorer)).mappings()
                results += [_scored(answer, row) for row in rows]
        return tuple(results)

    # Marks

    def add_mark(self, mark: Mark) -> None:
        """Adds a score given by hand; earlier ones stay as its trail. Raises WorkbenchError for a run that is none."""
        with self._store.write() as connection:
            try:
                put(connection, EVAL_MARK, [mark_row(mark)])
            except IntegrityError as error:
                raise run_gone(mark.eval_run_id) from error

    def marks(self, run_id: str) -> tuple[Mark, ...]:
        """All marks of a run, oldest first."""
        query = select(EVAL_MARK).where(EVAL_MARK.c.eval_run_id == run_id).order_by(EVAL_MARK.c.at, EVAL_MARK.c.id)
        with self._store.read() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(Mark(**unsealed(dict(row), f"mark of case {row['case_id']}")) for row in rows)


def _driver_rows(connection: Connection, query: Select[Any]) -> list[Sequence[Any]]:
    """All rows as the driver gives them; SQLite's own tuples come three times as fast as anything made of them."""
    raw = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or raw is None:
        return list(connection.execute(query).all())
    compiled = query.compile(dialect=connection.dialect)
    sql, values = str(compiled), [compiled.params[name] for name in compiled.positiontup or ()]
    forgiving, raw.text_factory = raw.text_factory, str  # a third of the time went into calling our own for each text
    rows: list[Sequence[Any]]
    try:
        rows = raw.execute(sql, values).fetchall()
    except sqlite3.OperationalError:  # text that is none, see `connect`: a row's digest tells which
        raw.text_factory = forgiving
        rows = raw.execute(sql, values).fetchall()
    finally:
        raw.text_factory = forgiving
    return rows


# Runs as rows


def mark_row(mark: Mark) -> dict[str, Any]:
    """The mark as a row of its table."""
    return sealed(dataclasses.asdict(mark))


def put_run(connection: Connection, run: EvalRun) -> None:
    """Writes a run with its settings. Raises IntegrityError when its scenario is gone."""
    put(connection, EVAL_RUN, [run_row(run)])
    settings = to_json(dataclasses.asdict(run.settings))
    put(connection, EVAL_SETTING, [sealed({"eval_run_id": run.id, "settings": settings})])


def run_row(run: EvalRun) -> dict[str, Any]:
    """The run as a row of its table."""
    row = {part.name: getattr(run, part.name) for part in dataclasses.fields(run) if part.name != "settings"}
    row["model_ids"] = to_json(list(run.model_ids))
    row["scorers"] = to_json(list(run.scorers))
    row["status"] = run.status.value
    row["started_at"] = _utc(run.started_at)
    row["finished_at"] = None if run.finished_at is None else _utc(run.finished_at)
    row["sampling"] = to_json(dataclasses.asdict(run.sampling))
    row["margin"] = float(run.margin)
    return sealed(row)


def _run_query() -> Select[Any]:
    extra = EVAL_SETTING.c.settings, EVAL_SETTING.c.digest.label("settings_digest")
    return select(EVAL_RUN, *extra).outerjoin(EVAL_SETTING, EVAL_SETTING.c.eval_run_id == EVAL_RUN.c.id)


def _run(row: Mapping[Any, Any]) -> EvalRun:
    where = f"eval {row['id']}"
    plain = dict(row)
    settings, digest = plain.pop("settings"), plain.pop("settings_digest")
    values = unsealed(plain, where)
    finished_at = values["finished_at"]
    values["model_ids"] = tuple(json.loads(values["model_ids"]))
    values["scorers"] = tuple(json.loads(values["scorers"]))
    values["status"] = EvalStatus(values["status"])
    values["started_at"] = datetime.fromisoformat(values["started_at"])
    values["finished_at"] = None if finished_at is None else datetime.fromisoformat(finished_at)
    values["sampling"] = _sampling(json.loads(values["sampling"]))
    if settings is not None:
        unsealed({"eval_run_id": values["id"], "settings": settings, "digest": digest}, where)
        values["settings"] = settings_from_plain(json.loads(settings))
    return EvalRun(**values)


def _sampling(values: dict[str, Any]) -> Sampling:
    """JSON has no tuples."""
    return Sampling(**{**values, "stop": tuple(values["stop"])})


def settings_from_plain(plain: Mapping[str, Any]) -> EvalSettings:
    """The settings from their JSON form; what is missing there has its default."""
    known = {part.name for part in dataclasses.fields(EvalSettings)}
    values = {name: value for name, value in plain.items() if name in known}
    if "design" in values:
        values["design"] = Design(values["design"])
    if "judges" in values:
        values["judges"] = tuple(values["judges"])
    if "prompts" in values:
        values["prompts"] = tuple((name, text) for name, text in values["prompts"])
    return EvalSettings(**values)


# Results as rows


def put_results(connection: Connection, results: Sequence[CaseResult]) -> None:
    """Writes results: one row an answer, one a score. Raises IntegrityError when their run is not there."""
    rows = _rows(results)
    for table in (EVAL_ANSWER, EVAL_SCORE):
        put_many(connection, table, [row for where, row in rows if where is table])


def _rows(results: Sequence[CaseResult]) -> list[Row]:
    """Answers first: scores refer to them."""
    by_question = {(result.eval_run_id, *result.question): result for result in results}
    answers: list[Row] = [(EVAL_ANSWER, answer_row(result)) for result in by_question.values()]
    return answers + [(EVAL_SCORE, score_row(result)) for result in results]


def run_gone(run_id: str) -> WorkbenchError:
    return WorkbenchError("The eval these results belong to is not in the store", where=run_id)


def answer_row(result: CaseResult) -> dict[str, Any]:
    """What the model said, as a row."""
    given = result.outcome in _GIVEN
    return sealed(
        {
            "eval_run_id": result.eval_run_id,
            "case_id": result.case_id,
            "model_id": result.model_id,
            "repeat": result.repeat,
            "content_key": result.content_key,
            "outcome": CaseOutcome.SCORED.value if given else result.outcome.value,
            "answer": result.answer,
            "error": "" if given else result.error,
            "finish": result.finish,
            "ttft_s": _float(result.ttft_s),
            "tokens_per_s": _float(result.tokens_per_s),
            "tokens_in": result.tokens_in,
            "tokens_out": result.tokens_out,
            "total_s": _float(result.total_s),
            "cost_usd": _float(result.cost_usd),
            "cached": int(result.cached),
            "at_once": result.at_once,
            "source_document": result.source_document,
            "sensitive": int(result.sensitive),
            "tags": to_json(list(result.tags)),
            "answered_at": result.answered_at,
            "details": result.details,
        }
    )


def score_row(result: CaseResult) -> dict[str, Any]:
    """What one scorer said about an answer, as a row."""
    return sealed(
        {
            "eval_run_id": result.eval_run_id,
            "case_id": result.case_id,
            "model_id": result.model_id,
            "repeat": result.repeat,
            "scorer": result.scorer,
            "score": _float(result.score) if result.outcome is CaseOutcome.SCORED else None,
            "scored_by": result.scored_by,
            "label": result.label,
            "why": result.why,
            "error": result.error if result.outcome is CaseOutcome.UNSCORED else "",
        }
    )


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _plain_rows(connection: Connection, query: Select[Any]) -> Iterator[dict[str, Any]]:
    """Rows as dictionaries, made in half the time that SQLAlchemy's mappings take."""
    names = query.selected_columns.keys()
    return (dict(zip(names, row, strict=True)) for row in _driver_rows(connection, query))


def _answer(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The part of a CaseResult that an answer's row holds."""
    values = unsealed(row, f"eval {row['eval_run_id']}, case {row['case_id']}, {row['model_id']}")
    values["outcome"] = CaseOutcome(values["outcome"])
    values["cached"] = bool(values["cached"])
    values["sensitive"] = bool(values["sensitive"])
    values["tags"] = tuple(json.loads(values["tags"]))
    return values


def _scored(answer: Mapping[str, Any], row: Mapping[Any, Any]) -> CaseResult:
    where = f"eval {row['eval_run_id']}, case {row['case_id']}, {row['model_id']}, {row['scorer']}"
    score = unsealed(row, where)
    values = {**answer, **{name: score[name] for name in ("scorer", "score", "scored_by", "label", "why")}}
    if answer["outcome"] is CaseOutcome.SCORED and score["score"] is None:
        values |= {"error": score["error"], "outcome": CaseOutcome.UNSCORED}
    return CaseResult(**values)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
