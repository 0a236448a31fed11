"""One visit to a library: its process goes through its cells, and what became of each is kept.

A gateway, a stand-in for the vendors and a process of the library's own serve all of its cells.
What three sides tell of each request is laid side by side: the upstream, the flight, the library.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.e2e.zoo.cells import KINDS, ZooCell
from tests.support import npm_cli, pip_program
from tests.support.answers import Answer, Spent
from tests.support.flight_log import Flight, wait_flights
from tests.support.gateway import PROVIDER_KEY, Gateway, GatewaySetup, running_gateway
from tests.support.lane import Lane
from tests.support.seen import Seen
from tests.support.upstream import Upstream, upstream_thread

WEATHER = {"city": "Bern", "degrees": 21}
TEXT = json.dumps(WEATHER)
"""What every model says, and what it calls tools with: fit for a schema as well."""
_HERE = Path(__file__).parent
_PATIENCE_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request as it passed the gateway."""

    spent: Spent | None
    """What the upstream told."""
    status: int | None
    fault: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    heard: dict[str, Any]
    """What the library told of it, as speakers/speaking.py has it, or its `error`."""
    exchanges: Sequence[Exchange]
    flights: Sequence[Flight]


def visit(library: str, cells: Sequence[ZooCell], root: Path) -> dict[str, Outcome]:
    """By the cells' ids."""
    command = _command(library, root)
    with upstream_thread() as server:
        lanes = {name: _lane(server, name) for name in KINDS}
        providers = [kind.provider(lanes[name]) for name, kind in KINDS.items()]
        setup = GatewaySetup(home=root / "home", providers=providers)
        with running_gateway(setup) as gateway:
            heard = _speak(command, cells, gateway, root)
            seen = [each for lane in lanes.values() for each in lane.requests]
            answered = sum(each.status == 200 for each in seen)
            flights = wait_flights(gateway.home, lambda found: _ended(found) >= answered)
    return {
        cell.id: Outcome(
            heard=heard.get(cell.id, {"error": "the process told nothing of it"}),
            exchanges=[_exchange(each) for each in seen if _is_of(cell, each)],
            flights=[flight for flight in flights if flight.label == cell.id],
        )
        for cell in cells
    }


def _ended(flights: Sequence[Flight]) -> int:
    return sum(flight.status == 200 and flight.state != "running" for flight in flights)


def _lane(server: Upstream, name: str) -> Lane:
    kind = KINDS[name]
    lane = server.lane(name)
    lane.key, lane.manners, lane.models = PROVIDER_KEY, kind.manners, [kind.model]
    lane.always = Answer(text=TEXT, tool_input=WEATHER, tells_usage=not name.startswith("mute"))
    lane.spends = _figures(1 + 100 * list(KINDS).index(name))
    return lane


def _figures(first: int) -> Iterator[Spent]:
    """Each figure of each answer is another one, so that no mix-up stays hidden."""
    for n in itertools.count(first):
        yield Spent(
            input_tokens=500 + 7 * n,
            cache_read=20_000 + 11 * n,
            cache_write_5m=1_000 + 13 * n,
            cache_write_1h=0,
            output_tokens=300 + 5 * n,
            reasoning_tokens=100 + 2 * n,
        )


def _exchange(seen: Seen) -> Exchange:
    return Exchange(spent=seen.spent, status=seen.status, fault=seen.fault)


def _is_of(cell: ZooCell, seen: Seen) -> bool:
    return _prompt(cell).encode() in seen.body


def _prompt(cell: ZooCell) -> str:
    return f"How is the weather? ({cell.id})"


def _speak(
    command: Sequence[str], cells: Sequence[ZooCell], gateway: Gateway, root: Path
) -> dict[str, dict[str, Any]]:
    key = gateway.access_key()
    plan = [
        {
            "id": cell.id,
            "client": cell.client,
            "scenario": cell.scenario,
            "model": cell.model,
            "url": f"{gateway.url}/as/{cell.id}",
            "key": key,
            "prompt": _prompt(cell),
        }
        for cell in cells
    ]
    done = subprocess.run(
        command,
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        cwd=root,
        env=_environment(root),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {line["id"]: line for line in lines}


def _environment(root: Path) -> dict[str, str]:
    """Nothing of the person's own; on loopback nobody is trusted, and there is nothing to read."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(root),
        "LANG": "C.UTF-8",
        "SSL_CERT_DIR": str(root),
        "LANGSMITH_TRACING": "false",
    }


def _command(library: str, root: Path) -> list[str]:
    speakers = _HERE / "speakers"
    if library == "ai_sdk":
        modules = root / "node_modules"  # where node looks for them is beside the file
        modules.symlink_to(npm_cli.install_lock(_HERE))
        speaker = root / "ai_sdk_speaker.mjs"
        speaker.write_bytes((speakers / speaker.name).read_bytes())
        return ["node", str(speaker)]
    python = pip_program.install_lock(_HERE / f"requirements-{library}.lock")
    return [str(python), str(speakers / f"{library}_speaker.py")]


def outcome_of(cell: ZooCell, among: Sequence[ZooCell], shared: Path) -> Outcome:
    """`among`: all cells that are wanted. Whoever asks first visits the library; what it brings
    lies in `shared` for all the workers of a run."""
    shared.mkdir(exist_ok=True)
    kept = shared / f"{cell.library}.json"
    with _alone(shared / f"{cell.library}.lock"):
        if not kept.exists():
            root = shared / cell.library
            assert not root.exists(), "the visit failed: the first cell that asked tells why"
            root.mkdir()
            own = [each for each in among if each.library == cell.library]
            told = {name: asdict(found) for name, found in visit(cell.library, own, root).items()}
            kept.write_text(json.dumps(told))
    told = json.loads(kept.read_text())[cell.id]
    exchanges = [
        Exchange(**each | {"spent": each["spent"] and Spent(**each["spent"])})
        for each in told["exchanges"]
    ]
    flights = [Flight(**each) for each in told["flights"]]
    return Outcome(heard=told["heard"], exchanges=exchanges, flights=flights)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
