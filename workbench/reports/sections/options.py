"""The options: at a glance, for and against each, and how each would be made to fit."""

from __future__ import annotations

from collections.abc import Callable

from workbench.analysis import words
from workbench.domain.criterion import Criterion
from workbench.domain.figures import Figure, Origin
from workbench.domain.option import DataFlow, Option, Strategy, Technique
from workbench.reports.document import (
    Block,
    Cell,
    Column,
    Facts,
    Item,
    Length,
    Listing,
    Mark,
    Paragraph,
    Part,
    Picture,
    Section,
    SectionId,
    Source,
    Table,
)
from workbench.reports.material import Material
from workbench.reports.numbers import points

STRATEGY_WORDS = {Strategy.BUY: "Buy", Strategy.BUILD: "Build", Strategy.BLEND: "Blend"}
_FLOW_WORDS = {
    DataFlow.ALL_LEAVES: ("all requests leave", Mark.BAD),
    DataFlow.CLEAN_LEAVES: ("only clean requests leave", Mark.GOOD),
    DataFlow.NOTHING_LEAVES: ("nothing leaves", Mark.GOOD),
}
_TECHNIQUE_WORDS = {
    Technique.PROMPT: "Prompting",
    Technique.RAG: "Retrieval (RAG): the passages that matter are put into the prompt",
    Technique.FINE_TUNING: "Fine-tuning",
    Technique.FROM_SCRATCH: "Training from scratch",
}
_ORIGIN_WORDS = {
    Origin.YOURS: "entered by the team",
    Origin.CATALOG: "from the catalog",
    Origin.COMPUTED: "computed",
    Origin.MEASURED: "measured",
    Origin.ASSUMED: "assumed",
}
FIGURE_TITLES = {
    "setup_usd": "Set-up",
    "monthly_usd": "A month",
    "weeks": "Weeks to launch",
    "quality": "Quality",
    "privacy": "Privacy",
    "independence": "Independence of one vendor",
}


def options(material: Material, length: Length) -> Section:
    """All options side by side, the chosen one marked."""
    found = material.option_set.options
    if not found:
        text = Paragraph("Nobody has set up an option yet. The shortlist says which models could be one.")
        return Section(SectionId.OPTIONS, "Options", (text,))
    blocks: list[Block] = [_at_a_glance(material, length)]
    if length is Length.FULL:
        blocks.extend(Paragraph(option.draft.summary, lead=f"{_titled(option)}.") for option in found)
        parts = (Part("Where the figures are from", (_origins(found),)),)
        return Section(SectionId.OPTIONS, "Options at a glance", tuple(blocks), parts)
    return Section(SectionId.OPTIONS, "Options at a glance", tuple(blocks))


def weighing(material: Material) -> Section:
    """For and against each option: the limits it keeps or breaks, and where it is best or worst of all."""
    parts = [Part(_titled(option), _for_and_against(option, material)) for option in material.option_set.options]
    blocks: list[Block] = []
    if chart := material.charts.get("contributions"):
        blocks.append(Picture(chart))
    return Section(SectionId.WEIGHING, "Annex: for and against each option", tuple(blocks), tuple(parts))


def adaptation(material: Material) -> Section:
    """How deep the adaptation goes and why, and which model answers what in the chosen option."""
    advice, chosen = material.option_set.adaptation, material.chosen
    lead = f"{_TECHNIQUE_WORDS[advice.technique]}."
    blocks: list[Block] = [
        Paragraph("As deep as necessary, as shallow as possible.", lead=lead),
        Listing(tuple(Item(reason) for reason in advice.reasons)),
    ]
    if chosen and chosen.draft.models:
        rows = tuple(
            (
                Cell(material.model_name(role.model_id)),
                Cell(role.role),
                Cell(material.offer_name(role.model_id, role.offer)),
                Cell(words.share(role.share)),
            )
            for role in chosen.draft.models
        )
        columns = (Column("Model"), Column("Answers"), Column("Through"), Column("Share of requests", right=True))
        blocks.append(Table(columns, rows, caption=f"Who answers what in {_titled(chosen)}"))
    parts = [Part("Routing plan", _plan(material))] if material.plan and len(material.plan.routes) > 1 else []
    if chart := material.charts.get("routing"):
        parts.append(Part("What routing would bring", (Picture(chart),)))
    return Section(SectionId.ADAPTATION, "Adaptation and routing", tuple(blocks), tuple(parts))


def _plan(material: Material) -> tuple[Block, ...]:
    """How a gateway is set up for it: who takes what, and where each request may go."""
    plan = material.plan
    if plan is None:
        return ()
    rows = tuple(
        (
            Cell(route.alias),
            Cell(material.model_name(route.model_id), note=route.role),
            Cell(words.share(route.share)),
            Cell("leaves the machine" if route.leaves else "stays in the house"),
        )
        for route in plan.routes
    )
    columns = (Column("Asked for as"), Column("Model"), Column("Share of requests", right=True), Column("Its requests"))
    blocks: list[Block] = [Table(columns, rows)]
    told = [Item(f"{words.listed(plan.strong_topics)}.", "To the stronger model:")] if plan.strong_topics else []
    told += [Item(note) for note in plan.notes]
    if told:
        blocks.append(Listing(tuple(told)))
    blocks.append(Source("`workbench routing export` writes this plan as the configuration of a gateway."))
    return tuple(blocks)


def figure_words(name: str, figure: Figure | None) -> str:
    """An option's figure as it is shown, without its unit where the row's head gives it."""
    if figure is None:
        return words.UNKNOWN_FIGURE
    return words.usd(figure.likely) if name.endswith("_usd") else points(figure.likely)


def _titled(option: Option) -> str:
    return option.name if option.name.startswith(option.id) else f"{option.id}: {option.name}"


def _at_a_glance(material: Material, length: Length) -> Table:
    found, chosen = material.option_set.options, material.chosen
    columns = (Column(""), *(Column(_titled(option), unit=_kind(option, material), right=True) for option in found))
    horizon = material.option_set.horizon_months

    def row(title: str, cell: Callable[[Option], Cell]) -> tuple[Cell, ...]:
        return (Cell(title), *(cell(option) for option in found))

    ratings = (
        row("Independence (0–100)", lambda o: _rated(o.figures.get("independence"))),
        row("Score (0–1)", _score),
    )
    rows = (
        row("Inside the limits", lambda o: _inside_limits(o, material)),
        row("Set-up", lambda o: _money(o.figures.get("setup_usd"))),
        row("A month", lambda o: _money(o.figures.get("monthly_usd"))),
        row(f"{words.count(horizon, 'month')} in all", lambda o: Cell(words.usd(o.tco_usd.get(horizon)))),
        row("Requests with our data", lambda o: Cell(_FLOW_WORDS[o.draft.data_flow][0])),
        row("Weeks to launch", lambda o: Cell(figure_words("weeks", o.figures.get("weeks")))),
        row("Quality (0–100)", lambda o: _rated(o.figures.get("quality"))),
        *(ratings if length is Length.FULL else ()),
        row("Scores best, of draws", lambda o: Cell(words.share(o.best_probability), strong=o is chosen)),
        row("Costs least, of draws", _cheapest),
    )
    return Table(columns, rows)


def _kind(option: Option, material: Material) -> str:
    """Buy, build or blend, and what became of it."""
    return ", ".join(text for text in (STRATEGY_WORDS[option.draft.strategy], _role(option, material)) if text)


def _role(option: Option, material: Material) -> str:
    """What became of an option: chosen, or recommended and not chosen."""
    record = material.scenario.decision
    if record and record.option == option.id:
        return "chosen"
    return "recommended" if option.id == material.option_set.recommendation.option else ""


def _inside_limits(option: Option, material: Material) -> Cell:
    broken = option.excluded_by
    if not broken:
        return Cell("yes", mark=Mark.GOOD)
    return Cell("no", note="; ".join(material.reason_text(reason).rstrip(".") for reason in broken), mark=Mark.BAD)


def _money(figure: Figure | None) -> Cell:
    if figure is None:
        return Cell(words.UNKNOWN_FIGURE)
    note = "" if figure.value.is_exact else words.usd_range(figure.value)
    return Cell(words.usd(figure.likely), note=note)


def _rated(figure: Figure | None) -> Cell:
    if figure is None:
        return Cell(words.UNKNOWN_FIGURE, note="nobody has said")
    width = "" if figure.value.is_exact else f"{points(figure.value.low)}–{points(figure.value.high)}"
    return Cell(points(figure.likely), note=width)


def _cheapest(option: Option) -> Cell:
    if option.cheapest_probability is None:
        return Cell(words.UNKNOWN_FIGURE, note="costs not known")
    return Cell(words.share(option.cheapest_probability))


def _score(option: Option) -> Cell:
    exact = f"{option.score_low:.3f}" == f"{option.score_high:.3f}"
    return Cell(f"{option.score:.3f}", note="" if exact else f"{option.score_low:.3f}–{option.score_high:.3f}")


def _origins(found: tuple[Option, ...]) -> Table:
    """Which figures of which options come from where, those of one source together."""
    by_source: dict[tuple[str, str], dict[str, list[str]]] = {}
    for option in found:
        for name, figure in option.figures.items():
            figures = by_source.setdefault((_origin(figure), figure.as_of), {})
            figures.setdefault(FIGURE_TITLES.get(name, name), []).append(option.id)
    rows = tuple(
        (
            Cell("; ".join(f"{title} of {words.listed(owners)}" for title, owners in figures.items())),
            Cell(told[:1].upper() + told[1:]),
            Cell(words.day(as_of) if as_of else words.UNKNOWN_FIGURE),
        )
        for (told, as_of), figures in by_source.items()
    )
    return Table((Column("Figures"), Column("Where from"), Column("As of")), rows)


def _origin(figure: Figure) -> str:
    """ "computed: …"; only the source where it says itself what kind of figure it is."""
    kind, source = _ORIGIN_WORDS[figure.origin], figure.source.strip().rstrip(".")
    return source if kind in source.lower() else ": ".join(text for text in (kind, source) if text)


def _for_and_against(option: Option, material: Material) -> tuple[Block, ...]:
    good = [
        Item(material.reason_text(reason), "Good", Mark.GOOD)
        for reason in option.reasons
        if reason.kept and not reason.warning
    ]
    watch = [
        Item(material.reason_text(reason), "Watch", Mark.CAUTION)
        for reason in option.reasons
        if reason.kept and reason.warning
    ]
    bad = [Item(material.reason_text(reason), "Bad", Mark.BAD) for reason in option.excluded_by]
    for criterion in material.option_set.criteria:
        place = _place(option, criterion, material.option_set.options)
        if place > 0:
            good.append(Item(_extreme(option, criterion, "best"), "Good", Mark.GOOD))
        elif place < 0:
            bad.append(Item(_extreme(option, criterion, "worst"), "Bad", Mark.BAD))
    neutral = [
        Item(
            f"{figure_words('weeks', option.figures.get('weeks'))} weeks to launch, score {option.score:.3f}.",
            "Neutral",
        )
    ]
    facts: tuple[Block, ...] = (Facts(_contributions(option, material)),) if option.contributions else ()
    record = material.scenario.decision
    turned_down = record.rejections if record else ()
    why = [Item(each.why, "Not chosen", Mark.CAUTION) for each in turned_down if each.option == option.id]
    return (Listing((*why, *good, *watch, *neutral, *bad)), *facts)


def _place(option: Option, criterion: Criterion, found: tuple[Option, ...]) -> int:
    """1 where the option alone is best on a criterion, -1 where it alone is worst, else 0."""
    values = {other.id: other.figures[criterion.id].likely for other in found if criterion.id in other.figures}
    if option.id not in values or len(values) < 2:
        return 0
    sign = 1 if criterion.best >= criterion.worst else -1
    own = sign * values[option.id]
    others = [sign * value for other, value in values.items() if other != option.id]
    return 1 if own > max(others) else -1 if own < min(others) else 0


def _extreme(option: Option, criterion: Criterion, word: str) -> str:
    value = figure_words(criterion.id, option.figures[criterion.id])
    unit = f" {criterion.unit}" if criterion.unit == "weeks" else ""
    return f"{criterion.title}: {word} of all, {value}{unit}."


def _contributions(option: Option, material: Material) -> tuple[tuple[str, str], ...]:
    titles = {criterion.id: criterion.title for criterion in material.option_set.criteria}
    parts = sorted(option.contributions.items(), key=lambda pair: -pair[1])
    told = ", ".join(f"{titles.get(name, name).lower()} {words.score(value)}" for name, value in parts)
    return (("The score adds up from", told),)
