"""Whether an answer has the form it was asked for.

A grammar made from a JSON schema, or a provider's "structured output", holds the shape but not every limit in it
(llama.cpp's converter passes over `minimum`, for example). So the finished answer is looked at once more.
"""

from __future__ import annotations

import json


def schema_problem(answer: str, schema: str) -> str:
    """What in a finished answer breaks the schema, as a sentence; empty when nothing does.

    Nothing is fetched: a reference to another document counts as a problem of the schema.
    """
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return "The answer is not JSON."
    try:
        wanted = json.loads(schema)
        checker = validator_for(wanted)
        checker.check_schema(wanted)
        error = next(iter(checker(wanted, registry=Registry()).iter_errors(found)), None)
    except SchemaError as fault:
        return f"The schema is wrong: {fault.message[:200]}."
    except (Unresolvable, ValueError, RecursionError) as fault:
        return f"The schema cannot be checked: {str(fault)[:200]}."
    if error is None:
        return ""
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")
    return f"The answer does not follow the schema{f' at {place}' if place else ''}: {error.message[:200]}."
