"""A model in several files: `name-00001-of-00003.gguf` and its siblings in the same folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from workbench.inference.local.gguf.layout import Layout

SPLIT_NAME = re.compile(r"^(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<ending>\.gguf)$", re.IGNORECASE)
MOST_PARTS = 1000


@dataclass(frozen=True, slots=True)
class Parts:
    """`first` is the file llama.cpp opens, `others` the rest that is there, `missing` the numbers that are not."""

    first: Path
    others: tuple[Path, ...]
    missing: tuple[int, ...]
    count: int
    stem: str


@dataclass(frozen=True, slots=True)
class PartName:
    """A part's name taken apart; parts are counted from 1."""

    stem: str
    number: int
    count: int
    ending: str

    def sibling(self, number: int) -> str:
        return f"{self.stem}-{number:05}-of-{self.count:05}{self.ending}"


def part_name(name: str) -> PartName | None:
    """The file name as that of a part; None for any other."""
    found = SPLIT_NAME.match(name)
    if found is None:
        return None
    number, count = int(found["number"]), int(found["count"])
    if not 1 <= number <= count <= MOST_PARTS:
        return None
    return PartName(found["stem"], number, count, found["ending"])


def find_parts(path: Path, layout: Layout) -> Parts:
    """The other parts of the model that `path` belongs to; itself alone when it is whole."""
    told = layout.keys.get("split.count")
    name = part_name(path.name)
    if type(told) is not int or told <= 1:
        return Parts(path, (), (), 1, path.stem)
    if name is None or name.count != told:
        number = layout.keys.get("split.no")
        own = number + 1 if type(number) is int and 0 <= number < min(told, MOST_PARTS) else 1
        missing = tuple(one for one in range(1, min(told, MOST_PARTS) + 1) if one != own)
        return Parts(path, (), missing, told, path.stem)
    places = {number: path.with_name(name.sibling(number)) for number in range(1, name.count + 1)}
    there = {number: place for number, place in places.items() if place.is_file()}
    missing = tuple(number for number in places if number not in there)
    first = there.get(1, path)
    others = tuple(place for place in there.values() if place != first)
    return Parts(first, others, missing, name.count, name.stem)
