"""Short names for the command line: `Knowledge assistant` is `knowledge-assistant`."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

LONGEST = 60


def slug_of(name: str) -> str:
    """Lower-case letters, digits and hyphens; accents are dropped, other scripts are kept."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    return re.sub(r"[\W_]+", "-", bare).strip("-")[:LONGEST].strip("-") or "scenario"


def free_slug(connection: Connection, wanted: str, scenario_id: str) -> str:
    """`wanted`, with -2, -3 … when another scenario outside the bin has it."""
    from sqlalchemy import select

    from workbench.store.tables import SCENARIO

    others = select(SCENARIO.c.slug).where(SCENARIO.c.deleted_at.is_(None), SCENARIO.c.id != scenario_id)
    taken = set(connection.execute(others).scalars())
    candidates = itertools.chain([wanted], (f"{wanted}-{number}" for number in itertools.count(2)))
    return next(candidate for candidate in candidates if candidate not in taken)
