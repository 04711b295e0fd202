"""Bundles for tests: a small one made by hand from few facts, ways to spoil an archive, and a quick passphrase."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from workbench.catalog.load import load_catalog
from workbench.domain.catalog import Catalog
from workbench.domain.decision import Decision, DecisionStatus
from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase, EvalRun, EvalSet, EvalStatus, Mark
from workbench.domain.evidence import Answer, Comparison
from workbench.domain.history import DecisionVersion
from workbench.domain.scenario import Scenario
from workbench.domain.votes import Choice, Vote
from workbench.paths import data_dir
from workbench.reports.bundle.archive import write_archive
from workbench.services.bundle_figures import figures_of
from workbench.services.bundle_parts import MANIFEST, Content, DataFile, members_of

AT = datetime(2026, 11, 19, 10, 42, tzinfo=UTC)
SCENARIO_ID = "0192f0c1-0000-7000-8000-000000000001"
RUN_ID = "0192f0c1-0000-7000-8000-000000000002"
COMPARISON_ID = "0192f0c1-0000-7000-8000-000000000003"
MADE_AT = "2026-11-20T09:00:00+00:00"
SECRET_TEXT = "The strike fund holds nine million"


@cache
def few_facts() -> Catalog:
    """The shipped catalog with three models, without scores: too few to fit."""
    whole = load_catalog(data_dir("models_catalog"))
    wanted = ("anthropic/claude-sonnet-4-6", "meta/llama-4-scout", "openai/gpt-5.2")
    models = tuple(replace(model, scores=(), speeds=()) for model in whole.models if model.id in wanted)
    sold = {offer.provider for model in models for offer in model.offers}
    return replace(
        whole,
        models=models,
        providers=tuple(provider for provider in whole.providers if provider.id in sold),
        developers=tuple(developer for developer in whole.developers if developer.id in {m.developer for m in models}),
        hardware=tuple(item for item in whole.hardware if "h100" in item.id),
        market_ranges=tuple(item for item in whole.market_ranges if "h100" in item.hardware),
        benchmarks=(),
    )


@cache
def small_content() -> Content:
    """A scenario with an answer of each kind of evidence, and the figures that follow."""
    scenario = Scenario(
        id=SCENARIO_ID,
        name="Strike desk",
        created_at=AT,
        updated_at=AT,
        answers={"tasks": ["answering"], "requests_per_day": 900, "sensitivity": "confidential",
                 "third_party": "forbidden"},
        decision=Decision("A", "It stays in the house.", DecisionStatus.ACCEPTED, decided_at="2026-11-19"),
    )  # fmt: skip
    models = ("local/demo-nano", "local/demo-small")
    run = EvalRun(
        RUN_ID, SCENARIO_ID, "Desk questions", "desk.csv", hashlib.sha256(b"input,expected\n").hexdigest(), 4, models,
        ("contains",), EvalStatus.FINISHED, AT, AT, system_prompt="Answer from the passage.",
    )  # fmt: skip
    results = tuple(
        CaseResult(RUN_ID, f"case-{case}", model, "contains", CaseOutcome.SCORED,
                   f"{SECRET_TEXT} ({case})" if (case + place) % 3 else "Nobody knows.", float((case + place) % 3 > 0),
                   "contains", "holds the words", ttft_s=0.1 * case, total_s=0.5 + case)
        for case in range(4)
        for place, model in enumerate(models)
    )  # fmt: skip
    cases = tuple(EvalCase(f"case-{case}", f"{SECRET_TEXT}? {case}", "nine million") for case in range(4))
    mark = Mark("0192f0c1-0000-7000-8000-000000000006", RUN_ID, "case-1", models[0], "contains", 1.0, 0.0, MADE_AT)
    answers = tuple(Answer(model, SECRET_TEXT, "stop", 0.1, 20.0, 30, 9, 0.6, None, None) for model in models)
    comparison = Comparison(COMPARISON_ID, SCENARIO_ID, AT.isoformat(), "", f"How much? {SECRET_TEXT}", answers)
    vote = Vote("0192f0c1-0000-7000-8000-000000000004", COMPARISON_ID, "me", AT.isoformat(), 0, 1, Choice.RIGHT)
    version = DecisionVersion("0192f0c1-0000-7000-8000-000000000005", AT, "accepted", scenario)
    content = Content(
        scenario=scenario,
        catalog=few_facts(),
        computed_on="2026-11-20",
        versions=(version,),
        runs=(run,),
        results=results,
        marks=(mark,),
        comparisons=(comparison,),
        votes=(vote,),
        data=DataFile("desk.csv", b"input,expected\n"),
        data_sets=(EvalSet("desk.csv", run.dataset_hash, cases, "desk.csv"),),
        reports={"md": b"# Strike desk\n"},
    )
    return replace(content, figures=figures_of(content))


def without_evidence(content: Content, scenario: Scenario) -> Content:
    """The content's facts with another scenario."""
    return replace(
        content,
        scenario=scenario,
        versions=(),
        runs=(),
        results=(),
        marks=(),
        comparisons=(),
        votes=(),
        data=None,
        data_sets=(),
    )


def small_members() -> dict[str, bytes]:
    return members_of(small_content(), generator="0.1.0", made_at=MADE_AT)


@cache
def small_bundle() -> bytes:
    return write_archive(small_members())


def relisted(members: Mapping[str, bytes], change: Callable[[dict[str, Any]], None] | None = None) -> dict[str, bytes]:
    """The members with a manifest that fits them again, as somebody would make it who changed a bundle by hand."""
    manifest = json.loads(members[MANIFEST])
    manifest["members"] = [
        {"name": name, "bytes": len(part), "sha256": hashlib.sha256(part).hexdigest()}
        for name, part in members.items()
        if name != MANIFEST
    ]
    if change is not None:
        change(manifest)
    return {**members, MANIFEST: json.dumps(manifest).encode()}


def write_bundle(file: Path, members: Mapping[str, bytes]) -> Path:
    file.write_bytes(write_archive(dict(members)))
    return file


def quickly_locked(data: bytes, passphrase: str, *, work: int = 10) -> bytes:
    """`data` in the age format (age-encryption.org/v1) written from its description, with little work for the
    passphrase: pyrage takes a second or more for each on purpose."""
    salt, file_key, nonce = (hashlib.sha256(word).digest() for word in (b"salt", b"key", b"nonce"))
    salt, file_key, nonce = salt[:16], file_key[:16], nonce[:16]
    wrap = Scrypt(b"age-encryption.org/v1/scrypt" + salt, 32, 1 << work, 8, 1).derive(passphrase.encode())
    body = ChaCha20Poly1305(wrap).encrypt(bytes(12), file_key, None)
    head = f"age-encryption.org/v1\n-> scrypt {_base64(salt)} {work}\n{_base64(body)}\n---".encode()
    mac = hmac.digest(HKDF(hashes.SHA256(), 32, b"", b"header").derive(file_key), head, "sha256")
    cipher = ChaCha20Poly1305(HKDF(hashes.SHA256(), 32, nonce, b"payload").derive(file_key))
    size = 64 * 1024
    pieces = [data[at : at + size] for at in range(0, len(data), size)] or [b""]
    sealed = [
        cipher.encrypt(place.to_bytes(11, "big") + bytes([place == len(pieces) - 1]), piece, None)
        for place, piece in enumerate(pieces)
    ]
    return b"".join([head, b" ", _base64(mac).encode(), b"\n", nonce, *sealed])


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
