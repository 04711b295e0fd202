"""Whoever reads a formula finds what goes in, what comes out, and where it is from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from workbench.analysis import checks

FOLDER = Path(checks.__file__).parent
# Guards, words, charts as data, and lists of things: they hold no formula.
WITHOUT_SOURCE = {
    "__init__", "browsing", "catalog_match", "chartlabels", "chartspec", "checks", "search_words", "words",
}  # fmt: skip


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(FOLDER.glob("*.py")):
        yield path.stem, ast.parse(path.read_text(encoding="utf-8"))


def public(nodes: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def test_that_every_public_function_and_method_says_what_it_gives() -> None:
    silent = []
    for name, tree in modules():
        told = {m.name for c in tree.body if isinstance(c, ast.ClassDef) and is_protocol(c) for m in public(c.body)}
        for node in public(tree.body):
            parts = [node] if isinstance(node, ast.FunctionDef) else list(public(node.body))
            for part in parts:
                inherits = part is not node and part.name in told and not is_protocol(node)
                if ast.get_docstring(part) is None and not inherits:
                    silent.append(f"{name}.{node.name}.{part.name}")
    assert silent == []


def test_that_every_module_with_a_formula_names_its_source() -> None:
    said = {name: ast.get_docstring(tree) or "" for name, tree in modules()}
    without = {name for name, text in said.items() if "Source" not in text and "methods.md" not in text}
    assert without <= WITHOUT_SOURCE
