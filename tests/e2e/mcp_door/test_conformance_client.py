"""The protocol's own conformance suites for clients against servers behind us: greeting, calls, and
sign-ins by every way that a server may ask for one.

What is expected to fail stands with its reason in `expected-client-*.yml`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.mcp_conformance import run_client

HERE = Path(__file__).parent
COMMAND = f"{sys.executable} -m tests.support.mcp_suite_client"
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--suite", "all"),
        pytest.param(("--scenario", "auth/metadata-default"), marks=pytest.mark.daily),
    ],
    ids=["all", "auth"],
)
async def test_suite(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    failures = ("--expected-failures", str(HERE / "expected-client-0.1.yml"))
    more = failures if "--suite" in arguments else ()
    status, said = await run_client("0.1.16", COMMAND, tmp_path, *arguments, *more, timeout_s=800)
    assert status == 0, said[-60_000:]
