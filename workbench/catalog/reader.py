"""Reads every file of a catalog folder, reports all problems of all files together, and builds the catalog."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from workbench.catalog import build, crosscheck, rules, schema, sentences
from workbench.catalog.document import Document, parse, read_bytes
from workbench.catalog.finding import Finding, first
from workbench.domain.catalog import Catalog
from workbench.domain.errors import Problems, WorkbenchError
from workbench.pydantic_first import BaseModel, ValidationError

# The day this version's facts were gathered. A clock that stands before it is wrong (an empty battery) and must not
# make the shipped catalog look as if it came from the future.
_NEVER_BEFORE = date(2026, 11, 20)
_TOP_FILES: dict[str, type[BaseModel]] = {
    "catalog.yaml": schema.CatalogFile,
    "developers.yaml": schema.DevelopersFile,
    "providers.yaml": schema.ProvidersFile,
    "hardware.yaml": schema.HardwareFile,
    "market_ranges.yaml": schema.MarketRangesFile,
    "benchmarks.yaml": schema.BenchmarksFile,
}


class CatalogReader:
    """One reading of one folder: files in, problems and checked rows out."""

    def __init__(self, folder: Path, names: Sequence[str], *, today: date | None = None) -> None:
        self._folder = folder
        self._names = names
        self._latest = max(today or date.today(), _NEVER_BEFORE)
        self._digest = hashlib.sha256()
        self._documents: dict[str, Document] = {}
        self._rows: dict[str, Any] = {}
        self._problems: list[tuple[str, int, WorkbenchError]] = []

    def problems(self) -> tuple[WorkbenchError, ...]:
        """Reads and checks everything; what is wrong, in the order of files and lines."""
        for name in _TOP_FILES:
            if name not in self._names:
                self._note(name, 0, WorkbenchError("The file is missing", where=name, mend="Restore it from a copy."))
        if not any(name.startswith(crosscheck.MODELS) for name in self._names):
            self._note(
                crosscheck.MODELS,
                0,
                WorkbenchError("The catalog holds no model", where=crosscheck.MODELS, mend="Add a model file."),
            )
        for name in self._names:
            self._read(name)
        for document, finding in crosscheck.findings(self._documents):
            self._note_finding(document, finding)
        return tuple(problem for _, _, problem in sorted(self._problems, key=lambda entry: entry[:2]))

    def catalog(self) -> Catalog:
        """The catalog. Raises Problems with everything that is wrong; never a part of it."""
        problems = self.problems()
        if problems:
            count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
            raise Problems(
                f"The catalog has {count}", problems, where=str(self._folder), mend="Nothing was loaded. Mend each:"
            )
        tops = self._rows
        return Catalog(
            models=tuple(build.model(self._rows[name]) for name in self._names if name.startswith(crosscheck.MODELS)),
            providers=tuple(map(build.provider, tops["providers.yaml"].providers)),
            developers=tuple(map(build.developer, tops["developers.yaml"].developers)),
            hardware=tuple(map(build.hardware, tops["hardware.yaml"].hardware)),
            market_ranges=tuple(map(build.market_range, tops["market_ranges.yaml"].market_ranges)),
            benchmarks=tuple(map(build.benchmark, tops["benchmarks.yaml"].benchmarks)),
            collected=tops["catalog.yaml"].collected,
            fingerprint=self._digest.hexdigest(),
        )

    def _read(self, name: str) -> None:
        label = name.encode("utf-8", "backslashreplace").decode("utf-8")
        row_type = schema.ModelFile if name.startswith(crosscheck.MODELS) else _TOP_FILES.get(name)
        try:
            if row_type is None or not name.endswith(".yaml"):
                raise WorkbenchError(
                    "The catalog has no file of this name",
                    where=label,
                    mend="Put a model at models/DEVELOPER/MODEL.yaml, or remove the file.",
                )
            content = read_bytes(self._folder / name, label)
            self._digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(content).digest())
            document = parse(content, label)
            _check_version(document)
        except Problems as problems:
            for problem in problems.problems:
                self._note(name, 0, problem)
        except WorkbenchError as problem:
            self._note(name, 0, problem)
        else:
            self._documents[name] = document
            for finding in self._check(name, document, row_type):
                self._note_finding(document, finding)

    def _check(self, name: str, document: Document, row_type: type[BaseModel]) -> Iterator[Finding]:
        try:
            self._rows[name] = row_type.model_validate(document.value, context={"latest": self._latest})
        except ValidationError as error:
            yield from first(sentences.findings(error))
        if row_type is schema.ModelFile:
            yield from first(rules.model_findings(document.value))

    def _note_finding(self, document: Document, finding: Finding) -> None:
        self._note(document.label, document.line_of(finding.path), finding.located(document))

    def _note(self, name: str, line: int, problem: WorkbenchError) -> None:
        self._problems.append((name, line, problem))


def _check_version(document: Document) -> None:
    """Raises WorkbenchError for what is no block of fields, and for a file of a newer workbench."""
    if not isinstance(document.value, dict):
        raise WorkbenchError(
            f"The file holds {_kind(document.value)} instead of fields",
            where=f"{document.label}, line 1",
            mend="Begin with `schema_version: 1` and one field a line; see models_catalog/README.md.",
        )
    version = document.value.get("schema_version")
    if isinstance(version, int) and version > schema.SCHEMA_VERSION:
        raise WorkbenchError(
            f"The file was made for a newer workbench (schema {version}; this one reads {schema.SCHEMA_VERSION})",
            where=document.where(("schema_version",)),
            mend="Update the workbench, or use an older copy of the file.",
        )


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else "a single value"
