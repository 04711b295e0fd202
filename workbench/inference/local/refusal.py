"""What the child cannot do and says so; it goes on."""

from __future__ import annotations


class Refusal(Exception):
    """Something the person should read: what, where, how to mend."""

    def __init__(self, what: str, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.message = (what, where, mend)
