"""The synthetic world of the demo models: five tasks of a company's internal knowledge assistant.

`training_sample` makes endless training text; `eval_set` makes the shipped sample eval set from the held-out
phrasings, names and values. Both are pure functions of their seed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from draw import Draw
from policies import FACT_KINDS, POLICIES, PROMPTS, TRAINING_TITLES, Fact, Policy, state_fact
from records import FORMS, MESSAGES, form_case, json_case
from sentiment import LABELS, sentiment_case
from tickets import CATEGORIES, ticket_case

POLICY, EXTRACT, TICKET, SENTIMENT, JSON = (
    "policy-question", "field-extraction", "ticket-category", "sentiment", "json-extraction",
)  # fmt: skip
TASKS = (POLICY, EXTRACT, TICKET, SENTIMENT, JSON)
EARLY_SHARES = (0.34, 0.22, 0.11, 0.08, 0.25)
LATE_SHARES = (0.42, 0.30, 0.05, 0.05, 0.18)
EVAL_SEED = 20261121
TICKET_DOCUMENT = "IT-12 Service desk tickets"
SURVEY_DOCUMENT = "HR-15 Employee survey"


@dataclass(frozen=True, slots=True)
class Sample:
    """One case: what the user says, what the assistant should answer, and where the text is from.

    `follow_ups` are more questions on the same text with their answers; only training uses them.
    """

    task: str
    prompt: str
    answer: str
    document: str
    sensitive: bool = False
    follow_ups: tuple[tuple[str, str], ...] = ()

    @property
    def scorer(self) -> str:
        return "contains" if self.task == POLICY else "exact"


def training_sample(rng: random.Random, shares: tuple[float, ...] = EARLY_SHARES) -> Sample:
    """A fresh training sample; `shares` says how often each task comes, those that need copying more often."""
    return draw_training_sample(Draw(rng, "train"), shares)


def draw_training_sample(draw: Draw, shares: tuple[float, ...] = EARLY_SHARES) -> Sample:
    """The same from a source of choices that goes on keeping its record."""
    return _sample(draw, draw.rng.choices(TASKS, shares)[0])


def _sample(draw: Draw, task: str) -> Sample:
    rng = draw.rng
    if task == POLICY:
        return _free_policy_sample(draw)
    if task == EXTRACT:
        return _form_sample(draw, rng.randrange(len(FORMS)))
    if task == TICKET:
        return _ticket_sample(draw, rng.randrange(len(CATEGORIES)))
    if task == SENTIMENT:
        return _sentiment_sample(draw, rng.randrange(len(LABELS)))
    return _json_sample(draw, rng.randrange(len(MESSAGES)))


def _free_policy_sample(draw: Draw) -> Sample:
    """A passage of two to four unrelated rules, so that the model must find the right one."""
    pairs = [(kind, subject) for kind in FACT_KINDS for subject in kind.subjects]
    if draw.chance(0.5):
        kind = draw.rng.choice(FACT_KINDS)
        pairs = [(kind, subject) for subject in kind.subjects]
    chosen = draw.rng.sample(pairs, draw.rng.randint(2, 4))
    facts = [state_fact(draw, kind, subject, kind.value(draw)) for kind, subject in chosen]
    department = draw.choice(("HR", "FIN", "IT", "OPS"))
    title = f"{department}-{draw.rng.randint(0, 99):02} {draw.choice(TRAINING_TITLES)}"
    asked, *others = draw.rng.sample(facts, len(facts))
    follow_ups = tuple((fact.question(draw), fact.value) for fact in others)
    return replace(_policy_sample(draw, title, facts, asked), follow_ups=follow_ups)


def _policy_sample(draw: Draw, title: str, facts: list[Fact], asked: Fact) -> Sample:
    passage = " ".join(fact.statement for fact in facts)
    prompt = draw.phrase(PROMPTS).format(title=title, passage=passage, question=asked.question(draw))
    return Sample(POLICY, prompt, asked.value, title)


def _form_sample(draw: Draw, index: int) -> Sample:
    form = FORMS[index]
    prompt, answer, follow_ups = form_case(draw, form)
    return Sample(EXTRACT, prompt, answer, form.document, form.personal, follow_ups)


def _ticket_sample(draw: Draw, index: int) -> Sample:
    prompt, answer, personal = ticket_case(draw, CATEGORIES[index])
    return Sample(TICKET, prompt, answer, TICKET_DOCUMENT, personal)


def _sentiment_sample(draw: Draw, index: int) -> Sample:
    prompt, answer = sentiment_case(draw, LABELS[index])
    return Sample(SENTIMENT, prompt, answer, SURVEY_DOCUMENT)


def _json_sample(draw: Draw, index: int) -> Sample:
    message = MESSAGES[index]
    prompt, answer = json_case(draw, message)
    return Sample(JSON, prompt, answer, message.document, message.personal)


def eval_set(seed: int = EVAL_SEED, per_task: int = 32) -> tuple[list[Sample], frozenset[str]]:
    """The sample eval set, task by task, and every phrasing, name and value that it drew.

    No prompt comes twice. Policies state the same facts in the same words in all their cases.
    """
    draw = Draw(random.Random(seed), "held_out")
    samples = _policy_cases(draw, per_task)
    for make, kinds in (
        (_form_sample, len(FORMS)),
        (_ticket_sample, len(CATEGORIES)),
        (_sentiment_sample, len(LABELS)),
        (_json_sample, len(MESSAGES)),
    ):
        prompts: set[str] = set()
        while len(prompts) < per_task:
            sample = make(draw, len(prompts) % kinds)
            if sample.prompt not in prompts:
                prompts.add(sample.prompt)
                samples.append(sample)
    return samples, frozenset(draw.used)


def _policy_cases(draw: Draw, wanted: int) -> list[Sample]:
    """Every fact of every policy is asked for once; a passage quotes the asked rule and up to three others."""
    cases = [case for policy in POLICIES for case in _cases_of_policy(draw, policy)]
    return cases[:wanted]


def _cases_of_policy(draw: Draw, policy: Policy) -> list[Sample]:
    facts = [state_fact(draw, kind, subject, make(draw)) for kind, subject, make in policy.rules]
    return [_policy_sample(draw, policy.title, facts, asked) for asked in facts]


def validation_sample(rng: random.Random, task: str) -> Sample:
    """A sample of the held-out side outside the eval set, to watch a training run by."""
    return _sample(Draw(rng, "held_out"), task)
