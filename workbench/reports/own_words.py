"""The few words that writers say themselves, in the languages of reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnWords:
    report: str
    contents: str
    as_table: str
    table: str
    page: str
    nothing: str


_WORDS = {
    "en": OwnWords("Decision report", "Contents", "The same as a table", "Table", "Page", "Nothing here."),
    "de": OwnWords("Entscheidungsbericht", "Inhalt", "Dasselbe als Tabelle", "Tabelle", "Seite", "Hier steht nichts."),
}


def own_words(language: str) -> OwnWords:
    """The words of that language, English for any other."""
    return _WORDS.get(language, _WORDS["en"])
