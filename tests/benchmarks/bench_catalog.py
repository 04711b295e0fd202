"""How long the catalog takes: from its YAML files, from the copy kept by the last start, with a person's changes over
it; an import of 5,000 offers with its diff; filter and sort of 100,000 models.

    python tests/benchmarks/bench_catalog.py

Prints times of this machine and their ratios; asserts only that what is kept is the same catalog.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from workbench.analysis.browsing import BrowseIndex
from workbench.catalog import load_catalog, load_effective
from workbench.catalog.diff import diff
from workbench.catalog.importers import importer
from workbench.catalog.importers.source_file import SourceFile
from workbench.domain.catalog import Catalog
from workbench.domain.catalog_filters import CatalogFilter, Life
from workbench.domain.quotes import Quote
from workbench.paths import data_dir

Result = TypeVar("Result")
ROUNDS = 7
FRESH_PROCESS = """
import sys, time
begun = time.perf_counter()
from pathlib import Path
from workbench.catalog import load_catalog
imported = time.perf_counter()
load_catalog(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None)
print(imported - begun, time.perf_counter() - imported)
"""


def best(work: Callable[[], Result], rounds: int = ROUNDS) -> tuple[float, Result]:
    """Shortest of the runs in seconds, and the last result."""
    shortest = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        result = work()
        shortest = min(shortest, time.perf_counter() - begun)
    return shortest, result


def in_fresh_process(folder: Path, kept: str) -> tuple[float, float]:
    """Seconds to import the package and to load with the imports that loading needs; best of ROUNDS processes."""
    rows = []
    for _ in range(ROUNDS):
        command = [sys.executable, "-c", FRESH_PROCESS, str(folder), kept]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows.append(tuple(float(word) for word in done.stdout.split()))
    return min(row[0] for row in rows), min(row[1] for row in rows)


def a_list_of(entries: int, catalog: Catalog) -> bytes:
    """A list in LiteLLM's form: models of the catalog, sold by its providers and by others, at changed prices."""
    providers = ("openai", "openrouter", "bedrock", "together_ai", "vertex_ai", "azure", "fireworks_ai", "deepinfra")
    listed: dict[str, object] = {}
    turn = 0
    while len(listed) < entries:
        model = catalog.models[turn % len(catalog.models)]
        provider = providers[turn // len(catalog.models) % len(providers)]
        offer = model.offers[0] if model.offers else None
        price = (offer.prices.input_usd_per_mtok if offer else None) or 1.0
        listed[f"{provider}/{model.id}{'' if turn < 2000 else f'-{turn}'}"] = {
            "litellm_provider": provider,
            "mode": "chat",
            "input_cost_per_token": price * (0.9 + turn % 3 / 10) / 1e6,
            "output_cost_per_token": price * 4 / 1e6,
            "max_input_tokens": model.context_tokens or 128_000,
        }
        turn += 1
    return json.dumps(listed).encode()


def measure_import(catalog: Catalog) -> tuple[Quote, ...]:
    """Prints the import's times; gives the rows that an Apply would keep."""
    content = a_list_of(5_000, catalog)
    chosen, file = importer("litellm"), SourceFile("prices.json", content, "2026-11-26")
    plain, _ = best(lambda: json.loads(content))
    read, reading = best(lambda: chosen.read(SourceFile("prices.json", content, "2026-11-26")))
    compared, found = best(lambda: diff(reading, chosen, catalog))
    print(f"\nimport of {len(reading.rows):,} rows ({len(content) / 1e6:.1f} MB, {file.name}): {found.sentence}")
    print(f"json alone:            {plain * 1e3:7.1f} ms")
    print(f"read and checked:      {read * 1e3:7.1f} ms   ({read / plain:.1f} times that)")
    print(f"diff:                  {compared * 1e3:7.1f} ms   ({compared / plain:.1f} times that)")
    return tuple(row.quote for row in found.rows)


def measure_browsing(catalog: Catalog, rows: int = 100_000) -> None:
    models = [
        replace(model, id=f"{model.id}-{turn}", name=f"{model.name} {turn}")
        for turn in range(rows // len(catalog.models) + 1)
        for model in catalog.models
    ][:rows]
    made, index = best(lambda: BrowseIndex(replace(catalog, models=tuple(models)), date(2026, 11, 26)), rounds=1)
    plain, _ = best(lambda: sorted(models, key=lambda model: model.name))
    demanding = CatalogFilter(
        kinds=("llm",),
        tools=True,
        regions=("EU",),
        retention_days=0,
        input_usd=5,
        context_tokens=100_000,
        life=Life.A_YEAR,
    )
    print(f"\nfilter and sort of {rows:,} models (index made in {made:.1f} s, columns at their first use)")
    print(f"sorted() by name:      {plain * 1e3:7.1f} ms")
    everything = CatalogFilter()
    cases = {
        "sort by name": (everything, "", "name"),
        "sort by price": (everything, "", "input"),
        "two words": (everything, "claude sonnet", "input"),
        "five words": (everything, "open weights text tools vision", "input"),
        "a phrase and a word": (everything, '"apache license" text', "input"),
        "one letter": (everything, "a", "input"),
        "seven must-haves": (demanding, "", "output"),
        "must-haves and a word": (demanding, "gpt", "output"),
    }
    for title, (wanted, words, column) in cases.items():
        index.arranged(wanted, words, column, descending=False)
        took, shown = best(lambda w=wanted, t=words, c=column: index.arranged(w, t, c, descending=True))
        print(f"{title + ':':22} {took * 1e3:7.1f} ms   ({plain / took:.0f} times faster; {len(shown):,} shown)")


def main() -> int:
    folder = data_dir("models_catalog")
    with tempfile.TemporaryDirectory() as place:
        kept = Path(place) / "catalog.json"
        cold, fresh = best(lambda: load_catalog(folder))
        load_catalog(folder, kept)
        warm, again = best(lambda: load_catalog(folder, kept))
        if again != fresh:
            print("The kept catalog differs from the fresh one.")
            return 1
        print(f"{len(fresh.models)} models, {sum(1 for _ in folder.rglob('*.yaml'))} files, best of {ROUNDS}")
        print(f"from YAML:             {cold * 1e3:7.1f} ms")
        print(f"from the kept copy:    {warm * 1e3:7.1f} ms   ({cold / warm:.1f} times faster)")
        imports, first = in_fresh_process(folder, "")
        print(
            f"fresh process, YAML:   {first * 1e3:7.1f} ms with pydantic and yaml (own imports {imports * 1e3:.1f} ms)"
        )
        imports, first = in_fresh_process(folder, str(kept))
        print(f"fresh process, kept:   {first * 1e3:7.1f} ms (own imports {imports * 1e3:.1f} ms)")
        quotes = measure_import(fresh)
        made, _ = best(lambda: load_effective(folder, kept, str(time.perf_counter()), lambda: (quotes, ())))
        again_s, _ = best(lambda: load_effective(folder, kept, "same", lambda: (quotes, ())))
        print(f"laid over the catalog: {made * 1e3:7.1f} ms once; then {again_s * 1e3:.1f} ms from the kept copy")
        measure_browsing(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
