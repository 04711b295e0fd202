"""Small lists in the shape of those that can be imported, made up for tests: one of each kind."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from workbench.catalog.importers.source_file import SourceFile

DAY = "2026-11-25"


@dataclass(frozen=True)
class Example:
    """A list with its file name, what lies beside it, and how many rows it gives."""

    importer: str
    name: str
    content: bytes
    rows: int
    beside: dict[str, bytes] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)

    def file(self, content: bytes | None = None) -> SourceFile:
        return SourceFile(self.name, self.content if content is None else content, DAY, self.beside, self.options)


def as_bytes(value: Any) -> bytes:
    return json.dumps(value, indent=1).encode()


MODELS_DEV = {
    "openai": {
        "id": "openai",
        "name": "OpenAI",
        "models": {
            "gpt-4o": {
                "id": "gpt-4o",
                "name": "GPT-4o",
                "attachment": True,
                "reasoning": False,
                "tool_call": True,
                "structured_output": True,
                "knowledge": "2023-09",
                "release_date": "2024-05-13",
                "open_weights": False,
                "modalities": {"input": ["text", "image", "pdf"], "output": ["text"]},
                "limit": {"context": 128000, "output": 16384},
                "cost": {"input": 2.5, "output": 10, "cache_read": 1.25},
            }
        },
    },
    "google": {
        "id": "google",
        "name": "Google",
        "models": {
            "gemini-9-pro": {
                "id": "gemini-9-pro",
                "name": "Gemini 9 Pro",
                "open_weights": False,
                "status": "beta",
                "modalities": {"input": ["text", "video"], "output": ["text"]},
                "limit": {"context": 1000000, "output": 0},
                "cost": {
                    "input": 2,
                    "output": 12,
                    "context_over_200k": {"input": 99, "output": 99},
                    "tiers": [{"input": 4, "output": 18, "tier": {"type": "context", "size": 200000}}],
                },
            },
            "gemini-free": {"id": "gemini-free", "name": "Gemini Free", "cost": {"input": 0, "output": 0}},
        },
    },
}

GENAI_PRICES = [
    {
        "id": "openai",
        "name": "OpenAI",
        "pricing_urls": ["https://openai.example/pricing"],
        "models": [
            {
                "id": "gpt-4o",
                "name": "GPT-4o",
                "match": {"equals": "gpt-4o"},
                "context_window": 128000,
                "prices": {"input_mtok": 2.5, "cache_read_mtok": 1.25, "output_mtok": 10},
                "price_variants": [
                    {"when": {"processing": "batch"}, "prices": {"input_mtok": 1.25, "output_mtok": 5}},
                    {"when": {"service_tier": "priority"}, "prices": {"input_mtok": 5, "output_mtok": 20}},
                ],
            },
            {
                "id": "gpt-next",
                "match": {"equals": "gpt-next"},
                "prices": [
                    {"prices": {"input_mtok": 8, "output_mtok": 32}},
                    {"constraint": {"start_date": "2026-11-01"}, "prices": {"input_mtok": 4, "output_mtok": 16}},
                    {"constraint": {"start_date": "2026-12-15"}, "prices": {"input_mtok": 3, "output_mtok": 12}},
                ],
            },
        ],
    },
    {
        "id": "deepseek",
        "name": "DeepSeek",
        "models": [
            {
                "id": "deepseek-v4-pro",
                "match": {"equals": "deepseek-v4-pro"},
                "prices": [
                    {
                        "prices": {
                            "input_mtok": {"base": 0.66, "tiers": [{"start": 200000, "price": 1.0}]},
                            "output_mtok": 1.98,
                        }
                    },
                    {
                        "constraint": {"start_time": "01:00:00Z", "end_time": "04:00:00Z"},
                        "prices": {"input_mtok": 1.32, "output_mtok": 3.96},
                    },
                    {
                        "constraint": {"start_time": "06:00:00Z", "end_time": "10:00:00Z"},
                        "prices": {"input_mtok": 1.32, "output_mtok": 3.96},
                    },
                ],
            },
            {"id": "searcher", "match": {"equals": "searcher"}, "prices": {"web_searches_kcount": 5}},
        ],
    },
]

OPENROUTER = {
    "data": [
        {
            "id": "deepseek/deepseek-v4-pro",
            "name": "DeepSeek: DeepSeek V4 Pro",
            "created": 1777000000,
            "context_length": 1000000,
            "architecture": {"input_modalities": ["text", "file"], "output_modalities": ["text"]},
            "pricing": {"prompt": "0.00000066", "completion": "0.00000198", "request": "0", "image": "0"},
            "top_provider": {"max_completion_tokens": 384000},
            "supported_parameters": ["tools", "temperature", "structured_outputs"],
            "knowledge_cutoff": None,
            "expiration_date": "2027-05-01",
        },
        {"id": "openrouter/auto", "name": "Auto", "pricing": {"prompt": "-1", "completion": "-1"}},
        {"id": "x/free:free", "name": "Free", "pricing": {"prompt": "0", "completion": "0"}},
    ]
}

LITELLM = {
    "sample_spec": {"input_cost_per_token": 0.0, "max_input_tokens": "a text", "mode": "one of ..."},
    "gpt-4o": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 2.5e-06,
        "output_cost_per_token": 1e-05,
        "cache_read_input_token_cost": 1.25e-06,
        "input_cost_per_token_batches": 1.25e-06,
        "output_cost_per_token_batches": 5e-06,
        "max_input_tokens": 128000,
        "max_output_tokens": 16384,
        "deprecation_date": "2027-01-14",
        "successor_model": "gpt-6-luna",
        "source": "https://openai.example/pricing",
        "supports_function_calling": True,
    },
    "openai/long": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 5e-06,
        "output_cost_per_token": 3e-05,
        "input_cost_per_token_above_272k_tokens": 1e-05,
        "output_cost_per_token_above_272k_tokens": 4.5e-05,
    },
    "deepseek/deepseek-v4-pro": {
        "litellm_provider": "deepseek",
        "mode": "chat",
        "input_cost_per_token": 1.32e-06,
        "output_cost_per_token": 3.96e-06,
        "off_peak_pricing": {
            "input_cost_per_token": 6.6e-07,
            "output_cost_per_token": 1.98e-06,
            "windows": [
                {"hours_utc": ["00:00-01:00", "04:00-06:00", "10:00-00:00"], "weekdays": [1, 2, 3, 4, 5]},
                {"hours_utc": "00:00-00:00", "weekdays": [6, 7]},
            ],
        },
    },
    "text-embedding-3-small": {
        "litellm_provider": "openai",
        "mode": "embedding",
        "input_cost_per_token": 2e-08,
        "output_cost_per_token": 0.0,
    },
    "sora": {"litellm_provider": "openai", "mode": "video_generation", "output_cost_per_second": 0.1},
    "openai/other-name": {"alias_of": "gpt-4o"},
}

LIVEBENCH_TABLE = b"""model,code_generation,code_completion,zebra_puzzle,typos
gpt-4o-2024-11-20,50.0,70.0,20.0,40.0
gpt-4o-latest-high,60.0,70.0,30.0,40.0
half-a-model,50.0,,20.0,40.0
"""
LIVEBENCH_CATEGORIES = as_bytes(
    {"Coding": ["code_generation", "code_completion"], "Reasoning": ["zebra_puzzle", "typos"]}
)
LIVEBENCH_COSTS = b"""model,avg_input_tokens,avg_output_tokens,cost_per_question,cost_per_successful_task
gpt-4o-2024-11-20,100,200,0.0163,0.0240
gpt-4o-latest-high,100,200,0,0
"""

VLLM_RECIPE = b"""meta:
  title: DeepSeek-V4-Pro
  date_updated: 2026-09-01
model:
  model_id: deepseek-ai/DeepSeek-V4-Pro
  parameter_count: "1.6T"
  active_parameters: 49B
  context_length: 1000000
variants:
  default:
    precision: fp8
    vram_minimum_gb: 960
  small:
    precision: nvfp4
    vram_minimum_gb: 900
guide: |
  ## Overview
"""

OWN_TABLE = b"""Model;Host;Input ($ per 1M);Output ($ per 1M);Context
gpt-4o;openai;2.50;10.00;128,000
House LLM;acme;0.5;1;32000
;acme;1;1;1
"""

EXAMPLES = {
    example.importer: example
    for example in (
        Example("models.dev", "api.json", as_bytes(MODELS_DEV), 5),
        Example("genai-prices", "data.json", as_bytes(GENAI_PRICES), 4),
        Example("openrouter", "models.json", as_bytes(OPENROUTER), 2),
        Example("litellm", "model_prices.json", as_bytes(LITELLM), 5),
        Example(
            "livebench",
            "table_2026_06_25.csv",
            LIVEBENCH_TABLE,
            2,
            {"categories_2026_06_25.json": LIVEBENCH_CATEGORIES, "cost_2026_06_25.csv": LIVEBENCH_COSTS},
        ),
        Example("vllm-recipes", "DeepSeek-V4-Pro.yaml", VLLM_RECIPE, 1),
        Example("csv", "prices.csv", OWN_TABLE, 4),
    )
}
