"""Office files are zip archives: packed again so that the same report gives the same bytes on every day."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType

NOTHING: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType({})
_DAY = (1980, 1, 1, 0, 0, 0)


def steady(content: bytes, change: Mapping[str, Callable[[bytes], bytes]] = NOTHING) -> bytes:
    """The archive with the same members in the same order, none with a time or a system's mark in it.

    `change` rewrites members by their names.
    """
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, _DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0
            inside = old.read(name)
            new.writestr(member, change[name](inside) if name in change else inside)
    return out.getvalue()
