"""What jobs cost the whole program, as figures that other load changes little: run it by hand.

    python -m tests.bench.bench_job_load [crowd|output|idle]

`crowd`: a hundred jobs at one moment; how late a timer in the loop came, and how much of that the
program's own work was. `output`: 60 MB of a CLI's events as a job, against the same program that
writes into a file; the time of both, the program's CPU and its greatest memory. `idle`: the CPU
that a program with silent jobs uses, against one without.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.fake_clis import make_fake_clis
from tests.support.gateway import Gateway, GatewaySetup

CROWD = 100
MB = 1024 * 1024
OUTPUT_BYTES = 60 * MB
SILENT_JOBS = 16
IDLE_S = 20.0
_LIMITS = "[limits]\nmax_job_output_bytes = 104857600\n"
_PRODUCER = """
import json, sys
left, number = int(sys.argv[1]), 0
while left > 0:
    number += 1
    text = {"type": "text", "text": "word " * 200}
    message = {"id": str(number), "model": "m", "content": [text]}
    line = json.dumps({"type": "assistant", "session_id": "s", "message": message})
    left -= len(line) + 1
    print(line, flush=True)
usage = {"input_tokens": 1, "output_tokens": 1}
end = {"type": "result", "subtype": "success", "is_error": False, "result": "done"}
print(json.dumps({**end, "session_id": "s", "usage": usage}))
"""
"""Writes each event by itself, as CLIs do."""


class _Probed(Gateway):
    """The program with a probe in its loop."""

    def __init__(self, setup: GatewaySetup) -> None:
        whole = subprocess.Popen

        def probed(command: list[str], **given: Any) -> Any:
            subprocess.Popen = whole  # type: ignore[misc]
            as_probe = [
                "tests.bench.late_serve" if each == "llmgw_desktop" else each for each in command
            ]
            return whole(as_probe, **given)

        subprocess.Popen = probed  # type: ignore[misc, assignment]
        super().__init__(setup)


@contextmanager
def _house(
    program: Path | None = None, kind: type[Gateway] = Gateway
) -> Iterator[tuple[Gateway, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        command = program or make_fake_clis(Path(folder) / "bin")["claude"]
        late = Path(folder) / "late"
        late.touch()
        setup = GatewaySetup(
            home=home,
            is_fresh=True,
            toml=f'{_LIMITS}[clis.claude]\ncommand = "{command}"\n',
            environment={"BENCH_LATENESS_FILE": str(late)},
        )
        setup.write_config()
        gateway = kind(setup)
        try:
            gateway.wait_ready()
            yield gateway, late
        finally:
            gateway.terminate()
            gateway.wait_clean_exit()


def crowd() -> None:
    with _house(kind=_Probed) as (gateway, late):
        _waited(gateway, _ask(gateway, "answer warm"))
        began, cpu = time.monotonic(), _cpu_s(gateway)
        with ThreadPoolExecutor(8) as asking:
            ids = list(asking.map(lambda n: _ask(gateway, f"sleep 0.2; answer {n}"), range(CROWD)))
        for job_id in ids:
            assert _waited(gateway, job_id)["state"] == "completed"
        took_s, used_s = time.monotonic() - began, _cpu_s(gateway) - cpu
        noted = [line.split() for line in late.read_text().splitlines()]
        rows = [(float(ms), float(own)) for at, ms, own in noted if float(at) >= began]
    ticks = max(round(took_s / 0.0025), len(rows))
    own = [min(ms, own) for ms, own in rows]
    print(f"{CROWD} jobs in {took_s:.2f} s, own CPU {used_s:.2f} s; late by ms:")
    for words, each in (("on the clock", [ms for ms, _ in rows]), ("own work", own)):
        print(f"  {words:13} p99 {_p(each, ticks, 0.99):5.1f}  most {max(each, default=0):5.1f}")


def output() -> None:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "producer.py"
        script.write_text(_PRODUCER)
        program = Path(folder) / "cli"
        program.write_text(
            f"#!/bin/sh\ncat >/dev/null\nexec {sys.executable} -S {script} {OUTPUT_BYTES}\n"
        )
        program.chmod(0o700)
        with _house(program=program) as (gateway, _):
            rows = []
            _waited(gateway, _ask(gateway, "first"))
            first_mb = _memory_mb(gateway, "VmRSS")
            for _ in range(5):
                bare = _bare(program, Path(folder))
                before, began = _cpu_s(gateway), time.monotonic()
                job_id = _ask(gateway, f"x{time.monotonic()}")
                told = _waited(gateway, job_id)
                assert told["state"] == "completed", told
                rows.append((bare, time.monotonic() - began, _cpu_s(gateway) - before))
            peak = _memory_mb(gateway, "VmHWM")
    bare_s, job_s, cpu_s = (min(each) for each in zip(*rows, strict=True))
    print(f"60 MB, best of 5: bare {bare_s:.2f} s, as a job {job_s:.2f} s, own CPU {cpu_s:.2f} s")
    print(f"memory after the first {first_mb:.0f} MB, greatest ever {peak:.0f} MB")


def idle() -> None:
    with _house() as (gateway, _):
        for jobs in (0, 1, SILENT_JOBS):
            ids = [_ask(gateway, f"begin; sleep 1000 # {n}") for n in range(jobs)]
            time.sleep(2)
            before, began = _cpu_s(gateway), time.monotonic()
            time.sleep(IDLE_S)
            share = (_cpu_s(gateway) - before) / (time.monotonic() - began)
            print(f"{jobs:3} silent jobs: {share * 100:.3f} % of a core")
            for job_id in ids:
                _call(gateway, f"/v1/jobs/{job_id}/cancel", {})


def _bare(program: Path, folder: Path) -> float:
    began = time.monotonic()
    with (folder / "out").open("wb") as out:
        subprocess.run([program], stdin=subprocess.DEVNULL, stdout=out, check=True)
    return time.monotonic() - began


def _call(gateway: Gateway, path: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        gateway.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {gateway.access_key()}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())


def _ask(gateway: Gateway, prompt: str) -> str:
    return str(_call(gateway, "/v1/jobs", {"cli": "claude", "prompt": prompt})["id"])


def _waited(gateway: Gateway, job_id: str) -> Any:
    while True:
        job = _call(gateway, f"/v1/jobs/{job_id}")["job"]
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.02)


def _cpu_s(gateway: Gateway) -> float:
    """To the nanosecond, of all its threads; what they start is not among it."""
    tasks = Path(f"/proc/{gateway.process.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def _memory_mb(gateway: Gateway, name: str) -> float:
    lines = Path(f"/proc/{gateway.process.pid}/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def _p(late: list[float], ticks: int, share: float) -> float:
    """Of all ticks: those that were not late enough to be noted count as none."""
    ordered = sorted(late, reverse=True)
    at = int(ticks * (1 - share))
    return ordered[at] if at < len(ordered) else 0.0


if __name__ == "__main__":
    for part in sys.argv[1:] or ("crowd", "output", "idle"):
        {"crowd": crowd, "output": output, "idle": idle}[part]()
