"""What this machine remembers of the scenarios it shares: what both sides had when they last met.

It lies in a file beside the data file, not in it: another machine meets the team store in its own time.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.paths import replace_file

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Link:
    """`base` is the content both sides had (see `team_merge.content_of`), `was` what this side had before a change that
    was passed on and may not have been written here. `held`: the team store holds it, this is a copy to read; changes
    are made there first. `with_texts`: prompts, answers and cases go along."""

    base: Mapping[str, Any]
    was: Mapping[str, Any] | None = None
    held: bool = False
    with_texts: bool = True


class Links:
    """The file, read once and written whole. Any thread."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._known: tuple[str, dict[str, Link]] | None = None

    def of(self, place: str) -> dict[str, Link]:
        """The links to one team store by scenario id; those to another do not count. Raises WorkbenchError."""
        with self._lock:
            known_place, links = self._read()
            return dict(links) if known_place == place else {}

    def get(self, scenario_id: str) -> Link | None:
        """The link of one scenario, wherever to."""
        with self._lock:
            return self._read()[1].get(scenario_id)

    def put(self, place: str, scenario_id: str, link: Link) -> None:
        """Remembers; links to another place are forgotten."""
        with self._lock:
            known_place, links = self._read()
            kept = dict(links) if known_place == place else {}
            self._write(place, {**kept, scenario_id: link})

    def drop(self, scenario_id: str) -> bool:
        """Forgets one; False when there was none."""
        with self._lock:
            place, links = self._read()
            if scenario_id not in links:
                return False
            self._write(place, {key: link for key, link in links.items() if key != scenario_id})
            return True

    def update(self, scenario_id: str, **parts: Any) -> None:
        """Changes a link that is there."""
        with self._lock:
            place, links = self._read()
            self._write(place, {**links, scenario_id: replace(links[scenario_id], **parts)})

    def _read(self) -> tuple[str, dict[str, Link]]:
        if self._known is not None:
            return self._known
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            links = {key: Link(**value) for key, value in content["scenarios"].items()}
            if content["format"] != _FORMAT:
                raise ValueError(content["format"])
            self._known = (str(content["place"]), links)
        except FileNotFoundError:
            self._known = ("", {})
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise WorkbenchError(
                "What is remembered of the team store cannot be read",
                where=str(self._file),
                mend="Move the file away: nothing is lost, differences are then asked about once.",
            ) from error
        return self._known

    def _write(self, place: str, links: dict[str, Link]) -> None:
        shape = {"format": _FORMAT, "place": place, "scenarios": {key: asdict(link) for key, link in links.items()}}
        try:
            replace_file(self._file, (json.dumps(shape, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
        except OSError as error:
            raise WorkbenchError(
                f"What is shared cannot be remembered: {error.strerror}",
                where=str(self._file),
                mend="Make room on the disk, then try again.",
            ) from error
        self._known = (place, links)
