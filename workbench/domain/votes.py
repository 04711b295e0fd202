"""Which of two answers a person prefers, not knowing whose they are, and what follows for the models."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Choice(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    TIE = "tie"


@dataclass(frozen=True, slots=True)
class Vote:
    """A judgement, once given never changed. `left` and `right` are places among the comparison's answers; `at` is ISO
    UTC. A `repeat` shows a pair again the other way round: it tells how steady the rater is and counts for no model."""

    id: str
    comparison_id: str
    rater: str
    at: str
    left: int
    right: int
    choice: Choice
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Ballot:
    """A pair to judge: the question and two texts, and no word of whose they are."""

    comparison_id: str
    system: str
    prompt: str
    left: int
    right: int
    left_text: str
    right_text: str
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Preference:
    """How a model stands in the votes: Elo points around 0 with a 95 % interval, and the votes behind it."""

    model: str
    elo: float
    low: float
    high: float
    votes: int
    wins: int
    ties: int


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a scenario's votes say, the most preferred model first.

    `repeats` pairs were shown twice, and in `steady` of them the rater said the same again. `virtual_ties`: the votes
    alone fix no strengths (a model never lost or never won), so half a win was added to both sides of every pair.
    `chances[i][j]` is the chance that model i is preferred to model j.
    """

    models: tuple[Preference, ...]
    votes: int
    ties: int
    raters: tuple[str, ...]
    repeats: int
    steady: int
    virtual_ties: bool
    chances: tuple[tuple[float, ...], ...]
