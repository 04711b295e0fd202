"""The knowledge assistant of methods.md 1.2 and 2.2 as report material, so that reports are tested without services."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from workbench.analysis.chartspec import Axis, Bar, Bars, Chart, Colour, Line, Marker, Point, Points, Region, Shape
from workbench.domain.catalog import Catalog
from workbench.domain.criterion import DEFAULT_CRITERIA
from workbench.domain.decision import Condition, Decision, DecisionStatus, Risk, Watch
from workbench.domain.evals import (
    CaseOutcome,
    CaseResult,
    EvalRun,
    EvalStatus,
    EvalSummary,
    ModelSummary,
    PairSummary,
    PairVerdict,
)
from workbench.domain.evidence import Answer, Comparison, Quality
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.insight import Section as InsightSection
from workbench.domain.option import (
    Adaptation,
    BreakEven,
    Crossover,
    DataFlow,
    Flip,
    ModelRole,
    Option,
    OptionDraft,
    OptionSet,
    Recommendation,
    Strategy,
    Technique,
)
from workbench.domain.questions import requirements_from
from workbench.domain.scenario import AnswerValue, Scenario
from workbench.domain.verdict import Category, Hosting, Reason, Relaxation, Shortlist, Verdict
from workbench.reports.material import EvalEvidence, Material, Outflow
from workbench.services.eval_words import eval_chart

AT = datetime(2026, 11, 19, 10, 42, tzinfo=UTC)
ANSWERS: dict[str, AnswerValue] = {
    "job": "Answer employees' questions from internal documents",
    "tasks": ["answering"],
    "requests_per_day": {"low": 5_000.0, "likely": 9_700.0, "high": 15_000.0},
    "tokens_in": {"low": 2_000.0, "likely": 3_000.0, "high": 4_000.0},
    "tokens_out": {"low": 300.0, "likely": 400.0, "high": 600.0},
    "sensitivity": "confidential",
    "third_party": "sensitive-stays",
    "sensitive_share": 0.3,
    "quality_target": 80,
    "monthly_cap_usd": 4_000,
    "weeks_limit": 12,
    "horizon_months": 36,
    "discount_rate": 0.08,
    "staff_fte": "unknown",
}
CATALOG = Catalog((), (), (), (), (), (), collected="2026-11-10", fingerprint="3f9a" * 16)
NO_CONFIDENTIAL = "No confidential text to a third party"
LIVE_IN_12 = "Live within 12 weeks"


def _reason(kept: bool, rule: str, text: str, asked: str, requirement: str, tier: int = 0) -> Reason:
    return Reason(rule, tier, kept, text, asked, "", "your answer", requirement)


def _option(
    key: str,
    name: str,
    strategy: Strategy,
    flow: DataFlow,
    raw: tuple[float, ...],
    score: float,
    best: float,
    reasons: tuple[Reason, ...],
    parts: tuple[float, ...],
    models: tuple[ModelRole, ...],
    summary: str,
) -> Option:
    names = ("setup_usd", "monthly_usd", "privacy", "weeks", "quality", "independence")
    figures = {
        n: Figure(Estimate.exact(v), Origin.YOURS, "the team's brief", "2026-11-19")
        for n, v in zip(names, raw, strict=True)
    }
    setup, run = raw[0], raw[1]
    draft = OptionDraft(key, name, strategy, summary, models, Technique.RAG, flow, figures)
    i = 1.08 ** (1 / 12) - 1
    return Option(
        draft=draft,
        figures=figures,
        tco_usd={t: setup + run * t for t in (12, 24, 36, 48, 60)},
        tco_discounted_usd={t: setup + run * (1 - (1 + i) ** -t) / i for t in (12, 24, 36, 48, 60)},
        reasons=reasons,
        score=score,
        score_low=score,
        score_high=score,
        contributions=dict(zip(names, parts, strict=True)),
        best_probability=best,
        usage_usd_month={Strategy.BUY: run, Strategy.BUILD: 0.0, Strategy.BLEND: 640.0}[strategy],
    )


def _options() -> tuple[Option, ...]:
    llama, claude = "meta/llama-4-scout", "anthropic/claude-sonnet-4-6"
    stays = _reason(True, "R0.5", "Confidential text stays on your own server.", NO_CONFIDENTIAL, "third_party")
    leaves = _reason(False, "R0.1", "Confidential text goes to a third party.", NO_CONFIDENTIAL, "third_party")

    def weeks(n: int) -> Reason:
        within = "within" if n <= 12 else "over"
        return _reason(n <= 12, "R2.2", f"Live in {n} weeks, {within} your limit of 12.", LIVE_IN_12, "weeks_limit", 2)

    return (
        _option(
            "A",
            "Claude API + RAG",
            Strategy.BUY,
            DataFlow.ALL_LEAVES,
            (15_000, 3_200, 0, 6, 90, 20),
            0.4250,
            0.0,
            (leaves, weeks(6)),
            (0.075, 0.0392, 0, 0.1225, 0.1647, 0.0235),
            (ModelRole(claude, "anthropic", "everything", 1.0),),
            "Claude answers every question; retrieval finds the passages.",
        ),
        _option(
            "B",
            "Llama 4 self-hosted + RAG",
            Strategy.BUILD,
            DataFlow.NOTHING_LEAVES,
            (80_000, 1_800, 100, 14, 75, 90),
            0.6529,
            0.391,
            (stays, weeks(14)),
            (0.0176, 0.1078, 0.2941, 0.0245, 0.1029, 0.1059),
            (ModelRole(llama, "self-host:h100x1", "everything", 1.0),),
            "Llama 4 on your own server answers everything.",
        ),
        _option(
            "C",
            "Blend: Llama 4, Claude for complex",
            Strategy.BLEND,
            DataFlow.CLEAN_LEAVES,
            (55_000, 2_100, 80, 10, 85, 70),
            0.6681,
            0.609,
            (stays, weeks(10)),
            (0.0397, 0.0931, 0.2353, 0.0735, 0.1441, 0.0824),
            (
                ModelRole(llama, "self-host:h100x1", "standard and all sensitive questions", 0.8),
                ModelRole(claude, "anthropic", "complex questions without sensitive text", 0.2),
            ),
            "Llama 4 on your own server for most questions; Claude for complex ones without sensitive text.",
        ),
    )


def _flip(name: str, option: str, now: float, at: float, text: str) -> Flip:
    return Flip(name, option, now, at, "B", text)


OPTION_SET = OptionSet(
    scenario_id="0192f0c1",
    options=_options(),
    recommendation=Recommendation(
        "C",
        "constraints",
        "C, the blend, is the only option inside your limits.",
        "A sends confidential text out; B needs 14 weeks, you allow 12. On points alone C leads B by a hair "
        "(0.668 to 0.653): the limits carry this decision, not the score.",
    ),
    criteria=DEFAULT_CRITERIA,
    crossovers=(
        Crossover("A", "C", 40_000 / 1_100, 41.56),
        Crossover("A", "B", 65_000 / 1_400, 55.33),
        Crossover("C", "B", 25_000 / 300, 119.79),
    ),
    flips=(
        _flip("weeks", "C", 10, 11.2, "C takes longer than 11.2 weeks to launch."),
        _flip("monthly_usd", "C", 2_100, 2_410, "C costs more than $2,410 a month."),
        _flip("setup_usd", "C", 55_000, 72_222, "C costs more than $72,222 to set up."),
        _flip("privacy", "", 0.2941, 0.3440, "Privacy weighs more than 34.4 %."),
    ),
    breakevens=(
        BreakEven(
            "anthropic",
            "self-host:h100x1",
            82_000.0,
            "From about 82,000 requests a day own servers cost less than Claude Sonnet 4.6.",
        ),
    ),
    adaptation=Adaptation(
        Technique.RAG,
        ("The facts are private and change: retrieve them.", "No skill gap was measured, so no fine-tuning."),
    ),
    notes=("0.09 of a full-time operator erases C's saving over A; none was entered.",),
    horizon_months=36,
    discount_rate=0.08,
)

DECISION = Decision(
    option="C",
    because="confidential HR and finance text stays on our own server, it is live within the 12 weeks we have, and it "
    "runs 34 % cheaper than the API alone.",
    status=DecisionStatus.ACCEPTED,
    decided_at="2026-11-19",
    review_on="2027-05-19",
    deciders=("Amira Haddad (product)", "Jonas Weber (engineering)"),
    consulted=("Legal", "Works council"),
    informed=("All staff",),
    risks=(
        Risk(
            "A sensitive question is routed to the API by mistake.",
            "Jonas Weber",
            "Route by document label; test with 50 marked cases.",
        ),
        Risk("Two stacks on call.", "Platform team", "One on-call rota, API as the fallback for clean questions only."),
    ),
    dissent="Finance would have started with A for a quarter.",
    triggers=(
        Condition("C's running cost passes $2,410 a month.", Watch.MONTHLY_COST, "C", above=2_410),
        Condition("Claude Sonnet 4.6 is announced to shut down.", Watch.SHUTDOWN, "anthropic/claude-sonnet-4-6"),
    ),
    confirmation="Each quarter the 150 cases are run again; at least 80 of 100 answers must be right.",
)


def chart_of_tradeoffs() -> Chart:
    spots = (("Claude Sonnet 4.6", 3_200, 90), ("Llama 4 Scout, own server", 1_800, 75), ("Gemini Flash", 650, 74))
    points = tuple(Point(n, x, y, n, y_low=y - 4, y_high=y + 3, labelled=True) for n, x, y in spots)
    return Chart(
        "Cost against quality",
        "Monthly cost against quality of three models and the blend; the blend lies between them.",
        Axis("cost a month at 9,700 requests a day (each step is 3×)", "$", log=True),
        Axis("Quality, 0 to 100, with intervals"),
        (
            Region("below the bar you set (80)", y_high=80),
            Line("Best quality for the money", (650, 1_800, 2_100, 3_200), (74, 75, 85, 90), Colour.BLUE),
            Points("Models", points, Colour.BLUE, Shape.CIRCLE),
            Points(
                "Blend",
                (Point("C", 2_100, 85, "C: blend", y_low=82, y_high=88, labelled=True),),
                Colour.ORANGE,
                Shape.DIAMOND,
            ),
        ),
        columns=("Way", "USD a month", "Quality"),
        rows=tuple((n, f"{x:,}", str(y)) for n, x, y in (*spots, ("C: blend", 2_100, 85))),
    )


def chart_of_costs() -> Chart:
    months = tuple(float(m) for m in range(61))
    lines = tuple(
        Line(key, months, tuple(setup + run * m for m in months), colour, labelled=True)
        for key, setup, run, colour in (
            ("A", 15_000, 3_200, Colour.VERMILION),
            ("B", 80_000, 1_800, Colour.GREEN),
            ("C", 55_000, 2_100, Colour.ORANGE),
        )
    )
    return Chart(
        "Cumulative cost",
        "C overtakes A in month 37, B overtakes A in month 47.",
        Axis("months after the start"),
        Axis("Cost so far, not discounted", "$", low=0),
        (*lines, Marker("C overtakes A in month 37", 36.36), Marker("B overtakes A in month 47", 46.43)),
        columns=("Month", "A", "B", "C"),
        rows=(("36", "$130,200", "$144,800", "$130,600"),),
    )


def chart_of_swings() -> Chart:
    bars = (
        Bar("1", "A's running cost", -80_000, 36_000),
        Bar("2", "C's running cost", -18_000, 54_000),
        Bar("3", "C's set-up", -15_000, 30_000),
    )
    return Chart(
        "What moves C against A",
        "A's running cost moves it most.",
        Axis("C minus A over 36 months (USD)", "$"),
        Axis(""),
        (Bars("", bars, base=400, low_label="C cheaper", high_label="A cheaper"),),
        columns=("Input", "Low", "High"),
        rows=tuple((b.label, f"{b.low:,.0f}", f"{b.high:,.0f}") for b in bars),
    )


def eval_evidence() -> EvalEvidence:
    models = ("local/demo-nano", "local/demo-small", "local/demo-large")
    run = EvalRun(
        "0192f0c2",
        "0192f0c1",
        "HR policy questions",
        "knowledge-assistant.csv",
        "ab12" * 16,
        150,
        models,
        ("contains",),
        EvalStatus.FINISHED,
        AT,
        AT,
        system_prompt="Answer from the passage only.",
    )
    figures = (
        (models[0], 0.3467, 0.2753, 0.4258),
        (models[1], 0.7133, 0.6362, 0.7797),
        (models[2], 0.9067, 0.8485, 0.9447),
    )
    summaries = tuple(
        ModelSummary(m, "contains", 150, mean, low, high, 0, 0, "Agresti–Coull, 95 %", 40, 0.012, 0.03, 310.0, 0.0)
        for m, mean, low, high in figures
    )
    pairs = (
        PairSummary(models[2], models[0], "contains", 150, 0.56, 0.47, 0.64, 1e-20, 3e-20, PairVerdict.BETTER),
        PairSummary(models[2], models[1], "contains", 150, 0.1933, 0.11, 0.28, 1e-5, 2e-5, PairVerdict.BETTER),
        PairSummary(models[1], models[0], "contains", 150, 0.3667, 0.26, 0.46, 1e-9, 2e-9, PairVerdict.BETTER),
    )
    summary = EvalSummary(run.id, 150, 0.05, summaries, pairs)
    right = {models[0]: 52, models[1]: 107, models[2]: 136}
    results = tuple(
        CaseResult(run.id, f"case-{case:03}", m, "contains", CaseOutcome.SCORED, "An answer.", float(case < right[m]))
        for case in range(150)
        for m in models
    )
    return EvalEvidence(run, summary, (eval_chart(summary, "contains", str, target=0.8),), results)


def comparison() -> Comparison:
    answers = (
        Answer("local/demo-small", "25 days a year.", "stop", 0.011, 320.0, 96, 8, 0.05, 0.0, 42_000_000),
        Answer(
            "local/demo-large", "You have 25 days of leave a year.", "stop", 0.03, 120.0, 96, 11, 0.12, 0.0, 88_000_000
        ),
    )
    return Comparison(
        "0192f0c3", "0192f0c1", AT.isoformat(), "Answer from the passage.", "How many days of leave do I have?", answers
    )


def shortlist() -> Shortlist:
    out = _reason(
        False,
        "R0.1",
        "Hosted by a third party; your sensitive data must stay local.",
        "sensitive part stays",
        "third_party",
    )
    slow = _reason(
        False, "R1.1", "Its context of 4,096 tokens is below the 8,000 you need.", "8,000 tokens", "context_tokens", 1
    )
    kept = Verdict(
        "meta/llama-4-scout",
        "Llama 4 Scout",
        "self-host:h100x1",
        "1× H100, own server",
        Hosting.SELF_HOST,
        True,
        (),
        Estimate(1_600, 1_825, 3_600),
        Quality(75, 70, 80, "public benchmarks", 6, "6 public benchmarks, to November 2026"),
    )
    verdicts = (
        kept,
        Verdict(
            "anthropic/claude-opus-4-6",
            "Claude Opus 4.6",
            "anthropic",
            "Anthropic API",
            Hosting.API,
            False,
            (out,),
            Estimate.exact(6_000),
            None,
        ),
        Verdict(
            "old/model",
            "Old model",
            "self-host:h100x1",
            "1× H100, own server",
            Hosting.SELF_HOST,
            False,
            (slow,),
            None,
            None,
        ),
    )
    return Shortlist(
        "0192f0c1",
        (Category("C3", "Data must stay local", "Open weights on your own servers: nothing leaves."),),
        verdicts,
        (
            Relaxation(
                "context_tokens",
                "8,000",
                "4,000",
                1,
                "Accept 4,000 tokens of context and 1 more model qualifies.",
                {"context_tokens": 4_000},
            ),
        ),
        1,
        3,
        (("third_party", 1), ("context_tokens", 1)),
        "1 of 3 models qualifies. Data sensitivity removed most (1).",
    )


def second_opinions() -> InsightSection:
    return InsightSection(
        "second-opinion",
        "Second opinions",
        "4 of 5 other ways put C first; not so PROMETHEE II (B).",
        ("by", "A", "B", "C", "first"),
        (("your points", "0.425", "0.653", "0.668", "C"), ("PROMETHEE II", "−0.118", "0.118", "0.000", "B")),
        "TOPSIS and PROMETHEE II can change their mind when an option nobody would take is added; the score cannot.",
    )


def scenario() -> Scenario:
    return Scenario("0192f0c1", "Knowledge assistant", AT, AT, ANSWERS, decision=DECISION, version=4)


def material() -> Material:
    """Everything filled in."""
    found = scenario()
    return Material(
        scenario=found,
        requirements=requirements_from(found.answers),
        shortlist=shortlist(),
        option_set=OPTION_SET,
        catalog=CATALOG,
        outflow=Outflow("Every model asked so far runs on this machine; 0 bytes were sent to any other.", 0),
        version="0.1.0",
        made_on="2026-11-21",
        seed=7,
        charts={"tradeoffs": chart_of_tradeoffs(), "cumulative": chart_of_costs(), "tornado": chart_of_swings()},
        quality_sentence="The blend gives 85 of 100 for about $2.1k a month.",
        quality_basis="your eval “HR policy questions”, 150 cases, 19 November 2026",
        evals=(eval_evidence(),),
        comparisons=(comparison(),),
        behind=(second_opinions(),),
    )


def bare_material() -> Material:
    """A scenario in which nothing is filled in."""
    found = Scenario("0192f0d0", "Untitled", AT, AT)
    empty = replace(
        OPTION_SET,
        options=(),
        crossovers=(),
        flips=(),
        breakevens=(),
        notes=(),
        recommendation=Recommendation("", "", "There is no option yet.", ""),
    )
    return replace(
        material(),
        scenario=found,
        requirements=requirements_from({}),
        option_set=empty,
        shortlist=Shortlist("0192f0d0", (), (), (), 0, 0, (), "No model has been checked yet."),
        charts={},
        behind=(),
        quality_sentence="",
        quality_basis="",
        evals=(),
        comparisons=(),
    )
