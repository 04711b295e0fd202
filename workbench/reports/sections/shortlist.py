"""The shortlist: which models are in, why the others are out, and what would let more in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.analysis import words
from workbench.domain.evidence import Quality
from workbench.domain.verdict import Hosting, Reason, Verdict
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

_ROWS_SHOWN = 12
_NAMES_SHOWN = 6
HOSTING_WORDS = {
    Hosting.API: "hosted API",
    Hosting.SELF_HOST: "own server",
    Hosting.LOCAL_FILE: "file on this machine",
}


def shortlist(material: Material, length: Length) -> Section:
    """How many qualify, the best of them, and the reasons that removed the rest."""
    found = material.shortlist
    blocks: list[Block] = [Paragraph(found.sentence)]
    if length is Length.PAGE:
        return Section(SectionId.SHORTLIST, "Shortlist", tuple(blocks))
    if found.categories:
        told = (Item(category.reason, f"{category.id} {category.title}.") for category in found.categories)
        blocks.append(Listing(tuple(told)))
    parts = []
    if kept := best_offers(found.verdicts):
        parts.append(Part("What is in", _kept(kept)))
    if found.removed_most:
        parts.append(Part("Why the others are out", (_excluded(material),)))
    if found.relaxations:
        eased = tuple(Item(relaxation.text) for relaxation in found.relaxations)
        parts.append(Part("What would let more in", (Listing(eased),)))
    return Section(SectionId.SHORTLIST, "Annex: shortlist", tuple(blocks), tuple(parts))


def every_verdict(material: Material) -> Section:
    """Each model with its verdict: the annex that an auditor reads."""
    rows = []
    for verdicts in _by_model(material.shortlist.verdicts).values():
        kept = [verdict for verdict in verdicts if verdict.kept]
        if kept:
            offers = words.listed([verdict.offer_name for verdict in kept])
            rows.append((Cell(verdicts[0].model_name), Cell("in"), Cell(f"Through {offers}.")))
        else:
            reason = _first_reason(verdicts)
            text = f"{reason.rule}: {material.reason_text(reason)}" if reason else "No offer."
            rows.append((Cell(verdicts[0].model_name), Cell("out"), Cell(text)))
    columns = (Column("Model"), Column("Verdict"), Column("Through what, or the first rule that removes it"))
    return Section(SectionId.VERDICTS, "Annex: every model and its verdict", (Table(columns, tuple(rows)),))


def best_offers(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The cheapest kept offer of every model that is in, the best quality first, unknown quality last."""
    kept = [verdict for verdict in verdicts if verdict.kept]
    cheapest = {model: min(offers, key=_monthly) for model, offers in _by_model(kept).items()}
    return sorted(
        cheapest.values(), key=lambda v: (v.quality is None, -(v.quality.value if v.quality else 0), v.model_name)
    )


def quality_words(quality: Quality | None) -> tuple[str, str]:
    """A quality, and its interval with what it rests on; dashes where nothing is known."""
    if quality is None:
        return words.UNKNOWN_FIGURE, "not measured, not reported"
    return f"{quality.value:.0f}", f"{quality.low:.0f}–{quality.high:.0f}, {quality.basis} ({quality.n})"


def _kept(kept: Sequence[Verdict]) -> tuple[Block, ...]:
    rows = []
    for verdict in kept[:_ROWS_SHOWN]:
        value, note = quality_words(verdict.quality)
        cost = verdict.monthly_usd
        money = Cell(words.usd(cost.likely), note=words.usd_range(cost)) if cost else Cell(words.UNKNOWN_FIGURE)
        way = Cell(verdict.offer_name, note=HOSTING_WORDS[verdict.hosting])
        rows.append((Cell(verdict.model_name), way, money, Cell(value, note=note)))
    columns = (
        Column("Model"),
        Column("Cheapest way to get it"),
        Column("A month", unit="USD", right=True),
        Column("Quality", unit="0–100", right=True),
    )
    note = "Best quality first; in brackets the number of benchmarks or cases behind it."
    if len(kept) > _ROWS_SHOWN:
        note += f" {len(kept) - _ROWS_SHOWN} more qualify; the annex names every model."
    return (Table(columns, tuple(rows)), Source(note))


def _excluded(material: Material) -> Table:
    """One row for each limit that removed models: how many, the reason, and some of their names."""
    groups: dict[str, list[tuple[str, Reason]]] = {}
    for verdicts in _by_model(material.shortlist.verdicts).values():
        reason = _first_reason(verdicts)
        if reason and not any(verdict.kept for verdict in verdicts):
            groups.setdefault(material.limit_name(reason.requirement), []).append((verdicts[0].model_name, reason))
    rows = []
    for limit, removed in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        names = [name for name, _ in removed]
        more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
        shown = ", ".join(names[:_NAMES_SHOWN]) + more
        title = (limit[:1].upper() + limit[1:]).rstrip(",")
        rows.append((Cell(title), Cell(f"{len(names):,}"), Cell(_commonest(removed, material), note=shown)))
    columns = (Column("Limit"), Column("Models out", right=True), Column("Because"))
    return Table(columns, tuple(rows))


def _commonest(removed: Sequence[tuple[str, Reason]], material: Material) -> str:
    """The wording that most of the removed models share; an example where each has its own."""
    texts = [material.reason_text(reason) for _, reason in removed]
    text = max(texts, key=texts.count)
    if texts.count(text) == len(texts):
        return text
    name = removed[texts.index(text)][0]
    return f"For example: {text}" if name in text else f"For example {name}: {text}"


def _by_model(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(verdict.model_id, []).append(verdict)
    return groups


def _first_reason(verdicts: Sequence[Verdict]) -> Reason | None:
    """The rule that first stops the offer that came nearest: what keeps the model out, as matching counts it."""
    stopped = [[reason for reason in verdict.reasons if not reason.kept] for verdict in verdicts]
    nearest = min((reasons for reasons in stopped if reasons), key=lambda r: (len(r), r[0].rule), default=None)
    return nearest[0] if nearest else None


def _monthly(verdict: Verdict) -> float:
    return verdict.monthly_usd.likely if verdict.monthly_usd else float("inf")
