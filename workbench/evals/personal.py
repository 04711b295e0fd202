"""Personal data that has a form: addresses of mail, telephone numbers, accounts, cards, national and network numbers.

Names, addresses of streets and what a text tells of somebody have no form, and are not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 200_000
MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}(?![\w-])", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w./-])(?:\+|00)[1-9]\d{0,2}[ .\-/()]*(?:\d[ .\-/()]{0,2}){6,12}\d(?![\w])")
LOCAL_PHONE = re.compile(
    r"(?:tel|phone|mobile|telefon|tél|fax|call|handy)[a-z.]{0,20}\s{0,5}(?:(?:no\.?|nr\.?|number)\s{0,5})?"
    r"(?:[:.]\s{0,5})?\(?0?\d[\d ()/.-]{5,18}\d",
    re.I,
)
US_PHONE = re.compile(r"(?<![\w.-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w.-])")
IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
CARD = re.compile(r"(?<![\w.,-])(?:\d[ -]?){13,18}\d(?![\w,-])")
SSN = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
NETWORK = re.compile(r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.])")
BIRTH = re.compile(r"\b(?:born|date of birth|birth ?date|dob|geboren|geburtsdatum|né\(?e?\)? le)\b[^.\n]{0,20}\d", re.I)
NO_DIGIT = re.compile(r"\D+")
FEWEST_IN_NUMBER, FEWEST_IN_ADDRESS = 7, 4
TITLES = {
    "mail": "an address of mail",
    "phone": "a telephone number",
    "iban": "a bank account",
    "card": "a payment card",
    "ssn": "a social security number",
    "network": "a network address",
    "birth": "a date of birth",
}


def personal_data(text: str) -> set[str]:
    """The kinds of personal data in a text, as keys of `TITLES`."""
    return set(_kinds(text[:LONGEST]))


def _kinds(text: str) -> Iterator[str]:
    """Most texts hold few digits, and are not searched for what needs many."""
    if "@" in text and MAIL.search(text):
        yield "mail"
    digits = len(NO_DIGIT.sub("", text))
    if digits >= FEWEST_IN_NUMBER:
        without = CARD.sub(" ", IBAN.sub(" ", text))
        if PHONE.search(without) or LOCAL_PHONE.search(without) or US_PHONE.search(without):
            yield "phone"
        if any(_is_iban(found[0]) for found in IBAN.finditer(text)):
            yield "iban"
        if any(_is_card(found[0]) for found in CARD.finditer(text)):
            yield "card"
        if SSN.search(text):
            yield "ssn"
    if digits >= FEWEST_IN_ADDRESS and any(
        not found[0].startswith(("0.", "127.", "255.")) for found in NETWORK.finditer(text)
    ):
        yield "network"
    if digits and BIRTH.search(text):
        yield "birth"


def _is_iban(text: str) -> bool:
    """By its check digits (ISO 7064)."""
    letters = text.replace(" ", "")
    if not 15 <= len(letters) <= 34:
        return False
    turned = letters[4:] + letters[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def _is_card(text: str) -> bool:
    """By its check digit (Luhn), and a beginning that cards have."""
    digits = [int(letter) for letter in text if letter.isdigit()]
    if digits[0] not in (3, 4, 5, 6) or len(set(digits)) < 2:
        return False
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
