"""Where the library looks: a chip for each folder of one's own and each program; × takes it off."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from workbench.gui.library.rows import Listing
from workbench.gui.theme import Space, set_role
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.fields import FlowLayout


class FolderChips(QWidget):
    """Sends `forgotten` (Path) and `ignored` (the program's name)."""

    forgotten = Signal(object)
    ignored = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._title = QLabel("Looks into")
        set_role(self._title, "muted")
        chips = QWidget()
        self._flow = FlowLayout(chips)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self._title)
        row.addWidget(chips, 1)
        self.hide()

    def show_places(self, listing: Listing) -> None:
        """Draws the chips anew."""
        while (old := self._flow.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for path in (*listing.folders, *(path for path in listing.missing if path not in listing.folders)):
            gone = " is not there now" if path in listing.missing else ""
            made = button(f"{path.name}{gone}  ×", partial(self.forgotten.emit, path), hint=f"Take {path} off the list")
            made.setAccessibleName(f"Take {path.name} off the list")
            self._flow.addWidget(made)
        for program in dict.fromkeys(place.program for place in listing.places):
            folders = "\n".join(str(place.folder) for place in listing.places if place.program == program)
            made = button(f"{program}  ×", partial(self.ignored.emit, program), hint=f"No longer look into\n{folders}")
            made.setAccessibleName(f"No longer look into the folders of {program}")
            self._flow.addWidget(made)
        self._title.setVisible(self._flow.count() > 0)
        self.setVisible(self._flow.count() > 0)
