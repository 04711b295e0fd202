"""What differs from the shipped catalog, as its files: changed where a figure changed, new where a model is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.catalog import plain_yaml
from workbench.catalog.fields import model_fields, offer_fields, score_fields
from workbench.catalog.yaml_text import YamlText, document
from workbench.domain.catalog import Catalog
from workbench.domain.catalog_fields import title_of, write_field
from workbench.domain.model import Model
from workbench.domain.quotes import Fields, Subject

ORDERS: Mapping[str, Sequence[str]] = {"": plain_yaml.MODEL_ORDER, "offers": plain_yaml.OFFER_ORDER}
_WHOLE = frozenset({"categories", "conflicts", "longer_context", "windows_utc"})
_BY_LIST = frozenset({"offers", "speed", "quality"})


@dataclass(frozen=True, slots=True)
class Correction:
    """One change as a reviewer reads it: "offer by openai: Input 2.5 → 2", with its source and date."""

    file: str
    what: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Exported:
    """Texts by file name, relative to the catalog's folder, and what they change."""

    files: Mapping[str, str]
    corrections: tuple[Correction, ...]


def exported(folder: Path, shipped: Catalog, wanted: Catalog) -> Exported:
    """The files of `folder` that have to change for the catalog to be `wanted`."""
    files: dict[str, str] = {}
    corrections: list[Correction] = []
    for model in wanted.models:
        ours = shipped.model_by_id.get(model.id)
        name = f"models/{model.id}.yaml"
        found = _model_file(folder / name, ours, model, wanted)
        if found is not None:
            files[name] = found
            corrections += _corrections(name, ours, model, wanted.collected)
    for name, text in _lists(folder, shipped, wanted):
        files[name] = text
    return Exported(files, tuple(corrections))


def _model_file(file: Path, ours: Model | None, model: Model, wanted: Catalog) -> str | None:
    """The model's file as it has to be; None when it is so already."""
    theirs = plain_yaml.model(model)
    if ours is None:
        maker = wanted.developer_by_id[model.developer].name
        return document(theirs, f"{model.name}, {maker}. Fields, units and sources: models_catalog/README.md.")
    before = plain_yaml.model(ours)
    if before == theirs:
        return None
    text = YamlText(file.read_text("utf-8"), ORDERS)
    top = {name: value for name, value in theirs.items() if name not in _BY_LIST}
    _edit(text, (), {name: value for name, value in before.items() if name not in _BY_LIST}, top)
    _edit_list(text, "offers", before["offers"], theirs["offers"], ("provider", "variant"))
    _edit_list(text, "quality", before["quality"], theirs["quality"], ("benchmark",))
    return text.text


def _edit(text: YamlText, path: tuple[str | int, ...], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    for key, value in theirs.items():
        known = ours.get(key)
        if known == value:
            continue
        if isinstance(value, Mapping) and isinstance(known, Mapping) and key not in _WHOLE:
            _edit(text, (*path, key), known, value)
        else:
            text.set((*path, key), value)
    for key in ours:
        if key not in theirs:
            text.remove((*path, key))


def _edit_list(
    text: YamlText, name: str, ours: Sequence[Mapping[str, Any]], theirs: Iterable[Mapping[str, Any]], by: Sequence[str]
) -> None:
    places = {tuple(item.get(key) for key in by): place for place, item in enumerate(ours)}
    for item in theirs:
        place = places.get(tuple(item.get(key) for key in by))
        if place is None:
            text.append((name,), item)
        else:
            _edit(text, (name, place), ours[place], item)


def _lists(folder: Path, shipped: Catalog, wanted: Catalog) -> Iterator[tuple[str, str]]:
    """Developers, providers, benchmarks and hardware that are new or have changed."""
    sold = {offer.provider: offer.source for model in wanted.models for offer in model.offers}
    new_rows = {
        "developers": [plain_yaml.developer(item) for item in wanted.developers[len(shipped.developers) :]],
        "providers": [
            plain_yaml.provider(item, sold.get(item.id, "")) for item in wanted.providers[len(shipped.providers) :]
        ],
        "benchmarks": [plain_yaml.benchmark(item) for item in wanted.benchmarks[len(shipped.benchmarks) :]],
    }
    for name, rows in new_rows.items():
        if rows:
            text = YamlText((folder / f"{name}.yaml").read_text("utf-8"))
            for row in rows:
                text.append((name,), row)
            yield f"{name}.yaml", text.text
    if shipped.hardware != wanted.hardware:
        text = YamlText((folder / "hardware.yaml").read_text("utf-8"))
        before = [plain_yaml.hardware(item) for item in shipped.hardware]
        _edit_list(text, "hardware", before, [plain_yaml.hardware(item) for item in wanted.hardware], ("id",))
        yield "hardware.yaml", text.text


def _corrections(file: str, ours: Model | None, model: Model, collected: str) -> Iterator[Correction]:
    plain = plain_yaml.model(model)
    facts = _changed(Subject.FACTS, model_fields(ours) if ours else {}, model_fields(model))
    if facts:
        sources = {plain_yaml.public(known.source): known.as_of for known in model.provenance.values() if known.as_of}
        source = "; ".join(filter(None, sources)) or str(plain["lifecycle"]["source"])
        yield Correction(file, f"base facts: {facts}", source, max(filter(None, sources.values()), default=collected))
    known_offers = {offer.part: offer for offer in ours.offers} if ours else {}
    for offer, row in zip(model.offers, plain["offers"], strict=True):
        known = known_offers.get(offer.part)
        if known != offer:
            words = _changed(Subject.OFFER, offer_fields(known) if known else {}, offer_fields(offer))
            said = words or f"the same prices, {row['confidence']} confidence"
            yield Correction(file, f"offer by {offer.part}: {said}", row["source"], offer.as_of)
    known_scores = {score.benchmark: score for score in ours.scores} if ours else {}
    for score, row in zip(model.scores, plain["quality"], strict=True):
        before = known_scores.get(score.benchmark)
        if before != score:
            words = _changed(Subject.SCORE, score_fields(before) if before else {}, score_fields(score))
            yield Correction(file, f"score on {score.benchmark}: {words}", row["source"], score.as_of)


def _changed(subject: Subject, ours: Fields, theirs: Fields) -> str:
    """ "Input 2.5 → 2, Output 9"; "" when nothing differs."""
    parts = []
    for name, value in theirs.items():
        if ours.get(name) == value or (name == "available" and value is True and name not in ours):
            continue
        before = f"{write_field(ours[name])} → " if name in ours else ""
        parts.append(f"{title_of(subject, name)} {before}{write_field(value)}")
    return ", ".join(parts)
