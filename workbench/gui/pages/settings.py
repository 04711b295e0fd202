"""Settings: look, data folder, providers and keys, network, spend, what left, what this machine has, the bin."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.changes import Changes
from workbench.domain.scenario import Scenario
from workbench.gui.opening import open_on_this_machine
from workbench.gui.pages.base import House, Page
from workbench.gui.settings.ledger import LedgerCard
from workbench.gui.settings.model_memory import ModelMemoryCard
from workbench.gui.settings.network import NetworkCard
from workbench.gui.settings.providers import ProvidersCard
from workbench.gui.settings.reports import ReportsCard
from workbench.gui.settings.spend import SpendCard
from workbench.gui.settings.team import TeamCard
from workbench.gui.theme import TEXT_PERCENT_STEPS, TONE_ICONS, Scheme, Space, Theme, Tone
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import Choice, ChoiceField
from workbench.gui.widgets.slider import ValueSlider
from workbench.gui.widgets.state import ErrorBox, IconLabel
from workbench.gui.widgets.text import Words
from workbench.paths import Paths
from workbench.services.credentials import CredentialService
from workbench.services.doctor import Diagnosis, Finding, examine
from workbench.services.model_memory import ModelMemoryService
from workbench.services.privacy import PrivacyService
from workbench.services.scenarios import ScenarioRow, ScenarioService
from workbench.services.spend import SpendService
from workbench.services.team import TeamService


@dataclass(frozen=True, slots=True)
class FarServices:
    """What has to do with other machines."""

    credentials: CredentialService
    privacy: PrivacyService
    spend: Callable[[], SpendService]
    team: Callable[[], TeamService]
    hang_up: Callable[[], Coroutine[Any, Any, None]]


SCHEMES = (
    Choice(Scheme.SYSTEM, "As the system has it"),
    Choice(Scheme.LIGHT, "Light"),
    Choice(Scheme.DARK, "Dark"),
)


class SettingsPage(Page):
    """Cards, one below the other; everything takes effect at once."""

    id: ClassVar[str] = "settings"
    title: ClassVar[str] = "Settings"
    icon: ClassVar[str] = "settings"
    has_inspector: ClassVar[bool] = False

    def __init__(
        self,
        *,
        house: House,
        theme: Theme,
        set_scheme: Callable[[Scheme], None],
        set_text_percent: Callable[[int], None],
        paths: Paths,
        scenarios: ScenarioService,
        model_memory: ModelMemoryService,
        far: FarServices,
    ) -> None:
        super().__init__(house=house)
        self._theme = theme
        self._paths = paths
        self._scenarios = scenarios
        self._far = far
        self._error = ErrorBox()
        self._findings = Card("This machine")
        self._bin = Card("Deleted scenarios")
        self.body.addWidget(self._error)
        self.body.addWidget(self._look_card(set_scheme, set_text_percent))
        self.body.addWidget(self._data_card())
        self._providers = ProvidersCard(
            tasks=house.tasks,
            settings=house.settings,
            credentials=far.credentials,
            privacy=far.privacy,
            hang_up=far.hang_up,
        )
        self._network = NetworkCard(privacy=far.privacy)
        self._spend = SpendCard(tasks=house.tasks, spend=far.spend)
        self._ledger = LedgerCard(
            tasks=house.tasks, settings=house.settings, privacy=far.privacy, scenario_names=self._scenario_names
        )
        self._team = TeamCard(tasks=house.tasks, settings=house.settings, team=far.team, privacy=far.privacy)
        self._reports = ReportsCard(tasks=house.tasks, settings=house.settings)
        self._memory = ModelMemoryCard(memory=model_memory)
        there = (self._network, self._team, self._spend, self._ledger)
        for card in (self._providers, *there, self._memory, self._reports):
            self.body.addWidget(card)
        self._team.changed.connect(self._far_has_changed)
        self._providers.changed.connect(self._far_has_changed)
        self._network.changed.connect(self._far_has_changed)
        self._ledger.answered.connect(self._answer)
        self.body.addWidget(self._bin)
        self.body.addWidget(self._findings)
        self.body.addStretch(1)
        self._answer("Nothing has left this machine.")

    def _look_card(self, set_scheme: Callable[[Scheme], None], set_percent: Callable[[int], None]) -> Card:
        card = Card("Look")
        self._schemes = ChoiceField("Colours", SCHEMES, columns=3)
        self._schemes.changed.connect(lambda scheme: set_scheme(Scheme(scheme)))
        card.body.addWidget(self._schemes)
        low, high = TEXT_PERCENT_STEPS[0], TEXT_PERCENT_STEPS[-1]
        self._percent = ValueSlider("Text size", low, high, 100, show=lambda v: f"{v:.0f} %", round_to=10)
        self._percent.released.connect(lambda value: set_percent(round(value)))
        card.body.addWidget(self._percent)
        return card

    def _data_card(self) -> Card:
        card = Card("Data folder")
        row = QHBoxLayout()
        row.addWidget(Words(str(self._paths.home)), 1)
        row.addWidget(button("Copy the path", lambda: QGuiApplication.clipboard().setText(str(self._paths.home))))
        row.addWidget(button("Open it", self._open_folder))
        card.body.addLayout(row)
        card.body.addWidget(
            Words("One database file, with a backup for each of the last days it was used, and your settings.", "muted")
        )
        return card

    def _answer(self, what_left: str) -> None:
        offline = " Offline is on." if self._far.privacy.policy().offline else ""
        self.header.set_answer(what_left, f"No account, no telemetry; nothing is called unasked.{offline}")

    def _far_has_changed(self, changes: Changes) -> None:
        self._network.show_now()
        self._ledger.read()
        self.wrote.emit(changes)

    def _scenario_names(self) -> dict[str, str]:
        return {row.id: row.name for row in (*self._scenarios.list(), *self._scenarios.bin())}

    def arrive(self, payload: object) -> None:
        """The foot of the rail leads to the ledger, a refusal to where it is mended ("network", "providers/openai")."""
        cards: dict[str, Card] = {
            "ledger": self._ledger,
            "providers": self._providers,
            "network": self._network,
            "spend": self._spend,
            "team": self._team,
        }
        place, _, provider = str(payload).partition("/")
        if provider:
            self._providers.pick(provider)
        if place in cards:
            self.scroller.ensureWidgetVisible(cards[place], 0, 400)

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Settings are the same for every scenario; this reads what may have changed meanwhile."""
        super().show_scenario(scenario)
        self._schemes.set_value(self._theme.scheme)
        self._percent.set_value(self._theme.text_percent)
        self._network.show_now()
        self._memory.show_now()
        self._reports.show_now()
        self._team.show_now()
        self._providers.read()
        self._spend.read(scenario)
        self._ledger.read()
        tasks = self.house.tasks
        tasks.start(lambda: examine(self._paths), lane="pool", done=self._show_machine, owner=self)
        tasks.start(self._scenarios.bin, lane="db", done=self._show_bin, failed=self._error.show_error, owner=self)

    def refresh(self, changes: Changes) -> None:
        if changes.scenarios:
            self.show_scenario(self.scenario)

    def _show_machine(self, diagnosis: Diagnosis) -> None:
        _clear(self._findings.body)
        for finding in diagnosis.rows:
            self._findings.body.addWidget(_finding_row(finding))

    def _show_bin(self, rows: tuple[ScenarioRow, ...]) -> None:
        _clear(self._bin.body)
        self._error.clear()
        for row in rows:
            self._bin.body.addWidget(self._bin_row(row))
        if not rows:
            self._bin.body.addWidget(Words("None. What you delete can be brought back from here.", "muted"))

    def _bin_row(self, row: ScenarioRow) -> QWidget:
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        on = f", deleted on {row.deleted_at:%Y-%m-%d}" if row.deleted_at else ""
        line.addWidget(Words(f"{row.name}{on}"), 1)
        restore = button("Bring back", lambda: self._restore(row.id))
        restore.setAccessibleName(f"Bring back {row.name}")
        line.addWidget(restore)
        return box

    def _restore(self, scenario_id: str) -> None:
        self.house.tasks.start(
            lambda: self._scenarios.restore(scenario_id),
            lane="db",
            done=lambda _found: self.wrote.emit(Changes(scenarios=frozenset({scenario_id}))),
            failed=self._error.show_error,
            owner=self,
        )

    def _open_folder(self) -> None:
        open_on_this_machine(self._paths.home)


def _finding_row(finding: Finding) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.S)
    tone = Tone.GOOD if finding.ok else Tone.BAD
    row.addWidget(IconLabel(TONE_ICONS[tone], tone.value, 14))
    row.addWidget(Words(finding.name), 1)
    row.addWidget(Words(f"{finding.found} {finding.mend}".strip(), "muted"), 3)
    return box


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
