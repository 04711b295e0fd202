"""The guard: what may leave this machine, decided in one place."""

from __future__ import annotations

import pytest
from workbench.domain.calls import DataClass, Outcome, Purpose
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.domain.questions import requirements_from
from workbench.net.grant import PrivateHostRefusal, origin_of
from workbench.net.guard import Guard, Policy, ScenarioData

from ledgers import MemoryLedger

OUT = "https://api.example.com/v1"
HERE = "http://127.0.0.1:8080/v1"


def guard(ledger: MemoryLedger | None = None, **policy: object) -> Guard:
    return Guard(policy=lambda: Policy(**policy), ledger=ledger or MemoryLedger())  # type: ignore[arg-type]


def scenario(third_party: str | None) -> ScenarioData:
    answers = {} if third_party is None else {"third_party": third_party}
    return ScenarioData("s1", "Support chat", requirements_from(answers))


@pytest.mark.parametrize("third_party", [None, "forbidden"])
def test_that_a_scenario_whose_data_must_stay_local_gets_no_grant(third_party: str | None) -> None:
    ledger = MemoryLedger()
    with pytest.raises(GuardRefusal) as refusal:
        guard(ledger).prompt(OUT, provider="example", whose=scenario(third_party), sensitive=False)
    assert "Nothing was sent to api.example.com" in refusal.value.what
    assert refusal.value.where == "scenario Support chat" and refusal.value.mend and refusal.value.exit_code == 3
    (row,) = ledger.calls
    assert (row.outcome, row.bytes_out, row.scenario_id) == (Outcome.REFUSED, 0, "s1")
    assert row.rule == ("nobody-said" if third_party is None else "local-only")


@pytest.mark.parametrize("third_party", [None, "forbidden", "sensitive-stays", "contract", "free"])
def test_that_this_machine_itself_is_always_allowed(third_party: str | None) -> None:
    grant = guard(offline=True).prompt(HERE, provider="own", whose=scenario(third_party), sensitive=True)
    assert grant.origins == {"http://127.0.0.1:8080"}


@pytest.mark.parametrize(("marked", "may"), [(True, False), (None, False), (False, True)])
def test_that_a_mixed_scenario_sends_only_what_is_marked_as_not_sensitive(marked: bool | None, may: bool) -> None:
    def ask() -> DataClass:
        return guard().prompt(OUT, provider="x", whose=scenario("sensitive-stays"), sensitive=marked).data

    if may:
        assert ask() is DataClass.SCENARIO
    else:
        with pytest.raises(GuardRefusal, match="Nothing was sent"):
            ask()


@pytest.mark.parametrize("third_party", ["contract", "free"])
def test_that_data_others_may_process_goes_out_with_its_class_in_the_grant(third_party: str) -> None:
    grant = guard().prompt(OUT, provider="x", whose=scenario(third_party), sensitive=True)
    assert (grant.data, grant.purpose, grant.scenario_id) == (DataClass.SCENARIO_SENSITIVE, Purpose.ANSWER, "s1")


def test_that_the_own_network_is_another_machine_for_data_that_must_stay_local() -> None:
    allowed = guard(private_hosts=frozenset({"192.168.1.7"}))
    with pytest.raises(GuardRefusal, match="must stay on this machine"):
        allowed.prompt("http://192.168.1.7:8000", provider="own", whose=scenario("forbidden"))


def test_that_the_own_network_is_asked_about_once() -> None:
    ledger = MemoryLedger()
    with pytest.raises(PrivateHostRefusal) as refusal:
        guard(ledger).facts("http://10.1.2.3:8000/v1", purpose=Purpose.MODEL_LIST)
    assert refusal.value.host == "10.1.2.3" and ledger.calls[0].rule == "private-host"
    assert guard(private_hosts=frozenset({"10.1.2.3"})).facts("http://10.1.2.3:8000", purpose=Purpose.MODEL_LIST)


def test_that_offline_means_no_other_machine() -> None:
    ledger = MemoryLedger()
    with pytest.raises(GuardRefusal, match="Offline switch"):
        guard(ledger, offline=True).facts(OUT, purpose=Purpose.PRICES)
    assert ledger.calls[0].rule == "offline"


def test_that_http_without_encryption_is_refused_outside_this_machine() -> None:
    with pytest.raises(GuardRefusal, match="begins with http"):
        guard().facts("http://api.example.com", purpose=Purpose.MODEL_LIST)


@pytest.mark.parametrize("bad", ["", "api.example.com", "ftp://x", "https://u:p@x.com", "https://", "http://x:99999"])
def test_that_an_address_that_is_none_gets_a_sentence_without_its_password(bad: str) -> None:
    with pytest.raises(WorkbenchError, match="no address of a server") as error:
        origin_of(bad)
    assert "u:p" not in str(error.value)


def test_that_an_origin_leaves_out_path_case_and_the_usual_port() -> None:
    assert origin_of("HTTPS://Api.Example.com:443/v1?x=1") == "https://api.example.com"
    assert origin_of("http://[::1]:8080/") == "http://[::1]:8080"
