"""YAML: a list of objects, or promptfoo's tests. Aliases and tags are refused before anything is built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.evals.datasets.encoding import TITLES, open_text
from workbench.evals.datasets.json_file import listed_records
from workbench.evals.datasets.naming import Naming
from workbench.evals.datasets.protocol import Dialect, Progress, Reader, Records

MOST_BYTES = 16 << 20
DEEPEST = 100
LOOKED_AT = 64 << 10
CASES = ("tests:", "cases:", "workbench_eval:")


class YamlFile:
    id = "yaml"
    title = "YAML"
    suffixes = (".yaml", ".yml")
    magic: tuple[bytes, ...] = ()

    def open(self, path: Path, encoding: str, progress: Progress, naming: Naming) -> tuple[Dialect, Records]:
        if path.stat().st_size > MOST_BYTES:
            raise WorkbenchError(
                f"The YAML file is larger than {MOST_BYTES >> 20} MB", where=str(path), mend="Use CSV or JSON Lines."
            )
        with open_text(path, encoding) as file:
            value = read_yaml(file.read(), path)
        if isinstance(value, dict) and "workbench_eval" in value:
            raise WorkbenchError(
                "This is a whole eval to repeat, not a data set",
                where=str(path),
                mend="Repeat it with `workbench eval run FILE`, or choose the file of its cases, which lies beside it.",
            )
        return Dialect("YAML", TITLES[encoding]), listed_records(value, path, progress, naming)


def looks_like_cases(path: Path) -> bool:
    """Whether a YAML file begins as a list, promptfoo's tests or an eval do, and not as a scenario."""
    try:
        with path.open("rb") as file:
            begin = file.read(LOOKED_AT).decode("utf-8", "replace")
    except OSError:
        return False
    lines = [line for line in begin.splitlines() if line.strip() and not line.startswith(("#", "---"))]
    return lines[:1] != [] and (lines[0].startswith("- ") or any(line.startswith(CASES) for line in lines))


def read_yaml(text: str, path: Path) -> Any:
    """Plain values only. Raises `WorkbenchError` for what is no YAML, and for aliases and tags."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _refuse_tricks(yaml, text, loader, path)
        return _plain(yaml.load(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        what = getattr(error, "problem", None) or "it cannot be read"
        raise WorkbenchError(f"The file is not YAML: {what}", where=where, mend="Mend the line.") from error
    except (RecursionError, ValueError, OverflowError) as error:
        raise WorkbenchError(f"The file is not YAML: {error}", where=str(path), mend="Mend the file.") from error


def _refuse_tricks(yaml: Any, text: str, loader: Any, path: Path) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        tag = getattr(event, "tag", None)
        what = ""
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            what = "an alias (& or *)"
        elif tag is not None and tag != "!":
            what = f"the tag {tag}"
        elif depth > DEEPEST:
            what = f"more than {DEEPEST} levels"
        if what:
            raise WorkbenchError(
                f"The YAML file has {what}, which is not read",
                where=f"{path}, line {event.start_mark.line + 1}",
                mend="Write the value out.",
            )


def _plain(value: Any) -> Any:
    """Dates and the like as text: YAML reads them without being asked."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


READER: Reader = YamlFile()
