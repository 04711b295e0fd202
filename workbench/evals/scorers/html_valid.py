"""The answer is HTML whose elements are closed in their order."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, NotScored, Score, Scorer, sample
from workbench.evals.scorers.text import alternatives, shortened, unfenced

#: the standard library's parser takes a time that grows with the square of what is never closed
LONGEST = 30_000
VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
#: elements that may be left open: what follows, or the end of what they stand in, ends them
OPTIONAL = frozenset(("html", "head", "body", "p", "li", "dt", "dd", "option", "optgroup", "colgroup", "rt", "rp"))
OPTIONAL |= frozenset(("thead", "tbody", "tfoot", "tr", "td", "th"))


class HtmlValid(Scorer):
    id = "html"
    title = "Valid HTML"
    group = Group.FORM
    version = 2
    expects = (
        "Nothing, or names of elements separated by | that must occur. The answer must hold elements, and every one "
        "that is opened must be closed, where HTML asks for it."
    )
    example = sample("ul | li", "<ul><li>One<li>Two</ul>", "<ul><li><b>One</ul>")

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        if len(answer.text) > LONGEST:
            raise NotScored(f"HTML is read in answers of up to {LONGEST:,} characters.")
        reader = _Reader()
        try:
            reader.feed(unfenced(answer.text))
            reader.close()
        except AssertionError as error:  # WORKAROUND: so html.parser says of some broken declarations
            return Score(0.0, f"not HTML: {shortened(str(error))}")
        fault = reader.verdict()
        if fault:
            return Score(0.0, fault)
        missing = [name for name in alternatives(case.expected) if name not in reader.names]
        return Score(0.0, f"missing: {shortened(', '.join(missing))}") if missing else Score(1.0, "valid HTML")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()
        self._open: list[str] = []
        self._counts: Counter[str] = Counter()  # of those that are open
        self._fault = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        if tag not in VOID:
            self._open.append(tag)
            self._counts[tag] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._counts[tag] and self._open[-1] != tag and self._open[-1] in OPTIONAL:
            self._counts[self._open.pop()] -= 1
        if self._counts[tag] and self._open[-1] == tag:
            self._counts[self._open.pop()] -= 1
        elif not self._fault and tag not in VOID:
            inside = f" while <{self._open[-1]}> is open" if self._open else ""
            self._fault = f"</{shortened(tag)}> closes nothing{inside}"

    def verdict(self) -> str:
        if not self.names:
            return "there is no element in it"
        never = next((tag for tag in self._open if tag not in OPTIONAL), "")
        return self._fault or (f"<{shortened(never)}> is never closed" if never else "")


SCORER = HtmlValid()
