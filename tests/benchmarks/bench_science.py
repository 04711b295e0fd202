"""How long the decision science takes, and how it grows: everything side by side in one run.

    python tests/benchmarks/bench_science.py [--rounds 7]

Prints the best of the rounds, by the clock and by the processor, beside the budget of each line; then the same work at
1, 10 and 100 times the size with the power it grows by (1 is linear). Fails on ratios only (growth, pymcdm), never on
an absolute time: another program on the machine is not a wrong answer.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from pymcdm.methods import WSM
from workbench.analysis import ranking, routing
from workbench.analysis.acceptability import acceptability, ranked_weights
from workbench.analysis.candidates import CandidateTable
from workbench.analysis.distributions import Pert
from workbench.analysis.matching import match
from workbench.analysis.montecarlo import UncertainCost, cheapest_shares
from workbench.analysis.quality_axis import axis
from workbench.analysis.rules import Context
from workbench.analysis.tradeoffs import Weights, points
from workbench.catalog import load_catalog
from workbench.domain.catalog import Catalog
from workbench.domain.model import Model
from workbench.domain.questions import requirements_from
from workbench.paths import data_dir
from workbench.services.scenario_text import read_text_file

DAY = date(2026, 11, 21)
# Work that grows linearly, measured with other programs about: a power above this is another order.
STEEPEST = 1.2
FASTER_THAN_PYMCDM = 20.0


@dataclass(frozen=True, slots=True)
class Line:
    """One thing measured: best wall and processor seconds, and the budget in seconds (0: none)."""

    name: str
    wall: float
    cpu: float
    budget: float


def best(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Shortest wall and processor seconds of the rounds; garbage is collected before, not within."""
    wall = cpu = float("inf")
    for _ in range(rounds):
        gc.collect()
        begun, spent = time.perf_counter(), time.process_time()
        result = work()
        wall, cpu = min(wall, time.perf_counter() - begun), min(cpu, time.process_time() - spent)
        del result  # what was computed is still there when the time is taken
    return wall, cpu


def catalog_times(catalog: Catalog, factor: int) -> Catalog:
    """The catalog with every model `factor` times, under names of its own."""
    models: list[Model] = []
    for copy in range(factor):
        for model in catalog.models:
            name = model.id if copy == 0 else f"{model.id}-{copy}"
            offers = tuple(replace(offer, model_id=name) for offer in model.offers)
            models.append(replace(model, id=name, offers=offers))
    return replace(catalog, models=tuple(models))


def matching_work(catalog: Catalog) -> Callable[[], object]:
    """Every candidate of the catalog priced, judged by every rule, and ranked by value under the sample's weights."""
    sample = read_text_file(data_dir("resources") / "scenarios" / "knowledge-assistant.yaml")
    requirements = requirements_from(sample.answers)
    table = CandidateTable(catalog)
    qualities = axis(load_catalog(data_dir("models_catalog")), requirements.tasks).qualities
    countries = {developer.id: developer.country for developer in catalog.developers}
    context = Context(requirements, DAY, qualities, countries, catalog.model_by_any_name)

    def work() -> object:
        candidates = table.candidates(requirements, today=DAY)
        found = match(candidates, context)
        return points(found.judged, candidates, requirements, qualities, Weights(70, 50))

    return work


def smaa_work(draws: int, options: int = 200, criteria: int = 8) -> Callable[[], object]:
    values = np.random.default_rng(1).random((options, criteria))
    weights = ranked_weights(range(criteria), draws, seed=1)
    return lambda: acceptability(values, weights)


def pymcdm_work(draws: int, options: int = 200, criteria: int = 8) -> Callable[[], object]:
    """The same shares by calling pymcdm's weighted sum once a draw."""
    values = np.random.default_rng(1).random((options, criteria))
    weights = ranked_weights(range(criteria), draws, seed=1)
    method, types = WSM(lambda column, cost=False: column), np.ones(criteria)

    def work() -> object:
        wins = np.zeros(options)
        for row in weights:
            wins[int(np.argmax(method(values, row, types, validation=False)))] += 1
        return wins / draws

    return work


def tco_work(draws: int, options: int = 6) -> Callable[[], object]:
    uncertain = [
        UncertainCost(Pert(10e3 * k, 15e3 * k, 30e3 * k), Pert(1e3, 2e3 + 100 * k, 6e3)) for k in range(1, options + 1)
    ]
    return lambda: cheapest_shares(uncertain, 36, 0.08, draws=draws)


def routing_work(items: int) -> Callable[[], object]:
    rng = np.random.default_rng(2)
    weak, strong = (rng.random(items) < share for share in (0.63, 0.82))
    signal, first, second = rng.random(items), weak.astype(float), strong.astype(float)

    def work() -> object:
        curve = routing.threshold_curve(signal, first, second, 0.0006, 0.012)
        oracle = routing.oracle_curve(first, second, 0.0006, 0.012)
        return curve.average_gap_recovered(), oracle.share_for(0.8)

    return work


def rank_work(options: int) -> Callable[[], object]:
    raw = np.random.default_rng(3).random((options, 8))
    criteria = [ranking.Criterion(str(k), 0, 1, 10 + k) for k in range(8)]
    return lambda: ranking.rank(raw, criteria)


def lines(catalog: Catalog, rounds: int) -> list[Line]:
    works = (
        ("match and rank the whole catalog", matching_work(catalog), 0.010),
        ("SMAA, 20,000 draws, 200 options × 8 criteria", smaa_work(20_000), 0.050),
        ("TCO Monte Carlo, 100,000 draws, 6 options", tco_work(100_000), 0.100),
        ("routing frontier, 14,000 paired items", routing_work(14_000), 0.050),
    )
    return [Line(name, *best(work, rounds), budget) for name, work, budget in works]


def growth(name: str, make: Callable[[int], Callable[[], object]], size: int, rounds: int) -> float:
    """Prints the times at 1, 10 and 100 times the size; returns the power between the last two (1 is linear).

    Without the garbage collector, as timeit measures: how often it goes over all that is alive depends on the rest of
    the process, not on the work (of 30,000 candidates it takes as long again).
    """
    gc.disable()
    try:
        found = [best(make(size * step), max(1, rounds // step))[1] for step in (1, 10, 100)]
    finally:
        gc.enable()
    power = float(np.log10(max(found[2], 1e-9) / max(found[1], 1e-9)))
    times = "".join(f"{seconds * 1e3:12.2f}" for seconds in found)
    print(f"{name:44}{times}{power:9.2f}")
    return power


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    catalog = load_catalog(data_dir("models_catalog"))
    gc.collect()
    gc.freeze()  # as the window does once it is up: what stays for good is not searched for garbage
    print(f"{len(catalog.models)} models, {sum(len(m.offers) for m in catalog.models)} offers, best of {rounds}\n")
    print(f"{'':52}{'clock, ms':>10}{'cpu, ms':>10}{'budget':>9}")
    found = lines(catalog, rounds)
    for line in found:
        mark = "" if line.wall <= line.budget else "  over (other programs?)"
        print(f"{line.name:52}{line.wall * 1e3:10.2f}{line.cpu * 1e3:10.2f}{line.budget * 1e3:9.0f}{mark}")
    slow = best(pymcdm_work(20_000), 1)
    ratio = slow[1] / found[1].cpu
    print(f"{'the same shares, pymcdm once a draw':52}{slow[0] * 1e3:10.2f}{slow[1] * 1e3:10.2f}{ratio:8.0f}×")
    print(f"\n{'growth, processor ms':44}{'1×':>12}{'10×':>12}{'100×':>12}{'power':>9}")
    powers = [
        growth("models (match and rank)", lambda n: matching_work(catalog_times(catalog, n)), 1, rounds),
        growth("draws (SMAA, from 2,000)", smaa_work, 2_000, rounds),
        growth("draws (Monte Carlo, from 10,000)", tco_work, 10_000, rounds),
        growth("items (routing, from 1,400)", routing_work, 1_400, rounds),
        growth("options (additive model, from 200)", rank_work, 200, rounds),
    ]
    bad = [power for power in powers if power > STEEPEST]
    if bad:
        print(f"\nGrows faster than linear: powers {', '.join(f'{power:.2f}' for power in bad)}.")
    if ratio < FASTER_THAN_PYMCDM:
        print(f"\nOnly {ratio:.0f} times faster than the loop over pymcdm; {FASTER_THAN_PYMCDM:.0f} are wanted.")
    return 1 if bad or ratio < FASTER_THAN_PYMCDM else 0


if __name__ == "__main__":
    sys.exit(main())
