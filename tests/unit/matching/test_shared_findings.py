"""What candidates share is judged once and gives what judging each alone gives, for drawn requirements."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from workbench.analysis.candidates import Candidate, CandidateTable
from workbench.analysis.matching import RULES, match
from workbench.analysis.quality_axis import axis
from workbench.analysis.rules import Context, Outcome
from workbench.domain.questions import requirements_from
from workbench.domain.requirements import LicenceNeed, Requirements, Sensitivity, Skill, Task, ThirdParty
from workbench.domain.verdict import LocalModel

from matching_values import TODAY, catalog, sample

PAPERS = ("dpa", "baa", "zero-retention", "no-training", "sub-processors")
# A file that carries the name of a catalog model is judged as a file, not as that model.
FILE = LocalModel("meta/llama-4-scout", "llama.gguf", "Llama", 8_000_000_000, 4_096, 6_000_000_000, True)


def drawn(seed: int) -> Requirements:
    pick = random.Random(seed)
    choice = pick.choice
    base = requirements_from(sample().answers)
    given: dict[str, Any] = {
        "tasks": frozenset(pick.sample(list(Task), choice([1, 2]))),
        "input_modalities": frozenset(choice([["text"], ["text", "image"], ["text", "pdf"]])),
        "output_modalities": frozenset(choice([["text"], ["image"]])),
        "ttft_limit_s": choice([None, 0.3, 2.0]),
        "total_limit_s": choice([None, 20.0]),
        "sensitivity": choice(list(Sensitivity)),
        "third_party": choice(list(ThirdParty)),
        "papers": frozenset(pick.sample(PAPERS, choice([0, 2, 5]))),
        "regions": frozenset(choice([[], ["EU"]])),
        "certifications": frozenset(choice([[], ["SOC 2"]])),
        "company_in_eu": choice([True, False]),
        "quality_target": choice([None, 75.0]),
        "monthly_cap_usd": choice([None, 4_000.0]),
        "weeks_limit": choice([None, 1.0, 12.0]),
        "skill": choice(list(Skill)),
        "licence": choice(list(LicenceNeed)),
        "excluded_developers": frozenset(choice([[], ["meta", "openai"]])),
        "excluded_countries": frozenset(choice([[], ["US"]])),
        "context_tokens": choice([None, 200_000]),
    }
    return replace(base, **given)


def judged_alone(candidate: Candidate, context: Context) -> list[tuple[str, object]]:
    found = ((rule.id, rule.judge(context, candidate)) for rule in RULES)
    return [(name, finding) for name, finding in found if finding is not None]


@pytest.mark.parametrize("seed", range(12))
def test_that_what_candidates_share_is_what_each_of_them_would_be_told_alone(seed: int) -> None:
    asked = drawn(seed)
    countries = {developer.id: developer.country for developer in catalog().developers}
    context = Context(asked, TODAY, axis(catalog(), asked.tasks).qualities, countries, catalog().model_by_any_name)
    candidates = CandidateTable(catalog()).candidates(asked, (FILE,), today=TODAY)
    for item in match(candidates, context).judged:
        alone = judged_alone(item.candidate, context)
        assert [(rule.id, finding) for rule, finding in item.findings] == alone, item.candidate.offer_id
        excluding = [name for name, finding in alone if finding[0] is Outcome.EXCLUDED]  # type: ignore[index]
        assert [rule.id for rule, _ in item.blocked_by] == excluding
