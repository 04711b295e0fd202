"""The insights in words: the one wording of window, command line and report.

Source: the sections of methods.md named where each part is computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from workbench.analysis.second_opinion import agreement
from workbench.analysis.words import UNKNOWN_FIGURE, count, listed, rounded, seconds, share, usd, usd_each
from workbench.domain.figures import Estimate
from workbench.domain.insight import (
    Acceptance,
    Bill,
    Capacity,
    Delay,
    Energy,
    HiddenStaff,
    Insights,
    Leaks,
    Opinion,
    Regret,
    Return,
    Section,
    Upgrade,
    Vendors,
    VolumePoint,
    Worth,
)
from workbench.domain.option import OptionSet

_FIGURE = {"setup_usd": "set-up cost", "monthly_usd": "monthly bill"}
_QUESTION_WORDS = {
    "requests_per_day": "requests a day",
    "tokens_in": "tokens in",
    "tokens_out": "tokens out",
    "think_tokens": "thinking tokens",
}

_TELLING_SHARE = 0.01  # the mean of fewer draws is chance
_MOST_YEARLY = 10.0  # a rate of return beyond that says no more than "at once"


def sections(found: Insights, options: OptionSet) -> tuple[Section, ...]:
    """One per part that has data, those that move a decision first."""
    makers: tuple[Callable[[], Section | None], ...] = (
        lambda: _acceptances(found.acceptances, options),
        lambda: _opinions(found.opinions, options),
        lambda: _worth(found.worth),
        lambda: _regret(found.regret, options),
        lambda: _returns(found.returns),
        lambda: _delays(found.delays),
        lambda: _staff(found.staff),
        lambda: _volumes(found.volumes),
        lambda: _bills(found.bills),
        lambda: _upgrades(found.upgrades),
        lambda: _leaks(found.leaks),
        lambda: _capacity(found.capacity),
        lambda: _vendors(found.vendors),
        lambda: _energy(found.energy),
    )
    return tuple(section for make in makers if (section := make()) is not None)


def _acceptances(found: Sequence[Acceptance], options: OptionSet) -> Section | None:
    if not found:
        return None
    leader = options.recommendation.option or max(found[0].share, key=lambda name: found[0].share[name])
    answer = (
        f"{leader} is best in {share(found[0].share[leader])} of the draws when nothing is known of your weights, "
        f"and in {share(found[2].share[leader])} when your points are right to 20 %."
    )
    ids = [item.id for item in options.options]
    rows = tuple((item.basis, *(share(item.share[name]) for name in ids)) for item in found)
    note = "20,000 seeded draws each; the limits are left out. The error of a share is at most 0.4 points."
    note = " ".join((note, *_central(found[0], options)))
    return Section(
        "acceptability", "How often each option is best", answer, ("what is known", *ids), rows, note, "smaa"
    )


def _central(found: Acceptance, options: OptionSet) -> tuple[str, ...]:
    """For whom each option would be the best: what counts most, on average, in the draws that put it first."""
    titles = {criterion.id: criterion.title for criterion in options.criteria}
    told = []
    for item in options.options:
        weights = found.central.get(item.id, {})
        if len(weights) > 1 and found.share[item.id] >= _TELLING_SHARE:
            most = max(weights, key=lambda name: weights[name])
            whom = f"{item.id} suits those to whom “{titles[most]}” counts most"
            told.append(f"{whom}, {share(weights[most])} of the weight on average.")
    return tuple(told)


def _opinions(found: Sequence[Opinion], options: OptionSet) -> Section | None:
    if not found:
        return None
    ids = list(found[0].scores)
    rows = tuple((item.name, *(_signed(item.scores[name]) for name in ids), item.winner) for item in found)
    note = "TOPSIS and PROMETHEE II can change their mind when an option nobody would take is added; the score cannot."
    answer = agreement(found, options.options)
    return Section("second-opinion", "Second opinions", answer, ("by", *ids, "first"), rows, note, "second-opinion")


def _signed(score: float) -> str:
    return f"{score:.3f}".replace("-", "−")


def _worth(found: Worth | None) -> Section | None:
    if found is None:
        return None
    chance, months = share(found.chance), count(found.months, "month")
    answer = f"On cost alone {found.option} beats {found.rival} in {chance} of the draws over {months}. {_pilot(found)}"
    rows = tuple(
        (f"{item.option}'s {_FIGURE[item.figure]}", usd(round(item.worth_usd, -1)), share(item.spread_share))
        for item in found.inputs
    )
    note = (
        f"{found.option} less {found.rival}: {usd(found.mean_usd)} on average, give or take {usd(found.sd_usd)}. "
        "100,000 seeded draws from the ranges; limits are left out."
    )
    return Section("worth", "What knowing more is worth", answer, ("if you knew", "worth up to", "part of the spread"),
                   rows, note, "value-of-information")  # fmt: skip


def _pilot(found: Worth) -> str:
    """What a pilot may cost, in hundreds of dollars; below that there is no use in one."""
    top = found.inputs[0]
    one, everything = round(top.worth_usd, -2), round(found.all_usd, -2)
    if everything <= 0:
        return "Knowing the costs better first would change nothing."
    if one <= 0:
        return f"Knowing one figure alone first is worth nothing, knowing everything up to {usd(everything)}."
    return (
        f"Knowing {top.option}'s {_FIGURE[top.figure]} first is worth up to {usd(one)}, and knowing everything "
        f"{usd(everything)}: a pilot that costs less pays."
    )


def _regret(found: Regret | None, options: OptionSet) -> Section | None:
    if found is None:
        return None
    largest = usd(found.largest[found.choice])
    states = "With all costs low, all as likely or all high,"
    answer = f"{states} {found.choice} is at most {largest} above the cheapest."
    if found.largest[found.choice] < 1:
        answer = f"{states} no option costs less than {found.choice}."
    rows = tuple(
        (name, *(usd(value) for value in values), usd(found.largest[name])) for name, values in found.by_option.items()
    )
    note = (
        f"Cost over {count(options.horizon_months, 'month')} above the cheapest of that state; limits are left out. "
        "Where one comes low and another high, the gap is wider."
    )
    return Section(
        "regret", "The most you could regret", answer, ("option", *found.states, "most"), rows, note, "regret"
    )


def _returns(found: Sequence[Return]) -> Section | None:
    if not found:
        return None
    first = next((item for item in found if item.yearly > 0), None)
    if first is None:
        longest = count(max(item.months for item in found), "month")
        answer = f"No dearer set-up has come back after {longest}."
    else:
        answer = (
            f"Paying more at the start for {first.option} earns {_percent(first.yearly)} a year over {first.over} when "
            f"it runs {first.months} months."
        )
    rows = tuple((item.option, item.over, count(item.months, "month"), _percent(item.yearly)) for item in found)
    note = "Internal rate of return of the extra set-up against the lower bill."
    columns = ("option", "over", "runs for", "a year")
    return Section("returns", "What a dearer set-up earns", answer, columns, rows, note)


def _delays(found: Sequence[Delay]) -> Section | None:
    if not found:
        return None
    worst = max(found, key=lambda item: item.lost_usd)
    later = rounded(worst.weeks_later)
    answer = f"Going live {later} weeks after {worst.fastest} costs {worst.option} {usd(worst.lost_usd)}."
    rows = tuple(
        (item.option, rounded(item.weeks_later), usd(item.lost_usd), _months(item.crossover_months),
         _months(item.crossover_with_delay))
        for item in found
    )  # fmt: skip
    columns = ("option", "weeks later", "lost", "overtakes after", "with the delay")
    return Section("delay", "What waiting costs", answer, columns, rows, questions=("week_value_usd",))


def _staff(found: Sequence[HiddenStaff]) -> Section | None:
    if not found:
        return None
    least = min(found, key=lambda item: item.people)
    answer = f"The work of {_people(least.people)} erases what {least.option} saves over {least.bought}."
    rows = tuple((item.option, usd(item.saving_usd_month), _people(item.people)) for item in found)
    return Section("staff", "Hidden staff", answer, ("option", "saves a month", "gone with"), rows)


def _volumes(found: Sequence[VolumePoint]) -> Section | None:
    if not found:
        return None
    crossing = [item for item in found if item.requests_per_day is not None]
    first = min(crossing, key=lambda item: item.requests_per_day or 0.0, default=None)
    if first is None or first.requests_per_day is None:
        answer = (
            "Own servers cost less at no volume; the rule of thumb, 1 to 10 million requests a day, does not hold here."
        )
    else:
        answer = (
            f"Own servers cost less than {first.offer} from {rounded(first.requests_per_day, 2)} requests a day on, "
            f"{first.rule_of_thumb} of thumb of 1 to 10 million."
        )
    rows = tuple(
        (
            item.self_host,
            item.offer,
            usd_each(item.usd_request),
            "never" if item.requests_per_day is None else rounded(item.requests_per_day, 2),
            _back(item),
            item.rule_of_thumb,
        )
        for item in found
    )
    columns = ("own servers", "against", "a request", "requests a day", "for good from", "rule of thumb")
    note = f"Holds for {found[0].holds_under}. Price only: whether the model is as good is for your eval."
    return Section("break-even", "Break-even volume", answer, columns, rows, note, "break-even")


def _back(item: VolumePoint) -> str:
    if item.requests_per_day is None:
        return UNKNOWN_FIGURE
    if item.flips_back_at is None:
        return rounded(item.requests_per_day, 2)
    return "never" if item.firm_from is None else rounded(item.firm_from, 2)


def _bills(found: Sequence[Bill]) -> Section | None:
    if not found:
        return None
    top = found[0].drivers[0]
    answer = f"{share(top.total)} of what is uncertain in the bill comes from {_QUESTION_WORDS[top.question]}."
    rows = tuple(
        (bill.offer, _QUESTION_WORDS[item.question], share(max(0.0, item.first)), share(max(0.0, item.total)))
        for bill in found
        for item in bill.drivers
    )
    note = "Sobol indices of the monthly bill over the ranges of your workload. Narrow the first one first."
    asked = ("think_tokens", "retry_share", "batch_share", "cache_write_share", "peak_hours_share")
    columns = ("offer", "figure", "alone", "with the others")
    return Section("bill", "What makes the bill uncertain", answer, columns, rows, note, "sobol", asked)


def _upgrades(found: Sequence[Upgrade]) -> Section | None:
    if not found:
        return None
    first = found[0]
    if first.usd_per_right is None:
        answer = f"{first.strong} is no better than {first.weak} on this scale, so it pays at no price."
    else:
        verdict = "so it pays" if first.pays else "so it does not pay"
        answer = (
            f"A request to {first.strong} pays when a right answer instead of a wrong one is worth more than "
            f"{usd_each(first.usd_per_right)}; {_worth_said(first)}, {verdict}."
        )
    rows = tuple((item.strong, item.weak, _pays_from(item), _span(item.error_cost)) for item in found)
    columns = ("stronger", "instead of", "pays from", "assumed" if first.error_cost_assumed else "you say")
    note = f"Quality from {first.basis}."
    return Section("upgrade", "The value of a right answer", answer, columns, rows, note, "routing")


def _worth_said(item: Upgrade) -> str:
    likely = usd(item.error_cost.likely)
    return f"{likely} is assumed until you say" if item.error_cost_assumed else f"you say {likely}"


def _pays_from(item: Upgrade) -> str:
    return "never" if item.usd_per_right is None else usd_each(item.usd_per_right)


def _leaks(found: Sequence[Leaks]) -> Section | None:
    if not found:
        return None
    first = found[0]
    answer = (
        f"{share(first.clean_share)} of the requests are clean and {share(first.hard_and_clean)} are hard and clean; "
        f"{first.option} plans to send {share(first.planned_share)} out. A router that recognises "
        f"{_recall(first.recall)} of 100 sensitive requests lets about {rounded(first.leaks_month, 2)} a month out."
    )
    rows = tuple(
        (item.option, share(item.planned_share), share(item.clean_share), share(item.clean_in_conversation),
         share(item.hard_and_clean), rounded(item.leaks_month, 2), f"{_recall(item.recall_for_one)} of 100")
        for item in found
    )  # fmt: skip
    columns = (
        "option",
        "planned",
        "clean",
        "clean in a conversation",
        "hard and clean",
        "leaks a month",
        "for one leak",
    )
    note = "Mark sensitive documents at their source and keep what is unknown here: a classifier alone leaks."
    asked = ("passages", "turns", "hard_share", "router_recall")
    return Section("leaks", "What may leave, and what leaks", answer, columns, rows, note, "clean-share", asked)


def _capacity(found: Sequence[Capacity]) -> Section | None:
    if not found:
        return None
    first = found[0]
    who = f"{rounded(first.users)} people" if first.users else "Your volume"
    verb = "ask" if first.users else "means"
    answer = (
        f"{who} {verb} {rounded(first.peak_per_s, 2)} requests a second at the peak: "
        f"{count(first.replicas, 'copy', 'copies')} of {first.model}, {first.replicas_with_spare:,} with a spare."
    )
    if first.volume_ratio is not None:
        answer += f" That is {rounded(first.volume_ratio, 2)} times the volume you gave: check which is right."
    rows = tuple(
        (item.option, f"{item.model} on {item.hardware}",
         f"{rounded(item.mean_per_s, 2)} / {rounded(item.peak_per_s, 2)}",
         str(item.at_once), seconds(item.service_s), f"{item.replicas:,} / {item.replicas_with_spare:,}",
         seconds(item.wait_p95_s) if item.wait_p95_s else "none", share(item.load), f"{item.planned:,}")
        for item in found
    )  # fmt: skip
    columns = ("option", "servers", "requests/s, peak", "side by side", "one takes", "copies, with spare", "p95 wait",
               "load", "in the price")  # fmt: skip
    asked = ("users", "usage_profile", "wait_limit_s")
    note = f"{first.basis}."
    if any(item.stands_in for item in found):
        note += " Where an option names other servers, these are the cheapest that fit."
    return Section("capacity", "From people to servers", answer, columns, rows, note, "replica", asked)


def _vendors(found: Sequence[Vendors]) -> Section | None:
    if not found:
        return None
    worst = max(found, key=lambda item: item.lost_share)
    best = min(found, key=lambda item: item.lost_share)
    answer = f"If {worst.largest} stops, {worst.option} loses {share(worst.lost_share)} of its traffic."
    if best is not worst and best.lost_share < worst.lost_share:
        answer += f" {best.option} loses {share(best.lost_share)} with {best.largest}."
    rows = tuple(
        (item.option, listed([f"{name} {share(part)}" for name, part in item.shares.items()]), f"{item.effective:.2f}",
         f"{item.hhi:,.0f}", share(item.lost_share))
        for item in found
    )  # fmt: skip
    columns = ("option", "traffic by maker", "effective vendors", "HHI", "lost with the largest")
    return Section("vendors", "Leaning on few", answer, columns, rows, "By developer of the model, not by host.", "hhi")


def _energy(found: Sequence[Energy]) -> Section | None:
    if not found:
        return None
    answer = (
        f"{listed([f'{e.option} about {rounded(e.kwh.likely, 2)} kWh' for e in found])} a month; all are estimates."
    )
    rows = tuple((item.option, _wide(item.kwh), _wide(item.kg_co2), item.basis) for item in found)
    columns = ("option", "kWh a month", "kg CO₂ a month", "from")
    note = (
        "Published figures of closed models are unaudited self-reports; the ranges are wide on purpose. "
        "Of hosted models only what they write is counted, not what they read."
    )
    return Section("energy", "Energy and carbon", answer, columns, rows, note, "energy", ("grid_kg_per_kwh", "pue"))


def _span(value: Estimate) -> str:
    return usd(value.likely) if value.is_exact else f"{usd(value.likely)} ({usd(value.low)}–{usd(value.high)})"


def _wide(value: Estimate) -> str:
    return f"{rounded(value.likely, 2)} ({rounded(value.low, 2)}–{rounded(value.high, 2)})"


def _months(value: float | None) -> str:
    return "never" if value is None or math.isinf(value) else f"{value:.1f} months"


def _percent(value: float) -> str:
    if math.isinf(value):
        return "at once"
    text = f"{value * 100:.1f} %" if value <= _MOST_YEARLY else f"more than {_MOST_YEARLY * 100:,.0f} %"
    return text.replace("-", "−")


def _people(value: float) -> str:
    return f"{rounded(value, 2) if value >= 0.1 else f'{value:.2f}'} of a full-time person"


def _recall(value: float) -> str:
    """Shares near 1 with as many nines as they have."""
    digits = max(0, math.ceil(-math.log10(max(1e-9, 1 - value))) - 1)
    return f"{value * 100:.{digits}f}".removesuffix(".0")
