"""Real agents use two real MCP servers through the gateway: what only reads is done unasked, what
may destroy is asked about in the real window, and a click is what happens on the disk."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.store.paths import Places
from tests.support import cli_benches, mcp_servers
from tests.support.answers import Answer
from tests.support.asking_window import PATIENCE_S, Person, window
from tests.support.claude_cli import MODEL as CLAUDE_MODEL
from tests.support.claude_cli import ClaudeCli
from tests.support.gateway import GatewaySetup, anthropic_provider, openai_provider
from tests.support.hosted_loop import hosted_loop
from tests.support.lane import Lane
from tests.support.mcp_clients import HABITS, McpClient
from tests.support.mcp_clients import MODEL as CODEX_MODEL
from tests.support.mcp_servers import names, table
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]
RISKY = 'ask = "risky"'
Run = Callable[["Scene"], str]
"""One turn of an agent, to its end; what it said."""


@dataclass(kw_only=True)
class Scene:
    root: Path
    lane: Lane
    setup: GatewaySetup
    key: str
    """Of a client that may use models."""
    calls: list[FlightSummary] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.setup.environment['LLM_GATEWAY_HTTP_PORT']}"

    @property
    def files(self) -> Path:
        return self.root / "files"

    def connect(self, home: Path, *words: str) -> None:
        """As the person does it once."""
        home.mkdir(parents=True, exist_ok=True)
        env = {**self.setup.environment, "HOME": str(home)}
        done = replace(self.setup, environment=env).command("connect", *words)
        assert done.returncode == 0, (done.stdout, done.stderr)

    def hear(self, event: Event) -> None:
        if isinstance(event, FlightClosed) and event.summary.protocol is ModelProtocol.MCP:
            self.calls.append(event.summary)


def scene_of(root: Path, lane: Lane, model: str) -> Scene:
    files = root / "files"
    files.mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    is_claude = model == CLAUDE_MODEL
    setup = GatewaySetup(
        home=root / "gateway",
        toml=table("clock", mcp_servers.time(), RISKY)
        + table("files", mcp_servers.filesystem(files), RISKY),
        providers=[anthropic_provider(lane, model) if is_claude else openai_provider(lane)],
        environment={"LLM_GATEWAY_HTTP_PORT": str(port)},
    )
    setup.write_config()
    return Scene(root=root, lane=lane, setup=setup, key=setup.add_key("agent"))


def claude(scene: Scene, program: Path) -> str:
    cli = ClaudeCli(
        program=program, root=scene.root / "claude", base_url=scene.url, key=scene.key,
        patience_s=int(PATIENCE_S),
    )  # fmt: skip
    scene.connect(cli.root / "home", "claude-code")
    run = cli.run("note the time", "--tools", "", "--allowedTools", "mcp__llmgw")
    assert run.returncode == 0, run.stderr
    assert run.result["is_error"] is False
    return str(run.result["result"])


def codex(scene: Scene, program: Path) -> str:
    bench = cli_benches.bench_of(CliName.CODEX, program, scene.root, scene.url, scene.key)
    client = McpClient(
        cli=CliName.CODEX, bench=bench, habits=HABITS[CliName.CODEX], lane=scene.lane
    )
    scene.connect(client.home, *client.habits.connect)
    return str(client.run(patience_s=PATIENCE_S).stdout)


async def _worked_and_asked(scene: Scene, run: Run) -> None:
    env = scene.setup.child_environment()
    places = Places.of(env)
    places.make()
    container = Container(places, env)
    container.control.subscribe(scene.hear)
    allowed, kept = scene.files / "allowed.txt", scene.files / "kept.txt"
    kept.write_text("kept")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("clock__get_current_time", {"timezone": "Etc/UTC"}),
        ("files__write_file", {"path": str(allowed), "content": "12 o'clock"}),
        ("files__move_file", {"source": str(kept), "destination": str(scene.files / "gone.txt")}),
    ]
    scene.lane.always = Answer(steps=deque((f"mcp__llmgw__{name}", given) for name, given in steps))
    async with window(container, scene.root) as person:
        await _known(container, scene)
        turn = asyncio.create_task(asyncio.to_thread(run, scene))
        try:
            await _answered(person, scene)
            said = await turn
        finally:
            await asyncio.gather(turn, return_exceptions=True)
    assert "denied it. They say" not in said
    assert "the person at this computer denied it" in said
    assert allowed.read_text() == "12 o'clock"
    assert [each.name for each in sorted(scene.files.iterdir())] == ["allowed.txt", "kept.txt"]
    told = [(each.model_asked, each.state) for each in scene.calls]
    assert told == [
        ("clock/get_current_time", FlightState.OK),
        ("files/write_file", FlightState.OK),
        ("files/move_file", FlightState.FAILED),
    ]
    asked = json.dumps([each.json() for each in scene.lane.requests])
    assert "Etc/UTC" in asked
    assert "Successfully wrote" in asked, "its model read what the server said"


async def _known(container: Container, scene: Scene) -> None:
    """As after the first day: what speaks MCP is read in, and the gateway knows what servers have.
    Claude Code waits for a few seconds only, and then does without."""
    key = container.places.access_key_file.read_text().strip()
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE_S)
    transport = streamable_http_client(f"{scene.url}/mcp", http_client=http)
    async with http, Client(transport, mode="legacy") as client:
        async with asyncio.timeout(PATIENCE_S):
            while len({each.partition("__")[0] for each in await names(client)}) < 2:
                await asyncio.sleep(0.2)


async def _answered(person: Person, scene: Scene) -> None:
    """The first question in its dialog, the second in the list."""
    dialog = await person.dialog(lambda ask: ask.tool == "write_file")
    assert list(scene.files.iterdir()) == [scene.files / "kept.txt"], "nothing was done yet"
    shown = "".join(each.toPlainText() for each in dialog.asked.pieces)
    assert "12 o'clock" in shown
    await person.press(dialog, dialog.once)
    dialog = await person.dialog(lambda ask: ask.tool == "move_file")
    dialog.everything.click()  # put away: it waits in the list
    ((title, buttons),) = (await person.waiting()).items()
    assert "files · move_file" in title
    (deny,) = [each for each in buttons if each.accessibleName().startswith("Deny")]
    QTest.mouseClick(deny, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("cli", "run", "model"),
    [(CliName.CLAUDE, claude, CLAUDE_MODEL), (CliName.CODEX, codex, CODEX_MODEL)],
    ids=["claude", "codex"],
)
def test_it_uses_two_servers_and_a_click_decides(
    qapp: QApplication,
    upstream: Upstream,
    program_of: Callable[[CliName], Path],
    tmp_path: Path,
    *,
    cli: CliName,
    run: Callable[[Scene, Path], str],
    model: str,
) -> None:
    program = program_of(cli)
    scene = scene_of(tmp_path, upstream.lane(model), model)
    qapp.setStyle("Fusion")
    with hosted_loop(qapp) as loop:
        work = _worked_and_asked(scene, lambda each: run(each, program))
        loop.run_until_complete(asyncio.wait_for(work, 2 * PATIENCE_S))
