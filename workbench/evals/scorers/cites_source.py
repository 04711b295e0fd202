"""The answer names the source it should rest on."""

from __future__ import annotations

import re

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, NotScored, Score, Scorer, sample
from workbench.evals.scorers.text import alternatives, holds, plain, shortened

ENDING = re.compile(r"\.(?:pdf|docx?|md|txt|html?)$")


class CitesSource(Scorer):
    id = "cites-source"
    title = "Names its source"
    group = Group.MANNER
    expects = (
        "The sources that must be named, separated by |; nothing when it is the source document of the case. The "
        "score is the share that is named; the name may stand without its file ending or its words after the number "
        "(HR-04)."
    )
    example = sample("HR-04 Leave policy", "29 days [HR-04 Leave policy].", "29 days [HR-05 Travel policy].")

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted = alternatives(case.expected) or alternatives(case.source_document or "")
        if not wanted:
            raise NotScored("The case names no source document.")
        text = plain(answer.text)
        missing = [name for name in wanted if not any(holds(text, form) for form in _forms(name))]
        if not missing:
            return Score(1.0, "names every source" if len(wanted) > 1 else f"names {shortened(wanted[0])}")
        return Score(1 - len(missing) / len(wanted), f"not named: {shortened(', '.join(missing))}")


def _forms(name: str) -> tuple[str, ...]:
    """A name, without its ending, and its sign in front when it is one ("hr-04")."""
    bare = ENDING.sub("", name)
    sign = bare.split(" ", 1)[0]
    return (name, bare, sign) if any(letter.isdigit() for letter in sign) and len(sign) > 2 else (name, bare)


SCORER = CitesSource()
