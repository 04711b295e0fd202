"""What left this machine, and what may: the ledger, the Offline switch, hosts of one's own network, the proxy."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.calls import Call, Outcome
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.net.grant import host_of, origin_of
from workbench.net.guard import Policy, checked_proxy
from workbench.paths import replace_file
from workbench.settings import OFFLINE, PRIVATE_HOSTS, PROXY, Settings

if TYPE_CHECKING:
    from workbench.store.calls import Calls, ToHost

SETTINGS = Changes(settings=True)
#: what a spreadsheet would take for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class PrivacyService:
    """Any thread; what reads the ledger belongs in the `db` lane."""

    def __init__(self, *, settings: Settings, calls: Callable[[], Calls]) -> None:
        self._settings = settings
        self._calls = calls

    def policy(self) -> Policy:
        """What the door goes by, as of now."""
        hosts = self._settings.value(PRIVATE_HOSTS)
        return Policy(self._settings.value(OFFLINE), frozenset(hosts), self._settings.value(PROXY))

    def set_offline(self, offline: bool) -> Changes:
        """Nothing goes further than this machine while it is on; what is under way ends by itself."""
        self._settings.choose(OFFLINE, offline)
        return SETTINGS

    def allow_host(self, host: str) -> Changes:
        """Remembers a server of the person's own network, by name or address. Raises WorkbenchError for no host."""
        name = _host_name(host)
        known = self._settings.value(PRIVATE_HOSTS)
        if name not in known:
            self._settings.choose(PRIVATE_HOSTS, (*known, name))
        return SETTINGS

    def forget_host(self, host: str) -> Changes:
        """Takes the permission back; without one nothing changes."""
        known = self._settings.value(PRIVATE_HOSTS)
        self._settings.choose(PRIVATE_HOSTS, tuple(one for one in known if one != host.strip().casefold()))
        return SETTINGS

    def set_proxy(self, address: str) -> Changes:
        """`http://host:port`, or "" for none. Raises WorkbenchError for anything else."""
        self._settings.choose(PROXY, checked_proxy(address.strip()))
        return SETTINGS

    def ledger(
        self,
        *,
        scenario_id: str | None = None,
        words: str = "",
        outcome: Outcome | None = None,
        limit: int = 200,
        before: Call | None = None,
        far: bool = False,
    ) -> tuple[Call, ...]:
        """Calls, newest first; `before` is the last one of the page before. `far`: to other machines only."""
        return self._calls().latest(
            scenario_id=scenario_id, words=words, outcome=outcome, limit=limit, before=before, far=far
        )

    def outflow(self, scenario_id: str | None = None) -> tuple[ToHost, ...]:
        """What went to other machines, by host; this machine's own servers are not among them."""
        return self._calls().outflow(scenario_id)

    def export(self, target: Path, *, scenario_id: str | None = None, words: str = "") -> int:
        """Writes the ledger's rows as CSV or JSON, by the ending; returns how many. Raises WorkbenchError."""
        rows = self.ledger(scenario_id=scenario_id, words=words, limit=1_000_000)
        kind = target.suffix.casefold()
        if kind not in (".csv", ".json"):
            raise WorkbenchError(
                "The ledger is written as CSV or JSON", where=str(target), mend="End it in .csv or .json"
            )
        text = _csv(rows) if kind == ".csv" else json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False)
        try:
            replace_file(target, text.encode("utf-8"))
        except OSError as error:
            raise WorkbenchError(
                f"The ledger cannot be written: {error.strerror}", where=str(target), mend="Choose another place."
            ) from error
        return len(rows)


def _host_name(host: str) -> str:
    """`host` from a name, `host:port` or an address."""
    text = host.strip()
    named = host_of(origin_of(text if "://" in text else f"http://{text}"))
    name = named.rsplit(":", 1)[0] if named.rsplit(":", 1)[-1].isdigit() and not named.endswith("]") else named
    return name.strip("[]")


def _csv(rows: Sequence[Call]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    names = [field.name for field in fields(Call)]
    writer.writerow(names)
    for row in rows:
        values = asdict(row)
        writer.writerow([_cell(values[name]) for name in names])
    return file.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
