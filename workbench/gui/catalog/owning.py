"""Entering figures of one's own and taking them back, with Undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workbench.domain.catalog import Catalog
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.model import Model
from workbench.domain.quotes import OwnFact, Subject
from workbench.gui.catalog.own_form import OwnDraft, OwnForm
from workbench.gui.changes_hub import Deed
from workbench.gui.tasks import Tasks

if TYPE_CHECKING:
    from workbench.services.catalog_own import OwnFacts


class Owning(QObject):
    """Sends `wrote` (Changes), `did` (Deed) and `failed` (WorkbenchError)."""

    wrote = Signal(object)
    did = Signal(object)
    failed = Signal(object)

    def __init__(self, own: Callable[[], OwnFacts], tasks: Tasks, parent: QWidget) -> None:
        super().__init__(parent)
        self._own = own
        self._tasks = tasks
        self._window = parent
        self.form: OwnForm | None = None

    def enter(self, subject: Subject, model_id: str, catalog: Catalog) -> None:
        """Opens the form; what it keeps is stored at once."""
        form = OwnForm(draft(subject, model_id, catalog), self._window)
        form.entered.connect(self._keep)
        self.form = form
        form.open()

    def take_back(self, fact: OwnFact) -> None:
        """Ends an entry: the catalog's own figures count again."""
        self._put(fact, None)
        undo, redo = partial(self._put, None, fact), partial(self._put, fact, None)
        self.did.emit(Deed(f"taking back {fact.target}", undo, redo))

    def _keep(self, subject: Subject, target: str, part: str, texts: Mapping[str, str], note: str) -> None:
        own, form = self._own, self.form

        def keep() -> tuple[OwnFact | None, OwnFact, Changes]:
            before = next((f for f in own().about(target) if f.subject is subject and f.part == part), None)
            fact, changes = own().enter_text(subject, target, part, texts, note)
            return before, fact, changes

        def kept(found: tuple[OwnFact | None, OwnFact, Changes]) -> None:
            before, fact, changes = found
            if form is not None:
                form.accept()
            self.wrote.emit(changes)
            undo, redo = partial(self._put, fact, before), partial(self._put, before, fact)
            self.did.emit(Deed(f"entering {fact.target}", undo, redo))

        def failed(error: WorkbenchError) -> None:
            if form is not None:
                form.show_error(error)

        self._tasks.start(keep, lane="db", done=kept, failed=failed, owner=self)

    def _put(self, old: OwnFact | None, new: OwnFact | None) -> None:
        """Makes `new` the entry in force in place of `old`; None is no entry."""
        own = self._own

        def put() -> Changes:
            if new is not None:
                return own().restore(new)[1]
            assert old is not None
            same = [f for f in own().about(old.target) if (f.subject, f.part) == (old.subject, old.part)]
            return own().take_back(same[0].id)[1] if same else Changes()

        self._tasks.start(put, lane="db", done=self.wrote.emit, failed=self.failed.emit, owner=self)


def concerns(fact: OwnFact, model: Model) -> bool:
    """Whether an own entry bears on the model: about it, or a discount that reaches one of its offers."""
    if fact.subject is not Subject.DISCOUNT:
        return fact.target == model.id
    sellers = {offer.provider for offer in model.offers}
    return fact.target in sellers and fact.part in ("", model.id)


def draft(subject: Subject, model_id: str, catalog: Catalog) -> OwnDraft:
    """What the form for a subject asks about."""
    models = tuple((model.id, model.name) for model in catalog.models)
    providers = tuple((provider.id, provider.name) for provider in catalog.providers)
    above = "It stands above every list, is marked as yours wherever it counts, and survives catalog updates."
    known = catalog.model_by_id.get(model_id)
    cheapest = known.cheapest_offer if known else None
    match subject:
        case Subject.OFFER:
            seller = cheapest.part if cheapest else ""
            title = "A price of yours"
            return OwnDraft(subject, title, model_id, seller, "Model", "Sold by", models, providers, hint=above)
        case Subject.DISCOUNT:
            seller = cheapest.provider if cheapest else ""
            title = "A negotiated discount"
            hint = f"Taken off every list price of the provider, or of one model only. {above}"
            return OwnDraft(subject, title, seller, model_id, "Provider", "Only for", providers, models, hint=hint)
        case Subject.SCORE:
            tests = tuple((benchmark.id, benchmark.name) for benchmark in catalog.benchmarks)
            title = "A score of yours"
            return OwnDraft(subject, title, model_id, "", "Model", "Benchmark", models, tests, hint=above)
        case Subject.HARDWARE:
            machines = tuple((item.id, item.name) for item in catalog.hardware)
            title = "Hardware of yours"
            return OwnDraft(subject, title, "", "", "Hardware", "", machines, hint=f"A new id adds a machine. {above}")
    title = "Facts of yours" if model_id else "A model of yours"
    hint = above if model_id else f"Its id is developer/model, in small letters. {above}"
    return OwnDraft(subject, title, model_id, "", "Model", "", models, hint=hint)
