"""Words at the ends of lines cover neither each other nor their own line."""

from __future__ import annotations

from workbench.analysis.chartlabels import Box, LabelWish, stack_labels

FRAME = Box(0, 0, 200, 100)


def test_that_a_name_without_room_beside_the_end_of_its_line_stands_above_it() -> None:
    (short,) = stack_labels([LabelWish(180, 50, 10, 14)], FRAME)
    assert (short.left, short.top) == (189, 43)
    (long,) = stack_labels([LabelWish(180, 50, 80, 14)], FRAME)
    assert long.right <= FRAME.right and long.bottom < 50


def test_that_long_names_at_one_place_stand_one_above_the_other() -> None:
    boxes = stack_labels([LabelWish(180, 50, 80, 14), LabelWish(180, 51, 80, 14)], FRAME)
    assert boxes[0].overlap(boxes[1]) == 0
