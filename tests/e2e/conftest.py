"""What the end-to-end tests share: a stand-in upstream and the real Claude Code CLI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import claude_cli, npm_cli
from tests.support.upstream import Upstream, upstream_thread


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with upstream_thread() as running:
        yield running


@pytest.fixture(scope="session")
def claude_program() -> Path:
    """Session scope, so that npm still sees the person's own environment."""
    return npm_cli.install(claude_cli.PACKAGE, claude_cli.VERSION, claude_cli.BINARY)
