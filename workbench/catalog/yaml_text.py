"""Changes values in the text of a YAML file and leaves everything else as it is, to the letter.

For our own catalog files, which `document` has read and found plain: a change there is meant to be read line by line.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

from workbench.catalog.document import KeyPath, parse
from workbench.domain.errors import WorkbenchError

WIDTH = 118
_LONG = 88  # with the key before it, longer text than this would pass WIDTH
_STEP = 2


class YamlText:
    """One file's text. `orders` gives the order of keys in a block, by its dotted path without list places."""

    def __init__(self, text: str, orders: Mapping[str, Sequence[str]] | None = None) -> None:
        self.text = text
        self._orders = orders or {}

    def set(self, path: KeyPath, value: Any) -> None:
        """Writes `value` (a scalar, list or mapping) at `path`, in place of what is there or as a new key."""
        *above, key = path
        parent = self._node(tuple(above))
        if (
            not isinstance(parent, yaml.MappingNode) or not parent.value
        ):  # nothing there: the block begins with this key
            self.set(tuple(above), {key: value})
            return
        if parent.flow_style:
            self._put(*self._span(parent), _flow({**self._fields(parent), key: value}))
            return
        for name, node in parent.value:
            if name.value == key:
                self._put(name.end_mark.index + 1, self._end(name, node), render(value, name.start_mark.column))
                return
        self._add_key(parent, tuple(above), str(key), value)

    def remove(self, path: KeyPath) -> None:
        """Takes a key out, with its line or lines."""
        parent = self._node(path[:-1])
        assert isinstance(parent, yaml.MappingNode)
        if parent.flow_style:
            left = {name: value for name, value in self._fields(parent).items() if name != path[-1]}
            self._put(*self._span(parent), _flow(left))
            return
        for name, node in parent.value:
            if name.value == path[-1]:
                start, end = name.start_mark.index, self._end(name, node)
                if name is parent.value[0][0]:  # the first one stands behind a dash, or after the parent's key
                    after = parent.value[1][0].start_mark.index if len(parent.value) > 1 else end
                    self._put(start, after, "")
                else:
                    self._put(self.text.rindex("\n", 0, start), end, "")
                return

    def append(self, path: KeyPath, item: Mapping[str, Any]) -> None:
        """Adds a block to the end of a list."""
        node = self._node(path)
        if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value:
            self.set(path, [item])
            return
        at = self._line_end(self._end(node, node))
        self._put(at, at, "\n" + _item(item, node.start_mark.column))

    def _add_key(self, parent: yaml.MappingNode, path: KeyPath, key: str, value: Any) -> None:
        order = self._orders.get(_dotted(path), ())
        before = set(order[: order.index(key)]) if key in order else None
        fits = [pair for pair in parent.value if before is None or pair[0].value in before]
        column = parent.value[0][0].start_mark.column
        if fits:
            at = self._line_end(self._end(*fits[-1]))
            self._put(at, at, f"\n{' ' * column}{_text(key)}:{render(value, column)}")
        else:
            at = parent.value[0][0].start_mark.index
            self._put(at, at, f"{_text(key)}:{render(value, column)}\n{' ' * column}")

    def _span(self, node: yaml.Node) -> tuple[int, int]:
        return node.start_mark.index, node.end_mark.index

    def _fields(self, node: yaml.Node) -> dict[str, Any]:
        """The values of a block that is written in braces."""
        start, end = self._span(node)
        found: dict[str, Any] = parse(f"v: {self.text[start:end]}".encode(), "block").value["v"]
        return found

    def _node(self, path: KeyPath) -> yaml.Node | None:
        node: yaml.Node | None = yaml.compose(self.text, Loader=yaml.SafeLoader)
        for step in path:
            if isinstance(node, yaml.MappingNode):
                node = next((value for name, value in node.value if name.value == step), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                node = node.value[step]
            else:
                return None
        return node

    def _end(self, name: yaml.Node, node: yaml.Node) -> int:
        """Where the value of a key ends, without the blank lines and comments that follow it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(*last) if isinstance(last, tuple) else self._end(last, last)
        start, end = node.start_mark.index, node.end_mark.index
        if start == end:  # nothing stands there
            return int(name.end_mark.index) + 1
        return start + len(self.text[start:end].rstrip())

    def _line_end(self, at: int) -> int:
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found

    def _put(self, start: int, end: int, new: str) -> None:
        self.text = self.text[:start] + new + self.text[end:]


def render(value: Any, column: int) -> str:
    """`value` as it stands behind a key that begins at `column`: " 2.5", or lines of their own."""
    match value:
        case Mapping() if value:
            return "".join(f"\n{' ' * (column + _STEP)}{line}" for line in _block(value, column + _STEP))
        case list() if value and isinstance(value[0], Mapping):
            return "".join("\n" + _item(item, column + _STEP) for item in value)
        case list() if len(_flow(value)) + column > _LONG:
            return "".join(f"\n{' ' * (column + _STEP)}-{_scalar(item, column + _STEP)}" for item in value)
        case Mapping() | list():
            return f" {_flow(value)}"
    return _scalar(value, column)


def document(fields: Mapping[str, Any], comment: str = "") -> str:
    """A whole file."""
    head = f"# {comment}\n" if comment else ""
    return head + "\n".join(_block(fields, 0)) + "\n"


def _block(fields: Mapping[str, Any], column: int) -> list[str]:
    return [f"{_text(key)}:{render(value, column)}" for key, value in fields.items()]


def _item(item: Mapping[str, Any], column: int) -> str:
    """One item of a list, its dash at `column`."""
    lines = _block(item, column + _STEP)
    rest = "".join(f"\n{' ' * (column + _STEP)}{line}" for line in lines[1:])
    return f"{' ' * column}- {lines[0]}{rest}"


def _flow(value: Any) -> str:
    """On one line: in braces, in brackets, or a word."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{_text(key, flow=True)}: {_flow(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _word(value, flow=True)


def _scalar(value: Any, column: int) -> str:
    """Behind a key; long text is folded."""
    if isinstance(value, str) and len(value) + column > _LONG and not _looks_odd(value):
        inside = column + _STEP
        lines = textwrap.wrap(value, WIDTH - inside, break_long_words=False, break_on_hyphens=False)
        return " >-" + "".join(f"\n{' ' * inside}{line}" for line in lines)
    return f" {_word(value)}"


def _word(value: Any, *, flow: bool = False) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number(value)
    return _text(str(value), flow=flow)


def number(value: float) -> str:
    """A number as the files have it: 10, 0.0000002."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text(value: str, *, flow: bool = False) -> str:
    """Without quotes where every reader takes it for the same text, else in single ones."""
    quoted = "'" + value.replace("'", "''") + "'"
    if flow and any(letter in value for letter in ",[]{}:"):
        return quoted
    if not value or value != value.strip() or value[:1].isdigit() or value.casefold() in ("yes", "no", "on", "off"):
        return quoted
    try:
        known = parse(f"v: [{value}]".encode() if flow else f"v: {value}".encode(), "text").value
    except WorkbenchError:
        return quoted
    return value if known == {"v": [value] if flow else value} else quoted


def _looks_odd(value: str) -> bool:
    """Folding would change it: it begins or ends with blanks, or has several together."""
    return value != " ".join(value.split())


def _dotted(path: KeyPath) -> str:
    return ".".join(str(step) for step in path if not isinstance(step, int))
