"""Why a model was not asked: the guard's reason, which of the person's answers decided, and what can be done."""

from __future__ import annotations

from collections.abc import Callable

from workbench.domain.evidence import Answer
from workbench.domain.scenario import Scenario
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.theme import Tone

#: by where a sentence says it happened: the place in Settings, and the words that lead there
_IN_SETTINGS = {
    "privacy guard": ("network", "Open network settings"),
    "keychain": ("providers", "Open keys"),
    "spend cap": ("spend", "Open spending caps"),
}


def mended_in_settings(answer: Answer) -> tuple[str, str] | None:
    """Where in Settings what stood against an answer can be mended (a key: "providers/openai"), and what the way there
    is called."""
    where = "keychain" if answer.error_what.endswith("does not accept the key") else answer.error_where
    found = _IN_SETTINGS.get(where)
    if found is None or found[0] != "providers":
        return found
    return f"{found[0]}/{answer.model.partition('/')[0]}", found[1]


def why_not_sent(
    answer: Answer, name: str, scenario: Scenario | None, clean_example: Callable[[], None]
) -> Explanation:
    """For the inspector."""
    sections = [
        Section("What happened", (Row(answer.error_what, Tone.CAUTION), Row("Nothing left this machine.", Tone.GOOD)))
    ]
    if answer.error_where:
        sections.append(Section("Which rule", (Row(answer.error_where),)))
    if scenario is not None:
        sections.append(Section("What you answered", _answers(scenario)))
    mend = (Row(answer.error_mend),) if answer.error_mend else ()
    ways = (*mend, Row("Or ask with an example of ours: it holds none of this scenario's data.", icon="swap"))
    sections.append(Section("What you can do", ways))
    action = InspectorAction("Use a clean example instead", clean_example, "Nothing of this scenario is sent")
    return Explanation(f"{name} was not asked", "The privacy guard", tuple(sections), actions=(action,))


def _answers(scenario: Scenario) -> tuple[Row, ...]:
    """The requirements that decide what may leave, in the words of the questions."""
    from workbench.domain.questions import requirements_from

    rules = {
        "local-only": "The data of this scenario must stay on this machine.",
        "mixed": "Only requests without sensitive text may leave this machine.",
        "free": "Under the rules you set, this scenario's data may go out.",
    }
    requirements = requirements_from(scenario.answers)
    rows = [Row(rules[requirements.data_rule.value])]
    if "third_party" in requirements.unknown:
        rows.append(Row("You have not said yet who may process the data, so nothing leaves."))
    day = f"{scenario.updated_at.astimezone():%d %b %Y}".lstrip("0")
    return (*rows, Row(f"Your answers as saved on {day}; change them under Requirements."))
