"""How few letters must change to make the expected text of the answer."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, NotScored, Score, Scorer, option, sample
from workbench.evals.scorers.text import plain

LONGEST = 100_000


@dataclass(frozen=True)
class EditSimilarity(Scorer):
    id = "edit-similarity"
    title = "Edit similarity"
    group = Group.SIMILAR
    expects = (
        "A text. The score is 1 minus the letters to change, add or leave out, over the length of the longer one; "
        "capitals and spacing do not count."
    )
    example = sample("Leave policy", "leave  policy", "Leave policies")

    case_matters: bool = option(False, title="Capitals count", help="Compare letter by letter, spaces included.")

    def fault(self, expected: str) -> str:
        return "" if plain(expected) else "it is empty"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        from rapidfuzz.distance import Levenshtein

        if len(answer.text) > LONGEST or len(case.expected) > LONGEST:
            raise NotScored(f"Edit similarity compares texts of up to {LONGEST:,} characters.")
        said, wanted = answer.text.strip(), case.expected.strip()
        if not self.case_matters:
            said, wanted = plain(said), plain(wanted)
        distance = Levenshtein.distance(said, wanted)
        most = max(len(said), len(wanted))
        return Score(1.0 - distance / most if most else 1.0, f"{distance} of {most} letters differ")


SCORER = EditSimilarity()
