"""The answer names the expected class."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, option, sample
from workbench.evals.scorers.text import alternatives, bare, holds, plain, shortened

OTHER = "(none of the classes)"


@dataclass(frozen=True)
class Classification(Scorer):
    id = "classification"
    title = "Class"
    group = Group.VALUES
    expects = (
        "The class, such as positive. Name all classes once for the confusion matrix and for answers in whole "
        "sentences: "
        'classification(classes="positive|negative|neutral").'
    )
    example = sample("positive", "Positive.", "negative")

    classes: str = option("", title="Classes", help="All of them, separated by |.")

    def fault(self, expected: str) -> str:
        known = alternatives(self.classes)
        if not bare(expected):
            return "it names no class"
        return "" if not known or plain(expected) in known else f"it is none of {', '.join(known)}"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted, said = plain(case.expected), self.read(answer.text)
        if said in (wanted, bare(case.expected)):
            return Score(1.0, f"read as {said}", wanted)
        return Score(0.0, f"read as {said}, {wanted} is right", said)

    def read(self, text: str) -> str:
        """The class an answer names: it is the class, or the only one of the `classes` in it."""
        whole, known = bare(text), alternatives(self.classes)
        if not known or whole in known:
            return whole if known else shortened(whole, 40)
        inside = [name for name in known if holds(plain(text), name)]
        longest = [name for name in inside if not any(name != other and name in other for other in inside)]
        return longest[0] if len(longest) == 1 else OTHER


SCORER = Classification()
