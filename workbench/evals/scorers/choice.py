"""The letter of a multiple-choice question."""

from __future__ import annotations

import re

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample
from workbench.evals.scorers.text import shortened

EXPECTED = re.compile(r"\s*\(?([A-Za-z])\)?\s*(?:[.:)].*)?", re.DOTALL)
WHOLE = re.compile(r"[\s*_(\[\"'`]*([A-Za-z])[\s*_)\]\"'`.:,]*")
SAID = re.compile(
    r"(?:answer|choice|option|solution|antwort|lösung|réponse|respuesta|risposta|resposta)"
    r"(?:\s+(?:is|ist|est|es|è|é)|\s*[:=])?\s*[:*_(\[\"'`]*([A-Z])\b(?!['’])",
    re.IGNORECASE,
)
FIRST = re.compile(r"^[ \t*_(\[]*([A-Z])[)\].:]", re.MULTILINE)
ALONE = re.compile(r"(?<![\w'’-])\(?([B-HJ-Z]|A(?!\s+[a-z])|I(?!\s+[a-z]))\)?(?![\w'’-])")
LONGEST = 100_000


class Choice(Scorer):
    id = "choice"
    title = "Multiple choice"
    group = Group.VALUES
    expects = "The letter of the right choice: B, (B) or B) Berlin."
    example = sample("B", "The answer is (B), because it is the capital.", "A) Bonn")

    def fault(self, expected: str) -> str:
        return "" if EXPECTED.fullmatch(expected) else "it is not one letter"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        match = EXPECTED.fullmatch(case.expected)
        wanted = match[1].upper() if match else ""
        chosen = _chosen(answer.text[-LONGEST:])
        if not chosen:
            return Score(0.0, f"no choice can be read in “{shortened(answer.text)}”")
        return Score(float(chosen == wanted), f"chose {chosen}, {wanted} is right", chosen)


def _chosen(text: str) -> str:
    """The letter chosen: the whole answer, the last that is called the answer, the only one before a bracket or dot, or
    the only letter that stands alone; empty when none is clear."""
    whole = WHOLE.fullmatch(text)
    if whole:
        return whole[1].upper()
    said = SAID.findall(text)
    if said:
        return str(said[-1]).upper()
    for pattern in (FIRST, ALONE):
        found = set(pattern.findall(text))
        if len(found) == 1:
            return str(found.pop())
    return ""


SCORER = Choice()
