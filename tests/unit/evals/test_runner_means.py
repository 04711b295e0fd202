"""What a run spares, bounds and stops: answers known already, repeats, retries, caps, pauses, early ends."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import replace

import pytest
from workbench.domain.chat import ChatEvent, ChatRequest, Done, Sampling, Waiting, ask
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, Design, EvalCase, EvalSettings, EvalStatus, PairVerdict
from workbench.evals.content import content_key
from workbench.evals.executor import Here
from workbench.evals.gauge import MOST_FAILURES
from workbench.evals.money import Cap, RunCapReached
from workbench.evals.results import summarise
from workbench.evals.runner import (
    ALONE,
    KEPT_BESIDE,
    RETRY_WAIT_S,
    CaseDone,
    Finished,
    Means,
    Progress,
    RunEvent,
    run_eval,
)
from workbench.evals.stopping import Stopping, in_random_order
from workbench.evals.time_left import TimeLeft
from workbench.net.grant import DataRefusal, OfflineRefusal

from chat_models import ScriptedModel
from eval_going import CASES, PLAIN_CASES, Kept, eval_run, finish, no_wait, right


def ended(events: list[RunEvent]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished)
    return last


# Content addresses


def test_that_what_shapes_an_answer_is_in_its_address_and_nothing_else() -> None:
    question = ask("How many?", system="Be exact", sampling=Sampling(seed=1))
    same = replace(question, fresh=True, sensitive=True, key="k")
    others = [
        ask("How many? ", system="Be exact", sampling=Sampling(seed=1)),
        ask("How many?", system="Be exact", sampling=Sampling(seed=2)),
        ask("How many?", sampling=Sampling(seed=1)),
        ask("How many?", system="Be exact", sampling=Sampling(seed=1, stop=("x",))),
        replace(question, json_schema="{}"),
    ]
    keys = {content_key("m", one) for one in [question, same, *others]}
    assert content_key("m", question) == content_key("m", same)
    assert len(keys | {content_key("n", question), content_key("m", question, 1)}) == 1 + len(others) + 2


def test_that_the_same_questions_are_not_asked_again_in_another_run_but_scored_anew() -> None:
    async def session() -> None:
        kept = Kept()
        await finish([ScriptedModel("a", right)], kept=kept, known=kept.known)
        before = len(kept.results)
        model = ScriptedModel("a", right)
        events, stored = await finish([model], kept=kept, known=kept.known, scorers=("contains",), run_id="run-2")
        assert model.asked == []
        assert ended(events) == Finished(6, 0, 0, cached=6)
        again = stored[before:]
        assert all(one.cached and one.scorer == "contains" and one.score == 1.0 for one in again)
        assert [one.total_s for one in again] == [one.total_s for one in stored[:before]]

    asyncio.run(session())


def test_that_another_file_of_the_same_name_is_asked_anew() -> None:
    async def session() -> None:
        kept = Kept()
        await finish([ScriptedModel("a", right)], kept=kept, known=kept.known, identities={"a": "file 1"})
        model = ScriptedModel("a", right)
        await finish([model], kept=kept, known=kept.known, identities={"a": "file 2"}, run_id="run-2")
        assert len(model.asked) == 6

    asyncio.run(session())


def test_that_rows_that_ask_the_same_share_one_answer_also_while_it_is_under_way() -> None:
    async def session() -> None:
        kept = Kept()
        cases = [EvalCase(f"c{number}", "the same", "the same") for number in range(8)]
        model = ScriptedModel("a", right, local=False, parallel=8)
        events, stored = await finish([model], cases=cases, kept=kept, known=kept.known)
        assert model.asked == ["the same"]
        assert [one.score for one in stored] == [1.0] * 8
        assert ended(events).cached == 7

    asyncio.run(session())


def test_that_rows_that_ask_the_same_are_asked_once_more_when_the_answer_they_wait_for_fails() -> None:
    async def session() -> None:
        kept = Kept()

        async def looked_up(keys: Collection[str]) -> dict[str, CaseResult]:
            await asyncio.sleep(0)  # a store takes its time, and others come meanwhile
            return await kept.known(keys)

        said = iter([WorkbenchError("The server fell over"), *["the same"] * 8])
        model = ScriptedModel("a", lambda _: next(said), local=False, parallel=8)
        cases = [EvalCase(f"c{number}", "the same", "the same") for number in range(8)]
        events, _ = await finish([model], cases=cases, kept=kept, known=looked_up)
        assert model.asked == ["the same"] * 2 and model.most_under_way == 1
        assert (ended(events).errors, ended(events).answered, ended(events).cached) == (1, 7, 6)

    asyncio.run(session())


def test_that_a_thousand_known_answers_take_few_writes() -> None:
    async def session() -> None:
        kept = Kept()
        cases = [EvalCase(f"c{number}", f"question {number}", "x") for number in range(1_000)]
        await finish([ScriptedModel("a", right, local=False, parallel=32)], cases=cases, kept=kept, known=kept.known)
        kept.writes = 0
        await finish([ScriptedModel("a", right)], cases=cases, kept=kept, known=kept.known, run_id="run-2")
        assert kept.writes == 4

    asyncio.run(session())


def test_that_an_answer_without_a_score_is_scored_and_not_asked_when_the_run_goes_on() -> None:
    async def session() -> None:
        kept = Kept()
        await finish([ScriptedModel("a", right)], kept=kept)
        done = [replace(one, outcome=CaseOutcome.UNSCORED, score=None, error="not yet") for one in kept.results]
        model = ScriptedModel("a", right)
        events, stored = await finish([model], kept=kept, known=kept.known, done=done)
        assert model.asked == []
        assert ended(events) == Finished(6, 0, 0)
        assert not any(one.cached for one in stored[6:])
        half = [one for one in stored[6:] if one.case_id != "case-0"]
        events, stored = await finish([model], scorers=("exact", "contains"), kept=kept, known=kept.known, done=half)
        scored = {(one.case_id, one.scorer) for one in stored[12:]}
        assert scored == {(case.id, name) for case in CASES for name in ("exact", "contains")} and model.asked == []

    asyncio.run(session())


def test_that_a_row_counts_with_those_it_hangs_together_with() -> None:
    alone = EvalCase("a", "question 1", "answer 1", source_document="HR-04")
    _, stored = asyncio.run(
        finish([ScriptedModel("m", right)], cases=[alone, replace(alone, id="b", cluster="a and b")])
    )
    assert [one.source_document for one in stored] == ["HR-04", "a and b"]


def test_that_what_was_answered_before_is_not_among_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    monkeypatch.setattr(TimeLeft, "begin", lambda _self, _lane, questions: begun.append(questions))
    monkeypatch.setattr(TimeLeft, "answered", lambda *_, **__: None)
    kept = Kept()
    asyncio.run(finish([ScriptedModel("a", right)], kept=kept))
    asyncio.run(finish([ScriptedModel("a", right)], done=kept.results[:4]))
    assert begun == [6, 2]


# Repeats


def test_that_each_repeat_is_a_question_of_its_own() -> None:
    async def session() -> None:
        kept = Kept()
        counter = itertools.count()
        model = ScriptedModel("a", lambda _: f"{next(counter)}")
        _, stored = await finish([model], settings=EvalSettings(repeats=3), kept=kept, known=kept.known)
        assert len(model.asked) == 18
        assert {one.question for one in stored} == {(case.id, "a", k) for case in CASES for k in range(3)}
        assert len({one.content_key for one in stored}) == 18

    asyncio.run(session())


# Retries and models that fail


def test_that_a_failed_answer_is_tried_again_as_often_as_was_chosen() -> None:
    failures = dict.fromkeys((case.input for case in CASES), 2)

    def script(question: str) -> str | WorkbenchError:
        failures[question] -= 1
        return WorkbenchError("It broke") if failures[question] >= 0 else right(question)

    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    events, _ = asyncio.run(finish([ScriptedModel("a", script)], settings=EvalSettings(retries=2), sleep=wait))
    assert ended(events) == Finished(6, 0, 0)
    assert waited == [RETRY_WAIT_S, 2 * RETRY_WAIT_S] * 6, "longer each time"
    failures = dict.fromkeys(failures, 2)
    events, _ = asyncio.run(finish([ScriptedModel("a", script)], settings=EvalSettings(retries=1)))
    assert ended(events) == Finished(0, 6, 0)


def test_that_the_time_of_an_answer_begins_anew_when_the_model_waits_for_a_reason() -> None:
    class Queued(ScriptedModel):
        async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
            for _ in range(3):
                await asyncio.sleep(0.08)
                yield Waiting("for its turn")
            async for event in super().chat(request):
                yield event

    said = asyncio.run(Here().ask(Queued("a", right), ask("question 1"), timeout_s=0.16))
    assert said.text == "answer 1" and isinstance(said.end, Done)


def test_that_a_model_that_only_fails_is_given_up_and_the_others_go_on() -> None:
    cases = [EvalCase(f"c{number}", f"question {number}", "x") for number in range(40)]
    broken = ScriptedModel("broken", lambda _: WorkbenchError("The file vanished", mend="Put it back."))
    events, stored = asyncio.run(finish([broken, ScriptedModel("a", right)], cases=cases))
    end = ended(events)
    assert len(broken.asked) == MOST_FAILURES
    assert (end.answered, end.errors, end.left, end.is_whole) == (40, MOST_FAILURES, 40 - MOST_FAILURES, False)
    ((name, why),) = end.stopped
    assert name == "broken"
    assert "The file vanished" in why.what and "resume" in why.mend
    assert all(one.score is None for one in stored if one.model_id == "broken")


def test_that_failures_that_are_not_in_a_row_give_no_model_up() -> None:
    cases = [EvalCase(f"c{number}", f"question {number}", "x") for number in range(40)]
    script = lambda q: right(q) if q.endswith("0") else WorkbenchError("It broke")  # noqa: E731
    events, _ = asyncio.run(finish([ScriptedModel("a", script)], cases=cases))
    assert (ended(events).errors, ended(events).left) == (36, 0)


def test_that_a_refusal_of_the_guard_withholds_the_row_and_any_other_refusal_stops_the_model() -> None:
    def script(question: str) -> str | WorkbenchError:
        return DataRefusal("It must stay here") if question.endswith("2") else right(question)

    cap = Cap(1.0)
    refused = ScriptedModel("a", script, local=False, usd_per_mtok_in=10.0, usd_per_mtok_out=10.0)
    events, _ = asyncio.run(finish([refused], cases=PLAIN_CASES, cap=cap))
    assert ended(events) == Finished(5, 0, 1)
    assert cap.spent_usd == pytest.approx(1e-5 * sum(5 + len(f"answer {n}") for n in (0, 1, 3, 4, 5))), "not for 2"
    refusing = ScriptedModel("a", lambda _: OfflineRefusal("Offline"), local=False)
    events, stored = asyncio.run(finish([refusing], cases=PLAIN_CASES))
    assert len(refusing.asked) == 1
    assert (ended(events).left, stored) == (6, [])
    assert isinstance(ended(events).stopped[0][1], OfflineRefusal)


def test_that_a_sensitive_row_does_not_reach_a_model_here_by_way_of_other_machines() -> None:
    class ByOthers(Here):
        stays_here = False

    model = ScriptedModel("a", right)
    events, stored = asyncio.run(finish([model], executor=ByOthers()))
    assert (ended(events).answered, ended(events).withheld) == (3, 3)
    assert not {one.case_id for one in stored if one.sensitive} & {f"case-{question[-1]}" for question in model.asked}


def test_that_an_answer_drawn_by_chance_comes_from_a_memory_of_its_own() -> None:
    cases = [EvalCase(f"c{number}", f"question {number}", "x") for number in range(20)]
    model = ScriptedModel("a", right, parallel=8)
    asyncio.run(finish([model], cases=cases, sampling=Sampling(max_tokens=20, temperature=0.7)))
    assert all(request.fresh for request in model.requests), "also those that are asked together"


def test_that_a_model_is_told_what_is_known_of_a_row() -> None:
    marked, unmarked = ScriptedModel("a", right), ScriptedModel("a", right)
    asyncio.run(finish([marked]))
    asyncio.run(finish([unmarked], cases=PLAIN_CASES))
    assert [request.sensitive for request in marked.requests] == [False, True] * 3
    assert [request.sensitive for request in unmarked.requests] == [None] * 6
    asyncio.run(finish([said := ScriptedModel("a", right)], cases=PLAIN_CASES, settings=EvalSettings(marked=True)))
    assert [request.sensitive for request in said.requests] == [False] * 6


def test_that_a_paid_question_has_a_key_of_its_run_so_that_it_is_never_paid_twice() -> None:
    model = ScriptedModel("a", right)
    asyncio.run(finish([model]))
    assert len({request.key for request in model.requests}) == 6
    assert all(request.key.startswith("run-1/") for request in model.requests)


# Money


def test_that_nothing_is_asked_that_could_pass_the_cap() -> None:
    # 20 tokens out at $1,000 a million are 2 cents, with what goes in 2.9 at most; each answer costs about 1.3.
    prices = {"usd_per_mtok_in": 1000.0, "usd_per_mtok_out": 1000.0}
    model = ScriptedModel("paid", right, local=False, parallel=4, **prices)
    events, stored = asyncio.run(finish([model], cases=PLAIN_CASES, settings=EvalSettings(cap_usd=0.07)))
    spent = sum(one.cost_usd or 0.0 for one in stored)
    assert 0 < spent <= 0.07
    end = ended(events)
    assert 0 < end.answered < 6 and end.left == 6 - end.answered
    assert isinstance(end.stopped[0][1], RunCapReached)
    assert end.stopped[0][1].exit_code == 3


def test_that_what_an_earlier_go_spent_counts_against_the_cap_and_models_here_cost_nothing() -> None:
    prices = {"usd_per_mtok_in": 1000.0, "usd_per_mtok_out": 1000.0}
    _, stored = asyncio.run(finish([ScriptedModel("paid", right, local=False, **prices)], cases=PLAIN_CASES[:3]))
    models = [ScriptedModel("paid", right, local=False, **prices), ScriptedModel("a", right)]
    spent = sum(one.cost_usd or 0.0 for one in stored)
    events, _ = asyncio.run(
        finish(models, cases=PLAIN_CASES, settings=EvalSettings(cap_usd=spent + 0.001), done=stored)
    )
    assert models[0].asked == []
    assert len(models[1].asked) == 6
    assert ended(events).left == 3


def test_that_an_answer_that_failed_may_have_cost_all_that_it_could_and_a_kept_one_cost_nothing() -> None:
    prices = {"usd_per_mtok_in": 1000.0, "usd_per_mtok_out": 1000.0}
    broken = ScriptedModel("paid", lambda _: WorkbenchError("It broke"), local=False, **prices)
    capped = EvalSettings(cap_usd=0.1, retries=0)
    asyncio.run(finish([broken], cases=PLAIN_CASES, settings=capped))
    assert len(broken.asked) == 2, "each could have cost 4.2 cents"
    _, stored = asyncio.run(finish([ScriptedModel("paid", right, local=False, **prices)], cases=PLAIN_CASES))
    assert Cap(1.0, stored).spent_usd > 0 == Cap(1.0, [replace(one, cached=True) for one in stored]).spent_usd


def test_that_a_cap_cannot_be_kept_without_a_price() -> None:
    model = ScriptedModel("a", right, local=False, usd_per_mtok_in=None, usd_per_mtok_out=None)
    events, _ = asyncio.run(finish([model], cases=PLAIN_CASES, settings=EvalSettings(cap_usd=1)))
    assert model.asked == []
    assert "not known" in ended(events).stopped[0][1].what


# Together and alone


def test_that_a_local_model_is_first_asked_alone_and_then_as_many_at_once_as_it_takes() -> None:
    cases = [EvalCase(f"c{number}", f"question {number}", "x") for number in range(40)]
    model = ScriptedModel("a", right, parallel=8)
    _, stored = asyncio.run(finish([model], cases=cases, settings=EvalSettings(together=True)))
    assert [one.at_once for one in stored[:ALONE]] == [1] * ALONE
    assert all(one.at_once > 1 for one in stored[ALONE:-1])
    assert model.most_under_way == 8
    assert [request.fresh for request in model.requests[:ALONE]] == [True] * ALONE
    assert not any(request.fresh for request in model.requests[ALONE:])
    assert {request.beside for request in model.requests} == {8}, "a model may prepare for them from the first one on"
    model = ScriptedModel("a", right, parallel=8)
    asyncio.run(finish([model], cases=cases, settings=EvalSettings(together=False)))
    assert model.most_under_way == 1


def test_that_models_elsewhere_are_asked_beside_those_here() -> None:
    here, away = ScriptedModel("here", right), ScriptedModel("away", right, local=False)
    events, _ = asyncio.run(finish([here, away], cases=PLAIN_CASES))
    order = [event.results[0].model_id for event in events if isinstance(event, CaseDone)]
    assert order != sorted(order) and order != sorted(order, reverse=True)


def test_that_a_server_of_this_machine_is_asked_alone_for_a_tenth_of_the_time_at_most() -> None:
    def alone(count: int) -> int:
        cases = [EvalCase(f"c{number}", f"question {number}", "x") for number in range(count)]
        model = ScriptedModel("mine/a", right, parallel=32, provider="Mine")
        _, stored = asyncio.run(finish([model], cases=cases))
        return [one.at_once for one in stored].index(next(one.at_once for one in stored if one.at_once > 1))

    assert (alone(60), alone(2_000)) == (3, 2_000 // 32 // 10)


# On the way to the disk


def test_that_the_next_question_is_asked_while_an_answer_is_on_its_way_to_the_disk() -> None:
    async def session() -> list[RunEvent]:
        kept, model = Kept(), ScriptedModel("a", right, local=False, parallel=KEPT_BESIDE)

        async def slow(results: Sequence[CaseResult]) -> None:
            while len(model.asked) <= KEPT_BESIDE:
                await asyncio.sleep(0)
            await kept.store(results)

        run = eval_run(PLAIN_CASES, [model])
        return [event async for event in run_eval(run, PLAIN_CASES, [model], Means(slow, sleep=no_wait))]

    events = asyncio.run(asyncio.wait_for(session(), 10))
    assert ended(events).answered == len(PLAIN_CASES)


def test_that_answers_do_not_pile_up_before_a_slow_disk() -> None:
    async def session() -> tuple[int, list[str]]:
        cases = [EvalCase(f"c{number}", f"question {number}", "x") for number in range(40)]
        model, gone = ScriptedModel("a", right, local=False, parallel=8), asyncio.Event()

        async def stuck(_results: Sequence[CaseResult]) -> None:
            await gone.wait()
            raise OSError("the disk is full")

        async def go() -> None:
            async for _ in run_eval(eval_run(cases, [model]), cases, [model], Means(stuck, sleep=no_wait)):
                pass

        task = asyncio.create_task(go())
        for _ in range(500):
            await asyncio.sleep(0)
        asked = len(model.asked)
        gone.set()
        with pytest.raises(OSError, match="full"):
            await task
        return asked, model.asked

    asked, at_the_end = asyncio.run(session())
    assert asked == 8 + 8 // KEPT_BESIDE == len(at_the_end)


# Pause, early end, time left


def test_that_a_pause_lets_the_answers_under_way_arrive_and_asks_no_more() -> None:
    async def session() -> None:
        kept, pause = Kept(), asyncio.Event()
        model = ScriptedModel("a", right, local=False, parallel=2)
        run = eval_run(PLAIN_CASES, [model])
        events = []
        async for event in run_eval(run, PLAIN_CASES, [model], Means(kept.store, pause=pause, sleep=no_wait)):
            events.append(event)
            if isinstance(event, CaseDone):
                pause.set()
        assert len(model.asked) == len(kept.results) <= 4
        assert ended(events).left == 6 - len(kept.results)
        assert not ended(events).is_whole

    asyncio.run(session())


SEQUENTIAL = EvalSettings(design=Design.SEQUENTIAL, seed=5, together=False)


def test_that_a_sequential_run_ends_when_one_model_is_shown_to_be_better() -> None:
    cases = [EvalCase(f"c{number}", f"question {number}", f"answer {number}") for number in range(300)]
    good, bad = ScriptedModel("good", right), ScriptedModel("bad", lambda _: "no")
    events, stored = asyncio.run(finish([good, bad], cases=cases, settings=SEQUENTIAL))
    end = ended(events)
    assert end.decided and end.is_whole and 0 < end.left < 600
    assert (len(good.asked), len(bad.asked)) == (10, 10), "every model gets the same ten cases, then it is looked at"
    assert good.asked != [case.input for case in cases[:10]], "in random order"
    run = replace(eval_run(cases, [good, bad]), settings=SEQUENTIAL)
    watch = Stopping(run, in_random_order(cases, SEQUENTIAL.seed))
    watch.saw(one for one in stored if one.question[0] != stored[0].case_id)
    assert not watch.decided, "cases count in their order, so nothing does before the first of them"
    watch.saw(one for one in stored if one.question[0] == stored[0].case_id)
    assert watch.decided == {("good", "bad")} and watch.may_stop


def test_that_a_sequential_run_of_equals_asks_everything() -> None:
    cases = [EvalCase(f"c{number}", f"question {number}", f"answer {number}") for number in range(60)]
    models = [ScriptedModel("a", right), ScriptedModel("b", right)]
    events, _ = asyncio.run(finish(models, cases=cases, settings=SEQUENTIAL))
    assert ended(events) == Finished(120, 0, 0)


def test_that_a_sequential_run_resumes_in_the_same_order_and_counts_what_it_saw() -> None:
    cases = [EvalCase(f"c{number}", f"question {number}", f"answer {number}") for number in range(300)]
    models = [ScriptedModel("good", right), ScriptedModel("bad", lambda _: "no")]
    _, stored = asyncio.run(finish(models, cases=cases, settings=SEQUENTIAL))
    half = [one for one in stored if one.case_id in {other.case_id for other in stored[:5]}]
    again = [ScriptedModel("good", right), ScriptedModel("bad", lambda _: "no")]
    events, _ = asyncio.run(finish(again, cases=cases, settings=SEQUENTIAL, done=half))
    assert ended(events).decided
    assert sorted(again[0].asked) == sorted(models[0].asked[5:])


def test_that_three_pairs_share_the_error_rate_and_half_a_case_decides_nothing() -> None:
    models = [ScriptedModel(name, right) for name in "abc"]
    cases = [EvalCase(str(number), "", "") for number in range(30)]
    run = replace(eval_run(cases, models), settings=replace(SEQUENTIAL, repeats=2))
    blank = asyncio.run(finish(models, cases=cases[:1]))[1][0]
    watch, seen = Stopping(run, cases), []
    for case in cases:
        for name in "abc":
            halves = (None, 1.0) if case.id == "0" and name == "a" else (1.0, 1.0) if name == "a" else (0.0, 0.0)
            watch.saw(replace(blank, case_id=case.id, model_id=name, score=half) for half in halves)
        seen.append(len(watch.decided))
    assert seen[:11] == [0] * 9 + [2, 2], (
        "one pair alone needs 7 wins in a row (26.8), three need 9 (95.0); one is lost"
    )
    assert not watch.may_stop, "b and c are alike"


@pytest.mark.parametrize("documents", [0, 12])
def test_that_a_run_that_stopped_since_every_pair_was_decided_is_read_as_decided(documents: int) -> None:
    chance = random.Random(12)
    models = [ScriptedModel(name, right) for name in "ab"]
    cases = [EvalCase(str(n), "", "", source_document=f"d{n % documents}" if documents else None) for n in range(120)]
    run = replace(eval_run(cases, models), settings=SEQUENTIAL)
    blank = asyncio.run(finish(models, cases=cases[:1]))[1][0]
    stopped = fell_back = 0
    for _ in range(60):
        watch, seen, ever = Stopping(run, cases), [], False
        for number, case in enumerate(cases, 1):
            scores = {"a": float(chance.random() < 0.7), "b": float(chance.random() < 0.4)}
            rows = [
                replace(blank, case_id=case.id, model_id=name, score=score, source_document=case.source_document)
                for name, score in scores.items()
            ]
            watch.saw(rows)
            seen += rows
            if number % 10 == 0 and watch.may_stop:
                stopped += 1
                (pair,) = summarise(replace(run, status=EvalStatus.FINISHED), seen).pairs
                assert pair.verdict is not PairVerdict.NOT_SHOWN, pair
                break
            fell_back += ever and not watch.may_stop
            ever = ever or watch.may_stop
    assert stopped > 40 and fell_back > 0, "evidence comes, and now and then it goes again"


def test_that_three_equal_models_are_called_different_in_at_most_one_run_of_twenty() -> None:
    chance = random.Random(11)
    models = [ScriptedModel(name, right) for name in "abc"]
    cases = [EvalCase(str(number), "", "") for number in range(120)]
    run = replace(eval_run(cases, models), settings=SEQUENTIAL)
    blank = asyncio.run(finish(models, cases=cases[:1]))[1][0]
    wrongly = 0
    for _ in range(200):
        watch, ever = Stopping(run, cases), False
        for case in cases:
            watch.saw(
                replace(blank, case_id=case.id, model_id=name, score=float(chance.random() < 0.7)) for name in "abc"
            )
            ever = ever or bool(watch.decided)
        wrongly += ever
    assert wrongly <= 16, "5 % of 200 are 10; 16 is two standard errors more"


def test_that_the_time_left_is_that_of_the_slowest_lane() -> None:
    now = 0.0
    left = TimeLeft(lambda: now)
    left.begin("here", 100)
    left.begin("away", 1_000)
    assert left.seconds() is None
    for _ in range(10):
        now += 1.0
        left.answered("here", asked=True)
        left.answered("away", asked=True)
    assert left.seconds() == pytest.approx(990)
    for _ in range(980):
        left.answered("away", asked=False)
    assert left.seconds() == pytest.approx(90), "what is known already takes no time"


def test_that_progress_says_how_long_it_still_takes() -> None:
    events, _ = asyncio.run(finish([ScriptedModel("a", right)]))
    told = [event.left_s for event in events if isinstance(event, Progress)]
    assert told[0] is None and told[-1] == 0.0
    assert any(told[3:-1])


def test_that_a_store_that_refuses_ends_the_run_with_its_error() -> None:
    async def full(_results: object) -> None:
        raise WorkbenchError("The disk is full")

    async def session() -> None:
        model = ScriptedModel("a", right, local=False, parallel=4)
        run = eval_run(PLAIN_CASES, [model])
        with pytest.raises(WorkbenchError, match="disk is full"):
            async for _ in run_eval(run, PLAIN_CASES, [model], Means(full)):
                pass
        assert model.under_way == 0

    asyncio.run(session())


def test_that_a_done_event_carries_what_the_provider_said_it_cost() -> None:
    class Dear(ScriptedModel):
        async def chat(self, request):  # type: ignore[no-untyped-def]
            async for event in super().chat(request):
                yield replace(event, cost_usd=0.5, note="estimated") if isinstance(event, Done) else event

    _, stored = asyncio.run(finish([Dear("a", right, local=False)], cases=PLAIN_CASES[:1]))
    assert (stored[0].cost_usd, stored[0].details) == (0.5, '{"note": "estimated"}')
