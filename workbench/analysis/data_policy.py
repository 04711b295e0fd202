"""What happens to data at a provider: provider × model × account mode, each clause with its source.

The standard account is what an ordinary paid account gets with nothing switched on; modes say what an application, a
contract or a switch changes. A model's own policy stands above both: no account mode lifts it.

Source: methods.md section 6, tier 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.domain.model import Model
from workbench.domain.provider import AccountMode, Provider
from workbench.domain.requirements import Requirements

STANDARD = "standard"
_HOW = {
    "self-serve": "you switch it on yourself",
    "self-serve-plus-approval": "you switch it on yourself, and they approve",
    "approval": "they have to approve it",
    "contract": "it needs a contract",
}
_ZERO_RETENTION = {
    "default": "Nothing is kept by default.",
    "none": "Not offered.",
    "unknown": "No source says whether it is offered.",
}
_TRAINS = {
    "no": "Does not train on what you send.",
    "yes": "Trains on what you send.",
    "opt-out": "Trains on what you send unless you opt out.",
    "upstream": "Passes requests on; what the other host does is not known.",
    "unknown": "No source says whether it trains on what you send.",
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing the policy says. `value` is the catalog's word; `read` False: nobody opened the source."""

    title: str
    value: str
    text: str
    source: str
    as_of: str
    read: bool


@dataclass(frozen=True, slots=True)
class DataPolicy:
    """What holds for one model at one provider in one account mode. `price_factor` times the list price."""

    provider: str
    model: str
    mode: str
    how: str
    clauses: tuple[Clause, ...]
    price_factor: float

    def clause(self, title: str) -> Clause | None:
        """The clause of that title."""
        return next((clause for clause in self.clauses if clause.title == title), None)


def modes_of(provider: Provider | None, model: Model | None = None) -> tuple[AccountMode, ...]:
    """The modes to be had for the model at the provider."""
    if provider is None:
        return ()
    developer = model.developer if model else ""
    return tuple(mode for mode in provider.modes if not mode.developers or developer in mode.developers)


def mode_with(provider: Provider | None, model: Model | None, regions: frozenset[str]) -> AccountMode | None:
    """The cheapest mode that processes in one of `regions`."""
    fits = [mode for mode in modes_of(provider, model) if regions & set(mode.regions)]
    return min(fits, key=lambda mode: mode.price_factor or 1.0, default=None)


def zero_retention_mode(provider: Provider | None, model: Model | None = None) -> AccountMode | None:
    """The mode in which nothing is kept."""
    return next((mode for mode in modes_of(provider, model) if mode.retention_days == 0 and not mode.regions), None)


def no_training_mode(provider: Provider | None, model: Model | None = None) -> AccountMode | None:
    """The mode that ends training on what is sent."""
    return next((mode for mode in modes_of(provider, model) if mode.trains_on_api_data == "no"), None)


def price_factor(provider: Provider | None, model: Model | None, requirements: Requirements) -> float:
    """What the account mode that the requirements need does to the price: regions cost extra at some providers."""
    if not requirements.regions or provider is None:
        return 1.0
    mode = mode_with(provider, model, requirements.regions)
    return 1.0 if mode is None or mode.price_factor is None else mode.price_factor


def how_words(mode: AccountMode) -> str:
    """How the mode is had, and what it costs extra."""
    factor = mode.price_factor or 1.0
    extra = f"; {factor:g} times the price" if factor != 1 else ""
    return f"{_HOW.get(mode.how, mode.how)}{extra}"


def policy(provider: Provider, model: Model | None, mode_id: str = STANDARD) -> DataPolicy:
    """Everything known of what happens to the data. Raises KeyError for a mode the provider does not have."""
    mode = None if mode_id == STANDARD else {each.id: each for each in modes_of(provider, model)}[mode_id]
    own = _own_clause(model)
    clauses = [*((own,) if own else ()), *_Clauses(provider, mode).all()]
    return DataPolicy(
        provider=provider.id,
        model=model.id if model else "",
        mode=mode.name if mode else "Standard account",
        how=how_words(mode) if mode else "what an ordinary paid account gets",
        clauses=tuple(clauses),
        price_factor=(mode.price_factor if mode else None) or 1.0,
    )


def _own_clause(model: Model | None) -> Clause | None:
    if model is None or model.data_policy_code is None:
        return None
    text = f"{model.data_policy_text} No account mode changes that."
    return Clause("The model's own", model.data_policy_code, text, model.data_policy_source or "catalog", "", True)


class _Clauses:
    """Writes clauses of one provider in one mode, each with the source it is from."""

    def __init__(self, provider: Provider, mode: AccountMode | None) -> None:
        self._provider = provider
        self._mode = mode

    def standard(self, title: str, field: str, value: str, text: str) -> Clause:
        """A clause of the standard account."""
        at = self._provider
        source = at.sources[0] if at.sources else f"catalog, {at.name}"
        return Clause(title, value, text, source, at.as_of, field not in at.unread and "everything" not in at.unread)

    def special(self, title: str, value: str, text: str) -> Clause:
        """A clause of the mode."""
        assert self._mode is not None
        return Clause(title, value, text, self._mode.source, self._mode.as_of, self._mode.read)

    def all(self) -> Iterator[Clause]:
        yield self._training()
        yield self._retention()
        yield self._zero_retention()
        yield self._regions()
        held = ", ".join(self._provider.certifications)
        listed = f"Lists {held}." if held else "No source lists certificates."
        yield self.standard("Certificates", "certifications", held, listed)
        signs = {"yes": "Signs one.", "no": "Does not sign one."}
        baa = self._provider.hipaa_baa
        text = signs.get(baa, "No source says that it signs one.")
        yield self.standard("Business associate agreement", "hipaa_baa", baa, text)
        yield self._sub_processors()

    def _training(self) -> Clause:
        changed = self._mode.trains_on_api_data if self._mode else None
        if changed is not None:
            return self.special("Training", changed, _TRAINS[changed])
        found = self._provider.trains_on_api_data
        return self.standard("Training", "trains_on_api_data", found, _TRAINS.get(found, found))

    def _retention(self) -> Clause:
        mode, at = self._mode, self._provider
        if mode is not None and (mode.retention_days is not None or mode.retention):
            days = "" if mode.retention_days is None else str(mode.retention_days)
            kept = "Nothing is kept." if mode.retention_days == 0 else f"Kept {days} days."
            return self.special("Retention", days, mode.retention or kept)
        days = "" if at.default_retention_days is None else str(at.default_retention_days)
        text = at.default_retention or "No source says how long it is kept."
        return self.standard("Retention", "default_retention", days, text)

    def _zero_retention(self) -> Clause:
        how = self._provider.zero_retention
        text = _ZERO_RETENTION.get(how) or f"Offered: {_HOW.get(how, how)}."
        return self.standard("Zero retention", "zero_retention", how, text)

    def _regions(self) -> Clause:
        if self._mode is not None and self._mode.regions:
            regions = ", ".join(self._mode.regions)
            return self.special("Regions", regions, f"Processed in {regions}.")
        regions = ", ".join(self._provider.regions)
        text = f"Processed in {regions}." if regions else "No source says where it is processed."
        return self.standard("Regions", "regions", regions, text)

    def _sub_processors(self) -> Clause:
        listed = self._provider.sub_processors
        if listed is None:
            return self.standard("Sub-processors", "sub_processors", "", "The catalog knows no published list.")
        day = listed.as_of or self._provider.as_of
        return Clause("Sub-processors", listed.url, f"Published at {listed.url}.", listed.url, day, listed.read)
