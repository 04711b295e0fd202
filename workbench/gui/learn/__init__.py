"""The topics of Learn: one line each, one file each, made on the first visit. The texts are in resources/learn."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.gui.learn.topic import Topic, TopicHouse

_HERE = "workbench.gui.learn"


@dataclass(frozen=True, slots=True)
class TopicEntry:
    """A topic by the id of its lesson and the class that shows it."""

    id: str
    path: str


TOPICS: tuple[TopicEntry, ...] = (
    TopicEntry("foundation", f"{_HERE}.topic:Topic"),
    TopicEntry("types", f"{_HERE}.types:TypesTopic"),
    TopicEntry("open", f"{_HERE}.open:OpenTopic"),
    TopicEntry("adaptation", f"{_HERE}.adaptation:AdaptationTopic"),
    TopicEntry("scaling", f"{_HERE}.scaling:ScalingTopic"),
    TopicEntry("emergence", f"{_HERE}.emergence:EmergenceTopic"),
    TopicEntry("concentration", f"{_HERE}.concentration:ConcentrationTopic"),
    TopicEntry("claims", f"{_HERE}.claims:ClaimsTopic"),
    TopicEntry("practice", f"{_HERE}.practice:PracticeTopic"),
    TopicEntry("glossary", f"{_HERE}.glossary:GlossaryTopic"),
)


def make_topic(entry: TopicEntry, house: TopicHouse) -> Topic:
    """Import the topic's class and make it."""
    module, _, name = entry.path.partition(":")
    cls: type[Topic] = getattr(import_module(module), name)
    return cls(entry.id, house)
