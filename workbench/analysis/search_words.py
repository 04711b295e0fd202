"""What a person types into a search field: words in any order, phrases in quotation marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: between the texts of two rows; nobody can type it
_END = "\0"
#: so many rows are asked one by one
_FEW = 4_000
_TERM = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]?|([^\s"“”„«»]+)')


def terms(text: str) -> tuple[str, ...]:
    """The words and phrases of `text` in small letters, each once; a phrase whose end is not typed yet goes to the
    end."""
    found = (phrase or word for phrase, word in _TERM.findall(text.casefold()))
    return tuple(dict.fromkeys(each for term in found if (each := " ".join(term.split()))))


def in_words(text: str) -> str:
    """What is looked for, as a sentence says it: "“apache” and “llama”"."""
    quoted = [f"“{term}”" for term in terms(text)]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else "".join(quoted)


class SearchedRows:
    """Rows to search, quickly at 100,000 of them.

    `own` is what a row alone says (its name), `shared` what many rows say alike (maker, licence, abilities); each
    different one of the latter is searched once. A term must stand in one of the two; a line break ends a phrase.
    """

    def __init__(self, own: Sequence[str], shared: Sequence[str]) -> None:
        self._own = [text.casefold() for text in own]
        self._all = _END.join(self._own)
        lengths = np.fromiter((len(text) + 1 for text in self._own), np.int64, len(self._own))
        self._starts = np.cumsum(lengths) - lengths
        places: dict[str, int] = {}
        self._code = np.fromiter(
            (places.setdefault(text.casefold(), len(places)) for text in shared), np.int64, len(shared)
        )
        self._shared = list(places)

    def narrow(self, mask: NDArray[np.bool_], term: str) -> None:
        """Takes the rows without the term out of `mask`."""
        said = np.fromiter((term in text for text in self._shared), np.bool_, len(self._shared))[self._code]
        left = np.flatnonzero(mask & ~said)
        mask[left] = self._holding(term)[left] if len(left) > _FEW else [term in self._own[at] for at in left.tolist()]

    def _holding(self, term: str) -> NDArray[np.bool_]:
        """Which of all rows hold the term themselves: rare ones are jumped to, common ones asked row by row."""
        hits: list[int] = []
        at = self._all.find(term)
        while at >= 0 and len(hits) <= _FEW:
            hits.append(at)
            end = self._all.find(_END, at)
            at = self._all.find(term, end) if end >= 0 else -1
        if len(hits) > _FEW:
            return np.array([term in text for text in self._own], np.bool_)
        found = np.zeros(len(self._own), np.bool_)
        found[np.searchsorted(self._starts, np.array(hits, np.int64), side="right") - 1] = True
        return found
