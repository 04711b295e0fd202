"""Bundles and comparisons as a person meets them: dialogs on real services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from validate_bench import Bench, bench_in
from workbench.domain.decision import DecisionStatus
from workbench.gui.bundles.compare_dialog import CompareDialog
from workbench.gui.bundles.export_dialog import ExportDialog
from workbench.gui.bundles.open_dialog import OpenDialog
from workbench.gui.theme import Theme
from workbench.services.bundle_figures import FigureChange
from workbench.services.bundles import Imported, Verified

from bundles import SCENARIO_ID, quickly_locked, small_bundle


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as made:
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "desk.mswb"
    made.write_bytes(small_bundle())
    return made


def said(inside: QWidget) -> str:
    QApplication.processEvents()
    labels = (label for label in inside.findChildren(QLabel) if label.isVisibleTo(inside))
    return "\n".join(label.accessibleName() or label.text() for label in labels)


def looking_at(bench: Bench, file: Path) -> OpenDialog:
    dialog = OpenDialog(lambda: bench.services.bundles, bench.house.tasks, None)
    bench.qtbot.addWidget(dialog)
    dialog.show()
    dialog.read(file)
    bench.settle()
    return dialog


def test_that_a_bundle_is_shown_before_anything_of_it_comes_in(bench: Bench, file: Path) -> None:
    dialog = looking_at(bench, file)
    words = said(dialog)
    assert "Strike desk" in words and "1 eval with 8 results" in words and "It is not signed." in words
    assert "“Strike desk” would come in as a new scenario" in words
    assert bench.services.scenarios.list() == ()
    dialog.verify()
    bench.settle()
    assert "figures follow from the bundle's inputs" in said(dialog)
    came: list[Imported] = []
    dialog.imported.connect(came.append)
    dialog.take_in()
    bench.settle()
    assert not dialog.isVisible()
    assert [row.id for row in bench.services.scenarios.list()] == [SCENARIO_ID] == [came[0].scenario.id]


def test_that_what_does_not_follow_is_read_without_scrolling_aside(bench: Bench, file: Path) -> None:
    dialog = looking_at(bench, file)
    opened = dialog._opened
    assert opened is not None
    dialog._show_verified(
        Verified(False, True, (FigureChange("decision.signed.Ada", "4d" * 32, "c4" * 32),), 1, None, "0.1")
    )
    assert dialog._found is not None
    assert all(label.minimumSizeHint().width() < 400 for label in dialog._found.findChildren(QLabel))


def test_that_a_locked_bundle_asks_for_its_passphrase_and_again_after_a_wrong_one(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "locked.mswb"
    file.write_bytes(quickly_locked(small_bundle(), "quiet horse"))
    dialog = looking_at(bench, file)
    assert "This bundle is locked." in said(dialog) and dialog.passphrase.isVisibleTo(dialog)
    for given, expected in (("quiet house", "passphrase does not open"), ("quiet horse", "Strike desk")):
        dialog.passphrase.setText(given)
        dialog.unlock()
        bench.settle()
        assert expected in said(dialog)
    assert not dialog.passphrase.isVisibleTo(dialog)


def test_that_a_broken_bundle_says_why_and_cannot_be_taken_in(bench: Bench, file: Path) -> None:
    file.write_bytes(small_bundle()[:-9])
    dialog = looking_at(bench, file)
    assert "its end is missing" in said(dialog)
    dialog.take_in()
    dialog.verify()
    bench.settle()
    assert bench.services.scenarios.list() == ()


def test_that_a_bundle_is_written_with_what_was_chosen_and_says_so(bench: Bench, tmp_path: Path) -> None:
    scenario = bench.services.scenarios.open_sample()
    dialog = ExportDialog(scenario, lambda: bench.services.bundles, bench.house.tasks, None)
    bench.qtbot.addWidget(dialog)
    dialog.show()
    dialog.redact.setChecked(True)
    dialog.write(tmp_path / "sample.mswb")
    bench.settle()
    assert "Written: " in said(dialog) and "only hashes" in said(dialog)
    assert bench.services.bundles.open(tmp_path / "sample.mswb").content.redacted
    dialog.sign.setChecked(True)
    dialog.write(tmp_path / "signed.mswb")
    bench.settle()
    assert "There is no keychain here" in said(dialog) and not (tmp_path / "signed.mswb").exists()


def test_that_two_different_passphrases_write_nothing(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = bench.services.scenarios.new("Quiet")
    dialog = ExportDialog(scenario, lambda: bench.services.bundles, bench.house.tasks, None)
    bench.qtbot.addWidget(dialog)
    dialog.show()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "x.mswb"), ""))
    dialog.passphrase.setText("quiet horse")
    dialog.again.setText("quiet house")
    dialog.ask_place()
    bench.settle()
    assert "not the same" in said(dialog) and not (tmp_path / "x.mswb").exists()


def test_that_two_states_of_a_decision_stand_side_by_side(bench: Bench) -> None:
    services = bench.services
    sample = services.scenarios.open_sample()
    draft = replace(services.decisions.draft(sample), status=DecisionStatus.ACCEPTED)
    first = services.decisions.record(sample, replace(draft, because="It is quick."))
    services.decisions.record(first, replace(draft, because="It stays with us."))
    dialog = CompareDialog(
        lambda: services.scenarios, lambda: services.side_by_side, bench.house.tasks, None, first=f"{sample.id}@1"
    )
    bench.qtbot.addWidget(dialog)
    dialog.show()
    bench.settle()
    assert dialog.left.currentData() == f"{sample.id}@1" and dialog.right.currentData() == f"{sample.id}@2"
    words = said(dialog)
    assert "It is quick." in words and "It stays with us." in words and "Decided for" not in words
    dialog.everything.setChecked(True)
    assert "Decided for" in said(dialog)


def test_that_every_control_of_the_dialogs_has_a_name(bench: Bench, file: Path) -> None:
    services = bench.services
    scenario = services.scenarios.new("Quiet")
    dialogs: list[QDialog] = [
        ExportDialog(scenario, lambda: services.bundles, bench.house.tasks, None),
        OpenDialog(lambda: services.bundles, bench.house.tasks, None),
        CompareDialog(lambda: services.scenarios, lambda: services.side_by_side, bench.house.tasks, None),
    ]
    for dialog in dialogs:
        bench.qtbot.addWidget(dialog)
        for kind in (QCheckBox, QComboBox, QLineEdit, QPushButton):
            for control in dialog.findChildren(kind):
                if not control.isHidden():
                    name = control.accessibleName() or getattr(control, "text", lambda: "")()
                    assert name.strip(), (dialog.objectName(), control)
    bench.settle()
