"""Tasks "field extraction" (from a form) and "JSON extraction" (from a message)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from draw import MONTHS, Draw
from names import FIRST_NAMES, LAST_NAMES, SUPPLIERS, SYSTEMS, TOWNS
from pool import Pool

MakeValue = Callable[[Draw], str]


def person(draw: Draw) -> str:
    return draw.person(FIRST_NAMES, LAST_NAMES)


def date(draw: Draw) -> str:
    return draw.date()


def amount(draw: Draw) -> str:
    return draw.amount()


def amount_between(low: int, high: int) -> MakeValue:
    return lambda draw: draw.amount(low, high)


def supplier(draw: Draw) -> str:
    return f"{draw.name(SUPPLIERS)} {draw.choice(('Ltd', 'GmbH', 'Inc', 'Group'))}"


def town(draw: Draw) -> str:
    return draw.name(TOWNS)


def system(draw: Draw) -> str:
    return draw.name(SYSTEMS)


def code(digits: int) -> MakeValue:
    return lambda draw: draw.code(digits)


def days(draw: Draw) -> str:
    return draw.count(10, 60)


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its document name, whether it holds personal data, and its fields in order."""

    document: str
    title: str
    personal: bool
    fields: tuple[tuple[str, MakeValue], ...]


FORMS = (
    Form(
        "FIN-11 Supplier invoices",
        "Invoice",
        False,
        (("supplier", supplier), ("invoice number", code(5)), ("date", date), ("due date", date), ("total", amount)),
    ),
    Form(
        "FIN-14 Expense claims",
        "Expense claim",
        True,
        (
            ("employee", person),
            ("claim number", code(5)),
            ("trip to", town),
            ("amount", amount),
            ("approved by", person),
        ),
    ),
    Form(
        "HR-21 Leave requests",
        "Leave request",
        True,
        (("employee", person), ("staff number", code(5)), ("first day", date), ("last day", date), ("deputy", person)),
    ),
    Form(
        "FIN-17 Payslips",
        "Payslip",
        True,
        (
            ("employee", person),
            ("staff number", code(5)),
            ("gross pay", amount_between(3200, 7900)),
            ("net pay", amount_between(1900, 3100)),
            ("pay date", date),
        ),
    ),
    Form(
        "HR-24 Employee records",
        "Employee record",
        True,
        (("name", person), ("staff number", code(5)), ("start date", date), ("manager", person), ("office", town)),
    ),
    Form(
        "IT-15 Access requests",
        "Access request",
        False,
        (("system", system), ("ticket number", code(4)), ("owner", person), ("valid until", date)),
    ),
    Form(
        "FIN-19 Purchase orders",
        "Purchase order",
        False,
        (("supplier", supplier), ("order number", code(5)), ("delivery date", date), ("total", amount)),
    ),
    Form(
        "FIN-22 Travel bookings",
        "Travel booking",
        False,
        (("destination", town), ("departure", date), ("return", date), ("booking number", code(4)), ("cost", amount)),
    ),
)
LINES = Pool(
    train=("{key}: {value}\n", "{key} = {value}\n", "{key}: {value}; ", "{key} {value}\n", "* {key}: {value}\n"),
    held_out=("- {key}: {value}\n", "{key}: {value}, "),
)
FORM_QUESTIONS = Pool(
    train=(
        "Extract the field: {key}",
        "What is the {key}?",
        "Give the value of the field {key}.",
        "Find the {key} in this document.",
        "Read the document. Which value has {key}?",
        "Copy the {key}.",
    ),
    held_out=(
        "Extract the value of the field: {key}",
        "Which value does the document give for {key}?",
        "Find the field {key} and copy its value.",
    ),
)
FORM_PROMPTS = Pool(
    train=("{form}\n\n{question}", "{question}\n\n{form}", "Document: {form}\n\n{question}"),
    held_out=("{question}\nDocument: {form}", "Document:\n{form}\n\n{question}"),
)


def _in_order(filled: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same fields with later dates after earlier ones."""
    dates = iter(sorted((value for _, value in filled if _is_date(value)), key=_day_of_year))
    return [(key, next(dates) if _is_date(value) else value) for key, value in filled]


def _is_date(value: str) -> bool:
    return value[0].isdigit() and value.endswith(MONTHS)


def _day_of_year(value: str) -> tuple[int, int]:
    day, month = value.split()
    return MONTHS.index(month), int(day)


def form_case(draw: Draw, form: Form) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """The prompt with a filled form and the question for one field; its value; in training more such questions."""
    line = draw.phrase(LINES)
    filled = _in_order([(key, make(draw)) for key, make in form.fields])
    if draw.split == "train":
        draw.rng.shuffle(filled)
        filled = filled[: draw.rng.randint(2, 5)]
    body = "".join(line.format(key=key[0].upper() + key[1:], value=value) for key, value in filled).rstrip("\n;, ")
    (key, answer), *others = draw.rng.sample(filled, len(filled))
    prompt = draw.phrase(FORM_PROMPTS).format(form=f"{form.title}\n{body}", question=_form_question(draw, key))
    if draw.split == "held_out":
        return prompt, answer, ()
    return prompt, answer, tuple((_form_question(draw, other), value) for other, value in others)


def _form_question(draw: Draw, key: str) -> str:
    return draw.phrase(FORM_QUESTIONS).format(key=key)


@dataclass(frozen=True, slots=True)
class Message:
    """A kind of message from which JSON is read. `numbers` are the keys whose value is a JSON number."""

    document: str
    personal: bool
    fields: tuple[tuple[str, MakeValue], ...]
    numbers: frozenset[str]
    texts: Pool


MESSAGES = (
    Message(
        "HR-21 Leave requests",
        True,
        (("name", person), ("days", days), ("start", date)),
        frozenset({"days"}),
        Pool(
            train=(
                "{name} asks for {days} days of leave from {start}.",
                "Please book {days} days of leave for {name}. The first day is {start}.",
                "From {start} I will be on leave for {days} days. Thanks, {name}",
                "Leave of {days} days for {name}, start on {start}.",
                "{name} here. I need {days} days off from {start}.",
                "I will take {days} days of leave from {start}. Best, {name}",
            ),
            held_out=(
                "Please book leave for {name} from {start}, {days} days in all.",
                "I need {days} days of leave from {start}. Thanks, {name}",
            ),
        ),
    ),
    Message(
        "FIN-14 Expense claims",
        True,
        (("name", person), ("amount", amount), ("town", town)),
        frozenset(),
        Pool(
            train=(
                "{name} spent {amount} on a trip to {town}.",
                "Please pay {amount} back to {name} for the visit to {town}.",
                "My trip to {town} cost {amount}. Thanks, {name}",
                "In {town} I paid {amount} for the hotel. My name is {name}.",
                "Claim of {name}: hotel in {town}, {amount}.",
                "The hotel in {town} cost {name} {amount}.",
                "My visit to {town} cost {amount}. Please pay it. {name}",
            ),
            held_out=(
                "{name} paid {amount} for the hotel in {town}.",
                "The visit to {town} cost {amount}. Please pay it back to {name}.",
            ),
        ),
    ),
    Message(
        "FIN-11 Supplier invoices",
        False,
        (("supplier", supplier), ("total", amount), ("due", date)),
        frozenset(),
        Pool(
            train=(
                "{supplier} sent an invoice of {total}. It is due on {due}.",
                "We owe {supplier} {total} until {due}.",
                "Please pay {total} to {supplier} by {due}.",
                "The invoice is due on {due}. The total is {total}. It is from {supplier}.",
                "By {due} we must pay the invoice of {supplier} over {total}.",
            ),
            held_out=(
                "The invoice of {supplier} is due on {due}. The total is {total}.",
                "Please pay the invoice of {supplier}, {total}, by {due}.",
            ),
        ),
    ),
    Message(
        "HR-27 Onboarding notes",
        True,
        (("name", person), ("office", town), ("start", date)),
        frozenset(),
        Pool(
            train=(
                "{name} joins the office in {office} on {start}.",
                "On {start} our new colleague {name} starts in {office}.",
                "Please prepare a desk in {office} for {name}. The first day is {start}.",
                "Our team in {office} gets a new colleague: {name}, from {start}.",
                "{name} will work in {office} from {start}.",
                "On {start} {name} moves to the office in {office}.",
                "Until {start} {name} will be in the office in {office}.",
            ),
            held_out=(
                "Our new colleague {name} joins the team in {office} on {start}.",
                "From {start} {name} will work in the office in {office}.",
            ),
        ),
    ),
    Message(
        "IT-15 Access requests",
        False,
        (("system", system), ("ticket", code(4)), ("until", date)),
        frozenset({"ticket"}),
        Pool(
            train=(
                "Ticket {ticket}: please open {system} for our team until {until}.",
                "We need access to {system} until {until}. The ticket is {ticket}.",
                "Access to {system} ends on {until}, see ticket {ticket}.",
                "Until {until} the team uses {system}. Ticket {ticket} has the details.",
                "Please see ticket {ticket}. It is about {system} and ends on {until}.",
                "We use {system} until {until}, as ticket {ticket} says.",
            ),
            held_out=(
                "Please see ticket {ticket}: we need access to {system} until {until}.",
                "Our team uses {system} until {until}. See ticket {ticket}.",
            ),
        ),
    ),
    Message(
        "FIN-19 Purchase orders",
        False,
        (("supplier", supplier), ("order", code(5)), ("delivery", date)),
        frozenset({"order"}),
        Pool(
            train=(
                "Order {order} from {supplier} arrives on {delivery}.",
                "{supplier} will deliver order {order} on {delivery}.",
                "The delivery of {supplier} comes on {delivery}. The order is {order}.",
                "On {delivery} we expect order {order} from {supplier}.",
                "We sent order {order} to {supplier}. It will be here on {delivery}.",
            ),
            held_out=(
                "We expect the delivery of order {order} from {supplier} on {delivery}.",
                "{supplier} will be here on {delivery} with order {order}.",
            ),
        ),
    ),
)
JSON_PROMPTS = Pool(
    train=(
        "Return JSON with the keys {keys}.\n{text}",
        "{text}\n\nReturn JSON with the keys {keys}.",
        "Write {keys} as JSON.\nText: {text}",
        "Extract {keys} from the text as JSON.\n\n{text}",
        "Message: {text}\nJSON keys: {keys}",
        "Message: {text}\n\nGive {keys} as JSON.",
        "Return {keys} as JSON.\n{text}",
        "Text: {text}\n\nWrite JSON with {keys}.",
    ),
    held_out=(
        "Extract JSON with the keys {keys} from the text.\n\n{text}",
        "Message: {text}\n\nReturn {keys} as JSON.",
    ),
)


def json_case(draw: Draw, message: Message) -> tuple[str, str]:
    """The prompt with a message and the wanted keys; the JSON object, keys in the order asked for."""
    values = {key: make(draw) for key, make in message.fields}
    text = draw.phrase(message.texts).format(**values)
    keys = list(values)
    draw.rng.shuffle(keys)
    keys = keys[: draw.rng.choice((2, 2, 3))]
    answer = {key: int(values[key]) if key in message.numbers else values[key] for key in keys}
    prompt = draw.phrase(JSON_PROMPTS).format(keys=", ".join(keys), text=text)
    return prompt, json.dumps(answer)
