"""What a scorer is, what it is given, and what it may need from outside.

Most scorers look at the answer alone. Some need a model that judges or embeds, the answer of another model, or a child
process: these they say in `needs`, and get in `Aids`. Whoever runs an eval calls `judged` for every scorer alike.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol

from workbench.domain.chat import ToolCall
from workbench.domain.evals import EvalCase
from workbench.domain.numbers import digits


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said to one case, and what it took: seconds, tokens, US dollars (None: not known)."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    ttft_s: float | None = None
    total_s: float | None = None
    tokens_out: int | None = None
    cost_usd: float | None = None

    @property
    def is_empty(self) -> bool:
        return not self.tool_calls and not self.text.strip()

    @property
    def shown(self) -> str:
        """The answer in an example, with what counts besides its text."""
        calls = ", ".join(f"{call.name}({call.arguments})" for call in self.tool_calls)
        took = f" after {self.total_s:g} s" if self.total_s is not None else ""
        cost = f" for ${digits(self.cost_usd)}" if self.cost_usd is not None else ""
        return f"“{self.text}”{took}{cost}" if self.text else f"calls {calls}"


class Score(NamedTuple):
    """From 0 (wrong) to 1 (right); `why` says in a few words what was compared.

    `label` is what a classifying scorer read the answer as ("" for the others), for a confusion matrix.
    """

    value: float
    why: str
    label: str = ""


EMPTY = Score(0.0, "the answer is empty")
ROUNDING = 1e-9
LONGEST_ANSWER = 1_000_000


class NotScored(Exception):
    """There is no score for this answer, and `why` is the sentence that says so. It is counted, and never a 0."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Need(StrEnum):
    """What a scorer needs from outside; the value completes "needs …"."""

    JUDGE = "a model that judges"
    EMBEDDING = "a model that turns texts into vectors"
    PERSON = "a person who rates the answers"
    PYTHON = "Python of your own, run in a process of its own"


class Ask(Protocol):
    """Puts a prompt to the judging model; `schema` (JSON Schema as text) says what the reply must look like.

    Raises `NotScored` when there is no reply to be had.
    """

    async def __call__(self, prompt: str, *, schema: str = "") -> str: ...


class Embed(Protocol):
    """One vector for each text, all of one length. Raises `NotScored` when the model fails."""

    async def __call__(self, texts: Sequence[str]) -> Sequence[Sequence[float]]: ...


class Rate(Protocol):
    """What a person says of an answer. Raises `NotScored` while nobody has rated it."""

    async def __call__(self, answer: Answer, case: EvalCase) -> Score: ...


class RunPython(Protocol):
    """Scores with the function `score` of a person's own file, in a child process. Raises `NotScored`."""

    async def __call__(self, file: Path, answer: Answer, case: EvalCase) -> Score: ...


@dataclass(frozen=True, slots=True)
class Aids:
    """What is at hand for scorers that need something. `sensitive` cases may only get aids of this machine: whoever
    makes the aids sees to it.

    `rival` is the answer that a pairwise scorer compares with (None: the expected text).
    """

    ask: Ask | None = None
    embed: Embed | None = None
    run_python: RunPython | None = None
    rate: Rate | None = None
    rival: Answer | None = None


NO_AIDS = Aids()


class Group(StrEnum):
    """How scorers are ordered where one is chosen."""

    TEXT = "What the answer says"
    VALUES = "Numbers, dates and choices"
    FORM = "Form: JSON, code, tools"
    SIMILAR = "How alike two texts are"
    MANNER = "How it is said"
    EFFORT = "Time and money"
    JUDGED = "Judged by a model or a person"
    OWN = "Your own"
    COMBINED = "Several together"


class Example(NamedTuple):
    """An "expected" with an answer that scores 1 and one that scores less."""

    expected: str
    right: Answer
    wrong: Answer


def sample(expected: str, right: str | Answer, wrong: str | Answer) -> Example:
    return Example(expected, *(Answer(said) if isinstance(said, str) else said for said in (right, wrong)))


def option(default: Any, *, title: str, help: str = "") -> Any:
    """A field of a scorer that a person may set; its type is that of the annotation."""
    return dataclasses.field(default=default, metadata={"title": title, "help": help})


@dataclass(frozen=True)
class Scorer:
    """Judges one answer against one case; the same answer always gets the same score from a scorer without `wants`.

    A member of the family is a class with these facts that writes `compare` (or `consult`, when it needs something),
    and has its own options as fields (`option`). `id` is written in data sets; `title`, `expects` and `example` are
    read by people: `expects` says what the column "expected" must hold. A change that can give an old answer another
    score raises `version`. Nothing raises for a strange answer: `why` says what was wrong; `NotScored` is for when
    there is nothing to go by. An empty answer is never right.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    group: ClassVar[Group] = Group.TEXT
    expects: ClassVar[str]
    example: ClassVar[Example]
    version: ClassVar[int] = 1
    needs: ClassVar[frozenset[Need]] = frozenset()

    expected: str | None = option(None, title="Expected", help="The same for every case, instead of the column.")
    at_least: float | None = option(None, title="Right from", help="Right (1) from this score on, else wrong (0).")

    @property
    def wants(self) -> frozenset[Need]:
        """What this one needs with its parts."""
        return self.needs

    @property
    def asks_its_own(self) -> bool:
        """Whether it does not look at the column "expected" of a case, or judges in another way than by it."""
        return self.expected is not None or bool(self.wants)

    @property
    def spec(self) -> str:
        """The scorer as it is written in a data set or on the command line: `rouge-l(at_least=0.5)`."""
        return self.written(lambda scorer: scorer.id)

    @property
    def signature(self) -> str:
        """Name, version and options, `rouge-l/1(at_least=0.5)`: what is stored beside each score."""
        return self.written(lambda scorer: f"{scorer.id}/{scorer.version}")

    def written(self, name: Callable[[Scorer], str]) -> str:
        """With the options that differ from their default, in the order of their declaration."""
        inside = [*self.parts_written(name), *(f"{key}={_value(value)}" for key, value in self.options_set().items())]
        return f"{name(self)}({', '.join(inside)})" if inside else name(self)

    def parts_written(self, name: Callable[[Scorer], str]) -> list[str]:
        return []

    def options_set(self) -> dict[str, Any]:
        """The options that differ from their default."""
        own = (part for part in dataclasses.fields(self) if part.metadata)
        return {part.name: getattr(self, part.name) for part in own if getattr(self, part.name) != part.default}

    # For those who score

    def problem(self, expected: str) -> str:
        """Why this "expected" cannot be scored with; empty when it can."""
        return self.fault(expected if self.expected is None else self.expected)

    def score(self, answer: Answer, case: EvalCase) -> Score:
        """Raises `NotScored`; `judged` also does for a scorer that fails in another way."""
        if answer.is_empty:
            return EMPTY
        if len(answer.text) > LONGEST_ANSWER:
            raise NotScored(f"The answer is longer than {LONGEST_ANSWER:,} characters.")
        return self._finished(self.compare(answer, self._bound(case)))

    async def judge(self, answer: Answer, case: EvalCase, aids: Aids) -> Score:
        """The score with what is at hand. Raises `NotScored`."""
        if answer.is_empty:
            return EMPTY
        if len(answer.text) > LONGEST_ANSWER:
            raise NotScored(f"The answer is longer than {LONGEST_ANSWER:,} characters.")
        return self._finished(await self.consult(answer, self._bound(case), aids))

    def _bound(self, case: EvalCase) -> EvalCase:
        return case if self.expected is None else dataclasses.replace(case, expected=self.expected)

    def _finished(self, score: Score) -> Score:
        if self.at_least is None:
            return score
        passed = score.value >= self.at_least - ROUNDING
        return Score(float(passed), f"{score.value:.2f}, right from {self.at_least:g}: {score.why}", score.label)

    # For members to write

    def misuse(self) -> str:
        """Why the options make no sense; empty when they do."""
        if self.at_least is not None and not 0.0 <= self.at_least <= 1.0:
            return "at_least must be between 0 and 1"
        return ""

    def fault(self, expected: str) -> str:
        """Why this "expected" cannot be scored with; empty when it can."""
        return ""

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        """The answer is not empty."""
        raise NotScored(f"{self.title} needs {', '.join(sorted(self.wants))}.")

    async def consult(self, answer: Answer, case: EvalCase, aids: Aids) -> Score:
        """The same for a member that needs something from outside."""
        return self.compare(answer, case)


async def judged(scorer: Scorer, answer: Answer, case: EvalCase, aids: Aids = NO_AIDS) -> Score:
    """The score of any scorer. Raises `NotScored` only: a scorer that fails in any other way is named in it."""
    try:
        return await scorer.judge(answer, case, aids) if scorer.wants else scorer.score(answer, case)
    except NotScored:
        raise
    except Exception as error:
        raise NotScored(f"The scorer {scorer.spec} failed: {type(error).__name__}: {error}") from error


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
