"""Judges: one model or several that are asked what they think of an answer, as scorers need it (`Aids.ask`).

Of several judges the middle or the commonest verdict counts. A judge on another machine never sees a sensitive case.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from workbench.domain.chat import ChatModel, Done, Sampling, ask
from workbench.domain.errors import GuardRefusal
from workbench.domain.evals import EvalCase
from workbench.evals.content import content_key
from workbench.evals.executor import Executor, Here
from workbench.evals.money import Cap, usd
from workbench.evals.scorers import Ask, NotScored
from workbench.evals.scorers.judged_by_model import read_verdict

REPLY_TOKENS = 256
#: verdicts that lie on a line, so that several judges have a middle
_LADDERS = (("yes", "partly", "no"),)
_UNDECIDED = "tie"


class Panel:
    """The judges of a run. `cap` is the run's: what judges cost counts, too."""

    def __init__(
        self,
        judges: Sequence[ChatModel],
        *,
        run_id: str,
        cap: Cap | None = None,
        identities: Mapping[str, str] | None = None,
        executor: Executor | None = None,
        timeout_s: float = 120.0,
        retries: int = 1,
        is_marked: bool = False,
        sampling: Sampling | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._judges = tuple(judges)
        self._run_id = run_id
        self._cap = cap or Cap(None)
        self._identities = identities or {}
        self._executor = executor or Here()
        self._timeout_s = timeout_s
        self._retries = retries
        self._is_marked = is_marked
        self._sampling = sampling or Sampling(max_tokens=REPLY_TOKENS)
        self._sleep = sleep

    def ask_about(self, case: EvalCase) -> Ask:
        """What a scorer of this case may ask."""

        async def asked(prompt: str, *, schema: str = "") -> str:
            return await self._asked(case, prompt, schema)

        return asked

    async def _asked(self, case: EvalCase, prompt: str, schema: str) -> str:
        able = [judge for judge in self._judges if judge.describe().local or not case.sensitive]
        if not able:
            raise NotScored("The case is sensitive, and its judge runs on another machine.")
        replies = await asyncio.gather(
            *(self._one(judge, case, prompt, schema) for judge in able), return_exceptions=True
        )
        for reply in replies:
            if isinstance(reply, BaseException) and not isinstance(reply, NotScored):
                raise reply
        heard = [reply for reply in replies if isinstance(reply, str)]
        if not heard:
            raise next(reply for reply in replies if isinstance(reply, NotScored))
        return heard[0] if len(able) == 1 else combined(heard, schema)

    async def _one(self, judge: ChatModel, case: EvalCase, prompt: str, schema: str) -> str:
        about = judge.describe()
        request = replace(ask(prompt, sampling=self._sampling), json_schema=schema)
        key = content_key(self._identities.get(about.model_id, about.model_id), request)
        marked = case.sensitive if self._is_marked or case.sensitive else None
        request = replace(request, sensitive=marked, key=f"{self._run_id}/judge/{key}")
        try:
            reserved = self._cap.reserve(about, request)
        except GuardRefusal as refusal:
            raise NotScored(f"The judge was not asked: {refusal.what}.") from None
        cost: float | None = None
        try:
            tries = 0
            while True:
                said = await self._executor.ask(judge, request, self._timeout_s)
                if isinstance(said.end, Done):
                    cost = said.end.cost_usd
                    if cost is None:
                        cost = usd(about, said.end.timing.tokens_in, said.end.timing.tokens_out)
                    return said.text
                is_refused = isinstance(said.end.reason, GuardRefusal)
                tries += 1
                if is_refused or tries > self._retries:
                    cost = 0.0 if is_refused else None
                    raise NotScored(f"The judge {about.model_id} gave no reply: {said.end.reason.what}.")
                await self._sleep(0.5 * 2**tries)
        finally:
            self._cap.settle(reserved, cost)


def combined(replies: Sequence[str], schema: str) -> str:
    """One reply for several: the middle verdict where verdicts lie on a line, else the one that most gave, else a tie.

    Raises `NotScored` when no judge gave a verdict, or they disagree and there is no tie to call.
    """
    allowed: tuple[str, ...] = tuple(json.loads(schema)["properties"]["verdict"]["enum"])
    verdicts, reasons = [], []
    for reply in replies:
        try:
            verdict, because = read_verdict(reply, allowed)
        except NotScored:
            continue
        verdicts.append(verdict)
        reasons.append(because)
    if not verdicts:
        raise NotScored("No judge's reply holds a verdict.")
    chosen = _chosen(verdicts, allowed)
    count = f"{verdicts.count(chosen)} of {len(verdicts)} judges say {chosen}"
    reason = next((why for verdict, why in zip(verdicts, reasons, strict=True) if verdict == chosen and why), "")
    return json.dumps({"because": f"{count}{': ' if reason else ''}{reason}", "verdict": chosen}, ensure_ascii=False)


def _chosen(verdicts: Sequence[str], allowed: tuple[str, ...]) -> str:
    if allowed in _LADDERS:
        places = sorted(allowed.index(verdict) for verdict in verdicts)
        low, high = places[(len(places) - 1) // 2], places[len(places) // 2]
        return allowed[(low + high + 1) // 2]
    (first, most), *others = Counter(verdicts).most_common()
    if not others or most > others[0][1]:
        return first
    if _UNDECIDED in allowed:
        return _UNDECIDED
    raise NotScored("The judges do not agree.")
