"""Every way to get every model, with what it would cost for a workload: what the rules judge.

One candidate per API offer of the catalog, one per open model on rented servers, one per GGUF file of this machine.

Source: methods.md sections 2.1 and 2.3.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from workbench.analysis.breakeven import HOURS_PER_MONTH
from workbench.analysis.cost import PriceList, Rates, Tier, Usage, monthly_cost
from workbench.analysis.data_policy import price_factor
from workbench.analysis.lifecycle import as_date, billed_offer, horizon_end
from workbench.analysis.price_bands import readings
from workbench.analysis.selfhost import Misfit, ServingPlan, ServingTable, rentable_servers, servers_name
from workbench.domain.catalog import Catalog
from workbench.domain.figures import Estimate, Origin
from workbench.domain.model import Model, ModelKind, Speed
from workbench.domain.offer import Offer, PeakHours, TokenPrices
from workbench.domain.provider import Provider
from workbench.domain.requirements import Requirements
from workbench.domain.verdict import Hosting, LocalModel

# An English character is about a quarter of a token.
CHARACTERS_PER_TOKEN = 4.0
_READS_ONLY = frozenset({ModelKind.EMBEDDING, ModelKind.RERANKER})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to get one model. `monthly_usd` None: the catalog has no price that fits this use.

    `model` is None only for a local file that the catalog does not know. `later` is an announced change: the ISO day
    and what a month costs from then on. `monthly_usd` is what a month costs today, `usd_month_over_plan` the mean month
    of the plan: the same unless a price changes within it.
    """

    model_id: str
    model_name: str
    offer_id: str
    offer_name: str
    hosting: Hosting
    model: Model | None
    offer: Offer | None = None
    provider: Provider | None = None
    plan: ServingPlan | None = None
    misfit: Misfit | None = None
    local: LocalModel | None = None
    speed: Speed | None = None
    monthly_usd: Estimate | None = None
    later: tuple[str, Estimate] | None = None
    usd_month_over_plan: Estimate | None = None

    @property
    def processor(self) -> str:
        """Who would process the data: the host, not the developer."""
        return self.provider.name if self.provider else "your own servers"


@dataclass(frozen=True, slots=True)
class _Hosted:
    model: Model
    offer: Offer
    provider: Provider | None
    speed: Speed | None
    offer_id: str
    offer_name: str


class CandidateTable:
    """The catalog laid out for matching: made once per catalog, asked for each set of requirements.

    `only`: ids of the models to lay out; None for all. A model's candidates are the same either way.
    """

    def __init__(self, catalog: Catalog, only: Collection[str] | None = None) -> None:
        self.catalog = catalog
        models = tuple(model for model in catalog.models if only is None or model.id in only)
        self._hosted = tuple(_hosted(model, offer, catalog) for model in models for offer in model.offers)
        self._serving = ServingTable(models, rentable_servers(catalog))
        self._unobtainable = tuple(model for model in models if not model.open_weights and not model.offers)
        self._tariffs: tuple[str, tuple[Tariff, ...]] = ("", ())
        self._unsized = tuple(model for model in models if model.open_weights and not model.params_total_b)

    def candidates(
        self, requirements: Requirements, local: Sequence[LocalModel] = (), *, today: date
    ) -> tuple[Candidate, ...]:
        """All candidates: API offers in catalog order, then own servers, then files; none is left out."""
        return (
            *self._api(requirements, today),
            *(Candidate(model.id, model.name, "", "no offer", Hosting.API, model) for model in self._unobtainable),
            *self._own_servers(requirements),
            *(_file(item, self.catalog, requirements) for item in local),
        )

    def _api(self, requirements: Requirements, today: date) -> Iterator[Candidate]:
        plain, thinking = usage_of(requirements), usage_of(requirements, thinks=True)
        peak = requirements.details.peak_hours_share
        for item, tariff in zip(self._hosted, self._tariffs_on(today), strict=True):
            usage = thinking if item.model.capabilities.reasoning else plain
            factor = price_factor(item.provider, item.model, requirements) if requirements.regions else 1.0
            monthly = _times(tariff.monthly_usd(usage, peak), factor)
            later = _later(tariff, usage, peak, factor) if tariff.later is not None else None
            yield Candidate(
                model_id=item.model.id,
                model_name=item.model.name,
                offer_id=item.offer_id,
                offer_name=item.offer_name,
                hosting=Hosting.API,
                model=item.model,
                offer=item.offer,
                provider=item.provider,
                speed=item.speed,
                monthly_usd=monthly,
                later=later,
                usd_month_over_plan=_over_plan(monthly, later, today, requirements.horizon_months),
            )

    def _tariffs_on(self, today: date) -> tuple[Tariff, ...]:
        """The hosted offers' prices in force on a day, made once a day."""
        day = today.isoformat()
        if self._tariffs[0] != day:
            names = self.catalog.model_by_any_name
            made = (tariff_of(i.model, billed_offer(i.model, i.offer, today, names), day) for i in self._hosted)
            self._tariffs = (day, tuple(made))
        return self._tariffs[1]

    def _own_servers(self, requirements: Requirements) -> Iterator[Candidate]:
        for model, plan in zip(self._serving.models, self._serving.plans(requirements), strict=True):
            if isinstance(plan, Misfit):
                yield Candidate(model.id, model.name, "self-host", "own servers", Hosting.SELF_HOST, model, misfit=plan)
                continue
            yield Candidate(
                model_id=model.id,
                model_name=model.name,
                offer_id=f"self-host:{plan.hardware_key}",
                offer_name=servers_name(plan.server, plan.gpus, plan.replicas, plan.bits),
                hosting=Hosting.SELF_HOST,
                model=model,
                plan=plan,
                monthly_usd=plan.monthly_usd,
                usd_month_over_plan=plan.monthly_usd,
            )
        for model in self._unsized:
            yield Candidate(model.id, model.name, "self-host", "own servers", Hosting.SELF_HOST, model)


def usage_of(requirements: Requirements, *, thinks: bool = False) -> Usage:
    """The workload as the cost formulas take it; `thinks`: for a model that pays for its reasoning too."""
    load, details = requirements.workload, requirements.details
    return Usage(
        requests_per_day=load.requests_per_day,
        tokens_in=load.tokens_in,
        tokens_out=load.tokens_out,
        tokens_think=details.think_tokens if thinks else Estimate.exact(0.0),
        cache_read_share=load.cached_share,
        cache_write_share=details.cache_write_share,
        retry_share=details.retry_share,
        batch_share=details.batch_share,
    )


def price_list(offer: Offer, day: str, *, reads_only: bool = False, at_peak: bool = False) -> PriceList | None:
    """The offer's token prices in force on an ISO day; None when it quotes no token prices.

    `reads_only`: embedding models and rerankers bill no output. `at_peak`: inside the provider's dear hours.
    """
    prices = offer.prices
    if offer.scheduled_change and offer.scheduled_change.starts <= day:
        prices = offer.scheduled_change.prices
    elif at_peak and offer.peak_hours:
        prices = offer.peak_hours.prices
    base = _rates(prices, reads_only)
    if base is None:
        return None
    above = offer.long_context
    dearer = _rates(above.prices, reads_only) if above else None
    tiers = [Tier(above.above_tokens, dearer)] if above and dearer else []
    for step in offer.longer_context:
        rates = _rates(step.prices, reads_only)
        tiers += [Tier(step.above_tokens, rates)] if rates else []
    return PriceList(base, tuple(tiers), offer.batch_discount or 0.0)


@dataclass(frozen=True, slots=True)
class Tariff:
    """An offer's prices on one day: at quiet hours, at dear ones with their part of the day, and announced ones.

    `quiet` None: no token prices; `offer` then says what else it charges by. `band`: the same at the lowest and at the
    highest prices of lists that disagree.
    """

    offer: Offer
    quiet: PriceList | None
    dear: PriceList | None = None
    dear_part: float = 0.0
    later: tuple[str, Tariff] | None = None
    band: tuple[Tariff, Tariff] | None = None

    def monthly_usd(self, usage: Usage, peak_share: float | None = None) -> Estimate | None:
        """USD a month; None when the offer has no price for this kind of use.

        `peak_share` of the requests fall into the dear hours (None: their part of the day). From the lowest to the
        highest bill, where lists disagree about a price.
        """
        likely = self._monthly_usd(usage, peak_share)
        if self.band is None or likely is None:
            return likely
        low, high = (end._monthly_usd(usage, peak_share) or likely for end in self.band)
        return Estimate(min(low.low, likely.low), likely.likely, max(high.high, likely.high))

    def _monthly_usd(self, usage: Usage, peak_share: float | None) -> Estimate | None:
        if self.quiet is None:
            each = _usd_each(self.offer, usage)
            if each is None:
                return None
            months = usage.requests_per_day.scaled(30.4375)
            return Estimate(months.low * each.low, months.likely * each.likely, months.high * each.high)
        quiet = monthly_cost(usage, self.quiet)
        if self.dear is None:
            return quiet
        share = self.dear_part if peak_share is None else peak_share
        return quiet.scaled(1.0 - share) + monthly_cost(usage, self.dear).scaled(share)


def tariff_of(model: Model, offer: Offer, day: str) -> Tariff:
    """The offer's prices on an ISO day."""
    made, ends = _tariff(model, offer, day), readings(offer)
    return made if ends is None else replace(made, band=(_tariff(model, ends[0], day), _tariff(model, ends[1], day)))


def _tariff(model: Model, offer: Offer, day: str) -> Tariff:
    reads_only = model.kind in _READS_ONLY
    quiet = price_list(offer, day, reads_only=reads_only)
    change, later = offer.scheduled_change, None
    if change is not None and change.starts > day:
        later = (change.starts, Tariff(offer, price_list(offer, change.starts, reads_only=reads_only)))
    if offer.peak_hours is None or quiet is None:
        return Tariff(offer, quiet, later=later)
    dear = price_list(offer, day, reads_only=reads_only, at_peak=True)
    return Tariff(offer, quiet, dear, peak_part_of_day(offer.peak_hours), later)


def offer_monthly_usd(
    model: Model, offer: Offer, usage: Usage, day: str, *, peak_share: float | None = None
) -> Estimate | None:
    """USD a month of one offer on an ISO day; None when it has no price for this kind of use."""
    return tariff_of(model, offer, day).monthly_usd(usage, peak_share)


def peak_part_of_day(hours: PeakHours) -> float:
    """The part of a day inside the windows, 0 to 1; a window written past midnight goes on the next morning."""
    minutes = 0
    for window in hours.windows_utc:
        start, end = (int(part[:2]) * 60 + int(part[3:5]) for part in window.split("-"))
        minutes += (end - start) % 1_440 or 1_440
    return min(1.0, minutes / 1_440)


def _later(tariff: Tariff, usage: Usage, peak: float | None, factor: float) -> tuple[str, Estimate] | None:
    if tariff.later is None:
        return None
    cost = tariff.later[1].monthly_usd(usage, peak)
    return None if cost is None else (tariff.later[0], cost.scaled(factor))


def _over_plan(
    monthly: Estimate | None, later: tuple[str, Estimate] | None, today: date, months: int
) -> Estimate | None:
    """The mean month of a plan that begins today: an announced price counts for the part of it that it holds."""
    starts, end = as_date(later[0]) if later is not None else None, horizon_end(today, months)
    if monthly is None or later is None or starts is None or starts >= end:
        return monthly
    part = (end - starts).days / (end - today).days
    return monthly.scaled(1.0 - part) + later[1].scaled(part)


def _hosted(model: Model, offer: Offer, catalog: Catalog) -> _Hosted:
    provider = catalog.provider_by_id.get(offer.provider)
    offer_id = f"{offer.provider}#{offer.variant}" if offer.variant else offer.provider
    name = f"{provider.name if provider else offer.provider}{_whose(model, offer)}"
    return _Hosted(model, offer, provider, _speed_at(model, offer.provider), offer_id, name)


def _whose(model: Model, offer: Offer) -> str:
    """Marks what the person entered, wherever the offer is named."""
    if offer.origin is Origin.YOURS:
        return " (your price)"
    return " (your model)" if model.origin is Origin.YOURS else ""


def _times(cost: Estimate | None, factor: float) -> Estimate | None:
    return cost if cost is None or factor == 1.0 else cost.scaled(factor)


def _rates(prices: TokenPrices, reads_only: bool) -> Rates | None:
    output = 0.0 if reads_only else prices.output_usd_per_mtok
    if prices.input_usd_per_mtok is None or output is None:
        return None
    return Rates(prices.input_usd_per_mtok, output, prices.cache_read_usd_per_mtok, prices.cache_write_usd_per_mtok)


def _usd_each(offer: Offer, usage: Usage) -> Estimate | None:
    """USD per request of offers that charge by picture, search or character; None for those by minute or seat."""
    other = dict(offer.other_usd)
    for key in ("image_usd_each", "search_usd_each"):
        if key in other:
            return Estimate.exact(other[key])
    if "text_usd_per_mchar" in other:
        return usage.tokens_in.scaled(CHARACTERS_PER_TOKEN * other["text_usd_per_mchar"] / 1e6)
    return None


def _speed_at(model: Model, provider: str) -> Speed | None:
    """The published speed at that provider, else one that names no provider."""
    at_home = [speed for speed in model.speeds if speed.provider == provider]
    return next(iter(at_home or [speed for speed in model.speeds if speed.provider is None]), None)


def _processor_server_usd_hour(catalog: Catalog) -> Estimate | None:
    """What a rented server without a GPU costs an hour; None when the catalog has no price."""
    quotes = [quote.usd_per_hour for item in catalog.hardware if item.kind == "cpu" for quote in item.cloud_prices]
    return Estimate(min(quotes), statistics.median(quotes), max(quotes)) if quotes else None


def _file(local: LocalModel, catalog: Catalog, requirements: Requirements) -> Candidate:
    """A file on this machine. In production it would run on a rented server without a GPU, which is what is priced."""
    model = catalog.model_by_id.get(local.catalog_id) if local.catalog_id else None
    fixed = requirements.staff_fte * requirements.staff_month_usd + requirements.platform_month_usd
    hourly = _processor_server_usd_hour(catalog)
    server = hourly.scaled(requirements.min_replicas * HOURS_PER_MONTH) if hourly else None
    monthly = server + Estimate.exact(fixed) if server else None
    return Candidate(
        model_id=local.id,
        model_name=local.name,
        offer_id=f"local:{local.file}",
        offer_name=f"this machine ({local.file})",
        hosting=Hosting.LOCAL_FILE,
        model=model,
        local=local,
        monthly_usd=monthly,
        usd_month_over_plan=monthly,
    )
