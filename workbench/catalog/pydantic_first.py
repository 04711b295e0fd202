"""Loads pydantic whole, once. The catalog takes its names from here: several threads may be the first to need them.

Its modules load each other late and in circles: two threads that begin at once each see half of it and fail. This
module's own lock lets one thread load all of it while the others wait here.
"""

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

__all__ = ["AfterValidator", "BaseModel", "ConfigDict", "Field", "ValidationError", "ValidationInfo"]


class _Tried(BaseModel):
    """Making a class loads the rest."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field("")

    @field_validator("text")
    @classmethod
    def _same(cls, text: str) -> str:
        return text


TypeAdapter(list[_Tried])
create_model("_Made", number=(int, 0))
