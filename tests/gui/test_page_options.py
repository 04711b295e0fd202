"""Options with the real services: the sample's figures on screen, proposals, the form, flips that are tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pages_person import Visitor
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLabel, QLineEdit, QWidget
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.option import Flip
from workbench.domain.questions import requirements_from
from workbench.domain.scenario import Scenario
from workbench.gui.forms.option_form import OptionForm, blank_option
from workbench.gui.pages import PAGES
from workbench.gui.pages.option_words import origin_words, rows, tried
from workbench.gui.pages.options import OptionsPage
from workbench.gui.theme import Tone
from workbench.gui.widgets.state import EmptyState
from workbench.gui.widgets.text import Words
from workbench.gui.widgets.volume import LEAST_REQUESTS, MOST_REQUESTS, at_volume
from workbench.gui.widgets.weights import COMPARISONS, ORDER, WIDER


def options(visitor: Visitor) -> OptionsPage:
    page = visitor.go("options")
    assert isinstance(page, OptionsPage)
    visitor.wait(lambda: page._shown is not None and page._shown.scenario_id == visitor.scenario.id)
    visitor.rest()
    visitor.wait(lambda: page._slices.is_done)
    return page


def words_on(page: OptionsPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def in_form(visitor: Visitor, do: Callable[[OptionForm], None], opens: Callable[[], None]) -> None:
    """Opens the form, does something in it as soon as it is there, and waits until it is closed."""

    def at_once() -> None:
        form = QApplication.activeModalWidget()
        if isinstance(form, OptionForm):
            do(form)
        else:
            QTimer.singleShot(10, at_once)

    QTimer.singleShot(0, at_once)
    opens()
    visitor.rest()


def test_that_a_computed_figure_stands_in_the_form_as_a_person_writes_it(visitor: Visitor) -> None:
    """A set-up cost above ten thousand dollars was once "computed: 1.234e+04"."""
    computed = {"setup_usd": Figure(Estimate.exact(12_345.0), Origin.COMPUTED)}
    form = OptionForm(blank_option(()), computed=computed, offers=(), parent=options(visitor))
    assert "computed: 12,340" in [label.text() for label in form.findChildren(QLabel)]


def save(form: OptionForm) -> None:
    box = form.findChild(QDialogButtonBox)
    assert box is not None
    box.button(QDialogButtonBox.StandardButton.Save).click()


def test_that_the_sample_shows_its_costs_crossovers_and_the_flip_of_c(visitor: Visitor) -> None:
    page = options(visitor)
    table = page._grid.as_markdown()
    for total in ("$130,200", "$144,800", "$130,600"):
        assert total in table
    assert page._shown is not None
    months = {(c.a, c.b): c.months for c in page._shown.crossovers}
    assert months["A", "C"] == pytest.approx(36.36, abs=0.005)
    assert months["A", "B"] == pytest.approx(46.43, abs=0.005)
    flip = next(f.text for f in page._shown.flips if f.input == "monthly_usd" and f.option == "C")
    assert "$2,410" in flip and flip in words_on(page)
    assert "C" in visitor.answer and "only option inside your limits" in visitor.answer


def test_that_trying_a_flip_changes_the_recommendation_and_undo_takes_it_back(visitor: Visitor) -> None:
    page = options(visitor)
    visitor.store(replace(visitor.scenario, answers={**visitor.scenario.answers, "weeks_limit": 20}))
    visitor.wait(lambda: "Live in 14 weeks" in str(page._shown))
    before, drafts = visitor.answer, visitor.scenario.options
    assert page._shown is not None and page._shown.recommendation.option == "C"
    flip = next(f for f in page._shown.flips if f.input == "monthly_usd" and f.option == "C")
    visitor.press(f"Try it: {flip.text}")
    visitor.rest()
    assert page._shown.recommendation.option == flip.winner == "B"
    assert "$2,411" in page._grid.as_markdown()
    visitor.undo()
    visitor.wait(lambda: visitor.answer == before)
    assert visitor.scenario.options == drafts


def test_that_what_was_tried_says_what_holds_now_and_is_taken_back_where_it_stands(visitor: Visitor) -> None:
    page = options(visitor)
    before, drafts = visitor.answer, visitor.scenario.options
    assert page._shown is not None and not page._tried.isVisibleTo(page)
    flip = next(f for f in page._shown.flips if f.input == "monthly_usd" and f.option == "C")
    visitor.press(f"Try it: {flip.text}")
    visitor.wait(lambda: page._tried.isVisibleTo(page))
    told = words_on(page)
    assert f"Tried: {flip.text}" in told
    assert "Now: C, the blend option, is the only option inside your limits." in told
    assert "On points alone B would lead" in told
    visitor.press("Take it back")
    visitor.wait(lambda: visitor.answer == before)
    assert visitor.scenario.options == drafts and not page._tried.isVisibleTo(page)


def test_that_what_was_tried_can_be_kept_and_another_change_puts_the_bar_away(visitor: Visitor) -> None:
    page = options(visitor)
    assert page._shown is not None
    flip = next(f for f in page._shown.flips if f.input == "weeks" and f.option == "C")
    visitor.press(f"Try it: {flip.text}")
    visitor.wait(lambda: page._tried.isVisibleTo(page))
    kept = visitor.scenario
    visitor.press("Keep it")
    assert not page._tried.isVisibleTo(page) and visitor.scenario == kept
    visitor.undo()
    visitor.rest()
    visitor.press(f"Try it: {flip.text}")
    visitor.wait(lambda: page._tried.isVisibleTo(page))
    visitor.store(replace(visitor.scenario, answers={**visitor.scenario.answers, "weeks_limit": 20}))
    visitor.wait(lambda: not page._tried.isVisibleTo(page))


def test_that_how_often_an_option_is_best_is_said_with_its_range(visitor: Visitor) -> None:
    page = options(visitor)
    visitor.wait(lambda: page._closer is not None)
    visitor.wait(lambda: "48–92 %" in page._grid.as_markdown())
    row = next(line for line in page._grid.as_markdown().splitlines() if "Best in draws" in line)
    assert "61 % 48–92 %" in row and "39 % 8–50 %" in row


def test_that_what_leaves_is_only_marked_bad_where_a_limit_forbids_it(visitor: Visitor) -> None:
    service, sample = visitor.services.options, visitor.scenario

    def tones(asked: Scenario) -> list[Tone | None]:
        row = next(row for row in rows(service.options(asked)) if row.label == "Sensitive requests")
        return [cell.tone for cell in row.cells]

    free = {**sample.answers, "sensitivity": "internal", "third_party": "free"}
    assert tones(sample) == [Tone.BAD, Tone.GOOD, Tone.GOOD]
    assert tones(replace(sample, answers=free)) == [None, Tone.GOOD, Tone.GOOD]


def test_that_the_page_says_how_often_each_option_costs_least(visitor: Visitor) -> None:
    """TV-2k's draws: over 36 months A and C share the cheapest place, B hardly ever has it."""
    page = options(visitor)
    assert page._shown is not None
    row = next(line for line in page._grid.as_markdown().splitlines() if "Cheapest in draws" in line)
    told = [f"{(option.cheapest_probability or 0) * 100:.0f} %" for option in page._shown.options]
    assert told == ["48 %", "12 %", "40 %"] and all(chance in row for chance in told)


@pytest.mark.parametrize("volume", [LEAST_REQUESTS, MOST_REQUESTS])
def test_that_the_volume_can_be_dragged_to_either_end_of_its_slider(visitor: Visitor, volume: float) -> None:
    """The high end of the sample's range was 17 billion requests a day then, which no answer may be."""
    page = options(visitor)
    wide = {"requests_per_day": {"low": 10.0, "likely": 7_000.0, "high": 120_000.0}}
    dragged = at_volume({**visitor.scenario.answers, **wide}, volume)
    assert requirements_from(dragged).workload.requests_per_day.likely == volume
    page._volume.changed.emit(volume)
    page._volume.released.emit(volume)
    visitor.rest()
    assert requirements_from(visitor.scenario.answers).workload.requests_per_day.likely == volume
    assert not page._error.isVisible()


def test_that_every_flip_shown_makes_its_winner_lead_by_score_when_tried(visitor: Visitor) -> None:
    page = options(visitor)
    assert page._shown is not None
    found = page._shown
    for flip in found.flips:
        key, value = tried(flip, found)
        after = visitor.services.options.what_if(visitor.scenario, {key: value})
        scores = {option.id: option.score for option in after.options}
        assert scores[flip.winner] > scores[found.recommendation.option], flip.text


def test_that_a_weight_is_tried_as_points_that_give_its_share(visitor: Visitor) -> None:
    page = options(visitor)
    assert page._shown is not None
    key, points = tried(Flip("weight.quality", "", 0.2, 0.5, "B", ""), page._shown)
    others = sum(c.points for c in page._shown.criteria if c.id != "quality")
    assert key == "weight.quality"
    assert points / (points + others) == pytest.approx(0.501, abs=1e-4)


@pytest.mark.parametrize("page_id", ["requirements", "shortlist", "tradeoffs", "options"])
def test_that_a_page_says_nothing_before_it_knows_and_nothing_of_the_last_scenario(
    visitor: Visitor, page_id: str
) -> None:
    entry = next(entry for entry in PAGES if entry.id == page_id)
    fresh = visitor.window._make_page(entry)
    fresh.show_scenario(visitor.scenario)
    assert fresh.header.answer == ""
    assert not any(empty.isVisibleTo(fresh) for empty in fresh.findChildren(EmptyState))
    page, said = visitor.go(page_id), []
    visitor.wait(lambda: page.header.answer)
    single = Qt.ConnectionType.SingleShotConnection
    visitor.window.desk.opened.connect(lambda _scenario: said.append(page.header.answer), single)
    visitor.new()
    assert said == [""]
    visitor.wait(lambda: page.header.answer)
    visitor.rest()
    fresh.deleteLater()


def test_that_proposals_are_shown_at_once_and_kept_by_the_button(visitor: Visitor) -> None:
    visitor.new()
    page = options(visitor)
    assert visitor.scenario.options == ()
    assert page._shown is not None and len(page._shown.options) >= 2
    visitor.press("Keep these options")
    visitor.rest()
    assert [o.id for o in visitor.scenario.options] == [o.id for o in page._shown.options]
    visitor.undo()
    assert visitor.scenario.options == ()


def test_that_proposing_where_nothing_fits_says_so(visitor: Visitor) -> None:
    visitor.new()
    answers = {"monthly_cap_usd": 0.0, "third_party": "forbidden", "skill": "api", "setup_cap_usd": 0.0}
    page = options(visitor)
    visitor.store(replace(visitor.scenario, answers=answers))
    visitor.wait(lambda: page._shown is not None and not page._shown.options)
    visitor.press("Propose from the shortlist")
    visitor.rest()
    assert "Nothing on the shortlist can be made an option" in words_on(page)


def test_that_a_figure_entered_in_the_form_is_marked_as_yours(visitor: Visitor) -> None:
    page = options(visitor)
    visitor.window.house.selection.pick("option", "A")

    def enter(form: OptionForm) -> None:
        form._figures["monthly_usd"].set_value((2_000.0, 2_500.0, 3_500.0))
        save(form)

    in_form(visitor, enter, page._edit_selected)
    figure = next(o for o in visitor.scenario.options if o.id == "A").figures["monthly_usd"]
    assert (figure.likely, figure.origin) == (2_500.0, Origin.YOURS)
    assert "$2,500" in page._grid.as_markdown()
    visitor.undo()
    assert next(o for o in visitor.scenario.options if o.id == "A").figures["monthly_usd"].likely == 3_200.0


def test_that_the_form_refuses_a_range_the_wrong_way_round_and_shares_that_do_not_add_up(visitor: Visitor) -> None:
    page = options(visitor)
    visitor.window.house.selection.pick("option", "C")
    said: list[str] = []

    def misuse(form: OptionForm) -> None:
        shares = form._models.findChildren(QLineEdit)
        said.append(form._models.problem())
        low = form._figures["setup_usd"].findChildren(QLineEdit)[0]
        visitor.write(low, "999999")
        save(form)
        said.append(form._problem.text())
        visitor.write(low, "40000")
        share = next(field for field in shares if field.accessibleName().startswith("Share of model 1"))
        visitor.write(share, "50")
        save(form)
        said.append(form._problem.text())
        form.reject()

    before = visitor.scenario
    in_form(visitor, misuse, page._edit_selected)
    assert said[0] == ""
    assert said[1].startswith("Set-up cost: write numbers, the smallest first")
    assert said[2] == "The shares of the models add up to 70 %. Make them 100 %."
    assert visitor.scenario == before


def test_that_an_option_of_ones_own_takes_its_models_from_the_catalog(visitor: Visitor) -> None:
    page = options(visitor)

    def fill(form: OptionForm) -> None:
        visitor.write(form._name, "Gemini for all")
        form._models._add()
        row = form._models._rows[-1]
        offer = next(o for o in page._offers if o.model_name.startswith("Gemini"))
        visitor.write(row._model, offer.words)
        visitor.write(row._role, "every request")
        save(form)
        if form.isVisible():
            said.append(form._problem.text())
            form.reject()

    said: list[str] = []
    in_form(visitor, fill, page.write_one)
    assert said == []
    made = visitor.scenario.options[-1]
    assert (made.name, made.models[0].share, made.models[0].role) == ("Gemini for all", 1.0, "every request")
    assert page._shown is not None
    option = page._shown.option(made.id)
    assert option is not None and option.figures["monthly_usd"].origin is Origin.COMPUTED


def test_that_a_removed_option_comes_back_with_undo(visitor: Visitor) -> None:
    page = options(visitor)
    page._remove("B")
    visitor.rest()
    assert [o.id for o in visitor.scenario.options] == ["A", "C"]
    assert "$144,800" not in page._grid.as_markdown()
    visitor.undo()
    assert [o.id for o in visitor.scenario.options] == ["A", "B", "C"]
    visitor.wait(lambda: "$144,800" in page._grid.as_markdown())


def test_that_a_dozen_options_scroll_sideways_inside_the_page(visitor: Visitor) -> None:
    page = options(visitor)
    sample = visitor.scenario.options
    name = "Ein sehr langer Name مساعد المعرفة 🚀 " * 3
    many = tuple(replace(sample[i % 3], id=chr(65 + i), name=name[: 40 + 6 * i]) for i in range(12))
    visitor.window.shell.resize(1024, 700)
    visitor.store(replace(visitor.scenario, options=many))
    visitor.wait(lambda: len(page._grid._titles) == 12)
    QApplication.processEvents()
    grid = page._grid
    assert grid.horizontalScrollBar().maximum() > 0
    assert page.scroller.horizontalScrollBar().maximum() == 0
    visitor.wait(lambda: grid.viewport().height() >= grid.widget().height())  # no row is cut off
    grid.horizontalScrollBar().setValue(grid.horizontalScrollBar().maximum())
    assert all(label.x() == grid.horizontalScrollBar().value() for label in grid._labels)


def test_that_an_option_nobody_knows_the_cost_of_shows_dashes(visitor: Visitor) -> None:
    page = options(visitor)
    bare = replace(visitor.scenario.options[0], id="Z", models=(), figures={})
    visitor.store(replace(visitor.scenario, options=(*visitor.scenario.options, bare)))
    visitor.wait(lambda: "Z" in page._grid._heads)
    line = next(line for line in page._grid.as_markdown().splitlines() if line.startswith("| A month"))
    assert line.rstrip(" |").endswith("—")


def test_that_the_answer_follows_a_change_of_requirements_made_elsewhere(visitor: Visitor) -> None:
    page = options(visitor)
    visitor.store(replace(visitor.scenario, answers={**visitor.scenario.answers, "weeks_limit": 2}))
    visitor.wait(lambda: page._shown is not None and page._shown.recommendation.option == "")
    assert visitor.answer and isinstance(page.findChild(Words), Words)


@pytest.mark.parametrize(
    ("origin", "source", "words"),
    [
        (Origin.COMPUTED, "Computed from your workload", "Computed from your workload, as of 20 November 2026"),
        (Origin.ASSUMED, "Typical effort.", "assumed. Typical effort, as of 20 November 2026"),
        (Origin.YOURS, "", "yours, as of 20 November 2026"),
    ],
)
def test_that_the_source_of_a_figure_reads_as_a_sentence(origin: Origin, source: str, words: str) -> None:
    assert origin_words(Figure(Estimate.exact(1), origin, source, "2026-11-20")) == words


def test_that_all_weights_at_nothing_count_alike_and_the_card_says_so(visitor: Visitor) -> None:
    page = options(visitor)
    card = page._weights
    said = "With all of them at 0 nothing would count, so all count the same: 100 each."
    assert said not in words_on(page)
    for slider in card._sliders.values():
        slider.set_value(0)
    card.settled.emit(card._now())
    visitor.rest()
    assert {item.points for item in visitor.scenario.criteria} == {100}
    visitor.wait(lambda: said in words_on(page))
    card._sliders["quality"].set_value(40)
    card.moved.emit(card._now())
    assert said not in words_on(page)


def test_that_privacy_stands_among_the_figures_so_that_its_flips_can_be_seen(visitor: Visitor) -> None:
    page = options(visitor)
    line = next(line for line in page._grid.as_markdown().splitlines() if line.startswith("| Privacy, of 100"))
    privacy = [option.figures["privacy"].likely for option in page._shown.options] if page._shown else []
    assert [cell.strip() for cell in line.strip("|").split("|")[1:]] == [f"{value:.0f}" for value in privacy]


def test_that_weights_are_set_from_their_order_said_and_taken_back(visitor: Visitor) -> None:
    page = options(visitor)
    before = visitor.scenario.criteria
    page._weights.set_from.emit(ORDER)
    visitor.wait(lambda: page._tried.isVisibleTo(page))
    assert "From the order alone" in words_on(page)
    points = {item.id: item.points for item in visitor.scenario.criteria}
    assert points["privacy"] == 100 and points["setup_usd"] < 10
    visitor.press("Take it back")
    visitor.wait(lambda: visitor.scenario.criteria == before)


def test_that_a_scale_is_widened_where_a_figure_lies_beyond_it_and_the_note_goes(visitor: Visitor) -> None:
    page = options(visitor)
    page._weights.set_from.emit(WIDER)
    visitor.wait(lambda: "Every scale holds the figures of all options already." in words_on(page))
    scenario, before = visitor.scenario, visitor.scenario.criteria
    poor = Figure(Estimate.exact(32), Origin.YOURS, "test")
    drafts = (replace(scenario.options[0], figures={**scenario.options[0].figures, "quality": poor}),)
    visitor.store(replace(scenario, options=(*drafts, *scenario.options[1:])))
    note = "A: “Quality” lies beyond its scale"
    visitor.wait(lambda: page._shown is not None and any(said.startswith(note) for said in page._shown.notes))
    page._weights.set_from.emit(WIDER)
    visitor.wait(lambda: page._tried.isVisibleTo(page))
    assert "hold every option: Quality 30 to 100." in words_on(page)
    assert [item.points for item in visitor.scenario.criteria] == [item.points for item in before]
    assert page._shown is not None and not any(said.startswith(note) for said in page._shown.notes)


def test_that_weights_come_from_a_table_of_comparisons_and_a_bad_one_changes_nothing(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = options(visitor)
    before, ids = visitor.scenario.criteria, [item.id for item in visitor.scenario.criteria]
    file = tmp_path / "pairs.csv"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(file), ""))
    file.write_text("nothing of the kind", encoding="utf-8")
    page._weights.set_from.emit(COMPARISONS)
    visitor.wait(lambda: "not 6 by 6" in words_on(page))
    assert visitor.scenario.criteria == before
    rows = [f"{one},{','.join('1' for _ in ids)}" for one in ids]
    file.write_text("\n".join([f"x,{','.join(ids)}", *rows]), encoding="utf-8")
    page._weights.set_from.emit(COMPARISONS)
    visitor.wait(lambda: page._tried.isVisibleTo(page))
    assert {item.points for item in visitor.scenario.criteria} == {100}
    assert "agree with each other" in words_on(page)


def test_that_beside_the_volume_stands_which_costs_were_entered_and_do_not_follow_it(visitor: Visitor) -> None:
    page = options(visitor)
    assert "The monthly costs of A, B and C were entered" in words_on(page)
    assert "moves the break-even and the load on your servers" in words_on(page)
    drafts = tuple(
        replace(d, figures={k: v for k, v in d.figures.items() if k != "monthly_usd" or d.id == "B"})
        for d in visitor.scenario.options
    )
    visitor.store(replace(visitor.scenario, options=drafts))
    visitor.wait(lambda: "The monthly cost of B was entered" in words_on(page))
    assert "and moves the other options" in words_on(page)
    before = page._shown
    page._volume.changed.emit(70_000.0)
    visitor.wait(lambda: page._shown is not before)
    assert page._shown is not None and before is not None
    costs = [
        (o.figures["monthly_usd"].likely, n.figures["monthly_usd"].likely)
        for o, n in zip(before.options, page._shown.options, strict=True)
    ]
    assert costs[1][0] == costs[1][1] and costs[0][1] == pytest.approx(10 * costs[0][0])
    visitor.store(replace(visitor.scenario, options=()))
    visitor.wait(lambda: "entered, not computed" not in words_on(page))


class Patience(QObject):
    """Counts how often a window is laid out, and hides it when that has no end: nothing else would stop it."""

    MOST = 5_000

    def __init__(self, watched: QWidget) -> None:
        super().__init__()
        self._watched, self.count = watched, 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self.count += 1
            if self.count == self.MOST:
                self._watched.hide()
        return False


def test_that_the_page_comes_to_rest_in_a_small_window_after_another_size_of_text(visitor: Visitor) -> None:
    visitor.window.theme.set_text_percent(200)
    visitor.window.shell.resize(800, 600)
    visitor.go("options")
    patience = Patience(visitor.window.shell.page.scroller)
    QApplication.instance().installEventFilter(patience)  # type: ignore[union-attr]
    visitor.window.theme.set_text_percent(175)
    visitor.rest()
    QApplication.instance().removeEventFilter(patience)  # type: ignore[union-attr]
    visitor.window.shell.resize(1280, 800)
    assert 0 < patience.count < Patience.MOST
