"""A bias card and corrected shares in words, for the window and the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.analysis.words import UNKNOWN_FIGURE, count, listed
from workbench.domain.bias_card import BiasCard, Corrected, Finding

Row = tuple[str, str, str, str]
NameOf = Callable[[str], str]


def card_rows(card: BiasCard) -> list[Row]:
    """(what, found, interval, from how many) for each part of a card."""
    rows = [
        _share("changes its mind when the order changes", card.flips, "pair in both orders", "pairs in both orders"),
        _points("points that 100 more words are worth", card.verbosity, "answer"),
        _points("points its own answers get beyond others'", card.self_preference, "answer"),
        _share("judges alike when asked again", card.retest, "answer asked about twice", "answers asked about twice"),
        _share("replies without a verdict", card.failures, "reply", "replies"),
        _share("agrees with people", card.agreement, "hand-labelled answer"),
    ]
    if card.kappa is not None:
        rows.append(("agreement beyond chance (kappa)", f"{card.kappa:.2f}", "", "0 is chance, 1 is always"))
    if card.labelled_right:
        rows.append(("right answers it called right", f"{card.right_kept} of {card.labelled_right}", "", ""))
    if card.labelled_wrong:
        rows.append(("wrong answers it called wrong", f"{card.wrong_caught} of {card.labelled_wrong}", "", ""))
    return rows


def is_trusted(card: BiasCard | None) -> bool:
    """Whether labels show that its scores say something."""
    from workbench.analysis.judge_card import beats_chance

    return card is not None and card.agreement is not None and beats_chance(card)


def judge_sentence(card: BiasCard | None, name_of: NameOf) -> str:
    """What to think of a judge, in a sentence or two."""
    if card is None:
        return "This judge was never put to the test: nobody knows how often it is right."
    name = name_of(card.judge)
    if card.is_useless:
        return f"{name} agrees with people no better than chance: its scores must not be used."
    if card.agreement is None:
        return f"{name} was put to the test, but no answers were labelled by hand to hold it to."
    share, low, high = (round(100 * value) for value in (card.agreement.value, card.agreement.low, card.agreement.high))
    found = f"{name} agrees with people on {share} % ({low} to {high}) of {card.agreement.n} hand-labelled answers"
    return f"{found}." if is_trusted(card) else f"{found}: not shown to be better than chance. Label more answers."


def corrected_sentence(rows: Sequence[Corrected], name_of: NameOf) -> str:
    """Every model's share with the judge's errors taken out; empty where nothing was labelled."""
    known = [row for row in rows if row.labelled]
    if not known:
        return ""
    refusal = next((row.refusal for row in known if row.value is None), "")
    if refusal:
        return f"Its errors cannot be taken out of its scores: {refusal}"
    shares = listed([f"{name_of(row.model_id)} {corrected_words(row)} right" for row in known])
    pooled = " Where a model has few labels, those of all models stand in." if any(row.pooled for row in known) else ""
    return f"With its errors taken out: {shares}.{pooled}"


def corrected_words(row: Corrected) -> str:
    """ "86.7 % (79.0 to 96.3)", or why there is no such figure."""
    if row.value is None or row.low is None or row.high is None:
        return row.refusal
    return f"{row.value * 100:.1f} % ({row.low * 100:.1f} to {row.high * 100:.1f})"


def _share(what: str, found: Finding | None, of: str, many: str = "") -> Row:
    if found is None:
        return (what, UNKNOWN_FIGURE, "", "not measured")
    interval = f"{found.low * 100:.0f} to {found.high * 100:.0f} %"
    return (what, f"{found.value * 100:.0f} %", interval, count(found.n, of, many))


def _points(what: str, found: Finding | None, of: str) -> Row:
    if found is None:
        return (what, UNKNOWN_FIGURE, "", "not measured")
    return (what, f"{found.value:+.1f}", f"{found.low:+.1f} to {found.high:+.1f}", count(found.n, of))
