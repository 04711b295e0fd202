"""What nobody knows before the work is done: set-up effort and time, as work packages with ranges.

Every figure here is an assumption (methods.md marks such with [A]); the person replaces it by entering their own on the
option. The typical values reproduce the seed's three options (15,000, 80,000 and 55,000 USD; 6, 14 and 10 weeks).
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.figures import Estimate
from workbench.domain.option import OptionDraft, Strategy, Technique
from workbench.domain.requirements import Skill


@dataclass(frozen=True, slots=True)
class WorkPackage:
    """A piece of set-up work in USD and weeks; `own_servers` packages depend on what the team has run before."""

    name: str
    usd: Estimate
    weeks: Estimate
    own_servers: bool = False


CONNECT = WorkPackage("connecting the model to the product", Estimate(5e3, 10e3, 18e3), Estimate(2, 4, 6))
RETRIEVAL = WorkPackage("retrieval over your documents", Estimate(3e3, 5e3, 12e3), Estimate(1, 2, 4))
SERVERS = WorkPackage("own model servers for everything", Estimate(40e3, 65e3, 110e3), Estimate(5, 8, 14), True)
PART_SERVERS = WorkPackage("own model servers for a part", Estimate(18e3, 30e3, 60e3), Estimate(2, 3, 6), True)
ROUTER = WorkPackage("routing between two models", Estimate(5e3, 10e3, 20e3), Estimate(0.5, 1, 3))
TUNING = WorkPackage("examples, fine-tuning and its evals", Estimate(10e3, 25e3, 60e3), Estimate(3, 5, 10))

# Own servers take a team without practice longer. 1 is a team that has called an API in production.
SKILL_FACTOR = {Skill.NONE: 1.5, Skill.API: 1.0, Skill.OPERATIONS: 0.7, Skill.TRAINING: 0.6}
# What a first answer from own servers takes, before anything is built on it, in weeks.
FIRST_ANSWER_WEEKS = 1.0


def packages(draft: OptionDraft) -> tuple[WorkPackage, ...]:
    """The set-up work of an option."""
    has_servers = any(role.offer.startswith("self-host") for role in draft.models)
    servers = PART_SERVERS if draft.strategy is Strategy.BLEND else SERVERS
    own = ((servers,) if has_servers else ()) + ((ROUTER,) if draft.strategy is Strategy.BLEND else ())
    deeper = {
        Technique.PROMPT: (),
        Technique.RAG: (RETRIEVAL,),
        Technique.FINE_TUNING: (RETRIEVAL, TUNING),
        Technique.FROM_SCRATCH: (RETRIEVAL, TUNING),
    }[draft.technique]
    return (CONNECT, *deeper, *own)


def setup_usd(work: tuple[WorkPackage, ...], skill: Skill) -> Estimate:
    """The packages' cost together, with the team's practice counted on own servers."""
    return sum((_scaled(item.usd, item, skill) for item in work), Estimate.exact(0.0))


def setup_weeks(work: tuple[WorkPackage, ...], skill: Skill) -> Estimate:
    """The packages' time one after the other."""
    return sum((_scaled(item.weeks, item, skill) for item in work), Estimate.exact(0.0))


def _scaled(value: Estimate, package: WorkPackage, skill: Skill) -> Estimate:
    return value.scaled(SKILL_FACTOR[skill]) if package.own_servers else value
