"""What the ledger says of a call out of the program: where it went, what for, how much; never what was in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """Why a call is made."""

    ANSWER = "answer"
    MODEL_LIST = "model list"
    KEY_TEST = "key test"
    PRICES = "catalog refresh"
    MODEL_FILE = "model file"
    TEAM = "team store"


class DataClass(StrEnum):
    """What of the person's a call carries: nothing, a prompt of no scenario or of one, or a scenario as it is kept,
    with or without the texts of its prompts, answers and cases."""

    NOTHING = "nothing"
    PROMPT = "prompt"
    SCENARIO = "scenario prompt"
    SCENARIO_SENSITIVE = "sensitive scenario prompt"
    RECORD = "scenario without texts"
    WHOLE = "scenario with texts"


class Outcome(StrEnum):
    """`OPEN`: under way, or the program was killed meanwhile."""

    OPEN = "open"
    ANSWERED = "answered"
    ERROR = "error"
    STOPPED = "stopped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Call:
    """One row of the ledger.

    `host` has the port where it is not the usual one. `local` is True for this machine itself. `bytes_out` and
    `bytes_in` count bodies and headers as HTTP/1.1 writes them (TLS not counted). `why` is the sentence of a refusal or
    a failure, `rule` what a refusal went by. Times are ISO text in UTC.
    """

    id: str
    at: str
    host: str
    purpose: Purpose
    provider: str = ""
    scenario_id: str | None = None
    data: DataClass = DataClass.NOTHING
    local: bool = False
    bytes_out: int = 0
    bytes_in: int = 0
    outcome: Outcome = Outcome.OPEN
    status: int | None = None
    ended_at: str = ""
    why: str = ""
    rule: str = ""
