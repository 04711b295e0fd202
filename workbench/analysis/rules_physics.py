"""Tier 1: what cannot work (methods.md section 6): modality, context, memory, speed, and models that are going away."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from workbench.analysis.candidates import Candidate
from workbench.analysis.lifecycle import ending_of, ending_words, horizon_end, price_change_words
from workbench.analysis.price_bands import dispute_words
from workbench.analysis.rules import About, Context, Effect, Finding, Rule, excluded, kept, warned
from workbench.analysis.rules_speed import SPEED
from workbench.analysis.selfhost import longest_request
from workbench.analysis.words import count, gigabytes, sorted_list, tokens
from workbench.domain.model import LifecycleStatus, Model, ModelKind
from workbench.domain.requirements import Task
from workbench.domain.verdict import Hosting

_FACTS = "catalog"
_KIND_FOR_TASK = {
    Task.IMAGE_GENERATION: frozenset({ModelKind.IMAGE}),
    Task.SPEECH_TO_TEXT: frozenset({ModelKind.AUDIO_IN, ModelKind.MULTIMODAL}),
    Task.TEXT_TO_SPEECH: frozenset({ModelKind.AUDIO_OUT}),
    Task.SEARCH: frozenset({ModelKind.EMBEDDING}),
}
_TEXT_KINDS = frozenset({ModelKind.LLM, ModelKind.MULTIMODAL, ModelKind.CODE})


_KIND_WORDS = {
    ModelKind.LLM: "a language model",
    ModelKind.MULTIMODAL: "a model for text and pictures or sound",
    ModelKind.IMAGE: "a model that makes pictures",
    ModelKind.AUDIO_IN: "a model that understands speech",
    ModelKind.AUDIO_OUT: "a model that speaks",
    ModelKind.CODE: "a model for code",
    ModelKind.EMBEDDING: "an embedding model",
    ModelKind.RERANKER: "a model that ranks search results",
}


def _source(model: Model, field: str) -> str:
    found = model.provenance.get(field)
    return found.source if found else _FACTS


def _kind(context: Context, candidate: Candidate) -> Finding | None:
    """One kind of model must do all tasks that only special kinds can do; text tasks need a text model."""
    if candidate.model is None:
        return None
    tasks, kind = context.requirements.tasks, candidate.model.kind
    wanted, asked = _wanted_kinds(tasks)
    if kind not in wanted:
        return excluded(
            f"{candidate.model_name} is made for another task: {_KIND_WORDS[kind]}.", asked, _KIND_WORDS[kind]
        )
    if kind is ModelKind.CODE and Task.CODE not in tasks:
        return warned(f"{candidate.model_name} is made for code.", asked, "code model")
    return kept(f"Made for this task: {_KIND_WORDS[kind]}.", asked, _KIND_WORDS[kind])


@lru_cache(maxsize=64)
def _wanted_kinds(tasks: frozenset[Task]) -> tuple[frozenset[ModelKind], str]:
    """The kinds that do all of the tasks, and the tasks in words."""
    special = [task for task in tasks if task in _KIND_FOR_TASK]
    wanted = frozenset.union(*(_KIND_FOR_TASK[task] for task in special)) if special else frozenset[ModelKind]()
    if len(special) < len(tasks):
        wanted |= _TEXT_KINDS
    return wanted, sorted_list(task.value.replace("-", " ") for task in tasks)


def _input(context: Context, candidate: Candidate) -> Finding | None:
    return _modality(context.requirements.input_modalities, candidate, "input")


def _output(context: Context, candidate: Candidate) -> Finding | None:
    return _modality(context.requirements.output_modalities, candidate, "output")


def _modality(wanted: frozenset[str], candidate: Candidate, side: str) -> Finding | None:
    model = candidate.model
    if model is None or candidate.local is not None:  # of a file on this machine the engine uses text only
        offered = frozenset({"text"})
    else:
        offered = model.input_modalities if side == "input" else model.output_modalities
    source = _source(model, "modalities") if model and candidate.local is None else "GGUF file"
    return _can(wanted, offered, side, source)


@lru_cache(maxsize=256)
def _can(wanted: frozenset[str], offered: frozenset[str], side: str, source: str) -> Finding:
    """The same for the many models that read or make the same."""
    verb = "read" if side == "input" else "make"
    asked, found = sorted_list(wanted), sorted_list(offered)
    missing = wanted - offered
    if not missing:
        return kept(f"Can {verb} {asked}.", asked, found, source)
    if missing == {"pdf"} and "image" in offered:
        return warned("Reads PDF only as pictures of its pages.", asked, found, source)
    return excluded(f"Cannot {verb} {sorted_list(missing, 'or')}.", asked, found, source)


def _context_window(context: Context, candidate: Candidate) -> Finding | None:
    requirements = context.requirements
    given, need = requirements.context_tokens, longest_request(requirements)
    if "text" not in requirements.output_modalities:
        return None
    window = candidate.model.context_tokens if candidate.model else None
    if candidate.local is not None:
        window = candidate.local.context_tokens or window
    asked = tokens(need)
    source = _source(candidate.model, "context_tokens") if candidate.model else "GGUF file"
    if window is None:
        return warned("Unproven: no source gives its context length.", asked, "no source says", source)
    if window < need:
        text = f"Holds {tokens(window)} at once; your longest request has {asked}."
        return excluded(text, asked, tokens(window), source, answer=window if given is not None else None)
    held = tokens(window)
    return kept(f"Holds {held} at once.", asked, held, source)


def _longest_answer(context: Context, candidate: Candidate) -> Finding | None:
    most = candidate.model.max_output_tokens if candidate.model else None
    wanted = context.requirements.workload.tokens_out
    if most is None or candidate.model is None or candidate.model.kind not in _TEXT_KINDS:
        return None
    asked, source = tokens(wanted.high), _source(candidate.model, "max_output_tokens")
    if most < wanted.likely:
        return excluded(f"Answers end at {tokens(most)}.", tokens(wanted.likely), tokens(most), source)
    if most < wanted.high:
        return warned(f"Your longest answers would be cut at {tokens(most)}.", asked, tokens(most), source)
    return kept(f"Answers up to {tokens(most)}.", asked, tokens(most), source)


def _lifecycle(context: Context, candidate: Candidate) -> Finding | None:
    """Gone or going at go-live excludes; an end within the horizon is a risk, with what takes its place."""
    model = candidate.model
    if model is None or candidate.local is not None:  # a file on this machine ends with nobody's announcement
        return None
    requirements, source = context.requirements, model.lifecycle.source or _FACTS
    go_live, asked, end = _plan(context.today, requirements.weeks_limit or 0.0, requirements.horizon_months)
    ending = ending_of(model, end, context.models)
    text = ending_words(ending, context.today) if ending else ""
    if ending is not None and ending.day <= go_live:
        return excluded(text, asked, f"ends {ending.day.isoformat()}", source)
    return _by_status(model, requirements.horizon_months, text, asked, source)


@lru_cache(maxsize=16)
def _plan(today: date, weeks: float, months: float) -> tuple[date, str, date]:
    """Go-live, the same in words, and the last day of the plan."""
    go_live = today + timedelta(weeks=weeks)
    return go_live, f"there at go-live, {go_live:%d %b %Y}", horizon_end(go_live, months)


def _by_status(model: Model, months: int, ending: str, asked: str, source: str) -> Finding:
    """What the status word says, where no date decides."""
    if not ending and model.lifecycle.status is LifecycleStatus.ACTIVE:
        return _active(asked, source)
    named = model.lifecycle.replacement
    after = ending or (f"Its maker names {named} instead." if named else "")
    match model.lifecycle.status:
        case LifecycleStatus.RETIRED:
            return excluded(f"Retired. {after}".rstrip(), asked, "retired", source)
        case LifecycleStatus.DEPRECATED:
            return excluded(f"Being withdrawn. {after}".rstrip(), asked, "deprecated", source)
        case LifecycleStatus.RESEARCH_ONLY:
            return excluded("Published for research only; there is no way to get it.", asked, "research only", source)
    if ending:
        return warned(f"Within your {count(months, 'month')}: {ending}", asked, "an end is announced", source)
    match model.lifecycle.status:
        case LifecycleStatus.PREVIEW:
            return warned("A preview: it may change or end at short notice.", asked, "preview", source)
        case LifecycleStatus.UNKNOWN:
            return warned("Unproven: no source says whether it is still offered.", asked, "no source says", source)
    return _active(asked, source)


@lru_cache(maxsize=256)
def _active(asked: str, source: str) -> Finding:
    """The same for the many models of a source that are there to stay."""
    return kept("Active; no end is announced within your plan.", asked, "active", source)


def _price_change(context: Context, candidate: Candidate) -> Finding | None:
    """An announced new price within the horizon: the monthly cost shown is at today's."""
    if candidate.offer is None:
        return None
    end = horizon_end(context.today, context.requirements.horizon_months)
    text = price_change_words(candidate.offer, context.today, end)
    return warned(text, "the price holds", "a new price is announced", candidate.offer.source) if text else None


def _disputed_price(context: Context, candidate: Candidate) -> Finding | None:
    """Lists that disagree about a price: the monthly cost spans them all."""
    if candidate.offer is None or not candidate.offer.quotes:
        return None
    text = f"{dispute_words(candidate.offer)} The monthly cost spans both."
    return warned(text, "one price", "more than one", candidate.offer.source)


def _available(context: Context, candidate: Candidate) -> Finding | None:
    offer = candidate.offer
    if offer is None and candidate.hosting is Hosting.API:
        return excluded("Nobody sells it, and its weights are not published.", "offered today", "no offer", _FACTS)
    if offer is None or offer.available:
        return None
    return excluded(f"{candidate.offer_name} no longer sells it.", "offered today", "withdrawn", offer.source)


def _memory(context: Context, candidate: Candidate) -> Finding | None:
    if candidate.hosting is Hosting.API:
        return None
    asked = "fits the memory"
    if candidate.local is not None:
        return _file_memory(candidate)
    if candidate.misfit is not None:
        need, have = candidate.misfit.need_bytes, candidate.misfit.largest_bytes
        text = (
            f"Needs about {gigabytes(need)}; the largest server in the catalog ({candidate.misfit.largest_name}) "
            f"has {gigabytes(have)}, {gigabytes(max(0.0, need - have))} short."
        )
        return excluded(text, asked, f"needs {gigabytes(need)}")
    plan = candidate.plan
    if plan is None:
        return excluded("No source gives its size, so no server can be chosen.", asked, "no source says", _FACTS)
    size, source = gigabytes(plan.memory_bytes), plan.server.hardware.specs_source
    text = f"About {size} at {plan.bits:g} bits a weight; {candidate.offer_name}."
    if plan.cache_bytes > 0.5 * plan.memory_bytes:
        text = f"{text} Most of it is for one longest request: retrieval or splitting it needs far less."
        return warned(text, asked, size, source)
    if not plan.estimated:
        text = f"{text} How many requests it serves is not computed for this kind of model."
        return warned(text, asked, size, source)
    if not plan.kv_known:
        text = f"{text} No source gives its memory per request: a high value is assumed."
        return warned(text, asked, size, source)
    return kept(text, asked, size, source)


def _file_memory(candidate: Candidate) -> Finding | None:
    local = candidate.local
    if local is None:
        return None
    need = gigabytes(local.need_bytes) if local.need_bytes else "not known"
    if local.fits is None:
        return warned("Nobody has checked whether it runs here.", "fits the memory", need, "GGUF file")
    if not local.fits:
        return excluded(f"Needs {need}, more than this machine has free.", "fits the memory", need, "GGUF file")
    return kept(f"Runs on this machine ({need}).", "fits the memory", need, "GGUF file")


PHYSICS = (
    Rule(
        "R1.1", 1, "tasks", About.MODEL, "Kind of model", _FACTS, _kind, "always: the kind of model must fit every task"
    ),
    Rule(
        "R1.2.in",
        1,
        "input_modalities",
        About.MODEL,
        "What it reads",
        _FACTS,
        _input,
        "always: it must read what goes in",
    ),
    Rule(
        "R1.2.out",
        1,
        "output_modalities",
        About.MODEL,
        "What it makes",
        _FACTS,
        _output,
        "always: it must make what comes out",
    ),
    Rule(
        "R1.3",
        1,
        "context_tokens",
        About.MODEL,
        "Context length",
        _FACTS,
        _context_window,
        "text comes out: the longest request with its answer must fit the window",
    ),
    Rule(
        "R1.3.out",
        1,
        "tokens_out",
        About.MODEL,
        "Longest answer",
        _FACTS,
        _longest_answer,
        "text comes out and the answer's length has a limit",
    ),
    Rule(
        "R1.4",
        1,
        "",
        About.MODEL,
        "Still offered at go-live",
        _FACTS,
        _lifecycle,
        "always: it must be there at go-live",
    ),
    Rule(
        "R1.4.price",
        1,
        "",
        About.OFFER,
        "Announced prices",
        _FACTS,
        _price_change,
        "its provider has announced another price within the plan",
        Effect.WARN,
    ),
    Rule(
        "R1.4.lists",
        1,
        "",
        About.OFFER,
        "Price lists agree",
        _FACTS,
        _disputed_price,
        "price lists disagree about the offer",
        Effect.WARN,
    ),
    Rule(
        "R1.4.sold",
        1,
        "",
        About.OFFER,
        "Still sold",
        _FACTS,
        _available,
        "the offer is an API's, or nobody offers the model",
    ),
    Rule("R1.5", 1, "", About.OFFER, "Memory", _FACTS, _memory, "it runs on one's own servers or this machine"),
    *SPEED,
)
