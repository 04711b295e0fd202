"""Where other programs keep their GGUF models: default folders on each system, and the variables that move them.

Read here and never written. Folders that are not there are left out. Only Linux was tried; the folders of macOS and
Windows are those that the programs' documentation names.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MOST_SETTINGS_BYTES = 1 << 20


class Kind(StrEnum):
    """How the models lie in a place: as files with names, or as Ollama's blobs with manifests."""

    FOLDER = "folder"
    OLLAMA = "ollama"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with models. `program` is whose it is, empty for one that the person added."""

    folder: Path
    program: str = ""
    kind: Kind = Kind.FOLDER


@dataclass(frozen=True, slots=True)
class Machine:
    """What the folders depend on: the system ("linux", "darwin", "win32"), home folder and environment."""

    system: str
    home: Path
    environment: Mapping[str, str]

    @classmethod
    def here(cls) -> Machine:
        return cls(sys.platform, Path.home(), os.environ)

    def named(self, variable: str) -> Path | None:
        """The folder in a variable, None when it is empty or not set."""
        value = self.environment.get(variable, "").strip()
        return Path(value).expanduser() if value else None

    @property
    def cache(self) -> Path:
        if self.system == "darwin":
            return self.home / "Library" / "Caches"
        if self.system == "win32":
            return self.named("LOCALAPPDATA") or self.home / "AppData" / "Local"
        return self.named("XDG_CACHE_HOME") or self.home / ".cache"

    @property
    def local(self) -> Path:
        """Data of programs that stays on this machine."""
        if self.system == "darwin":
            return self.home / "Library" / "Application Support"
        if self.system == "win32":
            return self.named("LOCALAPPDATA") or self.home / "AppData" / "Local"
        return self.named("XDG_DATA_HOME") or self.home / ".local" / "share"

    @property
    def roaming(self) -> Path:
        """Data and settings of programs."""
        if self.system == "darwin":
            return self.home / "Library" / "Application Support"
        if self.system == "win32":
            return self.named("APPDATA") or self.home / "AppData" / "Roaming"
        return self.named("XDG_CONFIG_HOME") or self.home / ".config"


def known_places(machine: Machine | None = None) -> tuple[Place, ...]:
    """Folders of LM Studio, Ollama, Jan, GPT4All, llama.cpp and Hugging Face's cache that are there, each once."""
    here = machine or Machine.here()
    found: dict[str, Place] = {}
    for place in _candidates(here):
        if _is_folder(place.folder):
            found.setdefault(os.path.realpath(place.folder), place)
    return tuple(found.values())


def _candidates(here: Machine) -> Iterator[Place]:
    for folder in _lm_studio(here):
        yield Place(folder, "LM Studio")
    for folder in _ollama(here):
        yield Place(folder, "Ollama", Kind.OLLAMA)
    for folder in _jan(here):
        yield Place(folder, "Jan")
    yield Place(here.local / "nomic.ai" / "GPT4All", "GPT4All")
    yield Place(here.home / ".cache" / "gpt4all", "GPT4All")
    yield Place(here.named("LLAMA_CACHE") or here.cache / "llama.cpp", "llama.cpp")
    yield Place(_hugging_face(here), "Hugging Face")


def _lm_studio(here: Machine) -> Iterator[Path]:
    """The home folder that its pointer file names (else ~/.lmstudio), and that of older versions."""
    pointed = _text(here.home / ".lmstudio-home-pointer").strip()
    home = Path(pointed) if pointed else here.home / ".lmstudio"
    chosen = _setting(home / "settings.json", "downloadsFolder")
    if chosen:
        yield Path(chosen)
    yield home / "models"
    yield here.home / ".cache" / "lm-studio" / "models"


def _ollama(here: Machine) -> Iterator[Path]:
    """The variable's folder, the person's own, and that of the service which Linux's installer sets up."""
    named = here.named("OLLAMA_MODELS")
    if named is not None:
        yield named
    yield here.home / ".ollama" / "models"
    if here.system not in ("darwin", "win32"):
        yield Path("/usr/share/ollama/.ollama/models")
        yield Path("/var/lib/ollama/.ollama/models")
        yield Path("/var/lib/ollama/models")


def _jan(here: Machine) -> Iterator[Path]:
    """The data folder that its settings name; its place changed over the versions."""
    own = here.roaming / "Jan"
    chosen = _setting(own / "data" / "settings.json", "data_folder") or _setting(own / "settings.json", "data_folder")
    roots = [Path(chosen)] if chosen else []
    roots += [own / "data", here.local / "Jan" / "data", here.home / "jan"]
    for root in roots:
        yield root / "llamacpp" / "models"
        yield root / "models"


def _hugging_face(here: Machine) -> Path:
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if (named := here.named(variable)) is not None:
            return named
    # on every system the same, unlike the caches of other programs
    home = here.named("HF_HOME") or (here.named("XDG_CACHE_HOME") or here.home / ".cache") / "huggingface"
    return home / "hub"


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _text(path: Path) -> str:
    """A small text of another program, empty when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(MOST_SETTINGS_BYTES).decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return ""


def _setting(path: Path, key: str) -> str:
    """A text in another program's settings, empty when it is not there."""
    try:
        values = json.loads(_text(path))
    except (ValueError, RecursionError):
        return ""
    value = values.get(key) if isinstance(values, dict) else None
    return value if isinstance(value, str) and "\0" not in value else ""
