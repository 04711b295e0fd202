"""One prompt to several models side by side: local files and providers' models alike, kept as evidence."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from workbench.analysis import words
from workbench.domain.chat import ChatMessage, ChatRequest, Role, Sampling, Tool, sampling_problem
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase
from workbench.domain.evidence import Answer, Attachment, Comparison, ComparisonHead
from workbench.domain.ids import new_id
from workbench.domain.scenario import Scenario
from workbench.services.asking import Asking, Listener, Pane, PaneEnded, PaneEvent, cost_usd
from workbench.services.chat_models import ChatModelService
from workbench.services.prompt_text import about_tokens, filled, history, user_message
from workbench.services.scenarios import ScenarioService

__all__ = ["Asking", "Estimate", "Form", "Listener", "PaneEnded", "PaneEvent", "PlaygroundService"]

MOST_PANES = 6
MOST_TURNS = 40
EXAMPLES = 12
HISTORY_PAGE = 100
OWN_EXAMPLE = EvalCase(
    id="an example of ours",
    input="Policy: HR-04 Leave policy\nEmployees can take up to 28 days of annual leave per year. The last day for "
    "leave requests is 6 March.\n\nQuestion: How much annual leave do staff get?",
    expected="28 days",
)
Samplings = Sampling | Sequence[Sampling] | None


@dataclass(frozen=True, slots=True)
class Form:
    """What every answer must look like, and what it may ask for; see `ChatRequest`."""

    json_schema: str = ""
    grammar: str = ""
    top_logprobs: int = 0
    tools: tuple[Tool, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """What asking a model may take, before anything is sent: about so many tokens in, at most so many out.

    `usd` is the most it may cost; None when the model's price is not known. `problem` says why it will not be asked.
    """

    model: str
    tokens_in: int
    most_out: int
    usd: float | None
    local: bool
    problem: str = ""


class PlaygroundService:
    """Asks models and keeps what they answered as evidence."""

    def __init__(self, *, models: ChatModelService, scenarios: ScenarioService) -> None:
        self._models = models
        self._scenarios = scenarios

    def begin(
        self,
        prompt: str,
        models: Sequence[str],
        *,
        system: str = "",
        sampling: Samplings = None,
        scenario_id: str | None = None,
        scenario: Scenario | None = None,
        variables: Mapping[str, str] | None = None,
        attachments: Sequence[Attachment] = (),
        form: Form | None = None,
        continues: str = "",
        blind: bool = False,
        sensitive: bool | None = None,
        on_event: Listener | None = None,
    ) -> Asking:
        """Every model is going to be asked the same; events arrive in `on_event` while `run` is under way.

        `variables` fills names in braces. `sampling` is one for all models or one for each. `continues` names the
        comparison whose answers the models go on from. A `blind` comparison is kept without names, in a drawn order,
        until it is voted on. With a scenario's id the comparison is stored when it ends; a `scenario` that is not
        stored (a file's) only says what may leave. `sensitive` is what is known of the text (`ChatRequest`).

        Raises WorkbenchError for an empty prompt, no or too many models, a number or form that makes no sense, or a
        reference that names no model. The engines take the first thread's event loop: run every one in the same.
        """
        text = filled(prompt, variables or {})
        if not text.strip():
            raise WorkbenchError("The prompt is empty", where="prompt", mend="Write what the models should answer.")
        settings = _settings(sampling, len(models))
        earlier = self._earlier(continues, len(models))
        if earlier:
            system = earlier[0].system
            scenario_id = _same_scenario(earlier[0], scenario_id)
        asked = Comparison(
            id=new_id(),
            scenario_id=scenario_id,
            at="",
            system=system,
            prompt=text,
            answers=(),
            template=prompt if prompt != text else "",
            variables=tuple((variables or {}).items()),
            attachments=tuple(attachments),
            settings=settings,
            continues=continues,
            blind=blind,
        )
        panes = [
            Pane(
                place,
                self._models.model(reference, scenario_id=scenario_id, scenario=scenario),
                _request(asked, settings[place], history(earlier, place), form or Form(), sensitive),
                on_event,
            )
            for place, reference in enumerate(models)
        ]
        return Asking(panes, lambda answers: self._kept(asked, answers))

    def begin_example(
        self, models: Sequence[str], *, sampling: Samplings = None, on_event: Listener | None = None
    ) -> Asking:
        """Every model is asked an example of ours: no data of any scenario, so none of a scenario's rules applies.

        Nothing is stored. Raises WorkbenchError as `begin` does.
        """
        return self.begin(OWN_EXAMPLE.input, models, sampling=sampling, on_event=on_event)

    def again(
        self,
        comparison: Comparison,
        place: int,
        model: str,
        *,
        sampling: Sampling | None = None,
        form: Form | None = None,
        sensitive: bool | None = None,
        on_event: Listener | None = None,
    ) -> Asking:
        """One model of a comparison is asked once more; its new answer takes the place of the old one.

        Where somebody has voted on the comparison, the new answer stands in a new one. Events carry `place` as their
        pane. Raises WorkbenchError when `model` names none.
        """
        chosen = sampling or (comparison.settings[place] if comparison.settings else Sampling())
        earlier = self._earlier(comparison.continues, len(comparison.answers))
        request = _request(comparison, chosen, history(earlier, place), form or Form(), sensitive)
        pane = Pane(place, self._models.model(model, scenario_id=comparison.scenario_id), request, on_event)

        def keep(answers: tuple[Answer, ...]) -> Comparison:
            settings = list(comparison.settings or [Sampling()] * len(comparison.answers))
            settings[place] = chosen
            merged = (*comparison.answers[:place], *answers, *comparison.answers[place + 1 :])
            fresh = new_id() if self._scenarios.votes_on(comparison.id) else comparison.id
            return self._saved(replace(comparison, id=fresh, answers=merged, settings=tuple(settings)))

        return Asking([pane], keep)

    async def compare(
        self,
        prompt: str,
        models: Sequence[str],
        *,
        system: str = "",
        sampling: Samplings = None,
        scenario_id: str | None = None,
        on_event: Listener | None = None,
    ) -> Comparison:
        """`begin` and `run` in one, for callers that stop all panes or none."""
        asking = self.begin(
            prompt, models, system=system, sampling=sampling, scenario_id=scenario_id, on_event=on_event
        )
        return await asking.run()

    def estimate(
        self,
        prompt: str,
        models: Sequence[str],
        *,
        system: str = "",
        sampling: Samplings = None,
        scenario_id: str | None = None,
        variables: Mapping[str, str] | None = None,
        attachments: Sequence[Attachment] = (),
        continues: str = "",
    ) -> tuple[Estimate, ...]:
        """What `begin` with the same arguments may take, for each model; nothing is loaded or sent."""
        settings = _settings(sampling, len(models))
        earlier = self._earlier(continues, len(models))
        first = (ChatMessage(Role.SYSTEM, system),) if system else ()
        last = user_message(filled(prompt, variables or {}), attachments)
        found = []
        for place, reference in enumerate(models):
            tokens = about_tokens((*first, *history(earlier, place), last))
            found.append(self._estimate(reference, scenario_id, tokens, settings[place].max_tokens, bool(last.images)))
        return tuple(found)

    def _estimate(self, reference: str, scenario_id: str | None, tokens: int, most_out: int, images: bool) -> Estimate:
        try:
            about = self._models.model(reference, scenario_id=scenario_id).describe()
        except WorkbenchError as error:
            return Estimate(reference, tokens, most_out, 0.0, True, error.what)
        problem = ""
        if images and not about.images:
            problem = "it takes no pictures"
        elif about.context_tokens is not None and tokens > about.context_tokens:
            problem = f"its context holds {about.context_tokens:,} tokens"
        return Estimate(about.model_id, tokens, most_out, cost_usd(about, tokens, most_out), about.local, problem)

    # what was asked before

    def history(self, scenario_id: str) -> tuple[Comparison, ...]:
        """The scenario's comparisons, newest first; those that wait for a blind vote are not among them."""
        return self._scenarios.comparisons(scenario_id)

    def heads(
        self, scenario_id: str | None, *, words: str = "", after: ComparisonHead | None = None
    ) -> tuple[ComparisonHead, ...]:
        """A page of the history, newest first; with `words` those that hold every one of them."""
        return self._scenarios.comparison_heads(scenario_id, words=words, limit=HISTORY_PAGE, after=after)

    def comparison(self, comparison_id: str) -> Comparison:
        """One of them, by its id or link. Raises WorkbenchError when there is none."""
        return self._scenarios.comparison(comparison_id.removeprefix(LINK))

    def conversation(self, comparison: Comparison) -> tuple[Comparison, ...]:
        """What a comparison goes on from, the first turn first; empty when it begins."""
        return self._earlier(comparison.continues, len(comparison.answers))

    def _earlier(self, continues: str, count: int) -> tuple[Comparison, ...]:
        """The comparisons that a new one goes on from, the first of them first."""
        found: list[Comparison] = []
        while continues and len(found) < MOST_TURNS:
            before = self._scenarios.comparison(continues)
            if before.blind:
                what, mend = "The conversation waits for a blind vote", "Vote first, or reveal the names."
                raise WorkbenchError(what, where=continues, mend=mend)
            if len(before.answers) != count:
                had = words.count(len(before.answers), "model")
                what = f"The conversation has {had}, and {count} {'was' if count == 1 else 'were'} chosen"
                raise WorkbenchError(what, where="models", mend="Ask the same models, or begin anew.")
            found.append(before)
            continues = before.continues
        return tuple(reversed(found))

    def _kept(self, asked: Comparison, answers: tuple[Answer, ...]) -> Comparison:
        """Stored, when it belongs to a scenario. A blind one is shuffled, and comes back without names when stored."""
        order = list(range(len(answers)))
        if asked.blind:
            random.SystemRandom().shuffle(order)
        made = replace(
            asked,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            answers=tuple(answers[place] for place in order),
            settings=tuple(asked.settings[place] for place in order),
        )
        return self._saved(made)

    def _saved(self, comparison: Comparison) -> Comparison:
        if comparison.scenario_id is None:
            return comparison
        self._scenarios.save_comparison(comparison)
        return self._scenarios.comparison(comparison.id) if comparison.blind else comparison

    def examples(self, scenario: Scenario) -> tuple[EvalCase, ...]:
        """Cases to try a prompt with: a few of the scenario's eval data, from all over it; else one of our own."""
        from workbench.evals.datasets import examine

        path = self._scenarios.dataset_path(scenario)
        cases: tuple[EvalCase, ...] = ()
        if path is not None:
            with contextlib.suppress(WorkbenchError):
                cases = examine(path).dataset.cases
        step = max(len(cases) // EXAMPLES, 1)
        return cases[::step] or (OWN_EXAMPLE,)

    async def stop(self) -> None:
        """Ends every model process of this program and closes its connections."""
        await self._models.close()


LINK = "workbench://comparison/"


def link_to(comparison: Comparison) -> str:
    """How a comparison is named in a document or a message: a link that the workbench opens."""
    return f"{LINK}{comparison.id}"


def _settings(sampling: Samplings, count: int) -> tuple[Sampling, ...]:
    """One sampling for each model. Raises WorkbenchError for a wrong number of models or a senseless number."""
    if not 1 <= count <= MOST_PANES:
        raise WorkbenchError(
            f"{count} models were chosen; 1 to {MOST_PANES} can be compared",
            where="models",
            mend="Choose two to six.",
        )
    chosen = tuple(sampling) if isinstance(sampling, Sequence) else (sampling or Sampling(),) * count
    if len(chosen) != count:
        raise WorkbenchError(f"{len(chosen)} settings were given for {count} models", where="settings")
    for one in chosen:
        if problem := sampling_problem(one):
            raise WorkbenchError(f"The {problem}", where="settings", mend="Choose another number.")
    return chosen


def _same_scenario(before: Comparison, scenario_id: str | None) -> str | None:
    """The scenario of a conversation: what was said in it goes along, by its rules and no other's."""
    if scenario_id is not None and before.scenario_id != scenario_id:
        raise WorkbenchError(
            "The conversation belongs to another scenario", where="scenario", mend="Go on there, or begin anew."
        )
    return before.scenario_id


def _request(
    asked: Comparison,
    sampling: Sampling,
    earlier: Sequence[ChatMessage],
    form: Form,
    sensitive: bool | None = None,
) -> ChatRequest:
    """Fresh: a model that remembered the prompt of a moment ago would look quicker than one that did not."""
    first = (ChatMessage(Role.SYSTEM, asked.system),) if asked.system else ()
    messages = (*first, *earlier, user_message(asked.prompt, asked.attachments))
    fresh = not earlier
    return ChatRequest(
        messages, sampling, fresh, form.json_schema, form.grammar, form.top_logprobs, form.tools, sensitive=sensitive
    )
