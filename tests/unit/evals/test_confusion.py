"""The confusion matrix of a classifying scorer, worked by hand and by its definition."""

from __future__ import annotations

import random
from statistics import fmean

from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase
from workbench.evals.confusion import confusion, confusion_of

SPEC = 'classification(classes="good|bad|so so")'


def test_that_a_matrix_worked_by_hand_comes_out() -> None:
    pairs = [("good", "good")] * 4 + [("good", "bad")] + [("bad", "bad")] * 2 + [("bad", "other")] * 2
    found = confusion(pairs)
    assert found.names == ("good", "bad", "other")
    assert found.counts == ((4, 1, 0), (0, 2, 2), (0, 0, 0))
    assert (found.n, round(found.accuracy, 3)) == (9, 0.667)
    good, bad, other = found.classes
    assert (good.precision, good.recall, round(good.f1, 3)) == (1.0, 0.8, 0.889)
    assert (round(bad.precision or 0, 3), bad.recall, round(bad.f1, 3)) == (0.667, 0.5, 0.571)
    assert (other.precision, other.recall, other.f1) == (0.0, None, 0.0)
    assert round(found.macro_f1, 3) == 0.73, "the mean of the classes that were expected"


def test_that_macro_f1_agrees_with_its_definition_on_random_pairs() -> None:
    drawn = random.Random(5)
    for _ in range(200):
        pairs = [(drawn.choice("abcd"), drawn.choice("abcde")) for _ in range(drawn.randint(1, 60))]
        wanted = []
        for name in {one for one, _ in pairs}:
            right = sum(one == two == name for one, two in pairs)
            wrong = sum((one == name) != (two == name) for one, two in pairs)
            wanted.append(2 * right / (2 * right + wrong))
        assert abs(confusion(pairs).macro_f1 - fmean(wanted)) < 1e-12


def test_that_it_is_read_from_the_results_of_one_model() -> None:
    cases = [EvalCase("1", "q", "Good"), EvalCase("2", "q", "bad"), EvalCase("3", "q", "so so")]
    texts = {"1": "That is good.", "2": "good", "3": "so so"}
    results = [
        CaseResult("r", id, "a", SPEC, CaseOutcome.SCORED, text, 1.0, label="") for id, text in texts.items()
    ] + [CaseResult("r", "1", "b", SPEC, CaseOutcome.SCORED, "bad", 0.0)]
    found = confusion_of(results, cases, SPEC, "a")
    assert found is not None
    assert (found.n, found.accuracy) == (3, 2 / 3)
    assert confusion_of(results, cases, "contains", "a") is None
    assert confusion_of(results, cases, "inspect-match", "a") is None
    assert confusion_of(results, [], SPEC, "a") is None
