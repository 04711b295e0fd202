"""What was asked for: the job and the answers, then the limits and the weighted criteria that drive the choice."""

from __future__ import annotations

from workbench.analysis import ranking, words
from workbench.domain.criterion import Criterion
from workbench.domain.question import NO_LIMIT, Kind, Question
from workbench.domain.questions import asked_questions
from workbench.domain.scenario import UNKNOWN, AnswerValue
from workbench.reports.document import (
    Block,
    Cell,
    Column,
    Item,
    Length,
    Listing,
    Paragraph,
    Part,
    Section,
    SectionId,
    Source,
    Table,
)
from workbench.reports.material import Material
from workbench.reports.numbers import points

_NOTHING_CHOSEN = {"regions": "anywhere"}
#: what is checked and never keeps an option out
_NO_LIMIT_OF_ITS_OWN = frozenset({"", "skill"})


def context(material: Material, length: Length) -> Section:
    """The job in the team's words, the workload, and every answer of the wizard."""
    need = material.requirements
    load = need.workload
    blocks: list[Block] = []
    if need.job:
        blocks.append(Paragraph(need.job.rstrip(".") + ".", lead="The job:"))
    about = "About"
    if not {"requests_per_day", "tokens_in", "tokens_out"} <= set(material.scenario.answers) - set(need.unknown):
        about = "Assumed, for not everything is answered: about"
    each = (
        f"{about} {words.rounded(load.requests_per_day.likely)} requests a day, each with "
        f"{words.rounded(load.tokens_in.likely)} tokens in and {words.rounded(load.tokens_out.likely)} out."
    )
    blocks.append(Paragraph(each, lead="The workload:"))
    if length is Length.PAGE:
        return Section(SectionId.CONTEXT, "What was asked for", tuple(blocks))
    answered = _answered(material)
    blocks.append(answered if answered.rows else Paragraph("No question is answered yet: everything is assumed."))
    return Section(SectionId.CONTEXT, "Context and requirements", tuple(blocks))


def drivers(material: Material) -> Section:
    """Limits, which exclude, apart from criteria, which are weighed."""
    said = set(material.scenario.answers) - set(material.requirements.unknown) - _NO_LIMIT_OF_ITS_OWN
    checked = {
        (reason.requirement, reason.asked)
        for option in material.option_set.options
        for reason in option.reasons
        if reason.asked and reason.requirement in said
    }
    limits = tuple(Item(asked, f"{_limit(material, requirement)}:") for requirement, asked in sorted(checked))
    parts: list[Part] = []
    if limits:
        note = Paragraph("An option outside one of these limits is out, whatever it scores.")
        parts.append(Part("Limits", (note, Listing(limits))))
    parts.append(Part("Criteria and weights", _criteria(material.option_set.criteria)))
    return Section(SectionId.DRIVERS, "What drives the decision", (), tuple(parts))


def answer_words(question: Question, value: AnswerValue | None) -> str:
    """An answer as a person would say it; a dash where there is none."""
    if value is None:
        return words.UNKNOWN_FIGURE
    if value == UNKNOWN:
        return "not known"
    if value == NO_LIMIT:
        return "no limit"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return words.listed([question.label_of(item) for item in value]) or _NOTHING_CHOSEN.get(question.id, "none")
    if isinstance(value, dict):
        return _range_words(question, value)
    if isinstance(value, str):
        return question.label_of(value)
    return _with_unit(question, _number_words(question, value))


def _answered(material: Material) -> Table:
    """Every question that has an answer; what is assumed for the others stands among the assumptions."""
    answers = material.scenario.answers
    rows = tuple(
        (Cell(question.title), Cell(answer_words(question, answers[question.id])))
        for question in asked_questions(answers)
        if question.id in answers and question.id not in material.requirements.unknown | {"job"}
    )
    return Table((Column("Asked"), Column("Answered")), rows)


def _range_words(question: Question, value: dict[str, float]) -> str:
    low, likely, high = (_number_words(question, value[key]) for key in ("low", "likely", "high"))
    text = likely if low == high else f"{likely} ({low} to {high})"
    return _with_unit(question, text)


def _number_words(question: Question, value: float) -> str:
    if question.kind is Kind.SHARE:
        return words.share(value)
    if question.kind is Kind.MONEY or question.unit.startswith("USD"):
        return words.usd(value)
    return f"{value:,.0f}" if value == int(value) else words.rounded(value)


def _with_unit(question: Question, text: str) -> str:
    unit = question.unit.removeprefix("USD").strip()
    if text == "1":
        unit = unit.removesuffix("ies") + "y" if unit.endswith("ies") else unit.removesuffix("s")
    return f"{text} {unit}" if unit else text


def _limit(material: Material, question_id: str) -> str:
    name = material.limit_name(question_id).removeprefix("the ")
    return name[:1].upper() + name[1:]


def _criteria(criteria: tuple[Criterion, ...]) -> tuple[Block, ...]:
    weights = ranking.swing_weights([criterion.points for criterion in criteria])
    rows = tuple(
        (
            Cell(criterion.title),
            Cell(words.share(float(weight))),
            Cell(_anchor(criterion, criterion.worst)),
            Cell(_anchor(criterion, criterion.best)),
        )
        for criterion, weight in sorted(zip(criteria, weights, strict=True), key=lambda pair: -pair[1])
    )
    columns = (
        Column("Criterion"),
        Column("Weight", right=True),
        Column("Scores 0 at", right=True),
        Column("Scores 1 at", right=True),
    )
    how = (
        "Weights are swing weights: points for moving one criterion from its worst to its best value, divided by "
        "their sum. The two anchors are fixed with the decision, so a new option never changes the others' scores."
    )
    return (Table(columns, rows), Source(how))


def _anchor(criterion: Criterion, value: float) -> str:
    if criterion.unit.startswith("USD"):
        return f"{words.usd(value)}{criterion.unit.removeprefix('USD')}"
    return f"{points(value)} {criterion.unit}" if criterion.unit == "weeks" else points(value)
