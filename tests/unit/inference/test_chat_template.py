"""Chat templates: what is rendered, what is the template's and what the person's, and what a hostile one cannot do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.domain.chat import ChatMessage, Role, ask
from workbench.inference.local.template import ChatTemplate, compile_problem, plain

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
TRIMMING = "{% for m in messages %}[{{ m.role }}] {{ m.content | trim }}\n{% endfor %}[assistant]"


def test_that_a_conversation_is_rendered_as_the_template_says() -> None:
    rendered = ChatTemplate(CHATML).render(ask("Hi", system="Be kind").messages)
    assert rendered.text == (
        "<|im_start|>system\nBe kind<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    )
    assert rendered.note == ""


@given(
    st.lists(st.tuples(st.sampled_from(Role), st.text()), min_size=1, max_size=4), st.sampled_from([CHATML, TRIMMING])
)
def test_that_the_parts_of_a_prompt_make_up_the_whole(turns: list[tuple[Role, str]], template: str) -> None:
    messages = [ChatMessage(role, text) for role, text in turns]
    rendered = ChatTemplate(template).render(messages)
    assert "".join(part.text for part in rendered.parts) == rendered.text
    expected = [m.text.strip() if template is TRIMMING else m.text for m in messages]
    assert [part.text for part in rendered.parts if not part.scaffold] == [text for text in expected if text]


def test_that_the_plain_form_keeps_scaffold_and_text_apart() -> None:
    rendered = plain(ask("Hi", system="Be kind").messages, "note")
    assert rendered.text == "Be kind\n\nQuestion: Hi\n\nAnswer:"
    assert [part.text for part in rendered.parts if not part.scaffold] == ["Be kind", "Hi"]


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__ }}{{ messages.append(1) }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
        "{% include '/etc/passwd' %}",
        "{{ 9 ** 9999999 }}",
        "{{ [0] * 99999999 }}",
        "{% for a in range(999999999) %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_that_a_hostile_template_ends_in_the_plain_form(template: str) -> None:
    rendered = ChatTemplate(template, time_limit_s=0.5).render(ask("Hi").messages)
    assert rendered.text == "Question: Hi\n\nAnswer:"
    assert "chat template failed" in rendered.note


def test_that_a_template_that_writes_without_end_is_stopped() -> None:
    flood = "{% for a in range(99999) %}{{ 'x' * 99999 }}{% endfor %}"
    rendered = ChatTemplate(flood, time_limit_s=30).render(ask("Hi").messages)
    assert "more than 8 million characters" in rendered.note


def test_that_a_template_that_passed_a_limit_is_not_tried_again() -> None:
    template = ChatTemplate("{% for a in range(99999) %}{{ 'a' * 1000 }}{% endfor %}")
    messages = (ChatMessage(Role.USER, "Hello"),)
    first = template.render(messages)
    template._run = None  # type: ignore[assignment, method-assign]
    assert template.render(messages) == first


def test_that_a_template_that_does_not_compile_says_in_which_line() -> None:
    assert compile_problem("one\n{% for %}") == "line 2: Expected an expression, got 'end of statement block'"
    assert compile_problem(CHATML) == ""


def test_that_compiling_a_template_runs_nothing_of_it() -> None:
    assert compile_problem("{{ 'a' | center(999999999999) }}{{ '%999999999999d' % 1 }}") == ""
