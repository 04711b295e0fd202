"""Reports: each format of the sample, and one with 20,000 annex rows. Prints wall and processor seconds, megabytes, and
the longest gap of a thread that only sleeps meanwhile, which is what the window would feel.

Each row runs in a process of its own, side by side with what was asked: HTML 0.3 s, PDF 0.5 s, all formats 3 s; 20,000
rows 5 s and 300 MB; no gap over 50 ms.
"""

from __future__ import annotations

import dataclasses
import gc
import resource
import subprocess
import sys
from pathlib import Path

from bench_bundle import measured

TESTS = Path(__file__).parent.parent
ROWS = 20_000
ASKED = {"html": 0.3, "pdf": 0.5, "qt-pdf": 0.5}


def measure(kind: str, *, long: bool) -> None:
    """Renders once to warm up, once to measure."""
    sys.path.insert(0, str(TESTS))
    from workbench.reports.build import build
    from workbench.reports.document import Cell, Document, SectionId
    from workbench.reports.writers import BUILTIN

    from report_material import material

    def render(document: Document) -> bytes:
        if kind == "qt-pdf":
            from workbench.gui.printing import pdf

            return pdf(document)
        return BUILTIN[kind].render(document)

    document = build(material())
    render(document)
    if long:
        cases = next(section for section in document.sections if section.id is SectionId.CASES)
        about, table = cases.parts[0].blocks
        rows = tuple((Cell(f"case {n}"), Cell("1"), Cell("0"), Cell("0.5")) for n in range(ROWS))
        part = dataclasses.replace(cases.parts[0], blocks=(about, dataclasses.replace(table, rows=rows)))
        sections = tuple(
            dataclasses.replace(section, parts=(part,)) if section.id is SectionId.CASES else section
            for section in document.sections
        )
        document = dataclasses.replace(document, sections=sections)
    gc.collect()
    gc.freeze()  # as the window does once its first page is up
    content, wall, processor, gap = measured(lambda: render(document))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{wall:.3f} {processor:.3f} {most:.0f} {len(content) / 1e6:.2f} {gap * 1000:.0f}")


def run(kind: str, *, long: bool) -> list[float]:
    command = [sys.executable, __file__, kind, "long" if long else "sample"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return [float(word) for word in printed[-5:]]


def main() -> None:
    from workbench.reports.writers import BUILTIN

    for long in (False, True):
        print(f"{ROWS:,} annex rows" if long else "the sample")
        total = busy = 0.0
        for kind in (*BUILTIN, "qt-pdf"):
            wall, processor, most, size, gap = run(kind, long=long)
            asked = 5.0 if long else ASKED.get(kind, 0.0)
            ratio = f"{wall / asked:5.2f} of what was asked" if asked else ""
            print(
                f"  {kind:7} {wall:6.2f} s ({processor:5.2f} s processor) {most:5.0f} MB {size:6.2f} MB file "
                f"{gap:4.0f} ms gap  {ratio}"
            )
            if kind != "qt-pdf":
                total, busy = total + wall, busy + processor
        if not long:
            print(f"  all     {total:6.2f} s ({busy:5.2f} s processor)  {total / 3:5.2f} of what was asked")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(sys.argv[1], long=sys.argv[2] == "long")
    else:
        main()
