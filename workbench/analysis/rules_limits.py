"""Tier 2: the limits the person stated (methods.md section 6): budget, time, quality, vendors."""

from __future__ import annotations

from functools import lru_cache

from workbench.analysis.assumptions import FIRST_ANSWER_WEEKS, SKILL_FACTOR
from workbench.analysis.candidates import Candidate
from workbench.analysis.rules import About, Context, Effect, Finding, Rule, excluded, kept, warned
from workbench.analysis.words import day, rounded, usd, usd_range
from workbench.domain.evidence import Quality
from workbench.domain.requirements import Skill
from workbench.domain.verdict import Hosting

_YOURS = "your answers"
OWN_EVAL = "your eval"


def _monthly(context: Context, candidate: Candidate) -> Finding | None:
    cap, cost = context.requirements.monthly_cap_usd, candidate.monthly_usd
    if cap is None:
        return None
    asked, source = f"at most {usd(cap)} a month", _price_source(candidate)
    if cost is None:
        return warned("Unproven: no price in the catalog fits this use.", asked, "no price", source)
    likely, span = usd(cost.likely), usd_range(cost)
    offered = f"{likely} a month ({span})"
    if cost.likely > cap:
        text = f"Costs about {likely} a month at your volume; you allow {usd(cap)}."
        return excluded(text, asked, offered, source, answer=cost.likely)
    if cost.high > cap:
        text = f"Likely {likely} a month, but up to {usd(cost.high)} if everything comes high."
        return warned(text, asked, offered, source)
    if candidate.later is not None and candidate.later[1].likely > cap:
        start, after = candidate.later
        text = f"Costs about {likely} a month now, {usd(after.likely)} from {day(start)} on, above your cap."
        return warned(text, asked, offered, source)
    return kept(f"Costs about {likely} a month, {span}.", asked, offered, source)


def _price_source(candidate: Candidate) -> str:
    if candidate.offer is not None:
        return f"{candidate.offer.source}, as of {day(candidate.offer.as_of)}"
    if candidate.plan is not None:
        server = candidate.plan.server
        return f"{server.source}, as of {day(server.as_of)}; staff and platform from your answers"
    return _YOURS


def _quality(context: Context, candidate: Candidate) -> Finding | None:
    """Own evals must show the target with their lower end; public benchmarks, of other tasks, only caution."""
    target = context.requirements.quality_target
    if target is None:
        return None
    asked, found = f"{rounded(target)} of 100 right", context.qualities.get(candidate.model_id)
    if found is None:
        return _unscored(asked)
    value, low, high = f"{found.value:.0f}", f"{found.low:.0f}", f"{found.high:.0f}"
    offered = f"{value} ({low}–{high}), {found.basis}"
    if found.basis == OWN_EVAL:
        return _own_eval(target, asked, offered, found)
    where = f"Public benchmarks put it at {value} ({low} to {high})"
    if found.low >= target:
        return kept(f"{where}, above your bar.", asked, offered, found.label)
    text = f"{where}, on harder questions than most; only your own eval can prove it."
    return warned(text, asked, offered, found.label)


@lru_cache(maxsize=16)
def _unscored(asked: str) -> Finding:
    return warned("Unproven: no independent score. Your own eval will tell.", asked, "no score", "catalog")


def _own_eval(target: float, asked: str, offered: str, found: Quality) -> Finding:
    if found.low >= target:
        return kept(f"Your eval shows {found.value:.0f}, at least {found.low:.0f}.", asked, offered, found.label)
    text = f"Your eval shows {found.value:.0f}; it may be as low as {found.low:.0f}, below your bar."
    return excluded(text, asked, offered, found.label, answer=float(int(found.low)))


def _weeks(context: Context, candidate: Candidate) -> Finding | None:
    limit = context.requirements.weeks_limit
    if limit is None:
        return None
    asked = f"live within {rounded(limit)} weeks"
    if candidate.hosting is Hosting.API:
        return kept("An API is ready within minutes of signing up.", asked, "minutes", "rule of the workbench")
    if candidate.hosting is Hosting.LOCAL_FILE:
        return kept("The file is on this machine.", asked, "now", "GGUF file")
    weeks = FIRST_ANSWER_WEEKS * SKILL_FACTOR[context.requirements.skill]
    offered = f"about {rounded(weeks, 2)} weeks to the first answer"
    if weeks > limit:
        text = f"Own servers take {offered}; you have {rounded(limit)} weeks."
        return excluded(text, asked, offered, "assumption of the workbench", answer=weeks)
    return kept(f"Own servers take {offered}.", asked, offered, "assumption of the workbench")


def _skill(context: Context, candidate: Candidate) -> Finding | None:
    if candidate.hosting is not Hosting.SELF_HOST or context.requirements.skill not in (Skill.NONE, Skill.API):
        return None
    text = "Nobody in your team has run model servers yet: count in time to learn, or a managed service."
    return warned(text, "team can run it", "own servers", _YOURS)


def _developer(context: Context, candidate: Candidate) -> Finding | None:
    ruled_out = context.requirements.excluded_developers
    if not ruled_out or candidate.model is None:
        return None
    developer = candidate.model.developer
    asked = f"not from {', '.join(sorted(ruled_out))}"
    if developer in ruled_out:
        others = sorted(ruled_out - {developer})
        return excluded(f"You rule out models by {developer}.", asked, developer, _YOURS, answer=others)
    return kept("Its maker is not ruled out.", asked, developer, _YOURS)


def _country(context: Context, candidate: Candidate) -> Finding | None:
    ruled_out = context.requirements.excluded_countries
    if not ruled_out or candidate.model is None:
        return None
    maker = context.countries.get(candidate.model.developer)
    host = candidate.provider.hq_country if candidate.provider else None
    places = {place for text in (maker, host) if text for place in text.split("/")}
    asked, offered = f"not from {', '.join(sorted(ruled_out))}", ", ".join(sorted(places)) or "no source says"
    hit = sorted(places & ruled_out)
    if hit:
        who = "Made" if maker and set(maker.split("/")) & ruled_out else f"Processed by {candidate.processor}"
        text = f"{who} in {hit[0]}, which you rule out."
        return excluded(text, asked, offered, "catalog", answer=sorted(ruled_out - set(hit)))
    if maker is None:
        return warned("Unproven: no source says where its maker is based.", asked, offered, "catalog")
    return kept("Neither maker nor host is in a country you rule out.", asked, offered, "catalog")


LIMITS = (
    Rule(
        "R2.1",
        2,
        "monthly_cap_usd",
        About.OFFER,
        "Budget a month",
        _YOURS,
        _monthly,
        "a monthly budget is stated; the likely cost decides, the high one warns",
    ),
    Rule(
        "R2.2",
        2,
        "quality_target",
        About.MODEL,
        "Quality",
        _YOURS,
        _quality,
        "a quality bar is stated; an own eval must show it with its lower end",
    ),
    Rule("R2.3", 2, "weeks_limit", About.HOST, "Time", "assumption of the workbench", _weeks, "a deadline is stated"),
    Rule(
        "R2.4",
        2,
        "skill",
        About.HOST,
        "Team",
        _YOURS,
        _skill,
        "it runs on one's own servers and nobody in the team has run such",
        Effect.WARN,
    ),
    Rule("R2.5", 2, "excluded_developers", About.MODEL, "Makers ruled out", _YOURS, _developer, "makers are ruled out"),
    Rule(
        "R2.6",
        2,
        "excluded_countries",
        About.OFFER,
        "Countries ruled out",
        _YOURS,
        _country,
        "countries are ruled out, of makers and hosts alike",
    ),
)
