"""The answer is written in the expected language."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, NotScored, Score, Scorer, sample
from workbench.evals.scorers.text import plain

LONGEST = 5_000
FEWEST_LETTERS = 8
NAMES = {
    name: code
    for code, names in {
        "en": "english", "de": "german deutsch", "fr": "french français", "es": "spanish español",
        "it": "italian italiano", "pt": "portuguese português", "nl": "dutch nederlands", "pl": "polish polski",
        "cs": "czech", "da": "danish", "sv": "swedish", "no": "norwegian", "fi": "finnish", "el": "greek",
        "tr": "turkish", "ru": "russian", "uk": "ukrainian", "ar": "arabic", "he": "hebrew", "hi": "hindi",
        "zh": "chinese", "ja": "japanese", "ko": "korean", "vi": "vietnamese", "th": "thai", "hu": "hungarian",
        "ro": "romanian", "bg": "bulgarian", "id": "indonesian",
    }.items()
    for name in names.split()
}  # fmt: skip
ALIKE = {"nb": "no", "nn": "no"}


class Language(Scorer):
    id = "language"
    title = "Language"
    group = Group.MANNER
    expects = "A language by its name or code: German or de; several with | between them when any of them is right."
    example = sample(
        "German",
        "Die Frist für den Antrag endet am zwölften Juni, danach ist es zu spät.",
        "The last day for leave requests is the twelfth of June, later is too late.",
    )

    def fault(self, expected: str) -> str:
        codes = _codes(expected)
        unknown = sorted(code for code in codes if code not in _known())
        return "it names no language" if not codes else f"{unknown[0]} is no language it knows" if unknown else ""

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        text = answer.text[:LONGEST]
        if sum(letter.isalpha() for letter in text) < FEWEST_LETTERS:
            raise NotScored(f"With fewer than {FEWEST_LETTERS} letters no language can be told.")
        code = str(_identifier().classify(text)[0])
        code = ALIKE.get(code, code)
        return Score(float(code in _codes(case.expected)), f"written in {code}", code)


def _codes(expected: str) -> set[str]:
    parts = (plain(part) for part in expected.split("|"))
    named = (NAMES.get(part, part) for part in parts if part)
    return {ALIKE.get(code, code) for code in named}


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(ALIKE.get(code, code) for code in _identifier().nb_classes)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)


SCORER = Language()
