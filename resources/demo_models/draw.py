"""Random choices that never cross the line between training and the sample eval set.

Every phrasing, name and value is drawn through `Draw`, which knows its split and keeps a record of what it handed
out; `disjoint.py` compares those records to prove that the eval set shares nothing with training.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from string import ascii_lowercase

from names import HELD_OUT_NAMES
from pool import Pool, Split

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
SYLLABLES_START = (
    "Ba", "Be", "Bo", "Ca", "Co", "Da", "De", "Do", "El", "Fa", "Fe", "Fi", "Ga", "Gi", "Ha", "He", "Ho", "Is", "Ja",
    "Jo", "Ka", "Ke", "Ko", "La", "Le", "Li", "Lo", "Ma", "Me", "Mi", "Mo", "Na", "Ne", "No", "Or", "Pa", "Pe", "Pi",
    "Qu", "Ra", "Re", "Ro", "Sa", "Se", "Si", "So", "Ta", "Te", "To", "Ul", "Va", "Ve", "Vi", "Wa", "We", "Ya", "Za",
)  # fmt: skip
SYLLABLES_MIDDLE = (
    "ba", "bri", "che", "da", "di", "du", "fe", "ga", "gu", "ha", "ji", "ka", "ku", "la", "li", "lo", "lu", "ma", "mi",
    "mo", "na", "ni", "no", "nd", "pa", "po", "ra", "re", "ri", "ro", "rt", "sa", "sh", "si", "st", "ta", "te", "ti",
    "to", "va", "ve", "vi", "wi", "xa", "yo", "za", "zi", "ll", "nn", "ck", "ch", "th",
)  # fmt: skip
SYLLABLES_END = (
    "a", "an", "ar", "as", "e", "ek", "el", "en", "er", "es", "ez", "i", "ic", "ie", "in", "is", "o", "on", "or", "os",
    "ov", "ski", "son", "sen", "ton", "us", "well", "y", "ley", "man", "ert", "ard", "ing", "um",
)  # fmt: skip


def is_held_out(value: str) -> bool:
    """Whether a generated value (a number, an amount, a date) belongs to the eval set; about one in five does."""
    return zlib.crc32(value.encode()) % 5 == 0


@dataclass(slots=True)
class Draw:
    """A seeded source of phrasings, names and values of one split. `used` records all that it handed out."""

    rng: random.Random
    split: Split
    used: set[str] = field(default_factory=set)
    _bags: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    def phrase(self, pool: Pool) -> str:
        """One phrasing of this split's part of the pool."""
        return self._record(self.choice(pool.part(self.split)))

    def choice(self, options: tuple[str, ...]) -> str:
        """One of the options, not recorded: a subject word that both splits share ("annual leave").

        In the eval set each option comes once before any comes twice.
        """
        if self.split == "train":
            return self.rng.choice(options)
        bag = self._bags.setdefault(options, [])
        if not bag:
            bag.extend(self.rng.sample(options, len(options)))
        return bag.pop()

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def person(self, first: Pool, last: Pool) -> str:
        """A first and a last name. Training also sees invented names, so that it learns to copy, not to recall."""
        return f"{self._name(first)} {self._name(last)}"

    def name(self, pool: Pool) -> str:
        """A name of one word: a town, a supplier."""
        return self._name(pool)

    def count(self, low: int, high: int) -> str:
        """A small whole number; in training at times one of three digits, so that any two may start an answer."""
        if self.split == "train" and self.chance(0.4):
            return self.code(3)
        return self._value(lambda: str(self.rng.randint(low, high)))

    def code(self, digits: int) -> str:
        """A number of that many digits, as staff and invoice numbers are."""
        return self._value(lambda: str(self.rng.randint(10 ** (digits - 1), 10**digits - 1)))

    def amount(self, low: int = 20, high: int = 9899) -> str:
        """An amount in euros; half of those from a wide range are below 1000."""
        return self._value(lambda: f"EUR {self.rng.randint(low, self._amount_limit(low, high))}")

    def _amount_limit(self, low: int, high: int) -> int:
        return 999 if low < 999 < high and self.chance(0.5) else high

    def date(self) -> str:
        return self._value(lambda: f"{self.rng.randint(1, 28)} {self.rng.choice(MONTHS)}")

    def _name(self, pool: Pool) -> str:
        if self.split == "train" and self.chance(0.6):
            return self._invented_name()
        return self._record(self.choice(pool.part(self.split)))

    def _invented_name(self) -> str:
        while True:
            name = self._random_letters() if self.chance(0.3) else self._random_syllables()
            if name not in HELD_OUT_NAMES:
                return self._record(name)

    def _random_syllables(self) -> str:
        middle = "".join(self.rng.choice(SYLLABLES_MIDDLE) for _ in range(self.rng.choice((0, 1, 1, 2))))
        return self.rng.choice(SYLLABLES_START) + middle + self.rng.choice(SYLLABLES_END)

    def _random_letters(self) -> str:
        return "".join(self.rng.choices(ascii_lowercase, k=self.rng.randint(4, 8))).capitalize()

    def _value(self, make: Callable[[], str]) -> str:
        while True:
            value = make()
            if is_held_out(value) == (self.split == "held_out"):
                return self._record(value)

    def _record(self, text: str) -> str:
        if text:
            self.used.add(text)
        return text
