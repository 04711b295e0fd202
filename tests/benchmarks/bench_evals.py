"""Evals against the floor and against peers: asking, asking again, many cases, and local models.

    .venv/bin/python tests/benchmarks/bench_evals.py [--inspect PYTHON] [--lm-eval PYTHON] [--promptfoo PROGRAM]

Peers are installed in environments of their own and named by their Python or program; those that are not named are left
out. Everybody asks the same server in another process, and is measured from start to exit. Goals: 1,000 cases of 50 ms,
32 at once, a durable row each, in at most twice the floor and a third of the time of promptfoo and Inspect; the same
1,000 again in 0.3 s; 22,000 cases in 350 MB; 150 cases of the sample on the largest demo model in two thirds of the
time of a plain llama-cpp-python loop. Ends with code 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

CASES, AT_ONCE, DELAY_S = 1_000, 32, 0.05
FLOOR_S = CASES * DELAY_S / AT_ONCE
MANY, LOCAL_CASES, ANSWER_TOKENS = 22_000, 150, 96
ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "resources" / "demo_models" / "demo-medium.gguf"
SAMPLE = ROOT / "resources" / "evals" / "knowledge-assistant.csv"


def serve(ports: multiprocessing.Queue[int]) -> None:
    """OpenAI's chat protocol, streamed when asked to be: 50 ms, then "answer"."""
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
    about = {"id": "c", "created": 1, "model": "m"}
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "answer"}}
    whole = json.dumps({**about, "object": "chat.completion", "choices": [choice], "usage": usage})
    piece = {"index": 0, "delta": {"role": "assistant", "content": "answer"}, "finish_reason": "stop"}
    chunk = {**about, "object": "chat.completion.chunk", "choices": [piece], "usage": usage}
    streamed = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n"

    def reply(kind: str, body: str) -> bytes:
        head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
        return (head + body).encode()

    replies = {True: reply("text/event-stream", streamed), False: reply("application/json", whole)}

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.startswith(b"content-length")]
                body = await reader.readexactly(int(lengths[0])) if lengths else b""
                await asyncio.sleep(DELAY_S)
                writer.write(replies[b'"stream":true' in body.replace(b" ", b"")])
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(handle, "127.0.0.1", 0, backlog=512)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


class Took(NamedTuple):
    """Seconds from start to exit, and seconds of processor time, which other programs cannot take away."""

    wall_s: float
    cpu_s: float


def timed(command: list[str], folder: Path, *, may_fail: bool = False, **environment: str) -> tuple[Took, str]:
    """What a command took, and what it said. Raises when it failed."""
    began, cpu = time.perf_counter(), children_cpu_s()
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    took = Took(time.perf_counter() - began, children_cpu_s() - cpu)
    if done.returncode and not may_fail:
        raise RuntimeError(f"{command[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return took, done.stdout


def children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def write_cases(path: Path, count: int) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "input", "expected"))
        writer.writerows((f"c{number}", f"Question {number}?", "answer") for number in range(count))
    return path


# Ours

OURS = """
import asyncio, json, sys, time
from pathlib import Path
from workbench.app import build
from workbench.domain.evals import EvalSettings
services = build(Path(sys.argv[1]))
data = services.eval_data.dataset(Path(sys.argv[2]))
times = []
for scorer in ("contains", "exact"):
    run = services.eval_setup.new_run(data, ["mine/m"], scorers=(scorer,), settings=EvalSettings(at_once=32))
    began, cpu = time.perf_counter(), time.process_time()
    ended = asyncio.run(services.evals.run(run, data))
    times.append((time.perf_counter() - began, time.process_time() - cpu))
    results = services.eval_results.results(run.id)
    assert ended.status == "finished" and len(results) == len(data.cases) and all(r.score == 1 for r in results)
services.close()
print(json.dumps(times))
"""

MANY_CASES = """
import asyncio, json, resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from workbench.app import build
from chat_models import ScriptedModel, use_remote
services = build(Path(sys.argv[1]))
use_remote(services, ScriptedModel("far/a", lambda question: "answer", local=False, parallel=32))
data = services.eval_data.dataset(Path(sys.argv[2]))
run = services.eval_setup.new_run(data, ["far/a"])
began = time.perf_counter()
asyncio.run(services.evals.run(run, data))
took = time.perf_counter() - began
services.close()
print(json.dumps([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""

LOCAL = """
import asyncio, json, sys, time
from dataclasses import replace
from pathlib import Path
from workbench.app import build
from workbench.domain.chat import Sampling, ask
services = build(Path(sys.argv[1]))
data = services.eval_data.dataset(Path(sys.argv[2]))
data = replace(data, cases=data.cases[: int(sys.argv[4])])
run = services.eval_setup.new_run(data, [sys.argv[3]], sampling=Sampling(max_tokens=int(sys.argv[5])))
async def whole():
    async for _ in services.chat_models.model(sys.argv[3]).chat(ask("Hello")):
        pass
    began = time.perf_counter()
    await services.evals.run(run, data)
    took = time.perf_counter() - began
    await services.evals.stop()
    return took
took = asyncio.run(whole())
results = services.eval_results.results(run.id)
right = sum(r.score == 1 for r in results)
services.close()
print(json.dumps([took, right, sum(r.tokens_out for r in results)]))
"""

PLAIN_LOOP = """
import csv, json, sys, time
from llama_cpp import Llama
model = Llama(sys.argv[1], n_ctx=1024, n_threads=1, n_threads_batch=1, verbose=False)
rows = list(csv.DictReader(open(sys.argv[2], encoding="utf-8")))[: int(sys.argv[3])]
model.create_chat_completion([{"role": "user", "content": "Hello"}], max_tokens=8, temperature=0)
began = time.perf_counter()
right, tokens = 0, 0
for row in rows:
    said = model.create_chat_completion(
        [{"role": "user", "content": row["input"]}], max_tokens=int(sys.argv[4]), temperature=0
    )
    right += row["expected"].casefold() in said["choices"][0]["message"]["content"].casefold()
    tokens += said["usage"]["completion_tokens"]
print(json.dumps([time.perf_counter() - began, right, tokens]))
"""


def ours(folder: Path, url: str) -> tuple[Took, Took, Took]:
    """The command as a whole, the run in it, and a second run that knows every answer."""
    cases = write_cases(folder / "cases.csv", CASES)
    program = [sys.executable, "-m", "workbench", "--home"]
    for name in ("command", "inside"):
        set_up = "import sys; from pathlib import Path; from workbench.app import build; s = build(Path(sys.argv[1])); "
        timed([sys.executable, "-c", f"{set_up}s.credentials.save_server('mine', {url!r}); s.close()",
               str(folder / name)], ROOT)  # fmt: skip
    command = [
        *program,
        str(folder / "command"),
        "eval",
        "run",
        str(cases),
        "-m",
        "mine/m",
        "--at-once",
        "32",
        "--json",
    ]
    whole, said = timed(command, ROOT)
    assert json.loads(said)["models"][0]["n"] == CASES, said
    run, again = json.loads(timed([sys.executable, "-c", OURS, str(folder / "inside"), str(cases)], ROOT)[1])
    return whole, Took(*run), Took(*again)


# Peers

INSPECT = """
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig, get_model
from inspect_ai.scorer import includes
from inspect_ai.solver import generate
import sys
samples = [Sample(input=f"Question {n}?", target="answer") for n in range(int(sys.argv[2]))]
config = GenerateConfig(max_connections=32)
model = get_model("openai/m", base_url=sys.argv[1], api_key="x", responses_api=False, config=config)
(log,) = eval(Task(dataset=samples, solver=generate(), scorer=includes()), model=model, display="none", max_samples=32)
assert log.status == "success" and log.results.completed_samples == int(sys.argv[2]), log.error
"""

PROMPTFOO = """
prompts: ['{{question}}']
providers:
  - id: openai:chat:m
    config: {apiBaseUrl: URL, apiKey: x}
tests: cases.csv
"""


def inspect(python: str, folder: Path, url: str) -> Took:
    return timed([python, "-c", INSPECT, url, str(CASES)], folder, INSPECT_LOG_DIR=str(folder / "logs"))[0]


def promptfoo(program: str, folder: Path, url: str) -> Took:
    (folder / "promptfooconfig.yaml").write_text(PROMPTFOO.replace("URL", url), encoding="utf-8")
    with (folder / "cases.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("question", "__expected"))
        writer.writerows((f"Question {number}?", "contains:answer") for number in range(CASES))
    command = [program, "eval", "-c", "promptfooconfig.yaml", "-j", str(AT_ONCE), "--no-cache", "--no-table",
               "--no-progress-bar", "-o", "out.json"]  # fmt: skip
    quiet = {
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
        "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
    }
    # 0.120 can fail in its log after everything was written.
    took, _ = timed(command, folder, may_fail=True, PROMPTFOO_CONFIG_DIR=str(folder / "promptfoo"), **quiet)
    stats = json.loads((folder / "out.json").read_text(encoding="utf-8"))["results"]["stats"]
    assert stats["successes"] == CASES, stats
    return took


LM_EVAL_TASK = """
task: bench
dataset_path: json
dataset_kwargs: {data_files: {test: cases.jsonl}}
test_split: test
output_type: generate_until
doc_to_text: "{{question}}"
doc_to_target: "answer"
generation_kwargs: {max_gen_toks: 16, until: ["\\n\\n"]}
metric_list: [{metric: exact_match}]
"""


def lm_eval(python: str, folder: Path, url: str) -> Took:
    (folder / "bench.yaml").write_text(LM_EVAL_TASK, encoding="utf-8")
    lines = (json.dumps({"question": f"Question {number}?"}) for number in range(CASES))
    (folder / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
    arguments = (
        f"model=m,base_url={url}/chat/completions,num_concurrent={AT_ONCE},max_retries=1,tokenized_requests=False"
    )
    command = [python, "-m", "lm_eval", "--model", "local-chat-completions", "--model_args", arguments, "--tasks",
               "bench", "--include_path", ".", "--apply_chat_template", "--output_path", "out"]  # fmt: skip
    offline = {"HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "OPENAI_API_KEY": "x", "HF_HOME": str(folder / "hf")}
    return timed(command, folder, **offline)[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--inspect", metavar="PYTHON")
    parser.add_argument("--lm-eval", metavar="PYTHON")
    parser.add_argument("--promptfoo", metavar="PROGRAM")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", choices=("asking", "many", "local"), help="one part of it")
    options = parser.parse_args()
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.only in (None, "asking"):
            asking(options, folder, missed)
        if options.only in (None, "many"):
            many_cases(folder, missed)
        if options.only in (None, "local"):
            local(folder, options.rounds, missed)
    for goal in missed:
        print(f"MISSED: {goal}")
    return 1 if missed else 0


def asking(options: argparse.Namespace, folder: Path, missed: list[str]) -> None:
    context = multiprocessing.get_context("spawn")
    ports: multiprocessing.Queue[int] = context.Queue()
    server = context.Process(target=serve, args=(ports,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ports.get(timeout=30)}/v1"
    peers = {"promptfoo": (promptfoo, options.promptfoo), "Inspect": (inspect, options.inspect),
             "lm-eval": (lm_eval, options.lm_eval)}  # fmt: skip
    best: dict[str, Took] = {}

    def keep(name: str, took: Took) -> None:
        best[name] = min(best.get(name, took), took)

    for turn in range(options.rounds):
        for peer, (measure, program) in {"ours": (None, ""), **peers}.items():
            place = folder / f"{peer}-{turn}"
            place.mkdir()
            if measure is None:
                for name, took in zip(("ours", "run", "again"), ours(place, url), strict=True):
                    keep(name, took)
            elif program:
                keep(peer, measure(program, place, url))
    server.terminate()
    run, again, whole = best.pop("run"), best.pop("again"), best["ours"]
    about = f"{CASES:,} cases of {DELAY_S * 1000:.0f} ms, {AT_ONCE} at once; floor {FLOOR_S:.2f} s"
    print(f"{about}; {options.rounds} rounds; load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores")
    times = f"{run.wall_s / FLOOR_S:.2f} times the floor"
    print(f"{'ours, the run alone':26} {run.wall_s:6.2f} s ({run.cpu_s:5.2f} of processor): {times}")
    print(f"{'ours again, all known':26} {again.wall_s:6.2f} s ({again.cpu_s:5.2f} of processor)")
    for peer, took in best.items():
        ratios = f"{took.wall_s / whole.wall_s:.2f} times ours ({took.cpu_s / whole.cpu_s:.2f})"
        print(f"{peer + ', start to exit':26} {took.wall_s:6.2f} s ({took.cpu_s:5.2f} of processor): {ratios}")
    if run.wall_s > 2 * FLOOR_S:
        missed.append(f"{run.wall_s / FLOOR_S:.2f} times the floor, not 2")
    for peer in ("promptfoo", "Inspect"):
        if peer in best and best[peer].wall_s < 3 * whole.wall_s:
            missed.append(f"{peer} takes only {best[peer].wall_s / whole.wall_s:.2f} times as long, not 3")
    if again.wall_s > 0.3:
        missed.append(f"{again.wall_s:.2f} s for {CASES} known answers, not 0.3")


def many_cases(folder: Path, missed: list[str]) -> None:
    cases = write_cases(folder / "many.csv", MANY)
    command = [sys.executable, "-c", MANY_CASES, str(folder / "many"), str(cases), str(ROOT / "tests")]
    took, megabytes = json.loads(timed(command, ROOT)[1])
    print(f"{MANY:,} cases, a model that answers at once: {took:.1f} s, {megabytes:.0f} MB at most")
    if megabytes > 350:
        missed.append(f"{megabytes:.0f} MB for {MANY:,} cases, not 350")


def local(folder: Path, rounds: int, missed: list[str]) -> None:
    ratios = []
    for turn in range(rounds):
        ours_command = [sys.executable, "-c", LOCAL, str(folder / f"local-{turn}"), str(SAMPLE), str(DEMO),
                        str(LOCAL_CASES), str(ANSWER_TOKENS)]  # fmt: skip
        plain_command = [sys.executable, "-c", PLAIN_LOOP, str(DEMO), str(SAMPLE), str(LOCAL_CASES), str(ANSWER_TOKENS)]
        turns = [ours_command, plain_command] if turn % 2 else [plain_command, ours_command]
        found = {id(command): timed(command, ROOT) for command in turns}
        (whole, said), (plain_whole, plain_said) = found[id(ours_command)], found[id(plain_command)]
        mine, right, tokens = json.loads(said.splitlines()[-1])
        plain, plain_right, plain_tokens = json.loads(plain_said.splitlines()[-1])
        ratios.append(plain / mine)
        print(
            f"{LOCAL_CASES} sample cases on {DEMO.stem}: {plain / mine:.2f} times as fast as a plain loop on one thread"
        )
        print(f"    ours   {mine:7.2f} s ({whole.cpu_s:5.2f} of processor, with start), {right} right, {tokens} tokens")
        print(f"    a loop {plain:7.2f} s ({plain_whole.cpu_s:5.2f}), {plain_right} right, {plain_tokens} tokens")
    if max(ratios) < 1.5:
        missed.append(f"the plain loop takes only {max(ratios):.2f} times as long, not 1.5")


if __name__ == "__main__":
    sys.exit(main())
