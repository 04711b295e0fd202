"""The decision record: proposed from what was computed, checked, stored with the scenario, signed, and its history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from workbench.domain.catalog import Catalog
from workbench.domain.changes import Changes
from workbench.domain.decision import SIGNABLE, Condition, Decision, DecisionStatus, SignOff
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evidence import Evidence
from workbench.domain.history import DecisionVersion
from workbench.domain.option import OptionSet
from workbench.domain.scenario import Scenario
from workbench.services.comparing import Difference, differences
from workbench.services.conditions import Subjects, subjects_of
from workbench.services.decision_basis import basis_of, signed_digest
from workbench.services.decision_check import problems_of, trimmed, unsettled
from workbench.services.decision_draft import draft_of

if TYPE_CHECKING:
    from workbench.services.options import OptionService
    from workbench.services.scenarios import ScenarioService

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature, and whether what it stands under is still the same."""

    sign_off: SignOff
    holds: bool


class DecisionService:
    """Proposes, records and signs decisions. Nothing is recorded that does not name an option and a reason."""

    def __init__(
        self,
        *,
        scenarios: ScenarioService,
        options: OptionService,
        catalog: Callable[[], Catalog],
        evidence: Callable[[str], Evidence | None] = lambda scenario_id: None,
        today: Callable[[], date] = date.today,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._scenarios = scenarios
        self._options = options
        self._catalog = catalog
        self._evidence = evidence
        self._today = today
        self._now = now

    def draft(self, scenario: Scenario) -> Decision:
        """A decision to start from: the recommended option, why, the risks and triggers that the figures show.

        Nothing is stored. People already named are kept; the option is empty when none is inside the limits.
        """
        known = self._catalog().model_by_id
        return draft_of(
            scenario,
            self._option_set(scenario),
            lambda model_id: known[model_id].name if model_id in known else model_id,
            self._today(),
        )

    def record(self, scenario: Scenario, decision: Decision) -> Scenario:
        """Stores the decision with the scenario and returns it as stored; proposed options become the scenario's own.

        Unless it is a draft, the figures of today and this state are kept with it.
        Raises Problems with everything that is wrong with it, and StaleScenario when somebody saved in between; then
        the earlier decision stays.
        """
        checked = self.check(scenario, decision)
        decided = self._options.keep(replace(scenario, decision=checked), self._option_set(scenario))
        why = "" if checked.status is DecisionStatus.DRAFT else checked.status.value
        return self._scenarios.save(decided, kept_because=why)

    def check(self, scenario: Scenario, decision: Decision) -> Decision:
        """The decision as it will be recorded: without stray spaces and empty lines, with the figures of today.

        Raises Problems with everything that is wrong with it.
        """
        clean, found = trimmed(decision), self._option_set(scenario)
        problems = problems_of(clean, found)
        if problems:
            raise Problems("The decision is not complete", problems, where=scenario.name)
        if clean.status is DecisionStatus.DRAFT:
            return replace(clean, basis=None)
        kept = self._options.keep(scenario, found)
        return replace(clean, basis=basis_of(found, kept, self._catalog(), self._today()))

    def unsettled(self, scenario: Scenario, decision: Decision) -> str:
        """What accepting it would leave open, in a sentence; empty when it is settled."""
        return unsettled(decision, self._option_set(scenario))

    def sign(self, scenario: Scenario, name: str, role: str = "") -> Scenario:
        """Puts a name under the recorded decision as it is, and stores that; signing the same twice changes nothing.

        Raises WorkbenchError when nothing is recorded yet, the name is missing, or the scenario changed meanwhile.
        """
        signed = self.signed(scenario, name, role)
        return signed if signed is scenario else self._scenarios.save(signed, kept_because=_signed_by(signed))

    def signed(self, scenario: Scenario, name: str, role: str = "") -> Scenario:
        """The scenario with a name under its decision; nothing is stored. Raises WorkbenchError as `sign` does."""
        decision = scenario.decision
        clean = " ".join(name.split())
        if decision is None or decision.status not in SIGNABLE:
            mend = "Propose or record the decision first."
            raise WorkbenchError("There is nothing to sign yet", where=scenario.name, mend=mend)
        if not clean or len(clean) > _LONGEST_NAME:
            raise WorkbenchError("A signature needs a name", where="name", mend="Give your name, as others know it.")
        digest = signed_digest(scenario)
        if any(each.name == clean and each.digest == digest for each in decision.sign_offs):
            return scenario
        at = self._now().astimezone(UTC).isoformat(timespec="seconds")
        others = tuple(each for each in decision.sign_offs if each.name != clean)
        sign_offs = (*others, SignOff(clean, " ".join(role.split()), at, digest))
        return replace(scenario, decision=replace(decision, sign_offs=sign_offs))

    @staticmethod
    def signatures(scenario: Scenario) -> tuple[Signed, ...]:
        """Who signed, and whether it still holds: a signature under an earlier state does not."""
        if scenario.decision is None or not scenario.decision.sign_offs:
            return ()
        digest = signed_digest(scenario)
        return tuple(Signed(each, each.digest == digest) for each in scenario.decision.sign_offs)

    def keep(self, scenario: Scenario, why: str = "") -> Changes:
        """Puts a recorded decision into its history once it is stored; a draft, or what was not stored, is not kept."""
        decision, stored = scenario.decision, self._scenarios.load(scenario.id)
        if decision is None or decision.status is DecisionStatus.DRAFT or stored.decision != decision:
            return Changes()
        return self._scenarios.keep_version(stored, why or decision.status.value)

    def history(self, scenario_id: str) -> tuple[DecisionVersion, ...]:
        """The recorded and signed states, the oldest first."""
        return self._scenarios.versions(scenario_id)

    def changes_between(self, before: Scenario, after: Scenario) -> tuple[Difference, ...]:
        """What differs between two states, or two decisions, in words."""
        return differences(before, after)

    @staticmethod
    def is_edited(scenario: Scenario, versions: Sequence[DecisionVersion]) -> bool:
        """Whether a recorded decision says something else than when it was last recorded or signed."""
        decision = scenario.decision
        if decision is None or decision.status not in SIGNABLE or not versions:
            return False
        return decision != versions[-1].scenario.decision

    def subjects(self, found: OptionSet) -> Subjects:
        """What the conditions of a record can be about."""
        return subjects_of(found, self._catalog())

    def conditions(self, scenario: Scenario, lines: Sequence[str], *, as_limit: bool = False) -> tuple[Condition, ...]:
        """Conditions from lines, in words or measured; `as_limit`: what must hold.

        Raises WorkbenchError for a line that wants to be measured and cannot be.
        """
        from workbench.services.condition_lines import Known, parsed

        evidence = self._evidence(scenario.id)
        found = self._options.standing(scenario, evidence=evidence)
        known = Known(self.subjects(found), self._catalog(), tuple(evidence.qualities) if evidence else ())
        return tuple(parsed(line, known, as_limit=as_limit) for line in lines)

    def _option_set(self, scenario: Scenario) -> OptionSet:
        return self._options.options(scenario, evidence=self._evidence(scenario.id))


def _signed_by(scenario: Scenario) -> str:
    sign_offs = scenario.decision.sign_offs if scenario.decision else ()
    return f"signed by {sign_offs[-1].name}" if sign_offs else ""
