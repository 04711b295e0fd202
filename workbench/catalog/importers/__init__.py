"""Price lists, benchmark tables and recipes of others, read into rows. A family: one file each, one line here.

To add one: a file with an object that keeps the `Importer` protocol, a line in BUILTIN, a small faithful file of its
shape in the contract tests, which then run over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.catalog.importers.source_file import SourceFile
    from workbench.domain.quotes import Reading


class Importer(Protocol):
    """One kind of file.

    `url` is where the list can be fetched ("" when only from a file); `brings` says in half a sentence what is in it;
    `wanted` which file a person has to give; `thanks` names its licence.
    """

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def brings(self) -> str: ...
    @property
    def wanted(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def thanks(self) -> str: ...

    def recognises(self, file: SourceFile) -> bool:
        """Whether the file has this shape; may raise WorkbenchError when it is unreadable as such."""
        ...

    def companions(self, name: str) -> tuple[str, ...]:
        """Names of files that belong to the file `name` and may lie beside it."""
        ...

    def read(self, file: SourceFile) -> Reading:
        """The rows. Raises WorkbenchError when the file as a whole cannot be read; bad entries are listed instead."""
        ...


# What the catalog's sources hold when a figure is from one of these lists.
MARKS: Mapping[str, str] = MappingProxyType(
    {
        "models.dev": "models.dev",
        "genai-prices": "genai-prices",
        "openrouter": "openrouter.ai/api",
        "litellm": "litellm",
        "livebench": "LiveBench",
        "vllm-recipes": "vllm-project/recipes",
        "csv": "csv:",
    }
)
_HERE = "workbench.catalog.importers"
# In the order in which a file is offered to them; csv takes what nobody else knows.
BUILTIN: Mapping[str, str] = MappingProxyType(
    {
        "models.dev": f"{_HERE}.models_dev",
        "genai-prices": f"{_HERE}.genai_prices",
        "openrouter": f"{_HERE}.openrouter",
        "litellm": f"{_HERE}.litellm",
        "livebench": f"{_HERE}.livebench",
        "vllm-recipes": f"{_HERE}.vllm_recipes",
        "csv": f"{_HERE}.own_table",
    }
)


def importer(name: str) -> Importer:
    """The importer of this id. Raises WorkbenchError that names the nearest one."""
    path = BUILTIN.get(name)
    if path is None:
        close = get_close_matches(name, BUILTIN, n=1)
        mend = f"Did you mean {close[0]}?" if close else f"Known are {', '.join(BUILTIN)}."
        raise WorkbenchError(f"There is no importer named '{name}'", mend=mend)
    found: Importer = import_module(path).IMPORTER
    return found


def recognise(file: SourceFile) -> Importer:
    """The importer whose shape the file has. Raises WorkbenchError that says what the file looks like."""
    for name in BUILTIN:
        found = importer(name)
        if found.recognises(file):
            return found
    kinds = ", ".join(importer(name).title for name in BUILTIN)
    what = "This is none of the lists that can be imported"
    raise WorkbenchError(what, where=file.name, mend=f"Known are {kinds}.")
