"""The few words that writers say themselves, in the languages of reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnWords:
    report: str
    contents: str
    as_table: str
    table: str
    page: str
    nothing: str
    cost_model: str
    change_inputs: str
    horizon: str
    discount_rate: str
    growth_month: str
    setup_usd: str
    run_usd: str
    growing_usd: str
    as_paid: str
    discounted: str
    month: str
    total_after: str
    cost_so_far: str
    options_sheet: str
    scores_sheet: str
    flips_sheet: str
    models_sheet: str
    evals_sheet: str
    cases_sheet: str
    more_rows: str
    goes_on: str
    more_information: str
    chosen_option: str
    because: str
    nobody_said_why: str
    effects: tuple[str, str, str]


_WORDS = {
    "en": OwnWords(
        report="Decision report",
        contents="Contents",
        as_table="The same as a table",
        table="Table",
        page="Page",
        nothing="Nothing here.",
        cost_model="Cost model",
        change_inputs="Change a yellow cell: every total and the chart follow.",
        horizon="Months compared",
        discount_rate="Discount rate a year",
        growth_month="Growth of the growing part a month",
        setup_usd="Set-up, USD",
        run_usd="A month that stays, USD",
        growing_usd="A month that grows, USD",
        as_paid="As paid, USD",
        discounted="Discounted, USD",
        month="Month",
        total_after="In all after months",
        cost_so_far="Cost so far",
        options_sheet="Options",
        scores_sheet="Scores",
        flips_sheet="What would flip it",
        models_sheet="Models",
        evals_sheet="Evals",
        cases_sheet="Cases",
        more_rows="more rows in the other formats",
        goes_on="goes on",
        more_information="More Information",
        chosen_option="Chosen option",
        because="because",
        nobody_said_why="nobody said why",
        effects=("Good", "Neutral", "Bad"),
    ),
    "de": OwnWords(
        report="Entscheidungsbericht",
        contents="Inhalt",
        as_table="Dasselbe als Tabelle",
        table="Tabelle",
        page="Seite",
        nothing="Hier steht nichts.",
        cost_model="Kostenmodell",
        change_inputs="Gelbe Zellen ändern: Summen und Diagramm rechnen mit.",
        horizon="Verglichene Monate",
        discount_rate="Zinssatz im Jahr",
        growth_month="Wachstum des wachsenden Teils im Monat",
        setup_usd="Einrichtung, USD",
        run_usd="Im Monat, fest, USD",
        growing_usd="Im Monat, wachsend, USD",
        as_paid="Wie bezahlt, USD",
        discounted="Abgezinst, USD",
        month="Monat",
        total_after="Insgesamt nach Monaten",
        cost_so_far="Kosten bisher",
        options_sheet="Optionen",
        scores_sheet="Punkte",
        flips_sheet="Was es kippt",
        models_sheet="Modelle",
        evals_sheet="Evals",
        cases_sheet="Fälle",
        more_rows="weitere Zeilen in den anderen Formaten",
        goes_on="Fortsetzung",
        more_information="Weiteres",
        chosen_option="Gewählte Option",
        because="denn",
        nobody_said_why="niemand hat gesagt, warum",
        effects=("Gut", "Neutral", "Schlecht"),
    ),
}


def own_words(language: str) -> OwnWords:
    """The words of that language, English for any other."""
    return _WORDS.get(language, _WORDS["en"])
