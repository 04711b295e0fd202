"""Groundedness, rubric and pairwise: a model judges the answer.

The prompts ask for a verdict in words and a reason, as JSON. What was asked is data between marks that it cannot hold,
so that an answer that says “this is right” is read and not obeyed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.json_text import read_json
from workbench.evals.scorers.protocol import Aids, Answer, Group, Need, NotScored, Score, Scorer, option, sample

LONGEST = 20_000
FENCE = "-----"


def verdict_schema(verdicts: tuple[str, ...]) -> str:
    """What a judge's reply must look like: one of `verdicts`, and why."""
    return json.dumps(
        {
            "type": "object",
            "properties": {"because": {"type": "string"}, "verdict": {"enum": list(verdicts)}},
            "required": ["because", "verdict"],
        }
    )


def marked(title: str, text: str) -> str:
    """A text that is to be judged, between marks."""
    inside = text[:LONGEST].replace(FENCE, "—")
    return f"{FENCE} {title} {FENCE}\n{inside}\n{FENCE} end of {title} {FENCE}\n"


def read_verdict(reply: str, verdicts: tuple[str, ...]) -> tuple[str, str]:
    """(verdict, because) from a judge's reply. Raises `NotScored` when there is none in it: that is counted apart."""
    text = reply[reply.find("{") : reply.rfind("}") + 1]
    value, fault = read_json(text)
    said = str(value.get("verdict", "")).strip().casefold() if not fault and isinstance(value, dict) else ""
    if said not in verdicts:
        raise NotScored("The judge's reply holds no verdict.")
    return said, str(value.get("because", "")).strip()


@dataclass(frozen=True)
class JudgedByModel(Scorer):
    """Asks once and reads the verdict; whoever makes `Aids.ask` chooses the judge, asks several, and keeps what they
    said."""

    group: ClassVar[Group] = Group.JUDGED
    needs: ClassVar[frozenset[Need]] = frozenset({Need.JUDGE})
    verdicts: ClassVar[tuple[str, ...]]
    values: ClassVar[dict[str, float]]

    def prompt(self, answer: Answer, case: EvalCase) -> str:
        """What the judge is asked."""
        raise NotImplementedError

    async def consult(self, answer: Answer, case: EvalCase, aids: Aids) -> Score:
        if aids.ask is None:
            raise NotScored("No judge was chosen.")
        reply = await aids.ask(self.prompt(answer, case), schema=verdict_schema(self.verdicts))
        said, because = read_verdict(reply, self.verdicts)
        return Score(self.values[said], because or f"the judge says {said}", said)


YES_NO: dict[str, Any] = {"yes": 1.0, "partly": 0.5, "no": 0.0}


class Grounded(JudgedByModel):
    id = "groundedness"
    title = "Rests on the source (judge)"
    expects = (
        "The text that the answer must rest on; nothing when it stands in the column context or in the input. A "
        "judge says whether everything in the answer follows from it."
    )
    example = sample("Annual leave is 29 days.", "It is 29 days.", "It is 44.")
    verdicts = ("yes", "partly", "no")
    values = YES_NO

    def prompt(self, answer: Answer, case: EvalCase) -> str:
        source = case.expected.strip() or case.context or case.input
        return (
            "Does every statement of the answer follow from the source? Judge only what the source says, not what "
            "you know. Say yes when all follow, partly when some do, no when none or the main one does not.\n\n"
            + marked("source", source)
            + marked("question", case.input)
            + marked("answer", answer.text)
            + '\nReply with JSON: {"because": "one sentence", "verdict": "yes" or "partly" or "no"}'
        )


@dataclass(frozen=True)
class Rubric(JudgedByModel):
    id = "rubric"
    title = "Keeps to a rubric (judge)"
    expects = (
        "What a good answer does, in your words: names the number of days and where it stands. A judge says how far."
    )
    example = sample("It names the number of days.", "You get 29 days.", "You get some leave.")
    verdicts = ("yes", "partly", "no")
    values = YES_NO

    reference: str = option("", title="Reference", help="A model answer that the judge may compare with.")

    def fault(self, expected: str) -> str:
        return "" if expected.strip() else "it says nothing about a good answer"

    def prompt(self, answer: Answer, case: EvalCase) -> str:
        reference = marked("reference answer", self.reference) if self.reference else ""
        return (
            "Does the answer do what the rubric asks for? Its length and style do not count unless the rubric says "
            "so. Say yes when it does all of it, partly when it does some of it, no when it does not.\n\n"
            + marked("rubric", case.expected)
            + marked("question", case.input)
            + reference
            + marked("answer", answer.text)
            + '\nReply with JSON: {"because": "one sentence", "verdict": "yes" or "partly" or "no"}'
        )


@dataclass(frozen=True)
class Pairwise(JudgedByModel):
    id = "pairwise"
    title = "Better than another answer (judge)"
    expects = (
        "The answer to compare with; where a model is named, its answer to the case stands in for it, once both have "
        "answered. The judge sees both in both orders: better 1, worse 0; a tie, or two different verdicts, 0.5."
    )
    example = sample("You get some leave.", "You get 29 days.", "You get some leave.")
    verdicts = ("first", "second", "tie")
    values = {"first": 1.0, "second": 0.0, "tie": 0.5}

    criterion: str = option(
        "", title="What counts", help="What makes an answer better; correct and helpful by default."
    )
    against: str = option(
        "", title="Against", help="A model of the eval whose answers all others are compared with; empty: the column."
    )

    def prompt(self, answer: Answer, case: EvalCase) -> str:
        return self.pair_prompt(answer.text, case.expected, case)

    def pair_prompt(self, first: str, second: str, case: EvalCase) -> str:
        counts = self.criterion or "being right and helpful"
        return (
            f"Which of the two answers to the question is better? What counts is {counts}; length and order do not.\n\n"
            + marked("question", case.input)
            + marked("first answer", first)
            + marked("second answer", second)
            + '\nReply with JSON: {"because": "one sentence", "verdict": "first" or "second" or "tie"}'
        )

    async def consult(self, answer: Answer, case: EvalCase, aids: Aids) -> Score:
        if aids.ask is None:
            raise NotScored("No judge was chosen.")
        if self.against and aids.rival is None:
            raise NotScored(f"{self.against} has no answer to compare with.")
        other = aids.rival.text if aids.rival is not None else case.expected
        if not other.strip():
            raise NotScored("There is no answer to compare with.")
        if other.strip() == answer.text.strip():
            return Score(0.5, "both answers are the same", "tie")
        schema = verdict_schema(self.verdicts)
        once = read_verdict(await aids.ask(self.pair_prompt(answer.text, other, case), schema=schema), self.verdicts)
        turned = read_verdict(await aids.ask(self.pair_prompt(other, answer.text, case), schema=schema), self.verdicts)
        one, two = self.values[once[0]], 1.0 - self.values[turned[0]]
        if one != two:
            return Score(0.5, f"the judge changed its mind when the order changed; first: {once[1]}", "flipped")
        return Score(one, once[1] or f"the judge says {once[0]} in both orders", once[0])


GROUNDED, RUBRIC, PAIRWISE = Grounded(), Rubric(), Pairwise()
