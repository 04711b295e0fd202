"""The privacy guard: the one place where it is decided whether something may leave this machine.

By scenario (`Requirements.data_rule`): *local-only*, which is also the answer as long as nobody has said whether others
may process the data, lets nothing leave; *mixed* lets only what is marked as not sensitive leave; *free* lets it go.
This machine itself is always allowed; a host in the person's own network is, once the person said so, except
for local-only data. With the Offline switch on, nothing goes further than this machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from workbench.domain.calls import Call, DataClass, Outcome, Purpose
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.domain.ids import new_id
from workbench.domain.requirements import DataRule, Requirements
from workbench.net.addresses import Reach, reach_of_host
from workbench.net.grant import (
    BOUNDS,
    Bounds,
    DataRefusal,
    Grant,
    OfflineRefusal,
    PrivateHostRefusal,
    host_of,
    origin_of,
)
from workbench.net.ledger import Ledger

RULES = {
    "offline": "the Offline switch is on",
    "local-only": "the scenario's data must stay on this machine",
    "nobody-said": "nobody has said yet whether others may process the scenario's data",
    "sensitive-stays": "the scenario's sensitive data must stay on this machine",
    "nobody-marked": "only what is marked as not sensitive may leave in this scenario",
    "private-host": "hosts in your own network are asked about once",
    "plain-http": "unencrypted connections are for this machine and allowed hosts only",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What the person has set: nothing further than this machine, hosts of their own network, a proxy's address."""

    offline: bool = False
    private_hosts: frozenset[str] = frozenset()
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class ScenarioData:
    """Whose data a prompt is: the scenario's id, name and what its answers say."""

    scenario_id: str
    name: str
    requirements: Requirements


class Guard:
    """Gives grants, or raises GuardRefusal and writes the refusal into the ledger. Any thread."""

    def __init__(self, *, policy: Callable[[], Policy], ledger: Ledger) -> None:
        self._policy = policy
        self._ledger = ledger

    def prompt(
        self,
        url: str,
        *,
        provider: str,
        whose: ScenarioData | None,
        sensitive: bool | None = None,
        bounds: Bounds | None = None,
    ) -> Grant:
        """Leave to send a prompt to the server at `url`.

        `sensitive` is what is known of this prompt: None means that nobody said, which a mixed scenario refuses.
        """
        data = DataClass.PROMPT if whose is None else DataClass.SCENARIO
        if whose is not None and sensitive:
            data = DataClass.SCENARIO_SENSITIVE
        scenario_id = None if whose is None else whose.scenario_id
        found = bounds or BOUNDS.get(Purpose.ANSWER) or Bounds()
        grant = Grant(Purpose.ANSWER, frozenset({origin_of(url)}), provider, scenario_id, data, found)
        self._check_place(grant, url)
        if whose is not None and reach_of_host(_host(url)) is not Reach.LOCAL:
            self._check_data(grant, whose, sensitive)
        return grant

    def share(self, url: str, *, whose: ScenarioData | None = None, with_texts: bool = False) -> Grant:
        """Leave to put a scenario into a team's store, or to take one out (`whose` None: nothing of it is known yet).

        `with_texts`: its prompts, answers and cases go along, which a scenario whose sensitive data must stay here
        refuses; one that must stay here whole is refused altogether.
        """
        data = DataClass.NOTHING if whose is None else DataClass.WHOLE if with_texts else DataClass.RECORD
        scenario_id = None if whose is None else whose.scenario_id
        grant = Grant(Purpose.TEAM, frozenset({origin_of(url)}), "team store", scenario_id, data)
        self._check_place(grant, url)
        if whose is None or reach_of_host(_host(url)) is Reach.LOCAL:
            return grant
        rule, mend = whose.requirements.data_rule, "Change the answer to who may process the data, if that is right."
        if rule is DataRule.LOCAL_ONLY:
            named = "nobody-said" if whose.requirements.data_is_open else "local-only"
            raise self.refuse(grant, named, _data(_host(url), whose, RULES[named], mend))
        if rule is DataRule.MIXED and with_texts:
            mend = "Share it without the texts of its prompts, answers and cases."
            raise self.refuse(grant, "sensitive-stays", _data(_host(url), whose, RULES["sensitive-stays"], mend))
        return grant

    def facts(self, url: str, *, purpose: Purpose, provider: str = "", bounds: Bounds | None = None) -> Grant:
        """Leave to ask for something public that carries nothing of the person's: lists, prices, model files."""
        found = bounds or BOUNDS.get(purpose) or Bounds()
        grant = Grant(purpose, frozenset({origin_of(url)}), provider, bounds=found)
        self._check_place(grant, url)
        return grant

    def _check_place(self, grant: Grant, url: str) -> None:
        host, policy = _host(url), self._policy()
        reach = reach_of_host(host)
        if reach is Reach.LOCAL:
            return
        if policy.offline:
            raise self.refuse(grant, "offline", offline(host))
        if reach is Reach.PRIVATE and host not in policy.private_hosts:
            raise self.refuse(grant, "private-host", PrivateHostRefusal(host, host))
        if urlsplit(url).scheme != "https" and host not in policy.private_hosts:
            raise self.refuse(grant, "plain-http", plain_http(host))

    def _check_data(self, grant: Grant, whose: ScenarioData, sensitive: bool | None) -> None:
        requirements, host = whose.requirements, host_of(next(iter(grant.origins)))
        rule = requirements.data_rule
        if rule is DataRule.LOCAL_ONLY:
            named = "nobody-said" if requirements.data_is_open else "local-only"
            mend = (
                "Answer the question who may process the data, or choose a local model."
                if requirements.data_is_open
                else "Choose a local model, or change the answer to who may process the data, if that is right."
            )
            raise self.refuse(grant, named, _data(host, whose, RULES[named], mend))
        if rule is DataRule.MIXED and sensitive is not False:
            named = "sensitive-stays" if sensitive else "nobody-marked"
            mend = (
                "Choose a local model for it."
                if sensitive
                else "Say that this text is not sensitive (--not-sensitive), or choose a local model."
            )
            raise self.refuse(grant, named, _data(host, whose, RULES[named], mend))

    def refuse(self, grant: Grant, rule: str, refusal: GuardRefusal) -> GuardRefusal:
        """Writes the refusal into the ledger, with 0 bytes, and gives it back to be raised."""
        now = datetime.now(UTC).isoformat()
        where = next(iter(grant.origins))
        self._ledger.end(
            Call(
                id=new_id(),
                at=now,
                host=host_of(where),
                purpose=grant.purpose,
                provider=grant.provider,
                scenario_id=grant.scenario_id,
                data=grant.data,
                outcome=Outcome.REFUSED,
                ended_at=now,
                why=refusal.what,
                rule=rule,
            )
        )
        return refusal

    def policy(self) -> Policy:
        """What the person has set, as of now."""
        return self._policy()


def checked_proxy(address: str) -> str:
    """The address of an HTTP proxy as set, "" for none. Raises WorkbenchError for anything else."""
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise WorkbenchError(
            "That is no address of a proxy",
            where="Settings, proxy",
            mend="Write it as http://host:port, without a name or password.",
        )
    return address


def offline(host: str) -> OfflineRefusal:
    return OfflineRefusal(
        f"{host} was not called: the Offline switch is on",
        where="privacy guard",
        mend="Nothing left this machine. Switch Offline off under Settings, or: workbench network online",
    )


def plain_http(host: str) -> GuardRefusal:
    return GuardRefusal(
        f"{host} was not called: its address begins with http, so everybody on the way could read along",
        where="privacy guard",
        mend="Use the address that begins with https.",
    )


def _data(host: str, whose: ScenarioData, because: str, mend: str) -> DataRefusal:
    return DataRefusal(f"Nothing was sent to {host}: {because}", where=f"scenario {whose.name}", mend=mend)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").casefold().rstrip(".")
    except ValueError as error:
        raise WorkbenchError("That is no address of a server", where=url[:80]) from error
