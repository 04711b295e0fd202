"""The columns of a data set, and which name in a file stands for which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: what the workbench knows of a case, with what it says to a person who chooses columns
KNOWN = {
    "id": "Case",
    "input": "Input",
    "expected": "Expected",
    "scorer": "Scorer",
    "source_document": "Source document",
    "sensitive": "Sensitive",
    "tags": "Tags",
    "context": "Text of the source",
    "split": "Example or test",
}
REQUIRED = ("input", "expected")
#: other names that people and programs give these columns
ALIASES = {
    name: known
    for known, names in {
        "id": "case_id case nr number uid key doc_id sample_id",
        "input": "prompt question query frage eingabe pregunta entrada domanda vraag user request instruction "
        "text_input input_text",
        "expected": "answer reference target ideal label output completion response expected_output expected_answer "
        "ground_truth gold antwort erwartet respuesta réponse risposta antwoord solution correct_answer "
        "reference_answer",
        "source_document": "source document file quelle dokument source_file doc datei",
        "sensitive": "confidential personal private vertraulich sensibel confidentiel",
        "tags": "tag task category topic kategorie thema catégorie categoria group type",
        "context": "passage source_text evidence kontext contexte contexto background",
        "split": "few_shot fold subset role",
    }.items()
    for name in names.split()
}  # fmt: skip


def normalised(cell: str) -> str:
    """A header cell as names are compared: lower case, without spaces and dashes."""
    return cell.strip().strip("\ufeff").strip().casefold().replace(" ", "_").replace("-", "_")


def known_name(cell: str) -> str:
    """A header cell as one of `KNOWN`; any other name comes back as it is, in lower case."""
    name = normalised(cell)
    return ALIASES.get(name, name)


@dataclass(frozen=True)
class Naming:
    """Which column of a file is what. `columns` maps names of `KNOWN` to names in the file, as a person chose them:
    then nothing else is guessed. Without it, known names and their usual synonyms count.

    `required` are those that a file must have.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = REQUIRED
    raw: bool = False

    def name(self, cell: str) -> str:
        """The known name of a column, or its name in the file."""
        if self.raw:
            return cell.strip().strip("\ufeff").strip()
        if not self.columns:
            return known_name(cell)
        wanted = normalised(cell)
        for known, name in self.columns.items():
            if normalised(name) == wanted:
                return known
        return cell.strip()

    def missing(self, names: object) -> list[str]:
        """Those of `required` that are not among `names`."""
        return [name for name in self.required if name not in names]  # type: ignore[operator]


#: every column under its own name, for a preview
RAW = Naming(required=(), raw=True)


def chosen(columns: Mapping[str, str]) -> Naming:
    """What a person chose; without a column "expected", answers are judged by what needs none."""
    return Naming({known: name for known, name in columns.items() if name}, ("input",))
