"""What is put to the models: files, settings, the estimate, conversations; and what can be done with answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QFocusEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QCheckBox, QPushButton
from pytestqt.qtbot import QtBot
from validate_bench import Bench, ask_and_wait, bench_in, press, validate_page
from workbench.domain.chat import Role, Sampling
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.domain.evidence import Answer
from workbench.domain.scenario import Scenario
from workbench.gui.explanation import Explanation
from workbench.gui.pages.validate import ValidatePage
from workbench.gui.playground.answer_diff import Span, difference
from workbench.gui.playground.prompt_card import PromptCard
from workbench.gui.playground.text_box import TextBox
from workbench.gui.playground.wording import answer_words, figures
from workbench.gui.theme import Theme
from workbench.net.grant import OfflineRefusal
from workbench.services.playground import OWN_EXAMPLE, link_to
from workbench.store.payments import CapReached

from chat_models import ScriptedModel, use_remote


def reply(question: str) -> str:
    return f"I heard: {question}"


class Table:
    """The page with two scripted models of a provider in its panes."""

    def __init__(self, bench: Bench, scenario: Scenario) -> None:
        prices = {"local": False, "provider": "Acme", "usd_per_mtok_in": 3.0, "usd_per_mtok_out": 15.0}
        self.one = ScriptedModel("acme/one", reply, images=True, **prices)  # type: ignore[arg-type]
        self.two = ScriptedModel("acme/two", lambda q: f"{reply(q)}!", **prices)  # type: ignore[arg-type]
        self.shy = ScriptedModel("acme/shy", self._refuse, **prices)  # type: ignore[arg-type]
        use_remote(bench.services, self.one, self.two, self.shy)
        self.bench = bench
        self.scenario_id = scenario.id
        self.page = validate_page(bench)
        self.page.show_scenario(scenario)
        bench.show(self.page)
        self.view = self.page.playground
        while len(self.view.panes) > 2:
            self.view.row._remove(self.view.panes[-1])
        for pane, name in zip(self.view.panes, ("acme/one", "acme/two"), strict=True):
            self.view.row.put_model(name, pane)
        bench.settle()

    def _refuse(self, question: str) -> str | WorkbenchError:
        if question == OWN_EXAMPLE.input:
            return "28 days"
        return GuardRefusal("Not sent: this data must stay here", where="rule R0.1", mend="Ask a local model.")

    def ask(self, text: str) -> None:
        self.view.prompt.set_text(text)
        ask_and_wait(self.bench, self.view)

    def figures(self, place: int) -> str:
        text = self.view.panes[place]._figures.text()
        return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{WORD JOINER}", "")


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as made:
        yield made


@pytest.fixture
def table(bench: Bench) -> Table:
    return Table(bench, bench.services.scenarios.new("Support chat"))


def test_that_a_providers_model_stands_beside_local_ones_and_says_what_it_costs(table: Table) -> None:
    table.view.row.put_model(str(table.view.row.usable[0]), table.view.panes[0])
    table.ask("Hello")
    assert "$0" in table.figures(0) and table.view.panes[0]._fit.text().startswith("local · ")
    assert "$0." in table.figures(1) or "e-" in table.figures(1)
    assert table.view.panes[1]._fit.text() == "API · Acme"
    assert "The prompt went to acme/two; it cost" in table.page.header.answer


def test_that_figures_are_never_rounded_to_nothing_and_tell_what_was_cached_and_thought() -> None:
    answer = Answer("acme/one", "Hello", "stop", 0.00042, 2370.0, 100, 20, 0.01, None, None)
    told = figures(replace(answer, itl_p50_s=0.00036, itl_p95_s=0.0012, cached_tokens=40, reasoning_tokens=5))
    assert told == (
        "first token 0.42 ms · 0.36 ms a token (95 %: 1.2 ms) · 2,370 tokens/s · 100 in (40 cached), 20 out (5 thought)"
        " · price unknown"
    )
    stopped = replace(answer, total_s=None, tokens_per_s=None, tokens_in=0, tokens_out=0)
    assert figures(stopped) == "first token 0.42 ms · cost not known"


def test_that_a_question_that_never_went_out_is_not_said_to_have_gone(bench: Bench) -> None:
    bench.services.credentials.save_server("nowhere", "https://no-such-host.invalid/v1", models=["m"])
    asking = bench.services.playground.begin("Hello", ["openai/gpt-5", "nowhere/m"])
    comparison = asyncio.run(asking.run())
    assert [answer.cost_usd for answer in comparison.answers] == [0.0, 0.0]
    _, told = answer_words(comparison, str)
    assert "no key for OpenAI" in told and "is not known." in told
    assert "went to" not in told and told.endswith("Nothing left this machine.")


def test_that_an_estimate_stands_there_before_anything_is_asked(table: Table) -> None:
    table.view.prompt.set_text("word " * 100)
    table.bench.wait(lambda: "estimate: about" in table.view.prompt._estimate.text())
    told = table.view.prompt._estimate.text()
    assert "up to 256 out" in told and "at most $0.0" in told
    assert table.one.asked == []


def test_that_a_text_a_pdf_or_a_picture_is_put_beside_the_prompt_and_reaches_the_models(
    table: Table, tmp_path: Path
) -> None:
    note, picture = tmp_path / "note.txt", tmp_path / "p.png"
    note.write_text("Only permanent staff.")
    picture.write_bytes(b"\x89PNG\r\n\x1a\nrest")
    for path in (note, picture):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        at, keys = QPointF(10, 10), Qt.KeyboardModifier.NoModifier
        drop = QDropEvent(at, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, keys)
        table.view.prompt.dropEvent(drop)
        table.bench.settle()
    assert [each.name for each in table.view.prompt.files.attachments] == ["note.txt", "p.png"]
    table.bench.wait(lambda: "acme/two: it takes no pictures" in table.view.prompt._estimate.text())
    table.ask("Who?")
    message = table.one.requests[0].messages[-1]
    assert message.text == "File note.txt:\nOnly permanent staff.\n\nWho?"
    assert [image.media_type for image in message.images] == ["image/png"]
    chip = next(b for b in table.view.prompt.files.findChildren(QPushButton) if "note.txt" in b.text())
    table.bench.qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert [each.name for each in table.view.prompt.files.attachments] == ["p.png"]


def test_that_a_file_that_cannot_be_attached_is_a_sentence(table: Table, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF\0\0")
    table.view.attach(program)
    table.bench.settle()
    assert "neither text nor a PDF" in table.view.error.accessibleName()
    assert table.view.prompt.files.attachments == ()


def test_that_settings_are_shared_unless_a_pane_has_its_own(table: Table) -> None:
    view = table.view
    view.prompt.sampling.field("temperature").set_value(0.7)
    view.row.settings_wanted.emit(view.panes[1])
    form = view.own_settings.form
    assert form.sampling.temperature == 0.7
    form.field("temperature").set_value(0.1)
    form.field("seed").set_value(5)
    press(table.bench, view.own_settings, "own-apply")
    assert "own settings" in view.panes[1]._fit.text()
    table.ask("Hello")
    assert [m.requests[0].sampling.temperature for m in (table.one, table.two)] == [0.7, 0.1]
    assert table.two.requests[0].sampling.seed == 5
    again = validate_page(table.bench)  # as the next start shows it
    again.show_scenario(table.page.scenario)
    table.bench.show(again)
    one, two = again.playground.panes
    assert again.playground.prompt.sampling.sampling.temperature == 0.7 and one.own_sampling is None
    assert two.own_sampling is not None and (two.own_sampling.temperature, two.own_sampling.seed) == (0.1, 5)
    view.row.settings_wanted.emit(view.panes[1])
    press(table.bench, view.own_settings, "own-shared")
    assert view.panes[1].own_sampling is None


def test_that_an_answer_stops_at_texts_of_ones_own_and_words_are_penalised(table: Table) -> None:
    form = table.view.prompt.sampling
    table.view.prompt._folded.show()
    table.bench.qtbot.keyClicks(form.stop, "END | \\n\\n |")
    form.field("presence_penalty").set_value(0.5)
    table.ask("Hello")
    sampling = table.one.requests[0].sampling
    assert (sampling.stop, sampling.presence_penalty) == (("END", "\n\n"), 0.5)
    form.set_sampling(Sampling())
    assert form.stop.text() == "" and form.sampling == Sampling()
    form.set_sampling(sampling)
    assert form.sampling == sampling


def test_that_a_conversation_goes_on_turn_by_turn_and_is_there_after_a_restart(table: Table) -> None:
    view = table.view
    table.ask("First")
    for turn, text in ((2, "Second"), (3, "Third")):
        view.go_on()
        assert view.prompt.text == "" and f"turn {turn}" in view.prompt._turn.text()
        view.prompt.prompt.setPlainText(text)
        ask_and_wait(table.bench, view)
    roles = [message.role for message in table.two.requests[-1].messages]
    assert roles == [Role.USER, Role.ASSISTANT, Role.USER, Role.ASSISTANT, Role.USER]
    shown = view.panes[1].view.toPlainText()
    assert shown.index("You: First") < shown.index("I heard: First!") < shown.index("You: Third")
    assert view.panes[1].view.text == "I heard: Third!", "copying takes the last answer only"
    again = validate_page(table.bench)
    again.show_scenario(table.page.scenario)
    table.bench.show(again)
    assert again.playground.panes[1].view.toPlainText() == shown
    assert "turn 3" in again.playground.prompt._turn.text()


def test_that_running_a_turn_again_keeps_to_its_conversation_and_a_new_one_does_not(table: Table) -> None:
    view = table.view
    table.ask("First")
    view.go_on()
    view.prompt.prompt.setPlainText("Second")
    ask_and_wait(table.bench, view)
    ask_and_wait(table.bench, view)
    assert len(table.one.requests[-1].messages) == 3
    press(table.bench, view.prompt, "anew")
    ask_and_wait(table.bench, view)
    assert len(table.one.requests[-1].messages) == 1


@pytest.mark.parametrize(
    ("error", "words", "place"),
    [
        (OfflineRefusal("x was not called", where="privacy guard"), "Open network settings", "network"),
        (CapReached("Nothing was sent", where="spend cap"), "Open spending caps", "spend"),
        (WorkbenchError("There is no key for Acme", where="keychain"), "Open keys", "providers/acme"),
        (WorkbenchError("Acme does not accept the key", where="x said: no"), "Open keys", "providers/acme"),
    ],
)
def test_that_what_settings_can_mend_has_a_button_that_leads_there(
    table: Table, error: WorkbenchError, words: str, place: str
) -> None:
    table.two._script = lambda _question: error
    table.ask("Hello")
    button = table.view.panes[1].findChild(QPushButton, "pane-mend")
    assert button is not None and button.text() == words
    with table.bench.qtbot.waitSignal(table.page.navigate) as went:
        press(table.bench, table.view.panes[1], "pane-mend")
    assert went.args == ["settings", place]
    assert not table.view.panes[0].findChild(QPushButton, "pane-mend").isVisibleTo(table.page)


def test_that_another_number_of_models_begins_a_new_conversation(table: Table) -> None:
    view = table.view
    table.ask("First")
    view.go_on()
    view.prompt.prompt.setPlainText("Second")
    view.row.add()
    view.row.put_model("acme/one", view.panes[2])
    assert "new conversation" in view.prompt._note.text() and view.prompt._turn.isHidden()
    ask_and_wait(table.bench, view)
    assert [pane.view.text for pane in view.panes] == ["I heard: Second", "I heard: Second!", "I heard: Second"]
    assert len(table.two.requests[-1].messages) == 1


def test_that_a_conversation_of_one_model_is_not_gone_on_with_by_two(table: Table) -> None:
    view, service = table.view, table.bench.services.playground
    asking = service.begin("First", ["acme/one"], scenario_id=table.scenario_id)
    alone = asyncio.run(asking.run())
    view.open_comparison(alone.id)
    table.bench.settle()
    view.go_on()
    view.prompt.prompt.setPlainText("Second")
    press(table.bench, view, "ask")
    table.bench.wait(lambda: not view.asker.is_busy)
    assert "The conversation has 1 model, and 2 were chosen" in view.error.accessibleName()


def test_that_a_refused_model_says_why_and_can_be_asked_with_a_clean_example(table: Table) -> None:
    view = table.view
    view.row.put_model("acme/shy", view.panes[1])
    table.ask("Our secret")
    pane = view.panes[1]
    assert pane._state.text() == "not sent"
    assert "must stay here" in pane._error.text() and "R0.1" in pane._error.text()
    assert "acme/shy is refused" in table.page.header.answer
    with table.bench.qtbot.waitSignal(view.explained) as told:
        press(table.bench, pane, "pane-why")
    explanation = told.args[0]
    assert isinstance(explanation, Explanation) and "R0.1" in explanation.as_text()
    before = len(table.bench.services.playground.heads(table.page.scenario.id))  # type: ignore[union-attr]
    press(table.bench, pane, "pane-clean")
    table.bench.wait(lambda: not view.asker.is_busy)
    table.bench.settle()
    assert pane.view.text == "28 days" and view.prompt.text == OWN_EXAMPLE.input
    assert table.one.asked[-1] == OWN_EXAMPLE.input
    after = len(table.bench.services.playground.heads(table.page.scenario.id))  # type: ignore[union-attr]
    assert after == before, "an example is no evidence"


def test_that_a_prompt_without_sensitive_text_is_told_to_the_guard_and_the_next_one_is_not(table: Table) -> None:
    clean = table.view.prompt.findChild(QCheckBox, "prompt-clean")
    assert clean is not None and clean.isVisibleTo(table.page), "models elsewhere are asked"
    table.view.prompt.set_text("Public text")
    clean.setChecked(True)
    ask_and_wait(table.bench, table.view)
    table.ask("Another text")
    assert [request.sensitive for request in table.one.requests] == [False, None]
    for pane in table.view.panes:
        pane.chooser.set_path(table.view.row.usable[0])
    table.view.row.models_changed.emit()
    assert not clean.isVisibleTo(table.page), "a local model gets whatever it is"


def test_that_two_answers_are_compared_word_by_word(table: Table) -> None:
    table.ask("Hello")
    table.view.row.diff_wanted.emit(table.view.panes[0])
    table.bench.settle()
    assert table.view.diff.isVisibleTo(table.page)
    assert "of the words are the same" in table.view.diff.sentence
    press(table.bench, table.view, "diff-back")
    assert table.view.row.isVisibleTo(table.page)


@pytest.mark.parametrize(
    ("left", "right", "marked", "alike"),
    [
        ("29 days a year", "17 days a year", ((Span(0, 2),), (Span(0, 2),)), 0.75),
        ("same", "same", ((), ()), 1.0),
        ("", "new", ((), (Span(0, 3),)), 0.0),
        ("", "", ((), ()), 1.0),
    ],
)
def test_that_a_difference_is_where_the_words_part(
    left: str, right: str, marked: tuple[tuple[Span, ...], tuple[Span, ...]], alike: float
) -> None:
    found = difference(left, right)
    assert (found.left, found.right) == marked
    assert found.alike == alike and not found.cut


def test_that_long_answers_are_compared_by_their_beginnings() -> None:
    assert difference("word " * 20_000, "other " * 20_000).cut


def test_that_the_history_is_searched_opened_and_linked(table: Table) -> None:
    view = table.view
    for text in ("Annual leave?", "Parental leave?"):
        table.ask(text)
    press(table.bench, table.page, "history")
    table.bench.settle()
    assert [head.prompt for head in view.history.table.model.rows] == ["Parental leave?", "Annual leave?"]
    table.bench.qtbot.keyClicks(view.history.search, "ANNUAL heard")
    table.bench.wait(lambda: len(view.history.table.model.rows) == 1)
    table.bench.settle()
    press(table.bench, view.history, "history-open")
    table.bench.settle()
    assert view.prompt.text == "Annual leave?" and view.panes[0].view.text == "I heard: Annual leave?"
    view.copy_link()
    link = QGuiApplication.clipboard().text()
    assert link.startswith("workbench://comparison/")
    table.ask("Something else")
    table.page.arrive(link)
    table.bench.settle()
    assert view.prompt.text == "Annual leave?"
    table.page.arrive("workbench://comparison/none")
    table.bench.settle()
    assert "no such comparison" in view.error.accessibleName()


def test_that_a_link_pasted_into_the_search_opens_what_it_names(table: Table) -> None:
    for text in ("Annual leave?", "Parental leave?"):
        table.ask(text)
    older = table.bench.services.playground.history(table.scenario_id)[-1]
    press(table.bench, table.page, "history")
    table.bench.settle()
    table.bench.qtbot.keyClicks(table.view.history.search, link_to(older))
    table.bench.qtbot.keyClick(table.view.history.search, Qt.Key.Key_Return)
    table.bench.settle()
    assert table.view.prompt.text == "Annual leave?" and table.view.row.isVisibleTo(table.page)


def test_that_what_was_typed_and_not_asked_comes_back_after_a_link_or_another_scenario(table: Table) -> None:
    table.ask("Annual leave?")
    (asked,) = table.bench.services.playground.history(table.scenario_id)
    prompt = table.view.prompt
    back = prompt.findChild(QPushButton, "prompt-draft")
    assert back is not None and not back.isVisibleTo(table.page), "what was asked is no draft"
    prompt.prompt.selectAll()
    table.bench.qtbot.keyClicks(prompt.prompt, "And in {country}?")
    table.page.arrive(link_to(asked))
    table.bench.settle()
    assert prompt.text == "Annual leave?" and back.isVisibleTo(table.page)
    press(table.bench, table.page, "prompt-draft")
    assert prompt.template == "And in {country}?" and not back.isVisibleTo(table.page)
    table.page.show_scenario(table.bench.services.scenarios.new("Another"))
    table.bench.settle()
    assert "country" not in prompt.template
    table.page.show_scenario(table.bench.services.scenarios.load(table.scenario_id))
    table.bench.settle()
    assert prompt.template == "And in {country}?"


def test_that_a_link_opened_while_answers_come_or_wait_for_a_vote_says_why_not_now(table: Table) -> None:
    table.ask("Annual leave?")
    (asked,) = table.bench.services.playground.history(table.scenario_id)
    table.view.prompt.set_text("Another?")
    table.view.ask()
    table.page.arrive(link_to(asked))
    assert "Answers are being written" in table.view.error.accessibleName()
    table.bench.wait(lambda: not table.view.asker.is_busy)
    table.bench.settle()
    assert table.view.prompt.text == "Another?"
    press(table.bench, table.page, "blind")
    table.bench.settle()
    table.ask("And this?")
    table.page.arrive(link_to(asked))
    table.bench.settle()
    assert "wait for your blind vote" in table.view.error.accessibleName() and table.view.is_hiding
    press(table.bench, table.view, "ballot-leave")
    table.page.arrive(link_to(asked))
    table.bench.settle()
    assert table.view.prompt.text == "Annual leave?" and not table.view.error.isVisibleTo(table.page)


def test_that_each_answer_is_copied_as_text_and_as_markdown(table: Table) -> None:
    table.ask("Hello")
    press(table.bench, table.view.panes[0], "pane-copy")
    assert QGuiApplication.clipboard().text() == "I heard: Hello"
    table.view.row.markdown_wanted.emit(table.view.panes[1])
    assert "**acme/two** (" in QGuiApplication.clipboard().text()


def test_that_the_button_says_whether_this_question_was_asked(table: Table, bench: Bench) -> None:
    ask = table.view.prompt.findChild(QPushButton, "ask")
    assert ask is not None and ask.text().startswith("Ask")
    table.ask("Hello")
    assert ask.text().startswith("Run again")
    table.view.prompt.prompt.appendPlainText("more")
    assert ask.text().startswith("Ask")


def test_that_every_new_control_has_a_name(table: Table) -> None:
    page: ValidatePage = table.page
    table.view.prompt._toggle()
    nameless = [
        f"{type(w).__name__} {w.objectName()}"
        for w in page.playground.findChildren(QPushButton)
        if w.isVisibleTo(page) and not w.accessibleName()
    ]
    assert nameless == []


def come(box: TextBox, reason: Qt.FocusReason) -> None:
    QApplication.sendEvent(box, QFocusEvent(QEvent.Type.FocusIn, reason))


@pytest.mark.parametrize("by_mouse", [True, False])
def test_that_typing_takes_the_place_of_an_example_and_nothing_is_added_to_it(qtbot: QtBot, by_mouse: bool) -> None:
    card = PromptCard()
    qtbot.addWidget(card)
    card.show()
    card.put_example("What is the notice period?", "case 1")
    come(card.prompt, Qt.FocusReason.MouseFocusReason if by_mouse else Qt.FocusReason.TabFocusReason)
    if by_mouse:
        qtbot.mouseClick(card.prompt.viewport(), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(card.prompt, "Who pays?")
    assert card.template == "Who pays?"
    come(card.prompt, Qt.FocusReason.TabFocusReason)
    qtbot.keyClicks(card.prompt, " And when?")
    assert card.template == "Who pays? And when?", "one's own text is never selected as a whole"


def test_that_an_example_puts_what_was_typed_aside_and_it_comes_back(qtbot: QtBot) -> None:
    card = PromptCard()
    qtbot.addWidget(card)
    card.show()
    qtbot.keyClicks(card.prompt, "My own question")
    card.put_example("What is the notice period?", "case 1")
    back = card.findChild(QPushButton, "prompt-draft")
    assert back.isVisibleTo(card)
    back.click()
    assert card.template == "My own question"
