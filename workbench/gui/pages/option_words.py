"""What the Options page says of an option set: rows of the comparison, the inspector, and what a flip would change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.analysis.option_flips import MOST_WEIGHT, WEIGHT, just_beyond
from workbench.analysis.words import count, day, listed, share, share_range, usd, usd_range
from workbench.domain.figures import Figure, Origin
from workbench.domain.insight import Acceptance, span_of
from workbench.domain.option import DataFlow, Flip, Option, OptionSet, Technique
from workbench.domain.questions import QUESTIONS
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.theme import Tone
from workbench.gui.widgets.comparison import Cell, Head
from workbench.gui.widgets.comparison import Row as GridRow
from workbench.gui.widgets.rows import UNKNOWN

FLOW_CELL = {
    DataFlow.ALL_LEAVES: Cell("leaves", tone=Tone.BAD, hint="Every request goes to the provider"),
    DataFlow.CLEAN_LEAVES: Cell("stays", tone=Tone.GOOD, hint="Only requests without sensitive data go out"),
    DataFlow.NOTHING_LEAVES: Cell("stays", tone=Tone.GOOD, hint="Nothing leaves your machines"),
}
FIGURE_TITLES = {
    "setup_usd": "Set-up",
    "monthly_usd": "A month",
    "weeks": "Ready in",
    "quality": "Quality",
    "privacy": "Privacy",
    "independence": "Independence of one vendor",
}
ORIGIN_WORDS = {
    Origin.CATALOG: "from the catalog",
    Origin.COMPUTED: "computed",
    Origin.MEASURED: "measured",
    Origin.YOURS: "yours",
    Origin.ASSUMED: "assumed",
}
_TECHNIQUES = {
    Technique.PROMPT: "prompt engineering",
    Technique.RAG: "retrieval (RAG)",
    Technique.FINE_TUNING: "fine-tuning",
    Technique.FROM_SCRATCH: "training from scratch",
}
NEEDS_COSTS = "Needs a set-up and a monthly cost. Enter your own figures with Edit."
NOT_KNOWN = "Nothing is known of it yet. Enter your own figure with Edit."


def head(option: Option) -> Head:
    return Head(option.id, f"{option.id} · {option.draft.strategy.value}", option.name)


def rows(found: OptionSet, draws: Sequence[Acceptance] = ()) -> tuple[GridRow, ...]:
    """One row per question that is asked of every option; `draws` say how often each is best, as far as computed."""
    horizon, options = found.horizon_months, found.options
    best = max((option.best_probability for option in options), default=0.0)
    leader = found.recommendation.option
    return (
        GridRow("Set-up", tuple(_money(option, "setup_usd") for option in options)),
        GridRow("A month", tuple(_money(option, "monthly_usd") for option in options)),
        GridRow(
            f"{horizon} months",
            tuple(_total(option, horizon) for option in options),
            hint="Set-up and monthly cost added up, not discounted",
            term="tco",
        ),
        GridRow("Sensitive requests", tuple(_flow(option) for option in options)),
        GridRow("Ready in", tuple(_weeks(option) for option in options)),
        GridRow("Quality, of 100", tuple(_plain(option, "quality") for option in options)),
        GridRow(
            "Privacy, of 100",
            tuple(_plain(option, "privacy") for option in options),
            hint="How much of the data stays with you, and how far those who see the rest are bound",
        ),
        GridRow(
            "Independence",
            tuple(_plain(option, "independence") for option in options),
            hint="Of 100: how easily you can leave, the opposite of lock-in",
            term="lock-in",
        ),
        GridRow(
            "Score",
            tuple(Cell(f"{option.score:.3f}", strong=option.id == leader) for option in options),
            hint="Weights times values on fixed scales; 1 is best on every criterion",
            term="swing-weight",
        ),
        GridRow(
            "Best in draws",
            tuple(
                Cell(
                    f"{option.best_probability * 100:.0f} %",
                    _span(option, draws),
                    strong=option.best_probability == best,
                    hint=_draws_hint(option, draws),
                )
                for option in options
            ),
            hint="Of 20,000 draws: how often it comes first when only the order of your weights is taken as known; "
            "behind it the least and the most, from knowing nothing of them to knowing your points to 20 %",
            term="monte-carlo",
        ),
        *_cheapest(options, horizon),
    )


def _cheapest(options: Sequence[Option], months: int) -> tuple[GridRow, ...]:
    """How often each costs least; nothing where no costs could be drawn."""
    chances = [option.cheapest_probability for option in options]
    most = max((chance for chance in chances if chance is not None), default=None)
    if most is None:
        return ()
    cells = tuple(Cell(UNKNOWN, hint=NEEDS_COSTS) if c is None else Cell(share(c), strong=c == most) for c in chances)
    hint = f"Of 100,000 draws of the costs from their ranges: how often it costs least over {count(months, 'month')}"
    return (GridRow("Cheapest in draws", cells, hint=hint, term="monte-carlo"),)


def _flow(option: Option) -> Cell:
    """What becomes of sensitive requests; that they leave is only bad where a limit forbids it."""
    cell = FLOW_CELL[option.draft.data_flow]
    forbidden = any(reason.requirement == "third_party" for reason in option.excluded_by)
    return cell if cell.tone is Tone.GOOD or forbidden else replace(cell, tone=None)


def _span(option: Option, draws: Sequence[Acceptance]) -> str:
    span = span_of(draws, option.id)
    return share_range(*span) if span is not None else ""


def _draws_hint(option: Option, draws: Sequence[Acceptance]) -> str:
    return "\n".join(f"{share(item.share[option.id])}: {item.basis}" for item in draws if option.id in item.share)


def _money(option: Option, name: str) -> Cell:
    figure = option.figures.get(name)
    if figure is None:
        return Cell(UNKNOWN, hint=NOT_KNOWN)
    value = figure.value
    width = "" if value.is_exact else usd_range(value)
    return Cell(usd(value.likely), width, hint=origin_words(figure))


def _total(option: Option, months: int) -> Cell:
    total = option.tco_usd.get(months)
    return Cell(UNKNOWN, hint=NEEDS_COSTS) if total is None else Cell(f"${total:,.0f}")


def _weeks(option: Option) -> Cell:
    figure = option.figures.get("weeks")
    if figure is None:
        return Cell(UNKNOWN, hint=NOT_KNOWN)
    late = any(reason.requirement == "weeks_limit" for reason in option.excluded_by)
    unit = "week" if figure.likely == 1 else "weeks"
    return Cell(f"{figure.likely:g} {unit}", tone=Tone.BAD if late else Tone.GOOD, hint=origin_words(figure))


def _plain(option: Option, name: str) -> Cell:
    figure = option.figures.get(name)
    return Cell(UNKNOWN, hint=NOT_KNOWN) if figure is None else Cell(f"{figure.likely:.0f}", hint=origin_words(figure))


def entered_costs(options: Sequence[Option]) -> str:
    """Which monthly costs were entered and so stay as they are at every volume, and what the volume moves instead; ""
    where all are computed."""
    entered = [option.id for option in options if "monthly_usd" in option.draft.figures]
    if not entered:
        return ""
    moved = "the break-even and the load on your servers" if len(entered) == len(options) else "the other options"
    if len(entered) == 1:
        kept = f"The monthly cost of {entered[0]} was entered, not computed from the volume: the slider leaves it"
        return f"{kept} as it is and moves {moved}. Clear it with Edit to have it computed."
    kept = f"The monthly costs of {listed(entered)} were entered, not computed from the volume: the slider leaves them"
    return f"{kept} as they are and moves {moved}. Clear them with Edit to have them computed."


def origin_words(figure: Figure) -> str:
    """Where a figure comes from, in words, and as of when."""
    origin, source = ORIGIN_WORDS[figure.origin], figure.source.rstrip(".")
    told = source if source.casefold().startswith(origin) else f"{origin}. {source}" if source else origin
    return f"{told}, as of {day(figure.as_of)}" if figure.as_of else told


def explanation(
    option: Option, found: OptionSet, names: Mapping[str, str], actions: tuple[InspectorAction, ...]
) -> Explanation:
    """Limits, models, adaptation and where the numbers of one option come from; `names` of models by id."""
    limits = tuple(
        Row(reason.text, Tone.BAD if not reason.kept else Tone.CAUTION if reason.warning else Tone.GOOD)
        for reason in option.reasons
    )
    parts = tuple(
        Row(f"{names.get(role.model_id, role.model_id)}, {role.share * 100:.0f} %: {role.role}")
        for role in option.draft.models
    )
    changes = tuple(Row(flip.text, icon="swap") for flip in found.flips if flip.option == option.id)
    adaptation = tuple(Row(reason) for reason in found.adaptation.reasons)
    sections = tuple(
        Section(title, group)
        for title, group in (
            ("Limits", limits),
            ("Models", parts),
            ("What would change our mind", changes),
            (f"Adaptation: {_TECHNIQUES[found.adaptation.technique]}", adaptation),
        )
        if group
    )
    sources = tuple(
        f"{FIGURE_TITLES[name]}: {origin_words(figure)}."
        for name, figure in option.figures.items()
        if name in FIGURE_TITLES
    )
    return Explanation(f"{option.id} · {option.draft.strategy.value}", option.draft.summary, sections, sources, actions)


def tried(flip: Flip, found: OptionSet) -> tuple[str, float]:
    """What `OptionService.changed` is to change so that the flip happens: the key and a value just beyond `at`."""
    if flip.input in QUESTIONS:
        return flip.input, math.ceil(flip.at) if QUESTIONS[flip.input].whole else flip.at
    beyond = just_beyond(flip.input, flip.now, flip.at)
    if flip.input.startswith(WEIGHT):
        return flip.input, _points_for(flip.input.removeprefix(WEIGHT), beyond, found)
    return f"{flip.option}.{flip.input}", beyond


def _points_for(criterion: str, weight: float, found: OptionSet) -> float:
    """The swing points that give the criterion its share, the points of the others staying as they are."""
    others = sum(c.points for c in found.criteria if c.id != criterion)
    share = min(weight, MOST_WEIGHT)
    return round(share / (1.0 - share) * others, 3)
