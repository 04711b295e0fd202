"""The team store: scenarios shared over a PostgreSQL database, so that two people never overwrite each other silently.

Work goes on in the data file; a shared scenario meets the team's copy when it is synced. What only one side changed is
taken over, what both changed is a conflict that a person merges. A scenario that was moved is held by the team: its
changes are made there first, and while the server is away it can be read and not changed. Calls block: they belong in
the `pool` lane.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from workbench.domain.calls import Call, Outcome
from workbench.domain.changes import Changes
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.domain.ids import new_id
from workbench.domain.questions import requirements_from
from workbench.domain.requirements import DataRule
from workbench.domain.scenario import Scenario
from workbench.domain.secret import Secret
from workbench.domain.team import TeamPlace, team_place
from workbench.net.grant import Grant, host_of
from workbench.net.guard import ScenarioData
from workbench.services.team_links import Link, Links
from workbench.services.team_merge import MergePart, content_of, merged, parts_of
from workbench.settings import TEAM_STORE, Settings
from workbench.store.refusals import StaleScenario, StoreAway

if TYPE_CHECKING:
    from workbench.keychain import Keychain
    from workbench.net.door import Doorway
    from workbench.store.calls import Calls
    from workbench.store.postgres import TeamStore
    from workbench.store.repositories import Repositories
    from workbench.store.sharing import Rows

LONGEST_PASSWORD = 1_000
_NOTHING: Mapping[str, Any] = {}


class Meeting(StrEnum):
    """How the two copies of a scenario stand to each other."""

    ONLY_HERE = "only here"
    ONLY_THERE = "only there"
    SAME = "the same"
    NEWER_HERE = "newer here"
    NEWER_THERE = "newer there"
    CONFLICT = "changed on both sides"


@dataclass(frozen=True, slots=True)
class SharedRow:
    """One scenario in the list. `shared`: it takes part in a sync; `held`: the team store holds it.

    `carries` counts what would be copied, by table; `stays` says why it, or its texts, may not leave ("" when all may).
    """

    id: str
    name: str
    meeting: Meeting
    shared: bool = False
    held: bool = False
    with_texts: bool = True
    may_go: bool = True
    stays: str = ""
    carries: Mapping[str, int] | None = None
    bytes_out: int = 0


@dataclass(frozen=True, slots=True)
class TeamView:
    """What is here and there. `away`: why the team store cannot be reached; the rest is then what is known here."""

    place: str
    rows: tuple[SharedRow, ...]
    away: str = ""


@dataclass(frozen=True, slots=True)
class Synced:
    """What became of one scenario: "sent", "fetched", "deleted", "same", "conflict" or "refused", with the reason."""

    id: str
    name: str
    what: str
    why: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class MergeView:
    """Two copies of one scenario side by side. `seen` marks the team's copy that was looked at."""

    id: str
    name: str
    parts: tuple[MergePart, ...]
    seen: str

    @property
    def open_parts(self) -> tuple[MergePart, ...]:
        """Those that both sides changed."""
        return tuple(part for part in self.parts if not part.pick)


class TeamService:
    """What a person can do with the team store."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Callable[[], Repositories],
        keychain: Keychain,
        doorway: Callable[[], Doorway],
        calls: Callable[[], Calls],
        links: Links,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        connect_s: float = 5.0,
    ) -> None:
        self._settings = settings
        self._store = store
        self._keychain = keychain
        self._doorway = doorway
        self._calls = calls
        self._links = links
        self._now = now
        self._connect_s = connect_s
        self._team: tuple[TeamPlace, TeamStore] | None = None

    # The place

    @property
    def address(self) -> str:
        """The address that was set, "" for none. Asks nobody."""
        return self._settings.value(TEAM_STORE)

    def connect(self, address: str, password: str = "", *, set_up: bool = False) -> str:
        """Goes there with this password, keeps both, and gives back where the password is kept.

        `set_up` makes the tables in a database that has none and brings older ones up to date. Raises WorkbenchError,
        StoreAway, StoreNotSetUp, StoreOlder, GuardRefusal; then the address that was set before still counts.
        """
        place = team_place(address)
        store = self._made(place, _checked_password(password))
        try:
            with self._ledger_row(place, self._leave_for(place), 0):
                if set_up:
                    store.set_up()
                store.scenarios.names()
        except BaseException:
            store.close()
            raise
        kept = self._keychain.set(place.account, Secret(password)).name if password else "no password"
        self.close()
        self._settings.choose(TEAM_STORE, str(place))
        self._team = (place, store)
        return kept

    def disconnect(self) -> Changes:
        """Forgets address and password; scenarios stay on both sides, and none is held any more."""
        place = self._place()
        self._keychain.delete(place.account)
        for scenario_id in self._links.of(str(place)):
            self._links.drop(scenario_id)
        self._settings.choose(TEAM_STORE, "")
        self.close()
        return Changes(settings=True)

    def close(self) -> None:
        """Closes the connection, when there is one."""
        if self._team is not None:
            self._team[1].close()
            self._team = None

    # What is here and there

    def view(self, *, counted: bool = True) -> TeamView:
        """Every scenario here and there, those with a conflict first; `counted` with what would be copied.

        When the team store is away, what is known here. Raises WorkbenchError when no team store is set, or it refuses.
        """
        place = self._place()
        links = self._links.of(str(place))
        here = {each.id: each for found in self._store().scenarios.all() if (each := found.scenario) is not None}
        try:
            there, away = self._there(), ""
        except StoreAway as error:
            there, away = {}, str(error)
        rows = []
        for scenario_id in dict.fromkeys((*here, *there)):
            mine, theirs, link = here.get(scenario_id), there.get(scenario_id), links.get(scenario_id)
            if not away:
                meeting = _meeting(mine, theirs, link)
            else:
                meeting = Meeting.SAME if link and mine and content_of(mine) == link.base else Meeting.NEWER_HERE
                meeting = meeting if link else Meeting.ONLY_HERE
            rows.append(self._row(place, mine, theirs, link, meeting, counted=counted))
        order = list(Meeting)[::-1]
        rows.sort(key=lambda row: (order.index(row.meeting), row.name.casefold()))
        return TeamView(str(place), tuple(rows), away)

    # Sharing

    def share(self, ids: Iterable[str], *, move: bool = False, with_texts: bool = True) -> tuple[Synced, ...]:
        """Puts scenarios into the team store and keeps them shared; `move`: the team store holds them from now on."""
        done = []
        for scenario_id in ids:
            found = self._synced(scenario_id, Link(_NOTHING, with_texts=with_texts), may_fetch=False)
            done.append(found)
            if move and found.what in ("sent", "same"):
                self._links.update(scenario_id, held=True)
        return tuple(done)

    def fetch(self, ids: Iterable[str]) -> tuple[Synced, ...]:
        """Takes scenarios of the team in here, and keeps them shared."""
        return tuple(self._synced(scenario_id, Link(_NOTHING), may_fetch=True) for scenario_id in ids)

    def sync(self, ids: Iterable[str] | None = None) -> tuple[Synced, ...]:
        """Brings the shared scenarios (or these of them) to the same state on both sides; conflicts are left alone."""
        links = self._links.of(str(self._place()))
        wanted = list(links) if ids is None else list(ids)
        for scenario_id in wanted:
            if scenario_id not in links:
                mend = "Share it first: workbench team share NAME."
                raise WorkbenchError("This scenario is not shared", where=scenario_id, mend=mend)
        return tuple(self._synced(scenario_id, links[scenario_id], may_fetch=True) for scenario_id in wanted)

    def stop_sharing(self, scenario_id: str) -> Changes:
        """The scenario stays on both sides; from now on each goes its own way."""
        self._links.drop(scenario_id)
        return Changes(scenarios=frozenset({scenario_id}))

    def is_held(self, scenario_id: str) -> bool:
        """Whether the team store holds it: changes are made there first."""
        link = self._links.get(scenario_id) if self.address else None
        return link is not None and link.held

    # Merging

    def merge_view(self, scenario_id: str) -> MergeView:
        """The two copies part by part. Raises WorkbenchError when one side has it not, StoreAway."""
        mine, theirs, link = self._both(scenario_id)
        return MergeView(scenario_id, mine.name, parts_of(link.base, mine, theirs), _mark(theirs))

    def merge(self, view: MergeView, picks: Mapping[str, str]) -> Synced:
        """Stores one scenario of both on both sides; `picks` as in `team_merge.merged`.

        Raises StaleScenario when the team's copy is no longer the one in `view`: look again.
        """
        mine, theirs, link = self._both(view.id)
        if _mark(theirs) != view.seen:
            raise StaleScenario(view.name)
        both = merged(link.base, mine, theirs, picks)
        return self._exchange(both, replace(link, base=_NOTHING), mine, theirs)

    # The gate

    def pass_on(self, before: Scenario, after: Scenario) -> None:
        """Makes a change of a held scenario in the team store, before it is written here.

        Raises StaleScenario when the team's copy is another, and StoreAway (it can be read, not changed).
        """
        if not self.is_held(after.id):
            return
        place, link = self._place(), self._links.get(after.id)
        assert link is not None
        expected = content_of(before)
        size = _size(after, {})
        with self._ledger_row(place, self._leave_for(place, after), size):
            try:
                self._store_there().sharing.put(after, {}, now=self._now(), check=lambda now: _expect(now, expected))
            except StaleScenario as error:
                what = f"“{after.name}” was changed in the team store since you last synced"
                mend = "Sync it under Settings, Team store (or: workbench team sync), then make your change."
                raise StaleScenario(after.name, what, mend) from error
            except StoreAway as error:
                raise StoreAway(
                    f"“{after.name}” is held by the team store, which cannot be reached: it can be read, not changed",
                    where=error.where,
                    mend="Try again when the server is back, or stop sharing it to go on by yourself.",
                ) from error
        self._links.update(after.id, base=content_of(after), was=expected)

    # inside

    def _place(self) -> TeamPlace:
        if not self.address:
            mend = "Give its address: Settings, Team store, or: workbench team connect ADDRESS."
            raise WorkbenchError("No team store is set", where="team store", mend=mend)
        return team_place(self.address)

    def _made(self, place: TeamPlace, password: str) -> TeamStore:
        from workbench.store.postgres import TeamStore

        return TeamStore(place, password, connect_s=self._connect_s, now=self._now)

    def _store_there(self) -> TeamStore:
        place = self._place()
        if self._team is None or self._team[0] != place:
            key = self._keychain.get(place.account)
            self._team = (place, self._made(place, key.reveal() if key else ""))
        return self._team[1]

    def _there(self) -> dict[str, Scenario]:
        """The team's scenarios that are not in its bin."""
        place = self._place()
        with self._ledger_row(place, self._leave_for(place), 0) as received:
            found = [each.scenario for each in self._store_there().scenarios.all()]
            received.append(sum(_size(each, {}) for each in found if each is not None))
        return {each.id: each for each in found if each is not None}

    def _one_there(self, scenario_id: str) -> Scenario | None:
        """The team's copy of one scenario."""
        place = self._place()
        with self._ledger_row(place, self._leave_for(place), 0) as received:
            found = self._store_there().scenarios.get(scenario_id)
            received.append(0 if found is None else _size(found, {}))
        return found

    def _leave_for(self, place: TeamPlace, scenario: Scenario | None = None, *, with_texts: bool = False) -> Grant:
        """The guard's leave to go there, with this scenario. Raises GuardRefusal."""
        whose = None
        if scenario is not None:
            whose = ScenarioData(scenario.id, scenario.name, requirements_from(scenario.answers))
        return self._doorway().guard.share(_url(place), whose=whose, with_texts=with_texts)

    @contextmanager
    def _ledger_row(self, place: TeamPlace, grant: Grant, bytes_out: int) -> Iterator[list[int]]:
        """A row before anything is sent, completed afterwards; what is put into the list counts as received."""
        call = Call(
            id=new_id(),
            at=self._now().astimezone(UTC).isoformat(),
            host=host_of(next(iter(grant.origins))),
            purpose=grant.purpose,
            provider=grant.provider,
            scenario_id=grant.scenario_id,
            data=grant.data,
            local=place.is_here,
            bytes_out=bytes_out,
        )
        asyncio.run(self._calls().begin(call))
        received: list[int] = []
        outcome, why = Outcome.ANSWERED, ""
        try:
            yield received
        except WorkbenchError as error:
            outcome, why = Outcome.ERROR, error.what
            raise
        finally:
            ended = self._now().astimezone(UTC).isoformat()
            self._calls().end(replace(call, outcome=outcome, why=why, ended_at=ended, bytes_in=sum(received)))

    def _row(
        self,
        place: TeamPlace,
        mine: Scenario | None,
        theirs: Scenario | None,
        link: Link | None,
        meeting: Meeting,
        *,
        counted: bool,
    ) -> SharedRow:
        one = mine or theirs
        assert one is not None
        with_texts, may_go, stays = (True, True, "") if mine is None else _what_may_go(place, mine)
        if link is not None:
            with_texts = with_texts and link.with_texts
        carries: dict[str, int] | None = None
        size = 0
        if counted and mine is not None:
            found = self._store().sharing.extent(mine.id, with_texts=with_texts)
            carries = {name: each.rows for name, each in found.items()}
            size = _size(mine, {}) + sum(each.letters for each in found.values())
        return SharedRow(
            id=one.id,
            name=one.name,
            meeting=meeting,
            shared=link is not None,
            held=link is not None and link.held,
            with_texts=with_texts,
            may_go=may_go,
            stays=stays,
            carries=carries,
            bytes_out=size,
        )

    def _both(self, scenario_id: str) -> tuple[Scenario, Scenario, Link]:
        mine, theirs = self._store().scenarios.get(scenario_id), self._one_there(scenario_id)
        if mine is None or theirs is None:
            where = "here" if mine is None else "in the team store"
            raise WorkbenchError(
                f"There is no such scenario {where}", where=scenario_id, mend="`workbench team status`."
            )
        return mine, theirs, self._links.get(scenario_id) or Link(_NOTHING)

    def _synced(self, scenario_id: str, link: Link, *, may_fetch: bool) -> Synced:
        """One scenario brought to the same state on both sides, unless both changed it."""
        mine, theirs = self._store().scenarios.get(scenario_id), self._one_there(scenario_id)
        known = self._links.of(str(self._place())).get(scenario_id)
        link = known or link
        name = (mine or theirs or _gone(scenario_id)).name
        if known and mine and theirs and (deleted := self._deleted(mine, theirs, known)) is not None:
            return deleted
        meeting = _meeting(mine, theirs, known)
        if meeting is Meeting.CONFLICT:
            return Synced(scenario_id, name, "conflict", "Both sides changed it: merge them part by part.")
        newest = theirs if meeting in (Meeting.NEWER_THERE, Meeting.ONLY_THERE) else mine
        assert newest is not None
        if newest is theirs and not may_fetch:
            return Synced(scenario_id, name, "conflict", "The team's copy is newer: sync it first.")
        try:
            return self._exchange(newest, link, mine, theirs)
        except GuardRefusal as error:
            return Synced(scenario_id, name, "refused", error.what)

    def _deleted(self, mine: Scenario, theirs: Scenario, link: Link) -> Synced | None:
        """What lies in one side's bin goes to the other's, unless that one changed it since they last met; None when
        it lies in neither. Nothing is wiped: either side can take it out of its bin again."""
        if mine.deleted_at is None and theirs.deleted_at is None:
            return None
        place, now = self._place(), self._now()
        alive = theirs if theirs.deleted_at is None else mine
        if alive.deleted_at is None and content_of(alive) != dict(link.base):
            who = (
                "the team changed it since you deleted it" if alive is theirs else "the team deleted it, you changed it"
            )
            return Synced(mine.id, mine.name, "conflict", f"Stop sharing it, or undo one of the two: {who}.")
        gone = replace(alive, deleted_at=mine.deleted_at or theirs.deleted_at)
        if theirs.deleted_at is None:
            expected = content_of(theirs)
            with self._ledger_row(place, self._leave_for(place, mine), _size(gone, {})):
                self._store_there().sharing.put(gone, {}, now=now, check=lambda stored: _expect(stored, expected))
        elif mine.deleted_at is None:
            own = content_of(mine)
            self._store().sharing.put(gone, {}, now=now, check=lambda stored: _expect(stored, own))
        self._links.drop(mine.id)
        return Synced(mine.id, mine.name, "deleted", "It lies in the bin on both sides, and is shared no more.")

    def _exchange(self, both: Scenario, link: Link, mine: Scenario | None, theirs: Scenario | None) -> Synced:
        """Stores `both` on either side with what belongs to it, if the sides are still what was looked at."""
        place, local, team = self._place(), self._store(), self._store_there()
        allowed, _, stays = _what_may_go(place, both)
        with_texts = link.with_texts and allowed
        grant = self._leave_for(place, both, with_texts=with_texts)  # refuses what must stay, and writes that down
        known = self._links.get(both.id)
        same_evidence = False
        if known is not None and mine is not None and theirs is not None:
            ours = local.sharing.marks(both.id, with_texts=with_texts)
            with self._ledger_row(place, self._leave_for(place), 0) as received:
                there = team.sharing.marks(both.id, with_texts=with_texts)
                received.append(sum(len(mark) for _, mark in there))
            if ours == there and known.base == content_of(mine) == content_of(theirs):
                return Synced(both.id, both.name, "same", stays)
            # An edit alone carries no evidence again; without texts there may be more there than was compared.
            same_evidence = ours == there and with_texts
        carries = mine is not None and not same_evidence
        may_have = local.sharing.belongings(both.id, with_texts=with_texts) if carries else {}
        before = None if theirs is None else content_of(theirs)
        now, added = self._now(), 0
        with self._ledger_row(place, grant, _size(both, may_have)) as received:
            comes = theirs is not None and not same_evidence
            rows = team.sharing.belongings(both.id, with_texts=True) if comes else {}
            received.append(_size(both, rows))
            lies_in_the_bin = theirs is not None and theirs.deleted_at is not None
            changed_there = lies_in_the_bin or before != content_of(both)
            _, added = team.sharing.put(
                replace(both, deleted_at=None) if changed_there or theirs is None else theirs,
                may_have,
                now=now,
                check=lambda stored: _expect(stored, before),
            )
        own = None if mine is None else content_of(mine)
        kept = mine if mine is not None and own == content_of(both) else replace(both, sample=False)
        kept = replace(kept, deleted_at=None)
        _, fetched = local.sharing.put(kept, rows, now=now, check=lambda stored: _expect(stored, own))
        self._links.put(str(place), both.id, replace(link, base=content_of(both), was=None, with_texts=with_texts))
        changed_here = own != content_of(both)
        what = "fetched" if changed_here or fetched else "sent" if changed_there or added else "same"
        return Synced(both.id, both.name, what, stays, added + fetched)


def _meeting(mine: Scenario | None, theirs: Scenario | None, link: Link | None) -> Meeting:
    if mine is None or theirs is None:
        return Meeting.ONLY_THERE if mine is None else Meeting.ONLY_HERE
    own, other = content_of(mine), content_of(theirs)
    if own == other:
        return Meeting.SAME
    base = dict(link.base) if link else None
    if own == base or (link is not None and link.was is not None and own == dict(link.was) and other == base):
        return Meeting.NEWER_THERE
    return Meeting.NEWER_HERE if other == base else Meeting.CONFLICT


def _what_may_go(place: TeamPlace, scenario: Scenario) -> tuple[bool, bool, str]:
    """Whether its texts may go there, whether anything may, and why not. The guard decides; this says it beforehand."""
    if place.is_here:
        return True, True, ""
    rule = requirements_from(scenario.answers).data_rule
    if rule is DataRule.LOCAL_ONLY:
        return False, False, "Its data must stay on this machine."
    if rule is DataRule.MIXED:
        return False, True, "Prompts, answers and cases stay here: its sensitive data must stay on this machine."
    return True, True, ""


def _expect(stored: Scenario | None, expected: Mapping[str, Any] | None) -> None:
    """Raises StaleScenario when what is stored is not what was looked at."""
    found = None if stored is None else content_of(stored)
    if found != (None if expected is None else dict(expected)):
        raise StaleScenario(stored.name if stored is not None else "The scenario")


def _gone(scenario_id: str) -> Scenario:
    raise WorkbenchError("There is no such scenario here or there", where=scenario_id, mend="`workbench team status`.")


def _mark(scenario: Scenario) -> str:
    return json.dumps(content_of(scenario), sort_keys=True, ensure_ascii=False)


def _size(scenario: Scenario, rows: Rows) -> int:
    """Bytes of it as they are sent, near enough."""
    return len(_mark(scenario).encode()) + sum(
        len(json.dumps(row, ensure_ascii=False).encode()) for some in rows.values() for row in some
    )


def _url(place: TeamPlace) -> str:
    """The server as the guard names servers; encrypted ones are https there."""
    host = "localhost" if place.host.startswith("/") else place.host
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if place.tls else 'http'}://{shown}:{place.port}"


def _checked_password(text: str) -> str:
    """Raises WorkbenchError that never quotes it."""
    if len(text) > LONGEST_PASSWORD or not text.isprintable():
        mend = "Copy it again, without line breaks."
        raise WorkbenchError("That is no password: it is too long or cannot be typed", where="password", mend=mend)
    return text


def names_to_ids(view: TeamView, refs: Sequence[str]) -> tuple[str, ...]:
    """Scenarios of the view by name or id. Raises WorkbenchError for one that is not there, or a name of several."""
    found = []
    for ref in refs:
        alike = [row.id for row in view.rows if ref in (row.id, row.name)] or [
            row.id for row in view.rows if row.name.casefold().replace(" ", "-") == ref.casefold()
        ]
        if len(alike) != 1:
            what = f"There is no scenario “{ref}”" if not alike else f"Several scenarios have the name “{ref}”"
            raise WorkbenchError(what, where="team store", mend="`workbench team status` lists names and ids.")
        found.append(alike[0])
    return tuple(found)
