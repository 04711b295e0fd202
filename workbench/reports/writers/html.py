"""HTML in one file: opens anywhere, fetches nothing, runs one script of ours that sorts tables, prints on A4."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from workbench.analysis.chartspec import Chart
from workbench.paths import data_dir
from workbench.reports import charts
from workbench.reports.branding import accent
from workbench.reports.document import (
    Block,
    Brand,
    Callout,
    Document,
    Facts,
    KeyFigures,
    Length,
    Listing,
    Mark,
    Paragraph,
    Picture,
    Source,
    Table,
    Verbatim,
)
from workbench.reports.own_words import own_words
from workbench.reports.written import plain

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_KINDS: dict[type[Block], str] = {
    Paragraph: "paragraph",
    KeyFigures: "key_figures",
    Table: "table",
    Picture: "picture",
    Callout: "callout",
    Listing: "listing",
    Facts: "facts",
    Source: "source",
    Verbatim: "verbatim",
}
_SIGNS = {Mark.GOOD: "✓", Mark.CAUTION: "!", Mark.BAD: "✕"}
_WIDE, _NARROW = 752, 348


@dataclass(frozen=True, slots=True)
class HtmlWriter:
    """Self-contained HTML with inline SVG and a print style."""

    id: str = "html"
    title: str = "Web page"

    def render(self, document: Document) -> bytes:
        """The page. Raises WorkbenchError when the installation lacks its templates."""
        from markupsafe import Markup

        style = _resource("report.css") + _brand_style(document.brand)
        # One sheet of paper has nothing to sort.
        script = _resource("sort.js") if document.length is Length.FULL else ""
        digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
        logo = base64.b64encode(document.brand.logo).decode("ascii")
        return (
            _environment()
            .get_template("report.html.j2")
            .render(
                document=document,
                style=Markup(style),
                signs=_SIGNS,
                script=Markup(script),
                script_hash=f"sha256-{digest}",
                logo=f"data:{document.brand.media_type};base64,{logo}" if logo else "",
                said=own_words(document.language),
            )
            .encode("utf-8")
        )


@cache
def _resource(name: str) -> str:
    return (data_dir("resources") / "report" / name).read_text(encoding="utf-8")


def _brand_style(brand: Brand) -> str:
    """The brand's colour over ours, on paper and on a light screen."""
    if not brand.colour:
        return ""
    return f"\n@media print, (prefers-color-scheme: light) {{ :root {{ --accent: {accent(brand)}; }} }}\n"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(data_dir("resources") / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(kind_of=lambda block: _KINDS[type(block)], picture=_picture)
    return environment


def _clean(value: object) -> object:
    """Every text without illegal characters; it is escaped after this. Finished markup passes."""
    return plain(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _picture(chart: Chart, *, wide: bool, length: Length) -> Markup:
    """The chart for a wide or a narrow screen; `charts.svg` escapes every text in it."""
    from markupsafe import Markup

    width = _WIDE if wide else _NARROW
    return Markup(charts.svg(chart, width, _height(chart, wide=wide, length=length), standalone=False))


def _height(chart: Chart, *, wide: bool, length: Length) -> int:
    """Low for a chart with a line for each of a few names and on the one page, else a picture's usual proportions."""
    if chart.y.ticks and not chart.y.label:
        return 80 + 44 * len(chart.y.ticks)
    if length is Length.PAGE:
        return 300 if wide else 180
    return 400 if wide else 380


HTML = HtmlWriter()
