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
        """The x of its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower edge."""
        return self.top + self.height

    def overlap(self, other: Box) -> float:
        """The area that both cover."""
        wide = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        if wide <= 0:
            return 0.0
        high = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return wide * high if high > 0 else 0.0


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


def place_labels(wishes: Sequence[LabelWish], obstacles: Sequence[Box], frame: Box) -> tuple[Box | None, ...]:
    """A place beside each point, in the order given (the important ones first); None where there is no room.

    Of fourteen places around the point the one is taken that covers least; a label that would still cover another
    label, or more than a tenth of itself of anything else, is left out.
    """
    taken: list[Box] = []
    placed: list[Box | None] = []
    for wish in wishes:
        best, best_cost = None, float("inf")
        places = _places(wish)
        near = _near(places, obstacles)
        for rank, box in enumerate(places):
            cost = _cost(box, taken, near, frame) + rank * 0.002 + (_FAR_COST if rank >= _NEAR_PLACES else 0)
            if cost < best_cost:
                best, best_cost = box, cost
        if best is not None and (best_cost < _MOST_COVERED or wish.must):
            taken.append(best)
            placed.append(best)
        else:
            placed.append(None)
    return tuple(placed)


def stack_labels(wishes: Sequence[LabelWish], frame: Box) -> tuple[Box, ...]:
    """Labels of line ends: each to the right of its point, moved up or down until none covers another.

    One that has no room there stands above its line, which it would cover. Their order from top to bottom is that of
    the points, so that each can be matched to its line.
    """
    order = sorted(range(len(wishes)), key=lambda i: (wishes[i].y, i))
    tops: list[float] = []
    for i in order:
        wish = wishes[i]
        least = tops[-1] + wishes[order[len(tops) - 1]].height if tops else frame.top
        has_room = wish.x + wish.gap + wish.width <= frame.right
        tops.append(max(wish.y - wish.height * (0.5 if has_room else 1.15), least))
    lowest = frame.bottom
    for place in range(len(order) - 1, -1, -1):
        height = wishes[order[place]].height
        tops[place] = min(tops[place], lowest - height)
        lowest = tops[place]
    boxes: dict[int, Box] = {}
    for i, top in zip(order, tops, strict=True):
        wish = wishes[i]
        left = min(wish.x + wish.gap, frame.right - wish.width)
        boxes[i] = Box(left, top, wish.width, wish.height)
    return tuple(boxes[i] for i in range(len(wishes)))


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


def _near(places: Sequence[Box], obstacles: Sequence[Box]) -> list[Box]:
    """The obstacles that any of the places could touch: most lie elsewhere, and this is done while one drags."""
    left, top = min(p.left for p in places), min(p.top for p in places)
    around = Box(left, top, max(p.right for p in places) - left, max(p.bottom for p in places) - top)
    return [box for box in obstacles if around.overlap(box)]


def _cost(box: Box, taken: Sequence[Box], obstacles: Sequence[Box], frame: Box) -> float:
    """The share of the label that is out of the frame (heavy), over labels (heavy) or over other things."""
    area = max(box.width * box.height, 1e-9)
    outside = 1 - box.overlap(frame) / area
    labels = sum(box.overlap(other) for other in taken) / area
    things = sum(box.overlap(other) for other in obstacles) / area
    return outside * 10 + labels * 10 + things
