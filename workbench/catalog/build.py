"""Checked rows to domain values."""

from __future__ import annotations

from workbench.catalog import schema
from workbench.domain.model import (
    Architecture,
    Capabilities,
    Licence,
    Lifecycle,
    Model,
    Provenance,
    Score,
    SelfHostMemory,
    Speed,
)
from workbench.domain.offer import LongContextTier, Offer, PeakHours, PriceQuote, ScheduledChange, TokenPrices
from workbench.domain.provider import (
    AccountMode,
    Benchmark,
    CloudPrice,
    Developer,
    Hardware,
    MarketRange,
    Provider,
    Purchase,
    SubProcessors,
)

_OTHER_PRICES = (
    "input_audio_usd_per_mtok",
    "output_audio_usd_per_mtok",
    "input_image_usd_per_mtok",
    "output_image_usd_per_mtok",
    "image_usd_each",
    "audio_usd_per_minute",
    "text_usd_per_mchar",
    "search_usd_each",
)


def model(row: schema.ModelFile) -> Model:
    policy = row.data_policy_override
    notes = (row.note, row.context_note, row.fine_tuning_note)
    return Model(
        id=row.id,
        name=row.name,
        developer=row.developer,
        family=row.family,
        kind=row.kind,
        tier=row.tier,
        named_in_seeds=row.named_in_seeds,
        input_modalities=frozenset(row.modalities.input),
        output_modalities=frozenset(row.modalities.output),
        open_weights=row.open_weights,
        licence=Licence(**row.licence.__dict__),
        lifecycle=Lifecycle(**row.lifecycle.__dict__),
        release_date=row.release_date,
        knowledge_cutoff=row.knowledge_cutoff,
        context_tokens=row.context_tokens,
        max_output_tokens=row.max_output_tokens,
        params_total_b=row.params.total_b,
        params_active_b=row.params.active_b,
        params_source=row.params.source,
        architecture=None if row.architecture is None else _architecture(row.architecture),
        self_host_memory=None if row.self_host_min_vram is None else SelfHostMemory(**row.self_host_min_vram.__dict__),
        offers=tuple(_offer(row.id, offer) for offer in row.offers),
        capabilities=Capabilities(**row.capabilities.__dict__),
        speeds=tuple(Speed(**speed.__dict__) for speed in row.speed),
        scores=tuple(_score(score) for score in row.quality),
        provenance=_provenance(row),
        data_policy_code=None if policy is None else policy.code,
        data_policy_text=None if policy is None else policy.text,
        data_policy_source=None if policy is None else policy.source,
        notes=tuple(note for note in notes if note is not None),
        embedding_dimensions=row.embedding_dimensions,
    )


def _provenance(row: schema.ModelFile) -> dict[str, Provenance]:
    """By field; the source of the parameter counts stands under `params`."""
    known: dict[str, Provenance] = {field: Provenance(**entry.__dict__) for field, entry in row.provenance.items()}
    if row.params.source is not None and row.params.read is not None:
        known["params"] = Provenance(row.params.source, row.params.read)
    return known


def _architecture(row: schema.ArchitectureRow) -> Architecture:
    fields = dict(row.__dict__)
    cache = fields.pop("kv_cache")
    if cache is None:
        return Architecture(**fields)
    return Architecture(
        **fields, kv_method=cache.method, kv_bytes_per_token_fp16=cache.bytes_per_token_fp16, kv_note=cache.note
    )


def _prices(row: schema.PriceBlock) -> TokenPrices:
    return TokenPrices(
        row.input_usd_per_mtok, row.output_usd_per_mtok, row.cache_read_usd_per_mtok, row.cache_write_usd_per_mtok
    )


def _offer(model_id: str, row: schema.OfferRow) -> Offer:
    tier, change, peak = row.long_context, row.scheduled_change, row.peak_hours
    return Offer(
        model_id=model_id,
        provider=row.provider,
        prices=_prices(row),
        as_of=row.as_of,
        confidence=row.confidence,
        source=row.source,
        available=row.available,
        availability_checked=row.availability is None,
        batch=None if row.batch is None else _prices(row.batch),
        batch_discount=None if row.batch is None else row.batch.discount,
        long_context=None if tier is None else LongContextTier(tier.above_tokens, _prices(tier)),
        scheduled_change=None if change is None else ScheduledChange(change.starts, _prices(change)),
        peak_hours=None if peak is None else PeakHours(tuple(peak.windows_utc), _prices(peak)),
        channel=row.channel,
        note=row.note,
        other_usd=_other_prices(row),
        quotes=tuple(quote for conflict in row.conflicts for quote in _quotes(conflict)),
        variant=row.variant,
        longer_context=tuple(LongContextTier(step.above_tokens, _prices(step)) for step in row.longer_context),
    )


def _other_prices(row: schema.OfferRow) -> tuple[tuple[str, float], ...]:
    given = [(name, getattr(row, name)) for name in _OTHER_PRICES]
    plans = row.subscription_usd_per_month or {}
    given += [(f"subscription_usd_per_month.{plan}", usd) for plan, usd in plans.items()]
    return tuple((name, usd) for name, usd in given if usd is not None)


def _quotes(row: schema.Conflict) -> tuple[PriceQuote, ...]:
    return tuple(PriceQuote(row.field, price_list, usd) for price_list, usd in row.quotes.items())


def _score(row: schema.ScoreRow) -> Score:
    fields = dict(row.__dict__)
    fields["ci95"] = None if row.ci95 is None else (row.ci95[0], row.ci95[1])
    fields["categories"] = tuple(row.categories.items())
    return Score(**fields)


def developer(row: schema.DeveloperRow) -> Developer:
    return Developer(**row.__dict__)


def provider(row: schema.ProviderRow) -> Provider:
    fields = dict(row.__dict__)
    fields["regions"] = tuple(row.regions or ())
    fields["certifications"] = tuple(row.certifications or ())
    fields["unread"] = tuple(row.unread)
    fields["sources"] = tuple(row.sources)
    listed = row.sub_processors
    fields["sub_processors"] = None if listed is None else SubProcessors(**listed.__dict__)
    fields["modes"] = tuple(_mode(mode) for mode in row.modes)
    return Provider(**fields)


def _mode(row: schema.AccountModeRow) -> AccountMode:
    fields = dict(row.__dict__)
    fields["regions"] = tuple(row.regions or ())
    fields["developers"] = tuple(row.developers)
    return AccountMode(**fields)


def hardware(row: schema.HardwareRow) -> Hardware:
    fields = dict(row.__dict__)
    fields["cloud_prices"] = tuple(CloudPrice(**price.__dict__) for price in row.cloud_prices)
    fields["purchase"] = None if row.purchase is None else Purchase(**row.purchase.__dict__)
    return Hardware(**fields)


def market_range(row: schema.MarketRangeRow) -> MarketRange:
    fields = dict(row.__dict__)
    for seller in ("hyperscaler", "specialist", "longtail"):
        low, high = fields[seller]
        fields[seller] = (low, high)
    return MarketRange(**fields)


def benchmark(row: schema.BenchmarkRow) -> Benchmark:
    fields = dict(row.__dict__)
    fields["range"] = (row.range[0], row.range[1])
    fields["applies_to"] = tuple(kind.value for kind in row.applies_to)
    fields["caveats"] = tuple(row.caveats)
    return Benchmark(**fields)
