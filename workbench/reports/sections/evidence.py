"""Evidence: the team's own eval with intervals and verdict words, prompts side by side, public benchmarks."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.analysis import words
from workbench.domain.evals import CaseOutcome, CaseResult, ModelSummary, PairSummary, PairVerdict
from workbench.domain.evidence import Answer, Comparison
from workbench.domain.model import Model, Score
from workbench.domain.votes import Preferences
from workbench.reports.document import (
    Block,
    Cell,
    Column,
    Length,
    Mark,
    Paragraph,
    Part,
    Picture,
    Section,
    SectionId,
    Source,
    Table,
    Verbatim,
)
from workbench.reports.material import EvalEvidence, Material
from workbench.reports.numbers import percent, signed_points

_VERDICT_MARKS = {
    PairVerdict.BETTER: Mark.GOOD,
    PairVerdict.WORSE: Mark.BAD,
    PairVerdict.EQUIVALENT: None,
    PairVerdict.NOT_SHOWN: Mark.CAUTION,
}
_COMPARISONS_SHOWN = 3


def evidence(material: Material, length: Length) -> Section:
    """What was measured by the team first; what others published after it."""
    lead: tuple[Block, ...] = ()
    if not material.evals:
        text = "Nobody has run an eval of the team's own cases yet. A benchmark says little about them."
        lead = (Paragraph(text),)
    if length is Length.PAGE:
        told = tuple(Paragraph(_in_a_sentence(found, material)) for found in material.evals[:1])
        return Section(SectionId.EVIDENCE, "Evidence", (*lead, *told))
    parts = [Part(f"The team's own cases: {found.run.name}", _eval(found, material)) for found in material.evals]
    shown = material.comparisons[:_COMPARISONS_SHOWN]
    parts += [Part(f"Side by side, {words.day(shot.at)}", (_answers(shot, material),)) for shot in shown]
    if material.preferences:
        parts.append(Part("Blind votes", _votes(material.preferences, material)))
    if benchmarks := _benchmarks(material):
        parts.append(Part("Public benchmarks of the models in the options", benchmarks))
    return Section(SectionId.EVIDENCE, "Evidence", lead, tuple(parts))


def _in_a_sentence(found: EvalEvidence, material: Material) -> str:
    means = [f"{material.model_name(m.model_id)} {_mean_words(m)}" for m in found.summary.models if m.mean is not None]
    return f"{found.run.name}, {words.count(found.summary.case_count, 'case')}: {'; '.join(means)}."


def _mean_words(model: ModelSummary) -> str:
    return words.UNKNOWN_FIGURE if model.mean is None else f"{percent(model.mean)} ({_interval(model)})"


def _interval(model: ModelSummary) -> str:
    if model.low is None or model.high is None:
        return words.UNKNOWN_FIGURE
    return f"{model.low * 100:.1f}–{model.high * 100:.1f} %"


def _eval(found: EvalEvidence, material: Material) -> tuple[Block, ...]:
    run, summary = found.run, found.summary
    lead = (
        f"{words.count(summary.case_count, 'case')} of {run.dataset_name}, "
        f"asked on {words.day(run.started_at.isoformat())}."
    )
    blocks: list[Block] = [Paragraph(lead), *map(Picture, found.charts), _means(found, material)]
    if summary.pairs:
        blocks.append(_pairs(found, material))
        blocks.append(
            Source(
                "“Better” and “worse” need a test that holds after correction for several comparisons (Holm) and an "
                f"interval without 0; “equivalent” needs the whole interval within ±{summary.margin * 100:g} points, "
                "fixed before the run; anything else is “not shown”."
            )
        )
    blocks += [Paragraph(text, lead=lead) for lead, text in found.notes]
    methods = sorted({model.method for model in summary.models if model.method})
    scorers = words.listed(list(run.scorers))
    blocks.append(
        Source(f"Scored by {scorers}. Intervals: {'; '.join(methods)}. SHA-256 of the cases: {run.dataset_hash}.")
    )
    return tuple(blocks)


def _left_out(model: ModelSummary) -> str:
    """ "2 withheld, 1 without a score"."""
    parts = ((model.withheld, "withheld"), (model.unscored, "without a score"))
    return ", ".join(f"{number:,} {what}" for number, what in parts if number)


def _means(found: EvalEvidence, material: Material) -> Table:
    rows = tuple(
        (
            Cell(material.model_name(model.model_id), note=f"scorer {model.scorer}"),
            Cell(f"{model.n:,}"),
            Cell(words.UNKNOWN_FIGURE if model.mean is None else percent(model.mean), note=_interval(model)),
            Cell(f"{model.errors:,}", note=_left_out(model)),
            Cell(_seconds(model.ttft_p50_s)),
            Cell(words.UNKNOWN_FIGURE if model.tokens_per_s is None else words.rounded(model.tokens_per_s)),
        )
        for model in found.summary.models
    )
    columns = (
        Column("Model"),
        Column("Cases scored", right=True),
        Column("Mean score", unit="95 % interval", right=True),
        Column("Errors", right=True),
        Column("First token", unit="median", right=True),
        Column("Tokens a second", unit="median", right=True),
    )
    return Table(columns, rows)


def _pairs(found: EvalEvidence, material: Material) -> Table:
    rows = tuple(_pair_row(pair, material) for pair in found.summary.pairs)
    columns = (
        Column("Compared"),
        Column("Verdict"),
        Column("Difference", unit="points, 95 % interval", right=True),
        Column("p", unit="Holm", right=True),
    )
    return Table(columns, rows)


def _pair_row(pair: PairSummary, material: Material) -> tuple[Cell, ...]:
    difference, interval = words.UNKNOWN_FIGURE, ""
    if pair.difference is not None and pair.low is not None and pair.high is not None:
        difference = signed_points(pair.difference)
        interval = f"{signed_points(pair.low)} to {signed_points(pair.high)}"
    p = (
        words.UNKNOWN_FIGURE
        if pair.p_adjusted is None
        else "< 0.001"
        if pair.p_adjusted < 0.001
        else f"{pair.p_adjusted:.3f}"
    )
    names = f"{material.model_name(pair.a)} against {material.model_name(pair.b)}"
    verdict = Cell(pair.verdict.value, mark=_VERDICT_MARKS[pair.verdict], strong=True)
    return (Cell(names, note=f"{pair.n:,} cases shared"), verdict, Cell(difference, note=interval), Cell(p))


def _votes(found: Preferences, material: Material) -> tuple[Block, ...]:
    """Which model people prefer when they do not know whose answer is whose."""
    rows = tuple(
        (
            Cell(material.model_name(model.model)),
            Cell(_elo(model.elo), note=f"{_elo(model.low)} to {_elo(model.high)}"),
            Cell(f"{model.votes:,}"),
            Cell(f"{model.wins:,}"),
            Cell(f"{model.ties:,}"),
        )
        for model in found.models
    )
    columns = (
        Column("Model"),
        Column("Preference", unit="Elo points, 95 % interval", right=True),
        Column("Votes", right=True),
        Column("Won", right=True),
        Column("Ties", right=True),
    )
    twice = f" Of {found.repeats:,} pairs shown twice, {found.steady:,} were judged the same again."
    steady = twice if found.repeats else ""
    about = f"{words.count(found.votes, 'vote')} by {words.count(len(found.raters), 'person', 'persons')}.{steady}"
    how = "Strengths by Bradley and Terry; an interval that holds 0 shows no preference."
    if found.virtual_ties:
        how += " The votes alone fix no strengths yet, so half a win was added to both sides of every pair."
    return (Paragraph(about), Table(columns, rows), Source(how))


def _elo(value: float) -> str:
    return f"{value:+.0f}".replace("-", "−")


def prompts(material: Material) -> Section:
    """The annex with every word that was sent and answered, for the comparisons shown among the evidence."""
    parts = [
        Part(f"Side by side, {words.day(shot.at)}", tuple(_comparison(shot, material)))
        for shot in material.comparisons[:_COMPARISONS_SHOWN]
    ]
    parts += [
        Part(f"Instruction of {found.run.name}", (Verbatim("Instruction", found.run.system_prompt),))
        for found in material.evals
        if found.run.system_prompt
    ]
    nothing = () if parts else (Paragraph("No prompt was put to models side by side, and no eval had an instruction."),)
    return Section(SectionId.PROMPTS, "Annex: prompts and answers", nothing, tuple(parts))


def cases(material: Material) -> Section:
    """The annex with the score of every case under every model."""
    parts = [Part(found.run.name, _case_table(found, material)) for found in material.evals if found.results]
    nothing = () if parts else (Paragraph("No eval was run, so there are no cases."),)
    return Section(SectionId.CASES, "Annex: cases and scores", nothing, tuple(parts))


def _case_table(found: EvalEvidence, material: Material) -> tuple[Block, ...]:
    """A row for each case, a column for each model under each scorer."""
    run = found.run
    places = [(model, scorer) for scorer in run.scorers for model in run.model_ids]
    scored: dict[str, dict[tuple[str, str], CaseResult]] = {}
    for result in found.results:
        scored.setdefault(result.case_id, {})[result.model_id, result.scorer] = result
    seen = {(result.outcome, result.score) for result in found.results}
    cells = {(outcome, score): _score(outcome, score) for outcome, score in seen}
    none = Cell(words.UNKNOWN_FIGURE)
    rows = tuple(
        (
            Cell(case),
            *(cells[r.outcome, r.score] if (r := by_place.get(place)) is not None else none for place in places),
        )
        for case, by_place in scored.items()
    )
    several = len(run.scorers) > 1
    columns = (
        Column("Case"),
        *(Column(material.model_name(m), unit=s if several else "score, 0–1", right=True) for m, s in places),
    )
    about = f"{words.count(len(rows), 'case')} of {run.dataset_name}, SHA-256 {run.dataset_hash}."
    return (Paragraph(about), Table(columns, rows))


def _score(outcome: CaseOutcome, score: float | None) -> Cell:
    if outcome is CaseOutcome.ERROR:
        return Cell("error", mark=Mark.BAD)
    if outcome is CaseOutcome.WITHHELD:
        return Cell("not sent")
    return Cell(words.UNKNOWN_FIGURE if score is None else f"{score:.3f}".rstrip("0").rstrip("."))


def _comparison(shot: Comparison, material: Material) -> Iterator[Block]:
    if shot.system:
        yield Verbatim("Instruction", shot.system)
    yield Verbatim("Prompt", shot.prompt)
    yield from (Verbatim(f"Answer of {material.model_name(a.model)}", a.text) for a in shot.answers if a.text)


def _answers(shot: Comparison, material: Material) -> Table:
    rows = tuple(
        (
            Cell(material.model_name(answer.model), note=answer.error_what),
            Cell(_seconds(answer.ttft_s)),
            Cell(words.UNKNOWN_FIGURE if answer.tokens_per_s is None else words.rounded(answer.tokens_per_s)),
            Cell(f"{answer.tokens_in:,} / {answer.tokens_out:,}"),
            _memory(answer),
            Cell(words.usd(answer.cost_usd)),
        )
        for answer in shot.answers
    )
    columns = (
        Column("Model"),
        Column("First token", right=True),
        Column("Tokens a second", right=True),
        Column("Tokens", unit="in / out", right=True),
        Column("Memory", unit="peak", right=True),
        Column("Cost", unit="USD", right=True),
    )
    return Table(columns, rows)


def _memory(answer: Answer) -> Cell:
    if answer.memory_bytes is None:
        return Cell(words.UNKNOWN_FIGURE)
    return Cell(f"{answer.memory_bytes / 1e6:,.0f} MB")


def _seconds(value: float | None) -> str:
    return words.UNKNOWN_FIGURE if value is None else words.seconds(value)


def _benchmarks(material: Material) -> tuple[Block, ...]:
    used = dict.fromkeys(role.model_id for option in material.option_set.options for role in option.draft.models)
    models = [model for model_id in used if (model := material.catalog.model_by_id.get(model_id))]
    rows = tuple(_benchmark_row(model, score, material) for model in models for score in model.scores)
    if not rows:
        return ()
    columns = (Column("Model"), Column("Benchmark"), Column("Score", right=True), Column("As of"), Column("Source"))
    note = "Published by others, on other people's tasks: a first guess, outweighed by every case of your own."
    return (Table(columns, rows), Source(note))


def _benchmark_row(model: Model, score: Score, material: Material) -> tuple[Cell, ...]:
    benchmark = material.catalog.benchmark_by_id.get(score.benchmark)
    value = f"{score.value:g} %" if score.unit == "percent" else f"{score.value:g} {score.unit}"
    width = f"{score.ci95[0]:g}–{score.ci95[1]:g}" if score.ci95 else ""
    name = benchmark.name if benchmark else score.benchmark
    return (
        Cell(model.name),
        Cell(name, note=score.variant or ""),
        Cell(value, note=width),
        Cell(words.day(score.as_of)),
        Cell(score.source),
    )
