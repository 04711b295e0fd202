"""The zip file of a bundle: written plainly, read strictly.

The reader is our own and takes only what our writer writes: members one after another from the first byte to the
directory, nothing between, before or behind them, no links, no folders, no 64-bit fields, no encryption. So nothing
can hide, overlap or expand beyond what was said, and a file cut anywhere is noticed before anything is expanded.
"""

from __future__ import annotations

import re
import stat
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.domain.errors import WorkbenchError

MOST_MEMBERS = 10_000
MOST_BYTES = 200 * 1024 * 1024
MOST_RATIO = 100
LONGEST_NAME = 120
_CALM_RATIO = 90
_STORED, _DEFLATED = 0, 8
_SAFE = re.compile(r"[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)*(?:/[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)*)*")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?")
_END, _ENTRY, _LOCAL = struct.Struct("<4s4H2LH"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s5H3L2H")
_END_MARK, _ENTRY_MARK, _LOCAL_MARK = b"PK\5\6", b"PK\1\2", b"PK\3\4"
# Written into every file: zip 2.0 as made on Unix, an ordinary file, at noon of the first day that zip knows.
_VERSION, _MADE_BY, _RIGHTS = 20, 3 << 8 | 20, (stat.S_IFREG | 0o644) << 16
_NOON, _FIRST_DAY = 12 << 11, 1 << 5 | 1
_DAMAGED = "Ask for the file again; perhaps it was not copied to its end."


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    offset: int


def write_archive(members: Mapping[str, bytes]) -> bytes:
    """The members as a zip file, in their order; the same members give the same bytes.

    A member that would shrink suspiciously much is stored as it is. Raises ValueError for a name the reader refuses.
    """
    places: list[bytes] = []
    parts: list[bytes] = []
    at = 0
    for name, content in members.items():
        if not is_safe_name(name):
            raise ValueError(f"no name for a member: {name!r}")
        raw, checksum = name.encode("ascii"), zlib.crc32(content)
        method, packed = _packed(content)
        common = (0, method, _NOON, _FIRST_DAY, checksum, len(packed), len(content), len(raw), 0)
        parts += [_LOCAL.pack(_LOCAL_MARK, _VERSION, *common), raw, packed]
        places += [_ENTRY.pack(_ENTRY_MARK, _MADE_BY, _VERSION, *common, 0, 0, 0, _RIGHTS, at), raw]
        at += _LOCAL.size + len(raw) + len(packed)
    directory = b"".join(places)
    end = _END.pack(_END_MARK, 0, 0, len(members), len(members), len(directory), at, 0)
    return b"".join([*parts, directory, end])


def is_safe_name(name: str) -> bool:
    """Whether a member may be called so: small letters, digits, `-`, `_`, dots and slashes, on every system a file."""
    if len(name) > LONGEST_NAME or not _SAFE.fullmatch(name):
        return False
    return not any(_RESERVED.fullmatch(part) for part in name.split("/"))


def read_archive(data: bytes, where: str) -> dict[str, bytes]:
    """The members by name. Raises WorkbenchError for anything our writer does not write; then nothing was expanded
    beyond what the directory promised."""
    members = _directory(data, where)
    _check_bounds(members, where)
    ends = _check_places(data, members, where)
    return {member.name: _content(data, member, end, where) for member, end in zip(members, ends, strict=True)}


def _packed(content: bytes) -> tuple[int, bytes]:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    calm = len(packed) < len(content) <= _CALM_RATIO * len(packed)
    return (_DEFLATED, packed) if calm else (_STORED, content)


def _directory(data: bytes, where: str) -> list[_Member]:
    if len(data) < _END.size or not data.startswith(_LOCAL_MARK):
        raise _refused("This is not a bundle", where, "Choose a file that ends in .mswb.")
    mark, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(data, len(data) - _END.size)
    if mark != _END_MARK or disk or first_disk or here != count or comment:
        raise _refused("The bundle is not whole: its end is missing", where, _DAMAGED)
    if count > MOST_MEMBERS:
        raise _refused(f"The bundle says it holds {count:,} files; at most {MOST_MEMBERS:,} are taken", where)
    if offset + size != len(data) - _END.size:
        raise _refused("The bundle is not whole: its list of files is not where it should be", where, _DAMAGED)
    members: list[_Member] = []
    at = offset
    for _ in range(count):
        member, at = _entry(data, at, where)
        members.append(member)
    if at != offset + size:
        raise _refused("The bundle's list of files does not end where it should", where, _DAMAGED)
    return members


def _entry(data: bytes, at: int, where: str) -> tuple[_Member, int]:
    if at + _ENTRY.size > len(data) - _END.size:
        raise _refused("The bundle's list of files is cut off", where, _DAMAGED)
    (mark, _, _, flags, method, _, _, checksum, packed, size, name_length, extra, comment, disk, _, rights, offset) = (
        _ENTRY.unpack_from(data, at)
    )
    end = at + _ENTRY.size + name_length + extra + comment
    if mark != _ENTRY_MARK or disk or extra or comment or end > len(data) - _END.size:
        raise _refused("The bundle's list of files cannot be read", where, _DAMAGED)
    raw = data[at + _ENTRY.size : at + _ENTRY.size + name_length]
    name = raw.decode("utf-8", "backslashreplace")
    if not is_safe_name(name):
        raise _refused(f"The bundle holds a file with a name that is not taken: {_shown(name)}", where)
    kind = stat.S_IFMT(rights >> 16)
    if kind not in (0, stat.S_IFREG):
        raise _refused(f"The bundle holds a link or a folder: {_shown(name)}", where)
    return _Member(name, flags, method, checksum, packed, size, offset), end


def _check_bounds(members: list[_Member], where: str) -> None:
    names = [member.name for member in members]
    twice = (
        next((name for place, name in enumerate(names) if name in set(names[:place])), None)
        if (len(set(names)) < len(names))
        else None
    )
    if twice is not None:
        raise _refused(f"The bundle holds two files with the name {twice}", where)
    if sum(member.size for member in members) > MOST_BYTES:
        raise _refused(f"The bundle would expand to more than {MOST_BYTES // 1024**2} MB", where)
    for member in members:
        if member.flags or member.method not in (_STORED, _DEFLATED):
            raise _refused(f"{member.name} is packed in a way that bundles are not", where)
        if member.size > MOST_RATIO * max(member.packed, 1):
            what = f"{member.name} would expand {member.size // max(member.packed, 1):,} times"
            raise _refused(f"{what}; at most {MOST_RATIO} times is taken", where)


def _check_places(data: bytes, members: list[_Member], where: str) -> list[int]:
    """Where each member's bytes end; members must follow one another without a gap, up to the directory."""
    at, ends = 0, []
    for member in members:
        if member.offset != at or at + _LOCAL.size > len(data):
            raise _refused(f"The bundle's files overlap or leave gaps, at {member.name}", where)
        mark, _, flags, method, _, _, checksum, packed, size, name_length, extra = _LOCAL.unpack_from(data, at)
        start = at + _LOCAL.size + name_length
        same = (flags, method, checksum, packed, size) == (
            member.flags, member.method, member.checksum, member.packed, member.size,
        )  # fmt: skip
        named = data[at + _LOCAL.size : start] == member.name.encode("ascii")
        at = start + member.packed
        if mark != _LOCAL_MARK or extra or not same or not named or at > len(data):
            raise _refused(f"{member.name} does not stand where the bundle says", where, _DAMAGED)
        ends.append(at)
    if data[at : at + 4] != (_ENTRY_MARK if members else _END_MARK):
        raise _refused("The bundle holds something behind its files", where)
    return ends


def _content(data: bytes, member: _Member, end: int, where: str) -> bytes:
    packed = data[end - member.packed : end]
    try:
        content = packed if member.method == _STORED else _expanded(packed, member.size)
    except zlib.error as error:
        raise _refused(f"{member.name} is damaged", where, _DAMAGED) from error
    if len(content) != member.size or zlib.crc32(content) != member.checksum:
        raise _refused(f"{member.name} is damaged", where, _DAMAGED)
    return content


def _expanded(packed: bytes, size: int) -> bytes:
    """At most one byte more than `size`; raises zlib.error when the packed bytes do not end there."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    content = unpacker.decompress(packed, size + 1)
    if not unpacker.eof or unpacker.unused_data or unpacker.unconsumed_tail:
        raise zlib.error("it does not end where it should")
    return content


def _refused(what: str, where: str, mend: str = "It was not made by a workbench; do not trust it.") -> WorkbenchError:
    return WorkbenchError(what, where=where, mend=mend)


def _shown(name: str) -> str:
    shown = ascii(name)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"
