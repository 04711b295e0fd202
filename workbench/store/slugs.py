"""Short names for the command line: `Knowledge assistant` is `knowledge-assistant`."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from workbench.domain.scenario import Scenario

LONGEST = 60


def slug_of(name: str) -> str:
    """Lower-case letters, digits and hyphens; accents are dropped, other scripts are kept."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    return re.sub(r"[\W_]+", "-", bare).strip("-")[:LONGEST].strip("-") or "scenario"


def free_slug(connection: Connection, scenario: Scenario) -> str:
    """The slug of the scenario's name, with -2, -3 … when another has it; its id when it lies in the bin."""
    from sqlalchemy import select

    from workbench.store.tables import SCENARIO

    if scenario.deleted_at is not None:
        return scenario.id
    wanted = slug_of(scenario.name)
    taken = set(connection.execute(select(SCENARIO.c.slug).where(SCENARIO.c.id != scenario.id)).scalars())
    candidates = itertools.chain([wanted], (f"{wanted}-{number}" for number in itertools.count(2)))
    return next(candidate for candidate in candidates if candidate not in taken)
