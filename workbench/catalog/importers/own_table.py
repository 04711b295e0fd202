"""Any table of one's own: a CSV file whose columns a person matches with the catalog's fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from workbench.catalog.importers.rows import Gathering
from workbench.catalog.importers.source_file import SourceFile
from workbench.domain.catalog_fields import FACT_FIELDS, OFFER_FIELDS, SCORE_FIELDS, FieldSpec, read_field
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Reading, Scalar, Subject

UNITS = {"million": Decimal(1), "thousand": Decimal(1_000), "token": Decimal(1_000_000)}
# Column names people use, simplified; the field's own name and title always count too.
_KNOWN_AS = {
    "model": ("model", "modelid", "modelname", "name", "id", "route"),
    "provider": ("provider", "host", "vendor", "seller"),
    "benchmark": ("benchmark", "test"),
    "input_usd_per_mtok": ("input", "inputprice", "inputcost", "prompt", "promptprice", "in", "usdin", "inputusd"),
    "output_usd_per_mtok": ("output", "outputprice", "outputcost", "completion", "completionprice", "out", "usdout"),
    "cache_read_usd_per_mtok": ("cacheread", "cachedinput", "cachedprice", "cachehit"),
    "context_tokens": ("context", "contextlength", "contextwindow", "maxinputtokens", "window"),
    "max_output_tokens": ("maxoutput", "maxoutputtokens"),
    "value": ("score", "value", "result", "accuracy"),
}
_PRICE = re.compile(r".*_usd_per_mtok")
_BY_NAME = {Subject.OFFER: OFFER_FIELDS, Subject.FACTS: FACT_FIELDS, Subject.SCORE: SCORE_FIELDS}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column holds which field (by field name; "model" is needed). `provider` and `benchmark` hold for all rows
    that have no column of their own; `unit` says what token prices are per."""

    columns: Mapping[str, str] = field(default_factory=dict)
    provider: str = ""
    benchmark: str = ""
    unit: str = "million"

    @classmethod
    def from_options(cls, options: Mapping[str, str], header: tuple[str, ...]) -> ColumnMapping:
        """What the person said, over what the header suggests. Raises WorkbenchError for a column that is not there."""
        said = {key.removeprefix("column."): name for key, name in options.items() if key.startswith("column.")}
        columns = {**guess(header), **said}
        for name, column in said.items():
            if column and column not in header:
                shown = ", ".join(header)[:200]
                raise WorkbenchError(f"There is no column '{column}'", where=name, mend=f"The table has {shown}.")
            if name not in mappable():
                known = ", ".join(mappable())
                raise WorkbenchError(f"There is no field '{name}'", where="column mapping", mend=f"Known are {known}.")
        unit = options.get("unit", "million")
        if unit not in UNITS:
            what = f"'{unit}' is no unit of a token price"
            raise WorkbenchError(what, where="unit", mend=f"Choose from {', '.join(UNITS)}.")
        columns = {name: column for name, column in columns.items() if column}
        return cls(columns, options.get("provider", ""), options.get("benchmark", ""), unit)


def mappable() -> Mapping[str, str]:
    """Every field a column can hold, with its title."""
    fields = {"model": "Model", "provider": "Provider", "benchmark": "Benchmark"}
    for specs in _BY_NAME.values():
        fields.update({spec.name: spec.title for spec in specs if spec.name not in fields})
    return fields


def guess(header: tuple[str, ...]) -> dict[str, str]:
    """The columns whose names say what they hold, by field."""
    names = {_plain(column): column for column in reversed(header)}
    found: dict[str, str] = {}
    for name, title in mappable().items():
        for known in (_plain(name), *_KNOWN_AS.get(name, ()), _plain(title)):
            if known in names and names[known] not in found.values():
                found[name] = names[known]
                break
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*?\)|\busd\b|\$|per (1?m|million|mtok).*", "", name.casefold()))


class _OwnTable:
    id = "csv"
    title = "CSV table"
    brings = "whatever columns you match with the catalog's fields"
    wanted = "a CSV table, as a spreadsheet saves it"
    url = ""
    thanks = ""

    def recognises(self, file: SourceFile) -> bool:
        """Any text with a header line; of a YAML file the first line only looks like one."""
        is_yaml = file.name.casefold().endswith((".yaml", ".yml"))
        return not is_yaml and not file.looks_like_json and len(file.table.header) > 1

    def companions(self, name: str) -> tuple[str, ...]:
        return ()

    def read(self, file: SourceFile) -> Reading:
        """Rows for each line: an offer, facts or a score, whatever its columns hold. Raises WorkbenchError when no
        column gives the model, or prices have no provider."""
        table = file.table
        mapping = ColumnMapping.from_options(file.options, table.header)
        _check(mapping, file)
        gathering = Gathering(self.id, file)
        for line, row in table.rows:
            gathering.enter()
            _add(gathering, mapping, line, row)
        return gathering.reading(complete=False)


def _check(mapping: ColumnMapping, file: SourceFile) -> None:
    header = ", ".join(name for name in file.table.header if name)[:200]
    if "model" not in mapping.columns:
        raise WorkbenchError(
            "No column gives the model", where=file.name, mend=f"Say which one it is; the table has {header}."
        )
    names = set(mapping.columns)
    if names & {spec.name for spec in OFFER_FIELDS} and "provider" not in names and not mapping.provider:
        mend = "Say which column names it, or name one provider for all rows."
        raise WorkbenchError("The prices do not say whose they are", where=file.name, mend=mend)
    if "value" in names and "benchmark" not in names and not mapping.benchmark:
        mend = "Say which column names it, or name one benchmark for all rows."
        raise WorkbenchError("The scores do not say of which benchmark", where=file.name, mend=mend)
    if not names - {"model", "provider", "benchmark"}:
        mend = f"Match a column with a field; the table has {header}."
        raise WorkbenchError("No column gives a figure", where=file.name, mend=mend)


def _add(gathering: Gathering, mapping: ColumnMapping, line: int, row: Mapping[str, str]) -> None:
    model = row.get(mapping.columns["model"], "").strip()
    place = f"line {line}"
    if not model:
        gathering.pass_over("without a model's name")
        return
    provider = row.get(mapping.columns.get("provider", ""), "").strip() or mapping.provider
    benchmark = row.get(mapping.columns.get("benchmark", ""), "").strip() or mapping.benchmark
    for subject, specs in _BY_NAME.items():
        fields = _fields(gathering, mapping, specs, row, place)
        if fields is None:
            return
        if subject is Subject.SCORE and "value" not in fields:
            continue
        part = benchmark if subject is Subject.SCORE else ""
        at = provider if subject is not Subject.SCORE else ""
        gathering.add(subject, model, fields, place=place, provider=at, part=part)


def _fields(
    gathering: Gathering, mapping: ColumnMapping, specs: tuple[FieldSpec, ...], row: Mapping[str, str], place: str
) -> dict[str, Scalar | None] | None:
    """The cells as values; None when one cannot be read, which is noted with its column."""
    found: dict[str, Scalar | None] = {}
    for spec in specs:
        column = mapping.columns.get(spec.name)
        text = row.get(column, "").strip() if column else ""
        if not text or text in ("-", "—", "n/a", "N/A"):
            continue
        try:
            value = read_field(spec, text)
        except WorkbenchError as error:
            where = f"{gathering.file.name}, {place}, column {column}"
            gathering.note(WorkbenchError(error.what, where=where, mend=error.mend))
            return None
        if _PRICE.fullmatch(spec.name) and isinstance(value, int | float):
            value = float(Decimal(str(value)) * UNITS[mapping.unit])
        found[spec.name] = value
    return found


IMPORTER = _OwnTable()
