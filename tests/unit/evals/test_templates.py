"""Prompts from templates, crossed with models."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest
from workbench.domain.chat import Sampling
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase
from workbench.evals.templates import PromptTemplate, Varied, base_id, check_templates, crossed

from chat_models import ScriptedModel
from eval_going import finish

CASE = EvalCase("a", "How many days?", "29", context="29 days a year.", fields=(("Team name", "HR"), ("level", "3")))
SHOWN = (EvalCase("s", "Who decides?", "Ada"),)


def test_that_a_case_s_columns_and_the_examples_are_put_in() -> None:
    template = PromptTemplate(
        "{{ team_name|lower }} {{ level }} {{ fields['Team name'] }}: {{ context }}\n"
        "{% for each in examples %}{{ each.input }} {{ each.expected }}\n{% endfor %}{{ input }}"
    )
    assert template.problem() == ""
    assert template.render(CASE, SHOWN) == "hr 3 HR: 29 days a year.\nWho decides? Ada\nHow many days?"


def test_that_what_is_expected_is_not_told() -> None:
    with pytest.raises(WorkbenchError, match="'expected' is undefined"):
        PromptTemplate("{{ input }} {{ expected }}").render(CASE)


@pytest.mark.parametrize(
    "text",
    [
        "{{ input",
        "{% for a in input %}{% for b in input %}x{% endfor %}{% endfor %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'other' %}",
        "{{ input.upper() }}",
        "{{ ''.__class__ }}",
        "{{ input * 1000 }}",
        "{{ 'x' * 9 }}",
        "{{ 9 ** 9 }}",
        "{{ '%99999999s' % input }}",
        "{{ input|truncate(10000000000) }}",
        "{{ input|center(9999) }}",
        "{{ range }}",
        "{{ cycler }}",
        "{% set a = input %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
        "{% with a = input %}{{ a }}{% endwith %}",
        "{{ " + "input ~ " * 60 + "input }}",
        "{{ 'aaaaaaaaaa'" + "|replace('a', 'aaaaaaaaaa')" * 12 + " }}",
        "{{ ['x', " + "input, " * 60 + "]|join }}",
        "   ",
    ],
)
def test_that_what_a_prompt_does_not_need_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        check_templates([PromptTemplate(text)], [CASE], SHOWN)
    assert caught.value.mend


def test_that_no_more_is_made_of_a_prompt_than_it_may_be() -> None:
    case = EvalCase("a", "x" * 1_000_000, "b")
    assert (
        len(PromptTemplate("{{ input }}{{ input + '!'|replace('!', '?') }}").render(EvalCase("a", "x" * 999, "b")))
        == 1999
    )
    tracemalloc.start()
    with pytest.raises(WorkbenchError, match="longer than 2,000,000 characters"):
        PromptTemplate("{{ input }}" * 900).render(case)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


def test_that_several_prompts_need_names_of_their_own() -> None:
    for names in (("", "b"), ("a", "a"), ("a b",)):
        with pytest.raises(WorkbenchError):
            check_templates([PromptTemplate("{{ input }}", name) for name in names], [CASE], ())


def test_that_every_model_is_asked_in_every_way_as_a_model_of_its_own() -> None:
    models = [ScriptedModel(name, lambda question: question[-4:]) for name in ("local/a", "local/b")]
    templates = [PromptTemplate("{{ input }} one", "first"), PromptTemplate("{{ input }} two", "second")]
    varied = crossed(models, templates, (), system="Be brief", sampling=Sampling())
    assert [model.describe().model_id for model in varied] == [
        "local/a~first",
        "local/a~second",
        "local/b~first",
        "local/b~second",
    ]
    assert {base_id(model.describe().model_id, templates) for model in varied} == {"local/a", "local/b"}
    _, stored = asyncio.run(finish(varied, cases=[EvalCase("1", "q", " one")]))
    assert {(result.model_id, result.answer, result.score) for result in stored} == {
        (f"local/{name}~{way}", f" {word}", score)
        for name in "ab"
        for way, word, score in (("first", "one", 1.0), ("second", "two", 0.0))
    }
    assert [message.text for message in models[0].requests[0].messages] == ["Be brief", "q one"]


VARIED = Varied(ScriptedModel("local/a", str), PromptTemplate("{{ input }}"))


def test_that_a_single_prompt_without_a_name_leaves_the_model_s_name() -> None:
    assert VARIED.describe().model_id == "local/a"
    assert base_id("local/a~b", [PromptTemplate("x")]) == "local/a~b"
