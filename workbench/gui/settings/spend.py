"""What providers' models cost so far, and the caps that are checked before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QFormLayout

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.scenario import Scenario
from workbench.gui.playground.wording import price
from workbench.gui.tasks import Tasks
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import NumberField
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words
from workbench.services.spend import SpendService, Spent


@dataclass(frozen=True, slots=True)
class SpendNews:
    """What the card shows."""

    today: Spent
    scenario: Spent | None
    dearest: tuple[tuple[str, str, int, float], ...]
    in_doubt: int


class SpendCard(Card):
    """Two caps, and what counts against them."""

    def __init__(self, *, tasks: Tasks, spend: Callable[[], SpendService]) -> None:
        super().__init__("Spend")
        self._tasks, self._spend = tasks, spend
        self._scenario: Scenario | None = None
        self._error = ErrorBox()
        self._words = Words("")
        self._doubt = Words("", "small", "caution")
        self._settle = button("Count them as paid for", self._settle_them)
        self._day = NumberField("Cap per day", unit="US$", low=0, high=100_000)
        self._each = NumberField("Cap for this scenario", unit="US$", low=0, high=100_000)
        self._day.changed.connect(lambda usd: self._set(usd, lambda s, v: s.set_day_cap(v)))
        self._each.changed.connect(lambda usd: self._set(usd, self._set_scenario_cap))
        form = QFormLayout()
        form.addRow("Cap per day", self._day)
        form.addRow("Cap for this scenario", self._each)
        for part in (self._error, self._words, self._doubt, self._settle):
            self.body.addWidget(part)
        self.body.addLayout(form)
        note = "A call that may pass a cap is not sent: counted is the most it may cost, until its price is known."
        self.body.addWidget(Words(note, "muted"))

    def read(self, scenario: Scenario | None) -> None:
        """Reads what was spent, in the `db` lane."""
        self._scenario = scenario
        self._tasks.start(self._news, lane="db", done=self._show, failed=self._error.show_error, owner=self)

    def _news(self) -> SpendNews:
        spend, scenario = self._spend(), self._scenario
        of_scenario = spend.of_scenario(scenario.id) if scenario else None
        models = spend.by_model(scenario.id if scenario else None)
        return SpendNews(spend.today(), of_scenario, models[:3], len(spend.in_doubt()))

    def _show(self, news: SpendNews) -> None:
        lines = [f"Today {_money(news.today)}."]
        if news.scenario is not None:
            lines.append(f"This scenario {_money(news.scenario)}.")
        lines += [
            f"{provider}/{model}: {price(usd)} in {words.count(calls, 'call')}."
            for provider, model, calls, usd in news.dearest
        ]
        self._words.set_text("\n".join(lines))
        self._doubt.set_text(
            f"{words.count(news.in_doubt, 'call')} had no end when the program ended; nobody knows what was paid for."
        )
        for part in (self._doubt, self._settle):
            part.setVisible(news.in_doubt > 0)
        self._day.set_value(news.today.cap_usd)
        self._each.setEnabled(news.scenario is not None)
        self._each.set_value(news.scenario.cap_usd if news.scenario else None)

    def _set_scenario_cap(self, spend: SpendService, usd: float) -> Changes:
        return spend.set_scenario_cap(usd, self._scenario.id if self._scenario else None)

    def _set(self, usd: object, how: Callable[[SpendService, float], Changes]) -> None:
        if isinstance(usd, int | float):
            amount = float(usd)
            self._tasks.start(
                lambda: how(self._spend(), amount),
                lane="db",
                done=lambda _changes: self._error.clear(),
                failed=self._error.show_error,
                owner=self,
            )

    def _settle_them(self) -> None:
        self._error.clear()
        self._tasks.start(
            lambda: self._spend().settle(),
            lane="db",
            done=lambda _count: self.read(self._scenario),
            failed=self._error.show_error,
            owner=self,
        )


def _money(spent: Spent) -> str:
    return f"{price(spent.usd)} of ${spent.cap_usd:,.2f} spent"
