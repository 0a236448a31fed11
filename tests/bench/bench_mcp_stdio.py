"""`llmgw mcp`: how long its greeting takes, and how much memory it holds, beside `python -c pass`.

    python -m tests.bench.bench_mcp_stdio [ROUNDS]

Both are started in turns; medians and their ratio are told, in processor time and by the clock. An
installed program has its bytecode: it is written before the first round.
"""

from __future__ import annotations

import compileall
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

import llmgw_desktop
from tests.support.fake_engine import fake_engine
from tests.support.stdio_client import StdioClient

ROOT = Path(llmgw_desktop.__file__).parent
HELLO = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "bench", "version": "1"},
    },
}


def spent(work: Callable[[], None]) -> tuple[float, float]:
    """Processor time of children and the clock, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu * 1000, took * 1000


def nothing() -> None:
    subprocess.run([sys.executable, "-c", "pass"], check=True)


def greeting() -> None:
    """As the console script does it, to the answer and the end."""
    script = "import sys; from llmgw_desktop.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", script, "mcp"],
        input=json.dumps(HELLO).encode() + b"\n",
        capture_output=True,
        check=True,
    )
    assert b'"serverInfo"' in done.stdout, done


def memory_mb(home: Path) -> dict[str, float]:
    """Of a bridge that has greeted, and of one in the middle of its work."""
    with fake_engine(home):
        editor = StdioClient(home)
        try:
            seen = psutil.Process(editor.process.pid)
            editor.initialize()
            told = {"greeted": _mb(seen)}
            for number in range(1, 201):
                editor.call(number, "echo")
            for number in range(1, 201):
                editor.answer(number)
            told["after 200 calls"] = _mb(seen)
            assert editor.end() == 0
        finally:
            editor.kill()
    return told


def _mb(process: Any) -> float:
    return round(process.memory_info().rss / 1e6, 1)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPATH"] = str(ROOT.parent)
    compileall.compile_dir(ROOT, quiet=1)
    found: dict[str, list[tuple[float, float]]] = {"pass": [], "greeting": []}
    for _ in range(rounds):
        found["pass"].append(spent(nothing))
        found["greeting"].append(spent(greeting))
    medians = {
        name: [round(statistics.median(column), 1) for column in zip(*each, strict=True)]
        for name, each in found.items()
    }
    for name, (cpu, clock) in medians.items():
        print(f"{name:>10}: {cpu:6.1f} ms of processor, {clock:6.1f} ms by the clock")
    for number, unit in enumerate(("processor", "clock")):
        ratio = medians["greeting"][number] / medians["pass"][number]
        print(f"ratio by {unit}: {ratio:.2f} (at most 4)")
    with tempfile.TemporaryDirectory() as folder:
        print("memory in MB:", memory_mb(Path(folder) / "home"))


if __name__ == "__main__":
    main()
