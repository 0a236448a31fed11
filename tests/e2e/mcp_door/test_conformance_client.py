"""The protocol's own conformance suites for clients against servers behind us: greeting, calls, and
sign-ins by every way that a server may ask for one.

What is expected to fail stands with its reason in `expected-client-*.yml`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.support.mcp_conformance import run_client

_ONLY_LATE = "sse-retry: 2 passed, 0 failed, 1 warnings"
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
    # all at once on a busy machine, one that has to be in time is warned for being a little late
    is_late = bool(more) and _unexpected(said) == {"sse-retry"} and _ONLY_LATE in _plain(said)
    assert status == 0 or is_late, said[-60_000:]


async def test_a_stream_that_breaks_off_is_gone_on_with(tmp_path: Path) -> None:
    _, said = await run_client(
        "0.1.16", COMMAND, tmp_path, "--scenario", "sse-retry", timeout_s=300
    )
    assert ", 0 failed" in said, said[-20_000:]


def _plain(said: str) -> str:
    return re.sub(r"\x1b\[[0-9]*m", "", said)


def _unexpected(said: str) -> set[str]:
    listed = _plain(said).partition("Unexpected failures (not in baseline):")[2]
    return set(re.findall("\N{BALLOT X} (\\S+)", listed))
