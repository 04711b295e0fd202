"""Where the words of a chart go, so that they cover neither each other nor the points.

Works in any plane with y downwards (screen pixels, SVG units); the window and the reports use it alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_NEAR_PLACES = 8
_MOST_COVERED = 0.13
_FAR_COST = 0.03


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; y grows downwards."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def overlap(self, other: Box) -> float:
        """The area that both cover."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * high if wide > 0 and high > 0 else 0.0


@dataclass(frozen=True, slots=True)
class LabelWish:
    """A text of this size that belongs to the point (x, y), `gap` away from it.

    A `must` is placed even where it covers something: the label of what is selected.
    """

    x: float
    y: float
    width: float
    height: float
    gap: float = 9.0
    must: bool = False


def place_labels(
    wishes: Sequence[LabelWish], obstacles: Sequence[Box], frame: Box
) -> tuple[Box | None, ...]:
    """A place beside each point, in the order given (the important ones first); None where there is no room.

    Of fourteen places around the point the one is taken that covers least; a label that would still cover another
    label, or more than a tenth of itself of anything else, is left out.
    """
    taken: list[Box] = []
    placed: list[Box | None] = []
    for wish in wishes:
        best, best_cost = None, float("inf")
        for rank, box in enumerate(_places(wish)):
            cost = _cost(box, taken, obstacles, frame) + rank * 0.002 + (_FAR_COST if rank >= _NEAR_PLACES else 0)
            if cost < best_cost:
                best, best_cost = box, cost
        if best is not None and (best_cost < _MOST_COVERED or wish.must):
            taken.append(best)
            placed.append(best)
        else:
            placed.append(None)
    return tuple(placed)


def _places(wish: LabelWish) -> tuple[Box, ...]:
    x, y, w, h = wish.x, wish.y, wish.width, wish.height
    near, far = wish.gap, wish.gap * 2.2
    corners = (
        (x + near, y - h - near * 0.3),
        (x - w - near, y - h - near * 0.3),
        (x + near, y + near * 0.3),
        (x - w - near, y + near * 0.3),
        (x + near, y - h / 2),
        (x - w - near, y - h / 2),
        (x - w / 2, y - h - near),
        (x - w / 2, y + near),
        (x + far, y - h - near),
        (x - w - far, y - h - near),
        (x + far, y + near),
        (x - w - far, y + near),
        (x - w / 2, y - h - far * 1.4),
        (x - w / 2, y + far * 1.4),
    )
    return tuple(Box(left, top, w, h) for left, top in corners)


def _cost(box: Box, taken: Sequence[Box], obstacles: Sequence[Box], frame: Box) -> float:
    """The share of the label that is out of the frame (heavy), over labels (heavy) or over other things."""
    area = max(box.width * box.height, 1e-9)
    outside = 1 - box.overlap(frame) / area
    labels = sum(box.overlap(other) for other in taken) / area
    things = sum(box.overlap(other) for other in obstacles) / area
    return outside * 10 + labels * 10 + things
