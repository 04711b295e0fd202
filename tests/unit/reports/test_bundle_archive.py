"""The bundle's archive: exact both ways, readable by any zip program, and strict about everything else."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.domain.errors import WorkbenchError
from workbench.domain.secret import Secret
from workbench.reports.bundle import seals
from workbench.reports.bundle.archive import is_safe_name, read_archive, write_archive

from bundles import quickly_locked

NAMES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}(/[a-z0-9]{1,5})?\.[a-z]{1,4}", fullmatch=True).filter(is_safe_name)
MEMBERS = st.dictionaries(NAMES, st.binary(max_size=300) | st.binary(max_size=3).map(lambda b: b * 500), max_size=4)


@given(MEMBERS)
def test_that_members_come_back_as_they_were_in_the_same_bytes_each_time(
    members: dict[str, bytes],
) -> None:
    data = write_archive(members)
    assert write_archive(members) == data
    if members:
        assert read_archive(data, "x.mswb") == members
        assert list(read_archive(data, "x.mswb")) == list(members)


@given(MEMBERS)
def test_that_any_zip_program_reads_what_is_written(members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(write_archive(members))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == members


@given(MEMBERS.filter(bool), st.data())
def test_that_an_archive_cut_anywhere_is_refused(members: dict[str, bytes], data: st.DataObject) -> None:
    whole = write_archive(members)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(WorkbenchError):
        read_archive(whole[:cut], "x.mswb")


@given(MEMBERS.filter(bool), st.data())
def test_that_a_flipped_bit_is_refused_or_touches_no_content(members: dict[str, bytes], data: st.DataObject) -> None:
    whole = bytearray(write_archive(members))
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    try:
        found = read_archive(bytes(whole), "x.mswb")
    except WorkbenchError:
        return
    assert found == members  # a date or a version number in a header


@given(st.binary(max_size=400))
def test_that_any_bytes_give_a_sentence(data: bytes) -> None:
    for whole in (data, b"PK\3\4" + data, data + write_archive({"a.json": b"{}"})):
        if whole != write_archive({"a.json": b"{}"}):
            with pytest.raises(WorkbenchError):
                read_archive(whole, "x.mswb")


@pytest.mark.parametrize(
    "name",
    ["../x", "/x", "C:\\x", "a\\..\\x", "a/../x", "x" * 300, "con", "con.json", "a/nul.txt", "a\0b", "A.json", "a//b",
     "a/", ".x", "a.", "ä.json", "lpt1.csv", ""],
)  # fmt: skip
def test_that_names_which_could_lead_elsewhere_are_not_safe(name: str) -> None:
    assert not is_safe_name(name)
    with pytest.raises(ValueError):
        write_archive({name: b""})


def test_that_a_passphrase_opens_what_it_locked_and_another_does_not() -> None:
    locked = quickly_locked(b"content", "quiet horse")
    assert seals.is_locked(locked) and b"content" not in locked
    assert seals.unlocked(locked, Secret("quiet horse"), "x.mswb") == b"content"
    with pytest.raises(WorkbenchError, match="passphrase does not open"):
        seals.unlocked(locked, Secret("quiet house"), "x.mswb")
    with pytest.raises(WorkbenchError, match="passphrase does not open"):
        seals.unlocked(locked[:-1], Secret("quiet horse"), "x.mswb")


@pytest.mark.slow
def test_that_what_is_locked_here_is_opened_by_its_passphrase() -> None:
    locked = seals.locked(b"content", Secret("quiet horse"))
    assert seals.is_locked(locked) and b"content" not in locked
    assert seals.unlocked(locked, Secret("quiet horse"), "x.mswb") == b"content"


def test_that_an_empty_passphrase_locks_nothing() -> None:
    with pytest.raises(WorkbenchError, match="empty"):
        seals.locked(b"content", Secret(" "))


def test_that_a_locked_file_that_would_take_hours_to_open_is_refused_at_once() -> None:
    locked = quickly_locked(b"content", "quiet horse")
    head, _, rest = locked.partition(b" 10\n")
    with pytest.raises(WorkbenchError, match="would take hours"):
        seals.unlocked(head + b" 40\n" + rest, Secret("quiet horse"), "x.mswb")


def test_that_a_signature_holds_for_what_was_signed_only() -> None:
    key = seals.new_key()
    plain = seals.signed(b"manifest", key)
    good, bad = seals.checked(b"manifest", plain, "x"), seals.checked(b"manifesto", plain, "x")
    assert good.holds and not bad.holds
    assert good.fingerprint == bad.fingerprint == seals.fingerprint_of(key)
    assert len(good.fingerprint.split()) == 10
    assert seals.checked(b"manifest", seals.signed(b"manifest", seals.new_key()), "x").fingerprint != good.fingerprint


@pytest.mark.parametrize(
    "plain",
    [None, [], {}, {"algorithm": "rsa", "public_key": "", "signature": ""},
     {"algorithm": "ed25519", "public_key": "?", "signature": ""},
     {"algorithm": "ed25519", "public_key": "AAAA", "signature": "AAAA"}],
)  # fmt: skip
def test_that_a_signature_which_is_none_gives_a_sentence(plain: object) -> None:
    with pytest.raises(WorkbenchError) as caught:
        seals.checked(b"manifest", plain, "x.mswb")
    assert caught.value.where == "x.mswb" and caught.value.mend
