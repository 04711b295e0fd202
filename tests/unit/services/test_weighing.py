"""What matters, set from an order, from points and from pairwise comparisons (methods.md 1.1: TV-1a, TV-1b)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.cli.main import run
from workbench.domain.criterion import DEFAULT_CRITERIA, Criterion
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.scenario import Scenario
from workbench.services import weighing

from matching_values import options, sample

THREE = tuple(Criterion(name, name.title(), "", 0, 1, 50) for name in ("cost", "quality", "weeks"))
SAATY = "x,cost,quality,weeks\ncost,1,3,5\nquality,1/3,1,3\nweeks,1/5,1/3,1\n"


def shares(criteria: Sequence[Criterion]) -> list[float]:
    total = sum(item.points for item in criteria)
    return [item.points / total for item in criteria]


def with_figure(base: Scenario, option_id: str, name: str, value: float) -> Scenario:
    figure = Figure(Estimate.exact(value), Origin.YOURS, "test")
    return replace(
        base,
        options=tuple(
            replace(draft, figures={**draft.figures, name: figure}) if draft.id == option_id else draft
            for draft in base.options
        ),
    )


def compared(tmp_path: Path, text: str, criteria: Sequence[Criterion] = THREE) -> weighing.Weighed:
    file = tmp_path / "table.csv"
    file.write_bytes(text.encode())
    return weighing.by_comparisons(criteria, file)


def test_tv_1a_the_order_alone_gives_centroid_weights() -> None:
    found = weighing.by_order(
        DEFAULT_CRITERIA, ["privacy", "quality", "weeks", "monthly_usd", "independence", "setup_usd"]
    )
    by_id = dict(zip((item.id for item in found.criteria), shares(found.criteria), strict=True))
    assert by_id["privacy"] == pytest.approx(0.4083, abs=5e-4) and by_id["setup_usd"] == pytest.approx(0.0278, abs=5e-4)
    assert max(item.points for item in found.criteria) == 100


def test_that_without_an_order_that_of_the_points_counts() -> None:
    found = weighing.by_order(DEFAULT_CRITERIA)
    ranked = sorted(found.criteria, key=lambda item: -item.points)
    assert [item.id for item in ranked][:2] == ["privacy", "quality"]


def test_tv_1b_pairwise_comparisons_give_the_principal_eigenvector_and_their_consistency(tmp_path: Path) -> None:
    found = compared(tmp_path, SAATY)
    assert shares(found.criteria) == pytest.approx([0.6370, 0.2583, 0.1047], abs=1e-3)
    assert "ratio 0.03" in found.sentence and "“Cost” counts most with 64 %" in found.sentence


@pytest.mark.parametrize(
    "text",
    [
        SAATY.replace("x,", ","),
        SAATY.replace(",", ";"),
        SAATY.replace(",", "\t").replace("\n", "\r\n"),
        "x,weeks,COST,quality\nQuality,3,1/3,1\ncost,5,1,3\nweeks,1,1/5,1/3\n",
        "x,cost,quality,weeks\ncost,,3,5\nquality,,,3\nweeks,,,\n",
    ],
    ids=["no corner", "semicolons", "tabs", "another order, titles", "upper triangle only"],
)
def test_that_the_same_comparisons_are_read_however_they_are_written(tmp_path: Path, text: str) -> None:
    assert compared(tmp_path, text).criteria == compared(tmp_path, SAATY).criteria


def test_that_comparisons_that_contradict_each_other_say_so(tmp_path: Path) -> None:
    found = compared(tmp_path, "x,cost,quality,weeks\ncost,1,5,1/5\nquality,,1,5\nweeks,,,1\n")
    assert "contradict each other" in found.sentence


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "table.csv"),
        ("x,cost,quality\ncost,1,3\nquality,1/3,1\n", "table.csv"),
        (SAATY.replace("weeks,1/5", "speed,1/5"), "row 4, column 1"),
        (SAATY.replace("quality,1/3", "cost,1/3"), "table.csv"),
        (SAATY.replace("1,3,5", "1,three,5"), "row 2, column 3"),
        (SAATY.replace("1,3,5", "1,-3,5"), "row 2, column 3"),
        (SAATY.replace("1/5", "1/0"), "row 4, column 2"),
        (SAATY.replace("1,3,5", "1,nan,5"), "row 2, column 3"),
        (SAATY.replace("1,3,5", "1,3,").replace("1/5", ""), "cost and weeks"),
        (SAATY.replace("1/5", "1/4"), "Comparison matrix"),
        ("x" * 70_000, "table.csv"),
        ("\0" + SAATY, "table.csv"),
    ],
)
def test_that_a_table_that_makes_no_sense_is_refused_with_its_place(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(WorkbenchError) as refusal:
        compared(tmp_path, text)
    assert where in refusal.value.where and refusal.value.mend


def test_that_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("x,größe".encode("latin-1"))
    for name in ("missing.csv", "latin.csv", "."):
        with pytest.raises(WorkbenchError):
            weighing.by_comparisons(THREE, tmp_path / name)


def test_that_points_outside_their_scale_unknown_names_and_all_zero_are_refused() -> None:
    assert [item.points for item in weighing.by_points(THREE, {"cost": 100}).criteria] == [100, 50, 50]
    for points in (
        {"cost": 101},
        {"cost": -1},
        {"cost": float("nan")},
        {"speed": 1},
        dict.fromkeys(("cost", "quality", "weeks"), 0),
    ):
        with pytest.raises(WorkbenchError):
            weighing.by_points(THREE, points)
    with pytest.raises(WorkbenchError):
        weighing.by_order(THREE, ["cost", "quality"])
    assert {item.points for item in weighing.alike(THREE).criteria} == {100}


def test_that_scales_are_widened_as_far_as_the_options_need_and_no_further() -> None:
    dear = with_figure(with_figure(sample(), "A", "monthly_usd", 6_700), "B", "monthly_usd", 310)
    found = weighing.wide_enough(dear.criteria, options().options(dear).options)
    by_id = {item.id: (item.worst, item.best) for item in found.criteria}
    assert by_id["monthly_usd"] == (8_000, 0) and by_id["setup_usd"] == (100_000, 0)
    assert "Running cost 8,000 to 0" in found.sentence
    assert options().options(replace(dear, criteria=found.criteria)).options[0].clipped == ()


def test_that_the_command_widens_scales_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["--home", str(tmp_path), "scenario", "weigh", "knowledge-assistant", "--widen"]) == 0
    assert "Every scale holds the figures of all options already." in capsys.readouterr().out
