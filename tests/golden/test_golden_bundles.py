"""Bundles that earlier versions wrote: each opens for ever. A new format adds a file here and never takes one away.

`format-1-plain.mswb` holds everything a bundle can hold, `format-1-locked.mswb` the same behind the passphrase
"golden", `format-1-signed.mswb` the same with a signature, `format-1-sample.mswb` the shipped sample, redacted.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from workbench.app import build
from workbench.domain.secret import Secret
from workbench.services.bundle_merging import Standing

FOLDER = Path(__file__).parent / "bundles"
FINGERPRINT = "b51b bba1 ef39 e0e6 8000 30f6 28fd 894e 7c6a 0445"
GOLDEN = sorted(file.name for file in FOLDER.glob("*.mswb"))


def test_that_no_golden_bundle_was_taken_away() -> None:
    assert {"format-1-plain.mswb", "format-1-locked.mswb", "format-1-signed.mswb", "format-1-sample.mswb"} <= set(
        GOLDEN
    )


@pytest.mark.parametrize("name", GOLDEN)
def test_that_a_bundle_of_an_earlier_version_comes_in_whole(name: str, tmp_path: Path) -> None:
    services = build(tmp_path)
    file = FOLDER / name
    passphrase = Secret("golden") if services.bundles.needs_passphrase(file) else None
    opened = services.bundles.open(file, passphrase)
    content = opened.content
    assert content.scenario.name == ("Knowledge assistant" if "sample" in name else "Strike desk")
    assert (opened.signature.fingerprint if opened.signature else "") == (FINGERPRINT if "signed" in name else "")
    assert services.bundles.verify(opened).recomputed
    came = services.bundles.bring_in(opened)
    assert came.merge.standing is Standing.NEW
    runs = services.eval_results.runs(content.scenario.id)
    assert runs == content.runs
    assert sum(len(services.eval_results.results(run.id)) for run in runs) == len(content.results)
    assert services.scenarios.versions(content.scenario.id) == content.versions
    assert len(services.scenarios.comparisons(content.scenario.id)) == len(content.comparisons)
    services.close()
