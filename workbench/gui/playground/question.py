"""Everything that is put to the models, gathered from the page at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.domain.chat import Sampling
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Attachment
from workbench.gui.playground.pane_row import PaneRow
from workbench.gui.playground.prompt_card import PromptCard
from workbench.services.asking import Asking, Listener
from workbench.services.playground import Estimate, PlaygroundService


@dataclass(frozen=True, slots=True)
class Question:
    """See `PlaygroundService.begin`. `models` holds "" for a pane without one. `sensitive` is False when the person
    said that nothing in it is, else None."""

    template: str
    models: tuple[str, ...]
    system: str
    settings: tuple[Sampling, ...]
    scenario_id: str | None
    variables: Mapping[str, str]
    attachments: tuple[Attachment, ...]
    continues: str
    blind: bool
    sensitive: bool | None

    def begin(self, service: PlaygroundService, listener: Listener) -> Asking:
        """Raises WorkbenchError; reads the store, so not on the GUI thread."""
        if not all(self.models):
            raise WorkbenchError("A pane has no model", where="models", mend="Choose one in its list.")
        return service.begin(
            self.template,
            self.models,
            system=self.system,
            sampling=self.settings,
            scenario_id=self.scenario_id,
            variables=self.variables,
            attachments=self.attachments,
            continues=self.continues,
            blind=self.blind,
            sensitive=self.sensitive,
            on_event=listener,
        )

    def estimate(self, service: PlaygroundService) -> tuple[Estimate, ...]:
        """What asking may take, for each pane with a model. Raises WorkbenchError; not on the GUI thread."""
        chosen = [(model, one) for model, one in zip(self.models, self.settings, strict=True) if model]
        if not chosen or not self.template.strip():
            return ()
        return service.estimate(
            self.template,
            [model for model, _ in chosen],
            system=self.system,
            sampling=[one for _, one in chosen],
            scenario_id=self.scenario_id,
            variables=self.variables,
            attachments=self.attachments,
            continues=self.continues if len(chosen) == len(self.models) else "",
        )


def question_in(
    card: PromptCard, row: PaneRow, *, scenario_id: str | None, continues: str = "", blind: bool = False
) -> Question:
    """What stands in the card and the panes now."""
    shared = card.sampling.sampling
    return Question(
        template=card.template,
        models=tuple(row.chosen),
        system=card.instruction,
        settings=tuple(pane.own_sampling or shared for pane in row.panes),
        scenario_id=scenario_id,
        variables=card.variables,
        attachments=card.files.attachments,
        continues=continues,
        blind=blind,
        sensitive=card.sensitive,
    )


def shared_sampling(settings: Sequence[Sampling]) -> Sampling:
    """What most models of a comparison had; the others had settings of their own."""
    return Counter(settings).most_common(1)[0][0] if settings else Sampling()
