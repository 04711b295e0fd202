"""Loads pydantic whole, once: the one place through which anything here comes to it.

Its modules load each other late and in circles: of two threads that begin at different ends each may see half of it and
fail with an ImportError. Everybody takes its names from here. Its own import lock lets one thread load all of it while
the others wait here.
"""

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo
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
