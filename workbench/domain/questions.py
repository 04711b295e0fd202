"""The wizard as data: its steps, which questions are asked, which answers are accepted, and what they mean."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from workbench.domain.detail_list import DETAIL_STEPS
from workbench.domain.details import GAPS, Details
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.figures import Estimate
from workbench.domain.question import NO_LIMIT, Answers, Choice, Kind, Question, Step
from workbench.domain.question_list import STEPS
from workbench.domain.requirements import (
    LicenceNeed,
    Priority,
    Requirements,
    Sensitivity,
    Skill,
    Task,
    ThirdParty,
)
from workbench.domain.scenario import UNKNOWN, AnswerValue
from workbench.domain.workload import Workload

__all__ = [
    "DETAILS",
    "DETAIL_STEPS",
    "NO_LIMIT",
    "QUESTIONS",
    "STEPS",
    "UNKNOWN",
    "Answers",
    "Choice",
    "Kind",
    "Question",
    "Step",
    "asked_questions",
    "check_answer",
    "check_answers",
    "question",
    "requirements_from",
    "step_is_done",
    "step_of",
]

# The wizard's questions, and those that the pages ask beside the result they refine.
QUESTIONS = {question.id: question for step in STEPS for question in step.questions}
DETAILS = {question.id: question for step in DETAIL_STEPS for question in step.questions}
_ALL = {**QUESTIONS, **DETAILS}

# How much like a question's id a wrong one must be for the question to be named.
CLOSE = 0.5

# What a task reads and makes where the person did not say.
_TASK_INPUT = {Task.SPEECH_TO_TEXT: "audio"}
_TASK_OUTPUT = {Task.IMAGE_GENERATION: "image", Task.TEXT_TO_SPEECH: "audio", Task.SEARCH: "embedding"}


def question(question_id: str) -> Question:
    """The question with that id; WorkbenchError with the closest ids when there is none."""
    found = _ALL.get(question_id)
    if found is None:
        close = difflib.get_close_matches(question_id, _ALL, n=3, cutoff=CLOSE)
        meant = f"Did you mean {', '.join(close[:-1])}{' or ' if len(close) > 1 else ''}{close[-1]}? " if close else ""
        mend = f"{meant}All of them: workbench scenario questions"
        raise WorkbenchError(f"There is no question {question_id!r}", where="answers", mend=mend)
    return found


def check_answer(question_id: str, value: object) -> AnswerValue:
    """The answer in its stored form; WorkbenchError that names the question when it is not accepted."""
    return question(question_id).check(value)


def check_answers(answers: Answers) -> dict[str, AnswerValue]:
    """All answers in their stored form; `Problems` with every wrong one when there is any."""
    checked: dict[str, AnswerValue] = {}
    problems: list[WorkbenchError] = []
    for question_id, value in answers.items():
        try:
            checked[question_id] = check_answer(question_id, value)
        except WorkbenchError as problem:
            problems.append(problem)
    if problems:
        raise Problems(f"{len(problems)} of the answers cannot be used", problems, where="answers")
    return checked


def asked_questions(answers: Answers) -> tuple[Question, ...]:
    """The wizard's questions that these answers lead to, in order."""
    return tuple(item for item in QUESTIONS.values() if item.asked_when(answers))


def step_of(question_id: str) -> Step:
    """The wizard page a question stands on, or the group of a detail."""
    asked = question(question_id)
    return next(step for step in (*STEPS, *DETAIL_STEPS) if asked in step.questions)


def step_is_done(step: Step, answers: Answers) -> bool:
    """Whether every question asked on the page has an answer ("I don't know" is one)."""
    return all(item.id in answers for item in step.questions if item.asked_when(answers))


def requirements_from(answers: Answers) -> Requirements:
    """What the answers ask for. Missing or unknown answers count as the question's `assumed` value.

    Their ids are kept in `unknown`; questions that are not asked are not unknown. Raises WorkbenchError for an answer
    that its question does not accept.
    """
    read = _Reader(answers)
    return Requirements(
        job=read.text("job"),
        tasks=read.tasks,
        input_modalities=read.modalities("input_modalities", _TASK_INPUT),
        output_modalities=read.modalities("output_modalities", _TASK_OUTPUT),
        workload=Workload(
            requests_per_day=read.range("requests_per_day"),
            peak_factor=read.number("peak_factor"),
            tokens_in=read.range("tokens_in"),
            tokens_out=read.range("tokens_out"),
            cached_share=read.number("cached_share"),
            growth_per_month=read.number("growth_per_month"),
        ),
        ttft_limit_s=read.limit("ttft_limit_s"),
        total_limit_s=read.limit("total_limit_s"),
        latency_percentile=int(read.text("latency_percentile")),
        sensitivity=Sensitivity(read.text("sensitivity")),
        third_party=read.third_party,
        sensitive_share=read.sensitive_share,
        papers=read.set("papers"),
        regions=read.set("regions"),
        certifications=read.set("certifications"),
        company_in_eu=read.get("company_in_eu") is True,
        priority=Priority(read.text("priority")),
        quality_target=read.limit("quality_target"),
        error_cost_usd=read.range("error_cost_usd"),
        setup_cap_usd=read.limit("setup_cap_usd"),
        monthly_cap_usd=read.limit("monthly_cap_usd"),
        horizon_months=int(read.number("horizon_months")),
        discount_rate=read.number("discount_rate"),
        weeks_limit=read.limit("weeks_limit"),
        skill=Skill(read.text("skill")),
        staff_fte=read.number("staff_fte"),
        staff_month_usd=read.number("staff_month_usd"),
        min_replicas=int(read.number("min_replicas")),
        platform_month_usd=read.number("platform_month_usd"),
        licence=LicenceNeed(read.text("licence")),
        excluded_developers=read.set("excluded_developers"),
        excluded_countries=read.set("excluded_countries"),
        context_tokens=read.context_tokens,
        details=_details(read),
        unknown=frozenset(item.id for item in asked_questions(answers) if answers.get(item.id, UNKNOWN) == UNKNOWN),
    )


def _details(read: _Reader) -> Details:
    measured = {name: read.get(f"gap_{name}") for name in GAPS}
    profile = read.text("usage_profile")
    return Details(
        think_tokens=read.range("think_tokens"),
        retry_share=read.number("retry_share"),
        batch_share=read.number("batch_share"),
        cache_write_share=min(read.number("cache_write_share"), 1.0 - read.number("cached_share")),
        peak_hours_share=read.limit("peak_hours_share"),
        passages=int(read.number("passages")),
        turns=int(read.number("turns")),
        hard_share=read.number("hard_share"),
        router_recall=read.number("router_recall"),
        week_value_usd=read.number("week_value_usd"),
        users=read.limit("users"),
        usage_profile=profile,
        wait_limit_s=read.number("wait_limit_s"),
        grid_kg_per_kwh=read.number("grid_kg_per_kwh"),
        pue=read.number("pue"),
        gaps={name: read.range(f"gap_{name}") for name, value in measured.items() if value is not None},
        corpus_tokens=read.limit("corpus_tokens"),
        corpus_changes=read.yes_no("corpus_changes"),
        good_examples=int(read.number("good_examples")),
        example_tokens=read.number("example_tokens"),
        training_tokens=read.number("training_tokens"),
        unique_data=read.yes_no("unique_data") is True,
        training_budget_usd=read.number("training_budget_usd"),
        one_vendor=read.yes_no("one_vendor"),
        fallback=read.yes_no("fallback"),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Answers with the gaps filled by what each question assumes."""

    answers: Answers

    def get(self, question_id: str) -> AnswerValue | None:
        """The checked answer, or what is assumed when it is missing, unknown or not asked for; None = no limit."""
        asked = _ALL[question_id]
        value = self.answers.get(question_id, UNKNOWN)
        if value == UNKNOWN or not asked.asked_when(self.answers):
            return asked.assumed
        checked = asked.check(value)
        return None if checked == NO_LIMIT else checked

    def text(self, question_id: str) -> str:
        return str(self.get(question_id))

    def number(self, question_id: str) -> float:
        value = self.get(question_id)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"the question {question_id} must assume a number, not {value!r}")
        return float(value)

    def limit(self, question_id: str) -> float | None:
        return None if self.get(question_id) is None else self.number(question_id)

    def range(self, question_id: str) -> Estimate:
        value = self.get(question_id)
        if not isinstance(value, dict):
            raise TypeError(f"the question {question_id} must assume a range, not {value!r}")
        return Estimate(value["low"], value["likely"], value["high"])

    def set(self, question_id: str) -> frozenset[str]:
        value = self.get(question_id)
        return frozenset(value) if isinstance(value, list) else frozenset()

    def yes_no(self, question_id: str) -> bool | None:
        value = self.get(question_id)
        return value if isinstance(value, bool) else None

    @property
    def tasks(self) -> frozenset[Task]:
        return frozenset(Task(value) for value in self.set("tasks")) or frozenset({Task.ANSWERING})

    def modalities(self, question_id: str, by_task: dict[Task, str]) -> frozenset[str]:
        """As answered; otherwise what the tasks need, text unless a task says differently."""
        return self.set(question_id) or frozenset(by_task.get(task, "text") for task in self.tasks)

    @property
    def third_party(self) -> ThirdParty:
        """Public data may go anywhere; the question is not asked then."""
        if self.answers.get("sensitivity") == Sensitivity.PUBLIC:
            return ThirdParty.FREE
        return ThirdParty(self.text("third_party"))

    @property
    def sensitive_share(self) -> float:
        """Only mixed data has one; all of local-only data is sensitive, none of the rest."""
        if self.third_party is ThirdParty.SENSITIVE_STAYS:
            return self.number("sensitive_share")
        return 1.0 if self.third_party is ThirdParty.FORBIDDEN else 0.0

    @property
    def context_tokens(self) -> int | None:
        value = self.limit("context_tokens")
        return None if value is None else int(value)
