"""A walk through the sample in ten sentences: each as a command prints it, with its number and where methods.md has it.

`pytest tests/unit/test_walk_through.py -s` prints the walk.
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from workbench.analysis.words import usd
from workbench.app import build
from workbench.cli import options, shortlist, tradeoffs

from matching_values import SAMPLE_FILE

NOUNS: dict[str, ModuleType] = {"shortlist": shortlist, "tradeoffs": tradeoffs, "options": options}


@dataclass(frozen=True, slots=True)
class Step:
    """What `command` says, the figure of its JSON that stands behind it, and what methods.md gives for that figure.

    `says` holds {0}: the figure as it is worded. Without `expected` the figure hangs on the catalog, and is only held
    to what is printed.
    """

    section: str
    command: str
    says: str
    number: Callable[[Any], float]
    worded: Callable[[float], str]
    expected: float | None = None
    within: float = 0.0


def option(found: Any, id: str) -> Any:
    return next(item for item in found["options"] if item["id"] == id)


def about(found: Any, part: str, id: str) -> Any:
    return next(item for item in found["insights"][part] if item["option"] == id)


def flip(found: Any, input: str, id: str) -> Any:
    return next(item for item in found["flips"] if (item["input"], item["option"]) == (input, id))


def best_own(found: Any) -> Any:
    """The best-valued of one's own models: with mixed data they come first."""
    return next(point for point in found["points"] if point["pareto"])


def percent(value: float) -> str:
    return f"{value * 100:.0f} %"


STEPS = {
    "limits come before points": Step(
        "6, TV-1e", "options",
        "B is out: needs {0} weeks; you allow 12. A is out: sends confidential text to another company.",
        lambda found: option(found, "B")["weeks"], lambda value: f"{value:.0f}", 14,
    ),
    "a front, not a winner": Step(
        "1.1, Pareto", "tradeoffs", "of 100 for about {0} a month.",
        lambda found: best_own(found)["cost_usd_month"], lambda value: f"${value:,.0f}",
    ),
    "a score on fixed scales": Step(
        "1.2, TV-1d", "options", "On points alone C leads B by a hair ({0} to 0.653)",
        lambda found: option(found, "C")["score"], lambda value: f"{value:.3f}", 0.6681, 5e-5,
    ),
    "what would change our mind": Step(
        "1.5, TV-1i", "options", "If C costs more than {0} a month, B leads by score",
        lambda found: flip(found, "monthly_usd", "C")["at"], lambda value: f"${value:,.0f}", 2_410, 0.5,
    ),
    "how firm the order is": Step(
        "1.6, TV-1k", "options", "C is best in {0} of the draws when nothing is known of your weights",
        lambda found: found["insights"]["acceptances"][0]["share"]["C"], percent, 0.478, 0.01,
    ),
    "cost over time": Step(
        "2.2, TV-2f", "options", "C has cost no more than A after {0} months.",
        lambda found: next(c["months"] for c in found["crossovers"] if (c["a"], c["b"]) == ("A", "C")),
        lambda value: f"{value:.2f}", 36.36, 5e-3,
    ),
    "what a pilot may cost": Step(
        "2.5, TV-2k", "options", "and knowing everything {0}: a pilot that costs less pays.",
        lambda found: found["insights"]["worth"]["all_usd"], lambda value: f"${round(value, -2):,.0f}", 10_300, 200,
    ),
    "what really is clean": Step(
        "4.3, TV-4g", "options", "{0} of the requests are clean",
        lambda found: about(found, "leaks", "C")["clean_share"], percent, 0.168, 5e-4,
    ),
    "people become servers": Step(
        "3.5", "options", "Your volume means {0} requests a second at the peak",
        lambda found: about(found, "capacity", "C")["peak_per_s"], lambda value: f"{value:.2g}",
        7_000 / 86_400 * 2.5, 1e-4,
    ),
    "leaning on few": Step(
        "7.4, TV-7e", "options", "C loses {0} with Meta AI.",
        lambda found: about(found, "vendors", "C")["lost_share"], percent, 0.8, 1e-9,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, Any]]]:
    """What each noun prints of the sample, for a person and as JSON."""
    services = build(tmp_path_factory.mktemp("home"))

    def run(noun: str, *words: str) -> str:
        parser = argparse.ArgumentParser()
        NOUNS[noun].register(parser.add_subparsers())
        arguments = parser.parse_args([noun, str(SAMPLE_FILE), *words])
        out = io.StringIO()
        with redirect_stdout(out):
            assert arguments.run(arguments, services) == 0
        return out.getvalue()

    more = {"options": ("--details",)}
    yield {noun: (run(noun, *more.get(noun, ())), json.loads(run(noun, "--json"))) for noun in NOUNS}
    services.close()


@pytest.mark.parametrize("step", STEPS.values(), ids=[name.replace(" ", "-") for name in STEPS])
def test_that_each_sentence_of_the_walk_holds_the_number_it_rests_on(
    step: Step, printed: dict[str, tuple[str, Any]]
) -> None:
    told, found = printed[step.command]
    number = step.number(found)
    if step.expected is not None:
        assert number == pytest.approx(step.expected, abs=step.within)
    sentence = step.says.format(step.worded(number))
    line = next((line for line in told.splitlines() if sentence in line), "")
    assert line, f"{sentence!r} is not said"
    start = line.rfind(". ", 0, line.index(sentence)) + 1
    end = line.find(". ", line.index(sentence) + len(sentence) - 2)
    whole = line[start : end + 1 if end > 0 else None].strip()
    print(f"\n[methods.md {step.section}] workbench {step.command}: {whole} (the figure: {number:g})", end="")


def test_that_the_walk_has_ten_sentences() -> None:
    assert len(STEPS) == 10


def test_that_the_walk_begins_with_what_the_shortlist_keeps(printed: dict[str, tuple[str, Any]]) -> None:
    told, found = printed["shortlist"]
    assert f"{len({v['model'] for v in found['verdicts'] if v['kept']})} of " in told
    assert told.startswith(f"{found['kept']} of {found['kept'] + found['excluded']} models qualify.")


def test_that_the_tornado_is_a_table_with_the_numbers_of_its_json(printed: dict[str, tuple[str, Any]]) -> None:
    told, found = printed["options"]
    widest, *others = found["tornado"]["inputs"]
    assert f"{found['tornado']['title']}: {found['tornado']['difference']}." in told
    line = next(line for line in told.splitlines() if line.startswith(widest["title"]))
    assert usd(widest["low_usd"]) in line and usd(widest["high_usd"]) in line
    assert all(widest["high_usd"] - widest["low_usd"] >= each["high_usd"] - each["low_usd"] for each in others)
