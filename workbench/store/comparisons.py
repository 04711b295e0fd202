"""Playground comparisons in the data file: one prompt, the answers of several models, and the votes on them."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.exc import IntegrityError

from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Answer, Attachment, Comparison, ComparisonHead
from workbench.store import hiding
from workbench.store.plain import to_json
from workbench.store.refusals import unreadable
from workbench.store.seal import sealed, unsealed
from workbench.store.tables import COMPARISON, COMPARISON_DETAIL, VOTE
from workbench.store.upsert import put

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from workbench.store.repositories import Repositories

HEAD_CHARACTERS = 300


class Comparisons:
    """The repository. What is stored blind comes back without names until it is revealed."""

    def __init__(self, store: Repositories) -> None:
        self._store = store

    def save(self, comparison: Comparison) -> None:
        """Stores it, in place of an earlier one with its id. Raises WorkbenchError when its scenario is gone.

        A blind one must come with the real answers, in the order in which they will be shown.
        """
        with self._store.write() as connection:
            try:
                write(connection, comparison)
            except IntegrityError as error:
                raise scenario_gone(comparison.scenario_id) from error

    def of(self, scenario_id: str | None) -> tuple[Comparison, ...]:
        """Those of one scenario, or of none; newest first. Blind ones are not among them."""
        with self._store.read() as connection:
            rows = connection.execute(_newest_first(select(COMPARISON), scenario_id)).mappings().all()
            details = _details(connection, [row["id"] for row in rows])
        found = (_comparison(row, details.get(row["id"])) for row in rows)
        return tuple(comparison for comparison in found if not comparison.blind)

    def get(self, comparison_id: str) -> Comparison | None:
        """One of them; None when there is none of that id."""
        with self._store.read() as connection:
            return _get(connection, comparison_id)

    def heads(
        self, scenario_id: str | None, *, words: str = "", limit: int = 100, after: ComparisonHead | None = None
    ) -> tuple[ComparisonHead, ...]:
        """What a list shows, newest first: those that hold every word (in prompt, instruction, answers or models).

        `after` is the last one of the page before.
        """
        query = _newest_first(select(COMPARISON), scenario_id)
        if after is not None:
            later = and_(COMPARISON.c.at == after.at, COMPARISON.c.id < after.id)
            query = query.where(or_(COMPARISON.c.at < after.at, later))
        wanted = words.casefold().split()
        with self._store.read() as connection:
            rows = connection.execute(query).mappings()
            found = list(islice((row for row in rows if _holds(row, wanted)), limit))
            ids = [row["id"] for row in found]
            details, votes = _details(connection, ids), _vote_counts(connection, ids)
        return tuple(_head(row, details.get(row["id"]), votes.get(row["id"], 0)) for row in found)

    def reveal(self, comparison_id: str) -> Comparison | None:
        """Stores and returns a blind comparison with its names; one that is open is returned as it is."""
        with self._store.write() as connection:
            found = _get(connection, comparison_id)
            if found is None or not found.blind:
                return found
            hidden = _details(connection, [comparison_id])[comparison_id]["hidden"]
            try:
                answers, settings = hiding.show(comparison_id, hidden)
            except ValueError as error:
                raise unreadable(f"comparison {comparison_id}") from error
            shown = dataclasses.replace(found, answers=answers, settings=settings, blind=False)
            write(connection, shown)
            return shown

    def blind(self, scenario_id: str | None) -> tuple[Comparison, ...]:
        """The blind ones that wait for votes, oldest first, without names."""
        query = select(COMPARISON.c.id).join(COMPARISON_DETAIL).where(COMPARISON_DETAIL.c.hidden != "")
        with self._store.read() as connection:
            ids = connection.execute(_newest_first(query, scenario_id)).scalars().all()
            found = [_get(connection, comparison_id) for comparison_id in reversed(ids)]
        return tuple(comparison for comparison in found if comparison is not None)

    def delete(self, comparison_id: str) -> bool:
        """Removes one with its votes; False when there was none."""
        with self._store.write() as connection:
            return connection.execute(delete(COMPARISON).where(COMPARISON.c.id == comparison_id)).rowcount > 0


def scenario_gone(scenario_id: str | None) -> WorkbenchError:
    """The error for evidence whose scenario is not in the store."""
    return WorkbenchError(
        "The scenario this belongs to is not in the store",
        where=str(scenario_id),
        mend="Import the scenario first, or save without one.",
    )


def _newest_first(query: Select[Any], scenario_id: str | None) -> Select[Any]:
    chosen = query.where(COMPARISON.c.scenario_id == scenario_id)
    return chosen.order_by(COMPARISON.c.at.desc(), COMPARISON.c.id.desc())


def _holds(row: Mapping[Any, Any], words: Sequence[str]) -> bool:
    """Whether its texts hold every word, capitals apart. Not asked of SQLite, which knows capitals of English only."""
    if not words:
        return True
    answers = json.loads(row["answers"])
    texts = [row["prompt"], row["system"], *(f"{answer['model']}\n{answer['text']}" for answer in answers)]
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in words)


def write(connection: Connection, comparison: Comparison) -> None:
    """Stores it inside a transaction that is open, in place of an earlier one with its id."""
    answers = hiding.masked(comparison.answers) if comparison.blind else comparison.answers
    settings = () if comparison.blind else comparison.settings
    hidden = hiding.hide(comparison.id, comparison.answers, comparison.settings) if comparison.blind else ""
    row = {
        "id": comparison.id,
        "scenario_id": comparison.scenario_id,
        "at": comparison.at,
        "system": comparison.system,
        "prompt": comparison.prompt,
        "answers": to_json([dataclasses.asdict(answer) for answer in answers]),
    }
    detail = {
        "comparison_id": comparison.id,
        "template": comparison.template,
        "variables": to_json(list(comparison.variables)),
        "attachments": to_json([_plain(attachment) for attachment in comparison.attachments]),
        "settings": to_json([dataclasses.asdict(one) for one in settings]),
        "continues": comparison.continues,
        "hidden": hidden,
    }
    put(connection, COMPARISON, [sealed(row)])
    put(connection, COMPARISON_DETAIL, [sealed(detail)])


def _plain(attachment: Attachment) -> dict[str, str]:
    return {**dataclasses.asdict(attachment), "data": base64.b64encode(attachment.data).decode()}


def _get(connection: Connection, comparison_id: str) -> Comparison | None:
    row = connection.execute(select(COMPARISON).where(COMPARISON.c.id == comparison_id)).mappings().first()
    return None if row is None else _comparison(row, _details(connection, [comparison_id]).get(comparison_id))


def _details(connection: Connection, ids: Sequence[str]) -> dict[str, Mapping[Any, Any]]:
    query = select(COMPARISON_DETAIL).where(COMPARISON_DETAIL.c.comparison_id.in_(ids))
    return {row["comparison_id"]: row for row in connection.execute(query).mappings()}


def _vote_counts(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    query = select(VOTE.c.comparison_id, func.count()).where(VOTE.c.comparison_id.in_(ids))
    return {row[0]: row[1] for row in connection.execute(query.group_by(VOTE.c.comparison_id))}


def _head(row: Mapping[Any, Any], detail: Mapping[Any, Any] | None, votes: int) -> ComparisonHead:
    models = tuple(str(answer["model"]) for answer in json.loads(row["answers"]))
    continues = detail["continues"] if detail else ""
    blind = bool(detail and detail["hidden"])
    return ComparisonHead(row["id"], row["at"], row["prompt"][:HEAD_CHARACTERS], models, votes, blind, continues)


def _comparison(row: Mapping[Any, Any], detail: Mapping[Any, Any] | None) -> Comparison:
    where = f"comparison {row['id']}"
    values = unsealed(dict(row), where)
    answers = tuple(Answer(**answer) for answer in json.loads(values.pop("answers")))
    if detail is None:
        return Comparison(**values, answers=answers)
    more = unsealed(dict(detail), where)
    attachments = (
        Attachment(**{**one, "data": base64.b64decode(one["data"])}) for one in json.loads(more["attachments"])
    )
    return Comparison(
        **values,
        answers=answers,
        template=more["template"],
        variables=tuple((name, value) for name, value in json.loads(more["variables"])),
        attachments=tuple(attachments),
        settings=tuple(hiding.sampling_from(one) for one in json.loads(more["settings"])),
        continues=more["continues"],
        blind=bool(more["hidden"]),
    )
