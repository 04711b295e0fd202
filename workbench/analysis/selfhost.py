"""Which servers an open model needs for a workload, and what they cost a month.

Source: methods.md sections 2.3 and 3.4, computed for all models, precisions, GPUs and GPU counts at once. The scalar
formulas are in `capacity` and `breakeven`; a test holds the two together. Bytes, seconds, USD; a month has 730 hours.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis.breakeven import HOURS_PER_MONTH, SECONDS_PER_DAY, SelfHosting
from workbench.analysis.capacity import GIB
from workbench.analysis.checks import BoolArray, FloatArray, IntArray
from workbench.analysis.kv_cache import CacheShape, cache_shape
from workbench.domain.catalog import Catalog
from workbench.domain.figures import Estimate, Origin
from workbench.domain.model import Model, ModelKind
from workbench.domain.provider import Hardware
from workbench.domain.requirements import Requirements

GPU_COUNTS = (1, 2, 4, 8)
# Assumptions of methods.md 2.3 and 3.4, all named in what is shown.
EFFICIENCY = 0.6
MFU = 0.5
UTILISATION_CAP = 0.7
MEMORY_SHARE = 0.9
REQUESTS_AT_ONCE = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 100.0])
# Without a limit on the whole answer: slower than ten tokens a second is slower than people read.
SLOWEST_TOKEN_S = 0.1
# Up to this many billion parameters 16-bit weights are served, above it 8-bit.
SIXTEEN_BIT_UP_TO_B = 16.0
# vLLM's recipes ask for 1.2 times the weights (self_host_memory in the catalog).
MEMORY_FACTOR = 1.2
# For models whose cache nobody published: an upper figure among those of similar build, never derived from size.
ASSUMED_KV_BYTES_FP16 = 196_608.0
# A single quote says little about the market: USD 1.5 to 7 were quoted in 2026 around a median of 2.5 per H100 hour.
QUOTE_LOW, QUOTE_HIGH = 0.6, 2.0
GENERATING = frozenset({ModelKind.LLM, ModelKind.MULTIMODAL, ModelKind.CODE})
SERVER_KINDS = frozenset({"datacenter-gpu", "workstation-gpu"})


@dataclass(frozen=True, slots=True)
class Server:
    """One kind of GPU that can be rented by the hour."""

    hardware: Hardware
    usd_per_hour: Estimate
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class ServingPlan:
    """The cheapest servers for one model and workload. `ttft_s` and `total_s` are best cases, one request alone.

    A copy answers `at_once` requests together, each in `request_s`; None and 1 where speed is not computed.
    `memory_bytes` holds the weights and the longest request, whose share is `cache_bytes`.
    `estimated` is False for models that do not write text: their speed is not computed, only their memory is.
    """

    server: Server
    gpus: int
    bits: float
    replicas: int
    requests_per_second: float
    ttft_s: float | None
    total_s: float | None
    memory_bytes: float
    cache_bytes: float
    monthly_usd: Estimate
    estimated: bool
    kv_known: bool
    at_once: float = 1.0
    request_s: float | None = None

    @property
    def hardware_key(self) -> str:
        """`<hardware>x<n>`, as in an offer's id."""
        return f"{self.server.hardware.id}x{self.gpus}"

    def hosting(self, requirements: Requirements) -> SelfHosting:
        """The same plan for the break-even formulas."""
        return _hosting(self.server, self.gpus, self.requests_per_second, requirements)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Servers of one kind that hold a model and answer in time, as many copies of it as the volume asks for."""

    server: Server
    gpus: int
    bits: float
    hosting: SelfHosting

    def name(self, replicas: int) -> str:
        """The fleet with so many copies, in words."""
        return servers_name(self.server, self.gpus, replicas, self.bits)


@dataclass(frozen=True, slots=True)
class Misfit:
    """No server holds the model: the largest machine and how much is missing."""

    need_bytes: float
    largest_bytes: float
    largest_name: str


def rentable_servers(catalog: Catalog) -> tuple[Server, ...]:
    """GPUs with a price by the hour and the figures that speed follows from."""
    ranges = {item.hardware: item for item in catalog.market_ranges}
    servers: list[Server] = []
    for item in catalog.hardware:
        quotes = [quote.usd_per_hour for quote in item.cloud_prices]
        if item.kind not in SERVER_KINDS or not quotes or not item.bandwidth_gb_s or not item.fp16_tflops_dense:
            continue
        likely = statistics.median(quotes)
        market = ranges.get(item.id)
        low = market.longtail[0] if market else likely * QUOTE_LOW
        high = market.hyperscaler[1] if market else likely * QUOTE_HIGH
        price = Estimate(min(low, likely, *quotes), likely, max(high, likely, *quotes))
        servers.append(Server(item, price, item.cloud_prices[0].source, max(q.as_of for q in item.cloud_prices)))
    return tuple(servers)


def servers_name(server: Server, gpus: int, replicas: int, bits: float) -> str:
    """ "own servers (2 copies on 4 × NVIDIA L4, 8-bit)"."""
    name = server.hardware.name
    name = f"{name}, yours" if server.hardware.origin is Origin.YOURS else name
    cards = f"{gpus} × {name}" if gpus > 1 else name
    copies = f"{replicas:,} copies on {cards}" if replicas > 1 else cards
    return f"own servers ({copies}, {bits:g}-bit)"


def longest_request(requirements: Requirements) -> float:
    """Tokens of the longest request with its answer: as given, else the highest input plus the highest output."""
    load = requirements.workload
    return requirements.context_tokens or load.tokens_in.high + load.tokens_out.high


def bits_for(model: Model) -> float:
    """Bits per weight a model is served at: 16 for small ones, 8 above, 4.5 where only 4-bit weights are published."""
    published = set(model.self_host_memory.gb_by_precision) if model.self_host_memory else set()
    if published and not published & {"bf16", "fp16", "fp8", "int8"}:
        return 4.5
    return 16.0 if (model.params_total_b or 0.0) <= SIXTEEN_BIT_UP_TO_B else 8.0


@dataclass(frozen=True, slots=True)
class _Speed:
    """Arrays of models x (server, GPU count). `quick`: some number of requests at once meets the speed limit;
    `at_once` is the number that serves most, `request_s` how long each of them then takes."""

    rps: FloatArray
    at_once: FloatArray
    request_s: FloatArray
    prefill: FloatArray
    alone: FloatArray
    fits: BoolArray
    quick: BoolArray


class ServingTable:
    """What does not depend on the workload: built once per catalog, asked for each workload."""

    def __init__(self, models: Sequence[Model], servers: Sequence[Server]) -> None:
        self.models = tuple(model for model in models if model.open_weights and model.params_total_b)
        self.servers = tuple(servers)
        self._bits = np.array([bits_for(model) for model in self.models])
        total = np.array([model.params_total_b or 0.0 for model in self.models]) * 1e9
        active = np.array([model.params_active_b or model.params_total_b or 0.0 for model in self.models]) * 1e9
        self._weights = total * self._bits / 8
        self._active_weights = np.minimum(active, total) * self._bits / 8
        self._active = active
        shapes = [cache_shape(model.architecture) for model in self.models]
        self.kv_known = np.array([shape is not None for shape in shapes], dtype=np.bool_)
        halved = np.where(self._bits < 16, 0.5, 1.0)
        known = [shape or CacheShape(ASSUMED_KV_BYTES_FP16) for shape in shapes]
        self._kv = np.array([shape.growing for shape in known]) * halved
        self._kv_windowed = np.array([shape.windowed for shape in known]) * halved
        self._window = np.array([float(shape.window) for shape in known])
        self._generating = np.array([model.kind in GENERATING for model in self.models], dtype=np.bool_)
        self._lay_out_servers()

    def _lay_out_servers(self) -> None:
        """Arrays over (server, GPU count), flattened."""
        pairs = [(server, n) for server in self.servers for n in GPU_COUNTS]
        self._pairs = tuple(pairs)
        self._gpus = np.array([n for _, n in pairs], dtype=np.float64)
        hardware = [server.hardware for server, _ in pairs]
        self._memory = np.array([item.memory_gib * GIB for item in hardware]) * self._gpus
        self._bandwidth = np.array([(item.bandwidth_gb_s or 0.0) * 1e9 for item in hardware]) * self._gpus
        half = np.array([(item.fp16_tflops_dense or 0.0) * 1e12 for item in hardware]) * self._gpus
        eight = np.array([(item.fp8_tflops_dense or item.fp16_tflops_dense or 0.0) * 1e12 for item in hardware])
        self._flops_16, self._flops_8 = half, eight * self._gpus
        self._hourly = np.array([server.usd_per_hour.likely for server, _ in pairs]) * self._gpus

    def _cache(self, tokens: float) -> FloatArray:
        """Cache bytes of one sequence of that many tokens, by model."""
        return np.asarray(self._kv * tokens + self._kv_windowed * np.minimum(tokens, self._window))

    def plans(self, requirements: Requirements) -> tuple[ServingPlan | Misfit, ...]:
        """The cheapest plan for each of `models` at the likely volume, in their order."""
        if not self.models:
            return ()
        if not self.servers:
            return tuple(Misfit(float(need), 0.0, "no server in the catalog") for need in self._weights * MEMORY_FACTOR)
        load = requirements.workload
        speed = self._speed(load.tokens_in.likely, load.tokens_out.likely, requirements)
        per_day = speed.rps * UTILISATION_CAP * SECONDS_PER_DAY / load.peak_factor
        replicas = np.maximum(requirements.min_replicas, np.ceil(load.requests_per_day.likely / per_day - 1e-9))
        # Too slow under load is still shown, at a price no quick server is beaten by: the speed rules judge it.
        dear = np.where(speed.quick, 1.0, 1e6)
        cost = np.where(speed.fits, replicas * self._hourly[None, :] * dear, np.inf)
        best = np.argmin(cost, axis=1)
        return self._chosen(best, speed, requirements)

    def fleets(self, model: Model, requirements: Requirements) -> tuple[Fleet, ...]:
        """Every server and GPU count that holds one of `models` and answers in time; those that only hold it where
        none is quick enough, () where none holds it. Which of them is cheapest depends on the volume."""
        if model not in self.models or not self.servers:
            return ()
        row, load = self.models.index(model), requirements.workload
        speed = self._speed(load.tokens_in.likely, load.tokens_out.likely, requirements)
        held = np.flatnonzero(speed.fits[row])
        quick = held[speed.quick[row, held]]
        bits, fleets = float(self._bits[row]), []
        for pair in (quick if quick.size else held).tolist():
            server, gpus = self._pairs[pair]
            fleets.append(Fleet(server, gpus, bits, _hosting(server, gpus, float(speed.rps[row, pair]), requirements)))
        return tuple(fleets)

    def _speed(self, tokens_in: float, tokens_out: float, requirements: Requirements) -> _Speed:
        """Requests per second of one replica and best-case times, models x (server, count); see capacity.throughput.

        As many requests at once as memory holds and the speed limit allows, up to a hundred. A server must hold the
        longest request too.
        """
        bits16 = (self._bits >= 16)[:, None]
        flops = np.where(bits16, self._flops_16[None, :], self._flops_8[None, :])
        weights = self._weights[:, None]
        held = self._cache(tokens_in + tokens_out / 2)[:, None]
        room = MEMORY_SHARE * self._memory[None, :] - weights
        most = room / held
        holds = room >= self._cache(longest_request(requirements))[:, None]
        fits = np.where(self._generating[:, None], holds, weights * MEMORY_FACTOR <= self._memory[None, :])
        reach = EFFICIENCY * self._bandwidth[None, :]
        prefill = 2 * self._active[:, None] * tokens_in / (MFU * flops)
        steps = (self._active_weights[:, None, None] + REQUESTS_AT_ONCE * held[:, :, None]) / reach[:, :, None]
        times = tokens_out * steps + REQUESTS_AT_ONCE * prefill[:, :, None]
        given = requirements.total_limit_s
        limit = given if given is not None else SLOWEST_TOKEN_S * tokens_out
        # More at once takes longer and serves more, so the last number allowed serves most; none allowed: one alone.
        allowed = np.count_nonzero((times <= limit) & (most[:, :, None] >= REQUESTS_AT_ONCE), axis=2)
        best = np.maximum(allowed - 1, 0)
        at_once, alone = REQUESTS_AT_ONCE[best], times[:, :, 0]
        request_s = np.take_along_axis(times, best[:, :, None], axis=2)[:, :, 0]
        quick = (allowed > 0) | ~self._generating[:, None]
        return _Speed(at_once / request_s, at_once, request_s, prefill, alone, fits, quick)

    def _chosen(self, best: IntArray, speed: _Speed, requirements: Requirements) -> tuple[ServingPlan | Misfit, ...]:
        """The plan of each model on its best (server, count), or what it lacks on the largest one."""
        rows = np.arange(len(self.models))
        held: BoolArray = np.logical_or.reduce(speed.fits, axis=1)
        cache = np.where(self._generating, self._cache(longest_request(requirements)), 0.0)
        need = np.maximum(self._weights * MEMORY_FACTOR, self._weights + cache)
        # As plain numbers at once: picking them one by one out of arrays took longer than all the arithmetic.
        figures = zip(
            best.tolist(), held.tolist(), need.tolist(), cache.tolist(),
            speed.rps[rows, best].tolist(), speed.prefill[rows, best].tolist(), speed.alone[rows, best].tolist(),
            speed.at_once[rows, best].tolist(), speed.request_s[rows, best].tolist(),
            self._generating.tolist(), self._bits.tolist(), self.kv_known.tolist(), strict=True,
        )  # fmt: skip
        largest = int(np.argmax(self._memory))
        top, top_gpus = self._pairs[largest]
        most, name = float(self._memory[largest]), f"{top_gpus} × {top.hardware.name}"
        plans: list[ServingPlan | Misfit] = []
        for pair, fits, needed, cached, rps, prefill, alone, at_once, request_s, generating, bits, kv_known in figures:
            if not fits:
                plans.append(Misfit(needed, most, name))
                continue
            server, gpus = self._pairs[pair]
            replicas, monthly = _bill(server, gpus, rps if generating else None, requirements)
            plans.append(
                ServingPlan(
                    server=server,
                    gpus=gpus,
                    bits=bits,
                    replicas=replicas,
                    requests_per_second=rps,
                    ttft_s=prefill if generating else None,
                    total_s=alone if generating else None,
                    memory_bytes=needed,
                    cache_bytes=cached,
                    monthly_usd=monthly,
                    estimated=generating,
                    kv_known=kv_known,
                    at_once=at_once if generating else 1.0,
                    request_s=request_s if generating else None,
                )
            )
        return tuple(plans)


def _hosting(server: Server, gpus: int, requests_per_second: float, requirements: Requirements) -> SelfHosting:
    return SelfHosting(
        gpus_per_replica=gpus,
        usd_per_gpu_hour=server.usd_per_hour.likely,
        requests_per_second=requests_per_second,
        staff_usd_month=requirements.staff_fte * requirements.staff_month_usd,
        platform_usd_month=requirements.platform_month_usd,
        smallest_replicas=requirements.min_replicas,
        utilisation_cap=UTILISATION_CAP,
        peak_factor=requirements.workload.peak_factor,
    )


def _bill(server: Server, gpus: int, rps: float | None, requirements: Requirements) -> tuple[int, Estimate]:
    """Copies at the likely volume, and USD a month at low, likely and high volume and price; `rps` None: of a model
    whose speed is not computed the smallest number of copies runs."""
    volume, peak = requirements.workload.requests_per_day, requirements.workload.peak_factor
    fixed = requirements.staff_fte * requirements.staff_month_usd + requirements.platform_month_usd
    smallest, price = requirements.min_replicas, server.usd_per_hour
    served = None if rps is None else SECONDS_PER_DAY * rps * UTILISATION_CAP

    def copies(requests_per_day: float) -> int:
        return smallest if served is None else max(smallest, math.ceil(requests_per_day * peak / served - 1e-9))

    low, likely, high = copies(volume.low), copies(volume.likely), copies(volume.high)
    return likely, Estimate(
        low * gpus * price.low * HOURS_PER_MONTH + fixed,
        likely * gpus * price.likely * HOURS_PER_MONTH + fixed,
        high * gpus * price.high * HOURS_PER_MONTH + fixed,
    )
