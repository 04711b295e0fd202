"""The whole catalog as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from workbench.domain.model import Model
from workbench.domain.provider import Benchmark, Developer, Hardware, MarketRange, Provider


@dataclass(frozen=True)
class Catalog:
    """Everything known, in file order. `fingerprint` is the SHA-256 of the files it was read from."""

    models: tuple[Model, ...]
    providers: tuple[Provider, ...]
    developers: tuple[Developer, ...]
    hardware: tuple[Hardware, ...]
    market_ranges: tuple[MarketRange, ...]
    benchmarks: tuple[Benchmark, ...]
    collected: str
    fingerprint: str

    @cached_property
    def model_by_id(self) -> Mapping[str, Model]:
        return {model.id: model for model in self.models}

    @cached_property
    def model_by_any_name(self) -> Mapping[str, Model]:
        """By id, and by the part after the slash where only one model has it: how sources name replacements."""
        short: dict[str, list[Model]] = {}
        for model in self.models:
            short.setdefault(model.id.split("/")[-1], []).append(model)
        return {**{name: found[0] for name, found in short.items() if len(found) == 1}, **self.model_by_id}

    @cached_property
    def provider_by_id(self) -> Mapping[str, Provider]:
        return {provider.id: provider for provider in self.providers}

    @cached_property
    def developer_by_id(self) -> Mapping[str, Developer]:
        return {developer.id: developer for developer in self.developers}

    @cached_property
    def hardware_by_id(self) -> Mapping[str, Hardware]:
        return {item.id: item for item in self.hardware}

    @cached_property
    def benchmark_by_id(self) -> Mapping[str, Benchmark]:
        return {benchmark.id: benchmark for benchmark in self.benchmarks}
