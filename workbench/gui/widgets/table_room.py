"""Which columns of a table give way where there is not room for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def left_out(widths: Sequence[int], gives_way: Mapping[int, int], room: int) -> frozenset[int]:
    """The places of the columns to leave out so that the others fit into `room` pixels.

    `widths` are the least widths of all columns; `gives_way` the places that may go with their rank, the highest goes
    first. What finds room again beside those that stay is kept. Where even that is too wide, all that may go have gone.
    """
    taken, gone = sum(widths), []
    for place in sorted(gives_way, key=lambda each: -gives_way[each]):
        if taken <= room:
            break
        taken -= widths[place]
        gone.append(place)
    for place in reversed(gone[:-1]):
        if taken + widths[place] <= room:
            taken += widths[place]
            gone.remove(place)
    return frozenset(gone)
