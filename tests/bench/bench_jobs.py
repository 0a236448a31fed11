"""What a synchronous run through `POST /v1/jobs` adds to the bare process: run it by hand.

    python -m tests.bench.bench_jobs [ROUNDS]

A CLI that answers at once is started bare and asked for through a gateway of its own, by turns, so
that what else the machine does falls on both. Wall clock of each, and the gateway's own CPU.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support.fake_clis import make_fake_clis
from tests.support.gateway import Gateway, GatewaySetup, running_gateway

PROMPT = "answer hello"
_ARGUMENTS = ("--session-id=6390d421-78d0-4a46-abc8-2ad6706e805a",)


def main(rounds: int = 20) -> None:
    with tempfile.TemporaryDirectory() as folder:
        program = make_fake_clis(Path(folder) / "bin")["claude"]
        toml = f'[clis.claude]\ncommand = "{program}"\n'
        setup = GatewaySetup(home=Path(folder) / "home", toml=toml, is_fresh=True)
        setup.home.mkdir()
        with running_gateway(setup) as gateway:
            door = http.client.HTTPConnection("127.0.0.1", gateway.port)
            for _ in range(3):  # what is read in once
                _bare(program, folder)
                _through(door, gateway)
                _as_model(door, gateway)
            bare, through, cpu, as_model = [], [], [], []
            for _ in range(rounds):
                bare.append(_bare(program, folder))
                before = _cpu_ms(gateway)
                through.append(_through(door, gateway))
                cpu.append(_cpu_ms(gateway) - before)
                as_model.append(_as_model(door, gateway))
    print(f"bare      {statistics.median(bare):6.1f} ms, best {min(bare):.1f}")
    print(f"through   {statistics.median(through):6.1f} ms, best {min(through):.1f}")
    added = statistics.median(through) - statistics.median(bare)
    print(f"added     {added:6.1f} ms; gateway's CPU {statistics.mean(cpu):.1f} ms a run")
    print(f"as model  {statistics.median(as_model):6.1f} ms, best {min(as_model):.1f}")


def _bare(program: Path, folder: str) -> float:
    began = time.perf_counter()
    subprocess.run(
        [program, *_ARGUMENTS],
        input=PROMPT.encode(),
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": folder},
        cwd=folder,
        check=True,
    )
    return (time.perf_counter() - began) * 1000


def _through(door: http.client.HTTPConnection, gateway: Gateway) -> float:
    body = {"cli": "claude", "prompt": PROMPT, "wait": True, "forceRefresh": True}
    took_ms, told = _asked(door, gateway, "/v1/jobs", body)
    assert (told["state"], told["text"]) == ("completed", "hello"), told
    return took_ms


def _as_model(door: http.client.HTTPConnection, gateway: Gateway) -> float:
    body = {"model": "claude-cli/x", "messages": [{"role": "user", "content": PROMPT}]}
    took_ms, told = _asked(door, gateway, "/v1/chat/completions", body)
    assert told["choices"][0]["message"]["content"] == "hello", told
    return took_ms


def _asked(
    door: http.client.HTTPConnection, gateway: Gateway, path: str, body: dict[str, Any]
) -> tuple[float, Any]:
    headers = {
        "Authorization": f"Bearer {gateway.access_key()}",
        "Content-Type": "application/json",
    }
    began = time.perf_counter()
    door.request("POST", path, json.dumps(body), headers)
    told = json.loads(door.getresponse().read())
    return (time.perf_counter() - began) * 1000, told


def _cpu_ms(gateway: Gateway) -> float:
    """Of the gateway itself, its runs and their keepers left out."""
    stat = Path(f"/proc/{gateway.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) * 1000 / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:2]))
