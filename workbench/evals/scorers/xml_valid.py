"""The answer is well-formed XML."""

from __future__ import annotations

from xml.parsers import expat

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample
from workbench.evals.scorers.text import alternatives, shortened, unfenced


class XmlValid(Scorer):
    id = "xml"
    title = "Valid XML"
    group = Group.FORM
    expects = "Nothing, or names of elements separated by | that must occur. The whole answer must be one XML document."
    example = sample("name | days", "<leave><name>Ada</name><days>4</days></leave>", "<leave><name>Ada</leave>")

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        names: set[str] = set()
        fault = _read(unfenced(answer.text), names)
        if fault:
            return Score(0.0, f"not XML: {fault}")
        missing = [name for name in alternatives(case.expected) if name not in names]
        return Score(0.0, f"missing: {shortened(', '.join(missing))}") if missing else Score(1.0, "well-formed XML")


def _read(text: str, names: set[str]) -> str:
    """Why it is not XML, "" when it is; `names` gets the elements. A document type is refused: its entities could grow
    without end."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise ValueError("a document type is not allowed")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, _: names.add(name.rpartition(":")[2].casefold())
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        return f"{expat.ErrorString(error.code)}, line {error.lineno}"
    except ValueError as error:
        return str(error)
    return ""


SCORER = XmlValid()
