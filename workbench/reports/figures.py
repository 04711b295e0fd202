"""What was computed, as JSON-ready values, unrounded: the one place that knows the shapes of cli.md.

A report carries them and rounds them for its text; the command line prints them rounded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from workbench.domain.basis import Basis
    from workbench.domain.decision import Condition, Decision
    from workbench.domain.evals import (
        CaseResult,
        EvalRun,
        EvalSlice,
        EvalSummary,
        ModelSummary,
        PairSummary,
        Percentiles,
        RunsCompared,
    )
    from workbench.domain.evidence import Quality
    from workbench.domain.figures import Estimate, Figure
    from workbench.domain.insight import Insights
    from workbench.domain.option import Option, OptionSet
    from workbench.domain.verdict import Conflict, FiredRule, Reason, Relaxation, Shortlist, Verdict
    from workbench.reports.document import JsonValue, SectionId
    from workbench.reports.material import Material

Shape: TypeAlias = "Mapping[str, JsonValue]"


def figures_of(material: Material, leave_out: frozenset[SectionId] = frozenset()) -> Shape:
    """Everything the report's numbers come from, ready for JSON, without those of sections that are left out."""
    scenario = material.scenario

    def told(section: str) -> bool:
        return section not in leave_out

    return {
        "scenario": {"id": scenario.id, "name": scenario.name, "version": scenario.version},
        "made_on": material.made_on,
        "workbench": material.version,
        "catalog": {"collected": material.catalog.collected, "fingerprint": material.catalog.fingerprint},
        "seed": material.seed,
        "decision": decision_shape(scenario.decision) if scenario.decision else None,
        "answers": {question: _plain(value) for question, value in scenario.answers.items()} if told("context") else {},
        "criteria": [
            {"id": c.id, "title": c.title, "unit": c.unit, "worst": c.worst, "best": c.best, "points": c.points}
            for c in material.option_set.criteria
        ],
        "options": options_shape(material.option_set, scenario.name),
        "cost_model": cost_model(material),
        "shortlist": shortlist_shape(material.shortlist, scenario.name)
        if told("shortlist") or told("every-verdict")
        else None,
        "evals": [eval_shape(found.run, found.summary) for found in material.evals] if told("evidence") else [],
        "cases": [_case(row) for found in material.evals for row in found.results] if told("cases") else [],
        "votes": value_shape(material.preferences) if material.preferences and told("evidence") else None,
        "left_the_machine": {"sentence": material.outflow.sentence, "bytes": material.outflow.sent_bytes}
        if told("privacy")
        else None,
    }


def cost_model(material: Material) -> Shape:
    """What every total is computed from: paid once, then every month; the growing part grows by a rate a month."""
    from workbench.analysis.options import Horizon, cost_line

    found = material.option_set
    horizon = Horizon(found.horizon_months, found.discount_rate, material.requirements.workload.growth_per_month)
    lines = [(option, cost_line(option, horizon)) for option in found.options]
    return {
        "months": found.horizon_months,
        "discount_rate": found.discount_rate,
        "growth_month": horizon.growth_per_month,
        "options": [
            {
                "id": option.id,
                "name": option.name,
                "setup_usd": line.setup_usd,
                "run_usd_month": line.run_usd_month,
                "growing_usd_month": line.growing_usd_month,
            }
            for option, line in lines
            if line is not None
        ],
    }


def _case(row: CaseResult) -> Shape:
    return {
        "eval": row.eval_run_id,
        "case": row.case_id,
        "model": row.model_id,
        "scorer": row.scorer,
        "outcome": row.outcome.value,
        "score": row.score,
    }


def decision_shape(decision: Decision) -> Shape:
    """A decision record."""
    return {
        "option": decision.option,
        "because": decision.because,
        "status": decision.status.value,
        "decided_at": decision.decided_at,
        "review_on": decision.review_on,
        "deciders": list(decision.deciders),
        "consulted": list(decision.consulted),
        "informed": list(decision.informed),
        "risks": [{"text": r.text, "owner": r.owner, "mitigation": r.mitigation} for r in decision.risks],
        "dissent": decision.dissent,
        "triggers": [trigger.text for trigger in decision.triggers],
        "confirmation": decision.confirmation,
        "conditions": [_condition(trigger) for trigger in decision.triggers],
        "thresholds": [_condition(threshold) for threshold in decision.thresholds],
        "rejections": [{"option": each.option, "why": each.why} for each in decision.rejections],
        "consequences": [{"text": each.text, "effect": each.effect.value} for each in decision.consequences],
        "signatures": [
            {"name": each.name, "role": each.role, "signed_at": each.signed_at, "sha256": each.digest}
            for each in decision.sign_offs
        ],
        "basis": _basis(decision.basis) if decision.basis else None,
    }


def _condition(condition: Condition) -> Shape:
    return {
        "text": condition.text,
        "watch": condition.watch.value,
        "subject": condition.subject,
        "above": condition.above,
        "below": condition.below,
    }


def _basis(basis: Basis) -> Shape:
    return {
        "computed_on": basis.computed_on,
        "catalog": {"collected": basis.collected, "fingerprint": basis.catalog},
        "recommended": basis.recommended,
        "requests_per_day": basis.requests_per_day,
        "options": [
            {
                "id": option.id,
                "score": option.score,
                "figures": dict(option.figures),
                "excluded_by": list(option.excluded_by),
            }
            for option in basis.options
        ],
        "prices": [
            {
                "offer": price.offer,
                "input_usd_per_mtok": price.input_usd_per_mtok,
                "output_usd_per_mtok": price.output_usd_per_mtok,
            }
            for price in basis.prices
        ],
    }


def options_shape(found: OptionSet, scenario_name: str) -> Shape:
    """The option set as `workbench options --json` prints it."""
    return {
        "scenario": scenario_name,
        "scenario_id": found.scenario_id,
        "options": [_option(option) for option in found.options],
        "recommended": found.recommendation.option,
        "because": found.recommendation.because,
        "recommendation": {"sentence": found.recommendation.sentence, "detail": found.recommendation.detail},
        "crossovers": [
            {"a": c.a, "b": c.b, "months": c.months, "months_discounted": c.months_discounted} for c in found.crossovers
        ],
        "flips": [
            {"input": f.input, "option": f.option, "now": f.now, "at": f.at, "winner": f.winner, "text": f.text}
            for f in found.flips
        ],
        "breakeven": [
            {"offer": b.offer, "self_host": b.self_host, "requests_per_day": b.requests_per_day, "text": b.text}
            for b in found.breakevens
        ],
        "adaptation": {
            "technique": found.adaptation.technique.value,
            "reasons": list(found.adaptation.reasons),
            "rungs": [value_shape(rung) for rung in found.adaptation.rungs],
        },
        "horizon_months": found.horizon_months,
        "discount_rate": found.discount_rate,
        "notes": list(found.notes),
        "conflicts": [conflict_shape(item) for item in found.conflicts],
        "relax": [_relaxation(item) for item in found.relaxations],
    }


def shortlist_shape(found: Shortlist, scenario_name: str) -> Shape:
    """The shortlist as `workbench shortlist --json` prints it."""
    return {
        "scenario": scenario_name,
        "scenario_id": found.scenario_id,
        "sentence": found.sentence,
        "category": [category.id for category in found.categories],
        "kept": found.kept_models,
        "excluded": found.all_models - found.kept_models,
        "removed_by": [{"requirement": key, "models": number} for key, number in found.removed_most],
        "verdicts": [_verdict(verdict) for verdict in found.verdicts],
        "relax": [_relaxation(item) for item in found.relaxations],
        "fired": [_fired(rule) for rule in found.fired],
        "conflicts": [conflict_shape(item) for item in found.conflicts],
    }


def insights_shape(found: Insights) -> Shape:
    """What stands behind the options, part by part, with the names of `domain.insight`; nothing is left out."""
    return {part.name: _deep(getattr(found, part.name)) for part in fields(found)}


def value_shape(value: object) -> JsonValue:
    """Any frozen value of the domain as JSON, field by field."""
    return _deep(value)


def _deep(value: object) -> JsonValue:
    """A frozen value as JSON: its fields by name; numbers without end become null ("never")."""
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: _deep(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple | list):
        return [_deep(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _deep(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else _plain(value)


def conflict_shape(item: Conflict) -> Shape:
    """Requirements that pull against each other, by their number, with the way out."""
    return {
        "number": item.number,
        "title": item.title,
        "text": item.text,
        "way_out": item.way_out,
        "requirements": list(item.requirements),
    }


def _relaxation(item: Relaxation) -> Shape:
    return {
        "requirement": item.requirement,
        "from": item.before,
        "to": item.after,
        "gains": item.gains,
        "text": item.text,
        "answers": {question: _plain(value) for question, value in item.answers.items()},
    }


def _fired(rule: FiredRule) -> Shape:
    return {
        "rule": rule.id,
        "tier": rule.tier,
        "title": rule.title,
        "condition": rule.condition,
        "effect": rule.effect,
        "source": rule.source,
        "as_of": rule.as_of,
        "kept": rule.kept,
        "warned": rule.warned,
        "excluded": rule.excluded,
        "excluded_first": rule.excluded_first,
    }


def eval_shape(run: EvalRun, summary: EvalSummary) -> Shape:
    """An eval as `workbench eval results --json` prints it; shares and differences in 0 to 1."""
    return {
        "eval": run.id,
        "name": run.name,
        "status": run.status.value,
        "dataset": run.dataset_name,
        "dataset_sha256": run.dataset_hash,
        "cases": summary.case_count,
        "margin": summary.margin,
        "models": [_model(model) for model in summary.models],
        "pairs": [pair_shape(pair) for pair in summary.pairs],
        "slices": [slice_shape(found) for found in summary.slices],
        "slice_comparisons": summary.slice_tests,
        "slices_left_out": summary.slices_left_out,
    }


def slice_shape(found: EvalSlice) -> Shape:
    """The cases of one tag; `p_adjusted` counts the pairs of all tags together."""
    return {
        "tag": found.tag,
        "scorer": found.scorer,
        "n": found.n,
        "models": [{"model": m.model_id, "n": m.n, "mean": m.mean, "low": m.low, "high": m.high} for m in found.models],
        "pairs": [pair_shape(pair) for pair in found.pairs],
    }


def runs_shape(found: RunsCompared) -> Shape:
    """One model in two runs: the difference is that of the later run less the earlier one."""
    return {
        "model": found.model_id,
        "before": found.before,
        "after": found.after,
        "gained": list(found.gained),
        "lost": list(found.lost),
        "kept": found.kept,
        **{name: value for name, value in pair_shape(found.pair).items() if name not in ("a", "b")},
    }


def pair_shape(pair: PairSummary) -> Shape:
    """Two models of an eval under one scorer."""
    return {
        "a": pair.a,
        "b": pair.b,
        "scorer": pair.scorer,
        "n": pair.n,
        "difference": pair.difference,
        "low": pair.low,
        "high": pair.high,
        "p": pair.p,
        "p_adjusted": pair.p_adjusted,
        "verdict": pair.verdict.value,
        "only_a": pair.only_a,
        "only_b": pair.only_b,
        "method": pair.method,
    }


def range_shape(value: Estimate) -> Shape:
    """A figure as low, likely and high."""
    return {"low": value.low, "likely": value.likely, "high": value.high}


def _option(option: Option) -> Shape:
    return {
        "id": option.id,
        "name": option.name,
        "strategy": option.draft.strategy.value,
        "setup_usd": _likely(option.figures.get("setup_usd")),
        "monthly_usd": _likely(option.figures.get("monthly_usd")),
        "weeks": _likely(option.figures.get("weeks")),
        "figures": {name: _figure(figure) for name, figure in option.figures.items()},
        "score": option.score,
        "score_low": option.score_low,
        "score_high": option.score_high,
        "best_probability": option.best_probability,
        "cheapest_probability": option.cheapest_probability,
        "contributions": dict(option.contributions),
        "tco_usd": {str(months): value for months, value in option.tco_usd.items()},
        "tco_discounted_usd": {str(months): value for months, value in option.tco_discounted_usd.items()},
        "excluded_by": [reason.rule for reason in option.excluded_by],
        "reasons": [_reason(reason) for reason in option.reasons],
    }


def _likely(figure: Figure | None) -> float | None:
    return None if figure is None else figure.likely


def _figure(figure: Figure) -> Shape:
    return {**range_shape(figure.value), "origin": figure.origin.value, "source": figure.source, "as_of": figure.as_of}


def _reason(reason: Reason) -> Shape:
    return {
        "rule": reason.rule,
        "tier": reason.tier,
        "kept": reason.kept,
        "warning": reason.warning,
        "text": reason.text,
        "asked": reason.asked,
        "offered": reason.offered,
        "source": reason.source,
        "requirement": reason.requirement,
    }


def _verdict(verdict: Verdict) -> Shape:
    return {
        "model": verdict.model_id,
        "name": verdict.model_name,
        "offer": verdict.offer,
        "hosting": verdict.hosting.value,
        "kept": verdict.kept,
        "reasons": [_reason(reason) for reason in verdict.reasons],
        "monthly_usd": range_shape(verdict.monthly_usd) if verdict.monthly_usd else None,
        "quality": _quality(verdict.quality) if verdict.quality else None,
    }


def _quality(found: Quality) -> Shape:
    return {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "basis": found.basis,
        "n": found.n,
        "label": found.label,
        "behind": [value_shape(row) for row in found.behind],
    }


def _model(model: ModelSummary) -> Shape:
    return {
        "model": model.model_id,
        "scorer": model.scorer,
        "n": model.n,
        "mean": model.mean,
        "low": model.low,
        "high": model.high,
        "errors": model.errors,
        "withheld": model.withheld,
        "unscored": model.unscored,
        "cut": model.cut,
        "right": model.right,
        "method": model.method,
        "ttft_s": {"p50": model.ttft_p50_s, "p95": model.ttft_p95_s, **_ends(model.first_token)},
        "total_s": _waits(model.whole),
        "tokens_per_s": model.tokens_per_s,
        "cost_usd": model.cost_usd,
        "cost_per_case_usd": model.cost_per_case_usd,
        "cost_per_right_usd": {
            "value": model.cost_per_right_usd,
            "low": model.cost_per_right_low_usd,
            "high": model.cost_per_right_high_usd,
        },
    }


def _waits(found: Percentiles | None) -> Shape:
    return {"p50": found.p50 if found else None, "p95": found.p95 if found else None, **_ends(found)}


def _ends(found: Percentiles | None) -> Shape:
    """The intervals of both percentiles; null for an end that too few values bound."""
    p50 = [found.p50_low, found.p50_high] if found else [None, None]
    p95 = [found.p95_low, found.p95_high] if found else [None, None]
    return {"p50_interval": p50, "p95_interval": p95}


def _plain(value: object) -> JsonValue:
    """An answer as JSON: what YAML and the wizard can hold."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, bool | int | float) else str(value)
