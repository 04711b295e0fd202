"""The report of the knowledge assistant, as files that a person can read.

After a wanted change `PYTHONPATH=tests:. python tests/golden/test_report_golden.py` writes them again.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from workbench.reports.build import build
from workbench.reports.charts import svg
from workbench.reports.document import Length
from workbench.reports.writers import BUILTIN

from report_material import material

FOLDER = Path(__file__).parent / "report"


def renderings() -> dict[str, bytes]:
    """File names and what they should hold."""
    full, page = build(material()), build(material(), Length.PAGE)
    return {
        "knowledge-assistant.md": BUILTIN["md"].render(full),
        "knowledge-assistant-one-page.md": BUILTIN["md"].render(page),
        "knowledge-assistant-one-page.html": BUILTIN["html"].render(page),
        "cost-over-time.svg": svg(material().charts["cumulative"], 752, 400).encode(),
    }


@pytest.mark.parametrize("name", sorted(renderings()))
def test_that_the_report_is_as_a_person_read_and_accepted_it(name: str) -> None:
    assert renderings()[name].decode() == (FOLDER / name).read_text(encoding="utf-8")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, content in renderings().items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
