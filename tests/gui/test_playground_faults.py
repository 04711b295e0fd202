"""U03, U04, U05, G06, X01, X04 in the window: closing while four models write, endless words, markup, waiting."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from validate_bench import Bench, ask_and_wait, bench_in, press, validate_page
from workbench.__main__ import wants_window
from workbench.app import build
from workbench.gui import links
from workbench.gui.crash import CrashFile
from workbench.gui.main import Window
from workbench.gui.pages.validate import ValidatePage
from workbench.gui.playground.answer_view import MOST_AT_ONCE, AnswerView
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Theme
from workbench.inference.local import memory
from workbench.inference.local.gguf import inspect
from workbench.inference.local.model import LocalSettings
from workbench.inference.local.pool import LocalModels
from workbench.services.playground import link_to

from chat_models import ScriptedModel, use_remote
from engine_models import PATIENT
from gguf_files import write_model
from talker import write_talker

HOSTILE = '<img src="http://tracker/x.png"><img src="file:///etc/passwd"><script>alert(1)</script>[link](http://x)'


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as made:
        yield made


def opened(bench: Bench) -> ValidatePage:
    page = validate_page(bench)
    page.show_scenario(bench.services.scenarios.new("Support chat"))
    bench.show(page)
    return page


def use_files(bench: Bench, page: ValidatePage, *paths: Path) -> None:
    """One pane for each file."""
    row = page.playground.row
    while len(row.panes) > len(paths):
        row._remove(row.panes[-1])
    while len(row.panes) < len(paths):
        row.add()
    for pane, path in zip(list(row.panes), paths, strict=True):
        page.playground.open_model(path, pane)
        bench.settle()


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
def test_that_the_window_closes_while_four_models_write_and_leaves_no_process(
    tmp_path: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    paths = [write_talker(tmp_path / f"talker{number}.gguf") for number in range(4)]
    services = build(tmp_path / "home")
    window = Window(qapp, services, crash=CrashFile(services.paths.logs, redact=str), tasks=Tasks())
    window.show(())
    bench = Bench(services, window.house, qtbot)
    bench.wait(lambda: window.desk.scenario is not None)
    bench.settle()
    window.shell.open_page("validate")
    page = window.shell.page
    assert isinstance(page, ValidatePage)
    bench.settle()
    use_files(bench, page, *paths)
    page.playground.prompt.sampling.field("max_tokens").set_value(7500)
    page.playground.prompt.set_text("Hello")
    page.playground.ask()
    bench.wait(lambda: all(pane.view.text for pane in page.playground.panes))
    pids = [model.pid for model in services.engines.loaded()]
    assert len(pids) == 4
    window.end()
    window.shell.close()
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    kept = build(tmp_path / "home")
    (scenario,) = kept.scenarios.list()
    newest = kept.playground.history(scenario.id)[0]
    kept.close()
    assert {answer.finish for answer in newest.answers} == {"cancelled"}
    assert all(answer.text for answer in newest.answers), "what was said is there at the next start"


def test_that_where_memory_allows_one_model_the_other_says_what_it_waits_for(bench: Bench, tmp_path: Path) -> None:
    paths = [write_talker(tmp_path / f"{name}.gguf") for name in ("first", "second")]
    need = memory.needed(inspect(paths[0]), memory.MOST_CELLS).total
    room = LocalSettings(threads=1, patience=PATIENT, available_bytes=int(1.2 * need / memory.SHARE_OF_AVAILABLE))
    bench.services.made["engines"] = LocalModels(settings=room)
    page = opened(bench)
    use_files(bench, page, *paths)
    view = page.playground
    view.prompt.sampling.field("max_tokens").set_value(1500)
    view.prompt.set_text("Hello")
    view.ask()
    bench.wait(lambda: any("to have its memory" in pane._error.text() for pane in view.panes))
    waiting = next(pane for pane in view.panes if pane._error.text())
    assert waiting._state.text() == "waiting" and not waiting.view.text
    bench.wait(lambda: not view.asker.is_busy)
    bench.settle()
    assert {pane._state.text() for pane in view.panes} == {"cut at the longest answer"}
    assert not any(pane._error.isVisibleTo(page) for pane in view.panes)


def test_that_a_file_with_a_broken_template_answers_and_says_so(bench: Bench, tmp_path: Path) -> None:
    broken = write_model(tmp_path / "broken.gguf", template="{% for m in messages %}{{ m.content }", seed=3)
    page = opened(bench)
    use_files(bench, page, broken, broken)
    page.playground.prompt.set_text("Hello")
    ask_and_wait(bench, page.playground)
    told = page.playground.panes[0]._error.text()
    assert "chat template failed" in told and "question-and-answer form" in told
    assert page.playground.panes[0]._state.text() in ("finished", "cut at the longest answer")


def test_that_a_crash_in_one_pane_leaves_the_others_and_the_page_alone(bench: Bench, tmp_path: Path) -> None:
    talker, other = write_talker(tmp_path / "talker.gguf"), write_talker(tmp_path / "other.gguf")
    page = opened(bench)
    use_files(bench, page, talker, other)
    view = page.playground
    view.prompt.sampling.field("max_tokens").set_value(1000)
    view.prompt.set_text("Hello")
    view.ask()
    bench.wait(lambda: all(pane.view.text for pane in view.panes))
    pid = bench.services.engines.model(talker).pid
    assert pid is not None
    os.kill(pid, signal.SIGSEGV)
    bench.wait(lambda: not view.asker.is_busy)
    bench.settle()
    assert "crashed (SIGSEGV)" in view.panes[0]._error.text()
    assert view.panes[0].view.text, "what was said before stays"
    assert view.panes[1]._state.text() == "cut at the longest answer"
    assert "failed" in page.header.answer


def test_that_markup_in_an_answer_is_text_everywhere(bench: Bench) -> None:
    use_remote(bench.services, ScriptedModel("acme/evil", lambda q: HOSTILE), ScriptedModel("acme/b", lambda q: "b"))
    page = opened(bench)
    view = page.playground
    for pane, name in zip(view.panes, ("acme/evil", "acme/b"), strict=False):
        view.row.put_model(name, pane)
    view.prompt.set_text(HOSTILE)
    ask_and_wait(bench, view)
    assert view.panes[0].view.toPlainText() == HOSTILE
    view.compare_answers(view.panes[0])
    bench.settle()
    assert HOSTILE in [side.toPlainText() for side in view.diff._sides]
    press(bench, view, "diff-back")
    press(bench, page, "history")
    bench.settle()
    shown = view.history.table.model.index(0, 0).data()
    assert shown == HOSTILE


def test_that_a_word_of_half_a_million_letters_is_drawn_piece_by_piece(qtbot: QtBot, theme: Theme) -> None:
    view = AnswerView("Answer")
    qtbot.addWidget(view)
    view.show()
    word = "x" * 500_000
    grown: list[int] = []
    view.document().contentsChange.connect(lambda _at, _removed, added: grown.append(added))
    view.append_text(word)
    qtbot.waitUntil(lambda: len(view.toPlainText()) >= len(word), timeout=60_000)
    assert view.text == word
    assert max(grown) <= MOST_AT_ONCE * 1.1


def test_that_a_stop_pressed_before_the_models_were_reached_still_stops_them(bench: Bench, tmp_path: Path) -> None:
    page = opened(bench)
    use_files(bench, page, write_talker(tmp_path / "a.gguf"), write_talker(tmp_path / "b.gguf"))
    view = page.playground
    view.prompt.sampling.field("max_tokens").set_value(7000)
    view.prompt.set_text("Hello")
    view.ask()
    view.stop_all()
    bench.wait(lambda: not view.asker.is_busy)
    assert {pane._state.text() for pane in view.panes} == {"stopped"}


def test_that_two_windows_of_models_do_not_share_an_engine(tmp_path: Path) -> None:
    """The command line beside the window: each has processes of its own over the same file."""
    path = write_talker(tmp_path / "talker.gguf")

    async def session() -> None:
        settings = LocalSettings(threads=1, patience=PATIENT)
        async with LocalModels(settings=settings) as one, LocalModels(settings=replace(settings)) as two:
            await asyncio.gather(one.model(path).load(), two.model(path).load())
            assert one.model(path).pid != two.model(path).pid
            await one.model(path).unload()
            assert two.model(path).loaded

    asyncio.run(session())


def test_that_a_link_opens_its_comparison_in_its_scenario(tmp_path: Path, qtbot: QtBot, qapp: QApplication) -> None:
    services = build(tmp_path / "home")
    use_remote(services, ScriptedModel("acme/one", lambda q: "yes"))
    other = services.scenarios.new("Another scenario")
    made = asyncio.run(services.playground.compare("Linked?", ["acme/one"], scenario_id=other.id))
    window = Window(qapp, services, crash=CrashFile(services.paths.logs, redact=str), tasks=Tasks())
    window.show(())
    bench = Bench(services, window.house, qtbot)
    bench.wait(lambda: window.shell.page is not None)
    bench.settle()
    window.bring_forward((links.as_path(link_to(made)),))
    bench.wait(lambda: isinstance(window.shell.page, ValidatePage))
    bench.settle()
    page = window.shell.page
    assert isinstance(page, ValidatePage) and window.desk.scenario is not None
    assert window.desk.scenario.id == other.id
    assert page.playground.prompt.text == "Linked?"
    window.bring_forward((links.as_path("workbench://comparison/none"),))
    bench.settle()
    assert "no such comparison" in window.shell.notice.accessibleName()
    window.end()
    window.shell.close()


def test_that_links_and_files_on_the_command_line_are_told_apart() -> None:
    link = "workbench://comparison/01a2"
    assert wants_window([link, "model.gguf"]) == (None, (link, "model.gguf"))
    assert links.link_in(links.as_path(link)) == link
    assert links.link_in(Path("/home/me/model.gguf")) == ""
