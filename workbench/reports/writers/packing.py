"""Office files are zip archives: packed again so that the same report gives the same bytes on every day."""

from __future__ import annotations

import zipfile
from io import BytesIO

_DAY = (1980, 1, 1, 0, 0, 0)


def steady(content: bytes, without: frozenset[str] = frozenset()) -> bytes:
    """The archive with the same members in the same order, none with a time or a system's mark in it.

    `without` names members to leave out (nothing may refer to them).
    """
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name in without:
                continue
            member = zipfile.ZipInfo(name, _DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0
            new.writestr(member, old.read(name))
    return out.getvalue()
