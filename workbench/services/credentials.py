"""Providers, their keys and addresses: what a person sets up before a provider's model can answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.domain.account import Account
from workbench.domain.calls import Purpose
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.inference.remote.endpoints import KNOWN, Endpoint, Wire, checked_address, deployment_of
from workbench.inference.remote.listing import Listed, list_models
from workbench.keychain import Keychain, KeyStore, checked_key, store
from workbench.settings import KEY_PROVIDERS, Json, Settings

if TYPE_CHECKING:
    from workbench.domain.secret import Secret
    from workbench.net.door import Doorway
    from workbench.store.accounts import Accounts

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_LISTED = "models/"
MOST_REMEMBERED = 400
SETTINGS = Changes(settings=True)


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """One provider or server as a list shows it; `has_key`: one was entered here (the keychain is not asked)."""

    endpoint: Endpoint
    has_key: bool

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing to ask it."""
        return self.has_key or not self.endpoint.needs_key


class CredentialService:
    """What touches the keychain blocks: in the window it belongs in the `pool` lane, what reads servers in `db`."""

    def __init__(
        self,
        *,
        settings: Settings,
        keychain: Keychain,
        accounts: Callable[[], Accounts],
        doorway: Callable[[], Doorway],
    ) -> None:
        self._settings = settings
        self._keychain = keychain
        self._accounts = accounts
        self._doorway = doorway

    # Providers and servers

    def providers(self) -> tuple[ProviderRow, ...]:
        """Servers of one's own first, then the known providers."""
        own = {account.id: _endpoint(account) for account in self._accounts().all()}
        known = [own.get(endpoint.id, endpoint) for endpoint in KNOWN]
        names = {endpoint.id for endpoint in KNOWN}
        rows = [*(endpoint for id, endpoint in own.items() if id not in names), *known]
        return tuple(ProviderRow(endpoint, self.may_have_key(endpoint.id)) for endpoint in rows)

    def endpoint(self, provider: str) -> Endpoint:
        """The provider or server of that id. Raises WorkbenchError that names those there are."""
        rows = self.providers()
        found = next((row.endpoint for row in rows if row.endpoint.id == provider.strip().casefold()), None)
        if found is None:
            names = ", ".join(row.endpoint.id for row in rows)
            raise WorkbenchError(
                f"No provider or server is named {provider[:60]!r}",
                where="provider",
                mend=f"There are {names}. Add a server of your own under Settings, or: workbench key server",
            )
        return found

    def save_server(
        self,
        id: str,
        base_url: str,
        *,
        name: str = "",
        protocol: str = Wire.CHAT.value,
        needs_key: bool = False,
        models: Sequence[str] = (),
    ) -> Changes:
        """Adds a server of one's own, or gives a known provider another address (`id` is its id then).

        `models` are to choose from where it lists none. Raises WorkbenchError for a name, address or protocol that is
        none.
        """
        short = id.strip().casefold()
        if not _ID.fullmatch(short) or short == "local":
            raise WorkbenchError(
                f"{id[:60]!r} cannot stand before the slash in provider/model",
                where="name",
                mend="Use small letters, figures, dots and dashes, such as my-server.",
            )
        if protocol not in set(Wire):
            raise WorkbenchError(f"There is no protocol {protocol!r}", mend=f"Choose {', '.join(Wire)}.")
        address = checked_address(base_url)
        self._accounts().save(Account(short, name.strip() or id.strip(), protocol, address, needs_key))
        named: list[Json] = [one.strip() for one in (*models, deployment_of(address)) if one.strip()]
        if named:
            self._settings.set(_LISTED + short, named[:MOST_REMEMBERED])
        return SETTINGS

    def remove_server(self, id: str) -> Changes:
        """Takes it off; a known provider gets its own address back. Its key stays until it is deleted."""
        if not self._accounts().delete(id):
            raise WorkbenchError(f"There is no server of your own named {id!r}", where="server")
        return SETTINGS

    # Keys

    def store(self) -> KeyStore:
        """Where keys are kept on this machine."""
        return store()

    def set_key(self, provider: str, text: str) -> KeyStore:
        """Keeps a key; says where. Raises WorkbenchError for no such provider, no key, or a keychain that refuses."""
        endpoint = self.endpoint(provider)
        kept = self._keychain.set(endpoint.id, checked_key(text))
        if kept.keeps:
            self._note(endpoint.id, there=True)
        return kept

    def delete_key(self, provider: str) -> bool:
        """Forgets a key; False when there was none."""
        was_there = self._keychain.delete(provider.strip().casefold())
        self._note(provider.strip().casefold(), there=False)
        return was_there

    def key(self, provider: str) -> Secret | None:
        """For a request that the guard has let through. Raises KeychainTrouble."""
        return self._keychain.get(provider)

    def held_key(self, provider: str) -> Secret | None:
        """The key when it was read before: without waiting, in any thread."""
        return self._keychain.held(provider)

    def may_have_key(self, provider: str) -> bool:
        """Whether a key was ever kept from this data folder, or given in this session; the keychain may hold one all
        the same."""
        return provider in self._settings.value(KEY_PROVIDERS) or self._keychain.held(provider) is not None

    def redact(self, text: str) -> str:
        """The text without keys: for logs, crash files and messages."""
        return self._keychain.redact(text)

    def _note(self, provider: str, *, there: bool) -> None:
        """Remembers for which providers a key was entered; the keychain itself gives no list."""
        kept = [one for one in self._settings.value(KEY_PROVIDERS) if one != provider]
        self._settings.choose(KEY_PROVIDERS, tuple([*kept, provider] if there else kept))

    # Trying them

    async def models(self, provider: str, *, purpose: Purpose = Purpose.MODEL_LIST) -> tuple[Listed, ...]:
        """What the provider says it has. Raises GuardRefusal, WorkbenchError; for a wrong key, too."""
        import asyncio

        endpoint = await asyncio.to_thread(self.endpoint, provider)
        doorway = self._doorway()
        grant = doorway.guard.facts(endpoint.base_url, purpose=purpose, provider=endpoint.id)
        key = await asyncio.to_thread(self.key, endpoint.id)
        if key is None and endpoint.needs_key:
            raise WorkbenchError(
                f"There is no key for {endpoint.name}",
                where="keychain",
                mend=f"Enter one under Settings, or: workbench key set {endpoint.id}",
            )
        found = await list_models(doorway, grant, endpoint, key, self.redact)
        self._settings.set(_LISTED + endpoint.id, [one.name for one in found[:MOST_REMEMBERED]])
        return found

    def remembered(self, provider: str) -> tuple[str, ...]:
        """The models that the provider listed when it was last asked; none before that."""
        kept = self._settings.get(_LISTED + provider, [])
        return tuple(name for name in kept if isinstance(name, str)) if isinstance(kept, list) else ()

    async def test_key(self, provider: str) -> int:
        """How many models the provider lists for this key. Raises what `models` raises."""
        return len(await self.models(provider, purpose=Purpose.KEY_TEST))


def _endpoint(account: Account) -> Endpoint:
    """A server as an endpoint; a known provider keeps what the catalog knows of it."""
    known = next((one for one in KNOWN if one.id == account.id), None)
    wire = Wire(account.protocol)
    if known is not None:
        return replace(known, wire=wire, base_url=account.base_url, needs_key=account.needs_key, own=True)
    return Endpoint(account.id, account.name, wire, account.base_url, needs_key=account.needs_key, own=True)
