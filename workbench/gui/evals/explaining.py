"""What the inspector says of an eval, and of one of its cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.analysis import words
from workbench.domain.evals import CaseOutcome, CaseResult, Design, EvalCase, EvalRun, EvalStatus, EvalSummary, Mark
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.theme import Tone
from workbench.services.eval_grid import CaseGrid
from workbench.services.eval_words import NameOf, own_scorer_words, state_words

LONGEST = 1_500


@dataclass(frozen=True, slots=True)
class CaseShown:
    """A case with everything that is known of it. `case` is None without the data set; `marks` oldest first."""

    case_id: str
    case: EvalCase | None
    results: tuple[CaseResult, ...]
    marks: tuple[Mark, ...]

    def of(self, model_id: str) -> tuple[CaseResult, ...]:
        return tuple(result for result in self.results if result.model_id == model_id)

    def trail(self, model_id: str) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.marks if mark.model_id == model_id)

    def overruled(self, result: CaseResult) -> float | None:
        """The score that a person gave this answer in place of the scorer's; None where nobody did."""
        given = [m.score for m in self.trail(result.model_id) if (m.scorer, m.repeat) == (result.scorer, result.repeat)]
        return given[-1] if given and given[-1] != result.score else None


def _asked(run: EvalRun) -> list[str]:
    """How the models were asked, and who judged; of another program's results nobody here knows."""
    if run.is_imported:
        return ["Asked and scored by another program"]
    sampling, settings = run.sampling, run.settings
    told = [
        f"Prompt {plain(name)}: {plain(text)}" if name else f"Prompt: {plain(text)}" for name, text in settings.prompts
    ]
    told.append(f"Temperature {sampling.temperature:g}, answers up to {words.tokens(sampling.max_tokens)}")
    if settings.repeats > 1:
        told.append(f"Each case {settings.repeats} times")
    if settings.design is Design.SEQUENTIAL:
        told.append("In random order, until every pair of models was decided")
    if settings.judges:
        told.append(f"Judged by {words.listed([plain(_short(name)) for name in settings.judges])}")
    return told


def _short(reference: str) -> str:
    """A model without the folder that it lies in."""
    return Path(reference).stem if reference.lower().endswith(".gguf") else reference.removeprefix("local/")


def run_explanation(
    run: EvalRun,
    summary: EvalSummary,
    grid: CaseGrid,
    *,
    data: str,
    scorer_words: Callable[[str], str],
    actions: Sequence[InspectorAction] = (),
) -> Explanation:
    """How the figures of a run came about; `data` names its data set."""
    how = []
    for name in run.scorers:
        how.append(Row(f"Scored by {scorer_words(name)}"))
        if own := grid.with_their_own(name):
            how.append(Row(f"{own_scorer_words(own, run.case_count)}; it stands in for this one there."))
    if run.system_prompt:
        how.append(Row(f"Instruction: {plain(run.system_prompt)}"))
    how += [Row(line) for line in _asked(run)]
    sensitive = int(grid.data.sensitive.sum())
    withheld = sum(model.withheld for model in summary.models)
    private = []
    if sensitive and not withheld:
        private = [Row(f"{words.count(sensitive, 'sensitive case')} stayed on this machine.", Tone.GOOD)]
    elif withheld:
        private = [Row(f"{words.count(withheld, 'case')} were not sent to models elsewhere.", Tone.GOOD)]
    methods = sorted({model.method for model in summary.models if model.method})
    counted = [Row(f"Interval: {method}.") for method in methods]
    counted.append(
        Row("“Better” needs a test that holds for all pairs together and an interval without 0; else “not shown”.")
    )
    if run.status is not EvalStatus.FINISHED:
        counted.append(Row("Until it is finished, “better” takes evidence that holds whenever one looks (an e-value)."))
    counted.append(Row(f"“Equally good” needs the whole interval within {summary.margin * 100:g} points."))
    sections = [Section("How it was asked", tuple(how))]
    if private:
        sections.append(Section("What stayed here", tuple(private)))
    sections.append(Section("How the figures are made", tuple(counted)))
    at = run.started_at.astimezone()
    return Explanation(
        run.name,
        f"{words.count(run.case_count, 'case')} · {state_words(run)} · {at.day} {at:%B %Y, %H:%M}",
        tuple(sections),
        (f"{data}, {at.day} {at:%B %Y}. SHA-256 {run.dataset_hash[:12]}…",),
        tuple(actions),
    )


def case_explanation(shown: CaseShown, name_of: NameOf) -> Explanation:
    """What was asked, what was expected, and how each model did; the page shows the answers side by side."""
    sections = []
    if shown.case is None:
        sections.append(
            Section("Asked", (Row("The data file is not at hand; open it to read the question here.", Tone.CAUTION),))
        )
    else:
        sections.append(Section("Asked", (Row(plain(shown.case.input), icon="question"),)))
        sections.append(Section("Expected", (Row(plain(shown.case.expected), icon="arrow-right"),)))
    for model in dict.fromkeys(result.model_id for result in shown.results):
        rows = [row for result in shown.of(model) for row in _result_rows(result, shown.overruled(result))]
        sections.append(Section(name_of(model), tuple(rows)))
    sensitive = any(result.sensitive for result in shown.results)
    parts = ["sensitive, stays on this machine" if sensitive else ""]
    if shown.case is not None and shown.case.source_document:
        parts.append(shown.case.source_document)
    line = f"line {shown.case.line}" if shown.case is not None and shown.case.line else ""
    return Explanation(shown.case_id, " · ".join(part for part in (*parts, line) if part), tuple(sections))


def _result_rows(result: CaseResult, by_hand: float | None) -> list[Row]:
    if result.outcome not in (CaseOutcome.SCORED, CaseOutcome.UNSCORED):
        tone = Tone.CAUTION if result.outcome is CaseOutcome.ERROR else Tone.NEUTRAL
        return [Row(plain(result.error), tone)]
    if result.score is None and by_hand is None:
        return [Row(plain(result.answer) or "(it said nothing)"), Row(plain(result.error), Tone.CAUTION)]
    counts = by_hand if by_hand is not None else result.score or 0.0
    found = [Row(plain(result.answer) or "(it said nothing)", Tone.GOOD if counts >= 1.0 else Tone.BAD)]
    if by_hand is not None:
        found.append(Row(f"{share_word(by_hand)}, by hand", icon="edit"))
    found.append(Row(f"{score_word(result)}: {plain(result.why or result.error)}", icon="info"))
    if result.total_s is not None and result.tokens_out is not None:
        found.append(Row(f"{words.count(result.tokens_out, 'token')} in {words.seconds(result.total_s)}", icon="clock"))
    return found


def score_word(result: CaseResult | None) -> str:
    """ "right", "wrong", a share for a graded score, "error", "withheld", "—" when it was not asked."""
    if result is None:
        return words.UNKNOWN_FIGURE
    if result.score is None:
        return result.outcome.value
    return share_word(result.score)


def share_word(score: float) -> str:
    """ "right", "wrong", "40 % right"."""
    return ("right" if score else "wrong") if score in (0.0, 1.0) else f"{score * 100:.0f} % right"


def plain(text: str) -> str:
    """Somebody else's text, to be shown as it is: no bold, and not without end."""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters in all)"
    return shown.replace("**", "*\N{WORD JOINER}*")
