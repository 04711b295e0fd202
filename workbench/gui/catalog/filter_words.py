"""What each condition of a catalog filter is called, as a chip above the table."""

from __future__ import annotations

from workbench.domain.catalog import Catalog
from workbench.domain.catalog_filters import CatalogFilter, Life
from workbench.domain.model import ModelKind
from workbench.domain.numbers import digits
from workbench.gui.catalog.model_words import KIND_WORDS

FLAG_WORDS = {
    "open_weights": "Open weights",
    "commercial": "Commercial use allowed",
    "tools": "Calls tools",
    "structured_output": "Structured output",
    "vision": "Reads pictures",
    "reasoning": "Thinks first",
    "no_training": "No training on your data",
    "yours": "With figures of yours",
}
LIFE_WORDS = {Life.ANY: "All", Life.ACTIVE: "Neither deprecated nor retired", Life.A_YEAR: "No end within a year"}


def condition(wanted: CatalogFilter, name: str, catalog: Catalog | None = None) -> str:
    """One condition in a few words: "Context ≥ 128,000"."""
    value = getattr(wanted, name)
    if name in FLAG_WORDS:
        return FLAG_WORDS[name]
    match name:
        case "kinds":
            return " or ".join(KIND_WORDS[ModelKind(kind)] for kind in value if kind in tuple(ModelKind))
        case "reads" | "makes":
            return f"{name.capitalize()} {' and '.join(value)}"
        case "developers" | "providers":
            return " or ".join(_name(catalog, name, each) for each in value)
        case "context_tokens":
            return f"Context ≥ {value:,.0f}"
        case "retention_days":
            return "Zero retention to be had" if value == 0 else f"Kept ≤ {value:,.0f} days"
        case "input_usd" | "output_usd":
            return f"{name.removesuffix('_usd').capitalize()} ≤ ${digits(value)}"
        case "params_b":
            return f"Size ≤ {digits(value)} B"
        case "life":
            return LIFE_WORDS[value]
        case "regions":
            return f"In {' or '.join(value)}"
    return " or ".join(value)


def _name(catalog: Catalog | None, kind: str, id: str) -> str:
    if catalog is None:
        return id
    found = (catalog.developer_by_id if kind == "developers" else catalog.provider_by_id).get(id)
    return found.name if found else id
