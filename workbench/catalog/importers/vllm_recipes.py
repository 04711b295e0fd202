"""A vLLM recipe: how much accelerator memory a model needs at least, by number format, and its size."""

from __future__ import annotations

import re

from workbench.catalog.document import parse
from workbench.catalog.importers.rows import Entry, Gathering, iso_day
from workbench.catalog.importers.source_file import SourceFile
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Reading, Scalar, Subject
from workbench.pydantic_first import Field

_COUNT = re.compile(r"~?([0-9]+(?:\.[0-9]+)?)\s*([TBM])", re.IGNORECASE)
_SCALE = {"T": 1000.0, "B": 1.0, "M": 0.001}
_PRECISIONS = frozenset({"bf16", "fp16", "fp8", "int8", "fp4", "nvfp4", "mxfp4", "int4"})
_MAX_RECIPE_BYTES = 1_048_576


class _Meta(Entry):
    title: str | None = None
    date_updated: str | None = None
    date_added: str | None = None


class _About(Entry):
    model_id: str
    parameter_count: str | None = None
    active_parameters: str | None = None
    context_length: int | None = Field(default=None, ge=1)


class _Variant(Entry):
    precision: str | None = None
    vram_minimum_gb: float | int | None = Field(default=None, gt=0)


class _Recipe(Entry):
    meta: _Meta | None = None
    model: _About
    variants: dict[str, _Variant] = {}


class _VllmRecipes:
    id = "vllm-recipes"
    title = "vLLM recipes"
    brings = "the accelerator memory that own hosting needs at least"
    wanted = "one recipe of vLLM, a YAML file"
    url = ""
    thanks = "vLLM recipes, Apache-2.0"

    def recognises(self, file: SourceFile) -> bool:
        """A YAML file of one recipe."""
        return file.name.lower().endswith((".yaml", ".yml")) and "model_id" in file.text

    def companions(self, name: str) -> tuple[str, ...]:
        return ()

    def read(self, file: SourceFile) -> Reading:
        """One row of facts. Raises WorkbenchError for YAML that is broken, attacks, or is no recipe."""
        if len(file.content) > _MAX_RECIPE_BYTES:
            what = "The file is larger than a recipe can be"
            raise WorkbenchError(what, where=file.name, mend="Give the recipe of one model.")
        gathering = Gathering(self.id, file)
        gathering.enter()
        recipe = gathering.checked(_Recipe, parse(file.content, file.name).value, "recipe")
        if recipe is not None:
            _add(gathering, recipe)
        return gathering.reading(complete=False)


def _add(gathering: Gathering, recipe: _Recipe) -> None:
    fields: dict[str, Scalar | None] = {
        "context_tokens": recipe.model.context_length,
        "params_total_b": _billions(recipe.model.parameter_count),
        "params_active_b": _billions(recipe.model.active_parameters),
    }
    for variant in recipe.variants.values():
        precision = (variant.precision or "").lower()
        if precision not in _PRECISIONS or variant.vram_minimum_gb is None:
            continue
        field, least = f"self_host_gb.{precision}", float(variant.vram_minimum_gb)
        before = fields.get(field)
        fields[field] = min(before, least) if isinstance(before, float) else least
    meta = recipe.meta
    day = iso_day(meta.date_updated or meta.date_added) if meta else None
    name = meta.title if meta and meta.title else recipe.model.model_id
    gathering.add(Subject.FACTS, recipe.model.model_id, fields, place=recipe.model.model_id, name=name, as_of=day or "")


def _billions(text: str | None) -> float | None:
    match = _COUNT.fullmatch(text.strip()) if text else None
    return float(match[1]) * _SCALE[match[2].upper()] if match else None


IMPORTER = _VllmRecipes()
