"""Prompt templates: Jinja2 in a sandbox, with the columns of a case as variables and its data set's examples to show.

    Answer in one word.
    {% for example in examples %}{{ example.input }} -> {{ example.expected }}
    {% endfor %}{{ input }} ->

A template sees input, context, id, source_document, tags, every other column by its name (and all of them in `fields`),
and `examples`. It does not see what is expected of the case. It may come from somebody else's file: nothing in it can
call, reach or fill more than a prompt needs.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from workbench.domain.chat import ChatEvent, ChatModel, ChatRequest, ModelDescription, Sampling, ask
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase, EvalSet, EvalSettings

LONGEST = 100_000
LONGEST_PROMPT = 2_000_000
LARGEST_NUMBER = 10_000
MOST_EXAMPLES = 50
#: between a model and the name of its prompt
MARK = "~"
NAME = re.compile(r"[\w.-]{1,40}")
FILTERS = frozenset(
    [
        "upper",
        "lower",
        "trim",
        "title",
        "capitalize",
        "join",
        "length",
        "count",
        "replace",
        "truncate",
        "default",
        "d",
        "first",
        "last",
        "tojson",
        "list",
        "sort",
        "unique",
        "round",
        "int",
        "float",
        "string",
        "wordcount",
        "reverse",
    ]
)
TOO_LONG = f"it is longer than {LONGEST_PROMPT:,} characters"
WORDS = {"Assign": "set", "AssignBlock": "set", "CallBlock": "call", "FromImport": "import"}
#: texts put together in one expression; each may be as long as a cell
MOST_JOINED = 50
MEND = "Write the prompt with {{ input }} where the question goes; other columns go by their names."


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """One way to ask. `name` tells it apart from the others; "" when it is the only one."""

    text: str
    name: str = ""

    def problem(self) -> str:
        """What is wrong with it before any case is seen; "" when nothing is."""
        if self.name and not NAME.fullmatch(self.name):
            return f"the name “{self.name[:40]}” may have letters, digits, dots and dashes only"
        if len(self.text) > LONGEST:
            return f"it is longer than {LONGEST:,} characters"
        return _compiled(self.text)[1]

    def render(self, case: EvalCase, examples: Sequence[EvalCase] = ()) -> str:
        """The prompt of a case. Raises `WorkbenchError` for a variable that the case does not have."""
        from jinja2 import TemplateError

        template, fault = _compiled(self.text)
        if fault:
            raise self._fault(fault)
        try:
            prompt = _rendered(template, _variables(case, examples))
        except TemplateError as error:
            raise self._fault(f"{error.message} (case {case.id})") from error
        except (ArithmeticError, TypeError, ValueError, LookupError, RecursionError, AttributeError) as error:
            raise self._fault(f"{error} (case {case.id})") from error
        if not prompt.strip():
            raise self._fault(f"the prompt of case {case.id} is empty")
        return prompt

    def _fault(self, what: str) -> WorkbenchError:
        named = f" {self.name}" if self.name else ""
        return WorkbenchError(f"The prompt{named} cannot be made: {what}", where="prompt", mend=MEND)


def _rendered(template: Any, variables: Mapping[str, Any]) -> str:
    """Piece by piece, so that no more is made than a prompt may be. Raises jinja2's errors."""
    from jinja2 import TemplateRuntimeError

    pieces, length = [], 0
    for piece in template.generate(variables):
        pieces.append(piece)
        length += len(piece)
        if length > LONGEST_PROMPT:
            raise TemplateRuntimeError(TOO_LONG)
    return "".join(pieces)


def _variables(case: EvalCase, examples: Sequence[EvalCase]) -> dict[str, Any]:
    known = {
        "input": case.input,
        "context": case.context,
        "id": case.id,
        "source_document": case.source_document or "",
        "tags": list(case.tags),
    }
    shown = [
        {
            "input": example.input,
            "expected": example.expected,
            "context": example.context,
            "fields": dict(example.fields),
        }
        for example in examples[:MOST_EXAMPLES]
    ]
    return {**_identifiers(dict(case.fields)), **known, "fields": dict(case.fields), "examples": shown}


def _identifiers(fields: Mapping[str, str]) -> dict[str, str]:
    """The columns under names that a template can write: "Team name" is also team_name."""
    return {re.sub(r"\W", "_", name): text for name, text in fields.items()} | {
        re.sub(r"\W", "_", name.casefold()): text for name, text in fields.items()
    }


@lru_cache(maxsize=64)
def _compiled(text: str) -> tuple[Any, str]:
    """(template, "") or (None, what is wrong)."""
    from jinja2 import TemplateSyntaxError

    environment = _environment()
    try:
        fault = _unwanted(environment.parse(text))
        return (None, fault) if fault else (environment.from_string(text), "")
    except TemplateSyntaxError as error:
        return None, f"{error.message}, line {error.lineno}"
    except (RecursionError, MemoryError, OverflowError):
        return None, "it is nested too deeply"


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset(("*", "**", "%", "+"))

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if operator == "+" and isinstance(left, str) and isinstance(right, str):
                return left + right
            if not all(isinstance(side, int | float) for side in (left, right)) or operator == "**":
                raise SecurityError(f"{operator} is for small numbers only")
            return super().call_binop(context, operator, left, right)

    made = Sandbox(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in FILTERS if name in made.filters} | {"replace": _replaced}
    return made


def _replaced(text: Any, old: str, new: str) -> str:
    """As the filter of the name, with an end: one after the other they would fill any memory."""
    from jinja2.exceptions import SecurityError

    before = str(text)
    if len(before) + before.count(str(old)) * len(str(new)) > LONGEST_PROMPT:
        raise SecurityError(TOO_LONG)
    return before.replace(str(old), str(new))


def _unwanted(tree: Any) -> str:
    """What a prompt does not need: definitions, other files, calls, loops in loops, large numbers, texts that are put
    together over and over."""
    from jinja2 import nodes

    refused = (
        nodes.Macro, nodes.CallBlock, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Block,
        nodes.Assign, nodes.AssignBlock, nodes.With,
    )  # fmt: skip
    joined = sum(len(node.nodes) for node in tree.find_all(nodes.Concat))
    joined += sum(1 for _ in tree.find_all(nodes.Add)) + sum(len(node.items) for node in tree.find_all(nodes.List))
    if joined > MOST_JOINED:
        return f"it puts more than {MOST_JOINED} texts together"
    for node in tree.find_all((*refused, nodes.Call, nodes.For, nodes.Const)):
        if isinstance(node, refused):
            return (
                f"{WORDS.get(type(node).__name__, type(node).__name__.lower())} is not for prompts, line {node.lineno}"
            )
        if isinstance(node, nodes.Call):
            return f"nothing can be called in a prompt, line {node.lineno}"
        if isinstance(node, nodes.For) and next(iter(_loops(node, nodes)), None) is not None:
            return f"a loop in a loop is not for prompts, line {node.lineno}"
        if isinstance(node, nodes.Const) and isinstance(node.value, int | float) and abs(node.value) > LARGEST_NUMBER:
            return f"{node.value} is too large a number, line {node.lineno}"
    return ""


def _loops(loop: Any, nodes: Any) -> Iterator[Any]:
    return (inner for part in (*loop.body, *loop.else_) for inner in _with_itself(part, nodes.For))


def _with_itself(node: Any, kind: Any) -> Iterator[Any]:
    if isinstance(node, kind):
        yield node
    yield from node.find_all(kind)


# Variants


@dataclass(frozen=True, slots=True)
class Varied:
    """A model that is asked with a template: to the runner a model of its own (`local/demo~brief`), to the machine the
    same one, so that what was asked before in these words is not asked again."""

    inner: ChatModel
    template: PromptTemplate
    examples: tuple[EvalCase, ...] = ()
    system: str = ""
    sampling: Sampling = field(default_factory=Sampling)

    def describe(self) -> ModelDescription:
        about = self.inner.describe()
        if not self.template.name:
            return about
        named = f"{about.name} ({self.template.name})"
        return replace(about, model_id=varied_id(about.model_id, self.template.name), name=named)

    def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        return self.inner.chat(request)

    def prompt_for(self, case: EvalCase) -> ChatRequest:
        """What is asked for a case."""
        return ask(self.template.render(case, self.examples), system=self.system, sampling=self.sampling)


def templates_of(settings: EvalSettings) -> list[PromptTemplate]:
    """The prompts that a run compares; [] for cases asked as they are."""
    return [PromptTemplate(text, name) for name, text in settings.prompts]


def varied_id(model_id: str, name: str) -> str:
    return f"{model_id}{MARK}{name}" if name else model_id


def base_id(model_id: str, templates: Sequence[PromptTemplate]) -> str:
    """The id of the model itself, without the name of one of these templates."""
    ending = next(
        (f"{MARK}{each.name}" for each in templates if each.name and model_id.endswith(f"{MARK}{each.name}")), ""
    )
    return model_id.removesuffix(ending) if ending else model_id


def plain_model(model: ChatModel) -> ChatModel:
    """The model itself, however it is asked."""
    return model.inner if isinstance(model, Varied) else model


def prompt_of(model: ChatModel) -> Callable[[EvalCase], ChatRequest] | None:
    """How a model wants to be asked; None when as usual."""
    return model.prompt_for if isinstance(model, Varied) else None


def crossed(
    models: Sequence[ChatModel],
    templates: Sequence[PromptTemplate],
    examples: Sequence[EvalCase],
    *,
    system: str,
    sampling: Sampling,
) -> list[ChatModel]:
    """Every model with every template; the models as they are when there is none."""
    if not templates:
        return list(models)
    return [Varied(model, template, tuple(examples), system, sampling) for model in models for template in templates]


def marked_as_shown(data: EvalSet, templates: Sequence[PromptTemplate]) -> EvalSet:
    """The same cases, all marked sensitive where a prompt shows examples and one of them is: it goes along with every
    question, and to whoever sees what was made of it."""
    shown = any("examples" in template.text for template in templates)
    if not shown or not any(example.sensitive for example in data.examples[:MOST_EXAMPLES]):
        return data
    return replace(data, cases=tuple(replace(case, sensitive=True) for case in data.cases))


def check_templates(
    templates: Sequence[PromptTemplate], cases: Sequence[EvalCase], examples: Sequence[EvalCase]
) -> None:
    """Raises `WorkbenchError` for a template that cannot be used, or not for every case."""
    names = [template.name for template in templates]
    if len(set(names)) != len(names) or (len(names) > 1 and "" in names):
        raise WorkbenchError(
            "Several prompts need different names",
            where="prompt",
            mend='Write them like brief="Answer in one word: …".',
        )
    for template in templates:
        fault = template.problem()
        if fault:
            raise template._fault(fault)
        for case in cases:
            template.render(case, examples)
