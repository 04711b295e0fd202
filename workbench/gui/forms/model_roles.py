"""The models of an option: chosen from the catalog by typing, each with its role and its share of requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.option import ModelRole
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.fields import NumberField, TextField

MOST_MODELS = 6
OWN = "self-host:"
# Shares are typed in whole percent; three thirds are as good as all.
SHARE_SLACK = 0.015


@dataclass(frozen=True, slots=True)
class OfferChoice:
    """One way to get one model, in words: "Llama 4 Scout, own servers: 2 × NVIDIA H100"."""

    model_id: str
    offer: str
    words: str
    model_name: str


class ModelRoles(QWidget):
    """A row per model; a role stored earlier whose offer is gone stays as it is until another is chosen."""

    def __init__(self, roles: Sequence[ModelRole], offers: Sequence[OfferChoice]) -> None:
        super().__init__()
        self._by_words = {offer.words: offer for offer in offers}
        self._words_of = {(offer.model_id, offer.offer): offer.words for offer in offers}
        for role in roles:
            key = (role.model_id, role.offer)
            if key not in self._words_of:
                words = _words_for(role, offers)
                self._words_of[key] = words
                self._by_words[words] = OfferChoice(role.model_id, role.offer, words, role.model_id)
        self._names = QStringListModel(list(self._by_words), self)
        self._rows: list[_RoleRow] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        self._place = QVBoxLayout()
        self._place.setSpacing(Space.S)
        column.addLayout(self._place)
        self._more = button(
            "Add a model", lambda: self._put(ModelRole("", "", "", self._left())).setFocus(), kind="link"
        )
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        for role in roles:
            self._put(role)

    def problem(self) -> str:
        """What keeps the rows from being stored, "" when nothing does."""
        for row in self._rows:
            if row.words not in self._by_words:
                return (
                    f"Choose the model from the list: “{row.words[:60]}” is not in it."
                    if row.words
                    else ("A model is not chosen yet. Choose one from the list, or remove its line.")
                )
            if row.share is None:
                return "Give each model its share of the requests, from 1 to 100 %."
        total = sum(row.share or 0.0 for row in self._rows)
        if self._rows and abs(total - 1.0) > SHARE_SLACK:
            return f"The shares of the models add up to {total * 100:.0f} %. Make them 100 %."
        return ""

    def value(self) -> tuple[ModelRole, ...]:
        """The roles; only asked for while there is no `problem`."""
        found = []
        for row in self._rows:
            chosen = self._by_words[row.words]
            found.append(ModelRole(chosen.model_id, chosen.offer, row.role, row.share or 0.0))
        return tuple(found)

    def focus_wrong(self) -> None:
        """Puts the cursor into the first row that is not complete."""
        for row in self._rows:
            if row.words not in self._by_words or row.share is None:
                row.setFocus()
                return

    def _add(self) -> None:
        self._put(ModelRole("", "", "", self._left())).setFocus()

    def _left(self) -> float:
        return max(1.0 - sum(row.share or 0.0 for row in self._rows), 0.0)

    def _put(self, role: ModelRole) -> _RoleRow:
        words = self._words_of.get((role.model_id, role.offer), "")
        row = _RoleRow(words, role, self._names, number=len(self._rows) + 1)
        row.removed.connect(self._remove)
        self._rows.append(row)
        self._place.addWidget(row)
        self._more.setEnabled(len(self._rows) < MOST_MODELS)
        return row

    def _remove(self, row: _RoleRow) -> None:
        self._rows.remove(row)
        row.hide()
        row.deleteLater()
        self._more.setEnabled(True)


def _words_for(role: ModelRole, offers: Sequence[OfferChoice]) -> str:
    """A stored role whose very offer is not in the list, in words."""
    name = next((offer.model_name for offer in offers if offer.model_id == role.model_id), role.model_id)
    where = f"own servers: {role.offer.removeprefix(OWN)}" if role.offer.startswith(OWN) else role.offer
    return f"{name}, {where}" if where else name


class _RoleRow(QWidget):
    removed = Signal(object)

    def __init__(self, words: str, role: ModelRole, names: QStringListModel, *, number: int) -> None:
        super().__init__()
        self._model = TextField(f"Model {number}", placeholder="Type a model's name, then choose", max_length=300)
        self._model.set_value(words)
        completer = QCompleter(names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(10)
        self._model.setCompleter(completer)
        self._role = TextField(f"What model {number} answers", placeholder="Which requests, for example: every request")
        self._role.set_value(role.role)
        self._share = NumberField(f"Share of model {number}", low=0.01, high=1.0, percent=True, width=64)
        self._share.set_value(role.share or None)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self._model)
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        line.addWidget(self._role, 1)
        line.addWidget(self._share)
        remove = button("Remove", lambda: self.removed.emit(self), kind="link")
        remove.setAccessibleName(f"Remove model {number}")
        line.addWidget(remove)
        column.addLayout(line)
        self.setFocusProxy(self._model)

    @property
    def words(self) -> str:
        return self._model.text().strip()

    @property
    def role(self) -> str:
        return self._role.text().strip()

    @property
    def share(self) -> float | None:
        return self._share.value
