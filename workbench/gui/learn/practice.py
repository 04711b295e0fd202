"""Practice: exercises that ask for a decision and a reason before they show theirs. Answers stay in the settings."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QWidget

from workbench.gui.learn.exercise import ExerciseView
from workbench.gui.learn.topic import Topic
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.fields import FlowLayout


class PracticeTopic(Topic):
    """Chips choose the exercise."""

    def fill(self) -> None:
        chooser = QWidget()
        chooser.setAccessibleName("Exercises")
        flow = FlowLayout(chooser)
        self._chips = QButtonGroup(self)
        self._open: ExerciseView | None = None
        for place, exercise in enumerate(self.lesson.exercises):
            chip = button(exercise.title, kind="chip")
            chip.setCheckable(True)
            self._chips.addButton(chip, place)
            flow.addWidget(chip)
        self._chips.idClicked.connect(self.open_exercise)
        self.column.addWidget(chooser)
        self.open_exercise(0)

    def open_exercise(self, place: int) -> None:
        """Shows one exercise, as far as the person had come."""
        self._chips.button(place).setChecked(True)
        if self._open is not None:
            self._open.hide()
            self._open.deleteLater()
        self._open = ExerciseView(self.lesson.exercises[place], self.house, self.learn)
        self.column.addWidget(self._open)
