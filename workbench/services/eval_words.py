"""What an eval says, in sentences, as rows about its cases, and as a chart: for the window and the command line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from workbench.analysis import words
from workbench.analysis.chartspec import Axis, Chart, Marker, Point, Points, Tick
from workbench.domain.evals import (
    DataSetVersion,
    EvalRun,
    EvalSlice,
    EvalStatus,
    EvalSummary,
    ModelSummary,
    PairSummary,
    PairVerdict,
    Percentiles,
    RunsCompared,
)
from workbench.domain.figures import Estimate

NameOf = Callable[[str], str]
# More tags than this with something to tell are counted, not told one by one.
MOST_TOLD = 2
RATE = "Choose a case below and mark its answers."
NONE_RIGHT = "Read a few answers below: where they look right, another way to score fits better."


STATES = {EvalStatus.FINISHED: "finished", EvalStatus.PAUSED: "interrupted", EvalStatus.RUNNING: "not finished"}


# Sentences


def state_words(run: EvalRun) -> str:
    """How a run stands. One that was killed is still marked as running in the store, and nobody runs it: "not
    finished" is true of it, and of one that another program has under way."""
    return STATES[run.status]


def data_words(run: EvalRun, version: DataSetVersion | None) -> str:
    """Which data set a run was made with: "leave questions, version 2"; runs from before versions have none."""
    return run.dataset_name if version is None else f"{run.dataset_name}, version {version.number}"


def answer_words(summary: EvalSummary, scorer: str, name_of: NameOf) -> tuple[str, str]:
    """The run's answer: a lead about the two best models, and a sentence with every model's share."""
    known = [m for m in summary.models if m.scorer == scorer and m.mean is not None]
    ranked = sorted(known, key=lambda m: m.mean or 0.0, reverse=True)
    if not ranked:
        if _is_rated(scorer):
            return "Nobody has rated an answer yet.", f"{RATE} {errors_words(summary, scorer)}"
        return "No answer could be scored.", errors_words(summary, scorer)
    shares = words.listed([f"{name_of(m.model_id)} {share_words(m)}" for m in ranked])
    rest = f"{title_of(ranked)}: {shares}. {words.count(summary.case_count, 'case')}. {errors_words(summary, scorer)}"
    if len(ranked) == 1:
        return _alone(ranked[0], name_of), errors_words(summary, scorer)
    if all(not model.mean for model in ranked):
        who = "Neither model" if len(ranked) == 2 else f"None of the {len(ranked)} models"
        lead = f"{who} answered any of {words.count(summary.case_count, 'case')} right."
        return lead, f"{NONE_RIGHT} {rest}".strip()
    pair = pair_of(summary, scorer, ranked[0].model_id, ranked[1].model_id)
    return (f"{pair_words(pair, name_of)}." if pair else ""), rest.strip()


def title_of(models: Sequence[ModelSummary]) -> str:
    """What the means of some models are: a share of right answers, or of grades in between."""
    return "Mean score" if any(model.graded for model in models) else "Answered right"


def _alone(model: ModelSummary, name_of: NameOf) -> str:
    """One model: "Demo Nano answers 38 % of 160 cases right, between 14 and 68 % by what was measured"."""
    if not model.mean:
        none = f"{name_of(model.model_id)} answered none of {words.count(model.n, 'case')} right"
        return f"{none}: at most {math.ceil((model.high or 0.0) * 100 - 1e-9)} % with 95 % confidence. {NONE_RIGHT}"
    cases = words.count(model.n, "case")
    share = f"{name_of(model.model_id)} answers {percent(model.mean)} of {cases} right"
    if model.graded:
        share = f"{name_of(model.model_id)} scores {percent(model.mean)} on average over {cases}"
    return f"{share}: {ends_words(model.low or 0.0, model.high or 0.0)} % with 95 % confidence."


def errors_words(summary: EvalSummary, scorer: str) -> str:
    """What could not be asked or answered, "" when everything was."""
    errors = sum(m.errors for m in summary.models if m.scorer == scorer)
    withheld = sum(m.withheld for m in summary.models if m.scorer == scorer)
    unscored = sum(m.unscored for m in summary.models if m.scorer == scorer)
    parts = [f"{words.count(errors, 'answer')} could not be had."] if errors else []
    if unscored and _is_rated(scorer):
        parts.append(f"{words.count(unscored, 'answer')} {'waits' if unscored == 1 else 'wait'} for somebody to rate.")
    elif unscored:
        counts = "counts" if unscored == 1 else "count"
        parts.append(
            f"{words.count(unscored, 'answer')} could not be scored, and {counts} neither as right nor as wrong."
        )
    parts += [f"{words.count(withheld, 'case')} may not leave this machine and were not sent."] if withheld else []
    return " ".join(parts)


def mind_words(sensitive: int) -> str:
    """What to mind of a file that goes out; "" when nothing in it is marked."""
    verb = "is" if sensitive == 1 else "are"
    return f"Mind who gets it: {words.count(sensitive, 'case')} in it {verb} marked sensitive." if sensitive else ""


def own_scorer_words(own: int, cases: int) -> str:
    """ "55 of 160 cases name their own scorer"."""
    return f"{own:,} of {words.count(cases, 'case')} {'names its' if own == 1 else 'name their'} own scorer"


def _is_rated(scorer: str) -> bool:
    """Whether people give the scores."""
    return scorer.partition("(")[0] == "human-rating"


def pair_of(summary: EvalSummary, scorer: str, a: str, b: str) -> PairSummary | None:
    """The comparison of two models, turned so that `a` comes first."""
    for pair in summary.pairs:
        if pair.scorer == scorer and {pair.a, pair.b} == {a, b}:
            return pair if pair.a == a else turned(pair)
    return None


def turned(pair: PairSummary) -> PairSummary:
    """The same comparison seen from the other model."""
    flipped = {PairVerdict.BETTER: PairVerdict.WORSE, PairVerdict.WORSE: PairVerdict.BETTER}
    return replace(
        pair,
        a=pair.b,
        b=pair.a,
        difference=None if pair.difference is None else -pair.difference,
        low=None if pair.high is None else -pair.high,
        high=None if pair.low is None else -pair.low,
        only_a=pair.only_b,
        only_b=pair.only_a,
        verdict=flipped.get(pair.verdict, pair.verdict),
    )


def pair_words(pair: PairSummary, name_of: NameOf) -> str:
    """One comparison: "Demo Medium is better than Demo Small: +20 points, 11 to 29"."""
    a, b = name_of(pair.a), name_of(pair.b)
    match pair.verdict:
        case PairVerdict.BETTER:
            lead = f"{a} is better than {b}"
        case PairVerdict.WORSE:
            lead = f"{a} is worse than {b}"
        case PairVerdict.EQUIVALENT:
            lead = f"{a} and {b} are equally good"
        case _:
            lead = f"Not shown that {a} and {b} differ"
    return f"{lead}: {difference_words(pair)}"


def difference_words(pair: PairSummary) -> str:
    """ "+20 points, 11 to 29"; what is missing when it cannot be said."""
    if pair.difference is None or pair.low is None or pair.high is None:
        return f"only {words.count(pair.n, 'case')} in common" if pair.n else "no case in common"
    return f"{signed(pair.difference)} points, {plain_points(pair.low)} to {plain_points(pair.high)}"


def share_words(model: ModelSummary) -> str:
    """ "71 % (63 to 78)"."""
    if model.mean is None or model.low is None or model.high is None:
        return words.UNKNOWN_FIGURE
    return f"{percent(model.mean)} ({ends_words(model.low, model.high)})"


def ends_words(low: float, high: float, between: str = " to ") -> str:
    """The ends of an interval of shares as whole percents, rounded outwards so that none is narrower than it is:
    "63 to 78"."""
    return f"{math.floor(low * 100 + 1e-9)}{between}{math.ceil(high * 100 - 1e-9)}"


def wait_words(found: Percentiles | None, *, upper: bool = False) -> str:
    """Half the answers take this long, or 19 of 20 (`upper`), with the interval: "450 ms (410 to 520)"."""
    if found is None:
        return words.UNKNOWN_FIGURE
    middle, low, high = (
        (found.p95, found.p95_low, found.p95_high) if upper else (found.p50, found.p50_low, found.p50_high)
    )
    unit, scale = ("s", 1.0) if max(middle, high or 0.0, low or 0.0) >= 1 else ("ms", 1000.0)
    number = [None if value is None else words.rounded(value * scale, 2) for value in (low, middle, high)]
    return f"{number[1]} {unit} ({_wait_ends(number[0], number[2])})"


def _wait_ends(low: str | None, high: str | None) -> str:
    if low is None and high is None:
        return "too few to bound"
    if low is None or high is None:
        return f"{low} or more" if high is None else f"up to {high}"
    return f"{low} to {high}"


def right_cost_words(model: ModelSummary) -> str:
    """What one right answer costs, with the interval: "$0.0021 ($0.0019 to $0.0024)"; "—" when it is not known."""
    if not model.cost_per_right_usd:
        return each_words(model.cost_per_right_usd)
    low, high = model.cost_per_right_low_usd, model.cost_per_right_high_usd
    end = "any amount" if high is None else each_words(high)
    return f"{each_words(model.cost_per_right_usd)} ({each_words(low)} to {end})"


def each_words(amount: float | None) -> str:
    """What one answer costs: "$0.0131"; "—" when it is not known."""
    return words.UNKNOWN_FIGURE if amount is None else words.usd_each(amount)


def free_words(models: Sequence[ModelSummary]) -> str:
    """What "$0" means of models on this machine; "" where none of them cost nothing."""
    free = sum(model.cost_per_case_usd == 0 for model in models)
    if not free:
        return ""
    who = "An answer" if free == len(models) else "$0: an answer"
    return f"{who} of a model on this machine costs no money, only the time below. The machine is not counted."


def cut_words(models: Sequence[ModelSummary], name_of: NameOf) -> str:
    """Which answers may be wrong only because they had to end, by the first scorer of these; "" when none had to."""
    first = [model for model in models if model.scorer == models[0].scorer]
    cut = [(words.count(model.cut, "answer"), name_of(model.model_id)) for model in first if model.cut]
    if not cut:
        return ""
    told = words.listed([f"{count} of {name}" for count, name in cut])
    return f"Ended at the longest length allowed, and not right: {told}. Allow longer answers to see what is missing."


def cost_words(model: ModelSummary) -> str:
    """Why a cost stands as "—", or what the figure is of."""
    if model.cost_per_case_usd is None:
        return "The price of an answer is not known." if model.n else "Nothing was answered."
    if model.cost_per_case_usd == 0:
        return "On this machine: no money for an answer."
    if model.cost_per_right_usd is None:
        return "No answer is right, so there is nothing to share the cost among."
    return f"{right_cost_words(model)}: what all cases cost, shared among the right answers."


def kept_words(models: Sequence[ModelSummary], name_of: NameOf) -> str:
    """Which figures of time and cost are from earlier evals; "" when none is."""
    kept = [name_of(model.model_id) for model in models if model.from_kept]
    if not kept:
        return ""
    every = len(kept) == len(models) and len(kept) > 1
    return (
        f"{'All answers' if every else f'All answers of {words.listed(kept)}'} were kept from earlier evals and cost "
        "nothing again: times and costs are those of when they were asked."
    )


def slices_words(summary: EvalSummary, scorer: str, name_of: NameOf) -> str:
    """What the tags show, all comparisons counted together: the shown differences, or that none is."""
    slices = [found for found in summary.slices if found.scorer == scorer]
    if not slices or not summary.slice_tests:
        return ""
    decided = (PairVerdict.BETTER, PairVerdict.WORSE)
    told = [(found.tag, shown_words(found, name_of)) for found in slices]
    shown = [f"{words_of} on “{tag}”" for tag, words_of in told if words_of]
    count = sum(pair.verdict in decided for found in slices for pair in found.pairs)
    left = f" {words.count(summary.slices_left_out, 'more tag')} with too few cases." if summary.slices_left_out else ""
    looked = f"{words.count(summary.slice_tests, 'comparison')} in {words.count(len(slices), 'tag')}, counted together"
    if not shown:
        return f"{looked}: no difference is shown within a tag.{left}"
    if len(shown) > MOST_TOLD:
        return f"{looked}: {count} differences are shown, in {words.count(len(shown), 'tag')}.{left}"
    return f"{looked}: {'; '.join(shown)}.{left}"


def shown_words(found: EvalSlice, name_of: NameOf) -> str:
    """Who is shown to be better than whom within a tag, the winners first: "Demo Medium better than Demo Nano and Demo
    Small"; "" for nobody."""
    beaten: dict[str, list[str]] = {}
    for pair in found.pairs:
        if pair.verdict in (PairVerdict.BETTER, PairVerdict.WORSE):
            winner, loser = (pair.a, pair.b) if pair.verdict is PairVerdict.BETTER else (pair.b, pair.a)
            beaten.setdefault(winner, []).append(name_of(loser))
    order = sorted(beaten, key=lambda model: -len(beaten[model]))
    return ", ".join(f"{name_of(model)} better than {words.listed(beaten[model])}" for model in order)


def runs_words(found: RunsCompared, name_of: NameOf) -> str:
    """One model in a later run against an earlier one: "Demo Small is better than before: +20 points, 11 to 29"."""
    name, pair = name_of(found.model_id), found.pair
    if found.kept:
        return f"{name} was not asked again: its answers are kept ones, with the scores they had before"
    match pair.verdict:
        case PairVerdict.BETTER:
            lead = f"{name} is better than before"
        case PairVerdict.WORSE:
            lead = f"{name} is worse than before"
        case PairVerdict.EQUIVALENT:
            lead = f"{name} is as good as before"
        case _:
            lead = f"Not shown that {name} changed"
    return f"{lead}: {difference_words(pair)}"


def percent(value: float | None) -> str:
    """ "71 %"; never all or nothing where one case says otherwise: "99.7 %"."""
    if value is None:
        return words.UNKNOWN_FIGURE
    share = round(value * 100)
    if share in (0, 100) and value * 100 != share:
        return f"{min(max(value * 100, 0.1), 99.9):.1f} %"
    return f"{share} %"


def signed(difference: float) -> str:
    """A difference of shares in points with its sign: "+20", "−3", "0"."""
    points = plain_points(difference)
    return f"+{points}" if difference > 0 and points != "0" else points


def plain_points(value: float) -> str:
    """ "20", "−3"; a tenth where a whole point would hide on which side of 0 it lies: "0.4"."""
    points = abs(value * 100)
    figure = f"{points:.0f}" if points >= 0.5 else f"{points:.1f}"
    return "0" if float(figure) == 0 else f"−{figure}" if value < 0 else figure


# Chart


def eval_chart(summary: EvalSummary, scorer: str, name_of: NameOf, *, target: float | None = None) -> Chart:
    """Share answered right for each model with its interval, the best on top; `target` is a share or None."""
    scored = [m for m in summary.models if m.scorer == scorer and m.mean is not None]
    order = sorted(scored, key=lambda m: m.mean or 0.0)
    names = [name_of(model.model_id) for model in order]
    points = tuple(
        Point(m.model_id, m.mean or 0.0, place, name, x_low=m.low, x_high=m.high, detail=f"{name}: {share_words(m)}")
        for place, (m, name) in enumerate(zip(order, names, strict=True))
    )
    marker = () if target is None else (Marker(f"target {percent(target)}", target),)
    ticks = tuple(Tick(place, name) for place, name in enumerate(names))
    title = title_of(scored)
    what = "mean score of a case" if any(model.graded for model in scored) else "share of cases answered right"
    axis = f"{what}, with its 95 % interval"
    return Chart(
        title=title,
        description=". ".join(f"{name}: {share_words(m)}" for m, name in zip(order, names, strict=True)),
        x=Axis(axis, "%", low=0.0, high=1.0),
        y=Axis("", ticks=ticks, low=-0.6, high=len(order) - 0.4),
        series=(Points("", points), *marker),
        columns=("Model", "Cases", title),
        rows=tuple((name, f"{m.n:,}", share_words(m)) for m, name in zip(order, names, strict=True)),
    )


def left_words(seconds: float | None) -> str:
    """What follows "61 of 450 answers": ", about 2 min left"; nothing when that is not known."""
    return "" if seconds is None else f", about {time_words(seconds)} left"


def time_words(seconds: float) -> str:
    """ "under 1 s", "40 s", "12 min", "3 h 20 min"."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def time_range(seconds: Estimate | None) -> str:
    """ "2 min (1 min to 5 min)", "not known yet"."""
    if seconds is None:
        return "not known yet"
    likely, low, high = (time_words(value) for value in (seconds.likely, seconds.low, seconds.high))
    return likely if low == high else f"{likely} ({low} to {high})"
