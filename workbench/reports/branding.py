"""Whose report it is: a name, a colour that stays readable on paper, and a logo made small and stripped of the rest."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.reports.document import Brand

ACCENT = "#1f62a8"
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LONGEST_NAME = 120
_MOST_BYTES = 4_000_000
_MOST_PIXELS = 25_000_000
_BOX_PX = (720, 240)
_READABLE = 4.5


def brand_of(name: str = "", colour: str = "", logo: Path | None = None) -> Brand:
    """A checked brand. Raises WorkbenchError for no colour like "#1f62a8", and for a logo that is no PNG or JPEG."""
    shade = colour.strip().lower()
    if shade and not _COLOUR.fullmatch(shade):
        raise WorkbenchError(f"{colour!r} is no colour", where="colour", mend="Write it like #1f62a8.")
    shown = " ".join(name.split())
    if len(shown) > _LONGEST_NAME:
        mend = f"Use at most {_LONGEST_NAME} characters."
        raise WorkbenchError("The name on the report is too long", where="name", mend=mend)
    return Brand(shown, shade, _logo(logo) if logo else b"")


def accent(brand: Brand) -> str:
    """The brand's colour, darkened until text in it can be read on white; ours without one."""
    return _readable(brand.colour or ACCENT)


@cache
def _readable(colour: str) -> str:
    rgb = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    while 1.05 / (_luminance(rgb) + 0.05) < _READABLE:
        rgb = [int(part * 0.94) for part in rgb]
    return "#" + "".join(f"{part:02x}" for part in rgb)


def _luminance(rgb: list[int]) -> float:
    """WCAG's relative luminance, 0 to 1."""
    parts = [part / 255 for part in rgb]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _logo(file: Path) -> bytes:
    """The picture as a PNG that fits a letterhead: nothing but its pixels comes along."""
    from PIL import Image, UnidentifiedImageError

    mend = "Choose a PNG or JPEG picture."
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise WorkbenchError("The logo cannot be read", where=file.name, mend=mend) from error
    if len(content) > _MOST_BYTES:
        raise WorkbenchError("The logo is larger than 4 MB", where=file.name, mend="Choose a smaller picture.")
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise WorkbenchError("The logo has too many pixels", where=file.name, mend="Choose a smaller picture.")
            small = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise WorkbenchError("The logo is no PNG or JPEG picture", where=file.name, mend=mend) from error
    small.thumbnail(_BOX_PX)
    out = BytesIO()
    small.save(out, "PNG")
    return out.getvalue()
