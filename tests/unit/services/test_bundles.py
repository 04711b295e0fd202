"""A scenario leaves as a bundle, comes in elsewhere without overwriting anything, and computes to the same figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from workbench.app import Services, build
from workbench.cli.main import run
from workbench.domain.errors import WorkbenchError
from workbench.domain.scenario import AnswerValue
from workbench.domain.secret import Secret
from workbench.keychain import KeyStore
from workbench.reports.bundle import seals
from workbench.reports.bundle.archive import read_archive
from workbench.services.bundle_figures import changes, figures_of
from workbench.services.bundle_making import slice_of
from workbench.services.bundle_merging import COLLEAGUE, Standing
from workbench.services.bundle_words import facts, sentence, verified_sentence
from workbench.services.bundles import Opened

from bundles import (
    AT,
    COMPARISON_ID,
    RUN_ID,
    SCENARIO_ID,
    SECRET_TEXT,
    quickly_locked,
    relisted,
    small_bundle,
    small_content,
    small_members,
    without_evidence,
    write_bundle,
)

TODAY = date(2026, 11, 20)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Services]:
    made = build(tmp_path / "here", today=lambda: TODAY)
    yield made
    made.close()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Services]:
    made = build(tmp_path / "there", today=lambda: TODAY)
    yield made
    made.close()


@pytest.fixture
def small(here: Services, tmp_path: Path) -> Opened:
    file = tmp_path / "small.mswb"
    file.write_bytes(small_bundle())
    return here.bundles.open(file)


def everything(services: Services, scenario_id: str) -> tuple[object, ...]:
    store = services.store
    runs = store.eval_runs.runs(scenario_id)
    return (
        runs,
        tuple(result for run in runs for result in store.eval_runs.results(run.id)),
        tuple(mark for run in runs for mark in store.eval_runs.marks(run.id)),
        store.comparisons.of(scenario_id),
        store.votes.of(scenario_id),
        store.decision_versions.of(scenario_id),
    )


def test_that_the_sample_computes_to_the_same_figures_on_another_machine(
    here: Services, there: Services, tmp_path: Path
) -> None:
    file = tmp_path / "sample.mswb"
    done = here.bundles.export(here.scenarios.load("knowledge-assistant"), file)
    assert set(done.content.reports) == {"html", "md"} and done.content.data is not None
    opened = there.bundles.open(file)
    found = there.bundles.verify(opened)
    assert found.ok and found.recomputed and found.differences == () and found.figures > 10_000
    came = there.bundles.bring_in(opened)
    assert came.merge.standing is Standing.NEW
    sent = here.scenarios.load("knowledge-assistant")
    assert replace(came.scenario, version=sent.version, sample=True) == sent
    assert everything(there, came.scenario.id) == everything(here, sent.id)


def test_that_what_is_kept_of_the_catalog_gives_the_figures_of_the_whole(here: Services) -> None:
    sample = here.scenarios.load("knowledge-assistant")
    whole = here.catalog.catalog()
    content = without_evidence(small_content(), sample)
    cut = slice_of(whole, sample, (), ())
    assert len(cut.models) < len(whole.models)
    figures = [figures_of(replace(content, catalog=catalog)) for catalog in (whole, cut)]
    assert list(changes(*figures)) == []


def test_that_a_changed_figure_is_listed_with_then_and_now(here: Services, tmp_path: Path) -> None:
    figures = json.loads(small_members()["figures.json"])
    figures["shortlist"]["kept"] += 1
    figures["evals"][0]["models"][0]["mean"] = 0.9
    figures["options"]["recommended"] = "Z"
    members = relisted({**small_members(), "figures.json": json.dumps(figures).encode()})
    found = here.bundles.verify(here.bundles.open(write_bundle(tmp_path / "x.mswb", members)))
    assert not found.ok and found.recomputed
    now = small_content().figures
    assert {(each.path, each.then, each.now) for each in found.differences} == {
        ("shortlist.kept", str(figures["shortlist"]["kept"]), str(now["shortlist"]["kept"])),
        (f"evals.{RUN_ID}.models.0.mean", "0.9", str(now["evals"][0]["models"][0]["mean"])),
        ("options.recommended", "Z", now["options"]["recommended"]),
    }


def test_that_a_changed_score_changes_the_figures_that_follow_from_it(here: Services, tmp_path: Path) -> None:
    lines = small_members()["results.jsonl"].decode().split("\n")
    row = json.loads(lines[1])
    place = json.loads(lines[0]).index("score")
    row[place] = 1.0 - row[place]
    lines[1] = json.dumps(row)
    members = relisted({**small_members(), "results.jsonl": "\n".join(lines).encode()})
    found = here.bundles.verify(here.bundles.open(write_bundle(tmp_path / "x.mswb", members)))
    assert f"evals.{RUN_ID}.models.0.mean" in {each.path for each in found.differences}


def test_that_figures_which_only_a_later_version_computes_are_no_difference_and_lost_ones_are(
    here: Services, small: Opened
) -> None:
    older = {name: part for name, part in small.content.figures.items() if name != "insights"}
    assert here.bundles.verify(replace(small, content=replace(small.content, figures=older))).ok
    more = {**small.content.figures, "once_computed": 3}
    found = here.bundles.verify(replace(small, content=replace(small.content, figures=more)))
    assert [(each.path, each.then, each.now) for each in found.differences] == [("once_computed", "3", "")]
    texts = {"notes": ["a", "b"], "kept": ["x"]}
    assert [(c.path, c.then, c.now) for c in changes(texts, {"notes": ["new", "b"], "kept": ["x", "y"]})] == [
        ("notes", "a", "new"),
        ("kept", "", "y"),
    ]
    none = here.bundles.verify(replace(small, content=replace(small.content, figures={})))
    assert not none.ok and "no figures" in none.why


def test_that_a_record_changed_after_somebody_signed_it_is_called_that(here: Services, small: Opened) -> None:
    here.bundles.bring_in(small)
    signed = here.decisions.sign(here.scenarios.load(SCENARIO_ID), "Ada")
    assert signed.decision is not None
    here.scenarios.save(replace(signed, decision=replace(signed.decision, dissent="Bob would rather wait.")))
    opened = here.bundles.open(here.bundles.export(here.scenarios.load(SCENARIO_ID), here.paths.home / "x.mswb").file)
    found = here.bundles.verify(opened)
    assert not found.ok and [each.path for each in found.differences] == ["decision.signed.Ada"]
    assert verified_sentence(found).endswith("but the record was changed after Ada signed it.")


def test_that_an_answer_whose_score_it_does_not_get_is_listed(here: Services, small: Opened) -> None:
    results = list(small.content.results)
    results[0] = replace(results[0], answer="nine million, perhaps", score=0.0)
    spoilt = replace(small.content, results=tuple(results))
    spoilt = replace(spoilt, figures=figures_of(spoilt))
    found = here.bundles.verify(replace(small, content=spoilt))
    assert [(each.path, each.then, each.now) for each in found.differences] == [
        (f"results.{RUN_ID}.case-0.local/demo-nano.contains", "0.0", "1.0")
    ]


def test_that_the_cases_of_the_evals_come_along_and_are_kept_once(here: Services, small: Opened) -> None:
    here.bundles.bring_in(small)
    kept = here.eval_data.stored_data(here.eval_results.runs(SCENARIO_ID)[0])
    assert kept is not None and kept.cases == small.content.data_sets[0].cases
    here.bundles.bring_in(small)
    assert [(each.name, each.number) for each in here.eval_data.data_sets()] == [("desk.csv", 1)]


def test_that_the_same_bundle_again_changes_nothing(here: Services, small: Opened) -> None:
    here.bundles.bring_in(small)
    before = (here.scenarios.list(), everything(here, SCENARIO_ID))
    again = here.bundles.bring_in(small)
    assert again.merge.standing is Standing.SAME and again.merge.arrival.is_empty
    assert (here.scenarios.list(), everything(here, SCENARIO_ID)) == before


def test_that_other_content_of_the_same_id_is_kept_beside_ours_once(here: Services, small: Opened) -> None:
    here.bundles.bring_in(small)
    ours = here.scenarios.answer(SCENARIO_ID, "weeks_limit", 9)
    mine = everything(here, SCENARIO_ID)
    first = here.bundles.bring_in(small)
    assert first.merge.standing is Standing.BESIDE
    assert first.scenario.name == "Strike desk (imported)" and first.scenario.id != SCENARIO_ID
    assert here.scenarios.load(SCENARIO_ID) == ours and everything(here, SCENARIO_ID) == mine
    theirs = everything(here, first.scenario.id)
    assert [len(part) for part in theirs] == [len(part) for part in mine]  # type: ignore[arg-type]
    assert here.bundles.bring_in(small).merge.arrival.is_empty
    assert len(here.scenarios.list()) == 2
    assert here.eval_results.evidence(first.scenario.id) is not None


def test_that_the_preview_says_which_is_newer_and_that_only_the_cases_are_new(here: Services, small: Opened) -> None:
    cases = small.content.data_sets
    here.bundles.bring_in(replace(small, content=replace(small.content, data_sets=())))
    preview = here.bundles.preview(small)
    assert sentence(preview.merge, "Strike desk", done=False) == "“Strike desk” is here already, with 1 set of cases."
    assert len(preview.merge.arrival.data_sets) == len(cases) == 1
    renamed = replace(small.content.scenario, name="Other", updated_at=AT + timedelta(hours=2))
    later = here.bundles.preview(replace(small, content=without_evidence(small.content, renamed)))
    told = "\n".join(facts(later))
    assert (
        "the bundle's is newer, changed here on 19 November 2026 at 10:42 UTC, there on 19 November 2026 at 12:42"
        in told
    )


def test_that_a_scenario_in_the_bin_is_taken_out_and_one_thrown_away_for_good_comes_anew(
    here: Services, small: Opened
) -> None:
    here.bundles.bring_in(small)
    here.scenarios.delete(SCENARIO_ID)
    assert here.bundles.bring_in(small).merge.standing is Standing.IN_BIN
    assert here.scenarios.load(SCENARIO_ID).deleted_at is None
    here.scenarios.purge(SCENARIO_ID)
    assert here.bundles.bring_in(small).merge.standing is Standing.NEW


def test_that_missing_results_are_added_and_ours_stay_where_both_have_one(here: Services, small: Opened) -> None:
    here.bundles.bring_in(small)
    ours = replace(here.eval_results.results(RUN_ID)[0], answer="ours", score=0.5)
    here.store.eval_runs.delete(RUN_ID)
    run = small.content.runs[0]
    here.store.eval_runs.save_run(run)
    here.store.eval_runs.append([ours])
    came = here.bundles.bring_in(small)
    assert (came.merge.results.new, came.merge.results.differ) == (len(small.content.results) - 1, 1)
    assert here.eval_results.results(RUN_ID)[0] == ours
    assert len(here.eval_results.results(RUN_ID)) == len(small.content.results)


def test_that_a_senders_vote_is_not_taken_for_ones_own(here: Services, small: Opened) -> None:
    here.bundles.bring_in(small)
    assert [vote.rater for vote in here.store.votes.of(SCENARIO_ID)] == [COLLEAGUE]


def test_that_ones_own_bundle_coming_home_changes_no_vote(here: Services, small: Opened, tmp_path: Path) -> None:
    here.bundles.bring_in(small)
    here.store.comparisons.delete(COMPARISON_ID)
    here.store.comparisons.save(small.content.comparisons[0])
    here.store.votes.add(small.content.votes[0])
    before = here.store.votes.of(SCENARIO_ID)
    file = here.bundles.export(here.scenarios.load(SCENARIO_ID), tmp_path / "own.mswb", reports=()).file
    here.bundles.bring_in(here.bundles.open(file))
    assert here.store.votes.of(SCENARIO_ID) == before and before[0].rater == "me"


@pytest.mark.parametrize(
    ("ours", "theirs", "kept"),
    [
        ({"third_party": "forbidden"}, {"third_party": "free"}, {"third_party": "forbidden"}),
        ({}, {"third_party": "free"}, {}),
        ({"third_party": "free", "sensitivity": "health"}, {"third_party": "free", "sensitivity": "public"},
         {"third_party": "free", "sensitivity": "health"}),
        ({"third_party": "sensitive-stays", "sensitive_share": 0.6}, {"third_party": "sensitive-stays"},
         {"third_party": "sensitive-stays", "sensitive_share": 0.6}),
        ({"third_party": "free"}, {"third_party": "forbidden"}, {"third_party": "forbidden"}),
    ],
)  # fmt: skip
def test_that_a_bundle_can_raise_how_data_is_protected_and_never_lower_it(
    here: Services,
    small: Opened,
    ours: dict[str, AnswerValue],
    theirs: dict[str, AnswerValue],
    kept: dict[str, AnswerValue],
) -> None:
    scenario = here.scenarios.new("Ours")
    scenario = here.scenarios.answer_all(scenario.id, {**ours})
    sent = replace(scenario, name="Theirs", answers={**theirs, "weeks_limit": 7})
    content = without_evidence(small.content, sent)
    came = here.bundles.bring_in(replace(small, content=content)).scenario
    assert {key: value for key, value in came.answers.items() if key != "weeks_limit"} == kept
    assert here.scenarios.load(scenario.id).answers == ours


def test_that_a_redacted_bundle_holds_no_text_of_cases_and_the_same_figures(
    here: Services, small: Opened, tmp_path: Path
) -> None:
    asked = replace(small.content.runs[0].settings, prompts=(("brief", f"In short: {SECRET_TEXT} {{{{ input }}}}"),))
    runs = (replace(small.content.runs[0], settings=asked),)
    here.bundles.bring_in(replace(small, content=replace(small.content, runs=runs)))
    file = tmp_path / "hidden.mswb"
    done = here.bundles.export(here.scenarios.load(SCENARIO_ID), file, redact=True)
    members = read_archive(file.read_bytes(), "x")
    assert all(SECRET_TEXT.encode() not in part and b"from the passage" not in part for part in members.values())
    assert done.content.data is None and set(done.content.reports) == {"html", "md"}
    opened = here.bundles.open(file)
    assert here.bundles.verify(opened).ok
    assert all("sha256" in result.answer for result in opened.content.results)
    assert [result.score for result in opened.content.results] == [r.score for r in here.eval_results.results(RUN_ID)]


def test_that_the_eval_data_lies_in_the_data_folder_afterwards_under_a_harmless_name(
    here: Services, tmp_path: Path
) -> None:
    scenario = json.loads(small_members()["scenario.json"])
    scenario["eval_dataset"] = "resources/../../../../etc/passwd"
    members = relisted(
        {**small_members(), "scenario.json": json.dumps(scenario).encode()},
        lambda manifest: manifest.update(data_name="../../.bashrc\0.csv"),
    )
    came = here.bundles.bring_in(here.bundles.open(write_bundle(tmp_path / "x.mswb", members)))
    path = Path(came.scenario.eval_dataset)
    assert path.read_bytes() == b"input,expected\n"
    assert path.is_relative_to(here.paths.home / "eval_data") and path.suffix == ".csv"


def test_that_an_empty_scenario_travels(here: Services, there: Services, tmp_path: Path) -> None:
    empty = here.scenarios.new("😀 \u202eabc")
    opened = there.bundles.open(here.bundles.export(empty, tmp_path / "x.mswb", reports=()).file)
    assert there.bundles.verify(opened).ok
    assert there.bundles.bring_in(opened).scenario.name == empty.name


def test_that_a_changed_signed_bundle_is_not_taken_in(here: Services, tmp_path: Path) -> None:
    key = seals.new_key()
    members = small_members()
    signature = json.dumps(seals.signed(members["manifest.json"], key)).encode()
    good = here.bundles.open(write_bundle(tmp_path / "x.mswb", {**members, "signature.json": signature}))
    assert good.signature is not None and good.signature.holds
    assert good.signature.fingerprint == seals.fingerprint_of(key)
    changed = relisted({**members, "reports/report.md": b"# Other\n"})
    bad = here.bundles.open(write_bundle(tmp_path / "x.mswb", {**changed, "signature.json": signature}))
    assert bad.signature is not None and not bad.signature.holds
    assert not here.bundles.verify(bad).ok
    with pytest.raises(WorkbenchError, match="changed after it was signed"):
        here.bundles.bring_in(bad)
    assert here.scenarios.list() == ()


def test_that_signing_without_a_keychain_is_refused_and_writes_nothing(here: Services, tmp_path: Path) -> None:
    scenario = here.scenarios.new("Unsigned")
    with pytest.raises(WorkbenchError, match="no keychain"):
        here.bundles.export(scenario, tmp_path / "x.mswb", sign=True)
    assert not (tmp_path / "x.mswb").exists()


class Ring:
    """A keychain that keeps keys, as far as signing asks it."""

    def __init__(self) -> None:
        self.kept: dict[str, Secret] = {}

    def get(self, name: str) -> Secret | None:
        return self.kept.get(name)

    def set(self, name: str, key: Secret) -> None:
        self.kept[name] = key

    def redact(self, text: str) -> str:
        return text


def test_that_a_signature_is_made_with_one_key_that_only_the_keychain_holds(
    here: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Ring()
    here.made["keychain"] = ring
    monkeypatch.setattr("workbench.keychain.store", lambda: KeyStore("a ring", True))
    scenario = here.scenarios.new("Signed")
    assert here.bundles.fingerprint() == ""
    done = [here.bundles.export(scenario, tmp_path / f"{n}.mswb", reports=(), sign=True) for n in range(2)]
    assert done[0].fingerprint == done[1].fingerprint == here.bundles.fingerprint()
    opened = here.bundles.open(done[0].file)
    assert opened.signature is not None and opened.signature.holds
    assert opened.signature.fingerprint == done[0].fingerprint
    key = next(iter(ring.kept.values())).reveal()
    assert all(key.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_that_nothing_has_come_in_when_the_store_refuses_in_the_middle(
    here: Services, small: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(version: object) -> dict[str, object]:
        raise WorkbenchError("no")

    monkeypatch.setattr("workbench.store.arrivals.version_row", refuse)
    with pytest.raises(WorkbenchError, match="no"):
        here.bundles.bring_in(small)
    assert here.scenarios.list() == () and here.eval_results.runs() == ()


def test_that_no_place_of_this_machine_is_in_a_bundle(here: Services, small: Opened, tmp_path: Path) -> None:
    here.bundles.bring_in(small)
    content = here.bundles.export(here.scenarios.load(SCENARIO_ID), tmp_path / "x.mswb", reports=("md",)).content
    assert content.data is not None and content.scenario.eval_dataset == "desk.csv"
    for part in read_archive((tmp_path / "x.mswb").read_bytes(), "x").values():
        assert str(tmp_path).encode() not in part


def test_the_command_line_exports_shows_imports_and_verifies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str, code: int = 0) -> dict[str, object]:
        assert run(["--home", str(tmp_path / "home"), "bundle", *words, "--json"]) == code
        found: dict[str, object] = json.loads(capsys.readouterr().out)
        return found

    file = tmp_path / "x.mswb"
    file.write_bytes(small_bundle())
    assert said("show", str(file))["standing"] == "new"
    assert said("import", str(file))["scenario"] == SCENARIO_ID
    assert said("show", str(file))["standing"] == "same"
    assert said("verify", str(file))["differences"] == []
    out = tmp_path / "out.mswb"
    assert said("export", SCENARIO_ID, "-o", str(out), "--redact")["redacted"] is True
    assert run(["--home", str(tmp_path / "home"), "bundle", "export", SCENARIO_ID, "-o", str(out)]) == 1
    assert "There is a file already" in capsys.readouterr().err
    figures = json.loads(small_members()["figures.json"])
    figures["shortlist"]["kept"] += 1
    write_bundle(file, relisted({**small_members(), "figures.json": json.dumps(figures).encode()}))
    shape = said("verify", str(file), code=1)
    assert shape["ok"] is False and shape["recomputed"] is True
    assert [each["path"] for each in shape["differences"]] == ["shortlist.kept"]  # type: ignore[attr-defined]


def test_that_the_command_line_reads_a_passphrase_from_standard_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    file = tmp_path / "x.mswb"
    file.write_bytes(quickly_locked(small_bundle(), "quiet horse"))
    for given, code in (("quiet horse\n", 0), ("", 1)):
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        assert run(["--home", str(tmp_path / "home"), "bundle", "verify", str(file)]) == code
    assert "passphrase does not open" in capsys.readouterr().err
