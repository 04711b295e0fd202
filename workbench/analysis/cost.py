"""What one API request costs, and a month of them.

Source: methods.md sections 2.1 and 2.4. USD; tokens per request; prices in USD per million tokens.
Values are checked when a dataclass is made, so that re-pricing a whole catalog stays quick.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.analysis import checks
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate
from workbench.domain.workload import DAYS_PER_MONTH

_MTOK = 1e6


@dataclass(frozen=True, slots=True)
class Rates:
    """USD per million tokens. Without a cache price, cached tokens cost the plain input price."""

    input_usd_per_mtok: float
    output_usd_per_mtok: float
    cache_read_usd_per_mtok: float | None = None
    cache_write_usd_per_mtok: float | None = None

    def __post_init__(self) -> None:
        checks.number(self.input_usd_per_mtok, "Input price", low=0.0)
        checks.number(self.output_usd_per_mtok, "Output price", low=0.0)
        if self.cache_read_usd_per_mtok is not None:
            checks.number(self.cache_read_usd_per_mtok, "Cache read price", low=0.0)
        if self.cache_write_usd_per_mtok is not None:
            checks.number(self.cache_write_usd_per_mtok, "Cache write price", low=0.0)


@dataclass(frozen=True, slots=True)
class Tier:
    """Rates of the *whole* request once its input passes `above_tokens` (a cliff, not a step per token)."""

    above_tokens: float
    rates: Rates


@dataclass(frozen=True, slots=True)
class PriceList:
    """Base rates, dearer tiers for long inputs, and the share taken off requests that can wait (batch)."""

    base: Rates
    tiers: tuple[Tier, ...] = ()
    batch_discount: float = 0.0

    def __post_init__(self) -> None:
        checks.share(self.batch_discount, "Batch discount")
        for tier in self.tiers:
            checks.number(tier.above_tokens, "Start of the long-input tier", low=0.0)

    def rates_for(self, tokens_in: float) -> Rates:
        """The rates that hold for a request with this many input tokens."""
        if not self.tiers:
            return self.base
        passed = [tier for tier in self.tiers if tokens_in > tier.above_tokens]
        return max(passed, key=lambda tier: tier.above_tokens).rates if passed else self.base


@dataclass(frozen=True, slots=True)
class ContextParts:
    """What the input of one request is made of, in tokens; chunks are the passages retrieval adds."""

    system: float = 0.0
    history: float = 0.0
    question: float = 0.0
    chunks: float = 0.0
    chunk_tokens: float = 0.0

    @property
    def tokens_in(self) -> float:
        """`system + history + question + chunks * chunk_tokens`."""
        parts = (self.system, self.history, self.question, self.chunks, self.chunk_tokens)
        for value in parts:
            checks.number(value, "Tokens of the context", low=0.0)
        return self.system + self.history + self.question + self.chunks * self.chunk_tokens


@dataclass(frozen=True, slots=True)
class Request:
    """Tokens of one request (means may be fractions). Cached tokens are part of `tokens_in`."""

    tokens_in: float
    tokens_out: float
    tokens_think: float = 0.0
    cache_read: float = 0.0
    cache_write: float = 0.0

    def __post_init__(self) -> None:
        for value, field in (
            (self.tokens_in, "Input tokens"),
            (self.tokens_out, "Output tokens"),
            (self.tokens_think, "Thinking tokens"),
            (self.cache_read, "Tokens read from the cache"),
            (self.cache_write, "Tokens written to the cache"),
        ):
            checks.number(value, field, low=0.0)
        if self.cache_read + self.cache_write > self.tokens_in * (1 + 1e-9):
            raise WorkbenchError(
                "More tokens are cached than the request has", where="Cached tokens", mend="Lower the cached share."
            )


@dataclass(frozen=True, slots=True)
class RequestCost:
    """USD of one request and where it goes; the parts add up to `usd` (retries and batch discount included)."""

    usd: float
    fresh_input_usd: float
    cache_usd: float
    output_usd: float
    thinking_usd: float


@dataclass(frozen=True, slots=True)
class Usage:
    """A month's traffic. Shares in [0, 1]: of input tokens read from and written to the cache, of requests that are
    repeated after a failure, and of requests that can wait for batch prices."""

    requests_per_day: Estimate
    tokens_in: Estimate
    tokens_out: Estimate
    tokens_think: Estimate = Estimate.exact(0.0)  # noqa: RUF009  (frozen, so it is safe to share)
    cache_read_share: float = 0.0
    cache_write_share: float = 0.0
    retry_share: float = 0.0
    batch_share: float = 0.0

    def __post_init__(self) -> None:
        for value, field in (
            (self.requests_per_day, "Requests per day"),
            (self.tokens_in, "Input tokens"),
            (self.tokens_out, "Output tokens"),
            (self.tokens_think, "Thinking tokens"),
        ):
            checks.ordered(value.low, value.likely, value.high, field, minimum=0.0)
        checks.share(self.cache_read_share, "Share read from the cache")
        checks.share(self.cache_write_share, "Share written to the cache")
        checks.share(self.cache_read_share + self.cache_write_share, "Cached share of the input")
        checks.number(self.retry_share, "Retry share", low=0.0, high=10.0)
        checks.share(self.batch_share, "Batch share")


def request_cost(
    request: Request, prices: PriceList, *, retry_share: float = 0.0, batch_share: float = 0.0
) -> RequestCost:
    """Cost of one request (methods.md 2.1). Thinking tokens bill as output; the tier is chosen by input size.

    `[fresh*p_in + read*p_cr + write*p_cw + (out + think)*p_out]/1e6 * (1 + retry) * (1 - batch_share*discount)`.
    """
    retries = checks.number(retry_share, "Retry share", low=0.0, high=10.0)
    waiting = checks.share(batch_share, "Batch share")
    rates = prices.rates_for(request.tokens_in)
    factor = (1 + retries) * (1 - waiting * prices.batch_discount) / _MTOK
    fresh = max(0.0, request.tokens_in - request.cache_read - request.cache_write)
    read_rate, write_rate = _cache_rates(rates)
    parts = (
        fresh * rates.input_usd_per_mtok * factor,
        (request.cache_read * read_rate + request.cache_write * write_rate) * factor,
        request.tokens_out * rates.output_usd_per_mtok * factor,
        request.tokens_think * rates.output_usd_per_mtok * factor,
    )
    return RequestCost(math.fsum(parts), *parts)


def request_estimate(usage: Usage, prices: PriceList) -> Estimate:
    """USD per request at the low, likely and high token counts, sorted (a tier may be cheaper further up)."""
    return Estimate(*_corners(usage, prices))


def monthly_cost(usage: Usage, prices: PriceList) -> Estimate:
    """USD a month (30.4375 days). Low and high are the corners: everything low together, everything high together."""
    (low, likely, high), per_day = _corners(usage, prices), usage.requests_per_day
    return Estimate(
        low * per_day.low * DAYS_PER_MONTH,
        likely * per_day.likely * DAYS_PER_MONTH,
        high * per_day.high * DAYS_PER_MONTH,
    )


def requests_bought(budget_usd: float, usd_per_request: float) -> float:
    """How many requests a budget pays for; WorkbenchError if a request is free."""
    budget = checks.number(budget_usd, "Budget", low=0.0)
    return budget / checks.positive(usd_per_request, "Price of one request")


def cache_payback_reads(write_multiple: float, read_multiple: float) -> float:
    """Reads after which a cache write has paid for itself: `(write - 1)/(1 - read)`, as multiples of the input price.

    0.278 for a write at 1.25x and reads at 0.1x; `math.inf` if reading is no cheaper than plain input.
    """
    write = checks.number(write_multiple, "Cache write multiple", low=0.0)
    read = checks.number(read_multiple, "Cache read multiple", low=0.0)
    if write <= 1:
        return 0.0
    return (write - 1) / (1 - read) if read < 1 else math.inf


def price_on(schedule: Sequence[tuple[str, PriceList]], day: str) -> PriceList:
    """The price list in force on an ISO day, from (first day, list) pairs in any order.

    WorkbenchError if all of them start later.
    """
    started = [entry for entry in schedule if entry[0] <= day]
    if not started:
        raise WorkbenchError(f"No price is in force on {day}", where="Price schedule", mend="Add the current price.")
    return max(started, key=lambda entry: entry[0])[1]


def mixed_usd(parts: Sequence[tuple[float, float]]) -> float:
    """Mean cost of a mix, from (share, usd) pairs (peak and quiet hours, models of a blend); shares are scaled to 1."""
    shares = checks.weights([part[0] for part in parts], "Shares of the mix")
    costs = checks.vector([part[1] for part in parts], "Costs of the mix", low=0.0)
    return float(shares @ costs)


@dataclass(frozen=True, slots=True)
class PriceComparison:
    """Two prices in every wording people use: `cheaper_by` 0.876 is "87.6 % less", `dearer_by` 7.09 "709 % more"."""

    ratio: float
    cheaper_by: float
    dearer_by: float


def compare_prices(cheap_usd: float, dear_usd: float) -> PriceComparison:
    """The ratio dear/cheap, the share cheap is below dear, and the share dear is above cheap (methods.md 2.4)."""
    cheap = checks.positive(cheap_usd, "Cheaper price")
    dear = checks.number(dear_usd, "Dearer price", low=cheap)
    return PriceComparison(dear / cheap, 1 - cheap / dear, dear / cheap - 1)


def _corners(usage: Usage, prices: PriceList) -> list[float]:
    """USD of a request with all token counts low, likely and high, in rising order."""
    tokens_in, tokens_out, think = usage.tokens_in, usage.tokens_out, usage.tokens_think
    retries, waiting = 1 + usage.retry_share, 1 - usage.batch_share * prices.batch_discount
    rates, input_rate = prices.base, _input_rate(usage, prices.base)
    found = []
    for given, made, thought in (
        (tokens_in.low, tokens_out.low, think.low),
        (tokens_in.likely, tokens_out.likely, think.likely),
        (tokens_in.high, tokens_out.high, think.high),
    ):
        if prices.tiers:
            rates = prices.rates_for(given)
            input_rate = _input_rate(usage, rates)
        usd = given * input_rate + (made + thought) * rates.output_usd_per_mtok
        found.append(usd / _MTOK * retries * waiting)
    found.sort()
    return found


def _input_rate(usage: Usage, rates: Rates) -> float:
    """USD per million input tokens, some of them read from and written to the cache."""
    read_rate, write_rate = _cache_rates(rates)
    read, write = usage.cache_read_share, usage.cache_write_share
    # The shares may add up to a hair above one; fresh input is never negative.
    return max(0.0, 1 - read - write) * rates.input_usd_per_mtok + read * read_rate + write * write_rate


def _cache_rates(rates: Rates) -> tuple[float, float]:
    plain = rates.input_usd_per_mtok
    read, write = rates.cache_read_usd_per_mtok, rates.cache_write_usd_per_mtok
    return (plain if read is None else read), (plain if write is None else write)
