"""A real agent asks in the real window, on Qt's own loop: the dialog shows what it wants, and a
click is what happens on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.store.paths import Places
from tests.support import cli_benches
from tests.support.answers import Answer
from tests.support.asking_house import begun, setup_of
from tests.support.asking_window import PATIENCE_S, window
from tests.support.cli_bench import Bench
from tests.support.hosted_loop import hosted_loop
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


async def _asked_and_answered(bench: Bench, upstream: Upstream, folder: Path) -> None:
    lane = upstream.lane("main")
    first, second = ("touch allowed.txt", "touch denied.txt")
    lane.always = _calls(first)
    setup = setup_of(bench, folder / "gateway")
    setup.write_config()
    env = setup.child_environment()
    places = Places.of(env)
    places.make()
    container = Container(places, env)
    body = {
        "cli": bench.cli.name,
        "prompt": "make the file",
        "approvals": "ask",
        "model": "stub-ok",
        "workingDir": str(bench.folder),
    }
    async with window(container, folder) as person, aiohttp.ClientSession() as session:
        key = container.places.access_key_file.read_text().strip()
        job_id = await begun(session, str(container.gateway.status.url), key, body)
        dialog = await person.dialog(lambda ask: ask.command == first)
        assert dialog.asked.pieces[0].toPlainText() == first
        assert list(bench.folder.iterdir()) == []
        lane.always = _calls(second)
        await person.press(dialog, dialog.once)
        dialog = await person.dialog(lambda ask: ask.command == second)
        assert [each.name for each in bench.folder.iterdir()] == ["allowed.txt"]
        lane.always = Answer(call_tools=False)
        QTest.mouseClick(dialog.deny, Qt.MouseButton.LeftButton)
        done = await container.runs.supervisor.wait(job_id, PATIENCE_S)
        assert done is not None
        assert done.state is JobState.COMPLETED, done.error
        assert [each.name for each in bench.folder.iterdir()] == ["allowed.txt"]


def _calls(command: str) -> Answer:
    given = {"command": command, "description": "Make a file"}
    return Answer(tool_input=given, calls_again=True)


def test_an_agent_asks_in_the_window_and_a_click_decides(
    qapp: QApplication,
    upstream: Upstream,
    program_of: Callable[[CliName], Path],
    tmp_path: Path,
) -> None:
    url = upstream.lane("main").root_url
    bench = cli_benches.bench_of(CliName.GROK, program_of(CliName.GROK), tmp_path, url, "key")
    qapp.setStyle("Fusion")
    with hosted_loop(qapp) as loop:
        loop.run_until_complete(
            asyncio.wait_for(_asked_and_answered(bench, upstream, tmp_path), 2 * PATIENCE_S)
        )
    assert [each.name for each in bench.folder.iterdir()] == ["allowed.txt"]
