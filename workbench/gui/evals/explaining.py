"""What the inspector says of an eval, and of one of its cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.analysis import words
from workbench.domain.evals import CaseOutcome, CaseResult, EvalRun, EvalSummary
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.theme import Tone
from workbench.services.eval_words import CaseRow, NameOf

LONGEST = 1_500


def run_explanation(
    run: EvalRun,
    summary: EvalSummary,
    rows: Sequence[CaseRow],
    *,
    scorer_words: Callable[[str], str],
    actions: Sequence[InspectorAction] = (),
) -> Explanation:
    """How the figures of a run came about."""
    how = [Row(f"Scored by {scorer_words(name)}") for name in run.scorers]
    if run.system_prompt:
        how.append(Row(f"Instruction: {plain(run.system_prompt)}"))
    sampling = run.sampling
    how.append(Row(f"Temperature {sampling.temperature:g}, answers up to {words.tokens(sampling.max_tokens)}"))
    sensitive = sum(row.sensitive for row in rows)
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
    counted.append(Row(f"“Equally good” needs the whole interval within {summary.margin * 100:g} points."))
    sections = [Section("How it was asked", tuple(how))]
    if private:
        sections.append(Section("What stayed here", tuple(private)))
    sections.append(Section("How the figures are made", tuple(counted)))
    at = run.started_at.astimezone()
    return Explanation(
        run.name,
        f"{words.count(run.case_count, 'case')} · {run.status.value} · {at.day} {at:%B %Y, %H:%M}",
        tuple(sections),
        (f"{run.dataset_name}, {at.day} {at:%B %Y}. SHA-256 {run.dataset_hash[:12]}…",),
        tuple(actions),
    )


def case_explanation(row: CaseRow, name_of: NameOf) -> Explanation:
    """What was asked, what was expected, and why each model got its score."""
    sections = []
    if row.case is None:
        sections.append(
            Section("Asked", (Row("The data file is not at hand; open it to read the question here.", Tone.CAUTION),))
        )
    else:
        sections.append(Section("Asked", (Row(plain(row.case.input), icon="question"),)))
        sections.append(Section("Expected", (Row(plain(row.case.expected), icon="arrow-right"),)))
    sections += [Section(name_of(model), tuple(_result_rows(result))) for model, result in row.results.items()]
    parts = ["sensitive, stays on this machine" if row.sensitive else ""]
    if row.case is not None and row.case.source_document:
        parts.append(row.case.source_document)
    line = f"line {row.case.line}" if row.case is not None and row.case.line else ""
    return Explanation(row.case_id, " · ".join(part for part in (*parts, line) if part), tuple(sections))


def _result_rows(result: CaseResult) -> list[Row]:
    if result.outcome is not CaseOutcome.SCORED:
        tone = Tone.CAUTION if result.outcome is CaseOutcome.ERROR else Tone.NEUTRAL
        return [Row(plain(result.error), tone)]
    right = (result.score or 0.0) >= 1.0
    found = [
        Row(plain(result.answer) or "(it said nothing)", Tone.GOOD if right else Tone.BAD),
        Row(f"{score_word(result)}: {plain(result.why)}", icon="info"),
    ]
    if result.total_s is not None and result.tokens_out is not None:
        found.append(Row(f"{words.count(result.tokens_out, 'token')} in {words.seconds(result.total_s)}", icon="clock"))
    return found


def score_word(result: CaseResult | None) -> str:
    """ "right", "wrong", a share for a graded score, "error", "withheld", "—" when it was not asked."""
    if result is None:
        return words.UNKNOWN_FIGURE
    if result.score is None:
        return result.outcome.value
    if result.score in (0.0, 1.0):
        return "right" if result.score else "wrong"
    return f"{result.score * 100:.0f} % right"


def plain(text: str) -> str:
    """Somebody else's text, to be shown as it is: no bold, and not without end."""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters in all)"
    return shown.replace("**", "*\N{WORD JOINER}*")
