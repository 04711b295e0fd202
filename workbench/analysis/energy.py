"""Energy and carbon of inference, always as an estimate with a range.

Source: methods.md section 2.6 (EcoLogits 0.11.3's regression, formula re-implemented). Parameters in plain counts,
energy in kWh, carbon in grams CO2 equivalent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from workbench.analysis import checks
from workbench.domain.figures import Estimate

_BATCH = 64
_GPU_GB = 80.0
_GPUS_PER_SERVER = 8
_SERVER_KW = 1.2


@dataclass(frozen=True, slots=True)
class Site:
    """Where the model runs: power usage effectiveness and carbon of the grid (both assumptions to edit)."""

    pue: float = 1.2
    grid_kg_per_kwh: float = 0.4

    def __post_init__(self) -> None:
        checks.number(self.pue, "Power usage effectiveness", low=1.0, high=5.0)
        checks.number(self.grid_kg_per_kwh, "Carbon of the grid", low=0.0, high=5.0)


@dataclass(frozen=True, slots=True)
class Footprint:
    """Energy and carbon of one request, or of whatever span was asked for."""

    kwh: float
    g_co2: float


def request_footprint(
    active_params: float, total_params: float, tokens_out: float, *, bits: float = 16.0, site: Site | None = None
) -> Footprint:
    """One request on an 80 GB data-centre GPU at batch 64: GPUs while generating, plus the server's share."""
    active = checks.positive(active_params, "Active parameters") / 1e9
    total = checks.number(total_params, "Total parameters", low=active_params) / 1e9
    tokens = checks.number(tokens_out, "Output tokens", low=0.0)
    memory_gb = 1.2 * total * checks.positive(bits, "Bits per weight", high=64.0) / 8
    gpus = 2 ** math.ceil(math.log2(math.ceil(memory_gb / _GPU_GB)))
    gpu_kwh = tokens / 1000 * (1.1665e-6 * math.exp(-0.011206 * _BATCH) * active + 4.0529e-5)
    latency_s = tokens * (6.785e-4 * active + 3.1193e-4 * _BATCH + 0.019474)
    server_kwh = latency_s / 3600 * _SERVER_KW * gpus / _GPUS_PER_SERVER / _BATCH
    place = site or Site()
    return _footprint(place.pue * (server_kwh + gpus * gpu_kwh), place)


def request_footprint_range(
    active_params: Estimate, total_params: Estimate, tokens_out: float, *, bits: float = 16.0, site: Site | None = None
) -> tuple[Footprint, Footprint, Footprint]:
    """Low, likely and high for a model whose size is only guessed (closed models)."""
    low, likely, high = (
        request_footprint(active, total, tokens_out, bits=bits, site=site)
        for active, total in (
            (active_params.low, total_params.low),
            (active_params.likely, total_params.likely),
            (active_params.high, total_params.high),
        )
    )
    return low, likely, high


def own_servers_footprint(
    gpus: float, watts_per_gpu: float, load: float, hours: float = 730.0, *, site: Site | None = None
) -> Footprint:
    """Own hardware over a span: `GPUs * TDP * load * PUE * hours`."""
    place = site or Site(pue=1.3)
    kilowatts = checks.number(gpus, "GPUs", low=0.0) * checks.number(watts_per_gpu, "Watts per GPU", low=0.0) / 1000
    span = checks.share(load, "Load") * checks.number(hours, "Hours", low=0.0)
    return _footprint(kilowatts * span * place.pue, place)


def _footprint(kwh: float, site: Site) -> Footprint:
    return Footprint(kwh, kwh * site.grid_kg_per_kwh * 1000)
