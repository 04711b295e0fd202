"""What the inspector says of a model file: whether and how fast it runs, what is in it, which catalog model it is."""

from __future__ import annotations

from workbench.analysis import words
from workbench.analysis.catalog_match import Relation
from workbench.gui.explanation import Row, Section
from workbench.gui.library.rows import FIT_TONES, Listing, LocalRow, counted, megabytes
from workbench.gui.theme import Tone
from workbench.inference.local.gguf import GgufFile, Severity
from workbench.services.fitting import machine_sentence, speed_range, speed_sentence


def sections(row: LocalRow, listing: Listing) -> tuple[Section, ...]:
    """All that is known of one file, in sentences."""
    found = [*_running(row, listing), *_relatives(row)]
    file = row.item.file
    if file is None:
        return (*found, Section("What is wrong", (Row(row.item.problem, Tone.BAD),)))
    found.append(Section("What is in the file", tuple(Row(fact) for fact in _facts(file, row))))
    if origin := _origin(file):
        found.append(Section("Where it comes from", tuple(Row(fact) for fact in origin)))
    if file.problems:
        problems = tuple(
            Row(f"{p.what}. {p.mend}", Tone.BAD if p.severity is Severity.REFUSE else Tone.CAUTION)
            for p in file.problems
        )
        found.append(Section("What to know", problems))
    return tuple(found)


def _running(row: LocalRow, listing: Listing) -> list[Section]:
    if row.fit is None:
        return []
    found = [
        Row(row.fit.sentence, FIT_TONES.get(row.fit.word, Tone.NEUTRAL)),
        Row(f"{row.fit.parts}; keys and values as {row.fit.cache_type}"),
    ]
    if row.speed is not None:
        found.append(Row(speed_sentence(row.speed), Tone.GOOD if row.speed.measured else Tone.NEUTRAL))
    if row.speed is not None and row.speed.measured and row.foreseen is not None:
        inside = row.foreseen.tokens_per_s.low <= row.speed.tokens_per_s.likely <= row.foreseen.tokens_per_s.high
        verdict = "the measurement lies in that range" if inside else "the measurement lies outside"
        found.append(Row(f"{speed_range(row.foreseen.tokens_per_s)} tokens a second were predicted: {verdict}"))
    if listing.machine is not None:
        found.append(Row(machine_sentence(listing.machine, listing.gpus, row.fit, uses_gpus=listing.engine_uses_gpus)))
    return [Section("Whether and how fast it runs here", tuple(found))]


def _relatives(row: LocalRow) -> list[Section]:
    """The catalog model that it is, the projector beside it, the file that it is a copy of."""
    found = []
    if row.match is not None:
        verb = "This is" if row.match.relation is Relation.IS else "This was made from"
        found.append(Row(f"{verb} **{row.match.model_name}** of the catalog. {row.match.reason}", Tone.GOOD))
    if row.item.projector is not None:
        found.append(Row(f"{row.item.projector.name} beside it lets it see pictures in programs that can use it"))
    if row.item.same_as is not None:
        found.append(Row(f"The same content as {row.item.same_as}: only one of them is offered", Tone.CAUTION))
    return [Section("What it belongs to", tuple(found))] if found else []


def _facts(file: GgufFile, row: LocalRow) -> list[str]:
    bits = f", stored as {file.quantization} ({file.bits_per_weight:.3g} bits each)" if file.bits_per_weight else ""
    layers = words.count(file.layers, "layer") if file.layers else "layers unknown"
    facts = [
        f"Architecture {file.architecture or 'not named'}, {layers}{_heads(file)}",
        f"{counted(file.parameters)} parameters{bits}{_active(file)}",
        f"Reads up to {words.tokens(file.context)} at once" if file.context else "Does not say how much it reads",
        *_positions(file),
        _vocabulary(file),
        "Has its own chat template" if file.chat_template else "Has no chat template: a plain one is used",
    ]
    if file.kv_bytes_per_token:
        facts.append(f"Each token of context takes {words.rounded(file.kv_bytes_per_token / 1e3, 3)} kB of memory")
    parts = f" in {file.parts} files" if file.parts > 1 else ""
    facts.append(f"{megabytes(row)} MB{parts}, GGUF version {file.gguf_version}")
    return facts


def _heads(file: GgufFile) -> str:
    if not file.heads or not file.head_dim:
        return ""
    return f", {file.heads} heads of {file.head_dim} over {file.kv_heads or file.heads} for keys and values"


def _active(file: GgufFile) -> str:
    if file.experts is None:
        return ""
    used = f"{file.experts.used} of {file.experts.count}" if file.experts.used else f"some of {file.experts.count}"
    return f"; {used} experts work on a token, {counted(file.read_parameters)} parameters in all"


def _positions(file: GgufFile) -> list[str]:
    found = []
    if file.sliding_window:
        found.append(f"Some layers see only the last {words.tokens(file.sliding_window)}")
    rope = file.rope
    if rope.scaling and rope.scaling != "none" and rope.original_context:
        found.append(f"Trained on {words.tokens(rope.original_context)}, stretched by {rope.scaling}")
    return found


def _vocabulary(file: GgufFile) -> str:
    if not file.vocabulary:
        return "Does not say its vocabulary"
    kind = f" ({file.tokenizer.pre or file.tokenizer.model})" if file.tokenizer and file.tokenizer.model else ""
    return f"Vocabulary of {file.vocabulary:,} tokens{kind}"


def _origin(file: GgufFile) -> list[str]:
    origin = file.origin
    found = [f"Licence {file.licence}" if file.licence else "Does not name its licence"]
    if origin.organization or origin.author:
        found.append(f"By {origin.organization or origin.author}")
    if origin.repository:
        found.append(f"Source {origin.repository}")
    if origin.bases:
        found.append(f"Made from {words.listed(list(origin.bases))}")
    return found
