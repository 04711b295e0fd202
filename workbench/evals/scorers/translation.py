"""BLEU, chrF and TER of a sentence, by sacrebleu."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, NotScored, Score, Scorer, option, sample

LONGEST = 20_000


@dataclass(frozen=True)
class Translation(Scorer):
    group: ClassVar[Group] = Group.SIMILAR
    metric: ClassVar[str]

    def fault(self, expected: str) -> str:
        return "" if references(expected) else "it is empty"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted = references(case.expected)
        if max(len(answer.text), *map(len, wanted)) > LONGEST:
            raise NotScored(f"{self.title} compares texts of up to {LONGEST:,} characters.")
        found = self.measured().sentence_score(answer.text.strip(), wanted).score
        return Score(self.share(found), f"{self.metric} {found:.1f}")

    def measured(self) -> Any:
        raise NotImplementedError

    def share(self, score: float) -> float:
        """sacrebleu's 0 to 100 as 0 to 1."""
        return min(1.0, max(0.0, score / 100))


def references(expected: str) -> list[str]:
    """One reference a paragraph: an empty line stands between two of them."""
    return [part.strip() for part in expected.replace("\r\n", "\n").split("\n\n") if part.strip()]


class Bleu(Translation):
    id = "bleu"
    title = "BLEU"
    metric = "BLEU"
    expects = "A reference text, or several with an empty line between them. sacrebleu's sentence BLEU, 0 to 1."
    example = sample("The cat sat on the mat.", "The cat sat on the mat.", "A cat was on the mat.")

    def measured(self) -> Any:
        return _bleu()


@dataclass(frozen=True)
class ChrF(Translation):
    id = "chrf"
    title = "chrF"
    metric = "chrF"
    expects = (
        "A reference text, or several with an empty line between them. sacrebleu's chrF (letters in common), 0 to 1."
    )
    example = sample("The cat sat on the mat.", "The cat sat on the mat.", "A cat was on the mat.")

    word_order: int = option(0, title="Word order", help="2 makes it chrF++, which looks at words too.")

    def misuse(self) -> str:
        return super().misuse() or ("" if 0 <= self.word_order <= 4 else "word_order must be 0 to 4")

    def measured(self) -> Any:
        return _chrf(self.word_order)


class Ter(Translation):
    id = "ter"
    title = "TER"
    metric = "TER"
    expects = (
        "A reference text, or several with an empty line between them. The score is 1 minus sacrebleu's TER, the "
        "share of words to edit."
    )
    example = sample("The cat sat on the mat.", "The cat sat on the mat.", "A cat was on the mat.")

    def measured(self) -> Any:
        return _ter()

    def share(self, score: float) -> float:
        return min(1.0, max(0.0, 1.0 - score / 100))


@lru_cache(maxsize=1)
def _bleu() -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(effective_order=True)


@lru_cache(maxsize=8)
def _chrf(word_order: int) -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF(word_order=word_order)


@lru_cache(maxsize=1)
def _ter() -> Any:
    from sacrebleu.metrics.ter import TER

    return TER()


BLEU, CHRF, TER = Bleu(), ChrF(), Ter()
