"""What a person can do about what leaves: switch, allowed hosts, proxy, ledger."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench.app import Services, build
from workbench.domain.calls import Call, Outcome, Purpose
from workbench.domain.errors import WorkbenchError
from workbench.domain.ids import new_id
from workbench.net.guard import Policy


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = build(tmp_path)
    yield services
    services.close()


def test_that_the_switches_are_remembered(services: Services, tmp_path: Path) -> None:
    privacy = services.privacy
    privacy.set_offline(True)
    for host in ("gpu-box", "http://10.0.0.5:8000/v1", "10.0.0.5:9000", "GPU-box "):
        privacy.allow_host(host)
    privacy.set_proxy("http://proxy.example:3128")
    services.close()
    kept = build(tmp_path)
    assert kept.privacy.policy() == Policy(True, frozenset({"gpu-box", "10.0.0.5"}), "http://proxy.example:3128")
    kept.privacy.forget_host("gpu-box")
    assert kept.privacy.policy().private_hosts == {"10.0.0.5"}
    kept.close()


@pytest.mark.parametrize("address", ["proxy", "socks5://x:1", "http://user:pass@proxy:3128"])
def test_that_a_proxy_that_is_none_is_refused(services: Services, address: str) -> None:
    with pytest.raises(WorkbenchError, match="no address of a proxy"):
        services.privacy.set_proxy(address)


def test_that_the_ledger_is_exported_without_formulas(services: Services, tmp_path: Path) -> None:
    at = "2026-11-21T12:00:00+00:00"
    services.calls.end(
        Call(new_id(), at, "api.example.com", Purpose.ANSWER, outcome=Outcome.REFUSED, why="=HYPERLINK(1)")
    )
    services.journal.close()
    assert services.privacy.export(tmp_path / "ledger.csv") == 1
    assert services.privacy.export(tmp_path / "ledger.json") == 1
    (row,) = csv.DictReader((tmp_path / "ledger.csv").open(encoding="utf-8"))
    assert (row["host"], row["outcome"], row["why"]) == ("api.example.com", "refused", "'=HYPERLINK(1)")
    assert json.loads((tmp_path / "ledger.json").read_text())[0]["why"] == "=HYPERLINK(1)"
    with pytest.raises(WorkbenchError, match=r"\.csv or \.json"):
        services.privacy.export(tmp_path / "ledger.txt")
