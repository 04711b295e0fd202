"""What a person prefers, declared once: key, type, default, title and help. Kept as JSON in the data folder.

Besides the declared settings the file holds what the window remembers of itself (column widths and the like) under
keys with a slash; those and keys of other versions are kept as they are.
"""

from __future__ import annotations

import json
import math
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar

from workbench.domain.errors import WorkbenchError
from workbench.domain.numbers import digits
from workbench.paths import replace_file

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
T = TypeVar("T", bool, float, str, tuple[str, ...])

MAX_BYTES = 1_048_576
_WRITE_AFTER_S = 0.3


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One preference. `choices` lists the allowed values, `low` and `high` bound a number, `limit` a list's length."""

    key: str
    default: T
    title: str
    help: str
    choices: tuple[T, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    limit: int = 1_000

    def checked(self, value: Json | tuple[str, ...]) -> T:
        """`value` as this setting's type. Raises WorkbenchError that names the setting and what it takes."""
        found: Any = tuple(value) if isinstance(value, list | tuple) else value
        if isinstance(self.default, float) and isinstance(found, int) and not isinstance(found, bool):
            found = float(found)
        if type(found) is not type(self.default) or not self._allows(found):
            raise WorkbenchError(
                f"The setting '{self.title}' cannot be {_short(value)}", where=self.key, mend=f"{self._expected()}."
            )
        allowed: T = found
        return allowed

    def _allows(self, value: Any) -> bool:
        if self.choices and value not in self.choices:
            return False
        if isinstance(value, float):
            return self.low <= value <= self.high
        if isinstance(value, tuple):
            return len(value) <= self.limit and all(isinstance(item, str) for item in value)
        return True

    def _expected(self) -> str:
        if self.choices:
            return f"Choose one of {', '.join(str(choice) for choice in self.choices)}"
        if isinstance(self.default, bool):
            return "Choose on (true) or off (false)"
        if isinstance(self.default, float):
            return f"Give a number from {digits(self.low)} to {digits(self.high)}"
        return "Give a text" if isinstance(self.default, str) else f"Give a list of at most {self.limit} texts"


THEME = Setting(
    "theme", "system", "Colours", "Light, dark, or as the system has it.", choices=("system", "light", "dark")
)
TEXT_SCALE = Setting("text_scale", 1.0, "Text size", "Times the system's size.", low=0.75, high=2.5)
REDUCED_MOTION = Setting("reduced_motion", False, "Less motion", "Pages and panels change at once, without sliding.")
LAST_PAGE = Setting("last_page", "home", "Page at start", "The page that was open when the window was closed.")
WINDOW_GEOMETRY = Setting("window_geometry", "", "Window place", "Size and place of the window, as Qt keeps them.")
RECENT_SCENARIOS: Setting[tuple[str, ...]] = Setting(
    "recent_scenarios", (), "Recent scenarios", "Ids of the scenarios opened last, newest first.", limit=10
)
OFFLINE = Setting("offline", False, "Offline", "Nothing is sent further than this machine, whatever is asked.")
PRIVATE_HOSTS: Setting[tuple[str, ...]] = Setting(
    "private_hosts", (), "Allowed hosts", "Servers in your own network that may be called.", limit=200
)
PROXY = Setting(
    "proxy", "", "Proxy", "The way out, as http://host:port; empty: direct. No environment variable counts."
)
KEY_PROVIDERS: Setting[tuple[str, ...]] = Setting(
    "key_providers",
    (),
    "Keys entered",
    "For which providers a key was entered; the keys are in the keychain.",
    limit=200,
)
DAY_CAP_USD = Setting("day_cap_usd", 10.0, "Cap per day", "US dollars for paid calls on one day.", low=0, high=100_000)
SCENARIO_CAP_USD = Setting(
    "scenario_cap_usd", 25.0, "Cap per scenario", "US dollars for paid calls of one scenario.", low=0, high=100_000
)
MODEL_MEMORY_GB = Setting(
    "model_memory_gb",
    0.0,
    "Memory for local models",
    "Gigabytes that all models loaded here may take together; 0: four fifths of what is free.",
    low=0,
    high=10_000,
)
OWN_PYTHON = Setting(
    "own_python",
    False,
    "Scorers in Python",
    "Evals may run a Python file of yours to score answers; it can read what you can read.",
)
REPORT_BRAND = Setting("report_brand", "", "Name on reports", "Whose reports these are: a company or a team.")
REPORT_COLOUR = Setting("report_colour", "", "Colour of reports", "The accent colour, like #1f62a8; empty: ours.")
REPORT_LOGO = Setting("report_logo", "", "Logo on reports", "A PNG or JPEG file for the head of every report.")
TEAM_STORE = Setting(
    "team_store", "", "Team store", "The address of the team's PostgreSQL, without its password; empty: none."
)
DECLARED: tuple[Setting[Any], ...] = (
    THEME,
    TEXT_SCALE,
    REDUCED_MOTION,
    LAST_PAGE,
    WINDOW_GEOMETRY,
    RECENT_SCENARIOS,
    OFFLINE,
    PRIVATE_HOSTS,
    PROXY,
    KEY_PROVIDERS,
    DAY_CAP_USD,
    SCENARIO_CAP_USD,
    MODEL_MEMORY_GB,
    OWN_PYTHON,
    REPORT_BRAND,
    REPORT_COLOUR,
    REPORT_LOGO,
    TEAM_STORE,
)
_BY_KEY = {setting.key: setting for setting in DECLARED}


class Settings:
    """The values of one data folder, in memory; a change reaches the file a moment later, off the caller's thread.

    `notices` says what was wrong with the file. Close it at the end, or the last change may be lost.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._timer: threading.Timer | None = None
        self._may_write = True
        self.notices: list[WorkbenchError] = []
        self._values = self._read()

    def value(self, setting: Setting[T]) -> T:
        """The chosen value of a declared setting, or its default."""
        with self._lock:
            kept = self._values.get(setting.key)
        return setting.default if kept is None else setting.checked(kept)

    def choose(self, setting: Setting[T], value: T) -> None:
        """Changes a declared setting. Raises WorkbenchError when it does not take the value."""
        self._put(setting.key, _as_json(setting.checked(value)))

    def get(self, key: str, default: Json = None) -> Json:
        """The value under `key`: a declared setting's, or what was kept there with `set`, else `default`."""
        declared = _BY_KEY.get(key)
        if declared is not None:
            return _as_json(self.value(declared))
        with self._lock:
            return self._values.get(key, default)

    def set(self, key: str, value: Json) -> None:
        """Keeps `value` under `key`; a declared setting's value is checked first (WorkbenchError)."""
        declared = _BY_KEY.get(key)
        self._put(key, value if declared is None else _as_json(declared.checked(value)))

    def save(self) -> None:
        """Writes the file now. Raises WorkbenchError when the disk does not take it; the values stay in memory."""
        with self._writing:
            with self._lock:
                self._timer = None
                text = json.dumps(self._values, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
            if not self._may_write:
                return
            try:
                replace_file(self._file, (text + "\n").encode("utf-8"))
            except OSError as error:
                raise WorkbenchError(
                    f"The settings could not be saved: {error.strerror}",
                    where=str(self._file),
                    mend="Make room on the disk, or check the folder's permissions; they hold until the program ends.",
                ) from error

    def close(self) -> None:
        """Writes what is still waiting to be written."""
        with self._lock:
            waiting = self._timer
            self._timer = None
        if waiting is not None:
            waiting.cancel()
            self.save()

    def _put(self, key: str, value: Json) -> None:
        with self._lock:
            if key in self._values and self._values[key] == value:
                return
            self._values[key] = value
            if self._timer is None:
                self._timer = threading.Timer(_WRITE_AFTER_S, self._save_later)
                self._timer.daemon = True
                self._timer.start()

    def _save_later(self) -> None:
        try:
            self.save()
        except WorkbenchError as error:
            self.notices.append(error)

    def _read(self) -> dict[str, Json]:
        """The file's values without those that a declared setting does not take; each fault becomes a notice."""
        try:
            with self._file.open("rb") as stream:
                content = stream.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._may_write = False
            self._note(
                f"The settings cannot be read: {error.strerror}", "Defaults are used and nothing is overwritten."
            )
            return {}
        try:
            values = _parsed(content)
        except (ValueError, RecursionError):
            self._keep_aside()
            return {}
        return {key: value for key, value in values.items() if self._is_sound(key, value)}

    def _is_sound(self, key: str, value: Json) -> bool:
        try:
            if key in _BY_KEY:
                _BY_KEY[key].checked(value)
        except WorkbenchError as error:
            self.notices.append(WorkbenchError(error.what, where=str(self._file), mend="The default is used."))
            return False
        return True

    def _keep_aside(self) -> None:
        aside = self._file.with_name(f"{self._file.stem}-broken-{time.strftime('%Y%m%d-%H%M%S')}.json")
        try:
            self._file.rename(aside)
        except OSError as error:
            self._may_write = False
            self._note(f"The settings are damaged and cannot be moved aside: {error.strerror}", "Defaults are used.")
        else:
            self._note("The settings were damaged", f"Defaults are used; the old file is kept as {aside.name}.")

    def _note(self, what: str, mend: str) -> None:
        self.notices.append(WorkbenchError(what, where=str(self._file), mend=mend))


def _parsed(content: bytes) -> dict[str, Json]:
    """The file's object. Raises ValueError or RecursionError for everything else."""
    if len(content) > MAX_BYTES:
        raise ValueError("too large")
    values = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    if not isinstance(values, dict):
        raise ValueError("not an object")
    return values


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _as_json(value: bool | float | str | tuple[str, ...]) -> Json:
    return list(value) if isinstance(value, tuple) else value


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
