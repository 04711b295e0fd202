"""A small catalog in a temporary folder for tests: the shipped lists and a few shipped models, free to be damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench.paths import data_dir

MODELS = ("openai/gpt-4o", "deepseek/deepseek-v4-pro", "baai/bge-m3")
GPT_4O = "models/openai/gpt-4o.yaml"


def copy_catalog(folder: Path, models: tuple[str, ...] = MODELS) -> Path:
    """Copies the shipped lists and `models` to `folder` and returns it."""
    shipped = data_dir("models_catalog")
    folder.mkdir(parents=True)
    for file in shipped.glob("*.yaml"):
        shutil.copy(file, folder)
    for model in models:
        target = folder / "models" / f"{model}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shipped / "models" / f"{model}.yaml", target)
    return folder


def change(file: Path, old: str, new: str) -> int:
    """Replaces the first `old` in `file` by `new`; returns the line it stood on."""
    text = file.read_text("utf-8")
    assert old in text, f"{old!r} is not in {file}"
    file.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1
