"""Task "sentiment": a remark of an employee that is positive, negative or neutral."""

from __future__ import annotations

from draw import Draw
from pool import Pool

SUBJECTS = (
    "The new travel tool", "The help desk", "The canteen", "The leave calendar", "The onboarding week",
    "The payroll team", "The training course", "The new laptop", "The expense form", "The open office",
    "The team meeting", "The phone app", "The bike garage", "The new chat tool", "The parking lot",
)  # fmt: skip
REMARKS: dict[str, Pool] = {
    "positive": Pool(
        train=(
            "{s} is fast and easy to use.",
            "{s} is great.",
            "{s} saves me a lot of time.",
            "I really like {s}.",
            "I am happy with {s}.",
            "{s} helped me a lot.",
            "{s} is much better than before.",
            "{s} is excellent, thank you!",
            "{s} made my work easier.",
            "{s} is a pleasure.",
            "I enjoy {s} every day.",
            "{s} is friendly and helpful.",
        ),
        held_out=(
            "I like {s}, it is easy to use.",
            "{s} is great and saves a lot of time.",
            "I am really happy, {s} is much better than before.",
            "{s} is excellent and friendly.",
            "I enjoy {s}, it helped me a lot.",
        ),
    ),
    "negative": Pool(
        train=(
            "{s} is slow and hard to use.",
            "{s} is terrible.",
            "{s} wastes my time.",
            "I really hate {s}.",
            "I am unhappy with {s}.",
            "{s} did not help me at all.",
            "{s} is worse than before.",
            "{s} is a disaster.",
            "{s} made my work harder.",
            "I am angry about {s}.",
            "{s} fails every day.",
            "{s} is confusing and rude.",
        ),
        held_out=(
            "I hate {s}, it is hard to use.",
            "{s} is terrible and wastes a lot of time.",
            "I am angry, {s} is worse than before.",
            "{s} is slow and confusing.",
            "I am really unhappy, {s} did not help at all.",
        ),
    ),
    "neutral": Pool(
        train=(
            "{s} opens at nine.",
            "{s} is on the second floor.",
            "I used {s} once this week.",
            "{s} was moved to Monday.",
            "{s} has a new name.",
            "I was told about {s} by email.",
            "{s} is for all employees.",
            "{s} will be used from next month.",
            "There is a page about {s}.",
            "{s} is open on Friday.",
            "{s} has two parts.",
            "I have seen {s} on the list.",
        ),
        held_out=(
            "{s} is open from nine on Monday.",
            "I was told by email that {s} has a new page.",
            "I used {s} once on Friday.",
            "From next month {s} is on the second floor.",
            "{s} is on the list for all employees.",
        ),
    ),
}
LABELS = tuple(REMARKS)
PROMPTS = Pool(
    train=(
        "Is this positive, negative or neutral?\n{remark}",
        "Sentiment of this remark (positive, negative, neutral): {remark}",
        "{remark}\n\nSentiment: positive, negative or neutral?",
        "Remark: {remark}\nAnswer with positive, negative or neutral.",
    ),
    held_out=(
        "Is the sentiment of this remark positive, negative or neutral?\n\n{remark}",
        "Remark: {remark}\n\nSentiment (positive, negative or neutral)?",
    ),
)


def sentiment_case(draw: Draw, label: str) -> tuple[str, str]:
    """The prompt with a remark, and its label."""
    phrasing = draw.phrase(REMARKS[label])
    subject = draw.choice(SUBJECTS)
    if not phrasing.startswith("{s}"):
        subject = subject[0].lower() + subject[1:]
    return draw.phrase(PROMPTS).format(remark=phrasing.format(s=subject)), label
