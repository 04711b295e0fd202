"""Task "ticket category": a message to the service desk and the six categories that it may be filed under."""

from __future__ import annotations

from draw import Draw
from names import FIRST_NAMES, LAST_NAMES
from pool import Pool

TICKETS: dict[str, Pool] = {
    "Leave": Pool(
        train=(
            "I would like to take two weeks off in summer.",
            "How do I book a day off?",
            "My leave request was not approved yet.",
            "I was sick on my holiday. Do I get the days back?",
            "How many vacation days do I have left?",
            "I need a day off for a wedding.",
            "My manager did not see my leave request.",
            "Can I move my holiday to next year?",
            "My vacation days are missing in the calendar.",
            "I want to take parental leave.",
            "I have to cancel my holiday.",
        ),
        held_out=(
            "My request for two days off was not approved.",
            "How do I book parental leave?",
            "I want to move my vacation days to next year.",
            "I have to cancel my day off.",
            "How many days of holiday do I have left?",
            "My holiday is missing in the calendar.",
        ),
    ),
    "Payroll": Pool(
        train=(
            "My salary did not arrive this month.",
            "The tax on my payslip is wrong.",
            "I changed my bank account. Where do I tell you?",
            "My bonus is missing on the payslip.",
            "Why is my net pay lower than last month?",
            "I did not get paid for my overtime.",
            "My payslip shows the wrong address.",
            "Please send me the payslip of last month.",
            "I need a letter that shows my salary.",
            "My salary was paid to an old bank account.",
            "The pension on my payslip is too low.",
        ),
        held_out=(
            "The bonus on my payslip is wrong.",
            "My salary is lower than last month.",
            "Where do I change the bank account for my salary?",
            "My overtime was not paid this month.",
            "Please send me a new payslip, the tax is wrong.",
            "My payslip of last month did not arrive.",
        ),
    ),
    "Expenses": Pool(
        train=(
            "My expense claim was not paid back yet.",
            "How do I hand in a receipt for a lunch with a client?",
            "I lost the receipt for my dinner.",
            "I paid for books and want the money back.",
            "My claim was rejected. Which receipt is missing?",
            "Can I claim the cost of a client gift?",
            "The form for expense claims does not accept my receipt.",
            "I paid with my own card. How do I get my money back?",
            "Who checks my expense claim?",
            "Please refund the parking costs that I paid.",
            "I want a refund for a phone bill.",
        ),
        held_out=(
            "I want my money back for a lunch with a client.",
            "My expense claim was rejected.",
            "Which form do I use to claim a refund?",
            "I lost the receipt for a client gift that I paid.",
            "Please refund the books that I paid with my own card.",
            "Who can accept my receipt for parking?",
        ),
    ),
    "Travel": Pool(
        train=(
            "I need a flight to the sales meeting.",
            "Please book a hotel for two nights.",
            "My train was cancelled. Can you book a new one?",
            "Do I need a visa for my trip?",
            "The hotel of my business trip is full.",
            "I have to change my flight.",
            "Please book a rental car for the trip.",
            "My seat on the train is not booked.",
            "Can I fly one day earlier?",
            "Which hotel is near the conference?",
            "I missed my flight and need a new ticket.",
        ),
        held_out=(
            "Please book a flight and a hotel for the conference.",
            "My flight was cancelled. I need a new train ticket.",
            "Do I need a visa for the business trip?",
            "I have to change the hotel of my trip.",
            "Can you book a rental car near the hotel?",
            "I missed my train. Can I fly?",
        ),
    ),
    "Access": Pool(
        train=(
            "I forgot my password.",
            "My account is locked.",
            "I can not log in to the sales system.",
            "My badge does not open the door.",
            "Please give me access to the shared folder.",
            "The login code does not arrive.",
            "I need permission to read the reports.",
            "My new colleague has no account yet.",
            "I can not open the team folder, permission denied.",
            "Please reset my password.",
            "The system says that my login is wrong.",
        ),
        held_out=(
            "Please reset the password of my account.",
            "I can not log in, the login code is wrong.",
            "I have no permission to open the shared folder.",
            "My account for the sales system is locked.",
            "Please give my new colleague access to the reports.",
            "The door does not open with my badge.",
        ),
    ),
    "Hardware": Pool(
        train=(
            "My laptop does not start.",
            "The screen of my laptop is broken.",
            "The printer on my floor has no paper.",
            "My mouse stopped working.",
            "I need a second screen.",
            "The battery of my phone is empty after an hour.",
            "My keyboard lost a key.",
            "The headset makes a loud noise.",
            "The printer prints empty pages.",
            "I dropped my phone and the screen is black.",
            "My laptop gets very hot.",
        ),
        held_out=(
            "The screen of my phone is black.",
            "My keyboard and my mouse stopped working.",
            "The battery of my laptop is empty after an hour.",
            "I need a new headset, it makes a noise.",
            "The printer does not start.",
            "I dropped my laptop and the keyboard is broken.",
        ),
    ),
}
CATEGORIES = tuple(TICKETS)
OPENINGS = Pool(
    train=("", "", "Hello, ", "Hi team, ", "Good morning. ", "Dear colleagues, ", "One more question: "),
    held_out=("", "Hello team, ", "Good morning, ", "Dear team, "),
)
CLOSINGS = Pool(
    train=("", "", " Please help.", " It is urgent.", " Thank you, {name}", " Can you help? {name}", " Best, {name}"),
    held_out=("", " Please help, it is urgent.", " Thank you for your help, {name}", " Can you please help? {name}"),
)
PROMPTS = Pool(
    train=(
        "Choose the category: {categories}.\nTicket: {ticket}",
        "Ticket: {ticket}\n\nFile it under one of: {categories}",
        "{ticket}\n\nWhich category? {categories}",
        "Categories: {categories}\n{ticket}\nWhich one fits?",
    ),
    held_out=(
        "File the ticket under one category: {categories}.\nTicket: {ticket}",
        "Ticket: {ticket}\n\nWhich category fits? {categories}",
    ),
)


def ticket_case(draw: Draw, category: str) -> tuple[str, str, bool]:
    """The prompt, the category, and whether the ticket is signed with a name."""
    closing = draw.phrase(CLOSINGS)
    signed = "{name}" in closing
    body = draw.phrase(OPENINGS) + draw.phrase(TICKETS[category])
    ticket = body + (closing.format(name=draw.person(FIRST_NAMES, LAST_NAMES)) if signed else closing)
    categories = list(CATEGORIES)
    if draw.split == "train":
        draw.rng.shuffle(categories)
    prompt = draw.phrase(PROMPTS).format(categories=", ".join(categories), ticket=ticket)
    return prompt, category, signed
