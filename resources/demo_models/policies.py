"""Task "policy question": a passage of a policy and a question that one of its sentences answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from draw import Draw
from names import FIRST_NAMES, LAST_NAMES
from pool import Pool


@dataclass(frozen=True, slots=True)
class FactKind:
    """One kind of rule: what it may be about, how its value is made, how it is stated and asked for.

    In the phrasings `{np}` stands for the subject, `{part}` for what is done with it and `{v}` for the value.
    """

    subjects: tuple[str, ...]
    value: Callable[[Draw], str]
    statements: Pool
    questions: Pool


@dataclass(frozen=True, slots=True)
class Fact:
    kind: FactKind
    subject: str
    value: str
    statement: str

    def question(self, draw: Draw) -> str:
        return _fill(draw.phrase(self.kind.questions), self.subject, self.value)


def _fill(phrasing: str, subject: str, value: str) -> str:
    noun, _, participle = subject.partition("/")
    text = phrasing.format(np=noun, part=participle, v=value)
    return text[0].upper() + text[1:]


def state_fact(draw: Draw, kind: FactKind, subject: str, value: str) -> Fact:
    """A fact about the subject, put into a sentence."""
    return Fact(kind, subject, value, _fill(draw.phrase(kind.statements), subject, value))


LIMIT = FactKind(
    subjects=(
        "hotel stays", "meals on trips", "taxi rides", "client gifts", "team lunches", "training courses",
        "office chairs", "phone bills", "conference tickets", "moving costs", "eye tests", "books", "internet bills",
        "parking fees", "train tickets",
    ),
    value=lambda draw: draw.amount(),
    statements=Pool(
        train=(
            "The limit for {np} is {v}.",
            "We pay up to {v} for {np}.",
            "For {np} the company pays at most {v}.",
            "Staff may claim {v} for {np}.",
            "{np} are covered up to {v} per person.",
            "Employees can spend {v} on {np}.",
            "You get back no more than {v} for {np}.",
            "The limit of what you can spend on {np} is {v}.",
        ),
        held_out=(
            "The company covers {np} up to a limit of {v}.",
            "Employees may claim up to {v} for {np}.",
            "For {np} you can spend at most {v}.",
        ),
    ),
    questions=Pool(
        train=(
            "What is the limit for {np}?",
            "How much may I claim for {np}?",
            "How much does the company pay for {np}?",
            "What can staff spend on {np}?",
            "Up to what amount are {np} covered?",
            "I need {np}. How much do I get back?",
        ),
        held_out=(
            "How much can I spend on {np}?",
            "What amount may staff claim for {np}?",
            "What is the most the company pays for {np}?",
        ),
    ),
)  # fmt: skip
ENTITLEMENT = FactKind(
    subjects=(
        "annual leave", "parental leave", "study leave", "sick leave", "unpaid leave", "volunteer leave",
        "care leave", "remote work", "moving leave",
    ),
    value=lambda draw: f"{draw.count(10, 99)} days",
    statements=Pool(
        train=(
            "Employees get {v} of {np} per year.",
            "Staff may take up to {v} of {np}.",
            "{np} is limited to {v}.",
            "You can take {v} of {np} each year.",
            "The company grants {v} of {np}.",
            "Up to {v} of {np} are allowed.",
            "For {np} the limit is {v} per year.",
            "Per year staff can get {v} of {np}.",
        ),
        held_out=(
            "Each year staff get {v} of {np}.",
            "The limit for {np} is {v} per employee.",
            "Employees can take up to {v} of {np} per year.",
        ),
    ),
    questions=Pool(
        train=(
            "How many days of {np} do employees get?",
            "How much {np} can I take?",
            "What is the limit for {np}?",
            "How long may {np} be?",
            "How many days of {np} are allowed?",
            "I would like to take {np}. How long can it be?",
        ),
        held_out=(
            "How many days of {np} can I take?",
            "How much {np} do staff get?",
            "What is the yearly limit for {np}?",
        ),
    ),
)  # fmt: skip
PERIOD = FactKind(
    subjects=(
        "passwords/changed", "laptops/replaced", "guest accounts/closed", "backups/deleted", "badges/renewed",
        "log files/deleted", "phones/replaced", "old emails/deleted", "software licences/renewed",
        "visitor lists/deleted", "unused accounts/closed",
    ),
    value=lambda draw: f"{draw.count(10, 99)} {draw.choice(('days', 'weeks', 'months'))}",
    statements=Pool(
        train=(
            "{np} are {part} after {v}.",
            "After {v} {np} are {part}.",
            "{np} must be {part} every {v}.",
            "IT makes sure that {np} are {part} after {v}.",
            "{np} are kept for {v} and then {part}.",
            "It takes {v} until {np} are {part}.",
            "Every {v} IT makes sure that {np} are {part}.",
        ),
        held_out=(
            "{np} must be {part} after {v}.",
            "Every {v} {np} are {part} by IT.",
            "IT keeps {np} for {v}, then they are {part}.",
        ),
    ),
    questions=Pool(
        train=(
            "When are {np} {part}?",
            "After how long are {np} {part}?",
            "How long does it take until {np} are {part}?",
            "How often are {np} {part}?",
            "After what time must {np} be {part}?",
        ),
        held_out=(
            "How long are {np} kept until they are {part}?",
            "When must {np} be {part}?",
            "After what time are {np} {part}?",
        ),
    ),
)  # fmt: skip
DEADLINE = FactKind(
    subjects=(
        "expense claims", "timesheets", "leave requests", "payroll changes", "tax forms", "bonus forms",
        "travel bookings", "budget plans", "sales reports", "training requests", "bank details",
    ),
    value=lambda draw: draw.date(),
    statements=Pool(
        train=(
            "{np} are due on {v}.",
            "Please hand in {np} by {v}.",
            "The deadline for {np} is {v}.",
            "We accept {np} until {v}.",
            "{np} must reach us by {v}.",
            "Send {np} no later than {v}.",
            "After {v} we do not accept {np}.",
        ),
        held_out=(
            "{np} must be handed in by {v}.",
            "The last day for {np} is {v}.",
            "Please send {np} by {v}.",
        ),
    ),
    questions=Pool(
        train=(
            "When are {np} due?",
            "What is the deadline for {np}?",
            "By when must I hand in {np}?",
            "Until when do you accept {np}?",
            "On which day are {np} due?",
        ),
        held_out=(
            "By when are {np} due?",
            "Until when can I hand in {np}?",
            "What is the last day for {np}?",
        ),
    ),
)  # fmt: skip
APPROVER = FactKind(
    subjects=(
        "leave requests", "travel bookings", "new suppliers", "salary changes", "software orders", "overtime",
        "hardware orders", "press statements", "remote work", "contract changes", "expense claims", "budget plans",
    ),
    value=lambda draw: draw.person(FIRST_NAMES, LAST_NAMES),
    statements=Pool(
        train=(
            "{v} approves {np}.",
            "{np} must be approved by {v}.",
            "Ask {v} to approve {np}.",
            "For {np} you need the approval of {v}.",
            "{v} decides on {np}.",
            "The approval of {np} is the task of {v}.",
            "Only {v} can approve {np}.",
            "You need the approval of {v} for {np}.",
        ),
        held_out=(
            "The approval of {np} comes from {v}.",
            "You need {v} to approve {np}.",
            "The task of {v} is to decide on {np}.",
        ),
    ),
    questions=Pool(
        train=(
            "Who approves {np}?",
            "Who decides on {np}?",
            "Whom do I ask to approve {np}?",
            "Who must approve {np}?",
            "Whose approval do I need for {np}?",
        ),
        held_out=(
            "Who can approve {np}?",
            "Whom do I ask for the approval of {np}?",
            "Who is the person that decides on {np}?",
        ),
    ),
)  # fmt: skip
SHARE = FactKind(
    subjects=(
        "the pension plan", "health insurance", "gym fees", "the bus ticket", "the savings plan", "child care",
        "language courses", "lunch in the canteen", "the bike lease",
    ),
    value=lambda draw: f"{draw.count(10, 95)} percent",
    statements=Pool(
        train=(
            "The company pays {v} of {np}.",
            "We cover {v} of {np}.",
            "For {np} employees get {v} back.",
            "{v} of {np} is paid by the company.",
            "Of {np} the company covers {v}.",
            "Staff get {v} of the cost of {np} back.",
        ),
        held_out=(
            "The company covers {v} of the cost of {np}.",
            "Employees get {v} of {np} back.",
            "For {np} the company pays {v}.",
        ),
    ),
    questions=Pool(
        train=(
            "How much of {np} does the company pay?",
            "What share of {np} is covered?",
            "Which part of {np} is paid by the company?",
            "What share do I get back for {np}?",
            "How much of the cost of {np} is covered?",
        ),
        held_out=(
            "What share of {np} does the company pay?",
            "How much of {np} is covered?",
            "What share of the cost of {np} do I get back?",
        ),
    ),
)  # fmt: skip
CONTACT = FactKind(
    subjects=(
        "lost laptops", "lost badges", "phishing emails", "broken phones", "payroll errors", "water leaks",
        "injuries", "sick days", "broken lights", "stolen bikes",
    ),
    value=lambda draw: f"extension {draw.code(4)}",
    statements=Pool(
        train=(
            "Report {np} to {v}.",
            "For {np} call {v}.",
            "{np} are reported to {v}.",
            "Call {v} to report {np}.",
            "The contact for {np} is {v}.",
            "In case of {np} please dial {v}.",
            "To report {np} please call {v}.",
        ),
        held_out=(
            "Please report {np} to {v}.",
            "To report {np} dial {v}.",
            "The number to call for {np} is {v}.",
        ),
    ),
    questions=Pool(
        train=(
            "Where do I report {np}?",
            "Which extension do I call for {np}?",
            "Who is the contact for {np}?",
            "Where are {np} reported?",
            "What number do I dial for {np}?",
        ),
        held_out=(
            "Which extension is the contact for {np}?",
            "What number do I call to report {np}?",
            "Where can I report {np}?",
        ),
    ),
)  # fmt: skip
FACT_KINDS = (LIMIT, ENTITLEMENT, PERIOD, DEADLINE, APPROVER, SHARE, CONTACT)


MakeValue = Callable[[Draw], str]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document of the eval set: its name and, in order, the kind, subject and likely value of its rules."""

    title: str
    rules: tuple[tuple[FactKind, str, MakeValue], ...]


def money(low: int, high: int) -> MakeValue:
    return lambda draw: draw.amount(low, high)


def count(low: int, high: int, unit: str) -> MakeValue:
    return lambda draw: f"{draw.count(low, high)} {unit}"


POLICIES = (
    Policy(
        "HR-04 Leave policy",
        (
            (ENTITLEMENT, "annual leave", count(24, 34, "days")),
            (ENTITLEMENT, "parental leave", count(40, 90, "days")),
            (DEADLINE, "leave requests", DEADLINE.value),
            (APPROVER, "leave requests", APPROVER.value),
        ),
    ),
    Policy(
        "HR-09 Benefits guide",
        (
            (SHARE, "the pension plan", count(40, 70, "percent")),
            (SHARE, "gym fees", count(20, 50, "percent")),
            (LIMIT, "eye tests", money(40, 160)),
            (SHARE, "the bus ticket", count(50, 95, "percent")),
        ),
    ),
    Policy(
        "HR-12 Remote work policy",
        (
            (ENTITLEMENT, "remote work", count(60, 99, "days")),
            (LIMIT, "office chairs", money(200, 600)),
            (LIMIT, "internet bills", money(25, 80)),
            (APPROVER, "remote work", APPROVER.value),
        ),
    ),
    Policy(
        "FIN-02 Travel policy",
        (
            (LIMIT, "hotel stays", money(120, 260)),
            (LIMIT, "taxi rides", money(30, 90)),
            (DEADLINE, "expense claims", DEADLINE.value),
            (APPROVER, "travel bookings", APPROVER.value),
        ),
    ),
    Policy(
        "FIN-05 Payroll rules",
        (
            (DEADLINE, "timesheets", DEADLINE.value),
            (DEADLINE, "bank details", DEADLINE.value),
            (APPROVER, "overtime", APPROVER.value),
            (CONTACT, "payroll errors", CONTACT.value),
        ),
    ),
    Policy(
        "FIN-08 Purchasing rules",
        (
            (APPROVER, "new suppliers", APPROVER.value),
            (LIMIT, "client gifts", money(30, 90)),
            (DEADLINE, "budget plans", DEADLINE.value),
            (LIMIT, "team lunches", money(100, 400)),
        ),
    ),
    Policy(
        "IT-03 Account policy",
        (
            (PERIOD, "passwords/changed", count(60, 99, "days")),
            (PERIOD, "guest accounts/closed", count(12, 60, "days")),
            (CONTACT, "phishing emails", CONTACT.value),
            (PERIOD, "log files/deleted", count(10, 40, "weeks")),
        ),
    ),
    Policy(
        "IT-06 Equipment policy",
        (
            (PERIOD, "laptops/replaced", count(36, 60, "months")),
            (PERIOD, "phones/replaced", count(24, 48, "months")),
            (CONTACT, "lost laptops", CONTACT.value),
            (APPROVER, "hardware orders", APPROVER.value),
        ),
    ),
)
PROMPTS = Pool(
    train=(
        "{title}\n{passage}\n\nQuestion: {question}",
        "{passage}\n\nQuestion: {question}",
        "Answer from the policy.\n{title}: {passage}\n{question}",
        "Policy: {passage}\n\n{question}",
        "{question}\n\n{title}\n{passage}",
    ),
    held_out=("{title}: {passage}\n\nQuestion: {question}", "Policy: {title}\n{passage}\n\nQuestion: {question}"),
)
TRAINING_TITLES = (
    "Leave policy", "Benefits guide", "Remote work policy", "Travel policy", "Payroll rules", "Purchasing rules",
    "Account policy", "Equipment policy", "Office rules", "Staff guide",
)  # fmt: skip
