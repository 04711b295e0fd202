"""Where other programs keep their models, on each system and with the variables that move them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from workbench.inference.local.places import Kind, Machine, Place, known_places


def made(home: Path, *folders: str) -> None:
    for folder in folders:
        (home / folder).mkdir(parents=True)


def found(home: Path, system: str = "linux", **environment: str) -> dict[str, list[str]]:
    """Folders by program, relative to the home folder."""
    named: dict[str, list[str]] = {}
    for place in known_places(Machine(system, home, environment)):
        if place.folder.is_relative_to(home):
            named.setdefault(place.program, []).append(place.folder.relative_to(home).as_posix())
    return named


@pytest.mark.parametrize(
    ("system", "folders"),
    [
        (
            "linux",
            {
                "LM Studio": [".lmstudio/models"],
                "Ollama": [".ollama/models"],
                "Jan": [".config/Jan/data/llamacpp/models"],
                "GPT4All": [".local/share/nomic.ai/GPT4All"],
                "llama.cpp": [".cache/llama.cpp"],
                "Hugging Face": [".cache/huggingface/hub"],
            },
        ),
        (
            "darwin",
            {
                "LM Studio": [".lmstudio/models"],
                "Ollama": [".ollama/models"],
                "Jan": ["Library/Application Support/Jan/data/llamacpp/models"],
                "GPT4All": ["Library/Application Support/nomic.ai/GPT4All"],
                "llama.cpp": ["Library/Caches/llama.cpp"],
                "Hugging Face": [".cache/huggingface/hub"],
            },
        ),
        (
            "win32",
            {
                "LM Studio": [".lmstudio/models"],
                "Ollama": [".ollama/models"],
                "Jan": ["AppData/Roaming/Jan/data/llamacpp/models"],
                "GPT4All": ["AppData/Local/nomic.ai/GPT4All"],
                "llama.cpp": ["AppData/Local/llama.cpp"],
                "Hugging Face": [".cache/huggingface/hub"],
            },
        ),
    ],
)
def test_that_the_default_folders_of_each_system_are_found(
    tmp_path: Path, system: str, folders: dict[str, list[str]]
) -> None:
    made(tmp_path, *(folder for group in folders.values() for folder in group))
    assert found(tmp_path, system) == folders


def test_that_folders_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    assert found(tmp_path) == {}


def test_that_the_variables_of_each_program_move_its_folder(tmp_path: Path) -> None:
    made(tmp_path, "o", "l", "h/hub", "c", ".ollama/models", ".cache/llama.cpp", ".cache/huggingface/hub")
    moved = {
        "OLLAMA_MODELS": str(tmp_path / "o"),
        "LLAMA_CACHE": str(tmp_path / "l"),
        "HF_HOME": str(tmp_path / "h"),
    }
    assert found(tmp_path, **moved) == {
        "Ollama": ["o", ".ollama/models"],
        "llama.cpp": ["l"],
        "Hugging Face": ["h/hub"],
    }
    assert found(tmp_path, HF_HUB_CACHE=str(tmp_path / "c"))["Hugging Face"] == ["c"]


def test_that_the_folder_chosen_in_another_programs_settings_is_found(tmp_path: Path) -> None:
    made(tmp_path, "studio", "big/models", "jan data/llamacpp/models", ".config/Jan/data")
    (tmp_path / ".lmstudio-home-pointer").write_text(f"{tmp_path / 'studio'}\n")
    (tmp_path / "studio" / "settings.json").write_text(json.dumps({"downloadsFolder": str(tmp_path / "big/models")}))
    (tmp_path / ".config/Jan/data/settings.json").write_text(json.dumps({"data_folder": str(tmp_path / "jan data")}))
    assert found(tmp_path) == {"LM Studio": ["big/models"], "Jan": ["jan data/llamacpp/models"]}


@pytest.mark.parametrize(
    "content", ["", "[", '"x"', '{"downloadsFolder": 7}', '{"downloadsFolder": "a\\u0000b"}', "[" * 9000]
)
def test_that_broken_settings_of_another_program_are_passed_over(tmp_path: Path, content: str) -> None:
    made(tmp_path, ".lmstudio/models")
    (tmp_path / ".lmstudio" / "settings.json").write_text(content)
    assert found(tmp_path) == {"LM Studio": [".lmstudio/models"]}


def test_that_two_names_of_one_folder_are_one_place(tmp_path: Path) -> None:
    made(tmp_path, ".ollama/models")
    (tmp_path / "link").symlink_to(tmp_path / ".ollama" / "models")
    places = known_places(Machine("linux", tmp_path, {"OLLAMA_MODELS": str(tmp_path / "link")}))
    own = [place for place in places if place.folder.is_relative_to(tmp_path)]
    assert own == [Place(tmp_path / "link", "Ollama", Kind.OLLAMA)]
