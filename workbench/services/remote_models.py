"""Providers' models by `provider/model`: which server answers, whose data it would get, what it costs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workbench.domain.chat import ModelDescription
from workbench.domain.errors import WorkbenchError
from workbench.inference.remote.endpoints import Endpoint
from workbench.inference.remote.model import Circumstances, RemoteModel, no_key
from workbench.inference.remote.pacing import Lane
from workbench.inference.remote.purse import Prices, Purse
from workbench.net.addresses import Reach, reach_of_host
from workbench.net.guard import Policy, ScenarioData

if TYPE_CHECKING:
    from workbench.domain.catalog import Catalog
    from workbench.domain.model import Model
    from workbench.domain.offer import Offer, TokenPrices
    from workbench.domain.scenario import Scenario
    from workbench.domain.secret import Secret
    from workbench.net.door import Doorway
    from workbench.services.credentials import CredentialService
    from workbench.services.scenarios import ScenarioService

FREE = Prices(0.0, 0.0, 0.0, 0.0)


class RemoteModels:
    """Finds the model of a reference; nothing is sent by that."""

    def __init__(
        self,
        *,
        credentials: CredentialService,
        doorway: Callable[[], Doorway],
        scenarios: Callable[[], ScenarioService],
        catalog: Callable[[], Catalog],
        purse: Callable[[], Purse],
        policy: Callable[[], Policy],
        today: Callable[[], date] = date.today,
    ) -> None:
        self._credentials = credentials
        self._doorway = doorway
        self._scenarios = scenarios
        self._catalog = catalog
        self._purse = purse
        self._policy = policy
        self._today = today
        self._lanes: dict[str, Lane] = {}

    def known(self) -> tuple[ModelDescription, ...]:
        """The models that providers with a key, and servers of one's own, listed when they were last asked; of a
        provider that was never asked those of the catalog."""
        found: list[ModelDescription] = []
        for row in self._credentials.providers():
            if row.is_ready:
                names = self._credentials.remembered(row.endpoint.id) or self.from_catalog(row.endpoint.id)
                found.extend(self.model(f"{row.endpoint.id}/{name}", None).describe() for name in names)
        return tuple(found)

    def from_catalog(self, provider: str) -> tuple[str, ...]:
        """The provider's names of the models that the catalog knows of it; none of a server at one's own address."""
        from workbench.catalog.naming import asked_names

        endpoint = self._credentials.endpoint(provider)
        if endpoint.own or not endpoint.catalog_id:
            return ()
        return tuple(endpoint.catalog_path + name for name in asked_names(self._catalog(), endpoint.catalog_id))

    def model(self, reference: str, scenario: str | Scenario | None) -> RemoteModel:
        """The model of `provider/model`, for data of a scenario, by id or itself (not stored); None: of none.

        Raises WorkbenchError for no such provider.
        """
        provider, _, name = reference.partition("/")
        endpoint = self._credentials.endpoint(provider)
        if not name.strip():
            raise WorkbenchError(
                f"{reference!r} names no model",
                where="model",
                mend=f"Write {endpoint.id}/model; workbench key models {endpoint.id} lists what it has.",
            )
        # the catalog, which may have to be read first, says nothing of a server of one's own
        known = _catalog_model(self._catalog(), endpoint, name) if endpoint.catalog_id else None
        prices = self._prices(endpoint, known)
        return RemoteModel(
            endpoint,
            name.strip(),
            self._circumstances(endpoint, scenario),
            prices=prices,
            ceiling=prices if prices.usd_in is not None else _dearest(self._catalog(), endpoint),
            context_tokens=known.context_tokens if known else None,
            images="image" in known.input_modalities if known else True,
        )

    def has(self, provider: str) -> bool:
        """Whether a provider or server has this name."""
        return any(row.endpoint.id == provider.casefold() for row in self._credentials.providers())

    def check_key(self, reference: str) -> None:
        """Raises WorkbenchError when the provider of a model needs a key and there is none; the keychain may wait.

        With the Offline switch on no key is used: what keeps the question back is the guard, and it says so.
        """
        if self._policy().offline:
            return
        endpoint = self._credentials.endpoint(reference.partition("/")[0])
        if not endpoint.needs_key or self._credentials.held_key(endpoint.id) is not None:
            return
        if self._credentials.key(endpoint.id) is None:
            raise no_key(endpoint)

    def whose(self, scenario: str | Scenario | None) -> ScenarioData | None:
        """What the guard goes by: the scenario's answers, a stored one's as they are now. None for no scenario."""
        if scenario is None:
            return None
        from workbench.domain.questions import requirements_from

        if isinstance(scenario, str):
            scenario = self._scenarios().load(scenario)
        return ScenarioData(scenario.id, scenario.name, requirements_from(scenario.answers))

    async def close(self) -> None:
        """Closes connections that were opened in this loop."""
        await self._doorway().close()

    def _circumstances(self, endpoint: Endpoint, scenario: str | Scenario | None) -> Circumstances:
        async def key() -> Secret | None:
            if not endpoint.needs_key and not self._credentials.may_have_key(endpoint.id):
                return None
            return self._credentials.held_key(endpoint.id) or await asyncio.to_thread(
                self._credentials.key, endpoint.id
            )

        return Circumstances(
            doorway=self._doorway(),
            purse=self._purse(),
            lane=self._lanes.setdefault(endpoint.base_url, Lane()),
            key=key,
            whose=None if scenario is None else lambda: self.whose(scenario),
            redact=self._credentials.redact,
        )

    def _prices(self, endpoint: Endpoint, model: Model | None) -> Prices:
        """Nothing for a server in one's own house, else the catalog's price; unknown where it has none."""
        host = urlsplit(endpoint.base_url).hostname or ""
        if reach_of_host(host) is not Reach.PUBLIC or host in self._policy().private_hosts:
            return FREE
        today = self._today().isoformat()
        offer = _offer_of(model, endpoint) if model else None
        if offer is not None and offer.prices.input_usd_per_mtok is not None:
            return _prices(offer, today)
        return Prices()


def _catalog_model(catalog: Catalog, endpoint: Endpoint, name: str) -> Model | None:
    """The catalog's model behind a provider's own name for it; None when it has none."""
    from workbench.catalog.naming import Names
    from workbench.domain.quotes import SourceRow, Subject

    row = SourceRow(Subject.OFFER, endpoint.catalog_id, name, name, {}, "", "")
    found = Names(catalog).match(row)
    return found.model if found else None


def _offer_of(model: Model, endpoint: Endpoint) -> Offer | None:
    offers = [offer for offer in model.offers if offer.provider == endpoint.catalog_id]
    return next((offer for offer in offers if offer.variant is None), offers[0] if offers else None)


def _dearest(catalog: Catalog, endpoint: Endpoint) -> Prices:
    """What a model without a price counts for: as much as the dearest one this provider, or anybody, sells."""
    quoted = [
        offer
        for model in catalog.models
        for offer in model.offers
        if offer.prices.input_usd_per_mtok is not None and offer.prices.output_usd_per_mtok is not None
    ]
    own = [offer for offer in quoted if offer.provider == endpoint.catalog_id] or quoted
    dearest_in = max((offer.prices.input_usd_per_mtok or 0.0 for offer in own), default=0.0)
    return Prices(dearest_in, max((offer.prices.output_usd_per_mtok or 0.0 for offer in own), default=0.0))


def _prices(offer: Offer, today: str) -> Prices:
    """The dearest that may count: a long prompt and dear hours are not foreseen, an announced change is."""
    prices = offer.prices
    change = offer.scheduled_change
    if change is not None and change.starts <= today:
        prices = _over(prices, change.prices)
    return Prices(
        prices.input_usd_per_mtok,
        prices.output_usd_per_mtok,
        prices.cache_read_usd_per_mtok,
        prices.cache_write_usd_per_mtok,
    )


def _over(old: TokenPrices, new: TokenPrices) -> TokenPrices:
    fields = ("input_usd_per_mtok", "output_usd_per_mtok", "cache_read_usd_per_mtok", "cache_write_usd_per_mtok")
    return replace(old, **{name: getattr(new, name) for name in fields if getattr(new, name) is not None})
