"""Every figure of the catalog that a source or a person can give: its title, unit and bounds, declared once.

Forms, the column mapping of CSV files, the command line and the checks all follow from here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from workbench.domain.errors import WorkbenchError
from workbench.domain.model import CommercialUse, LifecycleStatus, ModelKind
from workbench.domain.numbers import digits
from workbench.domain.quotes import Fields, Scalar, Subject

HIGHEST_USD_PER_MTOK = 10_000.0
_FLAGS = {**dict.fromkeys(("yes", "true", "y", "1"), True), **dict.fromkeys(("no", "false", "n", "0"), False)}
_TURNS_TEXT = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_DATE = re.compile(r"(20[0-9]{2})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_WINDOW = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]")


class FieldKind(StrEnum):
    NUMBER = "number"
    COUNT = "count"
    FLAG = "flag"
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    LIST = "list"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One figure. `low` and `high` bound numbers; `choices` are the words of a CHOICE or of the items of a LIST."""

    name: str
    title: str
    kind: FieldKind
    unit: str = ""
    low: float = 0.0
    high: float = 1e12
    choices: tuple[str, ...] = ()
    help: str = ""


def _usd(name: str, title: str, unit: str = "USD per million tokens", high: float = HIGHEST_USD_PER_MTOK) -> FieldSpec:
    return FieldSpec(name, title, FieldKind.NUMBER, unit, high=high)


def _within(block: str, words: str, prices: tuple[FieldSpec, ...]) -> tuple[FieldSpec, ...]:
    return tuple(
        replace(spec, name=f"{block}.{spec.name}", title=f"{spec.title}, {words}", high=spec.high) for spec in prices
    )


TOKEN_PRICES = (
    _usd("input_usd_per_mtok", "Input"),
    _usd("output_usd_per_mtok", "Output"),
    _usd("cache_read_usd_per_mtok", "Cache read"),
    _usd("cache_write_usd_per_mtok", "Cache write"),
)
OTHER_PRICES = (
    _usd("input_audio_usd_per_mtok", "Sound in"),
    _usd("output_audio_usd_per_mtok", "Sound out"),
    _usd("input_image_usd_per_mtok", "Pictures in"),
    _usd("output_image_usd_per_mtok", "Pictures out"),
    _usd("image_usd_each", "A picture", "USD each", 1_000),
    _usd("audio_usd_per_minute", "Sound", "USD per minute", 1_000),
    _usd("text_usd_per_mchar", "Text", "USD per million characters"),
    _usd("search_usd_each", "A search", "USD each", 1_000),
)


def _above(block: str, words: str) -> tuple[FieldSpec, ...]:
    threshold = FieldSpec(f"{block}.above_tokens", f"{words}: from", FieldKind.COUNT, "tokens", 1, 1e9)
    return (threshold, *_within(block, words.lower(), TOKEN_PRICES))


OFFER_FIELDS = (
    *TOKEN_PRICES,
    *OTHER_PRICES,
    *_within("batch", "in batches", TOKEN_PRICES),
    *_above("long_context", "Long requests"),
    *_above("long_context_2", "Longer requests"),
    *_above("long_context_3", "Longest requests"),
    FieldSpec("scheduled_change.starts", "New prices from", FieldKind.DATE),
    *_within("scheduled_change", "from that day on", TOKEN_PRICES),
    FieldSpec(
        "peak_hours.windows_utc", "Other prices between", FieldKind.WINDOWS, "UTC", help="01:00-04:00 06:00-10:00"
    ),
    *_within("peak_hours", "in those hours", TOKEN_PRICES),
    FieldSpec("available", "Still sold", FieldKind.FLAG),
)
_MODALITIES = ("text", "image", "audio", "video", "pdf", "embedding", "score")
FACT_FIELDS = (
    FieldSpec("name", "Name", FieldKind.TEXT),
    FieldSpec("developer", "Developer", FieldKind.TEXT),
    FieldSpec("family", "Family", FieldKind.TEXT),
    FieldSpec("kind", "Kind", FieldKind.CHOICE, choices=tuple(ModelKind)),
    FieldSpec("input_modalities", "Reads", FieldKind.LIST, choices=_MODALITIES),
    FieldSpec("output_modalities", "Makes", FieldKind.LIST, choices=_MODALITIES),
    FieldSpec("open_weights", "Open weights", FieldKind.FLAG),
    FieldSpec("licence", "Licence", FieldKind.TEXT),
    FieldSpec("commercial_use", "Commercial use", FieldKind.CHOICE, choices=tuple(CommercialUse)),
    FieldSpec("context_tokens", "Context", FieldKind.COUNT, "tokens", 1, 1e9),
    FieldSpec("max_output_tokens", "Longest answer", FieldKind.COUNT, "tokens", 1, 1e9),
    FieldSpec("params_total_b", "Parameters", FieldKind.NUMBER, "billions", 0.001, 100_000),
    FieldSpec("params_active_b", "Active parameters", FieldKind.NUMBER, "billions", 0.001, 100_000),
    FieldSpec("release_date", "Released", FieldKind.DATE),
    FieldSpec("knowledge_cutoff", "Knowledge until", FieldKind.DATE),
    FieldSpec("status", "Status", FieldKind.CHOICE, choices=tuple(LifecycleStatus)),
    FieldSpec("shutdown_date", "Shut down on", FieldKind.DATE),
    FieldSpec("replacement", "Replaced by", FieldKind.TEXT),
    FieldSpec("rerouted_to", "Requests answered by", FieldKind.TEXT),
    FieldSpec("rerouted_from", "Answered by the other from", FieldKind.DATE),
    FieldSpec("tools", "Calls tools", FieldKind.FLAG),
    FieldSpec("structured_output", "Structured output", FieldKind.FLAG),
    FieldSpec("vision", "Reads pictures", FieldKind.FLAG),
    FieldSpec("reasoning", "Thinks first", FieldKind.FLAG),
    FieldSpec("prompt_caching", "Prompt caching", FieldKind.FLAG),
    FieldSpec("batch", "Batches", FieldKind.FLAG),
    FieldSpec("fine_tuning", "Fine-tuning", FieldKind.FLAG),
    FieldSpec("embedding_dimensions", "Embedding dimensions", FieldKind.COUNT, "", 1, 1e6),
    *(
        FieldSpec(f"self_host_gb.{precision}", f"Own hosting at {precision}", FieldKind.NUMBER, "GB", 0.1, 1e5)
        for precision in ("bf16", "fp16", "fp8", "int8", "fp4", "nvfp4", "mxfp4", "int4")
    ),
)
SCORE_FIELDS = (
    FieldSpec("value", "Score", FieldKind.NUMBER, "", -1e6, 1e6),
    FieldSpec("variant", "Variant", FieldKind.TEXT),
    FieldSpec("cost_per_question_usd", "Cost per question", FieldKind.NUMBER, "USD", 0, 1e6),
    FieldSpec("cost_per_successful_task_usd", "Cost per right answer", FieldKind.NUMBER, "USD", 0, 1e6),
)
HARDWARE_FIELDS = (
    FieldSpec("name", "Name", FieldKind.TEXT),
    FieldSpec("vendor", "Vendor", FieldKind.TEXT),
    FieldSpec(
        "kind",
        "Kind",
        FieldKind.CHOICE,
        choices=("datacenter-gpu", "workstation-gpu", "consumer-gpu", "desktop", "laptop", "cpu"),
    ),
    FieldSpec("memory_gib", "Memory", FieldKind.NUMBER, "GiB", 0.1, 1e6),
    FieldSpec("memory_type", "Memory type", FieldKind.TEXT),
    FieldSpec("bandwidth_gb_s", "Bandwidth", FieldKind.NUMBER, "GB/s", 0.1, 1e6),
    FieldSpec("fp16_tflops_dense", "FP16, dense", FieldKind.NUMBER, "TFLOP/s", 0.01, 1e6),
    FieldSpec("fp8_tflops_dense", "FP8, dense", FieldKind.NUMBER, "TFLOP/s", 0.01, 1e6),
    FieldSpec("tdp_w", "Power", FieldKind.NUMBER, "W", 1, 1e5),
    FieldSpec("usd_per_hour", "Rented", FieldKind.NUMBER, "USD an hour", 0.0001, 10_000),
    FieldSpec("purchase_usd", "Bought", FieldKind.NUMBER, "USD", 1, 1e7),
)
DISCOUNT_FIELDS = (FieldSpec("share", "Discount", FieldKind.NUMBER, "share of the list price", 0.0001, 0.99),)
SPECS: dict[Subject, dict[str, FieldSpec]] = {
    subject: {spec.name: spec for spec in specs}
    for subject, specs in (
        (Subject.OFFER, OFFER_FIELDS),
        (Subject.FACTS, FACT_FIELDS),
        (Subject.SCORE, SCORE_FIELDS),
        (Subject.HARDWARE, HARDWARE_FIELDS),
        (Subject.DISCOUNT, DISCOUNT_FIELDS),
    )
}


def spec_of(subject: Subject, name: str) -> FieldSpec | None:
    """The declaration of a field; parts of a score (`categories.NAME`) are numbers too."""
    found = SPECS[subject].get(name)
    if found is None and subject is Subject.SCORE and name.startswith("categories."):
        return FieldSpec(name, name.removeprefix("categories."), FieldKind.NUMBER, "", -1e6, 1e6)
    return found


def title_of(subject: Subject, name: str) -> str:
    """What a person reads instead of the field's name."""
    spec = spec_of(subject, name)
    return spec.title if spec else name


def problem_of(spec: FieldSpec, value: Scalar) -> tuple[str, str] | None:
    """What is wrong with a value and how to mend it; None when it can stand."""
    match spec.kind:
        case FieldKind.NUMBER | FieldKind.COUNT:
            return _number_problem(spec, value)
        case FieldKind.FLAG:
            return None if isinstance(value, bool) else (f"{_shown(value)} is neither yes nor no", "Say yes or no.")
    if not isinstance(value, str):
        return f"{_shown(value)} is not text", "Write text."
    return _text_problem(spec, value)


def _number_problem(spec: FieldSpec, value: Scalar) -> tuple[str, str] | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{_shown(value)} is not a number", "Write a plain number such as 0.15."
    if not spec.low <= value <= spec.high:  # also false for what is not a number (NaN)
        unit = f" {spec.unit}" if spec.unit else ""
        bounds = f"Give a number from {digits(spec.low)} to {digits(spec.high)}{unit}; check the unit."
        return f"{_shown(value)} cannot be the {spec.title.lower()}", bounds
    if spec.kind is FieldKind.COUNT and value != int(value):
        return f"{_shown(value)} is not a whole number", "Write a whole number."
    return None


def _text_problem(spec: FieldSpec, value: str) -> tuple[str, str] | None:
    match spec.kind:
        case FieldKind.DATE:
            if _day(value) is None:
                return f"{_shown(value)} is not a date", "Write it as 2026-11-20, 2026-11 or 2026."
        case FieldKind.CHOICE:
            if value not in spec.choices:
                return f"{_shown(value)} is not one of the choices", f"Choose from {', '.join(spec.choices)}."
        case FieldKind.LIST:
            strange = [item for item in items_of(value) if item not in spec.choices]
            if strange or not items_of(value):
                return f"{_shown(value)} is not a list of known words", f"Use {', '.join(spec.choices)}."
        case FieldKind.WINDOWS:
            if not value.split() or not all(_WINDOW.fullmatch(part) for part in value.split()):
                return f"{_shown(value)} are no hours", "Write them as 01:00-04:00 06:00-10:00, in UTC."
        case _:
            return _plain_text_problem(value)
    return None


def _plain_text_problem(value: str) -> tuple[str, str] | None:
    if not value.strip() or len(value) > 500:
        return f"The text has {len(value)} characters", "Write 1 to 500."
    if any(letter < " " or "\x7f" <= letter <= "\x9f" or "\ud800" <= letter <= "\udfff" for letter in value):
        return f"{_shown(value)} holds a character that cannot be shown", "Remove it."
    if any(letter in _TURNS_TEXT for letter in value):
        return f"{_shown(value)} holds a mark that turns the reading direction", "Remove it."
    return None


def check_fields(subject: Subject, fields: Fields, where: str) -> tuple[WorkbenchError, ...]:
    """Everything wrong with a set of fields, one error each."""
    found = []
    for name, value in fields.items():
        spec = spec_of(subject, name)
        if spec is None:
            known = ", ".join(SPECS[subject])
            found.append(WorkbenchError(f"There is no field '{name}' here", where=where, mend=f"Known are {known}."))
        elif problem := problem_of(spec, value):
            found.append(WorkbenchError(problem[0], where=f"{where}, {spec.title.lower()}", mend=problem[1]))
    return tuple(found)


def read_field(spec: FieldSpec, text: str) -> Scalar:
    """What a person or a CSV cell wrote, as the field's type. Raises WorkbenchError."""
    plain = text.strip()
    value: Scalar = plain
    match spec.kind:
        case FieldKind.NUMBER | FieldKind.COUNT:
            number = _number(plain)
            if number is None:
                mend = "Write a plain number such as 0.15."
                raise WorkbenchError(f"{_shown(plain)} is not a number", where=spec.title, mend=mend)
            value = int(number) if spec.kind is FieldKind.COUNT and float(number).is_integer() else number
        case FieldKind.FLAG:
            words = {
                "yes": True,
                "true": True,
                "1": True,
                "y": True,
                "no": False,
                "false": False,
                "0": False,
                "n": False,
            }
            value = words.get(plain.casefold(), plain)
        case FieldKind.LIST:
            value = ", ".join(items_of(plain.casefold()))
        case FieldKind.CHOICE:
            value = plain.casefold()
    problem = problem_of(spec, value)
    if problem is not None:
        raise WorkbenchError(problem[0], where=spec.title, mend=problem[1])
    return value


def items_of(text: str) -> tuple[str, ...]:
    """The words of a list field."""
    return tuple(item for item in (part.strip() for part in text.replace(";", ",").split(",")) if item)


def write_field(value: Scalar | None) -> str:
    """A value as a person reads and writes it."""
    match value:
        case None:
            return "—"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.10g}"
    return value


def _number(text: str) -> float | None:
    """A number as written in English or plain notation, with an optional $ sign. None for anything else."""
    plain = text.replace("$", "").replace("\u00a0", "").replace(" ", "")
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"[-+]?[0-9]{0,20}(\.[0-9]{0,30})?([eE][-+]?[0-9]{1,3})?", plain):
        return None
    try:
        return float(plain)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1)) if match else None
    except ValueError:
        return None


def _shown(value: object) -> str:
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
