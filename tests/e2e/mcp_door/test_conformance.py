"""The protocol's own conformance suites against our server object, HTTP stack, adapter and key.

What is expected to fail stands with its reason in `expected-*.yml`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from llmgw_desktop.engine.front import mcp_message
from tests.engine.conftest import House, house_in
from tests.support.mcp_conformance import run_suite
from tests.support.mcp_fixture import FixtureServing, fixture_offer
from tests.support.mcp_scene import McpScene, mcp_scene

HERE = Path(__file__).parent
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


@pytest.fixture
async def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[McpScene]:
    """The short way lists the door's own tools alone; the suites look for theirs."""
    monkeypatch.delitem(mcp_message._KNOWN, mcp_message.LIST)
    house: House
    async with house_in(tmp_path / "home") as house:
        offer = fixture_offer()
        more = {name: getattr(offer, name) for name in ("toolbox", "resources", "prompts")}
        async with mcp_scene(house, FixtureServing, **more) as scene:
            yield scene


@pytest.mark.parametrize(
    ("version", "arguments", "expected"),
    [
        ("0.1.16", ("--suite", "all"), "expected-0.1.yml"),
        (
            "0.2.0-alpha.12",
            ("--suite", "all", "--spec-version", "2025-11-25"),
            "expected-2025-11-25.yml",
        ),
        pytest.param(
            "0.2.0-alpha.12",
            ("--suite", "all", "--spec-version", "2026-07-28"),
            "expected-2026-07-28.yml",
            marks=pytest.mark.daily,
        ),
    ],
    ids=["0.1.16", "2025-11-25", "2026-07-28"],
)
async def test_suite(
    scene: McpScene, tmp_path: Path, version: str, arguments: tuple[str, ...], expected: str
) -> None:
    key = scene.house.headers()["Authorization"].partition(" ")[2]
    failures = ("--expected-failures", str(HERE / expected))
    status, said = await run_suite(
        version, scene.url, key, tmp_path, *arguments, *failures, timeout_s=600
    )
    assert status == 0, said[-60_000:]
