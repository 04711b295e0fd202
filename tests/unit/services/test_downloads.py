"""Getting a model from a hub on this machine: whole, in parts, paused, resumed, and with everything that goes wrong."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from workbench.cli.main import run as workbench
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.inference.local.hub import Repository
from workbench.net.door import Doorway
from workbench.net.grant import Bounds, NetworkFailure
from workbench.paths import data_dir
from workbench.services.download_plan import Fetching, Plan
from workbench.services.downloads import DownloadService
from workbench.services.library import LibraryService
from workbench.settings import Settings

from doorways import House
from gguf_files import write_model, write_parts
from hubs import Hub
from servers import Server

T = TypeVar("T")
QUICK = Bounds(total_s=None, idle_s=0.3, line_bytes=None, answer_bytes=None)


class Bench:
    """A hub, a library and a downloader over folders of one test."""

    def __init__(self, folder: Path, hub: Hub, server: Server) -> None:
        self.folder, self.hub, self.server = folder, hub, server
        self.house = House()
        self.settings = Settings(folder / "settings.json")
        self.library = LibraryService(demo_folder=data_dir("resources") / "demo_models", kept=self.settings)

    def run(self, work: Callable[[DownloadService], Awaitable[T]]) -> T:
        async def inside(doorway: Doorway) -> T:
            return await work(self.service(doorway))

        return self.house.run(inside)

    def service(self, doorway: Doorway | None = None) -> DownloadService:
        return DownloadService(
            doorway=lambda: doorway,  # type: ignore[arg-type, return-value]
            library=self.library,
            folder=self.folder / "models",
            notes=self.folder / "downloads",
            environment={"HF_ENDPOINT": self.server.url},
            bounds=QUICK,
            first_wait_s=0.01,
        )

    def get(self, wanted: str = "Q8_0", tell: Callable[[Fetching], None] | None = None) -> Path:
        async def work(downloads: DownloadService) -> Path:
            repository, _ = await downloads.look(self.hub.repository)
            return await downloads.fetch(downloads.plan(repository, repository.chosen(wanted)), tell)

        return self.run(work)

    def planned(self, wanted: str = "Q8_0") -> Plan:
        async def work(downloads: DownloadService) -> Plan:
            repository, _ = await downloads.look(self.hub.repository)
            return downloads.plan(repository, repository.chosen(wanted))

        return self.run(work)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    model = write_model(tmp_path / "made.gguf", layers=4, width=128, feed_forward=512).read_bytes()
    hub = Hub({"Small-Q8_0.gguf": model, "sub/Small-F16.gguf": model * 2, "mmproj-Small-F16.gguf": model})
    with Server(hub.handle) as server:
        yield Bench(tmp_path, hub, server)


def test_that_a_repository_is_shown_with_sizes_and_licence_before_anything_is_fetched(bench: Bench) -> None:
    plan = bench.planned()
    assert plan.repository.licence == "apache-2.0" and not plan.problem
    assert [(m.label, m.projector) for m in plan.repository.models] == [("Q8_0", False), ("F16", False), ("F16", True)]
    assert "apache-2.0" in plan.sentence and "of memory" in plan.sentence and plan.left_bytes == plan.model.bytes
    assert bench.hub.served == [] and not (bench.folder / "models").exists()


def test_that_a_model_is_fetched_checked_and_in_the_library(bench: Bench) -> None:
    told: list[Fetching] = []
    path = bench.get(tell=told.append)
    assert path == bench.folder / "models" / "someone" / "Small-GGUF" / "Small-Q8_0.gguf"
    assert path.read_bytes() == bench.hub.files["Small-Q8_0.gguf"]
    assert bench.library.resolve("Small-Q8_0") == path
    assert any(state.checking for state in told) and told[-1].done_bytes == told[-1].total_bytes
    assert [p.name for p in path.parent.iterdir()] == [path.name] and list((bench.folder / "downloads").iterdir()) == []
    before = len(bench.hub.served)
    assert bench.get() == path and len(bench.hub.served) == before, "what is here is not fetched again"


def test_that_all_parts_of_a_split_model_are_fetched_as_one(bench: Bench) -> None:
    parts = write_parts(bench.folder / "split")
    bench.hub.files = {f"Q4_0/{path.name}": path.read_bytes() for path in parts}
    path = bench.get("parted")
    assert path.name == "parted-00001-of-00003.gguf"
    assert bench.library.inspect(str(path)).parts == 3


def test_that_a_redirect_to_the_hubs_store_is_followed(bench: Bench) -> None:
    bench.hub.redirect = True
    assert bench.get().read_bytes() == bench.hub.files["Small-Q8_0.gguf"]


@pytest.mark.parametrize("fault", ["cut", "stall"])
def test_that_a_broken_or_stalled_download_goes_on_where_it_stopped(bench: Bench, fault: str) -> None:
    bench.hub.fault = fault
    notes: list[str] = []
    path = bench.get(tell=lambda state: notes.append(state.note))
    assert path.read_bytes() == bench.hub.files["Small-Q8_0.gguf"]
    starts = [start for _, start in bench.hub.served]
    assert len(starts) == 2 and starts[1] > 0
    assert any("trying again" in note for note in notes)


@pytest.mark.parametrize("fault", ["no ranges", "wrong range"])
def test_that_a_server_with_broken_ranges_makes_it_begin_anew(bench: Bench, fault: str) -> None:
    part = bench.folder / "models" / "someone" / "Small-GGUF" / "Small-Q8_0.gguf.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bench.hub.files["Small-Q8_0.gguf"][:100_000])
    bench.hub.fault = fault
    assert bench.get().read_bytes() == bench.hub.files["Small-Q8_0.gguf"]


def test_that_ranges_that_stay_broken_end_in_a_sentence(bench: Bench) -> None:
    bench.hub.fault, bench.hub.faults_left = "cut", 99
    bench.hub.files["Small-Q8_0.gguf"] = b"GGUF" + bytes(40)  # half of it never grows beyond 22 bytes
    with pytest.raises(NetworkFailure):
        bench.get()


def test_that_a_wrong_checksum_throws_the_file_away(bench: Bench) -> None:
    bench.hub.fault = "other bytes"
    with pytest.raises(WorkbenchError, match="not the one that was published"):
        bench.get()
    folder = bench.folder / "models" / "someone" / "Small-GGUF"
    assert list(folder.iterdir()) == []
    assert bench.get().is_file(), "the next try is right"


def test_that_an_error_of_the_server_is_a_sentence_and_what_came_is_kept(bench: Bench) -> None:
    part = bench.folder / "models" / "someone" / "Small-GGUF" / "Small-Q8_0.gguf.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bench.hub.files["Small-Q8_0.gguf"][:100_000])
    bench.hub.fault = "500"
    with pytest.raises(WorkbenchError, match="error 500"):
        bench.get()
    assert part.stat().st_size == 100_000


def test_that_a_paused_download_is_listed_and_goes_on(bench: Bench) -> None:
    bench.hub.fault = "stall"

    async def paused(downloads: DownloadService) -> None:
        repository, _ = await downloads.look(bench.hub.repository)
        plan = downloads.plan(repository, repository.chosen("Q8_0"))
        began = asyncio.Event()
        task = asyncio.create_task(downloads.fetch(plan, lambda state: began.set()))
        await began.wait()
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    bench.run(paused)

    async def resumed(downloads: DownloadService) -> Path:
        (item,) = downloads.unfinished()
        assert item.plan.here_bytes > 0 and item.plan.model.label == "Q8_0"
        return await downloads.fetch(item.plan)

    assert bench.run(resumed).read_bytes() == bench.hub.files["Small-Q8_0.gguf"]
    assert bench.service().unfinished() == ()


def test_that_a_discarded_download_leaves_nothing(bench: Bench) -> None:
    bench.hub.fault, bench.hub.faults_left = "500", 9
    with pytest.raises(WorkbenchError):
        bench.get()
    service = bench.service()
    (item,) = service.unfinished()
    service.discard(item)
    assert service.unfinished() == ()
    assert list((bench.folder / "models").rglob("*.part")) == []


def test_that_a_killed_download_goes_on_in_another_process(tmp_path: Path) -> None:
    content = write_model(tmp_path / "made.gguf", layers=8, width=512, feed_forward=2048, scale=0.02).read_bytes()
    hub = Hub({"Big-F16.gguf": content})
    hub.on_piece = lambda place: time.sleep(0.005)
    home = tmp_path / "home"
    with Server(hub.handle) as server:
        command = [sys.executable, "-m", "workbench", "--home", str(home), "library", "get", "someone/Small-GGUF:F16"]
        environment = {"HF_ENDPOINT": server.url, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
        process = subprocess.Popen([*command, "--yes"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        part = home / "models" / "someone" / "Small-GGUF" / "Big-F16.gguf.part"
        deadline = time.monotonic() + 60
        while not (part.exists() and part.stat().st_size > 2 << 20):
            assert time.monotonic() < deadline and process.poll() is None, process.communicate()
            time.sleep(0.02)
        process.kill()
        process.communicate()
        there = part.stat().st_size
        assert 0 < there < len(content)
        hub.on_piece = None
        done = subprocess.run(
            [*command, "--yes", "--json"], env=environment, capture_output=True, text=True, check=True
        )
    path = Path(json.loads(done.stdout)["file"])
    assert path.read_bytes() == content
    assert hub.served[-1] == ("Big-F16.gguf", there)


def test_that_a_disk_that_is_too_full_is_said_before_anything_is_fetched(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.services.downloads.SPARE_BYTES", 1 << 60)
    plan = bench.planned()
    assert "too full" in plan.problem
    with pytest.raises(WorkbenchError, match="too full"):
        bench.get()
    assert bench.hub.served == []


def test_that_a_gated_repository_says_what_to_do(bench: Bench) -> None:
    bench.hub.gated = "manual"
    assert "accept its terms first" in bench.planned().problem


@pytest.mark.parametrize(
    ("reference", "word"),
    [
        ("noslash", "no name of a repository"),
        ("a/b/c", "no name of a repository"),
        ("../etc", "no name of a repository"),
        ("a/..", "no name of a repository"),
        ("a/b@../x", "no name of a repository"),
        ("", "no name of a repository"),
        ("other/Missing-GGUF", "has nothing at that address"),
    ],
)
def test_that_a_name_that_leads_nowhere_is_a_sentence(bench: Bench, reference: str, word: str) -> None:
    with pytest.raises(WorkbenchError, match=word):
        bench.run(lambda downloads: downloads.look(reference))


@pytest.mark.parametrize(
    "text",
    [
        "someone/Small-GGUF:Small-Q8_0.gguf",
        "hf.co/someone/Small-GGUF:Q8_0",
        "https://huggingface.co/someone/Small-GGUF/blob/main/Small-Q8_0.gguf",
        "someone/Small-GGUF@main:q8_0",
    ],
)
def test_that_a_model_can_be_named_in_the_ways_people_copy_it(bench: Bench, text: str) -> None:
    repository, wanted = bench.run(lambda downloads: downloads.look(text))
    assert repository.chosen(wanted).files[0].path == "Small-Q8_0.gguf"


def test_that_a_choice_that_is_none_names_what_there_is(bench: Bench) -> None:
    repository: Repository = bench.planned().repository
    with pytest.raises(WorkbenchError) as caught:
        repository.chosen("Q2_K")
    assert "Q8_0, F16" in caught.value.mend


@pytest.mark.parametrize(
    "name",
    ["../up.gguf", "/root.gguf", "a\\b.gguf", "C:x.gguf", "con.gguf", "a/../b.gguf", "x" * 300 + ".gguf", "a\0.gguf"],
)
def test_that_a_file_name_that_would_leave_its_folder_is_not_offered(bench: Bench, name: str) -> None:
    bench.hub.files[name] = b"GGUF"
    assert all(file.path != name for model in bench.planned().repository.models for file in model.files)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"sha": "abc", "siblings": 7}', b'{"sha": 1}', b"<html>", b"[" * 9999]
)
def test_that_an_answer_that_is_no_hubs_is_a_sentence(bench: Bench, body: bytes) -> None:
    from workbench.inference.local.hub import Reference, parse_repository

    with pytest.raises(WorkbenchError):
        parse_repository("http://x", Reference("a/b"), body)


def test_that_nothing_is_asked_while_the_machine_is_offline(bench: Bench) -> None:
    bench.house = House(offline=True)

    def service(doorway: Doorway) -> DownloadService:
        return DownloadService(
            doorway=lambda: doorway, library=bench.library, folder=bench.folder, notes=bench.folder, environment={}
        )

    async def work(doorway: Doorway) -> None:
        await service(doorway).look("a/b")

    with pytest.raises(GuardRefusal, match="Offline"):
        bench.house.run(work)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"model": {"files": [{"path": "../x", "bytes": 1, "sha256": null}]}}']
)
def test_that_a_damaged_note_of_a_download_is_passed_over(bench: Bench, content: str) -> None:
    (bench.folder / "downloads").mkdir()
    (bench.folder / "downloads" / "x.json").write_text(content)
    assert bench.service().unfinished() == ()


def test_that_the_command_shows_first_and_fetches_only_when_told(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", bench.server.url)
    get = ["--home", str(tmp_path / "home"), "library", "get"]
    assert workbench([*get, "someone/Small-GGUF"]) == 0
    listed = capsys.readouterr().out
    assert "apache-2.0" in listed and "Q8_0" in listed and "F16" in listed
    assert workbench([*get, "someone/Small-GGUF:Q8_0"]) == 0
    said = capsys.readouterr().out
    assert "--yes" in said and bench.hub.served == []
    assert workbench([*get, "someone/Small-GGUF:Q8_0", "--yes", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert Path(answer["file"]).is_file() and answer["licence"] == "apache-2.0"
