"""What a report says beside the figures of an eval: how many cases it takes, how it ended, what its judge is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.domain.evals import Design, EvalRun, EvalSummary, PairSummary, PairVerdict

if TYPE_CHECKING:
    from workbench.services.judging import JudgedRun
    from workbench.services.tradeoffs import TradeoffView

NameOf = Callable[[str], str]


def notes_of(
    run: EvalRun, summary: EvalSummary, judged: JudgedRun | None, name_of: NameOf
) -> tuple[tuple[str, str], ...]:
    """A heading and a sentence each; nothing where there is nothing to say."""
    told = (
        ("How many cases it takes.", _cases(run, summary, name_of)),
        ("Early stopping.", _stopping(run, summary)),
        ("The judge.", _judge(judged, name_of)),
    )
    return tuple((lead, text) for lead, text in told if text)


def knee_words(view: TradeoffView) -> str:
    """Where the front bends; "" where it does not."""
    point = next((point for point in view.points if view.knee and point.id == view.knee), None)
    if point is None or point.cost_usd is None or point.quality is None:
        return ""
    return (
        f"The front bends at {point.model_name}, {words.usd(point.cost_usd.likely)} a month for "
        f"{point.quality.value:.0f} of 100: from there on money buys little more quality."
    )


def _cases(run: EvalRun, summary: EvalSummary, name_of: NameOf) -> str:
    """What the cases can show between the two models that are hardest to tell apart."""
    from workbench.analysis.power import cases_exact, detectable_exact

    pair = min(_counted(summary), key=_hardness, default=None)
    if pair is None:
        return ""
    disagree = ((pair.only_a or 0) + (pair.only_b or 0)) / pair.n
    alpha = run.settings.alpha / len(summary.pairs)
    difference = min(summary.margin, disagree)
    shown, needed = detectable_exact(pair.n, disagree, alpha=alpha), cases_exact(difference, disagree, alpha=alpha)
    what = "no difference at all" if shown >= 1 else f"a difference of {shown * 100:.0f} points or more"
    both = f"{name_of(pair.a)} and {name_of(pair.b)} disagree on {words.share(disagree)} of {pair.n:,} cases."
    return f"{both} So many show {what}; {difference * 100:.1f} points would take {needed:,} cases."


def _counted(summary: EvalSummary) -> Iterator[PairSummary]:
    """Pairs of right and wrong answers that disagree somewhere."""
    for pair in summary.pairs:
        if summary.margin > 0 and pair.n and (pair.only_a or 0) + (pair.only_b or 0):
            yield pair


def _hardness(pair: PairSummary) -> tuple[bool, float]:
    return pair.verdict is not PairVerdict.NOT_SHOWN, abs(pair.difference or 0.0)


def _stopping(run: EvalRun, summary: EvalSummary) -> str:
    if run.settings.design is not Design.SEQUENTIAL:
        return ""
    asked = max((model.n for model in summary.models), default=0)
    ended = "every pair was decided" if asked < run.case_count else "there were no more cases"
    return (
        f"The run was to stop as soon as every pair of models is decided, which was chosen before it began. It ended "
        f"after {asked:,} of {run.case_count:,} cases because {ended}; the verdicts hold whenever such a run stops."
    )


def _judge(judged: JudgedRun | None, name_of: NameOf) -> str:
    from workbench.services.judge_words import corrected_sentence, judge_sentence

    if judged is None:
        return ""
    return f"{judge_sentence(judged.card, name_of)} {corrected_sentence(judged.corrected, name_of)}".strip()
