"""Files beside a prompt: text, PDF and pictures; and files that are none of these, or not what they seem."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.services import pdf_text
from workbench.services.attachments import MOST_CHARACTERS, MOST_TEXT_BYTES, read_attachment


def a_pdf(*pages: bytes) -> bytes:
    """A small PDF; each page's content stream is given."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(pages)))
    objects.append(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)))
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for number, content in enumerate(pages):
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
        objects.append(page % (5 + 2 * number) + b"/Resources << /Font << /F1 3 0 R >> >> >>")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def words(text: str) -> bytes:
    return b"BT /F1 12 Tf 72 720 Td (%s) Tj ET" % text.encode("latin-1")


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    ("content", "text", "note"),
    [
        ("Grüße\r\nzwei".encode(), "Grüße\nzwei", ""),
        ("Grüße".encode("utf-8-sig"), "Grüße", ""),
        ("Grüße".encode("utf-16"), "Grüße", ""),
        ("Grüße".encode("latin-1"), "Grüße", "read as Latin-1"),
    ],
)
def test_that_text_is_read_as_it_was_written(
    put: Callable[[str, bytes], Path], content: bytes, text: str, note: str
) -> None:
    found = read_attachment(put("letter.txt", content))
    assert (found.name, found.text, found.is_image) == ("letter.txt", text, False)
    assert note in found.note


def test_that_a_long_text_is_cut_and_says_so(put: Callable[[str, bytes], Path]) -> None:
    found = read_attachment(put("long.txt", b"a" * (MOST_CHARACTERS + 1)))
    assert len(found.text) == MOST_CHARACTERS and "Only the first 400,000" in found.note


def test_that_the_text_of_all_pages_of_a_pdf_is_taken(put: Callable[[str, bytes], Path]) -> None:
    found = read_attachment(put("policy.pdf", a_pdf(words("28 days of leave"), words("until 31 March"))))
    assert found.text == "28 days of leave\n\nuntil 31 March"
    assert (found.note, found.media_type) == ("", "application/pdf")


def test_that_a_pdf_with_pictures_of_pages_says_which_are_missing(put: Callable[[str, bytes], Path]) -> None:
    assert "1 of 2 pages hold no text" in read_attachment(put("half.pdf", a_pdf(words("Hello"), b""))).note
    with pytest.raises(WorkbenchError, match="a scan"):
        read_attachment(put("scan.pdf", a_pdf(b"", b"")))


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\n",
        a_pdf(words("Hello"))[:200],
        a_pdf(b"BT (" + b"(" * 100_000 + b") Tj ET"),
        a_pdf(words("Hello")).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
    ],
    ids=["only a header", "cut", "brackets", "a page tree that contains itself"],
)
def test_that_a_broken_or_hostile_pdf_is_a_sentence(put: Callable[[str, bytes], Path], content: bytes) -> None:
    with pytest.raises(WorkbenchError, match="The PDF cannot be read") as refused:
        read_attachment(put("bad.pdf", content))
    assert "bad.pdf" in refused.value.where and refused.value.mend


def test_that_a_pdf_that_takes_too_long_is_given_up(
    put: Callable[[str, bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_text, "LIMIT_S", 0.05)
    with pytest.raises(WorkbenchError, match="took more than"):
        read_attachment(put("slow.pdf", a_pdf(words("Hello"))))


def test_that_a_pdf_that_grows_is_stopped_at_its_bound(put: Callable[[str, bytes], Path]) -> None:
    packed = zlib.compress(b"BT (a) Tj ET\n" * 8_000_000, 1)
    bomb = a_pdf(b"x").replace(
        b"<< /Length 1 >>\nstream\nx",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s" % (len(packed), packed),
    )
    with pytest.raises(WorkbenchError, match="The PDF cannot be read"):
        read_attachment(put("bomb.pdf", bomb))


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
    ],
)
def test_that_a_picture_is_known_by_its_beginning_whatever_its_name(
    put: Callable[[str, bytes], Path], start: bytes, kind: str
) -> None:
    found = read_attachment(put("picture.txt", start + b"rest"))
    assert (found.media_type, found.data, found.text) == (kind, start + b"rest", "")


def test_that_what_cannot_be_attached_is_a_sentence_at_once(put: Callable[[str, bytes], Path], tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(MOST_TEXT_BYTES + 1)
    for path, told in (
        (tmp_path, "no file"),
        (fifo, "no file"),
        (Path("/dev/zero"), "no file"),
        (tmp_path / "gone", "cannot be read"),
        (put("empty", b""), "empty"),
        (put("program", b"\x7fELF\0\0\0"), "neither text"),
        (large, "may have 4 MiB"),
    ):
        with pytest.raises(WorkbenchError, match=told):
            read_attachment(path)
