"""An eval as a file that anybody can repeat: which cases, asked how, scored how, and what must come of it.

    workbench_eval: 1
    name: leave questions
    data: {file: leave.cases.jsonl, sha256: 5f1c…}
    models: [local/demo-medium]
    scorers: [contains, "length(expected=\"at most 40 words\")"]
    require:
    - {model: local/demo-medium, scorer: contains, at_least: 0.7}

Paths are relative to the file. Values are plain: nothing in it is run.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.domain.chat import Sampling, sampling_problem
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import Design, EvalCase, EvalRun, EvalSet, EvalSettings, EvalSummary
from workbench.evals.datasets.yaml_file import read_yaml
from workbench.paths import replace_file

FORMAT = 1
KEY = "workbench_eval"
MOST_BYTES = 4 << 20
MEND = "Write it anew with `workbench eval save ID -o FILE`, or mend the line."
SETTINGS = ("repeats", "timeout_s", "retries", "at_once", "together", "cap_usd", "design", "seed", "marked", "embedder")
#: a lower end of an interval is rounded down to this many digits
DIGITS = 3


@dataclass(frozen=True, slots=True)
class Requirement:
    """A model's mean under a scorer must be `at_least` this; with `low_at_least` the lower end of its interval must."""

    model: str
    scorer: str
    at_least: float | None = None
    low_at_least: float | None = None


@dataclass(frozen=True, slots=True)
class EvalFile:
    """What stands in the file; `data` is a path that exists or not. `columns` as for an import."""

    name: str
    data: Path
    sha256: str
    columns: Mapping[str, str]
    mark: bool
    models: tuple[str, ...]
    scorers: tuple[str, ...]
    system: str
    sampling: Sampling
    settings: EvalSettings
    require: tuple[Requirement, ...] = ()
    where: str = field(default="", compare=False)


def is_eval_file(path: Path) -> bool:
    """Whether a YAML file says of itself that it is one; nothing is checked."""
    if path.suffix.lower() not in (".yaml", ".yml") or not path.is_file():
        return False
    with path.open("rb") as file:
        begin = file.read(4096).decode("utf-8", "replace")
    return any(line.startswith(f"{KEY}:") for line in begin.splitlines())


def read_eval_file(path: Path) -> EvalFile:
    """Raises `WorkbenchError` that names the part that is wrong."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _fault(path, f"it is larger than {MOST_BYTES >> 20} MB")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise WorkbenchError(
            f"The eval cannot be read: {error.strerror}", where=str(path), mend="Check the path and your permission."
        ) from error
    except UnicodeError as error:
        raise _fault(path, "it is not UTF-8") from error
    plain = read_yaml(text, path)
    if not isinstance(plain, dict) or plain.get(KEY) != FORMAT:
        raise _fault(path, f"it does not begin with {KEY}: {FORMAT}")
    return _Reading(path).file(plain)


class _Reading:
    def __init__(self, path: Path) -> None:
        self._path = path

    def file(self, plain: Mapping[str, Any]) -> EvalFile:
        known = {
            KEY,
            "name",
            "data",
            "models",
            "scorers",
            "system",
            "sampling",
            "settings",
            "prompts",
            "judges",
            "require",
        }
        unknown = [str(key) for key in plain if key not in known]
        if unknown:
            raise _fault(self._path, f"nobody knows {unknown[0]}")
        data = self._mapping(plain, "data")
        return EvalFile(
            name=self._text(plain, "name"),
            data=self._path.parent / self._text(data, "file", required=True),
            sha256=self._text(data, "sha256"),
            columns={str(key): str(value) for key, value in self._mapping(data, "columns").items()},
            mark=data.get("mark", True) is not False,
            models=self._texts(plain, "models"),
            scorers=self._texts(plain, "scorers") or ("contains",),
            system=self._text(plain, "system"),
            sampling=self._sampling(self._mapping(plain, "sampling")),
            settings=self._settings(plain),
            require=tuple(self._requirement(part) for part in self._list(plain, "require")),
            where=str(self._path),
        )

    def _mapping(self, plain: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        found = plain.get(key) or {}
        if not isinstance(found, dict):
            raise _fault(self._path, f"{key} is no list of names and values")
        return found

    def _list(self, plain: Mapping[str, Any], key: str) -> list[Any]:
        found = plain.get(key) or []
        if not isinstance(found, list):
            raise _fault(self._path, f"{key} is no list")
        return found

    def _text(self, plain: Mapping[str, Any], key: str, *, required: bool = False) -> str:
        found = plain.get(key, "")
        if not isinstance(found, str) or (required and not found):
            raise _fault(self._path, f"{key} is no text")
        return found

    def _texts(self, plain: Mapping[str, Any], key: str) -> tuple[str, ...]:
        found = self._list(plain, key)
        if not all(isinstance(part, str) and part for part in found):
            raise _fault(self._path, f"{key} holds what is no text")
        return tuple(found)

    def _sampling(self, plain: Mapping[str, Any]) -> Sampling:
        known = {part.name for part in dataclasses.fields(Sampling)}
        unknown = [key for key in plain if key not in known]
        if unknown:
            raise _fault(self._path, f"sampling has no {unknown[0]}")
        values = {**plain, "stop": tuple(str(stop) for stop in self._list(plain, "stop"))}
        if not all(isinstance(value, int | float | tuple) for value in values.values()):
            raise _fault(self._path, "sampling holds what is no number")
        sampling = Sampling(**{"max_tokens": 96, **values})
        fault = sampling_problem(sampling)
        if fault:
            raise _fault(self._path, fault)
        return sampling

    def _settings(self, plain: Mapping[str, Any]) -> EvalSettings:
        given = self._mapping(plain, "settings")
        unknown = [key for key in given if key not in SETTINGS]
        if unknown:
            raise _fault(self._path, f"settings have no {unknown[0]}")
        default = EvalSettings()
        values: dict[str, Any] = {}
        for key, value in given.items():
            kind = float if key in ("timeout_s", "cap_usd") else type(getattr(default, key))
            if key == "design":
                if value not in tuple(Design):
                    raise _fault(self._path, f"the design is {' or '.join(Design)}")
                values[key] = Design(value)
            elif kind is float and isinstance(value, int | float) and not isinstance(value, bool):
                values[key] = float(value)
            elif type(value) is kind:
                values[key] = value
            else:
                raise _fault(self._path, f"{key} cannot be {value!r}")
        prompts = []
        for part in self._list(plain, "prompts"):
            if not isinstance(part, dict) or not isinstance(part.get("text"), str):
                raise _fault(self._path, "a prompt is a name and a text")
            prompts.append((str(part.get("name", "")), part["text"]))
        return EvalSettings(**values, judges=self._texts(plain, "judges"), prompts=tuple(prompts))

    def _requirement(self, plain: Any) -> Requirement:
        if not isinstance(plain, dict) or not {"at_least", "low_at_least"} & set(plain):
            raise _fault(self._path, "a requirement is a model, a scorer, and at_least or low_at_least")
        numbers = [plain.get(key) for key in ("at_least", "low_at_least")]
        if not all(number is None or (isinstance(number, int | float) and 0 <= number <= 1) for number in numbers):
            raise _fault(self._path, "what is required is a share from 0 to 1")
        return Requirement(
            self._text(plain, "model", required=True), self._text(plain, "scorer", required=True), *numbers
        )


def _fault(path: Path, what: str) -> WorkbenchError:
    return WorkbenchError(f"The eval cannot be repeated: {what}", where=str(path), mend=MEND)


# Out


def write_eval_file(run: EvalRun, data: EvalSet, summary: EvalSummary, models: Sequence[str], file: Path) -> Path:
    """Writes the eval and, beside it, its cases; returns the file of the cases. What it requires is what this run's
    intervals held: the lower end of each. Raises OSError; nothing is half written."""
    import hashlib

    import yaml

    cases = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in _rows(data)).encode()
    beside = file.with_name(f"{file.stem}.cases.jsonl")
    default = EvalSettings()
    settings = {
        key: getattr(run.settings, key) for key in SETTINGS if getattr(run.settings, key) != getattr(default, key)
    }
    if "design" in settings:
        settings["design"] = run.settings.design.value
    sampling = {key: list(value) if key == "stop" else value for key, value in dataclasses.asdict(run.sampling).items()}
    plain: dict[str, Any] = {
        KEY: FORMAT,
        "name": run.name,
        "data": {"file": beside.name, "sha256": hashlib.sha256(cases).hexdigest(), "mark": False},
        "models": list(models),
        "scorers": list(run.scorers),
        "system": run.system_prompt,
        "sampling": sampling,
        "settings": settings,
        "prompts": [{"name": name, "text": text} for name, text in run.settings.prompts],
        "judges": list(run.settings.judges),
        "require": [
            {"model": one.model_id, "scorer": one.scorer, "at_least": _down(one.low)}
            for one in summary.models
            if one.low is not None
        ],
    }
    text = yaml.safe_dump(
        {key: value for key, value in plain.items() if value or key == KEY},
        sort_keys=False,
        allow_unicode=True,
        width=110,
    )
    replace_file(beside, cases)
    replace_file(file, text.encode())
    return beside


def _down(value: float) -> float:
    scale = 10.0**DIGITS
    return max(0.0, math.floor(value * scale) / scale)


def _rows(data: EvalSet) -> list[dict[str, Any]]:
    return [_row(case, "") for case in data.cases] + [_row(case, "few-shot") for case in data.examples]


def _row(case: EvalCase, split: str) -> dict[str, Any]:
    known = {
        "id": case.id,
        "input": case.input,
        "expected": case.expected,
        "scorer": case.scorer or "",
        "source_document": case.source_document or "",
        "sensitive": "yes" if case.sensitive else "",
        "tags": "; ".join(case.tags),
        "context": case.context,
        "split": split,
    }
    own = {name: text for name, text in case.fields if name not in known}
    return {key: value for key, value in known.items() if value or key in ("id", "input", "expected")} | own


# What must come of it


def not_held(
    summary: EvalSummary,
    require: Sequence[Requirement],
    *,
    name_of: Callable[[str], str] = str,
    title_of: Callable[[str], str] = str,
) -> list[str]:
    """A sentence for each requirement that the results do not hold; [] when all hold."""
    found = {(one.model_id, one.scorer): one for one in summary.models}
    sentences = []
    for wanted in require:
        one = found.get((wanted.model, wanted.scorer))
        about = f"{name_of(wanted.model)}, {title_of(wanted.scorer)}"
        if one is None or one.mean is None or one.low is None:
            sentences.append(f"{about}: nothing was scored")
        elif wanted.at_least is not None and one.mean < wanted.at_least:
            sentences.append(f"{about}: {100 * one.mean:.1f} %, at least {100 * wanted.at_least:.1f} % required")
        elif wanted.low_at_least is not None and one.low < wanted.low_at_least:
            sentences.append(
                f"{about}: the interval begins at {100 * one.low:.1f} %, at least {100 * wanted.low_at_least:.1f} % "
                f"required"
            )
    return sentences
