"""Conditions that can be measured: said in a sentence, and looked at with today's figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workbench.analysis import words
from workbench.domain.catalog import Catalog
from workbench.domain.decision import Condition, Watch
from workbench.domain.evidence import Evidence
from workbench.domain.model import LifecycleStatus
from workbench.domain.offer import Offer
from workbench.domain.option import OptionSet
from workbench.domain.scenario import Scenario

_ENDED = (LifecycleStatus.DEPRECATED, LifecycleStatus.RETIRED)
# "It is above the bound", "it is below": the trigger's words, by what is watched.
_SENTENCES: Mapping[Watch, tuple[str, str]] = {
    Watch.MONTHLY_COST: ("{it} costs more than {bound} a month", "{it} costs less than {bound} a month"),
    Watch.PRICE_IN: (
        "{it} costs more than {bound} per million input tokens",
        "{it} costs less than {bound} per million input tokens",
    ),
    Watch.PRICE_OUT: (
        "{it} costs more than {bound} per million output tokens",
        "{it} costs less than {bound} per million output tokens",
    ),
    Watch.QUALITY: ("{it} rises above {bound} of 100 in quality", "{it} falls below {bound} of 100 in quality"),
    Watch.WEEKS: ("{it} takes longer than {bound} weeks to launch", "{it} takes less than {bound} weeks to launch"),
    Watch.VOLUME: ("There are more than {bound} requests a day", "There are fewer than {bound} requests a day"),
}
# The same bounds as what must hold: at most the one, at least the other.
_LIMITS: Mapping[Watch, tuple[str, str]] = {
    Watch.MONTHLY_COST: ("{it} costs at most {bound} a month", "{it} costs at least {bound} a month"),
    Watch.PRICE_IN: (
        "{it} costs at most {bound} per million input tokens",
        "{it} costs at least {bound} per million input tokens",
    ),
    Watch.PRICE_OUT: (
        "{it} costs at most {bound} per million output tokens",
        "{it} costs at least {bound} per million output tokens",
    ),
    Watch.QUALITY: (
        "{it} reaches at most {bound} of 100 in quality",
        "{it} reaches at least {bound} of 100 in quality",
    ),
    Watch.WEEKS: ("{it} is live within {bound} weeks", "{it} is live after {bound} weeks at the earliest"),
    Watch.VOLUME: ("There are at most {bound} requests a day", "There are at least {bound} requests a day"),
}
_MONEY = (Watch.MONTHLY_COST, Watch.PRICE_IN, Watch.PRICE_OUT)


@dataclass(frozen=True, slots=True)
class Subjects:
    """What conditions of one scenario can be about, each with its id and its name."""

    options: tuple[tuple[str, str], ...] = ()
    models: tuple[tuple[str, str], ...] = ()
    offers: tuple[tuple[str, str], ...] = ()

    def of(self, watch: Watch) -> tuple[tuple[str, str], ...]:
        """Those that can be watched in this way."""
        match watch:
            case Watch.MONTHLY_COST | Watch.WEEKS:
                return self.options
            case Watch.QUALITY:
                return (*self.options, *self.models)
            case Watch.PRICE_IN | Watch.PRICE_OUT:
                return self.offers
            case Watch.SHUTDOWN:
                return self.models
        return ()

    def name_of(self, subject: str) -> str:
        """An option's id as it is (sentences call it C), a model or offer by its name."""
        return dict((*self.models, *self.offers)).get(subject, subject)


def subjects_of(found: OptionSet, catalog: Catalog) -> Subjects:
    """The options, and the models and offers behind them."""
    from workbench.services.decision_basis import offers_of

    drafts = [option.draft for option in found.options]
    models = dict.fromkeys(role.model_id for draft in drafts for role in draft.models)
    known = catalog.model_by_id
    hosts = catalog.provider_by_id

    def offer_name(offer: Offer) -> str:
        host = hosts.get(offer.provider)
        return f"{known[offer.model_id].name} at {host.name if host else offer.provider}"

    return Subjects(
        options=tuple((draft.id, f"{draft.id} · {draft.name}") for draft in drafts),
        models=tuple((m, known[m].name if m in known else m) for m in models),
        offers=tuple((offer.id, offer_name(offer)) for offer in offers_of(drafts, catalog)),
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions are looked at with: today's options of one scenario, and the catalog they were computed from."""

    scenario: Scenario
    options: OptionSet
    catalog: Catalog
    requests_per_day: float
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A condition today. `is_so` None: nobody can tell, `why` says what is missing. `value` is what was found."""

    condition: Condition
    is_so: bool | None
    value: float | None = None
    why: str = ""


def said(condition: Condition, name_of: Callable[[str], str] = str, *, as_limit: bool = False) -> Condition:
    """The condition with a sentence of its own where it has none. `name_of` names an option, model or offer."""
    if condition.text or condition.watch is Watch.WORDS:
        return condition
    return Condition(
        _sentence(condition, name_of, as_limit=as_limit),
        condition.watch,
        condition.subject,
        condition.above,
        condition.below,
    )


def _sentence(condition: Condition, name_of: Callable[[str], str], *, as_limit: bool) -> str:
    it = name_of(condition.subject)
    if condition.watch is Watch.SHUTDOWN:
        return f"{'No' if as_limit else 'A'} shutdown of {it} is announced"
    above, below = (_LIMITS if as_limit else _SENTENCES)[condition.watch]
    bound = condition.above if condition.above is not None else condition.below
    shown = words.usd(bound) if condition.watch in _MONEY else words.rounded(bound or 0.0)
    return (above if condition.above is not None else below).format(it=it, bound=shown)


def figure_in_words(watch: Watch, value: float | None) -> str:
    """What was measured, in its unit: "$2,410 a month"."""
    if value is None:
        return words.UNKNOWN_FIGURE
    match watch:
        case Watch.MONTHLY_COST:
            return f"{words.usd(value)} a month"
        case Watch.PRICE_IN | Watch.PRICE_OUT:
            return f"{words.usd(value)} per million tokens"
        case Watch.WEEKS:
            return f"{words.rounded(value)} weeks"
        case Watch.VOLUME:
            return f"{words.rounded(value)} requests a day"
        case Watch.QUALITY:
            return f"{words.rounded(value)} of 100"
    return words.rounded(value)


def measured(condition: Condition, facts: Facts) -> Measured:
    """Whether the condition is so today."""
    if condition.watch is Watch.WORDS:
        return Measured(condition, None, why="only people can tell")
    if condition.watch is Watch.SHUTDOWN:
        return _shutdown(condition, facts)
    value, why = _value(condition, facts)
    if value is None:
        return Measured(condition, None, why=why)
    so = value > condition.above if condition.above is not None else value < (condition.below or 0.0)
    return Measured(condition, so, value)


def _value(condition: Condition, facts: Facts) -> tuple[float | None, str]:
    match condition.watch:
        case Watch.VOLUME:
            return facts.requests_per_day, ""
        case Watch.PRICE_IN | Watch.PRICE_OUT:
            return _price(condition, facts.catalog)
        case Watch.QUALITY:
            return _quality(condition, facts)
    name = {Watch.MONTHLY_COST: "monthly_usd", Watch.WEEKS: "weeks"}[condition.watch]
    option = facts.options.option(condition.subject)
    if option is None:
        return None, f"there is no option {condition.subject} any more"
    figure = option.figures.get(name)
    return (None, "the figure is not known") if figure is None else (figure.likely, "")


def _quality(condition: Condition, facts: Facts) -> tuple[float | None, str]:
    """An option's quality, else the team's own result for a model."""
    option = facts.options.option(condition.subject)
    if option is not None:
        figure = option.figures.get("quality")
        return (None, "its quality is not known") if figure is None else (figure.likely, "")
    own = facts.evidence.qualities.get(condition.subject) if facts.evidence else None
    return (None, "our own eval has not measured it") if own is None else (own.value, "")


def _price(condition: Condition, catalog: Catalog) -> tuple[float | None, str]:
    model_id, _, part = condition.subject.partition("@")
    model = catalog.model_by_id.get(model_id)
    offer = next((each for each in model.offers if each.part == part or each.provider == part), None) if model else None
    if offer is None:
        return None, f"the catalog has no offer {condition.subject}"
    prices = offer.prices
    value = prices.input_usd_per_mtok if condition.watch is Watch.PRICE_IN else prices.output_usd_per_mtok
    return (None, "the provider quotes no such price") if value is None else (value, "")


def _shutdown(condition: Condition, facts: Facts) -> Measured:
    model = facts.catalog.model_by_id.get(condition.subject)
    if model is None:
        return Measured(condition, None, why=f"the catalog has no model {condition.subject}")
    lifecycle = model.lifecycle
    if lifecycle.shutdown_date:
        return Measured(condition, True, why=f"it shuts down on {words.day(lifecycle.shutdown_date)}")
    ended = lifecycle.status in _ENDED
    return Measured(condition, ended, why=f"it is {lifecycle.status.value}" if ended else "")
