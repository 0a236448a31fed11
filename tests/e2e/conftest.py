"""What the end-to-end tests share: a stand-in upstream and the real Claude Code CLI."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import CliName
from tests.support import claude_cli, cli_benches, npm_cli
from tests.support.upstream import Upstream, upstream_thread


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with upstream_thread() as running:
        yield running


@pytest.fixture(scope="session")
def claude_program() -> Path:
    """Session scope, so that npm still sees the person's own environment."""
    return npm_cli.install(claude_cli.PACKAGE, claude_cli.VERSION, claude_cli.BINARY)


@pytest.fixture(scope="session")
def program_of() -> Callable[[CliName], Path]:
    """Session scope, so that who installs still sees the person's own environment."""
    own = dict(os.environ)

    @cache
    def installed(cli: CliName) -> Path:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in own.items():
                patch.setenv(name, value)
            return cli_benches.install(cli)

    return installed
