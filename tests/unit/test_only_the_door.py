"""What may be imported where: nothing but `net` opens connections, SDKs live in one file, nothing opens addresses."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "workbench"
FILES = sorted(PACKAGE.rglob("*.py"))
#: what reaches other machines, in Python and in Qt
NETWORK = frozenset(
    {
        "socket", "ssl", "http.client", "http.server", "urllib.request", "urllib3", "requests", "httpx", "httpx2",
        "httpcore", "httpcore2", "anyio", "aiohttp", "websockets", "webbrowser", "ftplib", "smtplib", "imaplib",
        "poplib", "telnetlib", "xmlrpc", "socketserver", "asyncore", "psycopg", "PySide6.QtNetwork",
        "PySide6.QtWebEngineWidgets",
    }
)  # fmt: skip
SDKS = frozenset({"openai", "anthropic", "google", "litellm", "huggingface_hub", "boto3"})
KEYS = frozenset({"keyring", "secretstorage"})
#: file or folder: what it may import all the same, and why
EXCEPT = {
    "net": NETWORK,
    "inference/remote/clients.py": SDKS | {"httpx2"},  # httpx2 for a type
    "keychain.py": KEYS,
    "store/postgres.py": {"psycopg"},  # the team store, to a server the guard gave leave for
    "gui/instance.py": {"PySide6.QtNetwork"},  # a local socket between two starts
}


@cache
def imported(file: Path) -> tuple[str, ...]:
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[str]:
    """Every module a file names in an import, functions and strings given to `import_module` included."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "import_module",
            "__import__",
        ):
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def is_in(module: str, names: frozenset[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


@pytest.mark.parametrize(
    ("what", "names"),
    [("reaches the network", NETWORK), ("is a vendor's SDK", SDKS), ("knows keychains", KEYS)],
)
def test_that_one_room_alone_imports_what(what: str, names: frozenset[str]) -> None:
    wrong = []
    for file in FILES:
        place = file.relative_to(PACKAGE).as_posix()
        allowed = frozenset().union(*(found for where, found in EXCEPT.items() if _lies_in(place, where)))
        wrong += [f"{place}: {name}" for name in imported(file) if is_in(name, names) and not is_in(name, allowed)]
    assert not wrong, f"only one room {what}"


def _lies_in(place: str, where: str) -> bool:
    return place == where or place.startswith(f"{where}/")


def test_that_one_file_alone_hands_things_to_other_programs() -> None:
    users = [file.name for file in FILES if "QDesktopServices" in file.read_text(encoding="utf-8")]
    assert users == ["opening.py"]
    assert "fromLocalFile" in (PACKAGE / "gui" / "opening.py").read_text(encoding="utf-8")


def test_that_no_text_on_screen_opens_addresses() -> None:
    openers = ("setOpenExternalLinks(True)", "setOpenLinks(True)")
    assert [file.name for file in FILES if any(word in file.read_text(encoding="utf-8") for word in openers)] == []


def test_that_the_rule_sees_every_kind_of_import(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(
        "def f():\n    import socket as s\n    from urllib import request\n"
        "    import importlib\n    importlib.import_module('openai')\n"
    )
    found = set(imported(file))
    assert {"socket", "urllib.request", "openai"} <= found
