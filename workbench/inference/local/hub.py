"""What a Hugging Face repository offers: its GGUF models with size, checksum and licence, from the hub's own answer.

Nothing here opens a connection; addresses and answers only. A server that speaks the same protocol is named by
HF_ENDPOINT, as for the hub's own tools.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf.parts import part_name
from workbench.inference.local.gguf.types import FILE_TYPES

PUBLIC = "https://huggingface.co"
ENDPOINT_VARIABLE = "HF_ENDPOINT"
#: where the hub sends a download on to
STORES = ("*.huggingface.co", "*.hf.co")
PART = re.compile(r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?$")
REVISION = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,120}$")
SHA256 = re.compile(r"^[0-9a-f]{64}$")
LABELS = sorted({label for label, _ in FILE_TYPES.values()} | {"BF16", "MXFP4"}, key=len, reverse=True)
LABEL = re.compile(r"(?:UD-)?(?:" + "|".join(LABELS) + r")(?:_XL|_L)?(?=$|[-._])", re.IGNORECASE)
FORBIDDEN = re.compile(r'[\x00-\x1f\\:*?"<>|]')
RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
MOST_FILES = 5000
MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class Reference:
    """A repository, and which of its models is wanted: a file's name or a quantization's label, "" when not said."""

    repository: str
    revision: str = "main"
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file: where it lies in the repository, bytes, and its checksum where the hub names one."""

    path: str
    bytes: int
    sha256: str | None


@dataclass(frozen=True, slots=True)
class HubModel:
    """A model as it can be fetched: one file, or all parts of a split one. `label` is its quantization, "" unknown."""

    name: str
    label: str
    files: tuple[HubFile, ...]
    projector: bool = False

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class Repository:
    """What the hub says of a repository at one commit. `gated` means that terms must be accepted there first."""

    endpoint: str
    id: str
    revision: str
    licence: str | None
    gated: bool
    parameters: int | None
    models: tuple[HubModel, ...]

    @property
    def page(self) -> str:
        return f"{self.endpoint}/{self.id}"

    def address(self, file: HubFile) -> str:
        """Where a file is fetched from: pinned to the commit, so that it cannot change between two pieces."""
        return f"{self.endpoint}/{self.id}/resolve/{self.revision}/{quote(file.path)}"

    def chosen(self, wanted: str) -> HubModel:
        """The model with this name, file name or quantization. Raises WorkbenchError with what there is."""
        key = wanted.casefold().removesuffix(".gguf")
        for of in (
            lambda model: model.name.casefold() == key,
            lambda model: any(file.path.casefold().removesuffix(".gguf") == key for file in model.files),
            lambda model: not model.projector and model.label.casefold() == key,
        ):
            found = [model for model in self.models if of(model)]
            if len(found) == 1:
                return found[0]
        names = ", ".join(model.label or model.name for model in self.models if not model.projector)
        raise WorkbenchError(
            f"{self.id} has no model {wanted!r}" if wanted else f"{self.id} has several models",
            where=self.page,
            mend=f"Choose one of: {names}." if names else "Choose another repository.",
        )


def endpoint(environment: Mapping[str, str] = os.environ) -> str:
    """The hub's address: the public one, or what HF_ENDPOINT names."""
    return environment.get(ENDPOINT_VARIABLE, "").strip().rstrip("/") or PUBLIC


def parse_reference(text: str) -> Reference:
    """`owner/name`, with `:Q4_K_M` or `@revision` behind it, or the address of a page. Raises WorkbenchError."""
    plain, wanted, revision = text.strip(), "", "main"
    if "://" in plain or plain.startswith(("hf.co/", "huggingface.co/")):
        plain, wanted, revision = _from_address(plain)
    if ":" in plain:
        plain, _, wanted = plain.partition(":")
    if "@" in plain:
        plain, _, revision = plain.partition("@")
    parts = plain.strip("/").split("/")
    sound = len(parts) == 2 and all(PART.match(part) and ".." not in part for part in parts)
    if not sound or not REVISION.match(revision) or ".." in revision:
        raise WorkbenchError(
            f"{text.strip()[:80]!r} is no name of a repository",
            where="repository",
            mend="Write it as owner/name, or owner/name:Q4_K_M; the address of its page works too.",
        )
    return Reference("/".join(parts), revision, wanted.strip())


def _from_address(text: str) -> tuple[str, str, str]:
    """Repository, file and revision of a page's address."""
    address = text if "://" in text else f"https://{text}"
    parts = [part for part in urlsplit(address).path.split("/") if part]
    repository, wanted, revision = "/".join(parts[:2]), "", "main"
    if len(parts) >= 4 and parts[2] in ("blob", "resolve", "tree"):
        revision, wanted = parts[3], "/".join(parts[4:])
    return repository, wanted, revision


def details_address(base: str, reference: Reference) -> str:
    """Where the hub tells what is in a repository, sizes and checksums included."""
    return f"{base}/api/models/{reference.repository}/revision/{quote(reference.revision, safe='')}?blobs=true"


def parse_repository(base: str, reference: Reference, body: bytes) -> Repository:
    """The hub's answer. Raises WorkbenchError when it is none, or holds no GGUF model."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    commit = told.get("sha") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(commit, str) or not REVISION.match(commit):
        raise WorkbenchError(
            "The answer is not what a model hub says", where=base, mend=f"Check the address in {ENDPOINT_VARIABLE}."
        )
    models = _models(told.get("siblings"))
    if not models:
        raise WorkbenchError(
            f"{reference.repository} holds no GGUF file",
            where=f"{base}/{reference.repository}",
            mend="Look for a repository whose name ends with -GGUF.",
        )
    numbers = told.get("gguf")
    total = numbers.get("total") if isinstance(numbers, dict) else None
    return Repository(
        endpoint=base,
        id=reference.repository,
        revision=commit,
        licence=_licence(told),
        gated=bool(told.get("gated")),
        parameters=total if isinstance(total, int) else None,
        models=models,
    )


def _licence(told: Mapping[str, Any]) -> str | None:
    card = told.get("cardData")
    found = card.get("license_name") or card.get("license") if isinstance(card, dict) else None
    if isinstance(found, str) and found.strip() and found != "other":
        return found.strip()[:MOST_NAME]
    tags = told.get("tags")
    for tag in tags if isinstance(tags, list) else []:
        if isinstance(tag, str) and tag.startswith("license:"):
            return tag.removeprefix("license:")[:MOST_NAME]
    return None


def _models(siblings: object) -> tuple[HubModel, ...]:
    """The GGUF files, parts of one model together; the smallest first, projectors last."""
    groups: dict[str, list[HubFile]] = {}
    for entry in siblings[:MOST_FILES] if isinstance(siblings, list) else []:
        file = _file(entry)
        if file is None:
            continue
        folder, _, name = file.path.rpartition("/")
        part = part_name(name)
        stem = part.stem if part is not None else name[: -len(".gguf")]
        groups.setdefault(f"{folder}/{stem}" if folder else stem, []).append(file)
    found = [_model(stem, files) for stem, files in groups.items()]
    return tuple(sorted(found, key=lambda model: (model.projector, model.bytes, model.name)))


def _model(stem: str, files: list[HubFile]) -> HubModel:
    name = stem.rpartition("/")[2]
    labels = LABEL.findall(name)
    projector = "mmproj" in name.casefold()
    return HubModel(name, labels[-1].upper() if labels else "", tuple(sorted(files, key=lambda f: f.path)), projector)


def _file(entry: object) -> HubFile | None:
    """A GGUF file under a name that is safe on every system; None for anything else."""
    if not isinstance(entry, dict):
        return None
    path, size, stored = entry.get("rfilename"), entry.get("size"), entry.get("lfs")
    if not isinstance(path, str) or not path.lower().endswith(".gguf") or not is_safe(path):
        return None
    sha256 = stored.get("sha256") if isinstance(stored, dict) else None
    told = stored.get("size") if isinstance(stored, dict) and not isinstance(size, int) else size
    if not isinstance(told, int) or told <= 0:
        return None
    return HubFile(path, told, sha256 if isinstance(sha256, str) and SHA256.match(sha256) else None)


def is_safe(path: str) -> bool:
    """Whether a path from the network may become one on this disk: relative, plain, and nowhere above its folder."""
    parts = path.split("/")
    return (
        len(path) <= 4 * MOST_NAME
        and not FORBIDDEN.search(path)
        and all(part not in ("", ".", "..") and len(part) <= MOST_NAME for part in parts)
        and not any(RESERVED.match(part) or part.endswith((".", " ")) for part in parts)
    )
