"""Routing studied on the sample's own eval, and plans that a gateway can be set up from."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench.__main__ import main
from workbench.analysis import routing, routing_study
from workbench.analysis.routing_chart import routing_chart
from workbench.analysis.routing_plan import FORMATS, as_gateway, as_litellm, as_yaml
from workbench.analysis.routing_study import Paired, study
from workbench.app import Services, build
from workbench.domain.errors import WorkbenchError
from workbench.domain.option import DataFlow
from workbench.domain.routing import Route, RoutingPlan


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return build(tmp_path_factory.mktemp("home"))


def sample_plan(services: Services, option: str = "") -> RoutingPlan:
    scenario, _ = services.scenarios.resolve("knowledge-assistant")
    return services.routing.plan(scenario, option)


def paired(scores: list[list[float]], costs: list[float], topics: list[str] | None = None) -> Paired:
    table = np.array(scores)
    names = tuple(f"m{k}" for k in range(table.shape[1]))
    lengths = tuple(float(k % 7) for k in range(len(table)))
    return Paired(names, table, np.tile(costs, (len(table), 1)), tuple(topics or [""] * len(table)), lengths)


def test_that_the_samples_eval_is_studied_beside_coin_flip_and_oracle(services: Services) -> None:
    scenario, _ = services.scenarios.resolve("knowledge-assistant")
    found = services.routing.study(scenario)
    assert found is not None
    assert (found.weak, found.strong) == ("local/demo-nano", "local/demo-medium")
    assert found.both + found.only_strong + found.only_weak + found.neither == found.cases == 160
    assert [router.id for router in found.routers] == ["random", "length", "topics", "oracle"]
    coin, topics, oracle = (found.router(name) for name in ("random", "topics", "oracle"))
    assert coin is not None and topics is not None and oracle is not None
    assert coin.recovered == pytest.approx(0.5)
    assert topics.held_out and not oracle.held_out
    assert coin.recovered < (topics.recovered or 0) < (oracle.recovered or 0)
    assert topics.recovered_low is not None and topics.recovered_low > 0.5
    assert "beats the coin flip" in found.sentence
    assert found.shared_failures is not None and found.shared_failures > 1


def test_that_the_chart_has_a_row_for_every_router_and_says_how_many_cases(services: Services) -> None:
    scenario, _ = services.scenarios.resolve("knowledge-assistant")
    found = services.routing.study(scenario)
    assert found is not None
    chart = services.routing.chart(found)
    routers = ["Coin flip", "Length of the prompt", "Topic table", "Oracle"]
    assert [row[0] for row in chart.rows] == [*routers, "Cascade, verifier assumed"]
    # The diamond of the picture stands in its table, too.
    cascade = found.cascade
    assert chart.rows[-1][1] == f"{cascade.quality * 100:.0f} % at {cascade.escalated * 100:.0f} %"
    assert "160 cases" in chart.note
    assert chart.range_y[0] >= 0 and chart.range_y[1] <= 1


def test_that_the_command_says_what_the_cascade_assumes_and_what_comes_of_it(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario, _ = services.scenarios.resolve("knowledge-assistant")
    found = services.routing.study(scenario)
    assert found is not None
    assert main(["--home", str(services.paths.home), "routing", "knowledge-assistant"]) == 0
    sentence = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("The cascade"))
    assert "90 % of the right and 30 % of the wrong answers (assumed)" in sentence
    assert f"{found.cascade.escalated * 100:.0f} % on: {found.cascade.quality * 100:.0f} % right" in sentence


def test_tv_4a_a_study_of_the_gsm8k_counts() -> None:
    rows = [[0, 0]] * 94 + [[0, 1]] * 383 + [[1, 0]] * 95 + [[1, 1]] * 747
    found = study(paired(rows, [0.0006, 0.012]), "m0", "m1")
    assert (found.neither, found.only_strong, found.only_weak, found.both) == (94, 383, 95, 747)
    assert (found.weak_quality, found.strong_quality) == pytest.approx((0.638362, 0.856710), abs=5e-7)
    assert found.oracle_quality == pytest.approx(0.928734, abs=5e-7)
    assert found.oracle_share == pytest.approx(0.2904, abs=5e-5)
    oracle = found.router("oracle")
    assert oracle is not None
    assert oracle.recovered == pytest.approx(1.1249, abs=5e-5)
    assert (oracle.half_at, oracle.most_at) == pytest.approx((0.1092, 0.1751), abs=5e-4)
    assert oracle.qualities[4] == pytest.approx(0.838362, abs=5e-6)


def test_tv_4c_the_cascade_and_the_value_of_a_right_answer_on_the_gsm8k_counts() -> None:
    rows = [[0, 0]] * 94 + [[0, 1]] * 383 + [[1, 0]] * 95 + [[1, 1]] * 747
    found = study(paired(rows, [0.0006, 0.012]), "m0", "m1")
    assert found.cascade.escalated == pytest.approx(0.31698, abs=5e-6)
    assert found.cascade.quality == pytest.approx(0.83442, abs=5e-6)
    assert found.cascade.cost_usd == pytest.approx(0.0044038, abs=5e-8)
    assert found.usd_per_right == pytest.approx(0.05221, abs=5e-6)
    assert found.shared_failures == pytest.approx(1.375, abs=5e-4)


def test_that_a_topic_rule_is_judged_on_cases_it_did_not_learn_from() -> None:
    """Topics of one case each would look perfect in the sample they were learned on; held out they say nothing."""
    rng = np.random.default_rng(3)
    scores = rng.integers(0, 2, (60, 2)).astype(float)
    each = [f"t{k}" for k in range(60)]
    assert routing_study.held_out_topics(each, scores[:, 0], scores[:, 1]) is None
    pairs = [f"t{k % 15}" for k in range(60)]
    signal = routing_study.held_out_topics(pairs, scores[:, 0], scores[:, 1])
    assert signal is not None
    for row in range(60):
        others = [k for k in range(60) if pairs[k] == pairs[row] and (k // 15) % 2 != (row // 15) % 2]
        assert signal[row] == pytest.approx((scores[others, 1] - scores[others, 0]).mean())


def test_that_more_budget_never_buys_less_and_the_last_point_is_the_oracle_of_all_models() -> None:
    rng = np.random.default_rng(4)
    scores = rng.random((50, 3)).round(2)
    found = study(paired(scores.tolist(), [0.001, 0.004, 0.02]), "m0", "m2")
    qualities = [point.quality for point in found.budgets]
    assert all(b >= a - 1e-12 for a, b in itertools.pairwise(qualities))
    assert qualities[-1] == pytest.approx(scores.max(axis=1).mean())
    assert all(point.cost_usd <= point.budget_usd + 1e-12 for point in found.budgets)


def test_that_too_few_cases_and_unknown_models_are_refused_with_a_sentence() -> None:
    with pytest.raises(WorkbenchError, match="too little about routing"):
        study(paired([[0, 1]] * 5, [0.0, 0.0]), "m0", "m1")
    with pytest.raises(WorkbenchError, match="no results in this eval"):
        study(paired([[0, 1]] * 30, [0.0, 0.0]), "m0", "other")


def test_that_the_other_model_is_chosen_beside_the_one_that_is_named(services: Services) -> None:
    scenario, _ = services.scenarios.resolve("knowledge-assistant")
    best = services.routing.study(scenario, weak="local/demo-medium")
    assert best is not None and best.strong == "local/demo-small"
    with pytest.raises(WorkbenchError, match="cannot take over from itself"):
        services.routing.study(scenario, weak="local/demo-nano", strong="local/demo-nano")


def test_that_the_study_says_where_the_stronger_model_is_not_shown_to_be_better() -> None:
    def sentence(only_strong: int, only_weak: int) -> str:
        rows = [[1, 1]] * 30 + [[0, 1]] * only_strong + [[1, 0]] * only_weak
        return study(paired(rows, [0.0, 0.1]), "m0", "m1").sentence

    assert "gets right alone it has 6, the other 3." in sentence(6, 3)
    assert "not shown to be the better one" not in sentence(12, 1)


def test_that_a_stronger_model_that_is_no_better_is_not_worth_routing_to() -> None:
    found = study(paired([[1, 1]] * 30, [0.0, 0.1]), "m0", "m1")
    assert "no better" in found.sentence
    assert found.usd_per_right is None
    assert all(router.recovered is None for router in found.routers)
    routing_chart(found)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=20, max_size=60))
def test_that_any_scores_give_a_study_without_nan(rows: list[tuple[float, float]]) -> None:
    topics = [f"t{k % 3}" for k in range(len(rows))]
    found = study(paired([list(row) for row in rows], [0.001, 0.01], topics), "m0", "m1")
    values = [v for router in found.routers for v in (*router.qualities, *router.costs_usd)]
    assert np.isfinite(values).all()
    oracle = found.router("oracle")
    assert oracle is not None
    for router in found.routers:
        assert all(a <= b + 1e-9 for a, b in zip(router.qualities, oracle.qualities, strict=True))
    routing_chart(found)


def test_that_the_plan_of_the_sample_keeps_its_own_server_as_the_default(services: Services) -> None:
    plan = sample_plan(services)
    assert plan.option == "C" and plan.data_flow is DataFlow.CLEAN_LEAVES
    assert [route.alias for route in plan.routes] == ["standard", "hard"]
    assert not plan.default.leaves and plan.routes[1].leaves
    # The sample's eval ran other models, so it says nothing of which topics are hard for these two.
    assert plan.strong_topics == ()
    assert any("no eval of yours has run both" in note for note in plan.notes)


def test_that_a_litellm_configuration_is_yaml_with_one_alias_a_route_and_no_key_in_it(services: Services) -> None:
    config = yaml.safe_load(as_litellm(sample_plan(services)))
    assert [entry["model_name"] for entry in config["model_list"]] == ["standard", "hard"]
    assert config["model_list"][0]["litellm_params"]["api_base"].startswith("http://localhost")
    assert config["model_list"][1]["litellm_params"] == {
        "model": "anthropic/claude-sonnet-4-6",
        "api_key": "os.environ/ANTHROPIC_API_KEY",
    }
    assert config["litellm_settings"]["fallbacks"] == [{"hard": ["standard"]}]
    assert config["litellm_settings"]["max_budget"] == 4_000


def test_that_a_gateway_asks_for_the_clean_mark_before_anything_leaves(services: Services) -> None:
    shape = json.loads(as_gateway(sample_plan(services)))
    assert shape["default_upstream"] == "standard"
    assert shape["require_header_for_third_party"] == {"x-data-class": "clean"}
    assert [upstream["third_party"] for upstream in shape["upstreams"]] == [False, True]


def test_that_the_plain_plan_reads_back_as_what_it_was(services: Services) -> None:
    plan = replace(sample_plan(services), strong_topics=("contracts: old", "yes", "# none"))
    shape = yaml.safe_load(as_yaml(plan))
    assert shape["topics_to_the_strong_model"] == ["contracts: old", "yes", "# none"]
    assert sum(route["share"] for route in shape["routes"]) == pytest.approx(1)


ROUTES = st.lists(
    st.builds(
        Route, st.from_regex(r"[a-z]{4,9}", fullmatch=True), st.text(), st.sampled_from(["openai", "nobody", "x y"]),
        st.sampled_from(["", "https://a.example/v1"]), st.just("A_KEY"), st.floats(0, 1), st.text(), st.booleans(),
    ),
    min_size=1, max_size=4, unique_by=lambda route: route.alias,
)  # fmt: skip


@settings(max_examples=60)
@given(ROUTES, st.text(), st.lists(st.text(), max_size=3), st.sampled_from(list(DataFlow)))
def test_that_any_plan_is_valid_text_and_never_falls_back_to_what_leaves(
    routes: list[Route], name: str, topics: list[str], flow: DataFlow
) -> None:
    plan = RoutingPlan(name, "C", flow, tuple(routes), tuple(topics), None, "2026-11-20", ("one\ntwo",))
    config, plain = (yaml.load(write(plan), yaml.CSafeLoader) for write in (as_litellm, as_yaml))
    gateway = json.loads(as_gateway(plan))
    assert [entry["litellm_params"]["model"].split("/", 1)[1] for entry in config["model_list"]]
    assert plain["scenario"] == name and plain["topics_to_the_strong_model"] == topics
    leaves = {route.alias: route.leaves for route in routes}
    for entry in (*config["litellm_settings"]["fallbacks"], gateway["fallbacks"]):
        for source, targets in entry.items():
            assert leaves[source] or not any(leaves[target] for target in targets)


def test_that_a_plan_is_written_whole_and_an_unknown_form_is_refused(services: Services, tmp_path: Path) -> None:
    plan = sample_plan(services)
    for kind in services.routing.formats():
        file = services.routing.export(plan, kind, tmp_path / f"plan{FORMATS[kind][1]}")
        assert file.read_text(encoding="utf-8") == services.routing.text(plan, kind)
    with pytest.raises(WorkbenchError, match="no form"):
        services.routing.text(plan, "nginx")
    with pytest.raises(WorkbenchError, match="no option"):
        sample_plan(services, "Z")


def test_that_a_bought_option_is_a_plan_with_one_route(services: Services) -> None:
    plan = sample_plan(services, "A")
    assert [route.alias for route in plan.routes] == ["standard"]
    assert yaml.safe_load(as_litellm(plan))["litellm_settings"]["fallbacks"] == []


def test_that_a_frontier_of_paired_items_is_the_one_of_the_plain_formulas() -> None:
    rng = np.random.default_rng(5)
    weak, strong = rng.integers(0, 2, 400).astype(float), rng.integers(0, 2, 400).astype(float)
    found = study(paired(np.column_stack([weak, strong]).tolist(), [0.001, 0.01]), "m0", "m1")
    curve = routing.oracle_curve(weak, strong, 0.001, 0.01)
    oracle = found.router("oracle")
    assert oracle is not None
    assert oracle.qualities == pytest.approx(np.interp(oracle.shares, curve.share, curve.quality))
