"""Loads pydantic whole, once: the one place through which anything here comes to it.

Its modules load each other late and in circles: of two threads that begin at different ends each may see half of it and
fail with an ImportError. The catalog takes its names from here, and the vendors' SDKs, which load pydantic themselves,
are imported after this module. Its own import lock lets one thread load all of it while the others wait here.
"""

from collections.abc import Sequence

import pydantic.dataclasses
import pydantic.functional_serializers
import pydantic.networks
import pydantic.root_model
import pydantic.validate_call_decorator  # noqa: F401  (with those above what the SDKs load beyond our own names)
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
)
from pydantic_core import PydanticCustomError

__all__ = [
    "AfterValidator",
    "BaseModel",
    "ConfigDict",
    "Field",
    "PydanticCustomError",
    "ValidationError",
    "ValidationInfo",
]


class _Tried(BaseModel):
    """Making a class loads the rest."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field("")

    @field_validator("text")
    @classmethod
    def _same(cls, text: str) -> str:
        return text


TypeAdapter(Sequence[_Tried])
create_model("_Made", number=(int, 0))
