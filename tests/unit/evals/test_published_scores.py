"""BLEU, chrF, TER and ROUGE against their published implementations, on 200 pairs of texts."""

from __future__ import annotations

import random

import pytest
from workbench.domain.evals import EvalCase
from workbench.evals.scorers import Answer, scorer

SOURCE = """the leave policy gives every employee twenty-nine days of annual leave and forty-four days of parental leave
Requests must reach Kenji Solberg before 12 June, or they wait. Größe café naïve 東京 state_of_the_art it's
(see HR-04) 3.5 % — “quoted” U.S. e.g. a a a the The THE"""
WORDS = SOURCE.split()


def texts(count: int) -> list[tuple[str, str]]:
    """Pairs of an expected text and an answer that is it with words changed, left out, moved or made up."""
    drawn = random.Random(6)
    pairs = []
    for _ in range(count):
        wanted = drawn.choices(WORDS, k=drawn.randint(1, 16))
        said = [drawn.choice(WORDS) if drawn.random() < 0.2 else word for word in wanted if drawn.random() > 0.1]
        if drawn.random() < 0.3:
            place = drawn.randrange(len(said) + 1)
            said = said[place:] + said[:place]
        if drawn.random() < 0.1:
            said = drawn.choices(WORDS, k=drawn.randint(1, 10))
        pairs.append((" ".join(wanted), " ".join(said) or "nothing"))
    return pairs


PAIRS = texts(200)


def value(spec: str, expected: str, answer: str) -> float:
    return scorer(spec).score(Answer(answer), EvalCase("1", "q", expected)).value


def test_that_bleu_chrf_and_ter_are_sacrebleu_s() -> None:
    import sacrebleu

    for wanted, said in PAIRS:
        assert value("bleu", wanted, said) == pytest.approx(min(1, sacrebleu.sentence_bleu(said, [wanted]).score / 100))
        assert value("chrf", wanted, said) == pytest.approx(sacrebleu.sentence_chrf(said, [wanted]).score / 100)
        plus = sacrebleu.sentence_chrf(said, [wanted], word_order=2).score / 100
        assert value("chrf(word_order=2)", wanted, said) == pytest.approx(plus)
        ter = sacrebleu.sentence_ter(said, [wanted]).score / 100
        assert value("ter", wanted, said) == pytest.approx(max(0.0, 1.0 - ter))


def test_that_rouge_is_rouge_score_s() -> None:
    from rouge_score.rouge_scorer import RougeScorer

    published = RougeScorer(["rouge1", "rouge2", "rougeL"])
    for wanted, said in PAIRS:
        theirs = published.score(wanted, said)
        for name, ours in (("rouge1", "rouge-1"), ("rouge2", "rouge-2"), ("rougeL", "rouge-l")):
            spec = f"{ours}(as_published=yes)"
            if scorer(spec).problem(wanted) == "":
                assert value(spec, wanted, said) == pytest.approx(theirs[name].fmeasure), (name, wanted, said)
            if (wanted + said).isascii() and "_" not in wanted + said:
                assert value(ours, wanted, said) == pytest.approx(theirs[name].fmeasure), (name, wanted, said)


def test_that_words_beyond_ascii_count_unless_the_published_rules_are_wanted() -> None:
    assert value("rouge-1", "Größe über alles", "größe über alles") == 1.0
    assert value("rouge-1", "Größe", "Gruße") == 0.0
    assert value("rouge-1(as_published=yes)", "Größe", "Gruße") > 0.0, "rouge-score sees “gr” and “e”"


def test_that_several_references_are_taken_together() -> None:
    import sacrebleu

    expected = "The cat sat on the mat.\n\nA cat was sitting on a mat."
    said = "A cat sat on a mat."
    theirs = sacrebleu.sentence_bleu(said, expected.split("\n\n")).score / 100
    assert value("bleu", expected, said) == pytest.approx(theirs)
