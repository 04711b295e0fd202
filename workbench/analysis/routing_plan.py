"""A blend as a plan for a gateway, and the plan as text: LiteLLM proxy, any OpenAI-compatible gateway, plain YAML.

Source: methods.md section 4.3 ("fail closed"): what is not known to be clean takes the default route, which stays here.
Keys are named by their environment variable and never written. No library: the texts are small and their form is ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence

from workbench.analysis.matching import Judged, Matching
from workbench.analysis.option_figures import candidate_of
from workbench.domain.errors import WorkbenchError
from workbench.domain.option import DataFlow, ModelRole, OptionDraft
from workbench.domain.requirements import Requirements
from workbench.domain.routing import Route, RoutingPlan
from workbench.domain.verdict import Hosting

OWN_SERVER = "http://localhost:8000/v1"
# The prefix by which LiteLLM knows a provider; others are reached as OpenAI-compatible servers.
_LITELLM = {
    "openai": "openai", "anthropic": "anthropic", "google-gemini-api": "gemini", "google-vertex": "vertex_ai",
    "azure-openai": "azure", "aws-bedrock": "bedrock", "mistral": "mistral", "deepseek": "deepseek", "xai": "xai",
    "cohere": "cohere", "together": "together_ai", "fireworks": "fireworks_ai", "groq": "groq",
    "cerebras": "cerebras", "openrouter": "openrouter", "moonshot": "moonshot",
}  # fmt: skip
# Where providers answer in OpenAI's protocol; the others need an adapter, which the text then says.
_BASE_URL = {
    "openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com/v1",
    "google-gemini-api": "https://generativelanguage.googleapis.com/v1beta/openai",
    "mistral": "https://api.mistral.ai/v1", "deepseek": "https://api.deepseek.com/v1", "xai": "https://api.x.ai/v1",
    "together": "https://api.together.xyz/v1", "fireworks": "https://api.fireworks.ai/inference/v1",
    "groq": "https://api.groq.com/openai/v1", "cerebras": "https://api.cerebras.ai/v1",
    "openrouter": "https://openrouter.ai/api/v1", "moonshot": "https://api.moonshot.ai/v1",
}  # fmt: skip
_KEY = {
    "google-gemini-api": "GEMINI_API_KEY",
    "azure-openai": "AZURE_API_KEY",
    "aws-bedrock": "AWS_BEARER_TOKEN_BEDROCK",
}


def plan_of(
    draft: OptionDraft,
    requirements: Requirements,
    matching: Matching,
    *,
    scenario: str,
    as_of: str,
    strong_topics: Sequence[str] = (),
) -> RoutingPlan:
    """The plan of an option: its own models first, then by share. WorkbenchError for one without a known model."""
    parts = [(role, candidate_of(role, matching)) for role in draft.models]
    known = [(role, item) for role, item in parts if item is not None]
    if not known:
        raise WorkbenchError(
            f"Option {draft.id} names no model the catalog knows",
            where=draft.name or draft.id,
            mend="Give it a model and where it runs.",
        )
    known.sort(key=lambda pair: (pair[1].candidate.hosting is Hosting.API, -pair[0].share))
    if draft.data_flow is DataFlow.ALL_LEAVES:
        known.sort(key=lambda pair: -pair[0].share)
    routes = tuple(_route(role, item, place, len(known)) for place, (role, item) in enumerate(known))
    return RoutingPlan(
        scenario=scenario,
        option=draft.id,
        data_flow=draft.data_flow,
        routes=routes,
        strong_topics=tuple(strong_topics) if len(routes) > 1 else (),
        monthly_cap_usd=requirements.monthly_cap_usd,
        as_of=as_of,
        notes=_notes(draft, routes, strong_topics),
    )


def _route(role: ModelRole, item: Judged, place: int, count: int) -> Route:
    candidate = item.candidate
    leaves = candidate.hosting is Hosting.API
    provider = candidate.offer_id.split("#")[0] if leaves else "self-hosted"
    alias = "standard" if place == 0 else "hard" if count == 2 else f"hard-{place}"
    key = _KEY.get(provider, f"{provider.upper().replace('-', '_')}_API_KEY") if leaves else ""
    base = _BASE_URL.get(provider, "") if leaves else OWN_SERVER
    return Route(alias, candidate.model_id, provider, base, key, role.share, role.role, leaves)


def _notes(draft: OptionDraft, routes: Sequence[Route], topics: Sequence[str]) -> tuple[str, ...]:
    notes = ["Check each model's name with its provider: the catalog's name may differ from the one its API takes."]
    if draft.data_flow is DataFlow.CLEAN_LEAVES:
        notes.append(
            "Use a route that leaves only when prompt, passages and conversation are known to be clean; everything "
            "else takes the default route. Label documents at their source."
        )
        notes.append("There is no fallback from the default route to one that leaves.")
    if any(route.leaves and not route.base_url for route in routes):
        notes.append("A provider without an address here does not speak OpenAI's protocol: it needs an adapter.")
    if len(routes) > 1 and not topics:
        notes.append("Which requests are hard is open: no eval of yours has run both models yet.")
    notes.append("Log the class of the data, the route and the reason of every request.")
    return tuple(notes)


def as_litellm(plan: RoutingPlan) -> str:
    """The configuration of a LiteLLM proxy (config.yaml): one alias a route, fallbacks only where data may go."""
    models = [
        {"model_name": route.alias, "litellm_params": _litellm_params(route), "model_info": {"id": route.model_id}}
        for route in plan.routes
    ]
    config: dict[str, object] = {
        "model_list": models,
        "router_settings": {"num_retries": 2, "timeout": 60, "allowed_fails": 3, "cooldown_time": 30},
        "litellm_settings": {"drop_params": True, "fallbacks": _fallbacks(plan)},
        "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
    }
    if plan.monthly_cap_usd is not None:
        config["litellm_settings"] = {
            "drop_params": True, "fallbacks": _fallbacks(plan), "max_budget": plan.monthly_cap_usd,
            "budget_duration": "30d",
        }  # fmt: skip
    return _head(plan, "LiteLLM proxy: litellm --config FILE") + _yaml(config)


def _litellm_params(route: Route) -> dict[str, object]:
    name = route.model_id.split("/", 1)[-1]
    if not route.leaves:
        return {"model": f"openai/{name}", "api_base": route.base_url, "api_key": "none"}
    prefix = _LITELLM.get(route.provider)
    params: dict[str, object] = {"model": f"{prefix or 'openai'}/{name}", "api_key": f"os.environ/{route.key_env}"}
    return params if prefix else {**params, "api_base": route.base_url or "https://your-provider.example/v1"}


def _fallbacks(plan: RoutingPlan) -> list[dict[str, list[str]]]:
    """From what leaves to what stays, never the other way; among hosted routes both ways."""
    found = []
    for route in plan.routes:
        others = [o.alias for o in plan.routes if o is not route and (route.leaves or not o.leaves)]
        if others:
            found.append({route.alias: others})
    return found


def as_gateway(plan: RoutingPlan) -> str:
    """Upstreams, aliases and rules for any gateway that speaks OpenAI's protocol, as JSON."""
    upstreams = [
        {
            "name": route.alias,
            "base_url": route.base_url or None,
            "model": route.model_id.split("/", 1)[-1],
            "api_key_env": route.key_env or None,
            "third_party": route.leaves,
        }
        for route in plan.routes
    ]
    rules = [{"when": {"header": "x-topic", "in": list(plan.strong_topics)}, "upstream": plan.routes[-1].alias}]
    guarded = plan.data_flow is DataFlow.CLEAN_LEAVES
    shape = {
        "upstreams": upstreams,
        "default_upstream": plan.default.alias,
        "require_header_for_third_party": {"x-data-class": "clean"} if guarded else None,
        "rules": rules if plan.strong_topics else [],
        "split": [{"upstream": route.alias, "weight": route.share} for route in plan.routes],
        "fallbacks": {key: value for entry in _fallbacks(plan) for key, value in entry.items()},
        "monthly_budget_usd": plan.monthly_cap_usd,
        "notes": [*plan.notes, f"Made from the scenario {plan.scenario}, option {plan.option}, facts of {plan.as_of}."],
    }
    return json.dumps(shape, indent=2, ensure_ascii=False) + "\n"


def as_yaml(plan: RoutingPlan) -> str:
    """The plan itself, for whoever builds the router."""
    shape: dict[str, object] = {
        "scenario": plan.scenario,
        "option": plan.option,
        "data_flow": plan.data_flow.value,
        "default": plan.default.alias,
        "routes": [
            {
                "alias": route.alias,
                "model": route.model_id,
                "at": route.provider,
                "share": route.share,
                "answers": route.role,
                "leaves_the_company": route.leaves,
            }
            for route in plan.routes
        ],
        "topics_to_the_strong_model": list(plan.strong_topics),
        "fallbacks": _fallbacks(plan),
        "monthly_budget_usd": plan.monthly_cap_usd,
        "notes": list(plan.notes),
    }
    return _head(plan, "routing plan") + _yaml(shape)


FORMATS: Mapping[str, tuple[str, str, Callable[[RoutingPlan], str]]] = {
    "litellm": ("LiteLLM proxy", ".yaml", as_litellm),
    "gateway": ("OpenAI-compatible gateway", ".json", as_gateway),
    "yaml": ("plain YAML", ".yaml", as_yaml),
}


def _head(plan: RoutingPlan, what: str) -> str:
    lines = [f"{what}; from the scenario {plan.scenario}, option {plan.option}, facts of {plan.as_of}.", *plan.notes]
    # A name with a line break must not end the comment.
    return "".join(f"# {''.join(map(_visible, ' '.join(line.split())))}\n" for line in lines)


def _yaml(value: object, depth: int = 0) -> str:
    """Block YAML of plain values; every text is quoted as JSON, which YAML reads the same."""
    pad = "  " * depth
    if isinstance(value, Mapping):
        return "".join(_entry(f"{pad}{_key(key)}:", item, depth) for key, item in value.items())
    if isinstance(value, list):
        return "".join(_item(item, depth) for item in value)
    return f"{pad}{_scalar(value)}\n"


def _key(key: str) -> str:
    """Plain where YAML cannot take it for something else (our keys and aliases are such words)."""
    return key if re.fullmatch(r"[a-z][a-z0-9_]{3,}(-[0-9]+)?", key) else json.dumps(key)


def _entry(head: str, value: object, depth: int) -> str:
    if isinstance(value, Mapping | list) and value:
        return f"{head}\n{_yaml(value, depth + 1)}"
    return f"{head} {_scalar(value)}\n"


def _item(value: object, depth: int) -> str:
    pad = "  " * depth
    if isinstance(value, Mapping) and value:
        return f"{pad}- {_yaml(value, depth + 1).removeprefix('  ' * (depth + 1))}"
    if isinstance(value, list) and value:
        return f"{pad}-\n{_yaml(value, depth + 1)}"
    return f"{pad}- {_scalar(value)}\n"


def _scalar(value: object) -> str:
    if isinstance(value, Mapping | list):
        return "{}" if isinstance(value, Mapping) else "[]"
    return "".join(map(_visible, json.dumps(value, ensure_ascii=False)))


def _visible(character: str) -> str:
    """YAML takes no invisible characters, not even in quotes."""
    return character if character.isprintable() else f"\\U{ord(character):08x}"
