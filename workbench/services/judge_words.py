"""A bias card and corrected shares in words, for the window and the command line."""

from __future__ import annotations

from workbench.analysis.words import UNKNOWN_FIGURE
from workbench.domain.bias_card import BiasCard, Corrected, Finding

Row = tuple[str, str, str, str]


def card_rows(card: BiasCard) -> list[Row]:
    """(what, found, interval, from how many) for each part of a card."""
    rows = [
        _share("changes its mind when the order changes", card.flips, "pairs in both orders"),
        _points("points that 100 more words are worth", card.verbosity, "answers"),
        _points("points its own answers get beyond others'", card.self_preference, "answers"),
        _share("judges alike when asked again", card.retest, "answers asked about twice"),
        _share("replies without a verdict", card.failures, "replies"),
        _share("agrees with people", card.agreement, "hand-labelled answers"),
    ]
    if card.kappa is not None:
        rows.append(("agreement beyond chance (kappa)", f"{card.kappa:.2f}", "", "0 is chance, 1 is always"))
    if card.labelled_right:
        rows.append(("right answers it called right", f"{card.right_kept} of {card.labelled_right}", "", ""))
    if card.labelled_wrong:
        rows.append(("wrong answers it called wrong", f"{card.wrong_caught} of {card.labelled_wrong}", "", ""))
    return rows


def corrected_words(row: Corrected) -> str:
    """ "86.7 % (79.0 to 96.3)", or why there is no such figure."""
    if row.value is None or row.low is None or row.high is None:
        return row.refusal
    return f"{row.value * 100:.1f} % ({row.low * 100:.1f} to {row.high * 100:.1f})"


def _share(what: str, found: Finding | None, of: str) -> Row:
    if found is None:
        return (what, UNKNOWN_FIGURE, "", "not measured")
    interval = f"{found.low * 100:.0f} to {found.high * 100:.0f} %"
    return (what, f"{found.value * 100:.0f} %", interval, f"{found.n} {of}")


def _points(what: str, found: Finding | None, of: str) -> Row:
    if found is None:
        return (what, UNKNOWN_FIGURE, "", "not measured")
    return (what, f"{found.value:+.1f}", f"{found.low:+.1f} to {found.high:+.1f}", f"{found.n} {of}")
