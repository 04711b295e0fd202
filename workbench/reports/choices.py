"""What a person may choose about a report beside its length: what is left out or withheld, the brand, the language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.errors import WorkbenchError
from workbench.reports.document import NO_BRAND, PORTFOLIO, Brand, SectionId


class Redaction(StrEnum):
    """What is withheld: texts of prompts, answers and cases; names of people; every amount of money."""

    CASES = "cases"
    NAMES = "names"
    PRICES = "prices"


class Language(StrEnum):
    """What the report's own words are written in."""

    ENGLISH = "en"
    GERMAN = "de"


# The evidence annexes are asked for; the decision itself always stands first.
EVIDENCE_ANNEXES = (SectionId.EU_AI_ACT, SectionId.NIST)
ALWAYS = frozenset({SectionId.DECISION})
OF_A_SCENARIO = tuple(section for section in SectionId if section not in PORTFOLIO)


@dataclass(frozen=True, slots=True)
class Choices:
    """`evidence_annex` adds the headings of EU AI Act Annex IV and NIST AI RMF to the full report."""

    leave_out: frozenset[SectionId] = frozenset()
    redact: frozenset[Redaction] = frozenset()
    language: Language = Language.ENGLISH
    brand: Brand = NO_BRAND
    evidence_annex: bool = False


PLAIN = Choices()


def section_ids(names: Iterable[str]) -> frozenset[SectionId]:
    """Sections by their ids. Raises WorkbenchError for an unknown one and for the decision, which always stays."""
    known = [section.value for section in OF_A_SCENARIO if section not in ALWAYS]
    wrong = [name for name in names if name not in known]
    if wrong:
        raise WorkbenchError(
            f"There is no section {wrong[0]!r} that can be left out",
            where="sections",
            mend=f"Choose from {', '.join(known)}.",
        )
    return frozenset(SectionId(name) for name in names)


def redactions(names: Iterable[str]) -> frozenset[Redaction]:
    """What to withhold, by name. Raises WorkbenchError for an unknown one."""
    known = [each.value for each in Redaction]
    wrong = [name for name in names if name not in known]
    if wrong:
        raise WorkbenchError(
            f"{wrong[0]!r} cannot be withheld", where="redact", mend=f"Choose from {', '.join(known)}."
        )
    return frozenset(Redaction(name) for name in names)


def language_of(name: str) -> Language:
    """The language of that code. Raises WorkbenchError for an unknown one."""
    try:
        return Language(name)
    except ValueError:
        known = " or ".join(each.value for each in Language)
        raise WorkbenchError(
            f"Reports are not written in {name!r}", where="language", mend=f"Choose {known}."
        ) from None
