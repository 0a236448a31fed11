"""Whose run a tool is in that was started with none of its variables."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from llmgw_desktop.app.mcp.engine import lent, run_variables_above
from llmgw_desktop.domain.access.principal import RUN_KEY, RUN_URL

_LOOK = """
from llmgw_desktop.app.mcp.engine import lent
found = lent({})
print(found and (found.key, found.url))
"""
_BETWEEN = "import os, subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], env={})"


@pytest.mark.skipif(sys.platform != "linux", reason="processes tell of those above on Linux alone")
def test_a_tool_with_a_bare_environment_asks_with_its_runs_key() -> None:
    ours = f"import sys; sys.path[:] = {sys.path!r}\n"
    for told, found in (
        ({RUN_KEY: "a key", RUN_URL: "http://here/mcp"}, "('a key', 'http://here/mcp')"),
        ({RUN_KEY: "a key"}, "None"),
        ({}, "None"),
    ):
        run = [sys.executable, "-c", _BETWEEN, ours + _LOOK]
        env = {"PATH": os.environ["PATH"], **told}
        done = subprocess.run(run, env=env, capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout.strip() == found, done.stderr


def test_its_own_variables_come_first() -> None:
    found = lent({RUN_KEY: "own", RUN_URL: "http://own/mcp"})
    assert found is not None
    assert (found.key, found.url) == ("own", "http://own/mcp")


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    """A name with brackets and blanks, a process of somebody else's, a circle, an end."""
    for pid, stat, environ in (
        (9, b"9 (a) b (c) S 8 9 9", b""),
        (8, b"8 (x) S 7 8 8", None),
        (7, b"7 (x) S 6 7 7", b"A=1\0LLMGW_RUN_KEY=k\0LLMGW_RUN_URL=u=v\0"),
        (6, b"6 (x) S 9 6 6", b"LLMGW_RUN_KEYS=no\0"),
    ):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_bytes(stat)
        if environ is not None:
            (tmp_path / str(pid) / "environ").write_bytes(environ)
    found = list(run_variables_above(9, tmp_path))
    assert found[0] == {RUN_KEY: "k", RUN_URL: "u=v"}
    assert len(found) < 64
    assert list(run_variables_above(5, tmp_path)) == []
